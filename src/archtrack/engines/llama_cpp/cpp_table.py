"""``LLM_ARCH_NAMES``: the one table of llama.cpp's C++ source that is read.

It has one form: ``std::map<llm_arch, …> LLM_ARCH_NAMES = { { LLM_ARCH_X, "x" }, … };``. Whatever has another form is
unresolved. Nothing of C++ is understood besides: no macro, no include.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["NAME", "gguf_architectures"]

NAME = "LLM_ARCH_NAMES"
_UNKNOWN = "LLM_ARCH_UNKNOWN"
"""What stands for a name that is none."""
_LARGEST = 16 * 1024 * 1024
"""Bytes; the whole of llama.cpp in one file had one."""
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

Token = tuple[str, str, int]
"""Kind (``word``, ``text``, ``directive`` or the character itself), what stands there, line."""


def gguf_architectures(data: bytes) -> dict[str, Any]:
    """The names of the table.

    Args:
        data: the file.

    Returns:
        ``{"there": whether the file names the table at all, "rows": {name: line}, "unresolved": [[line, reason]]}``.
        With anything unresolved the rows are those that could be read.
    """
    if NAME.encode() not in data:
        return {"there": False, "rows": {}, "unresolved": []}
    if len(data) > _LARGEST:
        return {"there": True, "rows": {}, "unresolved": [[0, f"a file of {len(data):,} bytes is not read"]]}
    tokens = list(_tokens(data.decode("utf-8", "replace")))
    starts = [at for at, token in enumerate(tokens) if token[:2] == ("word", NAME) and _is_made(tokens, at)]
    if len(starts) != 1:
        line = tokens[starts[1]][2] if starts else 0
        return {"there": True, "rows": {}, "unresolved": [[line, f"{NAME} is made {len(starts)} times"]]}
    return _table(tokens, starts[0])


def _is_made(tokens: Sequence[Token], at: int) -> bool:
    """Whether the name is given its rows here: it is used elsewhere."""
    before = [token[1] for token in tokens[max(0, at - 12) : at]]
    return [token[1] for token in tokens[at + 1 : at + 3]] == ["=", "{"] and "llm_arch" in before


def _table(tokens: Sequence[Token], start: int) -> dict[str, Any]:
    rows: dict[str, int] = {}
    unresolved: list[list[Any]] = []
    at = start + 3
    while at < len(tokens) and tokens[at][0] != "}":
        match [(kind, text) for kind, text, _ in tokens[at : at + 5]]:
            case [("{", _), ("word", constant), (",", _), ("text", name), ("}", _)]:
                if constant != _UNKNOWN:
                    if name in rows:
                        unresolved.append([tokens[at][2], f"{NAME} has {name} twice"])
                    rows[name] = tokens[at + 1][2]
                at += 5
                if at < len(tokens) and tokens[at][0] == ",":
                    at += 1
            case _:
                unresolved.append([tokens[at][2], f'a row of {NAME} is not {{ CONSTANT, "name" }}'])
                break
    else:
        if at + 1 >= len(tokens) or tokens[at + 1][0] != ";":
            unresolved.append([tokens[start][2], f"{NAME} has no end"])
    return {"there": True, "rows": rows, "unresolved": unresolved}


def _tokens(text: str) -> Iterator[Token]:
    """The tokens without comments, each with its line; in one pass."""
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
        elif char == "#" and fresh:
            at = _end(text, "\n", at)
            while text[at - 1] == "\\" and at < length:
                at = _end(text, "\n", at + 1)
            yield "directive", text[start:at].split("\n", 1)[0], line
        else:
            fresh = False
            if text.startswith('R"', at):
                opened = _end(text, "(", at)
                at = _end(text, f'){text[at + 2 : opened]}"', opened, behind=True)
                yield "text", text[start:at], line
            elif char in "\"'":
                at = _quoted(text, at)
                yield "text" if char == '"' else "char", text[start + 1 : at - 1], line
            elif char in _WORD:
                while at < length and text[at] in _WORD:
                    at += 1
                yield "word", text[start:at], line
            else:
                at += 1
                yield char, char, line
        line += text.count("\n", start, at)


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
