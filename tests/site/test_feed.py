"""The feed beside the page: its files, their names, and what is not replaced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from page_histories import history

from archtrack.app.export import architecture_counts, architecture_export
from archtrack.app.history.store import Histories
from archtrack.app.presence import presence_with
from archtrack.core.history.data_file import write_history
from archtrack.errors import DocumentError
from archtrack.site.feed import file_names, write_feed

if TYPE_CHECKING:
    from pathlib import Path

    from miniature import Cli

FOUND = {
    "demo": {
        "1": {"Alpha": "m/a.py:1", "Odd/../Name": "m/o.py:1"},
        "2": {"Alpha": "m/a.py:2", "ALPHA": "m/b.py:2"},
    },
    "other": {"7": {"Alpha": "x/a.py:3"}},
}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder of data."""
    folder = tmp_path / "made"
    folder.mkdir()
    for engine, found in FOUND.items():
        (folder / f"{engine}.json").write_text(write_history(history(engine, found, {})), encoding="utf-8")
    return folder


def read(folder: Path) -> dict[str, Any]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_index_names_every_file_and_each_says_what_its_name_promises(
    cli: Cli, work: Path, made: Path
) -> None:
    done = cli("site", "--out", "public", "--feed", "--data", made)
    assert (done.code, done.lines[1]) == (0, "Wrote public/feed/v1/index.json and 5 other files")
    files = read(work / "public" / "feed" / "v1")
    index = files.pop("index.json")
    assert index["format"] == 1
    assert sorted((*index["engines"].values(), *index["architectures"].values())) == sorted(files)
    assert index["engines"] == {"demo": "engines/demo.json", "other": "engines/other.json"}
    exported = {each["engine"]: each for each in cli("export", "--data", made).json["engines"]}
    for name, path in index["engines"].items():
        assert files[path] == {"format": 1, **exported[name]}
    histories = Histories({}, made)
    for name, path in index["architectures"].items():
        said = files[path]
        assert (said["format"], said["architecture"]) == (1, name)
        for engine, own in said["engines"].items():
            found = histories.need(engine)
            assert found.newest is not None
            presence = presence_with(name, found, found.newest, histories)
            assert (own["status"], own["because"]) == (presence.status.value, presence.reason)
            assert own["key"] in exported[engine]["keys"]
    assert sorted(files["architectures/Alpha.json"]["engines"]) == ["demo", "other"]
    assert list(files[index["architectures"]["ALPHA"]]["engines"]) == ["demo"]
    assert files[index["architectures"]["Odd/../Name"]]["engines"]["demo"]["status"] == "gone"


@pytest.mark.parametrize(
    ("names", "plain", "others"),
    [
        ({"Alpha": 1, "Beta": 1}, ["Alpha", "Beta"], []),
        ({"LLaMA": 1, "Llama": 3}, ["Llama"], ["LLaMA~"]),
        ({"LLaMA": 3, "Llama": 1}, ["LLaMA"], ["Llama~"]),
        ({"LLaMA": 1, "Llama": 1}, ["Llama"], ["LLaMA~"]),
        ({"a.b-c_D": 1, "..": 1, ".x": 1, "": 1}, ["a.b-c_D"], ["~", "__~", "_x~"]),
        ({"../../etc": 1, "a/b": 1, "a\\b": 1, "a\nb": 1}, [], ["______etc~", "a_b~", "a_b~", "a_b~"]),
        ({"ü": 1, "x" * 100: 1, "x" * 101: 1}, ["x" * 100], ["_~", "x" * 100 + "~"]),
        ({"a\ud800": 1}, [], ["a_~"]),
    ],
)
def test_a_file_is_called_after_its_name_where_every_disk_can_have_it(
    names: dict[str, int], plain: list[str], others: list[str]
) -> None:
    files = file_names(names)
    assert list(files) == list(names)
    assert sorted(name for name, file in files.items() if file == f"{name}.json") == sorted(plain)
    odd = [file for name, file in files.items() if file != f"{name}.json"]
    assert sorted(file.partition("~")[0] + "~" for file in odd) == sorted(others)
    assert len({file.casefold() for file in files.values()}) == len(names)
    assert all(
        "/" not in file and file[0] != "." and file.isascii() and len(file) < 130 for file in files.values()
    )


def test_a_second_run_writes_only_what_changed(work: Path, cli: Cli, made: Path) -> None:
    def states() -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in root.rglob("*.json")}

    root = work / "archtrack-site" / "feed"
    assert cli("site", "--feed", "--data", made).code == 0
    first = states()
    assert cli("site", "--feed", "--data", made).code == 0
    assert states() == first
    changed = {"7": {"Alpha": "x/a.py:3"}, "8": {"Alpha": "x/a.py:3"}}
    (made / "other.json").write_text(write_history(history("other", changed, {})), encoding="utf-8")
    assert cli("site", "--feed", "--data", made).code == 0
    differing = {path.rpartition("/v1/")[2] for path, state in states().items() if state != first[path]}
    assert differing == {"engines/other.json", "architectures/Alpha.json"}
    assert not [path for path in root.rglob("*") if path.suffix == ".tmp"]


@pytest.mark.parametrize("file", ["index.json", "engines/demo.json", "architectures/Alpha.json"])
def test_a_file_of_somebody_else_is_not_replaced(cli: Cli, work: Path, made: Path, file: str) -> None:
    path = work / "public" / "feed" / "v1" / file
    path.parent.mkdir(parents=True)
    path.write_text('{"mine": true}\n')
    done = cli("site", "--out", "public", "--feed", "--data", made)
    assert done.code == 5
    assert f"{file}: not a file that archtrack wrote" in done.err
    assert path.read_text() == '{"mine": true}\n'


def test_a_folder_in_the_place_of_a_file_is_told(work: Path, made: Path) -> None:
    (work / "feed" / "v1" / "index.json").mkdir(parents=True)
    with pytest.raises(DocumentError, match=r"index\.json"):
        write_feed(Histories({}, made), work)


def test_a_leftover_of_a_killed_run_is_cleared(work: Path, made: Path) -> None:
    left = work / "feed" / "v1" / "engines" / ".demo.json.archtrack-0011223344556677.tmp"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    own = left.with_name(".other.tmp")
    own.write_text("mine")
    write_feed(Histories({}, made), work)
    assert (left.exists(), own.exists()) == (False, True)


def test_a_feed_is_no_part_of_what_is_served(cli: Cli, work: Path) -> None:
    done = cli("site", "--serve", "--feed")
    assert (done.code, list(work.iterdir())) == (2, [])
    assert "--feed has no effect with --serve" in done.err
    assert cli("site", "--out", "public", "--data", "none").code == 2


def test_the_shipped_architectures_have_the_names_and_answers_that_are_expected(tmp_path: Path) -> None:
    histories = Histories({"ARCHTRACK_DATA_DIR": str(tmp_path)})
    files = file_names(architecture_counts(histories))
    assert files["LlamaForCausalLM"] == "LlamaForCausalLM.json"
    assert files["LLaMAForCausalLM"].startswith("LLaMAForCausalLM~")
    assert len({file.casefold() for file in files.values()}) == len(files) > 2000
    llama = architecture_export("LlamaForCausalLM", histories)["engines"]
    assert (llama["vllm"]["status"], llama["vllm"]["key"]["spans"][0]["first"]) == ("native", "0.0.1")
    assert llama["mlx-lm"]["key"]["name"] == "llama"
    assert "vllm-ascend" not in llama
    assert architecture_export("GPTNeoXForCausalLM", histories)["engines"]["sglang"]["status"] == "fallback"
