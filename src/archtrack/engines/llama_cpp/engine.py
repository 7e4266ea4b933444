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
from archtrack.sources.base import METADATA, Layout

from .files import MAPS, SCRIPTS

if TYPE_CHECKING:
    from archtrack.engines.base import ScanOptions
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

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

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """The architectures that llama.cpp converts."""
        from .registry import scan

        return scan(library, options)


ENGINE = LlamaCpp()
