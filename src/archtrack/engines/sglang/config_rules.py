"""What an engine makes of a config's architectures while it loads the config, read from the engine's own source.

SGLang does it in two places: its own configuration classes (``configs/*.py``: ``Olmo3ForCausalLM`` is run by the
class for ``Olmo2ForCausalLM``) and ``get_config``, which knows some checkpoints by their model type, by the remote
code that they name, or by the keys of a format that has no architectures at all.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["class_rules", "config_rules"]

_MAX_DEPTH = 100
"""Classes that are followed, one behind the other."""
_MOST = 300
"""Rules of one module, the names in them counted, and methods of its classes: a release has fewer than a hundred."""

Rule = dict[str, Any]
"""``{"to": architecture, "line": line}`` with what has to be so: ``model_type``; ``of``: one of these architectures
is listed, and with ``alone`` nothing else; ``missing``: none is; ``remote``: functions that look at ``auto_map``;
``keys``: these are there. ``{"too_many": line}`` in the last place: the module has more than are read."""


def config_rules(data: bytes) -> dict[str, Any]:
    """``{"rules": [rule, …], "remote": {function: reference}}`` of the module that holds ``get_config``.

    ``remote`` holds the functions that compare ``auto_map``'s ``AutoModel`` with a reference, here or for another
    module.

    Args:
        data: the module.
    """
    tree = Module(data, words=None).tree
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    setters = {each.name: found for each in functions if (found := _sets(each.body, {})) is not None}
    holders = {
        node.targets[0].id: node.value.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
    }
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    rules = [rule for each in functions for rule in _from_keys(each)]
    for node in tests:
        if remote := _remote_tests(node.test, holders):
            found = _sets(node.body, setters)
            rules += [{"to": found[0], "line": found[1], "remote": remote}] if found else []
    typed: dict[str, list[str]] = {}
    for node in tests:
        for name, names in _typed(node):
            typed.setdefault(name, []).extend(names)
    for node in tests:
        if (model_type := _model_type(node.test)) and (found := _sets(node.body, setters)):
            rules.append({"to": found[0], "line": found[1], "model_type": model_type})
            of = typed.pop(model_type, [])  # where a type is tested again, none of these is left
            rules += [{"to": found[0], "line": found[1], "of": of, "alone": True}] if of else []
    references = {each.name: text for each in functions if (text := _reference(each))}
    return {"rules": _bounded(rules), "remote": references}


def class_rules(data: bytes) -> list[Rule]:
    """The rules in a module of the engine's configuration classes.

    Args:
        data: the module.
    """
    if b"architectures" not in data:
        return []
    return _bounded(_class_rules(Module(data, words=None)))


def _class_rules(module: Module) -> Iterator[Rule]:
    classes = module.classes
    functions = {node.name: node for node in module.tree.body if isinstance(node, ast.FunctionDef)}
    known: dict[str, dict[str, ast.FunctionDef]] = {}
    written = cache(lambda function: list(_written(function.body)))
    called = cache(lambda function: _called_with_own(function, functions))
    looked_at = 0
    for node in classes.values():
        model_type = next((value for each in node.body if (value := _declared(each))), None)
        if model_type is None:
            continue
        when = {"model_type": model_type}
        methods = _methods_of(node, classes, known).values()
        reached = _reached(methods, called)
        looked_at += len(methods) + len(reached)
        if looked_at > _MOST:
            yield {"too_many": node.lineno}
            return
        yield from (when | rule for method in methods for rule in written(method))
        # A function is handed all kinds of values: it says something of a config where it tests what that names.
        yield from (when | rule for function in reached for rule in written(function) if "of" in rule)


def _bounded(rules: Iterable[Rule]) -> list[Rule]:
    """The rules, as far as they are not too many."""
    found: list[Rule] = []
    left = _MOST
    for rule in rules:
        left -= 1 + len(rule.get("of", ())) + len(rule.get("keys", ())) + len(rule.get("remote", ()))
        if left < 0 and "too_many" not in rule:
            return [*found, {"too_many": rule["line"]}]
        found.append(rule)
    return found


# -- configuration classes ---------------------------------------------------------------------------


def _declared(node: ast.stmt) -> str | None:
    """``X`` of ``model_type = "X"`` in the body of a class."""
    if isinstance(node, ast.Assign) and [_name(each) for each in node.targets] == ["model_type"]:
        return next(iter(strings(node.value)), None)
    if isinstance(node, ast.AnnAssign) and _name(node.target) == "model_type" and node.value is not None:
        return next(iter(strings(node.value)), None)
    return None


def _written(body: list[ast.stmt]) -> Iterator[Rule]:
    """What the statements write to ``architectures``; a test that is not understood hides what is below it."""
    waiting: list[tuple[ast.stmt, Rule, Rule | None]] = [(node, {}, None) for node in reversed(body)]
    while waiting:
        node, known, again = waiting.pop()  # what is known around an `else`, and what is tested again in it
        if isinstance(node, ast.If):
            condition = _condition(node.test)
            if condition is not None:
                every = known | (again or {})
                # In the `else` the test does not hold: only what is tested again is known to be so.
                waiting += [(each, every, {}) for each in reversed(node.orelse)]
                if again is None:
                    waiting += [(each, known | condition, None) for each in reversed(node.body)]
                else:
                    waiting += [(each, known, again | condition) for each in reversed(node.body)]
            continue
        for rule in _assigned(node, known if again is None else again):
            if again is None or "of" in rule or "missing" in rule:
                yield {**known, **rule}


def _assigned(node: ast.stmt, when: Rule) -> Iterator[Rule]:
    """What one statement writes."""
    if isinstance(node, ast.Assign) and _is_architectures(node.targets[0]):
        for name in strings(node.value)[:1]:
            yield {**when, "to": name, "line": node.lineno}
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield from _called(node.value, when)


def _called(call: ast.Call, when: Rule) -> Iterator[Rule]:
    function = call.func
    if not isinstance(function, ast.Attribute) or not call.args:
        return
    if function.attr == "append" and _is_architectures(function.value) and "of" in when:
        for name in strings(call.args[0]):
            yield {**when, "to": name, "line": call.lineno}
    elif function.attr == "setdefault" and strings(call.args[0]) == ["architectures"] and call.args[1:]:
        for name in strings(call.args[1])[:1]:
            yield {**when, "missing": True, "to": name, "line": call.lineno}


def _condition(test: ast.expr) -> Rule | None:
    if not isinstance(test, ast.Compare):
        return None
    left, operator, right = test.left, test.ops[0], test.comparators[0]
    match operator:
        case ast.NotIn() if strings(left) == ["architectures"]:
            return {"missing": True}
        case ast.Is() if _is_architectures(left) and isinstance(right, ast.Constant) and right.value is None:
            return {"missing": True}
        case ast.In() if strings(left) and _is_architectures(right):
            return {"of": strings(left)}
        case ast.Eq() if _is_architectures(left) and len(strings(right)) == 1:
            return {"of": strings(right), "alone": True}
    return None


def _is_architectures(node: ast.expr) -> bool:
    """``self.architectures`` and ``X["architectures"]``, also by ``get`` and ``getattr``."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr="architectures"):
            return True
        case ast.Subscript(slice=ast.Constant(value="architectures")):
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="architectures"), *_]):
            return True
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value="architectures"), *_]):
            return True
    return False


