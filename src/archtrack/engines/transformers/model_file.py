"""What one file of transformers says of models and their configurations, as JSON.

The facts of a file of models::

    {"classes": {NAME: {"line", "bases": [...], "attention": [value, line] | null, "config": NAME | null,
                        "checkpoint": [id, line] | null, "gate": line | null, "flex": [value, line] | null,
                        "settable": line | null, "inputs": [...] | null}},
     "exports": [...], "aliases": {NAME: NAME}, "imports": {NAME: [level, module, attribute]},
     "checkpoint": [id, line] | null, "patched": [[NAME, line], ...], "unclear": {NAME: line},
     "settable": bool | null, "problem": [reason, line] | null}

Every optional backend is taken as installed: of two branches the one counts that runs then. ``attention`` is the
class's own ``_supports_attention_backend`` (null inside the pair: it is set to something else than True or False, or
under a condition), ``config`` its own ``config_class`` or ``config:`` annotation, ``checkpoint`` what its
``@auto_docstring`` names, ``gate`` the line of an ``is_backend_compatible`` of its own, ``flex`` its own
``_supports_flex_attn``, ``settable`` the line of a ``_can_set_attn_implementation`` of its own, ``inputs`` its own
``input_modalities`` (empty: it is set to something else than texts). The file's ``settable`` is what transformers' own
method returns for a class of the file (see ``attention_gate``),
``checkpoint`` its ``_CHECKPOINT_FOR_DOC``, ``patched`` are classes of other files whose attribute it sets,
``unclear`` exported names and bases that are bound to what only running the file would tell.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import FUNCTIONS
from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module, binds
from archtrack.core.python.values import dotted

from .attention_gate import METHOD, settable
from .exports import exported_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ATTENTION", "GATE", "configuration_facts", "gate_facts", "model_facts"]

ATTENTION = "_supports_attention_backend"
GATE = "is_backend_compatible"
FLEX = "_supports_flex_attn"
INPUTS = "input_modalities"
_UNCLEAR = (
    ast.Call,
    ast.Attribute,
    ast.IfExp,
    ast.BoolOp,
    ast.Subscript,
    ast.Name,
    ast.NamedExpr,
    type(None),
)
"""What may make a class, and is none that is named."""


def model_facts(data: bytes, rule: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The facts of one file; see above. One that does not parse has a ``problem`` and nothing else.

    Args:
        data: the file.
        rule: how the release tells whether the attention of a class can be set, as ``attention_gate.rule_of`` gives it.
    """
    module = Module(data)
    classes = {name: _class_of(module, name) for name in module.classes}
    aliases = {
        name: target
        for name, value in module.values.items()
        if isinstance(value, (ast.Name, ast.Attribute)) and (target := dotted(value)) not in (None, name)
    }
    patched = list(_patched(module, classes))
    exports = [] if module.problem else exported_names(data)
    asked = {*exports, *(_head(base) for each in classes.values() for base in each["bases"])}
    followed = {*asked, *map(_head, aliases.values()), *(_head(name) for name, _ in patched)}
    return {
        "classes": classes,
        "exports": exports,
        "aliases": aliases,
        "imports": {
            name: [found.level, found.module, found.attribute]
            for name, found in module.imports.items()
            if name in followed
        },
        "checkpoint": _text(module.values.get("_CHECKPOINT_FOR_DOC")),
        "patched": patched,
        "unclear": {
            name: found[-1].line
            for name, found in module.bindings.items()
            if name in asked and name not in aliases and isinstance(found[-1].bound, _UNCLEAR)
        },
        "settable": settable(data, rule) if classes else None,
        "problem": [f"cannot be parsed: {module.problem[0]}", module.problem[1]] if module.problem else None,
    }


def _head(name: str) -> str:
    return name.partition(".")[0]


def _text(node: ast.expr | None) -> list[Any] | None:
    """[text, line] of a string."""
    match node:
        case ast.Constant(value=str() as text, lineno=line):
            return [text, line]
        case _:
            return None


