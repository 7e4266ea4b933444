"""Ollama's converter: the architectures that it takes, and which GGUF architecture their files get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .converter_source import converter_source
from .files import CONVERTER, OLD_LIST, is_test
from .tables import CONVERT, TORCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.sources.library import Library

__all__ = ["Converter", "Entry", "Written"]

_ONE, _SAFETENSORS, _TORCH = "convert/convert.go", "convert/safetensors.go", "convert/torch.go"
_MOST_STEPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An architecture that the converter takes.

    Attributes:
        path: of the file that tells it apart.
        line: that does.
        type_name: of its converter; None where it has none of its own, or that is not known.
    """

    path: str
    line: int
    type_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a file gets as its GGUF architecture.

    Attributes:
        names: that it may get, the usual one first.
        path: of the file that says so.
        line: that does, or that could not be read.
        whole: whether these are all.
        methods: quantisation methods that the converter has a part for.
    """

    names: tuple[str, ...]
    path: str
    line: int
    whole: bool
    methods: tuple[str, ...] = ()


class Converter:
    """The converter of one version.

    Attributes:
        found: (architecture, group) -> entry.
        unresolved: (path, line, reason) of what could not be read.
    """

    def __init__(self, library: Library) -> None:
        """Look at its files.

        Raises:
            SourceError: a file cannot be read.
        """
        paths = [path for path in library.paths(f"./{CONVERTER}") if not is_test(path)]
        old = list(library.paths(f"./{OLD_LIST}")) if paths else []
        facts = library.facts([*paths, *old], "ollama-converter-1", converter_source)
        self._facts: dict[str, Any] = {path.removeprefix("./"): each for path, each in facts.items()}
        self._structs: dict[str, tuple[str, int]] = {}
        self._writes: dict[str, dict[str, tuple[str, Any]]] = {}
        self._gives: dict[str, dict[str, str]] = {}
        self.found: dict[tuple[str, str], Entry] = {}
        self.unresolved: list[tuple[str, int, str]] = []
        for path, each in self._facts.items():
            for type_name, line in each["structs"].items():
                self._structs.setdefault(type_name, (path, line))
            for type_name, methods in each["writes"].items():
                known = self._writes.setdefault(type_name, {})
                known.update({method: (path, written) for method, written in methods.items()})
            for type_name, given in each["gives"].items():
                self._gives.setdefault(type_name, {}).update(given)
            self.unresolved += [(path, line, reason) for line, reason in each["unresolved"]]
            self._take(path, each)
        if paths and not self.found and not self.unresolved:
            reason = "nothing in the converter tells architectures apart by name"
            self.unresolved.append((paths[0].removeprefix("./"), 0, reason))

    def defined(self, type_name: str | None) -> tuple[str, int] | None:
        """The file and line of a converter's type."""
        return self._structs.get(type_name) if type_name is not None else None

    def written(self, entry: Entry) -> Written:
        """What the file of an architecture gets.

        A converter with ``TextKV`` writes that one where what sees is split off, and ``KV`` where it is not.
        """
        known = self._writes.get(entry.type_name or "", {})
        if entry.type_name is None and "WriteGGUF" not in known:
            return Written(names=(), path=entry.path, line=entry.line, whole=False)
        methods = [each for each in ("TextKV", "KV", "WriteGGUF") if each in known]
        if not methods:
            at = self.defined(entry.type_name) or (entry.path, entry.line)
            return Written(names=(), path=at[0], line=at[1], whole=False)
        parts = [self._of(entry.type_name or "", each) for each in methods]
        names = dict.fromkeys(name for part in parts for name in part.names)
        unread = [part for part in parts if not part.whole]
        place = (unread or parts)[0]
        here = self._facts[parts[-1].path]
        return Written(
            names=tuple(names),
            path=place.path,
            line=place.line,
            whole=not unread,
            methods=("mxfp4",) if here["mxfp4"] else (),
        )

    def _take(self, path: str, each: Mapping[str, Any]) -> None:
        group = TORCH if path == _TORCH else CONVERT
        switches = each["switches"]
        if switches and (path not in {_ONE, _SAFETENSORS, _TORCH} or len(switches) > 1):
            reason = "architectures are told apart a second time"
            self.unresolved.append((path, switches[-1], reason))
        for name, line, type_name in each["cases"]:
            self.found[name, group] = Entry(path=path, line=line, type_name=type_name)
        for name, line in each["listed"]:
            self.found[name, group] = Entry(path=path, line=line, type_name=None)

    def _of(self, type_name: str, method: str) -> Written:
        """What a method writes, through those that it takes its rows from."""
        at = ("", 0)
        for _ in range(_MOST_STEPS):
            known = self._writes.get(type_name, {}).get(method)
            if known is None:
                return Written(names=(), path=at[0] or _ONE, line=at[1], whole=False)
            path, written = known
            at = at if at[0] else (path, written["line"])
            if written["by"] is None:
                return Written(
                    names=tuple(written["to"]),
                    path=path,
                    line=written["unread"] or written["line"],
                    whole=not written["unread"],
                )
            kind, name = written["by"]
            method = "KV"
            if kind == "type":
                type_name = name
            elif kind == "method":
                type_name = self._gives.get(type_name, {}).get(name, "")
        return Written(names=(), path=at[0], line=at[1], whole=False)
