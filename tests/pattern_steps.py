"""Count how many characters a regular expression looks at, by matching it as ``re`` does: greedy, with backtracking.

The count is of the pattern alone and the same on every machine, which the seconds of ``re`` are not. What ``re`` skips
by its own tricks is counted, so a count is an upper bound up to a constant.
"""

from __future__ import annotations

import itertools
import re
import sys
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    from re import _constants as sre
    from re import _parser as parser
else:
    import sre_constants as sre
    import sre_parse as parser

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 100_000
"""Steps after which a text counts as one that never ends."""

_OFTEN = (
    4  # of repetitions that a pattern bounds: what they cost is bounded, too, and is not what is looked for
)

_CATEGORIES = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
    sre.CATEGORY_NOT_DIGIT: lambda c: not c.isdecimal(),
    sre.CATEGORY_NOT_SPACE: lambda c: not c.isspace(),
    sre.CATEGORY_NOT_WORD: lambda c: not (c.isalnum() or c == "_"),
}
_CHARACTERS = {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}
_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, getattr(sre, "POSSESSIVE_REPEAT", sre.MAX_REPEAT)}


class TooManyError(Exception):
    """More steps than anybody waits for."""


class Matcher:
    """One pattern, and the steps that it has taken."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        flags = pattern.flags & ~(re.DEBUG | re.ASCII)
        self.tree = parser.parse(text, flags | re.UNICODE)
        self.flags = flags
        self.steps = 0

    def all(self, text: str) -> int:
        """The steps that it takes to find every match that does not overlap the one before."""
        self.steps, at = 0, 0
        while at <= len(text):
            end = next(self._ends(list(self.tree), text, at, {}), None)
            at = at + 1 if end is None or end[0] == at else end[0]
        return self.steps

    def first(self, text: str, *, whole: bool) -> int:
        """The steps of a match at the start, or of a match of the whole."""
        self.steps = 0
        for end, _ in self._ends(list(self.tree), text, 0, {}):
            if not whole or end == len(text):
                break
        return self.steps

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MOST:
            raise TooManyError

    def _ends(
        self, nodes: list[Any], text: str, at: int, groups: dict[int, str]
    ) -> Iterator[tuple[int, dict[int, str]]]:
        if not nodes:
            yield at, groups
            return
        for end, found in self._one(nodes[0], text, at, groups):
            yield from self._ends(nodes[1:], text, end, found)

    def _one(
        self, node: Any, text: str, at: int, groups: dict[int, str]
    ) -> Iterator[tuple[int, dict[int, str]]]:
        kind, value = node
        self._step()
        if kind in _CHARACTERS:
            if at < len(text) and self._takes(node, text[at]):
                yield at + 1, groups
        elif kind is sre.AT:
            if self._is_at(value, text, at):
                yield at, groups
        elif kind is sre.GROUPREF:
            wanted = groups.get(value, "")
            self.steps += len(wanted)
            if text.startswith(wanted, at):
                yield at + len(wanted), groups
        elif kind in {sre.ASSERT, sre.ASSERT_NOT}:
            behind, nodes = value
            start = at - nodes.getwidth()[0] if behind < 0 else at
            found = None if start < 0 else next(self._ends(list(nodes), text, start, groups), None)
            if (found is not None) == (kind is sre.ASSERT):
                yield at, groups
        else:
            yield from self._compound(node, text, at, groups)

    def _compound(
        self, node: Any, text: str, at: int, groups: dict[int, str]
    ) -> Iterator[tuple[int, dict[int, str]]]:
        kind, value = node
        if kind is sre.BRANCH:
            for branch in value[1]:
                yield from self._ends(list(branch), text, at, groups)
        elif kind is sre.SUBPATTERN:
            for end, found in self._ends(list(value[3]), text, at, groups):
                yield end, ({**found, value[0]: text[at:end]} if value[0] is not None else found)
        elif kind is getattr(sre, "ATOMIC_GROUP", None):
            yield from self._first(self._ends(list(value), text, at, groups))
        elif kind in _REPEATS:
            ends = self._repeated(node, text, at, groups)
            yield from self._first(ends) if kind is getattr(sre, "POSSESSIVE_REPEAT", None) else ends
        else:
            raise NotImplementedError(kind)

    @staticmethod
    def _first(ends: Iterator[tuple[int, dict[int, str]]]) -> Iterator[tuple[int, dict[int, str]]]:
        found = next(ends, None)
        if found is not None:
            yield found

    def _repeated(
        self, node: Any, text: str, at: int, groups: dict[int, str]
    ) -> Iterator[tuple[int, dict[int, str]]]:
        kind, (least, most, body) = node
        most = most if most is sre.MAXREPEAT else max(min(most, _OFTEN), least)
        nodes = list(body)
        if len(nodes) == 1 and nodes[0][0] in _CHARACTERS:
            if kind is sre.MIN_REPEAT:
                end = at
                while True:
                    if end - at >= least:
                        yield end, groups
                    self._step()
                    if end - at >= most or end >= len(text) or not self._takes(nodes[0], text[end]):
                        return
                    end += 1
            end = at
            while end - at < most and end < len(text) and self._takes(nodes[0], text[end]):
                self._step()
                end += 1
            for stop in range(end, at + least - 1, -1):
                self._step()
                yield stop, groups
            return
        yield from self._rounds(nodes, (least, most, kind is sre.MIN_REPEAT), text, at, groups)

    def _rounds(
        self, nodes: list[Any], bounds: tuple[int, int, bool], text: str, at: int, groups: dict[int, str]
    ) -> Iterator[tuple[int, dict[int, str]]]:
        least, most, lazy = bounds
        if lazy and least <= 0:
            yield at, groups
        if most > 0:
            for end, found in self._ends(nodes, text, at, groups):
                if end > at or least > 0:
                    yield from self._rounds(nodes, (least - 1, most - 1, lazy), text, end, found)
        if not lazy and least <= 0:
            yield at, groups

    def _takes(self, node: Any, character: str) -> bool:
        kind, value = node
        if self.flags & re.IGNORECASE:
            character = character.lower()
        if kind is sre.LITERAL:
            return bool(
                chr(value) == character or (self.flags & re.IGNORECASE and chr(value).lower() == character)
            )
        if kind is sre.NOT_LITERAL:
            return chr(value) != character
        if kind is sre.ANY:
            return bool(self.flags & re.DOTALL) or character != "\n"
        negated = bool(value) and value[0][0] is sre.NEGATE
        return any(self._in(part, character) for part in value[negated:]) != negated

    def _in(self, part: Any, character: str) -> bool:
        kind, value = part
        if kind is sre.LITERAL:
            return chr(value) == character
        if kind is sre.RANGE:
            return value[0] <= ord(character) <= value[1]
        return bool(_CATEGORIES[value](character))

    def _is_at(self, where: Any, text: str, at: int) -> bool:
        if where in {sre.AT_BEGINNING, sre.AT_BEGINNING_STRING}:
            line = where is sre.AT_BEGINNING and self.flags & re.MULTILINE
            return at == 0 or bool(line and text[at - 1] == "\n")
        if where is sre.AT_END:
            line = self.flags & re.MULTILINE and text[at : at + 1] == "\n"
            return bool(at == len(text) or (at == len(text) - 1 and text[at] == "\n") or line)
        if where is sre.AT_END_STRING:
            return at == len(text)
        word = _CATEGORIES[sre.CATEGORY_WORD]
        here, before = at < len(text) and word(text[at]), at > 0 and word(text[at - 1])
        return (here != before) == (where is sre.AT_BOUNDARY)


def hostile_shapes(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Start, what is repeated, and end of texts that make a pattern work hard: its own beginnings, over and over."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~(re.DEBUG | re.ASCII) | re.UNICODE)
    starts: dict[str, None] = {"": None}
    pumps: dict[str, None] = dict.fromkeys(" a0\n")
    _collect(list(tree), "", starts, pumps)
    for start in starts:
        if start:
            pumps.setdefault(start)
    for start in starts:
        for pump in pumps:
            for end in ("", "\x00"):
                yield start, pump, end
    marks = sorted({c for c in _characters(list(tree)) if not c.isalnum()})
    for pair in itertools.permutations(marks, 2):
        yield "", "".join(pair), ""


def _collect(nodes: list[Any], start: str, starts: dict[str, None], pumps: dict[str, None]) -> str:
    """The shortest text that ``nodes`` take, or nearly; every beginning and every repeated part is noted."""
    for kind, value in nodes:
        if kind is sre.LITERAL:
            start += chr(value)
        elif kind in {sre.NOT_LITERAL, sre.ANY}:
            start += "x"
        elif kind is sre.IN:
            start += _sample(value)
        elif kind is sre.SUBPATTERN:
            start = _collect(list(value[3]), start, starts, pumps)
        elif kind is getattr(sre, "ATOMIC_GROUP", None):
            start = _collect(list(value), start, starts, pumps)
        elif kind is sre.BRANCH:
            taken = [_collect(list(branch), start, starts, pumps) for branch in value[1]]
            start = taken[0]
        elif kind in _REPEATS:
            least, _, body = value
            starts.setdefault(start)
            once = _collect(list(body), start, starts, pumps)
            pumps.setdefault(once[len(start) :] or "x")
            start = start if least == 0 else once
    return start


def _characters(nodes: Any) -> Iterator[str]:
    """The characters that a pattern names."""
    for node in nodes:
        if isinstance(node, tuple) and len(node) == 2 and node[0] in {sre.LITERAL, sre.NOT_LITERAL}:
            yield chr(node[1])
        elif isinstance(node, (tuple, list, parser.SubPattern)):
            yield from _characters(node)


def _sample(parts: Any) -> str:
    if parts[0][0] is sre.NEGATE:
        return "x"
    kind, value = parts[0]
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(value[0])
    return {sre.CATEGORY_DIGIT: "0", sre.CATEGORY_SPACE: " "}.get(value, "x")
