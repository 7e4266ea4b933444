"""What the classes of a model module declare that SGLang asks a model for: hooks, and the signature of ``forward``.

The facts of a module, as JSON: ``aliases``: name -> name; ``imports``: name -> [level, module, attribute]; ``classes``:
name -> facts, of which those that are empty are left out, but for the first two:

- ``line``, and ``bases``: dotted names;
- ``hooks``: hook -> whether the class has it; False for one that says "none", an empty list;
- ``unsure``: hook -> why that cannot be told. A reason names no line: another line is no other reason;
- ``dynamic``: whether there is a ``__getattr__``;
- ``forward_of``: the class of the part whose ``forward`` it takes: ``self.forward = self.part.forward``.

``FORWARD`` is among the hooks: whether the signature of ``forward`` has the parameter that pipeline parallel needs.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from archtrack.core.python.conditions import short
from archtrack.core.python.module import statements
from archtrack.core.python.values import dotted, last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.core.python.module import Module, Statement

__all__ = ["FORWARD", "HOOKS", "PP_PARAMETER", "WORDS", "class_features"]

FORWARD = "forward"
PP_PARAMETER = "pp_proxy_tensors"
_LORA = "supported_lora_modules"
_MAPPING = "data_embedding_func"
"""Begins the names of what hands the methods of each modality on: ``image_data_embedding_func=self.get_image_feature``
until 0.4.9, ``data_embedding_funcs={Modality.IMAGE: self.get_image_feature}`` since."""
_MODALITIES = {"IMAGE": "get_image_feature", "VIDEO": "get_video_feature", "AUDIO": "get_audio_feature"}

HOOKS = {
    "set_eagle3_layers_to_capture": "eagle3",
    "get_embed_and_head": "eagle",
    "get_embed_and_head_for_draft": "eagle",
    **{hook: name.lower() for name, hook in _MODALITIES.items()},
    _LORA: "lora",
    "should_apply_lora": "lora",
    "bitsandbytes_stacked_params_mapping": "bitsandbytes",
}
"""What a class may have -> the feature that it stands for."""

_WANTED = frozenset({*HOOKS, FORWARD})
WORDS = (*(hook.encode() for hook in HOOKS), b".forward =", b".forward=", _MAPPING.encode())
"""In the bodies of methods that may set a hook, or hand one on."""
_KEEP_SIGNATURE = frozenset({"no_grad", "inference_mode", "abstractmethod", "compile", "ignore", "override"})
"""Decorators behind which ``inspect.signature`` sees the function itself."""


def class_features(module: Module) -> dict[str, Any]:
    """The facts of a module; see above.

    Args:
        module: the module, with the bodies in which one of ``WORDS`` occurs.
    """
    classes = {name: _class(node) for name, node in module.classes.items()}
    heads = {base.partition(".")[0] for each in classes.values() for base in each["bases"]}
    aliases = {
        name: value.id
        for name, value in module.values.items()
        if isinstance(value, ast.Name) and (value.id in classes or value.id in module.imports)
    }
    names = {*heads, *aliases.values()}
    return {
        "classes": classes,
        "aliases": aliases,
        "imports": {
            name: [found.level, found.module, found.attribute]
            for name, found in module.imports.items()
            if name in names or found.level or found.module.startswith("sglang.srt.models")
        },
    }


def _class(node: ast.ClassDef) -> dict[str, Any]:
    bases = [dotted(base) or short(base, 60) for base in node.bases]
    body = _Body(node)
    found = {
        "hooks": body.hooks,
        "unsure": body.unsure,
        "dynamic": body.dynamic,
        "forward_of": body.forward_of,
    }
    return {"line": node.lineno, "bases": bases, **{name: each for name, each in found.items() if each}}


class _Body:
    """What the body of a class binds of what is wanted, and what its methods set or hand on.

    Attributes:
        hooks: hook -> whether the class has it.
        unsure: hook -> why that cannot be told.
        dynamic: whether there is a ``__getattr__``.
        forward_of: the class of the part whose ``forward`` stands for its own.
    """

    def __init__(self, node: ast.ClassDef) -> None:
        self.hooks: dict[str, bool] = {}
        self.unsure: dict[str, str] = {}
        self.dynamic = False
        self.forward_of: str | None = None
        self._methods: dict[str, bool] = {}  # name -> whether it has the parameter
        self._bound: dict[str, list[_Bound]] = {}
        for statement in statements(node.body):
            self._take(statement)
        for hook, found in self._bound.items():
            has = _known(found)
            if has is None:
                self.unsure.setdefault(hook, f"`{hook}` is bound in a way that is not read")
            else:
                self.hooks[hook] = has

    def _take(self, statement: Statement) -> None:
        match statement.node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() as method:
                self._method(method, statement.condition)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        self._bind(target.id, _Bound(self._value(target.id, value), statement.condition))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._bind(name, _Bound(self._value(name, value), statement.condition))
            case _:
                pass

    def _method(self, method: ast.FunctionDef | ast.AsyncFunctionDef, condition: str | None) -> None:
        arguments = method.args
        named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        has = PP_PARAMETER in {each.arg for each in named}
        self._methods[method.name] = has
        if method.name == "__getattr__":
            self.dynamic = True
        if method.name == "__init__":
            self.forward_of = _forward_of(method)
        plain = all(last_name(each) in _KEEP_SIGNATURE for each in method.decorator_list)
        known = has if plain else None
        self._bind(method.name, _Bound(known if method.name == FORWARD else True, condition))
        for hook in _set_in(method):
            self.unsure.setdefault(hook, f"`self.{hook}` is set when the model is made")
        for hook in _handed_on(method):
            self._bind(hook, _Bound(has=True))

    def _value(self, name: str, value: ast.expr) -> bool | None:
        """Whether a class that assigns a value to a hook has it; None if that cannot be told."""
        if name == FORWARD:
            return self._methods.get(value.id) if isinstance(value, ast.Name) else None
        return not (name == _LORA and isinstance(value, (ast.List, ast.Tuple, ast.Set)) and not value.elts)

    def _bind(self, name: str, bound: _Bound) -> None:
        if name in _WANTED:
            self._bound.setdefault(name, []).append(bound)


class _Bound(NamedTuple):
    """One statement that binds a hook: whether the class has it then, and the condition."""

    has: bool | None
    condition: str | None = None


def _known(found: list[_Bound]) -> bool | None:
    """Whether a class has a hook that statements of its body bind; None if that cannot be told."""
    last = found[-1]
    conditions = {each.condition for each in found}
    always = None in conditions or any(f"not ({each})" in conditions for each in conditions)
    if last.condition is None or (always and len({each.has for each in found}) == 1):
        return last.has
    return None


def _set_in(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The hooks that a method sets on its object in place of what the class has."""
    for node in ast.walk(method):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()) if name in _WANTED:
                yield name
            case _:
                pass


