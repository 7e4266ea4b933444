"""The model index as the text of its data file, and back.

A claim has one line, and so has an owner of models, so that a diff shows what a new release changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from archtrack.core.parsing import parse_json

from .index import Claim, IndexSource, ModelIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .index import Record

__all__ = ["SCHEMA_VERSION", "WrongIndexError", "parse_index", "write_index"]

SCHEMA_VERSION = 1

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class WrongIndexError(Exception):
    """A text is no model index, or has another schema version; the message says why."""


def write_index(index: ModelIndex) -> str:
    """The text of the data file: the same index gives the same text."""
    owners: dict[str, dict[str, Record]] = {}
    for model, record in sorted(index.records.items()):
        owner, _, name = model.partition("/")
        owners.setdefault(owner, {})[name] = record
    paths = sorted({claim.path for claim in index.claims})
    lines = ["{", f'"schema_version":{SCHEMA_VERSION},', f'"tool":{_encode(index.tool)},', '"sources":[']
    lines += _separated(_encode(_source(each)) for each in index.sources)
    lines.append('],"files":[')
    lines += _separated(map(_encode, paths))
    lines.append('],"claims":[')
    position = {path: at for at, path in enumerate(paths)}
    lines += _separated(_encode(_claim(each, position)) for each in index.claims)
    lines.append('],"models":{')
    lines += _separated(f"{_encode(owner)}:{_encode(names)}" for owner, names in sorted(owners.items()))
    return "\n".join([*lines, "}}", ""])


def _separated(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [*(f"{line}," for line in found[:-1]), *found[-1:]]


def _source(source: IndexSource) -> dict[str, Any]:
    return {
        "package": source.package,
        "version": source.version,
        "date": source.date,
        "file": source.file,
        "sha256": source.sha256,
        "attests": source.attests,
        "ids": source.ids,
        "unresolved": source.unresolved,
    }


def _claim(claim: Claim, paths: Mapping[str, int]) -> list[Any]:
    return [
        claim.source,
        paths[claim.path],
        list(claim.architectures),
        claim.model_type,
        claim.task,
        claim.by,
    ]


def parse_index(text: str | bytes, *, lazily: bool = False) -> ModelIndex:
    """The index that a data file holds.

    Args:
        text: of the file.
        lazily: read a claim when it is asked for, which is for a file that is known to be right: what is wrong with a
            claim or a model shows only then, as an error of another kind.

    Raises:
        WrongIndexError: the text is none.
    """
    try:
        data = parse_json(text)
    except ValueError as error:
        raise WrongIndexError(f"not a model index: not JSON: {str(error)[:200]}") from error
    found = data.get("schema_version") if isinstance(data, dict) else None
    if type(found) is not int or found != SCHEMA_VERSION:
        raise WrongIndexError(f"schema version {str(found)[:40]}, and this archtrack reads {SCHEMA_VERSION}")
    try:
        claims = _Claims(data["claims"], data["files"])
        if not lazily:
            for names in data["models"].values():
                _expect(list, *names.values())
        return ModelIndex(
            tool=data["tool"],
            sources=tuple(_parsed_source(each) for each in data["sources"]),
            claims=claims if lazily else tuple(claims),
            records={
                f"{owner}/{name}": row
                for owner, names in data["models"].items()
                for name, row in names.items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise WrongIndexError(f"not a model index: {type(error).__name__} {str(error)[:200]}") from error


class _Claims(Sequence[Claim]):
    """Claims that are read when they are asked for."""

    def __init__(self, rows: list[Any], paths: list[str]) -> None:
        self._rows, self._paths = rows, paths

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(
        self,
    ) -> Iterator[Claim]:  # the one that comes with a sequence takes an IndexError for the end
        return (_parsed_claim(row, self._paths) for row in self._rows)

    @overload
    def __getitem__(self, index: int) -> Claim: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Claim, ...]: ...
    def __getitem__(self, index: int | slice) -> Claim | tuple[Claim, ...]:
        if isinstance(index, slice):
            return tuple(_parsed_claim(row, self._paths) for row in self._rows[index])
        return _parsed_claim(self._rows[index], self._paths)


def _parsed_source(data: dict[str, Any]) -> IndexSource:
    source = IndexSource(**data)
    _expect(str, source.package, source.version, source.file)
    _expect((str, type(None)), source.date, source.sha256)
    _expect(int, source.attests, source.ids, source.unresolved)
    return source


def _parsed_claim(data: list[Any], paths: list[str]) -> Claim:
    source, path, architectures, model_type, task, by = data
    _expect(int, source, path)
    _expect(str, paths[path], *architectures)
    _expect((str, type(None)), model_type, task, by)
    return Claim(
        source=source,
        path=paths[path],
        architectures=tuple(architectures),
        model_type=model_type,
        task=task,
        by=by,
    )


def _expect(kind: type | tuple[type, ...], *values: object) -> None:
    """Values of a kind.

    Raises:
        TypeError: one is of another.
    """
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"{str(value)[:40]!r} is of another kind")
