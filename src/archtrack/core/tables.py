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
from .table_effects import held, is_plain, mentions, stored
from .table_rows import OddError, Table, Tables, within
from .table_texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["constants_of", "table_facts"]

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


class _Reader(Tables):
    """Goes through the statements of a module, in order."""

    def __init__(self, constants: Mapping[str, str], tree: ast.Module) -> None:
        self.imports: dict[str, list[Any]] = {}
        self._changers = table_effects.changers(tree)
        set_anywhere = {
            name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names
        }
        super().__init__(Texts(dict(constants), set_anywhere))

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
            self.read(node.body, condition if known else within(condition, text))
        if known is not True:
            self.read(node.orelse, condition if known is False else within(condition, f"not ({text})"))

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
        table = Table(name, line)
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
            table = Table(name, value.lineno)
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

    def _change(self, name: str, node: ast.AST, work: Callable[[Table], None]) -> None:
        table = self.tables.get(name)
        if table is None:
            return
        try:
            work(table)
        except OddError as error:
            self._say(name, error.line or getattr(node, "lineno", 0), str(error))

    def _call(self, table: Table, verb: str, call: ast.Call, condition: str | None) -> None:
        if verb == "update" and len(call.args) <= 1:
            for each in call.args:
                self._merge(table, each, condition)
            self._keywords(table, call, condition)
        elif verb == "pop" and call.args:
            self._remove(table, call.args[0], condition)
        elif verb in table_effects.CHANGES:
            raise OddError(call)

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


def short_head(node: ast.stmt) -> str:
    """The first line of a statement with a body."""
    return f"{type(node).__name__.lower()} in line {node.lineno}"
