"""The classes of many transformers files as one graph: names followed through imports, orders of bases, attributes.

Everything here is computed from the facts of ``model_file``; who holds the files hands them in.
"""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

from archtrack.core.python.mro import linearize
from archtrack.core.python.source import candidates

from .files import FLAT, INIT, MODELS, PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Class", "ClassGraph", "wanted_files"]

Class: TypeAlias = "tuple[str, str]"
"""A class: the path of its file, and its name there."""

_MAX_HOPS = 20
_NO_MODELS = {"torch", "timm", "detectron2", *sys.stdlib_module_names}


def wanted_files(path: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """The paths, there or not, of transformers' own files that a file's classes may come from."""
    heads = {
        base.partition(".")[0] for each in facts["classes"].values() for base in each["bases"] if "." in base
    }
    for name, (level, module, attribute) in facts["imports"].items():
        if _is_own(level, module):
            yield from candidates(path, level, module)
            if name in heads and attribute is not None:
                yield from candidates(path, level, f"{module}.{attribute}".lstrip("."))


def _is_own(level: int, module: str) -> bool:
    """Whether an import is one of transformers itself."""
    return level > 0 or module.partition(".")[0] == PACKAGE


class ClassGraph:
    """Files' facts, and the classes in them.

    Attributes:
        files: path -> facts.
        public: public name -> the file that is asked for it.
    """

    def __init__(self, files: Mapping[str, dict[str, Any]]) -> None:
        """A graph of ``files``: path -> facts."""
        self.files = files
        self.public: Mapping[str, str] = {}
        self._folders: dict[str, list[str]] = {}
        for path in files:
            self._folders.setdefault(path.rpartition("/")[0], []).append(path)
        self._orders: dict[Class, tuple[Class, ...]] = {}
        self._based: dict[Class, list[Class]] = {}
        self._home = MODELS if any(path.startswith(MODELS) for path in files) else FLAT.partition("*")[0]

    def folder(self, folder: str) -> list[str]:
        """The files that lie directly in a folder."""
        return self._folders.get(folder, [])

    def facts(self, cls: Class) -> dict[str, Any]:
        """The facts of a class."""
        path, name = cls
        found: dict[str, Any] = self.files[path]["classes"][name]
        return found

    # -- names -----------------------------------------------------------------------------------------

    def resolve(self, path: str, name: str, hops: int = 0) -> Class | None:
        """The class that a name, dotted or not, means in a file; None if it is not found among the files."""
        facts = self.files.get(path)
        if facts is None or hops > _MAX_HOPS:
            return None
        head, _, rest = name.partition(".")
        if not rest and name in facts["classes"]:
            return path, name
        if not rest and name in facts["aliases"]:
            return self.resolve(path, facts["aliases"][name], hops + 1)
        if head not in facts["imports"]:
            return None
        level, module, attribute = facts["imports"][head]
        if not rest and attribute is None:  # a module
            return None
        source, _, wanted = ".".join(filter(None, (module, attribute, rest))).rpartition(".")
        return self._of_module(path, level, source, wanted, hops)

    def _of_module(self, path: str, level: int, module: str, name: str, hops: int) -> Class | None:
        """A name of a module that is imported in ``path``."""
        for candidate in candidates(path, level, module) if _is_own(level, module) else ():
            if candidate in self.files:
                return self.resolve(candidate, name, hops + 1)
            if candidate == INIT and name in self.public:
                return self.resolve(self.public[name], name, hops + 1)
            if candidate.endswith("/__init__.py"):
                for inside in self.folder(candidate.removesuffix("/__init__.py")):
                    if name in self.files[inside]["classes"]:
                        return inside, name
        return None

    # -- bases -----------------------------------------------------------------------------------------

    def order(self, cls: Class) -> tuple[Class, ...]:
        """The method resolution order of a class, transformers' own classes only, the class itself first."""
        waiting: dict[Class, None] = {cls: None}
        while cls not in self._orders:
            current = next(reversed(waiting))
            bases = self._bases(current)
            missing = [base for base in bases if base not in self._orders and base not in waiting]
            if missing:
                waiting.update(dict.fromkeys(missing))
                continue
            known = [self._orders[base] for base in bases if base in self._orders]  # all, but for circles
            self._orders[current] = linearize(current, known)
            del waiting[current]
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

    def unknown_base(self, cls: Class, until: Class | None = None) -> tuple[Class, str] | None:
        """A class in the order that has a base which is not found, with that base as written.

        Args:
            cls: the class.
            until: where to stop: what such a base sets is looked for behind the classes before it. Bases from other
                packages are not meant then: they know nothing of transformers' attributes. Without it, only bases
                are known that are Python's own, torch's or of packages that transformers has other bases from: any
                other may be a model class.
        """
        for owner in self.order(cls):
            if owner == until:
                break
            # The library's own mixins leave the attribute to the models.
            for base in self.facts(owner)["bases"] if owner[0].startswith(self._home) else ():
                if self._is_unknown(owner[0], base, outside=until is None):
                    return owner, base
        return None

    def _is_unknown(self, path: str, base: str, *, outside: bool) -> bool:
        facts = self.files[path]
        for _ in range(_MAX_HOPS):
            base = facts["aliases"].get(base, base)
        head, *rest = base.split(".")
        if head in facts["unclear"] or not all(part.isidentifier() for part in (head, *rest)):
            return True
        level, module, _ = facts["imports"].get(head, (0, "", None))
        if _is_own(level, module):
            return self.resolve(path, base) is None
        known = head in facts["classes"] or hasattr(builtins, head) or module.partition(".")[0] in _NO_MODELS
        return outside and not known
