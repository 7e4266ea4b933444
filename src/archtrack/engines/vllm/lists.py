"""What a release of vLLM can be told to use by name, whatever the model: the name -> null, with its line.

- ``TOOL_PARSERS``, ``REASONING_PARSERS`` (``--tool-call-parser``, ``--reasoning-parser``): since 0.11.1 the keys of a
  table in the package of the parsers (``_TOOL_PARSERS_TO_REGISTER``). Before, what ``register_module("name")`` above a
  class says, in the modules that the package imports; from 0.6.0 to 0.6.2 the ``choices`` of the option.
- ``ATTENTION_BACKENDS`` (``--attention-backend``, before that ``VLLM_ATTENTION_BACKEND``): since 0.4.1 the members of
  an enum, also those that stand for what a plugin registers (``CUSTOM``) or that only encoders of images take.
- ``SPECULATIVE`` (``method`` of ``--speculative-config``): since 0.8.5 the strings of ``SpeculativeMethod``. Until
  it is enforced a release takes others, too (``eagle3`` in 0.8.5): what its code compares a method with is not read.

A table of which any row cannot be told is not given, and neither is one that the release does not have in such a form.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Import, Module
from archtrack.core.python.source import candidates
from archtrack.core.python.tables import table_facts
from archtrack.core.python.values import last_name, strings
from archtrack.core.verdict.release_facts import (
    ATTENTION_BACKENDS,
    REASONING_PARSERS,
    SPECULATIVE,
    TOOL_PARSERS,
    Fact,
)
from archtrack.engines._decorators import registering_calls
from archtrack.model import Place

from . import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

__all__ = ["list_facts", "lists", "parser_facts"]

_PARSERS = {
    TOOL_PARSERS: (files.TOOL_PARSERS, "_TOOL_PARSERS_TO_REGISTER", "--tool-call-parser"),
    REASONING_PARSERS: (files.REASONING_PARSERS, "_REASONING_PARSERS_TO_REGISTER", "--reasoning-parser"),
}
"""Table -> the folders, the table there, and the option."""
_REGISTER = "register_module"
_ENUMS = ("AttentionBackendEnum", "_Backend")
_METHODS = "SpeculativeMethod"

Rows = dict[str, int]
"""Name -> line."""


def lists(library: Library) -> dict[str, dict[str, Fact]]:
    """The tables of a release.

    Raises:
        SourceError: a file cannot be read.
    """
    packages = [f"{folder}/__init__.py" for folders, *_ in _PARSERS.values() for folder in folders]
    wanted = (*packages, files.CLI, *files.ATTENTION_BACKENDS, *files.SPECULATIVE)
    found = library.facts(library.paths(*wanted), f"vllm-lists-{files.REVISION}", list_facts)
    tables: dict[str, dict[str, Fact]] = {}
    for table, (folders, name, option) in _PARSERS.items():
        rows = _first(found, [f"{folder}/__init__.py" for folder in folders], name)
        rows = rows or _registered(library, folders) or _first(found, (files.CLI,), option)
        tables[table] = dict(rows or ())
    tables[ATTENTION_BACKENDS] = dict(_first(found, files.ATTENTION_BACKENDS, *_ENUMS) or ())
    tables[SPECULATIVE] = dict(_first(found, files.SPECULATIVE, _METHODS) or ())
    return {name: rows for name, rows in tables.items() if rows}


def _first(
    found: Mapping[str, Mapping[str, Rows]], paths: Iterator[str] | list[str] | tuple[str, ...], *names: str
) -> list[tuple[str, Fact]] | None:
    """The rows of the first file that has a list of one of these names."""
    for path in paths:
        for name in names:
            if rows := found.get(path, {}).get(name):
                return _facts((key, path, line) for key, line in rows.items())
    return None


def _facts(rows: Iterator[tuple[str, str, int]]) -> list[tuple[str, Fact]]:
    return [(key, Fact(key=key, place=Place(file=path, line=line))) for key, path, line in sorted(rows)]


def _registered(library: Library, folders: tuple[str, ...]) -> list[tuple[str, Fact]] | None:
    """What the modules register that a package imports, and those that they import beside them."""
    for folder in folders:
        start = f"{folder}/__init__.py"
        paths = library.paths(f"{folder}/*.py")
        if start not in paths:
            continue
        facts = library.facts(paths, f"vllm-parsers-{files.REVISION}", parser_facts)
        reached: dict[str, None] = {}
        waiting = [start]
        while waiting:
            path = waiting.pop()
            if path in facts and path not in reached:
                reached[path] = None
                waiting += [
                    each
                    for level, module in facts[path]["imports"]
                    for each in candidates(path, level, module)
                ]
        if any(facts[path]["unread"] for path in reached):
            return None
        rows = {name: (path, line) for path in reached for name, line in facts[path]["registered"]}
        if rows:
            return _facts((name, *place) for name, place in rows.items())
    return None


# -- files -----------------------------------------------------------------------------------------------


def list_facts(data: bytes) -> dict[str, Rows]:
    """The lists of a module that are wholly read: what it is called in the source -> name -> line."""
    options = [option for *_, option in _PARSERS.values()]
    module = Module(data, words=[option.encode() for option in options])
    found: dict[str, Rows] = {}
    for _, name, _ in _PARSERS.values():
        if name in module.bindings:
            read = table_facts(data)
            if not any(table in {"", name} for table, *_ in read["unresolved"]) and name in read["tables"]:
                found[name] = {key: line for key, line, *_ in read["tables"][name]["rows"]}
    for name in _ENUMS:
        if name in module.classes:
            found[name] = _members(module.classes[name])
    if _METHODS in module.values:
        found[_METHODS] = _literal(module, _METHODS)
    if any(option.encode() in data for option in options):
        found |= _choices(module, options)
    return {name: rows for name, rows in found.items() if rows}


def _members(node: ast.ClassDef) -> Rows:
    """The members of an enum; none of another class."""
    if not any(last_name(base) == "Enum" for base in node.bases):
        return {}
    return {
        target.id: target.lineno
        for each in node.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name) and not target.id.startswith("_")
    }


def _literal(module: Module, name: str) -> Rows:
    """The strings of a ``Literal``, those of the ones in it included; none where anything else is in it."""
    found: Rows = {}
    waiting: list[ast.expr] = [module.values[name]]
    seen = {name}
    while waiting:
        match waiting.pop():
            case ast.Subscript(value=made, slice=inside) if last_name(made) == "Literal":
                waiting += inside.elts[::-1] if isinstance(inside, ast.Tuple) else [inside]
            case ast.Constant(value=str() as text, lineno=line):
                found.setdefault(text, line)
            case ast.Name(id=other) if other in module.values:
                if other not in seen:
                    seen.add(other)
                    waiting.append(module.values[other])
            case _:
                return {}
    return found


def _choices(module: Module, options: list[str]) -> dict[str, Rows]:
    """``add_argument("--option", choices=["name", …])``; a list that is made otherwise says nothing."""
    found: dict[str, Rows] = {}
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=func, args=[ast.Constant(value=str() as option), *_], keywords=keywords) if (
                last_name(func) == "add_argument" and option in options
            ):
                listed = [each.value for each in keywords if each.arg == "choices"]
                found[option] = {name: each.lineno for each in listed for name in strings(each)}
            case _:
                pass
    return found


def parser_facts(data: bytes) -> dict[str, Any]:
    """``{"registered": [[name, line]], "unread": bool, "imports": [[level, module]]}`` of a module of parsers.

    ``unread`` says that it registers a class under a name that cannot be told.
    """
    module = Module(data)
    calls, unread = registering_calls(module, (_REGISTER,))
    registered: list[list[Any]] = []
    for call, class_name, _ in calls:
        named = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "name")]
        names = [name for each in named for name in strings(each)]
        if len(names) != sum(
            len(each.elts) if isinstance(each, (ast.List, ast.Tuple)) else 1 for each in named
        ):
            unread = [*unread, [call.lineno, ""]]
        registered += [[name, call.lineno] for name in names if named]
        if not named:  # under the name of the class
            registered.append([class_name, call.lineno])
    imports = [
        (each.bound.level, each.bound.module, each.bound.attribute)
        for bound in module.bindings.values()
        for each in bound
        if isinstance(each.bound, Import)
    ]
    return {
        "registered": registered,
        "unread": bool(unread) or module.problem is not None,
        "imports": sorted(
            {(level, name) for level, name, _ in imports}
            | {(level, f"{name}.{attribute}".strip(".")) for level, name, attribute in imports if attribute}
        ),
    }
