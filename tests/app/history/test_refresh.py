"""``history refresh`` against a package index on this machine: what is read, kept, believed and written."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import index_servers
import pytest

import miniature
from archtrack.app.history.refresh import Steps
from archtrack.app.history.refresh import refresh as refreshed
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

REGISTRY = "vllm/model_executor/models/registry.py"
LISTS = ["/simple/transformers/", "/simple/vllm/"]  # which transformers counts, only its list tells


def wheel(version: str, *names: str, registry: str | None = None) -> bytes:
    """A release of vLLM that registers these architectures, all in ``llama.py``."""
    rows = "".join(f'    "{name}": ("llama", "{name}"),\n' for name in names)
    text = registry if registry is not None else f"_VLLM_MODELS = {{\n{rows}}}\n"
    files = {
        "vllm/__init__.py": b"",
        REGISTRY: text.encode(),
        "vllm/model_executor/models/llama.py": b"",
        "vllm/pad.bin": index_servers.noise(300_000, 1),
    }
    made: bytes = index_servers.make_wheel(files, version, stem="vllm")
    return made


@pytest.fixture
def index(package_index: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 -- cleared there
    """An index with three final releases of vLLM, newest listed first, a candidate and a local build."""
    offer(package_index, "0.3.0", "A", "B", "C", day="2026-03-01")
    offer(package_index, "0.1.0", "A", day="2026-01-01")
    offer(package_index, "0.2.0rc1", "X", day="2026-01-15")
    offer(package_index, "0.1.0+cu118", "Z", day="2026-01-15")
    offer(package_index, "0.2.0.post1", "A", "B", day="2026-02-01")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    return package_index


def offer(
    index: Any, version: str, *names: str, day: str = "2026-04-01", registry: str | None = None
) -> None:
    index.add(
        f"vllm-{version}-py3-none-any.whl",
        wheel(version, *names, registry=registry),
        project="vllm",
        **{"upload-time": f"{day}T10:00:00Z"},
    )


def spans(kept: Path) -> dict[str, list[tuple[str, str | None]]]:
    found = json.loads(kept.read_bytes())["registered"]
    return {name: [(each["first"], each["last"]) for each in entry["spans"]] for name, entry in found.items()}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The data file that a refresh writes."""
    return tmp_path / "history" / "vllm.json"


@pytest.fixture
def refresh(cli: Run, tmp_path: Path) -> Run:
    """Runs a refresh of vLLM into a folder of its own."""

    def run(*arguments: object) -> Any:
        return cli("history", "refresh", "vllm", "--data", tmp_path / "history", *arguments)

    return run


def test_all_final_releases_in_the_order_of_their_versions(index: Any, refresh: Run, kept: Path) -> None:
    done = refresh()
    assert done.code == 0, done.err
    data = json.loads(kept.read_bytes())
    dates = [("0.1.0", "2026-01-01"), ("0.2.0.post1", "2026-02-01"), ("0.3.0", "2026-03-01")]
    assert [(each["version"], each["date"]) for each in data["releases"]] == dates
    assert spans(kept) == {"A": [("0.1.0", None)], "B": [("0.2.0.post1", None)], "C": [("0.3.0", None)]}
    assert data["registered"]["B"]["spans"][0]["states"] == [
        {"since": "0.2.0.post1", "file": "llama.py", "at": f"{REGISTRY}:3"}
    ]
    assert done.lines[0] == "vllm 0.3.0: 3 architectures, 3 releases read, data written"
    assert index.requests


def test_a_second_run_asks_for_the_list_and_changes_nothing(index: Any, refresh: Run, kept: Path) -> None:
    refresh()
    before = kept.read_bytes()
    index.requests.clear()
    done = refresh()
    assert sorted(path for path, _ in index.requests) == LISTS
    assert done.lines == ["vllm 0.3.0: 3 architectures, 0 releases read, data unchanged"]
    assert kept.read_bytes() == before


def test_one_new_release_costs_that_release(index: Any, refresh: Run, kept: Path) -> None:
    refresh()
    index.requests.clear()
    offer(index, "0.4.0", "A", "C", "D")
    done = refresh()
    assert {path for path, _ in index.requests} == {*LISTS, "/files/vllm-0.4.0-py3-none-any.whl"}
    assert done.lines == [
        "vllm 0.4.0: 3 architectures, 1 release read, data written",
        "  0.4.0 (2026-04-01): 1 added, 1 removed since 0.3.0",
        "    + D",
        "    - B",
    ]
    assert spans(kept)["B"] == [("0.2.0.post1", "0.3.0")]


def test_a_member_that_was_seen_before_is_not_fetched_again(index: Any, refresh: Run) -> None:
    """The registry of 0.3.1 is that of 0.3.0: its table of contents tells, and no more is asked for."""
    refresh()
    index.requests.clear()
    offer(index, "0.3.1", "A", "B", "C")
    assert refresh().code == 0
    (end,) = index.file_requests()
    assert int(end.removeprefix("bytes=").split("-")[0]) > 200_000


