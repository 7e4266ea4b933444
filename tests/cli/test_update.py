"""``archtrack update`` from options to exit code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.core.document.parse import parse
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"


@pytest.fixture
def updated(cli: Cli, trees: Any, work: Path) -> Path:
    """A document that is up to date with the trees."""
    assert cli("update", *trees.options, "--date", "2026-01-31").code == 0
    return work / DOCUMENT


OUTDATED = ("AlphaForCausalLM: file moved", "DeltaForCausalLM: gained native support")
GONE = "PooledModel: lost native support, no engine has such a model"


@pytest.fixture
def outdated(trees: Any, updated: Path) -> Path:
    """DeltaForCausalLM has become native, AlphaForCausalLM has moved, PooledModel is nowhere any more."""
    trees.register("DeltaForCausalLM", file="delta.py")
    (trees.models / "alpha.py").rename(trees.models / "alpha2.py")
    (trees.models / "pooled.py").unlink()
    return updated


def names(document: Path) -> list[str]:
    return [row.name for row in parse(document.read_text(encoding="utf-8")).rows]


def test_a_missing_document_is_created_and_said(cli: Cli, trees: Any, work: Path) -> None:
    done = cli("update", *trees.options, "--date", "2026-01-31")
    assert (done.code, done.err) == (0, "")
    text = (work / DOCUMENT).read_text(encoding="utf-8")
    found = [(row.name, section.category.value) for section in parse(text).sections for row in section.rows]
    assert sorted(found) == [(name, category) for name, (category, _) in miniature.ROWS.items()]
    assert "**Last updated:** 2026-01-31" in text
    assert "| **BetaForCausalLM** | Y | Y | `beta.py` |  |" in text
    assert done.lines[:2] == [
        f"Read sglang 7.7.7 (checkout {trees.sglang})",
        f"Read transformers 9.9.9 (checkout {trees.transformers})",
    ]
    assert f"{DOCUMENT}: no such document yet" in done.lines
    assert "Existing architectures in doc: 0" in done.lines
    assert "Found 9 new architecture(s):" in done.lines
    assert "  + AlphaForCausalLM  [native (alpha.py)]" in done.lines
    assert "  + BetaModel  [HF transformers, the fallback takes it]" in done.lines
    assert done.lines[-2:] == [
        f"Done. Added 9 new architecture(s) to {DOCUMENT}",
        "It lists 9 architectures, 5 of them native.",
    ]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf \r\n"])
def test_a_document_with_nothing_in_it_is_written_whole(
    cli: Cli, trees: Any, work: Path, content: bytes
) -> None:
    assert cli("update", *trees.options, "--date", "2026-01-31", "--doc", "whole.md").code == 0
    (work / DOCUMENT).write_bytes(content)
    done = cli("update", *trees.options, "--date", "2026-01-31")
    assert (done.code, done.err) == (0, "")
    assert f"{DOCUMENT}: there is nothing in it yet" in done.lines
    assert (work / DOCUMENT).read_text(encoding="utf-8") == (work / "whole.md").read_text(encoding="utf-8")
    assert cli("update", *trees.options, "--check").code == 0


def test_what_a_run_in_ci_reports_names_the_flags_that_mend_it(cli: Cli, trees: Any, outdated: Path) -> None:
    trees.native("odd.py", "EntryClass = pick()\n")
    outdated.write_bytes(outdated.read_bytes().replace(b"**3** native", b"**33** native"))
    before = outdated.read_text(encoding="utf-8")
    flags = ("--check", "--refresh", "--prune")
    text = cli("update", *trees.options, *flags)
    notes = cli("update", *trees.options, *flags, "--format", "github")
    assert (text.code, notes.code) == (1, 1)
    told = {line.partition(": ")[2] for line in text.lines if line.startswith("  ~ ")}
    assert told == {*OUTDATED, GONE}
    assert "Rows to bring up to date:" in text.lines
    assert "Rows to remove:" in text.lines
    todo = "2 rows to bring up to date, 1 row to remove, counts to correct"
    assert text.lines[-1].endswith(f", {todo}. Nothing was written.")
    assert "brought up to date" not in text.out
    seen: dict[str, list[tuple[str, ...]]] = {}
    for line in notes.lines:
        match = re.fullmatch(r"::(\w+) (?:file=([^,]*),(?:line=(\d+),)?)?title=([^:]*)::(.*)", line)
        assert match, line
        row = before.split("\n")[int(match[3] or 0) - 1]
        seen.setdefault(match[4], []).append((match[1], match[2], row, match[5]))
    assert {(level, path, said) for level, path, _, said in seen["Row out of date"]} == {
        *(("error", DOCUMENT, f"{each}; run `archtrack update --refresh`") for each in OUTDATED),
        ("error", DOCUMENT, f"{GONE}; run `archtrack update --prune`"),
    }
    for *_, row, said in seen["Row out of date"]:
        assert row.startswith(f"| **{said.partition(':')[0]}** ")
    ((level, _, row, _),) = seen["Stale counts"]
    assert (level, "**33** native" in row) == ("error", True)
    assert [(level, path) for level, path, *_ in seen["Unresolved in sglang"]] == [("warning", None)]
    assert outdated.read_text(encoding="utf-8") == before


def test_a_row_outside_of_the_sections_is_reported_and_not_written_again(
    cli: Cli, trees: Any, updated: Path, conforms: Conforms
) -> None:
    heading = "## Multimodal Models (Vision / Audio / OCR)"
    miniature.edit(updated, (heading, "## Pictures"))
    assert cli("update", *trees.options).code == 0
    text = updated.read_text(encoding="utf-8")
    line = text[: text.index("| **SightFor")].count("\n") + 1
    done = cli("update", *trees.options)
    assert text.count("| **SightForConditionalGeneration** |") == 1
    assert f"  ~ SightForConditionalGeneration (line {line})" in done.lines
    report = cli("update", *trees.options, "--format", "json").json
    conforms(report, "report")
    assert report["outside"] == [{"name": "SightForConditionalGeneration", "line": line}]
    found = cli("lint", "--format", "json").json["findings"]
    assert [each["line"] for each in found if each["code"] == "outside-sections"] == [line]
    miniature.edit(updated, ("## Pictures", heading + " ##"))
    assert "outside-sections" not in cli("lint").out


def test_a_second_update_changes_no_byte_and_not_even_the_time(cli: Cli, trees: Any, updated: Path) -> None:
    before = (updated.read_bytes(), updated.stat().st_mtime_ns, updated.stat().st_ino)
    done = cli("update", *trees.options, "--date", "2027-12-31")
    assert done.code == 0
    assert done.lines[-1] == f"No new architectures found. {DOCUMENT}: nothing to write."
    assert "Existing architectures in doc: 9" in done.lines
    assert (updated.read_bytes(), updated.stat().st_mtime_ns, updated.stat().st_ino) == before


def test_one_new_architecture_is_one_new_row_and_every_other_row_keeps_its_bytes(
    cli: Cli, trees: Any, updated: Path
) -> None:
    text = updated.read_text(encoding="utf-8")
    odd = "|  **AlphaForCausalLM**|Y ||`alpha.py`|  mine/by-hand | "
    text = re.sub(r"\| \*\*AlphaForCausalLM\*\*.*", odd, text) + "\nProse of mine.\n"
    updated.write_text(text, encoding="utf-8")
    trees.register("GammaForCausalLM", file="gamma.py")
    done = cli("update", *trees.options, "--date", "2026-02-28")
    after = updated.read_text(encoding="utf-8")
    assert "  + GammaForCausalLM  [native (gamma.py)]" in done.lines
    assert f"Done. Added 1 new architecture(s) to {DOCUMENT}" in done.lines
    added = set(after.split("\n")) - set(text.split("\n"))
    assert [line for line in added if line.startswith("| **") and "Total" not in line] == [
        "| **GammaForCausalLM** | Y |  | `gamma.py` |  |"
    ]
    assert odd in after.split("\n")
    assert after.endswith("\nProse of mine.\n")
    assert "**Last updated:** 2026-02-28" in after
    assert names(updated) == [
        *sorted(names(updated)[:6]), *sorted(names(updated)[6:9]), *sorted(names(updated)[9:])
    ]  # fmt: skip


def test_many_names_to_look_over_are_cut_short_with_a_way_to_the_rest(cli: Cli, trees: Any) -> None:
    trees.register(*(f"Zeta{number:02d}ForCausalLM" for number in range(14)), file="zeta.py")
    done = cli("update", *trees.options)
    (line,) = [line for line in done.lines if line.startswith("  text: ")]
    assert line.startswith("  text: AlphaForCausalLM, Zeta00ForCausalLM,")
    assert line.endswith("Zeta08ForCausalLM and 5 more")
    assert any("`archtrack list --category …`" in line for line in done.lines)


@pytest.mark.parametrize("flags", [["--check"], ["--diff"], ["--check", "--diff"]])
def test_looking_creates_nothing(cli: Cli, trees: Any, work: Path, flags: list[str]) -> None:
    done = cli("update", *trees.options, *flags)
    assert done.code == (1 if "--check" in flags else 0)
    assert f"{DOCUMENT} does not exist: 9 new architectures. Nothing was written." in done.lines
    assert list(work.iterdir()) == []
    assert ("--- /dev/null" in done.lines) == ("--diff" in flags)


def test_check_exits_1_if_there_is_something_to_do_and_else_0(cli: Cli, trees: Any, updated: Path) -> None:
    assert cli("update", *trees.options, "--check").code == 0
    before = updated.read_bytes()
    trees.register("GammaForCausalLM", file="gamma.py")
    done = cli("update", *trees.options, "--check")
    assert done.code == 1
    assert f"{DOCUMENT} is out of date: 1 new architecture. Nothing was written." in done.lines
    assert updated.read_bytes() == before


@pytest.mark.parametrize("end", [b"", b"The end"])
def test_git_applies_the_diff_and_has_the_new_document(
    cli: Cli, trees: Any, updated: Path, tmp_path: Path, end: bytes
) -> None:
    before = updated.read_bytes() + end
    updated.write_bytes(before)
    trees.register("GammaForCausalLM", file="gamma.py")
    diff = cli("update", *trees.options, "--diff", "--date", "2026-02-28").out
    assert updated.read_bytes() == before
    assert cli("update", *trees.options, "--date", "2026-02-28").code == 0
    after = updated.read_bytes()
    updated.write_bytes(before)
    miniature.git(updated.parent, "apply", str(miniature.write(tmp_path / "diff", diff)))
    assert updated.read_bytes() == after
    assert after.endswith(end)
    assert b"GammaForCausalLM" in after


# -- rows out of date ------------------------------------------------------------------------------


def test_rows_out_of_date_are_told_and_left_as_they_are(cli: Cli, trees: Any, outdated: Path) -> None:
    before = outdated.read_bytes()
    done = cli("update", *trees.options, "--check")
    assert done.code == 0  # without --refresh an update would write nothing
    told = [line for line in done.lines if line.startswith("  ~ ")]
    assert [re.sub(r"^  ~ line \d+: ", "", line) for line in told] == [*OUTDATED, GONE]
    assert any("--refresh rewrites their cells, --prune removes" in line for line in done.lines)
    lines = before.decode().split("\n")
    for line in told:
        number, name = re.findall(r"line (\d+): (\w+)", line)[0]
        assert lines[int(number) - 1].startswith(f"| **{name}** ")
    assert outdated.read_bytes() == before


def test_refresh_rewrites_the_cells_and_nothing_else(cli: Cli, trees: Any, outdated: Path) -> None:
    assert cli("update", *trees.options, "--refresh", "--check").code == 1
    done = cli("update", *trees.options, "--refresh")
    text = outdated.read_text(encoding="utf-8")
    assert "| **DeltaForCausalLM** | Y | Y | `delta.py` |  |" in text
    assert "| **AlphaForCausalLM** | Y |  | `alpha2.py` |  |" in text
    assert "| **PooledModel** |  |  |  |  |" in text  # it still stands there: only --prune removes it
    assert "Rows brought up to date:" in done.lines
    assert f"Done. Rewrote {DOCUMENT}" in done.lines
    assert "No new architectures found." in done.lines
    assert cli("update", *trees.options, "--refresh", "--check").code == 0


def test_chosen_columns_are_filled_and_kept(cli: Cli, trees: Any, work: Path, conforms: Conforms) -> None:
    assert cli("update", *trees.options).code == 0
    document = work / DOCUMENT
    plain = document.read_bytes()
    override = '[overrides.AlphaForCausalLM]\nnote = "slow"\nreason = "seen"\n'
    miniature.write(work / "archtrack.toml", f'columns = ["fallback", "notes"]\n\n{override}')
    done = cli("update", *trees.options, "--check")
    assert (done.code, "  + Fallback: 3 tables" in done.lines) == (0, True)
    done = cli("update", *trees.options, "--check", "--refresh", "--format", "github")
    assert done.code == 1
    assert [line.partition("::the table")[0] for line in done.lines] == [
        f"::error file={DOCUMENT},line={line},title=Missing column" for line in (17, 17, 31, 31, 43, 43)
    ]
    done = cli("update", *trees.options, "--refresh", "--format", "json")
    conforms(done.json, "report")
    assert [(each["line"], each["column"]) for each in done.json["columns_added"]] == [
        (line, column) for line in (17, 31, 43) for column in ("Fallback", "Notes")
    ]
    told = {each["name"]: each["cells"] for each in done.json["refreshed"]}
    assert told["AlphaForCausalLM"] == [
        {
            "column": "Notes",
            "document": "",
            "source": "note of an override",
            "place": "archtrack.toml:3",
            "written": "slow",
            "added": True,
        }
    ]
    (cell,) = told["DeltaForCausalLM"]
    assert (cell["source"], cell["written"]) == ("is_backend_compatible() is False", "refused")
    assert cell["place"].startswith("transformers/models/delta/modeling_delta.py:")
    text = document.read_text(encoding="utf-8")
    assert "| **AlphaForCausalLM** | Y |  | `alpha.py` |  |  | slow |\n" in text
    assert "| **DeltaForCausalLM** |  | Y |  |  | refused |  |\n" in text
    assert cli("update", *trees.options, "--refresh", "--check").code == 0
    miniature.edit(document, ("| refused |  |", "| Y | mine |"))
    diff = cli("update", *trees.options, "--refresh", "--diff").out
    assert "Fallback: document: Y; source: is_backend_compatible() is False (transformers/" in diff
    assert "\n+| **DeltaForCausalLM** |  | Y |  |  | refused | mine |\n" in diff
    (work / "archtrack.toml").unlink()
    kept = document.read_bytes()
    assert cli("update", *trees.options, "--refresh").code == 0
    assert document.read_bytes() == kept != plain


def test_a_line_on_the_backend_s_check_that_is_missing_is_annotated_where_it_belongs(
    cli: Cli, trees: Any, work: Path
) -> None:
    assert cli("update", *trees.options).code == 0
    document = work / DOCUMENT
    whole = document.read_text(encoding="utf-8")
    (told,) = (line for line in whole.splitlines(keepends=True) if line.startswith("> of these, **2** pass"))
    document.write_text(whole.replace(told, ""), encoding="utf-8")
    assert cli("update", *trees.options, "--check").code == 0
    (line,) = cli("update", *trees.options, "--check", "--refresh", "--format", "github").lines
    assert line.startswith(f"::error file={DOCUMENT},line=61,title=Missing count::the summary does not say")
    done = cli("update", *trees.options, "--refresh")
    assert "Besides: the line on the backend's own check added." in done.lines
    dated = re.compile(r"Last updated:\S+ \S+")
    assert dated.sub("", document.read_text(encoding="utf-8")) == dated.sub("", whole)


def test_a_row_moved_by_hand_stays_and_is_not_called_out_of_date(cli: Cli, trees: Any, updated: Path) -> None:
    lines = updated.read_text(encoding="utf-8").splitlines(keepends=True)
    row = lines.pop(lines.index("| **BetaModel** |  | Y |  |  |\n"))
    place = next(index for index, line in enumerate(lines) if line.startswith("| **SightFor"))
    updated.write_text("".join([*lines[:place], row, *lines[place:]]), encoding="utf-8")
    cli("lint", "--fix")
    before = updated.read_bytes()
    done = cli("update", *trees.options, "--refresh", "--prune")
    assert updated.read_bytes() == before
    assert "BetaModel" not in done.out
    stale = cli("update", *trees.options, "--format", "json").json["stale"]
    assert [(each["name"], each["changes"]) for each in stale] == [("BetaModel", ["category"])]


def test_counts_that_are_wrong_are_put_right(cli: Cli, trees: Any, updated: Path) -> None:
    right = updated.read_bytes()
    updated.write_bytes(right.replace(b"**3** native", b"**33** native"))
    assert updated.read_bytes() != right
    done = cli("update", *trees.options, "--date", "2026-01-31")
    assert updated.read_bytes() == right
    assert "Besides: counts corrected." in done.lines
    assert any(line.startswith("Counts that did not match the rows: line ") for line in done.lines)


# -- usage, configuration, refusals ----------------------------------------------------------------


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01", "20260131", "2026-1-31", "2026-W05-6", ""])
def test_a_date_that_is_none_is_wrong_usage(cli: Cli, trees: Any, work: Path, date: str) -> None:
    done = cli("update", *trees.options, "--date", date)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"archtrack: error: --date {date!r} is not a date; write it as 2026-01-31\n"
    assert list(work.iterdir()) == []


def test_a_wrong_configuration_is_told_with_file_and_line(cli: Cli, trees: Any, work: Path) -> None:
    miniature.write(work / "archtrack.toml", "\ndocment = 'X.md'\n")
    done = cli("update", *trees.options)
    assert (done.code, done.out) == (2, "")
    said = "archtrack: error: archtrack.toml:2: unknown key docment; did you mean document?"
    assert done.err.startswith(said)
    assert done.err.count("\n") == 1
    assert not (work / DOCUMENT).exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--sglang", "no-such-folder"), 2, "'no-such-folder' is neither a folder nor a release; give a path"),
        (("--sglang", "./no-such-folder"), 3, "no-such-folder"),
        (("--sglang", "pinned"), 2, "`pinned` is for transformers"),
        (("--transformers", "./nowhere"), 3, "nowhere"),
        (("--sglang", "."), 3, "no package sglang in it"),
        (("--transformers", "git:.@main"), 3, "git"),
        (("--external", "no_such_package"), 3, "no_such_package: neither a folder nor installed"),
        (("--external", "./nope"), 3, "external package ./nope: no such folder; name its folder, or"),
        (("--external", "../nope"), 3, "external package ../nope: no such folder; name its folder, or"),
        (("--external", "no..pe"), 3, "external package no..pe: no such folder; name its folder, or"),
        (("--doc", "."), 5, ".: cannot be read: it is not a regular file; name another one"),
        (("--doc", "nowhere/x.md"), 5, "No such file or directory; create the folder first"),
        (("--doc", "/dev/null/x.md"), 5, "archtrack: error: /dev/null/x.md: cannot be "),
        (("--format", "yaml"), 2, "'yaml' is not one of"),
        (("--no-such-option",), 2, "No such option"),
        (("extra",), 2, "unexpected extra argument"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_its_exit_code_in_one_line(
    cli: Cli, trees: Any, work: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = cli("update", *trees.options, *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert list(work.iterdir()) == []


def test_a_scan_that_finds_nothing_is_refused_unless_forced(cli: Cli, trees: Any, updated: Path) -> None:
    before = updated.read_bytes()
    for file in miniature.NATIVE:
        (trees.models / file).unlink()
    trees.native("empty.py", "")
    done = cli("update", *trees.options)
    assert (done.code, done.out) == (4, "")
    assert done.err == (
        f"archtrack: error: {trees.sglang}: it registers no architecture; check the source, "
        "or use --force if it is right\n"
    )
    assert updated.read_bytes() == before
    assert cli("update", *trees.options, "--force").code == 0


def test_a_transformers_without_models_is_refused(cli: Cli, trees: Any, work: Path) -> None:
    models = trees.transformers / "src" / "transformers" / "models"
    for file in models.glob("*/*.py"):
        file.unlink()
    done = cli("update", *trees.options)
    assert (done.code, done.out) == (4, "")
    assert f"{trees.transformers}: it has no public model class" in done.err
    assert list(work.iterdir()) == []


@pytest.mark.parametrize(("lost", "code"), [(1, 0), (2, 4)])
def test_losing_more_than_a_fifth_of_the_natives_is_refused(
    cli: Cli, trees: Any, updated: Path, lost: int, code: int
) -> None:
    before = updated.read_bytes()
    for file in ("alpha.py", "sight.py")[:lost]:
        (trees.models / file).unlink()
    trees.register("GammaForCausalLM", file="gamma.py")
    done = cli("update", *trees.options)
    assert done.code == code
    assert (updated.read_bytes() == before) == (code == 4)
    if code == 4:
        assert "2 of the 5 natives in the document are not registered in" in done.err
        assert "(AlphaForCausalLM, SightForConditionalGeneration)" in done.err
        assert cli("update", *trees.options, "--force").code == 0
        assert "GammaForCausalLM" in names(updated)


def test_unresolved_places_are_warnings_and_with_strict_an_error(cli: Cli, trees: Any) -> None:
    assert cli("update", *trees.options, "--strict").code == 0
    trees.native("odd.py", "import os\nEntryClass = pick(os.environ)\n")
    trees.native("broken.py", "EntryClass = [\n")
    done = cli("update", *trees.options)
    assert done.code == 0
    assert "2 places in sglang could not be resolved (nothing is guessed):" in done.lines
    assert any(line.startswith("  ? sglang/srt/models/odd.py:2: ") for line in done.lines)
    assert any(line.startswith("  ? sglang/srt/models/broken.py:") for line in done.lines)
    assert cli("update", *trees.options, "--strict").code == 1


@pytest.mark.usefixtures("outdated")
def test_json_says_everything_and_holds_to_the_schema(cli: Cli, trees: Any, conforms: Conforms) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    trees.native("odd.py", "EntryClass = pick()\n")
    done = cli("update", *trees.options, "--check", "--format", "json")
    assert done.code == 1
    conforms(done.json, "report")
    assert done.json["document"] == DOCUMENT
    assert [done.json[key] for key in ("created", "changed", "written")] == [False, True, False]
    assert done.json["added"] == [
        {
            "name": "GammaForCausalLM",
            "status": "native",
            "category": "text",
            "category_source": "name rules",
            "file": "gamma.py",
            "line": 5,
            "path": "sglang/srt/models/gamma.py",
            "example": None,
            "elsewhere": [],
        }
    ]
    assert {each["name"]: each["changes"] for each in done.json["stale"]} == {
        "AlphaForCausalLM": ["file"],
        "DeltaForCausalLM": ["gained_native"],
        "PooledModel": ["lost_native", "unregistered"],
    }
    assert [(each["engine"], each["file"], each["line"]) for each in done.json["unresolved"]] == [
        ("sglang", "sglang/srt/models/odd.py", 1)
    ]
    assert done.json["counts"]["text"] == {"native": 4, "hf_only": 2, "no_fallback": 0, "total": 6}
    done = cli("update", *trees.options, "--format", "json", "--refresh", "--prune")
    conforms(done.json, "report")
    assert done.json["written"] is True
    assert [each["name"] for each in done.json["pruned"]] == ["PooledModel"]
    done = cli("update", *trees.options, "--format", "json")
    conforms(done.json, "report")
    assert (done.json["added"], done.json["stale"], done.json["changed"]) == ([], [], False)


def test_github_annotations_point_at_the_line_that_registers(
    cli: Cli, trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("update", *trees.options)
    path = (work / DOCUMENT).rename(trees.sglang / DOCUMENT)
    trees.register("GammaForCausalLM", file="gamma.py")
    trees.public("epsilon", "EpsilonForCausalLM")
    monkeypatch.chdir(trees.sglang)
    arguments = ("update", "--transformers", trees.transformers, "--check", "--format", "github")
    done = cli(*arguments)
    assert done.code == 1
    missing, others = done.lines
    assert missing == (
        "::error file=python/sglang/srt/models/gamma.py,line=5,title=Missing architecture::GammaForCausalLM is "
        f"registered here and had no row in {DOCUMENT}; run `archtrack update`"
    )
    assert others.startswith(f"::error file={DOCUMENT},title=Missing architectures::1 public transformers")
    monkeypatch.chdir(trees.sglang / "python")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(trees.sglang))
    assert cli(*arguments, "--doc", path).lines[0] == missing
    monkeypatch.delenv("GITHUB_WORKSPACE")
    below = cli(*arguments, "--doc", path).lines[0]
    assert below.startswith("::error file=sglang/srt/models/gamma.py,line=5,")
    written = cli("update", "--transformers", trees.transformers, "--format", "github", "--doc", path)
    assert written.lines[0].startswith("::notice file=sglang/srt/models/gamma.py,line=5,")
    assert written.lines[0].endswith("; it has one now")
    (line,) = cli(*arguments, "--doc", path).lines
    assert line.startswith("::notice title=")


# -- where documents are ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", ["docs/S.md", "./docs/../docs/S.md", "{work}/docs/S.md", "link.md", "to docs/S.md"]
)
def test_a_document_may_be_named_in_every_way(cli: Cli, trees: Any, work: Path, given: str) -> None:
    (work / "docs").mkdir()
    (work / "link.md").symlink_to("docs/S.md")
    (work / "to docs").symlink_to("docs", target_is_directory=True)
    done = cli("update", *trees.options, "--doc", given.format(work=work))
    assert done.code == 0
    assert len(names(work / "docs" / "S.md")) == 9
    assert (work / "link.md").is_symlink()
    assert [path.name for path in (work / "docs").iterdir()] == ["S.md"]
    assert cli("update", *trees.options, "--doc", given.format(work=work), "--check").code == 0


def test_a_configuration_beside_the_document_holds_for_it(cli: Cli, trees: Any, work: Path) -> None:
    text = f"""
