"""The model types for which SGLang itself gives transformers' ``AutoConfig`` a class.

Three ways: ``_CONFIG_REGISTRY`` beside ``get_config``, a dict by the class attribute ``model_type`` that a loop hands
to ``AutoConfig.register``; that method called for single classes; and ``CONFIG_MAPPING``, into which modules of
``configs`` put a class themselves. A registry that no loop hands on (until 0.2.14) is asked after ``AutoConfig`` only,
so it makes no type known.

A key that is ``Class.model_type`` needs the class: it is followed through imports. Where it is of another package
(vLLM's ``ChatGLMConfig`` until 0.4.1) its name is kept, as one of which the type is not known.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from archtrack.core.python.conditions import short
from archtrack.core.python.module import TRIES, Module
from archtrack.core.python.source import candidates
from archtrack.core.python.values import dotted
from archtrack.core.verdict.release_facts import Fact
from archtrack.errors import SourceError
from archtrack.model import Place

from .files import COMMON, CONFIGS, GET_CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archtrack.sources.library import Library

__all__ = ["Types", "type_facts", "types_of"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_REGISTRY = "_CONFIG_REGISTRY"
_TYPE = "model_type"
_AUTO = frozenset({"AutoConfig", "CONFIG_MAPPING"})
_WORDS = (b"AutoConfig", b"CONFIG_MAPPING", b"_CONFIG_REGISTRY")
_MAX_HOPS = 20
_MOST = 250
"""Types that a release may register; the newest registers a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """What was found in a release.

    Attributes:
        known: model type -> row; the value says ``conditional`` where it depends on what can be imported.
        unread: classes that are registered for a type that is not known, and the texts of what is not plainly written.
    """

    known: Mapping[str, Fact]
    unread: tuple[str, ...]


def types_of(library: Library) -> Types | None:
    """The types of a release; None where it has no module that loads configs.

    Raises:
        SourceError: a file cannot be read, or registers more than any release does.
    """
    there = library.paths(*GET_CONFIG, COMMON)
    if not there:
        return None
    paths = dict.fromkeys((*there, *library.paths(CONFIGS)))
    facts = library.facts(tuple(paths), f"sglang-config-types-{REVISION}", type_facts)
    known: dict[str, Fact] = {}
    unread: set[str] = set()
    follow = _Classes(facts)
    left = _MOST
    for path, found in facts.items():
        for line, literal, class_name, listed, conditional in found["rows"]:
            for key, missed in follow.keys(path, literal, class_name, listed):
                left -= 1
                if left < 0:
                    raise SourceError(
                        f"{path}:{line}: more model types than any release registers; check the source"
                    )
                if missed is not None:
                    unread.add(missed)
                elif key is not None and (key not in known or (known[key].value and not conditional)):
                    known[key] = Fact(
                        key=key,
                        place=Place(file=path, line=line),
                        value={"conditional": True} if conditional else None,
                    )
    return Types(known={key: known[key] for key in sorted(known)}, unread=tuple(sorted(unread)))