@pytest.mark.parametrize("late", ["0.2.1", "0.0.9", "0.5.0"])
def test_built_in_steps_or_from_nothing_the_bytes_are_the_same(
    index: Any, refresh: Run, cli: Run, tmp_path: Path, kept: Path, late: str
) -> None:
    """Also where a release comes late between two others, so that the lines after it have to be read again."""
    refresh()
    offer(index, late, "Z", "B", day="2026-05-01")
    assert refresh().code == 0
    in_steps = kept.read_bytes()
    assert cli("history", "refresh", "vllm", "--data", tmp_path / "anew").code == 0
    assert (tmp_path / "anew" / "vllm.json").read_bytes() == in_steps
    assert refresh("--anew").code == 0
    assert kept.read_bytes() == in_steps


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no wheel at all", "vllm-0.2.5-py3-none-any.whl: not a readable zip file"),
        (wheel("0.2.5", registry="x = 1\n"), "has no table of models"),
        (wheel("0.2.5", registry="_MODELS = {"), "cannot be parsed"),
    ],
)
def test_a_release_that_cannot_be_read_is_unknown_and_breaks_no_span(
    index: Any, refresh: Run, cli: Run, tmp_path: Path, kept: Path, content: bytes, reason: str
) -> None:
    index.add("vllm-0.2.5-py3-none-any.whl", content, project="vllm")
    done = refresh()
    assert done.code == 0
    data = json.loads(kept.read_bytes())
    unknown = {each["version"]: each["unknown"] for each in data["releases"] if "unknown" in each}
    assert list(unknown) == ["0.2.5"]
    assert reason in unknown["0.2.5"]
    assert "127.0.0.1" not in unknown["0.2.5"]
    assert spans(kept)["B"] == [("0.2.0.post1", None)]
    shown = cli("history", "A", "B", "C", "--data", tmp_path / "history").lines
    assert [line.split("\t")[2] for line in shown[1:]] == ["≤0.1.0", "0.2.0.post1", "≤0.3.0"]
    assert cli("history", "--engine", "vllm", "--at", "0.2.5", "--data", tmp_path / "history").code == 3


def test_a_file_that_is_listed_and_not_there_is_unknown(index: Any, refresh: Run, kept: Path) -> None:
    del index.files["vllm-0.2.0.post1-py3-none-any.whl"]
    assert refresh().code == 0
    unknown = [each.get("unknown") for each in json.loads(kept.read_bytes())["releases"]]
    assert unknown == [None, "vllm-0.2.0.post1-py3-none-any.whl is listed and not there", None]


