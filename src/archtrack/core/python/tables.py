"""The tables of a module: dicts at its top level, with the line of each key and the tables that they are made of.

Engines other than SGLang register models in such tables. What is read is what releases have written: literals,
``dict(Name=…)``, ``OrderedDict([(key, value), …])``, ``**`` and ``|`` of other tables, ``.update(…)``, ``table[key] =
…``, ``del``, ``.pop(…)``, and comprehensions over another table or over a list of classes. Whatever else may change a
table makes it unresolved, with the line.

Facts are JSON: ``{"tables": {name: {"line", "rows": [[key, line, value, condition]], "parts": [name]}}, "unresolved":
[[table, line, reason]], "imports": {name: [level, module, attribute]}}``. A key is a string; one that is a tuple of
strings is given with spaces between them. Values are as ``values.value`` gives them.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from .changes import ANY, CHANGES, running, stored
from .conditions import both
from .module import Module
from .names import binding_of
from .table_changes import Effects, is_dict, is_dict_call
from .values import MAX_TEXT, UnresolvedError, dotted, last_name, text, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["OTHER_VALUE", "imports_of_names", "table_facts"]

OTHER_VALUE = "has another value under a condition"
"""How a reason ends where a row is there in any case, and only its value is not known for sure."""
_MAX_ROWS = 50_000
"""In all tables of a module together, each time that one is put: more is no registry."""
_MAX_UNRESOLVED = 200
"""A module with more that cannot be read is no registry either; those that come first tell enough."""
_MAX_DEPTH = 100


def table_facts(
    data: bytes, constants: Mapping[str, str] | None = None, *, of_classes: bool = False
) -> dict[str, Any]:
    """The tables of a module; see above. One that does not parse has a place that belongs to no table.

    Args:
        data: the file.
        constants: strings behind names that the module imports.
        of_classes: read keys that are attributes of a class, too: those of ``{c.key: c for c in [Class, …]}``. Such a
            key is ``Class.key``.
    """
    module = Module(data, words=None)
    reader = _Reader(module, constants or {}, of_classes=of_classes)
    return {
        "tables": {name: table.to_json() for name, table in reader.tables.items()},
        "unresolved": [list(each) for each in reader.unresolved],
        "imports": imports_of_names(module),
    }


def imports_of_names(module: Module) -> dict[str, list[Any]]:
    """Name -> [level, module, attribute] of what a module takes from others."""
    return {
        name: [found.level, found.module, found.attribute]
        for name, found in module.imports.items()
        if found.attribute is not None
    }


@dataclass(frozen=True, slots=True)
class _Row:
    """One row; ``branch`` is the line of the ``if`` or ``try`` that its condition comes from."""

    line: int
    value: object
    condition: str | None = None
    branch: int = 0


@dataclass(slots=True)
class _Table:
    """One dict, as far as it is known at some line; ``shared`` if it has had more than one name."""

    name: str
    line: int
    rows: dict[str, _Row] = field(default_factory=dict)
    shared: bool = False
    parts: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        rows = [[key, row.line, row.value, row.condition] for key, row in self.rows.items()]
        return {"line": self.line, "rows": rows, "parts": list(dict.fromkeys(self.parts))}


class _Reader:
    """Goes through the statements of a module, in order."""

    def __init__(self, module: Module, constants: Mapping[str, str], *, of_classes: bool) -> None:
        self.tables: dict[str, _Table] = {}
        self.unresolved: dict[tuple[str, int, str], None] = {}
        self._module = module
        self._of_classes = of_classes
        own = (module.bindings.keys() - module.imports.keys()) | module.changed.keys()
        self._constants = {name: known for name, known in constants.items() if name not in own}
        self._constants.update(module.constants)
        self._effects = Effects(module)
        if ANY in self._effects.late:
            self._constants.clear()
        self._before: dict[
            str, int
        ] = {}  # name -> line of what changes it in one branch, if it is made in another
        self._rows = 0
        self._lists = False  # whether a table holds a list, which may be changed in place, unlike a tuple
        if module.problem is not None:
            self._say("", module.problem[1], module.problem[0])
        for position, statement in enumerate(module.statements):
            self._position, self._branch = position, statement.branch
            for node in self._repeated(statement.node):
                if len(self.unresolved) <= _MAX_UNRESOLVED:
                    self._look(node)
                    if statement.condition is not None:
                        self._before.update(dict.fromkeys(self._effects.changed(node), node.lineno))
                self._read(node, statement.condition)

    def _look(self, node: ast.stmt) -> None:
        """What a statement does besides what is read."""
        for name, line, reason in list(self._effects.of(node, self.tables)):
            if name == ANY:
                self._constants.clear()
            for each in self.tables if name == ANY else (name,):
                self._say(each, line, reason)
        line = self._effects.taken(node, self.tables) if self._lists else 0
        if line:
            self._lists = False
            for name, table in self.tables.items():
                if any(isinstance(row.value, list) for row in table.rows.values()):
                    self._say(name, line, f"a list in `{name}` may be changed by what takes it from here")

    def _say(self, table: str, line: int, reason: str) -> None:
        """A table is not known for sure, and neither is one that is the same dict under another name."""
        if len(self.unresolved) > _MAX_UNRESOLVED:
            return
        if len(self.unresolved) == _MAX_UNRESOLVED:
            table, reason = "", "too much of the module is not written out"
        if (table, line, reason) in self.unresolved:
            return
        self.unresolved[table, line, reason] = None
        known = self.tables.get(table)
        if known is not None and known.shared:
            for name, each in self.tables.items():
                if each.rows is known.rows:
                    self.unresolved[name, line, reason] = None

    def _try(self, table: _Table, work: Callable[[], None]) -> None:
        """Read a part of a table; where that cannot be done, it is said, and the other parts are read all the same."""
        try:
            work()
        except UnresolvedError as error:
            self._say(table.name, error.line, error.reason)

    # -- statements ----------------------------------------------------------------------------------

    def _repeated(self, node: ast.stmt) -> Iterator[ast.stmt]:
        """The statements of a loop over strings that are written out, once for each; any other statement as it is."""
        match node:
            case ast.For(target=ast.Name(id=variable), iter=over, body=body, orelse=[]) if all(
                isinstance(each, (ast.Assign, ast.Delete, ast.Expr)) and variable not in stored(each)
                for each in body
            ):
                texts = None if variable in self.tables else self._texts(over)
                self._rows += len(texts or ()) * sum(1 for each in body for _ in running(each))
            case _:
                texts = None
        if texts is None or self._rows > _MAX_ROWS:
            yield node
            return
        for each in texts:
            self._constants[variable] = each
            yield from body
        self._constants.pop(variable, None)

    def _texts(self, node: ast.expr) -> list[str] | None:
        """The strings of a list that is written out, here or under a name; None for anything else."""
        try:
            elements = self._elements(node)
        except UnresolvedError:
            return None
        texts = [text(each, self._constants) for each in elements]
        known = [each for each in texts if each is not None]
        return known if len(known) == len(texts) else None

    def _elements(self, node: ast.expr) -> list[ast.expr]:
        """The expressions in a list or tuple that is written out, here or under a name that stands for nothing else."""
        if not isinstance(node, ast.Name):
            if isinstance(node, (ast.List, ast.Tuple)):
                return node.elts
            raise UnresolvedError(node)
        binding = binding_of(self._module, node.id, node, self._position)
        statement = self._module.statements[binding.position].node
        alone = node.id not in self._effects.held and not (
            isinstance(statement, ast.Assign) and len(statement.targets) > 1
        )
        if isinstance(binding.bound, ast.Tuple) or (isinstance(binding.bound, ast.List) and alone):
            return binding.bound.elts
        raise UnresolvedError(node)

    def _read(self, node: ast.stmt, condition: str | None) -> None:
        match node:
            case ast.Assign():
                self._assign_each(node, condition)
            case ast.AnnAssign(target=target, value=ast.expr() as made):
                self._assign(target, made, condition)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.BitOr(), value=made) if name in self.tables:
                self._fill(self.tables[name], condition, lambda part: self._merge(part, made))
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) as call
            ) if name in self.tables and method in CHANGES:
                self._try(self.tables[name], partial(self._call, self.tables[name], method, call, condition))
            case ast.Delete(targets=targets):
                for each in targets:
                    self._delete(each, condition)
            case ast.AnnAssign(value=None):
                pass
            case _:
                for name in stored(node):
                    self.tables.pop(name, None)

    def _assign_each(self, node: ast.Assign, condition: str | None) -> None:
        made: ast.expr = node.value
        for target in node.targets:
            self._assign(target, made, condition)
            if isinstance(target, ast.Name) and target.id in self.tables:
                made = target  # the next target is another name for the same table
        names = [each.id for each in node.targets if isinstance(each, ast.Name)]
        for name in names if len(names) < len(node.targets) else ():
            if name in self.tables:
                self._say(name, node.lineno, f"`{name}` may be changed through what else holds it")

    def _assign(self, target: ast.expr, made: ast.expr, condition: str | None) -> None:
        match target:
            case ast.Subscript(value=ast.Name(id=name), slice=key) if name in self.tables:
                self._fill(self.tables[name], condition, lambda part: self._set(part, key, made))
            case ast.Name(id=name) if self._is_table(made):
                self._make(name, made, condition)
            case _:
                lost = self._effects.holds(made, self.tables)
                for name in stored(target):
                    if lost or (condition is not None and name in self.tables):
                        self._say(name, target.lineno, UnresolvedError(made).reason)
                    if condition is None:
                        self.tables.pop(name, None)

    def _make(self, name: str, made: ast.expr, condition: str | None) -> None:
        """``name = made``, which is a table."""
        table, before = _Table(name, made.lineno), self.tables.get(name)
        same = made.id if isinstance(made, ast.Name) else None
        if same is not None and condition is None:
            table.rows, table.parts = self.tables[same].rows, [same]
            table.shared = self.tables[same].shared = True
            self._inherit(table, same)
        else:
            if condition is not None:
                if before is None and name in self._before:
                    self._say(name, self._before[name], f"cannot tell what is done to `{name}` here")
                if before is None and self._is_bound(name):
                    self._say(name, made.lineno, f"`{name}` may be something else")
                if same is not None or (before is not None and before.shared):
                    for each in (name, same or name):
                        self._say(each, made.lineno, f"`{name}` may be the same dict as another or not")
                if before is not None:
                    self._try(table, partial(self._keep, table, before, condition))
            self._fill(table, condition, lambda part: self._merge(part, made))
            if _is_view(made):
                self._say(name, made.lineno, f"`{name}` is a view of a dict that may change")
        self.tables[name] = table
        for changed in {name, ANY} & self._effects.late.keys():
            self._say(name, *self._effects.late[changed])

    def _is_bound(self, name: str) -> bool:
        """Whether an earlier statement may have bound a name."""
        return any(each.position < self._position for each in self._module.bindings.get(name, ()))

    def _call(self, table: _Table, method: str, call: ast.Call, condition: str | None) -> None:
        if method == "update" and len(call.args) <= 1:
            self._fill(table, condition, lambda part: self._merge_call(part, call))
        elif method == "pop" and call.args:
            self._remove(table, call.args[0], condition)
        else:
            raise UnresolvedError(call)

    def _delete(self, target: ast.expr, condition: str | None) -> None:
        match target:
            case ast.Subscript(value=ast.Name(id=name), slice=key) if name in self.tables:
                self._try(self.tables[name], partial(self._remove, self.tables[name], key, condition))
            case ast.Name(id=name) if name in self.tables:
                if condition is not None:
                    self._say(name, target.lineno, f"`{name}` may be deleted")
                else:
                    del self.tables[name]
            case _:
                pass

    # -- what an expression holds --------------------------------------------------------------------

    def _is_table(self, node: ast.expr, depth: int = 0) -> bool:
        match node:
            case _ if depth > _MAX_DEPTH:
                return False
            case ast.Call(func=ast.Attribute(value=inner, attr="copy"), args=[], keywords=[]):
                return self._is_table(inner, depth + 1)
            case ast.Dict() | ast.DictComp() | ast.Call():
                return is_dict(node, self._effects.own)
            case ast.BinOp(op=ast.BitOr(), left=one, right=other) | ast.IfExp(body=one, orelse=other):
                return self._is_table(one, depth + 1) or self._is_table(other, depth + 1)
            case ast.BoolOp(values=values):
                return any(self._is_table(each, depth + 1) for each in values)
            case ast.Name(id=name):
                return name in self.tables
            case _:
                return False

    def _fill(self, table: _Table, condition: str | None, work: Callable[[_Table], None]) -> None:
        """Put rows into a table. They are all made before the first is put: they may come from the table itself."""
        part = _Table(table.name, table.line)
        self._try(table, partial(work, part))
        table.parts += part.parts
        self._try(table, partial(self._put_all, table, part, condition))

    def _merge(self, table: _Table, node: ast.expr, depth: int = 0) -> None:
        """Put what an expression holds into a new table."""
        if depth > _MAX_DEPTH:
            raise UnresolvedError(node, "it is nested too deeply")
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, held in zip(keys, values, strict=True):
                    self._pair(table, key, held, depth)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) if depth:
                for each in elements:
                    self._item(table, each, depth)
            case ast.DictComp(generators=[generator]) if not generator.is_async:
                self._comprehension(table, node, generator)
            case ast.Call() if (inner := self._copied(node)) is not None:
                self._merge(table, inner, depth + 1)
            case ast.Call(args=arguments) if is_dict_call(node, self._effects.own) and len(arguments) <= 1:
                self._merge_call(table, node, depth)
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                self._merge(table, left, depth + 1)
                self._merge(table, right, depth + 1)
            case ast.Name(id=name) if name in self.tables:
                table.parts.append(name)
                self._put_all(table, self.tables[name], None)
                self._inherit(table, name)
            case _:
                raise UnresolvedError(node)

    def _copied(self, node: ast.Call) -> ast.expr | None:
        """What ``inner.copy()``, ``inner.items()`` and ``list(inner)`` copy; None for anything else."""
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="copy" | "items"), args=[], keywords=[]):
                return inner
            case ast.Call(func=ast.Name(id="list"), args=[inner], keywords=[]):
                return None if "list" in self._effects.own else inner
            case _:
                return None

    def _merge_call(self, table: _Table, call: ast.Call, depth: int = 0) -> None:
        """``dict(inner, name=value, **more)``, or the same of ``update``."""
        for each in call.args:
            self._merge(table, each, depth + 1)
        for keyword in call.keywords:
            if keyword.arg is None:
                self._merge(table, keyword.value, depth + 1)
            else:
                self._put(table, keyword.arg, _Row(keyword.value.lineno, self._value(keyword.value)))

    def _pair(self, table: _Table, key: ast.expr | None, held: ast.expr, depth: int) -> None:
        """``key: held``, or ``**held``. One that cannot be read does not take the others with it."""
        if key is None:
            self._try(table, partial(self._merge, table, held, depth + 1))
        else:
            self._try(table, partial(self._set, table, key, held))

    def _item(self, table: _Table, node: ast.expr, depth: int) -> None:
        """An item of a list of pairs."""
        match node:
            case ast.Tuple(elts=[key, held]) | ast.List(elts=[key, held]):
                self._pair(table, key, held, depth)
            case ast.Starred(value=inner):
                self._pair(table, None, inner, depth)
            case _:
                self._say(table.name, node.lineno, UnresolvedError(node).reason)

    def _inherit(self, table: _Table, part: str) -> None:
        """What is not known of a part is not known of the whole."""
        for each, line, reason in list(self.unresolved):
            if each == part:
                self._say(table.name, line, reason)

    # -- rows ----------------------------------------------------------------------------------------

    def _key(self, node: ast.expr) -> str:
        parts = [
            text(each, self._constants) for each in (node.elts if isinstance(node, ast.Tuple) else [node])
        ]
        texts = [part for part in parts if part is not None]
        if len(texts) < len(parts):
            raise UnresolvedError(node)
        return " ".join(texts)

    def _value(self, node: ast.expr) -> object:
        """What a value plainly is; nothing where a later statement gives its name another meaning."""
        found = value(node, self._constants)
        self._lists |= isinstance(node, ast.List)
        if isinstance(node, ast.Name) and isinstance(found, dict):
            bindings = self._module.bindings.get(node.id)
            return None if bindings and bindings[-1].position > self._position else found
        return found

    def _set(self, table: _Table, key: ast.expr, held: ast.expr) -> None:
        self._put(table, self._key(key), _Row(key.lineno, self._value(held)))

    def _remove(self, table: _Table, key: ast.expr, condition: str | None) -> None:
        known = self._key(key)
        if known not in table.rows and self._of_classes:  # it may be what an attribute of a class says
            raise UnresolvedError(key)
        if condition is None:
            table.rows.pop(known, None)
        elif known in table.rows:
            row = table.rows[known]
            table.rows[known] = replace(row, condition=both(row.condition, f"not ({condition})"), branch=0)

    def _put_all(self, table: _Table, part: _Table, condition: str | None) -> None:
        for key, row in part.rows.items():
            self._put(table, key, row, condition)

    def _keep(self, table: _Table, before: _Table, condition: str) -> None:
        """What a table held before, or in the other branch, where another is made under a condition."""
        for key, row in before.rows.items():
            self._put(table, key, row, None if row.condition else f"not ({condition})")

    def _put(self, table: _Table, key: str, row: _Row, condition: str | None = None) -> None:
        self._rows += 1
        if self._rows > _MAX_ROWS:
            raise UnresolvedError(ast.Pass(lineno=row.line), "the module's tables are too large")
        branch = row.branch if condition is None else self._branch if row.condition is None else 0
        row = replace(row, condition=both(row.condition, condition), branch=branch)
        before = table.rows.get(key)
        if before is not None and row.condition is not None:
            if before.value != row.value:
                self._say(table.name, row.line, f"`{key}` {OTHER_VALUE}")
            row = replace(row, condition=_either(before, row), branch=0)
        table.rows[key] = row

    def _comprehension(self, table: _Table, node: ast.DictComp, generator: ast.comprehension) -> None:
        """``{k: v for k, v in TABLE.items() if …}``, or ``{c.key: c for c in [Class, …]}``."""
        match generator:
            case ast.comprehension(
                target=ast.Tuple() as target,
                iter=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=source), attr="items"), args=[], keywords=[]
                ),
                ifs=tests,
            ) if source in self.tables:
                self._inherit(table, source)
                for key, row in self.tables[source].rows.items():
                    names: dict[str, object] = {}
                    if not _unpack(target, [key, row.value], names):
                        raise UnresolvedError(node)
                    if all(_passes(test, names, node) for test in tests):
                        new = _of_names(node.key, names)
                        if not isinstance(new, str):
                            raise UnresolvedError(node)
                        self._put(table, new, replace(row, value=_of_names(node.value, names)))
            case ast.comprehension(target=ast.Name(id=variable), ifs=[]) if self._of_classes:
                path = None if isinstance(node.key, ast.Subscript) else dotted(node.key)
                if path is None or not path.startswith(f"{variable}."):
                    raise UnresolvedError(node)
                is_class = isinstance(node.value, ast.Name) and node.value.id == variable
                for each in self._classes(generator.iter):
                    key = f"{each.id}{path.removeprefix(variable)}"
                    self._put(table, key, _Row(each.lineno, {"name": each.id} if is_class else None))
            case _:
                raise UnresolvedError(node)

    def _classes(self, node: ast.expr, depth: int = 0) -> Iterator[ast.Name]:
        """The names in a list that is written out, by its own name or others' sum."""
        if depth > _MAX_DEPTH:
            raise UnresolvedError(node, "it is nested too deeply")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self._classes(node.left, depth + 1)
            yield from self._classes(node.right, depth + 1)
            return
        for each in self._elements(node):
            if isinstance(each, ast.Name):
                yield each
            elif isinstance(each, ast.Starred):
                yield from self._classes(each.value, depth + 1)
            else:
                raise UnresolvedError(each)


