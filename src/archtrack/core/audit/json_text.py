"""The claims of JSON: the tree of its values, with their places."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from archtrack.core.document.markdown import split_lines
from archtrack.core.parsing import parse_json

from .claims import Lines, Read
from .records import attached, claims_of
from .tree import Listed, Mapped, Text

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
        ValueError: it is none, or nested too deeply.
    """
    root = _tree(parse_json(text, pairs=_Object), _texts(text))
    return Read(form="json", claims=attached(claims_of(root, engines, known)))


def _texts(text: str) -> Iterator[Text]:
    """The strings of the text in their order, which is that of the values: keys and values alike."""
    lines = Lines([0, *accumulate(map(len, split_lines(text)))])
    quotes = (match.start() for match in _QUOTE.finditer(text) if match[0] == '"')
    for start, end in zip(quotes, quotes, strict=True):
        written = text[start + 1 : end]
        line, column = lines.at(start)
        yield Text(written, line, column, None if "\\" in written else start + 1)


def _tree(value: Any, texts: Iterator[Text], depth: int = 0) -> Node:
    """The tree of a value. A number and the like is an empty list: it says nothing.

    Raises:
        ValueError: it is nested too deeply.
    """
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")
    if isinstance(value, _Object):
        pairs = []
        for key, item in value:
            written = next(texts)
            pairs.append((Text(key, written.line, written.column, None), _tree(item, texts, depth + 1)))
        return Mapped(tuple(pairs))
    if isinstance(value, list):
        return Listed(tuple(_tree(item, texts, depth + 1) for item in value))
    if isinstance(value, str):
        written = next(texts)
        return Text(value, written.line, written.column, written.start)
    return Listed(())
