"""What engines say of models, found in logs; and what only looks like it."""

from __future__ import annotations

import codecs
import textwrap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.verdict.error_messages import MAX_MESSAGES, find_messages
from archtrack.core.verdict.log_text import read_log

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


NOT_KNOWN = "has no vLLM implementation and the Transformers implementation is not compatible with vLLM."
TYPE = (
    "ValueError: The checkpoint you are trying to load has model type `hunyuan_v1_dense` but Transformers does not "
    "recognize this architecture. This could be because of an issue with the checkpoint."
)
OF_ENGINES = [
    # engine, kind, field, names, message
    ("sglang", "unsupported", "architectures", ("AcmeForCausalLM",),
     "ValueError: Unsupported architectures: AcmeForCausalLM. Supported list: ['LlamaForCausalLM']"),
    ("sglang", "unsupported", "architectures", ("AcmeForCausalLM",),
     "ValueError: Unsupported architectures: ['AcmeForCausalLM']"),
    ("sglang", "no processor", "architectures", ("Qwen3VLForConditionalGeneration",),
     "ValueError: No processor registered for architecture: ['Qwen3VLForConditionalGeneration']."),
    ("vllm", "gone", "architectures", ("MotifForCausalLM",),
     "ValueError: Model architecture MotifForCausalLM was supported in vLLM until v0.10.2, and is not supported"),
    ("vllm", "gone", "architectures", ("AcmeForCausalLM",),
     "ValueError: Model architecture AcmeForCausalLM is not supported in-tree anymore. Please install the plugin at x"),
    ("vllm", "not for this hardware", "architectures", ("AcmeForCausalLM",),
     "ValueError: Model architecture 'AcmeForCausalLM' is not supported by ROCm for now."),
    ("vllm", "not inspected", "architectures", ("AcmeForCausalLM",),
     "ERROR 10-26 16:14:11 registry.py:267] Error in inspecting model architecture 'AcmeForCausalLM'"),
    ("vllm", "incompatible", "architectures", ("AcmeForCausalLM",),
     "The Transformers implementation of 'AcmeForCausalLM' is not compatible with vLLM."),
    ("transformers", "unknown model type", "model_types", ("hunyuan_v1_dense",), TYPE),
    ("transformers", "not for this task", "model_types", ("qwen2_vl",),
     ("ValueError: Unrecognized configuration class <class 'transformers.models.qwen2_vl.configuration_qwen2_vl."
      "Qwen2VLConfig'> for this kind of AutoModel: AutoModelForCausalLM.")),
    ("transformers", "unsupported", "gguf_architectures", ("qwen3",),
     "ValueError: GGUF model with architecture qwen3 is not supported yet."),
    ("transformers", "unsupported", "gguf_architectures", ("gemma2",), "ValueError: Architecture gemma2 not supported"),
    ("transformers", "not found", "architectures", ("AcmeForCausalLM",),
     "AttributeError: module transformers has no attribute AcmeForCausalLM"),
    ("transformers", "not found", "architectures", ("AcmeForCausalLM",),
     "AttributeError: module 'transformers' has no attribute 'AcmeForCausalLM'. Did you mean: 'A'?"),
    ("mlx-lm", "unsupported", "model_types", ("mistral3",), "ValueError: Model type mistral3 not supported."),
    ("mlx-lm", "unsupported", "model_types", ("mistral3",),
     "ModuleNotFoundError: No module named 'mlx_lm.models.mistral3'"),
    ("mlx-vlm", "unsupported", "model_types", ("mistral3",),
     "ERROR:mlx_vlm.utils:Model type mistral3 not supported. Error: No module named 'x'"),
    ("mlx-vlm", "unsupported", "model_types", ("mistral3",),
     "ModuleNotFoundError: No module named 'mlx_vlm.models.mistral3'"),
    ("openvino", "unsupported", "model_types", ("acme",),
     "ValueError: Trying to export a acme model, that is a custom or unsupported architecture, but no custom export"),
    ("lmdeploy", "unsupported", "architectures", ("Glm4vForConditionalGeneration",),
     "RuntimeError: Can not found rewrite for architectures: ['Glm4vForConditionalGeneration']"),
    ("lmdeploy", "unsupported", "architectures", ("AcmeForCausalLM",),
     "RuntimeError: Can not found rewrite for auto_map: AcmeForCausalLM"),
    ("lmdeploy", "unsupported", "architectures", ("AcmeForCausalLM",),
     "ValueError: unsupported vl model with arch AcmeForCausalLM"),
    ("llama-cpp", "unsupported", "architectures", ("AcmeForCausalLM",),
     "ERROR:hf-to-gguf:Model AcmeForCausalLM is not supported"),
    ("llama-cpp", "unsupported", "architectures", ("AcmeForCausalLM",),
     "NotImplementedError: Architecture 'AcmeForCausalLM' not supported!"),
    ("llama-cpp", "unsupported", "gguf_architectures", ("nomic-bert-moe",),
     "llama_model_load: error loading model: unknown model architecture: 'nomic-bert-moe'"),
    ("ollama", "unsupported", "gguf_architectures", ("qwen3next",),
     "Error: 500: ollama: llama runner process has terminated: unknown model architecture: 'qwen3next'"),
    ("ollama", "unsupported", "architectures", ("Qwen3ForCausalLM",), 'unsupported architecture "Qwen3ForCausalLM"'),
    ("exllamav3", "unsupported", "architectures", ("AcmeForCausalLM",),
     "AssertionError: Unknown architecture AcmeForCausalLM in /models/acme/config.json"),
    ("exllamav3", "unsupported", "architectures", ("AcmeForCausalLM",),
     " !! Warning, unknown architecture: AcmeForCausalLM"),
    ("exllamav3", "unsupported", "architectures", ("AcmeForCausalLM",),
     " !! Warning, unknown architecture: ['AcmeForCausalLM']"),
    ("tensorrt-llm", "unsupported", "architectures", ("Qwen3ForCausalLM",),
     "ValueError: Unknown architecture for AutoModelForCausalLM: Qwen3ForCausalLM"),
    ("tensorrt-llm", "unsupported", "architectures", ("Qwen3ForCausalLM",),
     "NotImplementedError: The given huggingface model architecture Qwen3ForCausalLM is not supported in TRT-LLM yet"),
    (None, "unsupported", "architectures", ("AcmeForCausalLM",), "ValueError: AcmeForCausalLM is not supported"),
    (None, "unsupported", "architectures", ("AcmeForCausalLM",),
     "ValueError: 'AcmeForCausalLM' is not in the list of supported models"),
    (None, "key error", "model_types", ("qwen3_moe",), "KeyError: 'qwen3_moe'"),
]  # fmt: skip


