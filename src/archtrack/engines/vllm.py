"""vLLM.

How it registers models: tables at the top level of one module map an architecture to the module and the name of its
class. The module is ``vllm/model_executor/models/registry.py``; from 0.2.5 to 0.6.2 ``models/__init__.py`` beside
it, and before that ``vllm/model_executor/model_loader.py``, whose values are imported classes. The tables have had
many names (``_MODEL_REGISTRY``, ``_MODELS``, ``_VLLM_MODELS``), so the registry is found by its shape: of the tables
whose values name classes, the largest that is part of no other. The tables that it is made of are its groups, and say
what an architecture is for. The class need not be called like the architecture; a module whose name begins with
``vllm.`` is named in full, others lie in ``vllm.model_executor.models``.

What is no registration: ``_PREVIOUSLY_SUPPORTED_MODELS`` (architecture -> the last release that had it, as vLLM's
people remember it) and ``_OOT_SUPPORTED_MODELS`` (architecture -> a plugin). They are given as notes
(``Inventory.facts``), to be checked against the releases. What a table under ROCm or Neuron leaves out, CUDA has.

What becomes of an architecture that is not registered (``_ModelRegistry._try_resolve_transformers`` and
``_normalize_arch``, before 0.10.1 ``resolve_transformers_arch`` in ``model_loader/utils.py``): unless ``model_impl`` is
``vllm``, a wrapper runs the class of that name in transformers, or else the repository's own ``AutoModel`` if remote
code is trusted, provided that it passes a gate: from 0.7.2 to 0.8.2 ``_supports_flex_attn``, since 0.8.3
``is_backend_compatible()``, since 0.30.0 that or ``_can_set_attn_implementation()``. The wrappers: text since 0.7.2
(``TransformersModel``, since 0.8.3 ``TransformersForCausalLM``); models that see since 0.10.0; pooling since 0.10.1
(``TransformersModel`` again, until 0.11.0); experts, and embedding and classification apart, since 0.11.1; multi-token
prediction since 0.33.0. Since 0.10.1 ``XForSequenceClassification``, ``XModel`` and their like are first looked for
under other endings (``XForCausalLM``), and vLLM's own class is converted. ``_vllm_backend`` holds these rules.

Covers the releases from 0.0.1 on, which is all of them. It cannot see what a plugin or program registers
(``ModelRegistry.register_model``), nor whether a module can be imported on a machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.tables import table_facts
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.pins import pins_of

from ._versions import version_of
from ._vllm_backend import WRAPPERS, resolved
from .base import About

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.model import Status, TransformersFacts
    from archtrack.sources.library import Library

    from .base import ScanOptions

__all__ = ["ENGINE", "VLLM"]

MODELS = "vllm/model_executor/models"
REGISTRIES = (
    f"{MODELS}/registry.py",
    f"{MODELS}/__init__.py",
    "vllm/model_executor/model_loader.py",
)
"""Where the tables are, newest layout first; the first file that holds any counts."""
VERSION_FILES = ("vllm/_version.py", "vllm/version.py", "vllm/__init__.py")

NOTES = {
    "_PREVIOUSLY_SUPPORTED_MODELS": "previously_supported",
    "_OOT_SUPPORTED_MODELS": "out_of_tree",
    "_ROCM_PARTIALLY_SUPPORTED_MODELS": "rocm_partially_supported",
}

_MULTIMODAL = ("_MULTIMODAL_MODELS",)
_TEXT = ("_TEXT_GENERATION_MODELS", "_CONDITIONAL_GENERATION_MODELS", "_SPECULATIVE_DECODING_MODELS")
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
_BACKEND = ("_TRANSFORMERS_SUPPORTED_MODELS", "_TRANSFORMERS_BACKEND_MODELS", "_TRANSFORMERS_MODELS")


class VLLM:
    """The declaration; see the module's docstring."""

    name = "vllm"
    about = About(
        title="vLLM",
        source="https://github.com/vllm-project/vllm/blob/v{version}/{path}",
        backend=WRAPPERS,
    )
    layout = Layout(package="vllm", distribution="vllm")
    revision = 1
    since = "0.0.1"
    fetched = (*REGISTRIES, METADATA)
    watched = (*fetched, f"{MODELS}/**/*.py", "vllm/models/**/*.py", *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns vLLM
        """What vLLM's ``ModelRegistry`` registers."""
        path, facts = _registry(library)
        table = facts["tables"][_used(facts["tables"])]
        modules = _Modules(library, path, facts["imports"])
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=tuple(_registrations(path, table, facts["tables"], modules)),
            unresolved=tuple(_unresolved(path, facts, modules)),
            pins=pins_of(library),
            facts=tuple(sorted(_notes(facts["tables"]))),
        )

    def runs(self, names: frozenset[str], facts: TransformersFacts, name: str) -> tuple[Status | None, str]:
        """What the Transformers backend does with a class that the release does not register."""
        return resolved(names, facts, name)


ENGINE = VLLM()


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
