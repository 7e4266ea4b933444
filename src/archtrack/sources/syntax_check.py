"""Whether Python can parse a file, asked of a Python of its own.

Two reasons for a child process. A hostile file can exhaust or crash the parser: then the child dies, not the
scan. And the parser holds the interpreter's lock for as long as it works: in a child it uses the second core.
The child only builds symbol tables; it imports and runs nothing of what it is given, and of archtrack neither.
"""

from __future__ import annotations

import subprocess
import sys
from subprocess import TimeoutExpired
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from archtrack.core.python.source import longest_line, undecodable_line, unreadable
from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["PYTHON", "check_syntax", "start_check"]

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

_TIMEOUT_SECONDS = 120

_TOO_DEEP = "too deeply nested to parse"

# The child reads everything before it answers, so neither side waits for the other; then it answers each file with
# one line, at once, so that a crash tells which file it was.
_CHILD = r"""
import gc, io, sys, symtable
gc.disable()
sys.setrecursionlimit(3000)
feed, write = io.BytesIO(sys.stdin.buffer.read()), sys.stdout
while head := feed.readline():
    data = feed.read(int(head))
    try:
        symtable.symtable(data, "module", "exec")
        answer = "ok"
    except SyntaxError as error:
        answer = "%d %s" % (error.lineno or 0, " ".join(str(error.msg).split()))
    except (ValueError, UnicodeError) as error:
        answer = "0 %s" % " ".join(str(error).split())
    except (RecursionError, MemoryError, OverflowError):
        answer = "0 too deeply nested to parse"
    write.write(answer.encode("ascii", "backslashreplace").decode() + "\n")
    write.flush()
"""


def check_syntax(files: Mapping[str, bytes]) -> dict[str, tuple[str, int] | None]:
    """Parse every file in a child process.

    Args:
        files: any key -> the file's bytes as they are.

    Returns:
        The same keys -> None where the file parses, else (reason, line counted from 1 or 0 if unknown).

    Raises:
        SourceError: the child process could not be started.
    """
    return start_check(files)()


def start_check(files: Mapping[str, bytes]) -> Callable[[], dict[str, tuple[str, int] | None]]:
    """``check_syntax`` while the caller goes on: what is returned waits for the answers and gives them.

    Raises:
        SourceError: the child process could not be started; from the function returned, one that takes the place
            of a child that died.
    """
    answers: dict[str, tuple[str, int] | None] = {key: unreadable(data) for key, data in files.items()}
    left = [key for key, problem in answers.items() if problem is None]
    first = _start([files[key] for key in left]) if left else None

    def finish() -> dict[str, tuple[str, int] | None]:
        child, waiting = first, left
        while child is not None:
            lines = _answers(child)
            for key, line in zip(waiting, lines, strict=False):
                answers[key] = None if line == "ok" else _problem(line, files[key])
            waiting = waiting[len(lines) :]
            if waiting:
                reason = f"it makes the parser of Python {PYTHON} fail"
                answers[waiting[0]] = (reason, longest_line(files[waiting[0]]))
                waiting = waiting[1:]
            child = _start([files[key] for key in waiting]) if waiting else None
        return answers

    return finish


def _problem(line: str, data: bytes) -> tuple[str, int]:
    """The reason and line number of a child's answer; the parser does not always give one."""
    number, _, reason = line.partition(" ")
    if reason == _TOO_DEEP:
        return f"Python {PYTHON} cannot parse it: {reason}", longest_line(data)
    return f"Python {PYTHON} cannot parse it: {reason}", int(number) or undecodable_line(data)


def _start(contents: list[bytes]) -> subprocess.Popen[bytes]:
    """A child at work on the contents. It is fed from a file: a pipe would want this process's attention."""
    command = [sys.executable, "-I", "-S", "-W", "ignore", "-X", "utf8", "-c", _CHILD]
    try:
        with TemporaryFile() as feed:
            feed.writelines(b"%d\n%b" % (len(data), data) for data in contents)
            feed.seek(0)
            return subprocess.Popen(  # noqa: S603 -- our own interpreter and our own program
                command, stdin=feed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
    except OSError as error:
        raise SourceError(
            f"cannot start {sys.executable} to check the syntax of modules: {error.strerror}"
        ) from error


def _answers(child: subprocess.Popen[bytes]) -> list[str]:
    """One child's answers; fewer than contents when it died, or was ended, on the file behind the last answer."""
    try:
        output, _ = child.communicate(timeout=_TIMEOUT_SECONDS)
    except TimeoutExpired:
        child.kill()
        output, _ = child.communicate()
    return output.decode("ascii", "replace").split("\n")[:-1]
