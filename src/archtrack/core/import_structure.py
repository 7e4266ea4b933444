"""``_import_structure`` of a lazy package of transformers: which names each of its modules offers."""

from __future__ import annotations

import ast
import re
from typing import Any

from .modules import parse

__all__ = ["import_structure"]

_ALIAS = re.compile(rb"_create_module_alias\([ \t\n]*f\"\{__name__\}\.([\w.]+)\"")
_ALIAS_TABLE = re.compile(rb"_LEGACY_MODULE_ALIASES[ \t]*=[ \t]*\{([^}]*)\}")
_ALIAS_KEY = re.compile(rb"[\"']([\w.]+)[\"'][ \t]*:")
_RENAMES = (b"sys.meta_path", b"_create_module_alias")


def import_structure(data: bytes) -> dict[str, Any]:
    """What a package's ``__init__.py`` offers.

    ``{"structure": {module: names}, "eager": …, "scans_models": bool, "aliases": names, "renames": bool,
    "problem": …}``.

    Every optional backend is taken as installed: what any branch adds is there. ``eager`` is the same of a package that
    is not lazy yet (before 4.2), by its own imports. ``scans_models`` says whether the
    package looks through ``models`` for further names. ``aliases`` are modules without a file that it answers for;
    ``renames`` says that it does so by a rule as well (for modules that end with ``_fast``). ``problem`` is [reason,
    line] of a file that does not parse, else null.

    Args:
        data: the package's ``__init__.py``.
    """
    structure: dict[str, list[str]] = {}
    eager: dict[str, list[str]] = {}
    try:
        tree = parse(data)
    except SyntaxError as error:
        problem = [f"cannot be parsed: {error.msg}", error.lineno or 0]
        return {
            "structure": {},
            "eager": {},
            "scans_models": False,
            "aliases": [],
            "renames": False,
            "problem": problem,
        }
    scans = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            _take(node.targets[0], node.value, structure)
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            _take(node.target, node.value, structure)
        elif isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            eager.setdefault(node.module, []).extend(alias.name for alias in node.names)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in {"extend", "append"} and node.args:
                _take(node.func.value, node.args[0], structure)
            elif isinstance(node.func, ast.Name) and node.func.id == "define_import_structure":
                scans = scans or any(
                    isinstance(part, ast.Constant) and part.value == "models" for part in ast.walk(node)
                )
    table = _ALIAS_TABLE.search(data)
    aliases = [*_ALIAS.findall(data), *(_ALIAS_KEY.findall(table[1]) if table else ())]
    return {
        "structure": structure,
        "eager": {} if structure or scans else eager,
        "scans_models": scans,
        "aliases": [name.decode() for name in aliases],
        "renames": any(word in data for word in _RENAMES),
        "problem": None,
    }


def _take(target: ast.expr, value: ast.expr, structure: dict[str, list[str]]) -> None:
    """Add what ``_import_structure = {…}`` or ``_import_structure["module"] … […]`` names."""
    if isinstance(target, ast.Name) and target.id == "_import_structure" and isinstance(value, ast.Dict):
        for key, names in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant):
                structure.setdefault(str(key.value), []).extend(_strings(names))
        return
    if not (isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)):
        return
    if isinstance(target.value, ast.Name) and target.value.id == "_import_structure":
        structure.setdefault(str(target.slice.value), []).extend(_strings(value))


def _strings(node: ast.expr) -> list[str]:
    """The strings of a list, or of a sum of lists."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_strings(node.left), *_strings(node.right)]
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
