"""Values to JSON and back."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archtrack.core.document.outdated import Change
from archtrack.core.json_values import SCHEMA_VERSION, inventory_from_json, inventory_to_json, matrix_to_json
from archtrack.core.matrix.join import join
from archtrack.core.matrix.status import STATUSES
from archtrack.model import (
    Category,
    Inventory,
    Origin,
    Place,
    Registration,
    Signs,
    TransformersFacts,
    Unresolved,
)
from miniature import inventory, registration

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = st.text("abcXYZ_9äß\x1b\ud800|", min_size=1, max_size=6)
LINES = st.integers(0, 10**6)
PLACES = st.builds(Place, file=WORDS, line=LINES)
MAYBE = st.none() | WORDS
SOME = st.lists(WORDS, max_size=2).map(tuple)
FACTS = st.builds(
    TransformersFacts,
    exported=st.booleans(),
    backend_compatible=st.none() | st.booleans(),
    backend_place=st.none() | PLACES,
    bases=SOME,
    auto_mappings=SOME,
    attention_settable=st.none() | st.booleans(),
    flex_attention=st.none() | st.booleans(),
    model_type=st.none() | st.text(max_size=5),
    inputs=SOME,
)


SIGNS = st.builds(
    Signs, category=st.none() | st.sampled_from(Category), source=MAYBE, targets=SOME, targets_source=MAYBE
)


def registrations(
    facts: st.SearchStrategy[Any], signs: st.SearchStrategy[Signs]
) -> st.SearchStrategy[tuple[Registration, ...]]:
    def registration(example: tuple[str, str] | None, **values: Any) -> Registration:
        own, source = example or (None, None)
        return Registration(**values, example=own, example_source=source)

    each = st.builds(
        registration,
        name=WORDS, file=WORDS, place=PLACES, defined_in=WORDS, defined=st.none() | PLACES, condition=MAYBE,
        category=st.none() | st.sampled_from(Category), category_source=MAYBE,
        example=st.none() | st.tuples(WORDS, WORDS), signs=signs, transformers=facts,
    )  # fmt: skip
    unique = st.lists(each, max_size=4, unique_by=lambda one: one.name)
    return unique.map(lambda found: tuple(sorted(found, key=lambda one: one.name)))


ORIGINS = st.builds(
    Origin, distribution=WORDS, kind=st.sampled_from(["local", "installed", "release", "git"]), location=WORDS,
    version=MAYBE, digest=MAYBE, prefix=st.just("") | WORDS,
)  # fmt: skip


def inventories(engine: str) -> st.SearchStrategy[Inventory]:
    facts, signs = (FACTS, st.just(Signs())) if engine == "transformers" else (st.none(), SIGNS)
    return st.builds(
        Inventory, engine=st.just(engine), version=MAYBE, origin=ORIGINS,
        registrations=registrations(facts, signs),
        unresolved=st.lists(st.builds(Unresolved, reason=WORDS, place=PLACES), max_size=2).map(tuple),
        pins=st.dictionaries(WORDS, WORDS, max_size=2).map(lambda found: tuple(sorted(found.items()))),
        facts=st.dictionaries(WORDS, SOME, max_size=2).map(lambda found: tuple(sorted(found.items()))),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(inventories("sglang") | inventories("transformers"))
def test_an_inventory_comes_back_from_its_json_text(inventory: Inventory) -> None:
    assert inventory_from_json(json.loads(json.dumps(inventory_to_json(inventory)))) == inventory


def test_every_scan_and_list_conforms_to_the_schema(conforms: Callable[[Any, str], None]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(inventories("sglang"), inventories("transformers"))
    def check(engine: Inventory, transformers: Inventory) -> None:
        for each in (engine, transformers):
            conforms(json.loads(json.dumps(inventory_to_json(each))), "scan")
        matrix = join(engine, transformers, patterns=("*",))
        data = json.loads(json.dumps(matrix_to_json(matrix)))
        conforms(data, "list")
        assert [each["name"] for each in data["architectures"]] == [row.name for row in matrix.rows]

    check()


SMALLEST = inventory_to_json(inventory("sglang", registration("A"), version=None))


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1, None, "1"])
def test_another_schema_version_is_refused(version: object) -> None:
    data = {**SMALLEST, "schema_version": version}
    with pytest.raises(ValueError, match="schema version"):
        inventory_from_json(data)


@pytest.mark.parametrize("key", sorted(SMALLEST))
def test_a_key_that_is_missing_is_an_error_that_the_cache_takes_for_a_miss(key: str) -> None:
    data = {name: value for name, value in SMALLEST.items() if name != key}
    with pytest.raises((KeyError, TypeError, ValueError)):
        inventory_from_json(data)


def test_no_field_of_a_value_is_forgotten() -> None:
    """A new field that the JSON does not carry would be lost in the cache."""
    values = (Registration, Signs, TransformersFacts)
    assert {value.__name__: [each.name for each in fields(value)] for value in values} == {
        "Registration": [
            "name", "file", "place", "defined_in", "defined", "condition", "category", "category_source", "signs",
            "example", "example_source", "transformers", "class_name", "groups",
        ],
        "Signs": ["category", "source", "targets", "targets_source"],
        "TransformersFacts": [
            "exported", "backend_compatible", "backend_place", "bases", "auto_mappings", "attention_settable",
            "flex_attention", "model_type", "inputs",
        ],
    }  # fmt: skip


def test_the_schema_lists_the_values_that_the_code_has(schema: dict[str, Any]) -> None:
    definitions = schema["$defs"]
    assert definitions["category"]["enum"] == [each.value for each in Category]
    assert definitions["status"]["enum"] == [each.value for each in STATUSES]
    changes = definitions["stale_row"]["properties"]["changes"]["items"]["enum"]
    assert changes == [change.name.lower() for change in Change]
    assert definitions["version_of_schema"]["const"] == SCHEMA_VERSION
