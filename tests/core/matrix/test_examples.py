"""Which example is shown, and who says so."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.document.layout import new_row, section_lines
from archtrack.core.document.merge import MergeOptions, merge
from archtrack.core.document.parse import parse
from archtrack.core.matrix.example_table import Entry, Locator
from archtrack.core.matrix.examples import DraftTarget, ExampleSources, example_cell, example_of, targets_of
from archtrack.model import Category, Example, Matrix
from miniature import inventory, matrix_row, registration

LOCATOR = Locator(package="vllm", version="0.33.0", kind="sdist", file="tests/models/registry.py")
TABLE = "table: vllm 0.33.0 tests/models/registry.py"


class Index:
    """Attests what it is told."""

    def __init__(self, named: dict[str, str] | None = None, of_type: dict[str, str] | None = None) -> None:
        self._named, self._of_type = named or {}, of_type or {}

    def named(self, name: str) -> Example | None:
        return Example(id=self._named[name], source="index") if name in self._named else None

    def of_type(self, name: str) -> Example | None:
        return Example(id=self._of_type[name], source="type") if name in self._of_type else None


def sources(**given: Any) -> ExampleSources:
    ids = {key: {"A": Example(id=given.pop(key), source=key)} for key in ("overrides", "hub") if key in given}
    return ExampleSources(**ids, **given)


def entry(**keys: str) -> Entry:
    return Entry(**keys, locator=LOCATOR)


ALL: dict[str, Any] = {
    "overrides": "by/override",
    "hub": "by/hub",
    "named": {"A": "by/index", "T": "by/target"},
    "table": {"A": entry(id="by/table")},
    "of_type": {"A": "by/type"},
    "targets": {"A": (DraftTarget(name="T", place="config.py:7"),)},
}
INDEX = ("overrides", "hub", "named")
"""What comes before the table."""


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        ((), Example(id="by/override", source="overrides")),
        (("overrides",), Example(id="by/hub", source="hub")),
        (("overrides", "hub"), Example(id="by/index", source="index")),
        (INDEX, Example(id="by/table", source=TABLE)),
        ((*INDEX, "table"), Example(id="by/type", source="type")),
        ((*INDEX, "table", "of_type"), None),
        (tuple(ALL), None),
    ],
)
def test_the_first_source_that_knows_one_decides(without: tuple[str, ...], expected: Example | None) -> None:
    given = {key: value for key, value in ALL.items() if key not in without}
    attested = Index(given.pop("named", None), given.pop("of_type", None))
    assert example_of("A", sources(**given, attested=attested)) == expected
    assert example_of("B", sources(**given, attested=attested)) is None


def test_without_an_index_the_others_decide() -> None:
    assert example_of("A", sources(table={"A": entry(id="by/table")})) == Example(id="by/table", source=TABLE)
    assert example_of("A", sources()) is None


TARGET = Index({"T": "by/target"})


def drafts(*names: str) -> dict[str, tuple[DraftTarget, ...]]:
    """``A`` drafts for them, each said in a line of its own."""
    return {"A": tuple(DraftTarget(name=name, place=f"c.py:{at}") for at, name in enumerate(names, 7))}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"table": {"A": entry(target="by/other")}}, ("by/other", f"target of A: {TABLE}")),
        (
            {"table": {"A": entry(draft_of="T")}, "attested": TARGET},
            ("by/target", f"target of A: T ({TABLE}): index"),
        ),
        (
            {"table": {"A": entry(variant_of="T")}, "attested": TARGET},
            ("by/target", f"variant: T ({TABLE}): index"),
        ),
        (
            {"targets": drafts("T"), "table": {"T": entry(id="by/table")}},
            ("by/table", f"target of A: T (c.py:7): {TABLE}"),
        ),
        (
            {"targets": drafts("S", "T"), "attested": TARGET},
            ("by/target", "target of A: T (c.py:8): index"),
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
