"""MLX-LM.

How it registers models: by model type, not by architecture. ``_get_classes`` in ``mlx_lm/utils.py`` imports the module
``mlx_lm.models.TYPE``, after ``MODEL_REMAPPING`` has named another module for some types, and takes ``Model`` and
``ModelArgs`` from it. Since 0.32.0 ``MODEL_ARCHITECTURE_REMAPPING`` names a module for a type together with an
architecture. Until 0.0.9 ``MODEL_MAPPING`` lists types and modules.

A model type is joined to architectures by transformers: an architecture counts if the auto tables of
``transformers/models/auto/modeling_auto.py`` name it for the type, as a causal language model or as one that takes
images or sound besides (of that, MLX-LM runs the part that reads text). Where several types give one architecture,
``groups`` names them all, and the module of the type that it is named after stands for it. The transformers of the
join is the newest release unless another is asked for: what it does not know cannot be joined, and is given as a note
(``unjoined_model_types`` of ``Inventory.facts``), never guessed.

Covers the releases from 0.0.1 on, which is all of them. It cannot see the code that a repository brings along
(``model_file`` in a config), types that transformers has never known, nor whether a checkpoint's other classes (a
classifier of a type that it runs) load.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archtrack.core.python.classes import class_facts
from archtrack.core.python.module import Module
from archtrack.core.python.source import module_name
from archtrack.core.python.tables import imports_of_names, table_facts
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.pins import pins_of

from ._versions import version_of
from .base import About
from .transformers.auto_tables import all_classes_by_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

    from .base import ScanOptions

__all__ = ["ENGINE", "MLXLM"]

UTILS = "mlx_lm/utils.py"
MODELS = "mlx_lm/models"
VERSION_FILES = ("mlx_lm/_version.py", "mlx_lm/version.py")
AUTO = "transformers/models/auto/modeling_auto.py"

_JOINING = {
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES": Category.TEXT,
    "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES": Category.MULTIMODAL,
    "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES": Category.MULTIMODAL,
}
_CLASSES = ("Model", "ModelArgs")


class MLXLM:
    """The declaration; see the module's docstring."""

    name = "mlx-lm"
    about = About(
        title="MLX-LM",
        source="https://github.com/ml-explore/mlx-lm/blob/v{version}/{path}",
        companion="transformers",
        # Until then it was part of mlx-examples; later ones were released without a tag.
        untagged=(
            *("<0.22.0", "==0.22.2", "==0.22.3", "==0.22.4", "==0.22.5", "==0.23.0", "==0.23.1", "==0.23.2"),
            *("==0.24.0", "==0.25.0", "==0.25.2", "==0.25.3", "==0.29.1"),
        ),
    )
    layout = Layout(package="mlx_lm", distribution="mlx-lm")
    revision = 2
    since = "0.0.1"
    fetched = (UTILS, f"{MODELS}/**/*.py", METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """The architectures whose model types MLX-LM runs."""
        if UTILS not in library.paths(UTILS):
            raise SourceError(
                f"{library.origin.location} has no {UTILS}: it is not MLX-LM; name another source"
            )
        if options.companion is None:
            raise SourceError("MLX-LM knows model types only; name a transformers to join them with")
        types = _Types(library)
        tables = _tables(options.companion)
        joined = tuple(_registrations(types, tables))
        unjoined = sorted(types.runs.keys() - tables.keys())
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=joined,
            unresolved=tuple(
                Unresolved(reason=reason, place=Place(file=file, line=line))
                for file, line, reason in sorted(types.unresolved)
            ),
            pins=pins_of(library),
            facts=(("unjoined_model_types", tuple(unjoined)),) if unjoined else (),
        )


ENGINE = MLXLM()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """What runs a model type.

    Attributes:
        path: the module with ``Model``.
        line: of that class; 0 where the module takes it from another.
        place: the line that leads to the module.
        condition: under which that line runs.
    """

    path: str
    line: int
    place: Place
    condition: str | None = None


