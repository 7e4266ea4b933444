"""``archtrack check`` by the data that is shipped: which engines answer, at which release, and what would help."""

from __future__ import annotations

import json
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.core.history.data_file import write_history
from archtrack.data import HISTORY
from archtrack.data import HISTORY as SHIPPED
from archtrack.engines import load_engine, own_engines
from made_history import made_history, release

if TYPE_CHECKING:
    from pathlib import Path

    from miniature import Cli, Conforms

ENGINES = sorted(
    path.stem
    for path in SHIPPED.glob("*.json")
    if path.stem != "schema" and load_engine(path.stem).about.adds_to is None
)
AWAITED = {name: "unknown" for name in own_engines() if not (SHIPPED / f"{name}.json").exists()}
"""Of which there is no data yet."""
WITH_PLUGINS = sorted([*ENGINES, "tpu-inference", "vllm-rbln"])
"""With the plugins of vLLM that register Qwen3ForCausalLM."""
QWEN3 = {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}
LLAMA4 = {"architectures": ["Llama4ForConditionalGeneration"], "model_type": "llama4"}


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is opened: to try is a fault."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def config(path: Path, values: dict[str, Any]) -> Path:
    return miniature.write(path, json.dumps(values))


@pytest.mark.parametrize("offline", ["1", ""])
@pytest.mark.usefixtures("no_socket")
def test_without_engine_every_engine_answers_and_nothing_is_fetched(
    cli: Cli, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conforms: Conforms, offline: str
) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", offline)
    config(work / "config.json", QWEN3)
    done = cli("check", "Qwen3ForCausalLM", "./config.json", "--format", "json")
    assert (done.code, done.err) == (0, "")
    conforms(done.json, "check")
    for target in done.json["targets"]:
        assert {name: each["status"] for name, each in target["engines"].items()} == {
            **dict.fromkeys(WITH_PLUGINS, "native"),
            **AWAITED,
        }
    assert [(each["engine"], each["read"]) for each in done.json["sources"]] == [
        (name, False) for name in WITH_PLUGINS
    ]
    assert not list((tmp_path / "cache").rglob("*.whl"))


@pytest.mark.parametrize(
    ("engine", "version", "status", "gate"),
    [
        ("vllm", None, "native", None),
        ("vllm==0.8.4", "0.8.4", "native", None),
        ("vllm@0.8.4", "0.8.4", "native", None),
        ("vllm@v0.8.4", "0.8.4", "native", None),
        ("vllm@latest", None, "native", None),
        ("vllm==0.7.0", "0.7.0", "unsupported", "config"),
        ("sglang==0.4.5", "0.4.5", "unsupported", None),
        ("mlx-lm==0.23.0", "0.23.0", "unsupported", None),
        ("transformers==4.50.0", "4.50.0", "unsupported", None),
        ("transformers==4.51.0", "4.51.0", "native", None),
    ],
)
@pytest.mark.usefixtures("no_socket")
def test_an_engine_is_asked_at_the_release_that_is_named(
    cli: Cli, work: Path, engine: str, version: str | None, status: str, gate: str | None
) -> None:
    config(work / "config.json", QWEN3)
    (target,) = cli("check", "config.json", "--engine", engine, "--format", "json").json["targets"]
    ((name, answer),) = target["engines"].items()
    assert engine.startswith(name)
    assert answer["status"] == status
    assert version in {None, answer["version"]}
    assert gate in {None, answer["gate"]}


