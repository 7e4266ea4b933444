"""The classes of many transformers files as one graph: their attributes, and the bases that are not known.

Everything here is computed from the facts of ``model_file``; who holds the files hands them in.
"""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Any

from archtrack.core.python.class_graph import MAX_HOPS, Class, is_own
from archtrack.core.python.class_graph import ClassGraph as Graph
from archtrack.core.python.source import candidates

from .files import FLAT, INIT, MODELS, PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Class", "ClassGraph", "wanted_files"]

_NO_MODELS = {"torch", "timm", "detectron2", *sys.stdlib_module_names}


def wanted_files(path: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """The paths, there or not, of transformers' own files that a file's classes may come from."""
    heads = {
        base.partition(".")[0] for each in facts["classes"].values() for base in each["bases"] if "." in base
    }
    for name, (level, module, attribute) in facts["imports"].items():
        if is_own(level, module, PACKAGE):
            yield from candidates(path, level, module)
            if name in heads and attribute is not None:
                yield from candidates(path, level, f"{module}.{attribute}".lstrip("."))


class ClassGraph(Graph):
    """Files' facts, and the classes in them.

    Attributes:
        public: public name -> the file that is asked for it.
    """

    def __init__(self, files: Mapping[str, dict[str, Any]]) -> None:
        """A graph of ``files``: path -> facts."""
        super().__init__(files, PACKAGE)
        self.public: Mapping[str, str] = {}
        self._home = MODELS if any(path.startswith(MODELS) for path in files) else FLAT.partition("*")[0]

    def of_module(self, path: str, level: int, module: str, name: str, hops: int) -> Class | None:
        """As ``core.python.class_graph`` has it; what the package itself gives is looked up among its public names."""
        for candidate in candidates(path, level, module) if self.is_own(level, module) else ():
            if candidate not in self.files and candidate == INIT and name in self.public:
                return self.resolve(self.public[name], name, hops + 1)
        return super().of_module(path, level, module, name, hops)

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
        for _ in range(MAX_HOPS):
            base = facts["aliases"].get(base, base)
        head, *rest = base.split(".")
        if head in facts["unclear"] or not all(part.isidentifier() for part in (head, *rest)):
            return True
        level, module, _ = facts["imports"].get(head, (0, "", None))
        if self.is_own(level, module):
            return self.resolve(path, base) is None
        known = head in facts["classes"] or hasattr(builtins, head) or module.partition(".")[0] in _NO_MODELS
        return outside and not known
