"""The files of Ollama's repository that are read."""

from __future__ import annotations

__all__ = [
    "COMPAT_SOURCE",
    "CONVERTER",
    "FETCHED_PATCHES",
    "FILES",
    "MARKERS",
    "MLX_IMPORTS",
    "MLX_MODELS",
    "OLD_LIST",
    "OWN_IMPORTS",
    "OWN_MODELS",
    "READER",
    "SUBMODULE",
    "SUBMODULES",
    "VENDORED",
    "VERSIONS",
    "is_test",
]

MARKERS = ("convert/convert.go",)
CONVERTER = "convert/*.go"
READER = "convert/reader_safetensors.go"
OLD_LIST = "server/images.go"
"""Has the list of architectures of 0.1.29 to 0.1.31."""
OWN_MODELS = "model/models/*/*.go"
OWN_IMPORTS = "model/models/models.go"
MLX_MODELS = "x/models/*/*.go"
MLX_IMPORTS = "x/mlxrunner/imports.go"
SUBMODULES = ".gitmodules"
SUBMODULE = "llm/llama.cpp"
"""Where llama.cpp stands in the repository, until 0.3.14."""
VERSIONS = ("LLAMA_CPP_VERSION", "Makefile.sync", "llama/vendoring")
"""What names the llama.cpp of a release: since 0.30.0, since 0.5.8, since 0.4.0. The first that is there counts."""
VENDORED = ("llama/llama.cpp/src/llama-arch.cpp", "llama/llama-arch.cpp", "llama/llama.cpp")
"""Where ``LLM_ARCH_NAMES`` of a llama.cpp in the repository has been: since 0.5.8, since 0.5.5, since 0.4.0."""
FETCHED_PATCHES = (
    "llm/patches/*.diff",
    "llm/patches/*.patch",
    "llama/compat/*.patch",
    "llama/compat/models/*.patch",
)
"""What is done to a llama.cpp that is fetched to be built; one in the repository has its patches in it."""
COMPAT_SOURCE = "llama/compat/llama-ollama-compat.cpp"
FILES = tuple(
    f"./{path}"
    for path in (
        CONVERTER,
        OLD_LIST,
        OWN_MODELS,
        OWN_IMPORTS,
        MLX_MODELS,
        MLX_IMPORTS,
        SUBMODULES,
        *VERSIONS,
        *VENDORED,
        *FETCHED_PATCHES,
        COMPAT_SOURCE,
    )
)


def is_test(path: str) -> bool:
    """Whether Go builds a file for its tests alone."""
    return path.endswith("_test.go")