document = "S U P.md"
sglang = "{trees.sglang.as_posix()}"
transformers = "../trees"
rows = ["*ForCausalLM"]

[overrides.BetaForCausalLM]
category = "multimodal"
example = "mine/beta"
note = "as the card says"
reason = "it sees"
"""
    miniature.write(work / "deep" / "archtrack.toml", text)
    (work / "trees").symlink_to(trees.transformers, target_is_directory=True)
    done = cli("update", "--doc", "deep/S U P.md")
    assert done.code == 0, done.err
    document = parse((work / "deep" / "S U P.md").read_text(encoding="utf-8"))
    assert {row.name for row in document.rows} == {
        name for name in miniature.ROWS if name.endswith("ForCausalLM") or miniature.ROWS[name][1] == "native"
    }
    (section,) = [one for one in document.sections if one.category.value == "multimodal"]
    assert [(row.name, row.example) for row in section.rows] == [
        ("BetaForCausalLM", "mine/beta"),
        ("SightForConditionalGeneration", ""),
    ]
    assert "BetaForCausalLM" not in done.out.partition("Categories to look over")[2]


def test_the_document_that_a_configuration_names_is_the_default_from_below_too(
    cli: Cli, trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    miniature.write(work / "pyproject.toml", '[tool.archtrack]\ndocument = "docs/SUPPORT.md"\n')
    (work / "docs" / "sub folder").mkdir(parents=True)
    monkeypatch.chdir(work / "docs" / "sub folder")
    assert cli("update", *trees.options).code == 0
    assert len(names(work / "docs" / "SUPPORT.md")) == 9
    monkeypatch.chdir(work)
    assert "docs/SUPPORT.md: nothing to write." in cli("update", *trees.options).out


def test_nothing_that_is_scanned_reaches_the_terminal_raw(cli: Cli, trees: Any, updated: Path) -> None:
    trees.register("GammaForCausalLM", file="ga\x1b[31mmma.py")
    trees.native("odd\x1b]0;title\x07.py", "EntryClass = pick()\n")
    trees.public("epsilon", "EpsilonForCausalLM", checkpoint="evil\x1b[2J/x")
    for form in ("text", "github", "json"):
        for flags in (["--check"], ["--diff"]):
            done = cli("update", *trees.options, "--format", form, *flags)
            assert done.code in {0, 1}
            assert not set(re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out + done.err)), done.out
    cli("update", *trees.options)
    assert "\x1b" not in updated.read_text(encoding="utf-8")
    assert "GammaForCausalLM" in names(updated)


@pytest.mark.parametrize("given", ["options", "environment"])
def test_an_external_package_and_disabled_modules_count(
    cli: Cli, trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    text = "class MineForCausalLM: ...\nEntryClass = MineForCausalLM\n"
    miniature.write(work / "my_models" / "mine.py", text)
    options = ("--external", "my_models", "--disabled", "alpha, sight")
    if given == "environment":
        monkeypatch.setenv("SGLANG_EXTERNAL_MODEL_PACKAGE", str(work / "my_models"))
        monkeypatch.setenv("SGLANG_DISABLED_MODEL_ARCHS", "alpha,sight")
        options = ()
    assert "+ MineForCausalLM" in cli("update", *trees.options, *options, "--check").out
    listed = cli("list", *trees.options, *options, "--engine", "sglang")
    assert [line.split("\t")[0] for line in listed.lines[1:]] == [
        "BetaForCausalLM", "BetaForCausalLMNextN", "MineForCausalLM", "PooledModel"
    ]  # fmt: skip
