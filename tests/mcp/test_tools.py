"""The tools without the protocol: what they answer, and what they refuse."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from mcp import types

import miniature
from archtrack.app.history import store
from archtrack.app.presence import is_plugin
from archtrack.data import HISTORY as SHIPPED
from archtrack.mcp.server import TOOLS
from archtrack.mcp.tool import Call
from miniature import Cli

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"


pytestmark = pytest.mark.usefixtures("work")  # where the tools run, on the shipped data


def ask(name: str, /, **arguments: Any) -> dict[str, Any]:
    """An answer, held against the tool's schema: structured, and the same as text."""
    result = TOOLS[name].answer(arguments, Call())
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    assert not result.is_error, content.text
    found = result.structured_content
    assert found is not None
    jsonschema.Draft202012Validator(TOOLS[name].declaration.output_schema or {}).validate(found)
    assert json.loads(content.text) == found
    return found


def refused(name: str, /, **arguments: Any) -> str:
    """Why a call has no answer: one printable line."""
    result = TOOLS[name].answer(arguments, Call())
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    assert result.is_error
    assert result.structured_content is None
    assert content.text.isprintable()
    assert len(content.text) < 700
    assert content.text.startswith(f"{name}: ")
    return content.text.removeprefix(f"{name}: ")


@pytest.fixture
def sources(trees: Any) -> dict[str, str]:
    """The arguments that name the two miniature trees."""
    return {"sglang": str(trees.sglang), "transformers": str(trees.transformers)}


def test_what_is_run_as_another_is_said_to_be_and_not_to_be_registered() -> None:
    name, other = "DeepseekV41ForCausalLM", "DeepseekV4ForCausalLM"
    found = ask("model_history", architectures=[name], engine="sglang")
    assert found["summary"] == f"{name}: sglang since 0.5.21 (2026-10-01; runs as {other})."
    (span,) = found["architectures"][0]["engines"]["sglang"]["spans"]
    assert (span["runs_as"], span["at"]) == (other, "sglang/srt/configs/deepseek_v41.py:39")
    before = ask("model_history", architectures=[name], engine="sglang", version="0.5.20")
    assert before["summary"].endswith(f"sglang runs it as {other} from 0.5.21 on.")
    listed = ask("list_architectures", name=["DeepseekV4*ForCausalLM"], version="0.5.23")["architectures"]
    assert {each["name"]: each["runs_as"] for each in listed} == {name: other, other: None}


