"""What TensorRT-LLM registers: the classes that its PyTorch backend decorates, and the TensorRT backend's map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.source import candidates
from archtrack.core.python.tables import table_facts
from archtrack.engines._decorators import decorated_classes
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .files import INDEX, LEGACY, TORCH, VERSION_FILES
from .tables import PYTORCH, TENSORRT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

__all__ = ["scan"]

_MAP, _INDEX = "MODEL_MAP", "MODEL_ARCH_TO_MODULE"

_PACKAGE = TORCH.replace("/", ".")
_MODEL = "register_auto_model"
_SEES = ("register_input_processor", "register_vision_encoder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One class under one name.

    Attributes:
        path: of the file that registers it.
        line: that does.
        module: dotted, that holds the class.
        class_name: None where it is not known.
        condition: under which it is registered.
        class_line: of the class statement; 0 where it is not known.
        sees: the line that says that it takes more than text, if one does.
    """

    path: str
    line: int
    module: str
    class_name: str | None = None
    condition: str | None = None
    class_line: int = 0
    sees: str | None = None


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns TensorRT-LLM
    """What the two backends of a release register.

    Raises:
        SourceError: it is not TensorRT-LLM, or a file cannot be read.
    """
    unresolved: list[tuple[str, int, str]] = []
    torch, legacy = _torch(library, unresolved), _legacy(library, unresolved)
    if not torch and not legacy and not unresolved:
        raise SourceError(
            f"{library.origin.location} registers no model: it is not TensorRT-LLM; name a release, or a checkout"
        )
    return Inventory(
        engine="tensorrt-llm",
        version=version_of(library, VERSION_FILES),
        origin=library.origin,
        registrations=tuple(
            _registration(name, torch.get(name), legacy.get(name))
            for name in sorted(torch.keys() | legacy.keys())
        ),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=file, line=line))
            for file, line, reason in sorted(unresolved)
        ),
        pins=pins_of(library),
    )


def _torch(library: Library, unresolved: list[tuple[str, int, str]]) -> dict[str, Entry]:
    """What the PyTorch backend's decorators register, and its index names."""
    paths = library.paths(f"{TORCH}/**/*.py")
    modules = library.facts(
        paths,
        "tensorrt-llm-decorators-3",
        lambda data: decorated_classes(data, (_MODEL,)),
    )
    registered: dict[str, dict[str, Entry]] = {}
    for path, facts in modules.items():
        for name, line, class_name, condition in facts["registered"]:
            entry = _decorated(path, line, class_name, facts["classes"].get(class_name))
            own = registered.setdefault(name, {})
            twice = path in own and own[path].condition is None
            own[path] = replace(entry, condition=None if twice else condition)
        unresolved += [(path, line, reason) for line, reason in facts["unresolved"]]
    if INDEX not in paths:
        return {name: _only(name, entries, unresolved) for name, entries in registered.items()}
    tables = library.facts((INDEX,), "tensorrt-llm-index-3", table_facts)[INDEX]
    unresolved += [(INDEX, line, reason) for table, line, reason in tables["unresolved"] if table == _INDEX]
    found = {}
    for name, line, module, condition in tables["tables"].get(_INDEX, {"rows": []})["rows"]:
        if isinstance(module, str):
            holds = Entry(path=INDEX, line=line, module=f"{_PACKAGE}.{module}", condition=condition)
            # The module that the index names is imported first, and what stands is not replaced.
            found[name] = registered.get(name, {}).get(f"{TORCH}/{module}.py", holds)
        elif name not in registered:
            unresolved.append((INDEX, line, f"cannot tell which module {_INDEX} names for {name}"))
    return {
        name: _only(name, entries, unresolved) for name, entries in registered.items() if name not in found
    } | found


def _only(name: str, entries: Mapping[str, Entry], unresolved: list[tuple[str, int, str]]) -> Entry:
    """The one module that registers an architecture; of several it is said that one of them wins."""
    *others, last = entries.values()
    reason = f"{last.path} registers {name}, too; which class wins depends on which is imported last"
    unresolved += [(each.path, each.line, reason) for each in others]
    return last


def _decorated(path: str, line: int, class_name: str, known: Mapping[str, Any] | None) -> Entry:
    decorators = known["decorators"] if known else {}
    return Entry(
        path=path,
        line=line,
        module=path.removesuffix(".py").replace("/", "."),
        class_name=class_name,
        class_line=known["line"] if known else 0,
        sees=next((f"{path}:{decorators[each]} {each}" for each in _SEES if each in decorators), None),
    )


def _legacy(library: Library, unresolved: list[tuple[str, int, str]]) -> dict[str, Entry]:
    """What the TensorRT backend's map holds."""
    if LEGACY not in library.paths(LEGACY):
        return {}
    first = library.facts((LEGACY,), "tensorrt-llm-map-3", table_facts)[LEGACY]
    imports: Mapping[str, Any] = first["imports"]
    constants = _constants(library, imports)
    key = blake2b(repr(sorted(constants.items())).encode(), digest_size=8).hexdigest()
    facts = library.facts(
        (LEGACY,),
        f"tensorrt-llm-map-3-{key}",
        lambda data: table_facts(data, constants),
    )[LEGACY]
    unresolved += [
        (LEGACY, line, reason) for table, line, reason in facts["unresolved"] if table in {"", _MAP}
    ]
    found: dict[str, Entry] = {}
    for name, line, value, condition in facts["tables"].get(_MAP, {"rows": []})["rows"]:
        class_name: str | None = value["name"] if isinstance(value, dict) else None
        level, module, attribute = imports.get(class_name or "") or [0, "tensorrt_llm.models", class_name]
        paths = candidates(LEGACY, level, module)
        path = next((each for each in paths if each in library.paths(*paths)), LEGACY)
        holds = path.removesuffix(".py").replace("/", ".")
        found[name] = Entry(path=LEGACY, line=line, module=holds, class_name=attribute, condition=condition)
    return found


def _constants(library: Library, imports: Mapping[str, Any]) -> dict[str, str]:
    """The strings behind imported names in capitals, which are keys of the map."""
    found = {}
    for name, (level, module, attribute) in imports.items():
        if not name.isupper():
            continue
        for path in candidates(LEGACY, level, module):
            if path in library.paths(path):
                texts = library.facts((path,), "tensorrt-llm-constants-3", _constants_of)[path]
                if attribute in texts:
                    found[name] = texts[attribute]
    return found


def _constants_of(data: bytes) -> dict[str, str]:
    return Module(data).constants


def _registration(name: str, torch: Entry | None, legacy: Entry | None) -> Registration:
    """One architecture; the PyTorch backend's class stands for it where there is one."""
    groups = tuple(group for group, entry in ((PYTORCH, torch), (TENSORRT, legacy)) if entry)
    entry = torch or legacy or Entry(path=LEGACY, line=0, module="tensorrt_llm.models")
    file = entry.module.replace(".", "/") + ".py"
    return Registration(
        name=name,
        file=file.removeprefix("tensorrt_llm/"),
        place=Place(file=entry.path, line=entry.line),
        defined_in=entry.module,
        defined=Place(file=file, line=entry.class_line) if entry.class_line else None,
        condition=entry.condition,
        category=Category.MULTIMODAL if entry.sees else None,
        category_source=entry.sees,
        class_name=None if entry.class_name == name else entry.class_name,
        groups=groups,
    )
