"""``archtrack completion``."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import miniature
from miniature import Cli

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(cli: Cli, shell: str) -> None:
    done = cli("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert f"_ARCHTRACK_COMPLETE={shell}_complete" in done.out


def test_another_shell_is_wrong_usage(cli: Cli) -> None:
    assert cli("completion", "tcsh").code == 2
    assert cli("completion").code == 2


def test_the_script_is_one_that_bash_reads(cli: Cli, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    script = miniature.write(tmp_path / "completion.sh", cli("completion", "bash").out)
    subprocess.run([bash, "-n", script], check=True, timeout=20)  # noqa: S603 - our own script


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("archtrack re", ["plain,rebuild", "plain,render", "plain,requires"]),
        ("archtrack YoutuFor", ["plain,YoutuForCausalLM"]),
        ("archtrack YoutuForCausalLM --engine llam", ["plain,llama-cpp"]),
        ("archtrack requires YoutuFor", ["plain,YoutuForCausalLM"]),
        ("archtrack requires --with lora,ima", ["plain,lora,image"]),
        ("archtrack export --engine llam", ["plain,llama-cpp"]),
        ("archtrack history refr", ["plain,refresh"]),
        ("archtrack history re", ["plain,refresh", "plain,recurrent_gemma", "plain,rembert", "plain,resnet"]),
        ("archtrack check Qwen3MoeForQ", ["plain,Qwen3MoeForQuestionAnswering"]),
        ("archtrack check config", ["file,config"]),
        (
            "archtrack check codestral",
            [
                "plain,Codestral-22B-v0.1-GGUF",
                "plain,Codestral-22B-v0.1",
                "plain,Codestral-22B-v0.1-4bit",
                "plain,Codestral-22B-v0.1-8bit",
            ],
        ),
        ("archtrack demand models", ["file,models"]),
        (
            "archtrack history --engine vl",
            ["plain,vllm", "plain,vllm-ascend", "plain,vllm-omni", "plain,vllm-rbln"],
        ),
        ("archtrack history YoutuFor", ["plain,YoutuForCausalLM"]),
        ("archtrack history show YoutuFor", ["plain,YoutuForCausalLM"]),
    ],
)
def test_verbs_engines_and_architectures_complete(tmp_path: Path, words: str, expected: list[str]) -> None:
    asked = {"_ARCHTRACK_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = miniature.spawn(cwd=tmp_path, home=tmp_path, **asked)
    assert (done.code, done.out.split()) == (0, expected)
