"""What a table of the facts of a release of LMDeploy is called."""

from __future__ import annotations

__all__ = ["REMOVED"]

REMOVED = "removed"
"""Table: architecture -> the family that the PyTorch engine ran once and turns away now."""
