"""Architectures that a release does not register, but runs natively as one that it registers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.model import Status

from .checkpoint import only_named
from .context import Context
from .decision import decide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.model import Place, Registration

    from .context import Rules

__all__ = ["Alias", "aliases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One such architecture.

    Attributes:
        name: the architecture that a checkpoint names.
        runs: the registration that it is run by.
        place: the line that puts that one's name in.
    """

    name: str
    runs: Registration
    place: Place


def aliases(natives: Mapping[str, Registration], rules: Rules) -> Iterator[Alias]:
    """The architectures that a release runs as others, as far as the name tells, sorted by name.

    A name that is replaced only with another model type than its own, or with another key, is not an alias.

    Args:
        natives: what it registers, by name.
        rules: how it decides.
    """
    context = Context(natives=natives, rules=rules)
    places = {
        name: rule.place
        for rule in reversed(rules.rewrites)
        for name in rule.replaced
        if rule.told_by_name(name)
    }
    for name in sorted(places.keys() - natives.keys()):
        verdict = decide(only_named(name), context)
        if verdict.status is Status.NATIVE and verdict.resolved is not None:
            yield Alias(name=name, runs=natives[verdict.resolved], place=places[name])
