"""The files that say which llama.cpp a release of Ollama carries, and what is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.engines._source_tokens import source_tokens

from .go_source import LARGEST, is_at, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.engines._source_tokens import Token

__all__ = ["named_commit", "patched_rows", "submodule", "translated"]

_SIGNS = ("FETCH_HEAD=", "LLAMACPP_BASE_COMMIT=")
_BUILD = "b"
_HEX = frozenset("0123456789abcdef")
_SHORTEST = 7
_MOST_WORDS = 20
"""Between a function's name and the end of the statement that calls it."""
_CONSTANT = "LLM_ARCH_"
_KEY = "general.architecture"


def named_commit(data: bytes) -> dict[str, Any]:
    """``{"build": "b10488", "line"}`` or ``{"commit": hex, "line"}`` of the first line that says one, or nothing."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        text = line.strip()
        if text.startswith(_BUILD) and text.removeprefix(_BUILD).isdecimal() and text.isascii():
            return {"build": text, "line": number}
        for sign in _SIGNS:
            commit = text.removeprefix(sign).strip()
            if text.startswith(sign) and len(commit) >= _SHORTEST and set(commit) <= _HEX:
                return {"commit": commit, "line": number}
    return {}


def submodule(data: bytes) -> int:
    """The line of ``.gitmodules`` that has llama.cpp below ``llm``; 0 where none has."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        key, sign, value = line.partition("=")
        if sign and key.strip() == "path" and value.strip().startswith("llm/llama.cpp"):
            return number
    return 0


def patched_rows(data: bytes) -> dict[str, Any]:
    """The rows ``{ LLM_ARCH_X, "x" }`` that a patch adds.

    Returns:
        ``{"added": {name: line}, "unresolved": [[line, reason]]}``; what it takes away without adding it again is
        unresolved.
    """
    added: dict[str, int] = {}
    taken: dict[str, int] = {}
    if len(data) > LARGEST:
        return {"added": {}, "unresolved": [[0, f"a file of {len(data):,} bytes is not read"]]}
    if _CONSTANT.encode() in data:
        for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
            if _CONSTANT in line and line[:1] in {"+", "-"}:
                name = _row(list(source_tokens(line[1:])))
                if name is not None:
                    (added if line[0] == "+" else taken).setdefault(name, number)
    return {
        "added": added,
        "unresolved": [
            [line, f"a patch takes the row of `{name}` away"]
            for name, line in taken.items()
            if name not in added
        ],
    }


def _row(tokens: Sequence[Token]) -> str | None:
    if len(tokens) < len(["{", "C", ",", "T", "}"]):
        return None
    match [kind for kind, _, _ in tokens[:5]]:
        case ["{", "word", ",", "text", "}"] if tokens[1][1].startswith(_CONSTANT):
            return literal(tokens[3])
        case _:
            return None


def translated(data: bytes) -> dict[str, Any]:
    """The GGUF architectures that ``translate_metadata`` hands to a function together with their name.

    Known is ``if (arch_name == "x") handle_x(…, arch_name);`` and, in that function, one
    ``gguf_set_val_str(meta, "general.architecture", "y")``.

    Returns:
        ``{name: [line, what it is loaded as or null]}``.
    """
    if len(data) > LARGEST:
        return {}
    tokens = list(source_tokens(data.decode("utf-8", "replace")))
    given = _given(tokens)
    found: dict[str, Any] = {}
    for at in range(len(tokens)):
        if not is_at(tokens, at, "if", "(", "arch_name", "=", "="):
            continue
        name = literal(tokens[at + 5]) if at + 7 < len(tokens) else None
        if name is None or not is_at(tokens, at + 6, ")") or tokens[at + 7][0] != "word":
            continue
        words = []
        for kind, text, _ in tokens[at + 8 : at + 8 + _MOST_WORDS]:
            if kind == ";":
                break
            words.append(text)
        if "arch_name" in words and name not in found:
            others = given.get(tokens[at + 7][1], [])
            found[name] = [tokens[at][2], others[0] if len(others) == 1 else None]
    return found


def _given(tokens: Sequence[Token]) -> dict[str, list[str | None]]:
    """Name of a function -> the values that it gives ``general.architecture``, one behind the other."""
    given: dict[str, list[str | None]] = {}
    depth, name = 0, ""
    for at, (kind, text, _) in enumerate(tokens):
        if kind == "{":
            depth += 1
        elif kind == "}":
            depth -= 1
        elif kind == "word" and text.startswith("handle_") and is_at(tokens, at - 1, "void"):
            name = text
        elif text == "gguf_set_val_str" and depth and name and is_at(tokens, at + 1, "("):
            key = [token[1] for token in tokens[at + 4 : at + 6]]
            if key == [_KEY, ","] and at + 6 < len(tokens):
                given.setdefault(name, []).append(literal(tokens[at + 6]))
    return given
