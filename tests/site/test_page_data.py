"""What a page is made of: the histories' words, compactly."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from page_histories import ByRegistry

from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.presence import Presence, is_plugin, presence_with
from archtrack.core.history.spans import span_bounds
from archtrack.core.verdict.verdict import Steps
from archtrack.engines.base import About
from archtrack.model import Status
from archtrack.site.document import TrackedDocument, TrackedRow
from archtrack.site.page_data import OWN

if TYPE_CHECKING:
    from archtrack.core.history.history import History
    from archtrack.core.verdict.checkpoint import Checkpoint

NAME, CATEGORY, BY, EXAMPLE, CELLS, TRACKED = range(6)


def cells(data: dict[str, Any], name: str) -> list[Any]:
    (row,) = [row for row in data["rows"] if row[NAME] == name]
    found: list[Any] = row[CELLS]
    return found


def test_engines_stand_in_one_order_whatever_order_they_come_in(demo: list[History], made: Any) -> None:
    assert [each["name"] for each in made(demo)["engines"]] == ["sglang", "vllm"]
    assert json.dumps(made(demo)) == json.dumps(made(demo[::-1]))


@pytest.mark.parametrize(
    ("name", "kinds", "spans"),
    [
        # first, last, both exact, how often it is registered otherwise
        ("AlphaForCausalLM", ["native", "unsupported"], [[[0, -1, 1, 1, 2]], []]),
        ("BetaModel", ["gone", "native"], [[[0, 0, 1, 1, 1]], [[0, -1, 1, 1, 1]]]),
        ("GammaForCausalLM", ["native", "unsupported"], [[[2, -1, 1, 1, 1]], []]),
    ],
)
def test_a_cell_says_what_the_newest_release_does_and_every_span(
    demo: list[History], made: Any, name: str, kinds: list[str], spans: list[Any]
) -> None:
    data = made(demo)
    found = cells(data, name)
    assert [data["kinds"][cell[0]] if cell else "unsupported" for cell in found] == kinds
    told = [[[*span[:4], len(span[4])] for span in cell[2]] if cell else [] for cell in found]
    assert told == spans


def test_a_state_names_its_release_file_and_line(demo: list[History], made: Any) -> None:
    data = made(demo)
    states = cells(data, "AlphaForCausalLM")[0][2][0][4]
    told = [[place, data["texts"][file], data["texts"][path], *rest] for place, file, path, *rest in states]
    assert told == [[0, "alpha.py", "m/alpha.py", 3, -1, -1], [2, "new.py", "m/new.py", 7, -1, -1]]


def test_a_reason_that_names_its_row_is_kept_once_for_all_rows(demo: list[History], made: Any) -> None:
    class Refusing(ByRegistry):
        def architecture(self, name: str, history: History) -> Presence:
            steps = Steps(history.engine, (name,))
            verdict = steps.verdict(Status.REFUSED, steps.say(f"it refuses `{name}`"))
            return Presence(
                engine=history.engine, version="1", date=None, status=Status.REFUSED, verdict=verdict
            )

        def remedy(self, checkpoint: Checkpoint, history: History, presence: Presence) -> str:  # noqa: ARG002
            return f"ask {history.engine} for {checkpoint.architectures[0]}"

    data = made(demo, answers=Refusing())
    fixes = {data["texts"][cell[5]] for row in data["rows"] for cell in row[CELLS]}
    assert fixes == {f"ask sglang for {OWN}", f"ask vllm for {OWN}"}
    reasons = {cell[1] for row in data["rows"] for cell in row[CELLS]}
    assert [data["texts"][each] for each in reasons] == [f"it refuses `{OWN}`"]


def sectioned(history: History, sections: dict[str, str]) -> History:
    """The history with these sections, and no others."""
    registered = {
        name: tuple(
            replace(
                span,
                states=tuple(replace(state, category=sections.get(name)) for state in span.states),
            )
            for span in spans
        )
        for name, spans in history.registered.items()
    }
    return replace(history, registered=registered)


def test_a_section_is_the_engines_word_and_else_the_names(demo: list[History], made: Any) -> None:
    said = [sectioned(demo[0], {}), sectioned(demo[1], {"AlphaForCausalLM": "multimodal"})]
    rows = {row[NAME]: row[1:4] for row in made(said, examples={"AlphaForCausalLM": "acme/alpha"})["rows"]}
    assert rows["AlphaForCausalLM"] == ["multimodal", "sglang", "acme/alpha"]
    assert rows["BetaModel"] == ["embedding", "name", None]


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("https://example.org/{version}/{path}", "https://example.org/{version}/{path}"),
        ("javascript:alert(1)//{path}", None),
        (None, None),
    ],
)
def test_only_an_address_that_runs_nothing_becomes_a_link(
    demo: list[History], made: Any, source: str | None, kept: str | None
) -> None:
    data = made(demo, abouts={"sglang": About(title="S", source=source)})
    assert data["engines"][0]["source"] == kept
    assert data["engines"][1]["title"] == "vllm"


def test_a_document_brings_rows_sections_and_examples(demo: list[History], made: Any) -> None:
    row = TrackedRow(kind="refused", because="why", category="embedding", by="the document", example="a/b")
    tracked = TrackedDocument(
        title="Document", words="x", rows={"AlphaForCausalLM": row, "OnlyThereModel": row}
    )
    data = made(demo, tracked=tracked, examples={"AlphaForCausalLM": "c/d", "BetaModel": "e/f"})
    rows = {row[NAME]: row for row in data["rows"]}
    assert sorted(rows) == ["AlphaForCausalLM", "BetaModel", "GammaForCausalLM", "OnlyThereModel"]
    assert rows["AlphaForCausalLM"][CATEGORY : EXAMPLE + 1] == ["embedding", "the document", "a/b"]
    assert rows["BetaModel"][CATEGORY : EXAMPLE + 1] == ["text", "sglang", "e/f"]
    kind, because, *places = rows["OnlyThereModel"][TRACKED]
    assert (data["kinds"][kind], data["texts"][because], places) == ("refused", "why", [-1, -1, -1])
    assert rows["OnlyThereModel"][CELLS] == [0, 0]
    assert rows["BetaModel"][TRACKED] == 0


def test_the_shipped_page_holds_every_architecture_and_every_span(shipped: str) -> None:
    histories, text = Histories({}, SHIPPED), shipped
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    all_of_them = [histories.need(engine) for engine in histories.engines]
    assert [row[NAME] for row in data["rows"]] == sorted(
        {name for each in all_of_them if each.key == "architecture" for name in each.registered}
    )
    order = [each["name"] for each in data["engines"]]
    assert order[-1] == "transformers"
    assert sorted(order) == list(histories.engines)
    for row in data["rows"]:
        for engine, cell in zip(order, row[CELLS], strict=True):
            known = histories.need(engine)
            assert known.newest is not None
            presence = presence_with(row[NAME], known, known.newest, histories)
            versions = [
                (known.releases[span[0]].version, None if span[1] < 0 else known.releases[span[1]].version)
                for span in (cell[2] if cell else [])
            ]
            told = [
                (bounds.first.version, bounds.last and bounds.last.version)
                for bounds in span_bounds(known, presence.key or "")
            ]
            assert versions == told
            lacks = cell[3] if cell and len(cell) > 3 else -1
            assert [data["features"][each][0] for each in (data["lacks"][lacks] if lacks >= 0 else [])] == [
                each.name for each in presence.features if each.has is False
            ]
            told = (
                [each if isinstance(each, int) else each[0] for each in (cell[4:5] or [[]])[0]]
                if cell
                else []
            )
            assert [data["features"][each][0] for each in told] == [
                each.name for each in presence.features if each.has
            ]
            kind = data["kinds"][cell[0]] if cell else "unknown" if is_plugin(engine) else "unsupported"
            assert kind == presence.status.value
            if cell and cell[1] >= 0:
                assert data["texts"][cell[1]].replace(OWN, row[NAME]) == presence.reason
            if known.state(row[NAME], known.newest.version) is not None:
                # Of some, llama.cpp converts what sees or hears alone, or Ollama carries an unknown one; and some
                # vLLM does not hand to a plugin.
                doubtful = engine in {"llama-cpp", "ollama"} or is_plugin(engine)
                assert kind in {"native", "unimportable", *(["unknown"] if doubtful else [])}
                assert presence.key == row[NAME]
    types = {each["name"]: each["types"] for each in data["engines"] if each["types"] is not None}
    by_type = [known for each in histories.engines if (known := histories.need(each)).key == "model type"]
    assert [each.engine for each in by_type] == ["mlx-lm", "mlx-vlm", "openvino"]
    assert types == {each.engine: sorted(each.names(each.newest.version)) for each in by_type if each.newest}
    assert len(text.encode()) < 2_000_000
