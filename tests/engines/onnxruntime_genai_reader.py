"""A second reader of ONNX Runtime GenAI's model builder: regular expressions over lines, nothing of archtrack's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MODELS = "onnxruntime_genai/models/"
COMPARED = re.compile(r'config\.architectures\[0\] == "(\w+)"')
MADE = re.compile(r" onnx_model = (\w+)\(")


def registered(files: Mapping[str, bytes]) -> dict[str, tuple[str, int]]:
    """Architecture -> (file of its class below the folder of models, the first line that compares with it)."""
    homes = {}
    for path, data in files.items():
        if path == f"{MODELS}builder.py" or path.startswith(f"{MODELS}builders/"):
            for name in re.findall(r"^class (\w+)", data.decode(), re.MULTILINE):
                homes[name] = path.removeprefix(MODELS)
    found: dict[str, tuple[str, int]] = {}
    waiting: list[tuple[str, int]] = []
    for number, line in enumerate(files[f"{MODELS}builder.py"].decode().splitlines(), 1):
        waiting += [(name, number) for name in COMPARED.findall(line)]
        made = MADE.search(line)
        if made is not None:
            for name, at in waiting:
                found.setdefault(name, (homes[made[1]], at))
            waiting = []
    return found