@pytest.mark.parametrize(
    ("engines", "code", "words"),
    [
        (
            ["vlm"],
            2,
            "no engine is called 'vlm'; did you mean vllm?",
        ),
        (["vllm", "vllm"], 2, "--engine vllm is named twice"),
        (["vllm", "vllm==0.8.4"], 2, "--engine vllm is named twice"),
        (["vllm@0.8.4", "sglang", "vllm==0.8.5"], 2, "--engine vllm is named twice"),
        (["vllm=="], 2, "the version is empty"),
        (["vllm@"], 2, "the source is empty"),
        (["vllm==99"], 3, "vllm 99"),
        (["vllm@./nowhere"], 3, "nowhere"),
        (["vllm@installed"], 3, "installed"),
        (["llama-cpp==0.3.1"], 3, "offline"),
        (["llama.cpp==b5400"], 2, "has no release b5400; the nearest are b"),
        (["llama.cpp==2026-01-02"], 2, "has no release 2026-01-02; `archtrack history refresh"),
        (["llama-cpp@."], 3, "conversion/__init__.py"),
        (["sglang@git:./nowhere@main"], 3, "nowhere"),
    ],
)
def test_an_engine_that_cannot_be_asked_is_said_in_one_line(
    cli: Cli, engines: list[str], code: int, words: str
) -> None:
    done = cli("check", "Qwen3ForCausalLM", *(word for each in engines for word in ("--engine", each)))
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert done.err.count("\n") == 1


