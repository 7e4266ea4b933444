"""The names that importing a module gives: what its statements bind, in whatever branch.

``from module import name`` works for these, whether ``__all__`` lists them or not. Every branch is taken as run, as
what is bound on some machines only is not missing; but for those under ``TYPE_CHECKING``, which never run.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .conditions import truth
from .modules import parse
from .outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["bound_names", "plain_names"]

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_BINDING = re.compile(rb"(?:class|def|async def)[ \t]+([^\W\d]\w*)|([^\W\d]\w*)[ \t]*(?::[^=\n]+)?=(?!=)")
_IMPORTED = re.compile(rb"(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]*\(?([\w\s,.]*)\)?\s*")


def plain_names(data: bytes) -> list[str]:
    """The names that plain statements at column 0 bind: some of ``bound_names``, at a fraction of the price.

    Args:
        data: the file.
    """
    read = outline(data)
    if read is None:
        return []
    names = [(match[1] or match[2]).decode() for match in read.find(_BINDING)]
    for _, text in read.imports():
        match = _IMPORTED.fullmatch(text)
        for item in match[1].split(b",") if match else ():
            words = item.split()
            if words and (len(words) == 3 or b"." not in words[0]):  # noqa: PLR2004 -- `name as other`
                names.append(words[-1].decode())
    return list(dict.fromkeys(names))


def bound_names(data: bytes) -> dict[str, Any]:
    """``{"names": [...], "stars": [[level, module], ...], "open": bool}`` of one module.

    ``stars`` are the modules that ``import *`` takes names from. ``open`` says that names may be there which no
    statement binds: the module does not parse, has a ``__getattr__``, or writes into ``globals()``.

    Args:
        data: the file.
    """
    read = outline(data)
    shorter = read.reduced() if read is not None else None
    tree = _tree(shorter) if shorter is not None else None
    if tree is None:
        tree = _tree(data)
    if tree is None:
        return {"names": [], "stars": [], "open": True}
    names = dict.fromkeys(name for node in _running(tree.body) for name in _own(node))
    stars = [
        [node.level, node.module or ""]
        for node in _running(tree.body)
        if isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names)
    ]
    written = b"globals()" in data or b"sys.modules[__name__]" in data
    return {"names": list(names), "stars": stars, "open": "__getattr__" in names or written}


def _tree(data: bytes) -> ast.Module | None:
    try:
        return parse(data)
    except SyntaxError:
        return None


def _running(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that may run with the module, those inside of others included."""
    for node in body:
        yield node
        if not isinstance(node, _DEFINITIONS):
            for block in _blocks(node):
                yield from _running(block)


def _own(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, _DEFINITIONS):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (each.asname or each.name.partition(".")[0] for each in node.names if each.name != "*")
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target)
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For)):
        yield from _targets(node.target)
    elif isinstance(node, ast.With):
        for item in node.items:
            yield from _targets(item.optional_vars) if item.optional_vars is not None else ()


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement that may run."""
    known = truth(node.test) if isinstance(node, ast.If) else None
    for field in ("body", "orelse", "finalbody"):
        if known is None or known is (field == "body"):
            yield getattr(node, field, [])
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _targets(node: ast.expr) -> Iterator[str]:
    return (
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    )
