"""What a working tree changes in support: lines, Markdown, JSON, annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.document.markdown import escape_cell
from archtrack.core.wording import counted

from .diff import side_json
from .github import annotation, unresolved_annotations, workspace_place
from .markdown import section
from .terminal import architectures, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archtrack.app.diff_base import Branch
    from archtrack.core.verdict.support_changes import State, SupportChange

__all__ = ["support_annotations", "support_json", "support_lines", "support_markdown"]

_SIGNS = {"gained": "+", "lost": "-", "changed": "~"}
_TITLES = {"gained": "Gained", "lost": "Lost", "changed": "Changed"}
_OWN = frozenset({"native", "unimportable", "unknown"})
_SHOWN = 10
"""Names of a group in an annotation, of which there may be hundreds."""


def support_lines(branch: Branch) -> Iterator[str]:
    """The changes for people, one line each."""
    yield from map(plain, _headings(branch))
    for change in branch.changes:
        detail = f"  [{reason}]" if (reason := _detail(change)) else ""
        yield plain(f"  {_SIGNS[change.kind]} {_sentence(change, change.name)}{detail}")
    for each in branch.unresolved:
        yield plain(f"  ? Not resolved: {each.place}: {each.reason}")


def support_markdown(branch: Branch) -> Iterator[str]:
    """The changes for a pull request: a heading and a list per kind; what the backend does is put together."""
    first, *more = _headings(branch)
    yield f"## {escape_cell(first)}"
    yield from ("", *map(escape_cell, more)) if more else ()
    for kind, title in _TITLES.items():
        found = [change for change in branch.changes if change.kind == kind]
        alone, groups = _grouped(found)
        items = []
        for change in alone:
            detail = f" ({escape_cell(reason)})" if (reason := _detail(change)) else ""
            items.append(_sentence(change, f"**{escape_cell(change.name)}**", escape_cell) + detail)
        for (before, after), names in groups.items():
            shown = ", ".join(f"**{escape_cell(name)}**" for name in names)
            items.append(f"{after} (was: {before}), {architectures(len(names))}: {shown}")
        yield from section(title, items, count=len(found))
    unresolved = [escape_cell(f"{each.place}: {each.reason}") for each in branch.unresolved]
    yield from section("Not resolved", unresolved)


def support_json(branch: Branch) -> dict[str, Any]:
    """The changes for programs, by ``data/schema.json``."""
    old, new = branch.before, branch.after
    library = None
    if old.transformers is not None and new.transformers is not None:
        library = {"old": side_json(old.transformers), "new": side_json(new.transformers)}
    return {
        "engine": new.engine.engine,
        "base": {"ref": branch.ref, "commit": branch.commit},
        "old": side_json(old.engine),
        "new": side_json(new.engine),
        "transformers": library,
        "notices": list(branch.notices),
        "changes": [
            {
                "kind": each.kind,
                "name": each.name,
                "before": _state_json(each.before),
                "after": _state_json(each.after),
            }
            for each in branch.changes
        ],
    }


def support_annotations(branch: Branch, root: Path) -> Iterator[str]:
    """The changes as GitHub annotations, at the line that registers the architecture where there is one.

    Args:
        branch: the comparison.
        root: folder that GitHub takes paths from.
    """
    alone, groups = _grouped(branch.changes)
    origin, engine = branch.after.engine.origin, branch.after.engine.engine
    for change in alone:
        state = change.after if change.after.source == engine else change.before
        where, line = None, 0
        if state.place is not None and state.source == engine:
            where, line = workspace_place(origin, state.place, root)
        if state is change.before:  # a line of the base is none of the working tree
            line = 0
        level = "notice" if change.kind == "gained" else "warning"
        message = _sentence(change, change.name)
        if change.kind != "gained" and change.after.because and change.before.kind != change.after.kind:
            message += f": {change.after.because}"
        yield annotation(level, message, title=f"Support {change.kind}", path=where, line=line)
    for (before, after), names in groups.items():
        shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        message = f"{architectures(len(names))} {after} (was: {before}): {shown}"
        yield annotation("notice", message, title="Support changed")
    yield from unresolved_annotations(filter(None, (branch.after.engine, branch.after.transformers)), root)


def _headings(branch: Branch) -> Iterator[str]:
    old, new = branch.before, branch.after
    counts = f"{len(old.engine.registrations)} to {architectures(len(new.engine.registrations))}"
    changes = f"{counted(len(branch.changes), 'change')} in support"
    against = f"working tree against {branch.ref} (merge base {branch.commit[:10]})"
    places = f", {counted(len(branch.unresolved), 'place')} not resolved" if branch.unresolved else ""
    yield f"{new.engine.engine}, {against}: {counts}, {changes}{places}"
    if old.transformers is not None and new.transformers is not None:
        was, now = old.transformers.version, new.transformers.version
        if was != now:
            yield f"transformers {was or 'of unknown version'} to {now or 'of unknown version'}"


def _sentence(change: SupportChange, name: str, escape: Callable[[str], str] = str) -> str:
    before, after = _word(change.before), _word(change.after)
    if change.before.kind == change.after.kind:  # the condition is another one
        before, after = escape(_terms(change.before)), escape(_terms(change.after))
    if change.after.kind == "native" and change.kind == "gained":
        return f"adds {name} natively (was: {before})"
    if change.before.kind == "native" and change.kind == "lost":
        return f"{name} no longer native; now: {after}"
    if change.kind == "gained":
        return f"adds {name} ({after}; was: {before})"
    if change.kind == "lost":
        return f"{name} no longer {before}; now: {after}"
    return f"{name}: {after} (was: {before})"


def _word(state: State) -> str:
    return "not known" if state.kind == "unknown" else state.kind


def _terms(state: State) -> str:
    """A state with the condition of its registration."""
    return f"{_word(state)} {state.because or 'always'}"


def _detail(change: SupportChange) -> str:
    """Where the engine registers it, and why it has this state."""
    after = change.after
    place = str(after.place) if after.place is not None else ""
    said = change.before.kind == after.kind  # by the sentence
    return ", ".join(filter(None, (place, None if said else after.because)))


def _grouped(
    changes: Sequence[SupportChange],
) -> tuple[list[SupportChange], Mapping[tuple[str, str], list[str]]]:
    """What concerns the engine's own code, one by one; of the rest the names by (before, after)."""
    alone: list[SupportChange] = []
    groups: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        if change.before.kind == change.after.kind or _OWN & {change.before.kind, change.after.kind}:
            alone.append(change)
        else:
            groups.setdefault((_word(change.before), _word(change.after)), []).append(change.name)
    return alone, groups


def _state_json(state: State) -> dict[str, Any]:
    return {
        "state": state.kind,
        "because": state.because,
        "source": state.source,
        "path": state.place.file if state.place is not None else None,
        "line": state.place.line if state.place is not None else 0,
    }
