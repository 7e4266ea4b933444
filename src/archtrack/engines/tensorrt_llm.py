"""TensorRT-LLM.

It has two backends, and an architecture is registered if either runs it; ``groups`` says which.

How the PyTorch backend registers models: ``@register_auto_model("Name")`` above a class in
``tensorrt_llm/_torch/models/modeling_*.py`` (``modeling_utils.py`` defines it) puts the class into
``MODEL_CLASS_MAPPING``. Newer releases import these modules when an architecture is asked for, by the index
``_arch_index.py`` beside them (``MODEL_ARCH_TO_MODULE``); what the index alone names counts too.

How the TensorRT backend registers models: ``MODEL_MAP`` in ``tensorrt_llm/models/__init__.py`` maps an architecture to
a class. Some of its keys are constants of other modules (``GEMMA_ARCHITECTURE``); they are looked up there.

Covers 0.8.0 and later, as checkouts and commits: before, neither is there. Its releases on the package index are
stubs that fetch the real files from elsewhere when they are installed, so no history is kept of it. It cannot see
what a user adds with ``--custom_module_dirs``.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, PYPROJECT, Layout

from .base import About

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.sources.library import Library

    from .base import ScanOptions

__all__ = ["ENGINE", "TensorRTLLM"]

TORCH = "tensorrt_llm/_torch/models"
INDEX = f"{TORCH}/_arch_index.py"
LEGACY = "tensorrt_llm/models/__init__.py"
VERSION_FILES = ("tensorrt_llm/version.py",)
_MAP, _INDEX = "MODEL_MAP", "MODEL_ARCH_TO_MODULE"

Entry = tuple[str, int, str, "str | None", "str | None"]
"""(path, line, dotted module, class or None, condition)."""


class TensorRTLLM:
    """The declaration; see the module's docstring."""

    name = "tensorrt-llm"
    about = About(
        title="TensorRT-LLM",
        source="https://github.com/NVIDIA/TensorRT-LLM/blob/v{version}/{path}",
        refreshed=False,
    )
    layout = Layout(
        package="tensorrt_llm",
        distribution="tensorrt-llm",
        advice="its releases on the package index fetch their files from elsewhere; name a checkout, or git:URL@v1.2.1",
    )
    revision = 1
    since = "0.8.0"
    fetched = (f"{TORCH}/**/*.py", LEGACY, METADATA)
    watched = (*fetched, "tensorrt_llm/models/**/config.py", *VERSION_FILES, PYPROJECT)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns it
        """What the two backends register."""
        from archtrack.sources.pins import pins_of  # noqa: PLC0415 -- a kept inventory needs no reading

        from ._versions import version_of  # noqa: PLC0415 -- as above

        odd: list[tuple[str, int, str]] = []
        torch, legacy = _torch(library, odd), _legacy(library, odd)
        if not torch and not legacy and not odd:
            raise SourceError(
                f"{library.origin.location} registers no model: it is not TensorRT-LLM; name a checkout, or"
                " git:URL@v1.2.1"
            )
        return Inventory(
            engine=self.name,
            version=version_of(library, VERSION_FILES),
            origin=library.origin,
            registrations=tuple(
                _registration(name, torch.get(name), legacy.get(name))
                for name in sorted(torch.keys() | legacy.keys())
            ),
            unresolved=tuple(
                Unresolved(reason=reason, place=Place(file=file, line=line))
                for file, line, reason in sorted(odd)
            ),
            pins=pins_of(library),
        )


ENGINE = TensorRTLLM()


