"""Where data files lie, and of which engines there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.app.history import store
from archtrack.app.history.data_files import data_folder
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.engines import load_engine, own_engines
from archtrack.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_data_folder_in_a_home_that_nobody_knows_is_told() -> None:
    with pytest.raises(UsageError, match=r"~nobody-of-that-name/x: no such home folder is known"):
        data_folder({"ARCHTRACK_DATA_DIR": "~nobody-of-that-name/x"})


def test_engines_without_data_are_awaited_but_not_where_the_user_chose_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    for engine in ("vllm", "sglang"):
        (shipped / f"{engine}.json").write_bytes((SHIPPED / f"{engine}.json").read_bytes())
    monkeypatch.setattr(store, "SHIPPED", shipped)
    environ = {"ARCHTRACK_DATA_DIR": str(tmp_path / "none")}
    refreshed = {name for name in own_engines() if load_engine(name).about.refreshed}
    assert set(Histories(environ).awaited) == refreshed - {"vllm", "sglang"}
    assert Histories(environ, shipped).awaited == ()
