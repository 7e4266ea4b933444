"""What is asked of a file of configuration classes: the checkpoints that it declares, and the names it exports."""

from __future__ import annotations

from typing import Any

from .exports import exported_names
from .model_code import decorated_checkpoints, model_facts
from .outline import outline
from .strings import normalise

__all__ = ["configuration_facts", "declared_checkpoints"]


def configuration_facts(data: bytes) -> dict[str, Any]:
    """``{"checkpoints": …, "exports": [name, …]}`` of one file.

    Args:
        data: the file.
    """
    text = normalise(data)
    exports = [] if text is None else exported_names(b"\n" + text)
    return {"checkpoints": declared_checkpoints(data), "exports": exports}


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
