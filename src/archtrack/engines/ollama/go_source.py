"""Go source as its tokens: functions, imports, and what is written out in them.

Nothing of Go is understood but a few fixed forms. Whoever looks for one of them is told of every other place where its
words occur, so that nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.engines._source_tokens import source_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.engines._source_tokens import Token

__all__ = [
    "LARGEST",
    "Function",
    "build_tag",
    "functions",
    "go_tokens",
    "imports",
    "is_at",
    "literal",
    "structs",
]

LARGEST = 4 * 1024 * 1024
"""Bytes of a file; Ollama's largest has 0.1 MB."""
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function at the top level of a file.

    Attributes:
        name: its name.
        receiver: the type that it is a method of; empty for none.
        line: of ``func``.
        result: the type that it returns, if it is ``*T`` or ``T``.
        start: index of the token of its opening brace.
        end: index of its closing brace, or of the end of the file.
    """

    name: str
    receiver: str
    line: int
    result: str
    start: int
    end: int


def go_tokens(data: bytes) -> list[Token]:
    """The tokens of a file."""
    return list(source_tokens(data.decode("utf-8", "replace"), go=True))


def literal(token: Token) -> str | None:
    """The text of a string without escapes; None for anything else."""
    kind, text, _ = token
    return text if kind == "text" and text and "\\" not in text else None


def is_at(tokens: Sequence[Token], at: int, *texts: str) -> bool:
    """Whether some words and signs stand at a place, one behind the other."""
    found = tokens[at : at + len(texts)] if at >= 0 else []
    return [text for _, text, _ in found] == list(texts) and all(kind != "text" for kind, _, _ in found)


def build_tag(data: bytes) -> str | None:
    """What ``//go:build`` asks of a build, above the ``package`` of a file; None where it asks nothing."""
    for line in data.split(b"\n"):
        if line.startswith(b"//go:build "):
            return line.removeprefix(b"//go:build ").decode("utf-8", "replace").strip()
        if line.startswith(b"package "):
            break
    return None


def imports(tokens: Sequence[Token]) -> list[tuple[str, str, int]]:
    """(name, path, line) of what a file imports; the name is ``_`` or ``.`` where it is so written."""
    found = []
    for at in range(len(tokens)):
        if not (is_at(tokens, at, "import") and _begins_line(tokens, at)):
            continue
        inside = tokens[at + 1][0] == "(" if at + 1 < len(tokens) else False
        each = at + 2 if inside else at + 1
        while each < len(tokens) and tokens[each][0] != ")":
            named = tokens[each][0] != "text"
            path = literal(tokens[each + named]) if each + named < len(tokens) else None
            if path is None:
                break
            name = tokens[each][1] if named else path.rpartition("/")[2]
            found.append((name, path, tokens[each][2]))
            each += 1 + named
            if not inside:
                break
        if not inside:
            continue
        break  # there is no second one in brackets in what is read
    return found


def structs(tokens: Sequence[Token]) -> dict[str, int]:
    """Name -> line of the types that a file declares with ``type Name struct``."""
    return {
        tokens[at + 1][1]: tokens[at][2]
        for at in range(len(tokens) - 2)
        if is_at(tokens, at, "type")
        and tokens[at + 1][0] == "word"
        and tokens[at + 2][:2] == ("word", "struct")
    }


def functions(tokens: Sequence[Token]) -> Iterator[Function]:
    """The functions at the top level of a file, in order."""
    at, depth = 0, 0
    while at < len(tokens):
        kind, text, line = tokens[at]
        if depth == 0 and (kind, text) == ("word", "func"):
            found = _function(tokens, at, line)
            if found is not None:
                yield found
                at = found.end + 1
                continue
        depth += (kind in _OPEN) - (kind in _CLOSE)
        at += 1


def _function(tokens: Sequence[Token], at: int, line: int) -> Function | None:
    """The function whose ``func`` stands at a place; None for one without a body."""
    at += 1
    receiver = ""
    if at < len(tokens) and tokens[at][0] == "(":
        end = _closing(tokens, at)
        words = [text for kind, text, _ in tokens[at:end] if kind == "word"]
        receiver = words[-1] if words else ""
        at = end + 1
    if at >= len(tokens) or tokens[at][0] != "word":
        return None
    name = tokens[at][1]
    at += 1
    if at < len(tokens) and tokens[at][0] == "[":  # parameters of types
        at = _closing(tokens, at) + 1
    if at >= len(tokens) or tokens[at][0] != "(":
        return None
    at = results = _closing(tokens, at) + 1
    while at < len(tokens) and tokens[at][0] != "{":
        if (tokens[at][0] == "word" and tokens[at][1] == "func" and at > results) or tokens[at][0] == "}":
            return None
        if tokens[at][1] in {"interface", "struct"} and is_at(tokens, at + 1, "{"):
            at += 1
        at = _closing(tokens, at) + 1 if tokens[at][0] in _OPEN else at + 1
    given = [text for _, text, _ in tokens[results:at]]
    result = given[-1] if given in (given[-1:], ["*", *given[-1:]]) and given else ""
    return Function(
        name=name, receiver=receiver, line=line, result=result, start=at, end=_closing(tokens, at)
    )


def _closing(tokens: Sequence[Token], at: int) -> int:
    """The index of what closes the bracket at a place, or of the end of the file."""
    depth = 0
    for each in range(at, len(tokens)):
        kind = tokens[each][0]
        depth += (kind in _OPEN) - (kind in _CLOSE)
        if depth == 0:
            return each
    return len(tokens)


def _begins_line(tokens: Sequence[Token], at: int) -> bool:
    return at == 0 or tokens[at - 1][2] < tokens[at][2]
