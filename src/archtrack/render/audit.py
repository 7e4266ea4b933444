"""What became of the claims of tables, for people, for an issue, for CI and for programs."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from archtrack.core.audit.claims import NOT_TRUE, Outcome, Reach
from archtrack.core.document.markdown import escape_cell
from archtrack.core.verdict.features import TITLES
from archtrack.core.wording import counted

from .github import annotation, document_path
from .presence import place_json, placed_words
from .terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from archtrack.app.audit import Audited
    from archtrack.core.audit.claims import Claim, Judged

__all__ = ["audit_annotations", "audit_json", "audit_lines", "audit_markdown", "silent_lines"]

_ALIKE = 10
"""Names that cannot be said for one reason: more of them are one line."""
_SHOWN = 5
"""Columns or keys of a file without a claim."""


def audit_lines(files: Iterable[Audited]) -> Iterator[str]:
    """What is not true, a line each, and how many claims there are of each kind."""
    for file in files:
        for each in file.not_true:
            claim = each.claim
            where = f"{file.path}:{claim.line}:{claim.column}"
            yield plain(f"{where}: {each.outcome.value}: {claim_words(claim)}: {evidence_words(each)}")
        yield from map(plain, _unsaid_lines(file))
        if file.passed_over and file.judged:
            yield plain(f"{file.path}: columns not read: {', '.join(file.passed_over)}")
        yield plain(f"{file.path}: {summary_words(file)}")
        if file.written:
            left = len(file.not_true)
            rest = "None remain." if not left else f"{left} {'remains' if left == 1 else 'remain'}."
            yield plain(f"Fixed {counted(file.fixed, 'claim')} in {file.path}. {rest}")


def _unsaid_lines(file: Audited) -> Iterator[str]:
    """What cannot be said: a line for each name and reason. A reason of many names is one line that says where."""
    by_reason: dict[str, dict[tuple[int, str], list[Claim]]] = {}
    for each in file.judged:
        if each.outcome is Outcome.UNSAID:
            names = by_reason.setdefault(each.why, {})
            names.setdefault((each.claim.line, each.claim.name), []).append(each.claim)
    for why, names in by_reason.items():
        if len(names) > _ALIKE:
            count = sum(map(len, names.values()))
            lines = ranges(line for line, _ in names)
            yield f"{file.path}: cannot be said ({count}): {why} (lines {lines})"
            continue
        for claims in names.values():
            where = f"{file.path}:{claims[0].line}:{claims[0].column}"
            yield f"{where}: cannot be said: {'; '.join(map(claim_words, claims))}: {why}"


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in their order, those that follow on each other as ``3-5``."""
    found = []
    for _, group in groupby(enumerate(sorted(set(numbers))), lambda each: each[1] - each[0]):
        run = [number for _, number in group]
        found.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(found)


def silent_lines(files: Iterable[Audited]) -> Iterator[str]:
    """Which files make no claim, and what was looked at."""
    for file in files:
        if not file.judged:
            what = "columns" if file.form == "markdown" else "keys"
            shown = ", ".join(file.passed_over[:_SHOWN]) + (", …" if len(file.passed_over) > _SHOWN else "")
            why = f"{what} not read: {shown}" if shown else _NOTHING[file.form]
            yield plain(f"{file.path}: no claim found; {why}")


_NOTHING = {
    "markdown": "it has no table with a row",
    "list": "it has no line with a name",
    "python": "it has no version check and no list or dict of architectures or models",
    "json": "it has no record of an architecture or a model",
    "yaml": "it has no record of an architecture or a model",
}
"""The form of a file -> what it lacks."""


def audit_markdown(files: Iterable[Audited]) -> Iterator[str]:
    """The same as Markdown, for an issue."""
    for file in files:
        yield from (f"### `{escape_cell(str(file.path))}`", "", f"{summary_words(file)}.", "")
        if file.not_true:
            yield from ("| Line | Claim | Outcome | Evidence |", "| --- | --- | --- | --- |")
        for each in file.not_true:
            cells = (str(each.claim.line), claim_words(each.claim), each.outcome.value, evidence_words(each))
            yield "| " + " | ".join(escape_cell(cell) for cell in cells) + " |"
        if file.not_true:
            yield ""


def audit_annotations(files: Iterable[Audited], root: Path) -> Iterator[str]:
    """What is not true, as annotations at its line.

    Args:
        files: what became of their claims.
        root: the folder that paths are taken from.
    """
    for file in files:
        path = document_path(file.path, root)
        for each in file.not_true:
            level = "error" if each.outcome is Outcome.WRONG else "warning"
            message = f"{claim_words(each.claim)}: {evidence_words(each)}"
            title = f"audit: {each.outcome.value}"
            yield annotation(level, message, title=title, path=path, line=each.claim.line)


def audit_json(files: Iterable[Audited]) -> dict[str, Any]:
    """Every claim, for programs, by ``data/schema.json``."""
    return {"files": [_file(file) for file in files]}


def summary_words(file: Audited) -> str:
    """How many claims a file makes, and what became of them."""
    found = Counter(each.outcome for each in file.judged)
    told = ", ".join(f"{found[each]} {each.value}" for each in Outcome if found[each])
    return f"{counted(len(file.judged), 'claim')}{': ' if told else ''}{told}"


def claim_words(claim: Claim) -> str:
    """What is claimed."""
    if claim.feature is not None:
        return f"{TITLES[claim.feature]} of {claim.name}: {'yes' if claim.holds else 'no'}"
    if claim.release is None:
        return claim.name if claim.holds else f"{claim.name}: no"
    words = {Reach.IN: "in", Reach.AFTER: "after", Reach.BETWEEN: "after"}.get(claim.reach, "since")
    return f"{claim.name} {words} {claim.release}"


def evidence_words(judged: Judged) -> str:
    """What was found, with its place."""
    return placed_words(judged.why, judged.place)


def _file(file: Audited) -> dict[str, Any]:
    found = Counter(each.outcome for each in file.judged)
    return {
        "path": str(file.path),
        "form": file.form,
        "written": file.written,
        "passed_over": list(file.passed_over),
        "counts": {each.value: found[each] for each in Outcome},
        "claims": [_claim(each) for each in file.judged],
    }


def _claim(judged: Judged) -> dict[str, Any]:
    claim = judged.claim
    return {
        "line": claim.line,
        "column": claim.column,
        "name": claim.name,
        "engine": judged.engine,
        "feature": claim.feature,
        "reach": claim.reach.value,
        "release": claim.release,
        "holds": claim.holds,
        "outcome": judged.outcome.value,
        "fixable": judged.outcome in NOT_TRUE and claim.where is not None and judged.instead is not None,
        "because": {
            "text": judged.why,
            "version": judged.version,
            "since": judged.since,
            **place_json(judged.place),
        },
    }
