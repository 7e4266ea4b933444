"""What a module imports when it is imported itself, and under which condition.

An import inside a function does not run then, one under ``TYPE_CHECKING`` never does, and one in a ``try`` whose
handler takes import errors cannot fail the module: these are left out. ``imports_of`` looks only at lines that name
a package asked for; ``imports_by_tree`` parses, for the modules whose lines are not as plain as that.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .conditions import both, short, truth
from .effects import TRIES
from .modules import parse
from .outline import outline

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from .outline import Outline

    _Found = tuple[ast.Import | ast.ImportFrom, str | None]

__all__ = ["imports_by_tree", "imports_in", "imports_of"]

_FROM = re.compile(rb"from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*\(?([\w\s,]*)\)?\s*")
_WORD = re.compile(rb"\w+")
_FUNCTIONS = frozenset({b"def", b"async"})
_NO_STATEMENT = frozenset({b"", b" ", b"\t", b"\n", b")", b"]", b"}", b"#"})
_STATEMENT = (b"from ", b"import ")
_IMPORTS = frozenset({b"from", b"import"})
_IMPORT_ERRORS = frozenset({"ImportError", "Exception", "BaseException"})
_MODULE_ERROR = "ModuleNotFoundError"


def imports_of(data: bytes, packages: Sequence[str]) -> list[list[Any]]:
    """The imports ``[level, module, name or None, line, condition or None]`` that run with the module.

    ``name`` is None for ``import module``; ``level`` counts the leading dots.

    Args:
        data: of a file that is known to parse.
        packages: dotted packages; of absolute imports only those from within them are given.
    """
    return imports_in(outline(data), data, packages)


def imports_in(read: Outline | None, data: bytes, packages: Sequence[str]) -> list[list[Any]]:
    """As ``imports_of``, given the file's outline."""
    if read is None:
        return imports_by_tree(data, packages)
    wanted = _wanted(packages)
    hidden = _hidden(read, (b"from .", *(package.encode() for package in packages)), wanted)
    found = None
    if not hidden:
        found = _at_column_0(read, wanted, tuple(packages))
    elif b"class" not in hidden:
        # Without the bodies of functions and classes the parse costs a fraction, and the lines stay.
        shorter = read.reduced()
        found = None if shorter is None else _parsed(shorter, packages)
    return imports_by_tree(data, packages) if found is None else found


def _wanted(packages: Sequence[str]) -> re.Pattern[bytes]:
    words = "|".join(re.escape(package) for package in packages).encode()
    return re.compile(
        rb"\b(?:from[ \t]+(?:\.|(?:" + words + rb")\b)|import[ \t]+[^\n]*\b(?:" + words + rb")\b)"
    )


def _at_column_0(
    read: Outline, wanted: re.Pattern[bytes], packages: tuple[str, ...]
) -> list[list[Any]] | None:
    """The imports among the statements at column 0; None if one of them is of an unusual shape."""
    found: list[list[Any]] = []
    for line, text in read.imports():
        if wanted.search(text) is None:
            continue
        plain = _FROM.fullmatch(text)
        if plain is None:
            try:
                found.extend(_listed(parse(text).body, packages, line - 1))
            except SyntaxError:
                return None
            continue
        level, module = len(plain[1]), plain[2].decode()
        names = [item.split()[0].decode() for item in plain[3].split(b",") if item.strip()]
        found.extend([level, module, name, line, None] for name in names if _within(level, module, packages))
    return found


def _hidden(read: Outline, words: tuple[bytes, ...], wanted: re.Pattern[bytes]) -> frozenset[bytes]:
    """The first words of the statements at column 0, but for functions, that seem to hold wanted imports."""
    found: set[bytes] = set()
    data, tops = read.data, frozenset(read.tops)
    for word in words:
        at = data.find(word)
        while at >= 0:
            start = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at)
            match = (
                None
                if start in tops and data.startswith(_STATEMENT, start)
                else wanted.search(data, start, end)
            )
            if match is not None and read.is_code(match.start()) and b"#" not in data[start : match.start()]:
                first = _WORD.match(data, read.top_before(match.start()))
                if first is not None and first[0] not in _FUNCTIONS:
                    in_method = first[0] == b"class" and _in_method(read, match.start())
                    found.update(() if in_method else (first[0],))
            at = data.find(word, max(end, at + 1)) if end >= 0 else -1
    return frozenset(found - _IMPORTS)


