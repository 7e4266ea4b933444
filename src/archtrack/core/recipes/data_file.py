"""Recipes as the text of their data file, and back.

A recipe has one line, so that a diff shows what a new release changes. What a recipe does not say is left out.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from archtrack.core.parsing import parse_json

from .recipe import Launch, Option, Recipe, Recipes, RecipeSource

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SCHEMA_VERSION", "WrongRecipesError", "holds_recipes", "parse_recipes", "write_recipes"]

SCHEMA_VERSION = 1

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_Made = TypeVar("_Made", Launch, Option, Recipe, RecipeSource)


class WrongRecipesError(Exception):
    """A text holds no recipes, or has another schema version; the message says why."""


def write_recipes(recipes: Recipes) -> str:
    """The text of the data file: the same recipes give the same text."""
    lines = [
        "{",
        f'"schema_version":{SCHEMA_VERSION},',
        f'"tool":{_encode(recipes.tool)},',
        f'"engine":{_encode(recipes.engine)},',
        f'"source":{_encode(_written(recipes.source))},',
        f'"unresolved":{_encode(recipes.unresolved)},',
        '"recipes":[',
        ",\n".join(_encode(_written(each)) for each in recipes.recipes),
        "]}",
        "",
    ]
    return "\n".join(lines)


def _written(value: Launch | Option | Recipe | RecipeSource) -> dict[str, Any]:
    """What a value says; not what it leaves open."""
    found = {}
    for field in fields(value):
        held = getattr(value, field.name)
        if held == field.default:
            continue
        if field.name in {"launches", "options"}:
            held = [_written(each) for each in held]
        elif field.name in {"env", "tensor_parallel"}:
            held = dict(held)
        found[field.name] = held
    return found


def holds_recipes(text: str) -> bool:
    """Whether a data file is one of recipes, right or wrong, and no other."""
    try:
        data = parse_json(text)
    except ValueError:
        return False
    return isinstance(data, dict) and "recipes" in data


def parse_recipes(text: str | bytes) -> Recipes:
    """The recipes that a data file holds.

    Raises:
        WrongRecipesError: it holds none.
    """
    try:
        data = parse_json(text)
    except ValueError as error:
        raise WrongRecipesError(f"holds no recipes: not JSON: {str(error)[:200]}") from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if type(version) is not int or version != SCHEMA_VERSION:
        raise WrongRecipesError(
            f"schema version {str(version)[:40]}, and this archtrack reads {SCHEMA_VERSION}"
        )
    try:
        return Recipes(
            tool=_text(data["tool"]),
            engine=_text(data["engine"]),
            source=_made(RecipeSource, data["source"]),
            recipes=tuple(_made(Recipe, each) for each in _listed(data["recipes"])),
            unresolved=tuple((_text(path), _text(why)) for path, why in _listed(data["unresolved"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WrongRecipesError(f"holds no recipes: {type(error).__name__} {str(error)[:200]}") from error


def _made(kind: type[_Made], data: Any) -> _Made:
    """A value of what is written of it.

    Raises:
        TypeError, KeyError, ValueError, AttributeError: that is of another kind.
    """
    return kind(**{name: _READ[name](held) for name, held in data.items()})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{str(value)[:40]!r} is neither true nor false")
    return value


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{str(value)[:40]!r} is no number")
    return value


def _listed(value: Any) -> Iterable[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{str(value)[:40]!r} is no list")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _listed(value)))


_READ: dict[str, Any] = {
    **dict.fromkeys(("variant", "model", "name", "path", "version", "file"), _text),
    **dict.fromkeys(("precision", "least", "updated", "date", "sha256"), _text_or_none),
    **dict.fromkeys(("nightly", "image_only", "varies", "opt_in"), _flag),
    **dict.fromkeys(("args", "hardware", "variants", "verified", "unsupported"), _texts),
    "env": lambda value: tuple((name, _text(held)) for name, held in value.items()),
    "tensor_parallel": lambda value: tuple((name, _number(held)) for name, held in value.items()),
    "launches": lambda value: tuple(_made(Launch, each) for each in _listed(value)),
    "options": lambda value: tuple(_made(Option, each) for each in _listed(value)),
}
