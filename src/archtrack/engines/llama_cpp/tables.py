"""What the tables of the facts of a release of llama.cpp are called."""

from __future__ import annotations

__all__ = ["CONVERTS", "PART", "PART_CONFIGS", "PROJECTOR"]

CONVERTS = "converts"
"""Table: architecture -> for ``text`` and ``mmproj`` the GGUF architectures that its file may get, the usual one first;
``unresolved`` lists those of the two that may get others, too."""
PART_CONFIGS = "part_configs"
"""Table: the sub-config whose ``architectures`` count -> the architectures of a config that count all the same."""
PART = "text_config"
"""The one sub-config that is in it."""
PROJECTOR = "clip"
"""The GGUF architecture of the file that sees or hears: it is no model, and goes beside one."""
