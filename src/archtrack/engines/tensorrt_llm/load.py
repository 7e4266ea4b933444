"""How TensorRT-LLM loads a checkpoint with the PyTorch backend, which ``LLM`` takes since 1.0.

1. Config: ``ModelConfig.from_pretrained`` asks AutoConfig. Newer releases first look whether they make the config of a
   model type themselves (``load_pretrained_config``), and may give it another architecture then. Some add model types
   to AutoConfig, which is not followed: one that it does not know may be known all the same.
2. Architecture: ``AutoModelForCausalLM`` looks the first one up. That of a draft of EAGLE 3, which it knows by
   ``draft_vocab_size``, has another name.
3. Quantisation: ``_update_from_hf_quant_config`` goes by ``quantization_config``, and raises for a method that it does
   not name. A ``hf_quant_config.json`` beside the config, as ModelOpt writes it, comes before that. TensorRT-LLM looks
   here first: of a checkpoint that two gates stop, the more telling one is given. It looks into a folder; of a name on
   the Hub no folder is known yet, and then such weights do not fit the classes.

What only the TensorRT backend has is converted first, by a script for each model: that is not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.auto_config import Way, ask_auto_config, auto_config, no_config
from archtrack.core.verdict.gguf import not_followed
from archtrack.core.verdict.keys import first_architecture, look_up
from archtrack.core.verdict.release_facts import MODEL_TYPES, QUANTISATION
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .tables import MODELOPT, PYTORCH, TENSORRT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Step
    from archtrack.model import Registration

__all__ = ["load"]


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        options: how the engine is told to load it; of these ``folder`` counts.
    """
    return _Path(checkpoint, release, options).verdict()


