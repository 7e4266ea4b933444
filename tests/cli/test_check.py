"""``archtrack check``."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Release
from made_history import made_history
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOADER = """\
def _is_moe_model(model_config, architectures):
    expert_attrs = ("num_experts", "num_local_experts")
    return any(getattr(model_config, each, None) for each in expert_attrs)


def _get_transformers_backend_arch(model_config, architectures):
    return "TransformersForCausalLM"


def resolve_transformers_arch(model_config, architectures):
    for arch in architectures:
        model_module = getattr(transformers, arch, None)
        if model_module is None:
            raise ValueError("Cannot find model module.")
        if not model_module.is_backend_compatible():
            raise ValueError("not compatible")


def get_model_architecture(model_config):
    return resolve_transformers_arch(model_config, model_config.architectures)
"""
DRAFTS = """

class ModelConfig:
    def _config_draft_model(self):
        is_draft_model = self.is_draft_model
        if is_draft_model and self.hf_config.architectures[0] == "BetaForCausalLM":
            self.hf_config.architectures[0] = "BetaForCausalLMNextN"
"""
OWN_CONFIG = """\
class FormerConfig(PretrainedConfig):
    model_type = "former"

    def __init__(self, **kwargs):
        self.architectures = ["AlphaForCausalLM"]
"""
CONFIGURATION = """\
class OmegaConfig:
    model_type = "omega"


class OmegaSeesConfig:
    model_type = "omega_sees"
    text_config: dict = None
