"""Whether Python can parse a file, asked of a Python of its own.

Two reasons for a child process. A hostile file can exhaust or crash the parser: then the child dies, not the
scan. And the parser holds the interpreter's lock for as long as it works: in a child it uses the second core.
The child only builds symbol tables; it imports and runs nothing of what it is given, and of archtrack neither.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .errors import SourceError

if TYPE_CHECKING:
    import subprocess
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
    """
    from .core.modules import longest_line, unreadable  # noqa: PLC0415 -- a kept scan needs only PYTHON

    answers: dict[str, tuple[str, int] | None] = {key: unreadable(data) for key, data in files.items()}
    left = [key for key, problem in answers.items() if problem is None]
    while left:
        lines = _ask([files[key] for key in left])
        for key, line in zip(left, lines, strict=False):
            answers[key] = None if line == "ok" else _problem(line, files[key])
        left = left[len(lines) :]
        if left:
            answers[left[0]] = (
                f"it makes the parser of Python {PYTHON} fail",
                longest_line(files[left[0]]),
            )
            left = left[1:]
    return answers


def start_check(files: Mapping[str, bytes]) -> Callable[[], dict[str, tuple[str, int] | None]]:
    """``check_syntax`` while the caller goes on: what is returned waits for the answers and gives them.

    Raises:
        SourceError: from the function returned: the child process could not be started.
    """
    from threading import Thread  # noqa: PLC0415 -- a kept scan needs only PYTHON

    answers: dict[str, tuple[str, int] | None] = {}
    errors: list[OSError] = []

    def check() -> None:
        try:
            answers.update(check_syntax(files))
        except OSError as error:
            errors.append(error)

    thread = Thread(target=check)
    thread.start()

    def finish() -> dict[str, tuple[str, int] | None]:
        thread.join()
        if errors:
            raise SourceError(
                f"cannot start {sys.executable} to check the syntax of modules: {errors[0].strerror}"
            ) from errors[0]
        return answers

    return finish


def _problem(line: str, data: bytes) -> tuple[str, int]:
    """The reason and line number of a child's answer; the parser does not always give one."""
    from .core.modules import longest_line, undecodable_line  # noqa: PLC0415 -- a kept scan needs only PYTHON

    number, _, reason = line.partition(" ")
    if reason == _TOO_DEEP:
        return f"Python {PYTHON} cannot parse it: {reason}", longest_line(data)
    return f"Python {PYTHON} cannot parse it: {reason}", int(number) or undecodable_line(data)


def _ask(contents: list[bytes]) -> list[str]:
    """One child's answers; fewer than contents when it died on the file behind the last answer."""
    import subprocess  # noqa: PLC0415 -- a scan whose facts are kept needs no child
    from threading import Timer  # noqa: PLC0415 -- as above

    command = [sys.executable, "-I", "-S", "-W", "ignore", "-X", "utf8", "-c", _CHILD]
    # Whole writes and reads, not `communicate`: its small steps would queue for the interpreter's lock.
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as child:
        timer = Timer(_TIMEOUT_SECONDS, child.kill)
        timer.daemon = True
        timer.start()
        try:
            output = _exchange(child, b"".join(b"%d\n%b" % (len(data), data) for data in contents))
        finally:
            timer.cancel()
    return output.decode("ascii", "replace").split("\n")[:-1]


def _exchange(child: subprocess.Popen[bytes], feed: bytes) -> bytes:
    """What the child says to ``feed``."""
    if child.stdin is None or child.stdout is None:
        return b""
    try:
        left = memoryview(feed)
        while left:
            left = left[child.stdin.write(left) :]
        child.stdin.close()
    except BrokenPipeError:
        return b""
    output = b""
    while piece := child.stdout.read(1 << 20):
        output += piece
    return output
