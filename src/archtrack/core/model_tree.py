"""The facts of one transformers file from a full parse; see ``model_code`` for what they are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .conditions import short, truth
from .effects import TRIES
from .exports import exported_names
from .modules import parse
from .strings import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ATTENTION", "GATE", "by_tree", "imported", "new_class"]

ATTENTION = "_supports_attention_backend"
GATE = "is_backend_compatible"
_MAX_FLAT = 200


def new_class(line: int, bases: list[str]) -> dict[str, Any]:
    """The facts of a class of which nothing but its header is known."""
    return {"line": line, "bases": bases, "attention": None, "config": None, "checkpoint": None, "gate": None}


def by_tree(data: bytes) -> dict[str, Any]:
    """The facts of a file. Classes inside ``if`` and ``try`` count, optional backends being installed."""
    empty: dict[str, Any] = {"classes": {}, "exports": [], "aliases": {}, "imports": {}, "checkpoint": None}
    empty |= {"patched": [], "unclear": {}}
    try:
        statements = list(_flat(parse(data).body))
    except SyntaxError as error:
        return {**empty, "problem": [f"cannot be parsed: {error.msg}", error.lineno or 0]}
    normal = normalise(data)
    facts = {
        **empty,
        "exports": exported_names(b"\n" + (data if normal is None else normal)),
        "problem": None,
    }
    bound: dict[str, int] = {}
    for node, certain in statements:
        _take_statement(node, facts, bound, certain=certain)
    heads = {base.partition(".")[0] for each in facts["classes"].values() for base in each["bases"]}
    targets = {target.partition(".")[0] for target in facts["aliases"].values()}
    patched = {name.partition(".")[0] for name, _ in facts["patched"]}
    wanted = {*heads, *facts["exports"], *targets, *patched} - set(facts["classes"])
    imports = imported([node for node, _ in statements])
    known = {*facts["classes"], *facts["aliases"]}
    facts["imports"] = {
        name: value for name, value in imports.items() if name in wanted and name not in known
    }
    facts["unclear"] = {name: line for name, line in bound.items() if name in {*facts["exports"], *heads}}
    return facts


def _take_statement(node: ast.stmt, facts: dict[str, Any], bound: dict[str, int], *, certain: bool) -> None:
    """Note what one statement binds; ``bound`` collects names bound to what only running would tell."""
    names: list[str] = []
    if isinstance(node, ast.ClassDef):
        names = [node.name]
        found = _class(node)
        before = facts["classes"].get(node.name)
        if not certain and before and (before["bases"], before["attention"]) != (found["bases"], None):
            found["attention"] = [None, node.lineno]
        _unbind(names, facts, bound)
        facts["classes"][node.name] = found
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        _unbind([node.name], facts, bound)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        _unbind([alias.asname or alias.name.partition(".")[0] for alias in node.names], facts, bound)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            _take_assignment(target, node.value, facts, bound, certain=certain)
    else:
        _take_other(node, facts)


def _unbind(names: list[str], facts: dict[str, Any], bound: dict[str, int]) -> None:
    for name in names:
        facts["classes"].pop(name, None)
        facts["aliases"].pop(name, None)
        bound.pop(name, None)


def _take_assignment(
    target: ast.expr, value: ast.expr, facts: dict[str, Any], bound: dict[str, int], *, certain: bool
) -> None:
    if isinstance(target, ast.Attribute) and target.attr == ATTENTION:
        _patch(target.value, value if certain else None, target.lineno, facts)
        return
    if not isinstance(target, ast.Name):
        return
    name = target.id
    if isinstance(value, ast.Name) and value.id == name:
        return
    _unbind([name], facts, bound)
    dotted = _dotted(value) if isinstance(value, (ast.Name, ast.Attribute)) else None
    if dotted is not None:
        facts["aliases"][name] = dotted
    elif name == "_CHECKPOINT_FOR_DOC" and isinstance(value, ast.Constant):
        facts["checkpoint"] = [str(value.value), target.lineno]
    elif isinstance(value, (ast.Call, ast.Attribute, ast.IfExp, ast.BoolOp, ast.Subscript)):
        bound[name] = target.lineno


def _take_other(node: ast.stmt, facts: dict[str, Any]) -> None:
    """Find classes whose attribute a call, a loop or another statement at the top level sets."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and part.attr == ATTENTION and not isinstance(part.ctx, ast.Load):
            _patch(part.value, None, part.lineno, facts)
        elif (
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Name)
            and part.func.id in {"setattr", "delattr"}
            and len(part.args) > 1
            and isinstance(part.args[1], ast.Constant)
            and part.args[1].value == ATTENTION
        ):
            value = part.args[2] if part.args[2:] and isinstance(node, ast.Expr) else None
            _patch(part.args[0], value, part.lineno, facts)


