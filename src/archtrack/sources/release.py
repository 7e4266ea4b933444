"""A release on the package index, as a source.

What never changes is remembered: which file an exact release is, and that file's table of contents. With both
in the cache, a named release is opened, listed and identified without any request. Bodies are not kept here;
what engines make of them is, one layer above.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from archtrack.errors import SourceError

from .archive import ZipArchive
from .base import Origin
from .http import GoneError
from .patterns import match_paths
from .release_memory import ReleaseMemory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

    from .archive import Archive
    from .base import Layout
    from .http import Http
    from .index import Choice
    from .pip_config import IndexSettings
    from .progress import Progress
    from .release_memory import ReleaseCache
    from .remote import ReleaseFile, RemoteFile, WholeFile

__all__ = ["ReleaseSource", "Session", "open_release"]


class ReleaseSource:
    """One file of a release: a ``Source``. Use as a context manager, or leave closing to the collector.

    Attributes:
        notes: what the user should know about the choice of the file, one sentence each.
        problems: entries of the file that were left out, one sentence each.
    """

    def __init__(self, origin: Origin, archive: Archive, notes: tuple[str, ...], opening: _Opening) -> None:
        """Take over an opened archive; ``open_release`` does that."""
        self.notes = notes
        self.problems = archive.problems
        self._origin = origin
        self._archive = archive
        self._opening = opening
        self._finalizer = weakref.finalize(self, _close, archive, opening.own_session)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    @property
    def origin(self) -> Origin:
        """Which file of which release is read."""
        return self._origin

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """As ``Source.list``; no request."""
        return match_paths(self._archive.paths, patterns)

    def identify(self, paths: Sequence[str]) -> Mapping[str, str]:
        """As ``Source.identify``; no request.

        Raises:
            SourceError: a path is not there.
        """
        return self._archive.identify(paths)

    def expect(self, patterns: Sequence[str]) -> None:
        """Say what else will be read: the next ``read`` that needs a request fetches that as well."""
        self._archive.expect(self.list(patterns))

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """As ``Source.read``.

        Raises:
            SourceError: a path is not there or damaged, or the index cannot be reached.
        """
        try:
            return self._archive.read(paths)
        except GoneError:
            if not self._opening.moved():
                raise
            self._archive.close()  # it opens the new address
            return self._archive.read(paths)

    def close(self) -> None:
        """Close connections and temporary files. May be called twice."""
        self._finalizer()


def open_release(
    layout: Layout,
    version: str,
    *,
    settings: IndexSettings,
    cache: ReleaseCache | None,
    offline: bool,
    progress: Progress,
    file: ReleaseFile | None = None,
    session: Session | None = None,
) -> ReleaseSource:
    """Open a release on the package index.

    Args:
        layout: which package of which distribution.
        version: an exact release, or ``latest``: the newest final one that is not yanked.
        settings: where the index is.
        cache: where what never changes is kept, None to keep nothing.
        offline: make no request; what the cache does not have is an error, and ``latest`` is the newest
            release seen so far.
        progress: told about transfers.
        file: the file of the release, where the index was asked before.
        session: of many releases in a row: connections that stay open. Each release is wanted in a few places only
            then, so it is asked more often rather than for what is not wanted.

    Raises:
        SourceError: the release is not there, cannot be reached or cannot be read.
        UsageError: ``version`` is no version.
    """
    opening = _Opening(layout, settings, cache, progress, offline=offline, session=session)
    try:
        return opening.open(version, file)
    except BaseException:
        if opening.own_session is not None:
            opening.own_session.close()
        raise


class Session:
    """The connections to the indexes, made when they are needed."""

    def __init__(self, settings: IndexSettings) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._http: Http | None = None

    def __call__(self) -> Http:
        """The connections."""
        if self._http is None:
            from .http import Http  # noqa: PLC0415 - late: imports requests

            self._http = Http(self._settings)
            for url in filter(None, (self._settings.index_url, *self._settings.extra_index_urls)):
                self._http.keep_credentials(url)
        return self._http

    def close(self) -> None:
        """Close them. May be called twice."""
        if self._http is not None:
            self._http.close()


class _Opening:
    """How one release is found and opened, and found again when its file has moved."""

    def __init__(
        self,
        layout: Layout,
        settings: IndexSettings,
        cache: ReleaseCache | None,
        progress: Progress,
        *,
        offline: bool,
        session: Session | None,
    ) -> None:
        self.session = session or Session(settings)
        self.own_session = self.session if session is None else None
        self._layout = layout
        self._settings = settings
        self._memory = ReleaseMemory(cache, layout, settings, thrifty=session is not None)
        self._progress = progress
        self._offline = offline
        self._file: ReleaseFile | None = None
        self._remembered = False

    def open(self, version: str, file: ReleaseFile | None) -> ReleaseSource:
        notes: tuple[str, ...] = ()
        remark = ""
        if file is None:
            notes, remark = self._resolve(version)
        else:
            self._file = file
        try:
            archive = self._archive(self._known())
        except GoneError:
            if not self._remembered or self._offline:
                raise
            notes = self._ask(self._known().version).notes
            archive = self._archive(self._known())
        file = self._known()
        self._memory.saw(file.version)
        origin = Origin(
            distribution=self._layout.distribution,
            kind="release",
            location=file.name + remark,
            version=file.version,
            digest=f"sha256:{file.sha256}" if file.sha256 else None,
            prefix=archive.prefix,
        )
        return ReleaseSource(origin, archive, notes, self)

    def moved(self) -> bool:
        """Whether the very file that was remembered is at another address now."""
        if not self._remembered or self._offline:
            return False
        old = self._known()
        new = self._ask(old.version).file
        return old.sha256 is not None and new.sha256 == old.sha256 and new.url != old.url

    def _known(self) -> ReleaseFile:
        if self._file is None:
            raise SourceError(f"{self._layout.distribution}: no release was chosen")
        return self._file

    def _resolve(self, version: str) -> tuple[tuple[str, ...], str]:
        """Find the file: notes about the choice, and what to add to its name in the origin."""
        from .index import parse_version  # noqa: PLC0415 - late, with packaging

        exact = None if version == "latest" else str(parse_version(version))
        remark = ""
        if exact is None and self._offline:
            exact = self._memory.newest()
            remark = " (offline: the newest release seen so far)" if exact else ""
        remembered = self._memory.file(exact) if exact is not None else None
        if remembered is not None:
            self._file, self._remembered = remembered, True
            return (), remark
        return self._ask(exact or "latest").notes, ""

    def _ask(self, version: str) -> Choice:
        """Ask the indexes; with ``offline`` only those on disk."""
        from .index import find_release, index_urls  # noqa: PLC0415 - late: network only
        from .remote import local_path  # noqa: PLC0415 - late: network only

        name = self._layout.distribution
        if self._offline:
            urls = [url for url in self._settings.extra_index_urls if local_path(url) is not None]
            if self._settings.index_url is not None and local_path(self._settings.index_url) is not None:
                urls.insert(0, self._settings.index_url)
            try:
                choice = find_release(name, version, urls, self.session)
            except SourceError as error:
                raise SourceError(
                    f"{name} {version} is not in the cache; run once without --offline"
                ) from error
        else:
            choice = find_release(name, version, index_urls(self._settings), self.session)
        self._file, self._remembered = choice.file, False
        self._memory.keep_file(choice.file)
        return choice

    def _connect(self) -> RemoteFile | WholeFile:
        from .remote import RemoteFile, local_path, open_local  # noqa: PLC0415 - late: a warm run reads nothing

        file = self._known()
        path = local_path(file.url)
        if path is not None:
            return open_local(path, file)
        if self._offline:
            raise SourceError(f"{file.name} is not in the cache as far as needed; run once without --offline")
        return RemoteFile(self.session(), file, self._progress)

    def _connect_whole(self) -> WholeFile:
        from .remote import RemoteFile  # noqa: PLC0415 - late: a warm run reads nothing

        blob = self._connect()
        return blob.whole() if isinstance(blob, RemoteFile) else blob

    def _archive(self, file: ReleaseFile) -> Archive:
        if file.name.endswith((".tar.gz", ".tgz")):
            return self._memory.sdist(file, self._connect_whole)
        reader = self._memory.zip(file, self._connect if file.kind == "wheel" else self._connect_whole)
        try:
            return ZipArchive(reader, self._layout, wheel=file.kind == "wheel")
        except BaseException:
            reader.close()
            raise


def _close(archive: Archive, session: Session | None) -> None:
    archive.close()
    if session is not None:
        session.close()
