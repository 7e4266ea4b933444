"""What is known of one release of an engine: what its load path is followed with.

The same values come from reading a source, and from the history, which has them of every release.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Broken, Place, Registration

__all__ = [
    "ATTENTION_BACKENDS",
    "CONFIG_CLASSES",
    "FEATURES",
    "GGUF_ARCHITECTURES",
    "IMPORTS",
    "IMPORT_FAILURES",
    "MODEL_TYPES",
    "PROCESSORS",
    "PROCESSOR_NAMES",
    "QUANTISATION",
    "REASONING_PARSERS",
    "SPECULATIVE",
    "TOOL_PARSERS",
    "Fact",
    "LoadFacts",
    "LoadOptions",
    "ReleaseFacts",
]

MODEL_TYPES = "model_types"
"""Table: the model types that a release knows a configuration class for. Of transformers: those of AutoConfig."""
CONFIG_CLASSES = "config_classes"
"""Table of transformers: what its configuration classes set that an engine asks for."""
PROCESSORS = "processors"
"""Table: the architectures that an engine has a processor of images, video or sound for."""
PROCESSOR_NAMES = "processor_names"
"""Table of transformers: model type -> the name of the processor class that AutoProcessor has for it."""
IMPORTS = "imports"
"""Table: the modules of a release that register something, and those behind them -> what each imports."""
IMPORT_FAILURES = "import_failures"
"""Table of a history: the modules that cannot be imported with the transformers that counts."""
GGUF_ARCHITECTURES = "gguf_architectures"
"""Table: the values of ``general.architecture`` of GGUF files that a release runs, or makes a config of."""
QUANTISATION = "quantisation"
"""Table: the quantisation methods that a release takes, as ``quantization_config.quant_method`` names them."""
FEATURES = "features"
"""Table: what is registered -> what its implementation can do; see ``core.verdict.features``."""
TOOL_PARSERS = "tool_parsers"
"""Table: the parsers of tool calls that a release can be told to use."""
REASONING_PARSERS = "reasoning_parsers"
"""Table: the parsers of a model's reasoning that a release can be told to use."""
ATTENTION_BACKENDS = "attention_backends"
"""Table: the attention backends that a release can be told to use."""
SPECULATIVE = "speculative"
"""Table: the algorithms of speculative decoding that a release can be told to use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of a table that a gate looks something up in.

    Attributes:
        key: what is looked up.
        place: the line that has it.
        value: what the gate finds there, as JSON; None where being there is all.
    """

    key: str
    place: Place
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFacts:
    """What the gates of a release rest on, besides its registry.

    Attributes:
        tables: name of a table -> key -> row. A table that the release does not have, or that could not be read, is
            not there; one that is there and empty takes nothing.
        rules: how the release decides, as JSON that the engine's adapter writes and reads. The value of any key
            ``line`` in it is evidence: another line is no other rule.
        lines_of: the release that the lines in ``rules`` are of; None for the release itself.
    """

    tables: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    lines_of: str | None = None

    def find(self, table: str, key: str | None) -> Fact | None:
        """The row of a table, if there are both."""
        return self.tables.get(table, {}).get(key) if key is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """All that is known of one release.

    Attributes:
        engine: the engine's name.
        version: the release, or None where the source does not say.
        registered: key (an architecture, or a model type) -> registration.
        load: what its gates rest on.
        broken: path of a module -> why it cannot be imported, or may not be; None where nobody has looked.
        unresolved: how many places of its registry could not be read: more may be registered than is known.
        silent: what it registers is not known at all: where it comes from does not carry that.
        transformers: the release of transformers that it runs with; None where none is known.
        carried: the release of another engine that it carries; where that one is not known, the last known before it
            and the first behind it, as far as there are any. Empty for an engine that carries none.
        handed_in: they are from data that somebody handed in, which may say anything.
    """

    engine: str
    version: str | None
    registered: Mapping[str, Registration]
    load: LoadFacts = field(default_factory=LoadFacts)
    broken: Mapping[str, Broken] | None = None
    unresolved: int = 0
    silent: bool = False
    transformers: ReleaseFacts | None = None
    carried: tuple[ReleaseFacts, ...] = ()
    handed_in: bool = False

    @property
    def name(self) -> str:
        """The engine with its version."""
        return f"{self.engine} {self.version or ''}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How an engine is told to load a checkpoint.

    Attributes:
        draft: as the draft model of speculative decoding.
        pooled: as an embedding model (SGLang: ``--is-embedding``; vLLM: ``--runner pooling``).
        runner: vLLM's ``--runner``: ``auto``, ``generate``, ``pooling`` or ``draft``.
        convert: vLLM's ``--convert``: ``auto``, ``none``, ``embed`` or ``classify``.
        folder: the name of the folder that the checkpoint lies in, where it is known.
    """

    draft: bool = False
    pooled: bool = False
    runner: str = "auto"
    convert: str = "auto"
    folder: str | None = None
