"""Reading costs in proportion to what is read: counted in steps of Python, on texts of n, 2n and 4n of what hurts.

Steps are the lines of code that run, in archtrack and in what it calls. The characters that patterns look at are
counted in ``test_linear_patterns``. ``python -m benchmarks.bounds`` prints seconds for the same texts.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

import hostile
from archtrack.errors import ArchtrackError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SIZES = (16, 32, 64)
SLACK = 500  # steps beside the growth: a cache that is filled, a bound that is reached


def steps(work: Callable[[], object]) -> int:
    count = 0

    def local(_frame: FrameType, event: str, _value: object) -> Any:
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda _frame, _event, _value: local)
    try:
        with suppress(ArchtrackError):  # to refuse is an answer, too
            work()
    finally:
        sys.settrace(before)
    return count


CASES = [
    pytest.param(read, shape, id=f"{name}-{what}")
    for name, (read, shapes) in hostile.READERS.items()
    for what, shape in shapes.items()
]


@pytest.mark.parametrize(("read", "shape"), CASES)
def test_reading_takes_steps_in_proportion_to_the_text(
    read: Callable[[str], object], shape: Callable[[int], str]
) -> None:
    steps(partial(read, shape(1)))  # fills what is kept
    first, second, third = (steps(partial(read, shape(size))) for size in SIZES)
    assert third - second <= 3 * (second - first) + SLACK, (first, second, third)


def test_the_count_of_steps_tells_a_loop_in_a_loop() -> None:
    def pairs(text: str) -> list[tuple[str, str]]:
        found = []
        for one in text:
            for other in text:
                found.append((one, other))  # noqa: PERF401 -- each is a step
        return found

    with pytest.raises(AssertionError):
        test_reading_takes_steps_in_proportion_to_the_text(pairs, lambda n: "x" * n)
