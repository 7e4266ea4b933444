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

__all__ = ["Converters", "ModelArch", "given_architectures"]

_NAME = "model_arch"
_UNCLEAR = f"cannot tell which GGUF architecture {_NAME} is given"
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
        case (
            ast.Assign(targets=[ast.Name(id="model_arch")], value=ast.expr() as held)
            | ast.AnnAssign(target=ast.Name(id="model_arch"), value=ast.expr() as held)
        ):
            member = member_of(held)
            given["own"] = None if member is None else [[member], held.lineno]
            if member is None:
                given["unresolved"].append([held.lineno, _UNCLEAR])
        case ast.AnnAssign(target=ast.Name(id="model_arch")):
            pass  # it is declared, and not given
        case ast.ClassDef(body=body):  # the class may hand its work to this one
            inner: dict[str, Any] = {"own": None, "later": [], "unresolved": []}
            for each in body:
                _look(each, inner)
            given["later"] += [*filter(None, [inner["own"]]), *inner["later"]]
            given["unresolved"] += inner["unresolved"]
        case _:
            _look_inside(statement, given)


def _look_inside(statement: ast.stmt, given: dict[str, Any]) -> None:
    """Take up what a method gives, or a statement under a condition."""
    is_method = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
    local: dict[str, list[ast.expr]] = {}
    asked: list[ast.expr] = []
    for node in ast.walk(statement):
        for target, held in _assigned(node):
            if isinstance(target, ast.Attribute) and target.attr == _NAME:
                asked.append(held)
            elif isinstance(target, ast.Name) and target.id == _NAME and not is_method:
                given["unresolved"].append([held.lineno, f"{_NAME} is given under a condition"])
            elif isinstance(target, ast.Name) and is_method:
                local.setdefault(target.id, []).append(held)
    if not asked:
        return
    members, clear = _members(asked, local)
    if clear:
        given["later"].append([members, asked[0].lineno])
    else:
        given["unresolved"].append([asked[0].lineno, _UNCLEAR])


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment, each with its value."""
    match node:
        case ast.Assign(targets=targets, value=held):
            yield from ((target, held) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as held):
            yield target, held
        case _:
            pass


def _members(asked: list[ast.expr], local: Mapping[str, list[ast.expr]]) -> tuple[list[str], bool]:
    """The members that some values may be, and whether these are all; each name is looked up once."""
    members: dict[str, None] = {}
    waiting, seen = list(reversed(asked)), set[str]()
    while waiting:
        node = waiting.pop()
        member = member_of(node)
        if member is not None:
            members[member] = None
        elif isinstance(node, ast.IfExp):
            waiting += [node.orelse, node.body]
        elif isinstance(node, ast.Name) and node.id in local:
            waiting += reversed(local[node.id]) if node.id not in seen else []
            seen.add(node.id)
        else:
            return list(members), False
    return list(members), True


class Converters:
    """The classes of the converters' modules, with what each gives its file."""

    def __init__(self, classes: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]) -> None:
        """Look at modules.

        Args:
            classes: path -> what ``decorated_classes`` says of that module.
            given: path -> what ``given_architectures`` says of it.
        """
        self._classes, self._given = classes, given
        self._orders: dict[_At, tuple[_At, ...]] = {}

    def model_arch(self, path: str, name: str) -> ModelArch:
        """What the converter of that module and name may give its file."""
        order = self.order(path, name)
        parts = [(at, self._given.get(at[0], {}).get(at[1], _NOTHING)) for at in order]
        first = next(((at[0], part["own"]) for at, part in parts if part["own"] is not None), None)
        known = self._classes.get(path, _NO_MODULE)["classes"].get(name, {"line": 0})
        where, (members, line) = first if first is not None else (path, ([], known["line"]))
        later = [member for _, part in parts for found, _ in part["later"] for member in found]
        return ModelArch(
            members=tuple(dict.fromkeys((*members, *later))),
            path=where,
            line=line,
            unresolved=tuple(
                (at[0], at_line, why) for at, part in parts for at_line, why in part["unresolved"]
            ),
        )

    def order(self, path: str, name: str) -> tuple[_At, ...]:
        """The class of that module and name and its bases, as Python looks an attribute up in them."""
        return self._order((path, name), ())

    def _order(self, at: _At, below: tuple[_At, ...]) -> tuple[_At, ...]:
        """The classes in which Python looks an attribute up, as far as they are in these modules."""
        if at in self._orders:
            return self._orders[at]
        path, name = at
        known = self._classes.get(path, _NO_MODULE)["classes"].get(name)
        if known is None or at in below or len(below) > _MOST_CLASSES:
            return (at,)
        bases = [base for each in known["bases"] if (base := self._found(path, each)) is not None]
        found = linearize(at, [self._order(base, (*below, at)) for base in bases])
        self._orders[at] = found
        return found

    def _found(self, path: str, name: str) -> _At | None:
        """Where a class is defined that a module names."""
        for _ in range(_MOST_STEPS):
            known = self._classes.get(path, _NO_MODULE)
            if name in known["classes"]:
                return path, name
            if name not in known["imports"]:
                return None
            level, module, attribute = known["imports"][name]
            there = next((each for each in candidates(path, level, module) if each in self._classes), None)
            if there is None:
                return None
            path, name = there, attribute
        return None


_At = tuple[str, str]
"""A class: the path of its module, and its name."""
_NOTHING: dict[str, Any] = {"own": None, "later": [], "unresolved": []}
_NO_MODULE: dict[str, Any] = {"classes": {}, "imports": {}}