# -- declarations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_is_declared_with_schemas_that_stand_alone(name: str) -> None:
    declared = TOOLS[name].declaration
    assert declared.output_schema is not None
    for schema in (declared.input_schema, declared.output_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
        assert not {"oneOf", "anyOf", "allOf"} & set(schema)  # some clients take none at the top
        targets = set(re.findall(r'"\$ref": "(.*?)"', json.dumps(schema)))
        assert targets <= {f"#/$defs/{each}" for each in schema.get("$defs", {})}
    assert declared.output_schema["properties"]["summary"]["description"]
    assert "\\n" not in json.dumps((declared.input_schema, declared.output_schema))
    for argument, schema in declared.input_schema["properties"].items():
        assert schema["description"], argument
        assert "null" not in json.dumps(schema)  # some clients know no such type
    assert len(declared.description or "") > 300


def test_the_tools_are_those_that_are_documented_and_only_one_writes() -> None:
    assert list(TOOLS) == ["check_model", "model_history", "list_architectures", "update_document"]
    told = {name: tool.declaration.annotations for name, tool in TOOLS.items()}
    assert [name for name, each in told.items() if each and not each.read_only_hint] == ["update_document"]
    assert [name for name, each in told.items() if each and each.destructive_hint] == ["update_document"]
    assert [name for name, each in told.items() if each and not each.open_world_hint] == ["model_history"]


@pytest.mark.parametrize("tool", ["model_history", "list_architectures"])
@pytest.mark.parametrize(
    ("name", "advice"),
    [("vlm", "did you mean vllm?"), ("zzz", f"choose from {', '.join(Call().histories().engines)}")],
)
def test_a_wrong_name_of_an_engine_is_answered_with_the_nearest_or_with_all(
    tool: str, name: str, advice: str
) -> None:
    text = TOOLS[tool].declaration.input_schema["properties"]["engine"]["description"]
    assert "a wrong name is answered with the nearest, or with all there are" in " ".join(text.split())
    asked = {"architectures": ["A"]} if tool == "model_history" else {}
    refused = TOOLS[tool].answer({"engine": name, **asked}, Call())
    (content,) = refused.content
    assert isinstance(content, types.TextContent)
    assert f"no engine is called {name!r}; {advice}" in content.text


# -- check_model -----------------------------------------------------------------------------------

CONFIG = {"architectures": ["BetaForCausalLM"], "model_type": "beta"}


@pytest.mark.parametrize(
    ("arguments", "kind", "status"),
    [
        ({"model": "AlphaForCausalLM"}, "architecture", "native"),
        ({"model": "DeltaForCausalLM"}, "architecture", "unsupported"),
        ({"model": "NobodysForCausalLM"}, "architecture", "unsupported"),
        ({"model": "own/config.json"}, "config", "native"),
        ({"model": "own"}, "config", "native"),
        ({"config": CONFIG}, "config", "native"),
        ({"config": json.dumps(CONFIG)}, "config", "native"),
        ({"model": json.dumps(CONFIG)}, "config", "native"),
        ({"config": {}}, "config", "unsupported"),
        ({"model": "AlphaForCausalLM", "config": None}, "architecture", "native"),
    ],
)
def test_a_model_is_checked_whatever_names_it(
    sources: dict[str, str], work: Path, arguments: dict[str, Any], kind: str, status: str
) -> None:
    miniature.write(work / "own" / "config.json", json.dumps(CONFIG))
    found = ask("check_model", **arguments, **sources)
    (answer,) = found["answers"]
    assert (answer["kind"], answer["status"]) == (kind, status)
    assert re.search(rf"sglang 7\.7\.7: .* is {status}( \(|\.)", found["summary"])
    histories = Call().histories()
    expected = {name for name in (*histories.engines, *histories.awaited) if not is_plugin(name)}
    assert set(answer["engines"]) == expected
    assert [answer["steps"], *(each["steps"] for each in answer["engines"].values())] == [
        [] for _ in range(1 + len(answer["engines"]))
    ]
    assert [each["engine"] for each in found["sources"] if each["read"]] == ["transformers", "sglang"]


def test_the_answer_is_that_of_the_command(sources: dict[str, str], cli: Cli) -> None:
    options = ("--sglang", sources["sglang"], "--transformers", sources["transformers"], "--format", "json")
    for name in ("AlphaForCausalLM", "DeltaForCausalLM", "AlfaForCausalLM"):
        command = cli("check", name, *options).json
        found = ask("check_model", model=name, explain=True, **sources)
        assert found["answers"] == command["targets"]
        assert (found["sources"], found["notices"]) == (command["sources"], command["notices"])
    as_embedding = ask("check_model", model="AlphaForCausalLM", embedding=True, explain=True, **sources)
    command = cli("check", "AlphaForCausalLM", "--embedding", *options).json
    assert as_embedding["answers"] == command["targets"]


def test_a_name_that_nobody_knows_comes_with_those_that_are_like_it(sources: dict[str, str]) -> None:
    found = ask("check_model", model="ALPHAForCausalLM", **sources)
    assert [near["name"] for near in found["answers"][0]["near"]] == ["AlphaForCausalLM"]
    assert "Similar names: AlphaForCausalLM" in found["summary"]
    assert ask("check_model", model="ZzzzForCausalLM", **sources)["answers"][0]["near"] == []


def test_an_engine_that_has_it_is_named_where_this_one_does_not_run_it(sources: dict[str, str]) -> None:
    found = ask("check_model", model="FalconForCausalLM", **sources)
    assert "sglang 7.7.7: FalconForCausalLM is unsupported (" in found["summary"]
    assert "vllm 0.33.0: FalconForCausalLM is native (since " in found["summary"]
    assert (
        "vllm 0.33.0: AlphaForCausalLM is unsupported ("
        in ask("check_model", model="AlphaForCausalLM", **sources)["summary"]
    )


@pytest.mark.parametrize(
    ("engines", "status"),
    [
        (["vllm"], {"vllm": "native"}),
        (["vllm==0.8.3", "sglang@0.4.5.post1"], {"vllm": "fallback", "sglang": "unsupported"}),
    ],
)
def test_only_the_engines_that_are_named_are_asked(engines: list[str], status: dict[str, str]) -> None:
    found = ask("check_model", model="Qwen3ForCausalLM", engines=engines)
    assert {name: each["status"] for name, each in found["answers"][0]["engines"].items()} == status


def test_a_model_type_has_an_answer_for_each_of_its_architectures() -> None:
    found = ask("check_model", model="gemma3", engines=["sglang"])["answers"]
    assert [(each["kind"], each["model_type"], each["architectures"]) for each in found] == [
        ("model type", "gemma3", ["Gemma3ForConditionalGeneration"])
    ]


def test_what_is_no_text_for_the_wire_is_replaced(sources: dict[str, str]) -> None:
    for config in ({"architectures": ["A\ud800"]}, '{"architectures": ["A\\ud800"]}'):
        found = ask("check_model", config=config, **sources)
        assert found["answers"][0]["architectures"] == ["A\N{REPLACEMENT CHARACTER}"]
        assert json.dumps(found, ensure_ascii=False).encode()
    pair = ask("check_model", config='{"architectures": ["A\\ud83d\\ude00é"]}', **sources)
    assert pair["answers"][0]["architectures"] == ["A\N{GRINNING FACE}é"]


NESTED = "[" * 100_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "give either model"),
        ({"model": "A", "config": {}}, "give either model"),
        ({"model": ""}, "model: String should have at least 1 character. A model as people name it"),
        ({"model": 3}, "model: Input should be a valid string"),
        ({"modle": "A"}, "no argument 'modle' (did you mean 'model'?)"),
        ({"model": "<script>alert(1)</script>"}, "no such file or folder"),
        ({"model": "Not a name"}, "no model, architecture, model type or file is called"),
        ({"model": "A\x00B"}, "no model, architecture, model type or file is called"),
        ({"model": "A\x1b[31mB\n\nC"}, "no model, architecture, model type or file is called"),
        ({"model": "../../../../../../../../../../etc/passwd"}, "is not JSON"),
        ({"model": "/dev/zero"}, "is not a regular file"),
        ({"model": "A" * 5000}, "model: String should have at most 4096 characters"),
        ({"model": "A" * 4000}, "no model, architecture, model type or file is called"),
        ({"model": "x/" * 1000}, "no such file or folder"),
        ({"model": "owner/name"}, "offline"),
        ({"config": "{"}, "the config is not JSON"),
        ({"config": "[]"}, "the config holds a list"),
        ({"config": f'{{"a": {NESTED}'}, "nested too deeply"),
        ({"config": {"architectures": 3}}, "architectures"),
        ({"config": ["A"]}, "config: Input should be a valid dictionary. The content of a config.json"),
        ({"model": "A", "sglang": "nowhere at all"}, "nowhere at all"),
        ({"model": "A", "sglang": "git:ext::sh -c touch% x@main"}, "not an address that archtrack reads"),
        ({"model": "A", "sglang": "0.5.999"}, "offline"),
        ({"model": "A", "engines": ["vlm"]}, "no engine is called 'vlm'"),
        ({"model": "A", "engines": ["vllm", "vllm==0.8.3"]}, "vllm is named twice"),
        (
            {"model": "A", "sglang": ["https://me:secret@h/x"]},
            "sglang: Input should be a valid string. Where",
        ),
        ({"model": "A", "offline": "yes"}, "offline: Input should be a valid boolean"),
    ],
)
def test_what_can_not_be_checked_is_refused_in_one_line(
    sources: dict[str, str], work: Path, arguments: dict[str, Any], words: str
) -> None:
    said = refused("check_model", **{**sources, **arguments})
    assert words in said
    assert "secret" not in said
    assert list(work.iterdir()) == []


