"""vLLM: the models that its tests load, and those of its tables of supported models. Apache 2.0.

Its source distribution holds ``tests/models/registry.py``: tables ``_…_EXAMPLE_MODELS`` of ``"Architecture":
_HfExamplesInfo("id", extras={"name": "id"})``, each checked by vLLM's own tests. Drafts, and classes that vLLM makes of
others, are left out: a checkpoint's config does not name these. ``docs/models/**.md`` hold tables with an architecture
and examples of its models; a row with several architectures does not say which model has which, and one with a mark
for converted classes does not say what the config has.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from archtrack.core.python.source import parse
from archtrack.core.python.values import last_name
from archtrack.sources.base import Layout

from .base import Entry, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CATALOGUE", "Vllm"]

_TESTS = "./tests/models/registry.py"
_NOT_OF_CONFIGS = frozenset(
    {"_AUTOMATIC_CONVERTED_MODELS", "_SPECULATIVE_DECODING_EXAMPLE_MODELS", "_TRANSFORMERS_BACKEND_MODELS"}
)
_CELL = re.compile(r"`(\w{1,100})`")
_ID = re.compile(r"`([\w.-]{1,100}/[\w.-]{1,100})`")
_LONGEST = 10_000
"""Characters of a line of a table."""


class Vllm:
    """The declaration; see the module's docstring."""

    package = "vllm"
    kind = "sdist"
    files = (_TESTS, "./docs/models/**/*.md", "./docs/models/*.md")

    def layout(self, version: str) -> Layout:  # noqa: ARG002 -- the same in every release
        """The root of its repository."""
        return Layout(
            package=".",
            distribution=self.package,
            markers=("tests/models/registry.py", "docs/models/supported_models.md"),
        )

    def read(self, files: Mapping[str, bytes]) -> Listing:
        """The models of the tests, then those of the documents."""
        entries: list[Entry] = []
        unresolved: list[tuple[str, int, str]] = []
        for path, data in sorted(files.items(), key=lambda each: (each[0] != _TESTS, each[0])):
            if path == _TESTS:
                _tests(data, path, entries, unresolved)
            else:
                entries += _documents(data.decode("utf-8", "replace"), path)
        return Listing(entries=tuple(entries), unresolved=tuple(unresolved))


def _tests(data: bytes, path: str, entries: list[Entry], unresolved: list[tuple[str, int, str]]) -> None:
    try:
        tree = parse(data)
    except SyntaxError as error:
        unresolved.append((path, error.lineno or 0, f"does not parse: {error.msg}"))
        return
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys, values=values))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(keys=keys, values=values))
            ) if name.endswith("_MODELS") and name not in _NOT_OF_CONFIGS:
                for key, value in zip(keys, values, strict=True):
                    match key, value:
                        case ast.Constant(value=str() as architecture), ast.Call() if (
                            last_name(value.func) == "_HfExamplesInfo"
                        ):
                            entries += _example(architecture, value, path, unresolved)
                        case _:
                            pass  # `**_OTHER_MODELS`
            case _:
                pass


def _example(
    architecture: str, call: ast.Call, path: str, unresolved: list[tuple[str, int, str]]
) -> Iterator[Entry]:
    given: dict[str, ast.expr] = dict(zip(("default", "extras"), call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg is not None}
    if _says_otherwise(given.get("hf_overrides")):
        return
    nodes = [given.get("default")]
    match given.get("extras"):
        case ast.Dict(values=values):
            nodes += values
        case None:
            pass
        case other:
            unresolved.append(
                (path, other.lineno, f"cannot tell which further models of {architecture} there are")
            )
    for node in nodes:
        match node:
            case ast.Constant(value=str() as text, lineno=line):
                yield Entry(id=text, path=path, line=line, architectures=(architecture,))
            case None:
                pass
            case _:
                unresolved.append((path, node.lineno, f"cannot tell which model of {architecture} it is"))


def _says_otherwise(overrides: ast.expr | None) -> bool:
    """Whether the test puts an architecture in the place of that of the config."""
    if not isinstance(overrides, ast.Dict):
        return overrides is not None
    keys = [each.value for each in overrides.keys if isinstance(each, ast.Constant)]
    return "architectures" in keys or len(keys) != len(overrides.keys)


def _documents(text: str, path: str) -> Iterator[Entry]:
    """The rows of tables that begin with one architecture."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("|") or len(line) > _LONGEST:
            continue
        first, _, rest = line[1:].partition("|")
        architectures = _CELL.findall(first)
        if len(architectures) != 1 or "<sup>" in first or architectures[0].startswith("Transformers"):
            continue
        for found in dict.fromkeys(_ID.findall(rest)):
            yield Entry(id=found, path=path, line=number, architectures=(architectures[0],))


CATALOGUE = Vllm()
