"""The auto-mapping tables of transformers' ``modeling_auto.py``: which classes they name for which model types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.tables import table_facts
from archtrack.core.verdict.auto_config import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["all_classes_by_type", "auto_tables", "classes_by_type", "tables_by_type"]

_ORDER = (
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
    "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
    "MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES",
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",
    "MODEL_MAPPING_NAMES",
)


def auto_tables(data: bytes) -> dict[str, list[str]]:
    """Table -> the class names in it, in order, each once, those of tables that it is made of included.

    Args:
        data: the file. What does not parse has no tables.
    """
    return {
        name: list(dict.fromkeys(each for _, _, value, _ in table["rows"] for each in _names(value)))
        for name, table in table_facts(data)["tables"].items()
        if name.isupper() and name.endswith("_NAMES")
    }


def classes_by_type(data: bytes) -> dict[str, list[Any]]:
    """Model type -> ``[class, table, line]`` of the first table in order that lists it, generating ones first."""
    return {model_type: entries[0] for model_type, entries in all_classes_by_type(data).items()}


def all_classes_by_type(data: bytes) -> dict[str, list[list[Any]]]:
    """Model type -> ``[class, table, line]`` of every table that lists it, in order, generating ones first.

    A table lists what is written in it, not what it takes from another one.
    """
    tables = table_facts(data)["tables"]
    found: dict[str, list[list[Any]]] = {}
    for name in (name for name in _ORDER if name in tables):
        for model_type, line, value, _ in tables[name]["rows"]:
            classes = list(_names(value))
            if classes and line >= tables[name]["line"]:  # the rows of another table stand above
                found.setdefault(model_type, []).append([classes[0], name, line])
    return found


def tables_by_type(data: bytes) -> dict[str, dict[str, str]]:
    """Model type -> table of ``TABLES`` -> the class that it gives for the type, of several the first.

    A table lists what is written in it, not what it takes from another one.

    Args:
        data: the file.
    """
    tables = table_facts(data)["tables"]
    found: dict[str, dict[str, str]] = {}
    for short in TABLES:
        table = tables.get(f"MODEL_FOR_{short}_MAPPING_NAMES" if short != "MODEL" else "MODEL_MAPPING_NAMES")
        for model_type, line, value, _ in table["rows"] if table is not None else ():
            classes = list(_names(value))
            if classes and line >= table["line"]:  # the rows of another table stand above
                found.setdefault(model_type, {})[short] = classes[0]
    return found


def _names(value: object) -> Iterator[str]:
    """The names in a row: one, or several for one model type."""
    return (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))
