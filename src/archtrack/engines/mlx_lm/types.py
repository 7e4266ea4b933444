"""Which module runs a model type, and which one runs a type together with an architecture."""

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

from .files import MODELS, UTILS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.core.python.names import ClassAt
    from archtrack.sources.library import Library

__all__ = ["Runs", "Types"]

_CLASSES = ("Model", "ModelArgs")
_TABLES = ("MODEL_MAPPING", "MODEL_REMAPPING", "MODEL_ARCHITECTURE_REMAPPING")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What runs a model type.

    Attributes:
        module: the module that the engine imports.
        model: the class ``Model``, which may stand in another module.
        arguments: the class ``ModelArgs``.
        place: the line that leads to the class.
        condition: under which that line runs.
    """

    module: str
    model: ClassAt
    arguments: ClassAt
    place: Place
    condition: str | None = None


class Types:
    """The model types that a release runs.

    Attributes:
        runs: type -> what runs it.
        architectures: (type, architecture) -> what runs the two together.
        unresolved: (path, line, reason) of what could not be read.
    """

    def __init__(self, library: Library) -> None:
        """Read the files of a release."""
        self.unresolved: list[tuple[str, int, str]] = []
        self._modules = dict(self._found(library))
        utils = library.facts((UTILS,), "mlx-lm-tables-4", _tables)[UTILS]
        tables, unresolved = utils["tables"], utils["unresolved"]
        self.runs = dict(self._mapped(tables) if "MODEL_MAPPING" in tables else self._imported(tables))
        self.architectures = {
            (model_type, architecture): runs
            for key, runs in self._rows(tables, "MODEL_ARCHITECTURE_REMAPPING")
            for model_type, _, architecture in [key.partition(" ")]
            if architecture and runs is not None
        }
        self.unresolved += [
            (UTILS, line, reason) for table, line, reason in unresolved if table in {"", *_TABLES}
        ]
        if not any(not table for table, _, _ in unresolved):
            self.unresolved += self._not_tables(utils)

    def _not_tables(self, utils: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
        """The tables that are there and could not be read at all, and the one that has to be there."""
        tables, lines = utils["tables"], utils["lines"]
        told = {table for table, _, _ in utils["unresolved"]}
        for name in _TABLES:
            if name in lines and name not in tables and name not in told:
                yield UTILS, lines[name], f"{name} is no dict that is written out"
        if not {"MODEL_MAPPING", "MODEL_REMAPPING"} & {*tables, *lines, *told}:
            yield UTILS, 0, "it has neither MODEL_MAPPING nor MODEL_REMAPPING"

    def _found(self, library: Library) -> Iterator[tuple[str, Runs]]:
        """Module -> what it runs its own type with, of the modules that have both classes."""
        paths = library.paths(f"{MODELS}/*.py", f"{MODELS}/*/__init__.py")
        names = library.facts(library.paths(f"{MODELS}/**/*.py"), "mlx-lm-names-1", _names)
        modules = Modules(exists=names.__contains__, names=names.__getitem__)
        for path in paths:
            if path != f"{MODELS}/__init__.py":
                runs = self._own(path, names[path], modules)
                if runs is not None:
                    yield path.removeprefix(f"{MODELS}/").removesuffix(".py").removesuffix("/__init__"), runs

    def _own(self, path: str, names: Mapping[str, Any], modules: Modules) -> Runs | None:
        """What one module runs its own type with; None where it has not both classes, or that cannot be told."""
        if names["problem"]:
            reason, line = names["problem"]
            self.unresolved.append((path, line, reason))
            return None
        bound = [names["names"].get(name) for name in _CLASSES]
        if any(each is None for each in bound):
            doubt = _doubt(path, names, modules)
            if doubt is not None:
                self.unresolved.append((path, *doubt))
            return None
        model, arguments = (
            self._class(path, name, each, modules) for name, each in zip(_CLASSES, bound, strict=True)
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

    def _mapped(self, tables: Mapping[str, Any]) -> Iterator[tuple[str, Runs]]:
        for key, runs in self._rows(tables, "MODEL_MAPPING"):
            if runs is not None:
                yield key, runs

    def _imported(self, tables: Mapping[str, Any]) -> dict[str, Runs]:
        found = dict(self._modules)
        for key, runs in self._rows(tables, "MODEL_REMAPPING"):
            found.pop(key, None)  # its own module is passed over
            if runs is not None:
                found[key] = runs
        return found

    def _rows(self, tables: Mapping[str, Any], table: str) -> Iterator[tuple[str, Runs | None]]:
        """Key -> what a table gives it; None for a module that is not there, with which the engine stops."""
        for key, line, value, condition in tables.get(table, {"rows": []})["rows"]:
            module = value["name"] if isinstance(value, dict) else value
            runs = self._modules.get(module) if isinstance(module, str) else None
            if runs is not None:
                where = Place(file=UTILS, line=line)
                yield key, replace(runs, place=where, condition=both(condition, runs.condition))
                continue
            if not isinstance(value, str):  # what is no string may well name a module
                self.unresolved.append((UTILS, line, f"cannot tell which module runs {key}"))
            yield key, None


def _tables(data: bytes) -> dict[str, Any]:
    return tables_and_lines(data, _TABLES)


def _names(data: bytes) -> dict[str, Any]:
    """What the names of a module stand for, and the line of its first ``import *``."""
    module = Module(data, words=HIDDEN)
    line = module.statements[module.stars[0][1]].node.lineno if module.stars else 0
    return {**all_names(module), "star_line": line}


def _line(found: list[Any]) -> int:
    """Where a name is bound, as ``names.named`` says it."""
    kind, *rest = found
    return int(rest[1]) if kind != "import" else int(rest[3])


def _doubt(path: str, names: Mapping[str, Any], modules: Modules) -> tuple[int, str] | None:
    """Where a class that is not plainly there may come from all the same: (line, reason)."""
    known = names["names"]
    missing = [name for name in _CLASSES if name not in known]
    for name in (ANY, "__getattr__"):
        # `globals()` in a module that has neither class (``cache.py``) is no reason to doubt.
        if name in known and (name != ANY or len(missing) < len(_CLASSES)):
            return _line(known[name]), f"cannot tell whether it has {' and '.join(missing)}"
    for name in missing:
        source = modules.may_export(path, name, names["stars"])
        outside = [star for star in names["stars"] if modules.find(path, *star) is None]
        if source is not None or outside:
            what = source or f"`{'.' * outside[0][0]}{outside[0][1]}`"
            return names["star_line"], f"`{name}` may come from `import *` of {what}"
    return None
