"""A second reader of TensorRT-LLM: a full parse, as small as it can be, that shares nothing with archtrack's."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["registered"]

ROOT = "tensorrt_llm"
TORCH = f"{ROOT}/_torch/models/"


def registered(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Backend -> the names that it registers, by the files of the package."""
    found: dict[str, set[str]] = {"pytorch": set(), "tensorrt": set()}
    for path, data in files.items():
        if path == f"{TORCH}_arch_index.py":
            found["pytorch"].update(key for key, _ in _rows(data, "MODEL_ARCH_TO_MODULE", {}))
        elif path.startswith(TORCH):
            for node in ast.walk(ast.parse(data)):
                for each in getattr(node, "decorator_list", ()):
                    if ast.unparse(each).split("(")[0].endswith("register_auto_model"):
                        found["pytorch"].update(map(ast.literal_eval, each.args))
    legacy = files.get(f"{ROOT}/models/__init__.py", b"")
    found["tensorrt"].update(key for key, _ in _rows(legacy, "MODEL_MAP", _constants(files)))
    return {backend: names for backend, names in found.items() if names}


def _constants(files: Mapping[str, bytes]) -> dict[str, str]:
    """The strings that configs of models give names in capitals."""
    return {
        node.targets[0].id: node.value.value
        for path, data in files.items()
        if path.startswith(f"{ROOT}/models/") and path.endswith("/config.py")
        for node in ast.parse(data).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _rows(data: bytes, name: str, constants: Mapping[str, str]) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.parse(data).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            assert isinstance(node.value, ast.Dict)
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                assert key is not None
                yield constants[key.id] if isinstance(key, ast.Name) else ast.literal_eval(key), value
