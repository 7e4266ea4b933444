"""What a release of vLLM does with an architecture that it does not register, as its own code says.

The code is ``_ModelRegistry`` of ``models/registry.py`` since 0.10.1, and before that
``resolve_transformers_arch`` and its like in ``model_loader/utils.py``. ``load_facts`` says what the rules are.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GATES", "backend_facts", "functions"]

GATES = ("is_backend_compatible", "_can_set_attn_implementation", "_supports_flex_attn")
"""What releases have asked of a class."""
_NOWHERE = "supports_backend"
"""Asked for first from 0.7.2 to 0.8.2. No class of transformers has it, so what is asked then never counts."""
_WORDS = (
    *(gate.encode() for gate in GATES),
    b"iter_architecture_defaults",
    b"ForSequenceClassification",
    b"AutoModel",
)


def backend_facts(data: bytes) -> dict[str, Any]:
    """The rules ``gate``, ``remote``, ``normalise``, ``replaces`` and ``wrapper`` of a module, as far as it has them.

    Args:
        data: the module.
    """
    rules: dict[str, Any] = {}
    for node in functions(Module(data, words=_WORDS).tree):
        parts = list(ast.walk(node))
        _gate(parts, rules)
        _remote(node.name, parts, rules)
        _endings(node, parts, rules)
    return rules


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The functions of a module, and those of its classes."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]


def _gate(parts: list[ast.AST], rules: dict[str, Any]) -> None:
    asked = {
        part.attr: part.lineno for part in parts if isinstance(part, ast.Attribute) and part.attr in GATES
    }
    if any(isinstance(part, ast.Constant) and part.value == _NOWHERE for part in parts):
        asked.pop("is_backend_compatible", None)
    if asked and "gate" not in rules:
        rules["gate"] = {"any": sorted(asked, key=GATES.index), "line": min(asked.values())}
    names = [
        (part.value.value, part.lineno)
        for part in parts
        if isinstance(part, ast.Assign)
        and isinstance(part.targets[0], ast.Subscript)
        and isinstance(part.value, ast.Constant)
        and isinstance(part.value.value, str)
        and part.value.value.startswith("Transformers")
    ]
    if names and "wrapper" not in rules:
        rules["wrapper"] = {"chosen": [[None, names[0][0]]], "line": names[0][1]}


def _remote(name: str, parts: list[ast.AST], rules: dict[str, Any]) -> None:
    """Which entries of ``auto_map`` are looked for."""
    if name == "is_transformers_impl_compatible":  # takes the repository's class, if it is given one
        rules["remote"] = {"any": False, "first": True, "line": 0} | rules.get("remote", {}) | {"first": True}
        return
    prefixed = any(_is_prefix(part) for part in parts)
    lines = [part.lineno for part in parts if isinstance(part, ast.Constant) and part.value == "AutoModel"]
    if not lines:
        return
    first = rules.get("remote", {}).get("first", False)
    rules["remote"] = {"any": prefixed, "first": first, "line": lines[0]}


def _is_prefix(part: ast.AST) -> bool:
    match part:
        case ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Constant(value="AutoModel")]):
            return True
        case _:
            return False


def _endings(function: ast.FunctionDef, parts: list[ast.AST], rules: dict[str, Any]) -> None:
    """Whether one ending of a name is replaced by another."""
    for before, after, line in _replacements(parts):
        if function.name == "_normalize_arch" and before is None:
            rules["normalise"] = {"line": line}
        elif function.name == "get_model_architecture" and before is not None:
            rules["replaces"] = {"from": before, "to": after, "line": line}


def _replacements(parts: list[ast.AST]) -> Iterator[tuple[str | None, str | None, int]]:
    for part in parts:
        match part:
            case ast.Call(
                func=ast.Attribute(attr="replace"),
                args=[ast.Constant(value=str() as before), ast.Constant(value=str() as after)],
            ):
                yield before, after, part.lineno
            case ast.Call(func=ast.Attribute(attr="replace"), args=[ast.Name(), ast.Name()]):
                yield None, None, part.lineno
            case _:
                pass
