"""Path patterns: what ``Source.list`` understands, in one place for all sources.

A pattern is a POSIX path. ``*`` stands for any characters within one component, a whole component
``**`` for any number of folders, none included; as the last component ``**`` stands for every file
below. Every other character stands for itself, ``?`` and ``[`` too: package files never need more.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["match_paths", "path_pattern"]

_FOLDERS = "**"


@lru_cache(maxsize=64)
def path_pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One regular expression for paths that match any pattern, to be used with ``fullmatch``.

    No pattern at all gives an expression that matches nothing.
    """
    return re.compile("|".join(map(_path, patterns)) if patterns else r"(?!)")


def match_paths(paths: Iterable[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """The paths that match any pattern, sorted by code point, each once."""
    literal = {pattern for pattern in patterns if "*" not in pattern}
    wild = tuple(pattern for pattern in patterns if "*" in pattern)
    found = literal.intersection(candidates := set(paths))
    if wild:
        fullmatch = path_pattern(wild).fullmatch
        # Most paths of a package are out by their folder alone; startswith on a tuple is the cheapest test.
        heads = tuple({pattern.split("*", 1)[0] for pattern in wild})
        found.update(path for path in candidates if path.startswith(heads) and fullmatch(path))
    return tuple(sorted(found))


def _path(pattern: str) -> str:
    parts = pattern.split("/")
    # "**/**" means what "**" means, and would make the expression backtrack without end.
    parts = [part for at, part in enumerate(parts) if part != _FOLDERS or parts[at - 1 : at] != [_FOLDERS]]
    folders = "".join(r"(?:[^/]*/)*" if part == _FOLDERS else f"{_component(part)}/" for part in parts[:-1])
    return folders + (r"(?:[^/]*/)*[^/]*" if parts[-1] == _FOLDERS else _component(parts[-1]))


def _component(component: str) -> str:
    return r"[^/]*".join(re.escape(piece) for piece in re.split(r"\*+", component))
