"""Ollama.

How it registers models: ``ollama create`` converts a checkpoint to a GGUF file. ``switch p.Architectures[0]`` in
``convert/convert.go`` makes the converter of an architecture (``case "A", "B": conv = &type{}``) and refuses the rest.
Until 0.3.2 there were two such switches, in ``convert/safetensors.go`` and ``convert/torch.go``; 0.1.29 to 0.1.31 had
a list in ``server/images.go``. Since 0.16.2 an MLX runner has models of its own, which ``base.Register("A", …)`` in
``x/models`` registers, in the packages that ``x/mlxrunner/imports.go`` imports; ``base.RegisterDraft`` is for drafts.
``groups`` says which: ``convert``, ``convert torch``, ``mlx``, ``mlx draft``. What a package registers that no program
imports is given as a note (``left_out`` of ``Inventory.facts``).

What it runs: the GGUF architectures that its own engine registers (``model.Register("a", …)`` in ``model/models``, from
0.5.12 to 0.24.0; in every one of these releases it takes each of them by itself, or llama.cpp has it), and those of the
llama.cpp that a release carries. From 0.4.0 to 0.24.0 that lies in the repository, and its ``LLM_ARCH_NAMES`` is read.
Since 0.30.0 ``LLAMA_CPP_VERSION`` names the build that is fetched: the history of llama.cpp says what that has, with
the rows that patches add and what ``translate_metadata`` in ``llama/compat`` loads as another architecture. Until
0.3.14 it is a submodule, whose commit is not read: what runs is not known there, but for what patches add.
How a checkpoint comes to run: see ``load``.

Covers 0.1.29 and later: the first release with a converter. Its releases are the tags of its repository; the
distribution ``ollama`` on the index is a client, which is not read. It cannot see whether weights, tokenizer and
template convert, what ``ollama create --experimental`` asks of a checkpoint, for which platform the MLX library is
built, which projectors run, nor which models the image generator of 0.14.0 and later has.

Go is read by its tokens, in the forms that ``registering`` and ``converter_source`` name. Whatever else takes one of
their words is unresolved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.engines.base import About, Package
from archtrack.sources.base import Layout

from .files import FILES, MARKERS
from .tables import CARRIED, DRAFT

if TYPE_CHECKING:
    from archtrack.core.verdict.release_facts import LoadFacts

__all__ = ["ENGINE", "Ollama"]


class Ollama(Package):
    """The declaration; see the module's docstring."""

    name = "ollama"
    about = About(
        title="Ollama",
        source="https://github.com/ollama/ollama/blob/v{version}/{path}",
        draft_tables=(DRAFT,),
    )
    layout = Layout(
        package=".",
        distribution="ollama",
        repository="https://github.com/ollama/ollama",
        markers=MARKERS,
        offered=tuple(path.removeprefix("./") for path in FILES),
    )
    carries = "llama-cpp"
    revision = 2
    since = "0.1.29"
    fetched = FILES
    watched = FILES

    def carried(self, facts: LoadFacts) -> str | None:
        """The build of llama.cpp that a release is built with; of one in the repository its own list is read."""
        rule = facts.rules.get(CARRIED)
        build = rule.get("build") if isinstance(rule, dict) else None
        return build if isinstance(build, str) else None  # of data that is handed in


ENGINE = Ollama()