# -- model_history ---------------------------------------------------------------------------------


def test_the_history_is_that_of_the_command(cli: Cli) -> None:
    names = ["LlamaForCausalLM", "Olmo3ForCausalLM", "Olmo3ForCausalLM"]
    found = ask("model_history", architectures=names)
    command = cli("history", *names, "--format", "json").json
    assert [each["name"] for each in found["architectures"]] == ["LlamaForCausalLM", "Olmo3ForCausalLM"]
    for each in found["architectures"]:
        assert each["known"]
        assert each["category"] == "text"
        assert set(each["engines"]) == set(command["engines"])
        for engine, value in each["engines"].items():
            theirs = command["architectures"][each["name"]].get(engine, {"spans": []})["spans"]
            for span in theirs:
                states = span.pop("states")
                span.update(at=states[0]["at"], runs_as=states[-1]["runs_as"])
            assert value["spans"] == theirs


def test_one_engine_and_one_release_of_it_can_be_asked() -> None:
    def standing(**arguments: Any) -> tuple[Any, ...]:
        found = ask("model_history", architectures=["Qwen3ForCausalLM"], engine="sglang", **arguments)
        assert list(found["engines"]) == ["sglang"]
        (architecture,) = found["architectures"]
        value = architecture["engines"]["sglang"]
        return value["standing"]["status"], value["standing"]["version"], found["summary"]

    status, version, words = standing(version="0.4.1")
    assert (status, version) == ("unsupported", "0.4.1")
    assert words == "Qwen3ForCausalLM: not in sglang 0.4.1. sglang registers it from 0.4.5.post2 on."
    status, version, words = standing(version="v0.5.9")
    assert (status, version) == ("native", "0.5.9")
    assert words == "Qwen3ForCausalLM: sglang since 0.4.5.post2 (2025-04-20)."
    gone = ask("model_history", architectures=["FalconForCausalLM"], engine="lmdeploy")["summary"]
    assert re.fullmatch(
        r"FalconForCausalLM: gone from lmdeploy \S+\. lmdeploy registers it from \S+ to 0\.7\.3\.", gone
    )
    assert standing()[0] == standing(version="latest")[0] == "native"


