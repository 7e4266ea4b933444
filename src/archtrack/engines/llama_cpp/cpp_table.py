"""``LLM_ARCH_NAMES``: the one table of llama.cpp's C++ source that is read.

It has one form: ``std::map<llm_arch, …> LLM_ARCH_NAMES = { { LLM_ARCH_X, "x" }, … };``. Whatever has another form is
unresolved. Nothing of C++ is understood besides: no macro, no include.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.engines._source_tokens import source_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archtrack.engines._source_tokens import Token

__all__ = ["LARGEST", "NAME", "gguf_architectures"]

NAME = "LLM_ARCH_NAMES"
_UNKNOWN = "LLM_ARCH_UNKNOWN"
"""What stands for a name that is none."""
LARGEST = 16 * 1024 * 1024
"""Bytes; the whole of llama.cpp in one file had one."""


def gguf_architectures(data: bytes) -> dict[str, Any]:
    """The names of the table.

    Args:
        data: the file.

    Returns:
        ``{"there": whether the file names the table at all, "rows": {name: line}, "constants": {name: constant},
        "unresolved": [[line, reason]]}``. With anything unresolved the rows are those that could be read.
    """
    if NAME.encode() not in data:
        return _found({}, {}, [], there=False)
    if len(data) > LARGEST:
        return _found({}, {}, [[0, f"a file of {len(data):,} bytes is not read"]])
    tokens = list(source_tokens(data.decode("utf-8", "replace")))
    starts = [at for at, token in enumerate(tokens) if token[:2] == ("word", NAME) and _is_made(tokens, at)]
    if len(starts) != 1:
        line = tokens[starts[1]][2] if starts else 0
        return _found({}, {}, [[line, f"{NAME} is made {len(starts)} times"]])
    return _table(tokens, starts[0])


def _is_made(tokens: Sequence[Token], at: int) -> bool:
    """Whether the name is given its rows here: it is used elsewhere."""
    before = [token[1] for token in tokens[max(0, at - 12) : at]]
    return [token[1] for token in tokens[at + 1 : at + 3]] == ["=", "{"] and "llm_arch" in before


def _table(tokens: Sequence[Token], start: int) -> dict[str, Any]:
    rows: dict[str, int] = {}
    constants: dict[str, str] = {}
    unresolved: list[list[Any]] = []
    at = start + 3
    while at < len(tokens) and tokens[at][0] != "}":
        match [(kind, text) for kind, text, _ in tokens[at : at + 5]]:
            case [("{", _), ("word", constant), (",", _), ("text", name), ("}", _)]:
                if constant != _UNKNOWN:
                    if name in rows:
                        unresolved.append([tokens[at][2], f"{NAME} has {name} twice"])
                    rows[name] = tokens[at + 1][2]
                    constants[name] = constant
                at += 5
                if at < len(tokens) and tokens[at][0] == ",":
                    at += 1
            case _:
                unresolved.append([tokens[at][2], f'a row of {NAME} is not {{ CONSTANT, "name" }}'])
                break
    else:
        if at + 1 >= len(tokens) or tokens[at + 1][0] != ";":
            unresolved.append([tokens[start][2], f"{NAME} has no end"])
    return _found(rows, constants, unresolved)


def _found(
    rows: dict[str, int], constants: dict[str, str], unresolved: list[list[Any]], *, there: bool = True
) -> dict[str, Any]:
    return {"there": there, "rows": rows, "constants": constants, "unresolved": unresolved}
