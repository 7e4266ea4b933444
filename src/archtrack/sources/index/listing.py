"""What the package indexes list, and which file of which release to read.

A page is fetched by ``Http`` (bounded, repeated, counted) and understood by ``pypi-simple``. Releases are
compared by version, never by their place in the listing. Any platform's wheel will do, as nothing is installed.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import timezone
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from archtrack.core import parsing
from archtrack.errors import SourceError, UsageError
from archtrack.sources.disk.metadata import plain_name
from archtrack.sources.files import read_bounded, why
from archtrack.sources.identity import digest_of
from archtrack.sources.redaction import address_key, shown_address

from .http import GoneError
from .links import Links
from .remote_file import ReleaseFile, local_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from packaging.version import Version
    from pypi_simple import DistributionPackage

    from .http import Http
    from .links import Link
    from .pip_config import IndexSettings

__all__ = [
    "Listed",
    "best_file",
    "choose",
    "find_release",
    "index_urls",
    "listing",
    "parse_version",
]

_PAGE_LIMIT = 16 * 1024**2  # bytes; the pages of the engines have 0.2 MB
_LARGEST = 2**40  # bytes that a file can have
_SDISTS = (".tar.gz", ".tgz")
_T = TypeVar("_T")
_SHOWN = 3  # releases named in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file on an index that can be read: a wheel or a source distribution.

    Attributes:
        file: what it is and where.
        version: as a value that compares.
        yanked: withdrawn by its publisher.
        uploaded: the day (UTC, ``2026-01-31``), None where the index does not say.
    """

    file: ReleaseFile
    version: Version
    yanked: bool = False
    uploaded: str | None = None


def parse_version(version: str) -> Version:
    """A release as named by the user.

    Raises:
        UsageError: that is no version.
    """
    try:
        return parsing.parse_version(version)
    except ValueError as error:
        raise UsageError(f"{version[:40]!r} is not a release; write one like 0.5.23, or latest") from error


def index_urls(settings: IndexSettings) -> tuple[str, ...]:
    """The indexes to ask, in order; the default one is where ``pypi-simple`` says it is.

    Raises:
        SourceError: there is none.
    """
    if settings.no_index:
        raise SourceError(
            "pip is configured with no-index; name an index with PIP_INDEX_URL and PIP_NO_INDEX=0"
        )
    if settings.index_url is None:
        from pypi_simple import PYPI_SIMPLE_ENDPOINT

        return (PYPI_SIMPLE_ENDPOINT, *settings.extra_index_urls)
    return (settings.index_url, *settings.extra_index_urls)


def find_release(
    distribution: str, version: str, urls: Sequence[str], http: Http
) -> tuple[ReleaseFile, tuple[str, ...]]:
    """The file of a release, from the first index that has it; for ``latest`` from whichever has the newest.

    Beside it what the user should know about the choice, one sentence each.

    Args:
        distribution: name on the index.
        version: a release, or ``latest``.
        urls: the indexes, in order.
        http: the session; asked only if an index is on a server.

    Raises:
        SourceError: no index has it, or one whose answer matters could not be asked.
        UsageError: ``version`` is no version.
    """
    exact = None if version == "latest" else parse_version(version)
    found: list[Listed] = []
    asked: list[str] = []
    failures: list[SourceError] = []
    for url in urls:
        try:
            listed = listing(distribution, url, http)
        except GoneError:
            asked.append(shown_address(url))
            continue
        except SourceError as error:
            # Without its answer nobody knows what is the newest release. An index on disk that cannot be
            # read is a forgotten setting, not a newer release.
            if exact is None and local_path(url) is None:
                raise
            failures.append(error)
            continue
        asked.append(shown_address(url))
        if exact is not None and any(one.version == exact for one in listed):
            file, notes = choose(distribution, listed, exact, asked)
            return file, (*notes, *map(_unasked, failures))
        found += listed
    if failures and (exact is not None or not found):
        raise failures[0]
    if not found:
        where = " or ".join(asked) or "any index that may be asked"
        raise SourceError(f"no release of {distribution} on {where}; check the name and the index")
    file, notes = choose(distribution, found, exact, asked)
    return file, (*notes, *map(_unasked, failures))


