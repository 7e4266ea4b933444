"""A history, asked for its releases."""

from __future__ import annotations

import pytest

from archtrack.core.history.history import Release
from archtrack.core.history.numbering import BUILDS
from made_history import made_history


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("b20", ["b20"]),
        ("b25", ["b20", "b40"]),
        ("b30", ["b20", "b40"]),  # it is there and was not read
        ("b5", ["b10"]),
        ("b50", ["b40"]),
        ("2026-01-05", ["2026-01-05"]),
        ("2026-02-01", []),
        ("no release", []),
    ],
)
def test_what_is_known_around_a_release(text: str, expected: list[str]) -> None:
    days = {"b10": "2026-01-01", "b20": "2026-01-02", "b30": "2026-01-03", "b40": "2026-01-04"}
    releases = tuple(
        Release(version=name, date=day, file="f", sha256=None, unknown="not read" if name == "b30" else None)
        for name, day in {**days, "2026-01-05": "2026-01-05"}.items()
    )
    found = {each.version: {} for each in releases if each.unknown is None}
    history = made_history(releases, found, engine="llama-cpp", numbering=BUILDS)
    assert [each.version for each in history.around(text)] == expected