def test_an_engine_that_cannot_tell_is_not_said_to_lack_it() -> None:
    found = ask("model_history", architectures=["NobodysForCausalLM", "LLama9ForCausalLM"])
    nobody, llama = found["architectures"]
    assert (nobody["known"], llama["known"]) == (False, False)
    assert "LlamaForCausalLM" in llama["near"]
    assert nobody["near"] == []
    assert nobody["engines"]["mlx-lm"]["standing"]["status"] == "unknown"
    assert "not known of ctranslate2 " in found["summary"]
    assert "not in exllamav3" in found["summary"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "architectures: Field required. Class names"),
        ({"architectures": []}, "architectures: List should have at least 1 item"),
        ({"architectures": "LlamaForCausalLM"}, "architectures: Input should be a valid list"),
        ({"architectures": ["A"] * 21}, "architectures: List should have at most 20 items"),
        ({"architectures": ["A" * 300]}, "architectures: String should have at most 200 characters"),
        ({"architectures": ["org/no-such"]}, "check_model takes configs"),
        ({"architectures": ["A\x00"]}, "is no architecture's name"),
        ({"architectures": ["<b>A</b>"]}, "is no architecture's name"),
        (
            {"architectures": ["A"], "engine": "vlm"},
            "no engine is called 'vlm'; did you mean vllm?",
        ),
        ({"architectures": ["A"], "engine": "vlm"}, "did you mean vllm?"),
        ({"architectures": ["A"], "engine": "../../x"}, "no engine is called"),
        ({"architectures": ["A"], "engine": "tensorrt-llm"}, "there is no history of tensorrt-llm"),
        ({"architectures": ["A"], "version": "0.5.9"}, "set engine too"),
        (
            {"architectures": ["A"], "engine": "sglang", "version": "0.5.9999"},
            "has no release 0.5.9999; the nearest are",
        ),
        ({"architectures": ["A"], "engine": "sglang", "version": "9" * 150}, "has no release"),
        ({"architectures": ["A"], "engine": "sglang", "version": "../.."}, "is not a release"),
    ],
)
def test_a_meaningless_question_about_the_history_is_refused(arguments: dict[str, Any], words: str) -> None:
    assert words in refused("model_history", **arguments)


