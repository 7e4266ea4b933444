"""What a user may choose on SGLang's command line: parsers, attention backends, algorithms of speculative decoding.

``server_args.py`` lists the choices of an option itself, or takes them from elsewhere: the parsers from the dicts of
``FunctionCallParser`` and ``ReasoningParser``, the attention backends from ``ATTENTION_BACKEND_CHOICES``. Since 0.5.12
an algorithm is any member of ``SpeculativeAlgorithm`` but ``NONE``, or one of the further names of
``spec_registry.py``.

``auto`` chooses among parsers, and is none. It cannot see what a plugin adds while it runs.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import (
    ATTENTION_BACKENDS,
    REASONING_PARSERS,
    SPECULATIVE,
    TOOL_PARSERS,
    Fact,
)
from archtrack.model import Place

from .files import CHOICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archtrack.sources.library import Library

__all__ = ["choices_of"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_SOURCES = {
    TOOL_PARSERS: ("--tool-call-parser", "ToolCallParserEnum"),
    REASONING_PARSERS: ("--reasoning-parser", "DetectorMap"),
    ATTENTION_BACKENDS: ("--attention-backend", "ATTENTION_BACKEND_CHOICES"),
    SPECULATIVE: ("--speculative-algorithm", "SpeculativeAlgorithm", "_RESERVED_ALIASES"),
}
"""Table -> the option, and what lists its choices where the option does not: all of these together."""
_EARLIER = {"_RESERVED_NAMES": "_RESERVED_ALIASES"}
"""What a list was called in earlier releases -> its name."""
_NO_CHOICE = frozenset({"auto", "NONE"})
_OPTIONS = frozenset(option for option, *_ in _SOURCES.values())
_LISTS = frozenset(name for _, *lists in _SOURCES.values() for name in lists) | _EARLIER.keys()


def choices_of(library: Library) -> dict[str, Mapping[str, Fact] | None]:
    """The tables of a release; None for one that it does not have, or that cannot be read.

    Raises:
        SourceError: a file cannot be read.
    """
    facts = library.facts(library.paths(*CHOICES), f"sglang-choices-{REVISION}", _lists)
    found = {name: (path, rows) for path, lists in facts.items() for name, rows in lists.items()}
    return {table: _table(found, option, lists) for table, (option, *lists) in _SOURCES.items()}


def _table(
    found: Mapping[str, tuple[str, list[list[Any]] | None]], option: str, lists: Sequence[str]
) -> Mapping[str, Fact] | None:
    """The rows that an option has itself, or else those of all lists together; None where a part is missing."""
    read = [found.get(name, ("", None)) for name in ([option] if option in found else lists)]
    rows = {
        key: Fact(key=key, place=Place(file=path, line=line))
        for path, each in reversed(read)  # of a name in two lists the first one counts
        for key, line in each or ()
        if key not in _NO_CHOICE
    }
    return dict(sorted(rows.items())) if rows and all(each for _, each in read) else None


def _lists(data: bytes) -> dict[str, list[list[Any]] | None]:
    """Option, or name of a list -> [[choice, line]]; None where a part is not plainly written."""
    module = Module(data, [option.encode() for option in _OPTIONS])
    return dict(_found(module))


def _found(module: Module) -> Iterator[tuple[str, list[list[Any]] | None]]:
    assigned = {
        target.id: node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="add_argument"), args=[ast.Constant(value=str() as option), *_]
            ) if option in _OPTIONS:
                written = next((each.value for each in node.keywords if each.arg == "choices"), None)
                if isinstance(written, ast.Name):  # a list of the module, or of the same function
                    written = assigned.get(written.id)
                if isinstance(written, (ast.List, ast.Tuple)):
                    yield option, _strings(written.elts)
            case ast.ClassDef(name=name) if name in _LISTS:
                yield name, _members(node)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if name in _LISTS:
                yield _EARLIER.get(name, name), _values(value)
            case _:
                pass


def _values(value: ast.expr) -> list[list[Any]] | None:
    match value:
        case ast.Dict(keys=keys):
            return _strings(keys)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return _strings(elements)
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "list" | "tuple"), args=[inner], keywords=[]):
            return _values(inner) if not isinstance(inner, ast.Call) else None
        case _:
            return None


def _strings(parts: list[ast.expr] | list[ast.expr | None]) -> list[list[Any]] | None:
    found: list[list[Any]] = []
    for part in parts:
        if not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
            return None
        found.append([part.value, part.lineno])
    return found


def _members(node: ast.ClassDef) -> list[list[Any]]:
    """The members of an enumeration."""
    return [
        [target.id, each.lineno]
        for each in node.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name) and not target.id.startswith("_")
    ]
