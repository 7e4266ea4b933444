from __future__ import annotations

import pytest

from archtrack.app.history.store import data_folder
from archtrack.errors import UsageError


def test_a_data_folder_in_a_home_that_nobody_knows_is_told() -> None:
    with pytest.raises(UsageError, match=r"~nobody-of-that-name/x: no such home folder is known"):
        data_folder({"ARCHTRACK_DATA_DIR": "~nobody-of-that-name/x"})
