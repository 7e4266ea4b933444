"""Measure the support history: a refresh from nothing, how it grows, one new release, and asking it.

Prints requests, bytes and seconds. Asserts nothing, but tells whether the bytes are those of the shipped data.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from archtrack.app.history.refresh import refresh, refreshed_by_default
from archtrack.app.history.store import SHIPPED, read_history
from archtrack.core.history.data_file import write_history
from archtrack.core.history.spans import entries_of, spans_of
from archtrack.core.history.tables import rows_of, rules_of, rules_states, table_spans
from archtrack.sources.git.command import FetchingGit
from archtrack.sources.git.mirror import size_of_mirrors
from archtrack.sources.workspace import Workspace

RUNS = 7


class _Count:
    """Seconds and bytes after so many releases."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.points: list[tuple[int, float, int, int]] = []
        self._begun = time.perf_counter()

    def start(self, total: int) -> None:
        """Nothing to show."""

    def step(self, label: str) -> None:  # noqa: ARG002 -- the protocol's
        """Note where the refresh is."""
        moved = self.workspace.transfer
        seconds = time.perf_counter() - self._begun
        self.points.append((len(self.points) + 1, seconds, moved.requests, moved.bytes))

    def finish(self) -> None:
        """Nothing to tidy."""


def main() -> None:
    """Run every measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("engines", nargs="*", default=list(refreshed_by_default()), help="all by default")
    parser.add_argument(
        "--from",
        dest="origins",
        action="append",
        default=[],
        metavar="ENGINE=URL",
        help="the repository whose tags are read",
    )
    given = parser.parse_args()
    origins = dict(each.split("=", 1) for each in given.origins)
    _count_fetches()
    with tempfile.TemporaryDirectory(prefix="archtrack-benchmark-") as scratch:
        folder = Path(scratch)
        _from_nothing(given.engines, origins, folder)
        _one_release(given.engines, origins, folder)
    _asking()


FETCHES: list[str] = []
"""What git was asked to fetch: it makes its requests itself."""


def _count_fetches() -> None:
    fetch = FetchingGit.fetch

    def counted(git: FetchingGit, *arguments: str, stdin: bytes = b"") -> None:
        FETCHES.append(" ".join(arguments))
        fetch(git, *arguments, stdin=stdin)

    FetchingGit.fetch = counted  # type: ignore[method-assign,assignment]


def _cost(workspace: Workspace) -> tuple[int, int]:
    """Requests and bytes since the last time, with what git fetched: a fetch counts as one, and its bytes as kept."""
    moved = workspace.transfer
    requests, size = moved.requests + len(FETCHES), moved.bytes + size_of_mirrors(workspace.cache_folder)
    FETCHES.clear()
    return requests, size


def _workspace(cache: Path) -> Workspace:
    return Workspace(folder=Path.cwd(), environ={**os.environ, "ARCHTRACK_CACHE_DIR": str(cache)})


def _from_nothing(engines: list[str], origins: dict[str, str], folder: Path) -> None:
    print("A refresh from nothing, one engine after the other into one empty cache:\n")
    print(
        "engine             releases  requests        MB   seconds  as shipped   after 1/4, 1/2, 3/4 of the releases"
    )
    total = [0, 0, 0, 0.0]
    for engine in engines:
        workspace = _workspace(folder / "cache")
        count = _Count(workspace)
        begun = time.perf_counter()
        before = size_of_mirrors(workspace.cache_folder)
        (result,) = refresh([engine], folder / "data", workspace, count, repository=origins.get(engine))
        seconds = time.perf_counter() - begun
        requests, size = _cost(workspace)
        size -= before
        if result.error is not None:
            print(f"{engine:18} {result.error}")
            continue
        same = (folder / "data" / f"{engine}.json").read_bytes() == _shipped(engine)
        grown = (
            [count.points[len(count.points) * quarter // 4 - 1] for quarter in (1, 2, 3)]
            if count.points
            else []
        )
        growth = ", ".join(f"{done}: {took:.0f} s {size / 1e6:.0f} MB" for done, took, _, size in grown)
        print(
            f"{engine:18} {result.read:8} {requests:9} {size / 1e6:9.1f} {seconds:9.1f}"
            f"  {'yes' if same else 'no':10}  {growth}"
        )
        total = [a + b for a, b in zip(total, (result.read, requests, size, seconds), strict=True)]
    print(f"{'together':18} {total[0]:8.0f} {total[1]:9.0f} {total[2] / 1e6:9.1f} {total[3]:9.1f}")
    size = sum(path.stat().st_size for path in (folder / "data").glob("*.json"))
    print(f"\nThe data: {size / 1e6:.2f} MB")


def _shipped(engine: str) -> bytes:
    path = SHIPPED / f"{engine}.json"
    return path.read_bytes() if path.exists() else b""


def _one_release(engines: list[str], origins: dict[str, str], folder: Path) -> None:
    """The newest release of each engine, with the data of all before it and an empty cache."""
    print("\nOne new release, the others known, the cache empty:")
    for engine in engines:
        path = folder / "data" / f"{engine}.json"
        if not path.exists():
            continue
        history = read_history(path)
        releases = history.releases[:-1]
        found = entries_of(history)
        older = replace(
            history,
            releases=releases,
            registered=spans_of(releases, found),
            tables=table_spans(releases, rows_of(history)),
            rules=rules_states(releases, rules_of(history)),
        )
        target = folder / "before"
        target.mkdir(exist_ok=True)
        (target / f"{engine}.json").write_text(write_history(older), encoding="utf-8")
        shutil.rmtree(folder / "fresh", ignore_errors=True)
        workspace = _workspace(folder / "fresh")
        begun = time.perf_counter()
        (result,) = refresh([engine], target, workspace, _Count(workspace), repository=origins.get(engine))
        seconds = time.perf_counter() - begun
        requests, size = _cost(workspace)
        same = (target / f"{engine}.json").read_bytes() == path.read_bytes()
        print(
            f"  {engine} {history.releases[-1].version}: {result.read} read, {requests} requests,"
            f" {size / 1e6:.1f} MB, {seconds:.1f} s, the same bytes: {'yes' if same else 'no'}"
        )


def _asking() -> None:
    """Whole processes that ask the shipped data."""
    print("\nAsking the shipped data, whole processes, medians:")
    for arguments in (
        ("history", "LlamaForCausalLM"),
        ("history", "LlamaForCausalLM", "--format", "json"),
        ("history", "--engine", "vllm", "--at", "0.33.0"),
        ("diff", "transformers", "4.57.6", "5.24.0"),
        ("migrate", "sglang", "vllm"),
    ):
        taken = []
        for _ in range(RUNS):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-m", "archtrack", *arguments], check=True, capture_output=True)
            taken.append(time.perf_counter() - begun)
        print(f"  archtrack {' '.join(arguments)}: {statistics.median(taken):.2f} s")
    print(f"  releases known: {json.dumps({p.stem: len(read_history(p).releases) for p in _files()})}")


def _files() -> list[Path]:
    return [path for path in sorted(SHIPPED.glob("*.json")) if path.stem != "schema"]


if __name__ == "__main__":
    main()
