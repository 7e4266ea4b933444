"""llmfit: many thousands of models of the Hub with their model types and downloads. MIT.

Its binary holds the list as JSON, a pretty-printed array of objects: ``name`` is the id, ``architecture`` the model
type of the config (``unknown`` where it has none), ``pipeline_tag`` what the Hub says that the model is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.parsing import parse_json
from archtrack.sources.base import Layout

from .base import Entry, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CATALOGUE", "Llmfit"]

_BEGIN, _END = b'[\n  {\n    "name": ', b"\n]"
_UNKNOWN = frozenset({"", "unknown"})


class Llmfit:
    """The declaration; see the module's docstring."""

    package = "llmfit"
    kind = "wheel"
    files = ("llmfit-*.data/scripts/llmfit", "llmfit-*.data/scripts/llmfit.exe")

    def layout(self, version: str) -> Layout:
        """The folder of its scripts, whose name has the version in it."""
        return Layout(package=f"llmfit-{version}.data", distribution=self.package)

    def read(self, files: Mapping[str, bytes]) -> Listing:
        """The models of the array in the binary that has them."""
        unresolved = []
        for path, data in files.items():
            for text in _arrays(data):
                try:
                    found = parse_json(text)
                except ValueError as error:
                    unresolved.append((path, 0, f"holds an array that is not JSON: {error}"))
                    continue
                entries = tuple(entry for each in found if (entry := _entry(each, path)) is not None)
                if entries:
                    return Listing(entries=entries, unresolved=tuple(unresolved))
            unresolved.append((path, 0, "holds no array of models"))
        return Listing(entries=(), unresolved=tuple(unresolved))


def _arrays(data: bytes) -> Iterator[bytes]:
    """The pretty-printed arrays of objects with a name, in order."""
    start = data.find(_BEGIN)
    while start >= 0:
        end = data.find(_END, start)
        if end < 0:
            return
        yield data[start : end + len(_END)]
        start = data.find(_BEGIN, end)


def _entry(row: Any, path: str) -> Entry | None:
    """One model; None where its type is not known."""
    if not isinstance(row, dict):
        return None
    name, model_type, task, downloads = (
        row.get(key) for key in ("name", "architecture", "pipeline_tag", "hf_downloads")
    )
    if not isinstance(name, str) or not isinstance(model_type, str) or model_type in _UNKNOWN:
        return None
    return Entry(
        id=name,
        path=path,
        model_type=model_type,
        task=task if isinstance(task, str) and task not in _UNKNOWN else None,
        downloads=downloads if type(downloads) is int and downloads > 0 else 0,
    )


CATALOGUE = Llmfit()
