"""Measure the census of a dump: a list of three million models, as JSON lines and as Parquet.

The dump is made here: as many models, architectures and repeated rows as the Hub's own lists have, with the same
columns. Prints seconds, peak memory of the whole process, and what was counted. Asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

MODELS = 3_000_000
FORMS = ("jsonl", "parquet")

# Numbers that look random and are the same each time. A third of the models names no architecture, few architectures
# have most of the models, one row in fifty is a model's second one.
_ROWS = """
SELECT 'owner' || (hash(i % {models}) % 300000) || '/model-' || (i % {models}) AS id,
       CAST(pow(10, 7 * pow((hash(i % {models}, 'd') % 1000000) / 1e6, 6)) AS BIGINT) - 1 + i // {models} AS downloads,
       hash(i, 'l') % 5000 AS likes,
       ['transformers', 'region:us', 'license:apache-2.0', 'base_model:owner/model-' || (hash(i, 'b') % {models})]
           AS tags,
       '2026-01-01T00:00:00.000Z' AS "createdAt",
       CASE WHEN hash(i % {models}, 'n') % 3 > 0 THEN {config} END AS config
FROM range({rows}) AS numbers(i)
"""
_CONFIG = """{
    'architectures': ['Made' || CAST(floor(pow(20000, (hash(i % {models}, 'a') % 1000000) / 1e6)) AS BIGINT)
                             || 'ForCausalLM'],
    'model_type': 'made',
    'tokenizer_config': {'bos_token': '<s>', 'chat_template': repeat('{{ message }} ', 30)}
}"""


def main() -> None:
    """Make the dump, and count it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demand", description=__doc__)
    parser.add_argument("--models", type=int, default=MODELS, help="how many; three million by default")
    parser.add_argument("--memory", type=int, nargs="*", default=[1024], help="bounds for DuckDB, in MB")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="archtrack-benchmark-") as scratch:
        for form in FORMS:
            path = Path(scratch) / f"models.{form}"
            # In a process of its own: what this one has once had counts for those that it starts.
            made = f"from benchmarks.demand import make_dump, Path; make_dump(Path({str(path)!r}), {arguments.models})"
            subprocess.run([sys.executable, "-c", made], check=True, cwd=Path(__file__).parents[1])
            print(f"\n{form}: {arguments.models:,} models, {path.stat().st_size / 1e6:,.0f} MB")
            for memory in arguments.memory:
                _measure(path, memory, Path(scratch))
            path.unlink()


def make_dump(path: Path, models: int) -> None:
    """Write a dump of so many models, as the path's ending says."""
    rows = models + models // 50
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        config = _CONFIG.replace("{models}", str(models))
        if path.suffix == ".parquet":  # as the public dumps have it: one text
            config = f"CAST(to_json({config}) AS VARCHAR)"
        query = _ROWS.replace("{config}", config)
        query = query.replace("{models}", str(models)).replace("{rows}", str(rows))
        form = "PARQUET" if path.suffix == ".parquet" else "JSON"
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT {form})")


def _measure(path: Path, memory: int, folder: Path) -> None:
    command = [
        sys.executable, "-m", "archtrack", "demand", str(path), "--memory", str(memory), "--format", "json",
    ]  # fmt: skip
    begun = time.perf_counter()
    with (folder / "out.json").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed with exit code {process.returncode}: {' '.join(command)}")
    census = json.loads((folder / "out.json").read_text(encoding="utf-8"))["census"]
    print(
        f"  --memory {memory}: {seconds:.1f} s, peak {usage.ru_maxrss / 1024:,.0f} MB;"
        f" {census['models']:,} models, {census['architectures']:,} architectures"
    )


if __name__ == "__main__":
    main()
