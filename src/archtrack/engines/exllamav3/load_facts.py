"""What the gates of a release of ExLlamaV3 rest on: what its configuration classes ask for, and its tensors."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.verdict.release_facts import QUANTISATION, Fact, LoadFacts
from archtrack.model import Place

from .files import LINEAR
from .registry import asked_of
from .tables import ASKED, TENSORS

if TYPE_CHECKING:
    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["linear_facts", "load_facts"]


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
    return LoadFacts(tables={name: table for name, table in found.items() if table}, rules=rules)


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
