"""vLLM's tables of models, in the shapes of their years: what it registers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.tables import table_facts
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .files import MODELS, REGISTRIES, VERSION_FILES
from .tables import DRAFT_TABLES, WRAPPER_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["scan"]

NOTES = {
    "_PREVIOUSLY_SUPPORTED_MODELS": "previously_supported",
    "_OOT_SUPPORTED_MODELS": "out_of_tree",
    "_ROCM_PARTIALLY_SUPPORTED_MODELS": "rocm_partially_supported",
}

_MULTIMODAL = ("_MULTIMODAL_MODELS",)
_TEXT = ("_TEXT_GENERATION_MODELS", "_CONDITIONAL_GENERATION_MODELS", *DRAFT_TABLES)
_POOLING = (
    "_EMBEDDING_MODELS",
    "_CROSS_ENCODER_MODELS",
    "_LATE_INTERACTION_MODELS",
    "_REWARD_MODELS",
    "_TOKEN_CLASSIFICATION_MODELS",
    "_SEQUENCE_CLASSIFICATION_MODELS",
)
_SECTIONS = ((_MULTIMODAL, Category.MULTIMODAL), (_TEXT, Category.TEXT), (_POOLING, Category.EMBEDDING))
"""The first that fits counts: a model that generates may be asked to pool as well."""
_BACKEND = ("_TRANSFORMERS_SUPPORTED_MODELS", *WRAPPER_TABLES, "_TRANSFORMERS_MODELS")


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns vLLM
    """What vLLM's ``ModelRegistry`` registers.

    Raises:
        SourceError: the files cannot be read, or are not vLLM.
    """
    path, facts = _registry(library)
    table = facts["tables"][_used(facts["tables"])]
    modules = _Modules(library, path, facts["imports"])
    return Inventory(
        engine="vllm",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(_registrations(path, table, facts["tables"], modules)),
        unresolved=tuple(_unresolved(path, facts, modules)),
        pins=pins_of(library),
        facts=tuple(sorted(_notes(facts["tables"]))),
    )


def _registry(library: Library) -> tuple[str, dict[str, Any]]:
    """The file that holds the registry, and its tables."""
    there = [path for path in REGISTRIES if path in library.paths(*REGISTRIES)]
    for path in there:
        facts = library.facts((path,), "vllm-tables-2", table_facts)[path]
        if facts["unresolved"] and not facts["tables"]:
            _, line, reason = facts["unresolved"][0]
            raise SourceError(f"{library.origin.location}: {path}:{line}: cannot be parsed: {reason}")
        if _used(facts["tables"]):
            return path, facts
    raise SourceError(
        f"{library.origin.location} has no table of models in {' or '.join(there or REGISTRIES)}: it is not vLLM, or a"
        " release that registers models in another way; name another source"
    )


def _used(tables: Mapping[str, Any]) -> str:
    """The name of the table that is the registry; empty where there is none."""
    parts = {part for table in tables.values() for part in table["parts"]}
    sizes = {
        name: len(table["rows"]) for name, table in tables.items() if name not in parts and _of_classes(table)
    }
    return max(sizes, key=lambda name: sizes[name], default="")


def _of_classes(table: Mapping[str, Any]) -> bool:
    """Whether a table holds (module, class) pairs, or classes by their names, or was mostly meant to."""
    named = [isinstance(value, dict) or _is_pair(value) for _, _, value, _ in table["rows"]]
    return any(named) and 2 * sum(named) >= len(named)


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2  # noqa: PLR2004 -- a pair


class _Modules:
    """Where the classes of a registry are."""

    def __init__(self, library: Library, path: str, imports: Mapping[str, list[Any]]) -> None:
        self._library = library
        self._path = path
        self._imports = imports
        self._there = frozenset(library.paths(f"{MODELS}/**/*.py", "vllm/models/**/*.py"))
        self.missing: list[tuple[str, int]] = []

    def of(self, value: object, line: int) -> tuple[str, str] | None:
        """(dotted module, class) of an entry; None where it cannot be told."""
        if not isinstance(value, dict):
            module, name = value if isinstance(value, list) and _is_pair(value) else (None, None)
            if module is None or name is None:
                self.missing.append(("its module and class are not written out", line))
                return None
            return (module if module.startswith("vllm.") else f"{_dotted(MODELS)}.{module}"), name
        name = value["name"]
        module = self._imported(name)
        if module is None:
            self.missing.append((f"cannot tell which module `{name}` comes from", line))
            return None
        return module, name

    def file(self, module: str) -> str:
        """The path of a module as vLLM's people name it: relative to the folder of models where it lies there."""
        path = module.replace(".", "/")
        found = next(
            (each for each in (f"{path}.py", f"{path}/__init__.py") if each in self._there), f"{path}.py"
        )
        return found.removeprefix(f"{MODELS}/")

    def _imported(self, name: str) -> str | None:
        level, module, attribute = self._imports.get(name) or [0, _dotted(MODELS), name]
        if level or module != _dotted(MODELS):
            return module if not level and attribute == name else None
        found = self._exports().get(name)
        if found is None:
            return None
        level, module, _ = found
        return f"{_dotted(MODELS)}.{module}" if level else module

    def _exports(self) -> Mapping[str, list[Any]]:
        """What the package of models imports from its modules."""
        path = f"{MODELS}/__init__.py"
        if path not in self._there:
            return {}
        facts = self._library.facts((path,), "vllm-tables-2", table_facts)[path]
        imports: Mapping[str, list[Any]] = facts["imports"]
        return imports


