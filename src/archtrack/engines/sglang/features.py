"""What the models of a release can do, as SGLang finds out: by what a class has when it is asked.

========================================= ================================================================
pipeline parallel                         ``"pp_proxy_tensors" in inspect.signature(self.model.forward)…``
EAGLE drafts                              ``get_embed_and_head``: what the draft takes over
EAGLE-3 drafts                            the same, and ``set_eagle3_layers_to_capture``
bitsandbytes                              ``bitsandbytes_stacked_params_mapping``
images, video, audio                      ``get_image_feature`` and its like, or a mapping of modality to method
LoRA                                      ``supported_lora_modules``, or ``should_apply_lora``
========================================= ================================================================

A release decides of the first four where its own code asks for them (``asked``). Of the others it does not: a model may
embed images in its own way, and LoRA needs nothing declared.

A hook is looked up along the method resolution order, as Python does it. Classes of torch, of transformers and of
Python itself have none. It cannot see what is set on a class from outside of it.
"""

from __future__ import annotations

import builtins
import sys
from typing import TYPE_CHECKING, Any

from archtrack.core.python.class_graph import MAX_HOPS, ClassGraph
from archtrack.core.python.module import Module
from archtrack.core.python.source import candidates
from archtrack.core.verdict.release_facts import Fact

from .asked import decided
from .class_features import FORWARD, HOOKS, WORDS, class_features
from .entry_classes import modules_of
from .files import LORA, MODELS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from archtrack.core.python.class_graph import Class
    from archtrack.model import Inventory, Place
    from archtrack.sources.library import Library

__all__ = ["features_of"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_PACKAGE = "sglang"
_OUTSIDE = frozenset({"torch", "transformers", "builtins", *sys.stdlib_module_names})
"""The packages whose classes have none of the hooks."""
_MODALITIES = ("image", "video", "audio")
_MAX_ROUNDS = 10
"""Of reading what bases come from: each one leads a module further."""


def features_of(library: Library, inventory: Inventory) -> Mapping[str, Fact]:
    """What each architecture can do.

    Those whose class is not in the source are left out, and where a release decides of nothing, those without anything.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    seeds: dict[str, tuple[Class, Place]] = {}
    for each in inventory.registrations:
        if each.defined is not None and library.paths(each.defined.file):
            seeds[each.name] = (each.defined.file, each.class_name or each.name), each.defined
    if not seeds:
        return {}
    graph = _graph(library, [cls for cls, _ in seeds.values()])
    asked = decided(library)
    stated = {*asked, *_MODALITIES, *(("lora",) if library.paths(LORA) else ())}
    found = {
        name: Fact(key=name, place=place, value=_value(graph, cls, place.line, stated))
        for name, (cls, place) in sorted(seeds.items())
    }
    return {name: fact for name, fact in found.items() if fact.value or asked}


def _graph(library: Library, seeds: Sequence[Class]) -> ClassGraph:
    """The classes of the models, with those of the engine's other modules that they are made of."""
    paths = [path for path in library.paths(f"{MODELS}/**/*.py") if path != f"{MODELS}/__init__.py"]
    files = {path: facts["features"] for path, facts in modules_of(library, paths).items()}
    further = sorted({path for path, _ in seeds} - files.keys())
    for _ in range(_MAX_ROUNDS):
        files.update(library.facts(further, f"sglang-features-{REVISION}", _other_module))
        graph = ClassGraph(files, _PACKAGE)
        missing = {
            path
            for seed in seeds
            for owner in graph.order_of(seed)
            for base in graph.facts(owner)["bases"]
            for path in _modules_of_base(graph, owner[0], base)
        }
        there = set(library.paths(f"{_PACKAGE}/srt/**/*.py")) if missing else set()
        further = sorted((missing & there) - files.keys())
        if not further:
            break
    return graph


def _other_module(data: bytes) -> dict[str, Any]:
    return class_features(Module(data, WORDS))


def _modules_of_base(graph: ClassGraph, path: str, base: str) -> Iterator[str]:
    """The paths, there or not, of the engine's modules that a base comes from which is not found."""
    if graph.resolve(path, base) is not None:
        return
    for _ in range(MAX_HOPS):
        facts = graph.files[path]
        base = facts["aliases"].get(base, base)
        head, _, rest = base.partition(".")
        if head not in facts["imports"]:
            return
        level, module, attribute = facts["imports"][head]
        if not graph.is_own(level, module):
            return
        source, _, base = ".".join(filter(None, (module, attribute, rest))).rpartition(".")
        tried = candidates(path, level, source)
        known = next((each for each in tried if each in graph.files), None)
        if known is None:
            yield from tried
            return
        path = known


def _value(graph: ClassGraph, cls: Class, line: int, stated: Collection[str]) -> dict[str, Any]:
    """The row of an architecture: what its class has, and of what that cannot be told, with the reason."""
    order = graph.order_of(cls)
    is_known = bool(order) and graph.facts(cls)["line"] == line
    found: dict[str, bool | str] = {}  # feature -> whether it is there, or why that cannot be told
    for hook, feature in (*HOOKS.items(), (FORWARD, "pp")):
        if feature in stated:
            has = (
                _has(graph, order, hook) if is_known else f"what `{cls[1]}` is made of is not plainly written"
            )
            before = found.get(feature, False)
            found[feature] = has if has is True or before is False else before
    if found.get("eagle3") is True and "eagle" in found:  # such a draft takes the embedding, too
        found["eagle3"] = found["eagle"]
    has_them = sorted(feature for feature, has in found.items() if has is True)
    unsure = {feature: has for feature, has in sorted(found.items()) if isinstance(has, str)}
    return {**({"has": has_them} if has_them else {}), **({"unsure": unsure} if unsure else {})}


def _has(graph: ClassGraph, order: Sequence[Class], hook: str, hops: int = 0) -> bool | str:
    """Whether a class has a hook, or why that cannot be told.

    What ``self.forward = …`` sets counts in place of what any class has. Of another hook it is enough that one has it.
    """
    doubt = ""
    facts = {owner: graph.facts(owner) for owner in order}
    for owner, own in facts.items():
        reason = own.get("unsure", {}).get(hook)
        if reason is not None and not doubt:
            doubt = f"of `{owner[1]}` it is not known: {reason}"
            if hook == FORWARD:
                part = graph.resolve(owner[0], own["forward_of"]) if "forward_of" in own else None
                inner = graph.order_of(part) if part is not None and hops < MAX_HOPS else ()
                return _has(graph, inner, FORWARD, hops + 1) if inner else doubt
    for owner, own in facts.items():
        known = own.get("hooks", {}).get(hook)
        if known is not None and (not doubt or (known and hook != FORWARD)):
            return bool(known)
        unknown = next((base for base in own["bases"] if _is_unknown(graph, owner[0], base)), None)
        if unknown is not None and not doubt:
            doubt = f"`{owner[1]}` inherits from `{unknown}`, which is not followed"
        if "dynamic" in own and hook != FORWARD and not doubt:  # torch's own class has a `forward`
            doubt = f"`{owner[1]}` hands on what it is asked for by `__getattr__`"
    return doubt or False


def _is_unknown(graph: ClassGraph, path: str, base: str) -> bool:
    """Whether a base is not found, and may have hooks."""
    if graph.resolve(path, base) is not None:
        return False
    facts = graph.files[path]
    head = base.partition(".")[0]
    if head in facts["imports"]:
        level, module, _ = facts["imports"][head]
        return level > 0 or module.partition(".")[0] not in _OUTSIDE
    return not (base == head and hasattr(builtins, head))
