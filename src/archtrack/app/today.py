"""Today's date: the one place that reads the clock for what is shown or written."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import TYPE_CHECKING

from archtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["today"]


def today(environ: Mapping[str, str]) -> date:
    """The day of ``SOURCE_DATE_EPOCH`` where it is set, as for other tools whose output is to be reproducible.

    Raises:
        UsageError: it is not a number of seconds that a date has.
    """
    seconds = environ.get("SOURCE_DATE_EPOCH")
    if not seconds:
        return date.today()  # noqa: DTZ011 -- the reader's calendar, as the document has always had it
    try:
        return datetime.fromtimestamp(int(seconds), tz=timezone.utc).date()
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {seconds[:40]!r}; set it to seconds since 1970, such as 1767225600, or unset it"
        ) from None
