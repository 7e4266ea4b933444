"""What ExLlamaV3 registers: its list of model classes, followed to their architectures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.classes import class_facts
from archtrack.core.python.module import Module
from archtrack.core.python.mro import linearize
from archtrack.core.python.source import candidates, module_name
from archtrack.core.python.tables import imports_of_names
from archtrack.engines._tables import tables_and_lines
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .config_classes import WORDS, asked_by
from .files import FOLDERS, LIST, VERSION_FILES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["asked_of", "scan"]

TABLE = "ARCHITECTURES"
_DEPTH = 20
"""Imports that are followed, one behind the other, and classes that inherit from each other."""


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns ExLlamaV3
    """What a release lists.

    Raises:
        SourceError: it is not ExLlamaV3, or a file cannot be read.
    """
    path, listed, reader = _read(library)
    table = listed["tables"].get(TABLE, {"rows": []})
    registrations = tuple(reader.registrations(table["rows"]))
    unresolved = [(path, line, reason) for name, line, reason in listed["unresolved"] if name in {"", TABLE}]
    if not unresolved and TABLE not in listed["tables"]:
        line = listed["lines"].get(TABLE, 0)
        unresolved.append((path, line, f"{TABLE} is no comprehension over a list of classes"))
    return Inventory(
        engine="exllamav3",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(sorted(registrations, key=lambda each: each.name)),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=file, line=line))
            for file, line, reason in sorted((*unresolved, *reader.unresolved))
        ),
        pins=pins_of(library),
    )


def asked_of(library: Library) -> dict[str, dict[str, Any]]:
    """Architecture -> what its configuration class asks of a config, with the place; see ``_Reader.asked``.

    Raises:
        SourceError: it is not ExLlamaV3, or a file cannot be read.
    """
    _, listed, reader = _read(library)
    list(reader.registrations(listed["tables"].get(TABLE, {"rows": []})["rows"]))
    return {name: reader.asked(home) for name, home in reader.configs.items()}


def _read(library: Library) -> tuple[str, dict[str, Any], _Reader]:
    """The path of the list, what is read of it, and what follows its classes.

    Raises:
        SourceError: it is not ExLlamaV3.
    """
    there = library.paths(*(f"{folder}/{LIST}" for folder in FOLDERS))
    if not there:
        raise SourceError(
            f"{library.origin.location} has no {FOLDERS[0]}/{LIST}: it is not ExLlamaV3; name another source"
        )
    path = min(there, key=lambda each: FOLDERS.index(each.rpartition("/")[0]))
    listed = library.facts((path,), "exllamav3-table-4", _tables)[path]
    modules = library.facts(
        library.paths(f"{path.rpartition('/')[0]}/**/*.py"),
        "exllamav3-classes-4",
        _module_facts,
    )
    return path, listed, _Reader(path, listed["imports"], modules)


def _tables(data: bytes) -> dict[str, Any]:
    return tables_and_lines(data, (TABLE,), of_classes=True)


def _module_facts(data: bytes) -> dict[str, Any]:
    """The classes of a module with the two attributes and what they ask of a config, and where its names come from."""
    module = Module(data, words=WORDS)
    return {
        "classes": class_facts(module, ("config_class", "arch_string")),
        "asks": asked_by(module),
        "imports": imports_of_names(module),
    }


class _Reader:
    """Follows classes through the modules of one release."""

    def __init__(self, path: str, imports: Mapping[str, list[Any]], modules: Mapping[str, Any]) -> None:
        self._path = path
        self._folder = path.rpartition("/")[0]
        self._imports = imports
        self._modules = modules
        self._orders: dict[tuple[str, str], tuple[tuple[str, str] | None, ...]] = {}
        self.unresolved: list[tuple[str, int, str]] = []
        self.configs: dict[str, tuple[str, str]] = {}
        """Architecture -> (module, name) of its configuration class."""

    def registrations(self, rows: list[list[Any]]) -> Iterator[Registration]:
        """The architecture of each class of the table; a name that comes twice is the last one's."""
        found: dict[str, Registration] = {}
        for key, line, _, condition in rows:
            registration = self._registration(key, line, condition)
            if registration is not None:
                found[registration.name] = registration
        yield from found.values()

    def _registration(self, key: str, line: int, condition: str | None) -> Registration | None:
        """What the key ``Class.config_class.arch_string`` stands for."""
        class_name, *attributes = key.split(".")
        home = self._home(self._path, self._imports, class_name)
        value: Any = {"name": class_name}
        place = (self._path, line)
        owner: tuple[str, str] | None = None
        for attribute in attributes:
            name = value["name"] if isinstance(value, dict) else None
            imports = self._imports if place[0] == self._path else self._modules[place[0]]["imports"]
            owner = None if name is None else self._home(place[0], imports, name)
            found = None if owner is None else self._attribute(*owner, attribute)
            if found is None:
                self.unresolved.append(
                    (self._path, line, f"cannot tell the {attribute} of {name or class_name}")
                )
                return None
            where, value, at = found
            place = where, at
        if home is None or not isinstance(value, str):
            self.unresolved.append((self._path, line, f"cannot tell the architecture of {class_name}"))
            return None
        module, name = home
        vision = None
        if owner is not None:
            self.configs[value] = owner
            vision = self._vision(owner)
        return Registration(
            name=value,
            file=module.removeprefix(f"{self._folder}/"),
            place=Place(file=place[0], line=place[1]),
            defined_in=module_name(module),
            defined=Place(file=module, line=self._modules[module]["classes"][name]["line"]),
            condition=condition,
            category=None if vision is None else Category.MULTIMODAL,
            category_source=vision and f"{vision[0]}:{vision[1]} its models are of text and vision",
            class_name=None if class_name == value else class_name,
        )

    def _vision(self, config: tuple[str, str]) -> tuple[str, int] | None:
        """Where a configuration class, or the first of its bases that names models, names one of vision."""
        for home in self._order(config)[:_DEPTH]:
            asks = None if home is None else self._modules[home[0]]["asks"].get(home[1])
            if home is not None and asks is not None and asks["models"] is not None:
                return (home[0], asks["models"]) if asks["models"] else None
        return None

    def asked(self, config: tuple[str, str]) -> dict[str, Any]:
        """What a configuration class and its bases ask of a config: ``equal`` and ``needs``, see ``asked_by``.

        A class that does not call its base's ``__init__`` asks for nothing that its bases ask for.
        """
        equal: dict[str, Any] = {}
        needs: dict[str, None] = {}
        place: Place | None = None
        for home in self._order(config)[:_DEPTH]:
            asks = None if home is None else self._modules[home[0]]["asks"].get(home[1])
            if home is None or asks is None:
                continue
            equal = {**asks["equal"], **equal}
            needs.update(dict.fromkeys(asks["needs"]))
            if asks["line"]:
                place = place or Place(file=home[0], line=asks["line"])
                if not asks["base"]:
                    break
        return {"equal": equal, "needs": list(needs), "place": place}

    def _home(self, path: str, imports: Mapping[str, list[Any]], name: str) -> tuple[str, str] | None:
        """The module and the name of a class, through imports from one module to the next."""
        for _ in range(_DEPTH):
            module = self._modules.get(path)
            if module is not None and name in module["classes"]:
                return path, name
            if name not in imports:
                return None
            level, dotted, name = imports[name]
            path = next((each for each in candidates(path, level, dotted) if each in self._modules), "")
            if not path:
                return None
            imports = self._modules[path]["imports"]
        return None

    def _attribute(self, path: str, name: str, attribute: str) -> tuple[str, Any, int] | None:
        """(module, value, line) of a class's attribute: its own, else that of the first base that has it.

        None where a base comes first of which nothing is known.
        """
        for home in self._order((path, name)):
            if home is None:
                return None
            facts = self._modules[home[0]]["classes"][home[1]]
            if attribute in facts["attributes"]:
                value, line = facts["attributes"][attribute]
                return home[0], value, line
        return None

    def _order(self, home: tuple[str, str]) -> tuple[tuple[str, str] | None, ...]:
        """The method resolution order of a class; None stands for a base that is not among the modules."""
        if home not in self._orders:
            self._orders[home] = (home,)  # a class that is its own base has no other
            path, name = home
            module = self._modules[path]
            bases = [self._home(path, module["imports"], base) for base in module["classes"][name]["bases"]]
            orders = [(None,) if base is None else self._order(base) for base in bases]
            self._orders[home] = linearize(home, orders)
        return self._orders[home]
