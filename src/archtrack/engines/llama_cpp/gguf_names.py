"""``MODEL_ARCH`` of gguf-py, and the names that ``MODEL_ARCH_NAMES`` gives its members."""

from __future__ import annotations

import ast
from typing import Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import dotted

__all__ = ["gguf_names", "member_of"]

_TABLE, _ENUM = "MODEL_ARCH_NAMES", "MODEL_ARCH"


def gguf_names(data: bytes) -> dict[str, Any]:
    """The names of GGUF architectures.

    Args:
        data: the module ``gguf.constants``.

    Returns:
        ``{"names": {member: [name, line]}, "unresolved": [[line, reason]]}``; a member is ``QWEN3`` for
        ``MODEL_ARCH.QWEN3``.
    """
    module = Module(data)
    names: dict[str, list[Any]] = {}
    unresolved: list[list[Any]] = []
    if module.problem is not None:
        reason, line = module.problem
        return {"names": names, "unresolved": [[line, reason]]}
    if _TABLE in module.changed:
        reason, line = module.changed[_TABLE]
        unresolved.append([line, reason])
    bound = module.bindings.get(_TABLE, [])
    table = bound[0].bound if len(bound) == 1 and bound[0].condition is None else None
    if not isinstance(table, ast.Dict):
        line = bound[-1].line if bound else 0
        unresolved.append([line, f"{_TABLE} is not one dict that is written out"])
        return {"names": names, "unresolved": unresolved}
    for key, held in zip(table.keys, table.values, strict=True):
        member = None if key is None else member_of(key)
        if member is not None and isinstance(held, ast.Constant) and isinstance(held.value, str):
            names[member] = [held.value, held.lineno]
        else:
            unresolved.append([held.lineno, f"a row of {_TABLE} is not {_ENUM}.X with a name"])
    return {"names": names, "unresolved": unresolved}


def member_of(node: ast.expr) -> str | None:
    """``QWEN3`` for ``gguf.MODEL_ARCH.QWEN3``; None for anything else."""
    parts = (dotted(node) or "").split(".")
    return parts[-1] if len(parts) in {2, 3} and parts[-2] == _ENUM else None
