"""What is said of architectures that SGLang 0.5.23 runs as others, by its own source and by the history."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.check import check
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.request import Request
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archtrack.app.check import Answer

    Ask = Callable[[Any], Answer]

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory, releases: Path) -> Callable[[Any], Answer]:
    """The answer for a name, or for the content of a config."""
    folder: Path = tmp_path_factory.mktemp("others")
    workspace = Workspace(folder=folder, environ={**os.environ, "ARCHTRACK_CACHE_DIR": str(releases)})

    def answered(target: Any) -> Answer:
        if not isinstance(target, str):
            (folder / "config.json").write_text(json.dumps(target), encoding="utf-8")
        done = check(
            [target if isinstance(target, str) else "config.json"],
            Request(),
            workspace,
            engines=["sglang==0.5.23"],
            histories=Histories({}, SHIPPED),
        )
        return done.answers[0]

    return answered


V41, V4 = "DeepseekV41ForCausalLM", "DeepseekV4ForCausalLM"
OLMO3, OLMO2 = "Olmo3ForCausalLM", "Olmo2ForCausalLM"
GENERIC = "TransformersForCausalLM"
ABSENT = ("unsupported", None, "unsupported", None, None)


@pytest.mark.parametrize(
    ("target", "status", "resolved", "kind", "runs_as", "since"),
    [
        (V41, "native", V4, "native", V4, "0.5.21"),
        (OLMO3, "native", OLMO2, "native", OLMO2, "0.5.4"),
        ({"architectures": [V41], "model_type": "deepseek_v41"}, "native", V4, "native", V4, "0.5.21"),
        ({"architectures": [V41], "model_type": "deepseek_v41_text"}, "native", V4, "native", V4, "0.5.21"),
        ({"architectures": [V41], "model_type": "deepseek_v4"}, *ABSENT),
        ({"architectures": [V41, "No"], "model_type": "deepseek_v41"}, *ABSENT),
        ({"architectures": [OLMO3], "model_type": "olmo3"}, "native", OLMO2, "native", OLMO2, "0.5.4"),
        ({"architectures": [OLMO3], "model_type": "olmo2"}, "fallback", GENERIC, "fallback", GENERIC, None),
    ],
)
def test_the_history_and_the_verdict_on_the_newest_release_agree(
    answer: Ask,
    target: Any,
    status: str,
    resolved: str | None,
    kind: str,
    runs_as: str | None,
    since: str | None,
) -> None:
    found = answer(target)
    (sglang,) = [each.presence for each in found.engines]
    assert (sglang.verdict.status.value, sglang.verdict.resolved) == (status, resolved)
    assert (sglang.status.value, sglang.runs_as) == (kind, runs_as)
    assert (sglang.bounds.first.version if sglang.bounds is not None else None) == since


@pytest.mark.parametrize(
    ("name", "example"),
    [
        (OLMO3, "allenai/Olmo-3-7B-Instruct"),
        (V41, "deepseek-ai/DeepSeek-V4.1-Flash"),
        (V4, "deepseek-ai/DeepSeek-V4-Flash-0731"),
    ],
)
def test_the_example_names_the_architecture_that_was_asked_for(
    answer: Ask, name: str, example: str | None
) -> None:
    found = answer(name).example
    assert (found.id if found is not None else None) == example


@pytest.mark.parametrize("name", [V41, OLMO3])
def test_a_name_written_otherwise_leads_to_it_with_its_status(answer: Ask, name: str) -> None:
    found = answer(name.lower())
    assert found.target is not None
    assert found.target.found is not None
    assert (found.target.found.how, found.target.found.model) == ("spelling of", name)
    assert [each.presence.status for each in found.engines] == [
        each.presence.status for each in answer(name).engines
    ]
