"""A census as a file: what ``demand --save`` writes, and what the document's column ``demand`` is filled from."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from archtrack.core.demand.census import MEASURES, Census, Counted, Flaws
from archtrack.core.parsing import parse_date, parse_json
from archtrack.errors import DataError, UsageError
from archtrack.sources.files import read_bounded, why, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["expect_place", "is_census", "read_census", "save_census"]

_KIND = "archtrack census"
_VERSION = 1
_MARK = f'{{\n "kind": "{_KIND}",'.encode()
_LARGEST = 256 * 1024 * 1024  # bytes; one of all that is counted one by one has about 15 million
_MOST = 10**18  # of whatever is counted; what the Hub has takes some 12 digits
_NUMBERS = (
    "models",
    "downloads",
    "nameless_models",
    "nameless_downloads",
    "rest_names",
    "rest_models",
    "rest_downloads",
)


def is_census(path: Path) -> bool:
    """Whether a file is a census that was saved, by its beginning."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MARK)) == _MARK
    except (OSError, ValueError):
        return False


def expect_place(path: Path) -> None:
    """Refuse to write over what is no census: it may be somebody's.

    Raises:
        UsageError: there is such a file.
    """
    try:
        taken = path.exists() and not is_census(path) and (not path.is_file() or path.stat().st_size > 0)
    except (OSError, ValueError) as error:
        raise UsageError(f"--save {path}: no name for a file ({error})") from error
    if taken:
        raise UsageError(f"--save {path}: is there, and no census; give another name, or remove it")


def save_census(census: Census, path: Path) -> None:
    """Write a census; the same one gives the same bytes.

    Raises:
        UsageError: the file is there and is no census.
        DocumentError: it cannot be written.
    """
    expect_place(path)
    head = {name: getattr(census, name) for name in ("source", "date", "measure", "whole", *_NUMBERS)}
    flaws = asdict(census.flaws)
    lines = [json.dumps(_row(each)) for each in census.architectures]
    body = [f' "{name}": {json.dumps(value)},' for name, value in {**head, "flaws": flaws}.items()]
    text = "\n".join((f'{{\n "kind": "{_KIND}",', f' "version": {_VERSION},', *body, ' "architectures": ['))
    write_atomic(path, (text + "\n" + ",\n".join(f"  {line}" for line in lines) + "\n ]\n}\n").encode())


def read_census(path: Path) -> Census:
    """A census that was saved.

    Raises:
        DataError: there is none, or it is damaged.
    """
    try:
        data = read_bounded(path, _LARGEST)
    except FileNotFoundError as error:
        raise DataError(
            f"{path}: no such census; `archtrack demand --save {path.name}` writes one"
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {why(error)}") from error
    try:
        return _census(parse_json(data))
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: no census that this archtrack can read; `archtrack demand --save` writes one"
        ) from error


def _row(counted: Counted) -> list[Any]:
    return [
        counted.name, counted.models, counted.downloads, counted.example, counted.example_downloads,
    ]  # fmt: skip


def _census(data: Any) -> Census:
    if data["kind"] != _KIND or _number(data["version"]) != _VERSION or data["measure"] not in MEASURES:
        raise ValueError("another kind of file")
    return Census(
        source=_text(data["source"]),
        date=None if data["date"] is None else parse_date(_text(data["date"])).isoformat(),
        measure=data["measure"],
        whole=data["whole"] is True,
        flaws=Flaws(**{each.name: _number(data["flaws"][each.name]) for each in fields(Flaws)}),
        architectures=tuple(
            Counted(
                name=_text(name),
                models=_number(models),
                downloads=_number(downloads),
                example=_text(example),
                example_downloads=_number(most),
            )
            for name, models, downloads, example, most in data["architectures"]
        ),
        **{name: _number(data[name]) for name in _NUMBERS},
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError("not a number of something")
    return value
