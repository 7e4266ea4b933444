"""``archtrack render``."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
PAGE = Path(__file__).parents[2] / "docs" / "tasks" / "issue.md"
SMALL = ("--limit", "2048")


@pytest.fixture
def document(cli: Cli, trees: Any, work: Path) -> Path:
    """A document with so many rows that a limit of 2,048 takes several comments."""
    trees.register(*(f"{letter}{n:02d}ForCausalLM" for letter in "CKTW" for n in range(12)), file="many.py")
    cli("update", *trees.options, "--date", "2026-01-31")
    return work / DOCUMENT


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def add_row(document: Path, name: str, below: str) -> None:
    text = document.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines(keepends=True) if line.startswith(f"| **{below}**"))
    document.write_text(text.replace(line, f"{line}{line.replace(below, name)}"), encoding="utf-8")


def test_the_parts_are_printed_each_below_its_name_and_hold_every_row(cli: Cli, document: Path) -> None:
    done = cli("render", "--target", "issue", *SMALL)
    assert (done.code, done.err) == (0, "")
    heads = [line for line in done.lines if line.startswith("==== ")]
    assert heads[0].startswith("==== body.md: ")
    assert [head.split()[1] for head in heads[1:]] == [f"comment-{n:02d}.md:" for n in range(1, len(heads))]
    rows = re.findall(r"^\| \*\*\w+\*\* \| Y? ?\|.*$", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line for line in done.lines if line in set(rows)] == rows
    assert len(rows) == 57
    size = cli("render", "--format", "json").json["parts"][0]["size"]
    assert cli("render").lines[0] == f"==== body.md: 57 rows, {size:,} of 65,536 ===="


def test_files_are_written_once_and_of_a_row_more_only_its_comment_and_the_body(
    cli: Cli, document: Path, work: Path
) -> None:
    out = work / "a" / "tracking"
    done = cli("render", *SMALL, "--out", out)
    before = files(out)
    assert done.lines[-1] == f"{len(before) - 1} of {len(before) - 1} parts were written."
    assert all(", written" in line for line in done.lines[:-2])
    stamps = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    done = cli("render", *SMALL, "--out", out)
    assert done.lines[-1] == f"0 of {len(before) - 1} parts were written."
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == stamps
    add_row(document, "K05bForCausalLM", "K05ForCausalLM")
    cli("lint", "--fix")
    done = cli("render", *SMALL, "--out", out)
    after = files(out)
    (comment,) = [name for name, text in before.items() if "| **K05ForCausalLM** |" in text]
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"body.md", comment, "manifest.json"}
    assert done.lines[-1] == f"2 of {len(before) - 1} parts were written."


def test_the_manifest_holds_the_digest_of_each_file_and_to_the_schema(
    cli: Cli, document: Path, work: Path, conforms: Conforms
) -> None:
    assert cli("render", *SMALL, "--doc", document, "--out", "out").code == 0
    found = files(work / "out")
    said = json.loads(found.pop("manifest.json"))
    conforms(said, "manifest")
    assert (said["document"], said["limit"], said["rows"], said["shown"]) == (DOCUMENT, 2048, 57, 57)
    assert {each["file"]: each["sha256"] for each in said["parts"]} == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in found.items()
    }
    assert sum(each["rows"] for each in said["parts"]) == 57
    assert all(each["size"] <= 2048 for each in said["parts"])


@pytest.mark.usefixtures("document")
def test_json_has_what_the_files_have(cli: Cli, work: Path, conforms: Conforms) -> None:
    printed = cli("render", *SMALL, "--format", "json").json
    conforms(printed, "render")
    written = cli("render", *SMALL, "--format", "json", "--out", "out").json
    conforms(written, "render")
    assert (printed["out"], written["out"]) == (None, "out")
    assert {each["file"]: each["text"] for each in printed["parts"]}.items() <= files(work / "out").items()
    assert [each["written"] for each in written["parts"]] == [True] * len(printed["parts"])
    assert [each["written"] for each in printed["parts"]] == [False] * len(printed["parts"])
    again = cli("render", *SMALL, "--format", "json", "--out", "out").json
    assert {**again, "parts": None} == {**written, "parts": None}
    assert not any(each["written"] for each in again["parts"])


@pytest.mark.usefixtures("document")
def test_a_comment_that_is_no_longer_needed_says_so_and_keeps_its_number(cli: Cli, work: Path) -> None:
    cli("render", *SMALL, "--out", "out")
    before = files(work / "out")
    done = cli("render", "--out", "out")
    after = files(work / "out")
    assert list(after) == list(before)
    assert "comment-01.md: no longer needed, written" in done.out
    assert after["comment-02.md"].splitlines() == [
        f"<!-- archtrack: part 2 of tracking issue {DOCUMENT} -->", "", "_This comment is no longer needed._"
    ]  # fmt: skip
    said = json.loads(after["manifest.json"])["parts"]
    assert [each["empty"] for each in said] == [False] + [True] * (len(before) - 2)
    assert cli("render", "--out", "out").lines[-1] == f"0 of {len(before) - 1} parts were written."
    cli("render", *SMALL, "--out", "out")
    assert files(work / "out") == before


@pytest.mark.usefixtures("document")
@pytest.mark.parametrize("name", ["body.md", "comment-01.md", "manifest.json"])
def test_a_file_of_somebody_else_stays_and_nothing_is_written(cli: Cli, work: Path, name: str) -> None:
    miniature.write(work / "out" / name, "My own words.\n")
    done = cli("render", *SMALL, "--out", "out")
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(
        f"archtrack: error: out/{name}: archtrack did not write this file and keeps it; "
    )
    assert files(work / "out") == {name: "My own words.\n"}


def test_parts_of_another_document_stay_and_nothing_is_written(cli: Cli, document: Path, work: Path) -> None:
    cli("render", *SMALL, "--out", "out")
    before = files(work / "out")
    miniature.write(work / "OTHER.md", document.read_text(encoding="utf-8"))
    done = cli("render", *SMALL, "--doc", "OTHER.md", "--out", "out")
    assert (done.code, done.out) == (5, "")
    assert done.err == (
        f"archtrack: error: out/body.md: a part of {DOCUMENT}, not of OTHER.md; "
        "name another folder with --out\n"
    )
    assert files(work / "out") == before
    assert cli("render", *SMALL, "--doc", "OTHER.md", "--out", "other").code == 0


@pytest.mark.usefixtures("document")
def test_other_files_in_the_folder_are_no_business_of_it(cli: Cli, work: Path) -> None:
    others = {"comment-99.md": "Mine.\n", "comment-1.md": "Mine.\n", "notes.txt": "Mine.\n"}
    for name, text in others.items():
        miniature.write(work / "out" / name, text)
    assert cli("render", *SMALL, "--out", "out").code == 0
    assert others.items() <= files(work / "out").items()


@pytest.mark.usefixtures("document")
@pytest.mark.parametrize(
    ("only", "rows"), [("native", 53), ("hf-only", 4), ("native,hf-only", 57), ("unsupported", 0)]
)
def test_only_some_rows(cli: Cli, only: str, rows: int) -> None:
    found = cli("render", "--only", only, "--format", "json").json
    assert (found["rows"], found["shown"], sum(part["rows"] for part in found["parts"])) == (57, rows, rows)
    each_alone = (word for kind in only.split(",") for word in ("--only", kind))
    assert cli("render", *each_alone, "--format", "json").json == found


def test_fallback_and_refused_need_their_column(cli: Cli, document: Path, trees: Any, work: Path) -> None:
    done = cli("render", "--only", "native,fallback")
    assert (done.code, done.out) == (5, "")
    assert re.search(rf"{DOCUMENT}: line \d+: the table has no column Fallback", done.err)
    miniature.write(work / "archtrack.toml", 'columns = ["fallback"]\n')
    cli("update", *trees.options, "--refresh")
    found = cli("render", "--only", "native,fallback", "--format", "json").json
    statuses = [status for _, status in miniature.ROWS.values()]
    assert found["shown"] == 48 + statuses.count("native") + statuses.count("fallback")
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace(" | refused |", " | perhaps |", 1), encoding="utf-8")
    done = cli("render", "--only", "refused")
    assert done.code == 0
    assert done.err == (
        f"Note: {DOCUMENT}: 1 row is left out, as Fallback says neither Y nor refused: DeltaForCausalLM\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "nativ"), "nativ is not one of native, hf-only, fallback, refused, unsupported."),
        (("--only", ","), "nothing is not one of"),
        (("--limit", "100"), "100 is not in the range x>=2048"),
        (("--target", "wiki"), "'wiki' is not 'issue'"),
    ],
)
def test_wrong_usage_is_2(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    done = cli("render", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_without_a_document_and_with_a_line_that_fits_nowhere_it_is_5(cli: Cli, work: Path) -> None:
    done = cli("render")
    assert (done.code, done.out) == (5, "")
    said = "no such document; `archtrack update` creates one"
    assert done.err == f"archtrack: error: {DOCUMENT}: {said}\n"
    miniature.write(work / DOCUMENT, f"Words.\n\n{'w' * 5000}\n")
    done = cli("render", *SMALL, "--out", "out")
    assert (done.code, done.out) == (5, "")
    assert f"{DOCUMENT}: line 3: the line does not fit into one comment" in done.err
    assert not (work / "out").exists()


def test_what_a_document_says_never_reaches_the_terminal_raw_and_files_have_it_all(
    cli: Cli, document: Path, work: Path
) -> None:
    text = document.read_text(encoding="utf-8")
    document.write_text(f"\x1b]0;title\x07 \N{RAINBOW} tab\there\n{text}", encoding="utf-8")
    done = cli("render")
    assert "\x1b" not in done.out
    assert "\N{RAINBOW} tab\there" in done.out
    cli("render", "--out", "out")
    assert "\x1b]0;title\x07" in files(work / "out")["body.md"]


# -- the script of the page ------------------------------------------------------------------------

GH = """\
#!{python}
import json, sys
from pathlib import Path

