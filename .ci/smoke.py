"""Try an installed archtrack: run this file with the Python of the environment that has it.

    PYTHON -I .ci/smoke.py [--page] [--mcp]

It asks for an architecture, and writes the page with ``--page``, which takes some seconds. With ``--mcp``, for which
the extra has to be there, a tool of `archtrack mcp` has to answer; else it has to name the extra. No request can leave
the machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from argparse import ArgumentParser
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = "Qwen3ForCausalLM"
SECONDS = 120
"""For one command; the slowest takes about ten."""
NOWHERE = "http://127.0.0.1:9"


class SmokeError(Exception):
    """What does not work, in one line or with what the command printed."""


def main() -> int:
    """Try everything; 1 if something does not work."""
    parser = ArgumentParser(description="Try the archtrack that is installed with this Python.")
    parser.add_argument(
        "--mcp", action="store_true", help="the extra `mcp` is installed: talk to the server, too"
    )
    parser.add_argument("--page", action="store_true", help="write the page, too")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            _try_all(Installed(Path(folder)), mcp=arguments.mcp, page=arguments.page)
    except SmokeError as error:
        print(f"smoke: {error}", file=sys.stderr)
        return 1
    return 0


class Installed:
    """The ``archtrack`` of this environment, run in an empty folder and without network."""

    def __init__(self, folder: Path) -> None:
        """Look for the command beside this Python, nowhere else."""
        self.folder = folder
        self.command = shutil.which("archtrack", path=sysconfig.get_path("scripts")) or ""
        if not self.command:
            raise SmokeError(f"there is no command archtrack in {sysconfig.get_path('scripts')}")
        foreign = ("ARCHTRACK_", "PYTHON", "SGLANG_")
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environ |= {
            "ARCHTRACK_CACHE_DIR": str(folder / "cache"),
            "ARCHTRACK_DATA_DIR": str(folder / "data"),
            "ARCHTRACK_OFFLINE": "1",
            "HTTP_PROXY": NOWHERE,
            "HTTPS_PROXY": NOWHERE,
        }

    def run(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """What a command prints, to stdout and to stderr."""
        shown = " ".join(("archtrack", *arguments))
        try:
            done = subprocess.run(
                [self.command, *arguments], cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL,
                timeout=SECONDS, capture_output=True, encoding="utf-8", errors="replace", check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise SmokeError(f"`{shown}` has not ended after {SECONDS} seconds") from error
        if done.returncode != code:
            raise SmokeError(
                f"`{shown}` ended with {done.returncode}, not {code}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        return done.stdout, done.stderr

    @contextmanager
    def start(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A server, which is killed when its time is over, so that reading from it ends."""
        process = subprocess.Popen(
            [self.command, *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        timer = Timer(SECONDS, process.kill)
        timer.start()
        try:
            with process:
                yield process
        finally:
            timer.cancel()


def _try_all(installed: Installed, *, mcp: bool, page: bool) -> None:
    _expect_own_files()
    _expect("--version", f"archtrack {metadata.version('archtrack')}", installed.run("--version")[0])
    answer = _json("check", installed.run("check", ASKED, "--format", "json")[0])
    _expect_native("check", answer, "targets", 0)
    if page:
        _try_page(installed)
    if mcp:
        _try_server(installed)
    else:
        _expect("mcp without its extra", "the extra `mcp`", installed.run("mcp", code=2)[1])


def _expect_own_files() -> None:
    """What is imported is what was installed here, not a checkout, and says that it has types."""
    spec = find_spec("archtrack")
    origin = Path(spec.origin if spec is not None and spec.origin is not None else "nowhere")
    if not origin.resolve().is_relative_to(Path(sysconfig.get_path("purelib")).resolve()):
        raise SmokeError(f"archtrack is imported from {origin}, which is not where it was installed")
    if not (origin.parent / "py.typed").is_file():
        raise SmokeError(f"{origin.parent}: py.typed is missing")


def _try_page(installed: Installed) -> None:
    installed.run("site", "--out", "page")
    page = (installed.folder / "page" / "index.html").read_text(encoding="utf-8")
    _expect("the page", ASKED, page)


def _try_server(installed: Installed) -> None:
    client = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "smoke", "version": "0"},
    }
    said = (
        {"id": 1, "method": "initialize", "params": client},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "check_model", "arguments": {"model": ASKED}}},
    )
    with installed.start("mcp") as server:
        if server.stdin is None or server.stdout is None:
            raise SmokeError("`archtrack mcp` has no pipes")
        for each in said:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **each}) + "\n")
        server.stdin.flush()
        for line in server.stdout:
            answer = _json("mcp", line)
            if answer.get("id") == 2:  # noqa: PLR2004 -- that of the call above
                break
        else:
            raise SmokeError("`archtrack mcp` ended without an answer")
        server.stdin.close()  # ends the server
    _expect_native("mcp", answer, "result", "structuredContent", "answers", 0)


def _expect_native(what: str, data: Any, *place: str | int) -> None:
    status = _at(what, data, *place, "engines", "vllm", "status")
    if status != "native":
        raise SmokeError(f"{what}: {ASKED} is {status} for vllm, not native")


def _at(what: str, data: Any, *place: str | int) -> Any:
    """What stands at a place in JSON."""
    found, where = data, "".join(f"[{key!r}]" for key in place)
    try:
        for key in place:
            found = found[key]
    except (KeyError, IndexError, TypeError) as error:
        raise SmokeError(f"{what}: there is no {where} in {str(data)[:2000]}") from error
    return found


def _expect(what: str, part: str, text: str) -> None:
    if part not in text:
        raise SmokeError(f"{what}: {part!r} is not in it: {text[:2000]}")


def _json(what: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SmokeError(f"{what}: not JSON ({error}): {text[:2000]}") from error


if __name__ == "__main__":
    sys.exit(main())