def test_a_folder_a_commit_and_an_installed_copy_are_read(
    cli: Cli, trees: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    miniature.install(site, trees.sglang / "python" / "sglang", "7.7.7", "transformers==9.9.9")
    monkeypatch.syspath_prepend(str(site))
    commit = miniature.commit(trees.sglang)
    for spec in (trees.sglang, f"git:{trees.sglang}@{commit}", "installed"):
        done = cli(
            "check", "AlphaForCausalLM", "--engine", f"sglang@{spec}", "--engine", "vllm",
            "--transformers", trees.transformers, "--format", "json",
        )  # fmt: skip
        assert done.code == 0, done.err
        found = done.json["targets"][0]["engines"]
        assert {name: (each["version"], each["status"]) for name, each in found.items()} == {
            "sglang": ("7.7.7", "native"),
            "vllm": (found["vllm"]["version"], "unsupported"),
        }, spec


def test_the_transformers_that_is_named_is_asked_for_every_engine(cli: Cli, trees: Any) -> None:
    done = cli(
        "check", "BetaForSequenceClassification", "--transformers", trees.transformers, "--format", "json"
    )
    assert done.code == 0, done.err
    found = done.json["targets"][0]["engines"]
    assert list(found) == [*ENGINES, *AWAITED]
    assert (found["transformers"]["version"], found["transformers"]["status"]) == ("9.9.9", "native")
    assert [each["engine"] for each in done.json["sources"] if each["read"]] == ["transformers"]


def test_imports_that_cannot_be_looked_at_leave_it_open_and_say_why(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    named = ("--engine", "sglang==0.5.9", "--transformers", "4.50.0")
    done = cli("check", "LlamaForCausalLM", *named, "--format", "json")
    (target,) = done.json["targets"]
    assert target["engines"]["sglang"]["status"] == "unknown"
    assert "was not looked at" in target["engines"]["sglang"]["because"]["text"]
    assert "The imports of sglang 0.5.9 were not checked: " in done.err


def test_llama_cpp_is_read_from_a_folder(cli: Cli, tmp_path: Path) -> None:
    root = tmp_path / "llama.cpp"
    text = '@ModelBase.register("Qwen3ForCausalLM")\nclass Qwen3Model(ModelBase):\n    model_arch = gguf.MODEL_ARCH.Q\n'
    miniature.write(root / "convert_hf_to_gguf.py", f"class ModelBase:\n    pass\n\n\n{text}")
    miniature.write(root / "gguf-py/gguf/constants.py", 'MODEL_ARCH_NAMES = {MODEL_ARCH.Q: "q"}\n')
    table = 'std::map<llm_arch, const char *> LLM_ARCH_NAMES = {{ LLM_ARCH_Q, "q" }};\n'
    miniature.write(root / "src/llama-arch.cpp", table)
    names = ("Qwen3ForCausalLM", "NopeForCausalLM")
    done = cli("check", *names, "--engine", f"llama-cpp@{root}", "--format", "json")
    assert done.code == 0, done.err
    found = [each["engines"]["llama-cpp"] for each in done.json["targets"]]
    assert [(each["status"], each["runs_as"], each["since_exact"], each["fix"]) for each in found] == [
        ("native", "q", False, None), ("unsupported", None, None, None)
    ]  # fmt: skip


# -- targets ---------------------------------------------------------------------------------------


def adapter(folder: Path, base: object) -> None:
    miniature.write(folder / "adapter_config.json", json.dumps({"base_model_name_or_path": base}))


def test_the_folder_of_an_adapter_answers_for_its_base_model(cli: Cli, work: Path) -> None:
    config(work / "base" / "config.json", QWEN3)
    adapter(work / "adapter", "../base")
    for target in ("adapter", "adapter/adapter_config.json"):
        (answer,) = cli("check", target, "--engine", "vllm", "--format", "json").json["targets"]
        assert (answer["target"], answer["kind"], answer["architectures"]) == (
            target,
            "config",
            ["Qwen3ForCausalLM"],
        )
    config(work / "adapter" / "config.json", {"architectures": ["LlamaForCausalLM"], "model_type": "llama"})
    (answer,) = cli("check", "adapter", "--engine", "vllm", "--format", "json").json["targets"]
    assert answer["architectures"] == ["LlamaForCausalLM"]


@pytest.mark.parametrize(
    ("base", "words"),
    [
        (None, "names no base model"),
        (7, "names no base model"),
        ("  ", "names no base model"),
        ("a" * 300, "names no base model"),
        ("nowhere here", "is neither a folder nor a repository"),
        ("owner/name", "its base model cannot be read: owner/name: offline"),
        (".", "is neither a folder nor a repository"),
    ],
)
def test_an_adapter_without_a_base_model_is_said_to_have_none(
    cli: Cli, work: Path, base: object, words: str
) -> None:
    adapter(work / "adapter", base)
    done = cli("check", "adapter")
    assert (done.code, done.out) == (3, "")
    assert words in done.err


def test_an_adapter_s_config_is_read_up_to_a_bound(cli: Cli, work: Path) -> None:
    (work / "adapter").mkdir()
    with (work / "adapter" / "adapter_config.json").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    done = cli("check", "adapter")
    assert (done.code, done.err.count("\n")) == (3, 1)


@pytest.mark.parametrize(
    ("text", "kind", "architectures"),
    [
        ("Qwen3ForCausalLM", "architecture", [["Qwen3ForCausalLM"]]),
        ("qwen3", "model type", [["Qwen3ForCausalLM"]]),
        ("gemma3", "model type", [["Gemma3ForConditionalGeneration"]]),
        ("llama4", "model type", [["Llama4ForCausalLM"], ["Llama4ForConditionalGeneration"]]),
        ("QWEN4ForCausalLM", "architecture", [["QWEN4ForCausalLM"]]),
    ],
)
def test_a_name_is_an_architecture_or_a_model_type(
    cli: Cli, text: str, kind: str, architectures: list[list[str]]
) -> None:
    found = cli("check", text, "--engine", "vllm", "--format", "json").json["targets"]
    assert [(each["target"], each["kind"]) for each in found] == [(text, kind)] * len(architectures)
    assert sorted(each["architectures"] for each in found) == architectures


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        # Of MLX-LM alone: nothing gives it an architecture.
        ("plamo2", ("unknown", "unknown", "native")),
        # Of engines: models of the index say which architecture it has.
        ("kimi_k2", ("native", "native", "native")),
        ("qwen3", ("native", "native", "native")),
    ],
)
def test_a_model_type_without_architecture_is_no_config_without_one(
    cli: Cli, work: Path, text: str, statuses: tuple[str, ...]
) -> None:
    engines = ("sglang", "vllm", "mlx-lm")
    options = [word for name in engines for word in ("--engine", name)]
    found = cli("check", text, *options, "--format", "json").json["targets"][0]["engines"]
    assert tuple(found[name]["status"] for name in engines) == statuses
    config(work / "config.json", {"model_type": text})
    (target,) = cli("check", "config.json", *options, "--format", "json").json["targets"]
    assert (target["status"], target["engines"]["mlx-lm"]["status"]) == ("unsupported", "native")


