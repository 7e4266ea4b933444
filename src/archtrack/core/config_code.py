"""The checkpoints that a file of configuration classes declares: all that is asked of it."""

from __future__ import annotations

from typing import Any

from .model_code import decorated_checkpoints, model_facts
from .outline import outline

__all__ = ["declared_checkpoints"]


def declared_checkpoints(data: bytes) -> dict[str, list[Any]]:
    """Configuration class -> [id, line] of what its ``@auto_docstring(checkpoint="…")`` names.

    Args:
        data: the file.
    """
    if b"checkpoint" not in data:
        return {}
    read = outline(data)
    headers = read.classes() if read is not None else None
    found = None if read is None or headers is None else decorated_checkpoints(read, headers)
    if found is None:
        classes = model_facts(data)["classes"]
        found = {name: facts["checkpoint"] for name, facts in classes.items() if facts["checkpoint"]}
    return found
