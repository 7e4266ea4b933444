"""Counts what went over the network."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Transfer"]


@dataclass(slots=True)
class Transfer:
    """What was asked for and what came, counted as it happens.

    Attributes:
        requests: requests sent, redirects and repetitions included.
        bytes: bytes of the bodies as they came over the line, compressed where they were.
    """

    requests: int = 0
    bytes: int = 0

    def add(self, *, requests: int = 0, bytes: int = 0) -> None:  # noqa: A002 - the word for it
        """Count."""
        self.requests += requests
        self.bytes += bytes
