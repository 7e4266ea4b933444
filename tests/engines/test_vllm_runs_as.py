"""Whole real releases of vLLM: each class name ends as vLLM's own resolver says, none wrong and none open."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import real_release
from archtrack.core.verdict.checkpoint import only_named, read_checkpoint
from archtrack.core.verdict.release_facts import CONFIG_CLASSES, MODEL_TYPES, LoadOptions, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.base import Loads
from archtrack.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archtrack.core.verdict.verdict import Verdict

    Read = Callable[..., ReleaseFacts]

pytestmark = pytest.mark.network

DATA = Path(__file__).parents[1] / "data"
PAIRS = [("0.33.0", "5.20.2", 1313), ("0.13.0", "4.57.3", 2186)]
STOPPED = {Status.UNSUPPORTED, Status.REFUSED}


@pytest.fixture(scope="module")
def release() -> Iterator[Read]:
    """``release(engine, version, transformers)``: what is known of it, with that transformers beside it."""
    known = cache(real_release.read)

    def read(name: str, version: str, library: str | None = None) -> ReleaseFacts:
        inventory, facts = known(name, version)
        return ReleaseFacts(
            engine=name,
            version=version,
            registered=inventory.by_name(),
            load=facts,
            unresolved=len(inventory.unresolved) if name == "vllm" else 0,
            transformers=read("transformers", library) if library is not None else None,
        )

    yield read
    known.cache_clear()


def recorded(version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / f"vllm-{version}-runs-as.json").read_text(encoding="utf-8"))
    return found


def asked(name: str, release: ReleaseFacts) -> Verdict:
    engine = load_engine("vllm")
    assert isinstance(engine, Loads)
    return engine.load(only_named(name), release, LoadOptions())


def agrees(answer: str, name: str, verdict: Verdict) -> bool:
    if answer == "no":
        return verdict.status in STOPPED
    if answer == "registered":
        return (verdict.status, verdict.resolved) == (Status.NATIVE, name)
    if answer.startswith("Transformers") and not name.startswith("Transformers"):
        # The config of the recording was that of a dense text model; the pieces of the name for others may be there.
        ours = verdict.resolved or answer
        plain = ours.replace("MultiModal", "").replace("MoE", "")
        return (verdict.status, plain) == (Status.FALLBACK, answer)
    return (verdict.status, verdict.resolved) == (Status.NATIVE, answer)


@pytest.mark.parametrize(("version", "library", "names"), PAIRS)
def test_every_name_ends_as_vllms_own_resolver_says(
    version: str, library: str, names: int, release: Read
) -> None:
    facts = release("vllm", version, library)
    answers = recorded(version)
    assert answers["transformers"] == library
    compared = {
        name: answer
        for answer, each in answers["runs_as"].items()
        if answer != "error"
        for name in each.split()
    }
    verdicts = {name: asked(name, facts) for name in compared}
    wrong = {
        name: (answer, verdicts[name].status, verdicts[name].resolved)
        for name, answer in compared.items()
        if not agrees(answer, name, verdicts[name])
    }
    assert wrong == {}
    assert len(compared) == names


@pytest.mark.parametrize(("version", "library", "names"), PAIRS)
def test_whether_attention_can_be_set_is_what_transformers_says(
    version: str, library: str, names: int, release: Read
) -> None:
    registered = release("transformers", library).registered
    answers = recorded(version)
    never = frozenset(answers["not_settable"].split())
    errors = frozenset(answers["runs_as"]["error"].split())
    known = {
        name for each in answers["runs_as"].values() for name in each.split() if name in registered
    } - errors
    facts = {name: registered[name].transformers for name in known}
    assert {
        name for name, each in facts.items() if each is not None and each.attention_settable is False
    } == {name for name in never if name in registered}
    assert {each.attention_settable for each in facts.values() if each is not None} == {True, False}
    assert len(known) <= names


@pytest.mark.parametrize(
    ("version", "counts", "types"),
    [
        (
            "5.20.2",
            (771, 204),
            {
                "Llama4ForCausalLM": "llama4_text",
                "Llama4ForConditionalGeneration": "llama4",
                "Gemma3ForCausalLM": "gemma3_text",
            },
        ),
        ("4.40.0", (250, 33), {"LlamaForCausalLM": "llama", "BertModel": "bert"}),
        ("3.5.1", (36, 0), {"GPT2LMHeadModel": "gpt2", "BertModel": "bert"}),
    ],
)
def test_the_tables_of_transformers(
    version: str, counts: tuple[int, int], types: dict[str, str], release: Read
) -> None:
    facts = release("transformers", version)
    tables = facts.load.tables
    assert (len(tables[MODEL_TYPES]), len(tables[CONFIG_CLASSES])) == counts
    public = {name: facts.registered[name].transformers for name in types}
    assert {name: each and each.model_type for name, each in public.items()} == types


@pytest.mark.parametrize(
    ("version", "gate", "wrapper", "types", "methods"),
    [
        ("0.2.0", None, None, 6, 1),
        ("0.7.2", ["_supports_flex_attn"], "TransformersModel", 21, 22),
        ("0.9.2", ["is_backend_compatible"], "TransformersForCausalLM", 23, 29),
        ("0.10.1", ["is_backend_compatible"], "TransformersForCausalLM", 16, 30),
        ("0.26.0", ["is_backend_compatible"], "built", 60, 32),
        ("0.33.0", ["is_backend_compatible", "_can_set_attn_implementation"], "built", 53, 31),
    ],
)
def test_the_rules_of_real_releases(
    version: str, gate: list[str] | None, wrapper: str | None, types: int, methods: int, release: Read
) -> None:
    load = release("vllm", version).load
    rule = load.rules.get("wrapper", {"chosen": [[None, None]]})
    assert load.rules.get("gate", {}).get("any") == gate
    assert ("built" if "built" in rule else rule["chosen"][-1][1]) == wrapper
    assert (len(load.tables[MODEL_TYPES]), len(load.tables["quantisation"])) == (types, methods)


def test_a_config_goes_through_the_gates_of_a_real_release(release: Read) -> None:
    engine = load_engine("vllm")
    assert isinstance(engine, Loads)
    facts = release("vllm", "0.33.0", "5.20.2")
    for keys, expected in (
        ({"model_type": "qwen3"}, (Status.NATIVE, None)),
        ({"model_type": "qwen33"}, (Status.UNSUPPORTED, "config")),
        (
            {"model_type": "qwen3", "quantization_config": {"quant_method": "bitsandbytes"}},
            (Status.UNSUPPORTED, "quantisation"),
        ),
    ):
        data = json.dumps({"architectures": ["Qwen3ForCausalLM"], **keys}).encode()
        verdict = engine.load(read_checkpoint(data), facts, LoadOptions())
        assert (verdict.status, verdict.gate and verdict.gate.value) == expected
