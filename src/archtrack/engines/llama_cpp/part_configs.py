"""Whether the architecture that a sub-config names counts instead of the config's own: ``get_model_architecture``."""

from __future__ import annotations

import ast
from typing import Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import strings

from .tables import PART

__all__ = ["part_configs"]

_FUNCTION = "get_model_architecture"


def part_configs(data: bytes) -> dict[str, Any]:
    """What the function says of ``text_config``.

    Args:
        data: the module that holds it.

    Returns:
        ``{"line": where the sub-config's architecture is taken, 0 where it is not, "first": [architecture whose own
        name counts all the same]}``.
    """
    function = Module(data, (PART.encode(),)).function(_FUNCTION)
    found: dict[str, Any] = {"line": 0, "first": []}
    for node in ast.walk(function) if function is not None else ():
        match node:
            case ast.Assign(
                targets=[ast.Name(id="arch")],
                value=ast.Subscript(
                    value=ast.Subscript(
                        value=ast.Name(id="text_config"), slice=ast.Constant(value="architectures")
                    )
                ),
            ):
                found["line"] = node.lineno
            case ast.Compare(left=ast.Name(id="arch"), ops=[ast.In()], comparators=[ast.Tuple() as names]):
                found["first"] = strings(names)
            case _:
                pass
    return found