def _forward_of(method: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """``Part`` of ``self.part = Part(…)`` and ``self.forward = self.part.forward``, both of which run in any case."""
    parts: dict[str, str | None] = {}
    for node in method.body:
        match node:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr="forward")],
                value=ast.Attribute(
                    value=ast.Attribute(value=ast.Name(id="self"), attr=part), attr="forward"
                ),
            ):
                return parts.get(part)
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=part)], value=ast.Call(func=called)
            ):
                parts[part] = dotted(called)
            case _:
                pass
    return None


def _handed_on(method: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """The hooks of the modalities that a method says how to embed."""
    for node in ast.walk(method):
        match node:
            case ast.keyword(arg=str() as name, value=value) if _MAPPING in name:
                yield from _modalities(name, value)
            case ast.Assign(targets=[target], value=value) if _MAPPING in last_name(target):
                yield from _modalities("", value)
                if isinstance(target, ast.Subscript):
                    yield from _of_key(target.slice)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _MAPPING in last_name(target):
                yield from _modalities("", value)
            case _:
                pass


def _modalities(name: str, value: ast.expr) -> Iterator[str]:
    kind, _, _ = name.partition(f"_{_MAPPING}")
    if kind.upper() in _MODALITIES and isinstance(value, ast.Attribute):
        yield _MODALITIES[kind.upper()]
    if isinstance(value, ast.Dict):
        for key in value.keys:
            yield from _of_key(key)


def _of_key(key: ast.expr | None) -> Iterator[str]:
    match key:
        case ast.Attribute(value=ast.Name(id="Modality"), attr=name) if name in _MODALITIES:
            yield _MODALITIES[name]
        case _:
            pass
