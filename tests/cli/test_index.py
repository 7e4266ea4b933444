"""``archtrack index``, and every verb that takes a model's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from miniature import Cli, Conforms

NAMES: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "data" / "model-names.json").read_text(encoding="utf-8")
)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, work: Path) -> None:  # noqa: ARG001 -- its folder is the working one
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "1")


@pytest.mark.parametrize(("name", "architectures"), NAMES.items())
def test_a_name_as_people_type_it_leads_to_its_architecture(
    cli: Cli, conforms: Conforms, name: str, architectures: list[str]
) -> None:
    done = cli("check", name, "--engine", "vllm", "--format", "json")
    assert done.code == 0, done.err
    conforms(done.json, "check")
    (found, *more) = done.json["targets"]
    assert 1 <= len(found["architectures"]) <= 3
    assert set(found["architectures"]) <= set(architectures)
    assert found["kind"] == "model"
    assert [each["model"]["architecture"] for each in (found, *more)] == found["architectures"]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("Qwen3-32B", "exact"),
        ("TheBloke/Qwen3-32B-AWQ", "copy of Qwen/Qwen3-32B-AWQ"),
        ("gemma 3 27b", "variant of google/gemma-3-27b-it"),
        ("codestral", "family: 7 of 7 ids"),
        ("Qwen3ForCasualLM", "spelling of Qwen3ForCausalLM"),
    ],
)
def test_an_answer_says_how_the_name_was_found(cli: Cli, name: str, how: str) -> None:
    found = cli("check", name, "--engine", "vllm", "--format", "json").json["targets"][0]
    assert found["found"] == how
    assert how in cli("check", name, "--engine", "vllm").out.replace("exact: Qwen/Qwen3-32B", "exact")


def test_an_architecture_a_type_and_a_config_have_no_way_of_being_found(cli: Cli, work: Path) -> None:
    (work / "config.json").write_text('{"architectures": ["Qwen3ForCausalLM"]}', encoding="utf-8")
    done = cli("check", "Qwen3ForCausalLM", "qwen3", "config.json", "--engine", "vllm", "--format", "json")
    assert [(each["found"], each["model"]) for each in done.json["targets"]] == [(None, None)] * 3


@pytest.mark.parametrize("name", ["Qwen4ForCausalLM", "AcmeForCausalLM"])
def test_a_new_architecture_is_not_taken_for_a_known_one(cli: Cli, name: str) -> None:
    (found,) = cli("check", name, "--engine", "vllm", "--format", "json").json["targets"]
    assert (found["kind"], found["architectures"]) == ("architecture", [name])
    assert found["engines"]["vllm"]["status"] == "unsupported"


def test_no_guess_at_the_spelling_meets_a_requirement(cli: Cli) -> None:
    assert cli("check", "Qwen3ForCausalLM", "--engine", "vllm", "--require", "native").code == 0
    assert cli("check", "Qwen3-32B", "--engine", "vllm", "--require", "native").code == 0
    done = cli("check", "Qwen3ForCasualLM", "--engine", "vllm", "--require", "native")
    guessed = "Qwen3ForCasualLM is a guess (spelling of Qwen3ForCausalLM)"
    told = f"Not met: {guessed}; name an id, an architecture or a config\n"
    assert (done.code, done.err) == (1, told)
    for name in ("TheBloke/Qwen3-32B-AWQ", "Qwen/Qwen3-32B-AWQ", "codestral", "deepseek-r1:8b"):
        assert cli("check", name, "--engine", "vllm", "--require", "native").code == 1


def test_the_index_answers_where_the_hub_cannot(cli: Cli) -> None:
    done = cli("check", "Qwen/Qwen3-30B-A3B", "--engine", "vllm", "--format", "json")
    assert done.json["targets"][0]["architectures"] == ["Qwen3MoeForCausalLM"]
    (notice,) = done.json["notices"]
    assert notice.startswith("the model index answers for Qwen/Qwen3-30B-A3B: ")
    assert cli("check", "nobody/has-such-a-thing-7B").code == 3


def test_nothing_found_is_said_with_the_nearest_names(cli: Cli) -> None:
    done = cli("check", "falcn-mmba x")
    assert done.code == 2
    assert "; did you mean " in done.err


def test_what_is_said_of_a_model_has_its_source(cli: Cli, conforms: Conforms) -> None:
    done = cli("index", "show", "moonshotai/Kimi-K2-Instruct", "--format", "json")
    conforms(done.json, "index")
    (found,) = done.json["names"]
    said = {each["package"]: each for each in found["said"]}
    assert said["ms-swift"]["architectures"] == ["DeepseekV3ForCausalLM"]
    assert said["ms-swift"]["path"] == "swift/model/models/deepseek.py"
    assert said["ms-swift"]["line"] > 0
    assert (said["llmfit"]["model_type"], said["llmfit"]["line"]) == ("kimi_k2", 0)
    text = cli("index", "show", "moonshotai/Kimi-K2-Instruct").out
    assert f"DeepseekV3ForCausalLM [swift/model/models/deepseek.py:{said['ms-swift']['line']}]" in text


def test_what_the_index_covers(cli: Cli, conforms: Conforms) -> None:
    done = cli("index", "show", "--format", "json")
    conforms(done.json, "index_overview")
    assert set(done.json["sources"]) == {"llmfit", "ms-swift", "transformers", "vllm", "xinference"}
    assert done.json["models"] > 15_000
    assert cli("index", "show").lines[0].split("\t") == ["package", "release", "date", "models", "unresolved"]


def test_a_name_that_nobody_has_is_nothing_found(cli: Cli, conforms: Conforms) -> None:
    done = cli("index", "show", "zzqx")
    assert (done.code, done.lines) == (1, ["zzqx: nothing found"])
    conforms(cli("index", "show", "zzqx", "--format", "json").json, "index")


def test_the_shipped_index_has_nothing_wrong(cli: Cli) -> None:
    assert (cli("index", "lint").code, cli("index", "lint").out) == (0, "")


def test_a_history_is_that_of_the_architectures_of_a_model(cli: Cli, conforms: Conforms) -> None:
    done = cli("history", "DeepSeek R1", "--engine", "vllm")
    assert done.err == "DeepSeek R1: DeepseekV3ForCausalLM (exact: deepseek-ai/DeepSeek-R1)\n"
    assert done.lines[1].split("\t")[:3] == ["DeepseekV3ForCausalLM", "vllm", "0.6.6"]
    found = cli("history", "DeepSeek R1", "--engine", "vllm", "--format", "json").json
    conforms(found, "history")
    assert list(found["architectures"]) == ["DeepseekV3ForCausalLM"]
    assert [(each["name"], each["found"]) for each in found["models"]] == [("DeepSeek R1", "exact")]


def test_two_engines_are_compared_for_models_alone(cli: Cli, conforms: Conforms) -> None:
    asked = ("migrate", "sglang==0.5.23", "vllm==0.33.0", "Qwen3-32B", "internvl3", "NoSuchForCausalLM")
    done = cli(*asked)
    assert "Both have 2 architectures." in done.lines
    assert done.lines[-1] == "Neither has NoSuchForCausalLM."
    found = cli(*asked, "--format", "json").json
    conforms(found, "migrate")
    assert [each["name"] for each in found["only_to"]] == ["InternVLForConditionalGeneration"]
    assert found["both"] == ["InternVLChatModel", "Qwen3ForCausalLM"]
    assert [each["name"] for each in found["models"]] == ["Qwen3-32B", "internvl3"]


@pytest.mark.parametrize(
    ("name", "architectures"),
    [
        ("Qwen3-32B", ["Qwen3ForCausalLM"]),
        ("qwen3", ["Qwen3ForCausalLM"]),
        ("Alpha*", ["AlphaForCausalLM"]),
        ("zzqx", []),
    ],
)
def test_a_list_is_of_the_architectures_of_a_model(
    cli: Cli, trees: Any, name: str, architectures: list[str]
) -> None:
    trees.sglang  # noqa: B018 -- built
    done = cli("list", "--name", name, "--sglang", trees.sglang, "--transformers", trees.transformers)
    shown = [line.split("\t")[0] for line in done.lines[1:]]
    assert shown == [each for each in architectures if each.startswith("Alpha")]
