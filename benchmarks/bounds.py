"""Measure how the time of reading grows with what is read, on the texts that hurt each reader.

Prints seconds for n, 2n and 4n of each text, the slowest first. Asserts nothing: ``tests/test_linear_work.py`` counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress
from pathlib import Path

from archtrack.errors import ArchtrackError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import hostile


def main() -> None:
    """Run every reader on every text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bounds", description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=2000, help="n: lines, or repetitions (2000)")
    parser.add_argument("--most", type=int, default=20, help="texts to print")
    arguments = parser.parse_args()
    found = []
    for name, (read, shapes) in hostile.READERS.items():
        for what, shape in shapes.items():
            texts = [shape(arguments.size * factor) for factor in (1, 2, 4)]
            times = []
            for text in texts:
                begun = time.perf_counter()
                with suppress(ArchtrackError):
                    read(text)
                times.append(time.perf_counter() - begun)
            found.append((times, len(texts[-1]), f"{name}: {what}"))
    print(f"{len(found)} texts; the {arguments.most} slowest")
    for times, size, what in sorted(found, reverse=True, key=lambda each: each[0][-1])[: arguments.most]:
        shown = "  ".join(f"{seconds:7.2f}" for seconds in times)
        print(f"{shown} s  {size / 1000:8.0f} kB  {what}")


if __name__ == "__main__":
    main()