# -- list_architectures ----------------------------------------------------------------------------


def test_what_a_release_registers_comes_from_the_history_page_by_page(cli: Cli) -> None:
    history = cli("history", "--engine", "exllamav3", "--at", "latest", "--format", "json").json
    command = history["architectures"]
    rows, offset, pages = [], 0, 0
    while True:
        found = ask("list_architectures", engine="exllamav3", limit=20, offset=offset)
        assert found["returned"] == len(found["architectures"]) <= 20
        assert (found["total"], found["from"], found["sources"]) == (len(command), "history", [])
        rows += found["architectures"]
        pages += 1
        assert found["truncated"] == (found["next_offset"] is not None)
        if not found["truncated"]:
            break
        assert f"call again with offset: {found['next_offset']}" in found["summary"]
        offset = found["next_offset"]
    assert pages > 1
    assert [row["name"] for row in rows] == list(command)
    assert [row["file"] for row in rows] == [entry["file"] for entry in command.values()]
    assert sum(found["counts"]["category"].values()) == sum(row["category"] is not None for row in rows)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, set(miniature.ROWS)),
        ({"engine": "sglang"}, {name for name, (_, status) in miniature.ROWS.items() if status == "native"}),
        ({"engine": "transformers", "status": ["native"]}, {"BetaForCausalLM"}),
        ({"status": ["refused"]}, {"DeltaForCausalLM", "DeltaForConditionalGeneration"}),
        ({"status": ["fallback"], "category": ["text"]}, set()),
        ({"category": ["multimodal"]}, {"SightForConditionalGeneration"}),
        ({"name": "beta"}, {name for name in miniature.ROWS if name.startswith("Beta")}),
        ({"name": "*forcausallm"}, {"AlphaForCausalLM", "BetaForCausalLM", "DeltaForCausalLM"}),
        ({"name": ["alpha", "sight"]}, {"AlphaForCausalLM", "SightForConditionalGeneration"}),
        ({"name": "<script>"}, set()),
        ({"name": "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"}, set()),
        ({"name": "["}, set()),
    ],
)
def test_what_the_sources_say_can_be_filtered(
    sources: dict[str, str], arguments: dict[str, Any], expected: set[str]
) -> None:
    found = ask("list_architectures", **arguments, **sources)
    assert found["from"] == "sources"
    assert {row["name"] for row in found["architectures"]} == expected
    assert found["total"] == len(expected)
    for row in found["architectures"]:
        assert (row["category"], row["status"]) == miniature.ROWS[row["name"]]
        assert re.fullmatch(r"\S+\.py:\d+", row["at"])
    assert ("None of" in found["summary"]) == (not expected)


def test_the_answer_never_holds_more_than_the_limit() -> None:
    whole = ask("list_architectures", engine="transformers")
    assert (len(whole["architectures"]), whole["truncated"]) == (50, True)
    assert len(json.dumps(ask("list_architectures", engine="transformers", limit=500))) < 150_000
    behind = ask("list_architectures", engine="transformers", offset=10**6)
    assert (behind["returned"], behind["truncated"], behind["next_offset"]) == (0, False, None)
    assert "behind the last" in behind["summary"]
    one = ask("list_architectures", name="LLama9ForCausallLM", engine="vllm")
    assert one["total"] == 0
    assert "LlamaForCausalLM" in one["summary"]


