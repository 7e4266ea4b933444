"""What the tables and rules of the facts of a release of SGLang are called, besides those that every engine has."""

from __future__ import annotations

__all__ = ["CONFIG", "MULTIMODAL", "POOLED", "PROCESSOR_CLASSES"]

MULTIMODAL = "multimodal"
"""Table: the architectures that the engine lists as multimodal."""
POOLED = "pooled"
"""Table: the architectures that the engine lists as not generating."""
PROCESSOR_CLASSES = "processor_classes"
"""Table: the classes of the engine's own processors, where LLaVA's chooses among them by name."""
CONFIG = "config"
"""The key of the rules under which it stands how a config is read; the others are those of ``rules_json``.

``taken``, ``retried`` and ``named`` are as ``config_ways`` gives them; ``unread`` names the classes that are registered
for a model type that is not known.
"""