"""
BACKENDS = tuple(
    f"Transformers{kind}{task}"
    for kind in ("", "MoE", "MultiModal", "MultiModalMoE")
    for task in ("ForCausalLM", "EmbeddingModel", "ForSequenceClassification")
)
ANSWER = re.compile(
    r"  (?:\S+) \S+ +(native|unimportable|fallback|refused|remote code|unsupported|gone|unknown)\b(.*)"
)
"""A line of a block: what one engine does."""


@pytest.fixture
def sources(trees: Any) -> tuple[str, ...]:
    """Options that name the two trees, with an engine that has a Transformers backend."""
    srt = trees.sglang / "python" / "sglang" / "srt"
    miniature.write(srt / "model_loader" / "utils.py", LOADER)
    miniature.write(srt / "configs" / "model_config.py", miniature.MODEL_CONFIG + DRAFTS)
    miniature.write(srt / "configs" / "former.py", OWN_CONFIG)
    trees.register(*BACKENDS, file="transformers.py")
    trees.public("omega", "OmegaForCausalLM", "OmegaForConditionalGeneration", compatible=True)
    folder = trees.transformers / "src" / "transformers" / "models" / "omega"
    miniature.write(folder / "configuration_omega.py", CONFIGURATION)
    options: tuple[str, ...] = trees.options
    return options


@pytest.fixture
def check(cli: Cli, sources: tuple[str, ...]) -> Cli:
    """``archtrack check`` of SGLang on the two trees."""

    def run(*arguments: object) -> Any:
        return cli("check", *sources, "--engine", "sglang", *arguments)

    return run


@pytest.fixture
def standard_input(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    return give


def config(path: Path, *names: str, **values: Any) -> Path:
    return miniature.write(path, json.dumps({"architectures": list(names), **values}))


def rows(done: Any) -> list[tuple[str, ...]]:
    """Target, status, the class that it runs as if that has another name, and category, of each block."""
    found = []
    for line in done.lines:
        if line and not line.startswith(" "):
            title, _, about = line.partition(": ")
        elif (match := ANSWER.fullmatch(line)) is not None:
            found.append((title, match[1], match[2].partition("runs as ")[2], about.rpartition(", ")[2]))
    return found


def one_line_error(done: Any) -> str:
    errors = [line for line in done.err.splitlines() if not line.startswith(("Read ", "Note: "))]
    assert len(errors) == 1, done.err
    assert errors[0].startswith("archtrack: error: ")
    assert "Traceback" not in done.out + done.err
    return errors[0]


@pytest.mark.parametrize(
    ("name", "status", "runs_as", "category"),
    [
        ("AlphaForCausalLM", "native", "", "text"),
        ("PooledModel", "native", "", "embedding"),
        ("SightForConditionalGeneration", "native", "", "multimodal"),
        ("BetaForSequenceClassification", "fallback", "", "embedding"),
        ("DeltaForCausalLM", "refused", "", "text"),
        ("ZebraForCausalLM", "unsupported", "", "text"),
    ],
)
def test_a_name_is_answered(check: Cli, name: str, status: str, runs_as: str, category: str) -> None:
    done = check(name)
    assert rows(done) == [(name, status, runs_as, category)]
    assert done.code == 0
    assert [line.split()[0] for line in done.err.splitlines()] == ["Read", "Read"]


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        ({"architectures": ["AlphaForCausalLM"]}, (), ("native", "AlphaForCausalLM")),
        ({"architectures": ["OmegaForCausalLM"]}, (), ("fallback", "TransformersForCausalLM")),
        ({"architectures": ["OmegaForCausalLM"], "num_experts": 8}, (), ("fallback", "TransformersMoEForCausalLM")),
        ({"architectures": ["OmegaForCausalLM"]}, ("--embedding",), ("fallback", "TransformersEmbeddingModel")),
        ({"architectures": ["OmegaForCausalLM"], "model_type": "omega_sees"}, (),
         ("fallback", "TransformersMultiModalForCausalLM")),
        ({"architectures": ["BetaForSequenceClassification"], "text_config": {}}, ("--embedding",),
         ("fallback", "TransformersMultiModalForSequenceClassification")),
        ({"architectures": ["AcmeForCausalLM"], "auto_map": {"AutoModel": "m.Acme"}}, (), ("remote code", "")),
        ({"architectures": ["AcmeForCausalLM"]}, (), ("unsupported", "")),
        ({"architectures": ["BetaForCausalLM"]}, (), ("native", "BetaForCausalLM")),
        ({"architectures": ["BetaForCausalLM"]}, ("--draft",), ("native", "BetaForCausalLMNextN")),
        ({"architectures": ["AlphaForCausalLM"]}, ("--draft",), ("native", "AlphaForCausalLM")),
        ({"model_type": "former"}, (), ("native", "AlphaForCausalLM")),
        ({"model_type": "llama"}, (), ("unsupported", "")),
    ],
)  # fmt: skip
def test_a_config_is_answered_by_path_by_folder_and_in_json_alike(
    check: Cli,
    work: Path,
    conforms: Conforms,
    values: dict[str, Any],
    options: tuple[str, ...],
    expected: tuple[str, str],
) -> None:
    miniature.write(work / "model" / "config.json", json.dumps(values))
    shown = ", ".join(values.get("architectures", ["no architecture"]))
    another = expected[1] if expected[1] not in values.get("architectures", ()) else ""
    folder = str(work / "model")
    for target, title in (
        ("model", "model/config.json"),
        ("model/config.json", "model/config.json"),
        (folder, folder),
    ):
        done = check(*options, target)
        assert [row[:3] for row in rows(done)] == [(f"{title} ({shown})", expected[0], another)]
    found = check(*options, "model", "--format", "json").json
    conforms(found, "check")
    (answer,) = found["targets"]
    assert (answer["status"], answer["runs_as"] or "") == expected
    assert (answer["kind"], answer["location"]) == ("config", "model/config.json")
    assert answer["because"] in answer["steps"]


def test_a_name_that_lies_in_the_folder_is_a_path(check: Cli, work: Path) -> None:
    config(work / "AlphaForCausalLM" / "config.json", "DeltaForCausalLM")
    assert rows(check("AlphaForCausalLM"))[0][:2] == (
        "AlphaForCausalLM/config.json (DeltaForCausalLM)",
        "refused",
    )


def test_explain_shows_the_steps_with_file_and_line(check: Cli, work: Path) -> None:
    config(work / "c.json", "OmegaForCausalLM", num_experts=8)
    done = check("c.json", "--explain")
    assert done.lines == [
        "c.json (OmegaForCausalLM): text",
        "  sglang 7.7.7  fallback  runs as TransformersMoEForCausalLM",
        (
            "    1. the model types of transformers 9.9.9 are not known: whether it takes a config without model type "
            "was not looked at"
        ),
        "    2. OmegaForCausalLM is not registered in sglang 7.7.7",
        "    3. OmegaForCausalLM is public in transformers 9.9.9 [transformers/models/omega/modeling_omega.py:10]",
        (
            "    4. its is_backend_compatible() is true, so the Transformers backend takes OmegaForCausalLM "
            "[transformers/models/omega/modeling_omega.py:6]"
        ),
        "    5. it is a mixture of experts: `num_experts` is 8 [sglang/srt/model_loader/utils.py:1]",
        "    6. the engine runs it as TransformersMoEForCausalLM [sglang/srt/models/transformers.py:49]",
        "  category text: name rules",
    ]
    assert check("c.json").lines == done.lines[:2]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("BETAForCausalLM", "BetaForCausalLM (native)"),
        ("DeltaForCausalML", "DeltaForCausalLM (refused)"),
        ("ZebraForCausalLM", None),
        ("DeltaForCausalLM", None),
    ],
)
def test_names_like_one_that_is_not_known_are_named(check: Cli, name: str, near: str | None) -> None:
    lines = [line for line in check(name).lines if " is like: " in line]
    assert [line.partition(" is like: ")[2].partition(", ")[0] for line in lines] == [near] * bool(near)


def test_a_bad_target_does_not_hide_the_others(check: Cli, work: Path, conforms: Conforms) -> None:
    config(work / "good.json", "DeltaForCausalLM")
    miniature.write(work / "bad.json", "{")
    targets = ("AlphaForCausalLM", "bad.json", "good.json", "gone/config.json", "PooledModel")
    done = check(*targets)
    assert [row[1] for row in rows(done)] == ["native", "refused", "native"]
    errors = [line for line in done.err.splitlines() if line.startswith("archtrack: error: ")]
    assert [error.split()[2].rstrip(":") for error in errors] == ["bad.json", "gone/config.json"]
    assert done.code == 3
    found = check(*targets, "--format", "json")
    assert found.code == 3
    conforms(found.json, "check")
    assert [answer["target"] for answer in found.json["targets"]] == list(targets)
    assert [answer["error"] is not None for answer in found.json["targets"]] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    ("targets", "require", "code"),
    [
        (["AlphaForCausalLM", "PooledModel"], "native", 0),
        (["AlphaForCausalLM", "BetaModel"], "native", 1),
        (["AlphaForCausalLM", "BetaModel"], "fallback", 0),
        (["BetaModel", "DeltaForCausalLM"], "fallback", 1),
        (["ZebraForCausalLM"], "fallback", 1),
        (["gone.json"], "fallback", 3),
        (["AlphaForCausalLM", "gone.json"], "native", 3),
        (["no name"], "native", 2),
    ],
)
def test_a_requirement_decides_the_exit_code(check: Cli, targets: list[str], require: str, code: int) -> None:
    assert check(*targets, "--require", require).code == code
    assert check(*targets, "--require", require, "--format", "json").code == code


def test_what_is_required_is_not_met_by_nothing(
    check: Cli, standard_input: Callable[[bytes], None], tmp_path: Path
) -> None:
    standard_input(b"# nothing yet\n")
    assert check("-", "--require", "native").code == 1
    log = miniature.write(tmp_path / "server.log", "all is well\n")
    assert check("--log", log, "--require", "fallback").code == 1
    assert check("--log", log).code == 0


def test_targets_on_standard_input_stand_where_the_dash_does(
    check: Cli, standard_input: Callable[[bytes], None]
) -> None:
    standard_input(b"# a list\n\n  AlphaForCausalLM  \r\nPooledModel\n")
    done = check("BetaModel", "-", "DeltaForCausalLM")
    targets = ["BetaModel", "AlphaForCausalLM", "PooledModel", "DeltaForCausalLM"]
    assert [row[0] for row in rows(done)] == targets
    standard_input(b"")
    assert check("-").code == 0
    standard_input(b"caf\xe9.json\nAlphaForCausalLM\n")
    done = check("-")
    assert (done.code, [row[0] for row in rows(done)]) == (3, ["AlphaForCausalLM"])
    assert "caf\N{REPLACEMENT CHARACTER}.json: no such file" in one_line_error(done)


LOG = """\
INFO: starting
Ignore import error when loading sglang.srt.models.beta: No module named 'triton'
OmegaForCausalLM has no SGLang implementation, falling back to Transformers implementation.
Ignore import error when loading sglang.srt.models.utils: whatever
ValueError: Model architectures ['ALPHAForCausalLM'] are not supported for now. Supported architectures: dict_keys([])
"""


@pytest.mark.parametrize("source", ["server.log", "-"])
def test_a_log_is_explained_message_by_message(
    check: Cli, work: Path, standard_input: Callable[[bytes], None], conforms: Conforms, source: str
) -> None:
    miniature.write(work / "server.log", LOG)
    standard_input(LOG.encode() + b"\xff\n")
    done = check("--log", source)
    assert done.code == 0
    lines = [line.partition(" [")[0] for line in done.lines]
    assert lines[1:6] == [
        "  the engine skips this module: what it registers is missing from the registry",
        "  BetaForCausalLM: text",
        "    sglang 7.7.7  native",
        "  BetaForCausalLMNextN: text",
        "    sglang 7.7.7  native",
    ]
    assert lines[6].startswith("line 3 (sglang): OmegaForCausalLM has no SGLang implementation")
    assert lines[8:10] == [
        "  OmegaForCausalLM: text",
        "    sglang 7.7.7  fallback  by its Transformers backend",
    ]
    assert "  sglang.srt.models.utils registers nothing in this release" in lines
    assert lines[-1].startswith("    ALPHAForCausalLM is like: AlphaForCausalLM (native)")
    standard_input(LOG.encode())
    found = check("--log", source, "--format", "json").json
    conforms(found, "check")
    assert [(message["kind"], message["line"]) for message in found["messages"]] == [
        ("import error", 2),
        ("fallback", 3),
        ("import error", 4),
        ("unsupported", 5),
    ]
    told = [target for message in found["messages"] for target in message["targets"]]
    assert found["targets"] == told
    names = ["BetaForCausalLM", "BetaForCausalLMNextN", "OmegaForCausalLM", "ALPHAForCausalLM"]
    assert [target["target"] for target in told] == names
    standard_input(LOG.encode())
    assert check("--log", source, "--require", "fallback").code == 1


def test_a_log_without_such_a_message_is_told_to_have_none(
    check: Cli, work: Path, standard_input: Callable[[bytes], None]
) -> None:
    miniature.write(work / "quiet.log", "all is well\n")
    none = "no known message about a model in it"
    assert check("--log", "quiet.log").lines == [f"quiet.log: {none}"]
    standard_input(b"")
    assert check("--log", "-").lines == [f"standard input: {none}"]
    done = check("--log", "quiet.log", "AlphaForCausalLM")
    assert rows(done)[0][1] == "native"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "or a log with --log"),
        (("--log", "gone.log"), 3, "gone.log: cannot read the log: No such file"),
        (("--log", "."), 3, ".: cannot read the log: Is a directory"),
        (("--log", "/dev/zero"), 3, "/dev/zero: the log has more than 67,108,864 bytes"),
        (("--log", "-", "-"), 2, "standard input can hold targets or a log, not both"),
        (("--require", "refused", "A"), 2, "refused"),
    ],
)
def test_an_impossible_call_is_refused(check: Cli, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = check(*arguments)
    assert done.code == code
    assert words in done.err
    assert done.out == ""


def make_hostile(work: Path) -> None:
    os.mkfifo(work / "pipe")
    (work / "loop").symlink_to("loop")
    (work / "dangling.json").symlink_to("nowhere")
    (work / "to_zero").symlink_to("/dev/zero")
    (work / "empty").mkdir()
    (work / "nested" / "config.json").mkdir(parents=True)
    (work / "piped").mkdir()
    os.mkfifo(work / "piped" / "config.json")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")  # by a short name: the working directory is `work`
    miniature.write(work / "array.json", "[]")
    miniature.write(work / "deep.json", "[" * 100_000)
    (work / "binary.json").write_bytes(b"\x80\x81")
    miniature.write(work / "evil.json", '{"architectures": [1], "\\u001b[31m": 1}')


HOSTILE = [
    ("../../etc/passwd", 3, "no such file or folder"),
    ("a/b/c", 3, "no such file or folder, and not a repository"),
    ("owner/../x", 3, "no such file or folder"),
    ("../x", 3, "no such file or folder"),
    ("./owner/name", 3, "no such file or folder"),
    ("owner/..", 3, "no such file or folder"),
    (".hidden/name", 3, "no such file or folder"),
    ("owner//name", 3, "no such file or folder"),
    ("owner/", 3, "no such file or folder"),
    ("/owner", 3, "no such file or folder"),
    ("owner/name@", 3, "no such file or folder"),
    ("owner/name@a b", 3, "no such file or folder"),
    ("owner\\name", 2, "no model, architecture, model type or file is called"),
    ("https://host/owner/name", 3, "no such file or folder"),
    ("https://huggingface.co.host/owner/name", 3, "no such file or folder"),
    ("https://huggingface.co/owner", 3, "no such file or folder"),
    ("https://huggingface.co/datasets/owner/name", 3, "not the address of a model"),
    ("https://huggingface.co/owner/name", 3, "owner/name: offline"),
    ("model.json", 3, "model.json: no such file or folder"),
    ("Llama\0ForCausalLM", 2, "is called 'Llama\\x00ForCausalLM'"),
    ("a\0/b", 3, "no such file or folder"),
    ("A" * 10_000, 2, "no model, architecture, model type or file is called 'AAA"),
    ("a/" * 5_000, 3, "a/a/…: no such file or folder"),
    ("o/" + "n" * 10_000, 3, "nnn…: no such file or folder"),
    ("", 2, "file is called ''"),
    ("  ", 2, "no model, architecture, model type or file is called"),
    ("Llama ForNobody", 2, "no model, architecture, model type or file is called"),
    ("Llama\nForCausalLM", 2, "is called 'Llama\\nForCausalLM'"),
    ("\x1b[31mred/blue", 3, "\N{REPLACEMENT CHARACTER}[31mred/blue"),
    ("9Lives", 2, "no model, architecture, model type or file is called"),
    ("pipe", 3, "pipe is not a regular file"),
    ("piped", 3, "piped/config.json is not a regular file"),
    ("/dev/zero", 3, "/dev/zero is not a regular file"),
    ("to_zero", 3, "to_zero is not a regular file"),
    ("socket", 3, "socket cannot be read"),
    ("loop", 3, "loop cannot be read: Too many levels of symbolic links"),
    ("dangling.json", 3, "dangling.json is missing"),
    ("empty", 3, "empty/config.json is missing"),
    (".", 3, "config.json is missing"),
    ("nested", 3, "nested/config.json cannot be read: Is a directory"),
    ("array.json", 3, "array.json holds a list, not an object"),
    ("deep.json", 3, "deep.json cannot be read as a config: it is nested too deeply"),
    ("binary.json", 3, "binary.json is not UTF-8"),
    ("evil.json", 3, "evil.json `architectures`"),
]


@pytest.mark.parametrize(("target", "code", "words"), HOSTILE, ids=[repr(row[0][:30]) for row in HOSTILE])
def test_a_target_that_is_none_has_a_one_line_error_and_leaves_no_file(
    check: Cli, tmp_path: Path, work: Path, target: str, code: int, words: str
) -> None:
    make_hostile(work)
    before = snapshot(tmp_path)
    done = check("--", target)
    assert words in one_line_error(done)
    assert len(one_line_error(done)) < 600
    assert (done.code, done.out) == (code, "")
    assert snapshot(tmp_path) == before
    # What means nothing is wrong usage: beside another target it is told as an answer, alone no source is read for it.
    alone = [target] if code != 2 else ["AlphaForCausalLM", target]
    answer = check("--format", "json", "--", *alone).json["targets"][-1]
    assert answer["target"] == target
    assert answer["error"]
    assert (answer["status"], answer["because"], answer["steps"]) == (None, None, [])


@pytest.mark.parametrize("targets", [["a b"], ["a b", "9Lives"]])
def test_wrong_usage_is_told_before_a_source_is_read(cli: Cli, targets: list[str]) -> None:
    done = cli("check", *targets, "--sglang", "nowhere")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "archtrack: error: no model, architecture, model type or file is called 'a b'; name a repository (OWNER/NAME) "
        "or a config.json\n"
    )
    assert "nowhere: no such folder" in cli("check", *targets, "A", "--sglang", "./nowhere").err


def snapshot(folder: Path) -> list[str]:
    """Every file but those of archtrack's own cache."""
    return sorted(str(path) for path in folder.rglob("*") if folder / "cache" not in (path, *path.parents))


