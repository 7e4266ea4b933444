"""A second reader of what optimum-intel registers for OpenVINO: it hands the decorators to a function of its own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "optimum/exporters/openvino/model_configs.py"


def registered(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Model type -> tasks without ``-with-past``, of library transformers.

    Args:
        files: path -> bytes; only the file of registrations counts.
    """
    found: dict[str, set[str]] = {}
    lists: dict[str, list[str]] = {}

    def register(model_type: str, *tasks: str, library_name: str = "transformers") -> None:
        if library_name == "transformers":
            found.setdefault(model_type, set()).update(task.removesuffix("-with-past") for task in tasks)

    for node in ast.parse(files[FILE]).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("COMMON_"):
            lists[ast.unparse(node.targets[0])] = _evaluated(node.value, lists)
        for decorator in getattr(node, "decorator_list", []):
            if ast.unparse(decorator).startswith("register_in_tasks_manager("):
                library = {each.arg: ast.literal_eval(each.value) for each in decorator.keywords}
                register(*_evaluated(ast.List(elts=decorator.args), lists), **library)
    return found


def _evaluated(node: ast.expr, lists: Mapping[str, list[str]]) -> list[str]:
    if isinstance(node, ast.Name):
        return lists[node.id]
    if isinstance(node, ast.List):
        return [text for each in node.elts for text in _evaluated(each, lists)]
    return _evaluated(node.value, lists) if isinstance(node, ast.Starred) else [ast.literal_eval(node)]
