"""What SGLang does with a checkpoint, step by step, as its own source decides.

Follows ``get_model_architecture``, ``resolve_transformers_arch``, ``_get_transformers_backend_arch`` and
``_is_moe_model`` in ``sglang/srt/model_loader/utils.py``, and what ``ModelConfig`` does to ``architectures`` before.
Rules that differ between releases come from the release (``core.engine_rules``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archtrack.model import Category, Place, Status

from .categories import BY_NAME, by_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.model import Broken, Example, MatrixRow, Registration

    from .checkpoint import Checkpoint

__all__ = ["Rules", "Step", "Support", "Verdict", "decide"]

_IMAGE_TABLES = frozenset(
    {"MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES", "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES"}
)
_MARLIN = {"gptq": "gptq_marlin", "awq": "awq_marlin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a decision.

    Attributes:
        text: what was found, in a sentence.
        source: whose file ``place`` is in: the engine's name or ``transformers``; None for the config itself.
        place: the evidence.
    """

    text: str
    source: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How one release decides.

    Attributes:
        path: of the module that decides; None where the release has none that is understood.
        loader: as ``core.engine_rules.loader_rules`` gives them.
        written: (model type, architecture, place): what the engine writes into a config itself.
        drafts: (target, draft, place): what it makes of a target's architecture for the draft model.
        pooled: architectures that do not generate, and multimodal ones, by the engine's own lists.
        multimodal: likewise.
        types: model type -> (class, table, place), as transformers' tables have it.
    """

    path: str | None = None
    loader: Mapping[str, object] = field(default_factory=dict)
    written: tuple[tuple[str, str, Place], ...] = ()
    drafts: tuple[tuple[str, str, Place], ...] = ()
    pooled: frozenset[str] = frozenset()
    multimodal: frozenset[str] = frozenset()
    types: Mapping[str, tuple[str, str, Place]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What a decision is made from.

    Attributes:
        engine: its name, and ``version``.
        version: of the engine, or None.
        library: transformers with its version, in words.
        natives: the engine's registrations by name.
        public: transformers' public classes by name.
        rows: the rows of the matrix by name.
        broken: path of a module of the engine -> why it cannot be imported, or may not be.
        rules: how this release decides.
    """

    engine: str
    version: str | None
    library: str
    natives: Mapping[str, Registration]
    public: Mapping[str, Registration]
    rows: Mapping[str, MatrixRow]
    broken: Mapping[str, Broken]
    rules: Rules

    @property
    def name(self) -> str:
        """The engine with its version."""
        return f"{self.engine} {self.version or ''}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the engine does with a checkpoint, and how that is known.

    Attributes:
        status: the answer.
        asked: the architectures that the checkpoint names.
        resolved: the class that the engine runs; None where it runs none, or where only a config would tell.
        category: and ``category_source``, of the architecture that counts.
        category_source: who says so.
        example: a checkpoint with that architecture.
        because: the step that decided.
        steps: what led there, in order.
    """

    status: Status
    asked: tuple[str, ...]
    resolved: str | None
    category: Category
    category_source: str
    example: Example | None
    because: Step
    steps: tuple[Step, ...]


def decide(checkpoint: Checkpoint, support: Support, *, draft: bool = False, pooled: bool = False) -> Verdict:
    """What the engine does with a checkpoint.

    Args:
        checkpoint: what its config says.
        support: what the engine and transformers have.
        draft: it is loaded as the draft model of speculative decoding.
        pooled: the engine is told to serve it as an embedding model (SGLang: ``--is-embedding``).
    """
    return _Decision(checkpoint, support, pooled=pooled).run(draft=draft)


class _Decision:
    """One decision in the making."""

    def __init__(self, checkpoint: Checkpoint, support: Support, *, pooled: bool) -> None:
        self.checkpoint = checkpoint
        self.support = support
        self.loader = support.rules.loader
        self.pooled = pooled
        self.steps: list[Step] = []
        self.because: Step | None = None
        self.names = list(checkpoint.architectures)

    def run(self, *, draft: bool) -> Verdict:
        self._write_names()
        if draft:
            self._take_draft()
        if not self.names:
            return self._nameless()
        self._rewrite()
        chosen = self._registered()
        if chosen is not None:
            return self._verdict(Status.NATIVE, chosen, chosen)
        flawed = next((name for name in self.names if name in self.support.natives), None)
        status, resolved = self._fall_back()
        if flawed is not None:
            return self._verdict(Status.UNIMPORTABLE, flawed, resolved)
        return self._verdict(status, self.names[0], resolved)

    # -- the names -----------------------------------------------------------------------------------

    def _write_names(self) -> None:
        """Architectures that the engine writes into configs of a model type."""
        for model_type, architecture, place in self.support.rules.written:
            if model_type == self.checkpoint.model_type and self.names != [architecture]:
                self.say(f"for model type `{model_type}` the engine puts {architecture} in", place)
                self.names = [architecture]

    def _take_draft(self) -> None:
        first = self.names[0] if self.names else None
        for target, name, place in self.support.rules.drafts:
            if target == first:
                self.say(f"as a draft model {target} is loaded as {name}", place)
                self.names[0] = name
                return
        if first is not None:
            self.say(f"the engine has no draft architecture for {first}: it is taken as it is")

    def _nameless(self) -> Verdict:
        self.decide(
            "the config names no architecture, and the engine takes the first one: it stops with an error"
        )
        implied = self.support.rules.types.get(self.checkpoint.model_type or "")
        if implied is not None:
            name, table, place = implied
            text = f"for model type `{self.checkpoint.model_type}` transformers has {name} ({table})"
            self.say(text, place, "transformers")
            self.say(
                f'to have the engine take that: --json-model-override-args \'{{"architectures": ["{name}"]}}\'; '
                f"then `archtrack check {name}` applies"
            )
        return self._verdict(Status.UNSUPPORTED, None, None)

    def _rewrite(self) -> None:
        """What the engine puts in the place of the architectures before it looks them up."""
        for line, name, left_alone in self._rewrites():
            if name == "EmbeddingGemmaModel" and self._is_embedding_gemma():
                self.say(
                    "a `gemma3_text` config with `use_bidirectional_attention` is EmbeddingGemma",
                    self.at(line),
                )
                self.names = [name]
            elif name == "QuantMixtralForCausalLM" and "MixtralForCausalLM" in self.names:
                method = self.checkpoint.quant_method
                if method is None or method in left_alone:
                    continue
                if _MARLIN.get(method) in left_alone:
                    self.say(
                        f"`{method}` weights run with the kernels of {_MARLIN[method]} where the GPU has them, and "
                        f"as {name} where it has not",
                        self.at(line),
                    )
                    continue
                self.say(f"Mixtral quantised with `{method}` is run as {name}", self.at(line))
                self.names = [name]

    def _rewrites(self) -> list[tuple[int, str, list[str]]]:
        found = self.loader.get("rewrites", [])
        return (
            [(line, name, left_alone) for line, name, left_alone in found] if isinstance(found, list) else []
        )

    def _is_embedding_gemma(self) -> bool:
        text = dict(self.checkpoint.text)
        return text.get("model_type") == "gemma3_text" and bool(
            text.get("use_bidirectional_attention", False)
        )

    # -- the registry --------------------------------------------------------------------------------

    def _registered(self) -> str | None:
        """The first architecture that the engine's registry has."""
        for name in self.names:
            native = self.support.natives.get(name)
            if native is None:
                self.say(f"{name} is not registered in {self.support.name}")
                continue
            flaw = self.support.broken.get(native.place.file)
            if flaw is not None and flaw.certain:
                through = f" through {', '.join(flaw.through)}" if flaw.through else ""
                self.say(f"{name} is registered by {native.file}", native.place)
                self.decide(
                    f"the engine skips {native.file}, as it imports{through} what is not there: {flaw.reason}",
                    flaw.place,
                )
                continue
            condition = f", if {native.condition}" if native.condition else ""
            self.decide(f"{name} is registered by {native.file}{condition}", native.place)
            for target, draft, place in self.support.rules.drafts:
                if draft == name and not self.checkpoint.given:
                    self.say(f"the engine itself puts this name in for the draft model of {target}", place)
            return name
        return None

    # -- the Transformers backend --------------------------------------------------------------------

    def _fall_back(self) -> tuple[Status, str | None]:
        support, loader = self.support, self.loader
        if "fallback" not in loader:
            self.decide(f"{support.name} has no Transformers backend to fall back on")
            return Status.UNSUPPORTED, None
        for name in self.names:
            if name.startswith("Transformers"):
                continue
            status = self._gate(name)
            if status is not None:
                return status, None
        if not self.checkpoint.given:
            self.say("which class of the backend runs it depends on the config")
            return Status.FALLBACK, None
        backend = self._backend()
        native = support.natives.get(backend)
        if native is None:
            self.say(f"{support.name} registers no {backend}")
            return Status.UNSUPPORTED, None
        self.say(f"the engine runs it as {backend}", native.place)
        return Status.FALLBACK, backend

    def _gate(self, name: str) -> Status | None:
        """Why the backend does not take an architecture; None if it does."""
        hf = self.support.public.get(name)
        if hf is None or hf.transformers is None:
            return self._not_public(name)
        self.say(f"{name} is public in {self.support.library}", hf.place, "transformers")
        facts = hf.transformers
        if facts.backend_compatible:
            text = f"its is_backend_compatible() is true, so the Transformers backend takes {name}"
            self.decide(text, facts.backend_place, "transformers")
            return None
        if facts.backend_compatible is None:
            text = f"whether the backend takes {name} cannot be told from {self.support.library}"
            self.decide(text, facts.backend_place, "transformers")
            return Status.UNSUPPORTED
        text = "its is_backend_compatible() is false: _supports_attention_backend is not set"
        self.decide(text, facts.backend_place, "transformers")
        self.say(f"the engine refuses {name}", self.at("gate"))
        return Status.REFUSED

    def _not_public(self, name: str) -> Status:
        auto_map = dict(self.checkpoint.auto_map)
        self.say(f"{self.support.library} has no public class {name}", self.at("lookup"))
        if "AutoModel" in auto_map:
            self.decide(
                f"the config's auto_map brings {auto_map['AutoModel']}: the engine runs that code with "
                "--trust-remote-code, and what it is cannot be told without running it",
                self.at("fallback"),
            )
            return Status.REMOTE_CODE
        if auto_map:
            self.say(
                "the config's auto_map has no `AutoModel`, which the engine asks for", self.at("missing")
            )
        elif not self.checkpoint.given:
            self.say("a checkpoint that brings its own code (`auto_map.AutoModel`) may still be run with it")
        else:
            self.say("the config has no auto_map either", self.at("missing"))
        return Status.UNSUPPORTED

    def _backend(self) -> str:
        if "backend" not in self.loader:
            return "TransformersForCausalLM"
        place = self.at("backend")
        base = "ForCausalLM"
        if self.pooled or any(name in self.support.rules.pooled for name in self.names):
            lowered = [name.lower() for name in self.names]
            classifies = any("sequenceclassification" in name or "rewardmodel" in name for name in lowered)
            base = "ForSequenceClassification" if classifies else "EmbeddingModel"
            self.say(f"it is pooled, not generated from: …{base}", place)
        kind = "Transformers"
        if reason := self._multimodal():
            self.say(f"it is multimodal: {reason}", place)
            kind += "MultiModal"
        if reason := self._mixture():
            self.say(f"it is a mixture of experts: {reason}", self.at("moe"))
            kind += "MoE"
        return kind + base

    def _multimodal(self) -> str | None:
        name, config = self.names[0], self.checkpoint
        own = name.startswith("Llava") and name.endswith("ForCausalLM")
        if config.text_config is not None and not own:
            return f"its language model has a config of its own (`{config.text_config}`)"
        if any(each in self.support.rules.multimodal for each in self.names):
            return "the engine lists it"
        hf = self.support.public.get(name)
        tables = hf.transformers.auto_mappings if hf is not None and hf.transformers is not None else ()
        table = next((each for each in tables if each in _IMAGE_TABLES), None)
        return f"transformers lists it in {table}" if table else None

    def _mixture(self) -> str | None:
        named = next(
            (name for name in self.names if "moe" in name.lower() or "mixtral" in name.lower()), None
        )
        if named is not None:
            return f"{named} says so"
        rule = self.loader.get("moe")
        attributes = rule.get("attributes", []) if isinstance(rule, dict) else []
        text = dict(self.checkpoint.text)
        for attribute in attributes:
            if _counts(attribute, text.get(attribute)):
                return f"`{attribute}` is {text[attribute]!r}"
        return None

    # -- saying it -----------------------------------------------------------------------------------

    def at(self, rule: str | int) -> Place | None:
        """The place of one of the loader's rules."""
        if self.support.rules.path is None:
            return None
        value = self.loader.get(rule) if isinstance(rule, str) else rule
        line = value.get("line", 0) if isinstance(value, dict) else value
        return Place(file=self.support.rules.path, line=line) if isinstance(line, int) and line else None

    def say(self, text: str, place: Place | None = None, source: str | None = None) -> None:
        """Add a step."""
        source = source or (self.support.engine if place else None)
        self.steps.append(Step(text=text, source=source, place=place))

    def decide(self, text: str, place: Place | None = None, source: str | None = None) -> None:
        """Add the step that decides, unless one has before."""
        self.say(text, place, source)
        self.because = self.because or self.steps[-1]

    def _verdict(self, status: Status, name: str | None, resolved: str | None) -> Verdict:
        row = self.support.rows.get(name) if name is not None else None
        category, source = (row.category, row.category_source) if row else self._category(name)
        return Verdict(
            status=status,
            asked=self.checkpoint.architectures,
            resolved=resolved,
            category=category,
            category_source=source,
            example=row.example if row else None,
            because=self.because or self.steps[-1],
            steps=tuple(self.steps),
        )

    def _category(self, name: str | None) -> tuple[Category, str]:
        keys = [
            key for key in self.checkpoint.keys if key in {"vision_config", "audio_config", "vision_tower"}
        ]
        if keys:
            return Category.MULTIMODAL, f"the config's {keys[0]}"
        return (Category.TEXT, "nothing else is known") if name is None else (by_name(name), BY_NAME)


def _counts(attribute: str, value: object) -> bool:
    """Whether a config's value makes it a mixture of experts, by the rules of ``_is_moe_model``."""
    if value is None or value == "":
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value > (0 if attribute == "moe_intermediate_size" else 1)
    if isinstance(value, tuple):  # the number of items of a list or object
        return bool(value[0] > 0)
    return True
