"""Where the model index lies, and reading it: what archtrack ships, and what a user has instead."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from archtrack.app.history.data_files import data_folder
from archtrack.app.history.store import read_data
from archtrack.core.models.data_file import WrongIndexError, parse_index
from archtrack.core.models.lint import lint_index
from archtrack.data import MODELS
from archtrack.errors import DataError
from archtrack.sources.files import identity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archtrack.core.models.index import ModelIndex

__all__ = ["FILE", "index_files", "lint_file", "model_index", "models_folder", "read_index"]

FILE = MODELS.name
_MEND = "remove it, and `archtrack index refresh` makes one that fits"


def models_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the user's own index, within that of the user's data; it need not exist.

    Raises:
        UsageError: it is in a home folder that nobody knows.
    """
    return data_folder(environ) / MODELS.parent.name


def model_index(environ: Mapping[str, str]) -> ModelIndex:
    """The index that counts: the user's, if it knows as many models as the shipped one or more.

    Raises:
        DataError: none can be read.
    """
    shipped = read_index(MODELS)
    own = models_folder(environ) / FILE
    if not own.is_file():
        return shipped
    found = read_index(own)
    return found if len(found.records) >= len(shipped.records) else shipped


def index_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files of which ``model_index`` takes one; the user's need not exist.

    Raises:
        UsageError: it is in a home folder that nobody knows.
    """
    return MODELS, models_folder(environ) / FILE


def read_index(path: Path) -> ModelIndex:
    """The index that a file holds; the same one again as long as the file is the same.

    Raises:
        DataError: it cannot be read, or is none.
    """
    return _parsed(path, identity(path))


@lru_cache(maxsize=4)
def _parsed(path: Path, _as_it_is: tuple[int, ...] | None) -> ModelIndex:
    try:
        text = read_data(path)
        if path != MODELS and (problems := lint_index(text.decode("utf-8", "replace"))):
            raise DataError(f"{path}: {problems[0]}; {_MEND}")
        return parse_index(text, lazily=path == MODELS)  # what is shipped has been checked
    except WrongIndexError as error:
        raise DataError(f"{path}: {error}; {_MEND}") from error


def lint_file(path: Path) -> tuple[str, ...]:
    """What is wrong with an index on disk.

    Raises:
        DataError: it cannot be read.
    """
    try:
        return lint_index(read_data(path).decode())
    except UnicodeDecodeError:
        return ("is no text",)
