"""What is remembered of releases: only what never changes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_json, parse_version
from archtrack.sources.disk.metadata import plain_name
from archtrack.sources.identity import digest_of
from archtrack.sources.redaction import address_key, shown_address

from .contents import Contents
from .remote_file import ReleaseFile

if TYPE_CHECKING:
    from archtrack.sources.base import Layout
    from archtrack.sources.cache import Cache

    from .pip_config import IndexSettings

__all__ = ["ReleaseMemory"]

_FILE, _CONTENTS = "release-file-2", "release-contents-3"


class ReleaseMemory:
    """What is kept in the cache about the releases of one distribution."""

    def __init__(self, cache: Cache | None, layout: Layout, settings: IndexSettings) -> None:
        """Keep to the indexes that are configured; without a cache nothing is remembered."""
        urls = (settings.index_url or "", *settings.extra_index_urls)
        self._cache = cache
        # The same name may be another project on another index. The addresses may hold tokens, hence the hash.
        self._key = f"{digest_of(*map(address_key, urls))}:{plain_name(layout.distribution)}"
        self._place = "|".join(
            (layout.package, *layout.parents, *layout.markers, *layout.offered, *layout.beside)
        )

    def file(self, version: str) -> ReleaseFile | None:
        """The file of an exact release."""
        blob = self._get(_FILE, f"{self._key}:{version}")
        try:
            return ReleaseFile(**parse_json(blob)) if blob is not None else None
        except (ValueError, TypeError):
            return None

    def keep_file(self, file: ReleaseFile) -> None:
        """Keep it, unless its address is signed, so that it is good for a while only, or may hold a password."""
        if shown_address(file.url) == file.url:
            self._put(_FILE, f"{self._key}:{file.version}", json.dumps(asdict(file)).encode())

    def contents(self, file: ReleaseFile) -> Contents | None:
        """What the file holds of the package; only of a file whose digest is known."""
        blob = self._get(_CONTENTS, f"{file.kept_as}:{self._place}") if file.kept_as else None
        try:
            return Contents.from_bytes(blob) if blob is not None else None
        except ValueError:
            return None

    def keep_contents(self, file: ReleaseFile, contents: Contents) -> None:
        """Keep what the file holds."""
        if file.kept_as:
            self._put(_CONTENTS, f"{file.kept_as}:{self._place}", contents.to_bytes())

    def saw(self, version: str) -> None:
        """Note a release that was opened."""
        seen = self._seen()
        if version not in seen:
            self._put("release-seen", self._key, json.dumps([*seen, version]).encode())

    def newest(self) -> str | None:
        """The newest release that was opened before; final ones first."""
        versions = [parse_version(version) for version in self._seen()]
        final = [version for version in versions if not version.is_prerelease]
        return str(max(final or versions)) if versions else None

    def _seen(self) -> list[str]:
        try:
            seen = parse_json(self._get("release-seen", self._key) or b"[]")
        except ValueError:
            return []
        return [str(version) for version in seen] if isinstance(seen, list) else []

    def _get(self, kind: str, key: str) -> bytes | None:
        return None if self._cache is None else self._cache.get_many(kind, [key]).get(key)

    def _put(self, kind: str, key: str, value: bytes) -> None:
        if self._cache is not None:
            self._cache.put_many(kind, {key: value})
