"""The tables of a module: dicts at its top level, with the line of each key and the tables that they are made of.

Engines other than SGLang register models in such tables. What is read is what their tables have been written with
over the years: literals, ``dict(Name=…)``, ``**`` of another table or of a comprehension over one, ``.update(…)``,
``table[key] = …``, ``table |= …``, f-strings over constants. Everything else about a table is reported as odd, with
its line. Nothing is run.

Facts are JSON: ``{"tables": {name: {"line", "rows": [[key, line, value, condition]], "parts": [name]}}, "odd":
[[table, line, reason]], "imports": {name: [level, module, attribute]}}``. A value is a string or boolean, a list of
strings (of a tuple), ``{"name": …}`` for a name that is no constant, or None for anything else. A key that is a tuple
of strings is given as one, with spaces between them.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

from .conditions import both, short, truth
from .modules import parse
from .table_texts import Texts, bind, equals, of_names, over_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["constants_of", "table_facts"]

_MAX_ROWS = 20_000
"""In all tables of a module together, copies counted: more is no registry."""
_MAX_ODD = 200
"""A module with more that cannot be read is no registry either; those that come first tell enough."""
_MAX_DEPTH = 100


def table_facts(data: bytes, constants: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The tables of a module.

    Args:
        data: the file.
        constants: strings behind names that the module imports.
    """
    try:
        tree = parse(data)
    except SyntaxError as error:
        return {"tables": {}, "odd": [["", error.lineno or 0, error.msg]], "imports": {}}
    reader = _Reader(constants or {})
    reader.read(tree.body, None)
    return {
        "tables": {name: table.to_json() for name, table in reader.tables.items()},
        "odd": reader.odd,
        "imports": reader.imports,
    }


def constants_of(data: bytes) -> dict[str, str]:
    """The strings that names at the top level of a module stand for.

    Args:
        data: the file. One that does not parse has none.
    """
    try:
        tree = parse(data)
    except SyntaxError:
        return {}
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


class _OddError(Exception):
    """A part of a table that cannot be read without running it."""

    def __init__(self, node: ast.AST, reason: str | None = None) -> None:
        super().__init__(reason or f"cannot tell what `{short(node, 60)}` is without running it")  # type: ignore[arg-type]
        self.line: int = getattr(node, "lineno", 0)


