"""The newest release of a package on the index that is not withdrawn, and those of its files that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.errors import SourceError
from archtrack.sources.index.final_releases import final_releases
from archtrack.sources.index.release import open_release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archtrack.sources.base import Layout
    from archtrack.sources.index.final_releases import FinalRelease
    from archtrack.sources.index.http import Http
    from archtrack.sources.workspace import Workspace

__all__ = ["newest_release"]


def newest_release(
    package: str,
    kind: str,
    layout: Callable[[str], Layout],
    patterns: Sequence[str],
    workspace: Workspace,
    http: Http,
) -> tuple[FinalRelease, Mapping[str, bytes]]:
    """The release, and path -> bytes of its files that match.

    Args:
        package: its name on the index.
        kind: of the file of the release that is read: ``wheel`` or ``sdist``.
        layout: version -> where the files are in it.
        patterns: of the files.
        workspace: where the run takes place.
        http: for the list of releases.

    Raises:
        SourceError: there is none, or it cannot be read.
    """
    settings = workspace.index_settings()
    listed = final_releases(package, settings, http, kind=kind)
    release = next((each for each in reversed(listed) if not each.yanked), None)
    if release is None:
        raise SourceError(f"no release of {package} has a readable {kind}; check the index, and run again")
    with (
        workspace.open_cache() as cache,
        open_release(
            layout(release.version),
            release.version,
            settings=settings,
            cache=cache,
            offline=False,
            progress=workspace.progress,
            file=release.file,
        ) as source,
    ):
        paths = source.list(patterns)
        return release, source.read(paths) if paths else {}
