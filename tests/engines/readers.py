"""Second readers of real releases: full parses, as small as they can be, that share nothing with archtrack's."""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Found = tuple[str, str]


ATTRIBUTE = "_supports_attention_backend"


class _Class:
    """What is kept of a class statement: the tree itself would fill the memory."""

    def __init__(self, node: ast.ClassDef) -> None:
        self.line = node.lineno
        self.bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        self.own: dict[str, bool] = {}
        for statement in node.body:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                if [target.id for target in targets if isinstance(target, ast.Name)] == [ATTRIBUTE]:
                    self.own[ATTRIBUTE] = ast.literal_eval(statement.value)


class Parsed:
    """The files of a package, each parsed when it is asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        """Look at ``files``: path -> bytes."""
        self.files = files
        self._modules: dict[str, dict[str, Any]] = {}

    def module(self, path: str) -> dict[str, Any]:
        """The classes, imports and assignments at the top level of a file, the last of each name."""
        if path not in self._modules:
            found: dict[str, Any] = {"classes": {}, "imports": {}, "values": {}}
            for node in statements(ast.parse(self.files[path]).body):
                if isinstance(node, ast.ClassDef):
                    found["classes"][node.name] = _Class(node)
                elif isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        found["imports"][alias.asname or alias.name] = (node.level, node.module, alias.name)
                elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.List)):
                    found["values"][ast.unparse(node.targets[0])] = node.value
            self._modules[path] = found
        return self._modules[path]

    def resolve(self, path: str, name: str) -> Found | None:
        """The file that defines the class which ``name`` means in a file, and its name there."""
        module = self.module(path)
        if name in module["classes"]:
            return path, name
        if isinstance(module["values"].get(name), ast.Name):
            return self.resolve(path, module["values"][name].id)
        if name not in module["imports"]:
            return None
        level, source, attribute = module["imports"][name]
        if (source, attribute) == ("transformers", "PreTrainedModel"):
            source = "transformers.modeling_utils"
        folder = "."
        if level:
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), *[".."] * (level - 1)))
        target = posixpath.normpath(posixpath.join(folder, *(source or "").split("."))) + ".py"
        return self.resolve(target, attribute) if target in self.files else None


def statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module, those inside ``if`` and ``try`` included."""
    found = []
    for node in body:
        if isinstance(node, (ast.If, ast.Try)):
            found += statements([*node.body, *node.orelse])
        else:
            found.append(node)
    return found


def entry_classes(files: Mapping[str, bytes], folder: str) -> dict[str, tuple[str, str, int]]:
    """Architecture -> (file, module that defines it, line), for modules that assign a class or a list of classes."""
    parsed = Parsed(files)
    answers = {}
    for path in (path for path in files if posixpath.dirname(path) == folder):
        value = parsed.module(path)["values"].get("EntryClass")
        for node in value.elts if isinstance(value, ast.List) else [value] if value else []:
            found = parsed.resolve(path, node.id)
            assert found is not None, (path, node.id)
            line = parsed.module(found[0])["classes"][found[1]].line
            module = found[0].removesuffix(".py").replace("/", ".")
            answers[found[1]] = (posixpath.basename(path), module, line)
    return answers


def compatible(files: Mapping[str, bytes]) -> dict[str, bool]:
    """Public model class -> its ``_supports_attention_backend``, looked up by Python itself along its own order.

    For releases that list what is public in ``__all__`` of each file.
    """
    parsed = Parsed(files)
    made: dict[Found, type] = {}

    def stand_in(found: Found) -> type:
        """An empty class with the same bases and the attribute."""
        if found not in made:
            node = parsed.module(found[0])["classes"][found[1]]
            bases = [parsed.resolve(found[0], base) for base in node.bases]
            made[found] = type(found[1], tuple(stand_in(base) for base in bases if base), dict(node.own))
        return made[found]

    root = stand_in(("transformers/modeling_utils.py", "PreTrainedModel"))
    answers = {}
    for path in files:
        if not re.fullmatch(r"transformers/models/(?!auto/).*/modeling_(?!tf_|flax_)\w+\.py", path):
            continue
        names = parsed.module(path)["values"].get("__all__")
        required = re.findall(rb"^@requires\([^@]*?^class (\w+)", files[path], re.MULTILINE)
        for name in {*(ast.literal_eval(names) if names else ()), *(each.decode() for each in required)}:
            found = parsed.resolve(path, name)
            if found is not None and issubclass(stand_in(found), root):
                answers[name] = getattr(stand_in(found), ATTRIBUTE)
    return answers
