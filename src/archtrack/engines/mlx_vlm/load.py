"""How MLX-VLM loads a checkpoint: ``load_model`` and ``get_model_and_args`` of ``mlx_vlm/utils.py``.

1. ``model_file`` of the config, since 0.6.16: the repository's own code takes the place of a module of MLX-VLM.
2. The config's ``model_type``, in small letters since 0.3.5; since 0.6.0 ``speculators_model_type`` stands in for it.
   ``MODEL_REMAPPING`` may name another module. Some architectures give it another type, and so does ``dflash_config``.
3. A module of that type. A package without ``Model`` is for another program (one that makes images, say): what that
   takes is not known. From 0.6.0 to 0.6.13 MLX-LM is asked for what has none and is text only; that is not read.
4. What ``load_model`` takes from each module: 0.2.0 wants an ``AudioModel`` of all of them.
5. Quantisation: ``quantization``, which MLX-VLM writes itself, is always taken. Since 0.6.1 some weights of other tools
   are turned into MLX's own. Whatever is left fails when the weights are loaded, which is strict, unless the module
   itself turns such weights into others. Where ``load_model`` sets the parameters of a method and nothing is seen to
   turn its weights, the answer is not known.

A bare architecture has no type. That of its own configuration class in transformers stands in for it, else one that
MLX-VLM gives the architecture itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.gguf import needs_config, not_followed
from archtrack.core.verdict.keys import look_up, own_model_type, without_type
from archtrack.core.verdict.release_facts import QUANTISATION
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .files import UTILS
from .tables import DRAFTS, LACKS, NAMED, QUANTISED_WEIGHTS, REMAPPED, WITHOUT_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.keys import Found
    from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts

__all__ = ["load"]

_LOOKED_AT = {"quantization_config": "looks", "text_config.quantization_config": "inside"}
_BEYOND_TEXT = ("vision_config", "audio_config", "dflash_config")


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG001 -- none concerns MLX-VLM
    """Take a checkpoint through the gates of a release.

    Args:
        checkpoint: what its config says, or a bare architecture.
        release: what is known of the release.
        options: how the engine is told to load it.
    """
    return _Path(checkpoint, release).verdict()


class _Path:
    """One checkpoint on its way."""

    def __init__(self, checkpoint: Checkpoint, release: ReleaseFacts) -> None:
        self._checkpoint = checkpoint
        self._release = release
        self._plain = dict(checkpoint.plain)
        self._rules = release.load.rules
        self._steps = Steps(release.engine, checkpoint.architectures)

    def verdict(self) -> Verdict:
        if self._checkpoint.gguf_architecture is not None:
            place = self._place("config")
            if place is None:
                return not_followed(self._release, self._steps)
            return needs_config(self._release, self._steps, place)
        own_code = self._own_code()
        if own_code is not None:
            return own_code
        own_type = self._model_type()
        if own_type is None:
            return without_type(self._checkpoint, self._release, self._steps)
        model_type = self._renamed(own_type)
        if isinstance(model_type, Verdict):
            return model_type
        registered = self._release.registered
        without = self._release.load.find(WITHOUT_MODEL, self._module(model_type))
        if model_type not in registered and without is not None:
            step = self._steps.say(
                f"the package for model type `{model_type}` has no `Model` and `ModelConfig` for load_model: whether"
                " another program of MLX-VLM runs it is not followed",
                without.place,
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=model_type)
        if model_type not in registered and "otherwise" in self._rules and self._may_be_text_only():
            step = self._steps.say(
                f"{self._release.name} has no module for model type `{model_type}`: of a config without"
                " `vision_config` and `audio_config` it leaves it to the MLX-LM that is installed, which is not read"
                " here; look the type up for mlx-lm",
                self._place("otherwise"),
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=model_type)
        found = look_up(model_type, self._release, self._steps, kind="model type", lacks="has no module for")
        return found if isinstance(found, Verdict) else self._loaded(found)

    def _place(self, rule: str) -> Place | None:
        if rule not in self._rules:
            return None
        return Place(file=UTILS, line=self._rules[rule]["line"], release=self._release.load.lines_of)

    def _own_code(self) -> Verdict | None:
        """``model_file``: the repository's own code."""
        if not self._plain.get("model_file"):
            return None
        place = self._place("model_file")
        if place is None:
            self._steps.say(
                f"the config's `model_file` is not looked at by {self._release.name}: its model type decides"
            )
            return None
        step = self._steps.say(
            "the config's `model_file` names code in the repository: MLX-VLM runs that, whatever the model type",
            place,
        )
        return self._steps.verdict(Status.REMOTE_CODE, step)

    # -- the model type ------------------------------------------------------------------------------

    def _model_type(self) -> str | None:
        rule = self._rules.get("type", {})
        checkpoint = self._checkpoint
        other = self._plain.get("speculators_model_type")
        if not checkpoint.model_type and rule.get("speculators") and isinstance(other, str) and other:
            self._steps.say(
                f"the config has no `model_type`; its `speculators_model_type` is `{other}`",
                self._place("type"),
            )
            return other
        found = own_model_type(checkpoint, self._release, self._steps)
        if found is not None or checkpoint.given:
            return found
        for each in rule.get("chain", ()):
            if each.get("architecture") in checkpoint.architectures[:1]:
                to: str = each["to"]
                self._steps.say(
                    f"MLX-VLM itself gives `{each['architecture']}` model type `{to}`",
                    self._line(each["line"]),
                )
                return to
        return None

    def _line(self, line: int) -> Place:
        return Place(file=UTILS, line=line, release=self._release.load.lines_of)

    def _renamed(self, model_type: str) -> str | Verdict:
        """The type that is looked up in the end."""
        rule = self._rules.get("type", {})
        if rule.get("lower") and model_type != model_type.lower():
            model_type = model_type.lower()
            self._steps.say(f"it is looked up in small letters: `{model_type}`", self._place("type"))
        if "unread" in self._rules and self._checkpoint.given:
            self._steps.say(
                "a rule that may give the config another model type could not be read: it is not followed",
                self._place("unread"),
            )
        module = self._module(model_type)
        for each in rule.get("chain", ()):
            found = self._by_rule(each, module)
            if found is not None:
                return found
        return model_type

    def _module(self, model_type: str) -> str:
        """The name of the package that is imported for a type."""
        remapped = self._release.load.find(REMAPPED, model_type)
        return model_type if remapped is None else str(remapped.value)

    def _by_rule(self, rule: Mapping[str, Any], module: str) -> str | Verdict | None:
        """The type that one rule gives the config; None where it does not hold."""
        to: str | None = rule["to"]
        place = self._line(rule["line"])
        if "architecture" in rule:
            if rule["architecture"] not in self._checkpoint.architectures:
                return None
            self._steps.say(f"architecture `{rule['architecture']}` makes it model type `{to}`", place)
            return to
        if "auto_model" in rule:
            own = dict(self._checkpoint.auto_map).get("AutoModel", "")
            if module != rule["type"] or not own.endswith(rule["auto_model"]):
                return None
            self._steps.say(
                f"`AutoModel` of its `auto_map` is `{own}`, which makes it model type `{to}`", place
            )
            return to
        if self._plain.get("dflash_config") is None:
            return None
        return self._of_dflash(f"{module}{rule['suffix']}", to, place)

    def _of_dflash(self, plain: str, other: str | None, place: Place) -> str | Verdict:
        """The type of a config that has ``dflash_config``, of which the other one may take over."""
        if other is not None and self._plain.get("markov_rank"):
            self._steps.say(f"`dflash_config` with a `markov_rank` makes it model type `{other}`", place)
            return other
        if other is None:
            self._steps.say(f"`dflash_config` makes it model type `{plain}`", place)
            return plain
        registered = self._release.registered
        if plain in registered and other in registered:
            self._steps.say(
                f"`dflash_config` makes it model type `{plain}`, or `{other}`, as what is in it says; both are there",
                place,
            )
            return plain
        step = self._steps.say(
            f"`dflash_config` makes it model type `{plain}`, or `{other}`, as what is in it says: that is not followed",
            place,
        )
        return self._steps.verdict(Status.UNKNOWN, step, key=plain)

    def _may_be_text_only(self) -> bool:
        """Whether nothing in the config speaks of images or sound; of a bare type nobody knows."""
        return all(self._plain.get(key) in {None, (0,)} for key in _BEYOND_TEXT)

    # -- the module ----------------------------------------------------------------------------------

    def _loaded(self, found: Found) -> Verdict:
        """A module is found: what stands between it and the weights."""
        lacks = self._release.load.find(LACKS, found.key)
        if lacks is not None:
            names = ", ".join(f"`{name}`" for name in lacks.value)
            step = self._steps.say(
                f"load_model takes {names} from every module, and that of model type `{found.key}` has none: it stops"
                " with an AttributeError",
                lacks.place,
            )
            return self._steps.verdict(Status.UNSUPPORTED, step, gate=Gate.ARCHITECTURE, key=found.key)
        if DRAFTS in found.registration.groups:
            self._steps.say(
                "the module is a drafter: it drafts for another model (`--draft-model`)",
                found.registration.place,
            )
        stopped = self._quantisation(found.key)
        if stopped is not None:
            return stopped
        module = found.registration.file.rpartition("/")[0] or found.registration.file.removesuffix(".py")
        return self._steps.verdict(Status.NATIVE, found.step, resolved=module, key=found.key)

    # -- quantisation --------------------------------------------------------------------------------

    def _quantisation(self, model_type: str) -> Verdict | None:
        """Say what becomes of a quantised checkpoint; the verdict on one that it stops, or may stop."""
        key = self._checkpoint.quantized_by
        if self._plain.get("quantization") is not None:
            self._steps.say("the config has MLX's own `quantization`, which MLX-VLM takes")
            return None
        if key is None or not self._checkpoint.quantization:  # one that is empty counts as none
            return None
        rule = self._rules.get("load_model")
        if rule is None:
            self._steps.say(f"what becomes of the quantisation in `{key}` could not be read")
            return None
        if "quantization" in self._checkpoint.keys or (key not in _LOOKED_AT and "." in key):
            self._steps.say(f"whether load_model looks at `{key}` here is not followed")
            return None
        looks = bool(rule["looks"] and key in _LOOKED_AT and rule[_LOOKED_AT[key]])
        return self._taken(model_type, key, looks=looks)

    def _taken(self, model_type: str, key: str, *, looks: bool) -> Verdict | None:
        given = dict(self._checkpoint.quantization)
        named = given.get("quant_method")
        method = named if looks and isinstance(named, str) else None
        what = f"quantisation method `{method}`" if method else f"the quantisation in `{key}`"
        turned = self._release.load.find(QUANTISATION, method)
        if turned is not None and any(_fits(given, way) for way in turned.value):
            self._steps.say(
                f"weights of {what} are turned into MLX's own; whether all of them are is not followed",
                turned.place,
            )
            return None
        own = self._release.load.find(QUANTISED_WEIGHTS, model_type)
        if own is not None:
            self._steps.say(
                f"the module of model type `{model_type}`, or one behind it, names quantised weights itself: whether it"
                f" takes {what} is not followed",
                own.place,
            )
            return None
        known = self._release.load.find(NAMED, method)
        if known is not None and any(self._is_named(given, way) for way in known.value):
            step = self._steps.say(
                f"load_model sets the parameters of {what}, and nothing is seen to turn such weights into MLX's own:"
                " whether they are loaded is not followed",
                known.place,
            )
            return self._steps.verdict(Status.UNKNOWN, step, key=model_type)
        step = self._steps.say(
            f"load_model does nothing for {what}, nor does the module: the weights are loaded strictly, and such"
            " weights do not fit",
            self._place("load_model"),
        )
        return self._steps.verdict(
            Status.UNSUPPORTED,
            step,
            gate=Gate.QUANTISATION,
            key=model_type,
            fix="use the unquantised checkpoint, or one that mlx_vlm.convert made of it",
        )

    def _is_named(self, given: Mapping[str, Any], way: Mapping[str, list[str]]) -> bool:
        """Whether a branch that names the method is for this config."""
        types, algorithms = way.get("model_type"), way.get("quant_algo")
        return (types is None or self._checkpoint.model_type in types) and (
            algorithms is None or given.get("quant_algo") in algorithms
        )


def _fits(given: Mapping[str, Any], way: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a quantisation has the values with which a function turns its weights."""
    return all(_is_one_of(given.get(key), asked["options"], asked["default"]) for key, asked in way.items())


def _is_one_of(value: object, options: Iterable[object], default: object) -> bool:
    """Of a list nothing but its length is known: it may be what is wanted where that is no text."""
    if value is None:
        return bool(default)
    if isinstance(value, tuple):
        return None in options
    return value in options