# -- what would help -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "engine", "status", "fix"),
    [
        (QWEN3, "vllm==0.8.4", "native", None),
        (QWEN3, "vllm==0.7.0", "unsupported", "upgrade to vllm 0.8.3"),
        (QWEN3, "sglang==0.4.5", "unsupported", "upgrade to sglang 0.4.5.post2"),
        (QWEN3, "transformers==4.50.0", "unsupported", "upgrade to transformers 4.51.0"),
        ({"architectures": ["NopeForCausalLM"], "model_type": "nope"}, "vllm", "unsupported", None),
    ],
)
def test_what_would_help_is_named(
    cli: Cli, work: Path, values: dict[str, Any], engine: str, status: str, fix: str | None
) -> None:
    config(work / "config.json", values)
    (target,) = cli("check", "config.json", "--engine", engine, "--format", "json").json["targets"]
    (answer,) = target["engines"].values()
    assert (answer["status"], answer["fix"]) == (status, fix)
    line = cli("check", "config.json", "--engine", engine).lines[1]
    assert (fix or "upgrade") in line or fix is None


def test_what_is_gone_has_its_last_release(cli: Cli) -> None:
    (target,) = cli("check", "FalconForCausalLM", "--engine", "lmdeploy", "--format", "json").json["targets"]
    answer = target["engines"]["lmdeploy"]
    assert (answer["status"], answer["last"]) == ("gone", "0.7.3")
    assert answer["fix"] == "use lmdeploy 0.7.3, the last release that has it"
    assert "until 0.7.3" in cli("check", "FalconForCausalLM", "--engine", "lmdeploy").out
    (target,) = cli("check", "FalconForCausalLM", "--engine", "lmdeploy==0.7.3", "--format", "json").json[
        "targets"
    ]
    answer = target["engines"]["lmdeploy"]
    assert (answer["status"], answer["fix"]) == ("native", None)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["Qwen3ForCausalLM", "--require", "native"], 0),
        (["NopeForCausalLM", "--require", "native"], 1),
        (["FalconForCausalLM", "--require", "native", "--engine", "vllm"], 0),
        (["FalconForCausalLM", "--require", "native", "--engine", "vllm", "--engine", "lmdeploy"], 1),
        (["FalconForCausalLM", "--require", "native"], 1),  # of all engines SGLang counts
        (["Qwen3ForCausalLM", "gone/config.json", "--require", "native", "--engine", "vllm"], 3),
        (["no name", "--require", "native", "--engine", "vllm"], 2),
    ],
)
def test_what_is_required_counts_for_the_engines_that_are_chosen(
    cli: Cli, arguments: list[str], code: int
) -> None:
    assert cli("check", *arguments).code == code


# -- logs ------------------------------------------------------------------------------------------

VLLM_LOG = "ValueError: Model architectures ['FooForCausalLM'] are not supported for now. Supported architectures: x\n"
FALLS_BACK = "Olmo3ForCausalLM has no vLLM implementation, falling back to Transformers implementation.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-8-sig"])
def test_a_log_is_answered_by_the_engine_whose_it_is_first(cli: Cli, work: Path, encoding: str) -> None:
    (work / "server.log").write_bytes(FALLS_BACK.encode(encoding))
    found = cli("check", "--log", "server.log", "--format", "json").json
    (message,) = found["messages"]
    assert (message["engine"], message["kind"]) == ("vllm", "fallback")
    assert found["targets"] == message["targets"]
    others = (name for name in [*ENGINES, *AWAITED] if name != "vllm")
    assert list(found["targets"][0]["engines"]) == ["vllm", *others]