# -- get_config --------------------------------------------------------------------------------------


def _sets(body: list[ast.stmt], setters: dict[str, tuple[str, int]]) -> tuple[str, int] | None:
    """The architecture that the statements set, last one first, with its line."""
    calls = [node for part in body for node in ast.walk(part) if isinstance(node, ast.Call)]
    for call in reversed(calls):
        name = _set_architecture(call)
        if name is not None:
            return name, call.lineno
    return next((setters[name] for call in calls if (name := _name(call.func)) in setters), None)


def _set_architecture(call: ast.Call) -> str | None:
    """``X`` of ``_set_architectures(config, "X")`` and of ``config.update({"architectures": ["X"]})``."""
    match call:
        case ast.Call(func=ast.Name(id="_set_architectures"), args=[_, value, *_]):
            return next(iter(strings(value)), None)
        case ast.Call(func=ast.Attribute(attr="update"), args=[ast.Dict(keys=keys, values=values), *_]):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "architectures":
                    return next(iter(strings(value)), None)
    return None


def _model_type(test: ast.expr) -> str | None:
    """``X`` of ``config.model_type == "X"``."""
    match test:
        case ast.Compare(
            left=ast.Attribute(attr="model_type"),
            ops=[ast.Eq()],
            comparators=[ast.Constant(value=str(value))],
        ):
            return value
    return None


def _typed(node: ast.If) -> Iterator[tuple[str, list[str]]]:
    """The model type that ``if config.architectures in [["A"], ["B"]]`` sets, and the architectures."""
    match node.test:
        case ast.Compare(
            left=ast.Attribute(attr="architectures"), ops=[ast.In()], comparators=[ast.List(elts=lists)]
        ):
            for statement in node.body:
                match statement:
                    case ast.Assign(
                        targets=[ast.Attribute(attr="model_type")], value=ast.Constant(value=value)
                    ) if isinstance(value, str):
                        yield value, [name for each in lists for name in strings(each)]
                        return


