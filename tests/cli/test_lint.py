"""``archtrack lint``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"


@pytest.fixture
def document(cli: Cli, trees: Any, work: Path) -> Path:
    """A document without findings."""
    cli("update", *trees.options)
    return work / DOCUMENT


@pytest.fixture
def wrong(document: Path) -> Path:
    """Out of order, with a row twice, counts that are stale, and a name in two sections."""
    text = document.read_text(encoding="utf-8")
    rows = {line.split("**")[1]: line for line in text.splitlines(keepends=True) if line.startswith("| **")}
    alpha, beta = rows["AlphaForCausalLM"], rows["BetaForCausalLM"]
    sight = rows["SightForConditionalGeneration"]
    text = text.replace(alpha + beta, beta + alpha + alpha).replace(sight, sight + beta)
    document.write_text(text.replace("**3** native", "**30** native"), encoding="utf-8")
    return document


def test_a_document_as_archtrack_writes_it_has_no_findings(cli: Cli, document: Path, trees: Any) -> None:
    assert cli("lint").lines == [f"{DOCUMENT}: 0 findings"]
    done = cli("lint", *trees.options, "--fix")
    assert (done.code, done.lines) == (0, [f"{DOCUMENT}: 0 findings"])
    assert document.is_file()


def test_findings_have_line_and_code_and_say_what_fix_would_do(cli: Cli, wrong: Path) -> None:
    before = wrong.read_bytes()
    done = cli("lint")
    assert done.code == 1
    codes = {}
    for line in done.lines[:-1]:
        _, number, code, rest = line.split(":", 3)
        codes.setdefault(code.strip(), []).append((int(number), rest.endswith("[--fix]")))
    assert set(codes) >= {"duplicate-row", "order", "stale-counts", "two-sections"}
    assert all(fixable for code in ("order", "stale-counts") for _, fixable in codes[code])
    assert not any(fixable for _, fixable in codes["two-sections"])
    assert done.lines[-1] == f"{DOCUMENT}: {len(done.lines) - 1} findings"
    assert wrong.read_bytes() == before


def test_fix_puts_right_what_is_mechanical_and_names_the_rest(cli: Cli, wrong: Path) -> None:
    done = cli("lint", "--fix")
    assert done.code == 1
    assert done.lines[-1].endswith("left, the rest fixed")
    assert {line.split(":")[2].strip() for line in done.lines[:-1]} == {"two-sections"}
    once = wrong.read_bytes()
    assert cli("lint", "--fix").code == 1
    assert wrong.read_bytes() == once
    assert once.count(b"| **AlphaForCausalLM**") == 1


def test_a_document_that_is_missing_or_unreadable_is_5(cli: Cli, work: Path) -> None:
    done = cli("lint")
    assert (done.code, done.out) == (5, "")
    assert done.err == (f"archtrack: error: {DOCUMENT}: no such document; `archtrack update` creates one\n")
    (work / DOCUMENT).write_bytes(b"\xff\xfe\x00")
    assert cli("lint").code == 5


def test_sources_are_read_only_when_they_are_named(cli: Cli, document: Path, trees: Any) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    (trees.models / "pooled.py").unlink()
    assert cli("lint").code == 0
    done = cli("lint", *trees.options)
    assert done.code == 1
    for words in ("missing-row", "GammaForCausalLM", "stale-row"):
        assert words in done.out
    assert cli("update", *trees.options, "--refresh", "--prune", "--doc", document).code == 0
    assert cli("lint", *trees.options).code == 0


OVERRIDES = """\
columns = ["notes"]

[overrides.AlphaForCausalLM]
note = "slow"
reason = "seen"

[overrides.BetaForCausalLM]
category = "text"
reason = "seen"

[overrides.DeltaForCausalLM]
example = "lab/delta"
expires = 2026-03-31
reason = "soon"

