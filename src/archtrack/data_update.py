"""The use case of ``data update``: newer history data from elsewhere, checked before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import histories
from .core.history_lint import lint_history
from .core.history_text import WrongHistoryError, parse_history
from .engines import engine_names
from .errors import DataError, UsageError
from .files import write_atomic
from .histories import LARGEST, read_history
from .sources.http import GoneError, Http

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .workspace import Workspace

__all__ = ["Taken", "lint_files", "update_data"]

_SHOWN = 5
"""Problems of one file that a message lists."""


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
        force: take also what knows fewer releases than what is there.

    Raises:
        UsageError: a source is none.
        DataError: data cannot be read, is wrong, or knows less than what is there.
    """
    found = [(source, text) for each in sources for source, text in _texts(each, workspace)]
    checked = [_checked(source, text, folder, force=force) for source, text in found]
    folder.mkdir(parents=True, exist_ok=True)
    for taken, text in checked:
        if taken.written:
            write_atomic(folder / f"{taken.engine}.json", text.encode())
    return tuple(taken for taken, _ in checked)


def lint_files(path: Path) -> dict[Path, tuple[str, ...]]:
    """What is wrong with each data file of a folder, or with one file.

    Raises:
        DataError: a file cannot be read, or there is none.
    """
    paths = (
        [path] if path.is_file() else sorted(each for each in path.glob("*.json") if each.stem != "schema")
    )
    if not paths:
        raise DataError(f"{path}: no data file is there (ENGINE.json)")
    return {each: lint_history(_read(each), each.stem) for each in paths}


def _texts(source: str, workspace: Workspace) -> Iterator[tuple[str, str]]:
    if source.startswith(("http://", "https://")):
        yield from _fetched(source, workspace)
        return
    path = workspace.folder / source
    if path.is_dir():
        paths = sorted(each for each in path.glob("*.json") if each.stem != "schema")
        if not paths:
            raise DataError(f"{source}: no data file is there (ENGINE.json)")
        yield from ((str(Path(source) / each.name), _read(each)) for each in paths)
    elif path.exists():
        yield source, _read(path)
    else:
        raise UsageError(f"{source}: no such file or folder; an address begins with https://")


def _fetched(source: str, workspace: Workspace) -> Iterator[tuple[str, str]]:
    if workspace.offline:
        raise UsageError(f"{source}: an address needs the network; run without --offline")
    http = Http(workspace.index_settings())
    try:
        if not source.endswith("/"):
            yield source, _decoded(http.page(source, {}, LARGEST)[1], source)
            return
        got = False
        for engine in engine_names():
            address = f"{source}{engine}.json"
            try:
                yield address, _decoded(http.page(address, {}, LARGEST)[1], address)
            except GoneError:
                continue
            got = True
        if not got:
            raise DataError(f"{source}: no data file is there (ENGINE.json)")
    finally:
        http.close()


def _checked(source: str, text: str, folder: Path, *, force: bool) -> tuple[Taken, str]:
    try:
        history = parse_history(text)
    except WrongHistoryError as error:
        raise DataError(f"{source}: {error}") from error
    problems = lint_history(text, history.engine)
    if not history.engine.replace("-", "").isalnum():  # it becomes the name of a file
        problems = (*problems, f"{history.engine!r} is no name of an engine")
    if problems:
        more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
        raise DataError(f"{source}: not taken: {'; '.join(problems[:_SHOWN])}{more}")
    name = f"{history.engine}.json"
    there = [read_history(path / name) for path in (folder, histories.SHIPPED) if (path / name).exists()]
    most = max((len(each.releases) for each in there), default=0)
    if len(history.releases) < most and not force:
        raise DataError(
            f"{source}: knows {len(history.releases)} releases of {history.engine}, and {most} are known here;"
            " --force takes it all the same"
        )
    taken = Taken(
        engine=history.engine,
        source=source,
        releases=len(history.releases),
        written=force or history not in there,
    )
    return taken, text


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(data) > LARGEST:
        raise DataError(f"{path}: more than {LARGEST // 1024**2} MB; this is no data of archtrack's")
    return _decoded(data, str(path))


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{source}: is no text") from error
