"""Which checkpoint the page shows of an architecture: one that is attested, and none that a release claims."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from archtrack.app.history.store import Histories
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, History, Release
from archtrack.data import shipped_examples
from archtrack.site.page import make_page
from made_history import made_history

if TYPE_CHECKING:
    from pathlib import Path

TABLE = next((name, entry.id) for name, entry in shipped_examples().items() if entry.id is not None)


def named(engine: str, examples: dict[str, str | None]) -> History:
    """The history of an engine whose one release names these."""
    release = Release(version="1.0", date="2026-01-31", file="x-1.0.whl", sha256="0" * 64)
    found = {
        name: Entry(file="a.py", at="x/a.py:1", example=example, example_at=example and "x/a.py:2")
        for name, example in examples.items()
    }
    return made_history([release], {"1.0": found}, engine=engine, floor="1.0")


@pytest.mark.parametrize(
    ("name", "naming", "shown"),
    [
        (TABLE[0], {"sglang": "o/sglang", "transformers": "o/hf"}, TABLE[1]),
        ("BertForMaskedLM", {"transformers": "o/hf"}, "google-bert/bert-base-uncased"),
        ("NewModel", {"sglang": None, "transformers": "o/hf"}, None),
        ("NewModel", {"zzz": "o/z", "aaa": "o/a", "transformers": None}, None),
    ],
)
def test_the_page_shows_what_is_attested_and_not_what_a_release_claims(
    tmp_path: Path, name: str, naming: dict[str, str | None], shown: str | None
) -> None:
    for engine, example in naming.items():
        history = named(engine, {name: example, "OtherModel": None})
        (tmp_path / f"{engine}.json").write_text(write_history(history), encoding="utf-8")
    text = make_page(Histories({}, tmp_path))
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert {row[0]: row[3] for row in data["rows"]} == {name: shown, "OtherModel": None}