@pytest.mark.parametrize("harm", ["gone", "a web page", "another file"])
def test_what_is_known_is_not_forgotten_because_it_cannot_be_had_again(
    index: Any, refresh: Run, tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    refresh()
    before = kept.read_bytes()
    monkeypatch.setenv("ARCHTRACK_CACHE_DIR", str(tmp_path / "another cache"))
    name = "vllm-0.2.0.post1-py3-none-any.whl"
    if harm == "gone":
        del index.files[name]
    elif harm == "another file":
        index.files[name] = index.files[name][:-30] + bytes(30)
    else:
        index.always_file = index_servers.Fault(html=True)
    done = refresh("--anew")
    assert done.code == 3, (done.out, done.err)
    assert kept.read_bytes() == before


def test_a_release_that_left_the_index_is_kept_also_anew(index: Any, refresh: Run, kept: Path) -> None:
    refresh()
    index.projects["vllm"] = [row for row in index.projects["vllm"] if "0.1.0" not in row["filename"]]
    kept.write_bytes(re.sub(rb'"revision":\d+', b'"revision":0', kept.read_bytes()))
    for again in ((), ("--anew",)):
        assert refresh(*again).code == 0
        assert spans(kept)["A"] == [("0.1.0", None)]


@pytest.mark.usefixtures("index")
def test_a_slower_refresh_does_not_write_over_a_faster_one(tmp_path: Path, kept: Path) -> None:
    workspace = Workspace(folder=tmp_path, environ=os.environ, offline=False)
    results = refreshed(["vllm", "sglang"], kept.parent, workspace, MagicMock(spec=Steps))
    first = next(results)  # the index has no SGLang; vLLM's list is there, and nothing is read yet
    kept.write_text("what another run wrote", encoding="utf-8")
    (second,) = results
    assert (first.engine, second.engine) == ("sglang", "vllm")
    assert "changed while it was being updated; run again" in str(second.error)
    assert kept.read_text(encoding="utf-8") == "what another run wrote"


def test_an_acceptance_is_for_the_file_that_was_looked_at(index: Any, refresh: Run) -> None:
    index.projects.clear()
    offer(index, "1.0", *MANY)
    offer(index, "1.1", "N00")
    assert refresh().code == 4
    assert refresh("--accept", "vllm==1.1").code == 0
    index.projects["vllm"] = [row for row in index.projects["vllm"] if "1.1" not in row["filename"]]
    offer(index, "1.1", "N01", "N02")
    assert refresh().code == 4


def test_without_a_folder_it_goes_on_from_the_shipped_data(
    index: Any, refresh: Run, cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh()
    monkeypatch.setattr("archtrack.app.history.store.SHIPPED", tmp_path / "history")
    done = cli("history", "refresh", "vllm")
    assert done.lines == ["vllm 0.3.0: 3 architectures, 0 releases read, data unchanged"]
    assert not (tmp_path / "data" / "vllm.json").exists()
    offer(index, "0.4.0", "A")
    done = cli("history", "refresh", "vllm")
    assert done.lines[0] == "vllm 0.4.0: 1 architecture, 1 release read, data written"
    assert spans(tmp_path / "data" / "vllm.json")["B"] == [("0.2.0.post1", "0.3.0")]


def test_an_engine_of_which_nothing_can_be_read_gets_no_data(index: Any, refresh: Run, kept: Path) -> None:
    index.projects.clear()
    offer(index, "0.1.0", registry="x = 1\n")
    done = refresh()
    assert (done.code, "no release could be read: " in done.err) == (3, True)
    assert not kept.exists()


def test_a_folder_that_cannot_be_made_is_said_before_reading(index: Any, cli: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = cli("history", "refresh", "vllm", "--data", tmp_path / "file" / "folder")
    assert (done.code, "cannot create the folder" in done.err, index.requests) == (5, True, [])


def test_an_index_that_does_not_answer_says_nothing_of_releases(index: Any, refresh: Run, kept: Path) -> None:
    index.always_file = index_servers.Fault(status=403)
    done = refresh()
    assert done.code == 3
    assert "what was read so far is kept; run again" in done.err
    assert not kept.exists()
    index.always_file = None
    assert refresh().code == 0
    assert spans(kept)["A"] == [("0.1.0", None)]


MANY = [f"N{number:02}" for number in range(30)]


def test_a_fall_is_told_and_not_believed_until_it_is_accepted(index: Any, refresh: Run, kept: Path) -> None:
    index.projects.clear()
    offer(index, "1.0", *MANY)
    offer(index, "1.1", "N00", registry='_RENAMED = {"N00": ("llama", "N00")}\n_VLLM_MODELS = make()\n')
    offer(index, "1.2", *MANY)
    done = refresh()
    assert done.code == 4
    assert "  ! 1.1: implausible: 29 of the 30 architectures of 1.0 are gone" in done.lines
    assert spans(kept)["N07"] == [("1.0", None)]
    accepted = refresh("--accept", "vllm==1.1")
    assert accepted.code == 0
    assert spans(kept)["N07"] == [("1.0", "1.0"), ("1.2", None)]
    assert refresh().code == 0  # it is remembered
    assert refresh("--anew").code == 0
    assert spans(kept)["N07"] == [("1.0", "1.0"), ("1.2", None)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--accept", "vllm==9"), "--accept vllm==9: vllm has no final release 9"),
        (("--accept", "sglang==0.1.0"), "this refresh leaves out sglang; name it as ENGINE too"),
        (("--accept", "vllm"), "write ENGINE==VERSION"),
    ],
)
@pytest.mark.usefixtures("index")
def test_what_cannot_be_accepted(refresh: Run, arguments: tuple[str, ...], message: str) -> None:
    done = refresh(*arguments)
    assert (done.code, message in done.err) == (2, True)


def test_markdown_for_a_pull_request(index: Any, refresh: Run) -> None:
    refresh()
    offer(index, "0.4.0", "A", "C", "D_x")
    assert refresh("--format", "markdown").lines == [
        "## vllm 0.4.0: 3 architectures, 1 release read, data written",
        "",
        "- 0.4.0 (2026-04-01): 1 added, 1 removed since 0.3.0",
        "  - added **D_x**",
        "  - removed **B**",
        "",
    ]
    assert refresh("--format", "markdown").lines == []


def test_offline_it_says_that_it_needs_the_index(cli: Run) -> None:
    done = cli("history", "refresh", "vllm")
    assert (done.code, "unset ARCHTRACK_OFFLINE" in done.err) == (2, True)


def test_a_data_file_that_is_damaged_is_not_written_over(index: Any, refresh: Run, kept: Path) -> None:
    miniature.write(kept, '{"schema_version": 1')
    done = refresh()
    assert (done.code, index.file_requests()) == (3, [])
    assert kept.read_text(encoding="utf-8") == '{"schema_version": 1'


def test_killed_twenty_times_at_random_it_goes_on_and_gives_the_same_bytes(
    index: Any, refresh: Run, tmp_path: Path, kept: Path
) -> None:
    index.projects.clear()
    for number in range(60):
        offer(index, f"1.{number}", *MANY[: 10 + number // 4])
    assert refresh().code == 0
    expected = kept.read_bytes()
    environ = {**os.environ, "ARCHTRACK_CACHE_DIR": str(tmp_path / "cache-of-the-killed")}
    command = miniature.command("history", "refresh", "vllm", "--data", tmp_path / "killed")
    chance = random.Random(20)  # noqa: S311 -- moments, no secret
    killed = 0
    for _ in range(20):
        child = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        time.sleep(chance.uniform(0.15, 0.9))
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
        left = tmp_path / "killed" / "vllm.json"
        assert not left.exists() or left.read_bytes() == expected
    assert killed
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "killed" / "vllm.json").read_bytes() == expected
