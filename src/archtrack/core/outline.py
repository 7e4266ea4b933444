"""The top level of a Python module, read from its bytes without building a syntax tree.

A full parse of an engine costs seconds; what a registry needs stands at the start of a line. The outline
finds those lines and knows which of them are code: it walks the triple-quoted strings of the file, the only
construct that can hide a line at column 0 (single-quoted strings and comments end with their line unless a
backslash continues them). Whatever does not fit that simple picture makes ``outline`` return None, and the
caller parses the file in full. The tests hold the two ways against each other on whole releases.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from .strings import normalise, triple_quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ClassHeader", "Outline", "outline"]

_CLASS = re.compile(rb"class[ \t]+([^\W\d]\w*)[ \t]*(?:\(([^()]*)\)[ \t]*)?:")
_COLUMN_0 = re.compile(rb"\n(?=[^\s#)\]}])")
_HEADER = re.compile(rb"(class|def|async def)[ \t]+([^\W\d]\w*)[ \t]*[(:]")
_COMMENT = re.compile(rb"#[^\n]*")
_QUOTED_OR_LINE = re.compile(rb'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))
_MAX_NESTING = 60
_NO_COLON = re.compile(rb"(?:async[ \t]+)?def[ \t]+\w+[ \t]*\([^()\n:]*\)[ \t]*(?=\n)")
_METHOD_NO_COLON = re.compile(rb"\n    def \w+[ \t]*\([^()\n:]*\)[ \t]*(?=\n)")
_TWO_WORDS = re.compile(rb"([A-Za-z_]\w*)[ \t]+[A-Za-z_0-9]")
_KEYWORDS = frozenset(
    b"from import class def async if elif else try except with for while del assert raise global match case type not"
    b" await lambda print pass".split()
)
_STARTS = frozenset(range(256)) - frozenset(b"<>=!$%&+/?^|:;,.")  # what begins no statement
_BASE = re.compile(rb"[^\W\d][\w.]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassHeader:
    """A class statement at column 0.

    Attributes:
        name: its name.
        line: of the ``class`` keyword, counted from 1.
        offset: byte offset of the keyword.
        bases: dotted names of the positional bases, as written; keywords such as ``metaclass=`` are left out.
    """

    name: str
    line: int
    offset: int
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    r"""A module's bytes, and where its triple-quoted strings are.

    Attributes:
        data: the bytes with ``\n`` line ends, and one more before the first line: so each line, the first one
            too, begins behind a newline, and the newlines before an offset count its line.
        starts: offsets at which a triple-quoted string begins, ascending.
        ends: offsets just behind each of them.
        tops: offsets of the lines of code that begin at column 0, ascending; lines that begin with a comment, a
            string or a closing bracket are none.
    """

    data: bytes
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    tops: tuple[int, ...]

    def is_code(self, offset: int) -> bool:
        """Whether the byte at ``offset``, at column 0 or behind blanks, begins code.

        False inside a triple-quoted string and behind a line that a backslash continues.
        """
        index = bisect_right(self.starts, offset) - 1
        if index >= 0 and offset < self.ends[index]:
            return False
        line_start = self.data.rfind(b"\n", 0, offset) + 1
        return self.data[line_start - 2 : line_start - 1] != b"\\"

    def starting(self, *prefixes: bytes) -> tuple[int, ...]:
        """The offsets of the lines of code at column 0 that start with one of the prefixes."""
        data = self.data
        return tuple([at for at in self.tops if data.startswith(prefixes, at)])

    def top_before(self, offset: int) -> int:
        """The offset of the last line of code at column 0 before ``offset``; 0 if there is none."""
        index = bisect_left(self.tops, offset)
        return self.tops[index - 1] if index else 0

    def line(self, offset: int) -> int:
        """The line, counted from 1, that holds ``offset``."""
        return self.data.count(b"\n", 0, offset)

    def classes(self) -> tuple[ClassHeader, ...] | None:
        """The class statements at column 0 in order; None when one has a header of an unusual shape."""
        found = []
        line, at = 0, 0
        for offset in self.starting(b"class ", b"class\t"):
            match = _CLASS.match(self.data, offset)
            bases = _bases(match[2] or b"") if match else None
            if match is None or bases is None:
                return None
            line += self.data.count(b"\n", at, offset)
            at = offset
            found.append(ClassHeader(name=match[1].decode(), line=line, offset=offset, bases=bases))
        return tuple(found)

    def block(self, offset: int) -> bytes:
        """The text of the statement at ``offset``: up to the next line of code at column 0.

        Closing brackets at column 0 belong to the statement, as formatters write them.
        """
        index = bisect_right(self.tops, offset)
        return self.data[offset : self.tops[index] - 1] if index < len(self.tops) else self.data[offset:]

    def reduced(self) -> bytes | None:
        """The module with the bodies of its classes and functions left out, line for line.

        It binds the same names on the same lines and parses in a fraction of the time, unless a function or class
        changes the module's names when it runs. None where a header is unusual; where the text left out is no
        whole statement, what is left does not parse.
        """
        edges = (1, *(at for at in self.tops if at > 1), len(self.data))
        parts = [_stub(self.data[start:end]) for start, end in pairwise(edges)]
        return None if None in parts else b"".join(part for part in parts if part is not None)

    def find(self, pattern: re.Pattern[bytes]) -> tuple[re.Match[bytes], ...]:
        """The matches of a pattern at the beginning of lines of code at column 0."""
        data, match = self.data, pattern.match
        return tuple([found for at in self.tops if (found := match(data, at))])

    def imports(self) -> tuple[tuple[int, bytes], ...]:
        """Line and text of every import statement at column 0, in order."""
        found = []
        line, at = 0, 0
        for offset in self.starting(b"from ", b"from\t", b"import ", b"import\t"):
            line += self.data.count(b"\n", at, offset)
            at = offset
            end = self.data.find(b"\n", offset)
            end = len(self.data) if end < 0 else end
            text = self.data[offset:end]
            if b"(" in text or text.endswith(b"\\"):
                text = _COMMENT.sub(b"", self.block(offset)).rstrip()
            found.append((line, text))
        return tuple(found)

    def continues(self, offset: int) -> bool:
        """Whether the line at ``offset`` seems to go on with the one before: then it is no statement of its own."""
        before = self.data[max(offset - 2000, 0) : offset].rstrip()
        last = before[before.rfind(b"\n") + 1 :]
        while last.lstrip().startswith(b"#"):
            before = before[: len(before) - len(last)].rstrip()
            last = before[before.rfind(b"\n") + 1 :]
        code = last.partition(b"#")[0].rstrip() if b'"' not in last and b"'" not in last else last
        return code.endswith((b"(", b",", b"[", b"{", b"=", b"\\"))

    def plausible(self) -> bool:
        """Whether the file seems to parse. Cheap, and no proof: what it misses is inside of functions.

        False where brackets do not balance, a line at column 0 begins like no statement (the marks of a merge
        conflict, prose), a header lacks its colon, or a byte is not UTF-8.
        """
        data = self.data
        if not data.isascii():
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                return False
        if not self.balanced() or not _STARTS.issuperset(map(data.__getitem__, self.tops)):
            return False
        if any(match[1] not in _KEYWORDS for match in self.find(_TWO_WORDS)):
            return False
        if any(_NO_COLON.match(data, at) for at in self.starting(b"def ", b"async ")):
            return False
        return not any(self.is_code(match.start() + 1) for match in _METHOD_NO_COLON.finditer(data))

    def balanced(self) -> bool:
        """Whether brackets open as often as they close in code: a cheap sign of a file that parses.

        Looks closer only as long as the count is off: at code outside of triple-quoted strings, then without
        comments, then without strings.
        """
        if _balanced(self.data):
            return True
        code = b"\n".join(
            self.data[start:end]
            for start, end in zip((0, *self.ends), (*self.starts, len(self.data)), strict=True)
        )
        return (
            _balanced(code) or _balanced(_COMMENT.sub(b"", code)) or _balanced(_QUOTED_OR_LINE.sub(b"", code))
        )


def outline(data: bytes) -> Outline | None:
    """The outline of a module, or None when its text must be parsed in full to be understood.

    Args:
        data: the file's bytes as they are.
    """
    normal = normalise(data)
    if normal is None:
        return None
    text = b"\n" + normal
    found = triple_quoted(text)
    if found is None:
        return None
    starts, ends = found
    return Outline(data=text, starts=starts, ends=ends, tops=_tops(text, starts, ends))


def _stub(block: bytes) -> bytes | None:
    """A statement at column 0 with an empty body, of as many lines; None for a header of unusual shape."""
    if block.startswith((b"class ", b"def ", b"async def ")):
        match = _HEADER.match(block)
        if match is None or b":=" in block.partition(b"\n    ")[0]:
            return None  # what a header sets counts, too
        return (
            match[1]
            + b" "
            + match[2]
            + (b": pass" if match[1] == b"class" else b"(): pass")
            + b"\n" * block.count(b"\n")
        )
    return block


def _balanced(data: bytes) -> bool:
    """Whether each of ``()``, ``[]``, ``{}`` opens as often as it closes, and none is nested beyond reason."""
    brackets = data.translate(None, _NOT_BRACKETS)
    count = brackets.count
    if count(b"(") != count(b")") or count(b"[") != count(b"]") or count(b"{") != count(b"}"):
        return False
    return not any(opening * _MAX_NESTING in brackets for opening in (b"(", b"[", b"{"))


def _tops(text: bytes, starts: Sequence[int], ends: Sequence[int]) -> tuple[int, ...]:
    """The offsets of the lines of code at column 0, given the triple-quoted strings."""
    found = []
    index, last = 0, len(starts)
    for match in _COLUMN_0.finditer(text):
        at = match.end()
        while index < last and ends[index] <= at:
            index += 1
        if (index < last and starts[index] <= at) or text[at - 2 : at - 1] == b"\\":
            continue
        found.append(at)
    return tuple(found)


def _bases(inside: bytes) -> tuple[str, ...] | None:
    """The positional bases of a class header's parentheses; None for anything but dotted names."""
    if not inside:
        return ()
    if b"#" in inside:
        inside = re.sub(rb"#[^\n]*", b"", inside)
    bases = []
    for part in inside.split(b","):
        name = part.strip()
        if b"=" in name or not name:
            continue
        if _BASE.fullmatch(name) is None:
            return None
        bases.append(name.decode())
    return tuple(bases)
