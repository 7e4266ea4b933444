"""What a model module shows of its classes: whether one generates, pools, or takes images and sound.

An engine calls a model through a handful of names, and these are what is looked for: ``pad_input_ids`` and
``get_image_feature`` of a model with a tower, the pooler of one that embeds, the logits processor of one that
generates. The signs of a class and of what it inherits from say which section an architecture belongs to where none of
the engine's own lists names it.

The facts of a module: class -> [line, [bases], {sign: line}].
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archtrack.core.python.changes import FUNCTIONS
from archtrack.core.python.module import Module
from archtrack.core.python.values import dotted, last_name
from archtrack.model import Category, Signs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from archtrack.model import Place, Registration
    from archtrack.sources.library import Library

__all__ = ["WORDS", "class_signs", "with_signs"]

GENERATES, POOLS, SEES, ENCODES = "generates", "pools", "sees", "encodes"

WORDS = (
    b"LogitsProcessor",
    b"logits_processor",
    b"EmbeddingPoolerOutput",
    b"self.pooler",
    b"self.classification_head",
)
"""In the bodies of methods that show anything."""

_GENERATING = ("LogitsProcessor", "logits_processor")
_POOLERS = frozenset({"pooler", "classification_head"})
_SEEING = frozenset({"pad_input_ids", "get_image_feature", "get_video_feature", "get_audio_feature"})
_ENCODED = frozenset({"pixel_values", "input_features", "input_values"})
_SHOWN = {
    GENERATES: "computes logits",
    POOLS: "pools or scores",
    SEES: "takes images, video or audio",
    ENCODES: "encodes images or audio",
}
_DRAFT = re.compile(r"Draft|DFlash|DSpark|NextN|MTP")
_NO_MODEL = frozenset({"nn.Module", "torch.nn.Module", "object", "ABC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registered:
    """A registered class: where it is defined, and what the engine says of it, if it does."""

    path: str
    category: Category | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """A class in a chain of bases: its signs, or the category that the engine states and where."""

    name: str
    path: str
    line: int
    signs: Mapping[str, int]
    stated: tuple[Category, str] | None = None


def class_signs(module: Module) -> dict[str, Any]:
    """The facts of a module. Classes that show nothing and inherit from no model are left out.

    Args:
        module: the module, with the bodies in which one of ``WORDS`` occurs.
    """
    found: dict[str, tuple[int, list[str], dict[str, int]]] = {}
    for name, node in module.classes.items():
        bases = [base for base in map(dotted, node.bases) if base is not None and base not in _NO_MODEL]
        signs: dict[str, int] = {}
        for sign, line in _signs(node):
            signs[sign] = min(line, signs.get(sign, line))
        found[name] = (node.lineno, bases, signs)
    if not any(SEES in signs for _, _, signs in found.values()):  # only then a tower is one
        for _, _, signs in found.values():
            signs.pop(ENCODES, None)
    return {name: list(facts) for name, facts in found.items() if facts[1] or facts[2] or _DRAFT.search(name)}


def _signs(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    for method in node.body:
        if not isinstance(method, FUNCTIONS):
            continue
        arguments = [each.arg for each in (*method.args.posonlyargs, *method.args.args)]
        if method.name in _SEEING:
            yield SEES, method.lineno
        elif method.name == "forward" and len(arguments) > 1 and arguments[1] in _ENCODED:
            yield ENCODES, method.lineno
        for statement in method.body:  # further in it is an option of the configuration
            match statement:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]) if (
                    name in _POOLERS
                ):
                    yield POOLS, statement.lineno
                case _:
                    pass
        for part in (node for each in method.body for node in ast.walk(each)):
            if isinstance(part, ast.Call):
                called = last_name(part.func)
                if called.endswith(_GENERATING):
                    yield GENERATES, part.lineno
                elif called == "EmbeddingPoolerOutput":
                    yield POOLS, part.lineno


def with_signs(
    registrations: Mapping[str, Registration],
    known: Mapping[str, Any],
    libraries: Sequence[Library],
    drafts: Iterable[tuple[str, str, Place]],
) -> tuple[Registration, ...]:
    """The registrations, sorted by name, with what the code shows of those without a category.

    Args:
        registrations: name -> registration.
        known: path -> facts of the modules that were read for them.
        libraries: where their modules are; the last one is the engine's own.
        drafts: (target, draft, place) of what the engine turns into a draft.
    """
    registered = {
        name: _Registered(path=each.defined.file, category=each.category, source=each.category_source)
        for name, each in registrations.items()
        if each.defined is not None
    }
    paths = {each.path for each in registered.values() if each.category is None}
    facts = {**known, **_read(sorted(paths - known.keys()), libraries)}
    targets: dict[str, dict[str, Place]] = {}
    for target, draft, place in drafts:
        if target != draft:
            targets.setdefault(draft, {}).setdefault(target, place)
    signed = []
    for name, each in sorted(registrations.items()):
        if each.category is None and each.defined is not None:
            shown = _shown_by(name, each.defined.file, lambda path: facts.get(path, {}), registered)
            category, source = shown or (None, None)
            served = targets.get(name, {})
            signs = Signs(
                category=category,
                source=source,
                targets=tuple(served),
                targets_source=str(next(iter(served.values()))) if served else None,
            )
            signed.append(replace(each, signs=signs))
        else:
            signed.append(each)
    return tuple(signed)


def _read(paths: Sequence[str], libraries: Sequence[Library]) -> Mapping[str, Any]:
    """The signs of modules that register nothing themselves, from the first library that has each."""
    found: dict[str, Any] = {}
    for library in libraries:
        there = [path for path in library.paths(*paths) if path not in found]
        found.update(library.facts(there, "sglang-signs-11", lambda data: class_signs(Module(data, WORDS))))
    return found


def _shown_by(
    name: str,
    path: str,
    signs: Callable[[str], Mapping[str, Any]],
    registered: Mapping[str, _Registered],
) -> tuple[Category, str] | None:
    """The category that a class and what it inherits from show, and the line that shows it.

    The first class of the chain that pools or computes logits tells which of the two the model does; a model that
    generates is multimodal if anything in the chain takes more than text.

    Args:
        name: the class.
        path: the file that defines it.
        signs: path -> facts of that module.
        registered: the engine's architectures, which is where bases from other modules are looked for.
    """
    chain = list(_chain(name, path, signs, registered))
    for link in chain:
        if link.stated is not None:
            return link.stated
        if GENERATES in link.signs:
            break
        for sign in (ENCODES, POOLS):
            if sign in link.signs:
                return Category.EMBEDDING, _place(link, sign)
    seeing = (_sees(link) for link in chain)
    generating = (
        (Category.TEXT, _place(link, GENERATES)) if GENERATES in link.signs else None for link in chain
    )
    drafting = (
        (Category.TEXT, f"{link.path}:{link.line} {link.name} drafts") if _DRAFT.search(link.name) else None
        for link in chain
    )
    return next((found for found in (*seeing, *generating, *drafting) if found is not None), None)


def _sees(link: _Link) -> tuple[Category, str] | None:
    if link.stated is not None:
        return link.stated if link.stated[0] is Category.MULTIMODAL else None
    return (Category.MULTIMODAL, _place(link, SEES)) if SEES in link.signs else None


def _chain(
    name: str,
    path: str,
    signs: Callable[[str], Mapping[str, Any]],
    registered: Mapping[str, _Registered],
) -> Iterator[_Link]:
    """The class and what it inherits from, depth first, each once."""
    waiting: list[tuple[str, str, _Registered | None]] = [(name, path, None)]
    seen = set()
    while waiting:
        name, path, stated = waiting.pop()
        facts = signs(path)
        if (name, path) in seen or (stated is None and name not in facts):
            continue
        seen.add((name, path))
        if stated is not None and stated.category is not None:
            says = stated.category, f"{name}: {stated.source}"
            yield _Link(name=name, path=path, line=0, signs={}, stated=says)
            continue
        line, bases, found = facts[name]
        yield _Link(name=name, path=path, line=line, signs=found)
        for base in reversed(bases):
            known = registered.get(base)
            if known is None or (base in facts and known.path != path):
                waiting.append((base, path, None))  # one of this module, or unknown
            else:
                waiting.append((base, known.path, known if known.category is not None else None))


def _place(link: _Link, sign: str) -> str:
    return f"{link.path}:{link.signs[sign]} {link.name} {_SHOWN[sign]}"
