"""What SGLang does with a checkpoint whose config it has read, step by step, as its own source decides.

Follows ``get_model_architecture``, ``resolve_transformers_arch``, ``_get_transformers_backend_arch`` and
``_is_moe_model`` in ``sglang/srt/model_loader/utils.py``, and what ``ModelConfig`` does to ``architectures`` before.
Rules that differ between releases come from the release (the engine's ``loader_rules``). These are the gates
architecture, import and backend; the others are in the engine's ``load``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Gate, Status

from .substitutions import Substitutions
from .verdict import Steps
from .wrapper_class import backend_class, beyond_text

if TYPE_CHECKING:
    from archtrack.model import Place

    from .checkpoint import Checkpoint
    from .context import Context
    from .verdict import Step, Verdict

__all__ = ["decide"]

_EAGLE3 = "Eagle3"
_TEXT_ONLY = "TransformersForCausalLM"
_MULTIMODAL = "TransformersMultiModalForCausalLM"


def decide(
    checkpoint: Checkpoint,
    context: Context,
    *,
    draft: bool = False,
    pooled: bool = False,
    steps: Steps | None = None,
) -> Verdict:
    """What the engine does with a checkpoint.

    Args:
        checkpoint: what its config says.
        context: what the engine and transformers have.
        draft: it is loaded as the draft model of speculative decoding.
        pooled: the engine is told to serve it as an embedding model (SGLang: ``--is-embedding``).
        steps: those of the gates before, if there were any.
    """
    return _Decision(checkpoint, context, steps, pooled=pooled).run(draft=draft)


class _Decision:
    """One decision in the making."""

    def __init__(
        self, checkpoint: Checkpoint, context: Context, steps: Steps | None, *, pooled: bool
    ) -> None:
        self.checkpoint = checkpoint
        self.context = context
        self.loader = context.rules.loader
        self.pooled = pooled
        self.steps = steps or Steps(context.engine, checkpoint.architectures)
        self.because: Step | None = None
        self.gate: Gate | None = None
        self.fix: str | None = None
        self.names: tuple[str, ...] = ()

    def run(self, *, draft: bool) -> Verdict:
        substitutions = Substitutions(self.checkpoint, self.context, self.say)
        substitutions.on_load()
        if draft:
            substitutions.for_draft()
        if not substitutions.names:
            return self._nameless()
        substitutions.before_lookup()
        self.names = tuple(substitutions.names)
        chosen = self._registered()
        if chosen is not None:
            if draft:
                self._look_for_eagle3(chosen)
            return self._verdict(Status.NATIVE, resolved=chosen, key=chosen)
        flawed = next((name for name in self.names if name in self.context.natives), None)
        skipped = self.because
        status, resolved = self._fall_back()
        if flawed is not None:
            self.because, self.gate = skipped, Gate.IMPORT
            return self._verdict(Status.UNIMPORTABLE, resolved=resolved, key=flawed)
        return self._verdict(status, resolved=resolved, key=resolved or self.names[0])

    def _nameless(self) -> Verdict:
        self.gate = Gate.ARCHITECTURE
        self.decide(
            "the config names no architecture, and the engine takes the first one: it stops with an error"
        )
        implied = self.context.rules.types.get(self.checkpoint.model_type or "")
        if implied is not None:
            name, table, place = implied
            text = f"for model type `{self.checkpoint.model_type}` transformers has {name} ({table})"
            self.say(text, place, "transformers")
            self.fix = f'start it with --json-model-override-args \'{{"architectures": ["{name}"]}}\''
            self.say(f"to have the engine take that, {self.fix}; then `archtrack check {name}` applies")
        return self._verdict(Status.UNSUPPORTED)

    # -- the registry --------------------------------------------------------------------------------

    def _registered(self) -> str | None:
        """The first architecture that the engine's registry has."""
        for name in self.names:
            native = self.context.natives.get(name)
            if native is None:
                self.say(f"{name} is not registered in {self.context.name}")
                continue
            flaw = self.context.flaw(native)
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
            if self.context.broken is None:
                self.say(f"whether {native.file} can be imported was not looked at")
            if flaw is not None:
                when = f", if {flaw.condition}" if flaw.condition else ""
                self.say(f"its module may fail to import{when}: {flaw.reason}", flaw.place)
            for target, draft, place in self.context.rules.drafts:
                if draft == name and not self.checkpoint.given:
                    self.say(f"the engine itself puts this name in for the draft model of {target}", place)
            return name
        return None

    def _look_for_eagle3(self, chosen: str) -> None:
        """Say that weights of EAGLE-3, which its config shows, are loaded by a class of their own."""
        name = f"{chosen}{_EAGLE3}"
        native = self.context.natives.get(name)
        if "draft_vocab_size" in self.checkpoint.keys and native is not None:
            self.fix = f"write architectures [`{name}`] instead of [`{chosen}`]"
            self.say(
                f"the config has `draft_vocab_size`, as drafts of EAGLE-3 do: {name} loads such weights, and {chosen}"
                f" does not; to have the engine take that, {self.fix}",
                native.place,
            )

    # -- the Transformers backend --------------------------------------------------------------------

    def _fall_back(self) -> tuple[Status, str | None]:
        context, loader = self.context, self.loader
        if "fallback" not in loader:
            self.gate = Gate.ARCHITECTURE
            self.decide(f"{context.name} has no Transformers backend to fall back on")
            return Status.UNSUPPORTED, None
        if not context.library:
            self.gate = Gate.BACKEND
            self.decide(
                "which transformers it runs with is not known, so nor is whether its Transformers backend takes"
                f" {self.names[0]}",
                self.at("fallback"),
            )
            return Status.UNKNOWN, None
        remote = None
        for name in self.names:
            status = None if name.startswith("Transformers") else self._gate(name)
            if status is Status.REMOTE_CODE:  # the next one may be refused all the same
                remote = self.because
            elif status is not None:
                return status, None
        if remote is not None:
            self.because = remote
            return Status.REMOTE_CODE, None
        reason = beyond_text(self.checkpoint, context, self.names) if self._wraps_text_only() else None
        if reason is not None:
            self.gate = Gate.BACKEND
            self.decide(
                f"{self.names[0]} takes images, and the release has a wrapper for text only: {reason}",
                context.natives[_TEXT_ONLY].place,
            )
            return Status.REFUSED, None
        if not self.checkpoint.given:
            self.say("which class of the backend runs it depends on the config")
            return Status.FALLBACK, None
        backend, reasons = backend_class(self.checkpoint, context, self.names, pooled=self.pooled)
        for text, rule in reasons:
            self.say(text, self.at(rule))
        native = context.natives.get(backend)
        flaw = context.flaw(native) if native is not None else None
        if native is None or (flaw is not None and flaw.certain):
            self.gate = Gate.ARCHITECTURE if native is None else Gate.IMPORT
            self.decide(f"{context.name} registers no {backend}", flaw.place if flaw is not None else None)
            return Status.UNSUPPORTED, None
        self.say(f"the engine runs it as {backend}", native.place)
        return Status.FALLBACK, backend

    def _wraps_text_only(self) -> bool:
        """Whether the release has one class for its Transformers backend, and that for text."""
        natives = self.context.natives
        return "backend" not in self.loader and _TEXT_ONLY in natives and _MULTIMODAL not in natives

    def _gate(self, name: str) -> Status | None:
        """Why the backend does not take an architecture; None if it does."""
        hf = self.context.public.get(name)
        if hf is None or hf.transformers is None:
            return self._not_public(name)
        self.say(f"{name} is public in {self.context.library}", hf.place, "transformers")
        facts = hf.transformers
        if facts.backend_compatible:
            text = f"its is_backend_compatible() is true, so the Transformers backend takes {name}"
            self.decide(text, facts.backend_place, "transformers")
            return None
        self.gate = Gate.BACKEND
        if facts.backend_compatible is None:
            text = f"{self.context.library} does not say whether the backend takes {name}"
            self.decide(text, facts.backend_place, "transformers")
            return Status.UNSUPPORTED
        text = "its is_backend_compatible() is false: _supports_attention_backend is false or not set"
        self.decide(text, facts.backend_place, "transformers")
        self.say(f"the engine refuses {name}", self.at("gate"))
        return Status.REFUSED

    def _not_public(self, name: str) -> Status:
        auto_map = dict(self.checkpoint.auto_map)
        self.decide(f"{self.context.library} has no public class {name}", self.at("lookup"))
        if "AutoModel" in auto_map:
            self.decide(
                f"the config's auto_map brings {auto_map['AutoModel']}: the engine runs that code with "
                "--trust-remote-code, and only running it would tell what it is",
                self.at("fallback"),
            )
            return Status.REMOTE_CODE
        self.gate = Gate.ARCHITECTURE
        if auto_map:
            self.say(
                "the config's auto_map has no `AutoModel`, which the engine asks for", self.at("missing")
            )
        elif not self.checkpoint.given:
            self.say("a checkpoint that brings its own code (`auto_map.AutoModel`) may still be run with it")
        else:
            self.say("the config has no auto_map either", self.at("missing"))
        return Status.UNSUPPORTED

    # -- saying it -----------------------------------------------------------------------------------

    def at(self, rule: str) -> Place | None:
        """The place of one of the loader's rules."""
        value = self.loader.get(rule)
        line = value.get("line", 0) if isinstance(value, dict) else value
        return self.context.rules.at(line) if isinstance(line, int) else None

    def say(self, text: str, place: Place | None = None, source: str | None = None) -> None:
        """Add a step."""
        self.steps.say(text, place, source)

    def decide(self, text: str, place: Place | None = None, source: str | None = None) -> None:
        """Add a step that decides. Of several architectures, the last one that was looked at counts."""
        self.because = self.steps.say(text, place, source)

    def _verdict(self, status: Status, *, resolved: str | None = None, key: str | None = None) -> Verdict:
        because = self.because or self.steps.steps[-1]
        stopped = status not in {Status.NATIVE, Status.FALLBACK, Status.REMOTE_CODE}
        return self.steps.verdict(
            status,
            because,
            gate=self.gate if stopped else None,
            resolved=resolved,
            fix=self.fix,
            key=key,
        )