def _torch(library: Library, odd: list[tuple[str, int, str]]) -> dict[str, Entry]:
    """What the PyTorch backend's decorators register, and its index names."""
    from archtrack.core.decorated import decorated_classes  # noqa: PLC0415 -- only when something is read
    from archtrack.core.tables import table_facts  # noqa: PLC0415 -- as above

    paths = library.paths(f"{TORCH}/**/*.py")
    modules = library.facts(
        paths,
        f"tensorrt-llm-decorators-{TensorRTLLM.revision}",
        lambda data: decorated_classes(data, ("register_auto_model",)),
    )
    found: dict[str, Entry] = {}
    for path, facts in modules.items():
        module = path.removesuffix(".py").replace("/", ".")
        for name, line, class_name, condition in facts["registered"]:
            found[name] = (path, line, module, class_name, condition)
        odd += [(path, line, reason) for line, reason in facts["odd"]]
    if INDEX in paths:
        tables = library.facts((INDEX,), f"tensorrt-llm-index-{TensorRTLLM.revision}", table_facts)[INDEX]
        for name, line, module, condition in tables["tables"].get(_INDEX, {"rows": []})["rows"]:
            entry = (INDEX, line, f"{TORCH.replace('/', '.')}.{module}", None, condition)
            found.setdefault(name, entry)
    return found


def _legacy(library: Library, odd: list[tuple[str, int, str]]) -> dict[str, Entry]:
    """What the TensorRT backend's map holds."""
    from archtrack.core.modules import candidates  # noqa: PLC0415 -- only when something is read
    from archtrack.core.tables import table_facts  # noqa: PLC0415 -- as above

    if LEGACY not in library.paths(LEGACY):
        return {}
    first = library.facts((LEGACY,), f"tensorrt-llm-map-{TensorRTLLM.revision}", table_facts)[LEGACY]
    imports: Mapping[str, Any] = first["imports"]
    constants = _constants(library, imports)
    key = blake2b(repr(sorted(constants.items())).encode(), digest_size=8).hexdigest()
    facts = library.facts(
        (LEGACY,),
        f"tensorrt-llm-map-{TensorRTLLM.revision}-{key}",
        lambda data: table_facts(data, constants),
    )[LEGACY]
    odd += [(LEGACY, line, reason) for table, line, reason in facts["odd"] if table in {"", _MAP}]
    found: dict[str, Entry] = {}
    for name, line, value, condition in facts["tables"].get(_MAP, {"rows": []})["rows"]:
        class_name = value["name"] if isinstance(value, dict) else ""
        level, module, attribute = imports.get(class_name) or [0, "tensorrt_llm.models", class_name]
        paths = candidates(LEGACY, level, module)
        path = next((each for each in paths if each in library.paths(*paths)), LEGACY)
        found[name] = (LEGACY, line, path.removesuffix(".py").replace("/", "."), attribute, condition)
    return found


def _constants(library: Library, imports: Mapping[str, Any]) -> dict[str, str]:
    """The strings behind imported names in capitals, which are keys of the map."""
    from archtrack.core.modules import candidates  # noqa: PLC0415 -- only when something is read
    from archtrack.core.tables import constants_of  # noqa: PLC0415 -- as above

    found = {}
    for name, (level, module, attribute) in imports.items():
        if not name.isupper():
            continue
        for path in candidates(LEGACY, level, module):
            if path in library.paths(path):
                texts = library.facts((path,), f"tensorrt-llm-texts-{TensorRTLLM.revision}", constants_of)[
                    path
                ]
                if attribute in texts:
                    found[name] = texts[attribute]
    return found


def _registration(name: str, torch: Entry | None, legacy: Entry | None) -> Registration:
    """One architecture; the PyTorch backend's class stands for it where there is one."""
    path, line, module, class_name, condition = torch or legacy or (LEGACY, 0, "", None, None)
    groups = tuple(group for group, entry in (("pytorch", torch), ("tensorrt", legacy)) if entry)
    file = module.replace(".", "/") + ".py"
    return Registration(
        name=name,
        file=file.removeprefix("tensorrt_llm/"),
        place=Place(file=path, line=line),
        defined_in=module,
        condition=condition,
        class_name=None if class_name == name else class_name,
        groups=groups,
    )