def _patch(owner: ast.expr, value: ast.expr | None, line: int, facts: dict[str, Any]) -> None:
    """Note ``Class._supports_attention_backend = …`` outside of the class."""
    known = value.value if isinstance(value, ast.Constant) and isinstance(value.value, bool) else None
    if isinstance(owner, ast.Name) and owner.id in facts["classes"]:
        facts["classes"][owner.id]["attention"] = [known, line]
    else:
        facts["patched"].append([_dotted(owner) or "", line])


def _flat(body: list[ast.stmt], *, certain: bool = True, depth: int = 0) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements of a module with the branches of ``if`` and ``try`` laid flat, those that run last of all.

    A ``try`` succeeds and a backend is available: the other branches come first, so that the last binding wins.

    Yields:
        A statement, and whether it runs for certain.
    """
    if depth > _MAX_FLAT:
        error = SyntaxError("too many nested conditions")
        error.lineno = body[0].lineno if body else 0
        raise error
    for node in body:
        branches: list[list[ast.stmt]] = []
        sure = False
        if isinstance(node, ast.If):
            known = truth(node.test)
            branches = [node.orelse, node.body]
            if known is not None:
                sure, branches = certain, [node.body if known else node.orelse]
            elif isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not):
                branches.reverse()
        elif isinstance(node, TRIES):
            handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
            branches = [handler.body for handler in handlers]
            branches += [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
        elif isinstance(node, ast.With):
            sure, branches = certain, [node.body]
        else:
            yield node, certain
        for branch in branches:
            yield from _flat(branch, certain=sure, depth=depth + 1)


def imported(statements: list[ast.stmt]) -> dict[str, list[Any]]:
    """Name -> [level, module, attribute] of what import statements bind; the last one counts."""
    found: dict[str, list[Any]] = {}
    for node in statements:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = [node.level, node.module or "", alias.name]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                head = alias.name.partition(".")[0]
                found[alias.asname or head] = [0, alias.name if alias.asname else head, None]
    return found


def _class(node: ast.ClassDef) -> dict[str, Any]:
    facts = new_class(node.lineno, [_dotted(base) or short(base) for base in node.bases])
    for statement in node.body:
        _take_attribute(statement, facts)
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _dotted(decorator.func) == "auto_docstring":
            for keyword in decorator.keywords:
                if keyword.arg == "checkpoint" and isinstance(keyword.value, ast.Constant):
                    facts["checkpoint"] = [str(keyword.value.value), keyword.value.lineno]
    return facts


def _take_attribute(statement: ast.stmt, facts: dict[str, Any]) -> None:
    """Note what a statement of a class's body says of the attributes looked for."""
    line = statement.lineno
    target: ast.expr | None = None
    value: ast.expr | None = None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign):
        target, value = statement.target, statement.value
    if isinstance(target, ast.Name) and target.id == ATTENTION:
        if value is not None:
            known = value.value if isinstance(value, ast.Constant) else None
            facts["attention"] = [known if isinstance(known, bool) else None, line]
        return
    bound = set(_bound_names(statement))
    if ATTENTION in bound:
        facts["attention"] = [None, line]
    if GATE in bound:
        facts["gate"] = line
    if not isinstance(target, ast.Name):
        return
    if target.id == "config_class" and isinstance(value, ast.Name):
        facts["config"] = value.id
    elif target.id == "config" and isinstance(statement, ast.AnnAssign):
        annotation = statement.annotation
        if isinstance(annotation, ast.Name):
            facts["config"] = annotation.id
        elif isinstance(annotation, ast.Constant) and str(annotation.value).isidentifier():
            facts["config"] = str(annotation.value)


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of a class's body may bind in the class."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
        return
    for part in ast.walk(statement):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            yield part.id
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part.name
        elif isinstance(part, ast.alias):
            yield part.asname or part.name


def _dotted(node: ast.expr) -> str | None:
    """``a.b.C`` of a name or attribute chain; the origin of ``C[T]``; None for calls and the rest."""
    if isinstance(node, ast.Subscript):
        node = node.value
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])
