"""How SGLang replaces a checkpoint's architectures before it looks them up.

In order: while it loads the config (``config_rules`` of the engine), for a draft model (``drafts``), and in
``get_model_architecture`` itself (``loader_rules``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .wrapper_class import language_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from archtrack.model import Place

    from .checkpoint import Checkpoint
    from .context import Context, Rewrite

    Say = Callable[[str, "Place | None"], None]

__all__ = ["Substitutions", "marlin_of"]

_MARLIN = {
    "gptq": ("gptq_marlin", ("desc_act", "sym")),
    "awq": ("awq_marlin", ("zero_point",)),
}
"""Quantisation -> the one that replaces it, and the keys that it needs besides ``bits`` and ``group_size``."""
_MARLIN_BITS = (4, 8)
_MARLIN_GROUPS = (-1, 32, 64, 128)


def marlin_of(checkpoint: Checkpoint) -> str | None:
    """The quantisation that replaces that of a checkpoint on a GPU with the kernels, if the weights fit them."""
    name, needed = _MARLIN.get(checkpoint.quant_method or "", (None, ()))
    given = dict(checkpoint.quantization)
    fits = given.get("bits") in _MARLIN_BITS and given.get("group_size") in _MARLIN_GROUPS
    fits = fits and given.get("sym") in {True, None} and all(given.get(key) is not None for key in needed)
    fits = fits and given.get("checkpoint_format") != "marlin" and not given.get("is_marlin_format")
    return name if fits else None


class Substitutions:
    """The architectures of one checkpoint, step by step.

    Attributes:
        names: the architectures after the steps so far.
    """

    def __init__(self, checkpoint: Checkpoint, context: Context, say: Say) -> None:
        """Begin with the config's architectures; ``say`` is called with each replacement."""
        self.checkpoint = checkpoint
        self.context = context
        self.names = list(checkpoint.architectures)
        self._say = say

    def on_load(self) -> None:
        """Replace what the engine replaces while it loads the config."""
        for rule in self.context.rules.rewrites:
            if self.names == [rule.to]:
                continue
            listed = [name for name in self.names if name in rule.replaced]
            by_name = bool(listed and rule.model_type and not self.checkpoint.given)
            fits = rule.told_by_name(listed[0]) if by_name else self._fits(rule)
            if listed and (fits or by_name):
                when = f"with a config of model type `{rule.model_type}` " if by_name else ""
                self._say(f"{when}the engine runs {listed[0]} as {rule.to}", rule.place)
            if not fits:
                continue
            if listed:
                self.names = [*(name for name in self.names if name not in listed), rule.to]
                continue
            if rule.remote:
                what = f"a config whose auto_map names {dict(self.checkpoint.auto_map)['AutoModel']}"
            elif rule.keys:
                what = f"a config with {' and '.join(f'`{key}`' for key in rule.keys)} and no model type"
            else:
                what = f"a config of model type `{rule.model_type}`"
                what += " without architectures" if rule.missing else ""
            self._say(f"for {what} the engine puts {rule.to} in", rule.place)
            self.names = [rule.to]

    def _fits(self, rule: Rewrite) -> bool:
        config = self.checkpoint
        return (
            rule.model_type in {None, config.model_type}
            and (not rule.replaced or any(name in rule.replaced for name in self.names))
            and (not rule.alone or len(self.names) == 1)
            and (not rule.missing or not self.names)
            and (not rule.remote or dict(config.auto_map).get("AutoModel") in rule.remote)
            and (not rule.keys or (set(rule.keys) <= set(config.keys) and not config.model_type))
        )

    def for_draft(self) -> None:
        """Replace the architecture of a target by that of the draft model for it."""
        first = self.names[0] if self.names else None
        found = [(name, place) for target, name, place in self.context.rules.drafts if target == first]
        if first is None:
            return
        if not found:
            self._say(
                f"no draft architecture for {first} was found in the engine: it is taken as it is", None
            )
            return
        # Of two drafts for one target the checkpoint's own keys tell (`dspark_block_size`: DSpark); the last is for
        # all others.
        keys = self.checkpoint.keys
        told = (each for each in found if any(key.startswith(_prefix(first, each[0])) for key in keys))
        name, place = found[0] if len(found) == 1 else next(told, found[-1])
        self._say(f"as a draft model {first} is loaded as {name}", place)
        self.names[0] = name

    def before_lookup(self) -> None:
        """Replace what the engine replaces right before it looks the architectures up."""
        unread = self.context.rules.loader.get("unread")
        if isinstance(unread, int):
            text = "the engine may take other architectures here: what it does is not read, and not followed"
            self._say(text, self._at(unread))
        for line, name, left_alone in self._rewrites():
            if name == "EmbeddingGemmaModel" and self._is_embedding_gemma():
                self._say(
                    "a `gemma3_text` config with `use_bidirectional_attention` is EmbeddingGemma",
                    self._at(line),
                )
                self.names = [name]
            elif name == "QuantMixtralForCausalLM" and "MixtralForCausalLM" in self.names:
                method = self.checkpoint.quant_method
                if method is None or method in left_alone:
                    continue
                marlin = marlin_of(self.checkpoint)
                if marlin in left_alone:
                    what = f"`{method}` weights run with the kernels of {marlin} where the GPU has them"
                    self._say(f"{what}, and as {name} where it has not", self._at(line))
                    continue
                self._say(f"Mixtral quantised with `{method}` is run as {name}", self._at(line))
                self.names = [name]

    def _rewrites(self) -> list[tuple[int, str, list[str]]]:
        found = self.context.rules.loader.get("rewrites", [])
        return (
            [(line, name, left_alone) for line, name, left_alone in found] if isinstance(found, list) else []
        )

    def _is_embedding_gemma(self) -> bool:
        text = language_model(self.checkpoint, self.context, self.names).values
        return text.get("model_type") == "gemma3_text" and bool(
            text.get("use_bidirectional_attention", False)
        )

    def _at(self, line: int) -> Place | None:
        return self.context.rules.at(line)


def _prefix(target: str, draft: str) -> str:
    """``dspark_`` of the draft ``XDSpark`` of ``X``."""
    return draft.removeprefix(target).lower() + "_"
