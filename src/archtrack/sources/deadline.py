"""Work that waits for others, given up when nothing comes of it."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LateError", "within"]

_T = TypeVar("_T")


class LateError(Exception):
    """The work did not end in time."""


def within(seconds: float, work: Callable[[], _T], moved: Callable[[], bool] = lambda: False) -> _T:
    """What ``work`` gives, if it gives it in time. Time-outs of sockets bound a silence, and not a trickle.

    Args:
        seconds: how long to wait.
        work: done in a thread of its own. That is left to itself when time is up, and ends with the process at the
            latest.
        moved: whether enough has come since it was last asked that another ``seconds`` are waited.

    Raises:
        LateError: time is up.
    """
    done = Event()
    values: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            values.append(work())
        except BaseException as error:  # noqa: BLE001 -- raised where the work is waited for
            errors.append(error)
        finally:
            done.set()

    Thread(target=run, daemon=True).start()
    while not done.wait(seconds):
        if not moved():
            raise LateError
    if errors:
        raise errors[0]
    return values[0]
