"""``archtrack requires``: the first releases of 80 well-known models, and its forms."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from archtrack.app.check import check
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.request import Request
from archtrack.app.requires import requires
from archtrack.render.requires import requirement_lines
from archtrack.sources.workspace import Workspace
from gguf_files import LLAMA, gguf
from miniature import Cli, Conforms, write

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "requires.json").read_text(encoding="utf-8")
)
ENGINES = ("vllm", "sglang", "llama-cpp")
ASKED = tuple(word for engine in ENGINES for word in ("--engine", engine))
OTHERWISE = {
    # What is registered, and does not load: why.
    ("zai-org/GLM-OCR", "sglang"): ("0.5.9", "unimportable"),
    ("deepseek-ai/DeepSeek-OCR", "llama-cpp"): ("b8555", "unknown"),
    ("deepseek-ai/DeepSeek-OCR-2", "llama-cpp"): ("b9410", "unknown"),
}


SHIPPED_ONES = Histories({}, SHIPPED)


def offline(work: Path) -> Workspace:
    cache = {"ARCHTRACK_CACHE_DIR": str(work.parent / "cache")}
    return Workspace(folder=work, environ=cache, offline=True)


def lines(text: str) -> list[str]:
    """Those that are no comments."""
    return [line for line in text.splitlines() if not line.startswith("#")]


# -- the table --------------------------------------------------------------------------------------


def test_the_table_has_80_models_and_most_of_them_run() -> None:
    assert len(TABLE) == 80
    for engine, least in (("vllm", 75), ("sglang", 65), ("llama-cpp", 60)):
        assert sum(row[engine] is not None for row in TABLE.values()) >= least


def test_the_verb_says_what_the_table_has(cli: Cli) -> None:
    targets = cli("requires", *TABLE, *ASKED, "--offline", "--format", "json").json["targets"]
    assert [target["target"] for target in targets] == list(TABLE)
    for target in targets:
        name = target["target"]
        assert target["architectures"] == [TABLE[name]["architecture"]]
        for engine, own in target["engines"].items():
            row = TABLE[name][engine]
            if row is None:
                assert (own["since"], own["first"]) == (None, None), name
                continue
            assert (own["since"], own["since_exact"]) == (row["since"].lstrip("≤"), row["since"][0] != "≤")
            assert (own["last"] or "") == row["until"], name
            before = own["before"]
            assert (None if before is None else before["version"]) == row["before"], name
            assert (before is not None and before["takes"] is False) == bool(row["refused"]), name


@pytest.mark.parametrize("name", TABLE)
def test_the_release_itself_runs_the_model_and_the_one_before_does_not(work: Path, name: str) -> None:
    rows = {engine: row for engine in ENGINES if (row := TABLE[name][engine]) is not None}

    def statuses(key: str) -> dict[str, str]:
        asked = [f"{engine}=={row[key].lstrip('≤')}" for engine, row in rows.items() if row[key]]
        if not asked:
            return {}
        found = check([name], Request(), offline(work), histories=SHIPPED_ONES, engines=asked)
        (answer,) = found.answers
        return {each.presence.engine: each.presence.status.value for each in answer.engines}

    assert set(statuses("since").values()) <= {"native"}
    for engine, status in statuses("before").items():
        assert status != "native"
        assert (status != "unknown") == bool(rows[engine]["refused"])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_last_span_of_what_is_registered_is_the_answer_but_for_what_does_not_load(
    cli: Cli, engine: str
) -> None:
    registered = json.loads((SHIPPED / f"{engine}.json").read_text(encoding="utf-8"))["registered"]
    for name, row in TABLE.items():
        spans = registered.get(row["architecture"], {"spans": [None]})["spans"]
        said = None if row[engine] is None else (row[engine]["since"].lstrip("≤"), row[engine]["until"])
        found = None if spans[-1] is None else (spans[-1]["first"], spans[-1]["last"] or "")
        if (name, engine) in OTHERWISE:
            first, status = OTHERWISE[name, engine]
            assert found == (first, "")
            done = cli("check", name, f"--engine={engine}=={first}", "--offline", "--format", "json").json
            assert done["targets"][0]["engines"][engine]["status"] == status
        else:
            assert said == found, name


def test_pip_reads_each_line_of_each_model_and_the_line_takes_the_first_release(work: Path) -> None:
    answers = requires(TABLE, offline(work), histories=SHIPPED_ONES)
    assert [each.text for each in answers] == list(TABLE)
    seen = set()
    for answer in answers:
        for line in lines("\n".join(requirement_lines([answer], (), "native", ("archtrack",)))):
            found = Requirement(line)
            seen.add(found.name)
            row = TABLE[answer.text].get(found.name)
            if row is not None:
                assert found.specifier.contains(row["since"]), line
                assert row["before"] is None or not found.specifier.contains(row["before"]), line
    assert {"vllm", "sglang", "mlx-lm", "lmdeploy", "exllamav3", "optimum-intel"} <= seen
    assert not seen & {"llama-cpp-python", "ollama", "tensorrt-llm"}


# -- forms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected", "code"),
    [
        (["InternLMForCausalLM", "--engine", "vllm"], ["vllm>=0.1.4,<0.24.0", "transformers>=4.31.0"], 0),
        (["Qwen3ForCausalLM", "--engine", "vllm"], ["vllm>=0.8.4", "transformers>=4.51.1"], 0),
        (["Qwen3ForCausalLM", "LlamaForCausalLM", "--engine", "vLLM", "--engine", "sglang"],
         ["vllm>=0.8.4", "sglang>=0.4.5.post2"], 0),
        (["GPTNeoXForCausalLM", "--engine", "sglang", "--status", "fallback"],
         ["sglang>=0.4.7,!=0.5.6.post1", "transformers>=4.52.3"], 0),
        # The transformers is that of the release from which on both run, or what one of them needs anyway.
        (["Qwen3ForCausalLM", "LlamaForCausalLM", "--engine", "vllm"],
         ["vllm>=0.8.4", "transformers>=4.51.1"], 0),
        (["gemma3", "Gemma3ForCausalLM", "Qwen2_5_VLForConditionalGeneration", "--engine", "vllm"],
         ["vllm>=0.8.2", "transformers>=4.50.0"], 0),
        (["Qwen3ForCausalLM", "--engine", "llama.cpp"], [], 0),
        (["Blip2ForConditionalGeneration", "--engine", "sglang"], [], 1),
        (["Blip2ForConditionalGeneration", "LlamaForCausalLM", "--engine", "sglang"], [], 1),
        # Each runs somewhere, and no release runs both.
        (["InternLMForCausalLM", "Qwen4ExpForConditionalGeneration", "--engine", "vllm"], [], 1),
        (["gemma3", "--engine", "vllm"], ["vllm>=0.8.2", "transformers>=4.50.0"], 0),
        (["LlamaForCausalLM", "--engine", "vllm", "--with", "awq"],
         ["vllm>=0.2.0", "transformers>=4.33.1"], 0),
    ],
)  # fmt: skip
def test_requirements_and_constraints_are_lines_that_pip_reads(
    cli: Cli, arguments: list[str], expected: list[str], code: int
) -> None:
    for form in ("pip", "constraints"):
        done = cli("requires", *arguments, "--offline", "--format", form)
        assert (done.code, lines(done.out)) == (code, expected)
        names = [word for word in arguments if word not in {"--engine", "--status", "--with"}]
        assert done.lines[0].startswith(f"# {names[0]}")
        assert done.lines[0].endswith("; from the history of every release")


@pytest.mark.parametrize(
    ("arguments", "code", "row"),
    [
        (["TransformersModel", "--engine", "vllm"], 0,
         ["0.10.1", "2025-08-19", "", ">=4.55.0", "also ran it from 0.7.2 until 0.8.2, and not in between"]),
        (["TransformersModel", "--engine", "lmdeploy"], 1,
         ["", "", "", "", "unsupported: lmdeploy 0.18.0 knows none of `TransformersModel`"]),
        (["gemma3", "--engine", "vllm"], 0,
         ["0.8.2", "2025-03-25", "", ">=4.48.2; for this model >=4.50.0", ""]),
        (["InternLMForCausalLM", "--engine", "lmdeploy"], 0,
         ["≤0.2.5", "2024-03-05", "0.14.0", "<=4.38.1,>=4.33.0",
          ("gone: lmdeploy 0.18.0 knows none of `InternLMForCausalLM`; 0.2.4 was not read: older than 0.2.5, "
           "the oldest release that archtrack reads")]),
        (["GPTNeoXForCausalLM", "--engine", "sglang", "--status", "fallback"], 0,
         ["0.4.7", "2025-06-10", "", "==4.52.3",
          "also ran it in 0.1.12, and not in between; not known of 0.5.6.post1"]),
    ],
)  # fmt: skip
def test_a_row_says_since_when_until_when_with_what_and_what_else_there_is_to_say(
    cli: Cli, arguments: list[str], code: int, row: list[str]
) -> None:
    done = cli("requires", *arguments, "--offline")
    _, own = done.lines
    assert done.code == code
    assert own.split("\t")[2:] == row


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "MODEL"),
        (["LlamaForCausalLM", "--engine", "vlm"], 2, "no engine is called 'vlm'"),
        (["LlamaForCausalLM", "--engine", "vllm==0.8.4"], 2, "name the engine without one"),
        (["LlamaForCausalLM", "--with", "lora,awqq"], 2, "--with awqq: no such feature; did you mean awq?"),
        (["no/such/path/x.json"], 3, "no/such/path/x.json"),
        (["LlamaForCausalLM", "no/such/path/x.json", "--engine", "vllm"], 3, "no such file"),
    ],
)
def test_what_cannot_be_answered_is_said(cli: Cli, arguments: list[str], code: int, message: str) -> None:
    done = cli("requires", *arguments, "--offline")
    assert done.code == code
    assert message in done.err
    assert ("vllm" in done.out) == (arguments[1:2] == ["no/such/path/x.json"])


def test_a_config_and_a_model_are_opened_as_check_opens_them(
    cli: Cli, work: Path, conforms: Conforms
) -> None:
    write(work / "m" / "config.json", '{"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}')
    done = cli(
        "requires", "m", "qwen3 8b", "--engine", "vllm", "--with", "lora", "--offline", "--format", "json"
    )
    conforms(done.json, "requires")
    config, model = done.json["targets"]
    assert (config["kind"], config["location"]) == ("config", "m/config.json")
    assert model["kind"] == "model"
    assert "qwen3 8b: Qwen3ForCausalLM (" in done.err
    own = config["engines"]["vllm"]
    assert own["newest"]["features"]["lora"]["text"]


def test_a_gguf_file_is_read_and_asked_of_every_release(cli: Cli, work: Path) -> None:
    (work / "m.gguf").write_bytes(gguf(LLAMA))
    done = cli("requires", "m.gguf", "--engine", "vllm", "--engine", "llama-cpp", "--format", "pip")
    assert (done.code, lines(done.out)[0]) == (0, "vllm>=0.5.5,<0.24.0")
    assert "# llama-cpp: from gguf-v0.1.0; the package index does not have these releases" in done.lines


@pytest.mark.parametrize("name", ["Qwen3ForCausalLM", "InternLMForCausalLM", "TransformersModel"])
def test_what_is_printed_for_programs_is_what_the_schema_says(
    cli: Cli, conforms: Conforms, name: str
) -> None:
    done = cli("requires", name, "--with", "awq", "--status", "fallback", "--format", "json")
    assert done.code == 0
    conforms(done.json, "requires")
    assert len(done.json["targets"][0]["engines"]) > 5


@pytest.mark.parametrize(
    ("target", "alone"),
    [("Qwen3ForCausalLM", True), ("qwen3 8b", True), ("qwen3", False), ("config.json", False)],
)
def test_that_the_architecture_alone_is_known_is_said(
    cli: Cli, work: Path, *, target: str, alone: bool
) -> None:
    write(work / "config.json", '{"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}')
    said = f"Note: only the architecture of {target} was checked; a config.json may need a later release"
    for form in ("text", "pip", "constraints", "json"):
        done = cli("requires", target, "--engine", "vllm", "--offline", "--format", form)
        assert done.err.count(said) == (alone and form == "text")
        assert done.out.count(f"# {said}") == (alone and form in {"pip", "constraints"})
        assert done.out.count(said.removeprefix("Note: ")) == (alone and form != "text")
        assert "architecture of" in done.out + done.err or not alone


@pytest.mark.parametrize(
    ("arguments", "first", "again"),
    [
        (["Qwen3-32B", "--with", "lora,pp", "--engine", "vllm"],
         "Qwen3-32B with lora, pp; native;", "Qwen3-32B --engine vllm --with lora,pp --offline"),
        (["qwen3 8b", "LlamaForCausalLM", "--status", "fallback"],
         "qwen3 8b, LlamaForCausalLM; native or fallback;",
         "'qwen3 8b' LlamaForCausalLM --status fallback --offline"),
        (["LlamaForCausalLM", "--with", "lora", "--with", "awq,lora", "--engine", "vLLM", "--engine", "sglang"],
         "LlamaForCausalLM with lora, awq; native;",
         "LlamaForCausalLM --engine vLLM --engine sglang --with lora,awq --offline"),
    ],
)  # fmt: skip
def test_a_file_for_pip_says_what_it_is_for_and_the_command_that_makes_it(
    cli: Cli, arguments: list[str], first: str, again: str
) -> None:
    for form in ("pip", "constraints"):
        done = cli("requires", *arguments, "--offline", "--format", form)
        assert done.lines[:2] == [
            f"# {first} from the history of every release",
            f"#    archtrack requires {again} --format {form}",
        ]
        words = shlex.split(done.lines[1].removeprefix("#"))[1:]
        assert cli(*words).out == done.out


def test_the_command_in_a_file_for_pip_has_no_secret(cli: Cli, work: Path) -> None:
    write(work / "m" / "config.json", '{"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}')
    address = "https://user:hunter2@hub.example/o/m?token=hunter2"
    done = cli("requires", "m", address, "--engine", "vllm", "--offline", "--format", "pip")
    assert "archtrack requires m https://hub.example/o/m --engine vllm" in done.out
    assert "hunter2" not in done.out + done.err


NOT_KNOWN = "lora is not known: {0} does not say whether `Qwen3ForCausalLM` has LoRA"


@pytest.mark.parametrize(
    ("engine", "release", "without", "for_pip"),
    [
        ("sglang", "sglang 0.5.23", ">=0.4.6.post5", "sglang>=0.4.6.post5"),
        ("vllm", None, None, None),  # it says so
    ],
)
def test_where_a_feature_cannot_be_told_the_rest_is_required_in_its_place(
    cli: Cli, conforms: Conforms, engine: str, release: str | None, without: str | None, for_pip: str | None
) -> None:
    call = ("requires", "Qwen3ForCausalLM", "--with", "lora,pp", "--engine", engine, "--offline")
    text, pip, data = (cli(*call, "--format", form) for form in ("text", "pip", "json"))
    conforms(data.json, "requires")
    own = data.json["targets"][0]["engines"][engine]
    assert {done.code for done in (text, pip, data)} == {int(release is not None)}
    if release is None:
        assert (own["without"], own["specifier"]) == (None, ">=0.8.4")
        assert "without" not in text.out + pip.out.partition("history")[2]
        return
    said = NOT_KNOWN.format(release)
    assert text.lines[1].split("\t")[2:] == ["", "", "", "", f"{said}; without it: {without}"]
    assert lines(pip.out) == []
    assert pip.lines[-2:] == [f"# {engine}: {said}", f"# without lora: {for_pip}"]
    assert (own["specifier"], own["newest"]["takes"]) == (None, None)
    assert (own["without"]["features"], own["without"]["specifier"]) == (["lora"], without)
    assert own["without"]["transformers"]["lowest"] == "4.51.1"


@pytest.mark.parametrize(
    ("arguments", "code", "last"),
    [
        # One of which it cannot be told beside one of which it can: what is left out is named once.
        (["Qwen3ForCausalLM", "LlamaForCausalLM", "--engine", "sglang", "--with", "lora,pp"], 1,
         "# without lora: sglang>=0.4.6.post5"),
        (["Qwen3ForCausalLM", "Blip2ForConditionalGeneration", "--engine", "sglang", "--with", "lora"], 1,
         "# sglang: fallback: "),
        (["Qwen3ForCausalLM", "--engine", "llama-cpp", "--with", "lora"], 1, "# without lora: llama-cpp from "),
        (["Qwen3ForCausalLM", "--engine", "vllm", "--with", "image"], 1,
         "# vllm: no: `Qwen3ForCausalLM` has no images in vllm 0.33.0"),
    ],
)  # fmt: skip
def test_what_is_required_without_a_feature_is_a_comment_for_pip(
    cli: Cli, arguments: list[str], code: int, last: str
) -> None:
    done = cli("requires", *arguments, "--offline", "--format", "pip")
    assert (done.code, lines(done.out)) == (code, [])
    assert done.lines[-1].startswith(last)


CLAIM = "vLLM's recipe for deepseek-ai/DeepSeek-R1 asks for vllm >= 0.12.0 (recipes/models/deepseek-ai/"


@pytest.mark.parametrize(
    ("arguments", "claims"),
    [
        (["DeepSeek-R1", "--engine", "vllm"], True),
        (["DeepSeek-R1", "--engine", "sglang"], False),  # it has no recipes
        (["DeepseekV3ForCausalLM", "--engine", "vllm"], False),  # an architecture is no model
    ],
)
def test_what_a_recipe_asks_for_beyond_the_code_is_said_and_is_no_requirement(
    cli: Cli, conforms: Conforms, arguments: list[str], *, claims: bool
) -> None:
    text, pip, data = (
        cli("requires", *arguments, "--offline", "--format", form) for form in ("text", "pip", "json")
    )
    conforms(data.json, "requires")
    assert (CLAIM in text.lines[1]) == claims
    assert (f"# {CLAIM}" in pip.out) == claims
    assert {line for line in lines(pip.out) if line.startswith("vllm")} <= {"vllm>=0.6.6"}
    (target,) = data.json["targets"]
    assert [each["least"] for each in target["recipes"]][:1] == ["0.12.0"] * claims
    assert all(own["specifier"] != ">=0.12.0" for own in target["engines"].values())


@pytest.mark.parametrize(("status", "code"), [("native", 1), ("fallback", 0)])
def test_without_an_engine_it_exits_0_and_with_one_1_if_that_takes_none(
    cli: Cli, status: str, code: int
) -> None:
    call = ("requires", "Blip2ForConditionalGeneration", "--status", status, "--offline")
    assert cli(*call, "--engine", "sglang").code == code
    assert cli(*call).code == 0
    assert cli("requires", "NopeForCausalLM", "--offline").code == 0


def test_below_the_lowest_transformers_the_release_refuses_the_model(cli: Cli, work: Path) -> None:
    write(work / "config.json", '{"architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text"}')
    (needs,) = (
        each["engines"]["vllm"]["transformers"]
        for each in cli("requires", "config.json", "--engine", "vllm", "--format", "json").json["targets"]
    )
    assert needs["lowest"] == "4.50.0"
    for version, code in (("4.50.0", 0), ("4.49.0", 1)):
        options = ("--engine", "vllm==0.8.2", "--transformers", version, "--require", "native")
        assert cli("check", "config.json", *options).code == code
