"""Which module runs a model type, for engines that import the module that is called like the type (MLX-LM, MLX-VLM).

A table of the engine names another module for some types.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import ANY, HIDDEN
from archtrack.core.python.conditions import both
from archtrack.core.python.module import Module
from archtrack.core.python.names import Modules, all_names
from archtrack.core.python.values import UnresolvedError
from archtrack.engines._tables import tables_and_lines
from archtrack.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.core.python.names import ClassAt
    from archtrack.sources.library import Library

__all__ = ["ModelTypes", "Runs", "Sought"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Where an engine has its modules and tables.

    Attributes:
        engine: its name.
        utils: the file with the tables.
        folders: of modules, in the order in which it looks into them.
        classes: the class of the model, and that of its arguments: a module without them runs nothing.
        every: the table that lists every type, in the releases that have it.
        others: the table that names other modules for some types.
        further: tables of other kinds, which an engine reads on its own.
    """

    engine: str
    utils: str
    folders: tuple[str, ...]
    classes: tuple[str, str]
    every: str | None = None
    others: str = "MODEL_REMAPPING"
    further: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of all of them."""
        return (*filter(None, (self.every, self.others)), *self.further)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What runs a model type.

    Attributes:
        module: the module that the engine imports.
        model: the class of the model, which may stand in another module.
        arguments: the class of its arguments.
        place: the line that leads to the class.
        condition: under which that line runs.
    """

    module: str
    model: ClassAt
    arguments: ClassAt
    place: Place
    condition: str | None = None


