"""What ExLlamaV3's configuration classes ask of a config, as far as it is plainly written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.engines._quantisation import constants

if TYPE_CHECKING:
    from archtrack.core.python.module import Module

__all__ = ["WORDS", "asked_by"]

WORDS = (b"read_cfg", b"assert_cfg", b"super()", b"vision")
"""Without these in its body, a function says nothing of what is read here."""
_MOST = 100
"""Keys that are read of one class: more is no config."""


def asked_by(module: Module) -> dict[str, dict[str, Any]]:
    """What the classes of a module ask of a config.

    Returns:
        Class -> ``{"line": of ``__init__`` or 0, "base": it calls its base's, "equal": {key: [the values that are
        taken]}, "needs": [key without a default], "models": the line that names a model of vision, 0 for none, None
        where no models are named}``, of the classes that say anything of it. A key inside of another is written
        ``text_config->hidden_act``. Only what ``__init__`` does in any case is read.
    """
    found = {name: _asked(node) for name, node in module.classes.items()}
    return {name: asks for name, asks in found.items() if asks["line"] or asks["models"] is not None}


def _asked(node: ast.ClassDef) -> dict[str, Any]:
    asks: dict[str, Any] = {"line": 0, "base": False, "equal": {}, "needs": [], "models": None}
    takes_out = False
    for method in node.body:
        if isinstance(method, ast.FunctionDef):
            takes_out = takes_out or _takes_vision_out(method)
            if asks["models"] is None:
                asks["models"] = _models(method)
            if method.name == "__init__":
                asks["line"] = method.lineno
                _keys(method, asks)
    if takes_out:
        asks["models"] = 0
    return asks


def _keys(method: ast.FunctionDef, asks: dict[str, Any]) -> None:
    """The keys that are read in any case: by statements in no block, up to one that may leave."""
    for statement in method.body:
        blocks = isinstance(statement, (ast.If, ast.For, ast.While, ast.With, ast.Try))
        if blocks and any(isinstance(part, ast.Return) for part in ast.walk(statement)):
            asks["base"] = asks["base"] or any(_calls_base(part) for part in ast.walk(method))
            return
        if blocks or isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            continue
        for part in ast.walk(statement):
            asks["base"] = asks["base"] or _calls_base(part)
            if len(asks["equal"]) + len(asks["needs"]) < _MOST:
                _key(part, asks)


def _key(part: ast.AST, asks: dict[str, Any]) -> None:
    match part:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="self"), attr="read_cfg"),
            args=[_, ast.Constant(value=str() as key), ast.Name(id="no_default")],
        ):
            if key not in asks["needs"]:
                asks["needs"].append(key)
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="self"), attr="assert_cfg"),
            args=[_, ast.Constant(value=str() as key), ast.Constant() | ast.List() as value, *_],
        ):
            values = constants(value)
            if values:
                asks["equal"].setdefault(key, values)
        case _:
            pass


def _calls_base(part: ast.AST) -> bool:
    match part:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__")):
            return True
        case _:
            return False


def _models(method: ast.FunctionDef) -> int | None:
    """The line of ``{"text": …, "vision": …}`` that is handed to the base or returned; 0 for one without vision."""
    for part in ast.walk(method):
        handed: list[ast.expr] = []
        if isinstance(part, ast.Call) and _calls_base(part):
            handed = part.args
        elif isinstance(part, ast.Return) and part.value is not None:
            handed = [part.value]
        for each in handed:
            if isinstance(each, ast.Dict):
                keys = {key.value: key.lineno for key in each.keys if isinstance(key, ast.Constant)}
                if "text" in keys:
                    return keys.get("vision", 0)
    return None


def _takes_vision_out(method: ast.FunctionDef) -> bool:
    """Whether a method has ``self.model_classes.pop("vision")``."""
    for part in ast.walk(method):
        match part:
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="model_classes"), attr="pop"),
                args=[ast.Constant(value="vision"), *_],
            ):
                return True
            case _:
                pass
    return False