def _in_method(read: Outline, offset: int) -> bool:
    """Whether the last line before ``offset`` that is indented by four begins a method."""
    at = offset
    while (at := read.data.rfind(b"\n    ", 0, at)) >= 0:
        if read.data[at + 5 : at + 6] not in _NO_STATEMENT and read.is_code(at + 5):
            return read.data.startswith((b"def ", b"async def "), at + 5)
    return False


def imports_by_tree(data: bytes, packages: Sequence[str]) -> list[list[Any]]:
    """As ``imports_of``, from the syntax tree; nothing for a file that does not parse."""
    return _parsed(data, packages) or []


def _parsed(data: bytes, packages: Sequence[str]) -> list[list[Any]] | None:
    try:
        tree = parse(data)
    except SyntaxError:
        return None
    return _listed(tree.body, tuple(packages), 0)


def _listed(body: list[ast.stmt], packages: tuple[str, ...], offset: int) -> list[list[Any]]:
    found: list[list[Any]] = []
    for node, condition in _running(body, None):
        if isinstance(node, ast.ImportFrom):
            level, module = node.level, node.module or ""
            if _within(level, module, packages):
                found.extend(
                    [level, module, each.name, node.lineno + offset, condition] for each in node.names
                )
        else:
            found.extend(
                [0, each.name, None, node.lineno + offset, condition]
                for each in node.names
                if _within(0, each.name, packages)
            )
    return found


def _within(level: int, module: str, packages: Iterable[str]) -> bool:
    return level > 0 or any(module == each or module.startswith(f"{each}.") for each in packages)


def _running(body: Iterable[ast.stmt], condition: str | None) -> Iterator[_Found]:
    """The import statements that run with the module, each with its condition."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, condition
        elif isinstance(node, ast.If):
            yield from _branches(node, condition)
        elif isinstance(node, TRIES):
            yield from _tried(node, condition)
        elif isinstance(node, ast.With):
            if not any("suppress" in short(item.context_expr) for item in node.items):
                yield from _running(node.body, condition)
        elif isinstance(node, ast.ClassDef):
            yield from _running(node.body, condition)
        elif isinstance(node, (ast.For, ast.While)):
            yield from _running(node.body, both(condition, f"the loop at line {node.lineno} runs"))
            yield from _running(node.orelse, condition)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                matches = f"the case at line {case.pattern.lineno} matches"
                yield from _running(case.body, both(condition, matches))


def _branches(node: ast.If, condition: str | None) -> Iterator[_Found]:
    """Those of an ``if``; a condition whose outcome is known leaves one branch."""
    known, test = truth(node.test), short(node.test)
    if known is not False:
        yield from _running(node.body, condition if known else both(condition, test))
    if known is not True:
        yield from _running(node.orelse, condition if known is False else both(condition, f"not ({test})"))


def _tried(node: ast.Try, condition: str | None) -> Iterator[_Found]:
    """Those of a ``try``: its body counts where no handler takes an import error, a handler only if it runs."""
    if not any(_takes(handler, _IMPORT_ERRORS) for handler in node.handlers):
        # Of a module that is there, but lacks the name, Python says ImportError.
        half = any(_takes(handler, {_MODULE_ERROR}) for handler in node.handlers)
        yield from _running(node.body, both(condition, "its module is found") if half else condition)
    for handler in node.handlers:
        yield from _running(handler.body, both(condition, f"the try at line {node.lineno} fails"))
    yield from _running(node.orelse, both(condition, f"the try at line {node.lineno} succeeds"))
    yield from _running(node.finalbody, condition)


def _takes(handler: ast.ExceptHandler, errors: Container[str]) -> bool:
    """Whether the module goes on after one of the errors; not where the handler raises again."""
    if handler.body and isinstance(handler.body[-1], ast.Raise):
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None
        or (isinstance(kind, ast.Name) and kind.id in errors)
        or (isinstance(kind, ast.Attribute) and kind.attr in errors)
        for kind in kinds
    )