@pytest.mark.parametrize(("engine", "kind", "field", "names", "line"), OF_ENGINES)
def test_a_message_is_told_with_its_engine_and_with_what_its_names_are(
    engine: str | None, kind: str, field: str, names: tuple[str, ...], line: str
) -> None:
    (found,) = find_messages(f"loading\n{line}\nTraceback (most recent call last):\n{line}\n")
    given = {each: getattr(found, each) for each in ("architectures", "model_types", "gguf_architectures")}
    expected = {**dict.fromkeys(given, ()), field: names}
    assert (found.engine, found.kind, found.line, given) == (engine, kind, 2, expected)
    assert found.meaning


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("no architecture", "WARNING 01-31 10:00:00 [registry.py:1] No model architectures are specified"),
        ("no model type",
         "ValueError: Unrecognized model in C:\\My Models\\acme. Should have a `model_type` key in its config.json."),
    ],
)  # fmt: skip
def test_a_message_may_name_nothing(kind: str, line: str) -> None:
    (found,) = find_messages(line)
    assert (found.kind, found.architectures, found.model_types) == (kind, (), ())


@pytest.mark.parametrize(
    "line",
    [
        'unsupported architecture "amd64"',
        "Unsupported architectures: arm64, riscv",
        "Audio is not supported",
        "FlashAttention is not supported",
        "hf-to-gguf:Model architecture: AcmeForCausalLM",
        "INFO:hf-to-gguf:Loading model: acme",
        "KeyError: 'model.layers.0.mlp.weight'",
        "module transformers has no attribute utils",
        "Unrecognized model in here and there",
        "Model type mistral3 is loaded",
        "No module named 'mlx_lm.models'",
        "No module named 'mlx_vlm.models'",
        "Trying to export a model of acme",
        "No conversion is registered",
        "unknown model architecture",
        "has model type `acme`",
    ],
)
def test_what_other_programs_and_quieter_lines_say_is_no_message(line: str) -> None:
    assert find_messages(f"{line}\n{line}\n") == ()


