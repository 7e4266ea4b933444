"""Which classes transformers' auto tables give for a model type."""

from __future__ import annotations

import pytest

from archtrack.engines.transformers.auto_tables import all_classes_by_type, auto_tables, classes_by_type

AUTO = b"""\
from collections import OrderedDict

MODEL_MAPPING_NAMES = OrderedDict(
    [
        ("llama", "LlamaModel"),
        ("only-base", "OnlyBaseModel"),
        ("pair", ("PairModel", "PairBaseModel")),
    ]
)

MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict(
    [
        # Model for causal LM mapping
        ("llama", "FirstForCausalLM"),
        ("llama", "LlamaForCausalLM"),
    ]
)

MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES = OrderedDict([("sees", "SeesForConditionalGeneration")])

MODEL_FOR_MASKED_LM_MAPPING_NAMES = OrderedDict(
    [
        ("masked", "MaskedForMaskedLM"),
    ]
)

MODEL_FOR_CAUSAL_LM_MAPPING = _LazyAutoMapping(CONFIG_MAPPING_NAMES, MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)
"""


def test_a_generating_table_comes_before_that_of_base_models() -> None:
    assert classes_by_type(AUTO) == {
        "llama": ["LlamaForCausalLM", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES", 15],
        "sees": ["SeesForConditionalGeneration", "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES", 19],
        "only-base": ["OnlyBaseModel", "MODEL_MAPPING_NAMES", 6],
        "pair": ["PairModel", "MODEL_MAPPING_NAMES", 7],
    }


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict()\n",
        b"OTHER_NAMES = OrderedDict([('llama', 'LlamaForCausalLM')])\n",
        b"MODEL_FOR_MASKED_LM_MAPPING_NAMES = OrderedDict([('bert', 'BertForMaskedLM')])\n",
        b"'''\nMODEL_MAPPING_NAMES = OrderedDict([('llama', 'LlamaModel')])\n'''\n",
    ],
)
def test_what_is_no_table_in_order_gives_no_type(text: bytes) -> None:
    assert classes_by_type(text) == {}


def test_a_table_that_is_made_of_another_one_lists_what_is_written_in_itself() -> None:
    text = b"""\
MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES = {"sees": "Sees"}
MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES = OrderedDict(
    [*list(MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES.items()), ("hears", ["Hears", "Other"]), ("own", x)]
)
"""
    assert all_classes_by_type(text) == {
        "sees": [["Sees", "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES", 1]],
        "hears": [["Hears", "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES", 3]],
    }
    assert auto_tables(text) == {
        "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES": ["Sees"],
        "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES": ["Sees", "Hears", "Other"],
    }
