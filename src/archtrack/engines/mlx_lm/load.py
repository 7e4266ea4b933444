"""How MLX-LM loads a checkpoint: ``load_model`` and ``_get_classes`` of ``mlx_lm/utils.py``.

1. ``model_file`` of the config, since 0.30.6: the repository's own code takes the place of a module of MLX-LM.
2. The config's ``model_type``, with the first of its architectures that ``MODEL_ARCHITECTURE_REMAPPING`` has beside
   that type, else by itself. Nothing else of the config counts, the architectures least of all.
3. Quantisation: ``quantization``, which MLX-LM writes itself, is always taken. Of ``quantization_config`` it takes the
   methods that ``load_model`` names. What it does not name fails when the weights are loaded, which is strict, unless
   the module itself turns such weights into others.

A bare architecture has no type. That of its own configuration class in transformers stands in for it, else a pair that
MLX-LM names itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.gguf import needs_config, not_followed
from archtrack.core.verdict.keys import look_up, own_model_type, without_type
from archtrack.core.verdict.release_facts import QUANTISATION
from archtrack.core.verdict.verdict import Steps, Verdict
from archtrack.model import Gate, Place, Status

from .files import MODELS, UTILS, module_of
from .tables import PAIRS, QUANTISED_WEIGHTS, SUB_CONFIGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import Fact, LoadOptions, ReleaseFacts
    from archtrack.core.verdict.verdict import Step

__all__ = ["load"]


def load(checkpoint: Checkpoint, release: ReleaseFacts, options: LoadOptions) -> Verdict:  # noqa: ARG001 -- none concerns MLX-LM
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
        self._steps = Steps(release.engine, checkpoint.architectures)

    def verdict(self) -> Verdict:
        if self._checkpoint.gguf_architecture is not None:
            return self._of_gguf()
        own_code = self._own_code()
        if own_code is not None:
            return own_code
        model_type = own_model_type(self._checkpoint, self._release, self._steps) or self._paired_type()
        if model_type is None:
            return without_type(self._checkpoint, self._release, self._steps)
        pair = self._pair(model_type)
        if pair is not None:
            step = self._steps.say(
                f"{self._release.name} runs model type `{model_type}` together with"
                f" `{pair.key.partition(' ')[2]}` by {pair.value}",
                pair.place,
            )
            return self._loaded(model_type, pair.value, step, pair.place)
        found = look_up(model_type, self._release, self._steps, kind="model type", lacks="has no module for")
        if isinstance(found, Verdict):
            return found
        module = module_of(found.registration.file)
        return self._loaded(model_type, module, found.step, found.registration.place)

    def _of_gguf(self) -> Verdict:
        rule = self._release.load.rules.get("config")
        if rule is None:
            return not_followed(self._release, self._steps)
        place = Place(file=UTILS, line=rule["line"], release=self._release.load.lines_of)
        return needs_config(self._release, self._steps, place)

    def _own_code(self) -> Verdict | None:
        """``model_file``: the repository's own code."""
        file = self._plain.get("model_file")
        if file is None:
            return None
        rule = self._release.load.rules.get("model_file")
        if rule is None:
            self._steps.say(
                f"the config's `model_file` is not looked at by {self._release.name}: its model type decides"
            )
            return None
        place = Place(file=UTILS, line=rule["line"], release=self._release.load.lines_of)
        asked = ", if it is told to trust it" if rule["asks"] else ""
        step = self._steps.say(
            f"the config's `model_file` names code in the repository: MLX-LM runs that{asked}, whatever the model type",
            place,
        )
        return self._steps.verdict(
            Status.REMOTE_CODE, step, fix="load it with `trust_remote_code=True`" if rule["asks"] else None
        )

    def _paired_type(self) -> str | None:
        """The model type that MLX-LM itself names with a bare architecture."""
        if self._checkpoint.given:
            return None
        for key, fact in sorted(self._release.load.tables.get(PAIRS, {}).items()):
            model_type, _, named = key.partition(" ")
            if named in self._checkpoint.architectures[:1]:
                self._steps.say(f"MLX-LM itself names `{named}` with model type `{model_type}`", fact.place)
                return model_type
        return None

    def _pair(self, model_type: str) -> Fact | None:
        for architecture in self._checkpoint.architectures:
            found = self._release.load.find(PAIRS, f"{model_type} {architecture}")
            if found is not None:
                return found
        return None

    def _loaded(self, model_type: str, module: str, step: Step, place: Place) -> Verdict:
        """A module is found: what stands between it and the weights."""
        broken = self._release.broken or {}
        for path in (place.file, f"{MODELS}/{module}.py", f"{MODELS}/{module}/__init__.py"):
            if path in broken and broken[path].certain:
                stop = self._steps.say(
                    f"{path} cannot be imported: {broken[path].reason}", broken[path].place
                )
                return self._steps.verdict(Status.UNIMPORTABLE, stop, gate=Gate.IMPORT, key=model_type)
        self._composite(module)
        stopped = self._quantisation(module)
        if stopped is not None:
            return self._steps.verdict(
                Status.UNSUPPORTED,
                stopped,
                gate=Gate.QUANTISATION,
                key=model_type,
                fix="use the unquantised checkpoint, or one that mlx_lm.convert made of it",
            )
        return self._steps.verdict(Status.NATIVE, step, resolved=module, key=model_type)

    def _composite(self, module: str) -> None:
        """Say that a module wants a config in parts and this one is flat. Its weights would be named otherwise, too."""
        fact = self._release.load.find(SUB_CONFIGS, module)
        if fact is None or not self._checkpoint.given:
            return
        missing = [name for name in fact.value if name not in self._checkpoint.keys]
        if missing:
            self._steps.say(
                f"ModelArgs of {module} asks for {', '.join(f'`{name}`' for name in missing)}, which the config does"
                " not have",
                fact.place,
            )

    def _quantisation(self, module: str) -> Step | None:
        """Say what becomes of a quantised checkpoint; the step that stops it, if one does."""
        key = self._checkpoint.quantized_by
        if self._plain.get("quantization") is not None:
            self._steps.say("the config has MLX-LM's own `quantization`, which it takes")
            return None
        if key is None or not self._checkpoint.quantization:  # one that is empty counts as none
            return None
        rule = self._release.load.rules.get("load_model")
        if rule is None:
            self._steps.say(f"what becomes of the quantisation in `{key}` could not be read")
            return None
        looks = self._looks_at(key, rule)
        return None if looks is None else self._taken(module, key, rule, looks=looks)

    def _taken(self, module: str, key: str, rule: Mapping[str, Any], *, looks: bool) -> Step | None:
        """What load_model makes of a quantisation, where it looks at that at all."""
        method = self._checkpoint.quant_method
        place = Place(file=UTILS, line=rule["line"], release=self._release.load.lines_of)
        # Each release that tells methods apart asks for the name of one.
        if method is None and looks and QUANTISATION in self._release.load.tables:
            return self._steps.say(
                f"`{key}` names no `quant_method`, which load_model asks for: it stops with a KeyError", place
            )
        given = dict(self._checkpoint.quantization)
        fact = self._release.load.find(QUANTISATION, method) if looks else None
        more = (fact.value or {}) if fact is not None else {}
        # What the engine itself asks for by `get` counts as absent where the config does not have it.
        if fact is not None and not any(
            given.get(asked) not in options for asked, options in more.get("when", {}).items()
        ):
            unlike = _unlike(given, more.get("needs", {}))
            if unlike is not None:
                asked, options = unlike
                return self._steps.say(
                    f"quantisation method `{method}` is taken with `{asked}` {_either(options)} only, and it is"
                    f" `{given[asked]}` here",
                    fact.place,
                )
            self._steps.say(f"quantisation method `{method}` is taken", fact.place)
            return None
        what = f"quantisation method `{method}`" if looks and method else f"the quantisation in `{key}`"
        own = self._release.load.find(QUANTISED_WEIGHTS, module)
        if own is not None:
            self._steps.say(
                f"load_model does nothing for {what}; {module} names quantised weights itself:"
                " whether it takes these is not followed",
                own.place,
            )
            return None
        return self._steps.say(
            f"load_model does nothing for {what}, nor does {module}: the weights are loaded strictly, and such weights"
            " do not fit",
            place,
        )

    def _looks_at(self, key: str, rule: Mapping[str, Any]) -> bool | None:
        """Whether load_model looks there for a quantisation; None, and a step, where that is not known."""
        if key != "text_config.quantization_config":
            return key == "quantization_config"
        inside = rule.get("inside")
        if inside is None:
            self._steps.say(f"whether load_model looks at `{key}` is not known: the gate is not followed")
            return None
        return bool(inside) and "quantization_config" not in self._checkpoint.keys


def _unlike(given: Mapping[str, Any], wanted: Mapping[str, list[Any]]) -> tuple[str, list[Any]] | None:
    """The first key that the config gives another value than those wanted; a key that it does not give is none."""
    for key, options in wanted.items():
        value = given.get(key)
        if isinstance(value, (str, int)) and value not in options:
            return key, options
    return None


def _either(options: list[Any]) -> str:
    return " or ".join(f"`{each}`" for each in options)
