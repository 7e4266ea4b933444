"""A second reader of MLX-VLM: the names that a module binds anywhere, and the table by ``literal_eval``."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODULE = re.compile(r"mlx_vlm/(models|speculative/drafters)/([^/]+?)(?:/__init__)?\.py")


def registered(files: Mapping[str, bytes]) -> set[str]:
    """The model types that a release has a module with ``Model`` and ``ModelConfig`` for.

    Args:
        files: path -> content, of ``mlx_vlm/utils.py``, the models and the drafters.
    """
    utils = files["mlx_vlm/utils.py"].decode()
    body = utils.partition("def get_model_and_args")[2].partition("\ndef ")[0]
    found = {}
    for path in sorted(files, reverse=True):  # drafters first: a module of models takes their place
        match = _MODULE.fullmatch(path)
        if match and f"mlx_vlm.{match[1]}".replace("/", ".") in body:
            found[match[2]] = {"Model", "ModelConfig"} <= _bound(files[path])
    runs = {name for name, both in found.items() if both}
    runs -= set(re.findall(r'import_module\("mlx_vlm\.models\.(\w+)"\)', body))
    table = re.search(r"^MODEL_REMAPPING = (\{.*?\})$", utils, re.MULTILINE | re.DOTALL)
    assert table is not None
    others = ast.literal_eval(table[1])
    return (runs - set(others)) | {name for name, module in others.items() if module in runs}


def _bound(data: bytes) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names
