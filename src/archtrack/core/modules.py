"""One module of Python source: where other modules' names come from, and its full parse when it needs one."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .outline import Outline

__all__ = [
    "MAX_BYTES",
    "NOT_READ",
    "candidates",
    "dotted",
    "import_of",
    "longest_line",
    "parse",
    "undecodable_line",
    "unreadable",
]

MAX_BYTES = 1_000_000
NOT_READ = f"more than {MAX_BYTES:,} are not read"
"""Four times the largest module of any release; the parser may need several hundred times as much memory."""


def unreadable(data: bytes) -> tuple[str, int] | None:
    """Why a file is not given to the parser, with the line; None for almost every file.

    What Python says of these depends on its version, or costs memory without end.
    """
    nul = data.find(b"\0")
    if nul >= 0:
        return "it contains a NUL byte (is it UTF-16?)", data.count(b"\n", 0, nul) + 1
    if len(data) > MAX_BYTES:
        return f"it has {len(data):,} bytes; {NOT_READ}", longest_line(data)
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


def import_of(outline: Outline, name: str) -> tuple[int, str, str, int] | None:
    """Where a name comes from: (level, module, attribute, line) of the last import that binds it, or None."""
    word = name.encode()
    found = None
    for line, text in outline.imports():
        if word not in text:
            continue
        try:
            statements = parse(text).body
        except SyntaxError:
            return None
        for statement in statements:
            if isinstance(statement, ast.ImportFrom):
                for alias in statement.names:
                    if (alias.asname or alias.name) == name:
                        found = (statement.level, statement.module or "", alias.name, line)
    return found


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


def dotted(path: str) -> str:
    """The dotted module of a path: ``sglang/srt/models/llama.py`` is ``sglang.srt.models.llama``."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
