"""What CTranslate2 registers: the configuration classes that a loader stands below."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.source import module_name
from archtrack.engines._decorators import decorated_classes
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .files import CONVERTER, VERSION_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["loaders_of", "registry_facts", "scan"]

_DECORATOR = "register_loader"
_TABLE = "_MODEL_LOADERS"


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns CTranslate2
    """The configuration classes that a release has a loader for.

    Raises:
        SourceError: it is not CTranslate2 2.17.0 or later, or a file cannot be read.
    """
    if CONVERTER not in library.paths(CONVERTER):
        raise SourceError(
            f"{library.origin.location} has no {CONVERTER}: it is not CTranslate2 2.17.0 or later; name another source"
        )
    facts = _facts(library)
    found = {
        name: Registration(
            name=name,
            file=CONVERTER.removeprefix("ctranslate2/"),
            place=Place(file=CONVERTER, line=line),
            defined_in=module_name(CONVERTER),
            defined=Place(file=CONVERTER, line=facts["classes"][class_name]["line"]),
            condition=condition,
            class_name=class_name,
        )
        for name, line, class_name, condition in facts["registered"]
        if class_name in facts["classes"]
    }
    return Inventory(
        engine="ctranslate2",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(each for _, each in sorted(found.items())),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=CONVERTER, line=line))
            for line, reason in sorted({(line, reason) for line, reason in facts["unresolved"]})
        ),
        pins=pins_of(library),
    )


def loaders_of(library: Library) -> dict[str, str]:
    """Configuration class -> name of the loader's class; of two loaders for one the later counts.

    Raises:
        SourceError: a file cannot be read.
    """
    facts = _facts(library)
    return {name: loader for name, _, loader, _ in facts["registered"] if loader in facts["classes"]}


def _facts(library: Library) -> Any:
    return library.facts((CONVERTER,), "ctranslate2-registry-1", registry_facts)[CONVERTER]


def registry_facts(data: bytes) -> dict[str, Any]:
    """As ``decorated_classes``, with what else may change the table among the unresolved.

    Args:
        data: the module.
    """
    facts = decorated_classes(data, (_DECORATOR,))
    unresolved = [*facts["unresolved"], *_changes(Module(data, words=(_TABLE.encode(),)))]
    unresolved += [
        [line, f"cannot tell which class {name} is registered for"]
        for name, line, loader, _ in facts["registered"]
        if loader not in facts["classes"]
    ]
    return {**facts, "unresolved": unresolved}


def _changes(module: Module) -> Iterator[list[Any]]:
    """What changes the table of loaders beside the decorator, and a decorator that is not there."""
    if module.problem is not None:
        return
    bound = module.bindings.get(_TABLE, [])
    if module.function(_DECORATOR) is None or not bound:
        yield [0, f"`{_DECORATOR}` and `{_TABLE}` are not both defined at the top level"]
    changed = {each.line for each in bound[1:]}
    changed |= {each.line for each in bound if not (isinstance(each.bound, ast.Dict) and not each.bound.keys)}
    own = module.function(_DECORATOR)
    inside = {id(part) for part in ast.walk(own)} if own is not None else set()
    for part in ast.walk(module.tree):
        if id(part) not in inside and _changes_table(part):
            changed.add(getattr(part, "lineno", 0))
    for line in sorted(changed):
        yield [line, f"`{_TABLE}` is not only what the decorator puts into an empty dict"]


def _changes_table(part: ast.AST) -> bool:
    """Whether this changes the table in place: what ``get`` and ``keys`` give does not."""
    match part:
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name == _TABLE:
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if name == _TABLE:
            return method not in {"get", "items", "keys", "values"}
        case ast.AugAssign(target=ast.Name(id=name)) | ast.Delete(targets=[ast.Name(id=name)]):
            return name == _TABLE
        case ast.Assign(value=ast.Name(id=name)) | ast.AnnAssign(value=ast.Name(id=name)):
            return name == _TABLE
        case _:
            return False
