"""The sections of the histories: the list and the page give the same, whatever the engines say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import miniature
from archtrack.app.history.release_reading import entries_from
from archtrack.core.history.categories import others_of, place_of, voices_of
from archtrack.core.history.history import Entry
from archtrack.core.matrix.categories import BY_NAME, weigh
from archtrack.core.matrix.join import join
from archtrack.model import Category, Registration, Signs
from made_history import made_history, release
from miniature import inventory, registration

if TYPE_CHECKING:
    from archtrack.core.history.history import History
    from archtrack.model import Inventory

TEXT, EMBEDDING, MULTIMODAL = Category.TEXT, Category.EMBEDDING, Category.MULTIMODAL
NAMES = (
    "AForCausalLM", "AForConditionalGeneration", "AForCausalLMMTP", "AMTPModel", "A_MTP", "AModel", "BForCausalLM",
    "BForConditionalGenerationNextN", "BMTP", "AForMaskedLM", "AVLForCausalLM", "BPreTrainedThing",
)  # fmt: skip
TABLES = ("", "FOR_CAUSAL_LM_", "FOR_IMAGE_TEXT_TO_TEXT_", "FOR_MASKED_LM_", "FOR_CTC_", "FOR_PRETRAINING_")
CATEGORIES = st.none() | st.sampled_from(list(Category))


def history(engine: str, entries: dict[str, Entry], key: str = "architecture") -> History:
    return replace(made_history([release("1.0")], {"1.0": entries}, engine=engine), key=key)


@st.composite
def natives(draw: st.DrawFn) -> list[Registration]:
    chosen = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return [
        registration(
            name,
            category=draw(CATEGORIES),
            signs=Signs(
                category=draw(CATEGORIES),
                targets=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2))),
            ),
        )
        for name in chosen
    ]


@st.composite
def classes(draw: st.DrawFn) -> list[Registration]:
    chosen = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return [
        miniature.public(
            name,
            file=draw(st.sampled_from(["a.py", "b.py"])),
            facts={
                "inputs": draw(st.sampled_from([(), ("text",), ("image", "text"), ("time",)])),
                "bases": draw(st.sampled_from([(), ("GenerationMixin",), ("AModel",)])),
                "auto_mappings": tuple(
                    sorted(f"MODEL_{table}MAPPING_NAMES" for table in draw(st.sets(st.sampled_from(TABLES))))
                ),
            },
        )
        for name in chosen
    ]


SECTIONS = st.dictionaries(st.sampled_from(NAMES), CATEGORIES)
LISTS = st.sets(st.sampled_from(["is_generation_model", "multimodal_model_archs"]))


def entries(sections: dict[str, Category | None]) -> dict[str, Entry]:
    return {
        name: Entry(file="x.py", at="registry.py:3", category=section.value if section else None)
        for name, section in sections.items()
    }


@settings(max_examples=400, deadline=None)
@given(natives(), classes(), SECTIONS, SECTIONS, LISTS)
def test_the_list_and_the_page_give_every_architecture_the_same_section(
    own: list[Registration],
    public: list[Registration],
    vllm: dict[str, Category | None],
    other: dict[str, Category | None],
    lists: set[str],
) -> None:
    engine = replace(inventory("sglang", *own), facts=tuple((each, ("X",)) for each in sorted(lists)))
    library = inventory("transformers", *public)
    histories = [
        history("transformers", entries_from(library)),
        history("other", entries(other)),
        history("vllm", entries(vllm)),
        history("sglang", entries_from(engine)),
    ]
    listed = join(engine, library, patterns=["*"], others=others_of(histories)).rows
    voices = voices_of(histories)
    assert {row.name: row.category for row in listed} == {
        row.name: weigh(row.name, voices)[0] for row in listed
    }


def test_other_engines_count_in_their_order_and_one_that_goes_by_model_types_or_converts_does_not() -> None:
    said = {"AForCausalLM": MULTIMODAL, "BForCausalLM": None}
    given_ = [
        history(
            "zeta", entries({"AForCausalLM": EMBEDDING, "BForCausalLM": EMBEDDING, "CForCausalLM": TEXT})
        ),
        history("mlx-lm", entries({"DForCausalLM": MULTIMODAL}), "model type"),
        history("llama-cpp", entries({"AForCausalLM": EMBEDDING, "FForCausalLM": MULTIMODAL})),
        history("vllm", entries(said)),
        history("sglang", entries({"EForCausalLM": MULTIMODAL})),
    ]
    found = others_of(given_)
    assert found.said == {
        "AForCausalLM": (MULTIMODAL, "vllm"),
        "BForCausalLM": (EMBEDDING, "zeta"),
        "CForCausalLM": (TEXT, "zeta"),
    }
    assert sorted(["zeta", "transformers", "vllm", "alpha", "sglang"], key=place_of) == [
        "sglang", "vllm", "alpha", "zeta", "transformers",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "at", "sections", "expected"),
    [
        ("x.py", "registry.py:3", {"KForCausalLM": MULTIMODAL}, (MULTIMODAL, "vllm: what else is in x.py")),
        ("x.py", "registry.py:3", {"KForCausalLM": MULTIMODAL, "LForCausalLM": TEXT}, (TEXT, BY_NAME)),
        ("x.py", "models/x.py:3", {"KForCausalLM": MULTIMODAL}, (TEXT, BY_NAME)),  # a file of tables
        ("x.py", "registry.py:3", {}, (TEXT, BY_NAME)),
    ],
)
def test_where_nothing_else_tells_the_others_of_the_file_do(
    file: str, at: str, sections: dict[str, Category], expected: tuple[Category, str]
) -> None:
    given_ = {**sections, "JForCausalLM": None}
    made = {
        name: Entry(file=file, at=at, category=section.value if section else None)
        for name, section in given_.items()
    }
    assert weigh("JForCausalLM", voices_of([history("vllm", made)])) == expected


def test_the_sections_that_are_read_are_the_engines_own() -> None:
    def of(found: Inventory) -> dict[str, str | None]:
        return {name: entry.category for name, entry in entries_from(found).items()}

    draft = registration("AForCausalLMMTP", signs=Signs(category=TEXT))
    assert of(inventory("sglang", draft)) == {"AForCausalLMMTP": "text"}
    assert of(inventory("sglang", draft, registration("AForCausalLM", category=MULTIMODAL))) == {
        "AForCausalLM": "multimodal",
        "AForCausalLMMTP": "multimodal",
    }
    assert of(inventory("sglang", registration("AForCausalLM"))) == {"AForCausalLM": None}
