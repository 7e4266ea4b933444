"""ms-swift: the models that it trains, with the architectures of their configs. Apache 2.0.

``register_model(ModelMeta(type, [ModelGroup([Model(modelscope_id, hub_id), …])], architectures=[…]))`` stands at the
top level of the modules in ``swift/model/models`` (``swift/llm/model/model`` before 4.0): every model of such a call
has one of the architectures in its config, by which ms-swift itself finds the kind of a model.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from archtrack.core.python.source import parse
from archtrack.core.python.values import last_name
from archtrack.sources.base import Layout

from .base import Entry, Listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CATALOGUE", "MsSwift"]


class MsSwift:
    """The declaration; see the module's docstring."""

    package = "ms-swift"
    kind = "wheel"
    files = ("swift/model/models/*.py", "swift/llm/model/model/*.py")

    def layout(self, version: str) -> Layout:  # noqa: ARG002 -- the same in every release
        """The package ``swift``."""
        return Layout(package="swift", distribution=self.package)

    def read(self, files: Mapping[str, bytes]) -> Listing:
        """The models of every registration."""
        entries: list[Entry] = []
        unresolved: list[tuple[str, int, str]] = []
        for path, data in files.items():
            try:
                tree = parse(data)
            except SyntaxError as error:
                unresolved.append((path, error.lineno or 0, f"does not parse: {error.msg}"))
                continue
            for statement in tree.body:
                match statement:
                    case ast.Expr(
                        value=ast.Call(func=ast.Name(id="register_model"), args=[ast.Call() as meta, *_])
                    ):
                        _registered(meta, path, entries, unresolved)
                    case _:
                        unresolved += [
                            (path, call.lineno, "is not registered at the top level in the usual form")
                            for call in ast.walk(statement)
                            if isinstance(call, ast.Call) and last_name(call.func) == "register_model"
                        ]
        return Listing(entries=tuple(entries), unresolved=tuple(unresolved))


def _registered(
    meta: ast.Call, path: str, entries: list[Entry], unresolved: list[tuple[str, int, str]]
) -> None:
    """The models of one registration; nothing of one that names no architecture."""
    named = next((each.value for each in meta.keywords if each.arg == "architectures"), None)
    if named is None:
        return
    architectures = _texts(named)
    if architectures is None:
        unresolved.append((path, named.lineno, "cannot tell which architectures the models have"))
        return
    for call in _models(meta) if architectures else ():
        found = _hub_id(call)
        if found is None:
            unresolved.append((path, call.lineno, "cannot tell which id the model has on the Hub"))
        elif found:
            entries.append(Entry(id=found, path=path, line=call.lineno, architectures=architectures))


def _texts(node: ast.expr) -> tuple[str, ...] | None:
    """The strings of a list; None where one is not plainly written."""
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    found = [
        each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    return tuple(found) if len(found) == len(node.elts) else None


def _models(meta: ast.Call) -> Iterator[ast.Call]:
    return (each for each in ast.walk(meta) if isinstance(each, ast.Call) and last_name(each.func) == "Model")


def _hub_id(call: ast.Call) -> str | None:
    """The id on the Hub; empty where the model is on ModelScope alone, None where that cannot be told."""
    if any(isinstance(each, ast.Starred) for each in call.args):
        return None
    given = dict(zip(("ms_model_id", "hf_model_id"), call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg is not None}
    match given.get("hf_model_id"):
        case None | ast.Constant(value=None):
            return ""
        case ast.Constant(value=str() as text):
            return text
        case _:
            return None


CATALOGUE = MsSwift()
