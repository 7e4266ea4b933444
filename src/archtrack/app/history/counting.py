"""Which release of transformers counts for a release of an engine."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from archtrack.core.parsing import parse_version

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TRANSFORMERS", "allowed_release"]

TRANSFORMERS = "transformers"


class _Dated(Protocol):
    @property
    def version(self) -> str: ...

    @property
    def date(self) -> str | None: ...


_T = TypeVar("_T", bound=_Dated)


def allowed_release(allowed: str | None, day: str | None, releases: Sequence[_T]) -> _T | None:
    """The newest release that a specifier allows and that had come out by a day.

    Where none of these had come out by then, the oldest one counts that is allowed.

    Args:
        allowed: the specifier; None and an empty one allow all.
        day: ``2026-01-31``; None for today.
        releases: of transformers, oldest version first.
    """
    specifier = _specifier(allowed or "")
    later = None
    for each in reversed(releases):
        if specifier is None or specifier.contains(parse_version(each.version), prereleases=True):
            if day is None or (each.date is not None and each.date <= day):
                return each
            later = each
    return later if allowed else None


@cache
def _specifier(text: str) -> SpecifierSet | None:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None
