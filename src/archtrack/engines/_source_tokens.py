"""The tokens of C++ and Go source, for readers that know a few fixed forms and nothing else of either language."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Token", "source_tokens"]

_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

Token = tuple[str, str, int]
"""Kind (``word``, ``text``, ``char``, ``directive`` or the character itself), what stands there, line."""


def source_tokens(text: str, *, go: bool = False) -> Iterator[Token]:
    """The tokens without comments, each with its line; in one pass.

    Args:
        text: the file.
        go: it is Go, which has no directives and writes raw strings otherwise.
    """
    at, line, fresh = 0, 1, True
    length = len(text)
    while at < length:
        char = text[at]
        start = at
        if char == "\n":
            at, fresh = at + 1, True
        elif char.isspace():
            at += 1
        elif text.startswith("//", at):
            at = _end(text, "\n", at)
        elif text.startswith("/*", at):
            at = _end(text, "*/", at + 2, behind=True)
        elif char == "#" and fresh and not go:
            at = _end(text, "\n", at)
            while text[at - 1] == "\\" and at < length:
                at = _end(text, "\n", at + 1)
            yield "directive", text[start:at].split("\n", 1)[0], line
        else:
            fresh = False
            string = _string(text, at, go=go)
            if string is not None:
                kind, inside, at = string
                yield kind, inside, line
            elif char in _WORD:
                while at < length and text[at] in _WORD:
                    at += 1
                yield "word", text[start:at], line
            else:
                at += 1
                yield char, char, line
        line += text.count("\n", start, at)


def _string(text: str, at: int, *, go: bool) -> tuple[str, str, int] | None:
    """Kind, content and end of the string or the character that begins at a place; None where none does."""
    if text[at] == "`" and go:
        end = _end(text, "`", at + 1, behind=True)
        return "text", text[at + 1 : end - 1], end
    if text.startswith('R"', at) and not go:
        opened = _end(text, "(", at)
        end = _end(text, f'){text[at + 2 : opened]}"', opened, behind=True)
        return "text", text[at:end], end
    if text[at] in "\"'":
        end = _quoted(text, at)
        return "text" if text[at] == '"' else "char", text[at + 1 : end - 1], end
    return None


def _end(text: str, mark: str, at: int, *, behind: bool = False) -> int:
    """Where a mark begins, or what comes behind it; the end of the text where there is none."""
    found = text.find(mark, at)
    if found < 0:
        return len(text)
    return found + len(mark) if behind else found


def _quoted(text: str, at: int) -> int:
    """Where a string or a character ends: at its quote, else with its line."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] not in (quote, "\n"):
        at += 2 if text[at] == "\\" else 1
    return min(at + 1, len(text))
