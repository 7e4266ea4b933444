"""All final releases of a distribution, oldest version first, with the file of each that is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.sources.redaction import shown_address

from .http import GoneError
from .listing import best_file, index_urls, listing

if TYPE_CHECKING:
    from packaging.version import Version

    from .http import Http
    from .listing import Listed
    from .pip_config import IndexSettings
    from .remote_file import ReleaseFile

__all__ = ["FinalRelease", "final_releases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalRelease:
    """One final release, on the index or by a tag; post releases are final.

    Attributes:
        version: in its normal form.
        date: the day on which its first file was uploaded, None where the index does not say.
        file: the one to read.
        digests: of all its files, as far as the index gives them.
        yanked: withdrawn by its publisher; its users have it all the same.
    """

    version: str
    date: str | None
    file: ReleaseFile
    digests: frozenset[str]
    yanked: bool = False


def final_releases(
    distribution: str, settings: IndexSettings, http: Http, *, kind: str | None = None
) -> tuple[FinalRelease, ...]:
    """The final releases, in the order of their versions; one that several indexes have is the first one's.

    Local versions (``0.8.0+cu118``) are builds of a release, and no releases.

    Args:
        distribution: name on the index.
        settings: where the indexes are.
        http: the session.
        kind: of the files that count, ``wheel`` or ``sdist``; None for both. A release without one is left out.

    Raises:
        GoneError: no index has it.
        SourceError: one could not be asked: without its answer the list may lack releases.
    """
    versions: dict[Version, list[Listed]] = {}
    urls = index_urls(settings)
    for url in urls:
        try:
            listed = listing(distribution, url, http)
        except GoneError:
            continue
        here: dict[Version, list[Listed]] = {}
        for one in listed:
            if kind not in {None, one.file.kind}:
                continue
            here.setdefault(one.version, []).append(one)
        versions = {**here, **versions}
    final = [version for version in sorted(versions) if not version.is_prerelease and not version.local]
    if not final:
        where = " or ".join(map(shown_address, urls))
        raise GoneError(f"no final release of {distribution} on {where}; check the name and the index")
    return tuple(_release(version, versions[version]) for version in final)


def _release(version: Version, files: list[Listed]) -> FinalRelease:
    return FinalRelease(
        version=str(version),
        date=min((one.uploaded for one in files if one.uploaded is not None), default=None),
        file=best_file(files),
        digests=frozenset(one.file.sha256 for one in files if one.file.sha256 is not None),
        yanked=all(one.yanked for one in files),
    )
