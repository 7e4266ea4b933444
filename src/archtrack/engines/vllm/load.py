"""What a release of vLLM does with a checkpoint: the config, the architecture or a wrapper, the quantisation method.

Everything is decided by what ``load_facts`` read from that release. The order is vLLM's own: the config is loaded
(``get_config``), then the class is looked for (``_ModelRegistry.inspect_model_cls``), then the quantisation method is
checked. Of a GGUF file transformers makes a config first. What a platform allows, and what vLLM asks of a class that it
has found, is not followed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_version
from archtrack.core.verdict.auto_config import ask_auto_config, no_config
from archtrack.core.verdict.gguf import as_causal, gguf_config, reads_none
from archtrack.core.verdict.release_facts import MODEL_TYPES, QUANTISATION
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Status

from .backend import Backend, place_of
from .files import PLUGIN, PLUGIN_SINCE
from .tables import OUT_OF_TREE, PREVIOUSLY

if TYPE_CHECKING:
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Step

__all__ = ["load"]


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
    """Take a checkpoint through the gates of a release."""
    steps = Steps("vllm", checkpoint.architectures)
    of_file = checkpoint.gguf_architecture is not None
    made = _of_gguf(checkpoint, release, steps) if of_file else _typed(checkpoint, release, steps)
    if isinstance(made, Verdict):
        return made
    stopped = _config_gate(made, release, options, steps)
    if stopped is not None:
        return stopped
    made = _as_causal(made, release, steps) if of_file else made
    if isinstance(made, Verdict):
        return made
    checkpoint = made
    found = _Architecture(_named(checkpoint, release, steps), release, options, steps).found()
    stopped = None if found.gate is not None else _quantisation_gate(checkpoint, release, steps)
    if stopped is not None:
        return stopped
    return steps.verdict(
        found.status, found.because, gate=found.gate, resolved=found.resolved, fix=found.fix, key=found.key
    )


# -- the config ------------------------------------------------------------------------------------------


def _typed(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Checkpoint:
    """The checkpoint with the model type that vLLM takes it to have, where it names none."""
    if checkpoint.model_type is not None or not checkpoint.given:
        return checkpoint
    rules = release.load.rules
    model_type = None
    rule = rules.get("speculators")
    if rule is not None and "speculators_config" in checkpoint.keys:
        model_type = "speculators"
    elif (rule := rules.get("types_of")) is not None:
        model_type = next((rule["types"].get(name) for name in checkpoint.architectures[:1]), None)
    if model_type is None:
        return checkpoint
    steps.say(
        f"the config names no model type; {release.name} takes it to be `{model_type}`",
        place_of(rule, release),
    )
    return replace(checkpoint, model_type=model_type)


def _config_gate(
    checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions, steps: Steps
) -> Verdict | None:
    """VLLM's own table of configuration classes, then AutoConfig; the verdict where neither knows the config."""
    if no_config(checkpoint, steps):
        return None
    own = release.load.find(MODEL_TYPES, checkpoint.model_type)
    first = release.load.rules.get("own_config", {}).get("first", False)
    if own is not None and first:
        steps.say(
            f"{release.name} has a configuration class of its own for the model type `{own.key}`"
            f" ({own.value['config']})",
            own.place,
        )
        return None
    stopped = ask_auto_config(checkpoint, release.transformers, options, steps)
    if stopped is None and own is not None:
        steps.say(f"{release.name} then puts its own {own.value['config']} in its place", own.place)
    return stopped


