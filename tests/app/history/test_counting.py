"""Which release of transformers counts for a release of an engine."""

from __future__ import annotations

import pytest

from archtrack.app.history.counting import allowed_release
from made_history import release

DAYS = {"4.0": "2026-01-01", "4.1": "2026-02-01", "5.0": "2026-03-01", "4.2": "2026-04-01", "5.1": None}
RELEASES = [release(version, date=DAYS[version]) for version in ("4.0", "4.1", "4.2", "5.0", "5.1")]


@pytest.mark.parametrize(
    ("allowed", "day", "expected"),
    [
        (">=4.0", "2026-02-15", "4.1"),
        (">=4.0", "2026-02-01", "4.1"),  # out on that day
        (">=4.0", "2026-01-31", "4.0"),
        (">=4.0", "2026-04-15", "5.0"),  # the newest by its version, not by its day
        (">=4.0,<5", "2026-04-15", "4.2"),
        (">=4.0,!=4.1", "2026-02-15", "4.0"),
        ("==4.1", "2026-05-01", "4.1"),
        ("==4.2", "2026-02-15", "4.2"),  # a pin that came out later: no other one is allowed
        (">=4.2", "2026-01-15", "4.2"),  # the oldest of those that came out later
        ("==4.9", "2026-05-01", None),
        (">=6", "2026-05-01", None),
        ("", "2026-02-15", "4.1"),  # any
        (None, "2026-02-15", "4.1"),
        (None, "2025-01-01", None),  # none was there, and none is asked for
        ("", "2025-01-01", None),
        (">=4.0", None, "5.1"),  # today
        (None, None, "5.1"),
        (">=4.0", "2027-01-01", "5.0"),  # of 5.1 nobody knows when it came out
        ("newer", "2026-02-15", "4.1"),  # no specifier forbids nothing
    ],
)
def test_the_newest_that_is_allowed_on_the_day_counts(
    allowed: str | None, day: str | None, expected: str | None
) -> None:
    found = allowed_release(allowed, day, RELEASES)
    assert (found and found.version) == expected


def test_a_candidate_that_is_pinned_counts_and_of_nothing_there_is_nothing() -> None:
    candidate = [*RELEASES, release("6.0rc1", date="2026-06-01")]
    found = allowed_release("==6.0rc1", "2026-06-02", candidate)
    assert (found and found.version) == "6.0rc1"
    assert allowed_release(">=4", "2026-06-02", []) is None
