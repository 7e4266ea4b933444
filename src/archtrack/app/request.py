"""What a run is asked to read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Which sources to join.

    Attributes:
        engine: specification of the engine's source, None for the default.
        transformers: the same for transformers.
        external: a further package of models: a path or an importable name, or None.
        disabled: modules that the engine is told to skip.
        hub: ask the Hub for the most downloaded model of each of the engine's architectures.
        scan: read the sources also where the history has what they say.
        known_elsewhere: give rows to what only other engines have; None where the document says it.
    """

    engine: str | None = None
    transformers: str | None = None
    external: str | None = None
    disabled: tuple[str, ...] = ()
    hub: bool = False
    scan: bool = False
    known_elsewhere: bool | None = None