state = Path(__file__).with_name("issue.json")
issue = json.loads(state.read_text())
words, options, fields = [], {{}}, {{}}
rest = iter(sys.argv[1:])
for word in rest:
    if word in ("--silent", "--paginate"):
        continue
    if word in ("--jq", "--method"):
        options[word] = next(rest)
    elif word == "-F":
        key, _, value = next(rest).partition("=")
        fields[key] = Path(value[1:]).read_text()
    else:
        words.append(word)
assert words[0] == "api", words
if words[1:] == ["user"]:
    print("keeper")
    sys.exit()
path = words[1].removeprefix("repos/lab/engine/issues")
which = path.removeprefix("/comments/") if path.startswith("/comments/") else None
texts = issue["comments"]
if fields and path == "/7/comments":
    texts[str(len(texts) + 100)] = fields["body"]
elif fields:
    assert options["--method"] == "PATCH"
    if which:
        texts[which] = fields["body"]
    else:
        issue["body"] = fields["body"]
elif path == "/7/comments":
    listed = [
        dict(id=int(each), body=body.replace("\\n", "\\r\\n"), user=dict(login=issue["authors"].get(each, "keeper")))
        for each, body in texts.items()
    ]
    import jq
    for each in jq.compile(options["--jq"]).input_value(listed).all():
        print(each)
