"""Since which release an engine has an architecture, in the words of a cell's source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.core.history import Entry, History, Release
from archtrack.core.history_text import write_history
from archtrack.core.spans import categories_of, spans_of
from archtrack.elsewhere import since_of
from archtrack.histories import Histories

if TYPE_CHECKING:
    from pathlib import Path

ALPHA = Entry(file="alpha.py", at="m/alpha.py:1")
OWN = Entry(file="own.py", at="m/own.py:2")
AS_ALPHA = Entry(file="alpha.py", at="rules.py:3", runs_as="Alpha")


@pytest.mark.parametrize(
    ("entries", "text", "source", "place"),
    [
        ([OWN, OWN, OWN], "1", "demo registers it since 1 (2026-01-01)", "m/own.py:2"),
        ([None, AS_ALPHA, AS_ALPHA], "2", "demo runs it as Alpha since 2 (2026-01-02)", "rules.py:3"),
        ([None, AS_ALPHA, OWN], "2", "demo has it since 2 (2026-01-02)", "rules.py:3"),
        ([None, OWN, AS_ALPHA], "2", "demo has it since 2 (2026-01-02)", "m/own.py:2"),
        ([OWN, OWN, None], "until 2", "demo registered it from 1 until 2", "m/own.py:2"),
        ([AS_ALPHA, None, None], "until 1", "demo ran it as Alpha from 1 until 1", "rules.py:3"),
        ([AS_ALPHA, OWN, None], "until 2", "demo had it from 1 until 2", "rules.py:3"),
        ([None, None, None], "", "no release of demo up to demo 3 registers it", None),
    ],
)
def test_the_source_of_a_cell_says_what_the_releases_did(
    tmp_path: Path, entries: list[Entry | None], text: str, source: str, place: str | None
) -> None:
    releases = tuple(
        Release(version=str(day), date=f"2026-01-0{day}", file=f"demo-{day}.whl", sha256=None)
        for day in (1, 2, 3)
    )
    found = {
        release.version: {"Alpha": ALPHA} | ({"Beta": entry} if entry is not None else {})
        for release, entry in zip(releases, entries, strict=True)
    }
    history = History(
        engine="demo",
        distribution="demo",
        floor="1",
        tool="0",
        revision=1,
        releases=releases,
        architectures=spans_of(releases, found),
        categories=categories_of(releases, found),
    )
    (tmp_path / "demo.json").write_text(write_history(history), encoding="utf-8")
    since = since_of("Beta", "demo", Histories({}, tmp_path))
    assert (since.text, since.source, since.place) == (text, source, place)
