"""The use case of ``data update``: newer history data from elsewhere, checked before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.core.history.data_file import WrongHistoryError, parse_history
from archtrack.core.history.lint import lint_history
from archtrack.core.recipes.data_file import holds_recipes
from archtrack.core.recipes.lint import lint_recipes
from archtrack.engines import engine_names
from archtrack.errors import DataError, UsageError
from archtrack.sources.address import parse_address
from archtrack.sources.files import like_it, make_folder, write_atomic
from archtrack.sources.index.http import GoneError, Http
from archtrack.sources.redaction import shown_address, shown_source

from .data_files import data_files
from .store import LARGEST, Histories, read_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.core.history.history import History
    from archtrack.sources.workspace import Workspace

__all__ = ["Taken", "lint_files", "update_data"]

_SHOWN = 5
"""Problems of one file that a message lists."""
_FOLDER = "the address of a folder ends with /"
_NAME_LENGTH = 255
"""Bytes of a file's name, on every system that is in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One engine's data that was looked at.

    Attributes:
        engine: its name.
        source: where the data came from.
        releases: how many it knows.
        written: whether it is used from now on; False where there was as much already.
    """

    engine: str
    source: str
    releases: int
    written: bool


def update_data(
    sources: Sequence[str], folder: Path, workspace: Workspace, *, force: bool = False
) -> tuple[Taken, ...]:
    """Take data files into the user's folder: all of them, or none if one is not as it should be.

    Args:
        sources: files, folders of files, addresses of files (``https://…/vllm.json``), or of a folder (with a slash
            at the end): then it is asked for the file of every engine.
        folder: the user's.
        workspace: for the network.
        force: take also what knows less than what is there.

    Raises:
        UsageError: a source is none, or two are of one engine.
        DocumentError: the folder cannot be created, or a file not be written.
        DataError: data cannot be read, is wrong, or knows less than what is there.
    """
    found = [(source, text) for each in sources for source, text in _texts(each, workspace)]
    known = Histories(workspace.environ)
    checked = [_checked(source, text, folder, known, force=force) for source, text in found]
    engines = [taken.engine for taken, _ in checked]
    if twice := [engine for engine in dict.fromkeys(engines) if engines.count(engine) > 1]:
        raise UsageError(f"two sources have data of {', '.join(twice)}; name one")
    make_folder(folder)
    for taken, text in checked:
        if taken.written:
            write_atomic(folder / f"{taken.engine}.json", text.encode())
    return tuple(taken for taken, _ in checked)


def lint_files(path: Path) -> dict[Path, tuple[str, ...]]:
    """What is wrong with each data file of a folder, or with one file: of a history, or of recipes.

    Raises:
        DataError: a file cannot be read, or there is none.
    """
    paths = data_files(path)
    if not paths:
        raise DataError(f"{path}: no data file in it; name a folder with files such as vllm.json")
    return {each: _lint(_read(each), each.stem) for each in paths}


def _lint(text: str, engine: str) -> tuple[str, ...]:
    return lint_recipes(text, engine) if holds_recipes(text) else lint_history(text, engine)


def _texts(source: str, workspace: Workspace) -> Iterator[tuple[str, str]]:
    if not source.strip():
        raise UsageError("a SOURCE is empty; name a file, a folder or an address")
    if source.startswith(("http://", "https://")):
        if not _names_server(source):
            shown = shown_address(source)
            raise UsageError(f"{shown}: names no server; an address is like https://example.org/data/")
        yield from _fetched(source, workspace)
        return
    path = workspace.folder / source
    if len(path.name) > _NAME_LENGTH:
        raise UsageError(
            f"{shown_source(source)[:40]}…: no such file or folder; an address begins with https://"
        )
    if path.is_dir():
        paths = data_files(path)
        if not paths:
            raise DataError(f"{source}: no data file in it; name a folder with files such as vllm.json")
        yield from ((str(Path(source) / each.name), _read(each)) for each in paths)
    elif path.exists():
        yield source, _read(path)
    else:
        raise UsageError(
            f"{shown_source(source)}: no such file or folder{like_it(source) or '; an address begins with https://'}"
        )


def _names_server(address: str) -> bool:
    try:
        return bool(parse_address(address).hostname)
    except ValueError:
        return False


def _fetched(source: str, workspace: Workspace) -> Iterator[tuple[str, str]]:
    if workspace.offline:
        raise UsageError(f"{shown_address(source)}: an address needs the network; run without --offline")
    http = Http(workspace.index_settings())
    try:
        source = http.keep_credentials(source)
        if not source.endswith("/"):
            try:
                page = http.page(source, {}, LARGEST)
            except GoneError as error:
                raise DataError(f"{error}; {_FOLDER}") from error
            if page.url == f"{source}/":
                raise DataError(f"{shown_address(source)}: is a folder; {_FOLDER}")
            yield shown_address(source), _decoded(page.content, shown_address(source))
            return
        got = False
        for engine in engine_names():
            address = f"{source}{engine}.json"
            try:
                yield (
                    shown_address(address),
                    _decoded(http.page(address, {}, LARGEST).content, shown_address(address)),
                )
            except GoneError:
                continue
            got = True
        if not got:
            raise DataError(
                f"{shown_address(source)}: no data file there, such as vllm.json; check the address"
            )
    finally:
        http.close()


def _checked(source: str, text: str, folder: Path, known: Histories, *, force: bool) -> tuple[Taken, str]:
    try:
        history = parse_history(text)
    except WrongHistoryError as error:
        raise DataError(f"{source}: {error}") from error
    problems = lint_history(text, history.engine)
    if problems:
        more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
        raise DataError(f"{source}: not used: {'; '.join(problems[:_SHOWN])}{more}")
    here = _here(history.engine, known)
    lost = [] if here is None else sorted(here.known - history.known, key=here.positions.__getitem__)
    if lost and not force:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        raise DataError(
            f"{source}: lacks {history.engine} {lost[-1]}{more}, which the data here has; --force replaces it anyway"
        )
    path = folder / f"{history.engine}.json"
    taken = Taken(
        engine=history.engine,
        source=source,
        releases=len(history.releases),
        written=(force and not (path.is_file() and path.read_bytes() == text.encode())) or history != here,
    )
    return taken, text


def _here(engine: str, known: Histories) -> History | None:
    """The history that counts now; None where there is none that can be read."""
    try:
        return known.get(engine)
    except DataError:
        return None


def _read(path: Path) -> str:
    return _decoded(read_data(path), str(path))


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{source}: not a text file; name a data file such as vllm.json") from error
