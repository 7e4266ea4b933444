"""The calls by which the functions of a module register architectures in vLLM.

Read are ``ModelRegistry.register_model(architecture, class)`` with names that are written out, under a constant of the
module or in a loop over ``TABLE.items()`` or over pairs that are written out; and the rows of a table of the plugin's
own, which functions may add to by ``TABLE["Architecture"] = Class``. The table of a loop may be in another module.

What is registered under a name that a function is handed is registered by whoever calls that: such a call says nothing.
So does one on a registry that is called otherwise, or on the object of a class (``self``).

Facts are JSON: ``{"calls": [[architecture, line, class or null, condition, table or null]], "loops": [{"over": [level,
module, attribute], "key", "values": [name], "name", "class", "line", "condition"}], "unresolved": [[line, reason]]}``.
A class is ``module:Class``; in a loop what stands for a variable is its name between two NUL characters.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from archtrack.core.python.changes import ANY, running, stored
from archtrack.core.python.conditions import both
from archtrack.core.python.module import Import, Module, binds, statements
from archtrack.core.python.tables import table_facts
from archtrack.core.python.values import UnresolvedError, last_name, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["call_facts", "filled", "rows_of", "table_rows"]

_METHOD = "register_model"
_REGISTRY = "ModelRegistry"
_PARAMETERS = ("model_arch", "model_cls")
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.Match)
_T = TypeVar("_T")
_MOST = 5_000
"""Calls in one module: more is no plugin."""


def call_facts(data: bytes, called: Sequence[str], own_tables: Sequence[str]) -> dict[str, Any]:
    """What a module registers; see above. Nothing of one in which no word of it occurs.

    Args:
        data: the file.
        called: the functions that are called in any case.
        own_tables: the tables that count beside vLLM's registry.
    """
    words = tuple(word.encode() for word in (_METHOD, *own_tables))
    facts: dict[str, Any] = {"calls": [], "loops": [], "unresolved": [], "own": []}
    if not any(word in data for word in words):
        return facts
    module = Module(data, words)
    if module.problem is not None:
        facts["unresolved"].append([module.problem[1], module.problem[0]])
        return facts
    reader = _Reader(module, data, called, own_tables, facts)
    reader.block(module.tree.body, None, _Scope(imports=module.imports, constants=module.constants))
    reader.own()
    return facts


def filled(template: str | None, values: Mapping[str, str]) -> str | None:
    """A text of a loop with its variables filled in; None where one is not known."""
    if template is None:
        return None
    pieces = template.split("\0")
    known = [values.get(piece) if at % 2 else piece for at, piece in enumerate(pieces)]
    return None if None in known else "".join(piece for piece in known if piece is not None)


def table_rows(loop: Mapping[str, Any], facts: Mapping[str, Any], attribute: str) -> list[list[Any]] | None:
    """What a loop over a table registers: ``[architecture, line, class, condition]``; None where that is no table."""
    table = facts["tables"].get(attribute)
    if table is None or any(name == attribute for name, _, _ in facts["unresolved"]):
        return None
    return rows_of(loop, table["rows"])


def rows_of(loop: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> list[list[Any]] | None:
    """The same for rows ``[key, line, value, condition]``."""
    found: list[list[Any]] = []
    for key, line, value, condition in rows:
        held = value if isinstance(value, list) else [value]
        named = loop["values"] if len(held) == len(loop["values"]) else []
        known = {name: each for name, each in zip(named, held, strict=False) if isinstance(each, str)}
        known[loop["key"]] = key
        name = filled(loop["name"], known)
        if name is None:
            return None
        found.append([name, line, filled(loop["class"], known), both(loop["condition"], condition)])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What names stand for at some place.

    Attributes:
        imports: name -> where it comes from.
        constants: name -> the string that it stands for; of the variables of a loop what marks them.
        handed: the names that the functions around it are handed.
        local: the names that they bind.
        function: the functions and classes around it, with dots.
        loop: the loop around it that is read.
    """

    imports: Mapping[str, Import]
    constants: Mapping[str, str]
    handed: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    function: str = ""
    loop: _Loop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loop:
    """A loop over a table: where that is, or its rows; and its variables."""

    over: list[Any] | None
    rows: list[list[Any]] = field(default_factory=list)
    key: str
    values: list[str]


