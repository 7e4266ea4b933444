"""llama.cpp's conversion code, as its years have written it: maps, decorators, comparisons by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from archtrack.core.python.conditions import both
from archtrack.core.python.source import candidates
from archtrack.core.python.tables import table_facts
from archtrack.engines._comparisons import chained_returns
from archtrack.engines._decorators import decorated_classes

from .files import MAPS, MODULES, SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

__all__ = ["Code", "Entry", "Modules", "conversion_code", "groups_of"]

TABLES = {"TEXT_MODEL_MAP": "text", "MMPROJ_MODEL_MAP": "mmproj"}
_ACCEPTS, _CHOOSES = ("_get_model_architecture", "arch"), ("from_model_architecture", "model_architecture")
_SEES = frozenset({"VisionModel", "MmprojModel"})
_MAX_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One converter under one name.

    Attributes:
        path: of the file that registers it, from the root.
        line: that does.
        module: path of the module that holds the converter.
        class_name: the converter's; None where it is not known.
        class_line: of its class statement; 0 where it is not known.
        condition: under which it is registered.
    """

    path: str
    line: int
    module: str
    class_name: str | None = None
    class_line: int = 0
    condition: str | None = None


class Code:
    """What is known of one version.

    Attributes:
        found: (architecture, group) -> entry.
        unresolved: (path, line, reason) of what cannot be read.
        turned_away: (architecture, group, path, line) of what one place names and another has nothing for.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.found: dict[tuple[str, str], Entry] = {}
        self.unresolved: list[tuple[str, int, str]] = []
        self.turned_away: list[tuple[str, str, str, int]] = []

    def add(self, name: str, group: str, entry: Entry) -> None:
        """The last one wins; one that two branches register is there in either case."""
        before = self.found.get((name, group))
        if before is not None and before.condition is None:
            entry = replace(entry, condition=None)
        self.found[name, group] = entry


def conversion_code(library: Library) -> Code:
    """What the conversion code takes, by whichever way this version has; empty where it has none of them."""
    modules = Modules(library)
    code = Code()
    if not _by_maps(code, library, modules):
        _by_decorators(code, modules)
    if not code.found and not code.unresolved:
        _by_hand(code, library, modules)
    return code


class Modules:
    """The classes of the conversion package's modules, or of the script that was all of it before."""

    def __init__(self, library: Library) -> None:
        """Look at them all."""
        paths = [*library.paths(f"./{MODULES}"), *_script(library)]
        facts = library.facts(
            paths,
            "llama-cpp-decorators-3",
            lambda data: decorated_classes(data, ("register",)),
        )
        self._registered: dict[tuple[str, str], dict[str, Entry]] = {}
        self.facts: dict[str, Any] = {path.removeprefix("./"): each for path, each in facts.items()}

    def entries(self, path: str) -> Iterator[tuple[str, str, Entry]]:
        """(architecture, group, entry) of one module, in the order in which they take effect."""
        for name, line, class_name, condition in self.facts[path]["registered"]:
            group = "mmproj" if self._sees(path, class_name) else "text"
            known = self.facts[path]["classes"].get(class_name, {"line": 0})
            yield (
                name,
                group,
                Entry(
                    path=path,
                    line=line,
                    module=path,
                    class_name=class_name,
                    class_line=known["line"],
                    condition=condition,
                ),
            )

    def registered(self, name: str, group: str) -> dict[str, Entry]:
        """Path -> entry of the modules that register an architecture in a group."""
        if not self._registered:
            for path in self.facts:
                for own, kind, entry in self.entries(path):
                    self._registered.setdefault((own, kind), {})[path] = entry
        return self._registered.get((name, group), {})

    def reached(self, path: str) -> list[str]:
        """A module and those that it imports, the nearest first; none where it is not there."""
        reached = [path] if path in self.facts else []
        for at in reached:  # grows as it is gone through
            for level, module, attribute in self.facts[at]["imports"].values():
                inner = f"{module}.{attribute}".strip(".")
                paths = (*candidates(at, level, module), *candidates(at, level, inner))
                reached += [
                    each for each in dict.fromkeys(paths) if each in self.facts and each not in reached
                ]
        return reached

    def _sees(self, path: str, class_name: str) -> bool:
        """Whether a class converts the part that sees or hears: whether it descends from the base class of these."""
        waiting, seen = [(path, class_name)], set[tuple[str, str]]()
        while waiting and len(seen) < _MAX_STEPS:
            at, name = each = waiting.pop()
            if name in _SEES:
                return True
            if each in seen:
                continue
            seen.add(each)
            known = self.facts[at]["classes"].get(name)
            if known is not None:
                waiting += [(at, base) for base in known["bases"]]
            elif (origin := self._import(at, name)) is not None:
                waiting.append(origin)
        return False

    def _import(self, path: str, name: str) -> tuple[str, str] | None:
        if name not in self.facts[path]["imports"]:
            return None
        level, module, attribute = self.facts[path]["imports"][name]
        paths = candidates(path, level, module)
        return next(((each, attribute) for each in paths if each in self.facts), None)


