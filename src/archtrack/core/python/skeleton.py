"""A module without the bodies of its functions: line for line the same, and parsed in a fraction of the time.

Regular expressions look at Python text here and nowhere else: to find what can be cut. Where they might be wrong, the
whole module is parsed instead; and where they cut in the wrong place, what is left does not parse.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from typing import TYPE_CHECKING

from .source import normalise, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["skeleton"]

_LINE = re.compile(rb"\n(    |[ \t]{0,3})(?=[^\s#)\]}])")
"""The beginning of a line of code, indented by at most four."""
_METHOD = b"    "
_FUNCTION = re.compile(rb"(?:async[ \t]+)?def[ \t]")
_CLASS = re.compile(rb"class[ \t]")
_HEADER = re.compile(
    rb'"""|\'\'\'|"(?:[^"\\\n]|\\.)*(?P<closed>")?|\'(?:[^\'\\\n]|\\.)*(?P<single>\')?'
    rb"|[(\[{]|[)\]}]|:[ \t]*(?:#[^\n]*)?\n|#[^\n]*"
)
"""What tells where the header of a function ends: strings, brackets, comments, a colon at the end of a line."""

_TRIPLE = re.compile(rb'"""|\'\'\'')
_QUOTED_OR_COMMENT = re.compile(rb'"(?:[^"\\\n]|\\.)*(?P<closed>")?|\'(?:[^\'\\\n]|\\.)*(?P<single>\')?|#')
_FORMATTED = re.compile(rb"[fFtT][rR]?\Z")
"""Before the quotes of an f-string."""
_PLAIN_FIELDS = re.compile(rb"[^{}]*(?:(?:\{\{|\}\}|\{[^{}\"']*\})[^{}]*)*")
_FORM_FEED = re.compile(rb"\n[ \t]*\f[ \t\f]*[^\s]")
_LONG_LINE = 2_000
"""Bytes before a triple quote on its line; what has more is parsed whole."""


def skeleton(data: bytes, words: Collection[bytes] = ()) -> bytes | None:
    """The module with ``...`` in place of the body of every top-level function and method, signatures kept.

    Args:
        data: the file.
        words: a body in which one of these occurs is kept as it is.

    Returns:
        None where strings and code cannot be told apart simply: then the whole module has to be parsed, and likewise
        where what is returned does not parse.
    """
    normal = normalise(data)
    if normal is None:
        return None
    text = b"\n" + normal
    strings = _triple_quoted(text)
    if strings is None:
        return None
    starts, ends = strings
    parts: list[bytes] = []
    at, in_class, in_function = 1, False, False
    for match in _LINE.finditer(text):
        start, indent = match.start() + 1, match[1]
        if indent and not in_class:
            continue
        begins = indent in {b"", _METHOD} and _FUNCTION.match(text, match.end()) is not None
        if indent == _METHOD and not begins and not in_function:
            continue
        index = bisect_right(starts, start) - 1
        if (index >= 0 and start < ends[index]) or text[start - 2 : start - 1] == b"\\":
            continue
        if indent != _METHOD:  # a class whose body is not indented by four keeps its methods
            in_class = not indent and _CLASS.match(text, start) is not None
        if begins or in_function:
            part = text[at:start]
            parts.append(_stub(part, words) if in_function else part)
            at, in_function = start, begins
    part = text[at:]
    parts.append(_stub(part, words) if in_function else part)
    return b"".join(parts)


def _stub(function: bytes, words: Collection[bytes]) -> bytes:
    """A function of as many lines without its body; as it is where the body has one of the words."""
    end = _header_end(function)
    if end < 0:
        return function
    if words:
        body = function[end:]
        if not body.isascii():  # as Python reads identifiers
            body = unicodedata.normalize("NFKC", body.decode("utf-8", "replace")).encode()
        if any(word in body for word in words):
            return function
    return function[:end] + b": ..." + b"\n" * function.count(b"\n", end)


def _header_end(function: bytes) -> int:
    """The offset of the colon behind which the body begins on a line of its own; -1 if there is none."""
    colon = function.find(b":\n")
    if colon >= 0 and _is_simple(function[:colon]):
        return colon
    depth, at = 0, 0
    while match := _HEADER.search(function, at):
        token, at = match[0], match.end()
        if token in {b'"""', b"'''"}:
            end = _closing(function, token, at)
            if end is None:
                break
            at = end
        elif token[0] in b"\"'" and (match.lastgroup is None or b"{" in token):
            break
        elif token in b"([{":
            depth += 1
        elif token in b")]}":
            depth -= 1
        elif depth == 0 and token.startswith(b":"):
            return match.start()
    return -1


def _is_simple(header: bytes) -> bool:
    """Whether all brackets are closed, and none can be text: most headers are like that, and no pattern is needed."""
    if any(mark in header for mark in (b'"', b"'", b"#")):
        return False
    return all(header.count(opening) == header.count(closing) for opening, closing in (b"()", b"[]", b"{}"))


def _triple_quoted(text: bytes) -> tuple[Sequence[int], Sequence[int]] | None:
    """Where triple-quoted strings, which alone can hide a line, begin and end; None if that is not clear.

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
        if end is None or not _is_plain(text, start, end):
            return None
        starts.append(start)
        ends.append(end)
        at = end
    return None if _continues_comment(text, starts, ends) else (starts, ends)


def _opens_string(text: bytes, behind: int, start: int) -> bool | None:
    """Whether the triple quote at ``start`` opens a string (True) or stands in a comment (False).

    None: it stands inside another string, or the line cannot be told apart this simply.
    """
    line = text.rfind(b"\n", behind, start) + 1
    if line > behind and text[line - 2 : line - 1] == b"\\":
        return None
    prefix = text[max(line, behind) : start]
    if not (b"#" in prefix or b'"' in prefix or b"'" in prefix):
        return True
    if len(prefix) > _LONG_LINE or b"{" in prefix or b"}" in prefix:
        return None  # since Python 3.12 strings in the fields of an f-string may have its own quotes
    for token in _QUOTED_OR_COMMENT.finditer(prefix):
        if token[0] == b"#":
            return False
        if token.lastgroup is None:  # a string that does not end on its line
            return None
    return True


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


def _is_plain(text: bytes, start: int, end: int) -> bool:
    """Whether the string is what it looks like: no f-string with strings inside, no statement around it.

    A string at the beginning of a line that is more than an expression of its own would hide that line.
    """
    if _FORMATTED.search(text, start - 2, start) and not _is_complete(b"f" + text[start:end]):
        return False
    if text[start - 1 : start] != b"\n":
        return True
    line_end = text.find(b"\n", end)
    rest = text[end : line_end if line_end >= 0 else len(text)].strip()
    return rest in {b"", b","} or rest.startswith((b"#", b")", b"]", b"}"))


def _is_complete(string: bytes) -> bool:
    """Whether an f-string ends where it seems to end, and not in one of its fields."""
    if _PLAIN_FIELDS.fullmatch(string):
        return True
    try:
        parse(string)
    except SyntaxError:
        return False
    return True


def _continues_comment(text: bytes, starts: Sequence[int], ends: Sequence[int]) -> bool:
    """Whether a comment ends with a backslash, which continues nothing, unlike any other backslash at a line's end."""
    at = text.find(b"\\\n")
    while at >= 0:
        index = bisect_right(starts, at) - 1
        inside = index >= 0 and at < ends[index]
        if not inside and b"#" in text[text.rfind(b"\n", 0, at) + 1 : at]:
            return True
        at = text.find(b"\\\n", at + 1)
    return False
