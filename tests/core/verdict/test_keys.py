"""What an engine looks a checkpoint up by, and what its registry says to that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.keys import Found, first_architecture, look_up, own_model_type, without_type
from archtrack.core.verdict.release_facts import ReleaseFacts
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Registration, Status, TransformersFacts

if TYPE_CHECKING:
    from collections.abc import Mapping


def registered(name: str, model_type: str | None = None, condition: str | None = None) -> Registration:
    return Registration(
        name=name,
        file="a.py",
        place=Place(file="models/a.py", line=7),
        defined_in="models.a",
        condition=condition,
        transformers=TransformersFacts(exported=True, backend_compatible=None, model_type=model_type),
    )


def release(
    *names: str,
    unresolved: int = 0,
    types: Mapping[str, str | None] | None = None,
    condition: str | None = None,
) -> ReleaseFacts:
    library = ReleaseFacts(
        engine="transformers",
        version="5.0.0",
        registered={name: registered(name, found) for name, found in (types or {}).items()},
    )
    return ReleaseFacts(
        engine="tinyrt",
        version="1.0",
        registered={name: registered(name, condition=condition) for name in names},
        unresolved=unresolved,
        transformers=None if types is None else library,
    )


def test_the_first_architecture_of_a_config_counts() -> None:
    steps = Steps("tinyrt", ("A", "B"))
    assert first_architecture(Checkpoint(architectures=("A", "B")), release(), steps) == "A"
    assert steps.steps == []


@pytest.mark.parametrize(
    ("checkpoint", "status", "gate"),
    [
        (Checkpoint(architectures=()), Status.UNSUPPORTED, Gate.ARCHITECTURE),
        (Checkpoint(architectures=(), given=False), Status.UNKNOWN, None),
    ],
)
def test_without_an_architecture_only_a_config_is_refused(
    checkpoint: Checkpoint, status: Status, gate: Gate | None
) -> None:
    found = first_architecture(checkpoint, release(), Steps("tinyrt", ()))
    assert isinstance(found, Verdict)
    assert (found.status, found.gate) == (status, gate)


@pytest.mark.parametrize(
    ("checkpoint", "types", "expected"),
    [
        (Checkpoint(architectures=(), model_type="qwen3"), None, "qwen3"),
        (Checkpoint(architectures=("A",), model_type="own"), {"A": "other"}, "own"),
        (only_named("A"), {"A": "a_type"}, "a_type"),
        # A config that does not say its type is not given one.
        (Checkpoint(architectures=("A",)), {"A": "a_type"}, None),
        (only_named("A"), {"A": None}, None),
        (only_named("A"), {"B": "b_type"}, None),
        (only_named("A"), None, None),
        (Checkpoint(architectures=(), given=False), {"A": "a_type"}, None),
    ],
)
def test_the_model_type_is_that_of_the_config_or_of_the_architecture(
    checkpoint: Checkpoint, types: Mapping[str, str | None] | None, expected: str | None
) -> None:
    steps = Steps("tinyrt", checkpoint.architectures)
    assert own_model_type(checkpoint, release(types=types), steps) == expected
    assert len(steps.steps) == (expected is not None)


@pytest.mark.parametrize(
    ("checkpoint", "status", "text"),
    [
        (Checkpoint(architectures=("A",)), Status.UNSUPPORTED, "the config has no `model_type`"),
        (only_named("A"), Status.UNKNOWN, "nothing says which one `A` has; give a config"),
        (Checkpoint(architectures=(), given=False), Status.UNKNOWN, "none is given; give a config"),
    ],
)
def test_without_a_model_type_only_a_config_is_refused(
    checkpoint: Checkpoint, status: Status, text: str
) -> None:
    found = without_type(checkpoint, release(), Steps("tinyrt", ()))
    assert found.status is status
    assert text in found.because.text


def test_what_is_registered_is_found_with_its_line() -> None:
    found = look_up("qwen3", release("qwen3"), Steps("tinyrt", ()), kind="model type")
    assert isinstance(found, Found)
    assert found.step.text == "tinyrt 1.0 runs model type `qwen3` by a.py"
    assert str(found.step.place) == "models/a.py:7"
    limited = look_up("A", release("A", condition="cuda is there"), Steps("tinyrt", ()))
    assert isinstance(limited, Found)
    assert limited.step.text == "tinyrt 1.0 runs `A` by a.py, where cuda is there"


@pytest.mark.parametrize(
    ("unresolved", "text"),
    [
        (0, "tinyrt 1.0 lacks `B`"),
        (1, "tinyrt 1.0 lacks `B` (1 place of its registry could not be read)"),
        (2, "tinyrt 1.0 lacks `B` (2 places of its registry could not be read)"),
    ],
)
def test_what_is_not_registered_stops_at_the_architecture(unresolved: int, text: str) -> None:
    found = look_up("B", release("A", unresolved=unresolved), Steps("tinyrt", ()), lacks="lacks")
    assert isinstance(found, Verdict)
    assert (found.status, found.gate, found.key) == (Status.UNSUPPORTED, Gate.ARCHITECTURE, "B")
    assert found.because.text == text
