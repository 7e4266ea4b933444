"""What AutoConfig and the Auto classes of a release rest on, for its own load path and for those of the engines.

Four tables, as they are shipped for every release:

- ``MODEL_TYPES``: model type -> ``{"config": CLASS, "classes": {TABLE: CLASS, …}}``, the tables being those of
  ``core.verdict.auto_config.TABLES``. AutoConfig has had its own table as ``CONFIG_MAPPING`` (from 2.4) and as
  ``CONFIG_MAPPING_NAMES`` (since 4.10), since 5.6 in ``auto_mappings.py``; before 2.4 it went by the folder's name.
- ``CONFIG_CLASSES``: configuration class -> ``{"type", "parts", "values", "aliases", "classes"}`` (see
  ``core.verdict.config_classes``), what is empty being left out, and so is a class that sets a model type and no more.
- ``PROCESSOR_NAMES``: model type -> the class that AutoProcessor has for it, since 4.17. Since 5.6 most of them are in
  ``auto_mappings.py``.
- ``GGUF_ARCHITECTURES``, since 4.41 (see ``core.verdict.gguf``).

Rules: ``{"folder": {"line"}}`` where AutoConfig looks for a model type in the folder's name if the config has none;
``gguf`` where the release reads GGUF files.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import FUNCTIONS
from archtrack.core.python.module import Module
from archtrack.core.verdict.gguf import RULE
from archtrack.core.verdict.release_facts import (
    CONFIG_CLASSES,
    GGUF_ARCHITECTURES,
    MODEL_TYPES,
    PROCESSOR_NAMES,
    Fact,
    LoadFacts,
)
from archtrack.engines._pairs import pairs, texts
from archtrack.model import Place

from .auto_tables import tables_by_type
from .configuration_classes import class_facts, to_row
from .files import (
    AUTO,
    AUTO_MAPPINGS,
    CONFIGURATION_AUTO,
    CONFIGURATIONS,
    FLAT_CONFIGURATIONS,
    PROCESSING_AUTO,
    REVISION,
)
from .gguf import gguf_facts

if TYPE_CHECKING:
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["auto_config_facts", "load_facts", "processor_names"]

_TABLES = ("CONFIG_MAPPING_NAMES", "CONFIG_MAPPING")
"""AutoConfig's table, newest name first. The newer name's table makes the one of the older name."""
_PROCESSORS = "PROCESSOR_MAPPING_NAMES"


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG001 -- of the files alone
    """The tables and rules of a release.

    Args:
        library: the release.
        inventory: what it publishes.

    Raises:
        SourceError: a file cannot be read.
    """
    types, rules = _types(library)
    tables = {CONFIG_CLASSES: _config_classes(library)}
    if types is not None:
        tables[MODEL_TYPES] = types
    processors = _processor_names(library)
    if processors:
        tables[PROCESSOR_NAMES] = processors
    gguf, rule = gguf_facts(library)
    if gguf is not None:
        tables[GGUF_ARCHITECTURES] = gguf
    if rule is not None:
        rules[RULE] = rule
    return LoadFacts(tables=tables, rules=rules)


def _types(library: Library) -> tuple[dict[str, Fact] | None, dict[str, Any]]:
    """AutoConfig's table, and how it decides otherwise."""
    paths = library.paths(AUTO_MAPPINGS, *CONFIGURATION_AUTO)
    facts = library.facts(paths, f"transformers-auto-config-{REVISION}", auto_config_facts)
    classes: dict[str, dict[str, str]] = {}
    for each in library.facts(
        library.paths(AUTO), f"transformers-auto-types-{REVISION}", tables_by_type
    ).values():
        classes |= each
    found: dict[str, Fact] = {}
    there = False
    rules: dict[str, Any] = {}
    for path, of_file in facts.items():
        there = there or of_file["types"] is not None
        for key, (name, line) in sorted((of_file["types"] or {}).items()):
            value = {"config": name} | ({"classes": classes[key]} if key in classes else {})
            found.setdefault(key, Fact(key=key, place=Place(file=path, line=line), value=value))
        if of_file["folder"]:
            rules["folder"] = {"line": of_file["folder"]}
    return (dict(sorted(found.items())) if there else None), rules


def auto_config_facts(data: bytes) -> dict[str, Any]:
    """``{"types": {model type: [CLASS, line]} | null, "folder": line}`` of a module of AutoConfig.

    ``folder`` is the line that looks for a model type in the folder's name, 0 where none does.

    Args:
        data: the file.
    """
    module = Module(data, words=(b"pretrained_model_name_or_path",))
    table = next((found for name in _TABLES if (found := pairs(module, name)) is not None), None)
    return {
        "types": None if table is None else {key: list(pair) for key, pair in texts(table).items()},
        "folder": _folder_line(module),
    }


def _processor_names(library: Library) -> dict[str, Fact]:
    """AutoProcessor's table; what its own module adds counts before the generated one."""
    found: dict[str, Fact] = {}
    paths = library.paths(AUTO_MAPPINGS, PROCESSING_AUTO)
    facts = library.facts(paths, f"transformers-processor-names-{REVISION}", processor_names)
    for path in sorted(facts):
        for key, (name, line) in facts[path].items():
            found[key] = Fact(key=key, place=Place(file=path, line=line), value=name)
    return dict(sorted(found.items()))


def processor_names(data: bytes) -> dict[str, list[Any]]:
    """``{model type: [CLASS, line]}`` of AutoProcessor's table in a module.

    Args:
        data: the file.
    """
    if _PROCESSORS.encode() not in data:
        return {}
    table = pairs(Module(data), _PROCESSORS) or {}
    return {key: [name, line] for key, (name, line) in texts(table).items() if name is not None}


def _folder_line(module: Module) -> int:
    node = module.classes.get("AutoConfig")
    for method in node.body if node is not None else ():
        if not isinstance(method, FUNCTIONS) or method.name != "from_pretrained":
            continue
        for part in ast.walk(method):
            match part:
                case ast.Compare(ops=[ast.In()], comparators=[other]) if any(
                    isinstance(each, ast.Name) and each.id == "pretrained_model_name_or_path"
                    for each in ast.walk(other)
                ):
                    return part.lineno
                case _:
                    pass
    return 0


def _config_classes(library: Library) -> dict[str, Fact]:
    """What the configuration classes set; of two classes of one name the first file's counts."""
    paths = library.paths(CONFIGURATIONS) or library.paths(FLAT_CONFIGURATIONS)
    found: dict[str, Fact] = {}
    for path, classes in library.facts(paths, f"transformers-config-classes-{REVISION}", class_facts).items():
        for each in classes:
            row = to_row(each)
            if row is not None:
                place = Place(file=path, line=each["line"])
                found.setdefault(each["name"], Fact(key=each["name"], place=place, value=row))
    return dict(sorted(found.items()))
