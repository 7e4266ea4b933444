"""The header of a GGUF file."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archtrack.core.gguf import MOST_HEADER_BYTES, BaseModel, GgufHeader, read_gguf_header
from archtrack.errors import TargetError
from gguf_files import ARRAY, CODES, Typed, gguf

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = {
    "general.architecture": "qwen3",
    "general.type": "model",
    "general.name": "Qwen3 8B",
    "general.size_label": "8B",
    "general.parameter_count": Typed(10, 8_190_735_360),
    "general.base_model.count": 1,
    "general.base_model.0.name": "Qwen3 8B Base",
    "general.base_model.0.organization": "Qwen",
    "general.base_model.0.repo_url": "https://huggingface.co/Qwen/Qwen3-8B-Base",
    "qwen3.block_count": 36,
    "tokenizer.ggml.tokens": [f"token {number}" for number in range(3000)],
    "tokenizer.ggml.scores": Typed(6, [0.5] * 3000),
    "tokenizer.chat_template": "{% if x %}" * 1000,
    # As `llama-quantize` writes them: behind everything else.
    "general.quantization_version": 2,
    "general.file_type": 15,
}
READ = GgufHeader(
    version=3,
    big_endian=False,
    architecture="qwen3",
    type="model",
    name="Qwen3 8B",
    size_label="8B",
    parameter_count=8_190_735_360,
    file_type=15,
    base_models=(
        BaseModel(
            name="Qwen3 8B Base", organization="Qwen", repo_url="https://huggingface.co/Qwen/Qwen3-8B-Base"
        ),
    ),
)


def reading(data: bytes, sizes: list[int] | None = None) -> Callable[[int, int], bytes]:
    def read(offset: int, length: int) -> bytes:
        found = data[offset : offset + length]
        if sizes is not None:
            sizes.append(len(found))
        return found

    return read


def header(data: bytes, size: int | None = None) -> GgufHeader:
    return read_gguf_header(reading(data), len(data) if size is None else size)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_is_read_in_both_byte_orders(version: int, order: str) -> None:
    found = header(gguf(MODEL, version=version, order=order))
    assert found == replace(READ, version=version, big_endian=order == ">")


def test_tensors_that_are_not_there_yet_are_not_missed() -> None:
    assert header(gguf(MODEL, tensors=300)) == READ
    assert header(gguf(MODEL, tensors=300) + b"the tensors") == READ


@pytest.mark.parametrize(
    ("file_type", "shown"),
    [
        (0, "F32"),
        (1, "F16"),
        (7, "Q8_0"),
        (15, "Q4_K_M"),
        (18, "Q6_K"),
        (30, "IQ4_XS"),
        (32, "BF16"),
        (38, "MXFP4_MOE"),
        (40, "Q1_0"),
        (1024 + 15, "Q4_K_M"),
        (41, "file type 41"),
        (2**31, "file type 2147483648"),
    ],
)
def test_a_file_type_has_the_name_that_llama_cpp_gives_it(file_type: int, shown: str) -> None:
    assert header(gguf({**MODEL, "general.file_type": file_type})).quantisation == shown


def test_a_file_without_a_type_names_no_quantisation() -> None:
    assert header(gguf({"general.architecture": "llama"})).quantisation is None


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        ({"general.architecture": "llama"}, "model"),
        ({"general.architecture": "llama", "general.type": "adapter", "adapter.type": "lora"}, "adapter"),
        ({"general.architecture": "llama", "adapter.type": "lora"}, "adapter"),
        ({"general.architecture": "clip", "general.type": "mmproj"}, "mmproj"),
        ({"general.architecture": "clip", "clip.has_vision_encoder": True}, "mmproj"),
        ({"general.architecture": "llama", "clip.projector_type": "mlp"}, "mmproj"),
        ({"general.architecture": "llama", "general.type": "imatrix"}, "imatrix"),
    ],
)
def test_what_kind_of_file_it_is(pairs: dict[str, Any], kind: str) -> None:
    assert header(gguf(pairs)).kind == kind


def test_a_projector_says_what_it_projects() -> None:
    found = header(
        gguf(
            {
                "general.architecture": "clip",
                "clip.has_vision_encoder": True,
                "clip.has_audio_encoder": False,
                "clip.projector_type": "gemma3",
            }
        )
    )
    assert (found.projector_type, found.has_vision_encoder, found.has_audio_encoder) == (
        "gemma3",
        True,
        False,
    )


@pytest.mark.parametrize(
    ("pairs", "part"),
    [
        ({"split.no": Typed(2, 1), "split.count": Typed(2, 3)}, (2, 3)),
        ({"split.no": Typed(2, 0), "split.count": Typed(2, 1)}, None),
        ({}, None),
    ],
)
def test_a_part_says_which_one_it_is(pairs: dict[str, Any], part: tuple[int, int] | None) -> None:
    found = header(gguf(pairs))
    assert (found.part, found.architecture) == (part, None)


@pytest.mark.parametrize("kind", [*CODES, ARRAY])
def test_values_and_arrays_of_every_type_are_passed_over(kind: int) -> None:
    inner = [Typed(number, [1, 0, 1]) for number in CODES]
    values = inner if kind == ARRAY else [1, 0] * 700
    pairs = {"a": Typed(kind, values), "general.architecture": "llama"}
    assert header(gguf(pairs)).architecture == "llama"


def test_what_has_a_wrong_type_is_not_taken_for_a_value() -> None:
    pairs = {
        "general.architecture": "llama",
        "general.name": 7,
        "general.file_type": "Q4_K_M",
        "general.size_label": ["8B"],
        "general.parameter_count": Typed(11, -1),
        "general.base_model.count": Typed(7, True),  # noqa: FBT003 -- a value
        "clip.has_vision_encoder": 1,
    }
    assert header(gguf(pairs)) == GgufHeader(version=3, big_endian=False, architecture="llama")


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def begun(keys: int, rest: bytes) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, 0, keys) + rest


NESTED = struct.pack("<I", ARRAY) + struct.pack("<IQ", ARRAY, 1) * 1000
HOSTILE = {
    "no bytes": (b"", "has 0 bytes, and no header; let its download go on"),
    "two bytes": (b"GG", "has 2 bytes, and no header"),
    "another file": (b"PK\x03\x04" * 20, "is no GGUF file: it begins with b'PK\\x03\\x04'"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
    "a file of GGML": (b"tjgg" + b"\0" * 40, "from before GGUF"),
    "version 0": (b"GGUF" + bytes(20), "GGUF of version 0; versions 1 to 3 are read"),
    "version 4": (gguf({}, version=4), "GGUF of version 4; versions 1 to 3 are read"),
    "2^60 keys": (gguf({"general.architecture": "llama"}, keys=1 << 60), "1,152,921,504,606,846,976 keys"),
    "a key of 2^60 bytes": (begun(1, struct.pack("<Q", 1 << 60)), "a key of 1,152,921,504,606,846,976 bytes"),
    "a text of 2^60 bytes": (begun(1, text(b"a") + struct.pack("<IQ", 8, 1 << 60)), "ends inside its header"),
    "2^60 numbers": (begun(1, text(b"a") + struct.pack("<IIQ", 9, 10, 1 << 60)), "ends inside its header"),
    "2^60 texts": (
        begun(1, text(b"a") + struct.pack("<IIQ", 9, 8, 1 << 60) + bytes(9000)),
        "ends inside its header",
    ),
    "2^60 arrays": (begun(1, text(b"a") + struct.pack("<IIQ", 9, 9, 1 << 60)), "arrays in arrays"),
    "arrays in arrays": (begun(1, text(b"a") + NESTED), "arrays that lie more than 4 deep at byte 24"),
    "a value of no type": (begun(1, text(b"a") + struct.pack("<I", 13)), "a value of type 13"),
    "an array of no type": (begun(1, text(b"a") + struct.pack("<IIQ", 9, 99, 1)), "an array of type 99"),
    "a key twice": (gguf([("general.name", "a"), ("general.name", "b")]), "`general.name` a second time"),
    "base models": (
        gguf({f"general.base_model.{number}.name": "a" for number in range(500)}),
        "more base models than any model has",
    ),
    "an architecture of control characters": (gguf({"general.architecture": "a\nb"}), "that is no name"),
    "an architecture that is a number": (gguf({"general.architecture": 1}), "that is no name"),
    "a long architecture": (gguf({"general.architecture": "a" * 101}), "that is no name"),
    "an empty architecture": (gguf({"general.architecture": ""}), "that is no name"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_is_said_in_one_line(name: str) -> None:
    data, message = HOSTILE[name]
    with pytest.raises(TargetError) as error:
        header(data)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_header_has_a_bound_although_the_file_has_none() -> None:
    rows = struct.pack("<Q", 0) * 1000
    endless = begun(1, text(b"a") + struct.pack("<IIQ", 9, 0, MOST_HEADER_BYTES)) + rows
    with pytest.raises(TargetError, match="a header of more than"):
        header(endless, size=1 << 50)


def test_no_more_is_read_than_the_header() -> None:
    sizes: list[int] = []
    data = gguf(MODEL) + bytes(10_000_000)
    assert read_gguf_header(reading(data, sizes), len(data)) == READ
    assert sum(sizes) < 1_000_000


def test_numbers_of_an_array_are_not_read() -> None:
    sizes: list[int] = []
    data = gguf({"scores": Typed(6, [0.0] * 2_000_000), "general.architecture": "llama"})
    assert read_gguf_header(reading(data, sizes), len(data)).architecture == "llama"
    assert sum(sizes) < 300_000


@pytest.mark.parametrize(("version", "order"), [(1, "<"), (2, ">"), (3, "<")])
def test_a_header_that_is_cut_anywhere_is_said_to_be(version: int, order: str) -> None:
    pairs = {
        **{key: value for key, value in MODEL.items() if not key.startswith("tokenizer")},
        "tokenizer.ggml.tokens": ["a", "", "bcd"],
        "scores": Typed(6, [1.0, 2.0]),
        "general.languages": ["en"],
    }
    data = gguf(pairs, version=version, order=order)
    assert header(data).architecture == "qwen3"
    for cut in range(len(data)):
        with pytest.raises(TargetError) as error:
            header(data[:cut])
        assert "let its download go on" in str(error.value)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_header_is_read_or_said_to_be_damaged(data: st.DataObject) -> None:
    pairs = {key: value for key, value in MODEL.items() if not key.startswith("tokenizer")}
    whole = bytearray(gguf({**pairs, "tokens": ["a", "bc"], "deep": Typed(ARRAY, [Typed(4, [1])])}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(TargetError):  # anything else fails
        assert header(bytes(whole)).version in {1, 2, 3}