def _remote_tests(test: ast.expr, holders: dict[str, str]) -> list[str]:
    """The functions of ``if f(config)``, of ``if f(config) or g(config)`` and of ``if a`` after ``a = f(config)``."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]
    names = [
        _name(part.func) if isinstance(part, ast.Call) else holders.get(_name(part) or "") for part in parts
    ]
    return [name for name in names if name is not None] if all(names) else []  # fmt: skip


def _reference(function: ast.FunctionDef) -> str | None:
    """``X`` of ``return auto_map.get("AutoModel") == "X"``."""
    for node in ast.walk(function):
        match node:
            case ast.Compare(
                left=ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="AutoModel"), *_]),
                ops=[ast.Eq()],
                comparators=[ast.Constant(value=str(value))],
            ):
                return value
    return None


def _from_keys(function: ast.FunctionDef) -> Iterator[Rule]:
    """A function that knows a format without architectures by its keys, and returns a config that has some."""
    keys = [
        key
        for node in ast.walk(function)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn)
        for key in strings(node.left)
    ]
    tested = any(
        _is_architectures(value)
        for node in ast.walk(function)
        if isinstance(node, ast.If)
        for value in ast.walk(node.test)
        if isinstance(value, ast.expr)
    )
    for node in ast.walk(function):
        if keys and tested and isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
            for keyword in node.value.keywords:
                if keyword.arg == "architectures":
                    for name in strings(keyword.value):
                        yield {"to": name, "line": keyword.value.lineno, "keys": keys, "missing": True}


def _name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


# -- which functions run for a class ------------------------------------------------------------------


def _methods_of(
    node: ast.ClassDef,
    classes: Mapping[str, ast.ClassDef],
    known: dict[str, dict[str, ast.FunctionDef]],
    depth: int = 0,
) -> dict[str, ast.FunctionDef]:
    """Name -> method of a class: its own, and those that it takes unchanged from other classes of the module.

    What is behind ``super()`` is left out, as the class may have done something before it goes there; and so are bases
    that come after one of another module, which may have a method of the same name.

    Args:
        node: the class.
        classes: those of the module by name.
        known: the methods of the classes that were looked at before: a circle ends.
        depth: how many classes are between this one and the one that was asked for.
    """
    if node.name in known or depth > _MAX_DEPTH:
        return known.get(node.name, {})
    known[node.name] = {}
    found: dict[str, ast.FunctionDef] = {}
    assigned: set[str] = set()
    for each in node.body:
        match each:
            case ast.FunctionDef(name=name):
                found[name] = each
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.pop(name, None)
                assigned.add(name)
                match value:
                    case ast.Attribute(value=ast.Name(id=other), attr=attribute) if other in classes:
                        theirs = _methods_of(classes[other], classes, known, depth + 1)
                        found |= {name: theirs[attribute]} if attribute in theirs else {}
    for base in node.bases:
        if not (isinstance(base, ast.Name) and base.id in classes):
            break
        theirs = _methods_of(classes[base.id], classes, known, depth + 1)
        found = {name: each for name, each in theirs.items() if name not in assigned} | found
    known[node.name] = found
    return found


def _reached(
    methods: Iterable[ast.FunctionDef], called: Callable[[ast.FunctionDef], list[ast.FunctionDef]]
) -> list[ast.FunctionDef]:
    """The module's functions that methods hand what they were themselves made from, and that these hand it on to.

    By line.
    """
    found: dict[str, ast.FunctionDef] = {}
    waiting = list(methods)
    while waiting:
        for function in called(waiting.pop()):
            if function.name not in found:
                found[function.name] = function
                waiting.append(function)
    return sorted(found.values(), key=lambda each: each.lineno)


def _called_with_own(
    function: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef]
) -> list[ast.FunctionDef]:
    """The functions that a function hands ``self``, its ``**kwargs`` or its first parameter."""
    found: dict[str, ast.FunctionDef] = {}
    own = _own(function)
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in functions and name not in found:
                given = [*node.args[:1], *(each.value for each in node.keywords if each.arg is None)]
                if any(isinstance(each, ast.Name) and each.id in own for each in given):
                    found[name] = functions[name]
            case _:
                pass
    return list(found.values())


def _own(function: ast.FunctionDef) -> set[str]:
    first = [each.arg for each in (*function.args.posonlyargs, *function.args.args)[:1]]
    return {*first, *([function.args.kwarg.arg] if function.args.kwarg is not None else [])}
