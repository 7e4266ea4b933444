"""A registry that imports every module of a package and takes the classes that one variable names.

SGLang's way, and that of what grew out of it. The modules are read here, what they import is followed, and the registry
is filled as the engine would fill it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import ANY, HIDDEN
from archtrack.core.python.conditions import both
from archtrack.core.python.imports import imports_of
from archtrack.core.python.module import Import as Taken
from archtrack.core.python.module import Module
from archtrack.core.python.names import Modules, all_names, binding_of, named
from archtrack.core.python.source import MAX_BYTES, NOT_READ, candidates, module_name
from archtrack.core.python.values import UnresolvedError, dotted
from archtrack.model import STOPS, Place, Registration, Unresolved
from archtrack.sources.syntax_check import PYTHON, start_check

from . import signs
from .class_features import WORDS, class_features

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from archtrack.core.python.names import ClassAt
    from archtrack.model import Category, Import
    from archtrack.sources.library import Library

__all__ = ["REMAPPING", "EntryClasses", "changed_elsewhere", "module_facts", "modules_of", "registered"]

VARIABLE = "EntryClass"
REMAPPING = "EntryClassRemapping"
IMPORTED = ("transformers", "sglang.srt.models")
"""The packages whose imports decide whether a module can be imported."""
SKIPPED = "the engine skips a module that fails to import"
UNKNOWN = "what it registers is not known"
REVISION = 12
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
        sources = _Sources(libraries)
        earlier = dict(self.registrations)
        names = _module_paths(folder, paths)
        for path in libraries[0].broken_links(f"{folder}/*.py"):
            if path.rpartition("/")[2].removesuffix(".py") not in {"__init__", *self._disabled}:
                self._problem(path, f"a link to a file that is not there; {SKIPPED}", 1)
        chosen = dict.fromkeys(path for name, path in names.items() if name not in self._disabled)
        found = sources.registry_facts([*chosen, *(path for path in inner if path not in chosen)])
        changed = changed_elsewhere(found, sources.modules())
        for path, facts in found.items():
            self._note(path, facts)
            if path not in chosen:
                continue
            if facts.get("remapping"):
                self.remapping.append(path)
            if facts["syntax"] is not None:
                reason, line = facts["syntax"]
                what = SKIPPED if path in self.unparsable else UNKNOWN
                self._problem(path, f"{reason}; {what}", line)
                continue
            self.signs.update({path: facts["signs"]} if facts["entries"] else {})
            entries, problems = registered(path, facts, sources.modules())
            for reason, line in (*problems, *changed.get(path, ())):
                self._problem(path, reason, line)
            for line, entry in entries:
                self._register(path, line, entry, earlier)
        whole = libraries[0].paths(f"{folder}/*.py", f"{folder}/**/*.py")
        for path, failure in own_failures(found, whole):
            self.unparsable.setdefault(path, failure)

    def add_remapped(self, path: str, facts: Mapping[str, Any]) -> None:
        """Add the further names under which a module registers its classes (``remapped_classes``)."""
        for name, line, class_name, defined_line in facts["remapped"]:
            if name not in self.registrations:
                category, source = self._categories.get(name, (None, None))
                self.registrations[name] = Registration(
                    name=name,
                    file=path.removeprefix(f"{self._home}/"),
                    place=Place(file=path, line=line),
                    defined_in=module_name(path),
                    defined=Place(file=path, line=defined_line) if defined_line else None,
                    category=category,
                    category_source=source,
                    class_name=class_name,
                )
        for line, reason in facts["unresolved"]:
            self._problem(path, reason, line)

    def _note(self, path: str, facts: Mapping[str, Any]) -> None:
        """Keep what a module imports, or why it cannot be parsed."""
        self.imports[path] = () if facts["syntax"] else _imports(facts["imports"])
        if facts["syntax"] and not facts["syntax"][0].endswith(NOT_READ):
            self.unparsable[path] = (facts["syntax"][0], facts["syntax"][1])

    def _register(self, path: str, line: int, entry: ClassAt, earlier: Mapping[str, Registration]) -> None:
        if entry.name in earlier:
            return
        place = Place(file=path, line=line)
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
            defined_in=module_name(entry.path),
            defined=Place(file=entry.path, line=entry.line),
            condition=entry.condition,
            category=category,
            category_source=source,
        )

    def _problem(self, path: str, reason: str, line: int) -> None:
        self.unresolved.append(Unresolved(reason=reason, place=Place(file=path, line=line)))


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
        found = modules_of(self._libraries[0], paths)
        self._syntax.update({path: found[path]["syntax"] for path in paths})
        return {path: found[path] for path in paths}

    def modules(self) -> Modules:
        """How names are followed from module to module."""
        return Modules(exists=lambda path: self._holding(path) is not None, names=self._names)

    def _holding(self, path: str) -> Library | None:
        return next((library for library in self._libraries if path in library.paths(path)), None)

    def _facts(self, path: str, kind: str, extract: Callable[[Mapping[str, bytes]], Any]) -> Any:
        library = self._holding(path) or self._libraries[0]
        return library.facts_together((path,), f"{kind}-{PYTHON}", extract)[path]

    def _names(self, path: str) -> dict[str, Any]:
        if path not in self._syntax:
            self._syntax[path] = self._facts(path, "syntax", _syntax_facts)
        problem = self._syntax[path]
        if problem is not None:
            return {"names": {}, "stars": [], "problem": problem}
        found: dict[str, Any] = self._facts(path, f"sglang-names-{REVISION}", _names_facts)
        return found


def modules_of(library: Library, paths: Sequence[str]) -> Mapping[str, Any]:
    """What ``module_facts`` says of modules, and ``syntax``: why Python cannot parse one, or None.

    Raises:
        SourceError: a file cannot be read.
    """
    return library.facts_together(paths, f"sglang-registry-{REVISION}-{PYTHON}", _registry_facts)


def _registry_facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The facts of modules.

    The syntax check is another process: it works while this one reads the modules. It is given every module, as nobody
    knows what a broken one meant to register.
    """
    finish = start_check(files)
    try:
        found = {path: module_facts(data) for path, data in files.items()}
    finally:
        syntax = finish()
    return {path: {"syntax": syntax[path], **facts} for path, facts in found.items()}


