"""``archtrack check`` of GGUF files, by what comes with archtrack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.engines.llama_cpp.engine import LlamaCpp
from gguf_files import LLAMA, Typed, gguf

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.core.history.history import History
    from miniature import Cli, Conforms


def put(folder: Path, name: str, **changes: Any) -> str:
    pairs = {**LLAMA, **{key.replace("__", "."): value for key, value in changes.items()}}
    (folder / name).write_bytes(gguf(pairs))
    return name


def engine(cli: Cli, name: str, asked: str) -> Any:
    """What one engine does with a file."""
    done = cli("check", name, "--engine", asked, "--format", "json")
    (answer,) = json.loads(done.out)["targets"]
    return answer["engines"][asked.partition("==")[0]]


def test_the_block_says_what_it_is_and_what_engines_do(cli: Cli, work: Path) -> None:
    done = cli("check", put(work, "m.gguf"), "--engine", "transformers==5.24.0", "--engine", "mlx-lm==0.32.2")
    assert done.code == 0
    base = "https://huggingface.co/meta-llama/Llama-3.1-8B"
    reason = "config: mlx-lm 0.32.2 reads no GGUF files: it opens the config.json of a folder"
    assert done.lines[:3] == [
        f"m.gguf (llama): GGUF model, Llama 3.1 8B, 8B, Q4_K_M, from {base}, text",
        "  transformers 5.24.0  native       since 4.41.0 (2024-05-17); runs as LlamaForCausalLM",
        f"  mlx-lm 0.32.2        unsupported  {reason}",
    ]
    made = "LlamaForCausalLM, MistralForCausalLM, MixtralForCausalLM, LlavaForConditionalGeneration"
    assert done.lines[3].startswith(f"  may be made from {made} and ")
    assert done.lines[4] == "  the original checkpoint, not this file:"
    assert done.lines[5].startswith(f"    mlx-lm 0.32.2  native {made} and ")


@pytest.mark.parametrize(
    ("architecture", "asked", "status", "runs_as", "since"),
    [
        ("llama", "transformers==4.40.2", "unsupported", None, None),
        ("llama", "transformers==4.41.0", "native", "LlamaForCausalLM", "4.41.0"),
        ("qwen2moe", "transformers==4.44.2", "unsupported", None, None),
        ("qwen2moe", "transformers==4.45.0", "native", "Qwen2MoeForCausalLM", "4.45.0"),
        ("gemma3", "transformers==4.57.6", "native", "Gemma3ForCausalLM", "4.52.0"),
        ("t5encoder", "transformers==4.57.6", "native", "T5EncoderModel", "4.50.0"),
        ("falcon", "transformers==4.46.0", "unknown", None, None),
        ("qwen35", "transformers==5.24.0", "native", "Qwen3_5ForCausalLM", "5.17.0"),
        ("clip", "transformers==5.24.0", "unsupported", None, None),
        ("llama", "vllm==0.5.4", "unsupported", None, None),
        ("llama", "vllm==0.5.5", "native", "LlamaForCausalLM", "0.5.5"),
        ("qwen3moe", "vllm==0.23.0", "native", "Qwen3MoeForCausalLM", "0.10.2"),
        ("llama", "vllm==0.33.0", "gone", None, "0.5.5"),
        ("t5", "vllm==0.23.0", "unsupported", None, None),
        ("llama", "sglang==0.3.6", "unsupported", None, None),
        ("llama", "sglang==0.5.23", "native", "LlamaForCausalLM", "0.4.0"),
        ("falcon", "sglang==0.5.23", "refused", None, None),
        ("muse-glimmer", "sglang==0.5.23", "native", "MuseGlimmerForCausalLM", "0.5.18"),
        ("llama", "exllamav3==1.6.5", "unsupported", None, None),
        ("llama", "lmdeploy==0.18.0", "unknown", None, None),
    ],
)
def test_real_releases(
    cli: Cli, work: Path, architecture: str, asked: str, status: str, runs_as: str | None, since: str | None
) -> None:
    found = engine(cli, put(work, "m.gguf", general__architecture=architecture), asked)
    assert (found["status"], found["runs_as"], found["since"]) == (status, runs_as, since)


def test_what_would_help_is_said(cli: Cli, work: Path) -> None:
    assert (
        engine(cli, put(work, "m.gguf"), "vllm==0.33.0")["fix"]
        == "use vllm 0.23.0, the last release that has it"
    )
    assert engine(cli, put(work, "m.gguf"), "vllm==0.5.4")["fix"] == "upgrade to vllm 0.5.5"


def test_steps_have_their_evidence(cli: Cli, work: Path) -> None:
    steps = engine(cli, put(work, "m.gguf"), "vllm==0.23.0")["steps"]
    where = [(step["source"], step["path"], step["line"], step["release"]) for step in steps]
    # Lines are those of the release with which a rule or a row began.
    assert where[0] == ("vllm", "vllm/transformers_utils/config.py", 670, "0.22.0")
    assert where[1][:2] == ("transformers", "transformers/integrations/ggml.py")
    assert ("vllm", "vllm/transformers_utils/config.py", 764, "0.22.0") in where
    assert steps[-1]["text"] == "vllm 0.23.0 has the quantisation method `gguf`"


def test_json_has_the_header(cli: Cli, work: Path, conforms: Conforms) -> None:
    projector = {
        "general__architecture": "clip",
        "general__type": "mmproj",
        "clip__projector_type": "gemma3",
        "clip__has_vision_encoder": True,
        "general__parameter_count": Typed(10, 420_000_000),
        "split__no": Typed(2, 0),
        "split__count": Typed(2, 2),
    }
    done = cli(
        "check", put(work, "p.gguf", **projector), "--engine", "transformers==5.24.0", "--format", "json"
    )
    found = json.loads(done.out)
    conforms(found, "check")
    (answer,) = found["targets"]
    assert (answer["kind"], answer["location"], answer["architectures"]) == ("gguf", "p.gguf", [])
    assert (answer["category"], answer["model_type"]) == (None, None)
    assert answer["gguf"].pop("made_from")  # of what the converter takes an image part
    assert answer["gguf"] == {
        "architecture": "clip",
        "type": "mmproj",
        "name": "Llama 3.1 8B",
        "size_label": "8B",
        "parameter_count": 420_000_000,
        "file_type": 15,
        "quantisation": "Q4_K_M",
        "repo_url": None,
        "base_models": [
            {
                "name": None,
                "organization": None,
                "version": None,
                "repo_url": "https://huggingface.co/meta-llama/Llama-3.1-8B",
            }
        ],
        "adapter_type": None,
        "projector_type": "gemma3",
        "has_vision_encoder": True,
        "has_audio_encoder": None,
        "part": {"number": 1, "count": 2},
        "version": 3,
        "big_endian": False,
    }


def test_what_is_no_gguf_file_has_no_header(cli: Cli, conforms: Conforms) -> None:
    found = json.loads(cli("check", "LlamaForCausalLM", "--engine", "vllm==0.23.0", "--format", "json").out)
    conforms(found, "check")
    assert found["targets"][0]["gguf"] is None


def test_a_file_that_is_cut_is_one_line_and_the_others_are_answered(cli: Cli, work: Path) -> None:
    (work / "cut.gguf").write_bytes(gguf(LLAMA)[:99])
    done = cli("check", "cut.gguf", put(work, "m.gguf"), "--engine", "transformers==5.24.0")
    assert done.code == 3
    (error,) = done.err.splitlines()
    assert error.startswith("archtrack: error: cut.gguf ends inside its header, after 99 bytes: ")
    assert "m.gguf (llama): " in done.out


def test_names_from_a_file_reach_no_terminal_raw(cli: Cli, work: Path) -> None:
    name = put(work, "m.gguf", general__name="a\x1b[31mb\nc")
    done = cli("check", name, "--engine", "transformers==5.24.0")
    assert "\x1b" not in done.out
    assert len(done.lines) == 3


def test_the_originals_are_told_apart_from_the_file(
    cli: Cli, work: Path, conforms: Conforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made_from(_: LlamaCpp, gguf_architecture: str, history: History) -> tuple[str, ...]:
        assert (gguf_architecture, history.engine) == ("llama", "llama-cpp")
        return ("LlamaForCausalLM", "DeciLMForCausalLM")

    monkeypatch.setattr(LlamaCpp, "made_from", made_from)
    asked = ("--engine", "transformers==5.24.0", "--engine", "mlx-lm==0.32.2")
    done = cli("check", put(work, "m.gguf"), *asked)
    assert done.lines[-3:] == [
        "  may be made from LlamaForCausalLM, DeciLMForCausalLM",
        "  the original checkpoint, not this file:",
        "    mlx-lm 0.32.2  native LlamaForCausalLM; unknown DeciLMForCausalLM",
    ]
    found = json.loads(cli("check", "m.gguf", *asked, "--format", "json").out)
    conforms(found, "check")
    made = found["targets"][0]["gguf"]["made_from"]
    assert [(each["architecture"], list(each["engines"])) for each in made] == [
        ("LlamaForCausalLM", ["mlx-lm"]),
        ("DeciLMForCausalLM", ["mlx-lm"]),
    ]


def test_every_engine_answers_for_a_file(cli: Cli, work: Path) -> None:
    found = json.loads(cli("check", put(work, "m.gguf"), "--format", "json").out)["targets"][0]
    assert found["engines"]["llama-cpp"]["status"] == "native"
    made = {each["architecture"]: each["engines"] for each in found["gguf"]["made_from"]}
    assert made["LlamaForCausalLM"]["mlx-lm"]["status"] == "native"
    assert "llama-cpp" not in made["LlamaForCausalLM"]
