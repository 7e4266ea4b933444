"""What a checkpoint's ``config.json`` says about the choice of a model class.

Follows what SGLang's ``ModelConfig`` and ``model_loader/utils.py`` read. A config comes from anybody: wrong types,
duplicate keys, invalid numbers and endless depth are errors with a message, never a guess.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from archtrack.core.parsing import parse_json
from archtrack.errors import TargetError

from .config_classes import TEXT_CONFIGS

__all__ = ["MAX_CONFIG_BYTES", "Checkpoint", "only_named", "read_checkpoint"]

MAX_CONFIG_BYTES = 16 * 1024 * 1024
"""A hundred times the largest real one."""

_LONGEST = 300
_MOST = 100
"""Architectures of one config; real ones name one or two."""
_SCALARS = (bool, int, float, str)
_QUANTIZATIONS = ("quantization_config", "compression_config")
_FORMATS = ("checkpoint_format", "is_marlin_format", "is_bitblas_format")
_PARTS = ("text_config", "llm_config", "language_config", "thinker_config", "thinker_config.text_config")
"""Where a composite config may say how its language model is quantised, as vLLM, MLX-LM and LMDeploy look for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint as an engine sees it before it loads a weight.

    Attributes:
        architectures: as listed; empty where the config lists none.
        model_type: as written, or None.
        auto_map: the classes that the repository brings itself: key (``AutoModel``) -> reference.
        text_config: the key of the sub-config of the language model (``text_config``), or None for a flat config.
        text: the plain values of the config of the language model, or of the whole config where it is flat.
        vision_type: the model type of its ``vision_config``; None where it says none.
        plain: the plain values at the top.
        keys: all keys at the top, sorted.
        quantized_by: the key that says how its weights are quantised (``quantization_config``, ``compression_config``,
            or one of them in the config of a part: ``text_config.quantization_config``); None where they are not.
        quant_method: the method that it names, in small letters as the engine takes it; None where it names none.
        quantization: the plain values that are there.
        rope_scaling: the plain values of its ``rope_scaling``, at the top; empty where there is none.
        rope_parameters: the same of ``rope_parameters``, as transformers 5 writes it.
        text_architectures: those that ``text_config`` lists for itself.
        given: False where there is no config at all, only a name.
        gguf_architecture: of a GGUF file: ``general.architecture``; None for any other checkpoint. Such a one has no
            config: ``plain`` has ``general.type``, ``general.name`` where the file says it, and nothing else is there.
    """

    architectures: tuple[str, ...]
    model_type: str | None = None
    auto_map: tuple[tuple[str, str], ...] = ()
    text_config: str | None = None
    text: tuple[tuple[str, Any], ...] = ()
    vision_type: str | None = None
    plain: tuple[tuple[str, Any], ...] = ()
    keys: tuple[str, ...] = ()
    quantized_by: str | None = None
    quant_method: str | None = None
    quantization: tuple[tuple[str, Any], ...] = ()
    rope_scaling: tuple[tuple[str, Any], ...] = ()
    rope_parameters: tuple[tuple[str, Any], ...] = ()
    gguf_architecture: str | None = None
    text_architectures: tuple[str, ...] = ()
    given: bool = True

    @property
    def quantised_by_mlx(self) -> bool:
        """Whether the config says that its weights are in MLX's own quantisation, and says it to nobody else."""
        return isinstance(dict(self.plain).get("quantization"), tuple) and self.quantized_by is None

    @property
    def names_a_format(self) -> bool:
        """Whether the quantisation names a format, by which some methods take it without ``quant_method``."""
        return any(value for key, value in self.quantization if key in _FORMATS)


def only_named(architecture: str) -> Checkpoint:
    """A checkpoint of which only the architecture is known."""
    return Checkpoint(architectures=(architecture,), given=False)


