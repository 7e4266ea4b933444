"""llama.cpp.

How it registers models: it runs GGUF files, and its conversion code says which architectures of Hugging Face it makes
them of. ``TEXT_MODEL_MAP`` and ``MMPROJ_MODEL_MAP`` in ``conversion/__init__.py`` map an architecture to the module
that converts it, or the part of it that sees or hears; in the module, ``@ModelBase.register("Name", …)`` above a class
registers the converter. What the maps name and their modules do not register, or the other way round, cannot be
converted: it is given as a note (``turned_away`` of ``Inventory.facts``). Before, ``convert_hf_to_gguf.py``
(``convert-hf-to-gguf.py`` until July 2024) held all converters and their decorators; a class that descends from
``VisionModel`` or ``MmprojModel`` converts the part that sees or hears. Until March 2024, ``_get_model_architecture``
in that script compared the architecture with those that it knew, and ``from_model_architecture`` chose the class.

``groups`` says which of the two there is: ``text``, ``mmproj``. A name with a dot (of remote code) is given as it is.

Covers 0.2.16 and later of ``llama-cpp-python``, whose source distribution carries a copy in ``vendor/llama.cpp``, and
checkouts and commits of the same time (November 2023) and later. A source distribution has up to 75 MB, so no history
is kept by default. It cannot see which architectures of its own llama.cpp runs beside those that can be converted, nor
what ``convert.py`` of the first year took, which did not ask for an architecture: LLaMA, above all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines.base import About
from archtrack.errors import SourceError
from archtrack.model import Category, Inventory, Place, Registration, Unresolved
from archtrack.sources.base import METADATA, Layout

from .conversion import MAPS, SCRIPTS, conversion_code, groups_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

    from .conversion import Entry

__all__ = ["ENGINE", "LlamaCpp"]


class LlamaCpp:
    """The declaration; see the module's docstring."""

    name = "llama-cpp"
    # No address: a release of llama-cpp-python is no tag of llama.cpp, and its repository only links to the files.
    about = About(title="llama.cpp", refreshed=False)
    layout = Layout(
        package=".",
        distribution="llama-cpp-python",
        parents=("", "vendor/llama.cpp"),
        markers=(MAPS, *SCRIPTS),
    )
    revision = 2
    since = "0.2.16"
    fetched = ("./conversion/*.py", *(f"./{script}" for script in SCRIPTS))
    watched = (*fetched, METADATA)

    def scan(self, library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG002 -- none concerns llama.cpp
        """The architectures that llama.cpp converts."""
        code = conversion_code(library)
        if not code.found and not code.unresolved:
            raise SourceError(
                f"{library.origin.location}: its conversion code registers no architecture by name: it is not"
                " llama.cpp, or older than November 2023; name a newer one"
            )
        away = tuple(f"{name} {group} {path}:{line}" for name, group, path, line in sorted(code.turned_away))
        return Inventory(
            engine=self.name,
            version=library.origin.version,
            origin=library.origin,
            registrations=tuple(
                _registration(name, groups) for name, groups in sorted(groups_of(code.found).items())
            ),
            unresolved=tuple(
                Unresolved(reason=reason, place=Place(file=file, line=line))
                for file, line, reason in sorted(code.unresolved)
            ),
            facts=(("turned_away", away),) if away else (),
        )


ENGINE = LlamaCpp()


def _registration(name: str, groups: Mapping[str, Entry]) -> Registration:
    """One architecture; the converter of its text stands for it where there is one."""
    entry = groups.get("text") or groups["mmproj"]
    sees = groups.get("mmproj")
    return Registration(
        name=name,
        file=entry.module,
        place=Place(file=entry.path, line=entry.line),
        defined_in=entry.module.removesuffix(".py").replace("/", "."),
        defined=Place(file=entry.module, line=entry.class_line) if entry.class_line else None,
        condition=entry.condition,
        category=Category.MULTIMODAL if sees is not None else None,
        category_source=f"{sees.path}:{sees.line} mmproj" if sees is not None else None,
        class_name=None if entry.class_name == name else entry.class_name,
        groups=tuple(groups),
    )
