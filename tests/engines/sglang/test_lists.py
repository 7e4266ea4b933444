"""The architectures that SGLang's own lists name, and the categories that they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.engines.sglang.files import MODEL_CONFIG
from archtrack.engines.sglang.lists import categories_of, constant_list, statements_of
from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.sources.library import Library

    Make = Callable[[Mapping[str, str | bytes]], Library]

LISTS = {"sglang/srt/configs/lists.py": 'MORE = [\n    "L1",\n    *("L2",),\n]\nOTHER = 1\n'}


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", {}),
        ('multimodal_model_archs = [\n    "A",  # "X"\n    "B",\n]\n', {"multimodal_model_archs": {"A": 2, "B": 3}}),
        (
            'multimodal_model_archs: list = ["A"]\nmultimodal_model_archs += ["B"]\n',
            {"multimodal_model_archs": {"A": 1, "B": 2}},
        ),
        (
            'from .lists import MORE\nmultimodal_model_archs = [*MORE, "A"]\n',
            {"multimodal_model_archs": {"A": 2, "L1": 2, "L2": 2}},
        ),
        ('MORE = ["L"]\nmultimodal_model_archs = [*MORE, "A"]\n', {"multimodal_model_archs": {"A": 2, "L": 2}}),
        ("from .nowhere import MORE\nmultimodal_model_archs = [*MORE]\n", {"multimodal_model_archs": {}}),
        (
            'def is_multimodal_model(archs):\n    if "A" in archs or "B" in archs:\n        return True\n',
            {"multimodal_model_archs": {"A": 2, "B": 2}},
        ),
        # A list of its own comes before what a function tests.
        (
            'multimodal_model_archs = ["A"]\ndef is_multimodal_model(archs):\n    return "B" in archs\n',
            {"multimodal_model_archs": {"A": 1}},
        ),
        (
            'def is_generation_model(archs):\n    """Not "X"."""\n    if "A" in archs:\n        return False\n',
            {"is_generation_model": {"A": 3}},
        ),
        ('def is_audio_model(a):\n    models = [\n        "A",\n    ]\n', {"is_audio_model": {"A": 3}}),
        ('_score_and_pool_archs = [\n    "A",\n]\n', {"is_score_and_pool_model": {"A": 2}}),
        (
            '_cross_encoding_pooler_archs = ["A"]\ndef is_cross_encoding_pooler_model(a):\n    return any(a)\n',
            {"is_cross_encoding_pooler_model": {"A": 1}},
        ),
        (
            'def is_cross_encoding_pooler_model(a):\n    models = ["A"]\n    return any(a)\n',
            {"is_cross_encoding_pooler_model": {"A": 2}},
        ),
        ('some_archs = ["A"]\ndef is_other(archs):\n    return "A" in archs\n', {}),
        ("multimodal_model_archs = [\n", {}),
        ("class C:\n    def is_audio_model(self, a):\n        return 'A' in a\n", {}),
    ],
)  # fmt: skip
def test_the_engines_own_lists_are_read_with_their_lines(
    text: str, statements: dict[str, dict[str, int]], library: Make
) -> None:
    assert statements_of(library({MODEL_CONFIG: text, **LISTS})) == statements


def test_a_release_without_that_file_has_no_lists(library: Make) -> None:
    assert statements_of(library(LISTS)) == {}


def test_a_category_is_told_with_its_line_and_the_later_list_wins() -> None:
    pooled, seeing = {"A": 5, "C": 6}, {"A": 1, "B": 2}
    lists = {"is_generation_model": pooled, "multimodal_model_archs": seeing, "other": {"D": 1}}
    assert categories_of(lists) == {
        "A": (Category.EMBEDDING, f"{MODEL_CONFIG}:5 is_generation_model"),
        "B": (Category.MULTIMODAL, f"{MODEL_CONFIG}:2 multimodal_model_archs"),
        "C": (Category.EMBEDDING, f"{MODEL_CONFIG}:6 is_generation_model"),
    }


@pytest.mark.parametrize(
    ("level", "module", "attribute", "expected"),
    [
        (1, "lists", "MORE", ["L1", "L2"]),
        (0, "sglang.srt.configs.lists", "MORE", ["L1", "L2"]),
        (1, "lists", "OTHER", []),
        (1, "lists", "NOTHING", []),
        (9, "lists", "MORE", []),
    ],
)
def test_the_strings_of_a_constant_of_another_module(
    level: int, module: str, attribute: str, expected: list[str], library: Make
) -> None:
    found = constant_list(library({MODEL_CONFIG: "", **LISTS}), level, module, attribute)
    assert sorted(found) == expected
