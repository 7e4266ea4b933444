"""Whether transformers gives a name that another package imports from it.

A name is there if the package's lazy structure, the module's own statements, a lazy subpackage's exports, a
submodule's file or a dummy object gives it. Asked name by name, as only a few dozen are ever wanted: files that the
scan does not read anyway are read only for names that nothing else gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.bound_names import bound_names, plain_names
from archtrack.core.exports import exported_names
from archtrack.core.import_structure import import_structure
from archtrack.core.importable import Missing
from archtrack.core.modules import candidates
from archtrack.core.strings import normalise

from ._public_classes import INIT_KIND
from .transformers import INIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["missing_names"]

REVISION = 2
"""Counts up whenever equal files would give other facts."""

IMPORT_UTILS = "transformers/utils/import_utils.py"
_FAST = ("TokenizerFast", "ImageProcessorFast")
_LAZY = ("define_import_structure", "_import_structure")
_MODELS = "transformers/models/"


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
    names.prepare([module for module, _ in pairs])
    found = [names.missing(module, name) for module, name in pairs]
    return tuple(each for each in found if each is not None)


class _Names:
    """Answers about one source of transformers."""

    def __init__(self, library: Library, inventory: Inventory) -> None:
        self._library = library
        self._version = f"transformers {inventory.version or ''}".strip()
        self._known = {each.name for each in inventory.registrations}
        self._known.update(name for key, names in inventory.facts if key == "exports" for name in names)
        self._folders = {each.file.split("/")[1] for each in inventory.registrations if "/" in each.file} | {
            "auto"
        }
        self._top = library.facts((INIT,), INIT_KIND, import_structure)[INIT]
        structure = self._top["structure"]
        self._listed = {name for key, names in structure.items() for name in (key, *names)}
        self._paths: dict[str, str | None] = {}

    def prepare(self, modules: list[str]) -> None:
        """Look for the files of modules, and at the names in them, all in one go."""
        tried = {module: candidates("", 0, module) for module in dict.fromkeys(modules)}
        there = frozenset(self._library.paths(*(path for paths in tried.values() for path in paths)))
        for module, paths in tried.items():
            self._paths[module] = next((path for path in paths if path in there), None)
        files = sorted({path for path in self._paths.values() if path is not None})
        self._library.facts(files, f"transformers-plain-{REVISION}", plain_names)

    def missing(self, module: str, name: str | None) -> Missing | None:
        """Why a name is not there, or None if it is."""
        if name == "*":
            name = None  # what a module has, it gives; only the module itself may be missing
        if module == "transformers":
            return None if name is None or self._at_top(name) else self._no_name(module, name, open_=False)
        path = self._path(module)
        if path is None:
            if module.removeprefix("transformers.") in self._top["aliases"]:
                return None
            certain = not (self._top["renames"] and module.endswith("_fast"))
            words = f"{self._version} has no module {module}"
            reason = words if certain else f"{words} of its own; it may give another one under that name"
            return Missing(module=module, name=name, certain=certain, reason=reason)
        package = path.endswith("/__init__.py")
        if name is None or (not package and self._binds(path, name, frozenset())):
            return None
        lazy = self._lazy_names(path) if package else None
        if lazy is not None:
            there = name in lazy or self._path(f"{module}.{name}") is not None
            there = there or (self._is_renamed(name) and name.removesuffix("Fast") in lazy)
            return None if there else self._no_name(module, name, open_=False)
        if package and (self._binds(path, name, frozenset()) or self._path(f"{module}.{name}") is not None):
            return None
        return self._no_name(module, name, open_=self._open(path))

    def _no_name(self, module: str, name: str, *, open_: bool) -> Missing:
        words = f"{self._version} has no `{name}` in {module}"
        if open_:
            words = f"{words} that can be seen; the module may make it when it runs"
        return Missing(module=module, name=name, certain=not open_, reason=words)

    def _path(self, module: str) -> str | None:
        """The file of a module, a package coming before a module of its name."""
        if module not in self._paths:
            tried = candidates("", 0, module)
            there = self._library.paths(*tried)
            self._paths[module] = next((path for path in tried if path in there), None)
        return self._paths[module]

    # -- the package itself ------------------------------------------------------------------------

    def _at_top(self, name: str) -> bool:
        if name in self._known or name in self._listed or self._binds(INIT, name, frozenset()):
            return True
        if self._is_renamed(name):
            return self._at_top(name.removesuffix("Fast"))
        if self._path(f"transformers.{name}") is not None:
            return True
        if self._top["scans_models"]:
            for pattern in (*self._likely(name), f"{_MODELS}**/*.py"):
                # First where the name seems to belong; but the answer must not depend on what files are called.
                paths = self._library.paths(pattern)
                if any(name in names for names in self._all_exports(paths).values()):
                    return True
        dummies = sorted(self._library.paths("transformers/utils/dummy_*.py"))
        return any(name in self._facts(path, "transformers-plain", plain_names) for path in dummies)

    def _is_renamed(self, name: str) -> bool:
        """Whether a lazy package answers for a name with the class without ``Fast``."""
        if not name.endswith(_FAST) or not self._library.paths(IMPORT_UTILS):
            return False
        return bool(self._facts(IMPORT_UTILS, "transformers-fast", _renames_fast))

    def _likely(self, name: str) -> list[str]:
        """The folders that are called as if they held a name: ``parakeet`` for ``ParakeetFeatureExtractor``."""
        folded = name.lower()
        found = [folder for folder in self._folders if folded.startswith(folder.replace("_", ""))]
        return [f"{_MODELS}{folder}/*.py" for folder in sorted(found, key=len, reverse=True)]

    def _all_exports(self, paths: Sequence[str]) -> dict[str, Any]:
        return dict(self._library.facts(paths, f"transformers-exports-{REVISION}", _exports))

    # -- its modules -------------------------------------------------------------------------------

    def _lazy_names(self, path: str) -> set[str] | None:
        """What a lazy subpackage offers; None where the package is not lazy."""
        facts = self._facts(path, "transformers-lazy", _lazy_facts)
        if facts is None:
            return None
        folder = path.rpartition("/")[0]
        names = {name for key, names in facts["structure"].items() for name in (key, *names)}
        if not facts["structure"]:
            inside = [each for each in self._library.paths(f"{folder}/*.py") if each != path]
            names.update(name for found in self._all_exports(inside).values() for name in found)
        return names

    def _binds(self, path: str, name: str, seen: frozenset[str]) -> bool:
        """Whether the statements of a module bind a name, those of modules that it takes ``*`` from included."""
        if name in self._facts(path, "transformers-plain", plain_names):
            return True
        facts = self._facts(path, "transformers-bound", bound_names)
        if name in facts["names"]:
            return True
        for level, module in facts["stars"]:
            tried = candidates(path, level, module)
            other = next((each for each in tried if each in self._library.paths(*tried)), None)
            if other is not None and other not in seen and self._binds(other, name, seen | {path}):
                return True
        return False

    def _open(self, path: str) -> bool:
        return bool(self._facts(path, "transformers-bound", bound_names)["open"])

    def _facts(self, path: str, kind: str, extract: Callable[[bytes], Any]) -> Any:
        return self._library.facts((path,), f"{kind}-{REVISION}", extract)[path]


def _renames_fast(data: bytes) -> bool:
    """Whether the lazy package answers for `…Fast` with the class without that ending, as 5.x does."""
    return b'endswith("TokenizerFast")' in data


def _exports(data: bytes) -> list[str]:
    text = normalise(data)
    return [] if text is None else exported_names(b"\n" + text)


def _lazy_facts(data: bytes) -> dict[str, Any] | None:
    """The structure of a lazy package's ``__init__.py``, empty where it looks through its files; None if not lazy."""
    if not any(word.encode() in data for word in _LAZY):
        return None
    facts = import_structure(data)
    return None if facts["problem"] is not None else facts