def _dotted(folder: str) -> str:
    return folder.replace("/", ".")


def _registrations(
    path: str, table: Mapping[str, Any], tables: Mapping[str, Any], modules: _Modules
) -> Iterator[Registration]:
    keys = {part: {row[0] for row in tables[part]["rows"]} for part in table["parts"]}
    for name, line, value, condition in sorted(table["rows"]):
        found = modules.of(value, line)
        if found is None:
            continue
        module, class_name = found
        groups = tuple(part for part in table["parts"] if name in keys[part])
        category, group = _category(groups, class_name)
        yield Registration(
            name=name,
            file=modules.file(module),
            place=Place(file=path, line=line),
            defined_in=module,
            condition=condition,
            category=category,
            category_source=f"{path}:{line} {group}" if group else None,
            class_name=None if class_name == name else class_name,
            groups=groups,
        )


def _category(groups: tuple[str, ...], class_name: str) -> tuple[Category | None, str | None]:
    for names, category in _SECTIONS:
        for group in groups:
            if group in names:
                return category, group
    for group in groups:
        if group in _BACKEND:
            return _of_wrapper(class_name), group
    return None, None


def _of_wrapper(class_name: str) -> Category:
    if class_name.endswith(("EmbeddingModel", "ForSequenceClassification")):
        return Category.EMBEDDING
    return Category.MULTIMODAL if "MultiModal" in class_name or "Multimodal" in class_name else Category.TEXT


def _unresolved(path: str, facts: Mapping[str, Any], modules: _Modules) -> Iterator[Unresolved]:
    """What is not known of the registry, and what may be a registry."""
    tables, used = facts["tables"], _used(facts["tables"])
    others = {name for name, table in tables.items() if table["rows"] and not _of_classes(table)}
    others |= {
        part for part in tables[used]["parts"] if part != used
    }  # what is not known of them is said of the whole
    said: dict[tuple[int, str], None] = {}
    for table, line, reason in facts["unresolved"]:
        if table not in others:
            said[line, reason] = None
    for line, reason in sorted([*said, *((line, reason) for reason, line in modules.missing)]):
        yield Unresolved(reason=reason, place=Place(file=path, line=line))


def _notes(tables: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for table, note in NOTES.items():
        if table in tables:
            yield note, tuple(f"{key} {value}" for key, _, value, _ in tables[table]["rows"])
