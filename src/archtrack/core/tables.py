"""The tables of a module: dicts at its top level, with the line of each key and the tables that they are made of.

Engines other than SGLang register models in such tables. What is read is what their tables have been written with
over the years: literals, ``dict(Name=…)``, ``**`` of another table or of a comprehension over one, ``.update(…)``,
``table[key] = …``, ``table |= …``, f-strings over constants. Everything else that may change a table, or make one of
others, is reported as odd, with its line. Nothing is run.

Facts are JSON: ``{"tables": {name: {"line", "rows": [[key, line, value, condition]], "parts": [name]}}, "odd":
[[table, line, reason]], "imports": {name: [level, module, attribute]}}``. A value is a string or boolean, a list of
strings (of a tuple), ``{"name": …}`` for a name that is no constant, or None for anything else. A key that is a tuple
of strings is given as one, with spaces between them.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

from . import table_effects
from .conditions import both, short, truth
from .effects import TRIES
from .modules import parse
from .table_effects import DICTS, called, held, is_plain, mentions, stored
from .table_texts import MAX_TEXT, Texts, bind, of_names, over_items, passes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["constants_of", "table_facts"]

_MAX_ROWS = 20_000
"""In all tables of a module together, copies counted: more is no registry."""
_MAX_ODD = 200
"""A module with more that cannot be read is no registry either; those that come first tell enough."""
_MAX_DEPTH = 100
_ANY = "*"


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
    reader = _Reader(constants or {}, tree)
    try:
        reader.read(tree.body, None)
    except RecursionError:
        return {"tables": {}, "odd": [["", 0, "it is nested too deeply"]], "imports": {}}
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

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.rows: dict[str, list[Any]] = {}
        self.parts: list[str] = []

    def to_json(self) -> dict[str, Any]:
        rows = [[key, *row] for key, row in self.rows.items()]
        return {"line": self.line, "rows": rows, "parts": list(dict.fromkeys(self.parts))}


class _Reader:
    """Goes through the statements of a module, in order."""

    def __init__(self, constants: Mapping[str, str], tree: ast.Module) -> None:
        self.tables: dict[str, _Table] = {}
        self.imports: dict[str, list[Any]] = {}
        self._odd: dict[tuple[str, int, str], None] = {}
        self._rows = 0
        self._changers = table_effects.changers(tree)
        set_anywhere = {
            name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
        }
        self._expressions = Texts(dict(constants), set_anywhere)

    @property
    def odd(self) -> list[list[Any]]:
        """[table, line, reason] of what cannot be read, each once."""
        return [list(each) for each in self._odd]

    def _say(self, table: str, line: int, reason: str) -> None:
        rows = self.tables[table].rows if table in self.tables else None
        for name in (table, *(name for name, each in self.tables.items() if each.rows is rows)):
            if len(self._odd) < _MAX_ODD:
                self._odd[name, line, reason] = None

    def _report(self, found: Iterator[table_effects.Effect]) -> None:
        """What is set or changed in a way that is not followed is not known from here on."""
        for name, line, reason, sets in found:
            for table in list(self.tables) if name == _ANY else [name] if name in self.tables else []:
                self._say(table, line, reason)
            self._expressions.lists.pop(name, None)
            if sets:
                self._expressions.constants.pop(name, None)

    def read(self, body: Iterable[ast.stmt], condition: str | None) -> None:
        for statement in body:
            if not self._block(statement, condition):
                self._report(table_effects.calls(statement, self._changers))
                if not self._changes(statement, condition):
                    self._other(statement, condition)

    def _block(self, node: ast.stmt, condition: str | None) -> bool:
        """Whether a statement is a block whose statements are followed one by one; that is done then."""
        if isinstance(node, ast.If):
            self._report(table_effects.of_expression(node.test))
            self._if(node, node.test, condition)
        elif isinstance(node, ast.With):
            for item in node.items:
                self._report(table_effects.of_expression(item.context_expr))
            self.read(node.body, condition)
        elif isinstance(node, TRIES):
            self.read((*node.body, *node.orelse, *node.finalbody), condition)
            for handler in node.handlers:
                self.read(handler.body, both(condition, "an exception"))
        else:
            return False
        return True

    def _if(self, node: ast.If, test: ast.expr, condition: str | None) -> None:
        known = truth(test)
        text = short(test)
        if known is not False:
            self.read(node.body, condition if known else _under(condition, text))
        if known is not True:
            self.read(node.orelse, condition if known is False else _under(condition, f"not ({text})"))

    def _changes(self, node: ast.stmt, condition: str | None) -> bool:
        """Whether a statement makes or changes tables in a way that is followed; that is done then."""
        match node:
            case ast.Assign(targets=targets, value=value) if all(is_plain(each) for each in targets):
                self._bind(targets, value, condition)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if is_plain(target):
                self._bind([target], value, condition)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.BitOr(), value=value) if name in self.tables:
                self._report(table_effects.of_expression(value))
                self._change(name, node, lambda table: self._merge(table, value, condition))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=verb)) as call):
                for each in (*call.args, *(keyword.value for keyword in call.keywords)):
                    self._report(table_effects.of_expression(each))
                self._report(table_effects.of_arguments(call) if name not in self.tables else iter(()))
                self._expressions.lists.pop(name, None)
                self._change(name, node, lambda table: self._call(table, verb, call, condition))
            case ast.Delete(targets=deleted) if all(is_plain(each) for each in deleted):
                for each in deleted:
                    self._delete(each, node, condition)
            case _:
                return False
        return True

    def _other(self, node: ast.stmt, condition: str | None) -> None:
        match node:
            case ast.ImportFrom(level=level, module=module, names=names):
                for alias in names:
                    self.imports[alias.asname or alias.name] = [level, module or "", alias.name]
            case ast.Import() | ast.Pass():
                pass
            case ast.For():
                self._for(node, condition)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for decorator in node.decorator_list:
                    self._report(table_effects.of_expression(decorator))
                self._report(table_effects.of_class(node) if isinstance(node, ast.ClassDef) else iter(()))
            case ast.Expr(value=value):
                self._report(table_effects.of_expression(value))
            case ast.Assign(value=value, targets=targets):
                self._report(table_effects.of_statement(node))
                for name in sorted(stored(targets)):
                    self._lose(name, value, condition)
            case _:
                self._touched(node)
        for name in table_effects.rebound(node):
            self._expressions.constants.pop(name, None) if name not in self.imports else None
            self._expressions.lists.pop(name, None)
            self.tables.pop(name, None)

    def _for(self, node: ast.For, condition: str | None) -> None:
        """A loop over known strings is its body, once for each."""
        texts = self._expressions.texts(node.iter)
        if isinstance(node.iter, ast.Name):
            texts = self._expressions.lists.get(node.iter.id)
        if (
            texts is None
            or not isinstance(node.target, ast.Name)
            or node.orelse
            or table_effects.leaves(node)
        ):
            self._touched(node)
            return
        for text in texts:
            self._expressions.constants[node.target.id] = text
            self.read(node.body, condition)

    def _touched(self, node: ast.stmt) -> None:
        """A loop, or what else is not followed, may change any table that it names."""
        followed = not (hasattr(node, "body") or hasattr(node, "cases"))
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} & self.tables.keys()
        for name in () if followed else sorted(names):
            self._say(name, node.lineno, f"cannot tell what `{short_head(node)}` does to {name}")
        found = table_effects.of_statement(node)
        self._report(effect for effect in found if followed or effect[0] not in names)

    def _bind(self, targets: list[ast.expr], value: ast.expr, condition: str | None) -> None:
        """``target = … = value``: names, and items of tables."""
        self._report(table_effects.of_expression(value))
        first: str | None = None
        for target in targets:
            match target:
                case ast.Name(id=name) if first in self.tables and condition is None:
                    self._alias(name, str(first), value.lineno)
                case ast.Name(id=name):
                    self._assign(name, value, condition)
                    first = name
                case ast.Subscript(value=ast.Name(id=name), slice=key):
                    self._change(name, target, partial(self._set, key=key, value=value, condition=condition))

    def _alias(self, name: str, source: str, line: int) -> None:
        """Another name for the same table: what is done to one is done to both."""
        table = _Table(name, line)
        table.rows, table.parts = self.tables[source].rows, [source]
        self._forget_odd(name)
        self.tables[name] = table
        self._inherit_odd(table, source)

    def _assign(self, name: str, value: ast.expr, condition: str | None) -> None:
        self._expressions.bind(name, value, condition)
        if not self._is_table(value):
            self._lose(name, value, condition)
        elif isinstance(value, ast.Name) and condition is None and value.id != name:
            self._alias(name, value.id, value.lineno)
        else:
            table = _Table(name, value.lineno)
            if condition is None and not mentions(value, name):
                self._forget_odd(name)
            if condition is not None and name in self.tables:
                for key, (line, kept, under) in self.tables[name].rows.items():  # of the other branch
                    table.rows[key] = [line, kept, under or f"not ({condition})"]
            self._guard(table, partial(self._merge, table, value, condition))
            self.tables[name] = table

    def _lose(self, name: str, value: ast.expr, condition: str | None) -> None:
        """A name that stands for no table from here on, or for one that cannot be read."""
        lost = sorted(set(held(value)) & self.tables.keys())
        if lost or (condition is not None and name in self.tables):
            reason = f"cannot tell what `{short(value, 60)}` is without running it"
            self._say(name, value.lineno, reason)
        if condition is None:
            self.tables.pop(name, None)

    def _is_table(self, value: ast.expr, depth: int = 0) -> bool:
        if depth > _MAX_DEPTH:
            return False
        match value:
            case ast.Dict() | ast.DictComp():
                return True
            case ast.Call(func=ast.Attribute(value=inner, attr="copy"), args=[], keywords=[]):
                return self._is_table(inner, depth + 1)
            case ast.Call(func=function):
                return called(function) in DICTS
            case ast.BinOp(op=ast.BitOr(), left=one, right=other) | ast.IfExp(body=one, orelse=other):
                return self._is_table(one, depth + 1) or self._is_table(other, depth + 1)
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
        elif verb in table_effects.CHANGES:
            raise _OddError(call)

    def _delete(self, target: ast.expr, node: ast.stmt, condition: str | None) -> None:
        match target:
            case ast.Subscript(value=ast.Name(id=name), slice=key):
                self._change(name, node, lambda table: self._remove(table, key, condition))
            case ast.Name(id=name):
                self._expressions.constants.pop(name, None)
                if condition is None:
                    self.tables.pop(name, None)
                elif name in self.tables:
                    self._say(name, node.lineno, f"`{name}` may be deleted")

    def _merge(self, table: _Table, value: ast.expr, condition: str | None, depth: int = 0) -> None:
        """Put what an expression holds into a table."""
        if depth > _MAX_DEPTH:
            raise _OddError(value, "it is nested too deeply")
        match value:
            case ast.Dict(keys=keys, values=values):
                self._items(table, zip(keys, values, strict=True), condition, depth)
            case ast.DictComp():
                self._comprehension(table, value, condition)
            case ast.Call(func=ast.Attribute(value=inner, attr="copy"), args=[], keywords=[]):
                self._merge(table, inner, condition, depth + 1)
            case ast.Call(func=function, args=arguments) if called(function) in DICTS and len(arguments) <= 1:
                for each in arguments:
                    self._merge(table, each, condition, depth + 1)
                self._keywords(table, value, condition)
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                self._merge(table, left, condition, depth + 1)
                self._merge(table, right, condition, depth + 1)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self._either(table, (test, body, orelse), condition, depth)
            case ast.Name(id=name) if name in self.tables:
                table.parts.append(name)
                for key, (line, held, under) in list(self.tables[name].rows.items()):
                    self._put(table, key, line, held, both(under, condition))
                self._inherit_odd(table, name)
            case _:
                raise _OddError(value)

    def _either(
        self, table: _Table, parts: tuple[ast.expr, ast.expr, ast.expr], condition: str | None, depth: int
    ) -> None:
        test, body, orelse = parts
        known, text = truth(test), short(test)
        if known is not False:
            self._merge(table, body, condition if known else _under(condition, text), depth + 1)
        if known is not True:
            under = condition if known is False else _under(condition, f"not ({text})")
            self._merge(table, orelse, under, depth + 1)

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
            self._say(table.name, error.line, str(error))

    def _forget_odd(self, name: str) -> None:
        """What was odd about a table that the name no longer stands for."""
        for each in [each for each in self._odd if each[0] == name]:
            del self._odd[each]

    def _inherit_odd(self, table: _Table, part: str) -> None:
        """What is not known of a part is not known of the whole."""
        for each, line, reason in list(self._odd):
            if each == part:
                self._say(table.name, line, reason)

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
            condition = _one_or_other(before[2], condition)
        table.rows[key] = [line, value, condition]

    def _comprehension(self, table: _Table, node: ast.DictComp, condition: str | None) -> None:
        """``{k: v for k, v in TABLE.items() if …}`` with tests that can be told, or none."""
        source = over_items(node)
        if source is None or source not in self.tables:
            raise _OddError(node)
        self._inherit_odd(table, source)
        target = node.generators[0].target
        for key, (line, value, under) in list(self.tables[source].rows.items()):
            names: dict[str, object] = {}
            if not (isinstance(target, ast.Tuple) and bind(target, [key, value], names)):
                raise _OddError(node)
            verdicts = [passes(test, names) for test in node.generators[0].ifs]
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


def _under(condition: str | None, test: str) -> str | None:
    text = both(condition, test)
    return text if text is None else _cut(text)


def _one_or_other(first: str | None, second: str) -> str | None:
    """The condition of a row that is there under either of two; None if it always is."""
    if first is None or first == f"not ({second})" or second == f"not ({first})":
        return None
    return first if first == second else _cut(f"{first} or {second}")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."
