"""Which functions of a module run for a class: its methods, those that it takes from others, and what these call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["called_with_own", "methods_of"]


def methods_of(
    node: ast.ClassDef, classes: Mapping[str, ast.ClassDef], seen: frozenset[str] = frozenset()
) -> dict[str, ast.FunctionDef]:
    """Name -> method of a class: its own, and those that it takes unchanged from other classes of the module.

    What is behind ``super()`` is left out, as the class may have done something before it goes there; and so are bases
    that come after one of another module, which may have a method of the same name.

    Args:
        node: the class.
        classes: those of the module by name.
        seen: the classes on the way here: a circle ends.
    """
    if node.name in seen:
        return {}
    seen |= {node.name}
    found: dict[str, ast.FunctionDef] = {}
    assigned: set[str] = set()
    for each in node.body:
        match each:
            case ast.FunctionDef(name=name):
                found[name] = each
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.pop(name, None)
                assigned.add(name)
                match value:
                    case ast.Attribute(value=ast.Name(id=other), attr=attribute) if other in classes:
                        theirs = methods_of(classes[other], classes, seen)
                        found |= {name: theirs[attribute]} if attribute in theirs else {}
    for base in node.bases:
        if not (isinstance(base, ast.Name) and base.id in classes):
            break
        theirs = methods_of(classes[base.id], classes, seen)
        found = {name: each for name, each in theirs.items() if name not in assigned} | found
    return found


def called_with_own(
    methods: Iterable[ast.FunctionDef], functions: Mapping[str, ast.FunctionDef]
) -> list[ast.FunctionDef]:
    """The module's functions that methods hand what they were themselves made from, and that these hand it on to.

    That is ``self``, the method's ``**kwargs``, and the first parameter of a function. By line.
    """
    found: dict[str, ast.FunctionDef] = {}
    waiting = list(methods)
    while waiting:
        function = waiting.pop()
        own = _own(function)
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in functions and name not in found:
                    given = [*node.args[:1], *(each.value for each in node.keywords if each.arg is None)]
                    if any(isinstance(each, ast.Name) and each.id in own for each in given):
                        found[name] = functions[name]
                        waiting.append(functions[name])
    return sorted(found.values(), key=lambda each: each.lineno)


def _own(function: ast.FunctionDef) -> set[str]:
    first = [each.arg for each in (*function.args.posonlyargs, *function.args.args)[:1]]
    return {*first, *([function.args.kwarg.arg] if function.args.kwarg is not None else [])}
