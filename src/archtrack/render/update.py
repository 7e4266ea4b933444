"""What an update did, for people, for programs and for GitHub."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from archtrack.core.document.rows import Counts
from archtrack.core.json_values import (
    elsewhere_to_json,
    engine_source_to_json,
    example_to_json,
    unresolved_to_json,
)
from archtrack.core.matrix.categories import BY_NAME
from archtrack.core.matrix.elsewhere import elsewhere_in_words
from archtrack.core.wording import counted
from archtrack.model import Category, Status

from .github import annotation, document_path, unresolved_annotations, workspace_place
from .outdated import (
    beyond_added,
    changes_in_words,
    column_lines,
    command,
    outdated_json,
    outdated_lines,
    remedy,
    telling,
)
from .terminal import architectures, plain, read_lines, unresolved_lines
from .unified import unified_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from archtrack.app.document import DocumentUpdate
    from archtrack.model import MatrixRow

__all__ = ["report_annotations", "report_json", "report_lines", "unified_diff"]

_SHOWN = 10
"""Names per category that are printed where there may be hundreds."""

_ONE_BY_ONE = 40
"""Rows up to which those of a new document are told one by one."""


def report_lines(update: DocumentUpdate, *, check: bool) -> Iterator[str]:
    """The report for people, line by line and free of control characters.

    Args:
        update: what was done.
        check: nothing was to be written, so say what would be.
    """
    return map(plain, _lines(update, check=check))


def _lines(update: DocumentUpdate, *, check: bool) -> Iterator[str]:
    merge, inventories = update.merge, update.track.matrix.inventories
    yield from read_lines(inventories, update.track.notices)
    if update.created:
        yield f"{update.path}: {'no such document yet' if update.before is None else 'there is nothing in it yet'}"
    yield f"Existing architectures in doc: {sum(counts.total for _, counts in merge.before)}"
    if merge.added:
        yield from ("", f"Found {len(merge.added)} new architecture(s):")
        yield from _created_lines(update) if update.created else _added_lines(update)
        yield from _guessed_lines(merge.added)
    title = "Rows to bring up to date" if check else "Rows brought up to date"
    yield from outdated_lines(title, beyond_added(merge.refreshed), cells_only=True, views=True)
    yield from column_lines(merge, check=check)
    yield from outdated_lines("Rows to remove" if check else "Rows removed", merge.pruned)
    yield from outdated_lines(f"Rows out of date{remedy(merge.outdated)}", telling(merge.outdated))
    yield from _outside_lines(merge.outside)
    if merge.recounted:
        yield from ("", f"Counts that did not match the rows: {_numbers(merge.recounted)}")
    if merge.repassed:
        what = "Rows that pass the backend's own check: the sources disagree with"
        yield from ("", f"{what} {_numbers(merge.repassed)}")
    for inventory in inventories:
        yield from unresolved_lines(inventory.engine, inventory.unresolved)
    yield ""
    yield from _verdict(update, check=check)


def _created_lines(update: DocumentUpdate) -> Iterator[str]:
    """The rows of a new document: of a long one how many there are of a kind, and the natives one by one."""
    added = update.merge.added
    if len(added) <= _ONE_BY_ONE:
        yield from _added_lines(update)
        return
    yield from _by_section(added)
    yield from _elsewhere_lines(update)
    yield from ("", "The natives:")
    yield from (_new_line(row) for row in added if row.native is not None)


def _added_lines(update: DocumentUpdate) -> Iterator[str]:
    """The rows that a document gets, one by one, but for many that only other engines have."""
    added = update.merge.added
    many = sum(bool(row.elsewhere) for row in added) > _ONE_BY_ONE
    yield from (_new_line(row) for row in added if not (many and row.elsewhere))
    if many:
        yield from _elsewhere_lines(update)


def _elsewhere_lines(update: DocumentUpdate) -> Iterator[str]:
    """How many new rows only other engines have, and how many are left out of what they have."""
    rows, left_out = [row for row in update.merge.added if row.elsewhere], update.track.matrix.left_out
    if not rows:
        return
    engines = _counted(f"{one.engine} {one.version}" for row in rows for one in row.elsewhere)
    yield f"  + {len(rows)} known elsewhere: not in SGLang, no fallback  [{engines}]"
    if left_out:
        reasons = _counted(one.role.value for one in left_out)
        yield f"    {len(left_out)} more left out: no models of their own  [{reasons}]"


def _counted(words: Iterable[str]) -> str:
    return ", ".join(f"{word}: {number}" for word, number in Counter(words).most_common())


def _outside_lines(outside: tuple[tuple[str, int], ...]) -> Iterator[str]:
    if not outside:
        return
    places = [f"{name} (line {line})" for name, line in outside[:_SHOWN]]
    more = f" and {len(outside) - _SHOWN} more" if len(outside) > _SHOWN else ""
    yield from ("", "Rows outside the three sections, neither counted nor kept up to date:")
    yield f"  ~ {', '.join(places)}{more}"
    yield "  Move each into a section, or correct the section's heading; `archtrack lint` lists them all."


def _by_section(added: tuple[MatrixRow, ...]) -> Iterator[str]:
    """How many rows each section gets."""
    for category in Category:
        rows = [row for row in added if row.category is category]
        native, elsewhere = (
            sum(row.native is not None for row in rows),
            sum(bool(row.elsewhere) for row in rows),
        )
        words = [f"{native} native", f"{len(rows) - native - elsewhere} HF transformers"]
        words += [f"{elsewhere} known elsewhere"] if elsewhere else []
        yield f"  + {len(rows)} {category.value}  [{', '.join(words)}]"


def _new_line(row: MatrixRow) -> str:
    if row.elsewhere:
        engines = elsewhere_in_words(row.elsewhere)
        return f"  + {row.name}  [known elsewhere: {engines}; not in SGLang, no fallback]"
    if row.native is None:
        return f"  + {row.name}  [HF transformers, {_gate(row)}]"
    condition = f", only if {row.native.condition}" if row.native.condition else ""
    broken = ", which fails to import" if row.status is Status.UNIMPORTABLE else ""
    return f"  + {row.name}  [native ({row.native.file}){condition}{broken}]"


def _guessed_lines(added: tuple[MatrixRow, ...]) -> Iterator[str]:
    """The new rows whose section nothing but the name has decided."""
    guessed = [row for row in added if row.category_source == BY_NAME]
    if not guessed:
        return
    yield from ("", f"Categories to look over ({len(guessed)} of {len(added)} rest on the name alone):")
    hidden = False
    for category in Category:
        names = [row.name for row in guessed if row.category is category]
        if not names:
            continue
        # What SGLang runs itself is worth a look first.
        natives = {row.name for row in guessed if row.native is not None}
        names.sort(key=lambda name: name not in natives)
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        hidden = hidden or bool(more)
        yield f"  {category.value}: {', '.join(names[:_SHOWN])}{more}"
    if hidden:
        yield f"  All of them: `archtrack list --category …`, where By says {BY_NAME!r}."
    yield "  To correct one, move its row to another section: it stays there."


def _gate(row: MatrixRow) -> str:
    return {
        Status.FALLBACK: "the fallback takes it",
        Status.REFUSED: "the fallback refuses it",
    }.get(row.status, "fallback unknown")


def _verdict(update: DocumentUpdate, *, check: bool) -> Iterator[str]:
    merge, path = update.merge, update.path
    if not merge.added:
        yield "No new architectures found." + ("" if update.differs else f" {path}: nothing to write.")
    if not update.differs:
        return
    to = "to " if check else ""
    other = []
    if rows := beyond_added(merge.refreshed):
        other.append(f"{counted(len(rows), 'row')} {to or 'brought '}{'bring ' * check}up to date")
    if merge.pruned:
        other.append(f"{counted(len(merge.pruned), 'row')} {to}remove{'d' * (not check)}")
    if merge.added_columns:
        columns = counted(len({column for _, column in merge.added_columns}), "column")
        other.append(f"{columns} {to}add{'ed' * (not check)}")
    if merge.passing_added_at:
        other.append(f"the line on the backend's own check {to}add{'ed' * (not check)}")
    if merge.recounted or (merge.repassed and not (merge.added or other)):
        other.append(f"counts {to}correct{'ed' * (not check)}")
    if check:
        what = "does not exist" if update.created else "is out of date"
        added = counted(len(merge.added), "new architecture")
        yield f"{path} {what}: {', '.join([added, *other])}. Nothing was written."
        return
    # The line of the seed's script, as "Found … new architecture(s):" above.
    yield (
        f"Done. Added {len(merge.added)} new architecture(s) to {path}"
        if merge.added
        else f"Done. Rewrote {path}"
    )
    if other:
        yield f"Besides: {', '.join(other)}."
    total = sum((counts for _, counts in merge.after), Counts())
    yield f"It lists {architectures(total.total)}, {total.native} of them native."


def report_json(update: DocumentUpdate) -> dict[str, Any]:
    """The report for programs, by ``data/schema.json``."""
    merge = update.merge
    return {
        "document": str(update.path),
        "created": update.created,
        "changed": update.differs,
        "written": update.written,
        "sources": [engine_source_to_json(each) for each in update.track.matrix.inventories],
        "notices": list(update.track.notices),
        "added": [_row(row) for row in merge.added],
        "stale": [outdated_json(each) for each in merge.outdated],
        "refreshed": [outdated_json(each) for each in merge.refreshed],
        "pruned": [outdated_json(each) for each in merge.pruned],
        "columns_added": [{"line": line, "column": column} for line, column in merge.added_columns],
        "columns_missing": [{"line": line, "column": column} for line, column in merge.missing_columns],
        "outside": [{"name": name, "line": line} for name, line in merge.outside],
        "recounted_lines": sorted((*merge.recounted, *merge.repassed)),
        "counts": {
            category.value: {
                "native": counts.native,
                "hf_only": counts.hf_only,
                "no_fallback": counts.neither,
                "total": counts.total,
            }
            for category, counts in merge.after
        },
        "passing": merge.passing,
        "unresolved": [
            {"engine": inventory.engine, **unresolved_to_json(each)}
            for inventory in update.track.matrix.inventories
            for each in inventory.unresolved
        ],
    }


def _row(row: MatrixRow) -> dict[str, Any]:
    found = row.native or row.hf
    return {
        "name": row.name,
        "status": row.status.value,
        "category": row.category.value,
        "category_source": row.category_source,
        "file": found.file if found else None,
        "line": found.place.line if found else None,
        "path": found.place.file if found else None,
        "example": example_to_json(row.example),
        "elsewhere": elsewhere_to_json(row.elsewhere),
    }


def report_annotations(update: DocumentUpdate, root: Path) -> Iterator[str]:
    """The report as GitHub annotations, at the line that registers a missing architecture.

    Args:
        update: what was done.
        root: the folder that paths are shown from: that of the checkout.
    """
    merge, path = update.merge, document_path(update.path, root)
    yield from _missing(update, path, root)
    for one in telling(merge.outdated):
        message = f"{one.row.name}: {changes_in_words(one)}; run {command([one])}"
        yield annotation("warning", message, title="Row out of date", path=path, line=one.row.line)
    done = "rewritten" if update.written else f"run {command()}"
    refreshed = "rewritten" if update.written else f"run {command(refresh=True)}"
    removed = "removed" if update.written else f"run {command(prune=True)}"
    level = "notice" if update.written else "error"
    for rows, what, cells_only in (
        (beyond_added(merge.refreshed), refreshed, True),
        (merge.pruned, removed, False),
    ):
        for one in rows:
            message = f"{one.row.name}: {changes_in_words(one, cells_only=cells_only)}; {what}"
            yield annotation(level, message, title="Row out of date", path=path, line=one.row.line)
    for number, column in merge.added_columns:
        message = f"the table lacks the column {column}; {refreshed}"
        yield annotation(level, message, title="Missing column", path=path, line=number)
    if merge.passing_added_at:
        what = done if merge.added or merge.recounted else refreshed
        message = f"the summary does not say how many of these pass the backend's own check; {what}"
        yield annotation(level, message, title="Missing count", path=path, line=merge.passing_added_at)
    for number in sorted((*merge.recounted, *merge.repassed)):
        with_what = "sources" if number in merge.repassed else "rows"
        message = f"the counts do not match the {with_what}; {done}"
        yield annotation(level, message, title="Stale counts", path=path, line=number)
    for name, number in merge.outside:
        message = (
            f"{name} is outside the three sections; move its row into one, or correct the section's heading"
        )
        yield annotation("warning", message, title="Row outside the sections", path=path, line=number)
    yield from unresolved_annotations(update.track.matrix.inventories, root)
    if not update.differs:
        yield annotation("notice", "every architecture has its row", title=f"{path}: nothing to write")


def _missing(update: DocumentUpdate, path: str, root: Path) -> Iterator[str]:
    """The architectures without a row: the natives one by one, those of transformers and of other engines together."""
    added = update.merge.added
    level = "notice" if update.written else "error"
    done = "it has one now" if update.written else "run `archtrack update`"
    origin = update.track.matrix.inventories[0].origin
    for row in added:
        if row.native is None:
            continue
        where, line = workspace_place(origin, row.native.place, root)
        place = "here" if where else f"at {row.native.place}"
        message = f"{row.name} is registered {place} and had no row in {path}; {done}"
        yield annotation(level, message, title="Missing architecture", path=where, line=line)
    others = [row for row in added if row.native is None]
    for what, names in (
        ("public transformers classes", [row.name for row in others if not row.elsewhere]),
        ("architectures that only other engines have", [row.name for row in others if row.elsewhere]),
    ):
        if names:
            shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
            message = f"{len(names)} {what} had no row: {shown}; {done}"
            yield annotation(level, message, title="Missing architectures", path=path)


def unified_diff(update: DocumentUpdate, *, terminal: bool, color: bool) -> Iterator[str]:
    """The change of the document's text as a unified diff, as ``unified_lines`` gives it."""
    return unified_lines(update.path, update.before, update.merge.text, terminal=terminal, color=color)


def _numbers(items: tuple[int, ...]) -> str:
    return f"line{'' if len(items) == 1 else 's'} {', '.join(str(item) for item in items)}"
