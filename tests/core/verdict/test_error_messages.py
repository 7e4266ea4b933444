"""What engines say of models, found in logs; and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.verdict.error_messages import find_messages

SGLANG = [
    ("unsupported", ("AcmeForCausalLM",), None,
     ("ValueError: Model architectures ['AcmeForCausalLM'] are not supported for now. Supported architectures: "
     "dict_keys(['LlamaForCausalLM', 'Qwen3ForCausalLM'])")),
    ("unsupported", ("A", "B"), None,
     ("[2026-01-31 10:00:00 TP0] Scheduler hit an exception: ValueError: Model architectures ['A', \"B\"] are not "
     "supported for now.")),
    ("not inspected", ("AcmeForCausalLM", "TransformersForCausalLM"), None,
     ("Model architectures ['AcmeForCausalLM', 'TransformersForCausalLM'] failed to be inspected. Please check the "
     "logs for more details.")),
    ("incompatible", ("OPTForCausalLM",), None,
     ("ValueError: OPTForCausalLM has no SGlang implementation and the Transformers implementation is not "
     "compatible with SGLang.")),
    ("fallback", ("SmolLM3ForCausalLM",), None,
     ("[2026-01-31 10:00:00] SmolLM3ForCausalLM has no SGLang implementation, falling back to Transformers "
     "implementation. Some features may not be supported and performance may not be optimal.")),
    ("not found", ("AcmeForCausalLM",), None,
     ("ValueError: Cannot find model module. 'AcmeForCausalLM' is not a registered model in the Transformers "
     "library (only relevant if the model is meant to be in Transformers) and 'AutoModel' is not present in the "
     "model config's 'auto_map' (relevant if the model is custom).")),
    ("import error", (), "sglang.srt.models.glm_ocr",
     ("[2026-01-31 10:00:00] Ignore import error when loading sglang.srt.models.glm_ocr: cannot import name 'X' "
     "from 'transformers' (unknown location)")),
    ("import error", (), "sglang.srt.models.midashenglm",
     "Ignore import error when loading sglang.srt.models.midashenglm. No module named 'torchaudio'"),
]  # fmt: skip
VLLM = [
    ("fallback", ("AcmeForCausalLM",), None,
     ("WARNING 01-31 10:00:00 [utils.py:1] AcmeForCausalLM has no vLLM implementation, falling back to Transformers "
     "implementation. Some features may not be supported and performance may not be optimal.")),
    ("incompatible", ("AcmeForCausalLM",), None,
     ("ValueError: AcmeForCausalLM has no vLLM implementation and the Transformers implementation is not compatible "
     "with vLLM. Try setting VLLM_USE_V1=0.")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "names", "module", "line"), SGLANG + VLLM)
def test_what_an_engine_says_of_a_model_is_found_with_the_names(
    kind: str, names: tuple[str, ...], module: str | None, line: str
) -> None:
    (found,) = find_messages(f"INFO: started\n{line}\nTraceback (most recent call last):\n")
    assert (found.kind, found.architectures, found.module, found.line) == (kind, names, module, 2)
    assert found.meaning
    assert "Supported architectures" not in found.text


@pytest.mark.parametrize(
    "line",
    [
        "",
        "INFO: Model architectures are listed in the documentation",
        "Model architectures LlamaForCausalLM are not supported for now.",
        "Model architectures ['A'] are supported.",
        "Model architecture ['A'] is not supported for now.",
        "The model type `acme` is not supported for now.",
        "has no SGLang implementation, falling back to Transformers",
        "AcmeForCausalLM has no TRT implementation, falling back to Transformers implementation.",
        "AcmeForCausalLM has no SGLang implementation.",
        "AcmeForCausalLM has a SGLang implementation and the Transformers implementation is not compatible",
        "Cannot find model module 'AcmeForCausalLM'",
        "Ignore import error when loading",
        "ImportError: cannot import name 'AcmeModel' from 'transformers'",
        "model_architectures: ['LlamaForCausalLM']",
    ],
)
def test_what_only_looks_like_it_is_not(line: str) -> None:
    assert find_messages(f"{line}\n{line}\n") == ()


def test_a_message_that_comes_again_counts_once_and_the_order_is_that_of_the_log() -> None:
    lines = [SGLANG[4][-1], SGLANG[0][-1], SGLANG[4][-1], SGLANG[6][-1], SGLANG[0][-1]]
    found = find_messages("\r\n".join(lines))
    assert [f"{each.kind} {each.line}" for each in found] == ["fallback 1", "unsupported 2", "import error 4"]


def test_one_line_may_hold_two_messages() -> None:
    line = f"{SGLANG[4][-1]} {SGLANG[0][-1]}"
    assert {each.kind for each in find_messages(line)} == {"fallback", "unsupported"}


@pytest.mark.parametrize(
    "head", ["", "x" * 1_000_000 + " ", "[" * 1_000_000, "Model architectures [" * 50_000]
)
def test_a_message_is_found_wherever_it_stands_in_a_line_of_a_megabyte(head: str) -> None:
    (found,) = find_messages(f"{head}{SGLANG[0][-1]} {'y' * 1_000_000}")
    assert found.kind == "unsupported"
    assert len(found.text) < 10_000


@given(st.text(max_size=200))
def test_any_text_is_a_log(text: str) -> None:
    assert find_messages(text) == ()


def test_colours_and_other_words_of_vllm_hide_no_name() -> None:
    text = (
        "\x1b[33mSmolLM3ForCausalLM has no SGLang implementation, falling back to Transformers implementation.\x1b[0m\n"
        "ValueError: The Transformers implementation of 'FalconForCausalLM' is not compatible with vLLM.\n"
    )
    assert [(each.kind, each.architectures, each.line) for each in find_messages(text)] == [
        ("fallback", ("SmolLM3ForCausalLM",), 1),
        ("incompatible", ("FalconForCausalLM",), 2),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "Model architectures [",
        "Model architectures ['A' ",
        "Cannot find model module. 'A",
        "The Transformers implementation of 'A",
        "Ignore import error when loading ",
        "A has no SGLang implementation ",
        "implementation\n",
        "\x1b[0;",
        "\n",
    ],
)
def test_a_log_of_many_beginnings_is_read_in_one_pass(piece: str) -> None:
    """Where each beginning was looked at to the end of its line, this took minutes."""
    last = "Ignore import error when loading sglang.srt.models.x"
    found = find_messages(piece * (4_000_000 // len(piece)) + "\n" + last)
    assert found[-1].module == "sglang.srt.models.x"


def test_the_number_of_a_line_counts_all_that_are_above_it() -> None:
    log = "one\n\nA has no vLLM implementation, falling back to Transformers\nimplementation\n" * 2
    assert [each.line for each in find_messages(log)] == [3]
    assert [each.line for each in find_messages(log.replace("A has", "B has", 1))] == [3, 7]
