"""A release on the package index, as a source.

What never changes is remembered: which file an exact release is, and what that file holds. With both in the
cache, a named release is opened, listed and identified without any request. Bodies are not kept here; what
engines make of them is, one layer above.
"""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING, TypeVar

from archtrack.errors import SourceError
from archtrack.model import Origin
from archtrack.sources.patterns import match_paths

from .contents import READ_LIMIT, contents_of
from .http import GoneError, Http
from .listing import find_release, index_urls, parse_version
from .release_memory import ReleaseMemory
from .remote_file import RemoteFile, local_path, open_local
from .sdist import SdistReader
from .wheel import WheelReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

    from archtrack.sources.base import Layout
    from archtrack.sources.cache import Cache
    from archtrack.sources.progress import Progress

    from .contents import Contents, Member
    from .pip_config import IndexSettings
    from .remote_file import ReleaseFile

__all__ = ["ReleaseSource", "open_release"]

_T = TypeVar("_T")


def open_release(
    layout: Layout,
    version: str,
    *,
    settings: IndexSettings,
    cache: Cache | None,
    offline: bool,
    progress: Progress,
    file: ReleaseFile | None = None,
    http: Http | None = None,
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
        http: of many releases in a row: connections that stay open. Each release is wanted in a few places only
            then, so it is asked more often rather than for what is not wanted.

    Raises:
        SourceError: the release is not there, cannot be reached or cannot be read.
        UsageError: ``version`` is no version.
    """
    source = ReleaseSource(layout, settings, cache, progress, offline=offline, http=http)
    try:
        source.open(version, file)
    except BaseException:
        source.close()
        raise
    return source


class ReleaseSource:
    """One file of a release: a ``Source``. Use as a context manager, or leave closing to the collector.

    Attributes:
        origin: which file of which release is read.
        notes: what the user should know about the choice of the file, one sentence each.
        problems: entries of the file that were left out, one sentence each.
    """

    origin: Origin
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    _file: ReleaseFile
    _contents: Contents

    def __init__(
        self,
        layout: Layout,
        settings: IndexSettings,
        cache: Cache | None,
        progress: Progress,
        *,
        offline: bool,
        http: Http | None,
    ) -> None:
        """Nothing is opened yet; ``open_release`` does that."""
        self._layout = layout
        self._settings = settings
        self._memory = ReleaseMemory(cache, layout, settings)
        self._progress = progress
        self._offline = offline
        self._http = http or Http(settings)
        self._http.keep_index_credentials()
        self._one_of_many = http is not None
        self._remembered = False
        self._opened: WheelReader | SdistReader | None = None

    def open(self, version: str, file: ReleaseFile | None) -> None:
        """Find the release and its file, and what that holds; as ``open_release``."""
        remark = ""
        if file is not None:
            self._file = file
        else:
            remark = self._find(version)
        self._contents = self._survey()
        file = self._file
        self._memory.saw(file.version)
        self.problems = self._contents.problems
        self.origin = Origin(
            distribution=self._layout.distribution,
            kind="release",
            location=file.name + remark,
            version=file.version,
            digest=f"sha256:{file.sha256}" if file.sha256 else None,
            prefix=self._contents.prefix,
        )

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def __del__(self) -> None:
        """Close."""
        self.close()

    @property
    def kept_as(self) -> str | None:
        """As ``Source.kept_as``: the file's digest, with index and distribution."""
        return self._file.kept_as

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """As ``Source.list``; no request."""
        return match_paths(self._contents.members, patterns)

    def identify(self, paths: Sequence[str]) -> Mapping[str, str]:
        """As ``Source.identify``; no request.

        Raises:
            SourceError: a path is not there.
        """
        return {path: f"{self._file.scope}:{self._member(path).identity}" for path in paths}

    def expect(self, patterns: Sequence[str]) -> None:
        """Say what else will be read: the next ``read`` that needs a request fetches that as well."""
        self._reader().expect([self._member(path) for path in self.list(patterns)])

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """As ``Source.read``.

        Raises:
            SourceError: a path is not there or damaged, or the index cannot be reached.
        """
        members = {path: self._member(path) for path in paths}
        if sum(member.size for member in members.values()) > READ_LIMIT:
            raise SourceError(
                f"{self._file.name}: more than {READ_LIMIT // 1024**2} MB to read; not to be trusted"
            )
        bodies = self._with_reader(lambda reader: reader.read(tuple(members.values())), same_file=True)
        return {path: bodies[member.name] for path, member in members.items()}

    def close(self) -> None:
        """Close connections and temporary files. May be called twice."""
        if self._opened is not None:
            self._opened.close()
        if not self._one_of_many:
            self._http.close()

    def _member(self, path: str) -> Member:
        try:
            return self._contents.members[path]
        except KeyError:
            raise SourceError(f"{self._file.name}: {path} is not in it") from None

    def _find(self, version: str) -> str:
        """Find the file; what to add to its name in the origin."""
        exact = None if version == "latest" else str(parse_version(version))
        remark = ""
        if exact is None and self._offline:
            exact = self._memory.newest()
            remark = " (offline: the newest release seen so far)" if exact else ""
        remembered = self._memory.file(exact) if exact is not None else None
        if remembered is not None:
            self._file, self._remembered = remembered, True
            return remark
        self._ask(exact or "latest")
        return ""

    def _ask(self, version: str) -> None:
        """Ask the indexes for the file, with ``offline`` only those on disk."""
        name = self._layout.distribution
        urls = self._urls_on_disk() if self._offline else index_urls(self._settings)
        try:
            self._file, self.notes = find_release(name, version, urls, self._http)
        except SourceError as error:
            if not self._offline:
                raise
            raise SourceError(f"{name} {version} is not in the cache; run once without --offline") from error
        self._remembered = False
        self._memory.keep_file(self._file)

    def _urls_on_disk(self) -> tuple[str, ...]:
        every = (self._settings.index_url, *self._settings.extra_index_urls)
        return tuple(url for url in every if url is not None and local_path(url) is not None)

    def _survey(self) -> Contents:
        """What the file holds, from the cache if it is there."""
        contents = self._memory.contents(self._file)
        if contents is None:
            members, problems = self._with_reader(lambda reader: reader.survey(), same_file=False)
            contents = contents_of(self._file, members, problems, self._layout)
            self._memory.keep_contents(self._file, contents)
        return contents

    def _with_reader(self, work: Callable[[WheelReader | SdistReader], _T], *, same_file: bool) -> _T:
        """Do the work; if the file that was remembered is gone from its address, with what the index has now.

        Args:
            work: reads the file.
            same_file: only if the index still has that very file, at another address.
        """
        try:
            return work(self._reader())
        except GoneError:
            if not self._remembered or self._offline:
                raise
            old = self._file
            self._ask(old.version)
            self._opened = None
            if self._file.url == old.url or (same_file and not self._is_same(old)):
                raise
        return work(self._reader())

    def _is_same(self, old: ReleaseFile) -> bool:
        """Whether the file is an older one at another address; without a digest, whether it holds just the same."""
        if old.sha256 is not None or self._file.sha256 is not None:
            return old.sha256 == self._file.sha256
        return contents_of(self._file, *self._reader().survey(), self._layout) == self._contents

    def _reader(self) -> WheelReader | SdistReader:
        """What reads the file; a warm run needs none."""
        if self._opened is None:
            name = self._file.name
            # Not a method, so that nothing refers back to this source: it is closed as soon as nobody has it.
            connect = partial(_connect, self._file, self._http, self._progress, offline=self._offline)
            if self._file.kind == "wheel":
                self._opened = WheelReader(name, connect, thrifty=self._one_of_many)
            else:
                self._opened = SdistReader(name, partial(_connect_whole, connect))
        return self._opened


def _connect(file: ReleaseFile, http: Http, progress: Progress, *, offline: bool) -> RemoteFile | IO[bytes]:
    path = local_path(file.url)
    if path is not None:
        return open_local(path, file)
    if offline:
        raise SourceError(f"{file.name} is only partly in the cache; run once without --offline")
    return RemoteFile(http, file, progress)


def _connect_whole(connect: Callable[[], RemoteFile | IO[bytes]]) -> IO[bytes]:
    file = connect()
    return file.whole() if isinstance(file, RemoteFile) else file
