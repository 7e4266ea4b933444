"""What an engine does with a checkpoint, in words and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.model import Status

if TYPE_CHECKING:
    from archtrack.app.presence import Presence
    from archtrack.core.verdict.features import Feature
    from archtrack.core.verdict.verdict import Step
    from archtrack.model import Place

__all__ = [
    "place_json",
    "placed_words",
    "presence_json",
    "presence_words",
    "since_words",
    "step_json",
    "step_words",
    "wanted_words",
]


def presence_words(presence: Presence) -> str:
    """How a checkpoint stands with an engine, in a few words."""
    bounds = presence.bounds
    if presence.status is Status.NATIVE:
        return since_words(presence) or "native"
    if presence.status is Status.GONE and bounds is not None and bounds.last is not None:
        return f"gone: until {bounds.last.version}"
    if presence.status is Status.UNKNOWN:
        return f"not known: {presence.reason}"
    if presence.status is Status.UNSUPPORTED:
        return "no"
    return f"{presence.status.value}: {presence.reason}"


def since_words(presence: Presence) -> str:
    """Since which release the engine has it, with its date; empty where that is not known."""
    bounds = presence.bounds
    if bounds is None:
        return ""
    named = bounds.first.date in {None, bounds.first.version}  # a release may be called by its day
    return f"since {bounds.since}" if named else f"since {bounds.since} ({bounds.first.date})"


def wanted_words(presence: Presence) -> str:
    """Whether it has what was asked for; empty where nothing was."""
    answers = {True: "yes", False: "no", None: "not known"}
    return ", ".join(f"{each.name}: {answers[each.has]}" for each in presence.wanted)


def step_words(step: Step) -> str:
    """A step with its evidence."""
    return placed_words(step.text, step.place)


def placed_words(text: str, place: Place | None) -> str:
    """A sentence with the line that it rests on, if there is one."""
    if place is None:
        return text
    release = f" in {place.release}" if place.release is not None else ""
    return f"{text} [{place}{release}]"


def place_json(place: Place | None) -> dict[str, Any]:
    """A line, for programs; ``release`` where it is another one than the one that is spoken of."""
    return {
        "release": place.release if place else None,
        "path": place.file if place else None,
        "line": place.line if place else None,
    }


def presence_json(presence: Presence, *, fix: str | None = None, steps: bool = False) -> dict[str, Any]:
    """How a checkpoint stands with an engine, for programs.

    Args:
        presence: what the release does.
        fix: what would help.
        steps: give every step, not only the one that decided.
    """
    bounds = presence.bounds
    return {
        "version": presence.version,
        "date": presence.date,
        "status": presence.status.value,
        "gate": None if presence.gate is None else presence.gate.value,
        "runs_as": presence.runs_as,
        "adds_to": presence.adds_to,
        "since": None if bounds is None else bounds.first.version,
        "since_date": None if bounds is None else bounds.first.date,
        "since_exact": None if bounds is None else bounds.first_exact,
        "last": None if bounds is None or bounds.last is None else bounds.last.version,
        "file": None if bounds is None else bounds.span.states[-1].file,
        "features": {each.name: each.has for each in presence.features},
        "wanted": [_feature(each) for each in presence.wanted],
        "because": {**step_json(presence.because), "text": presence.reason},
        "fix": fix,
        "steps": [step_json(step) for step in presence.verdict.steps] if steps else [],
    }


def _feature(feature: Feature) -> dict[str, Any]:
    return {"name": feature.name, "has": feature.has, "why": feature.why, **place_json(feature.place)}


def step_json(step: Step) -> dict[str, Any]:
    """A step, for programs; ``release`` is that of the line where it is another one than the one that is asked."""
    return {"text": step.text, "source": step.source, **place_json(step.place)}
