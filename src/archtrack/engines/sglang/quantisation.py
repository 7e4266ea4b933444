"""The quantisation methods that SGLang takes, as ``quantization_config.quant_method`` names them.

Since 0.4.0 ``ModelConfig._verify_quantization`` looks a method up in ``QUANTIZATION_METHODS`` of
``layers/quantization/__init__.py``, which is made of ``BASE_QUANTIZATION_METHODS`` and, until 0.5.x, of vLLM's
(``VLLM_QUANTIZATION_METHODS``). Before, vLLM's own configuration did that: what it takes is not known here.

It cannot see what ``override_quantization_method`` of a class makes of another method: in the releases it names methods
of the table only. What runs on one kind of hardware only counts as taken; the condition is kept beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.tables import OTHER_VALUE, table_facts
from archtrack.core.verdict.release_facts import Fact
from archtrack.model import Place

from .files import MODEL_CONFIG, QUANTISATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.sources.library import Library

__all__ = ["quantisations_of"]

REVISION = 2
"""Counts up whenever equal files would give other facts."""
_TABLES = ("QUANTIZATION_METHODS", "BASE_QUANTIZATION_METHODS", "VLLM_QUANTIZATION_METHODS")
_VLLM = "VLLM_QUANTIZATION_METHODS"


def quantisations_of(library: Library) -> Mapping[str, Fact] | None:
    """The methods of a release; None where it has no such table, or one that cannot be read.

    Raises:
        SourceError: a file cannot be read.
    """
    if QUANTISATION not in library.paths(QUANTISATION) or MODEL_CONFIG not in library.paths(MODEL_CONFIG):
        return None
    asks = library.facts(
        (MODEL_CONFIG,), f"sglang-verifies-{REVISION}", lambda data: b"QUANTIZATION_METHODS" in data
    )
    facts = library.facts((QUANTISATION,), f"sglang-quantisation-{REVISION}", _tables)[QUANTISATION]
    if not asks[MODEL_CONFIG] or facts["unread"]:
        return None
    found: dict[str, Fact] = {}
    for key, line, vllm, condition in sorted(facts["rows"], key=lambda row: row[0]):
        value = {**({"needs": "vllm"} if vllm else {}), **({"if": condition} if condition else {})}
        found.setdefault(key, Fact(key=key, place=Place(file=QUANTISATION, line=line), value=value or None))
    return found


def _tables(data: bytes) -> dict[str, Any]:
    """``{"rows": [[method, line, needs vLLM, condition or None]], "unread": whether a part cannot be read}``."""
    facts = table_facts(data)
    rows: dict[str, list[Any]] = {}
    for name in reversed(_TABLES):
        for key, line, _, condition in facts["tables"].get(name, {"rows": []})["rows"]:
            rows.setdefault(key, [key, line, name == _VLLM, condition])
    unread = not rows or any(
        table in (*_TABLES, "") and not reason.endswith(OTHER_VALUE)
        for table, _, reason in facts["unresolved"]
    )
    return {"rows": list(rows.values()), "unread": unread}
