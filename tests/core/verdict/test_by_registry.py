"""What is said of an engine of which only the registry is known."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.verdict.by_registry import by_registry
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import ReleaseFacts
from archtrack.model import Place, Registration

PLACE = Place(file="conversion/a.py", line=3)


def release(unresolved: int = 0) -> ReleaseFacts:
    return ReleaseFacts(
        engine="llama-cpp",
        version="0.3.36",
        registered={
            "A": Registration(name="A", file="a.py", place=PLACE, defined_in="a"),
            "B": Registration(name="B", file="a.py", place=PLACE, defined_in="a", condition="metal()"),
        },
        unresolved=unresolved,
    )


@pytest.mark.parametrize(
    ("names", "expected", "text"),
    [
        (("A",), ("native", None, "A", "A"), "llama-cpp 0.3.36 registers `A`"),
        (("X", "B", "A"), ("native", None, "B", "B"), "llama-cpp 0.3.36 registers `B`, where metal()"),
        (("X", "Y"), ("unsupported", "architecture", None, "X"), "registers none of `X`, `Y`"),
        ((), ("unsupported", "architecture", None, None), "the checkpoint names no architecture"),
    ],
)
def test_the_first_architecture_that_is_registered_counts(
    names: tuple[str, ...], expected: tuple[Any, ...], text: str
) -> None:
    found = by_registry(Checkpoint(architectures=names), release())
    assert (found.status.value, found.gate and found.gate.value, found.resolved, found.key) == expected
    assert found.because.text.endswith(text)
    assert "only the registry is known" in found.steps[0].text
    assert found.because.place == (PLACE if found.gate is None else None)


def test_what_could_not_be_read_is_said() -> None:
    found = by_registry(only_named("X"), release(unresolved=2))
    assert "2 places of its registry could not be read" in found.because.text
