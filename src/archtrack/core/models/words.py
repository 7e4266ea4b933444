"""What the name of a model is made of: its family and version, its size, and what copies and variants add to it.

``Qwen3-30B-A3B-Instruct-2507-AWQ`` is of the family ``qwen 3``, has the sizes ``30b`` and ``a3b``, the role
``instruct``, the date ``2507``, and is a copy made with ``awq``. The page cuts names in the same way: it gets these
patterns with its data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = [
    "LONGEST",
    "PATTERNS",
    "Words",
    "bare",
    "is_copy",
    "is_gguf",
    "is_quantised",
    "squashed",
    "words_of",
]

PATTERNS = {
    "piece": r"[0-9]+x[0-9]+(?:\.[0-9]+)?[bmt](?![a-z0-9])|[ae]?[0-9]+(?:\.[0-9]+)?[bmt](?![a-z0-9])|[a-z0-9]+",
    "word": r"[a-z]+|[0-9]+",
    "size": r"(?:[0-9]+x)?[ae]?[0-9]+(?:\.[0-9]+)?[bmt]",
    "date": r"2[2-9](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])[0-3][0-9]|20[0-9]{4}(?:[0-9]{2})?|20[12][0-9]",
    "role": r"instruct|chat|it|base|pt|sft|dpo|thinking|reasoning|preview|latest|ins|assistant|[0-9]{1,4}k",
    "copy": (
        r"awq|gptq|ggufs?|ggml|exl[23]|mlx|bnb|fp[48]|nvfp4|mxfp[48]|int[248]|[1-8]bits?|bits?|bpw"
        r"|w[0-9]{1,2}a[0-9]{1,2}|q[1-8]|iq[1-4]|bf16|fp16|f16|fp32|hqq|autoround|aqlm|marlin|imatrix|quantized|quant"
        r"|dynamic|ud|unsloth|onnx|openvino|ov|gs[0-9]{1,4}|g128|g32|g64|sym|dwq|qat|abliterated|uncensored|heretic"
        r"|channelwise|kv|optimized"
    ),
    "copied": r"k|m|s|l|xs|xl|xxs|p|[0-9]",
    "version": r"[0-9]+|hf",
}
"""Of a name in small letters: ``piece`` and ``word`` find its parts, the others match a whole part. ``copied`` is what
follows a mark of a copy (``q4_k_m``); ``version`` is what a later release of a family has behind the family's name."""

_ONE = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_FILES = frozenset({"gguf", "ggufs", "ggml"})
_WHOLE = frozenset({"bf16", "f16", "fp16", "fp32", "ov"})
"""Marks of a copy that is not quantised; ``ov`` is OneVision's as well."""
LONGEST = 200
"""Characters of a name that are looked at; the Hub's end at 96."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The parts of a name, in small letters and in order.

    Attributes:
        family: words and numbers of the family and its version: ``("qwen", "3", "vl")``; no ``v`` before a number.
        revised: positions in ``family`` of numbers that have a ``v`` before them.
        sizes: ``("30b", "a3b")``.
        roles: what it was trained for.
        dates: when it came out.
    """

    family: tuple[str, ...]
    revised: frozenset[int]
    sizes: tuple[str, ...]
    roles: tuple[str, ...]
    dates: tuple[str, ...]

    @property
    def named(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """What copies of one model share."""
        return self.family, self.sizes, self.roles, self.dates

    @property
    def variant(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What variants of one model share: those of other roles and dates."""
        return self.family, self.sizes


def bare(text: str) -> str:
    """The name without its owner: what stands behind the last slash."""
    return text.rpartition("/")[2]


def squashed(name: str) -> str:
    """Letters and digits alone, so that case, spaces, hyphens, underscores and dots do not matter."""
    return "".join(_ONE["word"].findall(name[:LONGEST].lower()))


def words_of(name: str) -> Words:
    """The parts of a name without an owner. The first part is always of the family."""
    family: list[str] = []
    sizes: list[str] = []
    roles: list[str] = []
    dates: list[str] = []
    copied = False
    for piece in _ONE["piece"].findall(name[:LONGEST].lower()):
        if family and (_ONE["copy"].fullmatch(piece) or (copied and _ONE["copied"].fullmatch(piece))):
            copied = True
            continue
        copied = False
        if family and _ONE["role"].fullmatch(piece):
            roles.append(piece)
        elif family and _ONE["date"].fullmatch(piece):
            dates.append(piece)
        elif family and _ONE["size"].fullmatch(piece):
            sizes.append(piece)
        else:
            family += _ONE["word"].findall(piece)
    marks = [at for at, word in enumerate(family[:-1]) if at and word == "v" and family[at + 1].isdigit()]
    return Words(
        family=tuple(word for at, word in enumerate(family) if at not in marks),
        revised=frozenset(at - before for before, at in enumerate(marks)),
        sizes=tuple(sizes),
        roles=tuple(roles),
        dates=tuple(dates),
    )


def is_copy(name: str) -> bool:
    """Whether a name has the mark of a copy: of a quantisation or of a format (``-AWQ``, ``-GGUF``)."""
    pieces = _ONE["piece"].findall(name[:LONGEST].lower())
    return any(_ONE["copy"].fullmatch(piece) for piece in pieces[1:])


def is_version(word: str) -> bool:
    """Whether a word behind the name of a family is part of a version (``3``), or says a format (``hf``)."""
    return _ONE["version"].fullmatch(word) is not None


def is_gguf(model: str) -> bool:
    """Whether the id of a model says that it holds GGUF or GGML files."""
    return not _FILES.isdisjoint(_ONE["piece"].findall(model[:LONGEST].lower()))


def is_quantised(model: str) -> bool:
    """Whether the id of a model, or its owner, has a mark of a quantised copy, or of one in another format."""
    pieces = _ONE["piece"].findall(model[:LONGEST].lower())
    return any(_ONE["copy"].fullmatch(piece) for piece in pieces if piece not in _WHOLE)
