"""What an engine's recipes say of a target, in words and for programs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from archtrack.core.recipes.lookup import EARLIER, LATER, NOT_TAKEN, SAME, least_of

from .terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.app.recipes.said import Said
    from archtrack.core.recipes.recipe import Launch, Option

__all__ = ["asked_for", "said_json", "said_lines"]

_SHOWN = 4
"""Launches that are told; JSON has all."""
_NAMES = {"vllm": "vLLM"}
_HOW = {EARLIER: "an earlier one", LATER: "a later one"}


def said_lines(said: Sequence[Said]) -> Iterator[str]:
    """A line per launch: what is said of it, and where; below it what is known besides."""
    for each in said[:_SHOWN]:
        yield plain(_said(each))
        yield from (plain(f"  {line}") for line in _besides(each))
    if said[_SHOWN:]:
        yield plain(f"and {len(said) - _SHOWN} more of its launches (--format json has all)")


def asked_for(said: Said) -> str:
    """What a recipe asks of the engine alone, and where it says so; empty where it asks for nothing."""
    releases = _releases(said)
    return plain(f"{_who(said)} asks for {', '.join(releases)} {_where(said)}") if releases else ""


def _said(said: Said) -> str:
    recipe, launch = said.match.recipe, said.match.launch
    parts = _releases(said)
    if args := (*recipe.args, *launch.args):
        parts.append(shlex.join(args))
    if devices := _devices(launch):
        parts.append(devices)
    return f"{_who(said)} says: {', '.join(parts) or 'nothing of releases and flags'} {_where(said)}"


def _who(said: Said) -> str:
    return f"{_NAMES.get(said.engine, said.engine)}'s recipe for {said.match.launch.model}"


def _where(said: Said) -> str:
    return f"({said.match.recipe.path}, {said.engine} {said.source.version})"


def _releases(said: Said) -> list[str]:
    """What of the engine it takes."""
    recipe, launch = said.match.recipe, said.match.launch
    least = least_of(said.match)
    parts = [f"{said.engine} >= {least}"] if least is not None else []
    parts += ["a nightly build"] if recipe.nightly or launch.nightly else []
    parts += ["only a container image"] if recipe.image_only else []
    return parts


def _devices(launch: Launch) -> str:
    """Over how many devices the model is split."""
    if launch.devices is not None:
        return f"tensor parallel {launch.devices}"
    named = ", ".join(f"{name}: {count}" for name, count in launch.tensor_parallel)
    return f"tensor parallel by hardware ({named})" if named else ""


def _besides(said: Said) -> Iterator[str]:
    """How the claim stands to the code; where the recipe was verified; what can be turned on."""
    recipe, launch = said.match.recipe, said.match.launch
    if said.least_is == NOT_TAKEN:
        yield "its code: this release does not take it, although the recipe says so"
    elif said.first is not None and (said.least_is != SAME or said.match.is_no_release):
        how = f"; the recipe names {_HOW[said.least_is]}" if said.least_is in _HOW else ""
        yield f"its code: {said.engine} {said.first} is the first that registers {said.key}{how}"
    if launch.hardware:
        yield f"this checkpoint is for {', '.join(launch.hardware)}"
    if recipe.verified:
        yield f"the recipe as a whole was verified on {', '.join(recipe.verified)}"
    options = _options(said)
    for option in options:
        asked = " (if asked for)" if option.opt_in else ""
        yield f"{option.name}{asked}: {shlex.join(option.args) or 'no flags'}"
    if recipe.varies or any(option.varies for option in options):
        yield "the recipe has more flags for some hardware or ways to serve"


def _options(said: Said) -> list[Option]:
    """Those of the launch."""
    variant = said.match.launch.variant
    return [each for each in said.match.recipe.options if not each.variants or variant in each.variants]


def said_json(said: Said) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    recipe, launch = said.match.recipe, said.match.launch
    return {
        "engine": said.engine,
        "version": said.source.version,
        "path": recipe.path,
        "updated": recipe.updated,
        "model": launch.model,
        "by": said.match.by,
        "variant": launch.variant,
        "precision": launch.precision,
        "least": least_of(said.match),
        "nightly": recipe.nightly or launch.nightly,
        "image_only": recipe.image_only,
        "first": said.first,
        "least_is": said.least_is,
        "args": [*recipe.args, *launch.args],
        "env": {**dict(recipe.env), **dict(launch.env)},
        "tensor_parallel": dict(launch.tensor_parallel),
        "hardware": list(launch.hardware),
        "verified": list(recipe.verified),
        "unsupported": list(recipe.unsupported),
        "options": [
            {
                "name": option.name,
                "args": list(option.args),
                "opt_in": option.opt_in,
                "varies": option.varies,
            }
            for option in _options(said)
        ],
        "varies": recipe.varies,
    }
