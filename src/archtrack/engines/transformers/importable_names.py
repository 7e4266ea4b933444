"""Whether transformers gives a name that another package imports from it.

A name is there if the package's lazy structure, the module's own statements, a lazy subpackage's exports, a
submodule's file or a dummy object gives it. Asked name by name, as only a few dozen are ever wanted: files that the
scan does not read anyway are read only for names that nothing else gives.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.source import candidates
from archtrack.core.python.values import last_name
from archtrack.core.verdict.import_failures import Missing

from .exports import exported_names, structure_of
from .files import INIT, MODELS, REVISION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["bound_names", "missing_names"]

IMPORT_UTILS = "transformers/utils/import_utils.py"
_FAST = ("TokenizerFast", "ImageProcessorFast")
_WRITES = (b"globals()", b"sys.modules[__name__]")


def missing_names(
    library: Library, inventory: Inventory, wanted: Iterable[tuple[str, str | None]]
) -> tuple[Missing, ...]:
    """Those of the wanted names that transformers does not give, or may not give; sorted.

    Args:
        library: the source of transformers.
        inventory: what was found in it.
        wanted: pairs of a dotted module and a name in it; None as the name asks for the module alone.
    """
    pairs = sorted(wanted, key=str)
    names = _Names(library, inventory)
    names.prepare(module for module, _ in pairs)
    found = [names.missing(module, name) for module, name in pairs]
    return tuple(each for each in found if each is not None)


class _Names:
    """Answers about one source of transformers."""

    def __init__(self, library: Library, inventory: Inventory) -> None:
        self._library = library
        self._version = f"transformers {inventory.version or ''}".strip()
        self._known = {each.name for each in inventory.registrations}
        self._known.update(name for key, names in inventory.facts if key == "exports" for name in names)
        self._folders = {each.file.split("/")[1] for each in inventory.registrations if "/" in each.file}
        self._folders.add("auto")
        self._top = structure_of(library, INIT)
        self._known.update(_names_in(self._top))
        self._paths: dict[str, str | None] = {}

    def prepare(self, modules: Iterable[str]) -> None:
        """Look at the names in modules, all in one go."""
        paths = {self._path(module) for module in modules}
        self._bound(sorted(path for path in paths if path is not None))

    def missing(self, module: str, name: str | None) -> Missing | None:
        """Why a name is not there, or None if it is."""
        if name == "*":
            name = None  # what a module has, it gives; only the module itself may be missing
        if module == "transformers":
            return None if name is None or self._at_top(name) else self._no_name(module, name, certain=True)
        path = self._path(module)
        if path is None:
            return self._no_module(module, name)
        if name is None:
            return None
        package = path.endswith("/__init__.py")
        offered = self._offered(path) if package else None
        if offered is None:
            there = self._binds(path, name)
        else:
            there = name in offered or (self._is_renamed(name) and name.removesuffix("Fast") in offered)
        if there or (package and self._path(f"{module}.{name}") is not None):
            return None
        certain = offered is not None or not self._bound([path])[path]["open"]
        return self._no_name(module, name, certain=certain)

    def _no_name(self, module: str, name: str, *, certain: bool) -> Missing:
        words = f"{self._version} has no `{name}` in {module}"
        if not certain:
            words = f"{words} that can be seen; the module may make it when it runs"
        return Missing(module=module, name=name, certain=certain, reason=words)

    def _no_module(self, module: str, name: str | None) -> Missing | None:
        if module.removeprefix("transformers.") in self._top["aliases"]:
            return None
        certain = not (self._top["renames"] and module.endswith("_fast"))
        words = f"{self._version} has no module {module}"
        reason = words if certain else f"{words} of its own; it may give another one under that name"
        return Missing(module=module, name=name, certain=certain, reason=reason)

    def _path(self, module: str) -> str | None:
        """The file of a module, a package coming before a module of its name."""
        if module not in self._paths:
            self._paths[module] = self._there(candidates("", 0, module))
        return self._paths[module]

    def _there(self, tried: Sequence[str]) -> str | None:
        """The first of these paths that is there."""
        there = self._library.paths(*tried)
        return next((path for path in tried if path in there), None)

    # -- the package itself ----------------------------------------------------------------------------

    def _at_top(self, name: str) -> bool:
        if name in self._known or self._binds(INIT, name):
            return True
        if self._is_renamed(name):
            return self._at_top(name.removesuffix("Fast"))
        if self._path(f"transformers.{name}") is not None:
            return True
        if self._top["scans_models"]:
            for pattern in (*self._likely(name), f"{MODELS}**/*.py"):
                # First where the name seems to belong; but the answer must not depend on what files are called.
                if name in self._exports(self._library.paths(pattern)):
                    return True
        dummies = sorted(self._library.paths("transformers/utils/dummy_*.py"))
        return any(name in self._bound([path])[path]["names"] for path in dummies)

    def _is_renamed(self, name: str) -> bool:
        """Whether a lazy package answers for a name with the class without ``Fast``."""
        if not name.endswith(_FAST) or not self._library.paths(IMPORT_UTILS):
            return False
        kind = f"transformers-fast-{REVISION}"
        return bool(self._library.facts((IMPORT_UTILS,), kind, _renames_fast)[IMPORT_UTILS])

    def _likely(self, name: str) -> list[str]:
        """The folders that are called as if they held a name: ``parakeet`` for ``ParakeetFeatureExtractor``."""
        folded = name.lower()
        found = [folder for folder in self._folders if folded.startswith(folder.replace("_", ""))]
        return [f"{MODELS}{folder}/*.py" for folder in sorted(found, key=len, reverse=True)]

    # -- its modules -----------------------------------------------------------------------------------

    def _offered(self, path: str) -> set[str] | None:
        """What a lazy subpackage offers; None where the package is not lazy."""
        package = structure_of(self._library, path)
        if package["problem"] is not None or not package["lazy"]:
            return None
        if package["structure"]:
            return _names_in(package)
        folder = path.rpartition("/")[0]
        return self._exports([each for each in self._library.paths(f"{folder}/*.py") if each != path])

    def _exports(self, paths: Sequence[str]) -> set[str]:
        found = self._library.facts(paths, f"transformers-exports-{REVISION}", exported_names)
        return {name for names in found.values() for name in names}

    def _binds(self, path: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether the statements of a module bind a name, those of modules that it takes ``*`` from included."""
        facts = self._bound([path])[path]
        if name in facts["names"]:
            return True
        others = (self._there(candidates(path, level, module)) for level, module in facts["stars"])
        return any(self._binds(other, name, seen | {path}) for other in others if other and other not in seen)

    def _bound(self, paths: Sequence[str]) -> dict[str, Any]:
        return dict(self._library.facts(paths, f"transformers-bound-{REVISION}", bound_names))


