"""What is said of an engine by its history: in a cell's source, and where the release itself was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from archtrack.core.history.presence import Presence

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import as_decided, presences, since_of
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Span, State
from archtrack.core.history.spans import SpanBounds
from archtrack.core.verdict.verdict import Step, Verdict
from archtrack.model import Category, Status
from made_history import made_history, release

if TYPE_CHECKING:
    from pathlib import Path

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


RELEASE = release("1", date="2026-01-01")
SPAN = Span(first="1", last=None, states=(State(since="1", file="alpha.py", at="m/alpha.py:1"),))
EDGE = SpanBounds(span=SPAN, first=RELEASE, first_exact=True, last=None, last_exact=True)


def verdict(status: Status, resolved: str | None) -> Verdict:
    because = Step(text="so it is")
    return Verdict(
        status=status,
        asked=("Beta",),
        resolved=resolved,
        category=Category.TEXT,
        category_source="",
        example=None,
        because=because,
        steps=(because,),
    )


REGISTERED = Presence.native("demo", RELEASE, bounds=EDGE)
RUN_AS = Presence.native("demo", RELEASE, bounds=EDGE, runs_as="Alpha")
ABSENT = Presence(engine="demo", status=Status.ABSENT, release=RELEASE)


@pytest.mark.parametrize(
    ("presence", "status", "resolved", "expected"),
    [
        (REGISTERED, Status.NATIVE, "Beta", ("native", None, None, "1")),
        (REGISTERED, Status.UNIMPORTABLE, None, ("native", None, None, "1")),
        (ABSENT, Status.NATIVE, "Alpha", ("native", "Alpha", "runs as Alpha", None)),
        (ABSENT, Status.NATIVE, "Beta", ("native", None, None, None)),
        (ABSENT, Status.FALLBACK, None, ("fallback", None, "so it is", None)),
        (RUN_AS, Status.NATIVE, "Alpha", ("native", "Alpha", "runs as Alpha", "1")),
        # What the name alone told does not hold of this config.
        (RUN_AS, Status.NATIVE, "AlphaNextN", ("native", "AlphaNextN", "runs as AlphaNextN", None)),
        (RUN_AS, Status.FALLBACK, "TransformersForCausalLM", ("fallback", None, "so it is", None)),
        (RUN_AS, Status.REFUSED, None, ("refused", None, "so it is", None)),
        (RUN_AS, Status.UNSUPPORTED, None, ("absent", None, None, None)),
    ],
)
def test_of_the_release_that_was_read_the_verdict_counts(
    presence: Presence, status: Status, resolved: str | None, expected: tuple[str | None, ...]
) -> None:
    found = as_decided(presence, verdict(status, resolved))
    since = found.bounds.first.version if found.bounds else None
    assert (found.status.value, found.runs_as, found.because, since) == expected


CONVERTED = "vLLM converts its own NanbeigeForCausalLM for the NanbeigeForSequenceClassification"


@pytest.mark.parametrize(
    ("name", "status", "because"),
    [
        # transformers has no such class: what vLLM makes of a name's ending, it makes of the name alone
        ("NanbeigeForSequenceClassification", "fallback", CONVERTED),
        ("NobodysForSequenceClassification", "absent", None),
        ("NobodysForCausalLM", "absent", None),
    ],
)
def test_vllm_converts_a_class_of_its_own(name: str, status: str, because: str | None) -> None:
    (vllm,) = [each for each in presences(name, Histories({}, SHIPPED)) if each.engine == "vllm"]
    assert (vllm.status.value, vllm.because) == (status, because)
