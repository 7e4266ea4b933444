"""GGUF files, written by hand: any version, byte order and kind of value."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

__all__ = ["LLAMA", "Typed", "gguf"]

CODES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, ARRAY = 8, 9
LLAMA: dict[str, Any] = {
    "general.architecture": "llama",
    "general.type": "model",
    "general.name": "Llama 3.1 8B",
    "general.size_label": "8B",
    "general.base_model.count": 1,
    "general.base_model.0.repo_url": "https://huggingface.co/meta-llama/Llama-3.1-8B",
    "general.file_type": 15,
}
"""A model as llama.cpp's tools write it, without its tokenizer."""


@dataclass(frozen=True)
class Typed:
    """A value of a type that Python does not tell; of an array the type of its elements.

    Attributes:
        type: as the format numbers them.
        value: a number, or a list for an array of that type.
    """

    type: int
    value: Any


def gguf(
    pairs: dict[str, Any] | list[tuple[str, Any]],
    *,
    version: int = 3,
    order: str = "<",
    keys: int | None = None,
    tensors: int = 0,
) -> bytes:
    """A file with these keys and no tensors.

    Args:
        pairs: text, bool, int (as uint32), ``Typed``, or a list of texts.
        version: of the format; the first has counts of 32 bits.
        order: ``<`` or ``>``.
        keys: how many keys it says that it has; None for the truth.
        tensors: how many tensors it says that it has.
    """
    items = list(pairs.items() if isinstance(pairs, dict) else pairs)
    width = "I" if version == 1 else "Q"

    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack(order + width, len(data)) + data

    def array(kind: int, values: list[Any]) -> bytes:
        begin = struct.pack(order + "I" + width, kind, len(values))
        if kind == TEXT:
            return begin + b"".join(map(text, values))
        if kind == ARRAY:
            return begin + b"".join(array(each.type, each.value) for each in values)
        return begin + struct.pack(f"{order}{len(values)}{CODES[kind]}", *values)

    def typed(value: Any) -> bytes:
        if isinstance(value, str):
            return struct.pack(order + "I", TEXT) + text(value)
        if isinstance(value, bool):
            return struct.pack(order + "I?", 7, value)
        if isinstance(value, int):
            return struct.pack(order + "II", 4, value)
        if isinstance(value, list):
            return struct.pack(order + "I", ARRAY) + array(TEXT, value)
        if isinstance(value.value, list):
            return struct.pack(order + "I", ARRAY) + array(value.type, value.value)
        return struct.pack(order + "I", value.type) + struct.pack(order + CODES[value.type], value.value)

    head = b"GGUF" + struct.pack(
        order + "I" + width * 2, version, tensors, len(items) if keys is None else keys
    )
    return head + b"".join(text(key) + typed(value) for key, value in items)