class _Types:
    """The model types that a release runs.

    Attributes:
        runs: type -> what runs it.
        architectures: the same for architectures that a table names itself: (type, architecture) -> what runs it.
        unresolved: (path, line, reason) of what could not be read.
    """

    def __init__(self, library: Library) -> None:
        self.unresolved: list[tuple[str, int, str]] = []
        self._modules = dict(self._found(library))
        utils = library.facts((UTILS,), "mlx-lm-tables-3", table_facts)[UTILS]
        tables = utils["tables"]
        self.runs = dict(self._mapped(tables) if "MODEL_MAPPING" in tables else self._imported(tables))
        self.architectures = {
            (model_type, architecture): runs
            for key, runs in self._rows(tables, "MODEL_ARCHITECTURE_REMAPPING")
            for model_type, _, architecture in [key.partition(" ")]
            if architecture and runs is not None
        }
        wanted = {"", "MODEL_MAPPING", "MODEL_REMAPPING", "MODEL_ARCHITECTURE_REMAPPING"}
        self.unresolved += [
            (UTILS, line, reason) for table, line, reason in utils["unresolved"] if table in wanted
        ]
        if not utils["unresolved"] and "MODEL_MAPPING" not in tables and "MODEL_REMAPPING" not in tables:
            self.unresolved.append((UTILS, 0, "MODEL_REMAPPING is no dict that is written out"))

    def _found(self, library: Library) -> Iterator[tuple[str, _Runs]]:
        """Module -> what it runs its own type with, of the modules that have both classes."""
        paths = library.paths(f"{MODELS}/*.py", f"{MODELS}/*/__init__.py")
        facts = library.facts(
            [path for path in paths if path != f"{MODELS}/__init__.py"],
            "mlx-lm-classes-3",
            _module_facts,
        )
        for path, module in facts.items():
            if module["problem"]:
                reason, line = module["problem"]
                self.unresolved.append((path, line, reason))
            there = [name for name in _CLASSES if name in module["classes"] or name in module["imports"]]
            if len(there) == len(_CLASSES):
                line = module["classes"].get("Model", {"line": 0})["line"]
                name = path.removeprefix(f"{MODELS}/").removesuffix(".py").removesuffix("/__init__")
                yield name, _Runs(path=path, line=line, place=Place(file=path, line=line))
            elif there:  # the other one may be made in a way that is not read
                self.unresolved.append((path, 0, f"cannot tell whether it has all of {', '.join(_CLASSES)}"))

    def _mapped(self, tables: Mapping[str, Any]) -> Iterator[tuple[str, _Runs]]:
        for key, runs in self._rows(tables, "MODEL_MAPPING"):
            if runs is not None:
                yield key, runs

    def _imported(self, tables: Mapping[str, Any]) -> dict[str, _Runs]:
        found = dict(self._modules)
        for key, runs in self._rows(tables, "MODEL_REMAPPING"):
            found.pop(key, None)  # its own module is passed over
            if runs is not None:
                found[key] = runs
        return found

    def _rows(self, tables: Mapping[str, Any], table: str) -> Iterator[tuple[str, _Runs | None]]:
        """Key -> what a table gives it; None for a module that is not there, with which the engine stops."""
        for key, line, value, condition in tables.get(table, {"rows": []})["rows"]:
            module = value["name"] if isinstance(value, dict) else value
            runs = self._modules.get(module) if isinstance(module, str) else None
            if runs is not None:
                yield key, replace(runs, place=Place(file=UTILS, line=line), condition=condition)
                continue
            if not isinstance(value, str):  # what is no string may well name a module
                self.unresolved.append((UTILS, line, f"cannot tell which module runs {key}"))
            yield key, None


def _module_facts(data: bytes) -> dict[str, Any]:
    """The classes of a module, where its names come from, and why it cannot be read."""
    module = Module(data)
    return {
        "classes": class_facts(module),
        "imports": imports_of_names(module),
        "problem": None if module.problem is None else list(module.problem),
    }


def _tables(companion: Library) -> dict[str, list[list[Any]]]:
    """Model type -> [class, table, line] of the tables that join it."""
    if AUTO not in companion.paths(AUTO):
        raise SourceError(
            f"{companion.origin.location} has no {AUTO}: it cannot join MLX-LM's model types; name a release of"
            " transformers"
        )
    facts = companion.facts((AUTO,), "transformers-all-types-3", all_classes_by_type)[AUTO]
    joining = {key: [entry for entry in entries if entry[1] in _JOINING] for key, entries in facts.items()}
    known = {key: entries for key, entries in joining.items() if entries}
    if not known:
        raise SourceError(
            f"{companion.origin.location}: {AUTO} has no table that joins MLX-LM's model types; name another release of"
            " transformers"
        )
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joined:
    """One way to an architecture: a model type, what runs it, and the line that joins the two."""

    model_type: str
    runs: _Runs
    category: Category
    source: str


def _registrations(types: _Types, tables: Mapping[str, list[list[Any]]]) -> Iterator[Registration]:
    """One per architecture, sorted by name."""
    named: dict[str, list[_Joined]] = {}
    rest = dict(types.architectures)
    for model_type, runs in sorted(types.runs.items()):
        for class_name, table, line in tables.get(model_type, ()):
            joined = _Joined(
                model_type=model_type,
                runs=types.architectures.get((model_type, class_name), runs),
                category=_JOINING[table],
                source=f"{AUTO}:{line} {table}",
            )
            rest.pop((model_type, class_name), None)
            named.setdefault(class_name, []).append(joined)
    for (model_type, architecture), runs in sorted(rest.items(), key=lambda each: each[0]):
        source = f"{runs.place} MODEL_ARCHITECTURE_REMAPPING"
        joined = _Joined(model_type=model_type, runs=runs, category=Category.TEXT, source=source)
        named.setdefault(architecture, []).append(joined)
    for name, ways in sorted(named.items()):
        yield _registration(name, ways)


def _registration(name: str, ways: list[_Joined]) -> Registration:
    """The type that the architecture is named after stands for it, else the first one.

    A table of models that take more than text says more than the table of language models, which names some of these
    too.
    """
    runs = max(ways, key=lambda way: _named_after(name, way.model_type)).runs
    telling = next((way for way in ways if way.category is Category.MULTIMODAL), ways[0])
    return Registration(
        name=name,
        file=runs.path.removeprefix(f"{MODELS}/"),
        place=runs.place,
        defined_in=module_name(runs.path),
        defined=Place(file=runs.path, line=runs.line) if runs.line else None,
        condition=runs.condition,
        category=telling.category,
        category_source=telling.source,
        class_name="Model",
        groups=tuple(dict.fromkeys(way.model_type for way in ways)),
    )


def _named_after(name: str, model_type: str) -> int:
    """How much of an architecture's name is the model type: ``Qwen2MoeForCausalLM`` and ``qwen2_moe``."""
    short = "".join(filter(str.isalnum, model_type)).casefold()
    return len(short) if "".join(filter(str.isalnum, name)).casefold().startswith(short) else 0
