"""What an engine does with an architecture, by its registry and transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Status

if TYPE_CHECKING:
    from archtrack.model import Broken, Registration

__all__ = ["STATUSES", "status_of"]

STATUSES = tuple(each for each in Status if each not in {Status.GONE, Status.UNKNOWN})
"""The statuses that do not need the history of the engine."""


def status_of(native: Registration | None, hf: Registration | None, broken: Broken | None = None) -> Status:
    """The status of an architecture.

    Follows ``resolve_transformers_arch`` in SGLang's ``model_loader/utils.py``: a class that is not registered is
    run through the Transformers backend if transformers has it and its ``is_backend_compatible()`` is true.

    Args:
        native: its registration in the engine, if it has one.
        hf: its registration in transformers, if it is public there.
        broken: why the module that registers it cannot be imported, if so.
    """
    if native is not None:
        return Status.UNIMPORTABLE if broken is not None and broken.certain else Status.NATIVE
    compatible = (
        hf.transformers.backend_compatible if hf is not None and hf.transformers is not None else None
    )
    if compatible is None:
        return Status.UNSUPPORTED
    return Status.FALLBACK if compatible else Status.REFUSED