def choose(
    distribution: str, listed: Iterable[Listed], exact: Version | None, asked: Sequence[str]
) -> tuple[ReleaseFile, tuple[str, ...]]:
    """The file of the release named, or of the newest final one that is not yanked; and notes about the choice.

    Wheels before sdists, the smallest first, those of unknown size last.

    Raises:
        SourceError: there is none; the message names the releases that come near.
    """
    listed = tuple(listed)
    where = " or ".join(asked)
    if exact is None:
        usable = [one for one in listed if not one.yanked and not one.version.is_prerelease]
        if not usable:
            standing = [one for one in listed if not one.yanked]
            why = "only pre-releases" if standing else "only yanked releases"
            newest = max((standing or listed), key=lambda one: one.version).version
            raise SourceError(f"{distribution} has {why} on {where}; name one exactly, such as {newest}")
        exact = max(one.version for one in usable)
    files = [one for one in listed if one.version == exact]
    if not files:
        raise SourceError(f"no release {exact} of {distribution} on {where}; {_nearest(exact, listed)}")
    notes = () if any(not one.yanked for one in files) else (f"{distribution} {exact} is yanked",)
    return best_file(files), notes


def best_file(files: Iterable[Listed]) -> ReleaseFile:
    """The file of one release to read: wheels before sdists, the smallest first, those of unknown size last."""
    return min(
        files,
        key=lambda one: (
            one.yanked,
            one.file.kind != "wheel",
            one.file.size is None,
            one.file.size or 0,
            one.file.name,
        ),
    ).file


def listing(distribution: str, url: str, http: Http) -> tuple[Listed, ...]:
    """The readable files that one index lists.

    Raises:
        GoneError: the index does not have the project.
        SourceError: the index could not be asked, or is none.
    """
    name = plain_name(distribution)
    folder = local_path(url)
    if folder is None:
        packages = _remote_page(name, http.keep_credentials(url).rstrip("/") + f"/{name}/", http)
    else:
        packages = _parsed(
            name, _local_page(folder / name / "index.html"), "text/html", f"{url.rstrip('/')}/{name}/"
        )
    origin = digest_of(address_key(url.rstrip("/")), name)
    found = []
    for package in packages:
        if folder is None:
            try:
                package.url = http.keep_credentials(package.url, listed=True)
            except SourceError:  # no address
                continue
        if (one := _listed(package, name, origin, local=folder is not None)) is not None:
            found.append(one)
    return tuple(found)


def _unasked(error: SourceError) -> str:
    return f"skipped an index: {error}"


def _remote_page(name: str, url: str, http: Http) -> list[DistributionPackage]:
    from pypi_simple import ACCEPT_JSON_PREFERRED

    page = http.page(url, {"Accept": ACCEPT_JSON_PREFERRED}, _PAGE_LIMIT)
    return _parsed(name, page.content, page.content_type, page.url)


def _local_page(path: Path) -> bytes:
    try:
        return read_bounded(path, _PAGE_LIMIT)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise GoneError(f"{path}: not there") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: {why(error)}; check the index in pip's configuration") from error


