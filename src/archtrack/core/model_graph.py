"""The classes of many transformers files as one graph: names followed through imports, orders of bases, attributes.

Everything here is computed from the facts of ``model_code``; who holds the files hands them in.
"""

from __future__ import annotations

import builtins
import re
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

from .modules import candidates
from .mro import linearize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MODELS", "Class", "ModelGraph", "wanted_files"]

Class: TypeAlias = "tuple[str, str]"
"""A class: the path of its file, and its name there."""

PACKAGE = "transformers"
INIT = f"{PACKAGE}/__init__.py"
MODELS = f"{PACKAGE}/models/"
FLAT = f"{PACKAGE}/modeling_"  # of releases before 4.0
_MAX_HOPS = 20
_NO_MODELS = {"torch", "timm", "detectron2", *sys.stdlib_module_names}
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def wanted_files(path: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """The paths, there or not, of transformers' own files that a file's classes may come from."""
    dotted = [base for each in facts["classes"].values() for base in each["bases"] if "." in base]
    heads = {base.partition(".")[0] for base in dotted}
    for name, (level, module, attribute) in facts["imports"].items():
        if level == 0 and module.partition(".")[0] != PACKAGE:
            continue
        yield from candidates(path, level, module)
        if name in heads and attribute is not None:
            yield from candidates(path, level, f"{module}.{attribute}".lstrip("."))


class ModelGraph:
    """Files' facts, and the classes in them."""

    def __init__(self, files: Mapping[str, dict[str, Any]]) -> None:
        """A graph of ``files``: path -> facts."""
        self.files = files
        self.public: Mapping[str, str] = {}
        self._folders: dict[str, list[str]] = {}
        for path in files:
            self._folders.setdefault(path.rpartition("/")[0], []).append(path)
        self._orders: dict[Class, tuple[Class, ...]] = {}
        self._based: dict[Class, list[Class]] = {}
        self._loose: dict[Class, str | None] = {}
        self._home = MODELS if any(path.startswith(MODELS) for path in files) else FLAT

    def folder(self, folder: str) -> list[str]:
        """The files that lie directly in a folder."""
        return self._folders.get(folder, [])

    def facts(self, cls: Class) -> dict[str, Any]:
        """The facts of a class."""
        path, name = cls
        found: dict[str, Any] = self.files[path]["classes"][name]
        return found

    def resolve(self, path: str, name: str, hops: int = 0) -> Class | None:
        """The class that a name, dotted or not, means in a file; None if it is not found among the files."""
        facts = self.files.get(path)
        if facts is None or hops > _MAX_HOPS:
            return None
        head, _, rest = name.partition(".")
        if rest:
            return self._resolve_dotted(path, head, rest, hops)
        if name in facts["classes"]:
            return path, name
        if name in facts["aliases"]:
            return self.resolve(path, facts["aliases"][name], hops + 1)
        if name not in facts["imports"]:
            return None
        level, module, attribute = facts["imports"][name]
        return None if attribute is None else self._of_module(path, level, module, attribute, hops)

    def _resolve_dotted(self, path: str, head: str, rest: str, hops: int) -> Class | None:
        """``module.Class``, the module being imported under the name ``head``."""
        if head not in self.files[path]["imports"]:
            return None
        level, module, attribute = self.files[path]["imports"][head]
        inner, _, name = rest.rpartition(".")
        full = ".".join(part for part in (module, attribute, inner) if part)
        return self._of_module(path, level, full, name, hops)

    def _of_module(self, path: str, level: int, module: str, name: str, hops: int) -> Class | None:
        """A name of a module that is imported in ``path``."""
        if level == 0 and module.partition(".")[0] != PACKAGE:
            return None
        for candidate in candidates(path, level, module):
            if candidate in self.files:
                return self.resolve(candidate, name, hops + 1)
            if candidate == INIT and name in self.public:
                return self.resolve(self.public[name], name, hops + 1)
            if candidate.endswith("/__init__.py"):
                for inside in self.folder(candidate.removesuffix("/__init__.py")):
                    if name in self.files[inside]["classes"]:
                        return inside, name
        return None

    def order(self, cls: Class) -> tuple[Class, ...]:
        """The method resolution order of a class, transformers' own classes only, the class itself first."""
        if cls in self._orders:
            return self._orders[cls]
        open_classes: dict[Class, None] = {cls: None}
        while open_classes:
            current = next(reversed(open_classes))
            bases = self._bases(current)
            missing = [base for base in bases if base not in self._orders and base not in open_classes]
            if missing:
                open_classes.update(dict.fromkeys(missing))
                continue
            if current not in self._orders:
                known = [self._orders[base] for base in bases if base in self._orders]  # all, but for circles
                self._orders[current] = linearize(current, known)
            del open_classes[current]
        return self._orders[cls]

    def _bases(self, cls: Class) -> list[Class]:
        if cls not in self._based:
            found = (self.resolve(cls[0], base) for base in self.facts(cls)["bases"])
            self._based[cls] = list(dict.fromkeys(base for base in found if base is not None and base != cls))
        return self._based[cls]

    def attribute(self, cls: Class, key: str) -> tuple[Any, Class] | None:
        """The first value of a class attribute along the order, with the class that sets it."""
        for owner in self.order(cls):
            value = self.facts(owner)[key]
            if value is not None:
                return value, owner
        return None

    def loose_base(self, cls: Class, until: Class) -> tuple[Class, str] | None:
        """A class before ``until`` in the order that has a base which is not found, with that base as written.

        What such a base sets is not known. Bases from other distributions are not meant: they know nothing of
        transformers' attributes. Nor are those of classes outside of the files of models: the library's own
        mixins leave the attribute to the models.
        """
        for owner in self.order(cls):
            if owner == until:
                return None
            if not owner[0].startswith(self._home):
                continue
            if owner not in self._loose:
                bases = self.facts(owner)["bases"]
                self._loose[owner] = next((base for base in bases if self._is_loose(owner[0], base)), None)
            loose = self._loose[owner]
            if loose is not None:
                return owner, loose
        return None

    def open_base(self, cls: Class) -> tuple[Class, str] | None:
        """A class in the order that has a base of which nothing is known, with that base as written.

        Such a base may be a model class. Python's own classes, torch's and those of the packages that transformers
        has bases from are known to be none.
        """
        for owner in self.order(cls):
            for base in self.facts(owner)["bases"] if owner[0].startswith(self._home) else ():
                if self._is_open(owner[0], base):
                    return owner, base
        return None

    def _is_open(self, path: str, base: str) -> bool:
        facts = self.files[path]
        for _ in range(_MAX_HOPS):
            if base not in facts["aliases"]:
                break
            base = facts["aliases"][base]
        plain = base.partition("[")[0]  # Generic[T] is Generic
        head = plain.partition(".")[0]
        if _DOTTED.fullmatch(plain) is None or head in facts["unclear"]:
            return True
        if head in facts["classes"] or hasattr(builtins, head):
            return False
        level, module, _ = facts["imports"].get(head, (0, "", None))
        if level > 0 or module.partition(".")[0] == PACKAGE:
            return self.resolve(path, plain) is None
        return module.partition(".")[0] not in _NO_MODELS

    def _is_loose(self, path: str, base: str) -> bool:
        facts = self.files[path]
        for _ in range(_MAX_HOPS):
            if base not in facts["aliases"]:
                break
            base = facts["aliases"][base]
        if _DOTTED.fullmatch(base) is None:
            return True
        head = base.partition(".")[0]
        if head in facts["unclear"]:
            return True
        level, module, _ = facts["imports"].get(head, (0, "", None))
        own = level > 0 or module.partition(".")[0] == PACKAGE
        return own and self.resolve(path, base) is None
