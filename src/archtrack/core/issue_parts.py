"""A document as a tracking issue: a body and numbered comments, each within a limit.

What fits into the body stays there. Where the document does not fit, each of its three sections becomes a comment of
its own, and the body, which keeps everything else and the line that counts the section's rows, says which. A section
that does not fit into one comment is divided between rows, by name (see ``dividing``), each part with the head of the
table. So one architecture more changes the comment that it belongs to, and the counts in the body. Only where a comment
would not fit any more is it divided, and those behind it move on by one.

Every line of the document is in exactly one part. Heads of tables and headings of sections may be repeated, rows that
are not wanted are left out, and blank lines at the ends of parts go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .dividing import size
from .issue_runs import Run, runs_of
from .pieces import Entry, Kind, Piece, pieces_of
from .said import choose
from .table import BOM, LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .document import Document, Section
    from .said import Choice

__all__ = [
    "LEAST",
    "LIMIT",
    "Issue",
    "Part",
    "emptied",
    "is_part",
    "issue_of",
    "marker",
    "safe_title",
    "title_of",
]

LIMIT = 65_536
"""What GitHub takes in the body of an issue and in a comment, in whatever way it counts (see ``dividing.size``)."""

LEAST = 2_048
"""A limit below this leaves no room for anything."""

GOES_ON = "_The table goes on further down._"
REST = "_What the body had no room for:_"
NOTHING = "_Nothing stands here any more._"
_MARKER = re.compile(r"<!-- archtrack: part \d+ of tracking issue (.*) -->")
_LAST_NUMBER = 99_999  # a marker takes no more room than that of this part
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The body, or one comment.

    Attributes:
        number: 0 for the body, else which comment.
        section: what the summary calls the section that it holds; empty for the body and for text.
        text: all of it, with a line end at the end.
        names: the architectures whose rows it holds, in their order.
    """

    number: int
    section: str
    text: str
    names: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """As the limit is measured."""
        return size(self.text.split("\n")[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """All parts of an issue: the body, then the comments; and which rows were chosen for them."""

    parts: tuple[Part, ...]
    choice: Choice


def marker(number: int, title: str) -> str:
    """The line, hidden where Markdown is shown, by which a part is found again."""
    return f"<!-- archtrack: part {number} of tracking issue {title} -->"


def is_part(text: str) -> bool:
    """Whether a text begins with such a line."""
    return _MARKER.match(text) is not None


def title_of(text: str) -> str:
    """What the marker of a part calls its document."""
    match = _MARKER.match(text)
    return match[1] if match is not None else ""


def safe_title(text: str) -> str:
    """What markers call a document: nothing that could end a comment."""
    return re.sub(r"[^\w.]+", "-", text)[:_LONGEST_TITLE].strip("-") or "document"


def emptied(number: int, title: str) -> Part:
    """What takes the place of a comment that is no longer needed, so that the others keep their numbers."""
    return _part(number, safe_title(title), "", [NOTHING])


def issue_of(document: Document, title: str, *, limit: int = LIMIT, only: Iterable[str] = ()) -> Issue:
    """Divide a document.

    Args:
        document: as it was parsed.
        title: what its markers call it.
        limit: the greatest size of a part (see ``dividing.size``); not below ``LEAST``.
        only: leave out rows that are none of these (``said.SAID``); empty for all rows.

    Raises:
        DocumentError: it does not say what ``only`` asks for, or has a line that fits into no part.
    """
    wanted = sorted(set(only))
    choice = choose(document, wanted)
    divider = _Divider(
        document=document, choice=choice, title=safe_title(title), limit=limit, note=_note(choice, wanted)
    )
    whole = divider.whole()
    parts = (whole,) if whole.size <= limit else tuple(divider.parts())
    return Issue(parts=parts, choice=choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Divider:
    document: Document
    choice: Choice
    title: str
    limit: int
    note: tuple[str, ...]

    def whole(self) -> Part:
        """All of it in the body."""
        pieces = self._pieces(1, len(self.document.lines))
        lines = [line for piece in pieces for line in piece.lines]
        names = tuple(entry.row.name for piece in pieces for entry in piece.entries if entry.row is not None)
        return _part(0, self.title, "", [*self.note, *lines], names)

    def parts(self) -> Iterator[Part]:
        """The body, a comment or more for each section, and further ones for what the body has no room for."""
        comments: list[Part] = []
        body: list[Piece] = []
        end = 0
        for section in self.document.sections:
            body += self._pieces(end + 1, section.line - 1)
            first = len(comments) + 1
            comments += self._section(section, first)
            body += self._pointer(section, first, len(comments))
            end = section.end
        body += self._pieces(end + 1, len(self.document.lines))
        frame = [marker(_LAST_NUMBER, self.title), "", *self.note, REST, "", "", GOES_ON]
        text, *rest = runs_of(body, self.limit - size(frame)) or [Run(lines=())]
        yield _part(0, self.title, "", [*self.note, *_shown(text)], text.names)
        yield from comments
        for number, run in enumerate(rest, len(comments) + 1):
            yield _part(number, self.title, "", [REST, "", *_shown(run)], run.names)

    def _section(self, section: Section, first: int) -> Iterator[Part]:
        pieces = self._pieces(section.line, section.end, frozenset(section.stats))
        heading = [f"{self._text(section.line)} (continued)", ""]
        frame = [marker(_LAST_NUMBER, self.title), "", *heading, "", GOES_ON]
        for at, run in enumerate(runs_of(pieces, self.limit - size(frame))):
            lines = [*(heading if at else ()), *_shown(run)]
            yield _part(first + at, self.title, LABELS[section.category], lines, run.names)

    def _pointer(self, section: Section, first: int, last: int) -> list[Piece]:
        """What stands in the body in place of a section: its counts, which no comment has, and where it is."""
        where = f"_In comment {first}._" if first == last else f"_In comments {first} to {last}._"
        counts = [text for line in section.stats for text in (self._text(line), "")]
        texts = (self._text(section.line), "", *counts, where, "")
        return [Piece(kind=Kind.TEXT, entries=tuple(Entry(line=section.line, text=text) for text in texts))]

    def _pieces(self, first: int, last: int, elsewhere: frozenset[int] = frozenset()) -> list[Piece]:
        """The pieces of some lines, without those that go elsewhere and the rows that were left out."""
        gone = self.choice.left_out | elsewhere
        found = pieces_of(self.document, first, last)
        if not gone:
            return found
        return [_without(piece, gone) for piece in found]

    def _text(self, line: int) -> str:
        return self.document.lines[line - 1].lstrip(BOM).strip()


def _without(piece: Piece, gone: frozenset[int]) -> Piece:
    entries = tuple(each for each in piece.entries if each.line not in gone)
    return replace(piece, entries=entries, inner=tuple(_without(each, gone) for each in piece.inner))


def _note(choice: Choice, wanted: Sequence[str]) -> tuple[str, ...]:
    """What the body says where rows were left out."""
    if not wanted:
        return ()
    shown = choice.rows - len(choice.left_out)
    kinds = ", ".join(wanted)
    said = f"_Only rows that are {kinds}: {shown} of {choice.rows}. Counts are those of the whole document._"
    return (said, "")


def _shown(run: Run) -> list[str]:
    return [*_trimmed(run.lines), *(("", GOES_ON) if run.goes_on else ())]


def _part(number: int, title: str, section: str, lines: Sequence[str], names: tuple[str, ...] = ()) -> Part:
    text = "\n".join([marker(number, title), "", *_trimmed(lines), ""])
    return Part(number=number, section=section, text=text, names=names)


def _trimmed(lines: Sequence[str]) -> Sequence[str]:
    """Without the blank lines at both ends."""
    first, end = 0, len(lines)
    while first < end and not lines[first].strip():
        first += 1
    while first < end and not lines[end - 1].strip():
        end -= 1
    return lines[first:end]
