"""The GGUF architecture that a converter gives its file: ``model_arch`` of its class.

A class has it in its body, or from a base class. Methods of some give it another one later, by what the config says
(``self.model_arch = gguf.MODEL_ARCH.NOMIC_BERT``), or hand the work to a class inside of it: then it may be any of
these. What is assigned is followed as far
as it is plainly written: a member, one of two, or a name that the same function gives such a value. Anything else is
unresolved.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.mro import linearize
from archtrack.core.python.source import candidates

from .gguf_names import member_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ModelArch", "given_architectures", "model_arch_of"]

_NAME = "model_arch"
_MOST_CLASSES = 100
"""From a converter to the last of its base classes; real ones have five."""
_MOST_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelArch:
    """What a converter may give its file.

    Attributes:
        members: of ``MODEL_ARCH``, that of the class first; none where it has none.
        path: of the module that gives the first.
        line: that does.
        unresolved: (path, line, reason) of what could not be followed: there may be others.
    """

    members: tuple[str, ...]
    path: str
    line: int
    unresolved: tuple[tuple[str, int, str], ...] = ()


def given_architectures(data: bytes) -> dict[str, Any]:
    """What the classes of a module give ``model_arch``.

    Returns:
        ``{class: {"own": [[member], line] or None, "later": [[member], line], "unresolved": [[line, reason]]}}``, of
        the classes that give it anything.
    """
    found = {}
    for name, node in Module(data, (_NAME.encode(),)).classes.items():
        given: dict[str, Any] = {"own": None, "later": [], "unresolved": []}
        for statement in node.body:
            _look(statement, given)
        if given["own"] or given["later"] or given["unresolved"]:
            found[name] = given
    return found


def _look(statement: ast.stmt, given: dict[str, Any]) -> None:
    """Take up what one statement in the body of a class gives."""
    match statement:
        case ast.Assign(targets=[ast.Name(id="model_arch")], value=held):
            given["own"] = _members(held, statement)
        case ast.AnnAssign(target=ast.Name(id="model_arch"), value=held):
            if held is not None:
                given["own"] = _members(held, statement)
        case ast.ClassDef(body=body):  # the class may hand its work to this one
            inner: dict[str, Any] = {"own": None, "later": [], "unresolved": []}
            for each in body:
                _look(each, inner)
            given["later"] += [*filter(None, [inner["own"]]), *inner["later"]]
            given["unresolved"] += inner["unresolved"]
        case _:
            _look_inside(statement, given)
    for part in (given["own"], *given["later"]):
        if part is not None and part[0] is None:
            given["unresolved"].append([part[1], f"cannot tell which GGUF architecture {_NAME} is given"])
    given["own"] = given["own"] if given["own"] is not None and given["own"][0] is not None else None
    given["later"] = [each for each in given["later"] if each[0] is not None]


def _look_inside(statement: ast.stmt, given: dict[str, Any]) -> None:
    """Take up what a method gives, or a statement under a condition."""
    is_method = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
    for node in ast.walk(statement):
        for target, held in _assigned(node):
            if isinstance(target, ast.Attribute) and target.attr == _NAME:
                given["later"].append(_members(held, statement))
            elif isinstance(target, ast.Name) and target.id == _NAME and not is_method:
                given["unresolved"].append([held.lineno, f"{_NAME} is given under a condition"])


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment, each with its value."""
    match node:
        case ast.Assign(targets=targets, value=held):
            yield from ((target, held) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as held):
            yield target, held
        case _:
            pass


def _members(node: ast.expr, where: ast.stmt, depth: int = 0) -> list[Any]:
    """``[[member], line]``; ``[None, line]`` where it cannot be told."""
    member = member_of(node)
    if member is not None:
        return [[member], node.lineno]
    parts: list[ast.expr] = []
    if isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Name) and isinstance(where, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parts = [
            held
            for each in ast.walk(where)
            for target, held in _assigned(each)
            if isinstance(target, ast.Name) and target.id == node.id
        ]
    found: list[str] = []
    for part in parts if depth < _MOST_STEPS else ():
        inner = _members(part, where, depth + 1)[0]
        if inner is None:
            return [None, node.lineno]
        found += inner
    return [list(dict.fromkeys(found)) or None, node.lineno]


def model_arch_of(
    path: str, name: str, classes: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]
) -> ModelArch:
    """What a converter may give its file.

    Args:
        path: of its module.
        name: of its class.
        classes: path -> what ``decorated_classes`` says of that module.
        given: path -> what ``given_architectures`` says of it.
    """
    order = _order((path, name), classes, ())
    own = next((_of(at, given)["own"] for at in order if _of(at, given)["own"] is not None), None)
    where = next((at[0] for at in order if _of(at, given)["own"] is not None), path)
    members = [*(own[0] if own is not None else ())]
    unresolved = []
    for at in order:
        for later, _ in _of(at, given)["later"]:
            members += later
        unresolved += [(at[0], line, reason) for line, reason in _of(at, given)["unresolved"]]
    line = own[1] if own is not None else classes[path]["classes"].get(name, {"line": 0})["line"]
    return ModelArch(
        members=tuple(dict.fromkeys(members)), path=where, line=line, unresolved=tuple(unresolved)
    )


_NOTHING: dict[str, Any] = {"own": None, "later": [], "unresolved": []}


def _of(at: tuple[str, str], given: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = given.get(at[0], {}).get(at[1], _NOTHING)
    return found


def _order(
    at: tuple[str, str], classes: Mapping[str, Any], below: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """The classes in which Python looks an attribute up, as far as they are in these modules."""
    path, name = at
    known = classes.get(path, {"classes": {}})["classes"].get(name)
    if known is None or at in below or len(below) > _MOST_CLASSES:
        return (at,)
    bases = [base for each in known["bases"] if (base := _found(path, each, classes)) is not None]
    return linearize(at, [_order(base, classes, (*below, at)) for base in bases])


def _found(path: str, name: str, classes: Mapping[str, Any]) -> tuple[str, str] | None:
    """Where a class is defined that a module names."""
    for _ in range(_MOST_STEPS):
        known = classes.get(path)
        if known is None:
            return None
        if name in known["classes"]:
            return path, name
        if name not in known["imports"]:
            return None
        level, module, attribute = known["imports"][name]
        there = next((each for each in candidates(path, level, module) if each in classes), None)
        if there is None:
            return None
        path, name = there, attribute
    return None
