"""Tables of real projects, held against the shipped history: ``tests/data/audit.json`` has what a person found."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.claims import Judge
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.names import Names
from archtrack.app.requires import requires
from archtrack.core.audit.claims import Claim, Outcome, Reach
from archtrack.core.audit.json_text import read_json
from archtrack.core.audit.yaml_text import read_yaml
from archtrack.core.verdict.release_facts import FEATURES

if TYPE_CHECKING:
    from archtrack.sources.workspace import Workspace

PAGE = (Path(__file__).parents[2] / "docs" / "tasks" / "audit.md").read_text(encoding="utf-8")
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


@pytest.mark.parametrize(
    ("engine", "name", "said", "outcome", "since"),
    [
        # it is run as another one, which the engine has for longer
        ("vllm", "RobertaForTokenClassification", "0.25.1", "late", "0.13.0"),
        ("vllm", "RobertaForTokenClassification", "0.13.0", "true", "0.13.0"),
        ("vllm", "RobertaForTokenClassification", "0.6.5", "early", "0.13.0"),
        ("vllm", "Exaone4Model", "0.10.1", "true", "0.10.1"),
        ("vllm", "PaliGemmaModel", "0.10.1", "true", "0.10.1"),
        ("vllm", "XLMRobertaForCausalLM", "0.10.1", "wrong", None),
        ("vllm", "Qwen3ForCausalLM", "0.8.4", "true", "0.8.4"),
        # the newest release runs it by its Transformers backend alone
        ("vllm", "PersimmonForCausalLM", "0.5.2", "wrong", None),
        ("vllm", "MBartForConditionalGeneration", "0.8.0", "wrong", None),
        ("vllm", "Phi4MultimodalForCausalLM", "0.10.1", "wrong", None),
        ("vllm", "PersimmonForCausalLM", ">=0.5.2,<0.26", "cannot be said", None),
        # of the release before it is not known
        ("sglang", "PaddleOCRVLForConditionalGeneration", "0.5.6.post2", "cannot be said", None),
    ],
)
def test_since_when_is_what_requires_says(
    vllm: Judge, place: Workspace, engine: str, name: str, said: str, outcome: str, since: str | None
) -> None:
    record = json.dumps({"architecture": name, "engine": engine, "min_version": said})
    (claim,) = read_json(record, vllm.engines, vllm.known).claims
    judged = vllm.judged(claim)
    assert (judged.outcome.value, judged.since) == (outcome, since), judged.why
    (found,) = requires([name], place, histories=HISTORIES, engines=[engine])
    run = found.engines[0].run
    assert run is not None
    if outcome in {"true", "late", "early"}:
        assert (run.since, run.until) == (since, "")
    else:
        assert not (run.first_exact and run.lasts)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("Qwen/Qwen3-8B", "true"),
        ("unsloth/Qwen3-8B", "true"),
        ("qwen3-8b", "true"),
        ("Qwen3-8C-Instrcut", "cannot be said"),
        ("Qwen3ForCausalML", "cannot be said"),
        ("nobody/nothing-of-this-name", "cannot be said"),
    ],
)
def test_no_model_is_looked_for_whose_name_is_misspelled(vllm: Judge, name: str, outcome: str) -> None:
    assert vllm.judged(Claim(name=name, line=1, column=1, is_model=True)).outcome.value == outcome


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


def test_the_sample_of_the_page_is_read_and_true(vllm: Judge) -> None:
    sample = PAGE.partition("```yaml\n")[2].partition("```")[0]
    judged = [vllm.judged(each) for each in read_yaml(sample, vllm.engines, vllm.known).claims]
    found = [(each.claim.name, each.engine, each.claim.release, each.outcome.value) for each in judged]
    assert found == [
        ("Qwen/Qwen3-8B", "vllm", "0.8.4", "true"),
        ("Qwen/Qwen3-32B", "vllm", "0.8.4", "true"),
        ("Qwen/Qwen3-32B", "sglang", "0.4.5.post2", "true"),
        ("Qwen/Qwen3-4B", "vllm", "0.8.4", "true"),
        ("Qwen/Qwen3-14B", "vllm", "0.8.4", "true"),
    ]


@pytest.mark.parametrize(
    ("what", "record", "expected"),
    [
        ("an architecture, or a list", {"engine": "vllm"}, ("x/y", "vllm", "in", None)),
        ("a model, or a list", {"engine": "vllm"}, ("x/y", "vllm", "in", None)),
        (
            "an architecture that is known, a model where it is an id (`owner/name`), or an engine",
            {"engine": "vllm"},
            ("x/y", "vllm", "in", None),
        ),
        ("the engine, or a requirement of it", {"model": "a/b"}, ("a/b", "vllm", "in", None)),
        ("the minimum release", {"model": "a/b", "engine": "vllm"}, ("a/b", "vllm", "since", "0.8.4")),
        ("the minimum release of that engine", {"model": "a/b"}, ("a/b", "vllm", "since", "0.8.4")),
        ("the one release", {"model": "a/b", "engine": "vllm"}, ("a/b", "vllm", "in", "0.8.4")),
    ],
)
def test_every_key_of_the_page_is_read_as_it_says(
    vllm: Judge, what: str, record: dict[str, str], expected: tuple[str, str, str, str | None]
) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.endswith(f"` | {what} |")]
    value = "x/y" if expected[0] == "x/y" else "vllm" if expected[3] is None else "0.8.4"
    keys = re.findall("`([a-z_]+)`", row.split("|")[1])
    assert len(keys) > 2
    for key in keys:
        text = json.dumps({key: value, **record})
        found = [
            (each.name, each.engine, each.reach.value, each.release)
            for each in read_json(text, vllm.engines, vllm.known).claims
        ]
        assert found == [expected], key