class ModelTypes:
    """The model types that a release runs.

    Attributes:
        runs: type -> what runs it.
        tables: the tables of the engine, as ``table_facts`` gives them.
        names: path -> what the names of a module stand for, as ``all_names`` gives it.
        without: name of a package that has other things than the classes -> its path.
        unresolved: (path, line, reason) of what could not be read.
    """

    def __init__(self, library: Library, sought: Sought) -> None:
        """Read the files of a release."""
        self.unresolved: list[tuple[str, int, str]] = []
        self._sought = sought
        paths = library.paths(*(f"{folder}/**/*.py" for folder in sought.folders))
        self.names: Mapping[str, Any] = library.facts(paths, "model-type-names-1", _names)
        self.without: dict[str, str] = {}
        self._modules = dict(self._found(library))
        utils = library.facts(
            (sought.utils,),
            f"{sought.engine}-tables-4",
            lambda data: tables_and_lines(data, sought.tables),
        )[sought.utils]
        self.tables: Mapping[str, Any] = utils["tables"]
        unresolved = utils["unresolved"]
        self.runs = dict(self._mapped() if sought.every in self.tables else self._imported())
        self.unresolved += [
            (sought.utils, line, reason)
            for table, line, reason in unresolved
            if table in {"", *sought.tables}
        ]
        if not any(not table for table, _, _ in unresolved):
            self.unresolved += self._not_tables(utils)

    def _not_tables(self, utils: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
        """The tables that are there and could not be read at all, and the one that has to be there."""
        tables, lines = utils["tables"], utils["lines"]
        told = {table for table, _, _ in utils["unresolved"]}
        for name in self._sought.tables:
            if name in lines and name not in tables and name not in told:
                yield self._sought.utils, lines[name], f"{name} is no dict that is written out"
        needed = [name for name in (self._sought.every, self._sought.others) if name is not None]
        if not set(needed) & {*tables, *lines, *told}:
            either = f"neither {' nor '.join(needed)}" if len(needed) > 1 else f"no {needed[0]}"
            yield self._sought.utils, 0, f"it has {either}"

    def _found(self, library: Library) -> Iterator[tuple[str, Runs]]:
        """Module -> what it runs its own type with, of the modules that have both classes.

        A module of an earlier folder hides one of the same name in a later one, also where it runs nothing.
        """
        names = self.names
        modules = Modules(exists=names.__contains__, names=names.__getitem__)
        seen: set[str] = set()
        for folder in self._sought.folders:
            found = {
                path.removeprefix(f"{folder}/").removesuffix(".py").removesuffix("/__init__"): path
                for path in library.paths(f"{folder}/*.py", f"{folder}/*/__init__.py")
                if path != f"{folder}/__init__.py"
            }
            for name, path in found.items():
                if name in seen:
                    continue
                runs = self._own(path, names[path], modules)
                if runs is not None:
                    yield name, runs
                elif path.endswith("/__init__.py") and names[path]["names"]:
                    self.without[name] = path
            seen |= found.keys()

    def _own(self, path: str, names: Mapping[str, Any], modules: Modules) -> Runs | None:
        """What one module runs its own type with; None where it has not both classes, or that cannot be told."""
        if names["problem"]:
            reason, line = names["problem"]
            self.unresolved.append((path, line, reason))
            return None
        classes = self._sought.classes
        bound = [names["names"].get(name) for name in classes]
        if any(each is None for each in bound):
            doubt = _doubt(path, names, modules, classes)
            if doubt is not None:
                self.unresolved.append((path, *doubt))
            return None
        model, arguments = (
            self._class(path, name, each, modules) for name, each in zip(classes, bound, strict=True)
        )
        if model is None or arguments is None:
            return None
        return Runs(
            module=path,
            model=model,
            arguments=arguments,
            place=Place(file=path, line=_line(bound[0])),
            condition=both(model.condition, arguments.condition),
        )

    def _class(self, path: str, name: str, found: Any, modules: Modules) -> ClassAt | None:
        try:
            return modules.follow(path, found, _line(found))
        except UnresolvedError as error:
            self.unresolved.append((path, error.line, f"cannot tell what {name} is: {error.reason}"))
            return None

    def _mapped(self) -> Iterator[tuple[str, Runs]]:
        for key, runs in self.rows(self._sought.every or ""):
            if runs is not None:
                yield key, runs

    def _imported(self) -> dict[str, Runs]:
        found = dict(self._modules)
        for key, runs in self.rows(self._sought.others):
            found.pop(key, None)  # its own module is passed over
            if runs is not None:
                found[key] = runs
        return found

    def rows(self, table: str) -> Iterator[tuple[str, Runs | None]]:
        """Key -> what a table gives it; None for a module that is not there, with which the engine stops."""
        for key, line, value, condition in self.tables.get(table, {"rows": []})["rows"]:
            module = value["name"] if isinstance(value, dict) else value
            runs = self._modules.get(module) if isinstance(module, str) else None
            if runs is not None:
                where = Place(file=self._sought.utils, line=line)
                yield key, replace(runs, place=where, condition=both(condition, runs.condition))
                continue
            if not isinstance(value, str):  # what is no string may well name a module
                self.unresolved.append((self._sought.utils, line, f"cannot tell which module runs {key}"))
            yield key, None


def _names(data: bytes) -> dict[str, Any]:
    """What the names of a module stand for, and the line of its first ``import *``."""
    module = Module(data, words=HIDDEN)
    line = module.statements[module.stars[0][1]].node.lineno if module.stars else 0
    return {**all_names(module), "star_line": line}


def _line(found: list[Any]) -> int:
    """Where a name is bound, as ``names.named`` says it."""
    kind, *rest = found
    return int(rest[1]) if kind != "import" else int(rest[3])


def _doubt(
    path: str, names: Mapping[str, Any], modules: Modules, classes: tuple[str, str]
) -> tuple[int, str] | None:
    """Where a class that is not plainly there may come from all the same: (line, reason)."""
    known = names["names"]
    missing = [name for name in classes if name not in known]
    for name in (ANY, "__getattr__"):
        # `globals()` in a module that has neither class (``cache.py``) is no reason to doubt.
        if name in known and (name != ANY or len(missing) < len(classes)):
            return _line(known[name]), f"cannot tell whether it has {' and '.join(missing)}"
    for name in missing:
        source = modules.may_export(path, name, names["stars"])
        outside = [star for star in names["stars"] if modules.find(path, *star) is None]
        if source is not None or outside:
            what = source or f"`{'.' * outside[0][0]}{outside[0][1]}`"
            return names["star_line"], f"`{name}` may come from `import *` of {what}"
    return None
