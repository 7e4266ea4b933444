"""What optimum-intel registers for OpenVINO: the model types above its export classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import running
from archtrack.core.python.module import Module
from archtrack.core.python.names import binding_of
from archtrack.core.python.source import module_name
from archtrack.core.python.values import UnresolvedError, last_name
from archtrack.engines._decorators import registering_calls
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .files import MODEL_CONFIGS, VERSION_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["registered_facts", "registered_in", "scan"]

_EXPORTER = "openvino"
_LIBRARY = "transformers"
_MOST = 200
"""Parts of the tasks of one decorator; a real one has twelve."""


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns OpenVINO
    """The model types that a release registers.

    Raises:
        SourceError: it is not optimum-intel 1.16 or later, or a file cannot be read.
    """
    facts = registered_in(library)
    return Inventory(
        engine="openvino",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(sorted(_registrations(facts["registered"]), key=lambda each: each.name)),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=MODEL_CONFIGS, line=line))
            for line, reason in sorted(facts["unresolved"])
        ),
        pins=pins_of(library),
    )


def registered_in(library: Library) -> dict[str, Any]:
    """What ``registered_facts`` says of the release.

    Raises:
        SourceError: it is not optimum-intel 1.16 or later, or a file cannot be read.
    """
    if MODEL_CONFIGS not in library.paths(MODEL_CONFIGS):
        raise SourceError(
            f"{library.origin.location} has no {MODEL_CONFIGS}: it is not optimum-intel 1.16 or later; name another"
            " source"
        )
    found: dict[str, Any] = library.facts((MODEL_CONFIGS,), "openvino-types-1", registered_facts)[
        MODEL_CONFIGS
    ]
    return found


def _registrations(rows: Sequence[Sequence[Any]]) -> Iterator[Registration]:
    """One registration per type: of several classes the last one counts, and the tasks of all."""
    groups: dict[str, dict[str, None]] = {}
    for name, _, _, _, _, tasks in rows:
        groups.setdefault(name, {}).update(dict.fromkeys(tasks))
    for name, line, class_name, class_line, condition, _ in {row[0]: row for row in rows}.values():
        yield Registration(
            name=name,
            file=MODEL_CONFIGS.rpartition("/")[2],
            place=Place(file=MODEL_CONFIGS, line=line),
            defined_in=module_name(MODEL_CONFIGS),
            defined=Place(file=MODEL_CONFIGS, line=class_line),
            condition=condition,
            class_name=class_name,
            groups=tuple(groups[name]),
        )


def registered_facts(data: bytes) -> dict[str, Any]:
    """What the decorators of a module register for OpenVINO, of library transformers.

    Args:
        data: the module.

    Returns:
        ``{"registered": [[type, line, class, its line, condition, [task]]], "copies": the line that fills in what
        another package has registered or 0, "unresolved": [[line, reason]]}``.
    """
    module = Module(data, words=(_EXPORTER.encode(), b"_SUPPORTED_MODEL_TYPE"))
    registered: list[list[Any]] = []
    unresolved: list[list[Any]] = []
    if module.problem is not None:
        unresolved.append([module.problem[1], module.problem[0]])
    decorators = _decorators(module, unresolved)
    calls, unread = registering_calls(module, decorators)
    for call, class_name, condition in calls:
        try:
            name, of_library = _named(call)
        except UnresolvedError as error:
            unresolved.append([error.line, error.reason])
            continue
        if of_library != _LIBRARY:
            continue
        tasks: list[str] = []
        try:
            tasks = _tasks(call.args[1:], module)
        except UnresolvedError as error:  # the type is registered all the same
            unresolved.append([error.line, error.reason])
        class_line = module.classes[class_name].lineno if class_name in module.classes else call.lineno
        registered.append([name, call.args[0].lineno, class_name, class_line, condition, tasks])
    copies = min((line for node in ast.walk(module.tree) if (line := _filled(node))), default=0)
    return {"registered": registered, "copies": copies, "unresolved": [*unresolved, *unread]}


def _decorators(module: Module, unresolved: list[list[Any]]) -> tuple[str, ...]:
    """The names of what registers for OpenVINO: ``name = TasksManager.create_register("openvino")``."""
    found: list[str] = []
    named: set[int] = set()
    for name, value in module.values.items():
        if _exporter(value) == _EXPORTER:
            named.add(id(value))
            try:
                binding_of(module, name, value)
            except UnresolvedError as error:
                unresolved.append([error.line, error.reason])
            found.append(name)
    unresolved += [
        [node.lineno, "cannot tell what is registered with this decorator"]
        for node in running(module.tree)
        if isinstance(node, ast.Call) and id(node) not in named and _exporter(node) in {None, _EXPORTER}
    ]
    if not found and module.problem is None:
        unresolved.append([1, f'no decorator is made by `create_register("{_EXPORTER}")`'])
    return tuple(found)


def _exporter(node: ast.AST) -> str | None:
    """For what a call of ``create_register`` makes a decorator; None where that is not said, empty for no such call."""
    match node:
        case ast.Call(func=ast.Name() | ast.Attribute() as function, args=parts):
            if last_name(function) != "create_register":
                return ""
            first = parts[0] if parts else None
            return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        case _:
            return ""


def _named(call: ast.Call) -> tuple[str, str]:
    """The model type and the library.

    Raises:
        UnresolvedError: one of them cannot be told.
    """
    library = _LIBRARY
    for keyword in call.keywords:
        match keyword:
            case ast.keyword(arg="library_name", value=ast.Constant(value=str() as library)):
                pass
            case _:
                raise UnresolvedError(keyword.value)
    match call.args:
        case [ast.Constant(value=str() as name), *_]:
            return name, library
        case [first, *_]:
            raise UnresolvedError(first)
        case _:
            raise UnresolvedError(call)


def _tasks(given: Sequence[ast.expr], module: Module) -> list[str]:
    """The tasks, with past or without, those of starred lists included, also where a list has a name.

    Raises:
        UnresolvedError: one of them cannot be told.
    """
    found: dict[str, None] = {}
    waiting = [*given[::-1]]
    for _ in range(_MOST):
        if not waiting:
            return list(found)
        node = waiting.pop()
        match node:
            case ast.Constant(value=str() as task):
                found[task.removesuffix("-with-past")] = None
            case ast.Starred(value=ast.List() | ast.Tuple() as listed) if len(listed.elts) <= _MOST:
                waiting += listed.elts[::-1]
            case ast.Starred(value=ast.Name(id=name)):
                bound = binding_of(module, name, node).bound
                if not isinstance(bound, (ast.List, ast.Tuple)) or len(bound.elts) > _MOST:
                    raise UnresolvedError(node)
                waiting += bound.elts[::-1]
            case _:
                raise UnresolvedError(node)
    raise UnresolvedError(given[0], f"more than {_MOST} tasks")


def _filled(node: ast.AST) -> int:
    """The line of a statement that puts something into the registry besides the decorators; 0 for any other.

    It sets ``….["openvino"]``, or an item of ``_SUPPORTED_MODEL_TYPE``.
    """
    if not isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        return 0
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        inner: ast.expr = target
        while isinstance(inner, ast.Subscript):
            if isinstance(inner.slice, ast.Constant) and inner.slice.value == _EXPORTER:
                return node.lineno
            inner = inner.value
            if isinstance(inner, ast.Attribute) and inner.attr == "_SUPPORTED_MODEL_TYPE":
                return node.lineno
    return 0
