"""The values that ``core.verdict.decision`` takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archtrack.model import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.model import Broken, Registration

    from .config_classes import ConfigClasses

__all__ = ["Context", "Rewrite", "Rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """How the engine replaces the architectures of some configs while it loads them; everything given has to hold.

    Attributes:
        to: the architecture that it puts in.
        place: where.
        model_type: that of the config.
        replaced: architectures, one of which the config lists.
        alone: it lists nothing else.
        missing: the config lists none.
        remote: references, one of which the config's ``auto_map.AutoModel`` is.
        keys: which the config has, and no model type.
    """

    to: str
    place: Place
    model_type: str | None = None
    replaced: tuple[str, ...] = ()
    alone: bool = False
    missing: bool = False
    remote: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def told_by_name(self, name: str) -> bool:
        """Whether it applies to every config with an architecture, as far as the name tells.

        The model type fits if the name begins with it, as names on the Hub do: ``Olmo3ForCausalLM`` belongs to
        ``olmo3``, not to ``olmo``.
        """
        if name not in self.replaced or self.missing or self.remote or self.keys:
            return False
        if self.model_type is None:
            return True
        own, type_ = ("".join(filter(str.isalnum, text)).lower() for text in (name, self.model_type))
        return own.startswith(type_) and not own[len(type_) : len(type_) + 1].isdigit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How one release decides.

    Attributes:
        path: the module that decides; None if the release has none that can be read.
        loader: as the engine's ``loader_rules`` gives them.
        rewrites: how the engine replaces architectures while it loads the config, in order.
        drafts: (target, draft, place): how it replaces a target's architecture for the draft model.
        pooled: architectures that do not generate, by the engine's own lists.
        multimodal: multimodal architectures, by the engine's own lists.
        release: the release that the lines are of, where it is another one than the one that is spoken of.
        types: model type -> (class, table, place), as transformers' tables have it.
    """

    path: str | None = None
    loader: Mapping[str, object] = field(default_factory=dict)
    rewrites: tuple[Rewrite, ...] = ()
    drafts: tuple[tuple[str, str, Place], ...] = ()
    pooled: frozenset[str] = frozenset()
    multimodal: frozenset[str] = frozenset()
    release: str | None = None
    types: Mapping[str, tuple[str, str, Place]] = field(default_factory=dict)

    def at(self, line: int) -> Place | None:
        """A line of the module that decides."""
        if self.path is None or not line:
            return None
        return Place(file=self.path, line=line, release=self.release)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a decision is made from.

    Attributes:
        engine: its name.
        version: its version, or None.
        library: transformers with its version, in words; empty where none is known.
        natives: the engine's registrations by name.
        public: transformers' public classes by name.
        broken: path of a module of the engine -> why it cannot be imported, or may not be; None where nobody has
            looked.
        rules: how this release decides.
        configs: gives transformers' configuration classes; None where they cannot be read.
    """

    engine: str = ""
    version: str | None = None
    library: str = ""
    natives: Mapping[str, Registration]
    public: Mapping[str, Registration] = field(default_factory=dict)
    broken: Mapping[str, Broken] | None = field(default_factory=dict)
    rules: Rules
    configs: Callable[[], ConfigClasses] | None = None

    @property
    def name(self) -> str:
        """The engine with its version."""
        return f"{self.engine} {self.version or ''}".strip()

    def flaw(self, native: Registration) -> Broken | None:
        """Why the module that registers an architecture cannot be imported, or may not be."""
        return None if self.broken is None else self.broken.get(native.place.file)
