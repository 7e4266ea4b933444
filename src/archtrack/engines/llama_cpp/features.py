"""What llama.cpp's sources state of the models that it runs (see ``core.verdict.features``).

- ``hybrid``, ``attention-free``: what ``llm_arch_is_hybrid`` and ``llm_arch_is_recurrent`` say of a GGUF architecture,
  since July 2025; they decide which cache a model gets. An architecture of a config has what its files have.
- ``multimodal``: there is a converter of what sees or hears of an architecture. Which of the two it is, ``image`` or
  ``audio``, its class says by ``has_vision_encoder`` and ``has_audio_encoder``; ``VisionModel``, the base class until
  May 2025, has no sound. Neither is decided: the text of such a model may have an architecture of its own.

Rows are by both, architectures and GGUF architectures. What files LoRA, pooling and quantisation take does not go by
architecture.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import Fact
from archtrack.model import Place

from .conversion import Modules, conversion_code, groups_of
from .cpp_switches import HYBRID, RECURRENT, arch_switches
from .model_arch import Converters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.sources.library import Library

    from .conversion import Entry

__all__ = ["encoder_facts", "features"]

_SWITCHES = {"hybrid": HYBRID, "attention-free": RECURRENT}
_ENCODERS = {"image": "has_vision_encoder", "audio": "has_audio_encoder"}
_SEES, _SEES_OR_HEARS = "VisionModel", "MmprojModel"


def features(
    library: Library, path: str | None, constants: Mapping[str, tuple[str, int]], converts: Mapping[str, Fact]
) -> tuple[dict[str, Fact], list[str]]:
    """The rows of a release, and the features that it decides.

    Args:
        library: the release.
        path: of the file that lists GGUF architectures; None where there is none.
        constants: GGUF architecture -> what it is called in C++, and the line that lists it.
        converts: the table ``CONVERTS``.

    Raises:
        SourceError: a file cannot be read.
    """
    decided = {} if path is None or not constants else _decided(library, path, constants)
    rows = dict(_of_architectures(library, decided, converts))
    if path is not None and decided:
        for name, (_, line) in constants.items():
            has = [feature for feature, files in decided.items() if name in files]
            rows[name] = Fact(key=name, place=Place(file=path, line=line), value=_value(has, {}))
    return dict(sorted(rows.items())), sorted(decided)


def _decided(library: Library, path: str, constants: Mapping[str, tuple[str, int]]) -> dict[str, set[str]]:
    """Feature -> the GGUF architectures that have it."""
    found = library.facts((f"./{path}",), "llama-cpp-switches-1", arch_switches)[f"./{path}"]
    return {
        feature: {name for name, (constant, _) in constants.items() if constant in found[function]}
        for feature, function in _SWITCHES.items()
        if function in found
    }


def _of_architectures(
    library: Library, decided: Mapping[str, set[str]], converts: Mapping[str, Fact]
) -> Iterator[tuple[str, Fact]]:
    """The rows of the architectures that a release converts."""
    modules = Modules(library)
    encoders = {
        each.removeprefix("./"): facts
        for each, facts in library.facts(
            [f"./{each}" for each in modules.facts], "llama-cpp-encoders-1", encoder_facts
        ).items()
    }
    converters = Converters(modules.facts, {})
    for name, groups in groups_of(conversion_code(library).found).items():
        fact = converts.get(name)
        has, unsure = _of_made({} if fact is None else fact.value, decided)
        if "mmproj" in groups:
            seen, doubts = _encoders(groups["mmproj"], converters, encoders)
            has, unsure = ["multimodal", *has, *seen], {**unsure, **doubts}
        if decided or has:
            entry = groups.get("text") or groups["mmproj"]
            at = (entry.module, entry.class_line) if entry.class_line else (entry.path, entry.line)
            yield name, Fact(key=name, place=Place(file=at[0], line=at[1]), value=_value(has, unsure))


def _of_made(
    converts: Mapping[str, Any], decided: Mapping[str, set[str]]
) -> tuple[list[str], dict[str, str]]:
    """What the files of an architecture have, and what cannot be told of them."""
    made = converts.get("text", [])
    if not made or "text" in converts.get("unresolved", ()):
        return [], dict.fromkeys(decided, "which GGUF architecture its file gets is not known")
    has, unsure = [], {}
    for feature, files in decided.items():
        known = {each in files for each in made}
        if len(known) > 1:
            unsure[feature] = "which GGUF architecture its file gets depends on the config"
        elif True in known:
            has.append(feature)
    return has, unsure


def _value(has: list[str], unsure: Mapping[str, str]) -> dict[str, Any]:
    """The value of a row; see ``core.verdict.features``."""
    found: dict[str, Any] = {"has": sorted(has), "unsure": dict(sorted(unsure.items()))}
    return {part: value for part, value in found.items() if value}


def _encoders(
    entry: Entry, converters: Converters, encoders: Mapping[str, Any]
) -> tuple[list[str], dict[str, str]]:
    """What a converter of what sees or hears says of its class."""
    order = converters.order(entry.module, entry.class_name) if entry.class_name else ()
    names = [name for _, name in order]
    if _SEES in names:
        return ["image"], {}
    has, unsure = [], {}
    for feature, attribute in _ENCODERS.items():
        given = [encoders.get(path, {}).get(name, {}).get(attribute) for path, name in order]
        said = next((each["own"] for each in given if each and each["own"] is not None), None)
        if any(each and each["later"] for each in given):
            unsure[feature] = f"its converter sets `{attribute}` by what the config says"
        elif said is None or _SEES_OR_HEARS not in names:
            unsure[feature] = f"its converter does not say `{attribute}`"
        elif said:
            has.append(feature)
    return has, unsure


def encoder_facts(data: bytes) -> dict[str, Any]:
    """Class -> attribute -> ``{"own": what the class is given, or null, "later": whether a method sets it}``."""
    words = [attribute.encode() for attribute in _ENCODERS.values()]
    if not any(word in data for word in words):
        return {}
    found: dict[str, Any] = {}
    for name, node in Module(data, words=words).classes.items():
        given = {attribute: _given(node, attribute) for attribute in _ENCODERS.values()}
        found[name] = {
            attribute: each for attribute, each in given.items() if each["own"] is not None or each["later"]
        }
    return {name: given for name, given in found.items() if given}


def _given(node: ast.ClassDef, attribute: str) -> dict[str, Any]:
    own: bool | None = None
    later = False
    for part in ast.walk(node):
        match part:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=held)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as held)
            ) if name == attribute:
                known = held.value if isinstance(held, ast.Constant) and part in node.body else None
                own, later = (known, later) if isinstance(known, bool) else (own, True)
            case ast.Attribute(attr=name, ctx=ast.Store()) if name == attribute:
                later = True
            case _:
                pass
    return {"own": own, "later": later}
