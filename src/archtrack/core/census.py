"""A census of the Hub: how many models name an architecture, and how often they are downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from archtrack.model import Demand

__all__ = ["LONGEST_NAME", "MEASURES", "Census", "Counted", "Flaws", "demand_of", "rounded"]

LONGEST_NAME = 200
"""Characters of an architecture's name; the longest of transformers has about 60."""

MEASURES = {"downloads": "downloads of the last 30 days", "downloadsAllTime": "downloads of all time"}
"""What the Hub counts: name of the column -> in words."""

_UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a census says of one architecture.

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
    """What of a list of models could not be counted as it stands; each is a number of rows.

    Attributes:
        unreadable: not an object, or without a model's id: left out.
        repeated: of a model that another row is of, too: the one with the most downloads counts.
        without_downloads: without a number of downloads: counted as 0.
        doubtful: with one that cannot be (below 0, or beyond all belief): counted as 0.
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
        date: the day of it (``2026-01-31``); None where nobody says.
        measure: one of ``MEASURES``.
        models: how many models were counted, each once.
        downloads: of all of them.
        nameless_models: how many of these name no architecture: adapters, GGUF files, other libraries.
        nameless_downloads: of those.
        architectures: most downloaded first, then by name; each once.
        rest_names: how many architectures there are besides, less downloaded than these.
        rest_models: and ``rest_downloads``, of those, a model once for each that it names.
        rest_downloads: as above.
        whole: whether an architecture that is not in it is known to have no model; False where that is not known.
        flaws: rows that could not be counted as they stand.
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
        """Name -> what is counted."""
        return {each.name: each for each in self.architectures}


def demand_of(name: str, census: Census, place: str) -> Demand:
    """What a census says of one architecture, for a cell of the document.

    Nothing is said of an architecture that is not in it, unless it holds every model that there is.
    """
    counted = census.by_name.get(name)
    when = f", {census.date}" if census.date else ""
    if counted is None:
        text = "0" if census.whole and not census.rest_names else ""
        return Demand(text=text, source=f"no model names it ({census.source}{when})", place=place)
    models = f"{rounded(counted.models)} model{'' if counted.models == 1 else 's'}"
    source = f"{counted.downloads:,} downloads, {counted.models:,} models ({census.source}{when})"
    return Demand(text=f"{rounded(counted.downloads)} / {models}", source=source, place=place)


def rounded(number: int) -> str:
    """A number to two digits that count, such as ``12M``, ``1.2M``, ``340k`` or ``45``; it changes seldom."""
    if number < 100:  # noqa: PLR2004 -- two digits
        return str(number)
    digits = 10 ** (len(str(number)) - 2)
    number = (number + digits // 2) // digits * digits
    for unit, letter in _UNITS:
        if number >= unit:
            whole, part = divmod(number * 10 // unit, 10)
            return f"{whole}.{part}{letter}" if whole < 10 else f"{number // unit:,}{letter}"  # noqa: PLR2004 -- as above
    return str(number)
