"""How ONNX Runtime GenAI takes a checkpoint: ``create_model`` of its model builder.

1. AutoConfig of transformers reads the config. Which transformers is up to the user, as the package requires none.
   Since 0.17.0 a class of the builder's own is asked where AutoConfig fails.
2. The first architecture has to be one that the chain of comparisons has. Some branches ask for values of the config.
3. Quantisation: since 0.4.0 ``quant_method`` goes to a loader, which raises for what it does not name. Of some
   architectures the builder takes ``quantization_config`` out of the config before. What a model class does that loads
   its weights itself is not followed.

A GGUF file brings weights alone: config and tokenizer come from the model that is named beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.auto_config import Way, ask_auto_config, auto_config, no_config
from archtrack.core.verdict.gguf import not_followed
from archtrack.core.verdict.keys import first_architecture, look_up
from archtrack.core.verdict.release_facts import QUANTISATION
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .files import BUILDER
from .tables import CHOICES, DROPS, GGUF_CLASSES, OWN_LOADERS

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts

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
        self._plain = dict(checkpoint.plain)
        self._steps = Steps(release.engine, checkpoint.architectures)

    def verdict(self) -> Verdict:
        if self._checkpoint.gguf_architecture is not None:
            return self._of_gguf()
        stopped = self._auto_config()
        name = first_architecture(self._checkpoint, self._release, self._steps)
        if isinstance(name, Verdict):
            return stopped or name
        # Another transformers may open the gate of the config; nothing opens that of the architecture.
        if stopped is not None and name in self._release.registered:
            return replace(stopped, key=name)
        found = look_up(name, self._release, self._steps)
        if isinstance(found, Verdict):
            return found
        return (
            self._values(name)
            or self._quantisation(name)
            or self._steps.verdict(Status.NATIVE, found.step, resolved=name, key=name)
        )

    def _at(self, rule: str) -> Place | None:
        """The place of a rule."""
        found = self._release.load.rules.get(rule)
        if found is None:
            return None
        return Place(file=found.get("file", BUILDER), line=found["line"], release=self._release.load.lines_of)

    def _stop(self, gate: Gate, text: str, place: Place | None, name: str, fix: str | None = None) -> Verdict:
        because = self._steps.say(text, place)
        return self._steps.verdict(Status.UNSUPPORTED, because, gate=gate, key=name, fix=fix)

    def _of_gguf(self) -> Verdict:
        place = self._at("gguf")
        names = sorted(self._release.load.tables.get(GGUF_CLASSES, {}))
        if place is None or not names:
            return not_followed(self._release, self._steps)
        because = self._steps.say(
            "of a GGUF file the builder takes the weights alone: the config is that of the model that is named beside"
            " it (`--model_name`), and its architecture decides",
            place,
        )
        first = self._release.load.tables[GGUF_CLASSES][names[0]].place
        shown = ", ".join(f"`{name}`" for name in names)
        self._steps.say(f"it takes weights from GGUF files for {shown}", first)
        self._steps.say("whether it takes each kind of tensor of the file is not followed")
        return self._steps.verdict(Status.UNKNOWN, because)

    # -- the config ------------------------------------------------------------------------------

    def _auto_config(self) -> Verdict | None:
        """What AutoConfig does with the config; None where it does not stop the checkpoint."""
        library, rule = self._release.transformers, self._release.load.rules.get("config")
        if no_config(self._checkpoint, self._steps):
            return None
        if rule is None:
            self._steps.say("how the builder opens a config could not be read: the gate is not followed")
            return None
        way = None if library is None else auto_config(self._checkpoint, library, self._options).way
        if way is Way.CODE:
            self._steps.say(
                "the repository brings its own configuration class (auto_map.AutoConfig), which"
                f" {_trusted(rule)}",
                self._at("config"),
            )
            return None
        stopped = ask_auto_config(self._checkpoint, library, self._options, self._steps)
        if stopped is None:
            return None
        if rule["rescue"] is not None:
            return self._rescued(rule["rescue"]["architectures"], stopped)
        return replace(stopped, fix=stopped.fix or self._other_transformers())

    def _other_transformers(self) -> str | None:
        model_type = self._checkpoint.model_type
        if model_type is None:
            return None
        return f"a transformers that knows the model type `{model_type}`: the package requires none in particular"

    def _rescued(self, architectures: list[str] | None, stopped: Verdict) -> Verdict | None:
        """What becomes of a config that AutoConfig refuses, where the builder then asks a class of its own."""
        if architectures is None:
            because = self._steps.say(
                "where AutoConfig fails the builder asks a class of its own, which is not followed",
                self._at("config"),
            )
            return self._steps.verdict(Status.UNKNOWN, because)
        if list(self._checkpoint.architectures) == architectures:
            self._steps.say(
                "where AutoConfig fails the builder asks a class of its own, which takes this architecture",
                self._at("config"),
            )
            return None
        return replace(stopped, fix=stopped.fix or self._other_transformers())

    def _values(self, name: str) -> Verdict | None:
        """What the branches of an architecture ask of the config; None where that does not stop the checkpoint."""
        fact = self._release.load.find(CHOICES, name)
        if fact is None or not self._checkpoint.given:
            return None
        for choice in fact.value:
            holds = self._all_hold(choice["tests"])
            if holds is None:
                self._steps.say(
                    f"which branch for `{name}` takes the config hangs on values that it does not say: this is not"
                    " followed",
                    fact.place,
                )
                return None
            if holds and choice["class"] is not None:
                self._steps.say(f"by its values the config is one for {choice['class']}", fact.place)
                return None
            if holds:
                return self._stop(
                    Gate.CONFIG, f"the builder stops for `{name}` with such a config", fact.place, name
                )
        wanted = " or ".join(dict.fromkeys(_shown(each["tests"]) for each in fact.value if each["class"]))
        tests = [test for each in fact.value for test in each["tests"] if test != ["unread"]]
        keys = dict.fromkeys(
            key for _, key, kind, other in tests for key in (key, other if kind == "key" else key)
        )
        given = ", ".join(f"`{key}` is `{self._plain[key]}`" for key in keys if key in self._plain)
        return self._stop(
            Gate.CONFIG, f"the builder takes `{name}` where {wanted}, and {given}", fact.place, name
        )

    def _all_hold(self, tests: list[list[Any]]) -> bool | None:
        """Whether all tests hold; None where that cannot be told."""
        answers = [self._holds(each) for each in tests]
        return False if False in answers else None if None in answers else True

    def _holds(self, test: list[Any]) -> bool | None:
        """Whether a test holds; a key that the config does not have has a value of its class, which is not known."""
        if test == ["unread"]:
            return None
        operator, key, kind, other = test
        if key not in self._plain or (kind == "key" and other not in self._plain):
            return None
        equal = bool(self._plain[key] == (self._plain[other] if kind == "key" else other))
        return equal is (operator == "==")

    # -- quantisation ----------------------------------------------------------------------------

    def _quantisation(self, name: str) -> Verdict | None:
        """What becomes of quantised weights; None where that does not stop the checkpoint."""
        key, method = self._checkpoint.quantized_by, self._checkpoint.quant_method
        drops = self._release.load.find(DROPS, name)
        if drops is not None and self._checkpoint.given:
            if key != "quantization_config" and drops.value["needs"]:
                return self._stop(
                    Gate.CONFIG,
                    f"for `{name}` the builder takes `quantization_config` out of the config, and stops where there is"
                    " none",
                    drops.place,
                    name,
                )
            if key == "quantization_config":
                unless = drops.value["unless"]
                if unless is not None and method not in unless:
                    self._steps.say(
                        f"for `{name}` the builder takes `quantization_config` out of the config: transformers loads"
                        " the weights, which is not followed",
                        drops.place,
                    )
                    return None
        if key is None:
            return None
        return self._quantised(name, key, method)

    def _quantised(self, name: str, key: str, method: str | None) -> Verdict | None:
        rule = self._release.load.rules.get("quantised")
        own = self._release.load.find(OWN_LOADERS, name)
        drops = self._release.load.find(DROPS, name)
        unread = drops is not None and drops.value["unless"] is None
        if rule is None or own is not None or unread or key != "quantization_config":
            self._steps.say(
                f"what becomes of the quantisation in `{key}` is not followed",
                None if own is None else own.place,
            )
            return None
        if method is None:
            return self._stop(
                Gate.QUANTISATION,
                "`quantization_config` names no `quant_method`, which the builder asks for: it stops with a KeyError",
                self._at("quantised"),
                name,
            )
        fact = self._release.load.find(QUANTISATION, method)
        if fact is not None:
            self._steps.say(
                f"weights of quantisation method `{method}` are loaded; whether it takes their bits, for this precision"
                " and execution provider, is not followed",
                fact.place,
            )
            return None
        if not rule["closed"]:
            self._steps.say(
                f"whether weights of quantisation method `{method}` are loaded could not be read",
                self._at("quantised"),
            )
            return None
        return self._stop(
            Gate.QUANTISATION,
            f"{self._release.name} loads no weights of quantisation method `{method}`",
            self._at("quantised"),
            name,
            fix="use the unquantised checkpoint: the builder quantises it itself (`--precision int4`)",
        )


def _trusted(rule: dict[str, Any]) -> str:
    option = rule["asks"]
    if rule["trusts"] is None:
        return "transformers asks the user about, as the builder does not say whether it trusts it"
    if rule["trusts"]:
        return "the builder trusts" + ("" if option is None else f", unless it is told `{option}=false`")
    return "the builder does not run" + (
        "" if option is None else f" unless it is told to: it needs `--extra_options {option}=true`"
    )


def _shown(tests: list[list[Any]]) -> str:
    """Tests in words; one that is not read is left out."""
    texts = []
    for operator, key, kind, other in (each for each in tests if each != ["unread"]):
        value = f"`{other}`" if kind == "key" else str(other)
        texts.append(f"`{key}` {'is' if operator == '==' else 'is not'} {value}")
    return " and ".join(texts)
