"""What ONNX Runtime GenAI registers: the architectures that ``create_model`` of the model builder compares with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.source import candidates, module_name
from archtrack.core.python.tables import imports_of_names
from archtrack.core.python.values import last_name
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .chain import CHAIN, chain_facts, condition_of
from .files import BUILDER, BUILDERS, MODELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["Classes", "rows_of", "scan"]

_DEPTH = 20
"""Imports that are followed, one behind the other, and classes that inherit from each other."""
_ROOT = "Model"
"""The class that all models inherit from."""
_LOADS = ("load_weights", "make_model")
"""The methods that load weights: the second one does until there is the first."""


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns ONNX Runtime GenAI
    """The architectures that a release's builder takes.

    Raises:
        SourceError: it is not ONNX Runtime GenAI, or a file cannot be read.
    """
    if BUILDER not in library.paths(BUILDER):
        raise SourceError(
            f"{library.origin.location} has no {BUILDER}: it is not ONNX Runtime GenAI; name another source"
        )
    classes = Classes(library)
    facts = library.facts((BUILDER,), CHAIN, chain_facts)[BUILDER]
    return Inventory(
        engine="onnxruntime-genai",
        version=library.origin.version,
        origin=library.origin,
        registrations=tuple(
            _registration(name, rows, classes) for name, rows in sorted(rows_of(library).items())
        ),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=BUILDER, line=line))
            for line, reason in sorted(facts["unresolved"])
        ),
        pins=pins_of(library),
    )


def rows_of(library: Library) -> dict[str, list[dict[str, Any]]]:
    """Architecture -> the branches that take it, in order, up to one that takes any config; see ``chain_facts``.

    Raises:
        SourceError: a file cannot be read.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for row in library.facts((BUILDER,), CHAIN, chain_facts)[BUILDER]["rows"]:
        rows = found.setdefault(row["name"], [])
        if not rows or rows[-1]["tests"]:
            rows.append(row)
    return {name: rows for name, rows in found.items() if any(row["class"] for row in rows)}


def _registration(name: str, rows: list[dict[str, Any]], classes: Classes) -> Registration:
    row = next(each for each in rows if each["class"])
    home = classes.home(row["class"])
    path = BUILDER if home is None else home[0]
    return Registration(
        name=name,
        file=path.removeprefix(f"{MODELS}/"),
        place=Place(file=BUILDER, line=row["line"]),
        defined_in=module_name(path),
        defined=None if home is None else Place(file=path, line=classes.line(home)),
        condition=condition_of(rows),
        class_name=row["class"],
    )


class Classes:
    """The model classes of one release: where each is, and which one loads its weights itself."""

    def __init__(self, library: Library) -> None:
        """Read the modules of a release.

        Raises:
            SourceError: a file cannot be read.
        """
        self._modules: Mapping[str, Any] = library.facts(
            library.paths(BUILDER, BUILDERS), "onnxruntime-genai-classes-1", _module_facts
        )

    def home(self, name: str, path: str = BUILDER) -> tuple[str, str] | None:
        """The module and the name of a class that a module names; None where it cannot be followed."""
        for _ in range(_DEPTH):
            module = self._modules[path]
            if name in module["classes"]:
                return path, name
            if name not in module["imports"]:
                return None
            level, dotted, name = module["imports"][name]
            # The builder is a script: its own folder is where an absolute import is looked for first.
            paths = candidates(path, level or 1, dotted)
            path = next((each for each in paths if each in self._modules), "")
            if not path:
                return None
        return None

    def line(self, home: tuple[str, str]) -> int:
        """Of a class statement."""
        return int(self._modules[home[0]]["classes"][home[1]]["line"])

    def own_loader(self, home: tuple[str, str]) -> Place | None:
        """The method that loads the weights of a class, where it is not that of the class that all inherit from.

        The place of the class itself where a base of it cannot be followed.
        """
        waiting, seen = [home], {home}
        while waiting:
            path, name = waiting.pop(0)
            facts = self._modules[path]["classes"][name]
            if name == _ROOT:
                continue
            if facts["loads"]:
                return Place(file=path, line=facts["loads"])
            bases = [self.home(base, path) for base in facts["bases"][:_DEPTH]]
            if None in bases or len(seen) > _DEPTH:
                return Place(file=home[0], line=self.line(home))
            fresh = [base for base in bases if base is not None and base not in seen]
            waiting += fresh
            seen.update(fresh)
        return None


def _module_facts(data: bytes) -> dict[str, Any]:
    module = Module(data)
    return {
        "classes": {
            name: {
                "line": node.lineno,
                "bases": [last_name(base) for base in node.bases],
                "loads": next((each.lineno for each in node.body if getattr(each, "name", "") in _LOADS), 0),
            }
            for name, node in module.classes.items()
        },
        "imports": imports_of_names(module),
    }
