"""What names of models stand for: the rows that the command line and the page both answer."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.names import Names
from archtrack.errors import ArchtrackError
from archtrack.hub.targets import open_targets

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "model-lookups.json").read_text(encoding="utf-8")
)
"""``found`` is null where there is no answer, or where the text is an architecture."""


@cache
def _names() -> Names:
    return Names(Histories({}, SHIPPED), {})


def looked_up(text: str, folder: Path) -> dict[str, Any] | None:
    """What ``check`` takes a text for where the Hub is not asked; None for an architecture, and for nothing.

    Args:
        text: as somebody types it.
        folder: an empty one, where it names no file.
    """
    try:
        targets = open_targets(text, _names(), folder=folder, offline=True)
    except ArchtrackError:
        return None
    found = targets[0].found
    architectures = [name for each in targets for name in each.checkpoint.architectures or (None,)]
    if targets[0].kind == "model type":
        named = [name for name in architectures if name is not None]
        return {"found": "model type", "architectures": named, "model": None}
    if found is None:
        return None
    return {
        "found": found.words,
        "architectures": architectures,
        "model": found.model,
        "candidates": [[each.architecture, each.model_type, each.ids] for each in found.candidates],
        "others": [list(each) for each in found.others],
        "ids": found.ids,
        "read_as": found.read_as,
    }
