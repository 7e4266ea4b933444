"""What a name stands for by the model index, and what the index covers, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.wording import counted

from .terminal import plain, print_lines, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archtrack.app.names import Names
    from archtrack.core.models.index import ModelIndex, Said
    from archtrack.core.models.lookup import Found

__all__ = [
    "found_words",
    "looked_up_json",
    "model_json",
    "models_json",
    "models_lines",
    "overview_json",
    "print_looked_up",
    "print_overview",
]

_OTHERS = 3
"""Further architectures that a line names."""


def found_words(found: Found, own: str | None = None) -> str:
    """How a name was found, with the id of an exact one and the further architectures of a family.

    Args:
        found: what the name stands for.
        own: the architecture that is spoken of, one of several; None for the likeliest.
    """
    words = f"exact: {found.model}" if found.how == "exact" and found.read_as is None else found.words
    count = next((each.ids for each in found.candidates if each.architecture == own), None)
    if own is not None and found.how == "family" and count is not None:
        words = words.replace(f"family: {found.candidates[0].ids} of", f"family: {count} of")
    more = [f"{name} ({counted(ids, 'id')})" for name, ids in found.others[:_OTHERS]]
    return f"{words}; also {', '.join(more)}" if more else words


def models_lines(names: Names, asked: Iterable[str]) -> Iterator[str]:
    """A line for each name that stands for a model: how it was found, and its architectures."""
    for name in asked:
        meaning = names.meaning(name)
        if meaning.found is not None:
            yield f"{name}: {', '.join(names.asked(name))} ({found_words(meaning.found)})"


def models_json(names: Names, asked: Iterable[str]) -> list[dict[str, Any]]:
    """The same for programs."""
    found = []
    for name in asked:
        meaning = names.meaning(name)
        if meaning.found is not None:
            found.append(
                {
                    "name": name,
                    "found": meaning.found.words,
                    "architectures": list(names.asked(name)),
                    **model_json(meaning.found),
                }
            )
    return found


def model_json(found: Found) -> dict[str, Any]:
    """What a name stands for: the model, and its architectures with how many ids have each."""
    return {
        "model": found.model,
        "read_as": found.read_as,
        "ids": found.ids,
        "candidates": [
            {"architecture": each.architecture, "model_type": each.model_type, "ids": each.ids}
            for each in found.candidates
        ],
        "others": [{"architecture": name, "ids": ids} for name, ids in found.others],
    }


def print_overview(index: ModelIndex) -> None:
    """One line per source: what it says something of."""
    table(
        ("Package", "Release", "Date", "Models", "Unresolved"),
        (
            (each.package, each.version, each.date or "", str(each.ids), str(each.unresolved))
            for each in index.sources
        ),
    )
    print_lines([plain(f"{counted(len(index.records), 'model')} in all")], err=True)


def overview_json(index: ModelIndex) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        "models": len(index.records),
        "sources": {
            each.package: {
                "version": each.version,
                "date": each.date,
                "file": each.file,
                "sha256": each.sha256,
                "attests": each.attests,
                "models": each.ids,
                "unresolved": each.unresolved,
            }
            for each in index.sources
        },
    }


def print_looked_up(
    found: Mapping[str, Found | None], near: Mapping[str, Sequence[str]], index: ModelIndex
) -> None:
    """A block per name: what it stands for, and what each source says of the model."""
    for number, (name, each) in enumerate(found.items()):
        lines = [""] if number else []
        if each is None:
            like = f"; like it: {', '.join(near[name])}" if near[name] else ""
            lines.append(f"{name}: nothing found{like}")
        else:
            lines.append(f"{name}: {found_words(each)}")
            for candidate in each.candidates:
                known = f" (model type {candidate.model_type})" if candidate.model_type else ""
                what = candidate.architecture or "no known architecture"
                lines.append(f"  {what}{known}: {candidate.ids} of {counted(each.ids, 'id')}")
            if each.model is not None:
                lines += [f"  {_said(said, index)}" for said in index.said(each.model)]
        print_lines(map(plain, lines))


def _said(said: Said, index: ModelIndex) -> str:
    """Who says what of a model, and where."""
    claim = said.claim
    place = f"{claim.path}:{said.line}" if said.line else claim.path
    what = [] if claim.model_type is None else [f"model type {claim.model_type}"]
    if claim.architectures:
        by = f" (by {claim.by})" if claim.by is not None else ""
        what.append(f"{', '.join(claim.architectures)}{by}")
    return f"{index.sources[claim.source].name} says {'; '.join(what)} [{place}]"


def looked_up_json(
    found: Mapping[str, Found | None], near: Mapping[str, Sequence[str]], index: ModelIndex
) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        "names": [
            {
                "name": name,
                "found": each.words if each is not None else None,
                **(model_json(each) if each is not None else {"model": None, "read_as": None, "ids": 0}),
                **({} if each is not None else {"candidates": [], "others": []}),
                "near": list(near[name]),
                "said": []
                if each is None or each.model is None
                else [_said_json(said, index) for said in index.said(each.model)],
            }
            for name, each in found.items()
        ]
    }


def _said_json(said: Said, index: ModelIndex) -> dict[str, Any]:
    claim = said.claim
    source = index.sources[claim.source]
    return {
        "package": source.package,
        "version": source.version,
        "path": claim.path,
        "line": said.line,
        "architectures": list(claim.architectures),
        "model_type": claim.model_type,
        "task": claim.task,
        "by": claim.by,
    }
