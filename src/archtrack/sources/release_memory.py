"""What is remembered of releases: only what never changes."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from .distinfo import plain_name
from .http import shown_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .base import Layout
    from .pip_config import IndexSettings
    from .remote import ReleaseFile, RemoteFile, WholeFile
    from .sdist import SdistReader
    from .wheel import WheelReader

__all__ = ["ReleaseCache", "ReleaseMemory"]


class ReleaseCache(Protocol):
    """What is needed of ``archtrack.sources.cache.Cache``."""

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The values that are there, by key."""
        ...

    def put_many(self, kind: str, items: Mapping[str, bytes]) -> None:
        """Keep values."""
        ...


class ReleaseMemory:
    """What is kept in the cache about releases."""

    def __init__(
        self, cache: ReleaseCache | None, layout: Layout, settings: IndexSettings, *, thrifty: bool = False
    ) -> None:
        """Keep to the indexes that are configured; ``thrifty`` as in ``WheelReader``."""
        self._thrifty = thrifty
        urls = (settings.index_url or "", *settings.extra_index_urls)
        self._cache = cache
        self._layout = layout
        # The same name may be another project on another index. The addresses may hold tokens, hence the hash.
        indexes = blake2b("\n".join(map(shown_url, urls)).encode(), digest_size=16).hexdigest()
        self._key = f"{indexes}:{plain_name(layout.distribution)}"

    def file(self, version: str) -> ReleaseFile | None:
        """The file of an exact release."""
        from .remote import ReleaseFile  # noqa: PLC0415 - late

        blob = self._get("release-file", f"{self._key}:{version}")
        try:
            return ReleaseFile(**json.loads(blob)) if blob is not None else None
        except (ValueError, TypeError):
            return None

    def keep_file(self, file: ReleaseFile) -> None:
        """Keep it, unless its address is signed, and so good for a while only."""
        if "?" not in file.url:
            self._put("release-file", f"{self._key}:{file.version}", json.dumps(asdict(file)).encode())

    def saw(self, version: str) -> None:
        """Note a release that was opened."""
        seen = self._seen()
        if version not in seen:
            self._put("release-seen", self._key, json.dumps([*seen, version]).encode())

    def newest(self) -> str | None:
        """The newest release that was opened before; final ones first."""
        from packaging.version import Version  # noqa: PLC0415 - late

        versions = [Version(version) for version in self._seen()]
        final = [version for version in versions if not version.is_prerelease]
        return str(max(final or versions)) if versions else None

    def zip(self, file: ReleaseFile, connect: Callable[[], RemoteFile | WholeFile]) -> WheelReader:
        """A wheel or zipped sdist, its table of contents from the cache if it is there."""
        from .wheel import WheelReader  # noqa: PLC0415 - late
        from .zip_directory import ZipDirectory  # noqa: PLC0415 - late

        blob = self._get("zip-directory", file.sha256)
        if blob is not None:
            try:
                directory = ZipDirectory.from_bytes(blob)
                return WheelReader(file.name, connect, directory, thrifty=self._thrifty)
            except ValueError:
                pass
        reader = WheelReader(file.name, connect, thrifty=self._thrifty)
        try:
            self._put("zip-directory", file.sha256, reader.directory.to_bytes())
        except BaseException:
            reader.close()
            raise
        return reader

    def sdist(self, file: ReleaseFile, connect: Callable[[], WholeFile]) -> SdistReader:
        """An sdist, its identities from the cache if they are there."""
        from .sdist import SdistReader  # noqa: PLC0415 - late: rare

        place = "|".join((self._layout.package, *self._layout.parents, *self._layout.markers))
        key = f"{file.sha256}:{place}" if file.sha256 else None
        blob = self._get("sdist-notes", key)
        if blob is not None:
            try:
                return SdistReader(file.name, connect, self._layout, blob)
            except ValueError:
                pass
        reader = SdistReader(file.name, connect, self._layout)
        self._put("sdist-notes", key, reader.to_bytes())
        return reader

    def _seen(self) -> list[str]:
        try:
            seen = json.loads(self._get("release-seen", self._key) or b"[]")
        except ValueError:
            return []
        return [str(version) for version in seen] if isinstance(seen, list) else []

    def _get(self, kind: str, key: str | None) -> bytes | None:
        return self._cache.get_many(kind, [key]).get(key) if self._cache is not None and key else None

    def _put(self, kind: str, key: str | None, value: bytes) -> None:
        if self._cache is not None and key:
            self._cache.put_many(kind, {key: value})
