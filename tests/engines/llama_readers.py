"""A second reader of llama.cpp: its converters become classes of Python, its C++ table is searched with a pattern."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROW = re.compile(r'\{\s*(LLM_ARCH_\w+)\s*,\s*"([^"]+)"\s*\}')
_MEMBER = re.compile(r'MODEL_ARCH\.(\w+)\s*:\s*"([^"]+)"')


def runs(text: str) -> set[str]:
    """The names in ``LLM_ARCH_NAMES`` of ``llama-arch.cpp``, without the two that are no model's."""
    table = re.split(r"LLM_ARCH_NAMES\s*=\s*\{", text)[1].split("};")[0]
    return {name for constant, name in _ROW.findall(table) if constant != "LLM_ARCH_UNKNOWN"} - {"clip"}


def names(text: str) -> dict[str, str]:
    """``MODEL_ARCH_NAMES`` of gguf-py."""
    table = re.split(r"\nMODEL_ARCH_NAMES\b[^=]*=\s*\{", text)[1].split("\n}")[0]
    return dict(_MEMBER.findall(table))


def converts(files: Mapping[str, str], gguf: Mapping[str, str]) -> dict[str, dict[str, set[str]]]:
    """Architecture -> ``text`` or ``mmproj`` -> the GGUF architectures that its file may get.

    Args:
        files: path -> text, of ``conversion/`` or of the script.
        gguf: as ``names`` gives it.
    """
    trees = {path: ast.parse(text) for path, text in files.items()}
    world = _World(trees)
    found: dict[str, dict[str, set[str]]] = {}
    for path, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                made = world.made(path, node.name)
                group = (
                    "mmproj"
                    if any(each.__name__ in {"MmprojModel", "VisionModel"} for each in made.__mro__)
                    else "text"
                )
                for name in _registered(node):
                    members = {made.model_arch} | {
                        each for base in made.__mro__ for each in getattr(base, "_later", ())
                    }
                    found.setdefault(name, {})[group] = {gguf[each] for each in members if each is not None}
    return _mapped(found, trees.get("conversion/__init__.py"))


def _mapped(found: dict[str, dict[str, set[str]]], init: ast.Module | None) -> dict[str, dict[str, set[str]]]:
    """Only what the maps name, where there are maps."""
    if init is None:
        return found
    maps = {
        node.target.id: ast.literal_eval(node.value)
        for node in init.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Dict)
    }
    listed = {"text": maps["TEXT_MODEL_MAP"], "mmproj": maps["MMPROJ_MODEL_MAP"]}
    kept = {
        name: {group: members for group, members in groups.items() if name in listed[group]}
        for name, groups in found.items()
    }
    return {name: groups for name, groups in kept.items() if groups}


def _registered(node: ast.ClassDef) -> Iterator[str]:
    for each in node.decorator_list:
        if isinstance(each, ast.Call) and ast.unparse(each.func).endswith(".register"):
            yield from (ast.literal_eval(argument) for argument in each.args)


class _World:
    """The classes of all modules, made when they are asked for."""

    def __init__(self, trees: Mapping[str, ast.Module]) -> None:
        self._nodes = {
            (path, node.name): node
            for path, tree in trees.items()
            for node in tree.body
            if isinstance(node, ast.ClassDef)
        }
        self._imports = {
            (path, alias.asname or alias.name): (f"conversion/{node.module}.py", alias.name)
            for path, tree in trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.level == 1
            for alias in node.names
        }
        self._made: dict[tuple[str, str], Any] = {}

    def made(self, path: str, name: str) -> Any:
        """The stand-in of a class; ``object`` of one that is elsewhere."""
        key = path, name
        if key not in self._nodes:
            return self.made(*self._imports[key]) if key in self._imports else object
        if key not in self._made:
            node = self._nodes[key]
            bases = [
                base
                for base in (self.made(path, ast.unparse(each)) for each in node.bases)
                if base is not object
            ]
            own = {"_later": set(_later(node))}
            value = _own(node)
            self._made[key] = type(
                name, tuple(bases), own if value is None and bases else {**own, "model_arch": value}
            )
        return self._made[key]


def _own(node: ast.ClassDef) -> str | None:
    for each in node.body:
        if isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value is not None:
            target = each.targets[0] if isinstance(each, ast.Assign) else each.target
            if ast.unparse(target) == "model_arch":
                return ast.unparse(each.value).rpartition(".")[2]
    return None


def _later(node: ast.ClassDef) -> Iterator[str]:
    """The members that methods and inner classes give."""
    for part in node.body:
        for each in ast.walk(part):
            if (
                isinstance(part, ast.ClassDef)
                and isinstance(each, ast.Assign)
                and ast.unparse(each.targets[0]) == "model_arch"
            ):
                yield ast.unparse(each.value).rpartition(".")[2]
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "self.model_arch":
                values = [each.value]
                if isinstance(each.value, ast.Name):
                    values = [
                        other.value
                        for other in ast.walk(part)
                        if isinstance(other, ast.Assign) and ast.unparse(other.targets[0]) == each.value.id
                    ]
                for value in values:
                    yield from re.findall(r"MODEL_ARCH\.(\w+)", ast.unparse(value))
