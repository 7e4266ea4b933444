"""The engines: one file each, or a package elsewhere. They are found when they are asked for, never at import."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from archtrack.core.wording import did_you_mean
from archtrack.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from .base import Engine

__all__ = ["ENTRY_POINTS", "engine_names", "load_engine", "own_engines"]

ENTRY_POINTS = "archtrack.engines"
"""The group of entry points by which another distribution adds an engine: its name, and where its ``ENGINE`` is."""

_NOT_ENGINES = frozenset({"base"})


def engine_names() -> tuple[str, ...]:
    """The names of the engines there are, sorted, without importing any of them."""
    return tuple(sorted({*own_engines(), *_entry_points()}))


def load_engine(name: str) -> Engine:
    """The engine of that name. An own engine cannot be replaced from outside.

    Raises:
        UsageError: there is none, or one from outside cannot be loaded; the message says which there are.
    """
    if name in own_engines():
        engine: Engine = import_module(f".{name.replace('-', '_')}", __package__).ENGINE
        return engine
    outside = _entry_points().get(name)
    if outside is None:
        raise UsageError(f"no engine is called {name!r}; {did_you_mean(name, engine_names())}")
    try:
        engine = outside.load()
    except Exception as error:  # it may do anything
        raise UsageError(
            f"the engine {name} ({outside.value}) cannot be loaded: {error}; update or remove its package"
        ) from error
    if getattr(engine, "name", None) != name:
        raise UsageError(
            f"the engine {name} ({outside.value}) declares another name; update or remove its package"
        )
    return engine


def own_engines() -> tuple[str, ...]:
    """The names of the engines that come with archtrack, without importing any of them."""
    return _in_folders(tuple(__path__))


@cache
def _in_folders(folders: tuple[str, ...]) -> tuple[str, ...]:
    """The engines in some folders, which are looked into once: whoever asks for an engine asks for them."""
    return tuple(module.name.replace("_", "-") for module in iter_modules(folders) if _is_engine(module.name))


def _entry_points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def _is_engine(module: str) -> bool:
    return not module.startswith("_") and module not in _NOT_ENGINES
