"""Markdown for summaries of jobs, pull requests and release notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["section"]


def section(
    title: str, items: Sequence[str], *, count: int | None = None, most: int | None = None
) -> Iterator[str]:
    """A heading and a list; nothing where there is nothing to list.

    Args:
        title: the heading, as Markdown.
        items: what is listed, as Markdown.
        count: what the heading counts, if that is not the items.
        most: how many items are shown.
    """
    if not items:
        return
    yield from ("", f"### {title} ({len(items) if count is None else count})", "")
    yield from (f"- {item}" for item in items[:most])
    if most is not None and len(items) > most:
        yield f"- and {len(items) - most} more"
