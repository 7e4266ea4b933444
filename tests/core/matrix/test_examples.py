"""Which example is shown, and who says so."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.document.layout import new_row, section_lines
from archtrack.core.document.merge import MergeOptions, merge
from archtrack.core.document.parse import parse
from archtrack.core.matrix.example_table import Entry, Locator
from archtrack.core.matrix.examples import DraftTarget, ExampleSources, example_cell, example_of, targets_of
from archtrack.model import (
    Category,
    Example,
    Inventory,
    Matrix,
    MatrixRow,
    Origin,
    Place,
    Registration,
    Status,
)

LOCATOR = Locator(package="vllm", version="0.33.0", kind="sdist", file="tests/models/registry.py")
TABLE = "table: vllm 0.33.0 tests/models/registry.py"


def declared(name: str, example: str | None) -> Registration:
    source = "models/x.py:3" if example else None
    return Registration(
        name=name,
        file="x.py",
        place=Place(file="x.py", line=1),
        defined_in="x",
        example=example,
        example_source=source,
    )


def sources(**given: Any) -> ExampleSources:
    ids = {
        key: {"A": Example(id=value, source=key)}
        for key, value in given.items()
        if key in {"overrides", "hub"}
    }
    more = {key: value for key, value in given.items() if key not in ids}
    return ExampleSources(**ids, **more)


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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"table": {"A": entry(target="by/other")}}, Example(id="by/other", source=f"target of A: {TABLE}")),
        (
            {"table": {"A": entry(draft_of="T")}, "declared": {"T": declared("T", "by/target")}},
            Example(id="by/target", source=f"target of A: T ({TABLE}): models/x.py:3"),
        ),
        (
            {"table": {"A": entry(variant_of="T")}, "declared": {"T": declared("T", "by/target")}},
            Example(id="by/target", source=f"variant: T ({TABLE}): models/x.py:3"),
        ),
        (
            {
                "targets": {"A": (DraftTarget(name="T", place="c.py:7"),)},
                "table": {"T": entry(id="by/table")},
            },
            Example(id="by/table", source=f"target of A: T (c.py:7): {TABLE}"),
        ),
        (
            {
                "targets": {
                    "A": (DraftTarget(name="S", place="c.py:7"), DraftTarget(name="T", place="c.py:9"))
                },
                "declared": {"S": declared("S", None), "T": declared("T", "by/target")},
            },
            Example(id="by/target", source="target of A: T (c.py:9): models/x.py:3"),
        ),
        # a draft of nothing known, of itself, of one that drafts for it
        ({"targets": {"A": (DraftTarget(name="T", place="c.py:7"),)}}, None),
        ({"table": {"A": entry(draft_of="A")}}, None),
        ({"table": {"A": entry(draft_of="T"), "T": entry(variant_of="A")}}, None),
        ({"targets": {"A": (DraftTarget(name="A", place="c.py:7"),)}}, None),
    ],
)
def test_a_draft_has_its_targets_example_and_says_so(given: dict[str, Any], expected: Example | None) -> None:
    assert example_of("A", sources(**given)) == expected


def test_the_targets_come_from_an_engines_statements_in_their_order() -> None:
    statements = ("DraftMTP B config.py:9", "DraftMTP A config.py:9", "XNextN X a b.py:1")
    assert targets_of({"draft_targets": statements, "others": ("DraftMTP C config.py:1",)}) == {
        "DraftMTP": (DraftTarget(name="B", place="config.py:9"), DraftTarget(name="A", place="config.py:9")),
        "XNextN": (DraftTarget(name="X", place="a b.py:1"),),
    }
    assert targets_of({}) == {}


WRAPPERS = [
    "MindSporeForCausalLM", "TransformersEmbeddingModel", "TransformersForCausalLM",
    "TransformersForSequenceClassification", "TransformersMoEEmbeddingModel", "TransformersMoEForCausalLM",
    "TransformersMoEForSequenceClassification", "TransformersMultiModalEmbeddingModel",
    "TransformersMultiModalForCausalLM", "TransformersMultiModalForSequenceClassification",
    "TransformersMultiModalMoEEmbeddingModel", "TransformersMultiModalMoEForCausalLM",
    "TransformersMultiModalMoEForSequenceClassification",
]  # fmt: skip


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
    row = MatrixRow(
        name=name,
        category=Category.TEXT,
        category_source="override",
        status=Status.NATIVE if native else Status.FALLBACK,
        native=declared(name, None) if native else None,
        hf=None if native else declared(name, None),
        example=Example(id=example, source="override") if example else None,
    )
    assert example_cell(row) == expected
    assert new_row(row).example == expected


@pytest.mark.parametrize(
    ("example", "native", "expected"),
    [("", "", "(generic)"), ("mine/x", "", "mine/x"), ("", "Y", "(generic)")],
)
def test_an_empty_example_of_a_wrapper_is_filled_when_the_document_is_refreshed(
    example: str, native: str, expected: str
) -> None:
    name = "TransformersForCausalLM"
    found = Registration(name=name, file="a.py", place=Place(file="a.py", line=1), defined_in="a")
    row = MatrixRow(
        name=name, category=Category.TEXT, category_source="s", status=Status.NATIVE, native=found
    )
    origin = Origin(distribution="sglang", kind="local", location="x")
    matrix = Matrix(
        rows=(row,),
        inventories=(
            Inventory(engine="sglang", version="1", origin=origin, registrations=(found,)),
            Inventory(engine="transformers", version="1", origin=origin, registrations=()),
        ),
        known=frozenset({name}),
    )
    text = "\n".join(section_lines(Category.TEXT, [new_row(row)]))
    before = text.replace("| Y |  | `a.py` | (generic) |", f"| {native} |  | `a.py` | {example} |")
    assert before != text
    merged = merge(parse(before), matrix, options=MergeOptions(date="2026-01-31", refresh=True))
    assert [each.example for each in parse(merged.text).rows] == [expected]