def _named(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Checkpoint:
    """The checkpoint with the architecture that vLLM takes it to have, where it names none."""
    rule = release.load.rules.get("unnamed")
    library = release.transformers
    if checkpoint.architectures or rule is None or library is None:
        return checkpoint
    fact = library.load.find(MODEL_TYPES, checkpoint.model_type)
    name = fact.value.get("classes", {}).get("MODEL") if fact is not None else None
    if name is None:
        return checkpoint
    steps.say(
        f"the config names no architecture; by its model type it is taken for {name}", place_of(rule, release)
    )
    return replace(checkpoint, architectures=(name,))


def _of_gguf(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Checkpoint | Verdict:
    """The checkpoint with the model type that transformers gives a GGUF file."""
    rule = release.load.rules.get("gguf")
    if rule is None:
        return reads_none(release, steps, plugin=PLUGIN if _is_moved(release) else None)
    steps.say(f"{release.name} hands a GGUF file to transformers", place_of(rule, release))
    return gguf_config(checkpoint, release.transformers, steps)


def _is_moved(release: ReleaseFacts) -> bool:
    """Whether the release came after the last one that reads GGUF files itself."""
    try:
        return release.version is not None and parse_version(release.version) >= parse_version(PLUGIN_SINCE)
    except ValueError:  # a source says what it likes
        return False


def _as_causal(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Checkpoint | Verdict:
    """The same with the architecture that vLLM takes it for; its weights are of the quantisation method `gguf`."""
    rule = release.load.rules["gguf"]
    place = place_of({**rule["causal"], "path": rule["path"]}, release)
    found = as_causal(checkpoint, release.transformers, steps, place)
    if isinstance(found, Verdict):
        return found
    return replace(found, quantized_by="quantization_config", quant_method="gguf")


# -- the architecture ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the gate of the architecture comes to."""

    status: Status
    because: Step
    gate: Gate | None = None
    resolved: str | None = None
    key: str | None = None
    fix: str | None = None


class _Architecture:
    """The way from the architectures of a config to a class."""

    def __init__(
        self, checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions, steps: Steps
    ) -> None:
        self._names = checkpoint.architectures
        self._release = release
        self._steps = steps
        self._rules = release.load.rules
        self._rows: list[tuple[str, str, str]] = [
            (ending, runner, convert)
            for ending, runner, convert in self._rules.get("suffixes", {}).get("rows", [])
        ]
        self._runner, self._convert = self._told(options)
        pooled = self._default(self._names[0]) if self._names else None
        self._backend = Backend(
            checkpoint=checkpoint,
            release=release,
            runner=options.runner if options.runner != "auto" else ("pooling" if options.pooled else None),
            resolved_runner=self._runner,
            default=pooled,
        )

    def found(self) -> _Found:
        """The answer."""
        if not self._names:
            because = self._steps.say("the config names no architecture")
            return _Found(status=Status.UNSUPPORTED, because=because, gate=Gate.ARCHITECTURE)
        registered = [name for name in self._names if name in self._release.registered]
        if not self._rows:
            return self._before_endings(registered)
        transformers_first = not registered and self._convert == "none"
        if transformers_first and self._backend.passes():
            return self._run_by_backend()
        for name in self._names:
            base = self._base(name)
            if base is not None:
                return self._native(name, base)
        return self._run_by_backend()

    def _before_endings(self, registered: list[str]) -> _Found:
        """As releases decide that know no endings of names, or only one."""
        if registered:
            return self._native(registered[0], registered[0])
        rule = self._rules.get("replaces", {"from": "", "to": ""})
        for name in self._names if rule["from"] else ():
            base = name.replace(rule["from"], rule["to"])
            if name.endswith(rule["from"]) and base in self._release.registered:
                return self._native(name, base)
        return self._run_by_backend()

    # -- what the engine is told, and what it makes of it

    def _told(self, options: LoadOptions) -> tuple[str, str]:
        """The runner and the conversion, as ``_get_runner_type`` and ``_get_convert_type`` of the release give them."""
        convert = options.convert
        by_convert = self._rules.get("runner", {}).get("by_convert", False)
        if options.runner != "auto":
            runner = options.runner
        elif options.draft:
            runner = "draft"
        elif options.pooled or (by_convert and convert not in {"auto", "none"}):
            runner = "pooling"
        else:
            defaults = (self._default(name) for name in self._names if name not in self._release.registered)
            runner = next((found[1] for found in defaults if found is not None), "generate")
        if convert != "auto":
            return runner, convert
        for name in self._names:
            match = self._default(name, runner=runner)
            if match is not None:
                return runner, match[2]
        return runner, "embed" if runner == "pooling" else "none"

    def _default(
        self, name: str, runner: str | None = None, convert: str | None = None
    ) -> tuple[str, str, str] | None:
        """The first row whose ending the name has, with that runner and conversion where they are given."""
        return next(
            (
                row
                for row in self._rows
                if name.endswith(row[0]) and runner in (None, row[1]) and convert in (None, row[2])
            ),
            None,
        )

    def _base(self, name: str) -> str | None:
        """What the registry is asked for in the place of an architecture (``_normalize_arch``), if it has it."""
        if name in self._release.registered:
            return name
        match = self._default(name, runner=self._runner, convert=self._convert)
        if match is None or "normalise" not in self._rules:
            return None
        others = (name.replace(match[0], row[0]) for row in self._rows)
        return next((other for other in others if other in self._release.registered), None)

    # -- how it ends

    def _native(self, name: str, base: str) -> _Found:
        registration = self._release.registered[base]
        if name == base:
            because = self._steps.say(f"{self._release.name} registers {name}", registration.place)
        else:
            rule = self._rules.get("normalise") or self._rules.get("replaces")
            self._steps.say(
                f"{self._release.name} does not register {name}; it looks for it under other endings",
                place_of(rule, self._release),
            )
            because = self._steps.say(
                f"it registers {base}, and converts that class for {name}", registration.place
            )
        return _Found(status=Status.NATIVE, because=because, resolved=base, key=base)

    def _run_by_backend(self) -> _Found:
        """What the Transformers backend does with it."""
        steps, name = self._steps, self._names[0]
        steps.say(f"{self._release.name} does not register {name}")
        if self._release.unresolved:
            steps.say(
                f"{self._release.unresolved} places of its registry cannot be read: it may register {name} there"
            )
        status, because, resolved = self._backend.decide(steps)
        if status in {Status.FALLBACK, Status.REMOTE_CODE, Status.UNKNOWN}:
            return _Found(status=status, because=because, resolved=resolved, key=resolved or name)
        gate = Gate.BACKEND if status is Status.REFUSED else Gate.ARCHITECTURE
        return _Found(status=status, because=because, gate=gate, key=name, fix=self._of_the_past())

    def _of_the_past(self) -> str | None:
        """Say what the release says of an architecture that it no longer has; what would bring it back."""
        for name in self._names:
            previous = self._release.load.find(PREVIOUSLY, name)
            if previous is not None:
                words = f"{self._release.name} says that {name} was supported until {previous.value}"
                self._steps.say(words, previous.place)
                return None
            plugin = self._release.load.find(OUT_OF_TREE, name)
            if plugin is not None:
                words = f"{self._release.name} says that a plugin has {name}: {plugin.value}"
                self._steps.say(words, plugin.place)
                return f"install the plugin {plugin.value}"
        return None


# -- quantisation ----------------------------------------------------------------------------------------


def _quantisation_gate(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Verdict | None:
    """Whether the release has the quantisation method; the verdict where it does not."""
    if checkpoint.quantized_by is None or not _looks_at(checkpoint.quantized_by, release, steps):
        return None
    method = checkpoint.quant_method
    if method is None:
        return _without_method(checkpoint, release, steps)
    rule = release.load.rules.get("renames")
    if rule is not None:
        method = method.replace(rule["from"], rule["to"])
    if QUANTISATION not in release.load.tables:
        steps.say(f"it is not known which quantisation methods {release.name} has: the gate is not followed")
        return None
    fact = release.load.find(QUANTISATION, method)
    if fact is None:
        because = steps.say(f"{release.name} has no quantisation method `{method}`")
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.QUANTISATION)
    kind = fact.value or {}
    if kind.get("deprecated"):
        because = steps.say(f"{release.name} is about to drop the quantisation method `{method}`", fact.place)
        return steps.verdict(
            Status.UNSUPPORTED,
            because,
            gate=Gate.QUANTISATION,
            fix="start it with --allow-deprecated-quantization",
        )
    if kind.get("override"):
        words = f"`{method}` is no quantisation method of {release.name}, but one of them may take it"
        steps.say(words, fact.place)
        return None
    steps.say(f"{release.name} has the quantisation method `{method}`", fact.place)
    return None


def _looks_at(key: str, release: ReleaseFacts, steps: Steps) -> bool:
    """Whether the release looks for a quantisation where the checkpoint has one."""
    rule = release.load.rules.get("quantised_by")
    if rule is None and key == "quantization_config":
        return True
    if rule is None:
        steps.say(f"whether {release.name} looks at `{key}` is not known: the gate is not followed")
        return False
    if key in rule["keys"]:
        return True
    steps.say(
        f"{release.name} does not look at `{key}`: it takes the weights for plain ones; whether they load as such is"
        " not followed",
        place_of(rule, release),
    )
    return False


def _without_method(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Verdict | None:
    """What becomes of a quantisation that names no method: it stops the engine, or counts as none."""
    key, rule = checkpoint.quantized_by, release.load.rules.get("nameless")
    if rule is None:
        steps.say(f"what {release.name} does with a `{key}` without `quant_method` is not known")
        return None
    if checkpoint.names_a_format:
        steps.say(
            f"`{key}` names no `quant_method`; a method may take it by its format, which is not followed"
        )
        return None
    if not rule["taken"]:
        because = steps.say(
            f"`{key}` names no `quant_method`: {release.name} stops with `Unknown quantization method`",
            place_of(rule, release),
        )
        return steps.verdict(Status.UNSUPPORTED, because, gate=Gate.QUANTISATION)
    steps.say(
        f"`{key}` names no `quant_method`: {release.name} takes the weights for plain ones; whether they load as such"
        " is not followed",
        place_of(rule, release),
    )
    return None
