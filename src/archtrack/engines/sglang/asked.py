"""What a release of SGLang asks a model for, and refuses it without: by a call, by ``hasattr``, or in a signature.

Since 0.4.0 for bitsandbytes, 0.4.1.post4 for EAGLE, 0.4.4.post2 for EAGLE-3, 0.4.6.post2 for pipeline parallel. An
EAGLE-3 draft may say that it needs nothing captured (``use_aux_hidden_state``): that is not seen.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from archtrack.core.python.conditions import short
from archtrack.core.python.module import Module

from .class_features import PP_PARAMETER
from .files import ASKING, WORKERS

if TYPE_CHECKING:
    from archtrack.sources.library import Library

__all__ = ["asking", "decided"]

REVISION = 1
"""Counts up whenever equal files would give other facts."""
_ASKED = {
    PP_PARAMETER: "pp",
    "set_eagle3_layers_to_capture": "eagle3",
    "get_embed_and_head": "eagle",
    "bitsandbytes_stacked_params_mapping": "bitsandbytes",
}
"""What a release may ask a model for, and refuses it without -> the feature."""


def asking(library: Library) -> tuple[str, ...]:
    """The files of a release that ask models for what they have."""
    there = library.paths(*ASKING, *WORKERS)
    workers = [path for path in WORKERS if path in there]
    return tuple(path for path in there if path not in workers[1:])


def decided(library: Library) -> list[str]:
    """The features that a release decides of by what a class has, sorted.

    Raises:
        SourceError: a file cannot be read.
    """
    facts = library.facts(asking(library), f"sglang-asks-{REVISION}", _asks)
    return sorted({_ASKED[name] for names in facts.values() for name in names})


def _asks(data: bytes) -> list[str]:
    """What of ``_ASKED`` a file asks a model for: by calling it, by ``hasattr``, or in a signature."""
    module = Module(data, [name.encode() for name in _ASKED])
    found = set()
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in _ASKED:
                found.add(name)
            case ast.Call(func=ast.Name(id="hasattr"), args=[_, ast.Constant(value=str() as name)]) if (
                name in _ASKED
            ):
                found.add(name)
            case ast.Compare(left=ast.Constant(value=str() as name), ops=[ast.In()], comparators=[other]) if (
                name == PP_PARAMETER and "signature" in short(other)
            ):
                found.add(name)
            case _:
                pass
    return sorted(found)
