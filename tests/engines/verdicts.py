"""A checkpoint through the gates of a release, and what is compared of the verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.checkpoint import Checkpoint, read_checkpoint
from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.base import Loads
from archtrack.model import Place, Registration, TransformersFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.verdict import Verdict

__all__ = ["load", "shown", "transformers"]


def load(given: Checkpoint | Mapping[str, Any], release: ReleaseFacts) -> Verdict:
    """The verdict of the release's engine on a checkpoint, or on a config."""
    checkpoint = given if isinstance(given, Checkpoint) else read_checkpoint(json.dumps(given).encode())
    engine = load_engine(release.engine)
    assert isinstance(engine, Loads)
    return engine.load(checkpoint, release, LoadOptions())


def shown(found: Verdict) -> tuple[str, str | None, str | None, str | None]:
    """Status, gate, what runs it and the key that was looked up."""
    return found.status.value, found.gate and found.gate.value, found.resolved, found.key


def transformers(types: Mapping[str, str | None]) -> ReleaseFacts:
    """A release of transformers that has these architectures, each with its model type."""
    return ReleaseFacts(
        engine="transformers",
        version="5.24.0",
        registered={
            name: Registration(
                name=name,
                file="a.py",
                place=Place(file="transformers/a.py", line=3),
                defined_in="a",
                transformers=TransformersFacts(exported=True, backend_compatible=None, model_type=model_type),
            )
            for name, model_type in types.items()
        },
    )
