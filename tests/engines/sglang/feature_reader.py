"""A second reader of what SGLang's models have: Python itself decides, on stand-ins of the classes.

Every class is made anew by ``type()`` from a full parse: its bases, and of its body the names that it binds, with the
parameters of ``forward``. So the order of bases is Python's own, and ``hasattr`` and ``inspect.signature`` answer as
they do in the engine. Nothing of a release is run, and no code is shared with archtrack.
"""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOOKS = {
    "eagle3": ("set_eagle3_layers_to_capture",),
    "eagle": ("get_embed_and_head",),
    "bitsandbytes": ("bitsandbytes_stacked_params_mapping",),
    "image": ("get_image_feature", "IMAGE"),
    "video": ("get_video_feature", "VIDEO"),
    "audio": ("get_audio_feature", "AUDIO"),
    "lora": ("supported_lora_modules", "should_apply_lora"),
}
MODALITIES = ("IMAGE", "VIDEO", "AUDIO")


class StandIns:
    """Stand-ins of the classes of a release."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Parse ``files``: path -> bytes, as deep as they are."""
        self._trees = {path: ast.parse(data) for path, data in files.items()}
        self._made: dict[tuple[str, str], type] = {}
        self._outside: dict[str, type] = {}

    def features(self, path: str, name: str) -> set[str]:
        """What the class has."""
        cls = self.class_of(path, name)
        found = {
            feature for feature, hooks in HOOKS.items() if any(getattr(cls, hook, False) for hook in hooks)
        }
        if "eagle" not in found:  # the worker of both asks for the embedding first
            found.discard("eagle3")
        forward: Any = getattr(cls, "forward", None)
        if forward is not None and "pp_proxy_tensors" in inspect.signature(forward).parameters:
            found.add("pp")
        return found

    def class_of(self, path: str, name: str) -> type:
        """The stand-in of the class that a name means in a file; one that is found nowhere is empty."""
        where = self._find(path, name)
        if where is None:
            return self._outside.setdefault(name, type(name, (), {}))
        if where not in self._made:
            node = next(each for each in self._classes(where[0]) if each.name == where[1])
            bases = tuple(dict.fromkeys(self.class_of(where[0], ast.unparse(base)) for base in node.bases))
            body = dict(_body(node))
            part = _taken_forward(node)
            if part is not None:
                body["forward"] = getattr(self.class_of(where[0], part), "forward", None)
            self._made[where] = type(node.name, bases, body)
        return self._made[where]

    def _classes(self, path: str) -> list[ast.ClassDef]:
        return [node for node in reversed(list(_top(self._trees[path]))) if isinstance(node, ast.ClassDef)]

    def _find(self, path: str, name: str) -> tuple[str, str] | None:
        head, _, rest = name.partition(".")
        if any(node.name == name for node in self._classes(path)):
            return path, name
        for node in reversed(list(_top(self._trees[path]))):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return self._find(path, ast.unparse(node.value)) if isinstance(node.value, ast.Name) else None
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == head:
                        folder = path.split("/")[: -node.level] if node.level else []
                        parts = [*folder, *(node.module or "").split(".")]
                        return self._in_module([*filter(None, parts)], alias.name, rest)
        return None

    def _in_module(self, parts: list[str], attribute: str, rest: str) -> tuple[str, str] | None:
        base, name = ("/".join([*parts, attribute]), rest) if rest else ("/".join(parts), attribute)
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if path in self._trees:
                return self._find(path, name)
        return None


def _top(node: ast.AST) -> Iterator[ast.AST]:
    """The statements at the top of a module or class, those in its blocks included."""
    for field in ("body", "handlers", "orelse", "finalbody"):
        for each in getattr(node, field, []):
            yield each
            if isinstance(each, (ast.If, ast.Try, ast.With, ast.ExceptHandler)):
                yield from _top(each)


def _body(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for each in _top(node):
        if isinstance(each, ast.FunctionDef):
            if not each.name.startswith("__"):
                yield each.name, _function(each)
            yield from ((modality, True) for modality in _embedded(each))
        elif isinstance(each, (ast.Assign, ast.AnnAssign)) and each.value is not None:
            target = each.targets[0] if isinstance(each, ast.Assign) else each.target
            yield ast.unparse(target), ast.unparse(each.value) != "[]"


def _taken_forward(node: ast.ClassDef) -> str | None:
    """The class of the part whose ``forward`` an ``__init__`` sets as its own."""
    text = ast.unparse(node)
    taken = re.search(r"self\.forward = self\.(\w+)\.forward", text)
    made = re.search(rf"self\.{taken[1]} = (\w+)\(", text) if taken else None
    return made[1] if made else None


def _function(node: ast.FunctionDef) -> Any:
    """A function with these parameters."""

    def stand_in() -> None:
        pass

    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    kind = inspect.Parameter.KEYWORD_ONLY
    stand_in.__dict__["__signature__"] = inspect.Signature([inspect.Parameter(each, kind) for each in names])
    return stand_in


def _embedded(node: ast.FunctionDef) -> set[str]:
    """The modalities that a function has methods for: ``Modality.VIDEO: self.get_image_feature``, say."""
    text = ast.unparse(node)
    if "data_embedding_func" not in text:
        return set()
    found = {each for each in MODALITIES if f"{each.lower()}_data_embedding_func=self." in text}
    for part in ast.walk(node):
        if isinstance(part, ast.Dict):
            pairs = zip(part.keys, part.values, strict=True)
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Subscript):
            pairs = zip([part.targets[0].slice], [part.value], strict=True)
        else:
            continue
        for key, value in pairs:
            if key is not None and isinstance(value, (ast.Attribute, ast.Name)):
                found.add(ast.unparse(key).removeprefix("Modality."))
    return found & set(MODALITIES)