else:
    assert options["--jq"] == ".body"
    print((texts[which] if which else issue["body"]).replace("\\n", "\\r\\n").rstrip())
if fields:
    issue["edits"].append(path)
state.write_text(json.dumps(issue))
"""


@pytest.fixture
def issue(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Runs the page's script against an issue, as `gh` would show it, and gives what the issue is then."""
    page = PAGE.read_text(encoding="utf-8")
    (script,) = re.findall(r"^```bash\n(#!.*?)^```$", page, re.MULTILINE | re.DOTALL)
    folder = tmp_path / "bin"
    miniature.write(folder / "track-issue", script)
    miniature.write(folder / "gh", GH.format(python=sys.executable))
    limit = " ".join(SMALL)
    miniature.write(folder / "archtrack", f'#!/bin/sh\nexec "{sys.executable}" -m archtrack "$@" {limit}\n')
    for path in folder.iterdir():
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    empty = {"body": "To be filled.", "comments": {"9": "Thanks!"}, "authors": {}, "edits": []}
    state = miniature.write(folder / "issue.json", json.dumps(empty))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", miniature.SOURCE)

    def run(comments: dict[str, str] | None = None, author: str = "keeper") -> dict[str, Any]:
        held = json.loads(state.read_text(encoding="utf-8"))
        held["comments"] |= comments or {}
        held["authors"] |= dict.fromkeys(comments or {}, author)
        state.write_text(json.dumps({**held, "edits": []}), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 -- the script of our own page
            ["bash", str(folder / "track-issue"), "lab/engine", "7"],  # noqa: S607 -- bash, wherever it is
            cwd=work, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        found: dict[str, Any] = json.loads(state.read_text(encoding="utf-8"))
        return found

    return run


def texts(cli: Cli) -> list[str]:
    """The parts of the document."""
    return [each["text"] for each in cli("render", *SMALL, "--format", "json").json["parts"]]


def test_the_script_of_the_page_edits_only_what_has_changed(
    cli: Cli, document: Path, issue: Callable[[], dict[str, Any]]
) -> None:
    parts = texts(cli)
    first = issue()
    assert [first["body"], *first["comments"].values()] == [parts[0], "Thanks!", *parts[1:]]
    assert issue()["edits"] == []
    add_row(document, "K05bForCausalLM", "K05ForCausalLM")
    cli("lint", "--fix")
    again = issue()
    (changed,) = [each for each, text in again["comments"].items() if "| **K05bForCausalLM** |" in text]
    assert again["edits"] == ["/7", f"/comments/{changed}"]
    assert list(again["comments"]) == list(first["comments"])
    document.write_text("Words.\n", encoding="utf-8")
    last = issue()
    assert last["body"].endswith("-->\n\nWords.\n")
    comments = list(last["comments"].values())
    assert comments[0] == "Thanks!"
    assert all(text.endswith("_This comment is no longer needed._\n") for text in comments[1:])
    assert len(comments) == len(parts)


MARKER = f"<!-- archtrack: part {{}} of tracking issue {DOCUMENT} -->"


@pytest.mark.usefixtures("document")
@pytest.mark.parametrize("author", ["stranger", "keeper"])
@pytest.mark.parametrize(
    "forged",
    [
        pytest.param("<!-- archtrack: part 99\n100\t1 of tracking issue", id="a number with a second line"),
        pytest.param("<!-- archtrack: part 1 -->", id="no title"),
        pytest.param("<!-- archtrack: part 1 of tracking issue OTHER.md -->", id="another document"),
        pytest.param(f"> {MARKER.format(1)}", id="a quoted part"),
        pytest.param("<!-- archtrack: part x of", id="no number"),
    ],
)
def test_the_script_leaves_alone_what_only_looks_like_a_part(
    cli: Cli, issue: Callable[..., dict[str, Any]], forged: str, author: str
) -> None:
    parts = texts(cli)
    found = issue({"50": forged}, author)
    assert list(found["comments"].values()) == ["Thanks!", forged, *parts[1:]]
    assert issue()["edits"] == []


@pytest.mark.usefixtures("document")
def test_the_script_takes_no_part_that_somebody_else_wrote(
    cli: Cli, issue: Callable[..., dict[str, Any]]
) -> None:
    parts = texts(cli)
    forged = {"50": f"{MARKER.format(1)}\n\nMine.\n", "51": f"{MARKER.format(len(parts))}\n\nMine.\n"}
    found = issue(forged, "stranger")
    assert list(found["comments"].values()) == ["Thanks!", *forged.values(), *parts[1:]]
    assert issue()["edits"] == []