@pytest.mark.parametrize("text", ["", "all is well\n", "KeyError: 'no_such_key'\n"])
def test_a_log_that_names_nothing_known_is_no_error(cli: Cli, work: Path, text: str) -> None:
    miniature.write(work / "server.log", text)
    done = cli("check", "--log", "server.log")
    assert (done.code, done.err) == (0, "")
    assert done.out
    assert cli("check", "--log", "server.log", "--format", "json").json["targets"] == []


# -- looks -----------------------------------------------------------------------------------------


def test_colours_are_for_a_terminal_alone(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    call = ("check", "Qwen3ForCausalLM", "NopeForCausalLM")
    assert "\x1b" not in cli(*call).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    coloured = cli(*call).out
    assert "\x1b[32mnative" in coloured
    assert "\x1b[31munsupported" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in cli(*call).out


# -- other data ------------------------------------------------------------------------------------


def test_data_of_one_engine_has_answers_of_that_one(cli: Cli, tmp_path: Path, conforms: Conforms) -> None:
    folder = tmp_path / "one"
    miniature.write(folder / "vllm.json", HISTORY.joinpath("vllm.json").read_text(encoding="utf-8"))
    done = cli("check", "Qwen3ForCausalLM", "qwen3", "--data", folder, "--format", "json")
    assert done.code == 0, done.err
    conforms(done.json, "check")
    assert "vllm" in done.json["targets"][0]["engines"]
    assert done.json["targets"][0]["engines"]["vllm"]["status"] == "native"


def test_a_history_without_a_release_that_could_be_read_leaves_no_answer_and_no_fault(
    cli: Cli, tmp_path: Path
) -> None:
    history = made_history([release("1", unknown="it is no archive")], {}, engine="vllm", floor="1")
    path = miniature.write(tmp_path / "vllm.json", write_history(history))
    assert history.newest is None
    done = cli("check", "Qwen3ForCausalLM", "--data", path, "--format", "json")
    assert done.code in {0, 3}, done.err
    assert "Traceback" not in done.err


def test_data_of_format_one_is_told_to_be_updated(cli: Cli, tmp_path: Path) -> None:
    data = json.loads(HISTORY.joinpath("vllm.json").read_text(encoding="utf-8"))
    path = miniature.write(tmp_path / "vllm.json", json.dumps({**data, "schema_version": 1}))
    done = cli("check", "Qwen3ForCausalLM", "--data", path)
    assert (done.code, done.out) == (3, "")
    assert "archtrack data update" in done.err


@pytest.mark.parametrize("engine", ["sglang", "vllm", "lmdeploy", "mlx-lm", "exllamav3"])
@pytest.mark.parametrize("wrong", ["x", 7, ["x"], {"line": "x"}])
def test_rules_and_rows_that_nobody_can_follow_are_no_fault_of_archtrack(
    cli: Cli, tmp_path: Path, engine: str, wrong: object
) -> None:
    """Only the adapter knows what they should be: data that is handed in may hold anything there."""
    data = json.loads((HISTORY / f"{engine}.json").read_text(encoding="utf-8"))
    for state in data["rules"]:
        state["rules"] = dict.fromkeys(state["rules"], wrong)
    for rows in data["tables"].values():
        for spans in rows.values():
            spans[:] = [
                [first, last, [[*state[:2], wrong] for state in states]] for first, last, states in spans
            ]
    path = miniature.write(tmp_path / "data" / f"{engine}.json", json.dumps(data))
    for target in (
        "Qwen3ForCausalLM",
        config(tmp_path / "config.json", {**LLAMA4, "quantization_config": {"quant_method": "awq"}}),
    ):
        done = cli("check", target, "--data", path)
        assert done.code in {0, 3}
        assert done.code == 0 or "cannot be followed" in done.err
