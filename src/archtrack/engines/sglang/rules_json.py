"""The rules of a release as JSON, for the history, and back.

``{"path": module or null, "loader": {rule: {"line", …}}, "swaps": [{"to", "line", "but"}], "rewrites": [{"to", "file",
"line", …}], "drafts": [{"draft", "of": [target], "file", "line"}]}``. What a rule does not ask for is left out. Every
line is the value of a key ``line``. The engine's lists (``pooled``, ``multimodal``) and what transformers says of model
types (``types``) are not among them.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from archtrack.core.verdict.context import Rewrite, Rules
from archtrack.model import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["rules_from_json", "rules_to_json"]

_TESTS = ("model_type", "replaced", "alone", "missing", "remote", "keys")
"""What a ``Rewrite`` may ask for."""


def rules_to_json(rules: Rules) -> dict[str, Any]:
    """The rules as JSON; see above."""
    loader = {}
    for name, value in rules.loader.items():
        if name != "rewrites":
            loader[name] = dict(value) if isinstance(value, dict) else {"line": value}
    swaps = rules.loader.get("rewrites", ())
    drafts = groupby(rules.drafts, key=lambda each: (each[1], each[2]))
    return {
        "path": rules.path,
        "loader": loader,
        "swaps": [
            {"to": name, "line": line, "but": list(left_alone)}
            for line, name, left_alone in (swaps if isinstance(swaps, list) else ())
        ],
        "rewrites": [_rewrite_to_json(each) for each in rules.rewrites],
        "drafts": [
            {"draft": draft, "of": [target for target, _, _ in each], **_place_to_json(place)}
            for (draft, place), each in drafts
        ],
    }


def rules_from_json(found: Mapping[str, Any], release: str | None = None) -> Rules:
    """The rules that ``rules_to_json`` gave.

    Args:
        found: the JSON. Where it is empty, nothing is known of how the release decides.
        release: the release that the lines are of; None for the one that is spoken of.
    """
    loader: dict[str, object] = {
        name: value if len(value) > 1 else value["line"] for name, value in found.get("loader", {}).items()
    }
    if "choice" in loader:
        loader["rewrites"] = [[each["line"], each["to"], each["but"]] for each in found["swaps"]]
    return Rules(
        path=found.get("path"),
        loader=loader,
        rewrites=tuple(_rewrite_from_json(each, release) for each in found.get("rewrites", ())),
        drafts=tuple(
            (target, each["draft"], _place(each, release))
            for each in found.get("drafts", ())
            for target in each["of"]
        ),
        release=release,
    )


def _rewrite_to_json(rewrite: Rewrite) -> dict[str, Any]:
    tests = {name: getattr(rewrite, name) for name in _TESTS}
    return {
        "to": rewrite.to,
        **_place_to_json(rewrite.place),
        **{
            name: list(value) if isinstance(value, tuple) else value for name, value in tests.items() if value
        },
    }


def _rewrite_from_json(found: Mapping[str, Any], release: str | None) -> Rewrite:
    return Rewrite(
        to=found["to"],
        place=_place(found, release),
        model_type=found.get("model_type"),
        replaced=tuple(found.get("replaced", ())),
        alone=found.get("alone", False),
        missing=found.get("missing", False),
        remote=tuple(found.get("remote", ())),
        keys=tuple(found.get("keys", ())),
    )


def _place_to_json(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line}


def _place(found: Mapping[str, Any], release: str | None) -> Place:
    return Place(file=found["file"], line=found["line"], release=release)