def test_arguments_are_taken_as_json_schema_takes_them() -> None:
    whole = ask("list_architectures", limit=2, offset=0)
    assert ask("list_architectures", limit=2.0, offset=None, status=None) == whole
    assert len(whole["architectures"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"limit": 0}, "limit: Input should be greater than or equal to 1. Entries of one answer"),
        ({"limit": 501}, "limit: Input should be less than or equal to 500"),
        ({"limit": 1.5}, "limit: Input should be a valid integer"),
        ({"limit": True}, "limit: Input should be a valid integer"),
        ({"offset": -1}, "offset: Input should be greater than or equal to 0"),
        ({"status": ["natve"]}, "did you mean 'native'?"),
        ({"status": []}, "status: List should have at least 1 item"),
        ({"category": ["vision"]}, "category: Input should be 'text', 'embedding' or 'multimodal'"),
        ({"from": "hisotry"}, "did you mean 'history'?"),
        ({"from": "history", "status": ["native"]}, "the history does not know status"),
        ({"from": "sources", "version": "0.5.9"}, "version goes with the history"),
        ({"status": ["native"], "engine": "vllm"}, "status and sources are for sglang and transformers"),
        ({"engine": "sglan"}, "did you mean sglang?"),
        ({"engine": "A" * 200}, "no engine is called"),
        ({"name": "A" * 201}, "name: String should have at most 200 characters"),
        ({"name": ["A"] * 21}, "name: List should have at most 20 items"),
        ({"from": "sources"}, "offline"),
    ],
)
def test_a_list_that_cannot_be_given_is_refused(arguments: dict[str, Any], words: str) -> None:
    assert words in refused("list_architectures", **arguments)


# -- update_document -------------------------------------------------------------------------------


def test_nothing_is_written_unless_it_is_asked_for(sources: dict[str, str], work: Path) -> None:
    looked = ask("update_document", **sources)
    assert (looked["changed"], looked["created"], looked["written"]) == (True, True, False)
    assert looked["totals"]["added"] == len(miniature.ROWS)
    assert "Nothing was written. Call again with write: true" in looked["summary"]
    assert list(work.iterdir()) == []
    written = ask("update_document", write=True, **sources)
    assert (written["changed"], written["created"], written["written"]) == (True, True, True)
    text = (work / DOCUMENT).read_text(encoding="utf-8")
    assert written["diff"]["text"] == looked["diff"]["text"]
    added = [line[1:] for line in written["diff"]["text"].splitlines()[3:]]
    assert added == text.splitlines()
    again = ask("update_document", write=True, **sources)
    assert (again["changed"], again["written"], again["diff"]["text"]) == (False, False, "")
    assert "nothing to write" in again["summary"]


def test_the_report_is_that_of_the_command_and_the_document_too(
    sources: dict[str, str], trees: Any, work: Path, cli: Cli
) -> None:
    options = ("--sglang", sources["sglang"], "--transformers", sources["transformers"])
    ask("update_document", write=True, **sources)
    trees.models.joinpath("alpha.py").rename(trees.models / "omega.py")
    trees.models.joinpath("pooled.py").unlink()
    trees.register("GammaForCausalLM", file="gamma.py")
    for flags in ({}, {"refresh": True}, {"prune": True}, {"refresh": True, "prune": True}):
        given = (f"--{flag}" for flag in flags)
        command = cli("update", *options, "--check", "--format", "json", *given).json
        found = ask("update_document", **flags, **sources)
        assert found["changed"]
        for key in command.keys() & found.keys():
            assert found[key] == command[key], key
    assert ask("update_document", **sources)["totals"]["stale"] == 2
    before = (work / DOCUMENT).read_bytes()
    ask("update_document", write=True, refresh=True, prune=True, **sources)
    ours = (work / DOCUMENT).read_bytes()
    (work / DOCUMENT).write_bytes(before)
    cli("update", *options, "--refresh", "--prune")
    assert (work / DOCUMENT).read_bytes() == ours != before


