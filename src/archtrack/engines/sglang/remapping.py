"""Further names of classes: ``EntryClassRemapping = [("Name", Class), …]`` of SGLang 0.1.18 to 0.2.15."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import HIDDEN
from archtrack.core.python.module import Module
from archtrack.core.python.names import binding_of
from archtrack.core.python.values import UnresolvedError

from .entry_classes import REMAPPING
from .files import RUNNERS

if TYPE_CHECKING:
    from archtrack.sources.library import Library

    from .entry_classes import EntryClasses

__all__ = ["add_remapped"]


def add_remapped(found: EntryClasses, library: Library) -> None:
    """Add the further names of the modules that have any, where the release asks for them."""
    if not found.remapping:
        return
    asks = library.facts(library.paths(RUNNERS), "sglang-remaps-1", lambda data: REMAPPING.encode() in data)
    if any(asks.values()):
        for path, facts in library.facts(found.remapping, "sglang-remapped-2", _remapped).items():
            found.add_remapped(path, facts)


def _remapped(data: bytes) -> dict[str, Any]:
    """``{"remapped": [[name, line, class, line of the class or 0]], "unresolved": [[line, reason]]}``."""
    module = Module(data, (*HIDDEN, REMAPPING.encode()))
    remapped: list[list[Any]] = []
    unresolved: list[list[Any]] = []
    try:
        bound = binding_of(module, REMAPPING, ast.Pass(lineno=1)).bound
    except UnresolvedError as error:
        return {"remapped": [], "unresolved": [[error.line, error.reason]]}
    if not isinstance(bound, ast.List):
        line = module.bindings[REMAPPING][-1].line
        return {"remapped": [], "unresolved": [[line, f"{REMAPPING} is no list of pairs at the top level"]]}
    for pair in bound.elts:
        match pair:
            case ast.Tuple(elts=[ast.Constant(value=str() as name), ast.Name(id=class_name)]):
                node = module.classes.get(class_name)
                remapped.append([name, pair.lineno, class_name, 0 if node is None else node.lineno])
            case _:
                unresolved.append([pair.lineno, UnresolvedError(pair).reason])
    return {"remapped": remapped, "unresolved": unresolved}
