"""Whether the attention of a class can be set: what ``_can_set_attn_implementation()`` of transformers returns.

The method looks at the text of the module that defines the class, and so does this: it asks whether some texts are in
it, since 4.56 only where a regular expression finds a class of attention, and else says yes. The texts are taken from
the release. Of the regular expression only those are known that releases have had: it comes from outside, and a strange
one may take for ever. Releases before 4.54 do not have the method.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import FUNCTIONS
from archtrack.core.python.module import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["METHOD", "rule_of", "settable"]

METHOD = "_can_set_attn_implementation"

_CLASS = re.compile(r"class (\w+)\(nn.Module\)")
_CLASS_STATEMENT = re.compile(r"^class (\w+)\(nn\.Module\):", re.MULTILINE)


def _ends_with_attention(code: str) -> bool:
    r"""As ``class \w+Attention\(nn.Module\)``, in steps that do not grow with the square of a name."""
    return any(found[1].endswith("Attention") and found[1] != "Attention" for found in _CLASS.finditer(code))


def _has_attention(code: str) -> bool:
    r"""As ``^class \w*Attention\w*\(nn\.Module\):`` of whole lines."""
    return any("Attention" in found[1] for found in _CLASS_STATEMENT.finditer(code))


_PATTERNS: Mapping[tuple[str, bool], Callable[[str], bool]] = {
    (r"class \w+Attention\(nn.Module\)", False): _ends_with_attention,
    (r"^class \w*Attention\w*\(nn\.Module\):", True): _has_attention,
}
"""The regular expressions of the releases, and whether ``^`` fits at every line."""


def rule_of(data: bytes) -> dict[str, Any] | None:
    """How a release decides, from its ``modeling_utils.py``; None where it has no such method.

    ``{"texts": [text, …], "pattern": [expression, of lines] | null, "line"}``; ``texts`` is null where the method has
    another form.

    Args:
        data: the file.
    """
    for node in Module(data, words=(b" in code", b"re.search(")).classes.values():
        for method in node.body:
            if isinstance(method, FUNCTIONS) and method.name == METHOD:
                return {**_form(method.body), "line": method.lineno}
    return None


def _form(body: list[ast.stmt]) -> dict[str, Any]:
    """The rule in the statements of the method. What comes before asks for the module and for an earlier answer."""
    for number, statement in enumerate(body):
        match statement:
            case ast.Return(value=ast.expr() as value) if (texts := _texts(value)) is not None:
                return {"texts": texts, "pattern": None}
            case ast.If(test=test, body=[there]) if (pattern := _searched(test)) is not None:
                otherwise = statement.orelse or body[number + 1 :]
                if _is_true(_given(otherwise[0]) if otherwise else None) and tuple(pattern) in _PATTERNS:
                    return {"texts": _texts(_given(there)), "pattern": pattern}
            case _:
                pass
    return {"texts": None, "pattern": None}


def _given(statement: ast.stmt) -> ast.expr | None:
    """What a statement returns, or keeps to be returned."""
    return statement.value if isinstance(statement, (ast.Return, ast.Assign)) else None


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _searched(test: ast.expr) -> list[Any] | None:
    """The expression of a ``re.search`` of the module's text, and whether it is one of lines."""
    match test:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re"), attr="search"),
            args=[ast.Constant(value=str() as pattern), ast.Name(), *flags],
            keywords=[],
        ):
            return [pattern, [ast.unparse(flag) for flag in flags] == ["re.MULTILINE"]]
        case _:
            return None


def _texts(value: ast.expr | None) -> list[str] | None:
    """The texts of ``"…" in code and "…" in code``; None for anything else."""
    parts = value.values if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.And) else [value]
    texts = []
    for part in parts:
        match part:
            case ast.Compare(
                left=ast.Constant(value=str() as text), ops=[ast.In()], comparators=[ast.Name()]
            ):
                texts.append(text)
            case _:
                return None
    return texts


def settable(data: bytes, rule: Mapping[str, Any] | None) -> bool | None:
    """What the method returns for a class of a module; None where there is none, or it has another form.

    Args:
        data: the module.
        rule: of the release, as ``rule_of`` gives it.
    """
    if rule is None or rule["texts"] is None:
        return None
    if rule["pattern"] is not None:
        code = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        if not _PATTERNS[tuple(rule["pattern"])](code):
            return True
    return all(text.encode() in data for text in rule["texts"])
