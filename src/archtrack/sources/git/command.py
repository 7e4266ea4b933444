"""Running git so that it asks nothing, runs nothing else and reaches nothing that it was not sent to.

``Git`` reads a repository of anybody's: no transport is allowed, so a partial clone is not completed, and every
setting by which the repository could name a program is overridden. ``FetchingGit`` fetches into a repository of our
own, and takes for that what the user has configured: ssh, credential helpers, proxies.

Of the environment's ``GIT_*`` only the user's configuration is passed on, and for fetching what serves access, so that
neither a hook's ``GIT_DIR`` nor a ``GIT_EXTERNAL_DIFF`` counts.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from threading import Thread
from typing import IO, TYPE_CHECKING, cast

from archtrack.errors import SourceError
from archtrack.sources.deadline import LateError, within
from archtrack.sources.redaction import shown_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LARGEST", "FetchingGit", "Git", "GitError", "explained"]

_PROTOCOLS = "file:git:http:https:ssh"
_KEPT = re.compile(r"GIT_(CONFIG_(COUNT|GLOBAL|NOSYSTEM|SYSTEM|KEY_\d+|VALUE_\d+)|EXEC_PATH)")
_KEPT_TO_FETCH = re.compile(r"GIT_(ASKPASS|PROXY_\w+|SSH\w*|SSL_\w+)")
_LOCAL_SECONDS = 120.0
_NETWORK_SECONDS = 900.0
_MOST_NAMES = 64 * 1024 * 1024  # bytes of a listing
_MOST_WORDS = 64 * 1024  # of errors; what comes after them is passed over
_AT_ONCE = 1024 * 1024
_DIGITS = 6  # git refuses more settings
_MOST_READ = 512 * 1024 * 1024  # bytes of files
LARGEST = 256 * 1024 * 1024  # far above any source file: a packed file of zeroes must not fill the memory
_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=",  # older gits take "false" for a program's name
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
# What names a program, in a repository that is somebody's. Nothing that is called here runs one of them; a git that
# fetched what a partial clone lacks would, and so might a later git for reasons of its own.
_CONFIG_TO_READ = (
    "protocol.allow=never",
    "core.alternateRefsCommand=false",
    "core.askPass=",
    "core.editor=false",
    "core.pager=cat",
    "core.sshCommand=false",
    "credential.helper=",
    "diff.external=",
    "gpg.program=false",
    "gpg.openpgp.program=false",
    "gpg.ssh.defaultKeyCommand=",
    "gpg.ssh.program=false",
    "gpg.x509.program=false",
    "interactive.diffFilter=",
    "sequence.editor=false",
    "uploadpack.packObjectsHook=",
)
_ENVIRON_TO_READ = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ASKPASS": "",
    "GIT_PROXY_COMMAND": "",  # of core.gitProxy the first one counts, and the repository's comes before ours
}

_NOT_FETCHED = re.compile(r"from promisor remote|lazy fetching disabled")


class GitError(Exception):
    """git ended with an error; the text is what it wrote to stderr, its addresses as they may be shown."""

    def __init__(self, text: str) -> None:
        """Keep what git wrote."""
        super().__init__(shown_text(text))


class Git:
    """git in one repository, which it only reads."""

    def __init__(self, *where: str, environ: Mapping[str, str]) -> None:
        """Prepare the calls.

        Args:
            *where: options that say which repository (``-C``, ``--git-dir``).
            environ: the environment to start from.
        """
        self._command = ["git", *where, "--no-pager"]
        self._environ = {name: value for name, value in environ.items() if _is_kept(name)}
        self._environ |= {
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",  # of git 2.45; older ones stop at the protocol
            "GIT_NO_REPLACE_OBJECTS": "1",  # a blob id must mean the blob of that id
            "GIT_OPTIONAL_LOCKS": "0",
            "SSH_ASKPASS_REQUIRE": "never",
        }

    def run(self, *arguments: str) -> bytes:
        """What a call writes to stdout.

        Raises:
            GitError: git ended with an error.
            SourceError: git is not installed, or took too long.
        """
        return self._run(arguments, _CONFIG_TO_READ, _ENVIRON_TO_READ, seconds=_LOCAL_SECONDS)[0]

    def commits(self, names: Sequence[str]) -> dict[str, str]:
        """The full ids of the commits that some references mean, tags of tags included; what is none is left out.

        Raises:
            GitError: git ended with an error.
            SourceError: git is not installed, or took too long.
        """
        answers = self._cat_file("--batch-check", [f"{name}^{{commit}}" for name in names]).decode(
            "utf-8", "replace"
        )
        found = {}
        for name, line in zip(names, answers.splitlines(), strict=True):
            commit, _, rest = line.partition(" ")
            if rest.startswith("commit "):
                found[name] = commit
        return found

    def blobs(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The contents of the blobs that are there, by id.

        Raises:
            GitError: git ended with an error, or a blob is too large to be source.
            SourceError: git is not installed, or took too long.
        """
        there, total = [], 0
        for line in self._cat_file("--batch-check", ids).decode().splitlines():
            name, kind, *size = line.split()  # "<id> blob <size>", or "<id> missing"
            if kind == "blob":
                if int(size[0]) > LARGEST:
                    raise GitError(f"blob {name}: {size[0]} bytes is too large for a source file")
                total += int(size[0])
                if total > _MOST_READ:
                    raise GitError(
                        f"fatal: more than {_MOST_READ // 1024**2} MB of files at once is too much for a source"
                    )
                there.append(name)
        found: dict[str, bytes] = {}
        output, at = self._cat_file("--batch", there), 0
        for name in there:  # "<id> blob <size>", a line's end, the content and another line's end for each
            start = output.index(b"\n", at) + 1
            end = start + int(output[at:start].split()[2])
            found[name], at = output[start:end], end + 1
        return found

    def _cat_file(self, mode: str, ids: Sequence[str]) -> bytes:
        out, words = self._run(
            ("cat-file", mode),
            _CONFIG_TO_READ,
            _ENVIRON_TO_READ,
            stdin="".join(f"{name}\n" for name in ids).encode(),
            seconds=_LOCAL_SECONDS,
            most=_MOST_READ + _MOST_NAMES,
        )
        if _NOT_FETCHED.search(words):
            raise GitError(words)
        return out

    def _run(
        self,
        arguments: Sequence[str],
        config: Sequence[str],
        environ: Mapping[str, str],
        *,
        stdin: bytes = b"",
        seconds: float,
        most: int = _MOST_NAMES,
    ) -> tuple[bytes, str]:
        """What a call writes to stdout and to stderr; the one place where git is started."""
        options = [part for setting in (*_CONFIG, *config) for part in ("-c", setting)]
        try:
            process = subprocess.Popen(  # noqa: S603 - a fixed command, arguments checked by the callers
                [*self._command, *options, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**self._environ, **environ},
                # Its own session: ssh has no terminal to ask on, and helpers end with it.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise SourceError(
                "git is not installed; install it, or give a path or a release instead"
            ) from error
        except OSError as error:
            raise SourceError(
                f"cannot run git: {error.strerror}; give a path or a release instead"
            ) from error
        with process:
            try:
                out, err = within(seconds, lambda: _said(process, stdin, most))
            except BaseException as error:
                _end(process)
                if isinstance(error, LateError):
                    raise SourceError(
                        f"git {arguments[0]} took longer than {seconds:.0f} s and was stopped; run again"
                    ) from None
                raise
        words = err.decode("utf-8", "replace")
        if process.returncode:
            raise GitError(words)
        return out, words


