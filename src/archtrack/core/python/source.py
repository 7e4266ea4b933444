"""The text of one Python module: whether it can be read, its parse, and where the modules that it imports are."""

from __future__ import annotations

import ast
import re
import warnings
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "MAX_BYTES",
    "NOT_READ",
    "candidates",
    "longest_line",
    "module_name",
    "normalise",
    "parse",
    "undecodable_line",
    "unreadable",
]

MAX_BYTES = 1_000_000
"""Four times the largest module of any release; the parser may need several hundred times as much memory."""
NOT_READ = f"more than {MAX_BYTES:,} are not read"
_MOST_WORK = 4_000_000_000
"""Characters that the parser would look at again and again: a second or two."""

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_UTF_8 = frozenset({b"utf-8", b"utf8", b"ascii", b"us-ascii"})


def unreadable(data: bytes) -> tuple[str, int] | None:
    """Why a file is not given to the parser, with the line; None for almost every file.

    What Python says of these depends on its version, or costs memory without end.
    """
    nul = data.find(b"\0")
    if nul >= 0:
        return "it contains a NUL byte (is it UTF-16?)", data.count(b"\n", 0, nul) + 1
    if len(data) > MAX_BYTES:
        return f"it has {len(data):,} bytes; {NOT_READ}", longest_line(data)
    return _repetitive(data)


def _repetitive(data: bytes) -> tuple[str, int] | None:
    """Where the parser takes time by the square of a text: an f-string of many fields, ``import a.a.a…`` of many parts.

    An f-string is on one line, also a continued one, or behind an ``f`` and before the next three quotes of its kind.
    """
    if max(data.count(b"{"), data.count(b".")) * len(data) <= _MOST_WORK:  # nearly always
        return None
    lines = data.replace(b"\\\n", b"").split(b"\n")
    pieces = [(b".", line) for line in lines if b"import" in line]
    pieces += [(b"{", line) for line in lines]
    for quote in (b'"', b"'"):
        parts = data.replace(b"\\" + quote, b"").split(3 * quote)
        pieces += [(b"{", inside) for before, inside in pairwise(parts) if b"f" in before[-2:].lower()]
    for mark, piece in pieces:
        if piece.count(mark) * len(piece) > _MOST_WORK:
            what = "an f-string of too many fields" if mark == b"{" else "an import of too many parts"
            return f"it may have {what} to be parsed in time", longest_line(data)
    return None


def longest_line(data: bytes) -> int:
    """The number of the longest line, counted from 1: where a file that is too deep or too large is so."""
    lines = data.split(b"\n")
    return max(range(len(lines)), key=lambda index: len(lines[index])) + 1


def undecodable_line(data: bytes) -> int:
    """The first line that is not UTF-8; the first line of all where every line is."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1


def normalise(data: bytes) -> bytes | None:
    r"""UTF-8 source bytes with ``\n`` line ends and without a BOM; None for other encodings and NUL bytes."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in data:
        return None
    for line in data[:8192].split(b"\n", 2)[:2]:
        match = _CODING.match(line)
        if match and match[1].lower().replace(b"_", b"-") not in _UTF_8:
            return None
    return data


def parse(data: bytes) -> ast.Module:
    """The syntax tree of a file.

    Raises:
        SyntaxError: it does not parse, or is too deep or too large for a tree; ``lineno`` says where.
    """
    problem = unreadable(data)
    if problem is not None:
        raise _syntax_error(*problem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in scanned source are not ours to report
        try:
            return ast.parse(data)
        except SyntaxError as error:
            if not error.lineno:
                error.lineno = undecodable_line(data)
            raise
        except (RecursionError, MemoryError, OverflowError) as error:
            raise _syntax_error("it is too deeply nested to parse", longest_line(data)) from error
        except ValueError as error:
            raise _syntax_error(str(error), undecodable_line(data)) from error


def _syntax_error(reason: str, line: int) -> SyntaxError:
    error = SyntaxError(reason)
    error.lineno = line
    return error


def candidates(path: str, level: int, module: str) -> tuple[str, ...]:
    """Paths that may hold a module imported in the file ``path``: a package comes before a module of its name.

    Args:
        path: POSIX path of the importing file, from the folder that holds its package.
        level: leading dots of the import; 0 for an absolute one.
        module: dotted name behind the dots.
    """
    parts: Sequence[str] = module.split(".") if module else []
    if level:
        folder = path.split("/")[:-1]
        kept = len(folder) - (level - 1)
        if kept < 1:
            return ()
        parts = [*folder[:kept], *parts]
    base = "/".join(parts)
    return (f"{base}/__init__.py", f"{base}.py")


def module_name(path: str) -> str:
    """The dotted module of a path: ``sglang/srt/models/llama.py`` is ``sglang.srt.models.llama``."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
