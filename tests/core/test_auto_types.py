"""Which class transformers' auto tables give for a model type."""

from __future__ import annotations

import pytest

from archtrack.core.auto_types import classes_by_type

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
        ("llama", "LlamaForCausalLM"),
        ("llama", "SecondForCausalLM"),
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
        "llama": ["LlamaForCausalLM", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES", 14],
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
        b"# MODEL_MAPPING_NAMES = OrderedDict([('llama', 'LlamaModel')])\n",
    ],
)
def test_what_is_no_table_in_order_gives_no_type(text: bytes) -> None:
    assert classes_by_type(text) == {}