def test_a_row_moved_by_hand_is_not_said_to_be_wrong(sources: dict[str, str], trees: Any, work: Path) -> None:
    ask("update_document", write=True, **sources)
    path = work / DOCUMENT
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(line for line in lines if line.startswith("| **AlphaForCausalLM**"))
    lines.remove(row)
    place = next(index for index, line in enumerate(lines) if line.startswith("| **SightFor"))
    path.write_text("".join([*lines[:place], row, *lines[place:]]), encoding="utf-8")
    moved = ask("update_document", **sources)
    assert [each["changes"] for each in moved["stale"]] == [["category"]]
    assert "Out of date" not in moved["summary"]
    trees.models.joinpath("pooled.py").unlink()
    assert "Out of date and unchanged: 1 row;" in ask("update_document", **sources)["summary"]


def test_lists_and_diff_are_cut_where_it_is_said_and_the_totals_are_not(sources: dict[str, str]) -> None:
    found = ask("update_document", limit=2, diff_lines=5, **sources)
    assert (len(found["added"]), found["totals"]["added"]) == (2, len(miniature.ROWS))
    assert (len(found["diff"]["text"].splitlines()), found["diff"]["truncated"]) == (5, True)
    assert found["diff"]["lines"] > 30
    assert found["truncated"]
    assert "The answer is cut" in found["summary"]
    whole = ask("update_document", **sources)
    assert not whole["truncated"]
    assert "The answer is cut" not in whole["summary"]
    assert ask("update_document", limit=0, diff_lines=0, **sources)["added"] == []


def test_a_diff_of_endless_lines_is_cut(sources: dict[str, str], work: Path) -> None:
    ask("update_document", write=True, **sources)
    path = work / DOCUMENT
    text = path.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if "**AlphaForCausalLM**" in line)
    wrong = f"{row.replace('| Y |', '|  |')} {'x' * 100_000} |"
    path.write_text(text.replace(row, wrong), encoding="utf-8")
    found = ask("update_document", refresh=True, **sources)
    assert found["totals"]["refreshed"] == 1
    assert (len(found["diff"]["text"]), found["diff"]["truncated"]) == (60_000, True)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("../{0}", "is outside"),
        ("/tmp/{0}", "is outside"),  # noqa: S108 - nothing is written there
        ("sub/../../{0}", "is outside"),
        ("link/{0}", "is outside"),
        ("link.md", "is outside"),
        ("a\x00.md", "is not a file path"),
        ("x" * 4000 + ".md", ""),
        ("loop.md", ""),
        ("x" * 5000, "document: String should have at most 4096 characters"),
        (".git/hooks/pre-commit", "is not a Markdown file"),
        ("archtrack.py", "is not a Markdown file"),
        ("", "document: String should have at least 1 character"),
        (".", "is not a Markdown file"),
        ("NOTES.md", "none of the headings"),
        ("folder.md", ""),
        ("nowhere/new.md", ""),
        ("<img src=x>.txt", "is not a Markdown file"),
    ],
)
def test_nothing_but_a_document_inside_is_ever_written(
    sources: dict[str, str], work: Path, document: str, words: str
) -> None:
    outside = work.parent / "outside"
    outside.mkdir()
    (work / "link").symlink_to(outside)
    (work / "link.md").symlink_to(outside / "new.md")
    (work / "loop.md").symlink_to("loop.md")
    (work / "sub").mkdir()
    (work / "folder.md").mkdir()
    (work / "NOTES.md").write_text("# Notes\n\nof mine\n", encoding="utf-8")
    before = sorted(map(str, work.parent.rglob("*")))
    said = refused("update_document", write=True, document=document.format(DOCUMENT), **sources)
    assert words in said
    after = sorted(str(path) for path in work.parent.rglob("*") if "cache" not in path.parts)
    assert after == [path for path in before if "/cache" not in path]
    assert (work / "NOTES.md").read_text(encoding="utf-8") == "# Notes\n\nof mine\n"


