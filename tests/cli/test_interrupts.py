"""Ctrl-C at any moment: the run ends with 130 and without a word, and the document is the old one or the new one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import click
import pytest

import archtrack.__main__ as program
import miniature
from archtrack.app import document as using
from archtrack.errors import DataError
from archtrack.sources.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from miniature import Cli

SWEEP = """
import faulthandler, os, signal, sys, tempfile
from concurrent.futures.thread import _global_shutdown_lock as starting_a_thread

faulthandler.dump_traceback_later(250, exit=True)  # a sweep that hangs says where
import archtrack.__main__ as program

every, (moments, *arguments) = int(sys.argv[1]), sys.argv[2:]
seen, inside = 0, False
threads = len(os.listdir("/proc/self/task"))  # DuckDB's own are here, which Python does not count

def moment():
    "Every so often a copy of this process goes on in the place of this one, and hears Ctrl-C first."
    global seen, inside
    seen += 1
    if inside or seen % every or len(os.listdir("/proc/self/task")) > threads:  # a copy has none but this one
        return
    if starting_a_thread.locked():  # a fork waits for this lock, and whoever holds it would wait for the fork
        seen -= 1  # the next call will do
        return
    inside = True
    with tempfile.TemporaryFile() as said:
        copy = os.fork()
        if not copy:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            faulthandler.register(signal.SIGALRM, 2, chain=True)
            signal.alarm(30)  # one that hangs ends, and says where
            os.kill(os.getpid(), signal.SIGINT)
            return
        code = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
        said.seek(0)
        ends.append([code, said.read().decode().strip()])
    inside = False

class Finder:
    def find_spec(self, name, path=None, target=None):
        moment()

def watched(arguments, run=program._run):
    if moments == "calls":
        sys.setprofile(lambda frame, event, argument: moment())
    else:
        sys.meta_path.insert(0, Finder())
    try:
        code = run(arguments)
        assert inside or moments != "calls" or sys.getprofile(), "the sweep broke off"
        return code
    finally:
        sys.setprofile(None)

ends = []
program._run = watched
signal.signal(signal.SIGINT, signal.default_int_handler)
code = program.main(arguments)
if inside:  # a copy
    sys.stdout.flush()
    os._exit(code)
import json
print(json.dumps(ends), file=sys.stderr)
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    row = {"id": "o/n", "downloads": 3, "config": {"architectures": ["AlphaForCausalLM"]}}
    return miniature.write(tmp_path / "dump.jsonl", json.dumps(row))


@pytest.mark.parametrize(
    ("moments", "every"), [("imports", 1), ("calls", 4001)], ids=["each import", "many a call"]
)
@pytest.mark.parametrize("verb", ["update", "check", "list", "demand"])
def test_an_interrupt_at_any_moment_ends_the_run_with_130_and_without_a_word(
    trees: Any, tmp_path: Path, dump: Path, verb: str, moments: str, every: int
) -> None:
    arguments = {
        "update": ["--diff", *trees.options],
        "check": ["AlphaForCausalLM", *trees.options],
        "list": trees.options,
        "demand": [str(dump)],
    }[verb]
    # Nothing compiled is there, so that the compiler is interrupted, too.
    environ = miniature.environment(
        tmp_path, PYTHONPYCACHEPREFIX=str(tmp_path / "empty"), PYTHONDONTWRITEBYTECODE="1"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", SWEEP, str(every), moments, verb, *arguments],
        cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    ends = json.loads(done.stderr.splitlines()[-1])
    assert len(ends) > 40
    assert [end for end in ends if end != [130, ""]] == []


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C raises ``KeyboardInterrupt``, as in a process that a shell has started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.usefixtures("heard")
def test_an_interrupt_while_the_document_is_written_leaves_the_old_one_or_the_new_one(
    cli: Cli, trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = work / "MODEL_SUPPORT_TRACKING.md"
    assert cli("update", *trees.options).code == 0
    old = document.read_bytes()
    trees.register("GammaForCausalLM", file="gamma.py")
    left = 0

    def interrupted(*arguments: Any, **options: Any) -> None:
        def step(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                sys.setprofile(None)
                signal.raise_signal(signal.SIGINT)

        sys.setprofile(step)
        try:
            write_atomic(*arguments, **options)
        finally:
            sys.setprofile(None)

    monkeypatch.setattr(using, "write_atomic", interrupted)
    ends = []
    for moment in range(1, 5000, 7):
        document.write_bytes(old)
        left = moment
        done = cli("update", *trees.options)
        new = document.read_bytes()
        assert new == old or b"GammaForCausalLM" in new
        ends.append((done.code, done.err.strip(), new == old))
        for file in work.glob(".*.tmp"):  # a process that ends would give it free, and the next run remove it
            file.unlink()
        if left > 0:  # it was written before the moment came
            break
    assert set(ends[:-1]) <= {(130, "", True), (130, "", False)}
    assert ends[-1] == (0, ends[-1][1], False)
    assert len(ends) > 10


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SyntaxError("\\N escapes not supported (can't load unicodedata module)"), 70),
        (RuntimeError("Query interrupted"), 70),
        (DataError("cannot be read"), 3),
        (click.UsageError("wrong"), 2),
        (SystemExit(1), 0),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, BaseException) else str(each),
)
def test_what_an_interrupt_is_turned_into_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    def run(*, interrupted: bool) -> Callable[[object], int]:
        def fail(_: object) -> int:
            try:
                if interrupted:
                    signal.raise_signal(signal.SIGINT)
                raise error
            except KeyboardInterrupt:
                raise error from None

        return fail

    monkeypatch.setattr(program, "_forget_output", lambda: None)
    monkeypatch.setattr(program, "_run", run(interrupted=True))
    assert (program.main([]), capfd.readouterr().err) == (130, "")
    monkeypatch.setattr(program, "_run", run(interrupted=False))
    assert program.main([]) == code


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("busy", [0.0, 0.2], ids=["at once", "on a busy machine"])
def test_an_interrupt_that_python_passes_over_comes_again(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], busy: float
) -> None:
    begin = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        begin(thread)
        time.sleep(busy)

    class Closing:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def run(_: object) -> int:
        Closing()
        time.sleep(30)
        return 0

    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr(program, "_run", run)
    assert (program.main([]), capfd.readouterr().err) == (130, "")


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL, signal.default_int_handler])
def test_whoever_calls_the_command_finds_its_handler_again(cli: Cli, handler: Any) -> None:
    before = signal.signal(signal.SIGINT, handler)
    try:
        hook = sys.unraisablehook
        cli("--version")
        assert (signal.getsignal(signal.SIGINT), sys.unraisablehook) == (handler, hook)
    finally:
        signal.signal(signal.SIGINT, before)


def test_before_ctrl_c_is_waited_for_next_to_nothing_is_imported() -> None:
    """What is imported before `main` is called can be interrupted with a traceback: Python's own start-up and this."""
    code = "import sys; before = {*sys.modules}; import archtrack.__main__; print(*sorted({*sys.modules} - before))"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {miniature.SOURCE!r}); {code}"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert not {*done.stdout.split()} & {"click", "contextlib", "enum", "re", "signal", "typing"}