class _Path:
    """One checkpoint on its way."""

    def __init__(self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._options = options
        self._rules = release.load.rules
        self._steps = Steps(release.engine, checkpoint.architectures)

    def verdict(self) -> Verdict:
        if self._checkpoint.gguf_architecture is not None:
            return not_followed(self._release, self._steps)
        known = self._release.registered.get(self._name())
        if known is not None and PYTORCH not in known.groups:
            return self._by_tensorrt()
        own = self._own_config()
        if own is None:
            stopped = self._auto_config(known)
            if stopped is not None:
                return stopped
        first = first_architecture(self._checkpoint, self._release, self._steps)
        if not isinstance(first, Verdict) and self._say_name() is not None:
            return self._unknown()
        found = first if isinstance(first, Verdict) else look_up(self._name(), self._release, self._steps)
        if isinstance(found, Verdict):
            return found if own is None else self._may_be_renamed(own)
        return self._quantisation(found.registration) or self._steps.verdict(
            Status.NATIVE, found.step, resolved=found.key, key=found.key
        )

    def _place(self, rule: Mapping[str, Any]) -> Place:
        return Place(file=rule["file"], line=rule["line"], release=self._release.load.lines_of)

    def _unknown(self) -> Verdict:
        return self._steps.verdict(Status.UNKNOWN, self._steps.steps[-1])

    # -- the architecture ------------------------------------------------------------------------

    def _is_draft(self) -> bool:
        rule = self._rules.get("draft")
        return rule is not None and rule["key"] in self._checkpoint.keys

    def _name(self) -> str:
        """The name that is looked up; empty where the config names no architecture."""
        name = next(iter(self._checkpoint.architectures), "")
        rule = self._rules.get("draft")
        if rule is None or not name:
            return name
        if rule["strip"] and (rule["always"] or self._is_draft()):
            name = name.replace(rule["strip"], "")
        return f"{rule['prefix']}{name}" if self._is_draft() else name

    def _say_name(self) -> Step | None:
        """Say where another name than the config's is looked up; the step where that cannot be told."""
        for rule in self._rules.get("unread", ()):
            if rule["key"] in self._checkpoint.keys:
                return self._steps.say(
                    f"where the config has `{rule['key']}`, another name may be looked up: that is not followed",
                    self._place(rule),
                )
        name = self._name()
        if name != self._checkpoint.architectures[0]:
            rule = self._rules["draft"]
            why = f"the config has `{rule['key']}`, as drafts of EAGLE 3 do: " if self._is_draft() else ""
            self._steps.say(f"{why}`{name}` is looked up", self._place(rule))
        return None

    def _by_tensorrt(self) -> Verdict:
        """What only the TensorRT backend has."""
        self._say_name()
        found = look_up(self._name(), self._release, self._steps)
        if isinstance(found, Verdict):  # never: it was found before
            return found
        rule = self._rules.get("default")
        if rule is not None:
            self._steps.say(
                "`LLM` takes the PyTorch backend, which does not have it: the TensorRT backend has to be asked for",
                self._place(rule),
            )
        if self._checkpoint.given:
            self._steps.say(
                "it is the TensorRT backend that runs it; whether that converts this config and its weights is not"
                " followed"
            )
        return self._steps.verdict(Status.NATIVE, found.step, resolved=found.key, key=found.key)

    # -- the config ------------------------------------------------------------------------------

    def _own_config(self) -> Step | None:
        """The step that says that a release may make the config itself."""
        fact = self._release.load.find(MODEL_TYPES, self._checkpoint.model_type)
        if fact is not None:
            return self._steps.say(
                f"{self._release.name} may make the config of model type `{fact.key}` itself", fact.place
            )
        rule = self._rules.get("config")
        named = next(iter(self._checkpoint.architectures), None)
        if rule is not None and self._checkpoint.given and named in rule["names"]:
            return self._steps.say(
                f"{self._release.name} may make the config of `{named}` itself", self._place(rule)
            )
        return None

    def _may_be_renamed(self, own: Step) -> Verdict:
        step = self._steps.say(
            "a config that it makes itself may have another architecture: that is not followed", own.place
        )
        return self._steps.verdict(Status.UNKNOWN, step)

    def _auto_config(self, known: Registration | None) -> Verdict | None:
        """AutoConfig; None where it lets the checkpoint through, or that is not followed."""
        if no_config(self._checkpoint, self._steps):
            return None
        rule = self._rules.get("config")
        if rule is None:
            self._steps.say(
                "how the config is loaded could not be read: the gate of the config is not followed"
            )
            return None
        # Where nothing says which transformers a release requires, the newest of its day is no good guess.
        library = self._release.transformers if self._rules.get("pinned") else None
        if library is None or self._checkpoint.model_type is None:
            return ask_auto_config(self._checkpoint, library, self._options, self._steps)
        if auto_config(self._checkpoint, library, self._options).way is not Way.NONE:
            return ask_auto_config(self._checkpoint, library, self._options, self._steps)
        step = self._steps.say(
            f"AutoConfig of {library.name} does not know the model type `{self._checkpoint.model_type}`; whether"
            f" {self._release.name} adds it is not followed",
            self._place(rule),
        )
        # What the registry does not have is stopped there.
        return None if known is None else self._steps.verdict(Status.UNKNOWN, step)

    # -- quantisation ----------------------------------------------------------------------------

    def _quantisation(self, registration: Registration) -> Verdict | None:
        """What becomes of quantised weights; None where they do not stop the checkpoint, or that is not followed."""
        key = self._checkpoint.quantized_by
        if key is None or not self._checkpoint.given:
            return None
        rule = self._rules.get("quantisation")
        if rule is None or key != "quantization_config":
            self._steps.say(f"what becomes of the quantisation in `{key}` is not followed")
            return None
        place = self._place(rule)
        written = dict(self._checkpoint.quantization).get("quant_method")
        if (self._checkpoint.quant_method or "").startswith(MODELOPT):
            self._say_modelopt()
            return None
        if written is None and rule["none"]:
            self._steps.say(f"`{key}` names no `quant_method`: it is passed over", place)
            return None
        shown = (
            "a quantisation without `quant_method`" if written is None else f"quantisation method `{written}`"
        )
        taken = self._takes(written)
        if taken is None:
            self._steps.say(f"{shown} is taken under a condition that is not followed", place)
            return None
        if taken:
            return None
        if TENSORRT in registration.groups and "default" not in self._rules:
            self._steps.say(
                f"the PyTorch backend refuses {shown}; what the TensorRT backend does is not followed", place
            )
            return None
        step = self._steps.say(f"the PyTorch backend of {self._release.name} refuses {shown}", place)
        fix = "use the unquantised checkpoint, or one that ModelOpt quantised"
        if TENSORRT in registration.groups:
            fix += "; whether the TensorRT backend converts this one is not followed"
        return self._steps.verdict(
            Status.UNSUPPORTED, step, gate=Gate.QUANTISATION, key=registration.name, fix=fix
        )

    def _say_modelopt(self) -> None:
        fact = self._release.load.find(QUANTISATION, MODELOPT)
        if fact is not None:
            self._steps.say("what ModelOpt quantised is taken", fact.place)
        else:
            self._steps.say(
                "what ModelOpt quantised is taken by a `hf_quant_config.json` beside the config: whether there is one"
                " is not followed"
            )

    def _takes(self, method: object) -> bool | None:
        """Whether a method is taken; None where that cannot be told."""
        fact = self._release.load.find(QUANTISATION, method if isinstance(method, str) else None)
        if fact is None:
            return False
        given = dict(self._checkpoint.quantization)
        for needs in fact.value:
            if needs is not None and all(_has_value(given.get(key)) for key in needs):
                self._steps.say(f"quantisation method `{fact.key}` is taken", fact.place)
                return True
        return None if None in fact.value else False


def _has_value(value: object) -> bool:
    """Whether a value counts as one; of a list or an object its length is given."""
    return value != (0,) and bool(value)