def _said(process: subprocess.Popen[bytes], stdin: bytes, most: int) -> tuple[bytes, bytes]:
    """What git writes until it ends, to stdout and to stderr.

    Raises:
        GitError: it is more than any repository has to say.
    """
    into, answers, words = (
        cast("IO[bytes]", pipe) for pipe in (process.stdin, process.stdout, process.stderr)
    )
    said: list[bytes] = []

    def write() -> None:
        with suppress(OSError, ValueError):  # git has ended, or was ended
            into.write(stdin)
            into.close()

    def listen() -> None:
        with suppress(OSError, ValueError):
            said.append(words.read(_MOST_WORDS))
            while words.read(_MOST_WORDS):
                pass

    threads = [Thread(target=each, daemon=True) for each in (write, listen)]
    for thread in threads:
        thread.start()
    out = bytearray()
    while piece := answers.read(_AT_ONCE):
        out += piece
        if len(out) > most:
            raise GitError(f"fatal: more than {most // 1024**2} MB of names or files")
    for thread in threads:
        thread.join()
    return bytes(out), b"".join(said)


class FetchingGit(Git):
    """git in a repository of our own, which it may fetch into."""

    def __init__(self, *where: str, environ: Mapping[str, str], config: Mapping[str, str]) -> None:
        """Prepare the calls.

        Args:
            *where: options that say which repository.
            environ: the environment to start from.
            config: further configuration for fetching, passed where other users of the machine cannot see it.
        """
        super().__init__(*where, environ=environ)
        self._access = {name: value for name, value in environ.items() if _KEPT_TO_FETCH.fullmatch(name)}
        self._access["GIT_ALLOW_PROTOCOL"] = _PROTOCOLS
        given = self._environ.get("GIT_CONFIG_COUNT", "")
        count = int(given) if given.isdecimal() and len(given) < _DIGITS else 0
        for place, (name, value) in enumerate(config.items(), count):
            self._access |= {f"GIT_CONFIG_KEY_{place}": name, f"GIT_CONFIG_VALUE_{place}": value}
        if config:
            self._access["GIT_CONFIG_COUNT"] = str(count + len(config))

    def fetch(self, *arguments: str, stdin: bytes = b"") -> None:
        """Fetch from ``origin``, leaving out blobs that are not named, if the server can.

        Raises:
            GitError: git ended with an error.
            SourceError: git is not installed, or took too long.
        """
        options = (
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--recurse-submodules=no",
            "--filter=blob:none",
            "--upload-pack=git-upload-pack",
        )
        command = ("fetch", *options, *arguments)
        self._run(command, (), self._access, stdin=stdin, seconds=_NETWORK_SECONDS)

    def remote_tags(self) -> tuple[str, ...]:
        """The names of the tags that ``origin`` has.

        Raises:
            GitError: git ended with an error.
            SourceError: git is not installed, or took too long.
        """
        command = ("ls-remote", "--refs", "--tags", "--upload-pack=git-upload-pack", "origin")
        listed, _ = self._run(command, (), self._access, seconds=_NETWORK_SECONDS)
        names = (line.partition("\trefs/tags/")[2] for line in listed.decode("utf-8", "replace").splitlines())
        return tuple(filter(None, names))


