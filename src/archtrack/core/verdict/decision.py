"""What SGLang does with a checkpoint, step by step, as its own source decides.

Follows ``get_model_architecture``, ``resolve_transformers_arch``, ``_get_transformers_backend_arch`` and
``_is_moe_model`` in ``sglang/srt/model_loader/utils.py``, and what ``ModelConfig`` does to ``architectures`` before.
Rules that differ between releases come from the release (the engine's ``loader_rules``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.matrix.categories import BY_NAME, Registered, by_name, categorize
from archtrack.model import Category, Place, Status

from .substitutions import Substitutions
from .verdict import Step, Verdict
from .wrapper_class import backend_class

if TYPE_CHECKING:
    from archtrack.model import Example, MatrixRow

    from .checkpoint import Checkpoint
    from .context import Context

__all__ = ["decide"]

# The categories of classes that get no row in the document and are in no table of generating models.
_TASKS = (
    (Category.EMBEDDING, "MODEL_FOR_MASKED_LM_MAPPING_NAMES"),
    (Category.EMBEDDING, "MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES"),
    (Category.EMBEDDING, "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES"),
    (Category.MULTIMODAL, "MODEL_FOR_CTC_MAPPING_NAMES"),
)
_TOWERS = ("vision_config", "audio_config", "thinker_config", "vision_tower", "mm_vision_tower")


def decide(checkpoint: Checkpoint, context: Context, *, draft: bool = False, pooled: bool = False) -> Verdict:
    """What the engine does with a checkpoint.

    Args:
        checkpoint: what its config says.
        context: what the engine and transformers have.
        draft: it is loaded as the draft model of speculative decoding.
        pooled: the engine is told to serve it as an embedding model (SGLang: ``--is-embedding``).
    """
    return _Decision(checkpoint, context, pooled=pooled).run(draft=draft)


class _Decision:
    """One decision in the making."""

    def __init__(self, checkpoint: Checkpoint, context: Context, *, pooled: bool) -> None:
        self.checkpoint = checkpoint
        self.context = context
        self.loader = context.rules.loader
        self.pooled = pooled
        self.steps: list[Step] = []
        self.because: Step | None = None
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
            return self._verdict(Status.NATIVE, chosen, chosen)
        flawed = next((name for name in self.names if name in self.context.natives), None)
        skipped = self.because
        status, resolved = self._fall_back()
        if flawed is not None:
            self.because = skipped
            return self._verdict(Status.UNIMPORTABLE, flawed, resolved)
        return self._verdict(status, self.names[0], resolved)

    def _nameless(self) -> Verdict:
        self.decide(
            "the config names no architecture, and the engine takes the first one: it stops with an error"
        )
        implied = self.context.rules.types.get(self.checkpoint.model_type or "")
        if implied is not None:
            name, table, place = implied
            text = f"for model type `{self.checkpoint.model_type}` transformers has {name} ({table})"
            self.say(text, place, "transformers")
            self.say(
                f'to have the engine take that: --json-model-override-args \'{{"architectures": ["{name}"]}}\'; '
                f"then `archtrack check {name}` applies"
            )
        return self._verdict(Status.UNSUPPORTED, None, None)

    # -- the registry --------------------------------------------------------------------------------

    def _registered(self) -> str | None:
        """The first architecture that the engine's registry has."""
        for name in self.names:
            native = self.context.natives.get(name)
            if native is None:
                self.say(f"{name} is not registered in {self.context.name}")
                continue
            flaw = self.context.broken.get(native.place.file)
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
            if flaw is not None:
                when = f", if {flaw.condition}" if flaw.condition else ""
                self.say(f"its module may fail to import{when}: {flaw.reason}", flaw.place)
            for target, draft, place in self.context.rules.drafts:
                if draft == name and not self.checkpoint.given:
                    self.say(f"the engine itself puts this name in for the draft model of {target}", place)
            return name
        return None

    # -- the Transformers backend --------------------------------------------------------------------

    def _fall_back(self) -> tuple[Status, str | None]:
        context, loader = self.context, self.loader
        if "fallback" not in loader:
            self.decide(f"{context.name} has no Transformers backend to fall back on")
            return Status.UNSUPPORTED, None
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
        if not self.checkpoint.given:
            self.say("which class of the backend runs it depends on the config")
            return Status.FALLBACK, None
        backend, reasons = backend_class(self.checkpoint, context, self.names, pooled=self.pooled)
        for text, rule in reasons:
            self.say(text, self.at(rule))
        native = context.natives.get(backend)
        flaw = context.broken.get(native.place.file) if native is not None else None
        if native is None or (flaw is not None and flaw.certain):
            self.decide(f"{context.name} registers no {backend}", flaw.place if flaw is not None else None)
            return Status.UNSUPPORTED, None
        self.say(f"the engine runs it as {backend}", native.place)
        return Status.FALLBACK, backend

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
        if facts.backend_compatible is None:
            text = f"whether the backend takes {name} cannot be told from {self.context.library}"
            self.decide(text, facts.backend_place, "transformers")
            return Status.UNSUPPORTED
        text = "its is_backend_compatible() is false: _supports_attention_backend is not set"
        self.decide(text, facts.backend_place, "transformers")
        self.say(f"the engine refuses {name}", self.at("gate"))
        return Status.REFUSED

    def _not_public(self, name: str) -> Status:
        auto_map = dict(self.checkpoint.auto_map)
        self.decide(f"{self.context.library} has no public class {name}", self.at("lookup"))
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

    # -- saying it -----------------------------------------------------------------------------------

    def at(self, rule: str | int) -> Place | None:
        """The place of one of the loader's rules."""
        if self.context.rules.path is None:
            return None
        value = self.loader.get(rule) if isinstance(rule, str) else rule
        line = value.get("line", 0) if isinstance(value, dict) else value
        return Place(file=self.context.rules.path, line=line) if isinstance(line, int) and line else None

    def say(self, text: str, place: Place | None = None, source: str | None = None) -> None:
        """Add a step."""
        source = source or (self.context.engine if place else None)
        self.steps.append(Step(text=text, source=source, place=place))

    def decide(self, text: str, place: Place | None = None, source: str | None = None) -> None:
        """Add a step that decides. Of several architectures, the last one that was looked at counts."""
        self.say(text, place, source)
        self.because = self.steps[-1]

    def _verdict(self, status: Status, name: str | None, resolved: str | None) -> Verdict:
        row = self.context.rows.get(name) if name is not None else None
        category, source = (row.category, row.category_source) if row else self._category(name)
        return Verdict(
            status=status,
            asked=self.checkpoint.architectures,
            resolved=resolved,
            category=category,
            category_source=source,
            example=self._example(row),
            because=self.because or self.steps[-1],
            steps=tuple(self.steps),
        )

    def _example(self, row: MatrixRow | None) -> Example | None:
        """An example of the architecture that was asked for; the row may be that of the one that it is run as."""
        asked = self.checkpoint.architectures
        if asked and (row is None or row.name not in asked):
            row = self.context.rows.get(asked[0])
        return row.example if row is not None else None

    def _category(self, name: str | None) -> tuple[Category, str]:
        """The category of an architecture that has no row: by the sources, by the config, by its name."""
        context = self.context
        if name is not None:
            known = Registered(
                natives=context.natives, public=context.public, lists_pooled=bool(context.rules.pooled)
            )
            found = categorize(name, known)
            if found[1] != BY_NAME:
                return found
        hf = context.public.get(name or "")
        tables = hf.transformers.auto_mappings if hf is not None and hf.transformers is not None else ()
        task = next(((category, table) for category, table in _TASKS if table in tables), None)
        if task is not None:
            return task[0], f"transformers {task[1]}"
        key = next((key for key in _TOWERS if key in self.checkpoint.keys), None)
        if key is not None:
            return Category.MULTIMODAL, f"the config's {key}"
        return (Category.TEXT, "nothing else is known") if name is None else (by_name(name), BY_NAME)