class _Classes:
    """The classes of all modules that were read."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = facts

    def keys(
        self, path: str, literal: str | None, class_name: str | None, listed: str | None
    ) -> Iterator[tuple[str | None, str | None]]:
        """(type, None) for each key of a row, or (None, the class of which the type is not known)."""
        if literal is not None:
            yield literal, None
        elif class_name is not None:
            found = self._type(path, class_name)
            yield found, (class_name if found is None else None)
        elif listed is not None:
            at, name = self._home(path, listed, "lists")
            names = self._facts[at]["lists"].get(name) if at in self._facts else None
            if names is None:
                yield None, listed
            for each in names or ():
                found = self._type(at, each)
                yield found, (each if found is None else None)

    def _home(self, path: str, name: str, kind: str) -> tuple[str, str]:
        """The module that defines what a name stands for in another, and its name there."""
        for _ in range(_MAX_HOPS):
            if path not in self._facts or name in self._facts[path][kind]:
                break
            origin = self._facts[path]["imports"].get(name)
            if origin is None:
                break
            level, module, name = origin
            path = next((each for each in candidates(path, level, module) if each in self._facts), "")
        return path, name

    def _type(self, path: str, name: str) -> str | None:
        """The ``model_type`` of a class, its own or that of its first base that has one."""
        for _ in range(_MAX_HOPS):
            path, name = self._home(path, name, "classes")
            found = self._facts[path]["classes"].get(name) if path in self._facts else None
            if found is None:
                return None
            own, bases = found
            if own is not None or not bases:
                return own if isinstance(own, str) else None
            name = bases[0]
        return None


def type_facts(data: bytes) -> dict[str, Any]:
    """What a module registers, and its classes.

    ``{"rows": [[line, type or null, class or null, list or null, conditional]], "classes": {name: [type or null,
    [base]]}, "imports": {name: [level, module, attribute]}, "lists": {name: [class]}}``. A row has the type, or the
    class whose attribute it is, or the name of a list of such classes.

    Args:
        data: the module. What does not parse registers nothing.
    """
    if not any(word in data for word in (*_WORDS, b"model_type", b"import")):
        return {"rows": [], "classes": {}, "imports": {}, "lists": {}}
    module = Module(data, words=_WORDS)
    reader = _Reader(module)
    return {
        "rows": reader.rows,
        "classes": {name: _class(node) for name, node in module.classes.items()},
        "imports": {
            name: [found.level, found.module, found.attribute]
            for name, found in module.imports.items()
            if found.attribute is not None
        },
        "lists": {name: names for name, value in module.values.items() if (names := _names(value))},
    }


def _class(node: ast.ClassDef) -> list[Any]:
    own: str | None = None
    for each in node.body:
        match each:
            case ast.Assign(targets=[ast.Name(id="model_type")], value=ast.Constant(value=str() as own)):
                pass
            case ast.AnnAssign(target=ast.Name(id="model_type"), value=ast.Constant(value=str() as own)):
                pass
            case _:
                pass
    return [own, [base for base in map(dotted, node.bases) if base is not None and "." not in base]]


def _names(node: ast.expr) -> list[str]:
    """The names in a list or tuple that holds nothing else."""
    elements = node.elts if isinstance(node, (ast.List, ast.Tuple)) else []
    names = [each.id for each in elements if isinstance(each, ast.Name)]
    return names if len(names) == len(elements) else []


_Key = tuple[int, "str | None", "str | None", "str | None"]
"""Line, and the type, the class, or the name of a list of classes."""


class _Reader:
    """What a module registers.

    Attributes:
        rows: see ``type_facts``.
    """

    def __init__(self, module: Module) -> None:
        self.rows: list[list[Any]] = []
        self._registry: list[list[Any]] = []
        self._listed: list[ast.Name] = []  # a list of classes that becomes the registry
        imports = {id(node) for node in ast.walk(module.tree) if isinstance(node, TRIES) and _imports(node)}
        self._optional = imports
        self._walk(module.tree.body)

    def _walk(self, body: Sequence[ast.stmt]) -> None:
        """Every statement with the loops and conditions around it."""
        waiting: list[tuple[ast.stmt, dict[str, list[_Key]], bool]] = [
            (node, {}, False) for node in reversed(body)
        ]
        while waiting:
            node, loops, conditional = waiting.pop()
            if isinstance(node, ast.ClassDef):
                continue
            inside = loops
            if isinstance(node, ast.For):
                inside = {**loops, **self._loop(node)}
            below = conditional or isinstance(node, (ast.If, ast.FunctionDef)) or id(node) in self._optional
            blocks = [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
            blocks += [handler.body for handler in getattr(node, "handlers", [])]
            if not any(blocks):
                self._statement(node, loops, conditional)
            for block in reversed(blocks):
                waiting.extend((each, inside, below) for each in reversed(block))

    def _loop(self, node: ast.For) -> dict[str, list[_Key]]:
        """The variable of a loop over classes, or that of a loop over the keys of a dict, with what it stands for."""
        match node:
            case ast.For(target=ast.Name(id=variable), iter=ast.Tuple() | ast.List() as over):
                return {variable: list(_of_classes(over.elts))}
            case ast.For(target=ast.Name(id=variable), iter=ast.Name(id=name)):
                return {variable: [(node.lineno, None, None, name)]}
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=variable), _]),
                iter=ast.Call(func=ast.Attribute(value=over, attr="items"), args=[]),
            ):
                if isinstance(over, ast.Name) and over.id == _REGISTRY:
                    return {variable: []} if self._hand_on(variable, node) else {}
                if isinstance(over, ast.Dict):
                    return {variable: list(self._keys(over.keys))}
        return {}

    def _hand_on(self, variable: str, node: ast.For) -> bool:
        """Take the registry's rows if the loop registers what it holds."""
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and _registers(part) and _is(part.args[0], variable):
                self.rows, self._registry = [*self.rows, *self._registry][: _MOST + 1], []
                return True
        return False

    def _statement(self, node: ast.stmt, loops: Mapping[str, list[_Key]], conditional: bool) -> None:  # noqa: FBT001
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == _REGISTRY:
                self._make(value, conditional)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name == _REGISTRY:
                self._make(value, conditional)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)]) if name == _REGISTRY:
                _add(self._registry, self._key(key, loops), conditional)
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=[value])
            ) if name == _REGISTRY:
                _add(self._registry, self._table(value), conditional)
            case ast.AugAssign(target=ast.Name(id=name), value=value) if name == _REGISTRY:
                _add(self._registry, self._table(value), conditional)
            case ast.Assign(
                targets=[
                    ast.Subscript(
                        value=ast.Attribute(value=ast.Name(id="CONFIG_MAPPING"), attr="_extra_content"),
                        slice=key,
                    )
                ]
            ):
                _add(self.rows, self._key(key, loops), conditional)
            case ast.Expr(value=ast.Call() as call) if _registers(call):
                _add(self.rows, self._key(call.args[0], loops), conditional)
            case _:
                pass

    def _make(self, value: ast.expr, conditional: bool) -> None:  # noqa: FBT001
        """``_CONFIG_REGISTRY = value``."""
        if isinstance(value, ast.List):
            self._listed = [each for each in value.elts if isinstance(each, ast.Name)]
            return
        if not conditional:
            self._registry.clear()
        _add(self._registry, self._table(value), conditional)

    def _table(self, value: ast.expr) -> Iterator[_Key]:
        """The keys of a dict, also of ``{c.model_type: c for c in [Class, …]}``."""
        match value:
            case ast.Dict(keys=keys):
                yield from self._keys(keys)
            case ast.DictComp(
                key=ast.Attribute(value=ast.Name(id=variable), attr=attribute),
                generators=[ast.comprehension(target=ast.Name(id=target), iter=over)],
            ) if variable == target and attribute == _TYPE:
                elements: Sequence[ast.expr] = over.elts if isinstance(over, (ast.List, ast.Tuple)) else []
                if isinstance(over, ast.Name) and over.id == _REGISTRY:
                    elements = self._listed
                elif isinstance(over, ast.Name):
                    yield over.lineno, None, None, over.id
                elif not isinstance(over, (ast.List, ast.Tuple)):
                    yield _unread(over)
                yield from _of_classes(elements)
            case _:
                yield _unread(value)

    def _keys(self, keys: Iterable[ast.expr | None]) -> Iterator[_Key]:
        for each in keys:
            if each is not None:
                yield from self._key(each, {})

    def _key(self, node: ast.expr, loops: Mapping[str, list[_Key]]) -> list[_Key]:
        match node:
            case ast.Constant(value=str() as literal):
                return [(node.lineno, literal, None, None)]
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if attribute == _TYPE:
                return loops.get(name, [(node.lineno, None, name, None)])
            case ast.Name(id=name) if name in loops:
                return loops[name]
        return [_unread(node)]


def _unread(node: ast.expr) -> _Key:
    """A key that is not plainly written: its text stands in the place of a list that is not known."""
    return node.lineno, None, None, f"`{short(node)}`"


def _of_classes(elements: Iterable[ast.expr]) -> Iterator[_Key]:
    return ((each.lineno, None, each.id, None) for each in elements if isinstance(each, ast.Name))


def _add(rows: list[list[Any]], keys: Iterable[_Key], conditional: bool) -> None:  # noqa: FBT001
    """Add rows, as far as they are not too many: one more than that says so."""
    rows += [[*key, conditional] for key in islice(keys, _MOST + 1 - len(rows))]


def _registers(call: ast.Call) -> bool:
    """Whether this is ``AutoConfig.register(…)`` or ``CONFIG_MAPPING.register(…)``."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="register"), args=[_, *_]):
            return name in _AUTO
    return False


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _imports(node: ast.stmt) -> bool:
    """Whether the body of a ``try`` imports something: it may fail."""
    return any(isinstance(each, (ast.Import, ast.ImportFrom)) for each in getattr(node, "body", ()))
