"""A source seen through the cache: facts about files, each extracted once per content.

An engine asks for facts, not for bytes: the library looks the file's content identity up, reads only what it
has not seen before, in bounded portions, and remembers what the engine made of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archtrack.core.parsing import parse_json
from archtrack.version import __version__

from .identity import content_identity
from .patterns import match_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from archtrack.model import Origin

    from .base import Source
    from .cache import Cache

__all__ = ["Facts", "Library"]

Facts = Any
"""What an extractor returns: JSON (dicts, lists, strings, numbers, booleans, None)."""

_encode = json.JSONEncoder(separators=(",", ":")).encode

_FETCHED = f"fetched {__version__}"

_PORTION = 128
"""Files per portion: about 8 MB of modeling code, so that a scan's memory stays flat."""


class Library:
    """The files of one source, as facts."""

    def __init__(self, source: Source, cache: Cache | None) -> None:
        """Look at a source.

        Args:
            source: where files are.
            cache: where facts are kept; None for nowhere.
        """
        self._source = source
        self._cache = cache
        self._held: dict[tuple[str, str], Facts] = {}
        self._asked: set[str] = set()
        self._expected: tuple[str, ...] = ()
        self._on_disk = source.origin.kind in {"local", "installed"}

    @property
    def origin(self) -> Origin:
        """What is read."""
        return self._source.origin

    @property
    def kept_as(self) -> str | None:
        """As ``Source.kept_as``."""
        return self._source.kept_as

    def paths(self, *patterns: str) -> tuple[str, ...]:
        """The source's files that match, sorted. A path that is asked for by its whole name counts as read."""
        self._asked.update(pattern for pattern in patterns if "*" not in pattern)
        return self._source.list(patterns)

    def broken_links(self, *patterns: str) -> tuple[str, ...]:
        """The source's links that match and lead to no file, sorted; ask for ``paths`` first."""
        known = getattr(self._source, "broken_links", None)
        return () if known is None else tuple(known(patterns))

    def submodule(self, path: str) -> str | None:
        """The commit of another repository that stands at a path of a commit; None where none does, or nothing tells.

        Args:
            path: as it is in the repository, without ``./``.
        """
        known = getattr(self._source, "submodule", None)
        found: str | None = None if known is None else known(path)
        return found

    def asked_beyond(self, patterns: Sequence[str]) -> tuple[str, ...]:
        """The paths asked for so far, there or not, that match none of the patterns; sorted."""
        return tuple(sorted(self._asked.difference(match_paths(self._asked, patterns))))

    def expect(self, *patterns: str) -> None:
        """Say which files will be asked for, so that a remote source can fetch them in one go.

        Files that were fetched before are left out then: what is wanted of them is in the cache.
        """
        self._expected = patterns

    def facts(
        self, paths: Sequence[str], kind: str, extract: Callable[[bytes], Facts]
    ) -> Mapping[str, Facts]:
        """Facts of one kind about each path.

        Args:
            paths: as ``paths`` gave them.
            kind: names the extractor and its version: equal kinds and equal bytes give equal facts.
            extract: bytes -> JSON, pure.

        Raises:
            SourceError: a file could not be read.
        """
        found: dict[str, Facts] = {}
        for portion in self._portions(paths):
            found.update(
                self.facts_together(
                    portion, kind, lambda files: {path: extract(data) for path, data in files.items()}
                )
            )
        return found

    def facts_together(
        self, paths: Sequence[str], kind: str, extract: Callable[[Mapping[str, bytes]], Mapping[str, Facts]]
    ) -> Mapping[str, Facts]:
        """As ``facts``, for an extractor that takes many files at once: all that are not known yet."""
        self._asked.update(paths)
        found = {path: self._held[kind, path] for path in paths if (kind, path) in self._held}
        wanted = [path for path in paths if path not in found]
        if wanted:
            found.update(self._unheld(wanted, kind, extract))
        self._held.update(((kind, path), found[path]) for path in wanted)
        return {path: found[path] for path in paths}  # in this order, whatever was known before

    def _portions(self, paths: Sequence[str]) -> Iterator[Sequence[str]]:
        # Elsewhere in one go: spans of a wheel are coalesced over all that is wanted.
        size = _PORTION if self._on_disk else len(paths) or 1
        for start in range(0, len(paths), size):
            yield paths[start : start + size]

    def _unheld(
        self,
        paths: Sequence[str],
        kind: str,
        extract: Callable[[Mapping[str, bytes]], Mapping[str, Facts]],
    ) -> dict[str, Facts]:
        if self._cache is None:
            return dict(extract(self._fetch(paths)))
        kind = f"{kind} {__version__}"  # what another version of archtrack made of a file is not looked at
        files: Mapping[str, bytes] = {}
        if self._on_disk:
            # Reading is as cheap as identifying, and a file that changes in between cannot mislead.
            files = self._source.read(paths)
            identities: Mapping[str, str] = {path: content_identity(data) for path, data in files.items()}
        else:
            identities = self._source.identify(paths)
        known = self._cache.get_many(kind, list(set(identities.values())))
        found = {
            path: parse_json(known[identities[path]], constant=float)
            for path in paths
            if identities[path] in known
        }
        missing = [path for path in paths if path not in found]
        if missing:
            files = {path: files[path] for path in missing} if self._on_disk else self._fetch(missing)
            fresh = extract(files)
            found.update(fresh)
            self._cache.put_many(kind, {identities[path]: _encode(fresh[path]).encode() for path in missing})
        return found

    def _fetch(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Read from the source, and have it fetch what is expected in the same go."""
        announce = getattr(self._source, "expect", None)
        if announce is None or not self._expected:
            return self._source.read(paths)
        expected = self._source.list(self._expected)
        self._expected = ()
        identities = self._source.identify(expected)
        known = (
            {} if self._cache is None else self._cache.get_many(_FETCHED, sorted(set(identities.values())))
        )
        fresh = [path for path in expected if identities[path] not in known]
        announce(fresh)
        files = self._source.read(paths)
        if self._cache is not None:
            self._cache.put_many(_FETCHED, {identities[path]: b"" for path in fresh})
        return files
