"""The functions of ``llama-arch.cpp`` that say yes or no to an architecture.

They have one form: ``bool NAME(const llm_arch & arch) { switch (arch) { case LLM_ARCH_X: … return true; default: return
false; } }``. One of another form is not known. Nothing of C++ is understood besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.engines._source_tokens import source_tokens

from .cpp_table import LARGEST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from archtrack.engines._source_tokens import Token

__all__ = ["HYBRID", "RECURRENT", "arch_switches"]

HYBRID, RECURRENT = "llm_arch_is_hybrid", "llm_arch_is_recurrent"
_HEAD = ("(", "const", "llm_arch", "&", "arch", ")", "{", "switch", "(", "arch", ")", "{")


def arch_switches(data: bytes, names: Collection[str] = (HYBRID, RECURRENT)) -> dict[str, Any]:
    """What the functions say yes to: ``{function: {constant: line}}``, without those of another form.

    Args:
        data: the file.
        names: of the functions.
    """
    if len(data) > LARGEST or not any(name.encode() in data for name in names):
        return {}
    tokens = list(source_tokens(data.decode("utf-8", "replace")))
    found: dict[str, list[dict[str, int] | None]] = {}
    for at, (kind, text, _) in enumerate(tokens):
        if kind == "word" and text in names and _texts(tokens, at + 1, len(_HEAD)) == _HEAD:
            found.setdefault(text, []).append(_yes(tokens, at + 1 + len(_HEAD)))
    return {name: rows[0] for name, rows in found.items() if len(rows) == 1 and rows[0] is not None}


def _texts(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...]:
    return tuple(text for _, text, _ in tokens[at : at + count])


def _yes(tokens: Sequence[Token], at: int) -> dict[str, int] | None:
    """The constants that a switch says yes to; None where it has another form, or says yes to all others."""
    yes: dict[str, int] = {}
    waiting: list[tuple[str, int]] = []
    default: str | None = None
    for words, line in _labels(tokens, at):
        match words:
            case ("case", constant, ":") if default is None:
                waiting.append((constant, line))
            case ("default", ":") if default is None:
                default = ""
            case ("return", "true" | "false" as answer, ";") if waiting or default == "":
                if answer == "true":
                    yes.update(waiting)
                waiting = []
                default = answer if default == "" else default
            case ("}", "}"):
                return yes if default == "false" and not waiting else None
            case _:
                return None
    return None


def _labels(tokens: Sequence[Token], at: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """The statements of a switch as words, each with its line; the last is its end, or what is none of them."""
    lengths = {"case": 3, "default": 2, "return": 3, "}": 2}
    while at < len(tokens):
        length = lengths.get(tokens[at][1], 1)
        yield _texts(tokens, at, length), tokens[at][2]
        at += length
