"""The claims of Markdown tables: a row for an architecture or a model, a column for what an engine has.

A table whose first row has a column of architectures or of models is read. That an architecture stands in such a table
claims that the engine has it, unless a column says that: one that is called after an engine, or ``Supported``. Columns
of LoRA and of pipeline parallel are claims of their own, where a blank is a no; columns of releases (``Since``, ``Min
vLLM``) say since when. What a mark with a remark says, a name that stands for many (``*Model``), and a table about
plugins cannot be told. Other columns are passed over.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from archtrack.core.document.markdown import cell_places, cells_of, is_delimiter, split_lines

from .claims import Claim, Reach, Read
from .words import is_name, mark, release_in, release_key, requirement_in, speaks_of_version, squashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .words import Engines

__all__ = ["read_markdown"]

_COLUMNS = 200
"""That a table may have; a wider one is passed over."""
_TITLES = 20
"""Titles that are remembered of tables that are not read."""
_NAMES = 50
"""That one cell may have."""
_CELL = 4_000
"""Characters of a cell of names; a longer one is not understood."""
_ARCHITECTURE = frozenset({"architecture", "architectures", "modelarchitecture", "modelarchitectures"})
_EXAMPLE = frozenset(
    {
        "example", "examples", "examplehfmodel", "examplehfmodels", "examplehuggingfaceidentifier",
        "examplehuggingfacemodel", "examplemodel", "examplemodels", "hfmodel", "hfmodels", "huggingfaceid",
        "huggingfacemodel", "modelid", "repository",
    }
)  # fmt: skip
_MODEL = frozenset({"model", "models", "modelname", "modelfamily", "modelfamilyvariants"})
_FEATURES = {"lora": "lora", "pp": "pp", "pipelineparallel": "pp", "pipelineparallelism": "pp"}
_SUPPORTED = frozenset({"supported", "support"})
_ENGINE = frozenset({"engine", "backend", "inferenceengine", "framework"})
_BLANK = frozenset({"", "-", "\N{EN DASH}", "\N{EM DASH}", "?", "any", "n/a", "none"})
"""Cells that name no release."""
_ELSEWHERE = frozenset(
    {"deprecated", "plugin", "plugins", "previously", "removed", "unmaintained", "unsupported"}
)
"""Words of a heading or a column below which no engine is said to have what is listed."""

_FENCE = re.compile(r"\s{0,99}(`{3,}|~{3,})")
_HEADING = re.compile(r"\s{0,3}(#{1,6})(?=\s)")
_WORDS = re.compile(r"\w{1,40}")
_SPAN = re.compile(r"`([^`]{1,400})`")
_ASIDE = re.compile(
    r"<sup>[^<]{0,200}</sup>|<[^<>]{0,200}>|\([^()]{0,400}\)|\]\([^()]{0,400}\)|\]\[[^\]\[]{0,200}\]|[*\[\]]"
)
_LINK = re.compile(r"\[([^\]\[]{0,200})\](?:\([^()]{0,400}\)|\[[^\]\[]{0,200}\])")
_BETWEEN = re.compile(r"[,;]|\s/\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """What the columns of a table are.

    Attributes:
        names: which has the names of the rows.
        is_model: they are those of models.
        features: those of marks, with the feature.
        engines: those that are called after an engine, with it.
        supported: the one that says whether it is there at all.
        engine: the one that names the engine of a row.
        releases: those that name a release: of which engine, and which others it takes.
        others: titles of those that are not read.
        versions: which of these may name a release all the same.
        unclear: why the table is not understood.
        passed_over: titles of those that say nothing that is known.
    """

    names: int
    is_model: bool
    features: dict[int, str]
    engines: dict[int, str]
    supported: int | None
    engine: int | None
    releases: dict[int, tuple[str | None, Reach]]
    others: dict[int, str]
    versions: frozenset[int]
    unclear: str | None
    passed_over: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Table:
    """A table: what its columns are, and the lines of its rows (from 1) with their cells."""

    columns: _Columns
    width: int
    engine: str | None
    rows: list[tuple[int, str]] = field(default_factory=list)


def read_markdown(text: str, engines: Engines) -> Read:
    """The claims of the tables of a text."""
    lines = split_lines(text)
    starts = [0, *accumulate(map(len, lines))]
    claims: list[Claim] = []
    passed_over: dict[str, None] = {}
    others: dict[str, None] = {}
    for table in _tables(lines, engines, others):
        passed_over.update(dict.fromkeys(table.columns.passed_over))
        claims += _Rows(table, starts, engines).claims()
    return Read(
        form="markdown",
        claims=tuple(claims),
        passed_over=tuple(passed_over if claims else passed_over | others),
    )


# -- tables ------------------------------------------------------------------------------------------------


def _tables(lines: Sequence[str], engines: Engines, others: dict[str, None]) -> Iterator[_Table]:
    """The tables that are read; the first titles of others are kept in ``others``."""
    headings: dict[int, str] = {}
    table: _Table | None = None
    header: str | None = None
    above = 0
    for number, line in _shown(lines):
        goes_on, above = number == above + 1, number
        if table is not None and goes_on and "|" in line:
            table.rows.append((number, line))
            continue
        if table is not None:
            yield table
            table = None
        heading = _HEADING.match(line)
        if heading is not None:
            level = len(heading[1])
            headings = {other: words for other, words in headings.items() if other < level}
            headings[level] = line[heading.end() :].strip()
        elif header is not None and goes_on and "-" in line and is_delimiter(line):
            titles = cells_of(header)
            columns = _columns(titles, engines, list(headings.values()))
            if columns is None and len(others) < _TITLES:
                others.update((_text(each)[:40], None) for each in titles[:_TITLES])
            if columns is not None and len(titles) == len(cells_of(line)):
                table = _Table(columns=columns, width=len(titles), engine=_of_headings(headings, engines))
        header = line if "|" in line else None
    if table is not None:
        yield table


def _shown(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines that are no code and no comment, with their numbers."""
    fence, in_comment = "", False
    for number, line in enumerate(lines, 1):
        found = _FENCE.match(line)
        if fence:
            closes = found is not None and found[1].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
        elif in_comment or line.lstrip().startswith("<!--"):
            in_comment = "-->" not in line
        elif found is not None:
            fence = found[1]
        else:
            yield number, line


