"""Where the triple-quoted strings of a Python module are: the only text that can hide a line at column 0."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["normalise", "triple_quoted"]

_TRIPLE = re.compile(rb'"""|\'\'\'')
_QUOTED_OR_COMMENT = re.compile(rb'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[#"\']')
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_FORM_FEED = re.compile(rb"\n[ \t]*\f[ \t\f]*[^\s]")


def normalise(data: bytes) -> bytes | None:
    r"""UTF-8 source bytes with ``\n`` line ends and without a BOM; None for other encodings and NUL bytes."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in data:
        return None
    head = data[:8192].split(b"\n", 2)[:2]
    for text in head:
        match = _CODING.match(text)
        if match and match[1].lower().replace(b"_", b"-") not in {b"utf-8", b"utf8", b"ascii", b"us-ascii"}:
            return None
    return data


def triple_quoted(text: bytes) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The offsets at which triple-quoted strings begin, and those just behind them; None if that is not clear.

    Args:
        text: normalised, behind a newline.
    """
    if b"\f" in text and _FORM_FEED.search(text):
        return None
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    single = b"'''" in text  # rare; without it the next string is found without a pattern
    while True:
        if single:
            match = _TRIPLE.search(text, at)
            start = match.start() if match else -1
        else:
            start = text.find(b'"""', at)
        if start < 0:
            break
        opened = _opens_string(text, at, start)
        if opened is None:
            return None
        if not opened:
            at = text.find(b"\n", start)
            if at < 0:
                break
            continue
        end = _closing(text, text[start : start + 3], start + 3)
        if end is None or not _plain_string(text, start, end):
            return None
        starts.append(start)
        ends.append(end)
        at = end
    if _continued_comment(text, starts, ends):
        return None
    return tuple(starts), tuple(ends)


def _opens_string(text: bytes, behind: int, start: int) -> bool | None:
    """Whether the triple quote at ``start`` opens a string (True) or stands in a comment (False).

    None: it stands inside another string, or the line cannot be told apart this simply.
    """
    line = text.rfind(b"\n", 0, start) + 1
    if line > behind and text[line - 2 : line - 1] == b"\\":
        return None
    prefix = text[max(line, behind) : start]
    if not (b"#" in prefix or b'"' in prefix or b"'" in prefix):
        return True
    for token in _QUOTED_OR_COMMENT.findall(prefix):
        if token == b"#":
            return False
        if len(token) == 1:
            return None
    return True


def _plain_string(text: bytes, start: int, end: int) -> bool:
    """Whether the string is what it looks like: no f-string with strings inside, no statement around it.

    A string at the beginning of a line that is more than an expression of its own would hide that line.
    """
    prefix = text[max(start - 2, 0) : start].lower()
    if b"f" in prefix or b"t" in prefix:
        inside = text[start:end]
        if inside.count(b"{") != inside.count(b"}"):
            return False
    if text[start - 1 : start] != b"\n":
        return True
    rest = text[end : end + 200].partition(b"\n")[0].strip()
    return not rest or rest.startswith((b"#", b",", b")", b"]", b"}"))


def _continued_comment(text: bytes, starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether a comment ends with a backslash, which continues nothing, unlike any other backslash at a line's end."""
    at = text.find(b"\\\n")
    while at >= 0:
        index = bisect_right(starts, at) - 1
        inside = index >= 0 and at < ends[index]
        if not inside and b"#" in text[text.rfind(b"\n", 0, at) + 1 : at]:
            return True
        at = text.find(b"\\\n", at + 1)
    return False


def _closing(text: bytes, quotes: bytes, at: int) -> int | None:
    """The offset behind the string's closing quotes; None if it never closes."""
    while (end := text.find(quotes, at)) >= 0:
        backslashes = end
        while text[backslashes - 1 : backslashes] == b"\\":
            backslashes -= 1
        if (end - backslashes) % 2 == 0:
            return end + 3
        at = end + 1
    return None
