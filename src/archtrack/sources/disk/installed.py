"""An installed package, found without importing it.

What ``import`` would take is worked out from the folders of the import path and from the finders that
editable installs hook in; the package itself is never run. Looked at first is the interpreter that runs
archtrack. If it does not have the package, as after ``pipx install archtrack``, the environments that
``VIRTUAL_ENV`` and ``CONDA_PREFIX`` name are looked at, as files only: path lines of their ``.pth``
files are followed, ``import`` lines are not, and editable installs are known by ``direct_url.json``.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.core.parsing import parse_json
from archtrack.model import Origin
from archtrack.sources.address import parse_address
from archtrack.sources.base import METADATA, PYPROJECT
from archtrack.sources.files import read_bounded

from .folder import LocalSource, is_package, locate_package
from .metadata import find_metadata, version_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archtrack.sources.base import Layout

__all__ = ["installed_source"]

_LARGEST = 1024**2  # bytes of a file that says where a package is


def installed_source(
    layout: Layout, *, environ: Mapping[str, str], path: Sequence[str] | None = None
) -> LocalSource | None:
    """The installed package, or None where it is not installed.

    Args:
        layout: which package.
        environ: the environment; ``VIRTUAL_ENV`` and ``CONDA_PREFIX`` are read.
        path: the import path; that of the running interpreter by default. The working directory is left
            out: a checkout that lies there is not installed.
    """
    here = Path.cwd()
    folders = [Path(entry) for entry in (sys.path if path is None else path) if entry]
    folders = [folder for folder in folders if folder != here]
    if layout.markers:
        return None  # it has no package that could be installed
    if (package := _in_this_interpreter(layout, folders)) is not None:
        return _source(layout, package, folders)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if not (prefix := environ.get(variable)) or Path(prefix) == Path(sys.prefix):
            continue
        sites = _site_folders(Path(prefix))
        folders = [*sites, *(folder for site in sites for folder in _path_lines(site))]
        package = _in_folders(layout, folders) or _editable(layout, sites)
        if package is not None:
            return _source(layout, package, folders)
    return None


def _source(layout: Layout, package: Path, folders: Sequence[Path]) -> LocalSource:
    base = package.parent
    root, parent = locate_package(base, layout)
    extras = {}
    places = (base, *(folder for folder in folders if folder != base))
    found = (find_metadata(folder, layout.distribution) for folder in places)
    metadata = next(filter(None, found), None)
    if metadata is not None:
        extras[METADATA] = str(metadata)
    if metadata is None or metadata.parent.parent != base:  # an editable install: it has a project file
        project = next((file for file in (base / PYPROJECT, root / PYPROJECT) if file.is_file()), None)
        if project is not None:
            extras[PYPROJECT] = str(project)
    origin = Origin(
        distribution=layout.distribution,
        kind="installed",
        location=str(root),
        version=version_in(metadata) if metadata else None,
        prefix=f"{parent}/" if parent else "",
    )
    return LocalSource(
        root=str(root.absolute()),
        base=str(base.absolute()),
        package=layout.package,
        origin=origin,
        extras=extras,
    )


def _in_this_interpreter(layout: Layout, folders: Sequence[Path]) -> Path | None:
    """What ``import`` would take, asked in the order in which it asks."""
    for finder in sys.meta_path:
        if finder is PathFinder:
            package = _in_folders(layout, folders)
        elif finder in (BuiltinImporter, FrozenImporter):
            continue
        else:
            package = _from_finder(finder, layout.package)
        if package is not None:
            return package
    return None


def _in_folders(layout: Layout, folders: Sequence[Path]) -> Path | None:
    """The first folder with the package; one without ``__init__.py`` only if there is no other."""
    for namespace in (False, True):
        for folder in folders:
            with suppress(OSError):  # what may not be looked into cannot be imported either
                if is_package(package := folder / layout.package, namespace=namespace):
                    return package
    return None


def _from_finder(finder: object, name: str) -> Path | None:
    """Where a finder that somebody hooked in has a package. Asking for a top-level name imports nothing."""
    with suppress(Exception):  # other people's code: whatever goes wrong in it, it has no answer
        spec = finder.find_spec(name, None)  # type: ignore[attr-defined]
        for location in (spec and spec.submodule_search_locations) or ():
            folder = Path(location)
            if folder.name == name and is_package(folder, namespace=True):
                return folder
    return None


def _site_folders(prefix: Path) -> list[Path]:
    """The ``site-packages`` of an environment, that of its newest Python first."""
    found = [*prefix.glob("lib/python3.*/site-packages"), *prefix.glob("Lib/site-packages")]
    return sorted(
        found, key=lambda site: [int(part) for part in re.findall(r"\d+", site.parent.name)], reverse=True
    )


def _path_lines(site: Path) -> Iterator[Path]:
    """Folders that the ``.pth`` files of a folder add to the import path."""
    for file in sorted(site.glob("*.pth")):
        with suppress(OSError):
            for line in read_bounded(file, _LARGEST).decode("utf-8", "replace").splitlines():
                if line.strip() and not line.startswith(("#", "import ", "import\t")):
                    with suppress(ValueError):  # a NUL: no path at all
                        if (folder := site / line.rstrip()).is_dir():
                            yield folder


def _editable(layout: Layout, sites: Sequence[Path]) -> Path | None:
    """The package of an editable install, in the project that its metadata points to."""
    for site in sites:
        metadata = find_metadata(site, layout.distribution)
        if metadata is None:
            continue
        from urllib.request import url2pathname

        with suppress(OSError, ValueError, TypeError, AttributeError, LookupError):
            record = parse_json(read_bounded(metadata.parent / "direct_url.json", _LARGEST))
            url = parse_address(record["url"])
            if url.scheme == "file" and record["dir_info"]["editable"] is True:
                project = Path(url2pathname(url.path))
                for parent in (*layout.parents, ""):
                    if is_package(package := project / parent / layout.package, namespace=True):
                        return package
    return None