def _columns(titles: Sequence[str], engines: Engines, headings: Sequence[str]) -> _Columns | None:
    """What the columns are; None for a table of something else."""
    if len(titles) > _COLUMNS:
        return None
    plain = [_text(title) for title in titles]
    known = [squashed(title) for title in plain]
    places = {name: index for index, name in reversed(list(enumerate(known)))}
    found = [places[name] for kind in (_ARCHITECTURE, _EXAMPLE, _MODEL) for name in known if name in kind]
    if not found:
        return None
    features = {index: _FEATURES[name] for index, name in enumerate(known) if name in _FEATURES}
    twice = {feature for feature, count in Counter(features.values()).items() if count > 1}
    columns = {
        index: engine for index, title in enumerate(plain) if (engine := engines.named(title)) is not None
    }
    asked = {
        index: released
        for index, title in enumerate(plain)
        if index not in columns and (released := release_key(title, engines)) is not None
    }
    elsewhere = _elsewhere(*plain, *headings)
    of_engines = any(name in _ENGINE for name in known)
    # A version alone is that of the engine only where a column names that.
    asked = {index: said for index, said in asked.items() if of_engines or known[index] != "version"}
    read = {*features, *columns, *asked, found[0]}

    def only(kind: frozenset[str]) -> int | None:
        index = next((places[name] for name in known if name in kind), None)
        if index is not None:
            read.add(index)
        return index

    supported, by_row = only(_SUPPORTED), only(_ENGINE)
    return _Columns(
        names=found[0],
        is_model=known[found[0]] not in _ARCHITECTURE,
        features={index: name for index, name in features.items() if name not in twice},
        engines=columns,
        supported=supported,
        engine=by_row,
        releases=asked,
        others={index: title for index, title in enumerate(plain) if index not in read},
        versions=frozenset(
            index
            for index, title in enumerate(plain)
            if known[index] == "version" or speaks_of_version(title, engines)
        ),
        unclear=None if elsewhere is None else f"the table or a heading above it says `{elsewhere}`",
        passed_over=tuple(
            title for index, title in enumerate(plain) if index not in read and known[index] not in _MODEL
        ),
    )


def _elsewhere(*texts: str) -> str | None:
    """A word of texts that says that no engine has what is listed; None where there is none."""
    words = {word for each in texts for word in _WORDS.findall(each.casefold())}
    return min(words & _ELSEWHERE, default=None)


def _of_headings(headings: dict[int, str], engines: Engines) -> str | None:
    """The engine that the nearest heading names which names one."""
    for _, heading in sorted(headings.items(), reverse=True):
        engine = engines.among(squashed(word) for word in heading.split())
        if engine is not None:
            return engine
    return None


