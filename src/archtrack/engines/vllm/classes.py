"""What one file of vLLM's models says of its classes, as JSON.

::

    {"classes": {NAME: {"line", "bases": [...], "members": {NAME: value}, "info": NAME | null, "inputs": [...] | null}},
     "aliases": {NAME: NAME}, "imports": {NAME: [level, module, attribute]},
     "others": {NAME: [[level, module, attribute], …]}, "problem": [reason, line] | null}

``members`` are those of the asked names that a class's body binds: to true, false or a text (as such), to a method (its
parameters, and ``**`` for any), or to anything else (null). ``info`` is the class that ``register_processor`` is given,
``inputs`` what ``get_supported_mm_limits`` returns where that is plain (else ``?``), or what the decorators of releases
before 0.7 name. Behind a base that a function makes of a class (``as_embedding_model(Llama)``) stands that class.
``others`` are imports that bind a name under another condition than the one in ``imports``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.conditions import short
from archtrack.core.python.module import Import, Module, binds
from archtrack.core.python.values import dotted, last_name, strings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["INPUTS", "class_facts"]

INPUTS = ("image", "video", "audio")
_ASKED = frozenset(
    {
        "embedding_modules",
        "embedding_padding_modules",
        "forward",
        "get_eagle3_aux_hidden_state_layers",
        "get_eagle3_default_aux_hidden_state_layers",
        "has_own_embed_tokens",
        "has_own_lm_head",
        "is_attention_free",
        "is_hybrid",
        "is_pooling_model",
        "make_empty_intermediate_tensors",
        "packed_modules_mapping",
        "pooler",
        "score_type",
        "set_aux_hidden_state_layers",
        "supported_languages",
        "supported_lora_modules",
    }
)
_LIMITS = "get_supported_mm_limits"
_WORDS = (_LIMITS.encode(), *(b'{"%s"' % each.encode() for each in INPUTS))
_MAPPERS = {"register_image_input_mapper": "image", "register_max_image_tokens": "image"}


def class_facts(data: bytes) -> dict[str, Any]:
    """The facts of one file; see above. One that does not parse has a ``problem`` and nothing else."""
    module = Module(data, words=_WORDS)
    others: dict[str, list[list[Any]]] = {}
    for name, found in module.bindings.items():
        imported = [each.bound for each in found if isinstance(each.bound, Import)]
        if len(imported) > 1 and imported[-1] is found[-1].bound:
            others[name] = [[each.level, each.module, each.attribute] for each in imported[:-1]]
    return {
        "classes": {name: _class(node, module) for name, node in module.classes.items()},
        "aliases": {
            name: target
            for name, value in module.values.items()
            if isinstance(value, (ast.Name, ast.Attribute)) and (target := dotted(value)) not in (None, name)
        },
        "imports": {name: [each.level, each.module, each.attribute] for name, each in module.imports.items()},
        "others": others,
        "problem": [f"cannot be parsed: {module.problem[0]}", module.problem[1]] if module.problem else None,
    }


def _class(node: ast.ClassDef, module: Module) -> dict[str, Any]:
    members: dict[str, Any] = {}
    limits = None
    for statement in node.body:
        for name, value in binds(statement):
            if name in _ASKED or name.startswith("supports_"):
                members[name] = _value(value)
            elif name == _LIMITS and isinstance(value, ast.FunctionDef):
                limits = _limits(value)
    info, named = _processor(node)
    return {
        "line": node.lineno,
        "bases": [name for base in node.bases for name in _base(base, module)],
        "members": members,
        "info": info,
        "inputs": limits if limits is not None else named or None,
    }


def _base(node: ast.expr, module: Module) -> Iterator[str]:
    """A base, and the class that it is made of where a function makes it."""
    yield dotted(node) or short(node)
    made = module.values.get(node.id) if isinstance(node, ast.Name) else node
    match made:
        case ast.Call(func=ast.Name(), args=[ast.Name(id=made_of)]):
            yield made_of
        case _:
            pass


def _value(value: object) -> Any:
    match value:
        case ast.Constant(value=bool() | str() as constant):
            return constant
        case ast.FunctionDef(args=arguments):
            named = [each.arg for each in (*arguments.args, *arguments.kwonlyargs)]
            return [*named, "**"] if arguments.kwarg is not None else named
        case _:
            return None


def _limits(method: ast.FunctionDef) -> list[str]:
    """The inputs that a method returns as the keys of one dictionary; ``?`` for what is not written so."""
    returned = [part.value for part in ast.walk(method) if isinstance(part, ast.Return)]
    match returned:
        case [ast.Dict(keys=keys)] if keys and all(isinstance(key, ast.Constant) for key in keys):
            return [text for key in keys if key is not None for text in strings(key)]
        case _:
            return ["?"]


def _processor(node: ast.ClassDef) -> tuple[str | None, list[str]]:
    """What decorators say of a class's inputs: the class of its ``info``, or the inputs themselves."""
    info, named = None, list[str]()
    for name, call in _calls(node):
        if name == "register_processor":
            info = next((dotted(each.value) for each in call.keywords if each.arg == "info"), None) or "?"
        elif name in _MAPPERS:
            named.append(_MAPPERS[name])
        elif name == "register_input_mapper":
            named += [text for each in call.args[:1] for text in strings(each)]
    return info, list(dict.fromkeys(named))


def _calls(node: ast.ClassDef) -> Iterator[tuple[str, ast.Call]]:
    return ((last_name(each), each) for each in node.decorator_list if isinstance(each, ast.Call))
