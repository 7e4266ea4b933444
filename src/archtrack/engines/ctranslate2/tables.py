"""What the tables of the facts of a release of CTranslate2 are called."""

from __future__ import annotations

__all__ = ["LOADERS"]

LOADERS = "loaders"
"""Table: configuration class -> what its loader loads and asks for, see ``loaders.loader_facts``."""