# -- rows --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A cell, and what is known of its row.

    Attributes:
        text: what stands between the pipes.
        line: of the row; from 1.
        offset: characters before it in the line.
        place: characters before it in the file.
        engine: the engine that the row is about.
        unclear: why the row is not understood.
    """

    text: str
    line: int
    offset: int
    place: int
    engine: str | None
    unclear: str | None

    def claim(self, name: str, *, is_model: bool) -> Claim:
        """A claim that stands here."""
        text = self.text
        column = self.offset + (len(text) - len(text.lstrip()) if text.strip() else 0) + 1
        return Claim(
            name=name,
            line=self.line,
            column=column,
            is_model=is_model,
            engine=self.engine,
            unclear=self.unclear,
        )


class _Rows:
    """The claims of the rows of a table."""

    def __init__(self, table: _Table, starts: list[int], engines: Engines) -> None:
        self._columns = table.columns
        self._engines = engines
        self._rows = [list(self._cells(table, *row, starts)) for row in table.rows]
        columns = table.columns
        self._marks = (
            *columns.features,
            *columns.engines,
            *(() if columns.supported is None else (columns.supported,)),
        )
        written = {index: self._written(index) for index in self._marks}
        every = {says: sum((each[says] for each in written.values()), Counter()) for says in (True, False)}
        self._spelled = {
            index: (_usual(each[True] or every[True], "✅"), _usual(each[False] or every[False], ""))
            for index, each in written.items()
        }

    def claims(self) -> Iterator[Claim]:
        """Of each name in a row: that it is listed, since when, and what its marks say."""
        columns = self._columns
        listed = columns.supported is None and not columns.engines and not columns.releases
        for row in self._rows:
            if columns.names >= len(row):
                continue
            own = row[columns.names]
            elsewhere = "~~" if "~~" in own.text else _elsewhere(own.text)
            aside = None if elsewhere is None else f"the row says `{elsewhere}`"
            unread = self._unread(row)
            for name, at, why in _names(own.text, is_model=columns.is_model):
                problem = why or aside
                if listed:
                    claim = own.claim(name, is_model=columns.is_model)
                    claim = replace(claim, column=own.offset + at + 1, unclear=problem or own.unclear)
                    yield replace(claim, unread=unread)
                for index, (engine, reach) in columns.releases.items():
                    # A blank of an engine says nothing of it.
                    if index < len(row) and not (engine and _bare(row[index].text).casefold() in _BLANK):
                        found = self._since(name, row[index], problem, engine, reach)
                        yield replace(found, unread=unread)
                for index in self._marks:
                    if index < len(row):
                        yield replace(self._marked(name, row[index], index, problem), unread=unread)

    def _unread(self, row: Sequence[_Cell]) -> str | None:
        """A version in a row that is not read, in words."""
        columns = self._columns
        for index, title in columns.others.items():
            cell = _bare(row[index].text) if index < len(row) else ""
            if requirement_in(cell, self._engines) is not None:
                return f"`{title[:40]}: {cell[:40]}` is not read"
            found = release_in(cell) if index in columns.versions else None
            if found is not None and "." in found[0]:
                return f"what `{title[:40]}: {cell[:40]}` is the version of is not known"
        return None

    def _cells(self, table: _Table, line: int, raw: str, starts: list[int]) -> Iterator[_Cell]:
        columns = table.columns
        places = cell_places(raw, table.width)[: table.width]
        engine, unclear = table.engine, columns.unclear
        if columns.engine is not None and columns.engine < len(places):
            said = _text(raw[slice(*places[columns.engine])])
            engine = self._engines.named(said)
            unclear = unclear or (None if engine else f"no engine is called `{said[:40]}`")
        for start, end in places:
            yield _Cell(
                text=raw[start:end],
                line=line,
                offset=start,
                place=starts[line - 1] + start,
                engine=engine,
                unclear=unclear,
            )

    def _marked(self, name: str, cell: _Cell, index: int, problem: str | None) -> Claim:
        """What a mark says of a name; of an engine it may also be since when."""
        columns = self._columns
        says = mark(_shown_mark(cell.text))
        claim = cell.claim(name, is_model=columns.is_model)
        claim = replace(
            claim, engine=columns.engines.get(index, cell.engine), unclear=problem or cell.unclear
        )
        if says is None and index in columns.engines and release_in(_plain(cell.text)) is not None:
            return _released(claim, cell, Reach.SINCE)
        why = None
        if says is None:
            why = f"`{cell.text.strip()[:40]}` is no plain mark"
        elif index == columns.supported and not says:
            why = "where it is not supported is not said"
        return replace(
            claim,
            feature=columns.features.get(index),
            holds=bool(says),
            unclear=claim.unclear or why,
            where=(cell.place, cell.place + len(cell.text)),
            yes_and_no=_in_cell(cell.text, *self._spelled[index]),
        )

    def _since(self, name: str, cell: _Cell, problem: str | None, engine: str | None, reach: Reach) -> Claim:
        """Since when an engine has it, by a column of releases."""
        claim = cell.claim(name, is_model=self._columns.is_model)
        claim = replace(claim, engine=engine or claim.engine, unclear=problem or cell.unclear)
        required = requirement_in(_plain(cell.text), self._engines)
        if required is not None:
            named, release, of, (start, end) = required
            return _at(replace(claim, engine=named), cell, release, of, (start, end))
        if release_in(_plain(cell.text)) is not None:
            return _released(claim, cell, reach)
        return replace(claim, unclear=claim.unclear or f"`{cell.text.strip()[:40]}` is no release")

    def _written(self, index: int) -> dict[bool, Counter[str]]:
        """How the rows write yes and no in a column, each with their number."""
        found: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        for row in self._rows:
            says = mark(_shown_mark(row[index].text)) if index < len(row) else None
            if says is not None:
                found[says][row[index].text.strip()] += 1
        return found


def _usual(written: Counter[str], otherwise: str) -> str:
    """What is written most often."""
    return written.most_common(1)[0][0] if written else otherwise


def _plain(cell: str) -> str:
    """A cell without the marks of code and of bold text; every other character keeps its place."""
    return cell.replace("`", " ").replace("*", " ")


def _bare(cell: str) -> str:
    return _plain(cell).strip()


def _released(claim: Claim, cell: _Cell, otherwise: Reach) -> Claim:
    """The claim about the release that a cell names, which names nothing else."""
    found = release_in(_plain(cell.text))
    if found is None:
        return claim
    release, reach, where = found
    return _at(claim, cell, release, reach or otherwise, where)


def _at(claim: Claim, cell: _Cell, release: str, reach: Reach, where: tuple[int, int]) -> Claim:
    """A claim about a release that stands at a place of a cell."""
    start, end = where
    return replace(
        claim,
        column=cell.offset + start + 1,
        release=release,
        reach=reach,
        where=(cell.place + start, cell.place + end),
    )


def _in_cell(cell: str, yes: str, no: str) -> tuple[str, str]:
    """What stands between the pipes for a yes and a no: as wide as before where the columns are aligned."""
    padded = len(cell) > len(cell.strip()) + 2
    tight = bool(cell) and not cell.startswith(" ")

    def written(value: str) -> str:
        text = value if tight else f" {value} " if value else " "
        return text.ljust(len(cell)) if padded else text

    return written(yes), written(no)


def _text(cell: str) -> str:
    """What a cell shows, without links, quotes and entities."""
    if len(cell) > _CELL:
        return cell
    return html.unescape(_LINK.sub(r"\1", cell).replace("`", "").replace("**", "")).strip()


def _shown_mark(cell: str) -> str:
    """What a cell of marks shows, without links and entities; whatever else there is makes it no plain mark."""
    return html.unescape(_LINK.sub(r"\1", cell)) if len(cell) <= _CELL else cell


def _names(cell: str, *, is_model: bool) -> list[tuple[str, int, str | None]]:
    """The names in a cell: (name, where in the cell, why it is not understood)."""
    start = len(cell) - len(cell.lstrip())
    if len(cell) > _CELL:
        return [(cell.strip()[:40], start, f"a cell of {len(cell)} characters")]
    spans = [(match[1], match.start(1)) for match in _SPAN.finditer(cell)]
    found = [
        (name.strip(), at + len(name) - len(name.lstrip()))
        for name, at in spans or _pieces(_ASIDE.sub(lambda match: " " * len(match[0]), cell))
    ]
    if len(found) > _NAMES:
        return [(cell.strip()[:40], start, f"a cell of {len(found)} names")]
    return [
        (name, at, _problem(name, is_model=is_model))
        for name, at in found
        if name and name.casefold().rstrip(".") != "etc"
    ]


def _pieces(cell: str) -> list[tuple[str, int]]:
    """The parts of a cell between commas, each with its place."""
    found, at = [], 0
    for match in _BETWEEN.finditer(cell):
        found.append((cell[at : match.start()], at))
        at = match.end()
    return [*found, (cell[at:], at)]


def _problem(name: str, *, is_model: bool) -> str | None:
    if "*" in name:
        return "the name stands for many architectures"
    if not is_model and not is_name(name):
        return "that is no name of an architecture"
    return None
