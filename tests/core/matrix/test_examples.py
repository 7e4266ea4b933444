"""Which example is shown, and who says so."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.document.layout import new_row, section_lines
from archtrack.core.document.merge import MergeOptions, merge
from archtrack.core.document.parse import parse
from archtrack.core.matrix.example_table import Entry, Locator
from archtrack.core.matrix.examples import DraftTarget, ExampleSources, example_cell, example_of, targets_of
from archtrack.model import Category, Example, Matrix, Registration
from miniature import inventory, matrix_row, registration

LOCATOR = Locator(package="vllm", version="0.33.0", kind="sdist", file="tests/models/registry.py")
TABLE = "table: vllm 0.33.0 tests/models/registry.py"


def declared(name: str, example: str | None) -> Registration:
    return registration(name, example=example, example_source="models/x.py:3" if example else None)


def sources(**given: Any) -> ExampleSources:
    ids = {key: {"A": Example(id=given.pop(key), source=key)} for key in ("overrides", "hub") if key in given}
    return ExampleSources(**ids, **given)


def entry(**keys: str) -> Entry:
    return Entry(**keys, locator=LOCATOR)


ALL: dict[str, Any] = {
    "overrides": "by/override",
    "hub": "by/hub",
    "table": {"A": entry(id="by/table")},
    "declared": {"A": declared("A", "by/release"), "T": declared("T", "by/target")},
    "targets": {"A": (DraftTarget(name="T", place="config.py:7"),)},
}


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        ((), Example(id="by/override", source="overrides")),
        (("overrides",), Example(id="by/hub", source="hub")),
        (("overrides", "hub"), Example(id="by/table", source=TABLE)),
        (("overrides", "hub", "table"), Example(id="by/release", source="models/x.py:3")),
        (("overrides", "hub", "table", "declared"), None),
        (tuple(ALL), None),
    ],
)
def test_the_first_source_that_knows_one_decides(without: tuple[str, ...], expected: Example | None) -> None:
    given = {key: value for key, value in ALL.items() if key not in without}
    assert example_of("A", sources(**given)) == expected
    assert example_of("B", sources(**given)) is None


TARGET = declared("T", "by/target")


def drafts(*names: str) -> dict[str, tuple[DraftTarget, ...]]:
    """``A`` drafts for them, each said in a line of its own."""
    return {"A": tuple(DraftTarget(name=name, place=f"c.py:{at}") for at, name in enumerate(names, 7))}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"table": {"A": entry(target="by/other")}}, ("by/other", f"target of A: {TABLE}")),
        (
            {"table": {"A": entry(draft_of="T")}, "declared": {"T": TARGET}},
            ("by/target", f"target of A: T ({TABLE}): models/x.py:3"),
        ),
        (
            {"table": {"A": entry(variant_of="T")}, "declared": {"T": TARGET}},
            ("by/target", f"variant: T ({TABLE}): models/x.py:3"),
        ),
        (
            {"targets": drafts("T"), "table": {"T": entry(id="by/table")}},
            ("by/table", f"target of A: T (c.py:7): {TABLE}"),
        ),
        (
            {"targets": drafts("S", "T"), "declared": {"S": declared("S", None), "T": TARGET}},
            ("by/target", "target of A: T (c.py:8): models/x.py:3"),
        ),
        # a draft of nothing known, of itself, of one that drafts for it
        ({"targets": drafts("T")}, None),
        ({"table": {"A": entry(draft_of="A")}}, None),
        ({"table": {"A": entry(draft_of="T"), "T": entry(variant_of="A")}}, None),
        ({"targets": drafts("A")}, None),
    ],
)
def test_a_draft_has_its_targets_example(given: dict[str, Any], expected: tuple[str, str] | None) -> None:
    found = example_of("A", sources(**given))
    assert (found and (found.id, found.source)) == expected


def test_the_targets_come_from_an_engines_statements_in_their_order() -> None:
    statements = ("DraftMTP B config.py:9", "DraftMTP A config.py:9", "XNextN X a b.py:1")
    assert targets_of({"draft_targets": statements, "others": ("DraftMTP C config.py:1",)}) == {
        "DraftMTP": (DraftTarget(name="B", place="config.py:9"), DraftTarget(name="A", place="config.py:9")),
        "XNextN": (DraftTarget(name="X", place="a b.py:1"),),
    }
    assert targets_of({}) == {}


WRAPPERS = [
    "MindSporeForCausalLM",
    *(
        f"Transformers{kind}{task}"
        for kind in ("", "MoE", "MultiModal", "MultiModalMoE")
        for task in ("ForCausalLM", "EmbeddingModel", "ForSequenceClassification")
    ),
]


@pytest.mark.parametrize(
    ("name", "native", "example", "expected"),
    [
        *((name, True, None, "(generic)") for name in WRAPPERS),
        ("TransformersForCausalLM", True, "mine/x", "mine/x"),
        ("TransformersForCausalLM", False, None, ""),
        ("TransformersLikeForCausalLM", True, None, ""),
        ("LlamaForCausalLM", True, None, ""),
        ("LlamaForCausalLM", True, "meta-llama/x", "meta-llama/x"),
    ],
)
def test_only_a_wrapper_is_generic(name: str, native: bool, example: str | None, expected: str) -> None:  # noqa: FBT001
    shown = Example(id=example, source="override") if example else None
    row = matrix_row(name, example=shown, **{"native" if native else "hf": registration(name)})
    assert example_cell(row) == expected
    assert new_row(row).example == expected


@pytest.mark.parametrize(
    ("example", "native", "expected"),
    [("", "", "(generic)"), ("mine/x", "", "mine/x"), ("", "Y", "(generic)")],
)
def test_a_refresh_fills_an_empty_example_of_a_wrapper(example: str, native: str, expected: str) -> None:
    name = "TransformersForCausalLM"
    found = registration(name, "a.py")
    row = matrix_row(name, native=found)
    inventories = (inventory("sglang", found), inventory("transformers"))
    matrix = Matrix(rows=(row,), inventories=inventories, known=frozenset({name}))
    text = "\n".join(section_lines(Category.TEXT, [new_row(row)]))
    before = text.replace("| Y |  | `a.py` | (generic) |", f"| {native} |  | `a.py` | {example} |")
    assert before != text
    merged = merge(parse(before), matrix, options=MergeOptions(date="2026-01-31", refresh=True))
    assert [each.example for each in parse(merged.text).rows] == [expected]
