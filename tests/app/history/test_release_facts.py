"""What the history knows of a release, for its load path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.app.history.release_facts import counting_release, facts_at, place_from
from archtrack.app.history.store import Histories
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Row
from archtrack.core.verdict.release_facts import IMPORT_FAILURES
from archtrack.model import Broken, Category, Place, TransformersFacts
from made_history import made_history, release

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.core.verdict.release_facts import ReleaseFacts

DAYS = {"1": "2026-01-01", "2": "2026-02-01", "3": "2026-03-01"}
ALPHA = Entry(file="alpha.py", at="m/alpha.py:1", groups=("text",), category="text")
WHOLE = Entry(file="whole.py", at="m/whole.py")
AS_ALPHA = Entry(file="alpha.py", at="rules.py:3", runs_as="Alpha")
PUBLIC = Entry(
    file="a.py",
    at="t/a.py:4",
    groups=("CAUSAL_LM",),
    compatible=True,
    settable=False,
    flex=True,
    model_type="a",
)
REASON = {"reason": "x is not there", "condition": None, "certain": True, "through": ["m/b.py"]}


@pytest.fixture
def histories(tmp_path: Path) -> Histories:
    """Three releases of an engine, and two of transformers."""
    releases = [
        release("1", date=DAYS["1"], transformers=">=4", imports="4.0"),
        release("2", date=DAYS["2"], transformers=">=4", imports="4.0", unresolved=2),
        release("3", date=DAYS["3"], transformers="==4.0", imports="4.0"),
    ]
    failures = {IMPORT_FAILURES: {"m/alpha.py": Row(at="m/b.py:7", value=REASON)}}
    engine = made_history(
        releases,
        {
            "1": {"Alpha": ALPHA},
            "2": {"Alpha": ALPHA, "Beta": AS_ALPHA, "Whole": WHOLE},
            "3": {"Alpha": ALPHA, "Whole": WHOLE},
        },
        tables={
            "1": {"types": {"a": Row(at="c.py:1")}},
            "2": {"types": {"a": Row(at="c.py:1"), "b": Row(at="c.py:2", value={"x": 1})}, **failures},
            "3": failures,
        },
        rules={"1": {"x": 1, "line": 3}, "2": {"x": 1, "line": 4}, "3": {"x": 2, "line": 5}},
    )
    library = made_history(
        [release("4.0", date="2026-01-01"), release("4.1", date="2026-02-15")],
        {"4.0": {"Alpha": PUBLIC}, "4.1": {"Alpha": PUBLIC, "New": PUBLIC}},
        engine="transformers",
        tables={"4.0": {"model_types": {"a": Row(at="t/c.py:1")}}, "4.1": {}},
    )
    for each in (engine, library):
        (tmp_path / f"{each.engine}.json").write_text(write_history(each), encoding="utf-8")
    return Histories({}, tmp_path)


def at(version: str, histories: Histories, transformers: str | None = None) -> ReleaseFacts:
    history, found = histories.release(f"demo=={version}")
    other = None if transformers is None else histories.need("transformers").release(transformers)
    return facts_at(history, found, histories, other)


@pytest.mark.parametrize(
    ("version", "registered", "types", "unresolved"),
    [
        ("1", ["Alpha"], ["a"], 0),
        ("2", ["Alpha", "Whole"], ["a", "b"], 2),  # what is run as another one is not registered
        ("3", ["Alpha", "Whole"], None, 0),
    ],
)
def test_a_release_has_what_its_spans_say(
    histories: Histories, version: str, registered: list[str], types: list[str] | None, unresolved: int
) -> None:
    found = at(version, histories)
    assert (found.engine, found.version, found.unresolved) == ("demo", version, unresolved)
    assert list(found.registered) == registered
    assert len(found.registered) == len(registered)
    assert [name in found.registered for name in ("Alpha", "Beta", "Nobody", 7)] == [
        True,
        False,
        False,
        False,
    ]
    assert IMPORT_FAILURES not in found.load.tables
    assert (list(found.load.tables["types"]) if "types" in found.load.tables else None) == types


def test_a_registration_has_file_line_and_the_release_that_the_line_is_of(histories: Histories) -> None:
    first, third = at("1", histories).registered["Alpha"], at("3", histories).registered["Alpha"]
    assert (first.file, first.groups, first.category) == ("alpha.py", ("text",), Category.TEXT)
    assert first.place == Place(file="m/alpha.py", line=1)
    assert third.place == Place(file="m/alpha.py", line=1, release="1")
    assert at("2", histories).registered["Whole"].place == Place(file="m/whole.py", line=0)
    assert first.transformers is None
    with pytest.raises(KeyError):
        at("1", histories).registered["Whole"]


def test_a_class_of_transformers_has_what_engines_ask_for(histories: Histories) -> None:
    library = at("1", histories).transformers
    assert library is not None
    found = library.registered["Alpha"]
    assert found.transformers == TransformersFacts(
        exported=True,
        backend_compatible=True,
        auto_mappings=("CAUSAL_LM",),
        attention_settable=False,
        flex_attention=True,
        model_type="a",
    )
    assert (found.groups, found.category) == ((), None)


def test_a_row_has_its_value_and_the_release_that_its_line_is_of(histories: Histories) -> None:
    load = at("2", histories).load
    (one, other) = (load.find("types", key) for key in "ab")
    assert one is not None
    assert other is not None
    assert (one.value, one.place) == (None, Place(file="c.py", line=1, release="1"))
    assert (other.key, other.value, other.place) == ("b", {"x": 1}, Place(file="c.py", line=2))
    assert load.find("types", "c") is load.find("nobody", "a") is load.find("types", None) is None


@pytest.mark.parametrize(
    ("version", "x", "line", "lines_of"), [("1", 1, 3, None), ("2", 1, 3, "1"), ("3", 2, 5, None)]
)
def test_rules_have_the_lines_of_the_release_that_began_them(
    histories: Histories, version: str, x: int, line: int, lines_of: str | None
) -> None:
    load = at(version, histories).load
    assert (dict(load.rules), load.lines_of) == ({"x": x, "line": line}, lines_of)


@pytest.mark.parametrize(
    ("version", "transformers", "runs_with", "broken"),
    [
        ("1", None, "4.0", {}),  # all of its modules can be imported
        ("2", None, "4.0", {"m/alpha.py": None}),
        ("3", None, "4.0", {"m/alpha.py": "2"}),
        ("3", "4.1", "4.1", None),  # with that one nobody has looked
    ],
)
def test_the_modules_that_fail_are_those_with_the_transformers_that_counts(
    histories: Histories,
    version: str,
    transformers: str | None,
    runs_with: str,
    broken: dict[str, str | None] | None,
) -> None:
    found = at(version, histories, transformers)
    assert found.transformers is not None
    assert found.transformers.version == runs_with
    expected = broken and {
        path: Broken(
            reason="x is not there",
            place=Place(file="m/b.py", line=7, release=since),
            condition=None,
            certain=True,
            through=("m/b.py",),
        )
        for path, since in broken.items()
    }
    assert found.broken == (expected if broken is not None else None)


def test_the_same_question_is_put_together_once(histories: Histories) -> None:
    assert at("1", histories) is at("1", histories)
    assert at("1", histories) is not at("1", histories, "4.1")


def test_the_transformers_that_counts_is_the_newest_that_was_allowed_on_the_day(histories: Histories) -> None:
    library = histories.need("transformers")
    days = [("2026-01-31", "4.0"), ("2026-02-20", "4.1"), ("2025-01-01", "4.0")]
    for day, version in days:
        found = counting_release(release("9", date=day, transformers=">=4"), library)
        assert found is not None
        assert found.version == version
    assert counting_release(release("9", date="2026-02-20", transformers=">=5"), library) is None


@pytest.mark.parametrize(
    ("where", "since", "expected"),
    [
        ("a/b.py:7", "1", Place(file="a/b.py", line=7)),
        ("a/b.py:7", "0", Place(file="a/b.py", line=7, release="0")),
        ("a/b.py", "1", Place(file="a/b.py", line=0)),
        ("a:b.py", "1", Place(file="a:b.py", line=0)),
    ],
)
def test_a_place_of_another_release_says_so(where: str, since: str, expected: Place) -> None:
    assert place_from(where, since, release("1")) == expected
