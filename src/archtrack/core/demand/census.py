"""A census of the Hub: how many models name an architecture, and how often they are downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from archtrack.model import CellText

__all__ = ["LONGEST_NAME", "MEASURES", "Census", "Counted", "Flaws", "demand_of", "rounded"]

LONGEST_NAME = 200
"""The most characters of an architecture's name; the longest in transformers has about 60."""

MEASURES = {"downloads": "downloads of the last 30 days", "downloadsAllTime": "downloads of all time"}
"""What the Hub counts: name of the column -> description."""

_UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The count of one architecture.

    Attributes:
        name: as the configs have it; any text of at most ``LONGEST_NAME`` characters.
        models: how many models name it.
        downloads: of all of these together.
        example: the most downloaded of them.
        example_downloads: of that one.
    """

    name: str
    models: int
    downloads: int
    example: str
    example_downloads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaws:
    """What in a list of models could not be counted as it is. Each is a number of rows.

    Attributes:
        unreadable: not an object, or without a model's id: left out.
        repeated: for a model with several rows: the one with the most downloads counts.
        without_downloads: without a number of downloads: counted as 0.
        doubtful: with an impossible number of downloads (below 0, or far too large): counted as 0.
        overlong: that name an architecture of more than ``LONGEST_NAME`` characters: that name does not count.
    """

    unreadable: int = 0
    repeated: int = 0
    without_downloads: int = 0
    doubtful: int = 0
    overlong: int = 0


@dataclass(frozen=True, kw_only=True)
class Census:
    """How often each architecture is downloaded.

    A model that names several architectures counts for each of them.

    Attributes:
        source: what was read, in words.
        date: its day (``2026-01-31``); None if unknown.
        measure: one of ``MEASURES``.
        models: how many models were counted, each once.
        downloads: of all of them.
        nameless_models: how many of these name no architecture: adapters, GGUF files, other libraries.
        nameless_downloads: of those.
        architectures: most downloaded first, then by name; each once.
        rest_names: how many further architectures there are, less downloaded than these.
        rest_models: the models that name those; a model counts once for each.
        rest_downloads: the downloads of those models.
        whole: an architecture that is not in it is known to have no model.
        flaws: rows that could not be counted as they are.
    """

    source: str
    date: str | None
    measure: str
    models: int
    downloads: int
    nameless_models: int
    nameless_downloads: int
    architectures: tuple[Counted, ...]
    rest_names: int = 0
    rest_models: int = 0
    rest_downloads: int = 0
    whole: bool = False
    flaws: Flaws = Flaws()

    @cached_property
    def by_name(self) -> dict[str, Counted]:
        """Name -> count."""
        return {each.name: each for each in self.architectures}


def demand_of(name: str, census: Census, place: str) -> CellText:
    """The demand for one architecture, as a cell of the document.

    The cell of an architecture that is not in the census is empty, unless the census has every model that there is.
    """
    counted = census.by_name.get(name)
    when = f", {census.date}" if census.date else ""
    if counted is None:
        text = "0" if census.whole and not census.rest_names else ""
        return CellText(text=text, source=f"no model names it ({census.source}{when})", place=place)
    models = f"{rounded(counted.models)} model{'' if counted.models == 1 else 's'}"
    source = f"{counted.downloads:,} downloads, {counted.models:,} models ({census.source}{when})"
    return CellText(text=f"{rounded(counted.downloads)} / {models}", source=source, place=place)


def rounded(number: int) -> str:
    """A number rounded to two digits, such as ``12M``, ``1.2M``, ``340k`` or ``45``, so that it seldom changes."""
    if number < 100:  # noqa: PLR2004 -- two digits
        return str(number)
    digits = 10 ** (len(str(number)) - 2)
    number = (number + digits // 2) // digits * digits
    for unit, letter in _UNITS:
        if number >= unit:
            whole, part = divmod(number * 10 // unit, 10)
            return f"{whole}.{part}{letter}" if whole < 10 else f"{number // unit:,}{letter}"  # noqa: PLR2004 -- as above
    return str(number)
