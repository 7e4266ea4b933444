"""What Ollama registers, by regular expressions: a second reader, which shares nothing with archtrack's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["carried_rows", "registered", "registered_gguf"]

_TEXT = re.compile(r'"([^"]*)"')
_SWITCH = re.compile(r"switch \w+\.Architectures\[0\] \{(.*?)default:", re.DOTALL)
_CASE = re.compile(r"^\s*case (.*):$", re.MULTILINE)
_LIST = re.compile(r"SupportedArchs := \[\]string\{(.*?)\}", re.DOTALL)
_REGISTER = re.compile(r'^\s*(?:base|model)\.Register(?:Draft)?\("([^"]*)"', re.MULTILINE)
_IMPORT = re.compile(r'^\s*_ "github\.com/ollama/ollama/([^"]*)"$', re.MULTILINE)
_ROW = re.compile(r'\{\s*(LLM_ARCH_\w+),\s*"([^"]*)"\s*\}')


def registered(files: Mapping[str, bytes]) -> set[str]:
    """The architectures that a version has a converter or an MLX model for.

    Args:
        files: path in the repository -> content; without those of tests.
    """
    found: set[str] = set()
    for path, data in files.items():
        text = data.decode()
        if path.startswith("convert/"):
            for body in _SWITCH.findall(text):
                found.update(name for case in _CASE.findall(body) for name in _TEXT.findall(case))
        elif path == "server/images.go":
            found.update(name for body in _LIST.findall(text) for name in _TEXT.findall(body))
    return found | _of_packages(files, "x/models/", "x/mlxrunner/imports.go")


def registered_gguf(files: Mapping[str, bytes]) -> set[str]:
    """The GGUF architectures that Ollama's own engine has."""
    return _of_packages(files, "model/models/", "model/models/models.go")


def carried_rows(data: bytes) -> set[str]:
    """The rows of ``LLM_ARCH_NAMES`` in a file of llama.cpp."""
    body = data.decode().partition("LLM_ARCH_NAMES = {")[2].partition("};")[0]
    return {name for constant, name in _ROW.findall(body) if constant != "LLM_ARCH_UNKNOWN"}


def _of_packages(files: Mapping[str, bytes], folder: str, imports: str) -> set[str]:
    taken = set(_IMPORT.findall(files.get(imports, b"").decode()))
    return {
        name
        for path, data in files.items()
        if path.startswith(folder) and path.rpartition("/")[0] in taken
        for name in _REGISTER.findall(data.decode())
    }
