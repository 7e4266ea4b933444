"""Architectures that a function tells apart by hand: ``if arch == "Name": model_class = Class`` or ``return Class``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module
from archtrack.core.python.values import dotted, last_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Branch", "branches", "chained_classes", "chained_returns"]

_LISTS = (ast.Tuple, ast.List)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One branch of a chain of comparisons.

    Attributes:
        line: of its test, or of the first statement behind ``else``.
        texts: those that let it run, each with its line; empty where it runs for any text.
        also: the tests that have to hold besides.
        body: what it does.
        unread: its test looks at the value that is compared, in a way that is not read; ``texts`` says nothing then.
    """

    line: int
    texts: tuple[tuple[str, int], ...] = ()
    also: tuple[ast.expr, ...] = ()
    body: tuple[ast.stmt, ...] = ()
    unread: bool = False


def chained_classes(data: bytes, variable: str) -> dict[str, Any]:
    """What a chain of comparisons of one variable gives.

    Args:
        data: the file.
        variable: the name of the variable that holds an architecture.

    Returns:
        ``{"chained": [[architecture, line, class]], "imports": {class: [level, module, attribute]}}``, imports inside
        of functions included.
    """
    chained: list[list[Any]] = []
    imports: dict[str, list[Any]] = {}
    subject = ast.Name(id=variable)
    for node in ast.walk(Module(data, words=None).tree):
        match node:
            case ast.ImportFrom(level=level, module=module, names=names):
                for alias in names:
                    imports[alias.asname or alias.name] = [level, module or "", alias.name]
            case ast.If(test=test, body=[ast.Assign(targets=[ast.Name()], value=ast.Name(id=name)), *_]):
                chained += [[text, line, name] for text, line in _compared(test, subject) if text is not None]
            case _:
                pass
    return {"chained": sorted(chained, key=lambda each: each[1]), "imports": imports}


def chained_returns(data: bytes, function: str, variable: str) -> dict[str, Any]:
    """What a function returns for each text with which it compares one variable.

    Args:
        data: the file.
        function: the name of the function, wherever in the module it stands.
        variable: the name of the variable that it compares.

    Returns:
        ``{"found": whether there is such a function, "returned": {text: [line, name]}, "otherwise": the name that it
        returns for any other text or None, "unresolved": [[line, reason]]}``. A name is that of a class or constant,
        its last part where it has several. The first comparison with a text decides.
    """
    facts: dict[str, Any] = {"found": False, "returned": {}, "otherwise": None, "unresolved": []}
    module = Module(data, words=None)
    if module.problem is not None:
        return {**facts, "unresolved": [[module.problem[1], module.problem[0]]]}
    functions = [
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    for node in sorted(functions, key=lambda each: each.lineno):
        if facts["found"]:
            facts["unresolved"].append([node.lineno, f"another `{function}`, which may decide otherwise"])
        else:
            facts["found"] = True
            _follow(node.body, variable, facts)
    return facts


def branches(function: ast.FunctionDef, compared: str) -> tuple[tuple[Branch, ...], ...]:
    """The chains of ``if`` and ``elif`` of a function that compare one value with texts, in order.

    A chain inside of another statement is one, too; of one inside of a chain nothing is said.

    Args:
        function: with its body.
        compared: the value as the function writes it: ``arch``, or ``config.architectures[0]``.
    """
    subject = ast.parse(compared, mode="eval").body
    found: list[tuple[Branch, ...]] = []
    waiting: list[ast.AST] = [*reversed(function.body)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and _looks_at(node.test, subject):
            found.append(tuple(_chain(node, subject)))
        else:
            inner = [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr)]
            waiting.extend(reversed(inner))
    return tuple(found)


def _chain(node: ast.If, subject: ast.expr) -> Iterator[Branch]:
    rest: list[ast.stmt] = [node]
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        test, body = rest[0].test, tuple(rest[0].body)
        tests = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
        looking = [each for each in tests if _looks_at(each, subject)]
        texts = None if len(looking) > 1 else [] if not looking else _either(looking[0], subject)
        if texts is None:
            yield Branch(line=test.lineno, body=body, unread=True)
        else:
            also = tuple(each for each in tests if each not in looking)
            yield Branch(line=test.lineno, texts=tuple(texts), also=also, body=body)
        rest = rest[0].orelse
    if rest:
        yield Branch(line=rest[0].lineno, body=tuple(rest))


def _either(test: ast.expr, subject: ast.expr) -> list[tuple[str, int]] | None:
    """The texts of a comparison, or of several joined by ``or``; None where one of them is not read."""
    tests = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]
    found: list[tuple[str, int]] = []
    for each in tests:
        compared = list(_compared(each, subject, (*_LISTS, ast.Set)))
        texts = [(text, line) for text, line in compared if text is not None]
        if not texts or len(texts) < len(compared):
            return None
        found += texts
    return found


def _looks_at(test: ast.expr, subject: ast.expr) -> bool:
    return any(_same(each, subject) for each in ast.walk(test))


def _same(node: ast.AST, subject: ast.AST) -> bool:
    """Whether an expression is written like another one of names, attributes and constant subscripts."""
    match subject, node:
        case ast.Name(id=wanted), ast.Name(id=name):
            return bool(wanted == name)
        case ast.Attribute(value=wanted, attr=attr), ast.Attribute(value=value, attr=name):
            return bool(attr == name) and _same(value, wanted)
        case ast.Subscript(value=wanted, slice=ast.Constant(value=key)), ast.Subscript(
            value=value, slice=ast.Constant(value=index)
        ):
            return type(key) is type(index) and bool(key == index) and _same(value, wanted)
        case _:
            return False


def _follow(body: Iterable[ast.stmt], variable: str, facts: dict[str, Any]) -> None:
    """One block of comparisons, up to what always leaves it."""
    waiting, subject = [iter(body)], ast.Name(id=variable)
    while waiting:
        node = next(waiting[-1], None)
        match node:
            case None:
                waiting.pop()
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=orelse):
                compared = list(_compared(test, subject))
                for text, line in compared:
                    if text is not None:
                        facts["returned"].setdefault(text, [line, _name(value)])
                if not compared or any(text is None for text, _ in compared):
                    facts["unresolved"].append([test.lineno, f"cannot tell when `{short(test, 60)}` holds"])
                waiting.append(iter(orelse))
            case ast.Return(value=value):
                facts["otherwise"] = None if value is None else _name(value)
                waiting.pop()
            case ast.Raise():
                waiting.pop()
            case ast.Assign() | ast.AnnAssign() | ast.Expr(value=ast.Constant()):
                pass
            case _:
                facts["unresolved"].append([node.lineno, "not a comparison of a name that returns something"])


def _name(node: ast.expr) -> str | None:
    """The last part of a name; None for what is no name, as the result of a call."""
    return last_name(node) if dotted(node) is not None else None


def _compared(
    test: ast.expr, subject: ast.expr, kinds: tuple[type[ast.Tuple | ast.List | ast.Set], ...] = _LISTS
) -> Iterator[tuple[str | None, int]]:
    """The texts that let a test hold, with their lines; None for one that is no literal."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=str() as text)]) if _same(
            left, subject
        ):
            yield text, test.lineno
        case ast.Compare(left=left, ops=[ast.In()], comparators=[options]) if isinstance(
            options, kinds
        ) and _same(left, subject):
            for each in options.elts:
                known = each.value if isinstance(each, ast.Constant) else None
                yield (known if isinstance(known, str) else None), each.lineno
        case _:
            pass
