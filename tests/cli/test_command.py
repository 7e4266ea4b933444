"""The command as a whole: help, version, misspelled verbs, and how a run ends whatever happens to it."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

import miniature
from archtrack import __version__
from archtrack.cli import SECTIONS, archtrack
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry
from made_history import made_history, release
from miniature import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator


def verbs() -> Iterator[tuple[str, ...]]:
    """Every verb, and every verb of a verb."""
    context = click.Context(archtrack)
    for name in archtrack.list_commands(context):
        yield (name,)
        command = archtrack.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)


VERBS = list(verbs())


def test_the_verbs_are_those_that_are_promised() -> None:
    assert [" ".join(verb) for verb in VERBS] == [
        "audit", "cache", "cache info", "cache clear", "check", "completion", "data", "data info", "data update",
        "data recipes", "data lint", "demand", "diff", "export", "history", "history show", "history refresh", "index",
        "index show", "index refresh", "index lint", "lint", "list", "mcp", "migrate", "rebuild", "render", "requires",
        "scan", "site", "update"
    ]  # fmt: skip


@pytest.mark.parametrize("verb", [(), *VERBS], ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_help_shows_an_example_on_its_own_line(cli: Cli, verb: tuple[str, ...], option: str) -> None:
    done = cli(*verb, option)
    assert (done.code, done.err) == (0, "")
    after = done.out.partition("  Examples:\n")[2]
    assert re.match(" ".join(["    archtrack", *verb]), after), done.out
    assert "\\b" not in done.out
    assert "\b" not in done.out


@pytest.mark.parametrize("option", ["--version", "-V"])
@pytest.mark.parametrize(
    ("today", "age"),
    [
        ("2026-11-30", "0 days"),  # a clock that is behind the data
        ("2026-12-01", "0 days"),
        ("2026-12-02", "1 day"),
        ("2027-03-11", "100 days"),
    ],
)
def test_the_version_is_told_with_the_age_of_the_data(
    cli: Cli, dated: Path, monkeypatch: pytest.MonkeyPatch, option: str, today: str, age: str
) -> None:
    monkeypatch.setattr("archtrack.data.HISTORY", dated)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds(today))
    told = f"archtrack {__version__}\ndata: releases up to 2026-12-01, {age} old\n"
    assert cli(option) == miniature.Result(code=0, out=told, err="")


def test_the_version_is_told_where_there_is_no_data(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archtrack.data.HISTORY", tmp_path / "nowhere")
    assert cli("--version").out == f"archtrack {__version__}\n"
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", "~nobody-of-that-name/x")
    assert cli("--version") == miniature.Result(code=0, out=f"archtrack {__version__}\n", err="")


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """A folder with the histories of two engines, the newest release being of 2026-12-01."""
    folder = tmp_path / "dated"
    for engine, days in (("vllm", ("2026-11-01", "2026-12-01", None)), ("sglang", ("2026-10-01",))):
        releases = [release(f"0.{number}.0", date=day) for number, day in enumerate(days, 1)]
        found = {
            each.version: {"AlphaForCausalLM": Entry(file="alpha.py", at="alpha.py:1")} for each in releases
        }
        made = made_history(releases, found, engine=engine, floor="0.1.0")
        miniature.write(folder / f"{engine}.json", write_history(made))
    miniature.write(folder / "broken.json", "{")
    return folder


def seconds(day: str) -> str:
    """What ``SOURCE_DATE_EPOCH`` is on a day."""
    return str(int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()))


@pytest.mark.parametrize(
    ("today", "age"), [("2027-01-30", None), ("2027-01-31", "61 days old"), ("2027-06-01", "182 days old")]
)
@pytest.mark.parametrize("verb", ["check", "requires", "history"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_verdict_says_that_the_data_is_old(
    cli: Cli, dated: Path, monkeypatch: pytest.MonkeyPatch, verb: str, form: str, today: str, age: str | None
) -> None:
    (dated / "broken.json").unlink()
    monkeypatch.setattr("archtrack.app.history.store.SHIPPED", dated)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds(today))
    done = cli(verb, "AlphaForCausalLM", "--engine", "vllm", "--format", form)
    notes = [line for line in done.err.splitlines() if "days old" in line]
    told = f"Note: the data is {age}: its newest release is of 2026-12-01; `archtrack data update` gets newer data"
    assert (done.code, notes) == (0, [told] if age else [])
    assert "days old" not in done.out
    chosen = cli(verb, "AlphaForCausalLM", "--data", dated, "--engine", "vllm", "--format", form)
    assert (chosen.code, "days old" in chosen.err) == (0, False)


def test_a_date_that_is_none_is_wrong_usage(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    done = cli("check", "Qwen3ForCausalLM")
    assert done.code == 2
    assert "SOURCE_DATE_EPOCH is 'today'; set it to seconds since 1970" in done.err


# -- without a verb --------------------------------------------------------------------------------


def test_the_command_alone_shows_five_uses_that_are_understood(cli: Cli) -> None:
    done = cli()
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.lines)) <= 80
    uses = [line.split("   ")[0].split() for line in done.lines if line.startswith("  archtrack ")]
    assert len(uses) == 5
    for _, *words in uses:
        context = click.Context(archtrack, **archtrack.context_settings)
        name, command, rest = archtrack.resolve_command(context, words)
        assert command is not None
        command.make_context(name, rest, parent=context)
    assert "archtrack --help" in done.out


@pytest.mark.parametrize("name", [verb for verb, *inner in VERBS if not inner])
def test_every_verb_says_under_which_heading_the_help_has_it(cli: Cli, name: str) -> None:
    section = import_module(f"archtrack.cli.{name}").SECTION
    help_text = cli("--help").out
    below = help_text.partition(f"{SECTIONS[section]}:\n")[2].partition("\n\n")[0]
    assert re.search(rf"^  {name} ", below, re.MULTILINE)
    assert len(re.findall(rf"^  {name}  ", help_text, re.MULTILINE)) == 1


@pytest.mark.parametrize("line", [
    "Qwen3-32B --engine vllm",
    "--engine vllm Qwen3-32B",
    "--engine=vllm Qwen3-32B",
    "Qwen3ForCausalLM LlamaForCausalLM --engine vllm",
    "data2vec-text --engine vllm",  # like `data`, and a model type
    "qwen3 --engine vllm --format json",
    "x",  # names nothing, and is like no verb
    "./config.jso",
    "./lint",  # a path
])  # fmt: skip
def test_what_is_no_verb_is_what_check_is_asked_about(cli: Cli, line: str) -> None:
    assert cli(*line.split()) == cli("check", *line.split())


def test_a_config_that_is_called_like_a_verb_is_checked(cli: Cli, work: Path) -> None:
    miniature.write(work / "lists" / "config.json", '{"architectures": ["Qwen3ForCausalLM"]}')
    done = cli("lists", "--engine", "vllm")
    assert (done.code, done.lines[0].split(":")[0]) == (0, "lists/config.json (Qwen3ForCausalLM)")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("udpate", "update"), ("Update", "update"), ("chek Qwen3-32B", "check"), ("histroy --engine vllm", "history"),
        ("list2", "list"), ("require Qwen3-32B", "requires"),
    ],
)  # fmt: skip
def test_a_misspelled_verb_is_wrong_usage_with_a_guess(cli: Cli, typed: str, meant: str) -> None:
    done = cli(*typed.split())
    word = typed.split(maxsplit=1)[0]
    assert (done.code, done.out) == (2, "")
    told = f"No such command {word!r}. Did you mean {meant!r}? If it is a model: archtrack check {word}"
    assert done.err.splitlines()[-1] == f"Error: {told}"


@pytest.mark.parametrize("word", ["help", "version"])
def test_a_word_that_is_an_option_alone_is_that_option(cli: Cli, word: str) -> None:
    assert cli(word).out == cli(f"--{word}").out
    assert cli(word).code == 0


def test_an_unknown_option_is_one_of_the_command_itself(cli: Cli) -> None:
    done = cli("--vershun")
    assert done.code == 2
    assert "Usage: archtrack [OPTIONS]" in done.err
    assert "Did you mean" in done.err


# -- output ----------------------------------------------------------------------------------------


@pytest.fixture
def many(trees: Any) -> Any:
    """Trees with more rows than a pipe holds."""
    trees.register(*(f"Zeta{number:04d}ForCausalLM" for number in range(1500)), file="zeta.py")
    return trees


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_that_leaves_ends_the_run_without_a_word(many: Any, tmp_path: Path, form: str) -> None:
    with subprocess.Popen(  # noqa: S603 - our own program
        miniature.command("list", *many.options, "--format", form), cwd=tmp_path,
        env=miniature.environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        error = process.stderr.read().decode()
        code = process.wait(30)
    assert code == 0
    assert "Traceback" not in error
    assert "Exception" not in error


@pytest.mark.parametrize("verb", ["list", "completion bash"])
def test_a_full_disk_behind_the_output_is_one_line(many: Any, tmp_path: Path, verb: str) -> None:
    full = Path("/dev/full")
    assert full.exists(), "this test needs /dev/full"
    options = many.options if verb == "list" else ()
    with full.open("wb") as out:
        done = subprocess.run(  # noqa: S603 - our own program
            miniature.command(*verb.split(), *options), cwd=tmp_path, env=miniature.environment(tmp_path),
            stdout=out, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    last = done.stderr.decode().splitlines()[-1]
    assert (done.returncode, last) == (
        5, "archtrack: error: cannot write the output: No space left on device"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "code"),
    [("check -", 0), ("check --log -", 0), ("check - --require native", 1), ("list", 0)],
)
def test_a_standard_input_that_is_closed_holds_nothing(
    trees: Any, tmp_path: Path, verb: str, code: int
) -> None:
    ends = []
    for closing in ("<&-", "</dev/null"):
        done = subprocess.run(  # noqa: S603 - our own program
            ["sh", "-c", f'exec "$@" {closing}', "sh", *miniature.command(*verb.split(), *trees.options)],  # noqa: S607
            cwd=tmp_path, env=miniature.environment(tmp_path), capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        ends.append((done.returncode, done.stdout, done.stderr))
    assert ends[0] == ends[1]
    assert ends[0][0] == code
    assert b"Traceback" not in ends[0][2]


@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&- <&-", "2>/dev/full"])
@pytest.mark.parametrize(("verb", "code"), [("list", 0), ("list --bad", 2), ("check /nowhere/x", 3)])
def test_streams_that_are_closed_or_full_change_no_exit_code(
    trees: Any, tmp_path: Path, closing: str, verb: str, code: int
) -> None:
    if closing == "2>/dev/full" and code != 2:
        code = 5  # what was read is told there
    done = subprocess.run(  # noqa: S603 - our own program
        ["sh", "-c", f'exec "$@" {closing}', "sh", *miniature.command(*verb.split(), *trees.options)],  # noqa: S607
        cwd=tmp_path, env=miniature.environment(tmp_path), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, b"Traceback" in done.stderr) == (code, False)


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        (["-O"], {}),
        (["-OO"], {}),
        ([], {"LANG": "C", "LC_ALL": "C"}),
        ([], {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        ([], {"HOME": "/nonexistent"}),
        ([], {"HOME": ""}),
    ],
    ids=str,
)
def test_an_odd_environment_changes_nothing(
    trees: Any, tmp_path: Path, options: list[str], environ: dict[str, str]
) -> None:
    usual = miniature.spawn("list", *trees.options, cwd=tmp_path, home=tmp_path)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *options, "-m", "archtrack", "list", *trees.options], cwd=tmp_path,
        env=miniature.environment(tmp_path, **environ), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, usual.out, usual.err)


def on_a_terminal(arguments: list[str], folder: Path, **changes: str) -> str:
    """What the command prints where its output is a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own program
        miniature.command(*arguments), cwd=folder, stdout=follower, stderr=subprocess.DEVNULL,
        env=miniature.environment(folder, **{"TERM": "xterm-256color", "COLUMNS": "200", **changes}),
    )  # fmt: skip
    os.close(follower)
    parts = []
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(leader)
    assert process.wait(30) in {0, 1}
    return b"".join(parts).decode()


