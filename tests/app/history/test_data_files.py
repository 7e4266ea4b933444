"""Where data files are, and how new they are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

import miniature
from archtrack.app.history.data_files import data_files, newest_day
from archtrack.app.history.store import Histories
from archtrack.core.history.data_file import write_history
from archtrack.data import HISTORY
from made_history import made_history, release

if TYPE_CHECKING:
    from pathlib import Path

RELEASES = [release("1", date="2026-05-01"), release("2", date="2026-07-01"), release("3", date="2026-06-01")]
WHOLE = write_history(made_history(RELEASES, {each.version: {} for each in RELEASES}))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (WHOLE, date(2026, 7, 1)),  # the newest, not the last
        (WHOLE.replace('"date":"2026-07-01"', '"date":null'), date(2026, 6, 1)),
        (WHOLE[: WHOLE.index('],"registered"') + 20] + "cut", date(2026, 7, 1)),  # no more is read
        (WHOLE.replace("\n", " "), date(2026, 7, 1)),  # in another form
        (WHOLE.replace("2026-07-01", "someday"), None),
        ('{"releases":[]}', None),
        ('{"releases":7}', None),
        ("[]", None),
        ("", None),
        ("[" * 100_000, None),
    ],
)
def test_data_is_as_new_as_its_newest_release(tmp_path: Path, text: str, day: date | None) -> None:
    assert newest_day([miniature.write(tmp_path / "vllm.json", text)]) == day


def test_the_newest_of_several_files_counts_and_one_that_is_not_there_does_not(tmp_path: Path) -> None:
    newer = miniature.write(tmp_path / "sglang.json", WHOLE.replace("2026-07-01", "2026-08-01"))
    files = [miniature.write(tmp_path / "vllm.json", WHOLE), newer, tmp_path / "nowhere.json", tmp_path]
    assert newest_day(files) == date(2026, 8, 1)
    assert newest_day([]) is None


def test_of_the_shipped_data_it_is_what_the_whole_files_say() -> None:
    histories = Histories({}, HISTORY)
    whole = [each.date for name in histories.engines for each in histories.need(name).releases if each.date]
    assert str(newest_day(data_files(HISTORY))) == max(whole)
