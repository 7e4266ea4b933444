"""The classes that names of a module stand for, followed through imports to the modules that define them.

What a name stands for is JSON, so that it can be kept: ``["class", name, line, condition]``, ``["import", level,
module, attribute, line, condition]``, or ``["unresolved", reason, line]``.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .changes import ANY
from .conditions import both
from .module import Import
from .source import candidates
from .values import UnresolvedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .module import Binding, Module

__all__ = ["ClassAt", "Modules", "all_names", "binding_of", "named"]

_MAX_HOPS = 20
_MAX_BINDINGS = 50
"""Of one name: more is no module that anybody wrote."""
_END = sys.maxsize
"""A position behind every statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAt:
    """A class: its name, the module that defines it, the line, and the condition under which it is meant."""

    name: str
    path: str
    line: int
    condition: str | None = None


def binding_of(module: Module, name: str, node: ast.AST, position: int = _END) -> Binding:
    """What a name is bound to when the statement at ``position`` runs.

    Args:
        module: where.
        name: the name.
        node: what asks for it, for the line of an error.
        position: of the statement; the end of the module where none is given.

    Raises:
        UnresolvedError: it cannot be told: the name is not bound here, or in more than one way, or something else may
            change what it stands for.
    """
    for changed in (name, ANY):
        if changed in module.changed:
            reason, line = module.changed[changed]
            raise UnresolvedError(ast.Pass(lineno=line), reason)
    bindings = module.bindings.get(name, [])
    if len(bindings) > _MAX_BINDINGS:
        raise UnresolvedError(node, f"`{name}` is bound {len(bindings)} times")
    found = [each for each in bindings if each.position < position]
    since = found[-1].position if found else -1
    star = next((star for star, at in module.stars if since < at < position), None)
    if star is not None:
        source = f"{'.' * star.level}{star.module}"
        raise UnresolvedError(node, f"`{name}` may come from `import *` of `{source}`")
    if not found:
        raise UnresolvedError(node, f"`{name}` is not defined at the top level of the module")
    if len(bindings) > 1 and (doubt := next((each for each in bindings if each.condition), None)):
        raise UnresolvedError(ast.Pass(lineno=doubt.line), f"`{name}` is bound in more than one way")
    return found[-1]


def named(module: Module, node: ast.expr, position: int = _END) -> list[Any]:
    """What an expression that should name a class stands for, in the module at hand; see the module's docstring.

    Args:
        module: where it stands.
        node: the expression.
        position: of its statement.
    """
    try:
        return _named(module, node, position)
    except UnresolvedError as error:
        return ["unresolved", error.reason, error.line]


def _named(module: Module, node: ast.expr, position: int) -> list[Any]:
    condition: str | None = None
    for _ in range(_MAX_HOPS):
        if not isinstance(node, ast.Name):
            raise UnresolvedError(node)
        found = binding_of(module, node.id, node, position)
        condition = both(condition, found.condition)
        match found.bound:
            case ast.ClassDef(name=name, lineno=line):
                return ["class", name, line, condition]
            case Import(level=level, module=source, attribute=str() as attribute):
                return ["import", level, source, attribute, found.line, condition]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                raise UnresolvedError(node, f"`{node.id}` is a function")
            case Import():
                raise UnresolvedError(node, f"`{node.id}` is a module")
            case ast.expr() as other:
                node, position = other, found.position
            case _:
                raise UnresolvedError(node, f"`{node.id}` is bound in a way that is not read")
    raise UnresolvedError(node, "it is named through too many other names")


def all_names(module: Module) -> dict[str, Any]:
    """What every name of a module stands for at its end: ``{"names": …, "stars": …, "problem": …}``.

    ``stars`` are [level, module] of each ``import *``; ``problem`` is [reason, line] of a file that does not parse.
    """
    names = {
        name: named(module, ast.Name(id=name, ctx=ast.Load(), lineno=found[-1].line))
        for name, found in module.bindings.items()
    }
    for name, (reason, line) in module.changed.items():
        names.setdefault(name, ["unresolved", reason, line])
    return {
        "names": names,
        "stars": [[star.level, star.module] for star, _ in module.stars],
        "problem": None if module.problem is None else list(module.problem),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Modules:
    """How other modules are reached.

    Attributes:
        exists: whether a path is a file of the source.
        names: path -> what ``all_names`` says of it.
    """

    exists: Callable[[str], bool]
    names: Callable[[str], dict[str, Any]]

    def find(self, path: str, level: int, module: str) -> str | None:
        """The file of the module that an import in ``path`` names; None if the source has none."""
        return next((each for each in candidates(path, level, module) if self.exists(each)), None)

    def follow(self, path: str, found: list[Any], line: int) -> ClassAt:
        """The class that a name stands for, through as many modules as it takes.

        Args:
            path: of the module that names it.
            found: what ``named`` says of the name there.
            line: that names it: the line of an error in another module.

        Raises:
            UnresolvedError: it cannot be told.
        """
        at, condition = path, None
        been: set[str] = set()
        for _ in range(_MAX_HOPS):
            kind, *rest = found
            if kind == "unresolved":
                reason, place = rest
                if at != path:
                    reason, place = f"{reason} ({at}:{place})", line
                raise UnresolvedError(ast.Pass(lineno=place), reason)
            condition = both(condition, rest[-1])
            if kind == "class":
                return ClassAt(name=rest[0], path=at, line=rest[1], condition=condition)
            been.add(at)
            at, found = self._imported(at, found)
            if (
                at in been and found[0] != "unresolved"
            ):  # what a name means halfway through a module is not known
                break
        raise UnresolvedError(
            ast.Pass(lineno=line), "it is imported in a circle, or through too many modules"
        )

    def _imported(self, at: str, found: list[Any]) -> tuple[str, list[Any]]:
        """One step along an import: the module, and what the name means there."""
        _, level, module, attribute, here, _ = found
        source = f"`{'.' * level}{module}`"
        target = self.find(at, level, module)
        if target is None:
            inner = f"{module}.{attribute}" if module else attribute
            what = "which is not a file of this source"
            if self.find(at, level, inner) is not None:
                what = "as a module: the registry takes a class or a list of classes"
            return at, ["unresolved", f"`{attribute}` comes from {source}, {what}", here]
        names = self.names(target)
        if names["problem"] is not None:
            reason, place = names["problem"]
            reason = f"{source} ({target}:{place}) cannot be read: {reason}"
            return at, ["unresolved", reason, here]
        if attribute in names["names"]:
            return target, names["names"][attribute]
        if names["stars"]:
            return at, ["unresolved", f"`{attribute}` may come from `import *` in {target}", here]
        return at, ["unresolved", f"`{attribute}` is not defined in {source} ({target})", here]

    def may_export(self, path: str, name: str, stars: list[list[Any]]) -> str | None:
        """The module from which one of the ``import *`` of a module may bring a name; None if none does."""
        waiting = [self.find(path, level, module) for level, module in stars]
        seen: set[str] = set()
        while waiting:
            target = waiting.pop()
            if target is None or target in seen:
                continue
            seen.add(target)
            names = self.names(target)
            if not names["names"].keys().isdisjoint({name, ANY}) or names["problem"] is not None:
                return target
            waiting += [self.find(target, level, module) for level, module in names["stars"]]
        return None
