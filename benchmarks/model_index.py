"""Measure how well the model index foretells a model that it does not know.

Every fifth model is hidden in turn, five times with another fifth, and asked for by its id; what the rest of the index
answers is compared with what the sources say of the model. Prints, by how it was found: how many models, how often one
architecture was given, and how often that was right. Asserts nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import replace

from archtrack.app.models.store import model_index
from archtrack.core.models.lookup import find

_EVERY = 5


def main() -> None:
    """Hide, ask, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_index", description=__doc__)
    parser.add_argument("--rounds", type=int, default=_EVERY, choices=range(1, _EVERY + 1))
    parser.add_argument("--sample", type=int, default=1, help="ask for one in so many of the hidden (1)")
    parser.add_argument(
        "--wrong", action="store_true", help="print every model for which one wrong answer was given"
    )
    arguments = parser.parse_args()
    whole = model_index(os.environ)
    known = [model for model in whole.records if whole.model(model).architectures]
    count: Counter[tuple[str, str]] = Counter()
    asked, begun = 0, time.perf_counter()
    for shift in range(arguments.rounds):
        hidden = known[shift::_EVERY]
        away = set(hidden)
        rest = replace(whole, records={each: row for each, row in whole.records.items() if each not in away})
        for model in hidden[:: arguments.sample]:
            asked += 1
            found = find(model, rest)
            kind = "nothing" if found is None else found.how if found.read_as is None else "spelling of"
            given = (
                [] if found is None else [each.architecture for each in found.candidates if each.architecture]
            )
            right = bool({*given} & {*whole.model(model).architectures})
            many = "none" if not given else "one" if len(given) == 1 else "several"
            count[kind, f"{many} {'right' if right else 'wrong'}"] += 1
            if arguments.wrong and many == "one" and not right:
                print(
                    f"{model}: {found.words if found else ''}: {given}, not {whole.model(model).architectures}"
                )
        print(f"round {shift + 1}: {asked} models, {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    print(
        f"{'how':<14}{'models':>8}{'one given':>11}{'right':>8}{'precision':>11}{'several':>9}{'one of them':>13}"
    )
    total: Counter[str] = Counter()
    for kind in ("exact", "copy of", "variant of", "family", "spelling of", "nothing"):
        own = Counter({what: number for (how, what), number in count.items() if how == kind})
        total += own
        print(_line(kind, own))
    print(_line("all", total))
    one = total["one right"] + total["one wrong"]
    print(f"coverage with one architecture: {one / asked:.3f} of {asked} models")


def _line(kind: str, count: Counter[str]) -> str:
    one, several = count["one right"] + count["one wrong"], count["several right"] + count["several wrong"]
    precision = f"{count['one right'] / one:.3f}" if one else "-"
    shown = (count.total(), one, count["one right"], precision, several, count["several right"])
    widths = (8, 11, 8, 11, 9, 13)
    return f"{kind:<14}" + "".join(f"{each:>{width}}" for each, width in zip(shown, widths, strict=True))


if __name__ == "__main__":
    main()
