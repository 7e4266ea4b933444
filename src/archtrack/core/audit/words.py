"""Names of engines, releases and marks, as tables write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .claims import Reach

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = [
    "Engines",
    "denied",
    "is_id",
    "is_name",
    "mark",
    "release_in",
    "release_key",
    "requirement_in",
    "speaks_of_version",
    "squashed",
    "takes_away",
    "words_of",
]

_NO_LETTER = re.compile("[^a-z0-9]+")
_WORD = re.compile("[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_LONGEST = 200
_NAME = re.compile(r"[A-Za-z0-9_][\w.+:-]{0,199}(?:/[\w.+:-]{1,200})?", re.ASCII)
_RELEASE = re.compile(
    r"(?:(?P<operator>==|>=|~=|≥|>|since|from)\s{0,9})?v?(?P<release>\d[\w.!-]{0,99}"
    r"(?:\+\w[\w.]{0,99})?)(?P<plus>\+| (?:and|or) (?:above|higher|later|newer|up))?"
    r"(?P<others>(?:\s{0,9},\s{0,9}(?:<|!=)[^,]{1,99}){0,9})",
    re.ASCII | re.IGNORECASE,
)
_REQUIREMENT = re.compile(
    r"\s{0,99}(?P<name>[A-Za-z][\w.-]{0,99})(?:\[[\w., -]{0,200}\])?\s{0,99}(?P<operator>==|>=|~=|>)\s{0,99}"
    r"(?P<release>\d[\w.+!-]{0,199})(?=\s|[,;]|\Z)(?P<others>[^;]{0,999})",
    re.ASCII,
)
_REACH = {"==": Reach.IN, ">": Reach.AFTER, "~=": Reach.WITHIN}
_BOUNDED = {Reach.SINCE: Reach.WITHIN, Reach.AFTER: Reach.BETWEEN}
_YES = frozenset({"✅", "✔", "✓", "☑", "yes", "y", "true", "supported"})
_NO = frozenset({"", "❌", "✗", "✘", "✖", "no", "n", "false", "unsupported", "not supported"})
_RELEASES = frozenset({"backendversion", "engineversion", "frameworkversion", "runtimeversion", "version"})
_SINCE = frozenset(
    {
        "addedin", "introducedin", "minbackendversion", "minengineversion", "minimumengineversion", "minimumrelease",
        "minimumversion", "minrelease", "minversion", "needs", "requiredversion", "requirement", "requirements",
        "requires", "since", "sinceversion",
    }
)  # fmt: skip
_BESIDE = frozenset(
    {
        "", "addedin", "from", "introducedin", "least", "min", "minimum", "minimumrelease", "minimumversion",
        "minrelease", "minver", "minversion", "needs", "release", "required", "requiredversion", "requirement",
        "requires", "requiresversion", "since", "sinceversion", "supportedsince", "ver", "version",
    }
)  # fmt: skip
"""What may stand beside the name of an engine where the key or the title is one of its least release."""
_OTHERS = (
    "api",
    "config",
    "cuda",
    "data",
    "file",
    "format",
    "model",
    "python",
    "rocm",
    "schema",
    "torch",
    "transformers",
)
"""What has a version, too, that says nothing of an engine."""
_ELSEWHERE = frozenset(
    {
        "deprecated", "dropped", "incompatible", "obsolete", "planned", "plugin", "plugins", "previously", "removed",
        "unmaintained", "unsupported", "upcoming",
    }
)  # fmt: skip
"""Words of a heading, a column or a name below which no engine is said to have what is listed."""
_NEGATIONS = frozenset(
    {"aren", "cannot", "doesn", "don", "isn", "lacks", "never", "no", "not", "without", "won"}
)
_THERE = frozenset(
    {
        "available", "compatible", "implemented", "support", "supported", "supporting", "supports", "work", "working",
        "works",
    }
)  # fmt: skip
_BETWEEN = 3
"""Words that may stand between a negation and what it denies: not yet officially supported."""
_AWAY = frozenset(
    {
        "banned", "blacklist", "blocked", "blocklist", "broken", "delete", "denied", "denylist", "difference",
        "disabled", "discard", "drop", "exclude", "excluded", "excludes", "ignore", "ignored", "pop", "remove", "skip",
        "skipped", "unregister",
    }
)  # fmt: skip
"""Words of a name in Python, or of a key, by which something is taken away, or left out."""
_VARIANTS = str.maketrans(dict.fromkeys("\ufe0e\ufe0f"))


def squashed(text: str) -> str:
    """Letters and digits alone, small: ``llama.cpp`` and ``Llama-CPP`` are one."""
    return _NO_LETTER.sub("", text.casefold())


def words_of(name: str) -> list[str]:
    """The words of a name in Python, small: ``VLLM_SUPPORTED_MODELS``, ``vllmVersion``."""
    return [word.casefold() for word in _WORD.findall(name)]


def denied(words: Sequence[str]) -> str | None:
    """What among words, small, says that no engine is said to have what they are about; None where nothing does."""
    alone = min(_ELSEWHERE.intersection(words), default=None)
    if alone is not None:
        return alone
    for at, word in enumerate(words):
        if word in _NEGATIONS:
            said = next((each for each in words[at + 1 : at + 2 + _BETWEEN] if each in _THERE), None)
            if said is not None:
                return f"{word} {said}"
    return None


def takes_away(name: str) -> bool:
    """Whether a name in Python, or a key, says that something is taken away or is not there."""
    words = words_of(name)
    return not _AWAY.isdisjoint(words) or denied(words) is not None


class Engines:
    """The engines that there is data of, by what people call them."""

    def __init__(self, names: Collection[str]) -> None:
        """Of their names."""
        self._known = {squashed(name): name for name in names}

    def named(self, text: str) -> str | None:
        """The engine that a text names and nothing else; None where it names none."""
        return self._known.get(squashed(text)) if len(text) <= _LONGEST else None

    def beside(self, text: str) -> tuple[str, str] | None:
        """The engine whose name is part of a text, the longest such name, and what stands beside it, squashed."""
        plain = squashed(text) if len(text) <= _LONGEST else ""
        found = max((name for name in self._known if name in plain), key=len, default=None)
        return None if found is None else (self._known[found], plain.replace(found, "", 1))

    def among(self, words: Iterable[str]) -> str | None:
        """The one engine that is named among words; None where there is none, or more than one."""
        found = self.all_among(words)
        return next(iter(found)) if len(found) == 1 else None

    def all_among(self, words: Iterable[str]) -> frozenset[str]:
        """The engines that are named among words.

        Words that follow on each other may name one together: ``vllm``, ``omni``.
        """
        every, at = list(words), 0
        found: set[str] = set()
        while at < len(every):
            joined = ((length, "".join(every[at : at + length])) for length in (3, 2, 1))
            length, name = next((each for each in joined if each[1] in self._known), (1, ""))
            found |= {self._known[name]} if name else set()
            at += length
        return frozenset(found)


def release_in(text: str) -> tuple[str, Reach | None, tuple[int, int]] | None:
    """The release that a text names and nothing else: as it is written, what it says of others, and its place.

    What it says is None where the text is the release alone.
    """
    start = len(text) - len(text.lstrip())
    match = _RELEASE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        return None
    operator, plus = match["operator"], match["plus"]
    others = match["others"]
    alone = operator is None and plus is None and "<" not in others
    reach = None if alone else _reach(operator, others)
    return match["release"], reach, (start + match.start("release"), start + match.end("release"))


def release_key(name: str, engines: Engines) -> tuple[str | None, Reach] | None:
    """Whose release a key or the title of a column names, and which others that takes; None where it names none.

    The engine is None where the name does not say it. Beside the name of an engine stands its least release.
    """
    plain = squashed(name) if len(name) <= _LONGEST else ""
    if plain in _SINCE or plain in _RELEASES:
        return None, Reach.SINCE if plain in _SINCE else Reach.IN
    found = engines.beside(name)
    return (found[0], Reach.SINCE) if found is not None and found[1] in _BESIDE else None


def speaks_of_version(name: str, engines: Engines) -> bool:
    """Whether a key or a title that is none of a release may be about one all the same: ``tested_vllm``."""
    plain = squashed(name) if len(name) <= _LONGEST else ""
    about = "version" in plain or "since" in plain or plain in {"min", "minimum", "release", "required"}
    return engines.among(words_of(name)) is not None or (about and not any(each in plain for each in _OTHERS))


def requirement_in(text: str, engines: Engines) -> tuple[str, str, Reach, tuple[int, int]] | None:
    """What a requirement such as ``vllm>=0.8.1; python_version > "3.9"`` asks of an engine.

    The engine, the release, which others it takes, and the place of the release; None where it is no requirement of an
    engine, or asks for no least release.
    """
    match = _REQUIREMENT.match(text)
    engine = None if match is None else engines.named(match["name"])
    if match is None or engine is None:
        return None
    return engine, match["release"], _reach(match["operator"], match["others"]), match.span("release")


def _reach(operator: str | None, others: str) -> Reach:
    """Which releases a specifier takes, by how it begins and what it asks for besides."""
    reach = _REACH.get(operator or "", Reach.SINCE)
    return _BOUNDED.get(reach, reach) if "<" in others else reach


def mark(text: str) -> bool | None:
    """What a mark says: yes or no; None for what is neither. Nothing at all is a no."""
    plain = text.translate(_VARIANTS).strip().casefold()
    if plain in _YES:
        return True
    return False if plain in _NO else None


def is_id(text: str) -> bool:
    """Whether a text may be the id of a model: its owner and its name."""
    return "/" in text and is_name(text)


def is_name(text: str) -> bool:
    """Whether a text may be the name of an architecture or a model."""
    return _NAME.fullmatch(text) is not None