def test_a_document_inside_is_written_also_the_configured_one_with_another_ending(
    sources: dict[str, str], work: Path
) -> None:
    assert ask("update_document", document="docs.md", write=True, **sources)["written"]
    assert ask("update_document", document=str(work / "whole.md"), write=True, **sources)["written"]
    miniature.write(work / "archtrack.toml", 'document = "SUPPORT.txt"\n')
    assert ask("update_document", write=True, **sources)["document"] == "SUPPORT.txt"
    assert not ask("update_document", document="SUPPORT.txt", **sources)["changed"]
    assert "not a Markdown file" in refused("update_document", document="OTHER.txt", **sources)
    there = ["SUPPORT.txt", "archtrack.toml", "docs.md", "whole.md"]
    assert sorted(path.name for path in work.iterdir()) == there


def test_a_document_above_the_working_directory_is_not_touched(
    sources: dict[str, str], work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("update_document", write=True, **sources)
    (work / ".git").mkdir()
    (work / "below").mkdir()
    monkeypatch.chdir(work / "below")
    assert "is outside" in refused("update_document", **sources)


def test_what_looks_implausible_is_left_to_a_person(sources: dict[str, str], trees: Any, work: Path) -> None:
    ask("update_document", write=True, **sources)
    before = (work / DOCUMENT).read_bytes()
    for file in ("beta.py", "pooled.py", "sight.py"):
        trees.models.joinpath(file).unlink()
    said = refused("update_document", write=True, **sources)
    assert "only a person can do that, with `archtrack update --force`" in said
    assert "no argument 'force'" in refused("update_document", force=True, **sources)
    assert (work / DOCUMENT).read_bytes() == before


def test_a_fault_of_archtrack_itself_is_told_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("at\nfault https://user:secret@example.org/x")

    monkeypatch.setattr("archtrack.mcp.model_history.nearest", broken)
    said = refused("model_history", architectures=["NobodysForCausalLM"])
    assert "a bug in archtrack (ZeroDivisionError);" in said
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err, "example.org" in err, "secret" in said + err) == ("", True, True, False)


ADDRESS = "git:https://user:secret@127.0.0.1:1/x@main"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (name, {argument: value})
        for name, argument in (
            ("check_model", "model"),
            ("check_model", "sglang"),
            ("check_model", "config"),
            ("model_history", "engine"),
            ("model_history", "architectures"),
            ("list_architectures", "engine"),
            ("list_architectures", "version"),
            ("list_architectures", "name"),
            ("list_architectures", "status"),
            ("list_architectures", "from"),
            ("update_document", "document"),
            ("update_document", "transformers"),
        )
        for value in (ADDRESS, [ADDRESS], ADDRESS + "/" * 80, ADDRESS.removeprefix("git:"))
    ],
)
def test_no_refusal_quotes_a_password(name: str, arguments: dict[str, Any], capsys: Any) -> None:
    if name == "model_history":
        arguments = {"architectures": ["LlamaForCausalLM"]} | arguments
    if "version" in arguments:
        arguments = {"engine": "sglang"} | arguments
    answer = TOOLS[name].answer(arguments, Call(offline=True))
    assert "secret" not in answer.model_dump_json() + "".join(capsys.readouterr())


def test_the_data_is_read_anew_only_if_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sglang.json"
    text = (SHIPPED / "sglang.json").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    read = []

    def told(path: Path, read_data: Any = store.read_data) -> bytes:
        read.append(path)
        found: bytes = read_data(path)
        return found

    monkeypatch.setattr(store, "read_data", told)

    def total() -> int:
        answer = TOOLS["list_architectures"].answer({}, Call(offline=True, data=path))
        assert answer.structured_content is not None
        return int(answer.structured_content["total"])

    before = total()
    assert [total() for _ in range(5)] == [before] * 5
    assert len(read) == 1
    path.write_text(text + " ", encoding="utf-8")
    assert total() == before
    assert len(read) == 2
