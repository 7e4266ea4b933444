"""What a release of vLLM asks of a class to tell what it can do: the questions of its ``models/interfaces.py``.

A question is JSON: ``["all", …]`` and ``["any", …]`` of questions, ``["attribute", NAME]`` (the class has it, and it is
true), ``["value", NAME, TEXT]`` (some class of its order sets it to that), ``["members", PROTOCOL]`` (the class has all
of them), ``["base", CLASS]`` (it is in the class's order), ``["keyword", METHOD, NAME]`` (the method takes it). The
functions that ask are read by fixed forms; one that is written in another way is not followed, and asks nothing.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["interface_facts", "questions"]

_PROTOCOL = "Protocol"
_ASKED = {
    "lora": "supports_lora",
    "pp": "supports_pp",
    "image": "supports_vision",  # 0.5.1 to 0.5.4
    "multimodal": "supports_multimodal",
    "transcription": "supports_transcription",
    "pooling": "is_pooling_model",
    "rerank": "supports_cross_encoding",
    "eagle": "supports_eagle",
    "eagle3": "supports_eagle3",
    "hybrid": "is_hybrid",
    "attention-free": "is_attention_free",
}
"""Feature -> the function that a release asks."""
_ALWAYS = "is_vllm_model"
"""What every registered class is: vLLM refuses to load any other."""
_QUANTISED = "SupportsQuant"
_CROSS_ENCODING = "SupportsCrossEncoding"
_MAX_DEPTH = 8
_MAX_PARTS = 100
_TRUE: list[Any] = ["all"]


def interface_facts(data: bytes) -> dict[str, Any]:
    """What a file declares, and what its functions ask.

    ``{"functions": {NAME: question}, "members": {PROTOCOL: [NAME, …]}, "bases": {PROTOCOL: [NAME, …]}, "scores":
    {PROTOCOL: TEXT}}``.

    Args:
        data: ``interfaces.py`` or ``interfaces_base.py``.
    """
    module = Module(data, words=None)
    found = {
        node.name: node
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not _is_overload(node)
    }
    asked: dict[str, Any] = {}
    for name, node in found.items():
        question = _answer(node)
        if question is not None:
            asked[name] = question
    return {
        "functions": asked,
        "members": {name: _members(node) for name, node in module.classes.items()},
        "bases": {
            name: [base.id for base in node.bases if isinstance(base, ast.Name)]
            for name, node in module.classes.items()
        },
        "scores": {name: text for name, node in module.classes.items() if (text := _score(node))},
    }


def questions(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Feature -> question, of what a release asks.

    Args:
        files: the facts of its ``interfaces.py`` and ``interfaces_base.py``.
    """
    release = _Release(files)
    found: dict[str, Any] = {}
    for feature, name in _ASKED.items():
        asked = release.question(name)
        if asked is not None:
            found[feature] = asked
    if "rerank" not in found and _CROSS_ENCODING in release.scores:
        found["rerank"] = ["value", "score_type", release.scores[_CROSS_ENCODING]]
    if _QUANTISED in release.members:
        found["quant-hooks"] = ["base", _QUANTISED]
    return found


def _is_overload(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list)


def _members(node: ast.ClassDef) -> list[str]:
    """What the body of a protocol declares."""
    found: dict[str, None] = {}
    for each in node.body:
        match each:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                found[name] = None
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[name] = None
            case _:
                pass
    return list(found)


def _score(node: ast.ClassDef) -> str | None:
    for each in node.body:
        match each:
            case ast.AnnAssign(target=ast.Name(id="score_type"), value=ast.Constant(value=str() as text)):
                return text
            case _:
                pass
    return None


# -- the functions ---------------------------------------------------------------------------------------


def _answer(node: ast.FunctionDef) -> Any:
    """The question that a function of one class answers; None for one that is not written in a known form.

    Another function that it asks is ``["function", NAME]``.
    """
    argument = node.args.args[0].arg if node.args.args else ""
    names: dict[
        str, Any
    ] = {}  # what a local name stands for: a question, or a text for an attribute of the class
    asked: list[Any] = []
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[name] = _attribute_of(value, argument) or _question(value, argument, names)
            case ast.If(test=test, body=[ast.Return(value=ast.expr() as value)], orelse=[]):
                if _is_class_test(test, argument):
                    return _all(asked, _question(value, argument, names))
                if not (isinstance(value, ast.Constant) and value.value is False):
                    return None
                asked.append(_refused(test, argument, names))
            case ast.Return(value=ast.expr() as value):
                return _all(asked, _question(value, argument, names))
            case ast.If() if not any(isinstance(part, ast.Return) for part in ast.walk(statement)):
                pass  # it warns
            case ast.Expr():
                pass
            case _:
                return None
    return None


