"""Since when an engine runs a GGUF file, and what that was made from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.app.gguf import made_from, with_span
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import presence_of
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Row
from archtrack.core.verdict.checkpoint import Checkpoint
from archtrack.core.verdict.gguf import RULE
from archtrack.core.verdict.release_facts import GGUF_ARCHITECTURES, MODEL_TYPES, LoadOptions
from made_history import made_history, release

if TYPE_CHECKING:
    from pathlib import Path

GGUF = {
    "file": "gguf.py",
    "line": 9,
    "either": False,
    "sized": [],
    "chains": [],
    "types": {},
    "unread": 0,
}
LLAMA = {"config": "LlamaConfig", "classes": {"CAUSAL_LM": "LlamaForCausalLM"}}


def histories(folder: Path, *states: str) -> Histories:
    """A history of transformers of one release per state.

    Args:
        folder: where it is kept.
        states: ``runs``, ``refuses``, ``unread`` or ``cannot tell``.
    """
    releases = [
        release(f"{number}.0", unknown="gone" if state == "unread" else None)
        for number, state in enumerate(states, 1)
    ]
    known = [(each.version, state) for each, state in zip(releases, states, strict=True) if state != "unread"]
    tables: dict[str, Any] = {
        version: {
            MODEL_TYPES: {"llama": Row(at="auto.py:1", value=LLAMA)},
            GGUF_ARCHITECTURES: {
                name: Row(at="ggml.py:2")
                for name in ("llama", "other")
                if (name, state) != ("llama", "refuses")
            },
        }
        for version, state in known
    }
    rules = {
        version: {RULE: {**GGUF, "unread": 5 if state == "cannot tell" else 0}} for version, state in known
    }
    made = made_history(
        releases,
        {version: {} for version, _ in known},
        engine="transformers",
        floor="1.0",
        tables=tables,
        rules=rules,
    )
    (folder / "transformers.json").write_text(write_history(made))
    return Histories({}, folder)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("refuses runs runs", ("native", "2.0", "")),
        ("refuses runs unread", ("native", "2.0", "≥2.0")),
        ("runs runs", ("native", "1.0", "")),
        ("unread runs", ("native", "≤2.0", "")),
        ("cannot-tell runs", ("native", "≤2.0", "")),
        ("refuses runs unread runs", ("native", "2.0", "")),
        ("refuses runs cannot-tell runs", ("native", "2.0", "")),
        ("runs refuses runs", ("native", "3.0", "")),
        ("refuses runs refuses", ("gone", "2.0", "2.0")),
        ("runs runs cannot-tell refuses", ("gone", "1.0", "≥2.0")),
        ("refuses refuses", ("unsupported", None, None)),
        ("runs cannot-tell", ("unknown", "1.0", "≥1.0")),
    ],
)
def test_since_when_a_release_runs_a_file(tmp_path: Path, states: str, expected: Any) -> None:
    kept = histories(tmp_path, *(state.replace("-", " ") for state in states.split()))
    history = kept.need("transformers")
    newest = next(each for each in reversed(history.releases) if each.unknown is None)
    file = Checkpoint(architectures=(), gguf_architecture="llama")
    known = history, newest
    plain = presence_of(file, facts_at(history, newest, kept), known)
    found = with_span(plain, file, known, kept, LoadOptions())
    bounds = found.bounds
    assert (
        found.status.value,
        None if bounds is None else bounds.since,
        None if bounds is None else bounds.until,
    ) == expected


def test_an_engine_that_goes_by_the_gguf_architecture_keeps_its_own_span(tmp_path: Path) -> None:
    kept = histories(tmp_path, "runs", "runs")
    history = kept.need("transformers")
    newest = history.releases[-1]
    file = Checkpoint(architectures=(), gguf_architecture="llama")
    known = history, newest
    plain = presence_of(file, facts_at(history, newest, kept), known)
    keyed = replace(plain, verdict=replace(plain.verdict, key="llama"))
    assert with_span(keyed, file, known, kept, LoadOptions()) is keyed
    assert with_span(plain, file, known, kept, LoadOptions()).bounds is not None


def test_what_a_file_was_made_from_is_asked_of_each_engine(tmp_path: Path) -> None:
    kept = histories(tmp_path, "refuses")
    history = kept.need("transformers")
    asked = facts_at(history, history.releases[0], kept), (history, history.releases[0])

    known = histories(tmp_path, "refuses")
    assert made_from("llama", known, [asked]) == ()  # nobody there makes GGUF files
    found = made_from("llama", Histories({}, SHIPPED), [asked])
    assert {"LlamaForCausalLM", "MistralForCausalLM"} <= {each.architecture for each in found}
    assert {tuple(p.engine for p in each.presences) for each in found} == {("transformers",)}
    assert made_from("nobodys", Histories({}, SHIPPED), [asked]) == ()