def _is_kept(name: str) -> bool:
    if name.startswith("GIT_"):
        return _KEPT.fullmatch(name) is not None
    return name not in {"LANGUAGE", "LC_MESSAGES"}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def explained(error: GitError, where: str) -> SourceError:
    """What git said, in one line, with what to do where that is known."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = next(
        (line for line in lines if line.startswith(("fatal:", "error:", "ERROR:"))),
        lines[-1] if lines else "",
    )
    said = re.sub(r"^(fatal|error|ERROR): ?", "", said).rstrip(".") or "git failed without a message"
    text = "\n".join(lines)
    if _NOT_FETCHED.search(text):
        return SourceError(
            f"{where}: this partial clone lacks files, and archtrack does not fetch into it:"
            " run `git fetch --refetch --no-filter` in it"
        )
    if "dubious ownership" in text or "safe.directory" in text:
        advice = "it belongs to another user; `git config --global --add safe.directory PATH` trusts it"
    elif "not a git repository" in text:
        return SourceError(f"{where}: not a git repository; give the path of one, or a plain path")
    elif re.search(
        r"could not read Username|Authentication failed|Permission denied|terminal prompts disabled", text
    ):
        advice = "no access; set up a credential helper or an ssh key without a passphrase"
    elif re.search(
        r"[Cc]ould not resolve|unable to access|Could not read from remote|unable to connect|Connection", text
    ):
        advice = "check the address and the network"
    elif "does not appear to be a git repository" in text or "not found" in text:
        advice = "check the address"
    else:
        return SourceError(f"{where}: git: {said}")
    return SourceError(f"{where}: git: {said}; {advice}")
