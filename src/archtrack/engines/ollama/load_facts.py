"""What the gates of a release of Ollama rest on: what its converter writes, and what runs that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.release_facts import GGUF_ARCHITECTURES, Fact, LoadFacts
from archtrack.engines.llama_cpp.cpp_table import gguf_architectures
from archtrack.model import Place

from .carried_source import named_commit, patched_rows, submodule, translated
from .converter import Converter
from .converter_source import number_types
from .files import COMPAT_SOURCE, FETCHED_PATCHES, READER, SUBMODULE, SUBMODULES, VENDORED, VERSIONS
from .registry import mlx_runner, own_engine
from .tables import CARRIED, COMPAT, CONVERT, CONVERTS, DTYPES, MLX, OWN, PATCHED, TORCH, UNREAD

if TYPE_CHECKING:
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

    from .converter import Written

__all__ = ["load_facts"]


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG001 -- the files say it all
    """What the gates of a release rest on.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    tables: dict[str, dict[str, Fact]] = {CONVERTS: _converts(library), DTYPES: _dtypes(library)}
    unread: dict[str, dict[str, Any]] = {}
    for table, found in ((OWN, own_engine(library)), (MLX, mlx_runner(library))):
        tables[table] = {
            name: Fact(key=name, place=Place(file=path, line=line), value={"tag": tag} if tag else None)
            for (name, function), (path, line, tag) in sorted(found.rows.items())
            if function == "Register"
        }
        for path, line, _ in found.unresolved[:1]:
            unread[table] = {"file": path, "line": line}
    rule = _carried(library)
    if "build" in rule or not rule.get("commit"):
        tables[PATCHED] = _patched(library, unread)
    if "build" in rule:
        tables[COMPAT] = _compat(library)
    elif "commit" in rule:
        tables[GGUF_ARCHITECTURES] = _vendored(library, unread)
    rules = {**({CARRIED: rule} if rule else {}), **({UNREAD: unread} if unread else {})}
    return LoadFacts(tables={name: table for name, table in tables.items() if table}, rules=rules)


def _converts(library: Library) -> dict[str, Fact]:
    converter = Converter(library)
    found: dict[str, Fact] = {}
    for group in (TORCH, CONVERT):
        for (name, own), entry in converter.found.items():
            if own == group:
                found[name] = _converted(name, converter.written(entry))
    return dict(sorted(found.items()))


def _converted(name: str, written: Written) -> Fact:
    value: dict[str, Any] = {"to": list(written.names)}
    if not written.whole:
        value["unread"] = True
    if written.methods:
        value["methods"] = list(written.methods)
    return Fact(key=name, place=Place(file=written.path, line=written.line), value=value)


def _dtypes(library: Library) -> dict[str, Fact]:
    for found in library.facts(library.paths(f"./{READER}"), "ollama-dtypes-1", number_types).values():
        return {
            name: Fact(key=name, place=Place(file=READER, line=line)) for name, line in sorted(found.items())
        }
    return {}


def _carried(library: Library) -> dict[str, Any]:
    """Which llama.cpp a release carries: a submodule, else what names a build or a commit."""
    for line in library.facts(library.paths(f"./{SUBMODULES}"), "ollama-submodule-1", submodule).values():
        if line:
            commit = library.submodule(SUBMODULE)
            return {"file": SUBMODULES, "line": line, **({"submodule": commit} if commit else {})}
    for path in VERSIONS:
        for found in library.facts(library.paths(f"./{path}"), "ollama-carried-1", named_commit).values():
            if found:
                return {"file": path, **found}
    return {}


def _vendored(library: Library, unread: dict[str, dict[str, Any]]) -> dict[str, Fact]:
    """What the llama.cpp in the repository itself has."""
    there = library.paths(*(f"./{path}" for path in VENDORED))
    for path in VENDORED:
        if f"./{path}" not in there:
            continue
        found = library.facts((f"./{path}",), "llama-cpp-runs-2", gguf_architectures)[f"./{path}"]
        for line, _ in found["unresolved"][:1]:
            unread[GGUF_ARCHITECTURES] = {"file": path, "line": line}
        if found["there"]:
            return {
                name: Fact(key=name, place=Place(file=path, line=line))
                for name, line in sorted(found["rows"].items())
            }
    return {}


def _patched(library: Library, unread: dict[str, dict[str, Any]]) -> dict[str, Fact]:
    paths = library.paths(*(f"./{path}" for path in FETCHED_PATCHES))
    rows: dict[str, Fact] = {}
    for path, found in library.facts(paths, "ollama-patched-1", patched_rows).items():
        file = path.removeprefix("./")
        for name, line in found["added"].items():
            rows[name] = Fact(key=name, place=Place(file=file, line=line))
        for line, _ in found["unresolved"][:1]:
            unread[PATCHED] = {"file": file, "line": line}
    return dict(sorted(rows.items()))


def _compat(library: Library) -> dict[str, Fact]:
    paths = library.paths(f"./{COMPAT_SOURCE}")
    return {
        name: Fact(key=name, place=Place(file=COMPAT_SOURCE, line=line), value={"to": to})
        for found in library.facts(paths, "ollama-compat-1", translated).values()
        for name, (line, to) in sorted(found.items())
    }
