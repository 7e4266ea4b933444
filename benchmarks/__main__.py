"""Measure archtrack against the script that it grew out of, and count what it reads from the index.

Prints medians over several runs of whole processes, taken in turn, and the ratios. Asserts nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from archtrack.app.request import Request
from archtrack.app.track import scan_engine
from archtrack.sources.workspace import Workspace

SGLANG, TRANSFORMERS = "0.5.23", "5.23.0"
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run every measurement."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="archtrack-benchmark-") as scratch:
        folder = Path(scratch)
        bench = _Bench(folder, arguments.seed, arguments.runs)
        bench.prepare()
        bench.compare()
        bench.start_up()
    _index()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seed", type=Path, required=True, help="the page that holds the script")
    parser.add_argument("--runs", type=int, default=7, help="counted runs of each command")
    return parser.parse_args()


class _Bench:
    """The trees, the script and the commands in a scratch folder."""

    def __init__(self, folder: Path, page: Path, runs: int) -> None:
        self.folder, self.runs = folder, runs
        self.script = folder / "script.py"
        text = page.read_text(encoding="utf-8")
        found = re.search(r"<< 'PYEOF'\n(.*?)\nPYEOF", text, re.DOTALL)
        if found is None:
            sys.exit(f"{page}: no script between PYEOF markers")
        self.script.write_text(found[1], encoding="utf-8")
        self.tree = folder / "tree"
        self.python = folder / "environment" / "bin" / "python"
        self.document = self.tree / "MODEL_SUPPORT_TRACKING.md"
        self.archtrack = folder / "product" / "bin" / "archtrack"

    def prepare(self) -> None:
        """Download the two releases, unpack SGLang as a checkout, install transformers for the script."""
        print(f"Preparing SGLang {SGLANG} and transformers {TRANSFORMERS} …", flush=True)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        wheels = self.folder / "wheels"
        target = ["--only-binary", ":all:", "--no-deps", "-d", str(wheels), "--python-version", "3.12"]
        platform = ["--platform", "manylinux_2_34_aarch64", "--implementation", "cp", "--abi", "cp312"]
        subprocess.run([*pip, "download", *target, *platform, f"sglang=={SGLANG}"], check=True)
        with zipfile.ZipFile(next(wheels.glob("sglang-*.whl"))) as wheel:
            wheel.extractall(self.tree / "python")
        # The product as a user has it: installed, and so compiled to bytecode, unlike an editable install.
        subprocess.run([sys.executable, "-m", "venv", str(self.folder / "product")], check=True)
        subprocess.run(
            [str(self.archtrack.with_name("python")), "-m", "pip", "--quiet", "install", str(ROOT)],
            check=True,
        )
        subprocess.run([sys.executable, "-m", "venv", str(self.folder / "environment")], check=True)
        subprocess.run(
            [str(self.python), "-m", "pip", "--quiet", "install", f"transformers=={TRANSFORMERS}"], check=True
        )
        self.packages = next((self.folder / "environment" / "lib").glob("python*")) / "site-packages"
        subprocess.run(
            [str(self.python), "-m", "compileall", "-q", str(self.packages / "transformers")], check=False
        )

    def compare(self) -> None:
        """The script, archtrack with an empty cache and archtrack with a full one, in turn."""
        environ = dict(
            os.environ, ARCHTRACK_CACHE_DIR=str(self.folder / "cache"), TRANSFORMERS_VERBOSITY="error"
        )
        tracked = [
            str(self.archtrack), "update", "--sglang", str(self.tree), "--transformers", str(self.packages),
        ]  # fmt: skip
        before = self._document(tracked, environ)
        cases = {"script": [], "cold": [], "warm": [], "up to date": []}
        peaks: dict[str, list[int]] = {name: [] for name in cases}
        for turn in range(self.runs + 1):
            script = [str(self.python), str(self.script)]
            for name, command in (("script", script), ("cold", tracked), ("warm", tracked)):
                if name == "cold":
                    shutil.rmtree(self.folder / "cache", ignore_errors=True)
                self.document.write_text(before, encoding="utf-8")
                self._measure(name, command, environ, cases, peaks, counted=turn > 0)
            self._measure("up to date", tracked, environ, cases, peaks, counted=turn > 0)
        base = statistics.median(cases["script"])
        print(
            f"\nWhole process, medians of {self.runs} runs in turn (SGLang {SGLANG}, transformers {TRANSFORMERS}):"
        )
        for name, seconds in cases.items():
            pairs = [own / script for own, script in zip(seconds, cases["script"], strict=True)]
            print(
                f"  {name:12s} {statistics.median(seconds):6.3f} s   ratio {statistics.median(seconds) / base:5.2f}"
                f"   (pairwise {min(pairs):.2f} to {max(pairs):.2f})   peak {max(peaks[name]) / 1024:6.1f} MB"
            )

    def _document(self, tracked: list[str], environ: dict[str, str]) -> str:
        """A document that both sides have work with: the complete one without every tenth row."""
        self.document.unlink(missing_ok=True)
        subprocess.run(tracked, cwd=self.tree, env=environ, check=True, stdout=subprocess.DEVNULL)
        lines = self.document.read_text(encoding="utf-8").split("\n")
        rows = [
            index for index, line in enumerate(lines) if line.startswith("| **") and "**Total**" not in line
        ]
        dropped = set(rows[::10])
        return "\n".join(line for index, line in enumerate(lines) if index not in dropped)

    def _measure(
        self,
        name: str,
        command: list[str],
        environ: dict[str, str],
        cases: dict[str, list[float]],
        peaks: dict[str, list[int]],
        *,
        counted: bool,
    ) -> None:
        """Run once in the tree; wall seconds and peak memory in KB of the whole process."""
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=self.tree, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            sys.exit(f"{name} failed with exit code {process.returncode}: {' '.join(command)}")
        if counted:
            cases[name].append(seconds)
            peaks[name].append(usage.ru_maxrss)

    def start_up(self) -> None:
        """``archtrack --version`` against a bare interpreter."""
        times: dict[str, list[float]] = {"bare": [], "version": []}
        for _ in range(self.runs + 1):
            for name, command in (
                ("bare", [str(self.archtrack.with_name("python")), "-c", "pass"]),
                ("version", [str(self.archtrack), "--version"]),
            ):
                begun = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                times[name].append(time.perf_counter() - begun)
        bare, version = (statistics.median(times[name][1:]) for name in ("bare", "version"))
        print(
            f"\narchtrack --version {version:.3f} s, a bare interpreter {bare:.3f} s: {version - bare:.3f} s more"
        )


def _index() -> None:
    """Requests and bytes over the index, from an empty cache."""
    print("\nOver the package index, from an empty cache:")
    for engine, version in (("sglang", SGLANG), ("transformers", TRANSFORMERS)):
        with tempfile.TemporaryDirectory() as cache:
            workspace = Workspace(folder=Path.cwd(), environ={**os.environ, "ARCHTRACK_CACHE_DIR": cache})
            begun = time.perf_counter()
            scan_engine(engine, version, workspace, Request())
            seconds = time.perf_counter() - begun
        moved = workspace.transfer
        print(f"  {engine} {version}: {moved.requests} requests, {moved.bytes / 1e6:.2f} MB, {seconds:.1f} s")


if __name__ == "__main__":
    main()
