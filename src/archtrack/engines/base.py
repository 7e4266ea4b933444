"""The narrow interface of an engine: one file, one declaration, found by an explicit call."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from archtrack.core.history.history import History
    from archtrack.core.verdict.aliases import Alias
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.import_failures import Missing
    from archtrack.core.verdict.release_facts import LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory
    from archtrack.sources.base import Layout
    from archtrack.sources.library import Library

__all__ = [
    "About",
    "Carries",
    "Channel",
    "Engine",
    "External",
    "GivesNames",
    "HasChannels",
    "Identified",
    "Loads",
    "MakesGguf",
    "Named",
    "Package",
    "RunsOthers",
    "ScanOptions",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """A package of models that the user adds to the engine's own.

    Attributes:
        package: its dotted name, as the engine would import it.
        folder: the same as a path in ``library`` (``my_models`` or ``mine/models``).
        library: where its files are.
    """

    package: str
    folder: str
    library: Library


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people call an engine, and how its history is kept.

    Attributes:
        title: as its own people write it: ``vLLM``.
        key: what its registry is keyed by: ``architecture``, ``model type`` (MLX-LM), or ``configuration class``: that
            of the object that AutoConfig gives (CTranslate2).
        source: address of a file at a release, with ``{version}`` and ``{path}`` to be filled in (a path as the
            inventory has it); None where nobody can look.
        refreshed: its history is part of every refresh; False where it has to be asked for by name.
        numbering: how its releases are named and ordered: as those of the index (``versions``), or as the builds of a
            repository (``builds``); ``core.history.numbering`` says more.
        confirmed: releases whose count falls or jumps, and is right: somebody has read them.
        untagged: releases (specifiers: ``<0.22``, ``==0.24.0``) that have no tag at ``source``.
        backend: the architectures under which it registers its wrappers of transformers models, if it has any.
        draft_tables: those of its tables (``Registration.groups``) that list drafts and nothing else.
        wrapper_tables: those that list its wrappers.
        mlx: it takes weights in MLX's own quantisation (``quantization`` in a config).
        adds_to: the engine whose registry it adds to, where it is a plugin of another one. It is asked where it is
            named, and answers besides only where it registers something: elsewhere that engine's registry counts.
        serve: the command that serves a model from the Hub, with ``{model}`` for its id; None where no single one does.
    """

    title: str
    source: str | None = None
    refreshed: bool = True
    key: str = "architecture"
    numbering: str = "versions"
    confirmed: tuple[str, ...] = ()
    untagged: tuple[str, ...] = ()
    backend: tuple[str, ...] = ()
    draft_tables: tuple[str, ...] = ()
    wrapper_tables: tuple[str, ...] = ()
    mlx: bool = False
    adds_to: str | None = None
    serve: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """What the user's environment changes about what an engine registers.

    Attributes:
        disabled: module names that the engine is told to skip (SGLang: ``SGLANG_DISABLED_MODEL_ARCHS``).
        external: a further package of models (SGLang: ``SGLANG_EXTERNAL_MODEL_PACKAGE``).
    """

    disabled: tuple[str, ...] = ()
    external: External | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One of several places on the index where copies of an engine are published, under versions of their own.

    Attributes:
        layout: where the engine's files lie in a release of it; ``layout.distribution`` is its name.
        silent: what it does not carry (``Release.silent``).
        wheels_only: releases that are a source distribution alone are left out: these have to be fetched whole.
        newest_only: nothing but its newest release is taken: each of them is large.
    """

    layout: Layout
    silent: tuple[str, ...] = ()
    wheels_only: bool = False
    newest_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which release of an engine a copy of it is.

    Attributes:
        version: the release, in the engine's own numbering.
        remark: why it is not called by what the copy says; None where that is plain.
    """

    version: str
    remark: str | None = None


class Engine(Protocol):
    """What one engine file declares as ``ENGINE``."""

    @property
    def name(self) -> str:
        """As the command line and the data name it: ``mlx-lm``; its module is called ``mlx_lm``."""
        ...

    @property
    def about(self) -> About:
        """What people call it, and how its history is kept."""
        ...

    @property
    def layout(self) -> Layout:
        """Where its package lies in each kind of source."""
        ...

    @property
    def revision(self) -> int:
        """Counts up whenever the same files would give another inventory, so that caches start anew."""
        ...

    @property
    def since(self) -> str:
        """The oldest release that it reads."""
        ...

    @property
    def watched(self) -> tuple[str, ...]:
        """Patterns of every file that can change the inventory."""
        ...

    @property
    def fetched(self) -> tuple[str, ...]:
        """Patterns of the files that a scan reads in any case: a remote source fetches them together."""
        ...

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """What the engine registers at this version, read statically.

        Raises:
            SourceError: the files cannot be read, or are not this engine.
        """
        ...


