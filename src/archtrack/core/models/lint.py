"""What is wrong with the data file of the model index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archtrack.core.matrix.repositories import is_hub_id
from archtrack.core.parsing import parse_date, parse_version

from .data_file import WrongIndexError, parse_index, write_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .index import Claim, IndexSource, ModelIndex

__all__ = ["lint_index"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PAIR = 2
_MOST = 10**12  # of whatever is counted
_SHOWN = 20
"""Problems of one kind that are told."""


def lint_index(text: str) -> tuple[str, ...]:
    """What is wrong with the text of a data file; nothing if a refresh would write the same text."""
    try:
        index = parse_index(text)
    except WrongIndexError as error:
        return (str(error),)
    found = [problem for source in index.sources for problem in _source(source)]
    packages = [source.package for source in index.sources]
    if packages != sorted(set(packages)):
        found.append("the sources are not sorted by package, or one is there twice")
    found += [
        problem for at, claim in enumerate(index.claims) for problem in _claim(claim, at, len(packages))
    ][:_SHOWN]
    found += list(_models(index))[:_SHOWN]
    if not found:
        found += _counts(index)
    if not found and write_index(index) != text:
        found.append("it is not written as a refresh writes it")
    return tuple(found)


def _source(source: IndexSource) -> Iterator[str]:
    if source.sha256 is not None and not _SHA256.fullmatch(source.sha256):
        yield f"{source.package}: its sha256 is not valid"
    try:
        parse_version(source.version)
    except ValueError:
        yield f"{source.package}: {source.version[:40]!r} is not a version"
    try:
        if source.date is not None:
            parse_date(source.date)
    except ValueError:
        yield f"{source.package}: {str(source.date)[:40]!r} is not a date"


def _claim(claim: Claim, at: int, sources: int) -> Iterator[str]:
    where = f"claim {at}"
    if not 0 <= claim.source < sources:
        yield f"{where} is of no source"
    given = (each for each in (claim.model_type, claim.task, claim.by) if each is not None)
    for each in (claim.path, *claim.architectures, *given):
        if not each or not each.isprintable():
            yield f"{where}: {each[:40]!r} is empty or has characters that cannot be printed"
    if not claim.architectures and claim.model_type is None:
        yield f"{where} says nothing"
    if claim.architectures != tuple(sorted(set(claim.architectures))):
        yield f"{where}: its architectures are not sorted, or one is there twice"


def _models(index: ModelIndex) -> Iterator[str]:
    for model, record in index.records.items():
        if not is_hub_id(model):
            yield f"{model[:80]!r} is not an id on the Hub"
        if len(record) <= 1 or not _is_count(record[0]):
            yield f"{model}: no source names it, or its downloads are not a number"
            continue
        for each in record[1:]:
            at, line = each if isinstance(each, list) and len(each) == _PAIR else (each, 1)
            if not _is_count(at) or at >= len(index.claims) or not _is_count(line) or line == 0:
                yield f"{model}: {str(each)[:40]} is not a claim, or has no line"


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _counts(index: ModelIndex) -> Iterator[str]:
    """Counts that the models do not bear out, and claims that none has."""
    ids = [0] * len(index.sources)
    used = set[int]()
    for model in index.records:
        places = index.places(model)
        used.update(at for at, _ in places)
        for source in {index.claims[at].source for at, _ in places}:
            ids[source] += 1
    for each, count in zip(index.sources, ids, strict=True):
        if count != each.ids:
            yield f"{each.package}: it says something of {count} models, not of {each.ids}"
    if unused := set(range(len(index.claims))) - used:
        yield f"claim {min(unused)} is of no model"
