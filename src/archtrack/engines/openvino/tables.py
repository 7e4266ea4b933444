"""What the table of the facts of a release of OpenVINO is called."""

from __future__ import annotations

__all__ = ["VERSIONS"]

VERSIONS = "transformers_versions"
"""Table: model type -> the releases of transformers that its export class takes: ``{"min", "max"}``, or one of
them. What it does not say is as ``default`` of rule ``versions`` has it, and null is no bound."""
