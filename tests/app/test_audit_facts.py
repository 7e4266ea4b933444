"""Tables of real projects, held against the shipped history: ``tests/data/audit.json`` has what a person found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archtrack.app.claims import Judge
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.names import Names
from archtrack.core.audit.claims import Claim, Outcome, Reach
from archtrack.core.verdict.release_facts import FEATURES

FACTS: dict[str, list[list[Any]]] = json.loads(
    (Path(__file__).parents[1] / "data" / "audit.json").read_text(encoding="utf-8")
)
HISTORIES = Histories({}, SHIPPED)


def judge(engine: str) -> Judge:
    return Judge(HISTORIES, Names(HISTORIES, {}), engine, {})


@pytest.fixture(scope="module")
def vllm() -> Judge:
    return judge("vllm==0.33.0")


@pytest.mark.parametrize(("name", "reach", "release", "outcome", "since"), FACTS["xinference-4.1.0"])
def test_the_gates_of_a_catalogue_are_as_late_and_early_as_the_releases_say(
    vllm: Judge, name: str, reach: str, release: str, outcome: str, since: str
) -> None:
    judged = vllm.judged(
        Claim(name=name, line=1, column=1, reach=Reach(reach), release=release, engine="vllm")
    )
    assert (judged.outcome.value, judged.since) == (outcome, since), judged.why


@pytest.mark.parametrize(
    ("name", "release", "says"),
    [
        ("deepseek-ai/DeepSeek-R1", "0.12.0", "; vLLM's recipe for deepseek-ai/DeepSeek-R1 asks for 0.12.0"),
        ("Qwen/Qwen2-7B", "0.12.0", ""),
    ],
)
def test_a_late_claim_says_that_the_engine_s_recipe_asks_for_more_than_the_class(
    vllm: Judge, name: str, release: str, says: str
) -> None:
    claim = Claim(
        name=name, line=1, column=1, is_model=True, reach=Reach.SINCE, release=release, engine="vllm"
    )
    judged = vllm.judged(claim)
    assert judged.outcome is Outcome.LATE
    assert judged.why == f"vllm has it since {judged.since}{says}"


@pytest.mark.parametrize(("name", "outcome"), FACTS["gpustack-2.3.0"])
def test_what_a_catalogue_lists_is_there_or_not_in_the_release_that_it_was_made_for(
    name: str, outcome: str
) -> None:
    judged = judge("vllm==0.32.0").judged(Claim(name=name, line=1, column=1))
    assert judged.outcome.value == outcome, judged.why


@pytest.mark.parametrize(("name", "feature", "says"), FACTS["vllm-0.33.0"])
def test_the_cells_of_an_engine_s_own_table_that_contradict_its_classes_are_found(
    vllm: Judge,
    name: str,
    feature: str,
    says: bool,  # noqa: FBT001 -- a row of the data
) -> None:
    """Where the history has no features of that release, that is said."""
    shipped = HISTORIES.need("vllm")
    known = any(shipped.row(FEATURES, key, "0.33.0") for key in shipped.tables.get(FEATURES, {}))
    claim = Claim(name=name, line=1, column=1, feature=feature, holds=says)
    right = Claim(name=name, line=1, column=1, feature=feature, holds=not says)
    found = vllm.judged(claim).outcome, vllm.judged(right).outcome
    assert found == ((Outcome.WRONG, Outcome.TRUE) if known else (Outcome.UNSAID, Outcome.UNSAID))
