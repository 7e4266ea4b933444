"""A registry that imports every module of a package and takes the classes that one variable names.

SGLang's way, and that of what grew out of it. The engine's file says which package and which variable; this one
reads the modules, follows what they import and fills the registry as the engine would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.imports import imports_in
from archtrack.core.module_signs import class_signs
from archtrack.core.modules import MAX_BYTES, NOT_READ, dotted
from archtrack.core.outline import outline
from archtrack.core.plain import mentions, plain_classes, plain_entries_in
from archtrack.core.registry import STOPS, Entry, Modules, Problem, full_facts, resolve_entries
from archtrack.model import Place, Registration, Unresolved
from archtrack.syntax import PYTHON, start_check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.model import Category, Import
    from archtrack.sources.library import Library

__all__ = ["EntryClasses"]

VARIABLE = "EntryClass"
REMAPPING = "EntryClassRemapping"
IMPORTED = ("transformers", "sglang.srt.models")
"""The packages whose imports decide whether a module can be imported."""
SKIPPED = "the engine skips a module that fails to import"
UNKNOWN = "what it registers is not known"
REVISION = 8
"""Counts up whenever equal files would give other facts."""


class EntryClasses:
    """The registry being filled, package by package, the first package winning."""

    def __init__(
        self, home: str, categories: Mapping[str, tuple[Category, str]], disabled: tuple[str, ...]
    ) -> None:
        """Begin with an empty registry.

        Args:
            home: the engine's own folder of models, left out of the names of its files.
            categories: what the engine says of an architecture, and where.
            disabled: modules that are skipped.
        """
        self.registrations: dict[str, Registration] = {}
        self.unresolved: list[Unresolved] = []
        self.imports: dict[str, tuple[Import, ...]] = {}
        self.unparsable: dict[str, tuple[str, int]] = {}
        self.remapping: list[str] = []  # modules that name further architectures
        self.signs: dict[str, dict[str, Any]] = {}  # of each module that may register something
        self._home = home
        self._categories = categories
        self._disabled = disabled

    def add_package(
        self, folder: str, paths: tuple[str, ...], libraries: tuple[Library, ...], inner: tuple[str, ...] = ()
    ) -> None:
        """Add what the modules directly in one package register.

        Args:
            folder: of the package.
            paths: its modules, and the ``__init__.py`` of its subpackages.
            libraries: where modules are looked for; the first one holds the package.
            inner: modules of its subpackages: looked at in the same go, as some of the others rest on them.
        """
        modules = _Sources(libraries)
        earlier = dict(self.registrations)
        names = _module_paths(folder, paths)
        for path in libraries[0].broken_links(f"{folder}/*.py"):
            if path.rpartition("/")[2].removesuffix(".py") not in {"__init__", *self._disabled}:
                self._problem(path, Problem(reason=f"a link to a file that is not there; {SKIPPED}", line=1))
        chosen = dict.fromkeys(path for name, path in names.items() if name not in self._disabled)
        found = modules.registry_facts([*chosen, *(path for path in inner if path not in chosen)])
        for path, facts in found.items():
            self._note(path, facts)
            if path not in chosen:
                continue
            if "remapping" in facts:
                self.remapping.append(path)
            if "signs" in facts:
                self.signs.setdefault(path, facts["signs"])
            if facts["syntax"] is not None:
                reason, line = facts["syntax"]
                what = SKIPPED if path in self.unparsable else UNKNOWN
                self._problem(path, Problem(reason=f"{reason}; {what}", line=line))
                continue
            if "plain" in facts:
                entries = [
                    Entry(name=name, line=line, path=path, defined_line=defined)
                    for name, line, defined in facts["plain"]
                ]
            elif "bindings" in facts:
                entries, problems = resolve_entries(path, VARIABLE, modules.modules())
                for problem in problems:
                    self._problem(path, problem)
            else:
                continue
            for entry in entries:
                self._register(path, entry, earlier)

    def add_remapped(self, path: str, facts: Mapping[str, Any]) -> None:
        """Add the further names under which a module registers its classes (``remapped_classes``)."""
        for name, line, class_name, defined_line in facts["remapped"]:
            if name not in self.registrations:
                category, source = self._categories.get(name, (None, None))
                self.registrations[name] = Registration(
                    name=name,
                    file=path.removeprefix(f"{self._home}/"),
                    place=Place(file=path, line=line),
                    defined_in=dotted(path),
                    defined=Place(file=path, line=defined_line) if defined_line else None,
                    category=category,
                    category_source=source,
                    class_name=class_name,
                )
        for line, reason in facts["odd"]:
            self._problem(path, Problem(reason=reason, line=line))

    def _note(self, path: str, facts: Mapping[str, Any]) -> None:
        """Keep what a module imports, or why it cannot be parsed."""
        self.imports[path] = () if facts["syntax"] else _imports(facts["imports"])
        if facts["syntax"] and not facts["syntax"][0].endswith(NOT_READ):
            self.unparsable[path] = (facts["syntax"][0], facts["syntax"][1])

    def _register(self, path: str, entry: Entry, earlier: Mapping[str, Registration]) -> None:
        if entry.name in earlier:
            return
        place = Place(file=path, line=entry.line)
        if entry.name in self.registrations:
            known = self.registrations[entry.name]
            if not (
                entry.condition and known.condition and known.place.file == path
            ):  # else it is one of two
                where = "twice" if known.place == place else f"and at {known.place}"
                reason = f"{entry.name} is registered here {where}: {STOPS}"
                self.unresolved.append(Unresolved(reason=reason, place=place))
            return
        category, source = self._categories.get(entry.name, (None, None))
        self.registrations[entry.name] = Registration(
            name=entry.name,
            file=path.removeprefix(f"{self._home}/"),
            place=place,
            defined_in=dotted(entry.path),
            defined=Place(file=entry.path, line=entry.defined_line),
            condition=entry.condition,
            category=category,
            category_source=source,
        )

    def _problem(self, path: str, problem: Problem) -> None:
        place = Place(file=path, line=problem.line)
        self.unresolved.append(Unresolved(reason=problem.reason, place=place))


def _imports(facts: list[list[Any]]) -> tuple[Import, ...]:
    return tuple((level, module, name, line, condition) for level, module, name, line, condition in facts)


def _module_paths(folder: str, paths: tuple[str, ...]) -> dict[str, str]:
    """Name -> path of the modules that ``pkgutil`` finds directly in a package, in the engine's order.

    It finds no name with a dot in it, and where a subpackage and a module share a name only the former.
    """
    inside = [path.removeprefix(f"{folder}/") for path in sorted(paths)]
    packages = {path.removesuffix("/__init__.py") for path in inside if path.endswith("/__init__.py")}
    stems = [path.removesuffix(".py") for path in inside if "/" not in path]
    taken = {stem: f"{folder}/{stem}.py" for stem in stems if "." not in stem}
    return {stem: path for stem, path in taken.items() if stem not in {"__init__", *packages}}


class _Sources:
    """The libraries that imports are followed in, the first one that has a path counting."""

    def __init__(self, libraries: tuple[Library, ...]) -> None:
        self._libraries = libraries
        self._syntax: dict[str, tuple[str, int] | None] = {}

    def registry_facts(self, paths: list[str]) -> Mapping[str, Any]:
        """What the modules of the package register, and whether they parse, in the order of ``paths``."""
        kind = f"sglang-registry-{REVISION}-{PYTHON}"
        found = self._libraries[0].facts_together(paths, kind, _registry_facts)
        self._syntax.update({path: found[path]["syntax"] for path in paths})
        return {path: found[path] for path in paths}

    def modules(self) -> Modules:
        """How ``resolve_entries`` reaches modules."""
        return Modules(
            exists=lambda path: self._holding(path) is not None, classes=self._classes, full=self._full
        )

    def _holding(self, path: str) -> Library | None:
        return next((library for library in self._libraries if path in library.paths(path)), None)

    def _facts(self, path: str, kind: str, extract: Callable[[bytes], Any]) -> Any:
        library = self._holding(path) or self._libraries[0]
        return library.facts((path,), f"{kind}-{REVISION}", extract)[path]

    def _problem(self, path: str) -> tuple[str, int] | None:
        """Why a module does not parse, if it does not."""
        if path in self._syntax:
            return self._syntax[path]
        library = self._holding(path) or self._libraries[0]
        problem: tuple[str, int] | None = library.facts_together((path,), f"syntax-{PYTHON}", _syntax_facts)[
            path
        ]
        return problem

    def _classes(self, path: str) -> dict[str, int]:
        if self._problem(path) is not None:
            return {}
        found: dict[str, int] = self._facts(path, "classes", plain_classes)
        return found

    def _full(self, path: str) -> dict[str, Any]:
        problem = self._problem(path)
        if problem is not None:
            return {"error": problem}
        found: dict[str, Any] = self._facts(path, "bindings", full_facts)
        return found


def _registry_facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Facts of modules: ``syntax``, ``imports``, and ``plain`` or ``bindings`` where they may register something.

    The syntax check is another process: it works while this one looks for the registrations. It is given every
    module, as nobody knows what a broken one meant to register.
    """
    finish = start_check(files)
    try:
        found = {path: _module_facts(data) for path, data in files.items()}
    finally:
        syntax = finish()
    return {path: {"syntax": syntax[path], **facts} for path, facts in found.items()}


def _module_facts(data: bytes) -> dict[str, Any]:
    """The imports, and for a module that may register something its plain entries, or a wish for bindings; its signs.

    The signs are looked for here because the syntax check takes longer than all of it.
    """
    if len(data) > MAX_BYTES:
        return {"imports": []}
    read = outline(data)
    found: dict[str, Any] = {"imports": imports_in(read, data, IMPORTED)}
    if REMAPPING.encode() in data:
        found["remapping"] = True
    if not mentions(data, VARIABLE):
        return found
    plain = plain_entries_in(read, data, VARIABLE)
    own: dict[str, Any] = {"bindings": True} if plain is None else {"plain": plain}
    return {**found, **own, "signs": class_signs(data)}


def _syntax_facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    return dict(start_check(files)())
