"""The classes of many files as one graph: names followed through imports, orders of bases, what a class has.

Whoever holds the files hands their facts in. Those of a file have at least::

    {"classes": {NAME: {"bases": [dotted name, …], …}}, "aliases": {NAME: NAME},
     "imports": {NAME: [level, module, attribute]}}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from .mro import linearize
from .source import candidates

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAX_ANCESTORS", "MAX_HOPS", "Class", "ClassGraph", "is_own"]

Class: TypeAlias = "tuple[str, str]"
"""A class: the path of its file, and its name there."""

MAX_ANCESTORS = 200
"""Of a class; the releases have some twenty."""
MAX_HOPS = 20
"""Imports and aliases that a name is followed through."""


def is_own(level: int, module: str, package: str) -> bool:
    """Whether an import of a package's file is one of the package itself."""
    return level > 0 or module.partition(".")[0] == package


class ClassGraph:
    """Files' facts, and the classes in them.

    Attributes:
        files: path -> facts.
        package: whose own files they are; an absolute import of anything else leads nowhere.
    """

    def __init__(self, files: Mapping[str, dict[str, Any]], package: str) -> None:
        """A graph of ``files``: path -> facts."""
        self.files = files
        self.package = package
        self._folders: dict[str, list[str]] = {}
        for path in files:
            self._folders.setdefault(path.rpartition("/")[0], []).append(path)
        self._orders: dict[Class, tuple[Class, ...]] = {}
        self._based: dict[Class, list[Class]] = {}

    def folder(self, folder: str) -> list[str]:
        """The files that lie directly in a folder."""
        return self._folders.get(folder, [])

    def facts(self, cls: Class) -> dict[str, Any]:
        """The facts of a class."""
        path, name = cls
        found: dict[str, Any] = self.files[path]["classes"][name]
        return found

    def is_own(self, level: int, module: str) -> bool:
        """Whether an import is one of the package itself."""
        return is_own(level, module, self.package)

    def resolve(self, path: str, name: str, hops: int = 0) -> Class | None:
        """The class that a name, dotted or not, means in a file; None if it is not found among the files."""
        facts = self.files.get(path)
        if facts is None or hops > MAX_HOPS:
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
        return self.of_module(path, level, source, wanted, hops)

    def of_module(self, path: str, level: int, module: str, name: str, hops: int) -> Class | None:
        """A name of a module that is imported in ``path``."""
        for candidate in candidates(path, level, module) if self.is_own(level, module) else ():
            if candidate in self.files:
                return self.resolve(candidate, name, hops + 1)
            if candidate.endswith("/__init__.py"):
                for inside in self.folder(candidate.removesuffix("/__init__.py")):
                    if name in self.files[inside]["classes"]:
                        return inside, name
        return None

    def order(self, cls: Class) -> tuple[Class, ...]:
        """The method resolution order of a class, the package's own classes only, the class itself first."""
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

    def order_of(self, cls: Class) -> tuple[Class, ...]:
        """As ``order``; empty for a class that is not here, or that inherits from more than anybody writes."""
        waiting, seen = [cls], {cls}
        while waiting:
            path, name = waiting.pop()
            if name not in self.files.get(path, {"classes": ()})["classes"] or len(seen) > MAX_ANCESTORS:
                return ()
            fresh = [base for base in self._bases((path, name)) if base not in seen]
            waiting += fresh
            seen.update(fresh)
        return self.order(cls)

    def _bases(self, cls: Class) -> list[Class]:
        if cls not in self._based:
            found = (self.resolve(cls[0], base) for base in self.facts(cls)["bases"])
            self._based[cls] = list(dict.fromkeys(base for base in found if base is not None and base != cls))
        return self._based[cls]