SAME = "ValueError: Model architectures ['AcmeForCausalLM'] are not supported for now."
VLLM_FRAME = '  File "/lib/vllm/model_executor/models/registry.py", line 523, in _raise_for_unsupported\n'


@pytest.mark.parametrize(
    ("engine", "log"),
    [
        (None, SAME),
        ("vllm", f"ERROR 05-21 18:19:15 [engine.py:448] {SAME}"),
        ("vllm", f"(EngineCore_0 pid=12) ERROR 05-21 18:19:15 [core.py:448] {SAME}"),
        ("vllm", f"ERROR 10-26 16:14:11 registry.py:267] {SAME}"),
        ("sglang", f"[2025-10-25 10:00:00 TP0] {SAME}"),
        ("vllm", f"Traceback (most recent call last):\n{VLLM_FRAME}    raise ValueError(\n{SAME}"),
        ("sglang",
         ("Traceback (most recent call last):\n"
          f'  File "/lib/sglang/srt/model_executor/model_runner.py", line 1, in load\n{VLLM_FRAME}{SAME}')),
        ("sglang", f"[2025-10-25 10:00:00] server_args=ServerArgs(…)\n{SAME}"),
        ("vllm", f"vLLM API server version 0.9.0\n{SAME}"),
        ("vllm", f"{SAME}\nINFO 05-21 18:19:16 [engine.py:1] stopped"),
        (None, f"2025-10-25 10:00:00 something else\n{SAME}"),
    ],
)  # fmt: skip
def test_whose_a_message_is_that_several_engines_have_is_told_by_what_stands_around_it(
    engine: str | None, log: str
) -> None:
    (found,) = find_messages(log)
    assert (found.engine, found.architectures) == (engine, ("AcmeForCausalLM",))


AUTO = '  File "/lib/transformers/models/auto/configuration_auto.py", line 734, in __getitem__\n    raise\n'


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (
            f"Traceback (most recent call last):\n{AUTO}KeyError: 'qwen3_moe'\n",
            [("key error", "transformers")],
        ),
        (f"Traceback (most recent call last):\n{VLLM_FRAME}KeyError: 'qwen3_moe'\n", []),
        ("KeyError: 'qwen3_moe'\n", [("key error", None)]),
        (f"KeyError: 'hunyuan_v1_dense'\n\n{TYPE}\n", [("unknown model type", "transformers")]),
        (f"KeyError: 'qwen3_moe'\n\n{TYPE}\n", [("key error", None), ("unknown model type", "transformers")]),
    ],
)
def test_a_key_error_is_a_message_unless_something_else_raised_it(
    log: str, expected: list[tuple[str, str | None]]
) -> None:
    assert [(each.kind, each.engine) for each in find_messages(log)] == expected


def test_the_module_of_a_processor_is_none_of_a_model() -> None:
    begins = "[2025-10-25 10:00:00] Ignore import error when loading sglang.srt"
    log = "".join(
        f"{begins}.{module}: no\n" for module in ("multimodal.processors.qwen_vl", "models.qwen3_vl")
    )
    log += (
        f"{begins}.managers.multimodal_processors.llava: no\n{begins}.managers.image_processors.llava: no\n"
    )
    assert [(each.kind, each.module) for each in find_messages(log)] == [
        ("processor import error", "sglang.srt.multimodal.processors.qwen_vl"),
        ("import error", "sglang.srt.models.qwen3_vl"),
        ("processor import error", "sglang.srt.managers.multimodal_processors.llava"),
        ("processor import error", "sglang.srt.managers.image_processors.llava"),
    ]