class _Table:
    """One dict, as far as it is known at some line."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.rows: dict[str, list[Any]] = {}
        self.parts: list[str] = []

    def to_json(self) -> dict[str, Any]:
        rows = [[key, *row] for key, row in self.rows.items()]
        return {"line": self.line, "rows": rows, "parts": list(dict.fromkeys(self.parts))}


class _Reader:
    """Goes through the statements of a module, in order."""

    def __init__(self, constants: Mapping[str, str]) -> None:
        self.tables: dict[str, _Table] = {}
        self._odd: dict[tuple[str, int, str], None] = {}
        self.imports: dict[str, list[Any]] = {}
        self._expressions = Texts(dict(constants))
        self._lists: dict[str, list[str]] = {}
        self._rows = 0

    @property
    def odd(self) -> list[list[Any]]:
        """[table, line, reason] of what cannot be read, each once."""
        return [list(each) for each in self._odd]

    def _say(self, table: str, line: int, reason: str) -> None:
        if len(self._odd) < _MAX_ODD:
            self._odd[table, line, reason] = None

    def read(self, body: Iterable[ast.stmt], condition: str | None) -> None:
        for statement in body:
            self._statement(statement, condition)

    def _statement(self, node: ast.stmt, condition: str | None) -> None:
        if not self._changes(node, condition):
            self._nested(node, condition)

    def _changes(self, node: ast.stmt, condition: str | None) -> bool:
        """Whether a statement makes or changes a table; it is done then."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value, condition)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._assign(name, value, condition)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)], value=value):
                self._change(name, node, lambda table: self._set(table, key, value, condition))
            case ast.AugAssign(target=ast.Name(id=name), op=ast.BitOr(), value=value):
                self._change(name, node, lambda table: self._merge(table, value, condition))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=verb)) as call):
                self._change(name, node, lambda table: self._call(table, verb, call, condition))
            case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)]):
                self._change(name, node, lambda table: self._remove(table, key, condition))
            case _:
                return False
        return True

    def _nested(self, node: ast.stmt, condition: str | None) -> None:
        match node:
            case ast.If(test=test):
                self._if(node, test, condition)
            case ast.Try():
                self.read((*node.body, *node.orelse, *node.finalbody), condition)
                for handler in node.handlers:
                    self.read(handler.body, both(condition, "an exception"))
            case ast.With(body=body):
                self.read(body, condition)
            case ast.ImportFrom(level=level, module=module, names=names):
                for alias in names:
                    self.imports[alias.asname or alias.name] = [level, module or "", alias.name]
            case ast.For():
                self._for(node, condition)
            case ast.While():
                self._touched(node)
            case _:
                pass

    def _if(self, node: ast.If, test: ast.expr, condition: str | None) -> None:
        known = truth(test)
        text = short(test)
        if known is not False:
            self.read(node.body, condition if known else both(condition, text))
        if known is not True:
            self.read(node.orelse, condition if known is False else both(condition, f"not ({text})"))

    def _for(self, node: ast.For, condition: str | None) -> None:
        """A loop over a known list of strings is its body, once for each."""
        name = node.iter.id if isinstance(node.iter, ast.Name) else ""
        if name not in self._lists or not isinstance(node.target, ast.Name) or node.orelse:
            self._touched(node)
            return
        for text in self._lists[name]:
            self._expressions.constants[node.target.id] = text
            self.read(node.body, condition)

    def _touched(self, node: ast.stmt) -> None:
        """A loop may change any table that it names."""
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        for name in sorted(names & self.tables.keys()):
            self._say(name, node.lineno, f"cannot tell what `{short_head(node)}` does to {name}")

    def _assign(self, name: str, value: ast.expr, condition: str | None) -> None:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            self._expressions.constants[name] = value.value
        texts = self._expressions.texts(value)
        self._lists.pop(name, None)
        if texts is not None and condition is None:
            self._lists[name] = texts
        if not self._is_table(value):
            self.tables.pop(name, None)
            return
        table = _Table(value.lineno)
        if condition is not None and name in self.tables:
            table.rows.update(self.tables[name].rows)  # of the other branch: which one runs is not known
        self.tables[name] = table
        self._change(name, value, lambda target: self._merge(target, value, condition))

    def _is_table(self, value: ast.expr) -> bool:
        match value:
            case ast.Dict() | ast.DictComp():
                return True
            case ast.Call(func=ast.Name(id="dict" | "OrderedDict")):
                return True
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return self._is_table(left) or self._is_table(right)
            case ast.Name(id=name):
                return name in self.tables
            case _:
                return False

    def _change(self, name: str, node: ast.AST, work: Callable[[_Table], None]) -> None:
        table = self.tables.get(name)
        if table is None:
            return
        try:
            work(table)
        except _OddError as error:
            self._say(name, error.line or getattr(node, "lineno", 0), str(error))

    def _call(self, table: _Table, verb: str, call: ast.Call, condition: str | None) -> None:
        if verb == "update" and len(call.args) <= 1:
            for each in call.args:
                self._merge(table, each, condition)
            self._keywords(table, call, condition)
        elif verb == "pop" and call.args:
            self._remove(table, call.args[0], condition)
        elif verb in {"setdefault", "popitem", "clear", "update", "__setitem__"}:
            raise _OddError(call)

    def _merge(self, table: _Table, value: ast.expr, condition: str | None, depth: int = 0) -> None:
        """Put what an expression holds into a table."""
        if depth > _MAX_DEPTH:
            raise _OddError(value, "it is nested too deeply")
        match value:
            case ast.Dict(keys=keys, values=values):
                self._items(table, zip(keys, values, strict=True), condition, depth)
            case ast.DictComp():
                self._comprehension(table, value, condition)
            case ast.Call(func=ast.Name(id="dict" | "OrderedDict"), args=arguments) if len(arguments) <= 1:
                for each in arguments:
                    self._merge(table, each, condition, depth + 1)
                self._keywords(table, value, condition)
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                self._merge(table, left, condition, depth + 1)
                self._merge(table, right, condition, depth + 1)
            case ast.Name(id=name) if name in self.tables:
                table.parts.append(name)
                for key, row in self.tables[name].rows.items():
                    self._put(table, key, row[0], row[1], both(row[2], condition))
                self._inherit_odd(table, name)
            case _:
                raise _OddError(value)

    def _items(
        self,
        table: _Table,
        items: Iterable[tuple[ast.expr | None, ast.expr]],
        condition: str | None,
        depth: int,
    ) -> None:
        for key, value in items:  # one that cannot be read does not take the others with it
            if key is None:
                self._guard(table, partial(self._merge, table, value, condition, depth + 1))
            else:
                self._guard(table, partial(self._set, table, key, value, condition))

    def _guard(self, table: _Table, work: Callable[[], None]) -> None:
        try:
            work()
        except _OddError as error:
            name = next((name for name, each in self.tables.items() if each is table), "")
            self._say(name, error.line, str(error))

    def _inherit_odd(self, table: _Table, part: str) -> None:
        """What is not known of a part is not known of the whole."""
        name = next((name for name, each in self.tables.items() if each is table), "")
        for each, line, reason in list(self._odd):
            if each == part:
                self._say(name, line, reason)

    def _keywords(self, table: _Table, call: ast.Call, condition: str | None) -> None:
        for keyword in call.keywords:
            if keyword.arg is None:
                self._merge(table, keyword.value, condition)
            else:
                self._put(
                    table,
                    keyword.arg,
                    keyword.value.lineno,
                    self._expressions.value(keyword.value),
                    condition,
                )

    def _set(self, table: _Table, key: ast.expr, value: ast.expr, condition: str | None) -> None:
        text = self._expressions.key(key)
        if text is None:
            raise _OddError(key)
        self._put(table, text, key.lineno, self._expressions.value(value), condition)

    def _remove(self, table: _Table, key: ast.expr, condition: str | None) -> None:
        text = self._expressions.text(key)
        if text is None:
            raise _OddError(key)
        if condition is None:
            table.rows.pop(text, None)
        elif text in table.rows:
            line, value, under = table.rows[text]
            table.rows[text] = [line, value, both(under, f"not ({condition})")]

    def _put(self, table: _Table, key: str, line: int, value: object, condition: str | None) -> None:
        self._rows += 1
        if self._rows > _MAX_ROWS:
            raise _OddError(ast.Pass(lineno=line), "the module's tables are too large")
        before = table.rows.get(key)
        if before is not None and condition is not None:
            condition = before[2] and condition  # one way or the other it is there
        table.rows[key] = [line, value, condition]

    def _comprehension(self, table: _Table, node: ast.DictComp, condition: str | None) -> None:
        """``{k: v for k, v in TABLE.items() if …}`` with a test of equality to a constant, or none."""
        source = over_items(node)
        if source is None or source not in self.tables:
            raise _OddError(node)
        target = node.generators[0].target
        for key, (line, value, under) in list(self.tables[source].rows.items()):
            names: dict[str, object] = {}
            if not (isinstance(target, ast.Tuple) and bind(target, [key, value], names)):
                raise _OddError(node)
            verdicts = [equals(test, names) for test in node.generators[0].ifs]
            if None in verdicts:
                raise _OddError(node)
            if all(verdicts):
                new = of_names(node.key, names)
                if not isinstance(new, str):
                    raise _OddError(node)
                self._put(table, new, line, of_names(node.value, names), both(under, condition))


def short_head(node: ast.stmt) -> str:
    """The first line of a statement with a body."""
    return f"{type(node).__name__.lower()} in line {node.lineno}"
