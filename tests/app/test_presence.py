"""What is said of an engine by its history: in a cell's source, and where the release itself was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import (
    compared,
    key_of,
    names_of,
    no_data_yet,
    presence_of,
    presence_with,
    presences,
    since_of,
)
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry
from archtrack.core.verdict.checkpoint import only_named
from archtrack.core.verdict.release_facts import ReleaseFacts
from archtrack.model import Status
from made_history import made_history, release

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED_ONES = Histories({}, SHIPPED)
ALPHA = Entry(file="alpha.py", at="m/alpha.py:1")
OWN = Entry(file="own.py", at="m/own.py:2")
AS_ALPHA = Entry(file="alpha.py", at="rules.py:3", runs_as="Alpha")


@pytest.mark.parametrize(
    ("entries", "text", "source", "place"),
    [
        ([OWN, OWN, OWN], "1", "demo registers it since 1 (2026-01-01)", "m/own.py:2"),
        ([None, AS_ALPHA, AS_ALPHA], "2", "demo runs it as Alpha since 2 (2026-01-02)", "rules.py:3"),
        ([None, AS_ALPHA, OWN], "2", "demo has it since 2 (2026-01-02)", "rules.py:3"),
        ([None, OWN, AS_ALPHA], "2", "demo has it since 2 (2026-01-02)", "m/own.py:2"),
        ([OWN, OWN, None], "until 2", "demo registered it from 1 until 2", "m/own.py:2"),
        ([AS_ALPHA, None, None], "until 1", "demo ran it as Alpha from 1 until 1", "rules.py:3"),
        ([AS_ALPHA, OWN, None], "until 2", "demo had it from 1 until 2", "rules.py:3"),
        ([None, None, None], "", "no release of demo up to demo 3 registers it", None),
    ],
)
def test_the_source_of_a_cell_says_what_the_releases_did(
    tmp_path: Path, entries: list[Entry | None], text: str, source: str, place: str | None
) -> None:
    releases = [release(str(day), date=f"2026-01-0{day}") for day in (1, 2, 3)]
    found = [{"Alpha": ALPHA} | ({"Beta": entry} if entry is not None else {}) for entry in entries]
    history = made_history(releases, dict(zip("123", found, strict=True)))
    (tmp_path / "demo.json").write_text(write_history(history), encoding="utf-8")
    since = since_of("Beta", "demo", Histories({}, tmp_path))
    assert (since.text, since.source, since.place) == (text, source, place)


ENTRIES = {
    "1": {"Alpha": ALPHA, "Gone": OWN},
    "2": {"Alpha": ALPHA, "Beta": AS_ALPHA},
    "3": {"Alpha": ALPHA, "Beta": AS_ALPHA, "Delta": OWN},
}


@pytest.fixture
def one(tmp_path: Path) -> Histories:
    """An engine whose load path is not followed, and one that goes by model types."""
    releases = [release(str(day), date=f"2026-01-0{day}", unresolved=2 * (day == 2)) for day in (1, 2, 3)]
    (tmp_path / "demo.json").write_text(write_history(made_history(releases, ENTRIES)), encoding="utf-8")
    types = made_history(releases[-1:], {"3": {"alpha": ALPHA}}, engine="typed", key="model type")
    (tmp_path / "typed.json").write_text(write_history(types), encoding="utf-8")
    return Histories({}, tmp_path)


@pytest.mark.parametrize(
    ("name", "version", "status", "runs_as", "gate", "span", "why"),
    [
        ("Alpha", "3", "native", None, None, "1..", None),
        ("Beta", "3", "native", "Alpha", None, "2..", None),
        ("Beta", "1", "unsupported", None, "architecture", None, None),
        ("Gone", "1", "native", None, None, "1..≥1", None),
        ("Gone", "2", "unknown", None, "architecture", "1..≥1", "2 places of demo 2 could not be read"),
        ("Gone", "3", "gone", None, "architecture", "1..≥1", None),
        ("Delta", "2", "unknown", None, "architecture", None, "2 places of demo 2 could not be read"),
        ("Delta", "3", "native", None, None, "≤3..", None),
        ("Nobody", "3", "unsupported", None, "architecture", None, None),
    ],
)
def test_what_a_release_does_with_a_name_and_since_when(
    one: Histories,
    name: str,
    version: str,
    status: str,
    runs_as: str | None,
    gate: str | None,
    span: str | None,
    why: str | None,
) -> None:
    history, known = one.release(f"demo=={version}")
    found = presence_with(name, history, known, one)
    assert (found.engine, found.version, found.date) == ("demo", version, f"2026-01-0{version}")
    assert (found.status.value, found.runs_as, found.gate and found.gate.value) == (status, runs_as, gate)
    assert (found.bounds and f"{found.bounds.since}..{found.bounds.until}") == span
    assert (found.key, found.why) == (name if span is not None else None, why)
    assert found.reason == (why or found.because.text)


def test_of_what_was_read_the_release_of_the_history_is_what_is_near_and_not_what_it_is(
    one: Histories,
) -> None:
    history, newest = one.release("demo")
    read = ReleaseFacts(engine="demo", version="4.dev0", registered={})
    found = presence_of(only_named("Alpha"), read, (history, newest))
    assert (found.version, found.date, found.status) == ("4.dev0", None, Status.UNSUPPORTED)
    assert found.bounds is not None
    alone = presence_of(only_named("Alpha"), read, None)
    assert (alone.bounds, alone.key, alone.status) == (None, None, Status.UNSUPPORTED)


def test_what_two_releases_have_and_what_one_of_them_lacks(one: Histories) -> None:
    history, first = one.release("demo==1")
    found = compared((history, first), one.release("demo==3"), one)
    assert [(name, here.status.value, there.status.value) for name, here, there in found.here] == [
        ("Gone", "native", "gone")
    ]
    assert [(name, there.status.value, here.status.value) for name, there, here in found.there] == [
        ("Beta", "native", "unsupported"),
        ("Delta", "native", "unsupported"),
    ]
    assert found.both == ("Alpha",)
    assert names_of(history, first, one) == {"Alpha", "Gone"}


@pytest.mark.parametrize(
    ("name", "status", "resolved"),
    [
        # transformers has no such class: what vLLM makes of a name's ending, it makes of the name alone
        ("NanbeigeForSequenceClassification", "native", "NanbeigeForCausalLM"),
        ("NobodysForSequenceClassification", "unsupported", None),
        ("NobodysForCausalLM", "unsupported", None),
    ],
)
def test_vllm_converts_a_class_of_its_own(name: str, status: str, resolved: str | None) -> None:
    (vllm,) = [each for each in presences(name, SHIPPED_ONES) if each.engine == "vllm"]
    assert (vllm.status.value, vllm.runs_as) == (status, resolved)


def test_what_one_engine_converts_is_nothing_that_it_lacks() -> None:
    """MLX-LM runs by its type what vLLM does not register, and runs as a class of its own."""
    found = compared(
        SHIPPED_ONES.release("mlx-lm==0.32.2"), SHIPPED_ONES.release("vllm==0.33.0"), SHIPPED_ONES
    )
    assert found.here
    assert all(
        mine.status is Status.NATIVE and other.status is not Status.NATIVE for _, mine, other in found.here
    )
    assert {"LlamaForCausalLM", "Qwen3ForCausalLM"} <= set(found.both)


@pytest.mark.parametrize(
    ("name", "engine", "key"),
    [
        ("LlamaForCausalLM", "mlx-lm", "llama"),
        ("Mistral3ForConditionalGeneration", "mlx-lm", "mistral3"),
        ("llama", "mlx-lm", "llama"),
        ("NobodysForCausalLM", "mlx-lm", "NobodysForCausalLM"),
        ("LlamaForCausalLM", "vllm", "LlamaForCausalLM"),
        ("llama", "vllm", "llama"),
    ],
)
def test_an_engine_looks_an_architecture_up_by_its_name_or_by_its_type(
    name: str, engine: str, key: str
) -> None:
    assert key_of(name, SHIPPED_ONES.need(engine), SHIPPED_ONES) == key


def test_the_names_of_an_engine_that_goes_by_types_are_the_architectures_that_it_runs() -> None:
    history, newest = SHIPPED_ONES.release("mlx-lm==0.32.2")
    found = names_of(history, newest, SHIPPED_ONES)
    assert {"LlamaForCausalLM", "MiniMaxM2ForCausalLM", "FalconMambaForCausalLM"} <= found
    assert not {"llama", "ArceeForCausalLM", "BertModel"} & found
    assert names_of(*SHIPPED_ONES.release("mlx-lm==0.0.1"), SHIPPED_ONES) < found


def test_of_an_engine_without_data_nothing_is_known_which_is_no_no() -> None:
    found = no_data_yet(only_named("LlamaForCausalLM"), "later")
    assert (found.status, found.gate, found.version, found.key) == (Status.UNKNOWN, None, None, None)
    assert found.reason == ("no data yet; `archtrack history refresh later` reads its releases")
