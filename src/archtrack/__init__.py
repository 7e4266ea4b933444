"""archtrack says which model architectures an inference engine really runs, and how it knows.

The names of the API are imported when they are first used: ``import archtrack`` alone costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api import check, history, scan, track, update_document
    from .checking import Answer
    from .core.decision import Verdict
    from .core.history import History
    from .core.support import Step
    from .documents import DocumentUpdate
    from .errors import (
        ArchtrackError,
        ConfigError,
        DataError,
        DocumentError,
        ImplausibleError,
        SourceError,
        TargetError,
        UsageError,
    )
    from .model import (
        Broken,
        Category,
        Example,
        Inventory,
        Matrix,
        MatrixRow,
        Place,
        Registration,
        Status,
        TransformersFacts,
        Unresolved,
    )

__all__ = [
    "Answer",
    "ArchtrackError",
    "Broken",
    "Category",
    "ConfigError",
    "DataError",
    "DocumentError",
    "DocumentUpdate",
    "Example",
    "History",
    "ImplausibleError",
    "Inventory",
    "Matrix",
    "MatrixRow",
    "Place",
    "Registration",
    "SourceError",
    "Status",
    "Step",
    "TargetError",
    "TransformersFacts",
    "Unresolved",
    "UsageError",
    "Verdict",
    "__version__",
    "check",
    "history",
    "scan",
    "track",
    "update_document",
]

__version__ = "0.1.0"

_HOMES = {
    "api": ("check", "history", "scan", "track", "update_document"),
    "checking": ("Answer",),
    "core.decision": ("Verdict",),
    "core.history": ("History",),
    "core.support": ("Step",),
    "documents": ("DocumentUpdate",),
    "errors": (
        "ArchtrackError",
        "ConfigError",
        "DataError",
        "DocumentError",
        "ImplausibleError",
        "SourceError",
        "TargetError",
        "UsageError",
    ),
    "model": (
        "Broken",
        "Category",
        "Example",
        "Inventory",
        "Matrix",
        "MatrixRow",
        "Place",
        "Registration",
        "Status",
        "TransformersFacts",
        "Unresolved",
    ),
}


def __getattr__(name: str) -> object:
    from importlib import import_module  # noqa: PLC0415 -- late, as everything here

    for module, names in _HOMES.items():
        if name in names:
            found: object = getattr(import_module(f".{module}", __name__), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