@runtime_checkable
class GivesNames(Protocol):
    """What the file of a package declares besides if engines import names from that package."""

    @property
    def name(self) -> str:
        """The package's import name."""
        ...

    def missing(
        self, library: Library, inventory: Inventory, wanted: Iterable[tuple[str, str | None]]
    ) -> tuple[Missing, ...]:
        """Those of the wanted (module, name) pairs that the package does not give, or may not give.

        Raises:
            SourceError: a file cannot be read.
        """
        ...


@runtime_checkable
class Loads(Protocol):
    """What an engine's file declares besides if archtrack follows its load path.

    An engine without it is judged by its registry alone.
    """

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:
        """What the gates of this release rest on, read statically.

        Args:
            library: the release.
            inventory: what it registers.

        Raises:
            SourceError: a file cannot be read.
        """
        ...

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
        """Take a checkpoint through the gates of a release, in the engine's own order. Reads no file.

        Args:
            checkpoint: what its config says, or a bare architecture (``given`` is False).
            release: what is known of the release.
            options: how the engine is told to load it.
        """
        ...


class Package:
    """The declaration of an engine that is a package: its parts are imported when they are asked for.

    Beside the declaration stand the modules ``registry``, ``load_facts`` and ``load``, with a function ``scan``,
    ``load_facts`` and ``load``. ``load`` imports no reader: mostly the history has the facts.
    """

    def scan(self, library: Library, options: ScanOptions) -> Inventory:
        """As ``Engine.scan``."""
        found: Inventory = self._part("registry").scan(library, options)
        return found

    def load_facts(self, library: Library, inventory: Inventory) -> LoadFacts:
        """As ``Loads.load_facts``."""
        found: LoadFacts = self._part("load_facts").load_facts(library, inventory)
        return found

    def load(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
        """As ``Loads.load``."""
        verdict: Verdict = self._part("load").load(checkpoint, release, options)
        return verdict

    def _part(self, name: str) -> ModuleType:
        package, _, _ = type(self).__module__.rpartition(".")
        return import_module(f"{package}.{name}")


@runtime_checkable
class Identified(Protocol):
    """What an engine's file declares besides if a source with the files of a known release is that release.

    Then the history's facts of the release take the place of what reading the source would give.
    """

    @property
    def identifying(self) -> tuple[str, ...]:
        """Patterns of every file that its facts rest on; version files are left out."""
        ...

    def statements(self, facts: LoadFacts) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """``Inventory.facts`` of the release, from what its gates rest on."""
        ...


@runtime_checkable
class HasChannels(Protocol):
    """What an engine's file declares besides if its releases are on the index as copies that others publish."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The places; of two that have the same release, the later one counts."""
        ...

    def named(self, library: Library, distribution: str, date: str | None) -> Named | None:
        """Which release a copy is, by its own files; None where nothing tells.

        Args:
            library: the copy.
            distribution: the channel's.
            date: the day on which it was published.

        Raises:
            SourceError: a file cannot be read.
        """
        ...


@runtime_checkable
class RunsOthers(Protocol):
    """What an engine's file declares besides if a release runs architectures as others that it registers."""

    def aliases(self, inventory: Inventory, facts: LoadFacts) -> Iterable[Alias]:
        """The architectures that a release runs as others, as far as the name tells, sorted by name.

        Args:
            inventory: what it registers.
            facts: what its gates rest on.
        """
        ...


@runtime_checkable
class Carries(Protocol):
    """What an engine's file declares besides if its releases carry another engine that runs models for it."""

    @property
    def carries(self) -> str:
        """The other engine's name."""
        ...

    def carried(self, facts: LoadFacts) -> str | None:
        """Which release of it a release carries; None where nothing tells.

        Args:
            facts: what the gates of the release rest on.
        """
        ...


@runtime_checkable
class MakesGguf(Protocol):
    """What an engine's file declares besides if its releases make GGUF files of checkpoints."""

    def made_from(self, gguf_architecture: str, history: History) -> tuple[str, ...]:
        """The architectures whose checkpoints become files of a GGUF architecture; empty where that is not known.

        Args:
            gguf_architecture: ``general.architecture`` of a file.
            history: of the engine; its newest release counts.
        """
        ...
