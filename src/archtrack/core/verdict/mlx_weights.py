"""Weights in MLX's own quantisation, as mlx_lm.convert writes them: packed, with scales and biases beside them.

The config says so in ``quantization``, which MLX's own engines alone look at. Newer checkpoints say it in
``quantization_config``, too, where the gate of each engine finds it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.model import Gate, Status

from .verdict import Step

if TYPE_CHECKING:
    from .checkpoint import Checkpoint
    from .release_facts import ReleaseFacts
    from .verdict import Verdict

__all__ = ["not_by_mlx"]

_RUNS = (Status.NATIVE, Status.FALLBACK)


def not_by_mlx(verdict: Verdict, checkpoint: Checkpoint, release: ReleaseFacts) -> Verdict:
    """The verdict of an engine that does not look at ``quantization``; the same where there is none.

    Args:
        verdict: of its load path.
        checkpoint: what its config says.
        release: what is known of the release.
    """
    if verdict.status not in _RUNS or not checkpoint.quantised_by_mlx:
        return verdict
    because = Step(
        text=f"the weights are in MLX's own quantisation (`quantization`), which {release.name} does not look at:"
        " whether it loads them is not followed"
    )
    return replace(
        verdict,
        status=Status.UNKNOWN,
        because=because,
        steps=(*verdict.steps, because),
        gate=Gate.QUANTISATION,
        resolved=None,
        fix="use the checkpoint that it was made of",
    )
