"""Overrides that no longer earn their place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from archtrack.core.matrix.overrides import lint_overrides, with_overrides
from archtrack.model import Category, Example, Matrix, Override, Place, Unresolved
from miniature import inventory, matrix_row

TODAY = date(2026, 6, 15)
TEXT, EMBEDDING = Category.TEXT, Category.EMBEDDING


def matrix(*unresolved: Unresolved) -> Matrix:
    rows = (
        matrix_row("AlphaForCausalLM"),
        matrix_row("BetaForCausalLM", example=Example(id="lab/beta", source="m.py:3")),
    )
    known = frozenset({"AlphaForCausalLM", "BetaForCausalLM", "OddThing"})
    return Matrix(rows=rows, inventories=(inventory("sglang", unresolved=unresolved),), known=known)


def override(name: str, **what: object) -> Override:
    return Override(name=name, reason="because.", **what)  # type: ignore[arg-type]


def found(*overrides: Override, truth: Matrix | None = None) -> list[tuple[int, str, str]]:
    places = {each.name: ("archtrack.toml", 3 * index) for index, each in enumerate(overrides, 1)}
    findings = lint_overrides(overrides, truth or matrix(), TODAY, places)
    assert all(one.path == "archtrack.toml" and not one.fixable for one in findings)
    return [(one.line, one.code, one.message) for one in findings]


ALPHA, BETA, TYPO = "AlphaForCausalLM", "BetaForCausalLM", "AlphaForCausallm"
REDUNDANT, UNKNOWN = "override-redundant", "override-unknown"
SAY = "the sources say the"
IDLE = "so its override does nothing"
EXPIRED = "its last day was 2026-06-14; check whether its reason (because) still holds, then give it a later"


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        (override(ALPHA, category=EMBEDDING), None, ""),
        (override(ALPHA, example="lab/alpha"), None, ""),
        (override(ALPHA, note="slow"), None, ""),
        (override(BETA, example="lab/beta-2", category=EMBEDDING), None, ""),
        (override(ALPHA, category=TEXT), REDUNDANT, f"{SAY} category 'text' without it (by test); remove it"),
        (
            override(BETA, example="lab/beta"),
            REDUNDANT,
            f"{SAY} example 'lab/beta' without it (m.py:3); remove it",
        ),
        (override(ALPHA, category=TEXT, note="slow"), REDUNDANT, "; remove its category"),
        (override(TYPO, note="n"), UNKNOWN, f"no source knows {TYPO}, {IDLE}; did you mean {ALPHA}?"),
        (override("Zzz", note="n"), UNKNOWN, f"no source knows Zzz, {IDLE}; correct its name or remove it"),
        (override("OddThing", note="n"), UNKNOWN, "OddThing gets no row (see the setting `rows`)"),
        (override(ALPHA, note="n", expires=TODAY), None, ""),
        (override(ALPHA, note="n", expires=TODAY - timedelta(days=1)), "override-expired", EXPIRED),
    ],
)
def test_an_idle_redundant_or_expired_override_is_told(what: Override, code: str | None, said: str) -> None:
    told = found(override("BetaForCausalLM", note="fine"), what)
    assert [(line, kind) for line, kind, _ in told] == ([(6, code)] if code else [])
    assert all(said in message for *_, message in told)


def test_all_that_is_wrong_with_one_is_told_and_lines_are_in_order() -> None:
    first = override("Zzz", note="n", expires=date(2020, 1, 1))
    second = override("BetaForCausalLM", category=TEXT, example="lab/beta")
    assert [(line, code) for line, code, _ in found(first, second)] == [
        (3, "override-expired"),
        (3, "override-unknown"),
        (6, "override-redundant"),
        (6, "override-redundant"),
    ]
    assert found() == []


def test_where_sources_could_not_be_read_an_unknown_name_is_told_with_that_doubt() -> None:
    place = Unresolved(reason="odd", place=Place(file="x.py", line=1))
    ((_, _, message),) = found(override("Zzz", note="n"), truth=matrix(place))
    assert message.startswith(
        "no source knows Zzz (1 place in the sources could not be read), so its override"
    )


def test_a_matrix_with_its_overrides_says_what_they_say() -> None:
    overrides = (
        override("AlphaForCausalLM", category=EMBEDDING, note="slow"),
        override("BetaForCausalLM", example="a/b"),
    )
    alpha, beta = with_overrides(matrix(), overrides).rows
    assert (alpha.category, alpha.category_source) == (EMBEDDING, "override")
    assert (alpha.note, alpha.example) == ("slow", None)
    assert (beta.category, beta.example, beta.note) == (TEXT, Example(id="a/b", source="override"), None)
    assert with_overrides(matrix(), ()) == matrix()
