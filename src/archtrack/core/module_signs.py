"""What a model module itself shows of its classes: whether one generates, pools, or takes images and sound.

An engine calls a model through a handful of names, and these are what is looked for: ``pad_input_ids`` and
``get_image_feature`` of a model with a tower, the pooler of one that embeds, the logits processor of one that
generates. They are read with plain searches, because a whole engine's modules are looked at.

The facts of a module: class -> [line, [bases], {sign: line}].
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.model import Category

from .modules import MAX_BYTES
from .strings import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Listed", "class_signs", "shown_by"]

GENERATES, POOLS, SEES, ENCODES = "generates", "pools", "sees", "encodes"

_SIGNS = (  # a word, the pattern that it belongs to or None, and what it is a sign of
    (b"LogitsProcessor(", None, GENERATES),
    (b"logits_processor(", None, GENERATES),
    (b"self.pooler = ", re.compile(rb"        "), POOLS),  # further in it is an option of the configuration
    (b"self.classification_head = ", re.compile(rb"        "), POOLS),
    (b"EmbeddingPoolerOutput(", None, POOLS),
    (b"pad_input_ids(", re.compile(rb"    (?:async )?def "), SEES),
    (b"_feature(", re.compile(rb"    (?:async )?def get_(?:image|video|audio)"), SEES),
)
_SHOWN = {
    GENERATES: "computes logits",
    POOLS: "pools or scores",
    SEES: "takes images, video or audio",
    ENCODES: "encodes images or audio",
}
_CLASS = re.compile(rb"class[ \t]+([^\W\d]\w*)[ \t]*(?:\(([^()]*)\))?[ \t]*:")
_BASE = re.compile(rb"(?<![\w.=])([^\W\d][\w.]*)(?![\w.]*[ \t]*=)")
_COMMENT = re.compile(rb"#[^\n]*")
_ENCODER = re.compile(rb"\n    def forward\(\s*self,\s*(?:pixel_values|input_features|input_values)\b")
_DRAFT = re.compile(r"Draft|DFlash|DSpark|NextN|MTP")
_LONG = 400  # bytes: what stands further in on its line is not looked at
_NO_MODEL = frozenset({"nn.Module", "torch.nn.Module", "object", "ABC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
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


def class_signs(data: bytes) -> dict[str, Any]:
    """The facts of a module. Classes that show nothing and inherit from no model are left out."""
    normal = normalise(data) if len(data) <= MAX_BYTES else None
    if normal is None:
        return {}
    text = b"\n" + normal
    hits = sorted(_hits(text))
    found = {}
    at = text.find(b"\nclass ") + 1
    line = text.count(b"\n", 0, at)
    while at:
        following = text.find(b"\nclass ", at) + 1
        end = following or len(text)
        match = _CLASS.match(text, at)
        if match:
            name = match[1].decode("utf-8", "replace")
            bases = _bases(match[2] or b"")
            signs = _signs(text, at, end, line, hits)
            if bases or signs or _DRAFT.search(name):
                found[name] = [line, bases, signs]
        line += text.count(b"\n", at, end)
        at = following
    return found


def _hits(text: bytes) -> Iterator[tuple[int, str]]:
    """Where signs seem to stand, in the whole of a module."""
    sees = False
    for word, before, sign in _SIGNS:
        at = text.find(word)
        while at >= 0:
            start = text[max(at - _LONG, 0) : at].rpartition(b"\n")
            if start[1] and (b"#" not in start[2] if before is None else before.fullmatch(start[2])):
                sees |= sign == SEES
                yield at, sign
            at = text.find(word, at + 1)
    if sees:  # a tower may have these methods, too
        for match in _ENCODER.finditer(text):
            yield match.start() + 1, ENCODES


def _bases(inside: bytes) -> list[str]:
    if not inside or inside == b"nn.Module":
        return []
    bases = [base.decode("utf-8", "replace") for base in _BASE.findall(_COMMENT.sub(b"", inside))]
    return [base for base in bases if base not in _NO_MODEL]


def _signs(text: bytes, start: int, end: int, line: int, hits: list[tuple[int, str]]) -> dict[str, int]:
    """Sign -> line, of the class that stands between two offsets, the first of them on ``line``.

    A hit behind an odd number of triple quotes stands in a docstring.
    """
    found: dict[str, int] = {}
    low, high = bisect_left(hits, (start,)), bisect_left(hits, (end,))
    if low == high:
        return found
    function = text.find(b"\ndef ", start, end)
    double = single = 0
    for at, sign in hits[low:high]:
        if 0 <= function < at:
            break
        double += text.count(b'"""', start, at)
        single += text.count(b"'''", start, at)
        line += text.count(b"\n", start, at)
        start = at
        if double % 2 == single % 2 == 0:
            found.setdefault(sign, line)
    return found


def shown_by(
    name: str, path: str, signs: Callable[[str], Mapping[str, Any]], registered: Mapping[str, Listed]
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
    name: str, path: str, signs: Callable[[str], Mapping[str, Any]], registered: Mapping[str, Listed]
) -> Iterator[_Link]:
    """The class and what it inherits from, depth first, each once."""
    waiting: list[tuple[str, str, Listed | None]] = [(name, path, None)]
    seen = set()
    while waiting:
        name, path, listed = waiting.pop()
        facts = signs(path)
        if (name, path) in seen or (listed is None and name not in facts):
            continue
        seen.add((name, path))
        if listed is not None and listed.category is not None:
            stated = listed.category, f"{name}: {listed.source}"
            yield _Link(name=name, path=path, line=0, signs={}, stated=stated)
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
