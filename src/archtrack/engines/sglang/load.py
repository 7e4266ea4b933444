"""The load path of SGLang: the gates through which a release takes a checkpoint.

First ``get_config`` (``utils/hf_transformers/config.py``) reads the config, mostly by transformers' ``AutoConfig``,
which knows classes by model type; of a GGUF file transformers or a builder of SGLang's own makes one. Then come the
gates of ``core.verdict.decision``: architecture, import and backend. A
model that runs needs a processor if the engine lists it as multimodal, and a method that the release takes if it is
quantised.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from archtrack.core.verdict.aliases import aliases
from archtrack.core.verdict.auto_config import TABLES, Way, auto_config
from archtrack.core.verdict.config_classes import ConfigClasses
from archtrack.core.verdict.context import Context
from archtrack.core.verdict.decision import decide
from archtrack.core.verdict.gguf import RULE, as_causal, gguf_config, not_followed, only_model, reads_none
from archtrack.core.verdict.release_facts import (
    CONFIG_CLASSES,
    GGUF_ARCHITECTURES,
    MODEL_TYPES,
    PROCESSOR_NAMES,
    PROCESSORS,
    QUANTISATION,
)
from archtrack.core.verdict.substitutions import Substitutions, marlin_of
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .rules_json import rules_from_json
from .tables import CONFIG, MULTIMODAL, POOLED, PROCESSOR_CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archtrack.core.verdict.aliases import Alias
    from archtrack.core.verdict.auto_config import Reply
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import Fact, LoadFacts, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Step
    from archtrack.model import Registration

__all__ = ["aliases_of", "context_of", "load"]

_RUNS = frozenset({Status.NATIVE, Status.FALLBACK})
_LOOKS_AT = ("quantization_config", "compression_config")
"""Where ``_parse_quant_hf_config`` looks for a quantisation, in all releases that have it."""


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        options: how SGLang is told to load it; of these ``draft``, ``pooled`` and ``folder`` count.
    """
    steps = Steps(release.engine, checkpoint.architectures)
    made = _of_gguf(checkpoint, release, steps)
    if isinstance(made, Verdict):
        return made
    own = made.gguf_architecture is not None and bool(made.architectures)
    context = context_of(release, made)
    gate = _ConfigGate(made, release, options, context, steps)
    because = None if own else gate.stops()
    if because is not None:
        return steps.verdict(
            Status.UNSUPPORTED,
            because,
            gate=Gate.CONFIG,
            fix=gate.fix(),
            key=next(iter(made.architectures), None),
        )
    made = made if own else _as_causal(made, release, steps)
    if isinstance(made, Verdict):
        return made
    return _with_config(made, release, options, context, steps)


def _with_config(
    checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions, context: Context, steps: Steps
) -> Verdict:
    """The gates behind that of the config."""
    verdict = decide(checkpoint, context, draft=options.draft, pooled=options.pooled, steps=steps)
    if verdict.status in _RUNS:
        stopped = Gate.PROCESSOR
        because = _processor(checkpoint, release, options, context, steps, verdict)
        if because is None:
            stopped = Gate.QUANTISATION
            because = _quantisation(checkpoint, release, steps)
        if because is not None:
            verdict = replace(
                verdict, status=Status.UNSUPPORTED, resolved=None, because=because, gate=stopped, fix=None
            )
    return replace(verdict, steps=tuple(steps.steps))