[overrides.DeltaForCausallm]
note = "n"
reason = "seen"
"""


@pytest.fixture
def configured(document: Path, trees: Any) -> Path:
    """Overrides that are right, redundant, about to expire and unknown; they name their sources, as CI does."""
    sources = f"sglang = {str(trees.sglang)!r}\ntransformers = {str(trees.transformers)!r}\n"
    path = document.with_name("archtrack.toml")
    path.write_text(sources + OVERRIDES, encoding="utf-8")
    return path


def codes(lines: list[str]) -> list[str]:
    return [":".join(line.split(":")[:3]) for line in lines]


@pytest.mark.parametrize(
    ("day", "expired"), [("2026-03-31", []), ("2026-04-01", ["archtrack.toml:13: override-expired"])]
)
def test_an_override_that_is_redundant_expired_or_unknown_fails_with_its_line(
    cli: Cli, configured: Path, day: str, expired: list[str]
) -> None:
    done = cli("lint", "--date", day)
    assert done.code == 1
    assert codes(done.lines) == [
        "archtrack.toml:9: override-redundant",
        *expired,
        "archtrack.toml:18: override-unknown",
        f"{DOCUMENT}: 0 findings",
        f"archtrack.toml: {2 + len(expired)} findings",
    ]
    text = configured.read_text(encoding="utf-8")
    for name in ("BetaForCausalLM", "DeltaForCausalLM", "DeltaForCausallm"):
        at = text.index(f"[overrides.{name}]")
        text = text[:at] + text[at:].partition("\n\n")[2]
    configured.write_text(text, encoding="utf-8")
    done = cli("lint", "--date", day)
    assert (done.code, done.lines) == (0, [f"{DOCUMENT}: 0 findings", "archtrack.toml: 0 findings"])


def test_overrides_are_told_in_json_and_annotated(cli: Cli, configured: Path, conforms: Conforms) -> None:
    done = cli("lint", "--date", "2026-01-01", "--format", "json")
    conforms(done.json, "lint")
    assert [(each["path"], each["line"], each["code"]) for each in done.json["findings"]] == [
        (configured.name, 9, "override-redundant"),
        (configured.name, 18, "override-unknown"),
    ]
    lines = cli("lint", "--date", "2026-01-01", "--format", "github").lines
    assert lines[0].startswith("::warning file=archtrack.toml,line=9,title=lint override-redundant::the ")


def test_with_overrides_the_sources_have_to_be_readable_and_without_they_are_not_read(
    cli: Cli, configured: Path, trees: Any
) -> None:
    trees.sglang.rename(trees.sglang.with_name("elsewhere"))
    done = cli("lint")
    assert (done.code, done.out) == (3, "")
    assert "`lint` reads the sources because archtrack.toml has overrides to check" in done.err
    assert done.err.count("\n") == 1
    text = configured.read_text(encoding="utf-8")
    configured.write_text(text.partition("[overrides")[0], encoding="utf-8")
    assert cli("lint").code == 0


def test_the_rows_are_held_against_the_sources_with_the_overrides_only_where_sources_are_named(
    cli: Cli, configured: Path, trees: Any
) -> None:
    assert cli("update", *trees.options, "--refresh").code == 0
    day = ("--date", "2026-01-01")
    assert not any("stale-row" in line for line in cli("lint", *trees.options, *day).lines)
    miniature.edit(configured, ('"slow"', '"fast"'))
    (stale,) = (line for line in cli("lint", *trees.options, *day).lines if "stale-row" in line)
    assert "AlphaForCausalLM" in stale
    assert not any("stale-row" in line for line in cli("lint", *day).lines)


def test_a_date_that_is_none_is_wrong_usage(cli: Cli, document: Path) -> None:
    assert document.is_file()
    done = cli("lint", "--date", "2026-1-1")
    assert (done.code, done.out) == (2, "")
    assert "write it as 2026-01-31" in done.err


@pytest.mark.usefixtures("wrong")
def test_json_holds_to_the_schema(cli: Cli, conforms: Conforms) -> None:
    done = cli("lint", "--format", "json")
    assert done.code == 1
    conforms(done.json, "lint")
    assert (done.json["document"], done.json["written"]) == (DOCUMENT, False)
    assert {each["code"] for each in done.json["findings"]} >= {"order", "two-sections"}
    done = cli("lint", "--format", "json", "--fix")
    conforms(done.json, "lint")
    assert done.json["written"] is True
    assert {each["code"] for each in done.json["findings"]} == {"two-sections"}


def test_annotations_point_into_the_document(cli: Cli, wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = cli("lint", "--format", "github").lines
    assert all(line.startswith(f"::warning file={DOCUMENT},line=") for line in lines)
    assert cli("lint", "--format", "github", "--doc", wrong).lines == lines
    monkeypatch.setenv("GITHUB_WORKSPACE", str(wrong.parents[1]))
    assert cli("lint", "--format", "github").lines[0].startswith(f"::warning file=work/{DOCUMENT},line=")


def test_what_a_document_says_never_reaches_the_terminal_raw(cli: Cli, document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    row = "| **Al\x1b[31mpha** | Y |  | `a.py` |  |\n"
    at = text.index("| **AlphaForCausalLM**")
    document.write_text(text[:at] + row * 2 + text[at:], encoding="utf-8")
    for form in ("text", "json", "github"):
        done = cli("lint", "--format", form)
        assert done.code == 1
        assert "\x1b" not in done.out + done.err
