"""JSON Schemas of answers: made of the definitions that ``data/schema.json`` has for ``--format json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["answer_schema", "closed", "listing", "nullable", "ref"]

SHIPPED = Path(__file__).parents[1] / "data" / "schema.json"
_PREFIX = "#/$defs/"


def ref(name: str) -> dict[str, Any]:
    """A definition of the shipped schema."""
    return {"$ref": f"{_PREFIX}{name}"}


def nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same, or null."""
    return {"anyOf": [dict(schema), {"type": "null"}]}


def listing(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A list of these."""
    return {"type": "array", "items": dict(schema)}


def closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object that has all of these keys and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def answer_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a tool's answer, with every definition that it refers to: it stands alone.

    Args:
        properties: besides ``schema_version`` and ``summary``, which every answer has.
    """
    summary = {
        "type": "string",
        "description": "The answer in a sentence or two, and what to do next where there is something to do.",
    }
    whole = closed({"schema_version": ref("version_of_schema"), "summary": summary, **properties})
    shipped = _definitions()
    needed: dict[str, Any] = {}
    waiting = list(_names(whole))
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = shipped[name]
            waiting.extend(_names(shipped[name]))
    return {**whole, "$defs": {name: needed[name] for name in sorted(needed)}}


@cache
def _definitions() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))["$defs"]
    return found


def _names(schema: object) -> Iterator[str]:
    """The definitions that a schema refers to."""
    if isinstance(schema, dict):
        target = schema.get("$ref")
        if isinstance(target, str):
            yield target.removeprefix(_PREFIX)
        for value in schema.values():
            yield from _names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _names(value)