def module_facts(data: bytes) -> dict[str, Any]:
    """What the registry needs of a module, as JSON.

    ``imports``; ``entries``: [line, what the name there stands for]; ``stars``; ``signs``; ``remapping``; ``others``:
    [level, module, line] of the modules whose variable this one uses, and so may change; ``names``: all that it binds,
    with spaces between them, or null where it may have any name; ``raises``: the line that raises in any case, or 0;
    ``features``: as ``class_features`` gives them.
    """
    words = (*HIDDEN, VARIABLE.encode(), *signs.WORDS, *WORDS)
    module = Module(data if len(data) <= MAX_BYTES else b"", words)
    mentioned = VARIABLE.encode() in data or not data.isascii()  # in other letters it may be the same name
    # Nearly always the variable only stands where it is assigned: then nothing holds it, and no other module's is used.
    assigned = sum(isinstance(each.bound, ast.expr) for each in module.bindings.get(VARIABLE, ()))
    elsewhere = not data.isascii() or data.count(VARIABLE.encode()) > assigned
    entries = _entries(module, elsewhere=elsewhere) if mentioned else []
    return {
        "imports": imports_of(module, IMPORTED),
        "entries": entries,
        "stars": [] if entries else [[star.level, star.module] for star, _ in module.stars],
        "signs": signs.class_signs(module) if entries else {},
        "remapping": REMAPPING in module.bindings,
        "others": _others(module) if mentioned and elsewhere else [],
        "names": _bound(module),
        "raises": next((line for line, condition in module.raises if condition is None), 0),
        "features": class_features(module),
    }


def _bound(module: Module) -> str | None:
    """The names that a module binds; None where it may have any."""
    any_name = module.problem or module.stars or "__getattr__" in module.bindings or ANY in module.changed
    return None if any_name else " ".join({**module.bindings, **module.changed})


def registered(
    path: str, facts: Mapping[str, Any], modules: Modules
) -> tuple[list[tuple[int, ClassAt]], list[tuple[str, int]]]:
    """What the registry takes from a module: (line, class), and (reason, line) of what cannot be told.

    Args:
        path: of the module.
        facts: what ``module_facts`` says of it.
        modules: how names are followed into other modules.
    """
    entries: list[tuple[int, ClassAt]] = []
    problems: list[tuple[str, int]] = []
    for line, found in facts["entries"]:
        try:
            entries.append((line, modules.follow(path, found, line)))
        except UnresolvedError as error:  # noqa: PERF203 -- a handful of rows
            problems.append((error.reason, error.line))
    source = modules.may_export(path, VARIABLE, facts["stars"])
    if source is not None:
        problems.append((f"`{VARIABLE}` may come from `import *` of {source}", 1))
    return entries, problems


def own_failures(
    found: Mapping[str, Mapping[str, Any]], paths: Sequence[str]
) -> Iterator[tuple[str, tuple[str, int]]]:
    """Path -> (reason, line) of the modules that fail in any case when they are imported, by the package's own fault.

    One raises, or imports from the package what it does not have. What fails under a condition only is left out.

    Args:
        found: path -> what ``module_facts`` says of a module.
        paths: all modules of the package and its subpackages.
    """
    there = frozenset(paths)
    folders = {
        "/".join(parts[:depth])
        for parts in (path.split("/") for path in there)
        for depth in range(1, len(parts))
    }
    home = min((path.rpartition("/")[0] for path in there), key=len, default="")
    names = {
        path: frozenset(facts["names"].split()) for path, facts in found.items() if facts["names"] is not None
    }
    for path, facts in found.items():
        if facts["syntax"] is None and facts["raises"]:
            yield path, ("it raises here when it is imported", facts["raises"])
        for level, module, name, line, condition in facts["imports"] if facts["syntax"] is None else ():
            tried = candidates(path, level, module)
            base = tried[0].removesuffix("/__init__.py") if tried else ""
            if condition is not None or not f"{base}/".startswith(f"{home}/"):
                continue
            if name is not None and (f"{base}/{name}.py" in there or f"{base}/{name}" in folders):
                continue
            target = next((each for each in tried if each in there), None)
            what = f"`{'.' * level}{module}`"
            if target is None and base not in folders:
                yield path, (f"it imports {what}, which is not there", line)
            elif (
                name is not None
                and not name.startswith("__")
                and (target is None or name not in names.get(target, {name}))
            ):
                yield path, (f"it imports `{name}` from {what}, which has no such name", line)


