"""The change of a text as a unified diff."""

from __future__ import annotations

import re
from difflib import unified_diff
from typing import TYPE_CHECKING

from .terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["unified_lines"]

_COLORS = {"+": "32", "-": "31", "@": "36"}


def unified_lines(
    path: Path, before: str | None, after: str, *, terminal: bool, color: bool
) -> Iterator[str]:
    """The change of a file's text as a unified diff that ``patch`` takes, line by line with their endings.

    Args:
        path: the file.
        before: what it holds; None where there is none yet.
        after: what it would hold.
        terminal: for somebody who reads it: no control characters.
        color: with colours.
    """
    name = path.as_posix().lstrip("/")
    old_name = "/dev/null" if before is None else f"a/{name}"
    for line in unified_diff(_split(before or ""), _split(after), old_name, f"b/{name}"):
        shown = plain(line.rstrip("\r\n")) + "\n" if terminal else line
        if color and line[:1] in _COLORS:
            shown = f"\033[{_COLORS[line[0]]}m{shown[:-1]}\033[0m\n"
        yield shown
        if not line.endswith("\n"):
            yield "\n" * (not terminal) + "\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """Lines with their line feeds; nothing else ends a line in a diff."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
