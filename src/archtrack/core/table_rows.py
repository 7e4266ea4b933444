"""Tables in the making: what expressions hold is put into them, row by row, and what cannot be read is said."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

from .conditions import both, short, truth
from .table_effects import DICTS, called
from .table_texts import MAX_TEXT, Texts, bind, of_names, over_items, passes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["OddError", "Table", "Tables", "within"]

_MAX_ROWS = 20_000
"""In all tables of a module together, copies counted: more is no registry."""
_MAX_ODD = 200
"""A module with more that cannot be read is no registry either; those that come first tell enough."""
_MAX_DEPTH = 100


class OddError(Exception):
    """A part of a table that cannot be read without running it."""

    def __init__(self, node: ast.AST, reason: str | None = None) -> None:
        """At a node, whose text is the reason where none is given."""
        super().__init__(reason or f"cannot tell what `{short(node, 60)}` is without running it")  # type: ignore[arg-type]
        self.line: int = getattr(node, "lineno", 0)


class Table:
    """One dict, as far as it is known at some line."""

    def __init__(self, name: str, line: int) -> None:
        """Empty, made at a line."""
        self.name = name
        self.line = line
        self.rows: dict[str, list[Any]] = {}
        self.parts: list[str] = []

    def to_json(self) -> dict[str, Any]:
        """As the facts of a module have it."""
        rows = [[key, *row] for key, row in self.rows.items()]
        return {"line": self.line, "rows": rows, "parts": list(dict.fromkeys(self.parts))}


class Tables:
    """The tables of a module as far as it has been read, by name, and what is odd about them."""

    def __init__(self, expressions: Texts) -> None:
        """None yet; ``expressions`` says what names stand for."""
        self.tables: dict[str, Table] = {}
        self._expressions = expressions
        self._odd: dict[tuple[str, int, str], None] = {}
        self._rows = 0

    @property
    def odd(self) -> list[list[Any]]:
        """[table, line, reason] of what cannot be read, each once."""
        return [list(each) for each in self._odd]

    def _say(self, table: str, line: int, reason: str) -> None:
        rows = self.tables[table].rows if table in self.tables else None
        for name in (table, *(name for name, each in self.tables.items() if each.rows is rows)):
            if len(self._odd) < _MAX_ODD:
                self._odd[name, line, reason] = None

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

    def _merge(self, table: Table, value: ast.expr, condition: str | None, depth: int = 0) -> None:
        """Put what an expression holds into a table."""
        if depth > _MAX_DEPTH:
            raise OddError(value, "it is nested too deeply")
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
                raise OddError(value)

    def _either(
        self, table: Table, parts: tuple[ast.expr, ast.expr, ast.expr], condition: str | None, depth: int
    ) -> None:
        test, body, orelse = parts
        known, text = truth(test), short(test)
        if known is not False:
            self._merge(table, body, condition if known else within(condition, text), depth + 1)
        if known is not True:
            other = condition if known is False else within(condition, f"not ({text})")
            self._merge(table, orelse, other, depth + 1)

    def _items(
        self,
        table: Table,
        items: Iterable[tuple[ast.expr | None, ast.expr]],
        condition: str | None,
        depth: int,
    ) -> None:
        for key, value in items:  # one that cannot be read does not take the others with it
            if key is None:
                self._guard(table, partial(self._merge, table, value, condition, depth + 1))
            else:
                self._guard(table, partial(self._set, table, key, value, condition))

    def _guard(self, table: Table, work: Callable[[], None]) -> None:
        try:
            work()
        except OddError as error:
            self._say(table.name, error.line, str(error))

    def _forget_odd(self, name: str) -> None:
        """What was odd about a table that the name no longer stands for."""
        for each in [each for each in self._odd if each[0] == name]:
            del self._odd[each]

    def _inherit_odd(self, table: Table, part: str) -> None:
        """What is not known of a part is not known of the whole."""
        for each, line, reason in list(self._odd):
            if each == part:
                self._say(table.name, line, reason)

    def _keywords(self, table: Table, call: ast.Call, condition: str | None) -> None:
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

    def _set(self, table: Table, key: ast.expr, value: ast.expr, condition: str | None) -> None:
        text = self._expressions.key(key)
        if text is None:
            raise OddError(key)
        self._put(table, text, key.lineno, self._expressions.value(value), condition)

    def _remove(self, table: Table, key: ast.expr, condition: str | None) -> None:
        text = self._expressions.text(key)
        if text is None:
            raise OddError(key)
        if condition is None:
            table.rows.pop(text, None)
        elif text in table.rows:
            line, value, under = table.rows[text]
            table.rows[text] = [line, value, both(under, f"not ({condition})")]

    def _put(self, table: Table, key: str, line: int, value: object, condition: str | None) -> None:
        self._rows += 1
        if self._rows > _MAX_ROWS:
            raise OddError(ast.Pass(lineno=line), "the module's tables are too large")
        before = table.rows.get(key)
        if before is not None and condition is not None:
            condition = _one_or_other(before[2], condition)
        table.rows[key] = [line, value, condition]

    def _comprehension(self, table: Table, node: ast.DictComp, condition: str | None) -> None:
        """``{k: v for k, v in TABLE.items() if …}`` with tests that can be told, or none."""
        source = over_items(node)
        if source is None or source not in self.tables:
            raise OddError(node)
        self._inherit_odd(table, source)
        target = node.generators[0].target
        for key, (line, value, under) in list(self.tables[source].rows.items()):
            names: dict[str, object] = {}
            if not (isinstance(target, ast.Tuple) and bind(target, [key, value], names)):
                raise OddError(node)
            verdicts = [passes(test, names) for test in node.generators[0].ifs]
            if None in verdicts:
                raise OddError(node)
            if all(verdicts):
                new = of_names(node.key, names)
                if not isinstance(new, str):
                    raise OddError(node)
                self._put(table, new, line, of_names(node.value, names), both(under, condition))


def within(condition: str | None, test: str) -> str | None:
    """The condition of what stands under a test that stands under a condition."""
    text = both(condition, test)
    return text if text is None else _cut(text)


def _one_or_other(first: str | None, second: str) -> str | None:
    """The condition of a row that is there under either of two; None if it always is."""
    if first is None or first == f"not ({second})" or second == f"not ({first})":
        return None
    return first if first == second else _cut(f"{first} or {second}")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."
