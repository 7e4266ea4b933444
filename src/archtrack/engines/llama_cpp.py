"""llama.cpp.

How it registers models: it runs GGUF files, and its conversion code says which architectures of Hugging Face it makes
them of. ``TEXT_MODEL_MAP`` and ``MMPROJ_MODEL_MAP`` in ``conversion/__init__.py`` map an architecture to the module
that converts it, or the part of it that sees or hears. Before, ``convert_hf_to_gguf.py`` (``convert-hf-to-gguf.py``
until 2024) held all converters, each under ``@Model.register("Name", …)``, later ``@ModelBase.register``; a class
whose base is ``VisionModel`` or ``MmprojModel`` converts the part that sees or hears.

``groups`` says which of the two there is: ``text``, ``mmproj``. A name with a dot (of remote code) is given as it is.

Covers 0.2.54 and later of ``llama-cpp-python``, whose source distribution carries a copy in ``vendor/llama.cpp``, and
checkouts and commits of the same time (March 2024) and later. A source distribution has 75 MB, so no history is kept
by default. It cannot see
which architectures of its own llama.cpp runs beside those that can be converted, nor what ``convert.py`` of the first
year took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, Layout

from .base import About

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.sources.library import Library

    from .base import ScanOptions

__all__ = ["ENGINE", "LlamaCpp"]

MAPS = "conversion/__init__.py"
SCRIPTS = ("convert_hf_to_gguf.py", "convert-hf-to-gguf.py")
TABLES = {"TEXT_MODEL_MAP": "text", "MMPROJ_MODEL_MAP": "mmproj"}
_SEES = frozenset({"VisionModel", "MmprojModel"})
_DEPTH = 20


class LlamaCpp:
    """The declaration; see the module's docstring."""

    name = "llama-cpp"
    about = About(
        title="llama.cpp",
        source="https://github.com/ggml-org/llama.cpp/blob/{version}/{path}",
        refreshed=False,
    )
    layout = Layout(
        package=".",
        distribution="llama-cpp-python",
        parents=("", "vendor/llama.cpp"),
        markers=(MAPS, *SCRIPTS),
    )
    revision = 1
    since = "0.2.54"
    fetched = (f"./{MAPS}", *(f"./{script}" for script in SCRIPTS))
    watched = (*fetched, METADATA)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns llama.cpp
        """The architectures that llama.cpp converts."""
        found, odd = _mapped(library) or _registered(library)
        return Inventory(
            engine=self.name,
            version=library.origin.version,
            origin=library.origin,
            registrations=tuple(_registration(name, groups) for name, groups in sorted(found.items())),
            unresolved=tuple(
                Unresolved(reason=reason, place=Place(file=file, line=line)) for file, line, reason in odd
            ),
        )


ENGINE = LlamaCpp()

Entry = tuple[str, int, str, "str | None"]
"""(path, line, dotted module with the class where it is known, condition)."""
Found = dict[str, dict[str, Entry]]
"""Architecture -> group -> entry."""
Odd = list[tuple[str, int, str]]


def _mapped(library: Library) -> tuple[Found, Odd] | None:
    """By the maps; None where there are none."""
    from archtrack.core.tables import table_facts  # noqa: PLC0415 -- only when something is read

    path = f"./{MAPS}"
    if path not in library.paths(path):
        return None
    facts = library.facts((path,), f"llama-cpp-tables-{LlamaCpp.revision}", table_facts)[path]
    if not any(table in facts["tables"] for table in TABLES):
        return None
    found: Found = {}
    for table, group in TABLES.items():
        for name, line, module, condition in facts["tables"].get(table, {"rows": []})["rows"]:
            found.setdefault(name, {})[group] = (MAPS, line, f"conversion.{module}", condition)
    return found, [(MAPS, line, reason) for table, line, reason in facts["odd"] if table in {"", *TABLES}]


def _registered(library: Library) -> tuple[Found, Odd]:
    """By the decorators of the conversion script."""
    from archtrack.core.decorated import decorated_classes  # noqa: PLC0415 -- only when something is read

    there = library.paths(*(f"./{script}" for script in SCRIPTS))
    found: Found = {}
    odd: Odd = []
    for path in there[:1]:
        facts = library.facts(
            (path,),
            f"llama-cpp-decorators-{LlamaCpp.revision}",
            lambda data: decorated_classes(data, ("register",)),
        )[path]
        file = path.removeprefix("./")
        module = file.removesuffix(".py")
        for name, line, class_name, condition in facts["registered"]:
            group = "mmproj" if _sees(class_name, facts["classes"]) else "text"
            found.setdefault(name, {})[group] = (file, line, f"{module}.{class_name}", condition)
        odd += [(file, line, reason) for line, reason in facts["odd"]]
    if not found and not odd:
        raise SourceError(
            f"{library.origin.location}: its conversion code registers no architecture by name: it is not llama.cpp, or"
            " older than March 2024; name a newer one"
        )
    return found, odd


def _sees(class_name: str, classes: Mapping[str, Any]) -> bool:
    """Whether a class converts the part of a model that sees or hears: by its first bases."""
    for _ in range(_DEPTH):
        if class_name in _SEES:
            return True
        bases = classes.get(class_name, {"bases": []})["bases"]
        if not bases:
            return False
        class_name = bases[0]
    return False


def _registration(name: str, groups: Mapping[str, Entry]) -> Registration:
    file, line, module, condition = groups.get("text") or groups["mmproj"]
    there = tuple(group for group in TABLES.values() if group in groups)
    sees = groups.get("mmproj")
    class_name = module.rpartition(".")[2] if file != MAPS else None
    return Registration(
        name=name,
        file=f"{module.replace('.', '/')}.py" if file == MAPS else file,
        place=Place(file=file, line=line),
        defined_in=module if file == MAPS else module.rpartition(".")[0],
        condition=condition,
        category=Category.MULTIMODAL if sees is not None else None,
        category_source=f"{sees[0]}:{sees[1]} mmproj" if sees is not None else None,
        class_name=class_name,
        groups=there,
    )
