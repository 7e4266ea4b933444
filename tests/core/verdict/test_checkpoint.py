"""Configs of strangers: what is read of them, and what is refused with words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.verdict.checkpoint import MAX_CONFIG_BYTES, Checkpoint, only_named, read_checkpoint
from archtrack.errors import TargetError

DEEP = 100_000
DIGITS = "9" * 10_000


def config(**values: Any) -> bytes:
    return json.dumps(values).encode()


HOSTILE = [
    # no JSON, or none of an object
    (b"", "is not JSON", "line 1"),
    (b"   \n", "is not JSON", "line 2"),
    (b"<html>Sign in</html>", "is not JSON", "line 1, column 1"),
    (b'{"architectures": ["A"]', "is not JSON", "line 1, column 24"),
    (b'{"architectures": ["A"],}', "is not JSON", "line 1"),
    (b"{'architectures': ['A']}", "is not JSON", "line 1, column 2"),
    (b'{"a": 1} {"b": 2}', "is not JSON", "Extra data"),
    (b'{"a": "\x00"}', "is not JSON", "control character"),
    (b"[]", "holds a list", "not an object"),
    (b"null", "holds null", "not an object"),
    (b"true", "holds true or false", "not an object"),
    (b"17", "holds a number", "not an object"),
    (b'"LlamaForCausalLM"', "holds a text", "not an object"),
    # bytes
    ('{"architectures": ["A"]}'.encode("utf-16"), "not UTF-8", "byte 0"),
    ('{"a": "ä"}'.encode("latin-1"), "not UTF-8", "byte 7"),
    (b'{"a": "\xed\xa0\x80"}', "not UTF-8", "byte 7"),
    (b'{"a": "' + b"x" * MAX_CONFIG_BYTES + b'"}', "bytes", f"{MAX_CONFIG_BYTES:,}"),
    # depth
    (b"[" * DEEP + b"]" * DEEP, "nested too deeply", ""),
    (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "nested too deeply", ""),
    (b'{"a":' + b"[" * DEEP, "nested too deeply", ""),
    # keys twice
    (b'{"architectures": ["A"], "architectures": ["B"]}', "'architectures' twice", "keep one"),
    (b'{"text_config": {"a": 1, "b": 2, "a": 3}}', "'a' twice", "keep one"),
    (b'{"a": [{"x": {"y": 1, "y": 1}}]}', "'y' twice", "keep one"),
    (b'{"' + b"k" * 5000 + b'": 1, "' + b"k" * 5000 + b'": 2}', "twice", "…"),
    # numbers
    (b'{"rope_theta": NaN}', "holds NaN", "null in its place"),
    (b'{"vocab_size": ' + DIGITS.encode() + b"}", "number of too many digits", ""),
    (b'{"a": -' + DIGITS.encode() + b"}", "number of too many digits", ""),
    # wrong types
    (config(architectures="LlamaForCausalLM"), "`architectures` is a text", "list of names"),
    (config(architectures=[7]), "`architectures` is a list of other things", "list of names"),
    (config(architectures=["A", None]), "`architectures`", "list of names"),
    (config(architectures=[""]), "`architectures`", "list of names"),
    (config(architectures=["A", "B" * 301]), "`architectures` holds a name of 301 characters", "no class"),
    (config(model_type="m" * 10_000), "`model_type` holds a name of 10,000 characters", "no class"),
    (config(auto_map={"AutoModel": "m" * 301}), "`auto_map.AutoModel` holds a name of 301", "no class"),
    (config(model_type=["llama"]), "`model_type` is a list", "not a name"),
    (config(model_type=True), "`model_type` is true or false", "not a name"),
    (config(auto_map=["modeling.A"]), "`auto_map` is a list", "not an object"),
    (config(auto_map={"AutoModel": 1}), "`auto_map.AutoModel` is a number", "name of a class"),
    (config(auto_map={"AutoTokenizer": [None, None]}), "`auto_map.AutoTokenizer`", "name of a class"),
    (config(auto_map={"AutoTokenizer": ["a.B", 3]}), "`auto_map.AutoTokenizer`", "name of a class"),
    (config(auto_map={"a\nb\x1b[31m": 1}), "`auto_map.a\\nb\\x1b[31m` is a number", "name of a class"),
    (config(quantization_config="awq"), "`quantization_config` is a text", "not an object"),
    (config(quantization_config={"quant_method": 4}), "quant_method` is a number", "not a name"),
    (config(compression_config=[1]), "`compression_config` is a list", "not an object"),
    (config(text_config={"quantization_config": "x"}), "`text_config.quantization_config` is a text", "not an object"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "what", "more"), HOSTILE, ids=[f"{number} {row[1]}" for number, row in enumerate(HOSTILE)]
)
def test_what_is_no_config_is_refused_in_one_line_that_says_what(data: bytes, what: str, more: str) -> None:
    with pytest.raises(TargetError) as caught:
        read_checkpoint(data)
    words = str(caught.value)
    assert what in words
    assert more in words
    assert "\n" not in words
    assert len(words) < 500
    assert caught.value.exit_code == 3


NOTHING = (("architectures", None), ("auto_map", None), ("quantization_config", None))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{}", Checkpoint(architectures=())),
        (b"\xef\xbb\xbf{}", Checkpoint(architectures=())),
        (
            config(architectures=None, auto_map=None, quantization_config=None),
            Checkpoint(
                architectures=(), plain=NOTHING, text=NOTHING, keys=("architectures", "auto_map", "quantization_config")
            ),
        ),
        (
            config(architectures=["A", "B"], model_type="m"),
            Checkpoint(
                architectures=("A", "B"),
                model_type="m",
                plain=(("architectures", (2,)), ("model_type", "m")),
                text=(("architectures", (2,)), ("model_type", "m")),
                keys=("architectures", "model_type"),
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_a_config_is_read(data: bytes, expected: Checkpoint) -> None:
    assert read_checkpoint(data) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, None),
        ({"quantization_config": {"quant_method": "awq", "bits": 4}}, "awq"),
        ({"quantization_config": {"quant_method": "FP8"}}, "fp8"),
        ({"quantization_config": {"quant_algo": "NVFP4"}}, "modelopt"),
        ({"quantization_config": {"quant_method": "modelopt", "quant_algo": "FP8"}}, "modelopt"),
        ({"quantization_config": {"bits": 4}}, None),
        ({"quantization_config": {}}, None),
    ],
)
def test_the_quantisation_has_the_name_of_the_engine(values: dict[str, Any], expected: str | None) -> None:
    assert read_checkpoint(config(**values)).quant_method == expected


AWQ = {"quant_method": "awq"}


@pytest.mark.parametrize(
    ("values", "key", "method"),
    [
        ({}, None, None),
        ({"quantization_config": None}, None, None),
        ({"quantization": {"bits": 4}}, None, None),  # MLX-LM's own, which nobody else looks at
        ({"quantization_config": {}}, "quantization_config", None),
        ({"quantization_config": {"group_size": 64, "bits": 4}}, "quantization_config", None),
        ({"quantization_config": {"load_in_4bit": True}}, "quantization_config", None),
        ({"quantization_config": AWQ, "compression_config": {"quant_method": "x"}}, "quantization_config", "awq"),
        ({"quantization_config": None, "compression_config": AWQ}, "compression_config", "awq"),
        ({"text_config": {"quantization_config": AWQ}}, "text_config.quantization_config", "awq"),
        ({"text_config": {"compression_config": AWQ}}, "text_config.compression_config", "awq"),
        ({"llm_config": {"quantization_config": AWQ}}, "llm_config.quantization_config", "awq"),
        ({"thinker_config": {"text_config": {"quantization_config": AWQ}}},
         "thinker_config.text_config.quantization_config", "awq"),
        ({"compression_config": AWQ, "text_config": {"quantization_config": {}}}, "compression_config", "awq"),
        ({"text_config": {"quantization_config": None}}, None, None),
        ({"text_config": "x", "thinker_config": {"text_config": 3}}, None, None),
        ({"vision_config": {"quantization_config": AWQ}}, None, None),
        ({"quantization_config": {"producer": {"name": "modelopt"}, "quantization": {"quant_algo": "FP8"}}},
         "quantization_config", "modelopt"),
        ({"quantization_config": {"quantization": 4}}, "quantization_config", None),
    ],
)  # fmt: skip
def test_a_quantisation_is_looked_for_where_engines_look(
    values: dict[str, Any], key: str | None, method: str | None
) -> None:
    found = read_checkpoint(config(**values))
    assert (found.quantized_by, found.quant_method) == (key, method)


@pytest.mark.parametrize(
    ("quantization", "expected"),
    [
        ({"checkpoint_format": "marlin"}, True),
        ({"is_marlin_format": True}, True),
        ({"is_marlin_format": False, "bits": 4}, False),
        ({"load_in_4bit": True}, False),
    ],
)
def test_a_format_may_stand_in_for_a_method(quantization: dict[str, Any], expected: bool) -> None:  # noqa: FBT001
    assert read_checkpoint(config(quantization_config=quantization)).names_a_format is expected


@pytest.mark.parametrize(
    ("values", "key", "text"),
    [
        ({"hidden_size": 1}, None, {"hidden_size": 1}),
        ({"text_config": {"a": 1}}, "text_config", {"a": 1}),
        ({"text_config": None}, None, {"text_config": None}),
        ({"text_config": "x"}, None, {"text_config": "x"}),
        ({"text_config": {"a": 1}, "language_config": {"a": 2}}, "language_config", {"a": 2}),
        ({"llm_config": {"a": 1}, "thinker_config": {"a": 2}}, "thinker_config", {"a": 2}),
        ({"thinker_config": {"text_config": {"a": 3}}, "text_config": {"a": 1}}, "thinker_config", {"a": 3}),
        ({"thinker_config": {"text_config": 3}}, "thinker_config", {"text_config": 3}),
    ],
)
def test_the_language_model_s_config_is_the_one_that_the_engine_takes(
    values: dict[str, Any], key: str | None, text: dict[str, Any]
) -> None:
    found = read_checkpoint(config(**values))
    assert found.text_config == key
    assert dict(found.text) == text


def test_of_lists_and_objects_only_the_number_of_items_is_kept() -> None:
    found = read_checkpoint(b'{"a": [1, 2], "b": {}, "c": Infinity, "d": -Infinity, "e": 1.5, "f": false}')
    numbers = {"c": float("inf"), "d": float("-inf"), "e": 1.5, "f": False}
    assert dict(found.plain) == {"a": (2,), "b": (0,), **numbers}


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"type": "yarn", "factor": 2.0, "short": [1, 2]}, (("factor", 2.0), ("short", (2,)), ("type", "yarn"))),
     ({}, ()), (None, ()), ([1], ()), ("yarn", ())],
)  # fmt: skip
def test_rope_scaling_is_kept_where_it_is_an_object(value: object, expected: tuple[Any, ...]) -> None:
    found = read_checkpoint(config(rope_scaling=value))
    assert (found.rope_scaling, found.rope_parameters) == (expected, ())
    assert read_checkpoint(config(rope_parameters=value)).rope_parameters == expected


def test_a_pair_in_auto_map_names_the_class_that_is_there() -> None:
    value = {"AutoModel": "m.A", "AutoTokenizer": ["t.Slow", None], "AutoProcessor": [None, "p.Fast"]}
    assert read_checkpoint(config(auto_map=value)).auto_map == (
        ("AutoModel", "m.A"),
        ("AutoProcessor", "p.Fast"),
        ("AutoTokenizer", "t.Slow"),
    )


def test_a_config_of_just_the_largest_size_is_read() -> None:
    padding = MAX_CONFIG_BYTES - len(b'{"a": ""}')
    assert read_checkpoint(b'{"a": "' + b"x" * padding + b'"}').keys == ("a",)


def test_depth_that_python_can_follow_is_read() -> None:
    assert read_checkpoint(b'{"a":' + b"[" * 50 + b"]" * 50 + b"}").keys == ("a",)


def test_a_name_alone_has_no_config() -> None:
    found = only_named("LlamaForCausalLM")
    assert found.architectures == ("LlamaForCausalLM",)
    assert not found.given
    assert read_checkpoint(b"{}").given


KEYS = st.sampled_from(
    ["architectures", "model_type", "auto_map", "quantization_config", "text_config", "thinker_config", "x"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def refusal(data: bytes) -> str | None:
    """Why bytes are no config; None if they are one."""
    try:
        hash(read_checkpoint(data))
    except TargetError as error:
        return str(error)
    return None


@given(JSON)
def test_any_json_is_read_or_refused_in_one_line(value: Any) -> None:
    words = refusal(json.dumps(value).encode())
    if words is None:
        assert isinstance(value, dict)
    else:
        assert words
        assert "\n" not in words


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert refusal(data) != ""


@given(JSON.filter(lambda value: isinstance(value, dict)), st.integers(0, 10_000))
def test_a_config_that_is_cut_or_has_a_byte_too_many_is_read_or_refused(value: Any, at: int) -> None:
    data = json.dumps(value).encode()
    assert refusal(data[: at % (len(data) + 1)]) != ""
    assert refusal(data + bytes([at % 256])) != ""


@pytest.mark.parametrize(
    ("vision", "expected"),
    [
        ({"model_type": "pixtral"}, "pixtral"),
        ({"model_type": 3}, None),
        ({}, None),
        ("x", None),
        (None, None),
    ],
)
def test_the_type_of_the_vision_tower(vision: object, expected: str | None) -> None:
    assert read_checkpoint(config(vision_config=vision)).vision_type == expected