def hard(line: str, width: int) -> str:
    return "\n".join(line[at : at + width] for at in range(0, len(line), width))


def boxed(line: str, width: int) -> str:
    inner = (
        f"│ {each.ljust(width - 4)} │" for each in textwrap.wrap(line, width - 4, break_on_hyphens=False)
    )
    return "\n".join((f"╭{'─' * (width - 2)}╮", *inner, f"╰{'─' * (width - 2)}╯"))


def at_words(line: str, width: int) -> str:
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


@pytest.mark.parametrize("wrap", [hard, at_words, boxed])
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    "line",
    [*(row[-1] for row in (*SGLANG, *VLLM)), *(row[-1].strip() for row in OF_ENGINES), f"{'x' * 40} {SAME}"],
)
def test_a_message_is_found_where_a_terminal_or_a_frame_broke_it(wrap: Any, width: int, line: str) -> None:
    (plain,) = find_messages(line)
    wrapped = wrap(line, width)
    (found,) = find_messages("\n".join(("=" * width, "up", wrapped, "Traceback (most recent call last):")))
    above = wrapped[: wrapped.find(found.text.split()[0][:6])]
    assert found.line == 3 + above.count("\n")
    fields = ("kind", "engine", "architectures", "model_types", "gguf_architectures", "module")
    assert [getattr(found, each) for each in fields] == [getattr(plain, each) for each in fields]


def test_a_full_line_is_joined_with_none_that_begins_by_itself() -> None:
    line = "ValueError: Unknown architecture for AutoModelForCausalLM: Qwen3ForCausalLM".rjust(80, "x")
    for below in (
        "Traceback (most recent call last):",
        "ERROR: stopped",
        " at the end",
        "[2025-10-25 10:00:00] x",
    ):
        assert find_messages(f"{line}\n{below}")[0].architectures == ("Qwen3ForCausalLM",)
    assert find_messages(f"{line}\nBidirectional")[0].architectures == ("Qwen3ForCausalLMBidirectional",)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"a\n", "a\n"),
        ("ä".encode(), "ä"),
        (b"\xef\xbb\xbfa", "a"),
        (codecs.BOM_UTF16_LE + f"{SAME}模型".encode("utf-16-le"), f"{SAME}模型"),
        (codecs.BOM_UTF16_BE + SAME.encode("utf-16-be"), SAME),
        (SAME.encode("utf-16-le"), SAME),
        (SAME.encode("utf-16-be"), SAME),
        (SAME.encode("utf-16-le")[:-1], SAME[:-1] + "\ufffd"),
        (b"a\xff", "a\ufffd"),
        (b"\x00\x00\x00\x00abcd", "\x00\x00\x00\x00abcd"),
    ],
)
def test_a_log_is_utf8_or_utf16(data: bytes, text: str) -> None:
    assert read_log(data) == text


def test_of_many_messages_the_first_are_given_and_that_there_are_more() -> None:
    lines = [
        f"ValueError: Model architectures ['A{number}'] are not supported for now."
        for number in range(MAX_MESSAGES)
    ]
    assert len(find_messages("\n".join(lines))) == MAX_MESSAGES
    found = find_messages("\n".join([*lines, SAME, SAME]))
    assert len(found) == MAX_MESSAGES + 1
    assert (found[-1].kind, found[-1].line) == ("left out", MAX_MESSAGES + 1)


def test_a_configuration_class_is_no_architecture_to_ask_for() -> None:
    text = "ValueError: No conversion is registered for the model configuration AcmeConfig (supported …: LlamaConfig)"
    (found,) = find_messages(text)
    assert (found.engine, found.kind, found.architectures, found.model_types) == (
        "ctranslate2",
        "unsupported",
        (),
        (),
    )