def test_what_a_config_says_cannot_move_the_cursor(check: Cli, work: Path) -> None:
    config(work / "c.json", "Evil\x1b[2J\nForCausalLM", auto_map={"AutoModel": "m\r\x1b[2J.E"})
    for options in ((), ("--explain",)):
        done = check("c.json", *options)
        assert done.code == 0
        assert not {character for character in done.out if not character.isprintable()} - {"\n"}


def test_a_config_of_a_hundred_megabytes_is_not_read_to_its_end(check: Cli, work: Path) -> None:
    with (work / "huge.json").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    assert "huge.json has 16,777,217 bytes" in one_line_error(check("huge.json"))


def test_a_thousand_configs_have_a_thousand_answers(check: Cli, work: Path) -> None:
    names = ("AlphaForCausalLM", "OmegaForCausalLM", "DeltaForCausalLM", "ZebraForCausalLM")
    for number in range(1000):
        config(work / f"{number}.json", names[number % 4], num_experts=number % 3)
    done = check(*(f"{number}.json" for number in range(1000)), "--format", "json")
    assert done.code == 0
    found = done.json["targets"]
    assert [answer["target"] for answer in found] == [f"{number}.json" for number in range(1000)]
    assert [answer["status"] for answer in found[:4]] == ["native", "fallback", "refused", "unsupported"]
    backends = {"TransformersForCausalLM", "TransformersMoEForCausalLM"}
    assert {answer["runs_as"] for answer in found[1::4]} == backends


def test_a_source_that_cannot_be_read_is_said_before_any_target(cli: Cli, work: Path) -> None:
    done = cli("check", "--sglang", work / "gone", "AlphaForCausalLM")
    assert (done.code, done.out) == (3, "")
    assert "gone" in one_line_error(done)


def test_the_release_that_was_read_stands_as_it_was_decided(
    cli: Cli, sources: tuple[str, ...], work: Path
) -> None:
    release = Release(version="7.7.7", date="2026-01-01", file="sglang-7.7.7.whl", sha256=None)
    history = made_history([release], {"7.7.7": {}}, engine="sglang", floor="7.7.7")  # it knows of no name
    path = miniature.write(work / "sglang.json", write_history(history))
    names = ("AlphaForCausalLM", "OmegaForCausalLM", "DeltaForCausalLM", "Nobody")
    found = cli("check", *names, *sources, "--data", path, "--format", "json").json["targets"]
    statuses = [each["engines"]["sglang"]["status"] for each in found]
    assert statuses == ["native", "fallback", "refused", "unsupported"]