def _script(library: Library) -> list[str]:
    """The script under its newest name, if there is one."""
    there = library.paths(*(f"./{script}" for script in SCRIPTS))
    return [f"./{script}" for script in SCRIPTS if f"./{script}" in there][:1]


def _by_maps(code: Code, library: Library, modules: Modules) -> bool:
    """By the maps, which name the module that registers each; False where there are none."""
    if MAPS not in modules.facts:
        return False
    facts = library.facts((f"./{MAPS}",), "llama-cpp-tables-3", table_facts)[f"./{MAPS}"]
    code.unresolved += [
        (MAPS, line, reason) for table, line, reason in facts["unresolved"] if table in {"", *TABLES}
    ]
    if not code.unresolved and not any(table in facts["tables"] for table in TABLES):
        return False
    known = not code.unresolved
    used = set[tuple[str, str, str]]()
    for table, group in TABLES.items():
        for name, line, value, condition in facts["tables"].get(table, {"rows": []})["rows"]:
            if not isinstance(value, str):
                code.unresolved.append((MAPS, line, f"cannot tell which module {table} names for {name}"))
                known = False
                continue
            path = f"conversion/{value}.py"
            reached = modules.reached(path)
            found = next((e for e in map(modules.registered(name, group).get, reached) if e), None)
            if found is not None:
                used.add((found.path, name, group))
                found = replace(found, path=MAPS, line=line, condition=both(condition, found.condition))
            elif reached and not any(modules.facts[each]["unresolved"] for each in reached):
                code.turned_away.append((name, group, MAPS, line))  # asking for it ends with a KeyError
                continue
            else:
                found = Entry(path=MAPS, line=line, module=path, condition=condition)
                if not reached:
                    code.unresolved.append(
                        (MAPS, line, f"{table} names the module {path}, which is not there")
                    )
            code.add(name, group, found)
    _beside(code, modules, used if known else None)
    return True


def _beside(code: Code, modules: Modules, used: set[tuple[str, str, str]] | None) -> None:
    """What the modules hold beside what the maps name; None where these are not wholly known."""
    for path, facts in modules.facts.items():
        if path != MAPS:
            code.unresolved += [(path, line, reason) for line, reason in facts["unresolved"]]
        for name, group, entry in modules.entries(path):
            if used is not None and (path, name, group) not in used:
                code.turned_away.append((name, group, path, entry.line))


def _by_decorators(code: Code, modules: Modules) -> None:
    """By the decorators alone."""
    for path, facts in modules.facts.items():
        for name, group, entry in modules.entries(path):
            code.add(name, group, entry)
        code.unresolved += [(path, line, reason) for line, reason in facts["unresolved"]]


def _by_hand(code: Code, library: Library, modules: Modules) -> None:
    """By comparisons: one function turns away what it does not know, another chooses the class."""
    for path in _script(library):
        file = path.removeprefix("./")
        accepts, chooses = (
            library.facts(
                (path,),
                f"llama-cpp-{function}-3",
                partial(chained_returns, function=function, variable=variable),
            )[path]
            for function, variable in (_ACCEPTS, _CHOOSES)
        )
        if not accepts["found"]:
            return
        for name, (line, _) in accepts["returned"].items():
            class_name = chooses["returned"].get(name, (0, chooses["otherwise"]))[1]
            at = modules.facts[file]["classes"].get(class_name, {"line": 0})["line"]
            entry = Entry(path=file, line=line, module=file, class_name=class_name, class_line=at)
            code.add(name, "text", entry)
        code.unresolved += [
            (file, line, reason) for each in (accepts, chooses) for line, reason in each["unresolved"]
        ]
        code.turned_away += [
            (name, "text", file, line)
            for name, (line, _) in chooses["returned"].items()
            if name not in accepts["returned"]
        ]


def groups_of(found: Mapping[tuple[str, str], Entry]) -> dict[str, dict[str, Entry]]:
    """Architecture -> group -> entry, the groups in the order of the tables."""
    names: dict[str, dict[str, Entry]] = {}
    for group in TABLES.values():
        for (name, own), entry in found.items():
            if own == group:
                names.setdefault(name, {})[group] = entry
    return names
