"""What a Transformers backend does with a class that the engine does not register, by transformers' own gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archtrack.model import TransformersFacts

__all__ = ["by_gate"]


def by_gate(
    names: frozenset[str], wrappers: Iterable[str], facts: TransformersFacts
) -> tuple[Status | None, str]:
    """The answer of ``is_backend_compatible()``, if the release has a wrapper.

    Args:
        names: what the release registers.
        wrappers: the architectures under which the engine registers its wrapper.
        facts: what transformers says of the class.

    Returns:
        ``fallback``, ``refused``, ``unsupported``, or None where that is not known; and why, in a sentence.
    """
    there = [each for each in wrappers if each in names]
    if not there:
        return Status.UNSUPPORTED, "the release has no Transformers backend"
    # Which of several wrappers it is depends on the checkpoint.
    runner = there[0] if len(there) == 1 else "the Transformers backend"
    if facts.backend_compatible:
        return Status.FALLBACK, f"{runner} runs it: its is_backend_compatible() is true"
    if facts.backend_compatible is False:
        return Status.REFUSED, f"{runner} does not run it: its is_backend_compatible() is false"
    return None, "what its is_backend_compatible() returns is not known"