class _Names(Mapping[str, _T]):
    """What names stand for in a function: as around it, but for those that it binds. Nothing is copied."""

    def __init__(self, outer: Mapping[str, _T], own: frozenset[str], more: Mapping[str, _T]) -> None:
        self._outer = outer
        self._own = own
        self._more = more

    def __getitem__(self, name: str) -> _T:
        if name in self._more:
            return self._more[name]
        if name in self._own:
            raise KeyError(name)
        return self._outer[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._more, *(name for name in self._outer if name not in self._own)]))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _imports(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Import]:
    """What a function imports; a name that it takes from one module or another is none of them."""
    found: dict[str, set[Import]] = {}
    for statement in node.body:
        for part in running(statement):
            if isinstance(part, (ast.Import, ast.ImportFrom)):
                for name, bound in binds(part):
                    if isinstance(bound, Import):
                        found.setdefault(name, set()).add(bound)
    return {name: each.pop() for name, each in found.items() if len(each) == 1}


class _Reader:
    """Goes through a module and the functions in it."""

    def __init__(
        self,
        module: Module,
        data: bytes,
        called: Sequence[str],
        own_tables: Sequence[str],
        facts: dict[str, Any],
    ) -> None:
        self._module = module
        self._data = data
        self._called = called
        self._own_tables = own_tables
        self._facts = facts
        self._tables: dict[str, Any] | None = None
        self._around = self._around_words()

    def _around_words(self) -> set[int]:
        """The nodes in which something that may register stands, by their ids."""
        words = {_METHOD, *self._own_tables}
        parents: dict[int, ast.AST] = {}
        there = []
        for node in ast.walk(self._module.tree):
            parents.update((id(child), node) for child in ast.iter_child_nodes(node))
            if (isinstance(node, ast.Attribute) and node.attr == _METHOD) or (
                isinstance(node, ast.Name) and node.id in words
            ):
                there.append(node)
        found: set[int] = set()
        for each in there:
            above: ast.AST | None = each
            while above is not None and id(above) not in found:
                found.add(id(above))
                above = parents.get(id(above))
        return found

    def block(self, body: list[ast.stmt], condition: str | None, scope: _Scope) -> None:
        """Read the statements of a block, and of the functions and classes in it."""
        for statement in statements(body):
            node, test = statement.node, both(condition, statement.condition)
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                    self._inside(node, test, scope)
                case ast.For(target=target, iter=over, body=inner, orelse=[]) if self._registers(node):
                    loop = None if scope.loop is not None else self._loop(target, over, scope)
                    if loop is None:
                        self._unread(node, over, scope)
                        continue
                    marks = {name: f"\0{name}\0" for name in (loop.key, *loop.values)}
                    known = _Names(scope.constants, frozenset(), marks)
                    self.block(inner, test, replace(scope, constants=known, loop=loop))
                case _ if isinstance(node, _LOOPS):
                    self._unread(node, node, scope)
                case _:
                    self._leaf(node, test, scope)

    def _inside(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, test: str | None, scope: _Scope
    ) -> None:
        if not self._registers(node):
            return
        name = f"{scope.function}.{node.name}".lstrip(".")
        inner = replace(scope, function=name)
        if not isinstance(node, ast.ClassDef):
            if node.name not in self._called:
                test = both(test, f"`{name}` is called")
            spec = node.args
            handed = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
            handed += [each for each in (spec.vararg, spec.kwarg) if each is not None]
            names = frozenset(each.arg for each in handed)
            own = names | frozenset(each for part in node.body for each in stored(part))
            imports = _imports(node)
            inner = replace(
                inner,
                imports=_Names(scope.imports, own, imports),
                constants=_Names(scope.constants, own, {}),
                handed=(scope.handed - own) | names,
                local=scope.local | own,
                loop=None,
            )
        self.block(node.body, test, inner)

    def _leaf(self, node: ast.stmt, test: str | None, scope: _Scope) -> None:
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and self._is_registering(part, scope):
                self._call(part, test, scope)
            elif isinstance(part, ast.Call) and self._changes_own(part):
                self._say(part, UnresolvedError(part).reason)
        match node:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=table), slice=key)], value=made) if (
                table in self._own_tables
            ):
                self._take(key, made, test, scope, table)
            case _:
                pass

    def own(self) -> None:
        """Read the plugin's own tables at the top level of the module."""
        for name in self._own_tables:
            if name not in self._module.bindings:
                continue
            if not all(isinstance(each.bound, Import) for each in self._module.bindings[name]):
                self._facts["own"].append(name)
            found = self._found_tables()
            for key, line, _, condition in found["tables"].get(name, {"rows": []})["rows"]:
                self._facts["calls"].append([key, line, None, condition, name])
            self._facts["unresolved"] += [
                [line, reason] for table, line, reason in found["unresolved"] if table == name
            ]

    # -- one call ------------------------------------------------------------------------------------

    def _registers(self, node: ast.AST) -> bool:
        """Whether there is anything in a statement that may register something."""
        return id(node) in self._around

    def _is_registering(self, call: ast.Call, scope: _Scope) -> bool:
        """Whether a call registers in vLLM; what cannot be told of one with two arguments is said."""
        function = call.func
        if last_name(function) != _METHOD or not isinstance(function, (ast.Name, ast.Attribute)):
            return False
        of = function.value if isinstance(function, ast.Attribute) else None
        found = scope.imports.get(of.id) if isinstance(of, ast.Name) else None
        name = last_name(of) if of is not None else ""
        if name == _REGISTRY or (found is not None and found.attribute == _REGISTRY):
            return True
        another = name in {"self", "cls", "super"} or name.endswith("Registry")
        if len(call.args) + len(call.keywords) >= len(_PARAMETERS) and not another:
            self._say(call, UnresolvedError(call, f"cannot tell whose `{_METHOD}` this is").reason)
        return False

    def _changes_own(self, call: ast.Call) -> bool:
        function = call.func
        return (
            isinstance(function, ast.Attribute)
            and isinstance(function.value, ast.Name)
            and function.value.id in self._own_tables
            and function.attr in {"update", "setdefault", "__setitem__"}
        )

    def _call(self, call: ast.Call, test: str | None, scope: _Scope) -> None:
        given = dict(zip(_PARAMETERS, call.args, strict=False))
        given |= {each.arg: each.value for each in call.keywords if each.arg is not None}
        name = given.get(_PARAMETERS[0])
        if name is None or isinstance(name, ast.Starred):
            self._say(call, UnresolvedError(call).reason)
        else:
            self._take(name, given.get(_PARAMETERS[1]), test, scope, None)

    def _take(
        self, name: ast.expr, made: ast.expr | None, test: str | None, scope: _Scope, table: str | None
    ) -> None:
        """Note one registration, or what a loop over rows makes of it."""
        if len(self._facts["calls"]) + len(self._facts["unresolved"]) > _MOST:
            return
        known = text(name, scope.constants)
        target = self._class(made, scope) if made is not None else None
        if known is None:
            if not (isinstance(name, ast.Name) and name.id in scope.handed):
                self._say(name, UnresolvedError(name).reason)
        elif "\0" not in known or scope.loop is None:
            target = target if target is None or "\0" not in target else None
            self._facts["calls"].append([known, name.lineno, target, test, table])
        else:
            self._looped(scope.loop, known, target, name.lineno, test)

    def _looped(self, loop: _Loop, name: str, target: str | None, line: int, test: str | None) -> None:
        said = {
            "over": loop.over,
            "key": loop.key,
            "values": loop.values,
            "name": name,
            "class": target,
            "line": line,
            "condition": test,
        }
        if loop.over is not None:
            self._facts["loops"].append(said)
            return
        rows = rows_of(said, loop.rows)
        if rows is None:
            self._facts["unresolved"].append([line, "cannot tell what the loop registers"])
        else:
            self._facts["calls"] += [[*row, None] for row in rows]

    def _class(self, made: ast.expr, scope: _Scope) -> str | None:
        """``module:Class`` of what is registered; None where it is not plainly written."""
        known = text(made, scope.constants)
        if known is not None:
            return known
        found = scope.imports.get(made.id) if isinstance(made, ast.Name) else None
        if found is None or found.attribute is None:
            return None
        return f"{'.' * found.level}{found.module}:{found.attribute}"

    # -- loops ---------------------------------------------------------------------------------------

    def _loop(self, target: ast.expr, over: ast.expr, scope: _Scope) -> _Loop | None:
        """What a loop goes over, if that can be told."""
        match target, over:
            case ast.Name(id=key), ast.Call(
                func=ast.Attribute(value=ast.Name(id=table), attr="keys"), args=[]
            ):
                names: list[str] = []
            case ast.Name(id=key), ast.Name(id=table):
                names = []
            case (
                ast.Tuple(elts=[ast.Name(id=key), value]),
                ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="items"), args=[]),
            ):
                parts = value.elts if isinstance(value, ast.Tuple) else [value]
                names = [part.id for part in parts if isinstance(part, ast.Name)]
                if len(names) < len(parts):
                    return None
            case _:
                return self._pairs(target, over, scope)
        if table in scope.imports:
            found = scope.imports[table]
            if found.attribute is None:
                return None
            return _Loop(over=[found.level, found.module, found.attribute], key=key, values=names)
        rows = self._own_rows(table) if self._is_global(table, scope) else None
        if rows is None:
            return self._pairs(target, over, scope)
        return _Loop(over=None, rows=rows, key=key, values=names)

    def _pairs(self, target: ast.expr, over: ast.expr, scope: _Scope) -> _Loop | None:
        """A loop over a list of pairs, or of names, that is written out."""
        if isinstance(over, ast.Name) and self._is_global(over.id, scope):
            bound = self._module.bindings[over.id]
            alone = len(bound) == 1 and self._module.changed.keys().isdisjoint({over.id, ANY})
            over = bound[0].bound if alone and isinstance(bound[0].bound, ast.expr) else over
        if not isinstance(over, (ast.List, ast.Tuple)):
            return None
        parts = target.elts if isinstance(target, ast.Tuple) else [target]
        names = [part.id for part in parts if isinstance(part, ast.Name)]
        if len(names) < len(parts):
            return None
        rows: list[list[Any]] = []
        for each in over.elts:
            held = each.elts if isinstance(each, (ast.Tuple, ast.List)) else [each]
            texts = [text(part, scope.constants) for part in held]
            if len(texts) != len(names) or texts[0] is None:
                return None
            rows.append([texts[0], each.lineno, texts[1:], None])
        return _Loop(over=None, rows=rows, key=names[0], values=names[1:])

    def _is_global(self, name: str, scope: _Scope) -> bool:
        """Whether a name is that of the module, as far as the functions around it tell."""
        return name in self._module.bindings and name not in scope.local

    def _own_rows(self, name: str) -> list[list[Any]] | None:
        """The rows of a table of the module, if all of them are known."""
        found = self._found_tables()
        if any(table == name for table, _, _ in found["unresolved"]):
            return None
        rows: list[list[Any]] | None = found["tables"].get(name, {}).get("rows")
        return rows

    def _found_tables(self) -> dict[str, Any]:
        if self._tables is None:
            self._tables = table_facts(self._data)
        return self._tables

    # -- what cannot be read -------------------------------------------------------------------------

    def _unread(self, node: ast.AST, what: ast.AST, scope: _Scope) -> None:
        """Say of each call in a block that is not followed that it is not read."""
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and self._is_registering(part, scope):
                self._say(part, UnresolvedError(what).reason)

    def _say(self, node: ast.AST, reason: str) -> None:
        self._facts["unresolved"].append([getattr(node, "lineno", 0), reason])