def read_checkpoint(data: bytes) -> Checkpoint:
    """Read a ``config.json``.

    Args:
        data: the file.

    Raises:
        TargetError: it is no config: not JSON, not an object, or a key that counts has a value of a wrong type.
    """
    config = _object(data)
    text_key = next((key for key in TEXT_CONFIGS if isinstance(config.get(key), dict)), None)
    text = config if text_key is None else config[text_key]
    if text_key == "thinker_config" and isinstance(text.get("text_config"), dict):
        text = text["text_config"]
    quantized_by, quantization = _quantization(config)
    return Checkpoint(
        architectures=_architectures(config),
        model_type=_text(config, "model_type"),
        auto_map=_auto_map(config),
        text_config=text_key,
        text=_plain(text),
        vision_type=_vision_type(config),
        plain=_plain(config),
        keys=tuple(sorted(config)),
        quantized_by=quantized_by,
        quant_method=_quant_method(quantization, quantized_by),
        quantization=_plain(quantization),
        rope_scaling=_inside(config, "rope_scaling"),
        rope_parameters=_inside(config, "rope_parameters"),
        text_architectures=_text_architectures(config),
    )


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_CONFIG_BYTES:
        raise TargetError(f"has {len(data):,} bytes; a config of more than {MAX_CONFIG_BYTES:,} is not read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TargetError(f"is not UTF-8 text (byte {error.start}); is it a config.json?") from error
    try:
        found = parse_json(text, pairs=_unique, constant=_constant)
    except json.JSONDecodeError as error:
        raise TargetError(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except ValueError as error:
        raise TargetError(f"cannot be read as a config: {_shown(str(error))}") from error
    if not isinstance(found, dict):
        raise TargetError(f"holds {_kind(found)}, not an object; a config.json is one")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise TargetError(f"has the key '{_shown(twice)}' twice in one object; keep one of them")
    return found


def _constant(name: str) -> float:
    if name == "NaN":
        raise TargetError("holds NaN, which is no JSON value; put a number or null in its place")
    return float(name)  # real configs of state-space models do say Infinity


def _architectures(config: dict[str, Any]) -> tuple[str, ...]:
    value = config.get("architectures")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        kind = "a list of other things" if isinstance(value, list) else _kind(value)
        raise TargetError(f"`architectures` is {kind}, not a list of names")
    if len(value) > _MOST:
        raise TargetError(f"`architectures` holds {len(value):,} names; no config has more than {_MOST}")
    return tuple(_bounded(each, "architectures") for each in value)


def _text_architectures(config: dict[str, Any]) -> tuple[str, ...]:
    """What ``text_config`` lists; nothing where that is no list of names, which most engines never look at."""
    inner = config.get("text_config")
    names = inner.get("architectures") if isinstance(inner, dict) else None
    if not isinstance(names, list) or len(names) > _MOST:
        return ()
    if not all(isinstance(each, str) and 0 < len(each) <= _LONGEST for each in names):
        return ()
    return tuple(names)


def _auto_map(config: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    value = config.get("auto_map")
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise TargetError(f"`auto_map` is {_kind(value)}, not an object")
    found = {}
    for key, reference in value.items():
        # A pair is a slow and a fast tokenizer; the first that is given counts.
        parts = reference if isinstance(reference, list) else [reference]
        names = [part for part in parts if part is not None]
        if not names or not all(isinstance(name, str) for name in names):
            raise TargetError(f"`auto_map.{_shown(key)}` is {_kind(reference)}, not the name of a class")
        found[key] = _bounded(names[0], f"auto_map.{_shown(key)}")
    return tuple(sorted(found.items()))


def _quantization(config: dict[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The key that says how the weights are quantised, and what is there: the first one in the order of the engines."""
    for path in ("", *_PARTS):
        part = config
        for name in filter(None, path.split(".")):
            inner = part.get(name)
            part = inner if isinstance(inner, dict) else {}
        for key in _QUANTIZATIONS:
            shown = f"{path}.{key}" if path else key
            value = part.get(key)
            if value is not None and not isinstance(value, dict):
                raise TargetError(f"`{shown}` is {_kind(value)}, not an object")
            if value is not None:
                return shown, value
    return None, {}


def _quant_method(quantization: dict[str, Any], key: str | None) -> str | None:
    method = _text(quantization, "quant_method", f"{key}.quant_method")
    if method is not None:
        return method.lower()
    inner = quantization.get("quantization")
    # What ModelOpt writes need not name a method.
    by_modelopt = "quant_algo" in quantization or (isinstance(inner, dict) and "quant_algo" in inner)
    return "modelopt" if by_modelopt else None


def _text(config: dict[str, Any], key: str, shown: str | None = None) -> str | None:
    value = config.get(key)
    if value is not None and not isinstance(value, str):
        raise TargetError(f"`{shown or key}` is {_kind(value)}, not a name")
    return value if value is None else _bounded(value, shown or key)


def _bounded(name: str, key: str) -> str:
    if len(name) > _LONGEST:
        raise TargetError(f"`{key}` holds a name of {len(name):,} characters; no class has such a one")
    return name


def _vision_type(config: dict[str, Any]) -> str | None:
    vision = config.get("vision_config")
    found = vision.get("model_type") if isinstance(vision, dict) else None
    return found if isinstance(found, str) and len(found) <= _LONGEST else None


def _plain(config: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The values that a decision may depend on: scalars as they are, lists and objects as their number of items."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, _SCALARS) or value is None:
            found[key] = value
        else:
            found[key] = (len(value),)
    return tuple(sorted(found.items()))


def _inside(config: dict[str, Any], key: str) -> tuple[tuple[str, Any], ...]:
    """The plain values of an object; empty where there is none."""
    value = config.get(key)
    return _plain(value) if isinstance(value, dict) else ()


def _kind(value: object) -> str:
    words = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return words.get(type(value), "a number" if isinstance(value, (int, float)) else type(value).__name__)


def _shown(text: str) -> str:
    """A text from a config, in one line of bounded length."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return cut if cut.isprintable() else repr(cut)[1:-1]
