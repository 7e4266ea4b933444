"""ExLlamaV3.

How it registers models: ``ARCHITECTURES`` in ``exllamav3/architecture/architectures.py`` (in the first releases
``exllamav3/models/architectures.py``) is made of a list of model classes. Each names its configuration class as
``config_class``, and that class the architecture as ``arch_string``; both may come from a base class, in the same
module or another. The list is read, and the two attributes are followed from class to class; nothing is imported.

Covers the releases from 0.0.1 on, which is all of them. It cannot see an ``arch_string`` that is computed, nor which
quantisation a checkpoint needs. A checkpoint that names more than one architecture is turned away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .base import About

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

    from .base import ScanOptions

__all__ = ["ENGINE", "ExLlamaV3"]

FOLDERS = ("exllamav3/architecture", "exllamav3/models")
LIST = "architectures.py"
TABLE = "ARCHITECTURES"
VERSION_FILES = ("exllamav3/version.py",)
_DEPTH = 20
"""Base classes that are followed, one behind the other."""


class ExLlamaV3:
    """The declaration; see the module's docstring."""

    name = "exllamav3"
    about = About(
        title="ExLlamaV3", source="https://github.com/turboderp-org/exllamav3/blob/v{version}/{path}"
    )
    layout = Layout(package="exllamav3", distribution="exllamav3")
    revision = 2
    since = "0.0.1"
    fetched = (*(f"{folder}/*.py" for folder in FOLDERS), METADATA)
    watched = (*fetched, *(f"{folder}/**/*.py" for folder in FOLDERS), *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns ExLlamaV3
        """What ExLlamaV3 lists."""
        from archtrack.core.class_attributes import class_attributes  # noqa: PLC0415 -- a kept inventory needs none
        from archtrack.core.class_list import listed_classes  # noqa: PLC0415 -- as above
        from archtrack.sources.pins import pins_of  # noqa: PLC0415 -- as above

        from ._versions import version_of  # noqa: PLC0415 -- as above

        there = library.paths(*(f"{folder}/{LIST}" for folder in FOLDERS))
        if not there:
            raise SourceError(
                f"{library.origin.location} has no {FOLDERS[0]}/{LIST}: it is not ExLlamaV3; name another source"
            )
        path = min(there, key=lambda each: FOLDERS.index(each.rpartition("/")[0]))
        listed = library.facts(
            (path,), f"exllamav3-list-{self.revision}", lambda data: listed_classes(data, TABLE)
        )[path]
        modules = library.facts(
            library.paths(f"{path.rpartition('/')[0]}/**/*.py"),
            f"exllamav3-classes-{self.revision}",
            lambda data: class_attributes(data, ("config_class", "arch_string")),
        )
        reader = _Reader(path, listed["imports"], modules)
        registrations = tuple(reader.registrations(listed["classes"]))
        odd = [(path, line, reason) for line, reason in listed["odd"]]
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=tuple(sorted(registrations, key=lambda each: each.name)),
            unresolved=tuple(
                Unresolved(reason=reason, place=Place(file=file, line=line))
                for file, line, reason in sorted((*odd, *reader.odd))
            ),
            pins=pins_of(library),
        )


ENGINE = ExLlamaV3()


class _Reader:
    """Follows classes through the modules of one release."""

    def __init__(self, path: str, imports: Mapping[str, list[Any]], modules: Mapping[str, Any]) -> None:
        self._path = path
        self._folder = path.rpartition("/")[0]
        self._imports = imports
        self._modules = modules
        self.odd: list[tuple[str, int, str]] = []

    def registrations(self, listed: list[list[Any]]) -> Iterator[Registration]:
        """The architecture of each listed class; a name that comes twice is the last one's."""
        found: dict[str, Registration] = {}
        for class_name, line in listed:
            registration = self._registration(class_name, line)
            if registration is not None:
                found[registration.name] = registration
        yield from found.values()

    def _registration(self, class_name: str, line: int) -> Registration | None:
        home = self._home(self._path, self._imports, class_name)
        config = None if home is None else self._attribute(*home, "config_class")
        if home is None or config is None or not isinstance(config[1], dict):
            self.odd.append((self._path, line, f"cannot tell the config_class of {class_name}"))
            return None
        where, value, _ = config
        owner = self._home(where, self._modules[where]["imports"], value["name"])
        arch = None if owner is None else self._attribute(*owner, "arch_string")
        if arch is None or not isinstance(arch[1], str):
            self.odd.append((self._path, line, f"cannot tell the arch_string of {value['name']}"))
            return None
        module, name = home
        classes = self._modules[module]["classes"]
        return Registration(
            name=arch[1],
            file=module.removeprefix(f"{self._folder}/"),
            place=Place(file=arch[0], line=arch[2]),
            defined_in=module.removesuffix(".py").replace("/", "."),
            defined=Place(file=module, line=classes[name]["line"]),
            class_name=None if class_name == arch[1] else class_name,
        )

    def _home(self, path: str, imports: Mapping[str, list[Any]], name: str) -> tuple[str, str] | None:
        """The module and the name of a class, through imports from one module to the next."""
        from archtrack.core.modules import candidates  # noqa: PLC0415 -- only when something is read

        for _ in range(_DEPTH):
            module = self._modules.get(path)
            if module is not None and name in module["classes"]:
                return path, name
            source = imports.get(name)
            if source is None:
                return None
            level, dotted, name = source
            path = next((each for each in candidates(path, level, dotted) if each in self._modules), "")
            if not path:
                return None
            imports = self._modules[path]["imports"]
        return None

    def _attribute(self, path: str, name: str, attribute: str, depth: int = 0) -> tuple[str, Any, int] | None:
        """(module, value, line) of a class's attribute: its own, else that of the first base that has it."""
        facts = self._modules[path]["classes"][name]
        if attribute in facts["attributes"]:
            value, line = facts["attributes"][attribute]
            return path, value, line
        for base in facts["bases"] if depth < _DEPTH else ():
            home = self._home(path, self._modules[path]["imports"], base)
            found = None if home is None else self._attribute(*home, attribute, depth + 1)
            if found is not None:
                return found
        return None