def _parsed(name: str, content: bytes, content_type: str, url: str) -> list[DistributionPackage]:
    """The files of a page as ``pypi-simple`` understands them; one that is not as it should be is passed over.

    Raises:
        SourceError: it is no page of a package index.
    """
    from pypi_simple import ProjectPage, UnsupportedRepoVersionError

    wrong = SourceError(
        f"{shown_address(url)}: does not look like a package index (a login page?); "
        "sign in to the network, or check PIP_INDEX_URL"
    )
    kind, _, parameters = content_type.partition(";")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a newer minor version of the protocol
            if kind.strip().lower().endswith("json"):
                data = parsing.parse_json(content)
                if not isinstance(data, dict) or not isinstance(data.get("files"), list):
                    raise wrong
                ProjectPage.from_json_data({**data, "files": []})
                return _understood(data["files"], lambda each: _from_json(each, name, url))
            page = Links(content, parameters.strip().lower().removeprefix("charset=").strip('"'))
            if page.protocol is not None:
                ProjectPage.from_json_data(
                    {"name": name, "files": [], "meta": {"api-version": page.protocol}}
                )
    except UnsupportedRepoVersionError as error:
        raise SourceError(
            f"{shown_address(url)}: speaks a newer protocol than archtrack; update archtrack"
        ) from error
    except ValueError:  # pydantic's and json's are ValueErrors
        raise wrong from None
    found = _understood(page.links, lambda each: _from_link(each, name, page.base, url))
    if not (
        page.protocol
        or any(package.package_type for package in found)
        or (not page.links and b"links for" in content[:4096].lower())  # how every index heads an empty page
    ):
        raise wrong
    return found


def _understood(
    entries: Iterable[_T], understand: Callable[[_T], DistributionPackage]
) -> list[DistributionPackage]:
    found = []
    for entry in entries:
        with suppress(
            ValueError, OverflowError, RecursionError
        ):  # a wrong address, a time beyond the calendar
            found.append(understand(entry))
    return found


def _from_json(entry: object, name: str, url: str) -> DistributionPackage:
    from pypi_simple import DistributionPackage

    return DistributionPackage.from_json_data(entry, name, url)


def _from_link(link: Link, name: str, base: str | None, url: str) -> DistributionPackage:
    from pypi_simple import DistributionPackage
    from pypi_simple import Link as Known

    attributes: dict[str, str | list[str]] = dict(link.attributes)
    known = Known(text=link.text, url=urljoin(urljoin(url, base or ""), link.address), attrs=attributes)
    return DistributionPackage.from_link(known, name)


def _listed(package: DistributionPackage, name: str, origin: str, *, local: bool) -> Listed | None:
    """The file, if it can be read; None for what is no release of this distribution, or says what cannot be."""
    if not package.filename.isprintable() or package.project is None or package.version is None:
        return None
    if plain_name(package.project) != name:
        return None
    wheel = package.package_type == "wheel"
    if not wheel and not (package.package_type == "sdist" and package.filename.endswith(_SDISTS)):
        return None
    schemes = ("http://", "https://", "file://") if local else ("http://", "https://")
    if not package.url.startswith(schemes):  # a server has no say over files of this machine
        return None
    size = package.size or None  # some indexes say 0 of what they do not know
    if size is not None and not 0 < size < _LARGEST:
        return None
    try:
        version = parsing.parse_version(package.version)
        uploaded = _day(package.upload_time)
    except (ValueError, OverflowError):  # the latter: a time that is beyond the calendar in UTC
        return None
    digest = package.digests.get("sha256", "").lower()
    file = ReleaseFile(
        name=package.filename,
        url=package.url,
        scope=origin,
        version=str(version),
        kind="wheel" if wheel else "sdist",
        size=size,
        sha256=digest if len(digest) == 64 else None,  # noqa: PLR2004 - hex digits of SHA-256
    )
    return Listed(file=file, version=version, yanked=package.is_yanked, uploaded=uploaded)


def _day(time: datetime | None) -> str | None:
    if time is None:
        return None

    return (time.astimezone(timezone.utc) if time.tzinfo is not None else time).date().isoformat()


def _nearest(version: Version, listed: Iterable[Listed]) -> str:
    """The releases around a version, and the newest."""
    versions = sorted({one.version for one in listed if not one.yanked})
    if not versions:
        return "there is only a yanked one"
    below = [one for one in versions if one < version][-_SHOWN:]
    above = [one for one in versions if one > version][:_SHOWN]
    near = f"the nearest are {', '.join(str(one) for one in (*below, *above))}"
    newest = versions[-1]
    return near if newest in (*below, *above) else f"{near}; the newest is {newest}"