def test_colours_are_for_terminals_that_want_them(trees: Any, tmp_path: Path) -> None:
    arguments = ["update", *trees.options, "--diff"]
    assert "\033[32m+| **AlphaForCausalLM**" in on_a_terminal(arguments, tmp_path)
    assert "\033" not in on_a_terminal(arguments, tmp_path, NO_COLOR="1")
    assert "\033" not in on_a_terminal(arguments, tmp_path, TERM="dumb")
    assert "\033" not in miniature.spawn(*arguments, cwd=tmp_path, home=tmp_path).out
    assert "\033[32m+|" in miniature.spawn(*arguments, cwd=tmp_path, home=tmp_path, FORCE_COLOR="1").out
    for verb in (["list", *trees.options], ["scan", "sglang", str(trees.sglang)]):
        piped = miniature.spawn(*verb, cwd=tmp_path, home=tmp_path)
        assert "\033" not in piped.out + piped.err
        assert "AlphaForCausalLM" in on_a_terminal(verb, tmp_path)


def test_on_a_terminal_too_nothing_scanned_is_printed_raw(trees: Any, tmp_path: Path) -> None:
    trees.register("GammaForCausalLM", file="ga\x1b]0;x\x07mma.py")
    (tmp_path / "MODEL_SUPPORT_TRACKING.md").write_bytes(
        b"\x1b]0;title\x07\n## Multimodal Models (Vision / Audio / OCR)\n"
    )
    for verb in (
        ["list", *trees.options],
        ["scan", "sglang", str(trees.sglang)],
        ["update", *trees.options, "--diff"],
    ):
        seen = on_a_terminal(verb, tmp_path, NO_COLOR="1")
        assert "GammaForCausalLM" in seen
        assert "\x1b]" not in seen
        assert "\x07" not in seen


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_of_the_output_will_do(trees: Any, tmp_path: Path, encoding: str) -> None:
    trees.register("ÄrgerForCausalLM漢", file="gamma.py")
    for verb in (["list", *trees.options], ["update", *trees.options, "--diff"], ["--help"]):
        done = subprocess.run(  # noqa: S603 - our own program
            miniature.command(*verb), cwd=tmp_path, capture_output=True, timeout=60, check=False,
            env=miniature.environment(tmp_path, PYTHONIOENCODING=encoding),
        )  # fmt: skip
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr


