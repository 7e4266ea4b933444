"""The claims of JSON: the tree of its values, with their places."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from archtrack.core.document.markdown import split_lines
from archtrack.core.parsing import parse_json

from .claims import Lines, Read
from .records import attached, claims_of
from .tree import Listed, Text, mapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .tree import Node
    from .words import Engines

__all__ = ["read_json"]

_DEEPEST = 100
_QUOTE = re.compile(r'\\.|"', re.DOTALL)


class _Object(list[tuple[str, Any]]):
    """An object: all of its pairs, in their order."""


def read_json(text: str, engines: Engines, known: Collection[str]) -> Read:
    """The claims of a JSON text.

    Raises:
        ValueError: it is none, nested too deeply, or makes too many claims.
    """
    root = _tree(parse_json(text, pairs=_Object, fraction=_Fraction), _texts(text))
    keys: dict[str, None] = {}
    claims = attached(claims_of(root, engines, known, keys=keys))
    return Read(form="json", claims=claims, passed_over=() if claims else tuple(keys))


class _Fraction(str):
    """A number with a point, as it is written: ``0.10`` may be a release."""

    __slots__ = ()


def _texts(text: str) -> Iterator[Text]:
    """The strings of the text in their order, which is that of the values: keys and values alike."""
    lines = Lines([0, *accumulate(map(len, split_lines(text)))])
    quotes = (match.start() for match in _QUOTE.finditer(text) if match[0] == '"')
    for start, end in zip(quotes, quotes, strict=True):
        written = text[start + 1 : end]
        line, column = lines.at(start)
        yield Text(written, line, column, None if "\\" in written else start + 1)


def _tree(value: Any, texts: Iterator[Text], depth: int = 0, key: Text | None = None) -> Node:
    """The tree of a value. A whole number and the like is an empty list: it says nothing.

    A number with a point is a text at the place of its key.

    Raises:
        ValueError: it is nested too deeply.
    """
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    if isinstance(value, _Object):
        pairs = []
        for named, item in value:
            written = next(texts)
            name = Text(named, written.line, written.column, None)
            pairs.append((name, _tree(item, texts, depth + 1, name)))
        return mapped(pairs)
    if isinstance(value, list):
        return Listed(tuple(_tree(item, texts, depth + 1) for item in value))
    if isinstance(value, _Fraction):
        return Listed(()) if key is None else Text(str(value), key.line, key.column, None)
    if isinstance(value, str):
        written = next(texts)
        return Text(value, written.line, written.column, written.start)
    return Listed(())
