"""The join: which architectures get a row, and what it says."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archtrack.config.keys import DEFAULT_ROWS
from archtrack.core.matrix.example_table import Entry, Locator
from archtrack.core.matrix.join import join
from archtrack.model import Category, Example, Override, Registration, Status
from miniature import inventory, public, registration


def rows(
    natives: list[Registration],
    classes: list[Registration],
    patterns: tuple[str, ...] = DEFAULT_ROWS,
    **more: Any,
) -> dict[str, Any]:
    matrix = join(
        inventory("sglang", *natives), inventory("transformers", *classes), patterns=patterns, **more
    )
    assert [row.name for row in matrix.rows] == sorted({row.name for row in matrix.rows})
    return {row.name: row for row in matrix.rows}


@pytest.mark.parametrize(
    ("name", "gets_a_row"),
    [
        ("LlamaForCausalLM", True),
        ("T5ForConditionalGeneration", True),
        ("BertForSequenceClassification", True),
        ("GPT2LMHeadModel", True),
        ("BertModel", True),
        ("BertForMaskedLM", False),
        ("PreTrainedModel", False),
        ("AutoModel", False),
        ("AutoformerModel", False),
        ("BertForTokenClassification", False),
        ("bertmodel", False),
    ],
)
def test_the_public_classes_with_the_seeds_suffixes_get_a_row(name: str, gets_a_row: bool) -> None:  # noqa: FBT001 - a column
    assert (name in rows([], [public(name)])) is gets_a_row


@pytest.mark.parametrize("name", ["Contriever", "AutoThing", "SomePreTrainedThing", "lower"])
def test_a_native_gets_a_row_whatever_its_name_with_the_public_class_if_there_is_one(name: str) -> None:
    row = rows([registration(name)], [])[name]
    assert (row.status, row.hf) == (Status.NATIVE, None)
    row = rows([registration(name)], [public(name)])[name]
    assert (row.status, row.hf is not None, row.native is not None) == (Status.NATIVE, True, True)


def test_what_gets_no_row_is_known_all_the_same() -> None:
    matrix = join(
        inventory("sglang"), inventory("transformers", public("BertForMaskedLM")), patterns=DEFAULT_ROWS
    )
    assert (matrix.rows, matrix.known) == ((), frozenset({"BertForMaskedLM"}))


NAMES = st.sampled_from(
    ["AForCausalLM", "AModel", "AForMaskedLM", "APreTrainedModel", "AutoModel", "Z", "bModel"]
)


@settings(max_examples=150, deadline=None)
@given(st.sets(NAMES), st.sets(NAMES), st.lists(st.sampled_from(DEFAULT_ROWS), unique=True).map(tuple))
def test_rows_are_the_natives_and_the_public_classes_that_fit(
    natives: set[str], classes: set[str], patterns: tuple[str, ...]
) -> None:
    found = rows([registration(name) for name in natives], [public(name) for name in classes], patterns)
    fits = {
        name
        for name in classes
        if any(fnmatchcase(name, pattern) for pattern in patterns)
        and "PreTrained" not in name
        and not name.startswith("Auto")
    }
    assert set(found) == natives | fits
    assert {name for name, row in found.items() if row.status is Status.NATIVE} == natives
    assert all((row.hf is not None) == (name in classes) for name, row in found.items())


def test_a_draft_takes_the_category_and_the_evidence_of_its_model() -> None:
    natives = [
        registration("AlphaForCausalLM", category=Category.MULTIMODAL, category_source="list:7"),
        registration("AlphaForCausalLMMTP"),
    ]
    row = rows(natives, [])["AlphaForCausalLMMTP"]
    assert (row.category, row.category_source) == (Category.MULTIMODAL, "AlphaForCausalLM: list:7")


@pytest.mark.parametrize(
    ("facts", "expected"), [((("is_generation_model", ("P",)),), "text"), ((), "embedding")]
)
def test_a_bare_model_generates_only_where_the_engine_lists_what_does_not(
    facts: tuple[tuple[str, tuple[str, ...]], ...], expected: str
) -> None:
    matrix = join(
        inventory("sglang", registration("ChatGLMModel"), facts=facts),
        inventory("transformers"),
        patterns=DEFAULT_ROWS,
    )
    assert matrix.rows[0].category.value == expected


@pytest.mark.parametrize(
    ("changes", "settings", "expected"),
    [
        ({"example": "mine/x"}, None, Example(id="mine/x", source="override")),
        ({"example": "mine/x"}, "a.toml", Example(id="mine/x", source="override: a.toml")),
        ({"note": "n"}, None, None),
        (None, None, None),
    ],
)
def test_an_example_is_the_overrides_and_never_what_the_release_claims(
    changes: dict[str, Any] | None, settings: str | None, expected: Example | None
) -> None:
    hf = public("XModel", example="hub/claimed", example_source="models/x.py:3")
    overrides = () if changes is None else (Override(name="XModel", reason="r", **changes),)
    row = rows([], [hf], overrides=overrides, settings=settings)["XModel"]
    assert row.example == expected
    assert row.note == (changes or {}).get("note")


def test_an_example_may_come_from_the_table_and_from_the_target_of_a_draft() -> None:
    statements = ("draft_targets", ("XMTP X config.py:7", "YMTP Y config.py:9"))
    natives = [registration(name) for name in ("X", "XMTP", "Y", "YMTP")]
    locator = Locator(package="p", version="1", kind="wheel", file="p/x.py")
    matrix = join(
        inventory("sglang", *natives, facts=(statements,)),
        inventory("transformers", public("Y", example="hub/y", example_source="models/y.py:3")),
        patterns=DEFAULT_ROWS,
        table={"X": Entry(id="hub/x", locator=locator), "Z": Entry(id="hub/z", locator=locator)},
    )
    assert {row.name: row.example and (row.example.id, row.example.source) for row in matrix.rows} == {
        "X": ("hub/x", "table: p 1 p/x.py"),
        "XMTP": ("hub/x", "target of XMTP: X (config.py:7): table: p 1 p/x.py"),
        "Y": None,
        "YMTP": None,
    }


def test_an_override_of_what_gets_no_row_adds_none() -> None:
    override = Override(name="BModel", reason="r", category=Category.TEXT)
    assert rows([], [public("AModel")], overrides=(override,)).keys() == {"AModel"}
