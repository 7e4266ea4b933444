"""Work that another process does ahead, for its effect on the cache alone."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["ahead"]


@contextmanager
def ahead(work: Callable[[], object]) -> Iterator[None]:
    """Do ``work`` in a child process while the body of the ``with`` runs; at its end the child has ended too.

    Threads would share one interpreter's lock. The child's result and errors are lost on purpose: the caller looks
    in the cache afterwards, and does the work itself if nothing is there. Where a process cannot be forked safely
    (Windows, several threads) nothing is done ahead.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1:
        yield
        return
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)  # nothing of the parent's is flushed, closed or reported twice
    try:
        yield
    finally:
        os.waitpid(child, 0)
