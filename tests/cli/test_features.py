"""Features where people ask for them: check, history and migrate, by the shipped data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from miniature import Cli

VLLM = ("--engine", "vllm==0.33.0")


def test_check_says_what_an_implementation_can_do(cli: Cli) -> None:
    run = cli("check", "Qwen3ForCausalLM", *VLLM)
    assert run.code == 0
    assert run.out.splitlines()[2].strip() == "features: lora, pp, eagle, eagle3"
    (target,) = cli("check", "Mamba2ForCausalLM", *VLLM, "--format", "json").json["targets"]
    features = target["engines"]["vllm"]["features"]
    assert {name: features[name] for name in ("lora", "pp", "attention-free")} == {
        "lora": False,
        "pp": False,
        "attention-free": True,
    }


def test_nothing_is_said_of_the_features_of_what_does_not_run(cli: Cli) -> None:
    run = cli("check", "NobodyForCausalLM", *VLLM, "--with", "lora")
    assert run.code == 0
    assert "features" not in run.out
    assert "lora" not in run.out


@pytest.mark.parametrize(
    ("name", "wanted", "words", "code"),
    [
        ("Qwen3ForCausalLM", "lora,pp,awq", "lora: yes, pp: yes, awq: yes", 0),
        ("Qwen3ForCausalLM", "lora, image", "lora: yes, image: no", 1),
        ("Mamba2ForCausalLM", "pp", "pp: no", 1),
        ("Qwen2VLForConditionalGeneration", "lora,image", "lora: yes, image: yes", 0),
        ("NemotronH_Nano_VL_V2", "image", "image: not known", 1),  # its config decides, as it runs
    ],
)
def test_what_is_wanted_is_required(cli: Cli, name: str, wanted: str, words: str, code: int) -> None:
    run = cli("check", name, *VLLM, "--with", wanted)
    assert (run.code, run.out.splitlines()[3].strip()) == (0, words)
    done = cli("check", name, *VLLM, "--with", wanted, "--require", "native")
    assert (done.code, done.err.startswith(f"Not met: {name}: ")) == (code, code == 1)


def test_what_is_not_met_is_said(cli: Cli) -> None:
    done = cli("check", "Mamba2ForCausalLM", *VLLM, "--with", "lora,pp", "--require", "native")
    assert done.err == (
        "Not met: Mamba2ForCausalLM: `Mamba2ForCausalLM` has no LoRA in vllm 0.33.0;"
        " `Mamba2ForCausalLM` has no pipeline parallel in vllm 0.33.0\n"
    )
    done = cli("check", "SmolLM3ForCausalLM", "--engine", "sglang==0.5.23", "--require", "native")
    assert done.err == "Not met: SmolLM3ForCausalLM: sglang 0.5.23: fallback, but native is required\n"


@pytest.mark.parametrize(
    ("release", "wanted", "words"),
    [
        (
            "vllm==0.33.0",
            "tool-parser:hermes,reasoning-parser:qwen3",
            "tool-parser:hermes: yes, reasoning-parser:qwen3: yes",
        ),
        ("sglang==0.5.23", "tool-parser:hermes,attention:fa3", "tool-parser:hermes: yes, attention:fa3: yes"),
        ("sglang==0.4.6", "tool-parser:pythonic", "tool-parser:pythonic: no"),
        ("vllm==0.6.0", "speculative:eagle3", "speculative:eagle3: not known"),  # it has no such list yet
        ("vllm==0.33.0", "quantisation:awq", "quantisation:awq: yes"),
    ],
)
def test_what_a_release_lists_for_a_user_to_choose(cli: Cli, release: str, wanted: str, words: str) -> None:
    run = cli("check", "LlamaForCausalLM", "--engine", release, "--with", wanted)
    assert (run.code, run.out.splitlines()[-1].strip()) == (0, words)


def test_a_name_that_is_a_feature_and_a_method_counts_as_either(cli: Cli) -> None:
    for engine, words in (
        ("sglang==0.5.23", "bitsandbytes: yes"),
        ("vllm==0.27.1", "bitsandbytes: yes"),
        ("vllm==0.33.0", "bitsandbytes: no"),
    ):
        run = cli("check", "Qwen3ForCausalLM", "--engine", engine, "--with", "bitsandbytes")
        assert run.out.splitlines()[3].strip() == words
    run = cli("check", "GPT2LMHeadModel", "--engine", "sglang==0.5.23", "--with", "bitsandbytes")
    assert run.out.splitlines()[-1].strip() == "bitsandbytes: no"  # its class has no mapping


def test_a_wanted_feature_comes_with_its_evidence(cli: Cli) -> None:
    (target,) = cli("check", "Mamba2ForCausalLM", *VLLM, "--with", "pp,awq", "--format", "json").json[
        "targets"
    ]
    pp, awq = target["engines"]["vllm"]["wanted"]
    assert (pp["name"], pp["has"], pp["why"]) == (
        "pp",
        False,
        "`Mamba2ForCausalLM` has no pipeline parallel in vllm 0.33.0",
    )
    assert (pp["path"], pp["line"] > 0) == ("vllm/model_executor/models/mamba2.py", True)
    assert (awq["name"], awq["has"]) == ("awq", True)
    steps = cli("check", "Mamba2ForCausalLM", *VLLM, "--with", "pp", "--explain").out
    assert (
        "`Mamba2ForCausalLM` has no pipeline parallel in vllm 0.33.0 [vllm/model_executor/models/mamba2.py:"
        in steps
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("lroa", "--with lroa: no such feature; did you mean lora?"),
        ("awqq", "did you mean awq?"),
        ("tool:hermes", "no kind is called 'tool'; choose from quantisation, tool-parser"),
        ("tool-parser:hermse", "no release has the tool parser `hermse`; did you mean hermes?"),
    ],
)
def test_what_nobody_knows_is_refused(cli: Cli, asked: str, said: str) -> None:
    run = cli("check", "Qwen3ForCausalLM", *VLLM, "--with", asked)
    assert run.code == 2
    assert said in run.err


def test_history_says_since_when(cli: Cli) -> None:
    run = cli(
        "history",
        "Qwen3ForCausalLM",
        "Mamba2ForCausalLM",
        "--engine",
        "vllm",
        "--feature",
        "lora",
        "--format",
        "json",
    )
    found = run.json["architectures"]
    (span,) = found["Qwen3ForCausalLM"]["vllm"]["features"]["lora"]
    assert (span["first"], span["first_exact"], span["last"]) == ("0.8.4", True, None)
    assert found["Mamba2ForCausalLM"]["vllm"]["features"]["lora"] == []
    run = cli("history", "Qwen3ForCausalLM", "Mamba2ForCausalLM", "--engine", "vllm", "--feature", "lora")
    assert run.out.splitlines()[1].split("\t")[:4] == ["Qwen3ForCausalLM", "vllm", "lora", "0.8.4"]
    assert "Mamba2ForCausalLM: no release of vllm is known to have lora" in run.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("Qwen3ForCausalLM", "--feature", "nothing"),
            "no feature is called 'nothing'; choose from lora, pp",
        ),
        (("--feature", "lora"), "name an ARCH"),
        (
            ("Qwen3ForCausalLM", "--feature", "lora", "--at", "0.33.0", "--engine", "vllm"),
            "drop --at and --plot",
        ),
    ],
)
def test_a_feature_that_cannot_be_asked_for_is_refused(
    cli: Cli, arguments: tuple[str, ...], said: str
) -> None:
    run = cli("history", *arguments)
    assert run.code == 2
    assert said in run.err


def test_migrate_says_what_would_be_lost(cli: Cli) -> None:
    names = ("BertModel", "Qwen3ForCausalLM")
    found = cli("migrate", "vllm==0.33.0", "vllm==0.15.1", *names, "--format", "json").json
    assert "lora" in found["lost"]["BertModel"]
    assert found["won"] == {}
    run = cli("migrate", "vllm==0.15.1", "vllm==0.33.0", *names)
    assert "Of these vllm 0.33.0 has and vllm 0.15.1 has not:" in run.out
    assert "  lora: BertModel" in run.out
    assert cli("migrate", "sglang==0.1.14", "vllm==0.33.0", "--format", "json").json["lost"] == {}


def test_list_has_a_column_of_features(cli: Cli, trees: Any) -> None:
    trees.register("LlamaForCausalLM", file="llama.py")
    run = cli("list", *trees.options, "--name", "LlamaForCausalLM", "--features")
    assert run.out.splitlines()[1].split("\t")[-1] == "pp, eagle, eagle3, bitsandbytes"
    (row,) = cli("list", *trees.options, "--name", "LlamaForCausalLM", "--features", "--format", "json").json[
        "architectures"
    ]
    assert {name: row["features"][name] for name in ("pp", "eagle3")} == {"pp": True, "eagle3": True}
    assert "features" not in cli("list", *trees.options, "--format", "json").json["architectures"][0]
