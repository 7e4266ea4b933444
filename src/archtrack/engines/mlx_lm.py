"""MLX-LM.

How it registers models: by model type, not by architecture. ``_get_classes`` in ``mlx_lm/utils.py`` imports the module
``mlx_lm.models.TYPE``, after ``MODEL_REMAPPING`` has named another module for some types, and takes ``Model`` and
``ModelArgs`` from it. Since 0.32.0 ``MODEL_ARCHITECTURE_REMAPPING`` names a module for a type together with an
architecture. Until 0.0.9 ``MODEL_MAPPING`` lists types and modules.

A model type is joined to architectures by transformers: an architecture counts if the auto tables of
``transformers/models/auto/modeling_auto.py`` name it for the type, as a causal language model or as one that takes
images besides (of that, MLX-LM runs the part that reads text). The transformers of the join is the newest release
unless another is asked for: what it does not know cannot be joined, and is given as a note
(``unjoined_model_types`` of ``Inventory.facts``), never guessed.

Covers the releases from 0.0.1 on, which is all of them. It cannot see the code that a repository brings along
(``model_file`` in a config), nor types that transformers has never known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .base import About

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
    )
    layout = Layout(package="mlx_lm", distribution="mlx-lm")
    revision = 1
    since = "0.0.1"
    fetched = (UTILS, f"{MODELS}/**/*.py", METADATA)
    watched = (*fetched, *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """The architectures whose model types MLX-LM runs."""
        from archtrack.sources.pins import pins_of  # noqa: PLC0415 -- a kept inventory needs no reading

        from ._versions import version_of  # noqa: PLC0415 -- as above

        if UTILS not in library.paths(UTILS):
            raise SourceError(
                f"{library.origin.location} has no {UTILS}: it is not MLX-LM; name another source"
            )
        if options.companion is None:
            raise SourceError("MLX-LM knows model types only; name a transformers to join them with")
        types = _Types(library)
        tables = _tables(options.companion)
        joined = tuple(_registrations(types, tables))
        unjoined = sorted(types.places.keys() - tables.keys())
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=joined,
            unresolved=tuple(
                Unresolved(reason=reason, place=Place(file=file, line=line))
                for file, line, reason in sorted(types.odd)
            ),
            pins=pins_of(library),
            facts=(("unjoined_model_types", tuple(unjoined)),) if unjoined else (),
        )


ENGINE = MLXLM()


class _Types:
    """The model types that a release runs.

    Attributes:
        places: type -> (module of ``mlx_lm.models``, path, line) that runs it.
        architectures: the same for architectures that a table names itself: (type, architecture) -> place.
        odd: (path, line, reason) of what could not be read.
    """

    def __init__(self, library: Library) -> None:
        from archtrack.core.class_attributes import class_attributes  # noqa: PLC0415 -- only when something is read
        from archtrack.core.tables import table_facts  # noqa: PLC0415 -- as above

        self.odd: list[tuple[str, int, str]] = []
        self.architectures: dict[tuple[str, str], tuple[str, str, int]] = {}
        paths = library.paths(f"{MODELS}/*.py", f"{MODELS}/*/__init__.py")
        modules = library.facts(
            [path for path in paths if path != f"{MODELS}/__init__.py"],
            f"mlx-lm-classes-{MLXLM.revision}",
            lambda data: class_attributes(data, ()),
        )
        utils = library.facts((UTILS,), f"mlx-lm-tables-{MLXLM.revision}", table_facts)[UTILS]
        self._modules = {
            path.removeprefix(f"{MODELS}/").removesuffix(".py").removesuffix("/__init__"): (
                path,
                _line(facts),
            )
            for path, facts in modules.items()
            if all(name in facts["classes"] or name in facts["imports"] for name in _CLASSES)
        }
        self.odd += [(path, *facts["problem"]) for path, facts in modules.items() if facts["problem"]]
        tables = utils["tables"]
        self.places = self._mapped(tables) if "MODEL_MAPPING" in tables else self._imported(tables)
        wanted = {"", "MODEL_MAPPING", "MODEL_REMAPPING", "MODEL_ARCHITECTURE_REMAPPING"}
        self.odd += [(UTILS, line, reason) for table, line, reason in utils["odd"] if table in wanted]

    def _mapped(self, tables: Mapping[str, Any]) -> dict[str, tuple[str, str, int]]:
        found = {}
        for key, line, value, _ in tables["MODEL_MAPPING"]["rows"]:
            module = value["name"] if isinstance(value, dict) else ""
            if module in self._modules:
                found[key] = (module, UTILS, line)
            else:
                self.odd.append((UTILS, line, f"cannot tell which module runs {key}"))
        return found

    def _imported(self, tables: Mapping[str, Any]) -> dict[str, tuple[str, str, int]]:
        found = {module: (module, path, line) for module, (path, line) in self._modules.items()}
        for key, line, module, _ in tables.get("MODEL_REMAPPING", {"rows": []})["rows"]:
            found.pop(key, None)  # its own module is passed over
            if module in self._modules:
                found[key] = (module, UTILS, line)
        for key, line, module, _ in tables.get("MODEL_ARCHITECTURE_REMAPPING", {"rows": []})["rows"]:
            model_type, _, architecture = key.partition(" ")
            if architecture and module in self._modules:
                self.architectures[model_type, architecture] = (module, UTILS, line)
        return found


def _line(facts: Mapping[str, Any]) -> int:
    """Where a module's ``Model`` is."""
    model = facts["classes"].get("Model")
    return model["line"] if model is not None else 1


def _tables(companion: Library) -> dict[str, list[list[Any]]]:
    """Model type -> [class, table, line] of the tables that join it."""
    from archtrack.core.auto_types import all_classes_by_type  # noqa: PLC0415 -- only when something is read

    if AUTO not in companion.paths(AUTO):
        raise SourceError(
            f"{companion.origin.location} has no {AUTO}: it cannot join MLX-LM's model types; name a release of"
            " transformers"
        )
    facts = companion.facts((AUTO,), "transformers-all-types-1", all_classes_by_type)[AUTO]
    joining = {key: [entry for entry in entries if entry[1] in _JOINING] for key, entries in facts.items()}
    return {key: entries for key, entries in joining.items() if entries}


def _registrations(types: _Types, tables: Mapping[str, list[list[Any]]]) -> Iterator[Registration]:
    """One per architecture, sorted by name; of several types that give it, the first one's module stands for it."""
    named: dict[str, list[tuple[str, tuple[str, str, int], Category, str]]] = {}
    for model_type, place in sorted(types.places.items()):
        for class_name, table, line in tables.get(model_type, ()):
            entry = (model_type, place, _JOINING[table], f"{AUTO}:{line} {table}")
            named.setdefault(class_name, []).append(entry)
    for (model_type, architecture), place in sorted(types.architectures.items()):
        source = f"{place[1]}:{place[2]} MODEL_ARCHITECTURE_REMAPPING"
        named.setdefault(architecture, []).append((model_type, place, Category.TEXT, source))
    for name, entries in sorted(named.items()):
        _, (module, path, line), category, source = entries[0]
        yield Registration(
            name=name,
            file=f"{module}.py",
            place=Place(file=path, line=line),
            defined_in=f"mlx_lm.models.{module}",
            category=category,
            category_source=source,
            class_name="Model",
            groups=tuple(dict.fromkeys(entry[0] for entry in entries)),
        )
