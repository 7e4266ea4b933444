"""What is said of configs of real families, held against what SGLang's own source does with them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.check import check
from archtrack.app.request import Request
from archtrack.config.settings import Settings
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.app.check import Answer

pytestmark = pytest.mark.network

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "configs.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, releases: Path) -> Mapping[str, Answer]:
    """The answer for each row, by SGLang 0.5.23 and the transformers that it pins."""
    folder = tmp_path_factory.mktemp("configs")
    workspace = Workspace(folder=folder, environ={**os.environ, "ARCHTRACK_CACHE_DIR": str(releases)})
    found: dict[str, Answer] = {}
    for draft, pooled in ((False, False), (True, False), (False, True)):
        rows = [row for row in ROWS if _options(row) == (draft, pooled)]
        for number, row in enumerate(rows):
            (folder / f"{number}.json").write_text(json.dumps(row["config"]), encoding="utf-8")
        done = check(
            [f"{number}.json" for number in range(len(rows))],
            Request(engine="0.5.23", transformers="pinned"),
            Settings(),
            workspace,
            draft=draft,
            pooled=pooled,
        )
        assert [inventory.version for inventory in done.inventories] == ["0.5.23", "5.19.0"]
        found.update((row["name"], answer) for row, answer in zip(rows, done.answers, strict=True))
    return found


def _options(row: dict[str, Any]) -> tuple[bool, bool]:
    options = row.get("options", {})
    assert set(options) <= {"draft", "embedding"}
    return options.get("draft", False), options.get("embedding", False)


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_a_config_is_run_as_the_engine_runs_it(row: dict[str, Any], answers: Mapping[str, Answer]) -> None:
    answer = answers[row["name"]]
    assert answer.error is None
    assert answer.verdict is not None
    steps = "\n".join(f"{step.text} [{step.place}]" for step in answer.verdict.steps)
    assert answer.verdict.status.value == row["status"], steps
    assert answer.verdict.resolved == row["runs_as"], steps
    assert answer.verdict.category.value == row["category"], answer.verdict.category_source
    assert answer.verdict.because in answer.verdict.steps


def test_the_table_has_every_status_every_category_and_each_row_once() -> None:
    assert len({row["name"] for row in ROWS}) == len(ROWS) >= 65
    assert {row["category"] for row in ROWS} == {"text", "embedding", "multimodal"}
    assert {row["status"] for row in ROWS} >= {"native", "fallback", "refused", "remote code", "unsupported"}
