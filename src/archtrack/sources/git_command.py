"""Running git so that it asks nothing, runs nothing else and reaches nothing that it was not sent to.

No prompt, no hook, no pager, no optional lock, no transport but the ordinary ones, and none at all unless
the call is meant to use the network: a partial clone would otherwise fetch what is missing object by
object. Of the environment's ``GIT_*`` only what serves access (ssh command, certificates, configuration)
is passed on, so that a hook's ``GIT_DIR`` cannot redirect a call.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from archtrack.errors import SourceError

from .git_address import hide_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Git", "GitError", "explained"]

_PROTOCOLS = "file:git:http:https:ssh"
_KEPT = re.compile(
    r"GIT_(ASKPASS|CONFIG_(COUNT|GLOBAL|NOSYSTEM|SYSTEM|KEY_\d+|VALUE_\d+)|EXEC_PATH|PROXY_\w+|SSH\w*|SSL_\w+)"
)
_LOCAL_SECONDS = 120.0
_NETWORK_SECONDS = 900.0
_LARGEST = 256 * 1024 * 1024  # far above any source file: a packed file of zeroes must not fill the memory
_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "fetch.negotiationAlgorithm=noop",
    "transfer.bundleURI=false",
    # A transfer that stalls is cut after half a minute; one that flows may take its time.
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
)


class GitError(Exception):
    """git ended with an error; the text is what it wrote to stderr."""


class Git:
    """git in one repository."""

    def __init__(
        self, *where: str, environ: Mapping[str, str], config: Mapping[str, str] | None = None
    ) -> None:
        """Prepare the calls.

        Args:
            *where: options that say which repository (``-C``, ``--git-dir``).
            environ: the environment to start from.
            config: further configuration, passed where other users of the machine cannot see it.
        """
        options = [part for setting in _CONFIG for part in ("-c", setting)]
        self._command = ["git", *where, "--no-pager", *options]
        self._environ = {name: value for name, value in environ.items() if _is_kept(name)}
        self._environ |= {
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",  # a blob id must mean the blob of that id
            "GIT_OPTIONAL_LOCKS": "0",
            "SSH_ASKPASS_REQUIRE": "never",
        }
        given = self._environ.get("GIT_CONFIG_COUNT", "")
        count = int(given) if given.isdecimal() else 0
        for name, value in (config or {}).items():
            self._environ |= {f"GIT_CONFIG_KEY_{count}": name, f"GIT_CONFIG_VALUE_{count}": value}
            count += 1
        if count:
            self._environ["GIT_CONFIG_COUNT"] = str(count)

    def run(self, *arguments: str, stdin: bytes = b"", network: bool = False) -> bytes:
        """What a call writes to stdout.

        Raises:
            GitError: git ended with an error.
            SourceError: git is not installed, or took too long.
        """
        seconds = _NETWORK_SECONDS if network else _LOCAL_SECONDS
        process = self._start(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE, network=network)
        with process:
            try:
                out, err = process.communicate(stdin, timeout=seconds)
            except BaseException as error:
                _end(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise _too_long(arguments, seconds) from error
                raise
        if process.returncode:
            raise GitError(err.decode("utf-8", "replace"))
        return out

    def blobs(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The contents of the blobs that are there, by id, from one process.

        Raises:
            GitError: git ended with an error, or a blob is too large to be source.
            SourceError: git is not installed, or took too long.
        """
        with tempfile.TemporaryFile() as wanted, tempfile.TemporaryFile() as said:
            wanted.write("".join(f"{name}\n" for name in ids).encode())
            wanted.seek(0)
            process = self._start(("cat-file", "--batch"), stdin=wanted.fileno(), stderr=said.fileno())
            timer = threading.Timer(_LOCAL_SECONDS, _end, [process])
            timer.start()
            try:
                with process:
                    found = _parse_batch(process, len(ids))
            except BaseException:
                _end(process)
                raise
            finally:
                timer.cancel()
            if process.returncode == -signal.SIGKILL:
                raise _too_long(("cat-file",), _LOCAL_SECONDS)
            if process.returncode:
                said.seek(0)
                raise GitError(said.read().decode("utf-8", "replace"))
        return found

    def _start(
        self, arguments: Sequence[str], *, stdin: int, stderr: int, network: bool = False
    ) -> subprocess.Popen[bytes]:
        environ = {**self._environ, "GIT_ALLOW_PROTOCOL": _PROTOCOLS if network else ""}
        try:
            return subprocess.Popen(  # noqa: S603 - a fixed command, arguments checked by the callers
                [*self._command, *arguments],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environ,
                # Its own session: ssh has no terminal to ask on, and helpers end with it.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise SourceError(
                "git is not installed; install it, or give a path or a release instead"
            ) from error
        except OSError as error:
            raise SourceError(
                f"git cannot be run: {error.strerror}; give a path or a release instead"
            ) from error


def _is_kept(name: str) -> bool:
    if name.startswith("GIT_"):
        return _KEPT.fullmatch(name) is not None
    return name not in {"LANGUAGE", "LC_MESSAGES"}


def _parse_batch(process: subprocess.Popen[bytes], count: int) -> dict[str, bytes]:
    out = process.stdout
    if out is None:  # cannot be: it was asked for
        return {}
    found: dict[str, bytes] = {}
    for _ in range(count):
        header = out.readline().split()
        if len(header) != 3:  # noqa: PLR2004 - "<id> blob <size>", else "<id> missing" or the end
            continue
        name, size = header[0].decode("ascii", "replace"), int(header[2])
        if size > _LARGEST:
            raise GitError(f"blob {name}: {size} bytes is no source file")
        content = out.read(size + 1)[:-1]
        if len(content) == size and header[1] == b"blob":
            found[name] = content
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _too_long(arguments: Sequence[str], seconds: float) -> SourceError:
    return SourceError(f"git {arguments[0]} took longer than {seconds:.0f} s and was ended; run again")


def explained(error: GitError, where: str) -> SourceError:
    """What git said, in one line, with what to do where that is known."""
    lines = [line.strip() for line in hide_credentials(str(error)).splitlines() if line.strip()]
    said = next(
        (line for line in lines if line.startswith(("fatal:", "error:", "ERROR:"))),
        lines[-1] if lines else "",
    )
    said = re.sub(r"^(fatal|error|ERROR): ?", "", said).rstrip(".") or "git failed without a word"
    text = "\n".join(lines)
    if "dubious ownership" in text or "safe.directory" in text:
        advice = "it belongs to another user; `git config --global --add safe.directory PATH` trusts it"
    elif "not a git repository" in text:
        return SourceError(f"{where}: not a git repository; give the path of one, or a plain path")
    elif re.search(
        r"could not read Username|Authentication failed|Permission denied|terminal prompts disabled", text
    ):
        advice = "no access; set up a credential helper or an ssh key that needs no question"
    elif re.search(
        r"[Cc]ould not resolve|unable to access|Could not read from remote|unable to connect|Connection", text
    ):
        advice = "check the address and the network"
    elif "does not appear to be a git repository" in text or "not found" in text:
        advice = "check the address"
    else:
        return SourceError(f"{where}: git: {said}")
    return SourceError(f"{where}: git: {said}; {advice}")
