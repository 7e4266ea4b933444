"""How vLLM and SGLang have transformers make the config of a GGUF file.

Their ``get_config`` hands the file's name over (``kwargs["gguf_file"] = …``), and looks the model type that comes of it
up in ``MODEL_FOR_CAUSAL_LM_MAPPING_NAMES``: what is not there stops the engine, what is there is the architecture.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archtrack.core.python.module import Module

__all__ = ["WORD", "handing"]

WORD = b"gguf_file"
"""What the functions have in them that ``handing`` looks at."""
_CAUSAL = "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"


def handing(module: Module) -> dict[str, Any] | None:
    """``{"line", "causal": {"line"} | null}``: the line that hands a file over, and the one that looks its type up.

    Args:
        module: with the functions in which ``WORD`` occurs; the first of these that hands a file over counts. None
            where none does.
    """
    functions = (node for node in module.tree.body if isinstance(node, ast.FunctionDef))
    return next((found for function in functions if (found := _handed(function)) is not None), None)


def _handed(function: ast.FunctionDef) -> dict[str, Any] | None:
    line = causal = 0
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value="gguf_file"))]):
                line = min(line or node.lineno, node.lineno)
            case ast.Compare(
                left=ast.Attribute(attr="model_type"), ops=[ast.NotIn()], comparators=[ast.Name(id=name)]
            ) if name == _CAUSAL:
                causal = causal or node.lineno
            case _:
                pass
    if not (line and causal):
        return None
    return {"line": line, "causal": {"line": causal}}
