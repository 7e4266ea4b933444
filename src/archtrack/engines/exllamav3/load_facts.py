"""What the gates of a release of ExLlamaV3 rest on: what it opens, what its classes ask of a config, its tensors."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import QUANTISATION, Fact, LoadFacts
from archtrack.model import Place

from .files import CONFIGS, LINEAR
from .registry import asked_of
from .tables import ASKED, TENSORS

if TYPE_CHECKING:
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["config_line", "linear_facts", "load_facts"]


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:  # noqa: ARG001 -- the files say it all
    """What the gates of a release rest on.

    Args:
        library: the release.
        inventory: what it registers.

    Raises:
        SourceError: a file cannot be read.
    """
    facts = library.facts(library.paths(LINEAR), "exllamav3-linear-1", linear_facts).get(LINEAR)
    found = {
        ASKED: {
            name: Fact(key=name, place=asks["place"], value={"equal": asks["equal"], "needs": asks["needs"]})
            for name, asks in asked_of(library).items()
            if asks["place"] is not None and (asks["equal"] or asks["needs"])
        },
        QUANTISATION: {
            method: Fact(key=method, place=Place(file=LINEAR, line=line))
            for method, line in ({} if facts is None else facts["methods"]).items()
        },
    }
    rules: dict[str, Any] = {}
    if facts is not None and facts["line"]:
        rules["tensors"] = {"file": LINEAR, "line": facts["line"]}
    lines = library.facts(library.paths(*CONFIGS), "exllamav3-config-1", config_line)
    opened = next(({"file": path, "line": lines[path]} for path in CONFIGS if lines.get(path)), None)
    if opened is not None:
        rules["config"] = opened
    return LoadFacts(tables={name: table for name, table in found.items() if table}, rules=rules)


def config_line(data: bytes) -> int:
    """The line of ``from_directory`` that names the ``config.json`` of a folder; 0 where none does.

    Args:
        data: the module.
    """
    for node in ast.walk(Module(data, words=None).tree):
        if isinstance(node, ast.FunctionDef) and node.name == "from_directory":
            for part in ast.walk(node):
                match part:
                    case ast.Call(
                        func=ast.Attribute(attr="join"),
                        args=[_, ast.Constant(value="config.json")],
                        lineno=line,
                    ):
                        return line
                    case _:
                        pass
    return 0


def linear_facts(data: bytes) -> dict[str, Any]:
    """Which tensors a linear layer is loaded from.

    Args:
        data: the module.

    Returns:
        ``{"line": of the class ``Linear`` or 0, "methods": {method: the first line that names its tensors}}``.
    """
    module = Module(data, words=None)
    methods: dict[str, int] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
            for method, ends in TENSORS.items():
                if node.value.endswith(ends):
                    methods[method] = min(methods.get(method, node.lineno), node.lineno)
    linear = module.classes.get("Linear")
    return {"line": 0 if linear is None else linear.lineno, "methods": methods}