def _texts(node: object) -> list[str]:
    """The texts of a string, or of a tuple or list of strings; none where it is anything else."""
    nodes: list[Any] = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [node]
    texts = [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return texts if len(texts) == len(nodes) and all(texts) else []


# -- classes ---------------------------------------------------------------------------------------------


def _class_of(module: Module, name: str) -> dict[str, Any]:
    """The facts of the class that a name stands for; which of two it is may depend on a condition."""
    found = _class_facts(module.classes[name])
    *before, last = module.bindings[name]
    if last.condition is not None and before and isinstance(before[-1].bound, ast.ClassDef):
        other = _class_facts(before[-1].bound)
        if (other["bases"], _value(other)) != (found["bases"], _value(found)):
            found["attention"] = [None, last.line]
    return found


def _value(facts: dict[str, Any]) -> list[Any]:
    """What a class says of the attribute: nothing, or a value."""
    return (facts["attention"] or [])[:1]


def _class_facts(node: ast.ClassDef) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "line": node.lineno,
        "bases": [dotted(base) or short(base) for base in node.bases],
        "attention": None,
        "config": None,
        "checkpoint": _declared_checkpoint(node),
        "gate": None,
        "flex": None,
        "settable": None,
        "inputs": None,
    }
    for statement in node.body:
        for name, value in binds(statement):
            if name == ATTENTION:
                known = value.value if isinstance(value, ast.Constant) else None
                facts["attention"] = [known if isinstance(known, bool) else None, statement.lineno]
            elif name == FLEX:
                known = value.value if isinstance(value, ast.Constant) else None
                facts["flex"] = [known if isinstance(known, bool) else None, statement.lineno]
            elif name == GATE:
                facts["gate"] = statement.lineno
            elif name == METHOD:
                facts["settable"] = statement.lineno
            elif name == INPUTS:
                facts["inputs"] = _texts(value)
            elif name == "config_class" and isinstance(value, ast.Name):
                facts["config"] = value.id
        match statement:
            case ast.AnnAssign(
                target=ast.Name(id="config"),
                annotation=ast.Name(id=named) | ast.Constant(value=str() as named),
            ) if named.isidentifier():
                facts["config"] = named
    return facts


def _declared_checkpoint(node: ast.ClassDef) -> list[Any] | None:
    """[id, line] of what ``@auto_docstring(checkpoint="…")`` names."""
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Name(id="auto_docstring"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "checkpoint":
                        return _text(keyword.value)
    return None


def _patched(module: Module, classes: dict[str, dict[str, Any]]) -> Iterator[list[Any]]:
    """[class, line] of each class of another file whose attribute is set; one of this file learns what it is."""
    for position, (node, condition) in enumerate((each.node, each.condition) for each in module.statements):
        if isinstance(node, (ast.ClassDef, *FUNCTIONS, ast.Import, ast.ImportFrom)):
            continue
        for owner, value in _set(node):
            name = dotted(owner) or ""
            if name in classes and module.bindings[name][-1].position < position:
                known = value.value if isinstance(value, ast.Constant) and condition is None else None
                classes[name]["attention"] = [known if isinstance(known, bool) else None, owner.lineno]
            else:
                yield [name, owner.lineno]


def _set(node: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """The objects whose attribute a statement sets, with the value where that is plain."""
    for part in ast.walk(node):
        match part:
            case ast.Attribute(value=owner, attr=name, ctx=ast.Store() | ast.Del()) if name == ATTENTION:
                yield owner, node.value if isinstance(node, ast.Assign) and part in node.targets else None
            case ast.Call(
                func=ast.Name(id="setattr" | "delattr"), args=[owner, ast.Constant(value=name), *value]
            ) if name == ATTENTION:
                yield owner, value[0] if value and isinstance(node, ast.Expr) else None


# -- configurations, and the gate ------------------------------------------------------------------------


def configuration_facts(data: bytes) -> dict[str, Any]:
    """What a file of configuration classes says.

    ``{"checkpoints": {CLASS: [id, line]}, "exports": [NAME, …], "types": {CLASS: [model type | null, BASE, …]}}``.
    """
    classes = Module(data).classes if b"auto_docstring" in data or b"model_type" in data else {}
    declared = {name: _declared_checkpoint(node) for name, node in classes.items()}
    return {
        "checkpoints": {name: checkpoint for name, checkpoint in declared.items() if checkpoint},
        "exports": exported_names(data),
        "types": {
            name: [_model_type(node), *(base.id for base in node.bases if isinstance(base, ast.Name))]
            for name, node in classes.items()
        },
    }


def _model_type(node: ast.ClassDef) -> str | None:
    """What a configuration class sets as its ``model_type``; None where it sets none."""
    found = None
    for statement in node.body:
        for name, value in binds(statement):
            if name == "model_type":
                known = value.value if isinstance(value, ast.Constant) else None
                found = known if isinstance(known, str) and known else None
    return found


def gate_facts(data: bytes) -> list[Any] | None:
    """[attribute that ``is_backend_compatible`` returns, or None, and its line]; None where no class has the method."""
    for node in Module(data, words=(ATTENTION.encode(),)).classes.values():
        for method in node.body:
            if isinstance(method, FUNCTIONS) and method.name == GATE:
                return [_returned(method), method.lineno]
    return None


def _returned(method: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The attribute of the class that a method returns and does nothing else."""
    body = method.body[1:] if ast.get_docstring(method, clean=False) is not None else method.body
    match body:
        case [ast.Return(value=ast.Attribute(value=ast.Name(id="cls"), attr=name))]:
            return name
        case _:
            return None
