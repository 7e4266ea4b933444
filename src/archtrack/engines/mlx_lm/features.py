"""What MLX-LM's sources state of the model types that it runs (see ``core.verdict.features``).

- ``pp``: ``model.model`` has a method ``pipeline``, of its own or of ``PipelineMixin``: what ``sharded_load`` of
  ``utils.py`` asks, and before that ``pipeline_load``, since 0.28.4. Older releases have such methods, and leave asking
  to the user: there, nothing is decided.
- ``hybrid``, ``attention-free``: which caches ``make_cache`` makes: those of states (``ArraysCache``, ``MambaCache``),
  of keys and values, or of both. Without that method, every layer gets one of keys and values. Decided since 0.15.1,
  when the engine began to ask for the method.
- ``lora``: what ``linear_to_lora_layers`` of ``tuner/utils.py`` takes: until 0.28.1 the model types that it names, and
  any other one of which the user names the layers: so it is no "no" for them. Since then it takes every model that has
  ``layers``.

Everything is text: nothing is stated of images or sound. Which quantisation a checkpoint may have does not go by type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.python.class_graph import ClassGraph
from archtrack.core.verdict.release_facts import Fact
from archtrack.model import Place

from .feature_facts import asked_facts, lora_facts, model_facts
from .files import MODELS, TUNER, UTILS

if TYPE_CHECKING:
    from archtrack.core.python.class_graph import Class
    from archtrack.engines._model_types import Runs
    from archtrack.sources.library import Library

    from .types import Types

__all__ = ["features"]

_PACKAGE = "mlx_lm"
_STATES = frozenset({"ArraysCache", "MambaCache"})
_BOTH = "CacheList"
_CACHES = (f"{MODELS}/cache.py", f"{MODELS}/base.py")
_DEFAULT = "keys"
"""What the caches hold that a model without ``make_cache`` gets."""
_BY_CACHE = {frozenset({"states"}): "attention-free", frozenset({"keys", "states"}): "hybrid"}
_NO_TUNER: dict[str, Any] = {"types": [], "any": False}
_MOST_STEPS = 50
"""From attribute to attribute."""


def features(library: Library, types: Types) -> tuple[dict[str, Fact], list[str]]:
    """The rows of a release, and the features that it decides.

    Args:
        library: the release.
        types: what runs which model type.

    Raises:
        SourceError: a file cannot be read.
    """
    paths = library.paths(f"{MODELS}/**/*.py")
    models = _Models(ClassGraph(library.facts(paths, "mlx-lm-classes-1", model_facts), _PACKAGE))
    asked = library.facts((UTILS, *paths), "mlx-lm-asked-1", asked_facts)
    lora = library.facts(library.paths(TUNER), "mlx-lm-lora-1", lora_facts).get(TUNER, _NO_TUNER)
    rules = {
        "attention-free": any(each["make_cache"] for each in asked.values()),
        "hybrid": any(each["make_cache"] for each in asked.values()),
        "pp": asked[UTILS]["pipeline"],
    }
    decided = [feature for feature, is_asked in rules.items() if is_asked]
    pairs: dict[str, list[tuple[str, Runs]]] = {}
    for (model_type, architecture), runs in types.architectures.items():
        pairs.setdefault(model_type, []).append((architecture, runs))
    rows: dict[str, Fact] = {}
    for key in sorted({*types.runs, *pairs}):
        ways = [*([("", types.runs[key])] if key in types.runs else ()), *pairs.get(key, ())]
        has, unsure = _joined([(name, *models.features(runs, decided)) for name, runs in ways])
        if key in lora["types"] or (lora["any"] and all(models.has_layers(runs) for _, runs in ways)):
            has.append("lora")
        if has or unsure or decided:
            model = ways[0][1].model
            found = {"has": sorted(has), "unsure": unsure}
            value = {part: each for part, each in found.items() if each}
            rows[key] = Fact(key=key, place=Place(file=model.path, line=model.line), value=value)
    return rows, decided


def _joined(ways: list[tuple[str, set[str], dict[str, str]]]) -> tuple[list[str], dict[str, str]]:
    """What a model type has, whichever architecture the config names beside it."""
    _, first, doubts = ways[0]
    has, unsure = set(first), dict(doubts)
    for architecture, other, others in ways[1:]:
        for feature in (first ^ other) | others.keys():
            has.discard(feature)
            unsure[feature] = f"with the architecture `{architecture}` another module runs it"
    return sorted(has), dict(sorted(unsure.items()))


class _Models:
    """The classes of the models."""

    def __init__(self, graph: ClassGraph) -> None:
        self._graph = graph

    def features(self, runs: Runs, decided: list[str]) -> tuple[set[str], dict[str, str]]:
        """What a model has, and why what cannot be told cannot be."""
        cls = (runs.model.path, runs.model.name)
        if not self._is_read(cls):
            return set(), dict.fromkeys(decided, "its class could not be read")
        has: set[str] = set()
        unsure: dict[str, str] = {}
        inner = self._held(cls, "model")
        piped = set() if inner is None else {self._has(each, "pipeline") for each in inner}
        if inner is None or len(piped) > 1:
            unsure["pp"] = "cannot tell which class `model.model` is"
        elif True in piped:
            has.add("pp")
        caches = self._caches(cls)
        if caches is None:
            unsure |= dict.fromkeys(_BY_CACHE.values(), "cannot tell which caches `make_cache` makes")
        elif caches in _BY_CACHE:
            has.add(_BY_CACHE[caches])
        return has, {feature: why for feature, why in unsure.items() if feature in decided}

    def has_layers(self, runs: Runs) -> bool:
        """Whether a model has ``layers``, in which the tuner looks."""
        cls = (runs.model.path, runs.model.name)
        facts = map(self._graph.facts, self._graph.order(cls) if self._is_read(cls) else ())
        return any("layers" in each["methods"] or "layers" in each["made"] for each in facts)

    def _is_read(self, cls: Class) -> bool:
        """Whether the class is among the files' facts: a module may parse without the bodies of its functions alone."""
        return cls[1] in self._graph.files.get(cls[0], {"classes": {}})["classes"]

    def _has(self, cls: Class, method: str) -> bool:
        return any(method in self._graph.facts(each)["methods"] for each in self._graph.order(cls))

    def _held(self, cls: Class, path: str) -> list[Class] | None:
        """The classes that an attribute, dotted or not, may be of: none where there is none, None if it is unclear."""
        found: list[Class] = []
        waiting: list[tuple[Class, tuple[str, ...]]] = [(cls, tuple(path.split(".")))]
        for _ in range(_MOST_STEPS):
            if not waiting:
                return found
            at, names = waiting.pop()
            if not names:
                found.append(at)
                continue
            owner = next((each for each in self._graph.order(at) if self._gives(each, names[0])), None)
            if owner is None:
                continue
            facts = self._graph.facts(owner)
            if names[0] in facts["taken"]:
                waiting.append((at, (*facts["taken"][names[0]].split("."), *names[1:])))
                continue
            for called in facts["made"][names[0]]:
                made = None if called is None else self._graph.resolve(owner[0], called)
                if made is None:
                    return None
                waiting.append((made, names[1:]))
        return None

    def _gives(self, cls: Class, name: str) -> bool:
        facts = self._graph.facts(cls)
        return name in facts["taken"] or name in facts["made"]

    def _caches(self, cls: Class) -> frozenset[str] | None:
        """What the caches of a model hold: ``keys`` and values, ``states``, or both; None where that is unclear."""
        kinds: set[str] = set()
        waiting = [cls]
        seen: set[Class] = set()
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            order = self._graph.order(at)
            owner = next((each for each in order if self._graph.facts(each)["caches"] is not None), None)
            for called in [_DEFAULT] if owner is None else self._graph.facts(owner)["caches"]:
                if called is None:
                    return None
                if called.startswith("self."):
                    path, _, last = called.removeprefix("self.").rpartition(".")
                    held = self._held(at, path) if path and last == "make_cache" else [] if path else None
                    if held is None:
                        return None
                    waiting += held
                    continue
                kind = _DEFAULT if owner is None else self._kind(owner[0], called)
                if kind is None:
                    return None
                kinds.add(kind)
        return frozenset(filter(None, kinds)) or None

    def _kind(self, path: str, called: str) -> str | None:
        """What a cache of that class holds; nothing of what is no cache or holds other ones, None if it is unclear."""
        cls = self._graph.resolve(path, called)
        if cls is None:
            return None if "cache" in called.lower() else ""
        names = [name for file, name in self._graph.order(cls) if file in _CACHES]
        if names[:1] == [_BOTH]:
            return ""
        if _STATES.intersection(names):
            return "states"
        return _DEFAULT if any("KVCache" in name for name in names) else None
