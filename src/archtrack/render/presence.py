"""How an architecture stands with an engine, in words and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.model import Status

if TYPE_CHECKING:
    from archtrack.core.history.presence import Presence

__all__ = ["presence_json", "presence_words"]


def presence_words(presence: Presence) -> str:
    """How an architecture stands with an engine, in a few words."""
    bounds = presence.bounds
    if presence.status is Status.NATIVE and bounds is not None:
        return f"since {bounds.since}"
    if presence.status is Status.GONE and bounds is not None and bounds.last is not None:
        return f"gone: until {bounds.last.version}"
    if presence.status is Status.ABSENT:
        return "no"
    if presence.status is Status.UNKNOWN:
        return f"not known: {presence.because}"
    return f"{presence.status.value}: {presence.because}"


def presence_json(presence: Presence) -> dict[str, Any]:
    """How an architecture stands with an engine, for programs."""
    bounds = presence.bounds
    return {
        "status": presence.status.value,
        "version": presence.release.version,
        "date": presence.release.date,
        "since": None if bounds is None else bounds.first.version,
        "since_date": None if bounds is None else bounds.first.date,
        "since_exact": None if bounds is None else bounds.first_exact,
        "last": None if bounds is None or bounds.last is None else bounds.last.version,
        "file": None if bounds is None else bounds.span.states[-1].file,
        "runs_as": presence.runs_as,
        "because": presence.because,
    }
