"""The claims of YAML: the tree of its nodes, with their places.

PyYAML composes the nodes; no value is built, and nothing of the text is run. A mapping has what its merge keys (``<<``)
name.
"""

from __future__ import annotations

from importlib import import_module
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from archtrack.core.document.markdown import split_lines

from .claims import Lines, Read
from .records import attached, bounded, claims_of
from .tree import Listed, Mapped, Text, mapped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .claims import Claim
    from .tree import Node
    from .words import Engines

__all__ = ["read_yaml"]

_BRACKETS = 30
_DEEPEST = 100
_MERGED = 100_000
"""Pairs that merge keys may bring in, of all mappings together."""
_MERGE = "tag:yaml.org,2002:merge"
_LARGEST = 4 * 1024 * 1024
"""Characters; a MB takes about a second."""


def read_yaml(text: str, engines: Engines, known: Collection[str]) -> Read:
    """The claims of a YAML text, of one document or several.

    Raises:
        ImportError: PyYAML is not installed.
        ValueError: it is none, too long, nested too deeply, or makes too many claims.
    """
    yaml = import_module("yaml")  # an extra, and without type hints
    if len(text) > _LARGEST:
        raise ValueError(f"YAML of more than {_LARGEST // 1024**2} MB is not read")
    try:
        roots = list(_roots(yaml.SafeLoader(text), _Builder(text)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise ValueError(f"{getattr(error, 'problem', None) or 'it cannot be read'}{where}") from error
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    keys: dict[str, None] = {}
    found: list[Claim] = []
    for root in roots:
        found += claims_of(root, engines, known, keys=keys)
        bounded(found)
    claims = attached(found)
    return Read(form="yaml", claims=claims, passed_over=() if claims else tuple(keys))


def _roots(loader: Any, builder: _Builder) -> Iterator[Node]:
    """The tree of each document.

    Raises:
        ValueError: brackets are nested too deeply: at each the loader looks at all around it.
    """
    begin = loader.fetch_flow_collection_start

    def limited(token: Any) -> None:
        if loader.flow_level >= _BRACKETS:
            raise ValueError("it is nested too deeply")
        begin(token)

    loader.fetch_flow_collection_start = limited
    while loader.check_node():
        yield builder.node(loader.get_node())


class _Builder:
    """From PyYAML's nodes to ours. What an alias names is one node, and stays one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines([0, *accumulate(map(len, split_lines(text)))])
        self._built: dict[int, Node] = {}
        self._merged = 0

    def node(self, node: Any, depth: int = 0) -> Node:
        """The tree of a node.

        Raises:
            ValueError: it is nested too deeply, or within itself, or merge keys bring in too much.
        """
        if depth > _DEEPEST:
            raise ValueError("it is nested too deeply")
        if id(node) not in self._built:
            self._built[id(node)] = self._made(node, depth)
        return self._built[id(node)]

    def _pairs(self, node: Node) -> list[tuple[Text, Node]]:
        """The pairs that a merge key brings in: those of a mapping, or of each in a list."""
        items = node.items if isinstance(node, Listed) else (node,)
        found: list[tuple[Text, Node]] = []
        for each in items:
            found += each.pairs if isinstance(each, Mapped) else ()
            if self._merged + len(found) > _MERGED:
                raise ValueError("its aliases stand for too much")
        self._merged += len(found)
        return found

    def _made(self, node: Any, depth: int) -> Node:
        if node.id == "mapping":
            pairs: list[tuple[Text, Node]] = []
            merged: list[tuple[Text, Node]] = []
            for named, held in node.value:
                key, value = self.node(named, depth + 1), self.node(held, depth + 1)
                if named.tag == _MERGE:
                    merged = [*merged, *self._pairs(value)]
                elif isinstance(key, Text):
                    pairs.append((key, value))
            # Its own pairs count before those that it merges, and of these the first ones.
            return mapped([*reversed(merged), *pairs])
        if node.id == "sequence":
            return Listed(tuple(self.node(each, depth + 1) for each in node.value))
        start = node.start_mark.index + (node.style in {"'", '"'})
        line, column = self._lines.at(node.start_mark.index)
        as_it_is = self._text.startswith(node.value, start)
        return Text(node.value, line, column, start if as_it_is else None)
