"""A second reader of CTranslate2's converter: a full parse, as small as can be, that shares nothing with archtrack."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CONVERTER = "ctranslate2/converters/transformers.py"


def registered(files: Mapping[str, bytes]) -> dict[str, tuple[int, str, str]]:
    """Configuration class -> (line of the decorator, loader, the class that it loads by ``architecture_name``)."""
    classes = {node.name: node for node in ast.parse(files[CONVERTER]).body if isinstance(node, ast.ClassDef)}
    found = {}
    for name, node in classes.items():
        for decorator in node.decorator_list:
            config = ast.literal_eval(decorator.args[0])  # type: ignore[attr-defined]
            found[config] = (decorator.lineno, name, _loads(name, classes))
    return found


def _loads(name: str, classes: Mapping[str, ast.ClassDef]) -> str:
    while True:
        node = classes[name]
        for each in node.body:
            if isinstance(each, ast.FunctionDef) and each.name == "architecture_name":
                return str(ast.literal_eval(each.body[-1].value))  # type: ignore[attr-defined]
        name = ast.unparse(node.bases[0])
