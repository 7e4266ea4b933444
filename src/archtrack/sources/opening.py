"""From a source specification, or none, to an open source; and what was chosen, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.history.numbering import VERSIONS
from archtrack.errors import SourceError, UsageError

from .spec import GitSpec, InstalledSpec, PathSpec, PinnedSpec, ReleaseSpec, find_checkout, parse_spec

if TYPE_CHECKING:
    from .base import Layout, Source
    from .cache import Cache
    from .spec import Spec
    from .workspace import Workspace

__all__ = ["open_engine", "open_transformers"]


def open_engine(
    spec: str | None, layout: Layout, workspace: Workspace, cache: Cache
) -> tuple[Source, list[str]]:
    """The source of an engine, and notices for the user.

    Args:
        spec: as the user gave it; None for the default: a checkout in the working directory, else the
            installed package, else the newest release.
        layout: which package.
        workspace: where the run takes place.
        cache: of the calling thread.

    Raises:
        UsageError: the specification means nothing here.
        SourceError: the source cannot be read.
    """
    if spec is not None:
        parsed = parse_spec(spec, pinned=layout.package == "transformers")
        if isinstance(parsed, PinnedSpec):
            raise UsageError(
                "`pinned` is for transformers: the release that an engine pins; name a release instead"
            )
        return _open(parsed, layout, workspace, cache)
    checkout = find_checkout(workspace.folder, layout)
    if checkout is not None:
        return _open(PathSpec(path=str(checkout)), layout, workspace, cache)
    installed = _installed(layout, workspace)
    if installed is not None:
        return installed, []
    return _open(ReleaseSpec(version="latest"), layout, workspace, cache)


def open_transformers(
    spec: str | None, layout: Layout, pin: str | None, engine: str, workspace: Workspace, cache: Cache
) -> tuple[Source, list[str]]:
    """The source of transformers, and notices for the user.

    Args:
        spec: as the user gave it; ``pinned`` or None for the release that the engine pins: the installed one if it
            is that release. Without a pin: the installed one, else the newest release.
        layout: which package.
        pin: the version that the engine pins, None if it pins none.
        engine: the engine and its version, in words for the notices.
        workspace: where the run takes place.
        cache: of the calling thread.

    Raises:
        UsageError: the specification means nothing.
        SourceError: the source cannot be read.
    """
    parsed: Spec = PinnedSpec() if spec is None else parse_spec(spec)
    if not isinstance(parsed, PinnedSpec):
        return _open(parsed, layout, workspace, cache)
    installed = _installed(layout, workspace)
    if pin is not None:
        if installed is not None and installed.origin.version == pin:
            return installed, []
        return _open(ReleaseSpec(version=pin), layout, workspace, cache)
    if installed is not None:
        return installed, [f"{engine} pins no transformers; read the installed one"]
    source, notices = _open(ReleaseSpec(version="latest"), layout, workspace, cache)
    return source, [f"{engine} pins no transformers; read the newest release", *notices]


def _open(spec: Spec, layout: Layout, workspace: Workspace, cache: Cache) -> tuple[Source, list[str]]:
    """The source that a specification names; each kind is imported when it is asked for."""
    match spec:
        case PathSpec():
            from .disk.folder import local_source

            path = workspace.folder / spec.path
            shown = spec.path if workspace.folder.samefile(".") else path
            return local_source(shown, layout), []
        case InstalledSpec():
            found = _installed(layout, workspace)
            if found is None:
                raise SourceError(
                    f"{layout.distribution} is not installed for this Python; name a release, a path or `latest`"
                )
            return found, []
        case GitSpec():
            from .git.source import git_source

            source = git_source(
                spec.repository,
                spec.ref,
                layout,
                environ=workspace.environ,
                folder=workspace.cache_folder,
                offline=workspace.offline,
            )
            return source, []
        case ReleaseSpec() if layout.repository is not None:
            return _tagged(spec, layout.repository, layout, workspace), []
        case ReleaseSpec():
            from .index.release import open_release

            release = open_release(
                layout,
                spec.version,
                settings=workspace.index_settings(),
                cache=cache,
                offline=workspace.offline,
                progress=workspace.progress,
            )
            return release, [*release.notes, *release.problems]
        case PinnedSpec():
            raise UsageError(
                "`pinned` needs an engine that pins transformers; name a release, such as 4.57.6, instead"
            )


def _tagged(spec: ReleaseSpec, repository: str, layout: Layout, workspace: Workspace) -> Source:
    """A release by its tag in the engine's own repository."""
    from .git.source import git_source
    from .git.tags import tags_of

    version = spec.version
    if version == "latest":
        if workspace.offline:
            raise SourceError(
                f"{repository}: its newest release needs the network; name a release or a checkout"
            )
        found = tags_of(
            repository,
            lambda name: VERSIONS.of_tag(name) is not None,
            environ=workspace.environ,
            folder=workspace.cache_folder,
        )
        version = VERSIONS.ordered({tag.name.removeprefix("v"): tag.date for tag in found})[-1]
    return git_source(
        repository,
        f"v{version}",
        layout,
        environ=workspace.environ,
        folder=workspace.cache_folder,
        offline=workspace.offline,
        version=version,
    )


def _installed(layout: Layout, workspace: Workspace) -> Source | None:
    from .disk.installed import installed_source

    return installed_source(layout, environ=workspace.environ)
