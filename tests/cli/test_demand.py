"""``archtrack demand``: what is printed, what is kept, and what becomes of hostile names."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import hub_server
import miniature
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.census.saved import read_census, save_census
from archtrack.core.demand.census import Census, Counted
from archtrack.core.demand.ranking import Status
from archtrack.errors import DataError
from miniature import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = [word for status in Status for word in ("--status", status.value)]
# Of the shipped history: SGLang has Llama; its backend takes Mamba's classes or refuses them; nobody has the last one.
ROWS: list[dict[str, Any]] = [
    {"id": "o/llama", "downloads": 900, "config": {"architectures": ["LlamaForCausalLM"]}},
    {"id": "o/nobody", "downloads": 500, "config": {"architectures": ["NobodyForCausalLM"]}},
    {"id": "o/nobody2", "downloads": 100, "config": {"architectures": ["NobodyForCausalLM"]}},
    {"id": "o/other", "downloads": 300, "config": {"architectures": ["OtherForCausalLM"]}},
    {"id": "o/adapter", "downloads": 200, "config": None},
]


def dump(path: Path, rows: list[dict[str, Any]]) -> Path:
    return miniature.write(path, "".join(json.dumps(row) + "\n" for row in rows))


def dump_of(path: Path, *names: str) -> Path:
    """A dump with one model of each architecture, each more downloaded than the one before."""
    rows = [
        {"id": f"o/{name}", "downloads": place, "config": {"architectures": [name]}}
        for place, name in enumerate(names)
    ]
    return dump(path, rows)


@pytest.fixture
def models(work: Path) -> Path:
    """A small dump in the working directory."""
    return dump(work / "models.jsonl", ROWS)


@pytest.mark.usefixtures("models")
def test_what_the_engine_lacks_is_shown_most_downloaded_first_with_the_shares(cli: Cli) -> None:
    done = cli("demand", "models.jsonl")
    assert done.code == 0
    assert done.lines == [
        "architecture\trank\tstatus\tdownloads\tmodels\tmost downloaded",
        "NobodyForCausalLM\t2\tunsupported\t600\t2\to/nobody",
        "OtherForCausalLM\t3\tunsupported\t300\t1\to/other",
    ]
    assert done.err.splitlines()[0] == "Counted 5 models: models.jsonl (downloads of the last 30 days)"
    assert done.err.splitlines()[1].startswith("Compared with sglang ")
    shares = done.err.splitlines()[-1]
    assert shares.startswith("Of 2.0k downloads, with sglang ")
    assert shares.endswith(": native 45.0%, unsupported 45.0%, no architecture named 10.0%")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--status", "native"), ["LlamaForCausalLM"]),
        (ALL, ["LlamaForCausalLM", "NobodyForCausalLM", "OtherForCausalLM"]),
        (("--top", "1"), ["NobodyForCausalLM"]),
        (("--top", "0"), ["NobodyForCausalLM", "OtherForCausalLM"]),
        (("--by", "models"), ["NobodyForCausalLM", "OtherForCausalLM"]),
        (("--engine", "vllm"), ["NobodyForCausalLM", "OtherForCausalLM"]),
        (("--engine", "sglang==0.5.9"), ["NobodyForCausalLM", "OtherForCausalLM"]),
        (("--status", "gone"), []),
    ],
)
@pytest.mark.usefixtures("models")
def test_options_choose_what_is_shown(cli: Cli, options: tuple[str, ...], names: list[str]) -> None:
    done = cli("demand", "models.jsonl", *options)
    assert (done.code, [line.split("\t")[0] for line in done.lines[1:]]) == (0, names)


def test_what_the_transformers_backend_does_is_said_by_the_history(cli: Cli, work: Path) -> None:
    encoders_too = ("BartForConditionalGeneration", "T5ForConditionalGeneration")
    dump_of(work / "m.jsonl", "LlamaForCausalLM", "OPTForCausalLM", *encoders_too)
    rows = cli("demand", "m.jsonl", "--top", "0", "--format", "json").json["architectures"]
    migrated = cli("migrate", "transformers", "sglang", "--format", "json").json["only_from"]
    known = {row["name"]: (row["there"]["status"], row["there"]["because"]["text"]) for row in migrated}
    assert rows
    assert all((row["status"], row["because"]) == known[row["name"]] for row in rows)


def test_a_source_of_sglang_is_read_and_answered_as_check_does(cli: Cli, trees: Any, work: Path) -> None:
    names = [f"{each}ForCausalLM" for each in ("Alpha", "Beta", "Gamma", "Delta", "Nobody")]
    dump_of(work / "m.jsonl", *names)
    done = cli("demand", "m.jsonl", *trees.options, "--format", "json", *ALL)
    assert done.code == 0, done.err
    found = {row["name"]: (row["status"], row["because"]) for row in done.json["architectures"]}
    asked = ("--engine", "sglang", *trees.options)
    checked = cli("check", *names, *asked, "--format", "json").json["targets"]
    assert found == {
        each["target"]: (each["status"], each["because"]["text"] if each["status"] != "native" else None)
        for each in checked
    }
    assert {status for status, _ in found.values()} > {"native"}
    assert [source["engine"] for source in done.json["sources"]] == ["sglang", "transformers"]


def test_with_an_unreadable_place_nothing_is_said_to_be_lacking(cli: Cli, trees: Any, work: Path) -> None:
    trees.native("odd.py", "EntryClass = make()\n")
    dump_of(work / "m.jsonl", "AlphaForCausalLM", "NobodyForCausalLM")
    done = cli("demand", "m.jsonl", *trees.options, "--format", "json", *ALL)
    assert {row["name"]: row["status"] for row in done.json["architectures"]} == {
        "AlphaForCausalLM": "native",
        "NobodyForCausalLM": "unknown",
    }
    assert "1 place in sglang could not be resolved" in done.err


HOSTILE = [
    "<script>alert(1)</script>",
    "a|b`c`*d*",
    "\x1b[31mred\x07",
    "new\nline\ttab",
    "=HYPERLINK(1)",
    "$x_{$",
    "@x",
]


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "json"])
def test_hostile_names_stay_text_in_every_form(cli: Cli, work: Path, form: str) -> None:
    dump_of(work / "m.jsonl", *HOSTILE)
    done = cli("demand", "m.jsonl", "--format", form, "--plot", "x.svg")
    assert done.code == 0
    if form == "json":
        assert [row["name"] for row in done.json["architectures"]] == HOSTILE[::-1]
        assert done.out.isascii()
        return
    assert all(character in {"\n", "\t"} or character.isprintable() for character in done.out)
    assert "\x1b" not in done.err
    if form == "csv":
        rows = list(csv.reader(io.StringIO(done.out)))
        assert len(rows) == len(HOSTILE) + 1
        assert {len(row) for row in rows} == {9}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+", "-"))]
    elif form == "text":
        assert [line.count("\t") for line in done.lines] == [5] * (len(HOSTILE) + 1)
    else:
        table = [line for line in done.lines if line.startswith("| ")]
        assert len(table) == len(HOSTILE) + 2
        assert "<script>" not in done.out
    assert "<script>" not in (work / "x.svg").read_text(encoding="utf-8")


@pytest.mark.usefixtures("models")
def test_markdown_has_what_was_counted_the_table_and_the_shares(cli: Cli) -> None:
    lines = cli("demand", "models.jsonl", "--format", "markdown").lines
    assert lines[0].startswith("Counted 5 models: models.jsonl")
    assert lines[2:6] == [
        "| Rank | Architecture | Status | Downloads | Models | Most downloaded |",
        "| ---: | --- | --- | ---: | ---: | --- |",
        "| 2 | NobodyForCausalLM | unsupported | 600 | 2 | o/nobody |",
        "| 3 | OtherForCausalLM | unsupported | 300 | 1 | o/other |",
    ]
    assert lines[-1].startswith("Of 2.0k downloads, with sglang ")


@pytest.mark.usefixtures("models")
def test_csv_has_every_column_and_exact_numbers(cli: Cli) -> None:
    done = cli("demand", "models.jsonl", "--format", "csv", "--status", "unsupported")
    _, newest = Histories({}, SHIPPED).release("sglang")
    library = f"transformers {(newest.transformers or '').removeprefix('==')}"
    assert done.out == (
        "rank,architecture,status,downloads,models,example,example_downloads,because,elsewhere\n"
        f"2,NobodyForCausalLM,unsupported,600,2,o/nobody,500,{library} has no public class NobodyForCausalLM,\n"
        f"3,OtherForCausalLM,unsupported,300,1,o/other,300,{library} has no public class OtherForCausalLM,\n"
    )


@pytest.mark.usefixtures("models")
def test_equal_dumps_give_equal_output_and_files(cli: Cli, work: Path) -> None:
    found = []
    for _ in range(2):
        done = cli("demand", "models.jsonl", "--format", "json", "--save", "c.json", "--plot", "p.svg")
        found.append((done.out, (work / "c.json").read_bytes(), (work / "p.svg").read_bytes()))
    assert found[0] == found[1]


@pytest.mark.parametrize("suffix", [".svg", ".png"])
@pytest.mark.usefixtures("models")
def test_the_chart_names_what_is_shown_and_needs_no_colour(cli: Cli, work: Path, suffix: str) -> None:
    done = cli("demand", "models.jsonl", "--plot", f"p{suffix}", *ALL)
    assert done.err.splitlines()[-1] == f"Wrote p{suffix}"
    data = (work / f"p{suffix}").read_bytes()
    if suffix == ".svg":
        assert all(
            word in data.decode()
            for word in ("LlamaForCausalLM", "NobodyForCausalLM", "native", "unsupported")
        )
        assert b"<pattern" in data
    else:
        assert data[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_chart_of_very_many_has_the_first_hundred_in_any_script(cli: Cli, work: Path) -> None:
    dump_of(work / "m.jsonl", *(f"模型{place}For😀" for place in range(300)))
    for name in ("p.svg", "p.png"):
        assert cli("demand", "m.jsonl", "--top", "0", "--plot", name).code == 0
    text = (work / "p.svg").read_text(encoding="utf-8")
    assert ("模型200For" in text, "模型199For" in text) == (True, False)


def test_a_chart_of_nothing_is_drawn_too(cli: Cli, work: Path) -> None:
    dump(work / "m.jsonl", ROWS[:1])
    assert cli("demand", "m.jsonl", "--plot", "p.svg").code == 0
    assert (work / "p.svg").exists()


# -- what is saved -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("models")
def test_a_census_that_was_saved_gives_what_the_dump_gives(cli: Cli, work: Path) -> None:
    first = cli("demand", "models.jsonl", "--save", "census.json", "--format", "json")
    assert "Wrote census.json" in first.err
    (work / "models.jsonl").unlink()
    again = cli("demand", "census.json", "--format", "json", "--save", "copy.json")
    assert again.json == first.json
    assert (work / "census.json").read_bytes() == (work / "copy.json").read_bytes()
    assert cli("demand", "census.json", "--save", "census.json").code == 0  # over itself


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"precious", "no census that this archtrack can read"),
        (b"{}", "no census that this archtrack can read"),
        (b'{\n "kind": "archtrack census",\n "version": 99}', "no census that this archtrack can read"),
        (b"[" * 100_000, "no census that this archtrack can read"),
        (None, "no such census; `archtrack demand --save c.json` writes one"),
    ],
)
def test_what_is_no_census_is_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "c.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"c\.json: ") as error:
        read_census(path)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"downloads": 2000', '"downloads": -1'), ('"date": null', '"date": 5'), ('"overlong": 0', '"overlong": true'),
     ('"measure": "downloads"', '"measure": "likes"'), ('"NobodyForCausalLM", 2', '"NobodyForCausalLM", "2"'),
     ('["OtherForCausalLM", ', "[["), ('"models": 5,', "")],
)  # fmt: skip
@pytest.mark.usefixtures("models")
def test_a_census_that_was_tampered_with_is_refused(cli: Cli, work: Path, old: str, new: str) -> None:
    cli("demand", "models.jsonl", "--save", "c.json")
    miniature.edit(work / "c.json", (old, new))
    done = cli("demand", "c.json")
    assert (done.code, done.out) == (3, "")
    assert "no census that this archtrack can read" in done.err


@pytest.mark.usefixtures("models")
def test_no_file_that_is_no_census_is_written_over(cli: Cli, work: Path) -> None:
    (work / "precious.json").write_text("mine", encoding="utf-8")
    for name in ("precious.json", "models.jsonl"):
        before = (work / name).read_bytes()
        done = cli("demand", "models.jsonl", "--save", name)
        assert (done.code, done.out) == (2, "")
        assert f"--save {name}: is there, and no census" in done.err
        assert (work / name).read_bytes() == before


# -- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 2, "demand asks the Hub, but this run is offline; name a DUMP, or run once without --offline"),
        (("--fresh",), 2, "--fresh asks the Hub, but this run is offline"),
        (("models.jsonl", "--limit", "5"), 2, "--limit and --fresh are for the Hub; drop them"),
        (("models.jsonl", "--fresh"), 2, "--limit and --fresh are for the Hub; drop them"),
        (("nothing.parquet",), 2, "nothing.parquet: no such file"),
        (("models.jsonl", "--engine", "nobody"), 2, "no engine is called 'nobody'"),
        (("models.jsonl", "--engine", "sglang==9.9.9"), 2, "has no release 9.9.9"),
        (("models.jsonl", "--engine", "vllm", "--sglang", "."), 2, "drop them, or drop --engine and --data"),
        (("models.jsonl", "--plot", "x.pdf"), 2, "name a file that ends with .svg or .png"),
        (("models.jsonl", "--memory", "1"), 2, "256"),
        (("models.jsonl", "--by", "likes"), 2, "downloads"),
        (("models.jsonl", "--status", "wrong"), 2, "unsupported"),
        (("c.json", "models.jsonl"), 2, "c.json: a saved census cannot be combined; drop the other files"),
        (("models.jsonl", "--save", "no/such/c.json"), 5, "create the folder first"),
    ],
)
@pytest.mark.usefixtures("models")
def test_nonsense_is_refused_in_one_line(cli: Cli, options: tuple[str, ...], code: int, words: str) -> None:
    cli("demand", "models.jsonl", "--save", "c.json")
    done = cli("demand", *options)
    assert (done.code, done.out) == (code, "")
    assert words in done.err


@pytest.mark.parametrize("module", ["duckdb", "huggingface_hub"])
def test_without_the_extra_the_error_says_how_to_install_it(tmp_path: Path, module: str) -> None:
    miniature.write(tmp_path / "shadow" / f"{module}.py", "raise ImportError('not here')\n")
    path = os.pathsep.join((str(tmp_path / "shadow"), miniature.SOURCE))
    work = tmp_path / "work"
    dump(miniature.write(work / "m.jsonl", ""), ROWS)
    done = miniature.spawn("demand", cwd=work, home=tmp_path, PYTHONPATH=path, ARCHTRACK_OFFLINE="")
    assert (done.code, done.out) == (2, "")
    assert "pip install" in done.err.splitlines()[-1]
    if module == "duckdb":
        assert miniature.spawn("demand", "m.jsonl", cwd=work, home=tmp_path, PYTHONPATH=path).code == 2


# -- the Hub -------------------------------------------------------------------------------------------


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[hub_server.HubServer]:
    with hub_server.HubServer(models=ROWS) as server:
        (tmp_path / "work").mkdir()
        yield server


def online(*arguments: str, endpoint: str, home: Path) -> miniature.Result:
    """``archtrack demand`` with a Hub."""
    environ = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home / "hf"), "HF_TOKEN": "", "NO_PROXY": "127.0.0.1"}
    return miniature.spawn(
        "demand", *arguments, cwd=home / "work", home=home, ARCHTRACK_OFFLINE="", **environ
    )


def test_the_hub_is_asked_in_pages_and_an_interrupted_run_goes_on(hub: Any, tmp_path: Path) -> None:
    hub.page_size = 2
    hub.faults = [None, hub_server.Fault(status=429, headers=(("Retry-After", "1000"),))]
    done = online(endpoint=hub.url, home=tmp_path)
    assert (done.code, done.out) == (3, "")
    assert "2 models are kept; run the same command to continue" in done.err
    hub.faults = [hub_server.Fault(status=503, headers=(("Retry-After", "0"),))]
    done = online("--format", "json", "--save", "c.json", endpoint=hub.url, home=tmp_path)
    assert done.code == 0, done.err
    assert "Note: the list of models: the Hub answers 503; trying again in 0 s" in done.err
    assert f"Counted 5 models: all models of {hub.url}, " in done.err
    assert [row["name"] for row in done.json["architectures"]] == ["NobodyForCausalLM", "OtherForCausalLM"]
    assert done.json["census"]["whole"] is True
    assert hub.cursors == ["", "2", "2", "2", "4"]
    done = online("--limit", "3", endpoint=hub.url, home=tmp_path)
    assert f"Counted 3 models: the 3 most downloaded models of {hub.url}, " in done.err
    assert len(hub.cursors) == 5
    assert read_census(tmp_path / "work" / "c.json").whole


def test_a_password_in_the_address_of_the_hub_is_neither_shown_nor_saved(hub: Any, tmp_path: Path) -> None:
    endpoint = hub.url.replace("://", "://user:secret@")
    done = online("--save", "c.json", endpoint=endpoint, home=tmp_path)
    assert done.code == 0, done.err
    saved = (tmp_path / "work" / "c.json").read_text(encoding="utf-8")
    assert "secret" not in done.out + done.err + saved
    assert "all models of http://127.0.0.1:" in done.err


# -- the document --------------------------------------------------------------------------------------


def test_the_column_says_what_the_census_does_and_keeps_still(cli: Cli, trees: Any, work: Path) -> None:
    alpha = {"downloads": 1_234_000, "config": {"architectures": ["AlphaForCausalLM"]}}
    beta = {"id": "o/b", "downloads": 7, "config": {"architectures": ["BetaForCausalLM"]}}
    dump(work / "m.jsonl", [*({"id": f"o/{place}", **alpha} for place in range(10)), beta])
    cli("demand", "m.jsonl", "--save", "census.json")
    cli("update", *trees.options)
    miniature.write(work / "archtrack.toml", 'columns = ["demand"]\ndemand = "census.json"\n')
    done = cli("update", *trees.options)
    assert "+ Demand: 3 tables" in done.out
    document = work / "MODEL_SUPPORT_TRACKING.md"
    assert "| Demand |" not in document.read_text(encoding="utf-8")
    done = cli("update", *trees.options, "--refresh", "--format", "json")
    assert done.code == 0, done.err
    rows = {
        line.split("**")[1]: line.split("|")[6].strip()
        for line in document.read_text(encoding="utf-8").splitlines()
        if line.startswith("| **") and "Total" not in line
    }
    assert (rows["AlphaForCausalLM"], rows["BetaForCausalLM"]) == ("12M / 10 models", "7 / 1 model")
    assert {rows[name] for name in rows if name not in {"AlphaForCausalLM", "BetaForCausalLM"}} == {""}
    assert cli("update", *trees.options, "--refresh", "--check").code == 0
    assert cli("lint", *trees.options).code == 0
    # A census that differs a little changes no cell; one that differs more changes that one, and words stay.
    text = (work / "census.json").read_text(encoding="utf-8")
    (work / "census.json").write_text(text.replace("12340000", "12449999"), encoding="utf-8")
    assert cli("update", *trees.options, "--refresh", "--check").code == 0
    (work / "census.json").write_text(text.replace("12340000", "99999999"), encoding="utf-8")
    words = document.read_text(encoding="utf-8").replace("| 7 / 1 model |", "| 9 / 2 models |")
    document.write_text(words.replace("| `sight.py` |  |  |", "| `sight.py` |  | soon |"), encoding="utf-8")
    done = cli("update", *trees.options, "--refresh")
    assert done.code == 0
    text = document.read_text(encoding="utf-8")
    assert "| 100M / 10 models |" in text
    assert "| 7 / 1 model |" in text
    assert "| soon |" in text


def test_a_census_that_cannot_be_read_changes_no_document(cli: Cli, trees: Any, work: Path) -> None:
    cli("update", *trees.options)
    before = (work / "MODEL_SUPPORT_TRACKING.md").read_bytes()
    miniature.write(work / "archtrack.toml", 'columns = ["demand"]\ndemand = "sub/census.json"\n')
    done = cli("update", *trees.options, "--refresh")
    assert (done.code, done.out) == (3, "")
    assert "sub/census.json: no such census; `archtrack demand --save census.json` writes one" in done.err
    assert (work / "MODEL_SUPPORT_TRACKING.md").read_bytes() == before


def test_the_folder_of_nobody_is_wrong_usage(cli: Cli) -> None:
    for names in (["~nobody-of-that-name/x"], ["~nobody-of-that-name/*.parquet", "m.jsonl"]):
        done = cli("demand", *names)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "no such home folder is known; write the whole path" in done.err


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "huge"])
def test_what_is_no_file_is_no_census(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "c.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(3 * 1024**3)  # takes no room on the disk
    words = "cannot be read: it has more than 256 MB" if kind == "huge" else "cannot be read"
    with pytest.raises(DataError, match=words):
        read_census(path)


@pytest.mark.parametrize(
    "odd", ["null", "true", "-1", "2.5", "1e999", "1" * 5000, "1" * 30, '"x"', "[]", "{}"]
)
def test_a_value_of_another_kind_anywhere_in_a_census_is_refused_or_a_text(tmp_path: Path, odd: str) -> None:
    counted = Counted(name="A", models=1, downloads=2, example="o/n", example_downloads=3)
    numbers = {"models": 4, "downloads": 5, "nameless_models": 6, "nameless_downloads": 7}
    census = Census(source="s", date="2026-01-31", measure="downloads", architectures=(counted,), **numbers)  # type: ignore[arg-type]
    path = tmp_path / "c.json"
    save_census(census, path)
    assert read_census(path) == census
    text = path.read_text(encoding="utf-8")
    for value in re.findall(r"(?<=[\[:,] )(?:\d+|\"[^\"]*\"|false)(?=[,\]}])", text.partition('"source"')[2]):
        path.write_text(text.replace(f" {value}", f" {odd}", 1), encoding="utf-8")
        if odd == '"x"' and value in {'"s"', '"o/n"'}:
            assert read_census(path) != census
        elif (odd == "null" and value == '"2026-01-31"') or value == "false":
            with suppress(DataError):
                read_census(path)
        else:
            with pytest.raises(DataError, match="no census that this archtrack can read"):
                read_census(path)
