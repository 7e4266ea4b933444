"""Blocking work beside the event loop: a thread that nobody has to wait for, and how far it is."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Counter", "Far", "in_thread"]

T = TypeVar("T")


async def in_thread(function: Callable[[], T]) -> T:
    """What a function gives, which runs in a thread of its own.

    Whoever is cancelled while waiting leaves the thread to itself: it ends with its work, or with the process. (anyio's
    own threads would keep the process alive until then.)
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def tell(setter: Callable[[Any], None], value: object) -> None:
        if not future.done():
            setter(value)

    def work() -> None:
        setter: Callable[[Any], None] = future.set_result
        value: object
        try:
            value = function()
        except Exception as error:  # noqa: BLE001 -- raised where the result is waited for
            setter, value = future.set_exception, error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, setter, value)

    Thread(target=work, daemon=True, name="archtrack-tool").start()
    return await future


@dataclass(frozen=True, slots=True, kw_only=True)
class Far:
    """How far the work is.

    Attributes:
        done: bytes that came, of all transfers; never falls.
        total: bytes of those that have begun, None where nobody knows.
        label: what is being done.
    """

    done: int
    total: int | None
    label: str


class Counter:
    """A ``Progress`` that adds up one transfer after the other, to be looked at from another thread."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._lock = Lock()
        self._far = Far(done=0, total=None, label="")
        self._before = 0

    @property
    def far(self) -> Far:
        """How far it is now."""
        return self._far

    def start(self, label: str, total: int | None) -> None:
        """One more transfer."""
        with self._lock:
            self._before = self._far.done
            whole = None if total is None else self._before + total
            self._far = Far(done=self._before, total=whole, label=label)

    def advance(self, count: int) -> None:
        """So many more bytes of it."""
        with self._lock:
            done = self._far.done + count
            total = self._far.total if self._far.total is None else max(self._far.total, done)
            self._far = Far(done=done, total=total, label=self._far.label)

    def finish(self) -> None:
        """Nothing to do: the next one goes on from here."""
