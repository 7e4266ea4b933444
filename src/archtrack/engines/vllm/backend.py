"""What vLLM's Transformers backend does with an architecture: whether it runs it, and as which wrapper.

The rules are those that ``load_facts`` read from the release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.auto_config import TAKES_IMAGES
from archtrack.core.verdict.config_classes import TEXT_CONFIGS, of_row
from archtrack.core.verdict.release_facts import CONFIG_CLASSES, MODEL_TYPES
from archtrack.model import Place, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.config_classes import ConfigClass
    from archtrack.core.verdict.release_facts import ReleaseFacts
    from archtrack.core.verdict.verdict import Step, Steps
    from archtrack.model import Registration, TransformersFacts

__all__ = ["Backend", "place_of"]


def _any_of(answers: Mapping[str, bool | None]) -> bool | None:
    """Whether one of the answers is yes; None where that cannot be told."""
    if True in answers.values():
        return True
    return None if None in answers.values() else False


def place_of(rule: Mapping[str, Any] | None, release: ReleaseFacts) -> Place | None:
    """The line that a rule of a release was read from."""
    if rule is None:
        return None
    return Place(file=rule["path"], line=rule["line"], release=release.load.lines_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The backend of a release, asked about one checkpoint.

    Attributes:
        checkpoint: what its config says.
        release: of vLLM.
        runner: what ``--runner`` says; None for nothing.
        resolved_runner: the runner that the release takes.
        default: the row of its endings that the first architecture has.
    """

    checkpoint: Checkpoint
    release: ReleaseFacts
    runner: str | None
    resolved_runner: str
    default: tuple[str, str, str] | None

    @property
    def _name(self) -> str:
        return self.checkpoint.architectures[0]

    @property
    def _public(self) -> Registration | None:
        library = self.release.transformers
        return library.registered.get(self._name) if library is not None else None

    def passes(self) -> bool:
        """Whether a wrapper is sure to run it, which is asked before vLLM's own classes are converted."""
        if "gate" not in self.release.load.rules or self._public is None or self._remote(first=True):
            return False
        wrapper = self._wrapper()
        return _any_of(self._answers(self._public.transformers)) is True and self._is_there(wrapper)

    def decide(self, steps: Steps) -> tuple[Status, Step, str | None]:
        """The status, why, and the wrapper that runs it where that can be told."""
        rule = self.release.load.rules.get("gate")
        library = self.release.transformers
        if rule is None:
            return Status.UNSUPPORTED, steps.say(f"{self.release.name} has no Transformers backend"), None
        if (key := self._remote(first=True)) is not None:
            return Status.REMOTE_CODE, self._by_remote_code(key, steps), None
        if library is None:
            words = (
                "which transformers it runs with is not known, so what its Transformers backend does is open"
            )
            return Status.UNKNOWN, steps.say(words), None
        public = self._public
        if public is None:
            if (key := self._remote(first=False)) is not None:
                return Status.REMOTE_CODE, self._by_remote_code(key, steps), None
            words = f"{library.name} has no public class {self._name}, so no wrapper runs it"
            return Status.UNSUPPORTED, steps.say(words), None
        answers = self._answers(public.transformers)
        compatible = _any_of(answers)
        if compatible is None:
            asked = " or ".join(name for name, answer in answers.items() if answer is None)
            words = f"the backend asks for {asked} of {self._name}, which is not known of {library.name}"
            return Status.UNKNOWN, steps.say(words, place_of(rule, self.release)), None
        place = self._evidence(public, answers)
        if not compatible:
            verb = "are" if len(answers) > 1 else "is"
            words = f"{self._name} of {library.name} is not compatible: {' and '.join(answers)} {verb} false"
            return Status.REFUSED, steps.say(words, place, "transformers"), None
        true = next(name for name, answer in answers.items() if answer)
        steps.say(f"{self._name} of {library.name} is compatible: {true} is true", place, "transformers")
        return self._wrapped(steps)

    def _wrapped(self, steps: Steps) -> tuple[Status, Step, str | None]:
        rule = self.release.load.rules.get("wrapper")
        wrapper = self._wrapper()
        if not self._is_there(wrapper):
            words = f"the release has no wrapper {wrapper}, which it would run {self._name} as"
            return Status.REFUSED, steps.say(words, place_of(rule, self.release)), None
        if self._is_text_only() and self._sees():
            words = f"{self._name} takes images, and the release has a wrapper for text only"
            return Status.REFUSED, steps.say(words, place_of(rule, self.release)), None
        if wrapper is None or wrapper not in self.release.registered:
            words = (
                f"a wrapper of the Transformers backend runs {self._name}; which one depends on its config"
            )
            return Status.FALLBACK, steps.say(words, place_of(rule, self.release)), None
        words = f"{wrapper} runs {self._name}"
        return Status.FALLBACK, steps.say(words, self.release.registered[wrapper].place), wrapper

    def _is_there(self, wrapper: str | None) -> bool:
        """Whether a wrapper is registered; of a name alone it is not certain that its config asks for that one."""
        return wrapper is None or wrapper in self.release.registered or not self.checkpoint.given

    # -- the gate

    def _answers(self, facts: TransformersFacts | None) -> dict[str, bool | None]:
        """What the release asks of a class -> the answer; None where it cannot be told."""
        known = {
            "is_backend_compatible": facts.backend_compatible if facts is not None else None,
            "_can_set_attn_implementation": facts.attention_settable if facts is not None else None,
            "_supports_flex_attn": facts.flex_attention if facts is not None else None,
        }
        return {name: known[name] for name in self.release.load.rules["gate"]["any"]}

    def _evidence(self, public: Registration, answers: Mapping[str, bool | None]) -> Place:
        """The line that the answer rests on, or that of the class."""
        facts = public.transformers
        place = facts.backend_place if facts is not None and "is_backend_compatible" in answers else None
        told = place is not None and (answers["is_backend_compatible"] or True not in answers.values())
        return place if told and place is not None else public.place

    def _remote(self, *, first: bool) -> str | None:
        """The key of ``auto_map`` by which the repository's own class is taken.

        Args:
            first: before the class of transformers is looked for, as early releases do.
        """
        rule = self.release.load.rules.get("remote", {})
        if first and not rule.get("first"):
            return None
        keys = [key for key, _ in self.checkpoint.auto_map if key.startswith("AutoModel")]
        return next((key for key in keys if rule.get("any") or key == "AutoModel"), None)

    def _by_remote_code(self, key: str, steps: Steps) -> Step:
        rule = self.release.load.rules["gate"]
        return steps.say(
            f"the repository brings its own class (auto_map.{key}): it needs --trust-remote-code, and vLLM asks that"
            f" class for {' or '.join(rule['any'])}",
            place_of(self.release.load.rules.get("remote"), self.release),
        )

    # -- which wrapper

    def _is_text_only(self) -> bool:
        rule = self.release.load.rules.get("wrapper", {})
        return "built" not in rule and all(condition != "sees" for condition, _ in rule.get("chosen", ()))

    def _wrapper(self) -> str | None:
        """The wrapper, by the rule of the release; None where that cannot be told."""
        rule = self.release.load.rules.get("wrapper", {})
        sees = self._sees()
        for condition, name in rule.get("chosen", ()):
            holds = {"pools": self.resolved_runner == "pooling", "sees": sees, None: True}.get(condition)
            if holds is None:
                return None
            if holds:
                return str(name)
        pieces = rule.get("built")
        if pieces is None:
            return None
        experts = self._experts(pieces["over"]) if "experts" in pieces else False
        if sees is None or experts is None:
            return None
        runner, task = (self.default[1], self.default[2]) if self.default is not None else (None, None)
        end = pieces.get(task, pieces["else"]) if (self.runner or runner) == "pooling" else pieces["else"]
        return "".join(
            [pieces["start"], pieces["sees"] if sees else "", pieces["experts"] if experts else "", end]
        )

    def _model_type(self) -> str | None:
        """The model type of the config, or of the class's own configuration class."""
        facts = self._public.transformers if self._public is not None else None
        return self.checkpoint.model_type or (facts.model_type if facts is not None else None)

    def _class_of(self, model_type: str | None) -> ConfigClass | None:
        """Transformers' configuration class for a model type, where it sets more than the type."""
        library = self.release.transformers
        if library is None or model_type is None:
            return None
        known = library.load.find(MODEL_TYPES, model_type)
        if known is not None:
            return self._class_named(known.value["config"])
        rows = library.load.tables.get(CONFIG_CLASSES, {}).values()
        return next((of_row(row) for row in rows if row.value.get("type") == model_type), None)

    def _class_named(self, name: str | None) -> ConfigClass | None:
        library = self.release.transformers
        row = library.load.find(CONFIG_CLASSES, name) if library is not None else None
        return of_row(row) if row is not None else None

    def _sees(self) -> bool | None:
        """Whether its language model has a config of its own, so that vLLM takes it for multimodal."""
        if self.checkpoint.text_config is not None:
            return True
        model_type = self._model_type()
        declared = self._class_of(model_type)
        if declared is not None and declared.parts:
            return True
        if model_type is not None or self.checkpoint.given:
            return False
        facts = self._public.transformers if self._public is not None else None
        return any(sign in table for table in (facts.auto_mappings if facts else ()) for sign in TAKES_IMAGES)

    def _experts(self, over: int) -> bool | None:
        """Whether its language model has more experts than that; None where only the config would tell."""
        rule = self.release.load.rules.get("experts")
        if rule is None:
            return None
        given = dict(self.checkpoint.text)
        model_type = self._model_type()
        declared = self._class_of(model_type)
        if declared is not None and declared.parts:
            declared = self._language_model(declared, model_type)
            if declared is None and not self.checkpoint.given and "moe" in self._name.lower():
                return None
        for name in rule["names"]:
            value = given.get(name)
            if value is None and declared is not None:
                alias = declared.aliases.get(name, name)
                value = given.get(alias, declared.values.get(alias, declared.values.get(name)))
            if isinstance(value, tuple):
                return True
            if isinstance(value, int):
                return value > over
        return False

    def _language_model(self, whole: ConfigClass, model_type: str | None) -> ConfigClass | None:
        """The class of the language model's own config."""
        given = (
            dict(self.checkpoint.text).get("model_type") if self.checkpoint.text_config is not None else None
        )
        part = next(key for key in TEXT_CONFIGS if key in whole.parts)
        return (
            self._class_of(given if isinstance(given, str) else None)
            or self._class_named(whole.classes.get(part))
            or self._class_of(f"{model_type}_text")
        )
