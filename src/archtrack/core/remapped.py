"""Further names of classes: ``EntryClassRemapping = [("Name", Class), …]`` of SGLang 0.1.18 to 0.2.15."""

from __future__ import annotations

import ast
from typing import Any

from .conditions import short
from .modules import parse

__all__ = ["remapped_classes"]


def remapped_classes(data: bytes, variable: str) -> dict[str, Any]:
    """The pairs of a module's variable.

    Args:
        data: the file, which is known to parse.
        variable: its name.

    Returns:
        ``{"remapped": [[name, line, class, line of the class or 0]], "odd": [[line, reason]]}``.
    """
    try:
        tree = parse(data)
    except SyntaxError as error:
        return {"remapped": [], "odd": [[error.lineno or 0, error.msg]]}
    lines = {node.name: node.lineno for node in tree.body if isinstance(node, ast.ClassDef)}
    remapped: list[list[Any]] = []
    odd: list[list[Any]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=pairs)) if name == variable:
                for pair in pairs:
                    match pair:
                        case ast.Tuple(elts=[ast.Constant(value=str() as text), ast.Name(id=class_name)]):
                            remapped.append([text, pair.lineno, class_name, lines.get(class_name, 0)])
                        case _:
                            odd.append([pair.lineno, f"cannot tell what `{short(pair, 60)}` registers"])
            case ast.Name(id=name, ctx=ast.Store()) if name == variable:
                remapped_here = any(
                    isinstance(each, ast.Assign) and node in each.targets and isinstance(each.value, ast.List)
                    for each in tree.body
                )
                if not remapped_here:
                    odd.append([node.lineno, f"{variable} is no list of pairs at the top level"])
            case _:
                pass
    return {"remapped": remapped, "odd": odd}