# -- interrupts ------------------------------------------------------------------------------------


INTERRUPTED = """
import signal, sys
import archtrack.__main__ as command

def told(arguments, run=command._run):
    print("ready", file=sys.stderr, flush=True)
    return run(arguments)

command._run = told
code = command.main()
signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run is over, and what comes now is not its business
sys.exit(code)
"""


@pytest.mark.parametrize("wait", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_an_interrupt_ends_the_run_with_130_and_no_traceback(many: Any, tmp_path: Path, wait: float) -> None:
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", INTERRUPTED, "update", *many.options], cwd=tmp_path, env=miniature.environment(tmp_path),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline() == b"ready\n"
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    assert process.returncode in {130, 0}, error.decode()
    document = tmp_path / "MODEL_SUPPORT_TRACKING.md"
    if process.returncode == 130:
        assert error.strip() == b""  # click ends the line that shows ^C
    else:  # it came too late, or where Python itself passes over it
        assert b"Done. Added 1509" in out
        assert document.read_bytes().count(b"| **Zeta") == 1500
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")] == []


# -- where the document is -------------------------------------------------------------------------


def test_the_command_runs_from_any_folder_and_as_a_module(trees: Any, tmp_path: Path) -> None:
    document = tmp_path / "elsewhere" / "S.md"
    document.parent.mkdir()
    done = miniature.spawn("update", *trees.options, "--doc", document, cwd=trees.sglang, home=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert document.is_file()
    again = miniature.spawn("lint", "--doc", "elsewhere/S.md", cwd=tmp_path, home=tmp_path)
    assert (again.code, again.out) == (0, "elsewhere/S.md: 0 findings\n")
