"""Weights in MLX's own quantisation, which no other engine looks at."""

from __future__ import annotations

import json

import pytest

from archtrack.core.verdict.checkpoint import read_checkpoint
from archtrack.core.verdict.mlx_weights import not_by_mlx
from archtrack.core.verdict.release_facts import ReleaseFacts
from archtrack.core.verdict.verdict import Steps
from archtrack.model import Gate, Status

BITS = {"group_size": 64, "bits": 4}


@pytest.mark.parametrize(
    ("config", "before", "after"),
    [
        ({"quantization": BITS}, Status.NATIVE, Status.UNKNOWN),
        ({"quantization": BITS}, Status.FALLBACK, Status.UNKNOWN),
        ({"quantization": BITS}, Status.UNSUPPORTED, Status.UNSUPPORTED),
        ({"quantization": BITS}, Status.REMOTE_CODE, Status.REMOTE_CODE),
        # The gates of the engines look at these.
        ({"quantization": BITS, "quantization_config": BITS}, Status.NATIVE, Status.NATIVE),
        ({"quantization_config": BITS}, Status.NATIVE, Status.NATIVE),
        ({"quantization": None}, Status.NATIVE, Status.NATIVE),
        ({"quantization": "int4"}, Status.NATIVE, Status.NATIVE),
        ({}, Status.NATIVE, Status.NATIVE),
    ],
)
def test_what_runs_a_model_may_not_run_its_weights(
    config: dict[str, object], before: Status, after: Status
) -> None:
    checkpoint = read_checkpoint(json.dumps({"architectures": ["A"], **config}).encode())
    steps = Steps("tinyrt", ("A",))
    verdict = steps.verdict(before, steps.say("it has `A`"), resolved="A", key="A")
    found = not_by_mlx(verdict, checkpoint, ReleaseFacts(engine="tinyrt", version="1.0", registered={}))
    assert (found.status, found.key) == (after, "A")
    if after is before:
        assert found == verdict
    else:
        assert (found.gate, found.resolved, found.steps[-1]) == (Gate.QUANTISATION, None, found.because)
