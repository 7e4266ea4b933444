"""``archtrack audit``: what it prints, and what it exits with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import miniature
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Row
from made_history import made_history, release
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = Entry(file="a.py", at="demo/r.py:3")
TABLE = """# Models

| Architecture | Models | LoRA |
| --- | --- | --- |
| `AForCausalLM` | a | |
| `BForCausalLM` | b | ✅ |
| `C%0A|ForCausalLM` | c | * |
"""
GATES = """\
if demo_version >= '2':
    MODELS.add('AForCausalLM')
if demo_version >= '1':
    MODELS.add('BForCausalLM')
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An engine of two releases, with the features of the newer one."""
    folder = tmp_path / "histories"
    folder.mkdir()
    rows = {
        "AForCausalLM": Row(at="demo/a.py:7", value={"has": ["lora"]}),
        "BForCausalLM": Row(at="demo/b.py:9", value={}),
    }
    history = made_history(
        [release("1"), release("2")],
        {"1": {"AForCausalLM": ENTRY}, "2": {"AForCausalLM": ENTRY, "BForCausalLM": ENTRY}},
        tables={"2": {"features": rows}},
        rules={"2": {"features": {"decided": ["lora"]}}},
    )
    (folder / "demo.json").write_text(write_history(history), encoding="utf-8")
    return folder


@pytest.fixture
def table(work: Path) -> Path:
    return miniature.write(work / "table.md", TABLE)


def test_what_is_not_true_is_a_line_with_its_place_and_its_evidence(
    cli: Cli, work: Path, data: Path, table: Path
) -> None:
    gates = miniature.write(work / "gates.py", GATES)
    done = cli("audit", "table.md", "gates.py", "--engine", "demo", "--data", data)
    early = "demo 1 does not have it; demo has it since 2"
    no_name = "that is not the name of an architecture"
    assert done.lines == [
        "table.md:5:23: wrong: LoRA of AForCausalLM: no: `AForCausalLM` has LoRA in demo 2 [demo/a.py:7]",
        "table.md:6:24: wrong: LoRA of BForCausalLM: yes: `BForCausalLM` has no LoRA in demo 2 [demo/b.py:9]",
        f"table.md:7:4: cannot be said: C%0A|ForCausalLM; LoRA of C%0A|ForCausalLM: no: {no_name}",
        "table.md: 6 claims: 2 true, 2 wrong, 2 cannot be said",
        "gates.py:2:16: late: AForCausalLM since 2: demo has it since 1 [demo/r.py:3 in 1]",
        f"gates.py:4:16: early: BForCausalLM since 1: {early} [demo/r.py:3 in 2]",
        "gates.py: 2 claims: 1 late, 1 early",
    ]
    assert (done.code, done.err) == (1, "")
    assert (table.read_text(encoding="utf-8"), gates.read_text(encoding="utf-8")) == (TABLE, GATES)


def test_where_all_is_true_or_cannot_be_said_nothing_is_to_do(cli: Cli, work: Path, data: Path) -> None:
    miniature.write(work / "names.txt", "AForCausalLM\nno name\n")
    done = cli("audit", "names.txt", "--engine", "demo==1", "--data", data)
    assert done.code == 0
    assert done.lines[-1] == "names.txt: 2 claims: 1 true, 1 cannot be said"


def test_fix_writes_what_is_right_and_reports_what_is_left(
    cli: Cli, work: Path, data: Path, table: Path
) -> None:
    gates = miniature.write(work / "gates.py", GATES)
    miniature.write(work / "names", "CForCausalLM\n")
    done = cli("audit", "table.md", "gates.py", "names", "--engine", "demo", "--data", data, "--fix")
    assert table.read_text(encoding="utf-8") == TABLE.replace("a | |", "a | ✅ |").replace(
        "b | ✅ |", "b |  |"
    )
    raised = GATES.replace("'1'", "'2'")
    assert gates.read_text(encoding="utf-8") == raised
    assert [line for line in done.lines if line.startswith("Fixed")] == [
        "Fixed 2 claims in table.md. None remain.",
        "Fixed 1 claim in gates.py. 1 remains.",
    ]
    assert done.code == 1
    again = cli("audit", "table.md", "gates.py", "--engine", "demo", "--data", data, "--fix-late")
    assert gates.read_text(encoding="utf-8") == raised.replace("'2'", "'1'", 1)
    assert (again.code, again.lines[-1]) == (0, "Fixed 1 claim in gates.py. None remain.")


def test_diff_shows_what_fix_would_write_and_writes_nothing(
    cli: Cli, work: Path, data: Path, table: Path
) -> None:
    gates = miniature.write(work / "gates.py", GATES)
    done = cli("audit", "table.md", "gates.py", "--engine", "demo", "--data", data, "--diff")
    assert (table.read_text(encoding="utf-8"), gates.read_text(encoding="utf-8")) == (TABLE, GATES)
    assert done.code == 1
    changes = [line for line in done.lines if line[:1] in {"+", "-"}]
    assert changes == [
        "--- a/table.md",
        "+++ b/table.md",
        "-| `AForCausalLM` | a | |",
        "-| `BForCausalLM` | b | ✅ |",
        "+| `AForCausalLM` | a | ✅ |",
        "+| `BForCausalLM` | b |  |",
        "--- a/gates.py",
        "+++ b/gates.py",
        "-if demo_version >= '1':",
        "+if demo_version >= '2':",
    ]
    late = cli("audit", "gates.py", "--engine", "demo", "--data", data, "--diff", "--fix-late")
    assert "+if demo_version >= '1':" in late.lines
    cli("audit", "gates.py", "--engine", "demo", "--data", data, "--fix-late")
    assert "---" not in cli("audit", "gates.py", "--engine", "demo", "--data", data, "--diff").out


@pytest.mark.parametrize(
    ("name", "text", "message", "codes"),
    [
        ("a.json", '{"foo": [{"bar": "x"}]}', "a.json: no claim found; keys not read: foo, bar\n", (0, 1)),
        ("a.json", '{"a1":"","a2":"","a3":"","a4":"","a5":"","a6":""}',
         "a.json: no claim found; keys not read: a1, a2, a3, a4, a5, …\n", (0, 1)),
        ("a.md", "| Thing |\n|---|\n| x |\n", "a.md: no claim found; columns not read: Thing\n", (0, 1)),
        ("a.md", "", "a.md: no claim found; it has no table with a row\n", (0, 1)),
        ("names", "no name\n", "", (0, 1)),
        ("names", "AForCausalLM\n", "", (0, 0)),
    ],
)  # fmt: skip
def test_a_file_that_claims_nothing_is_named_and_strict_fails_for_it(
    cli: Cli, work: Path, data: Path, name: str, text: str, message: str, codes: tuple[int, int]
) -> None:
    miniature.write(work / name, text)
    done = cli("audit", name, "--engine", "demo", "--data", data)
    strict = cli("audit", name, "--engine", "demo", "--data", data, "--strict")
    assert ((done.code, strict.code), done.err, strict.err) == (codes, message, message)


def test_many_that_cannot_be_said_for_one_reason_are_one_line_with_their_lines(
    cli: Cli, work: Path, data: Path
) -> None:
    miniature.write(work / "names", "no name\n" * 9 + "AForCausalLM\n" + "no name\n\n" * 2)
    done = cli("audit", "names", "--engine", "demo", "--data", data)
    reason = "that is not the name of an architecture or a model"
    assert done.lines[0] == f"names: cannot be said (11): {reason} (lines 1-9, 11, 13)"


def test_an_issue_gets_a_table_that_no_name_can_break(cli: Cli, data: Path, table: Path) -> None:
    done = cli("audit", table, "--engine", "demo", "--data", data, "--format", "markdown")
    rows = [line for line in done.lines if line.startswith("|")]
    assert rows[0] == "| Line | Claim | Outcome | Evidence |"
    assert rows[2].startswith("| 5 | LoRA of AForCausalLM: no | wrong | ")
    assert len(rows) == 4


@pytest.mark.usefixtures("table")
def test_ci_gets_annotations_at_the_lines(cli: Cli, work: Path, data: Path) -> None:
    miniature.write(work / "gates.py", GATES)
    done = cli("audit", "table.md", "gates.py", "--engine", "demo", "--data", data, "--format", "github")
    heads = [line.rpartition("::")[0] for line in done.lines]
    assert heads == [
        "::error file=table.md,line=5,title=audit%3A wrong",
        "::error file=table.md,line=6,title=audit%3A wrong",
        "::warning file=gates.py,line=2,title=audit%3A late",
        "::warning file=gates.py,line=4,title=audit%3A early",
    ]


def test_programs_get_every_claim(cli: Cli, data: Path, table: Path, conforms: Conforms) -> None:
    done = cli("audit", table, "--engine", "demo", "--data", data, "--format", "json")
    conforms(done.json, "audit")
    (file,) = done.json["files"]
    assert file["counts"] == {"true": 2, "late": 0, "early": 0, "wrong": 2, "cannot be said": 2}
    assert [each["fixable"] for each in file["claims"]] == [False, True, False, True, False, False]
    assert file["claims"][1]["because"] == {
        "text": "`AForCausalLM` has LoRA in demo 2",
        "version": "2",
        "since": None,
        "release": None,
        "path": "demo/a.py",
        "line": 7,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "Missing argument"),
        (("nothing.md",), 3, "nothing.md: cannot be read: No such file or directory"),
        (("table.md", "--engine", "nobody"), 2, "nobody"),
        (("table.md", "--engine", "demo==9"), 2, "the history of demo has no release 9"),
        (("broken.json",), 3, "broken.json: not valid JSON: "),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    cli: Cli, work: Path, data: Path, table: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    miniature.write(work / "broken.json", "{")
    done = cli("audit", *arguments, "--data", data)
    assert (done.code, message in done.err, done.out) == (code, True, "")
    assert table.read_text(encoding="utf-8") == TABLE
