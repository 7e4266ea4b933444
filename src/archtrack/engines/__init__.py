"""The engines: one file each. ``load_engines`` finds them when it is called, never at import."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from archtrack.errors import UsageError

if TYPE_CHECKING:
    from .base import Engine

__all__ = ["engine_names", "load_engine"]

_NOT_ENGINES = frozenset({"base"})


def engine_names() -> tuple[str, ...]:
    """The names of the engines there are, sorted, without importing any of them."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if _is_engine(module.name)))


def load_engine(name: str) -> Engine:
    """The engine of that name.

    Raises:
        UsageError: there is none; the message lists those there are.
    """
    if name not in engine_names():
        raise UsageError(f"no engine is called {name!r}; there are: {', '.join(engine_names())}")
    engine: Engine = import_module(f".{name}", __package__).ENGINE
    return engine


def _is_engine(module: str) -> bool:
    return not module.startswith("_") and module not in _NOT_ENGINES