def _all(asked: list[Any], last: Any) -> Any:
    parts = [*(each for each in asked if each != _TRUE), last]
    if None in parts:
        return None
    return parts[0] if len(parts) == 1 else ["all", *parts]


def _is_class_test(test: ast.expr, argument: str) -> bool:
    """``isinstance(model, type)``."""
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), ast.Name(id="type")]):
            return name == argument
        case _:
            return False


def _attribute_of(value: ast.expr, argument: str) -> str | None:
    """``forward`` of ``getattr(model, "forward", None)``."""
    match value:
        case ast.Call(
            func=ast.Name(id="getattr"),
            args=[ast.Name(id=name), ast.Constant(value=str() as attribute), *_],
        ) if name == argument:
            return attribute
        case _:
            return None


def _size(question: Any) -> int:
    """Of how many parts a question is made: local names may stand in each other many times."""
    return 1 + sum(_size(part) for part in question if isinstance(part, list))


def _refused(test: ast.expr, argument: str, names: Mapping[str, Any]) -> Any:
    """What has to hold so that ``if not …: return False`` goes on."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="callable"))):
            return _TRUE  # every module has a `forward`
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _question(operand, argument, names)
        case _:
            return None


def _question(value: ast.expr, argument: str, names: Mapping[str, Any]) -> Any:
    match value:
        case ast.Name(id=name) if not isinstance(names.get(name), str):
            return names.get(name)
        case ast.BoolOp(op=operator, values=values):
            parts = [_question(each, argument, names) for each in values]
            if None not in parts and sum(map(_size, parts)) <= _MAX_PARTS:
                return ["all" if isinstance(operator, ast.And) else "any", *parts]
        case ast.Compare(
            left=ast.Name(id=base),
            ops=[ast.In()],
            comparators=[ast.Attribute(value=ast.Name(id=name), attr="__mro__")],
        ) if name == argument:
            return ["base", base]
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), ast.Name(id=protocol)]):
            return ["members", protocol] if name == argument else None
        case ast.Call(
            func=ast.Name(id="getattr"),
            args=[ast.Name(id=name), ast.Constant(value=str() as attribute), ast.Constant(value=False)],
        ):
            return ["attribute", attribute] if name == argument else None
        case ast.Call(
            func=ast.Name(id="supports_kw"), args=[ast.Name(id=name), ast.Constant(value=str() as keyword)]
        ):
            method = names.get(name)
            return ["keyword", method, keyword] if isinstance(method, str) else None
        case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name)]) if name == argument:
            return _TRUE if function == _ALWAYS else ["function", function]
        case _:
            pass
    return None


class _Release:
    """What the functions and protocols of a release come to; a question of more parts than anybody writes is none."""

    def __init__(self, files: Mapping[str, Mapping[str, Any]]) -> None:
        def all_of(what: str) -> dict[str, Any]:
            return {name: facts for each in files.values() for name, facts in each[what].items()}

        self.functions, self.members = all_of("functions"), all_of("members")
        self.bases, self.scores = all_of("bases"), all_of("scores")
        self._left = _MAX_PARTS

    def question(self, function: str) -> Any:
        """What a function asks; None where that is not known."""
        self._left = _MAX_PARTS
        return self._whole(["function", function], 0)

    def _whole(self, asked: Any, depth: int) -> Any:
        """A question without names of other functions, and with the members of protocols in place of their names."""
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0:
            return None
        kind, *rest = asked
        match kind:
            case "members":
                return self._members(rest[0])
            case "function":
                inner = self.functions.get(rest[0])
                return None if inner is None else self._whole(inner, depth + 1)
            case "all" | "any":
                parts = [self._whole(each, depth + 1) for each in rest[:_MAX_PARTS]]
                return None if None in parts or len(rest) > _MAX_PARTS else [kind, *parts]
            case _:
                return asked

    def _members(self, protocol: str) -> Any:
        waiting, wanted, seen = [protocol], dict[str, None](), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen or name == _PROTOCOL:
                continue
            if name not in self.members:
                return None
            seen.add(name)
            wanted.update(dict.fromkeys(self.members[name]))
            waiting += self.bases[name]
        return ["members", *sorted(wanted)]
