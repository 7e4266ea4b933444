"""What other engines have in their newest known release, and what their tables say that it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.history.elsewhere import Purposes, had_once, others_have, run_as_others
from archtrack.core.history.history import Entry
from archtrack.model import Place, Role
from made_history import made_history, release

if TYPE_CHECKING:
    from archtrack.core.history.history import History

PURPOSES = {"vllm": Purposes(draft_tables=("_DRAFTS",), wrapper_tables=("_BACKEND",))}
WRAPPERS = {"TransformersForCausalLM"}


def entry(at: str = "x/registry.py:3", **more: Any) -> Entry:
    return Entry(file="x.py", at=at, **more)


def history(engine: str, found: dict[str, Entry], *, before: dict[str, Entry] | None = None) -> History:
    releases = [release("1.0"), release("2.0"), release("3.0", unknown="a broken file")]
    return made_history(releases, {"1.0": before or {}, "2.0": found}, engine=engine)


@pytest.mark.parametrize(
    ("name", "more", "role", "source"),
    [
        ("AForCausalLM", {"groups": ("_TEXT",)}, Role.MODEL, "_TEXT"),
        ("AForCausalLM", {"groups": ("_DRAFTS",)}, Role.DRAFT, "_DRAFTS"),
        ("AForCausalLM", {"groups": ("_TEXT", "_DRAFTS")}, Role.MODEL, "_TEXT"),
        ("AForCausalLM", {"groups": ("_BACKEND",)}, Role.WRAPPER, "_BACKEND"),
        ("TransformersForCausalLM", {"groups": ("_TEXT",)}, Role.WRAPPER, "declares it as a wrapper"),
        ("AForCausalLM", {"runs_as": "BForCausalLM"}, Role.RUN_AS_ANOTHER, "runs it as BForCausalLM"),
        ("AForCausalLM", {}, None, None),
    ],
)
def test_an_engine_whose_tables_tell_says_what_it_has_a_name_for(
    name: str, more: dict[str, Any], role: Role | None, source: str | None
) -> None:
    (found,) = others_have([history("vllm", {name: entry(**more)})], PURPOSES, WRAPPERS)[name]
    assert (found.role, found.source) == (role, source)


def test_a_table_of_an_engine_that_declares_none_tells_nothing() -> None:
    found = others_have([history("lmdeploy", {"A": entry(groups=("pytorch",))})], PURPOSES, WRAPPERS)
    assert (found["A"][0].role, found["A"][0].source) == (None, None)


def test_the_newest_release_that_was_read_counts_with_its_evidence() -> None:
    vllm = history(
        "vllm",
        {"A": entry("x/registry.py:9"), "B": entry("x/registry.py:4")},
        before={"A": entry("x/registry.py:3"), "Old": entry()},
    )
    found = others_have([history("lmdeploy", {"A": entry()}), vllm], {}, ())
    assert {name: [each.engine for each in seen] for name, seen in found.items()} == {
        "A": ["vllm", "lmdeploy"],
        "B": ["vllm"],
    }
    (one,) = found["B"]
    assert (one.version, one.file, one.place) == ("2.0", "x.py", Place(file="x/registry.py", line=4))


def test_an_engine_that_goes_by_model_types_says_nothing_of_architectures() -> None:
    types = made_history([release("1.0")], {"1.0": {"qwen3": entry()}}, engine="mlx-lm", key="model type")
    assert others_have([types], {}, ()) == {}
    assert had_once([types]) == frozenset()


def test_what_some_release_had_is_had_once() -> None:
    assert had_once([history("vllm", {"A": entry()}, before={"Old": entry()})]) == {"A", "Old"}


@pytest.mark.parametrize(
    ("version", "names"), [("1.0", {"Old"}), ("2.0", {"A"}), ("3.0", {"A"}), ("9.9", {"A"}), (None, {"A"})]
)
def test_what_a_release_runs_as_another_is_that_of_the_newest_where_it_is_not_known(
    version: str | None, names: set[str]
) -> None:
    other = {"runs_as": "B"}
    found = history("sglang", {"A": entry(**other), "B": entry()}, before={"Old": entry(**other)})
    assert run_as_others(found, version) == names