def _of_gguf(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Checkpoint | Verdict:
    """Of a GGUF file the checkpoint with a model type, and an architecture where SGLang itself makes the config."""
    name, rule = checkpoint.gguf_architecture, release.load.rules.get(RULE)
    if name is None:
        return checkpoint
    if rule is None:
        return reads_none(release, steps)
    place = Place(file=rule["file"], line=rule["line"], release=release.load.lines_of)
    if rule["sidecar"]:
        steps.say(
            "a config.json beside the file would count before it; here only the file is looked at", place
        )
    own = release.load.find(GGUF_ARCHITECTURES, name)
    if own is None:
        steps.say(f"{release.name} hands a GGUF file to transformers", place)
        # A class that transformers names is put aside: SGLang looks one up by the model type.
        found = gguf_config(checkpoint, release.transformers, steps)
        return found if isinstance(found, Verdict) else replace(found, architectures=())
    if own.value["type"] is None or own.value["class"] is None:
        steps.say(f"{release.name} itself makes a config of the GGUF architecture `{name}`", own.place)
        return not_followed(release, steps)
    steps.say(f"{release.name} itself makes a config of the GGUF architecture `{name}`", own.place)
    made = only_model(checkpoint, steps)
    if isinstance(made, Verdict):
        return made
    return _quantised(replace(made, model_type=own.value["type"], architectures=(own.value["class"],)))


def _as_causal(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Checkpoint | Verdict:
    """The checkpoint of a GGUF file with the architecture that SGLang takes it for; any other one as it is."""
    if checkpoint.gguf_architecture is None:
        return checkpoint
    rule = release.load.rules[RULE]
    place = Place(file=rule["file"], line=rule["causal"]["line"], release=release.load.lines_of)
    found = as_causal(checkpoint, release.transformers, steps, place)
    return found if isinstance(found, Verdict) else _quantised(found)


def _quantised(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint of a GGUF file with the quantisation method that ``ServerArgs`` gives it."""
    return replace(checkpoint, quantized_by="quantization_config", quant_method="gguf")


def aliases_of(natives: Mapping[str, Registration], facts: LoadFacts) -> tuple[Alias, ...]:
    """The architectures that a release runs as others, as far as the name tells, sorted by name."""
    return tuple(aliases(natives, rules_from_json(facts.rules, facts.lines_of)))


def context_of(release: ReleaseFacts, checkpoint: Checkpoint | None = None) -> Context:
    """What the decision is made from.

    Args:
        release: what is known of the release.
        checkpoint: the one that it is about: what transformers has for its model type comes along.
    """
    hf = release.transformers
    tables = release.load.tables
    rules = replace(
        rules_from_json(release.load.rules, release.load.lines_of),
        pooled=frozenset(tables.get(POOLED, ())),
        multimodal=frozenset(tables.get(MULTIMODAL, ())),
    )
    found = (
        hf.load.find(MODEL_TYPES, checkpoint.model_type)
        if hf is not None and checkpoint is not None
        else None
    )
    named = next(iter(_classes(found).items()), None)
    if found is not None and named is not None:
        rules = replace(rules, types={found.key: (named[1], TABLES[named[0]], found.place)})
    return Context(
        engine=release.engine,
        version=release.version,
        library="" if hf is None else hf.name,
        natives=release.registered,
        public={} if hf is None else hf.registered,
        broken=release.broken,
        rules=rules,
        configs=_configs(hf),
    )


def _classes(fact: Fact | None) -> dict[str, str]:
    """The classes that transformers has for a model type: table -> class, generating ones first."""
    value = fact.value if fact is not None else None
    found = value.get("classes", {}) if isinstance(value, dict) else {}
    return {table: found[table] for table in TABLES if table in found}


def _configs(release: ReleaseFacts | None) -> Callable[[], ConfigClasses] | None:
    """Gives transformers' configuration classes, read once; None where they are not known."""
    table = release.load.tables.get(CONFIG_CLASSES) if release is not None else None
    return None if table is None else lambda: _classes_of(table)


_Table: TypeAlias = "Mapping[str, Fact]"
_READ: list[tuple[_Table, ConfigClasses]] = []
"""The last tables that were read: one release answers for thousands of architectures."""
_KEPT = 4


def _classes_of(table: _Table) -> ConfigClasses:
    found = next((classes for known, classes in _READ if known is table), None)
    if found is None:
        found = ConfigClasses.of_table(table)
        _READ[:] = [*_READ, (table, found)][-_KEPT:]
    return found


class _ConfigGate:
    """Whether ``get_config`` reads the config."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        release: ReleaseFacts,
        options: LoadOptions,
        context: Context,
        steps: Steps,
    ) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._hf = release.transformers
        self._options = options
        self._context = context
        self._steps = steps
        self._ways: Mapping[str, Any] = release.load.rules.get(CONFIG, {})

    # -- the ways that lead through ------------------------------------------------------------------

    def stops(self) -> Step | None:
        """The step that says why it does not; None where it does, or where that cannot be told."""
        config = self._checkpoint
        if not config.given and config.model_type is None:
            return None  # a name has no config
        if self._told_otherwise():
            return None
        own = self._release.load.tables.get(MODEL_TYPES)
        reply = auto_config(config, self._hf, self._options, own)
        if (
            self._knows(reply)
            or self._brings_code(reply)
            or self._cannot_tell(reply)
            or self._by_folder(reply)
        ):
            return None
        return self._stop()

    def _told_otherwise(self) -> bool:
        """Whether the config is known by something else than its model type."""
        config = self._checkpoint
        folder = (self._options.folder or "").lower()
        for way in self._ways.get("named", ()):
            if folder and all(part in folder for part in way["parts"]):
                self._steps.say(
                    "in a folder of this name the engine reads Mistral's `params.json`, not this config: whether it can"
                    " was not looked at",
                    self._place(way),
                )
                return True
        for way in self._ways.get("taken", ()):
            name = next((name for name in config.architectures if name in way["of"]), None)
            if name is not None:
                self._steps.say(
                    f"a config of {name} is read as one of model type `{way['type']}`, whatever type it has",
                    self._place(way),
                )
                return True
        return any(
            rule.keys and set(rule.keys) <= set(config.keys)
            for rule in self._context.rules.rewrites
            if not config.model_type and not config.architectures
        )

    def _knows(self, reply: Reply) -> bool:
        """Whether the release or transformers has a class for the model type."""
        model_type = self._checkpoint.model_type
        retried = next((way for way in self._ways.get("retried", ()) if way["type"] == model_type), None)
        if reply.way is Way.TYPE and reply.fact is not None:
            fact = reply.fact
            owner = f"{self._release.name} itself" if reply.added else self._context.library
            conditional = reply.added and isinstance(fact.value, dict) and fact.value.get("conditional")
            when = ", if what that needs can be imported" if conditional else ""
            self._steps.say(
                f"{owner} has a configuration class for model type `{model_type}`{when}",
                fact.place,
                None if reply.added else "transformers",
            )
            return True
        if retried is not None:
            self._steps.say(
                f"the engine reads a config of model type `{model_type}` itself, after AutoConfig has failed",
                self._place(retried),
            )
        return retried is not None

    def _brings_code(self, reply: Reply) -> bool:
        """Whether the repository has a class for its config."""
        if reply.way is not Way.CODE:
            return False
        reference = dict(self._checkpoint.auto_map)["AutoConfig"]
        what = f"model type `{self._checkpoint.model_type}`" if self._checkpoint.model_type else "its config"
        self._steps.say(
            f"for {what} the config's auto_map brings {reference}: its code is run with --trust-remote-code, and"
            " without it the engine stops"
        )
        return True

    def _cannot_tell(self, reply: Reply) -> bool:
        """Whether too little is known to say no."""
        model_type = self._checkpoint.model_type
        what = f"model type `{model_type}`" if model_type else "a config without model type"
        if reply.way is Way.UNKNOWN_RELEASE:
            text = (
                f"which transformers it runs with is not known: whether that takes {what} was not looked at"
            )
        elif reply.way is Way.UNKNOWN_TYPES:
            text = f"the model types of {self._context.library} are not known"
            text += f": whether it takes {what} was not looked at"
        elif CONFIG not in self._release.load.rules:
            text = f"which model types {self._release.name} itself registers is not known"
            text += f": whether it takes {what} was not looked at"
        elif unread := next(
            (name for name in self._ways.get("unread", ()) if _is_for(name, model_type)), None
        ):
            text = f"{self._release.name} registers {unread}, which may be for {what}"
        else:
            return False
        self._steps.say(text)
        return True

    def _by_folder(self, reply: Reply) -> bool:
        """Whether transformers takes the type out of the folder's name, or may do so."""
        if reply.way is Way.UNKNOWN_FOLDER:
            self._steps.say(
                f"the config has no `model_type`: {self._context.library} looks for one in the folder's name, which is"
                " not known"
            )
        elif reply.way is Way.FOLDER and reply.fact is not None:
            self._steps.say(
                f"the config has no `model_type`: {self._context.library} takes `{reply.fact.key}` out of the folder's"
                " name",
                reply.fact.place,
                None if reply.added else "transformers",
            )
        else:
            return False
        return True

    # -- where none does -----------------------------------------------------------------------------

    def _stop(self) -> Step:
        model_type, library = self._checkpoint.model_type, self._context.library
        if model_type is None:
            return self._steps.say(
                f"the config has no `model_type`, by which {library} chooses its class: AutoConfig stops with"
                " `Unrecognized model`"
            )
        because = self._steps.say(
            f"{library} has no configuration class for model type `{model_type}`, and {self._release.name} registers"
            " none: AutoConfig stops with an error"
        )
        if not self._checkpoint.given:
            self._steps.say(
                "a checkpoint that brings its own code (`auto_map.AutoConfig`) may still be run with it"
            )
        return because

    def fix(self) -> str | None:
        """The model type with which the config would be read, and run; None where no fact names one."""
        given = self._checkpoint.model_type
        for model_type in dict.fromkeys(self._other_types()):
            if model_type == given or not self._is_known(model_type):
                continue
            other = replace(self._checkpoint, model_type=model_type)
            verdict = decide(other, self._context, draft=self._options.draft, pooled=self._options.pooled)
            if verdict.status in _RUNS:
                return f"model_type `{model_type}`" + (
                    f" instead of `{given}`" if given else " in the config"
                )
        return None

    def _other_types(self) -> Iterator[str]:
        """The model types of configs with the first architecture, by transformers, by the engine, by its module."""
        name = next(iter(self._checkpoint.architectures), None)
        if name is None or self._hf is None:
            return
        public = self._hf.registered.get(name)
        if public is not None and public.transformers is not None and public.transformers.model_type:
            yield public.transformers.model_type
        for rule in self._context.rules.rewrites:
            if name in rule.replaced and rule.model_type:
                yield rule.model_type
        types = self._hf.load.tables.get(MODEL_TYPES, {})
        yield from (key for key, fact in types.items() if name in _classes(fact).values())
        given, native = self._checkpoint.model_type or "", self._release.registered.get(name)
        if native is None:
            return
        # `llava_mistral` begins with `llava`, and the module that registers the architecture has that type's class.
        for key in sorted(types, key=len, reverse=True):
            if given.startswith((f"{key}_", f"{key}-")):
                others = (self._release.registered.get(each) for each in _classes(types[key]).values())
                if any(each is not None and each.place.file == native.place.file for each in others):
                    yield key

    def _is_known(self, model_type: str) -> bool:
        facts = (self._release, self._hf)
        return any(each is not None and each.load.find(MODEL_TYPES, model_type) is not None for each in facts)

    def _place(self, way: Mapping[str, Any]) -> Place:
        return Place(file=way["file"], line=way["line"], release=self._release.load.lines_of)


def _is_for(class_name: str, model_type: str | None) -> bool:
    """Whether a class may be for a model type: ``ChatGLMConfig`` for ``chatglm``; any other name for any."""
    if not class_name.endswith("Config"):
        return True
    own = "".join(filter(str.isalnum, model_type or "")).lower()
    return own != "" and class_name.removesuffix("Config").lower() == own


def _processor(
    checkpoint: Checkpoint,
    release: ReleaseFacts,
    options: LoadOptions,
    context: Context,
    steps: Steps,
    verdict: Verdict,
) -> Step | None:
    """The step that stops a multimodal model without a processor; a draft, or a wrapper of the backend needs none."""
    table = release.load.tables.get(PROCESSORS)
    if table is None or verdict.status is not Status.NATIVE or options.draft:
        return None
    substitutions = Substitutions(checkpoint, context, lambda _text, _place: None)
    substitutions.on_load()
    names = substitutions.names
    if context.rules.multimodal.isdisjoint(names) or any(name.startswith("Transformers") for name in names):
        return None
    found = next((table[name] for name in names if name in table), None)
    if found is not None:
        steps.say(f"{found.key} has a processor for what is not text", found.place)
        return _tower(checkpoint, release, steps, found)
    return steps.say(
        f"{release.name} lists {names[0]} as multimodal and has no processor for it: the engine stops with an error"
    )


def _tower(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps, processor: Fact) -> Step | None:
    """The step that stops a model whose processor goes by the vision tower and has none for that."""
    if processor.value is None:
        return None
    tower, hf = checkpoint.vision_type, release.transformers
    place = replace(processor.place, line=processor.value["line"])
    if tower is None:
        steps.say(
            "that goes by the model type of `vision_config`, which is not known here: not followed", place
        )
        return None
    if tower in processor.value["towers"]:
        steps.say(f"it takes a vision tower of model type `{tower}`", place)
        return None
    if hf is None or PROCESSOR_NAMES not in hf.load.tables:
        steps.say(f"whether it takes a vision tower of model type `{tower}` is not followed", place)
        return None
    named = hf.load.find(PROCESSOR_NAMES, tower)
    own = None if named is None else release.load.find(PROCESSOR_CLASSES, named.value)
    if own is not None:
        steps.say(f"it takes a vision tower of model type `{tower}`, by {own.key}", own.place)
        return None
    has = "no processor" if named is None else f"{named.value}, of which the engine has no own"
    words = f"it takes no vision tower of model type `{tower}`: {hf.name} has {has} for it"
    return steps.say(f"{words}; the engine stops with an error", place)


def _quantisation(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Step | None:
    """The step that stops a quantisation that the release does not take."""
    key, table = checkpoint.quantized_by, release.load.tables.get(QUANTISATION)
    if key is None or table is None:
        return None
    if key not in _LOOKS_AT:
        steps.say(
            f"{release.name} does not look at `{key}`: it takes the weights for plain ones; whether they load as such"
            " is not followed"
        )
        return None
    method = checkpoint.quant_method
    if method is None:
        return _without_method(checkpoint, release, steps)
    found = table.get(method) or table.get(method.replace("_", "-"))
    if found is None:
        return steps.say(f"{release.name} does not take the quantisation method `{method}`")
    value = found.value if isinstance(found.value, dict) else {}
    needs, condition = value.get("needs"), value.get("if")
    more = f", where {needs} is installed" if needs else ""
    more += f", if {condition}" if condition else ""
    steps.say(f"{release.name} takes the quantisation method `{method}`{more}", found.place)
    other = table.get(f"{method}_marlin")
    if condition and "is_cuda" not in condition and other is not None:
        _on_cuda(checkpoint, other, steps)
    return None


def _without_method(checkpoint: Checkpoint, release: ReleaseFacts, steps: Steps) -> Step | None:
    """The step that stops a quantisation that names no method, which is looked up as any other name is."""
    key = checkpoint.quantized_by
    if checkpoint.names_a_format:
        steps.say(
            f"`{key}` names no `quant_method`; a method may take it by its format, which is not followed"
        )
        return None
    because = steps.say(
        f"`{key}` names no `quant_method`: {release.name} stops with `Unknown quantization method`"
    )
    given = dict(checkpoint.quantization)
    mlx = release.load.find(QUANTISATION, f"mlx_q{given.get('bits')}")
    if mlx is not None and isinstance(given.get("group_size"), int):
        steps.say(f"on Apple silicon it takes such weights as `{mlx.key}`", mlx.place)
    return because


def _on_cuda(checkpoint: Checkpoint, marlin: Fact, steps: Steps) -> None:
    """Say what becomes on CUDA of a method that is not there, but for the weights that Marlin's kernels take."""
    method = checkpoint.quant_method
    if marlin_of(checkpoint) == marlin.key:
        steps.say(
            f"on CUDA it runs these weights as `{marlin.key}`, where the GPU has its kernels", marlin.place
        )
        return
    steps.say(
        f"on CUDA it runs `{method}` as `{marlin.key}` only, which does not take these weights (bits, group size,"
        " symmetry or format): there it stops with `Unknown quantization method`",
        marlin.place,
    )