def _names_in(package: dict[str, Any]) -> set[str]:
    """The modules and names of a lazy package's structure."""
    return {name for key, names in package["structure"].items() for name in (key, *names)}


def bound_names(data: bytes) -> dict[str, Any]:
    """``{"names": [...], "stars": [[level, module], ...], "open": bool}``: what importing a module gives.

    ``from module import name`` works for the names that its statements bind, whether ``__all__`` lists them or not.
    Every branch is taken as run, as what is bound on some machines only is not missing; but for those under
    ``TYPE_CHECKING``, which never run. ``stars`` are the modules that ``import *`` takes names from. ``open`` says
    that names may be there which no statement binds: the module does not parse, has a ``__getattr__``, or writes into
    ``globals()``.

    Args:
        data: the file.
    """
    module = Module(data)
    makes = "__getattr__" in module.bindings or any(word in data for word in _WRITES)
    return {
        "names": list(module.bindings),
        "stars": [[star.level, star.module] for star, _ in module.stars],
        "open": module.problem is not None or makes,
    }


def _renames_fast(data: bytes) -> bool:
    """Whether the lazy package answers for `…Fast` with the class without that ending, as 5.x does."""
    return any(
        isinstance(node, ast.Call)
        and last_name(node) == "endswith"
        and any(isinstance(each, ast.Constant) and each.value == "TokenizerFast" for each in node.args)
        for node in ast.walk(Module(data, words=(b"TokenizerFast",)).tree)
    )
