"""Where a run takes place: working directory, environment, cache, index. Made once, at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .cache import DEFAULT_LIMIT, Cache, cache_folder
from .progress import Progress, SilentProgress, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .index.pip_config import IndexSettings

__all__ = ["Workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The outside world, as far as a run may see it.

    Attributes:
        folder: the working directory.
        environ: the environment.
        offline: no request is made.
        cache_limit: bytes that the cache keeps to.
        progress: told about transfers.
        transfer: counts requests and bytes.
        cache_troubled: told why a cache is not in use; None to say nothing of it.
    """

    folder: Path
    environ: Mapping[str, str]
    offline: bool = False
    cache_limit: int = DEFAULT_LIMIT
    progress: Progress = field(default_factory=SilentProgress)
    transfer: Transfer = field(default_factory=Transfer)
    cache_troubled: Callable[[str], object] | None = None

    @property
    def cache_folder(self) -> Path:
        """The folder of everything kept between runs."""
        return cache_folder(self.environ)

    def open_cache(self) -> Cache:
        """A cache of the calling thread's own."""
        return Cache(self.cache_folder, limit=self.cache_limit, troubled=self.cache_troubled)

    def index_settings(self) -> IndexSettings:
        """How to reach the package index, counting into ``transfer``."""
        from .index.pip_config import index_settings

        return replace(index_settings(self.environ), transfer=self.transfer)
