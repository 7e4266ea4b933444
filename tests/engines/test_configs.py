"""What is said of configs of real families, held against what SGLang's own source does with them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.check import check
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import presence_of
from archtrack.app.release_reading import read_release_facts
from archtrack.app.request import Request
from archtrack.core.verdict.checkpoint import read_checkpoint
from archtrack.core.verdict.release_facts import LoadOptions
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.app.check import Answer
    from archtrack.app.presence import Presence

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "configs.json").read_text(encoding="utf-8")
)
NAMES = [row["name"] for row in ROWS]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Answer]:
    """The answer for each row, by what is shipped of SGLang 0.5.23 and the transformers that it pins."""
    folder = tmp_path_factory.mktemp("configs")
    workspace = Workspace(folder=folder, environ={**os.environ, "ARCHTRACK_CACHE_DIR": ""}, offline=True)
    found: dict[str, Answer] = {}
    for options in {_options(row) for row in ROWS}:
        rows = [row for row in ROWS if _options(row) == options]
        for number, row in enumerate(rows):
            (folder / f"{number}.json").write_text(json.dumps(row["config"]), encoding="utf-8")
        done = check(
            [f"{number}.json" for number in range(len(rows))],
            Request(),
            workspace,
            histories=Histories({}, SHIPPED),
            engines=["sglang==0.5.23"],
            options=options,
        )
        assert [(source.version, source.read) for source in done.sources] == [("0.5.23", False)]
        found.update((row["name"], answer) for row, answer in zip(rows, done.answers, strict=True))
    return found


def _options(row: dict[str, Any]) -> LoadOptions:
    options = row.get("options", {})
    assert set(options) <= {"draft", "embedding"}
    return LoadOptions(draft=options.get("draft", False), pooled=options.get("embedding", False))


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_config_is_run_as_the_engine_runs_it(row: dict[str, Any], answers: Mapping[str, Answer]) -> None:
    answer = answers[row["name"]]
    assert (answer.error, answer.category) == (None, row["category"]), answer.category_source
    assert answer.sglang is not None
    _expect(row, answer.sglang)


@pytest.fixture(scope="module", params=["pinned", "5.24.0"])
def read(request: pytest.FixtureRequest, releases: Path) -> Callable[[dict[str, Any]], Presence]:
    """What SGLang 0.5.23 does with a row, where it and its transformers are read."""
    workspace = Workspace(folder=Path(), environ={**os.environ, "ARCHTRACK_CACHE_DIR": str(releases)})
    asked = Request(transformers=request.param)
    with workspace.open_cache() as cache:
        found = read_release_facts("sglang", "0.5.23", asked, workspace, cache, Histories({}, SHIPPED))

    def answered(row: dict[str, Any]) -> Presence:
        checkpoint = read_checkpoint(json.dumps(row["config"]).encode())
        return presence_of(checkpoint, found.facts, None, _options(row))

    return answered


@pytest.mark.network
@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_release_that_is_read_gives_the_same(
    row: dict[str, Any], read: Callable[[dict[str, Any]], Presence]
) -> None:
    _expect(row, read(row))


def _expect(row: dict[str, Any], found: Presence) -> None:
    verdict = found.verdict
    steps = "\n".join(f"{step.text} [{step.place}]" for step in verdict.steps)
    assert (found.status.value, verdict.resolved) == (row["status"], row["runs_as"]), steps
    if "gate" in row:
        assert verdict.gate is not None, steps
        assert verdict.gate.value == row["gate"], steps
    assert verdict.because in verdict.steps


def test_the_table_has_every_status_every_category_and_each_row_once() -> None:
    assert len({row["name"] for row in ROWS}) == len(ROWS) >= 65
    assert {row["category"] for row in ROWS} == {"text", "embedding", "multimodal"}
    assert {row["status"] for row in ROWS} >= {"native", "fallback", "refused", "remote code", "unsupported"}
