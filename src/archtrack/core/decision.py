"""What SGLang does with a checkpoint, step by step, as its own source decides.

Follows ``get_model_architecture``, ``resolve_transformers_arch``, ``_get_transformers_backend_arch`` and
``_is_moe_model`` in ``sglang/srt/model_loader/utils.py``, and what ``ModelConfig`` does to ``architectures`` before.
Rules that differ between releases come from the release (``core.engine_rules``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.model import Category, Place, Status

from .backend import Backend, language_model
from .categories import BY_NAME, by_name
from .support import Step

if TYPE_CHECKING:
    from archtrack.model import Example

    from .checkpoint import Checkpoint
    from .support import Rewrite, Support

__all__ = ["Verdict", "decide"]

_MARLIN = {"gptq": "gptq_marlin", "awq": "awq_marlin"}


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
        """What the engine makes of the architectures while it loads the config."""
        for rule in self.support.rules.rewrites:
            if not self._applies(rule) or self.names == [rule.to]:
                continue
            if rule.replaced:
                listed = [name for name in self.names if name in rule.replaced]
                self.say(f"the engine runs {listed[0]} as {rule.to}", rule.place)
                self.names = [*(name for name in self.names if name not in listed), rule.to]
                continue
            if rule.remote:
                what = f"a config whose auto_map names {dict(self.checkpoint.auto_map)['AutoModel']}"
            elif rule.keys:
                what = f"a config with {' and '.join(f'`{key}`' for key in rule.keys)} and no model type"
            else:
                what = f"a config of model type `{rule.model_type}`"
                what += " without architectures" if rule.missing else ""
            self.say(f"for {what} the engine puts {rule.to} in", rule.place)
            self.names = [rule.to]

    def _applies(self, rule: Rewrite) -> bool:
        config = self.checkpoint
        return (
            rule.model_type in {None, config.model_type}
            and (not rule.replaced or any(name in rule.replaced for name in self.names))
            and (not rule.missing or not self.names)
            and (not rule.remote or dict(config.auto_map).get("AutoModel") in rule.remote)
            and (not rule.keys or (set(rule.keys) <= set(config.keys) and not config.model_type))
        )

    def _take_draft(self) -> None:
        first = self.names[0] if self.names else None
        found = [(name, place) for target, name, place in self.support.rules.drafts if target == first]
        if first is None:
            return
        if not found:
            self.say(f"the engine has no draft architecture for {first}: it is taken as it is")
            return
        # Of two drafts for one target the checkpoint's own keys tell (`dspark_block_size`: DSpark); the last is for
        # all others.
        keys = self.checkpoint.keys
        told = (each for each in found if any(key.startswith(_prefix(first, each[0])) for key in keys))
        name, place = found[0] if len(found) == 1 else next(told, found[-1])
        self.say(f"as a draft model {first} is loaded as {name}", place)
        self.names[0] = name

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
        text = language_model(self.checkpoint, self.support, self.names).values
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
        remote = False
        for name in self.names:
            status = None if name.startswith("Transformers") else self._gate(name)
            if status is Status.REMOTE_CODE:  # the next one may be refused all the same
                remote = True
            elif status is not None:
                return status, None
        if remote:
            return Status.REMOTE_CODE, None
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
        chosen = Backend(self.checkpoint, self.support, self.names, pooled=self.pooled)
        for text, rule in chosen.reasons:
            self.say(text, self.at(rule))
        return chosen.name

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


def _prefix(target: str, draft: str) -> str:
    """``dspark_`` of the draft ``XDSpark`` of ``X``."""
    return draft.removeprefix(target).lower() + "_"
