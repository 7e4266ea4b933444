"""Which class transformers' auto tables give for a model type, read from ``modeling_auto.py``."""

from __future__ import annotations

import re
from typing import Any

from .outline import outline

__all__ = ["all_classes_by_type", "classes_by_type"]

_TABLE = re.compile(rb"(MODEL_\w*MAPPING_NAMES)\b[^=\n]*=")
_PAIR = re.compile(rb"\([ \t\n]*[\"']([\w.-]+)[\"'][ \t\n]*,[ \t\n]*\(?[ \t\n]*[\"'](\w+)[\"']")
_COMMENT = re.compile(rb"#[^\n]*")
_ORDER = (
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
    "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
    "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES",
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",
    "MODEL_MAPPING_NAMES",
)


def classes_by_type(data: bytes) -> dict[str, list[Any]]:
    """Model type -> ``[class, table, line]`` of the first table in order that lists it, generating ones first.

    Args:
        data: the file.
    """
    return {model_type: entries[0] for model_type, entries in all_classes_by_type(data).items()}


def all_classes_by_type(data: bytes) -> dict[str, list[list[Any]]]:
    """Model type -> ``[class, table, line]`` of every table that lists it, in order, generating ones first.

    Args:
        data: the file.
    """
    read = outline(data)
    if read is None:
        return {}
    found: dict[str, dict[str, list[Any]]] = {}
    for match in read.find(_TABLE):
        table = match[1].decode()
        block = _COMMENT.sub(b"", read.block(match.start()))
        for pair in _PAIR.finditer(block):
            line = read.line(match.start()) + block.count(b"\n", 0, pair.start(1))
            entry = [pair[2].decode(), table, line]
            found.setdefault(pair[1].decode(), {}).setdefault(table, entry)
    return {
        model_type: [tables[table] for table in _ORDER if table in tables]
        for model_type, tables in found.items()
        if any(table in tables for table in _ORDER)
    }