def _is_view(node: ast.expr) -> bool:
    """Whether this is ``MappingProxyType(inner)``, and not of a dict that nothing else has."""
    match node:
        case ast.Call(args=[inner]) if last_name(node) == "MappingProxyType":
            return not isinstance(inner, (ast.Dict, ast.DictComp))
        case _:
            return False


def _either(before: _Row, row: _Row) -> str | None:
    """The condition of a row that is there under either of two; None if it always is."""
    first, second = before.condition, row.condition or ""
    others = first == f"not ({second})" or second == f"not ({first})"
    if first is None or (others and before.branch == row.branch != 0):
        return None
    joined = first if first == second else f"{first} or {second}"
    return joined if len(joined) <= MAX_TEXT else f"{joined[: MAX_TEXT - 3]}..."


# -- comprehensions over the items of a table --------------------------------------------------------


def _unpack(target: ast.expr, held: object, names: dict[str, object]) -> bool:
    """Put the parts of a value under the names of a comprehension's target; False where they do not fit."""
    if isinstance(target, ast.Name):
        names[target.id] = held
        return True
    if isinstance(target, ast.Tuple) and isinstance(held, list) and len(held) == len(target.elts):
        return all(_unpack(each, part, names) for each, part in zip(target.elts, held, strict=True))
    return False


def _passes(test: ast.expr, names: Mapping[str, object], node: ast.AST) -> bool:
    """Whether a name is equal to a constant, or one of several."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[other]) if isinstance(
            names.get(name), str
        ):
            options = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
            constants = [each.value for each in options if isinstance(each, ast.Constant)]
            several = options != [other] and isinstance(other, (ast.Tuple, ast.List, ast.Set))
            fits = (ast.In, ast.NotIn) if several else (ast.Eq, ast.NotEq)
            if len(constants) == len(options) and isinstance(operator, fits):
                return (names[name] in constants) is isinstance(operator, (ast.In, ast.Eq))
        case _:
            pass
    raise UnresolvedError(node)


def _of_names(node: ast.expr, names: Mapping[str, object]) -> object:
    """What a comprehension's key or value is; None where it is more than its names."""
    match node:
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Tuple(elts=elements):
            return [_of_names(each, names) for each in elements]
        case ast.Constant(value=str() as known):
            return known
        case _:
            return None