def changed_elsewhere(
    found: Mapping[str, Mapping[str, Any]], modules: Modules
) -> dict[str, list[tuple[str, int]]]:
    """Path -> (reason, line) of the modules whose variable another module may change.

    Args:
        found: path -> what ``module_facts`` says of a module.
        modules: how names are followed into other modules.
    """
    changed: dict[str, list[tuple[str, int]]] = {}
    for path, facts in found.items():
        for level, source, line in facts["others"]:
            target = modules.find(path, level, source) or ""
            if target in found and found[target]["entries"]:
                reason = f"`{VARIABLE}` may be changed by {path}:{line}"
                changed.setdefault(target, []).append((reason, found[target]["entries"][0][0]))
    return changed


def _others(module: Module) -> list[list[Any]]:
    """The modules whose variable this one takes and uses: [level, module, line]."""
    sources: dict[str | None, tuple[int, str]] = {}  # dotted name -> level, module
    for name, bindings in module.bindings.items():
        for bound in (each.bound for each in bindings):
            if isinstance(bound, Taken) and bound.attribute == VARIABLE:
                sources[name] = (bound.level, bound.module)
            elif isinstance(bound, Taken):
                inner = filter(None, (bound.module, bound.attribute))
                sources[f"{name}.{VARIABLE}"] = (bound.level, ".".join(inner))
    found: dict[tuple[int, str], int] = {}
    for node in ast.walk(module.tree) if sources else ():
        if isinstance(node, (ast.Name, ast.Attribute)) and (path := dotted(node)) in sources:
            found.setdefault(sources[path], node.lineno)
    if VARIABLE in module.changed:
        _, line = module.changed[VARIABLE]
        found.update({(star.level, star.module): line for star, _ in module.stars})
    return [[*source, line] for source, line in found.items()]


def _entries(module: Module, *, elsewhere: bool) -> list[list[Any]]:
    """What the registry takes from a module: a class, or a list of classes, each as ``names.named`` gives it."""
    if module.problem is not None:
        reason, line = module.problem
        return [[line, ["unresolved", reason, line]]]
    if VARIABLE not in module.bindings and module.changed.keys().isdisjoint({VARIABLE, ANY}):
        return []
    try:
        items, condition = _items(module, elsewhere=elsewhere)
    except UnresolvedError as error:
        return [[error.line, ["unresolved", error.reason, error.line]]]
    found = []
    for each, position in items:
        kind, *rest = named(module, each, position)
        if kind != "unresolved":
            rest[-1] = both(condition, rest[-1])
        found.append([each.lineno, [kind, *rest]])
    return found


def _items(module: Module, *, elsewhere: bool) -> tuple[list[tuple[ast.expr, int]], str | None]:
    """The expressions that the variable lists, with the position of their statement, and their condition.

    Args:
        module: the module.
        elsewhere: whether the variable may stand elsewhere than where it is assigned.

    Raises:
        UnresolvedError: that cannot be told.
    """
    binding = binding_of(module, VARIABLE, ast.Pass(lineno=1))
    condition = binding.condition
    for line, raised in module.raises:
        if raised is None:
            reason = "the module raises here when it is imported; the engine then skips it"
            raise UnresolvedError(ast.Pass(lineno=line), reason)
        condition = both(condition, f"not ({raised})")
    match binding.bound:
        case ast.Name() as bound:
            return [(bound, binding.position)], condition
        case ast.List(elts=elements) as bound:
            statement = module.statements[binding.position].node
            several = isinstance(statement, ast.Assign) and len(statement.targets) > 1
            loads = (each for each in ast.walk(module.tree) if _loads(each)) if elsewhere else ()
            holder = next(iter(loads), bound if several else None)
            if holder is not None:
                raise UnresolvedError(holder, f"`{VARIABLE}` may be changed through what else holds it")
            return [(each, binding.position) for each in elements], condition
        case _:
            node = module.statements[binding.position].node
            if isinstance(binding.bound, (ast.Tuple, ast.Constant, ast.Dict, ast.Set)):
                reason = f"`{VARIABLE}` is neither a class nor a list of classes: the registry fails on it"
                raise UnresolvedError(binding.bound, reason)
            reason = f"cannot tell which classes `{VARIABLE}` is without running it"
            raise UnresolvedError(binding.bound if isinstance(binding.bound, ast.expr) else node, reason)


def _loads(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == VARIABLE and isinstance(node.ctx, ast.Load)


def _names_facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {path: all_names(Module(data, HIDDEN)) for path, data in files.items()}


def _syntax_facts(files: Mapping[str, bytes]) -> dict[str, Any]:
    return dict(start_check(files)())
