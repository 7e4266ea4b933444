"""archtrack says which model architectures an inference engine really runs, and how it knows.

The names of the API are imported when they are first used: ``import archtrack`` alone costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in `typing`, whose import takes longer than this one
if TYPE_CHECKING:
    from .api import check, export, history, requires, scan, track, update_document
    from .app.check import Answer
    from .app.document import DocumentUpdate
    from .app.requires import Requirement, Requires
    from .core.history.history import History
    from .core.verdict.verdict import Step, Verdict
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
    from .version import __version__

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
    "Requirement",
    "Requires",
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
    "export",
    "history",
    "requires",
    "scan",
    "track",
    "update_document",
]

_HOMES = {
    "__version__": "version",
    "check": "api",
    "export": "api",
    "history": "api",
    "requires": "api",
    "scan": "api",
    "track": "api",
    "update_document": "api",
    "Answer": "app.check",
    "DocumentUpdate": "app.document",
    "History": "core.history.history",
    "Requirement": "app.requires",
    "Requires": "app.requires",
    "Step": "core.verdict.verdict",
    "Verdict": "core.verdict.verdict",
}
"""Where a name is from that is neither an error nor of ``model``."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "errors" if name.endswith("Error") else "model")
    found: object = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
