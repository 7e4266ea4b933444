"""The names that transformers' lazy import takes from a file, and those that a lazy package offers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.source import normalise
from archtrack.core.python.values import last_name, strings, text

from .files import REVISION

if TYPE_CHECKING:
    from archtrack.sources.library import Library

__all__ = ["exported_names", "import_structure", "structure_of"]

_SKIPPED = (" ", "\t", "@", ")")
_RENAMES = (b"sys.meta_path", b"_create_module_alias")


# -- a file: the library's own rules look at lines of text, and so does this ------------------------------


def exported_names(data: bytes) -> list[str]:
    """The names that a file makes public, in order, each once.

    Follows ``fetch__all__`` and ``create_import_structure_from_path`` in ``transformers/utils/import_utils.py``: what
    they do not understand is not public, however Python reads it.
    """
    normal = normalise(data)
    lines = b"\n" + (data if normal is None else normal)
    names: dict[str, None] = {}
    if b"@requires" in lines:
        names.update(dict.fromkeys(_required(lines.decode("utf-8", "replace"))))
    start = lines.rfind(b"\n__all__")
    if start >= 0:
        tail = lines[start + 1 :].decode("utf-8", "replace")
        names.update(dict.fromkeys(name for name in _listed(tail.splitlines()) if name.isidentifier()))
    return list(names)


def _listed(lines: list[str]) -> list[str]:
    """What the last line that starts with ``__all__``, and those behind it, list."""
    if lines[0].endswith("]"):
        parts = lines[0].split("=")
        return [item.strip("\"' ") for item in parts[1].strip(" []").split(",")] if len(parts) > 1 else []
    names = []
    for line in lines[1:]:
        if line.strip() == "]":
            break
        names.append(line.strip("\"', "))
    return names


def _required(lines: str) -> list[str]:
    """The classes and functions below a line that holds ``@requires``; further decorators may stand between."""
    names = []
    previous = ""
    for line in lines.split("\n"):
        if line.startswith(_SKIPPED) and not line.startswith("@requires"):
            continue
        if "@requires" in previous:
            if not line.startswith(("class", "def")):
                continue
            name = line[6 if line.startswith("class") else 4 :].split("(")[0].strip(":")
            if name.isidentifier():
                names.append(name)
        previous = line
    return names


# -- a package: what its `__init__.py` says ----------------------------------------------------------------


def structure_of(library: Library, path: str) -> dict[str, Any]:
    """What the package with that ``__init__.py`` offers, as ``import_structure`` gives it."""
    structure: dict[str, Any] = library.facts((path,), f"transformers-init-{REVISION}", import_structure)[
        path
    ]
    return structure


def import_structure(data: bytes) -> dict[str, Any]:
    """What a package's ``__init__.py`` offers.

    ``{"lazy": bool, "structure": {module: names}, "eager": …, "scans_models": bool, "aliases": names, "renames": bool,
    "problem": …}``.

    Every optional backend is taken as installed: what any branch adds is there. ``structure`` is its
    ``_import_structure``; a lazy package without one looks through its files. ``eager`` is the same of a package that
    is not lazy yet (before 4.2), by its own imports. ``scans_models`` says whether the package looks through
    ``models`` for further names. ``aliases`` are modules without a file that it answers for; ``renames`` says that it
    does so by a rule as well (for modules that end with ``_fast``). ``problem`` is [reason, line] of a file that does
    not parse, else null.

    Args:
        data: the package's ``__init__.py``.
    """
    module = Module(data)
    structure: dict[str, list[str]] = {}
    eager: dict[str, list[str]] = {}
    aliases: list[str] = []
    for statement in module.statements:
        match statement.node:
            case ast.ImportFrom(level=1, module=str() as source, names=names):
                eager.setdefault(source, []).extend(alias.name for alias in names)
            case ast.Assign(targets=[ast.Name(id="_LEGACY_MODULE_ALIASES")], value=ast.Dict(keys=keys)):
                aliases.extend(name for key in keys if key is not None for name in strings(key))
            case (
                ast.Assign(targets=[target], value=value)
                | ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.AugAssign(target=target, value=value)
                | ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(value=target, attr="extend" | "append"), args=[value, *_]
                    )
                )
            ):
                _take(target, value, structure)
            case ast.Expr(value=ast.Call(func=ast.Name(id="_create_module_alias"), args=[alias, *_])):
                aliases.append((text(alias, {"__name__": ""}) or "").removeprefix("."))
    scans = b"define_import_structure" in data and _scans_models(module.tree)
    return {
        "lazy": b"_import_structure" in data,
        "structure": structure,
        "eager": {} if structure or scans else eager,
        "scans_models": scans,
        "aliases": aliases,
        "renames": any(word in data for word in _RENAMES),
        "problem": [f"cannot be parsed: {module.problem[0]}", module.problem[1]] if module.problem else None,
    }


def _scans_models(tree: ast.Module) -> bool:
    """Whether ``define_import_structure`` is asked for the folder ``models``."""
    return any(
        isinstance(part, ast.Constant) and part.value == "models"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and last_name(node) == "define_import_structure"
        for part in ast.walk(node)
    )


def _take(target: ast.expr, value: ast.expr, structure: dict[str, list[str]]) -> None:
    """Add what ``_import_structure = {…}`` or ``_import_structure["module"] … […]`` names."""
    match target, value:
        case ast.Name(id="_import_structure"), ast.Dict(keys=keys, values=values):
            for key, names in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant):
                    structure.setdefault(str(key.value), []).extend(_strings(names))
        case ast.Subscript(value=ast.Name(id="_import_structure"), slice=ast.Constant(value=module)), _:
            structure.setdefault(str(module), []).extend(_strings(value))


def _strings(node: ast.expr) -> list[str]:
    """The strings of a list, or of a sum of lists."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_strings(node.left), *_strings(node.right)]
    return strings(node)
