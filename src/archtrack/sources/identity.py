"""Content identities, and one digest over many of them: the keys of the cache."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .base import Source

__all__ = ["content_digest", "content_identity", "digest_identities", "digest_of"]

_SIZE = 16


def content_identity(data: bytes) -> str:
    """The identity of bytes where nothing else names them: ``blake2b:`` and 32 hexadecimal digits."""
    return f"blake2b:{blake2b(data, digest_size=_SIZE).hexdigest()}"


def digest_of(*parts: str) -> str:
    """32 hexadecimal digits over texts, for keys. Parts without a NUL have one reading only."""
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()


def digest_identities(identities: Mapping[str, str]) -> str:
    """One digest over pairs of path and identity, whatever their order."""
    return digest_of(*(part for pair in sorted(identities.items()) for part in pair))


def content_digest(source: Source, paths: Sequence[str]) -> str:
    """One digest over the names and the bytes of files: equal digests mean equal files.

    Sources of another kind or origin identify the same bytes differently, so the digest is that origin's own.

    Raises:
        SourceError: a file could not be identified.
    """
    return digest_identities(source.identify(paths))
