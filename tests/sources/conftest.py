"""Fixtures for sources: a local package index, and a way to open its releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import index_servers
import pytest

from archtrack.sources.base import Layout
from archtrack.sources.index.pip_config import IndexSettings
from archtrack.sources.index.release import ReleaseSource, open_release
from archtrack.sources.progress import Progress, SilentProgress, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archtrack.sources.index.http import Http

DEMO = Layout(package="demo", distribution="demo-engine", parents=("", "src"))


@pytest.fixture
def index() -> Iterator[Any]:
    """An index that is up and empty."""
    with index_servers.IndexServer() as server:
        yield server


@pytest.fixture
def settings_for() -> Callable[..., IndexSettings]:
    """Settings for an index that is asked again at once."""

    def make(url: str, *extra: str, **changes: Any) -> IndexSettings:
        values = {
            "retries": 2,
            "backoff": 0.001,
            "longest_wait": 0.01,
            "timeout": 5.0,
            "transfer": Transfer(),
        }
        return IndexSettings(index_url=url, extra_index_urls=extra, **{**values, **changes})

    return make


@pytest.fixture
def open_demo(
    index: Any, settings_for: Callable[..., IndexSettings], request: pytest.FixtureRequest
) -> Callable[..., ReleaseSource]:
    """Opens ``demo-engine`` from the index; closed at the end of the test."""

    def make(
        version: str = "1.0",
        *,
        cache: Any = None,
        offline: bool = False,
        settings: IndexSettings | None = None,
        layout: Layout = DEMO,
        progress: Progress | None = None,
        http: Http | None = None,
    ) -> ReleaseSource:
        source = open_release(
            layout,
            version,
            settings=settings or settings_for(index.url),
            cache=cache,
            offline=offline,
            progress=progress or SilentProgress(),
            http=http,
        )
        request.addfinalizer(source.close)
        return source

    return make
