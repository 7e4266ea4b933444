"""What the shipped model index makes of names as people type them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from model_lookups import ROWS, looked_up

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row["text"]))
def test_a_name_stands_for_these_architectures(row: dict[str, Any], tmp_path: Path) -> None:
    found = looked_up(row["text"] * row.get("times", 1), tmp_path)
    if found is None:
        found = {"found": None, "architectures": [], "model": None}
    assert {key: found[key] for key in ("found", "architectures", "model")} == {
        key: row[key] for key in ("found", "architectures", "model")
    }
