"""What the page is given of models: the index, compactly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archtrack.app.history.store import Histories
from archtrack.app.models.store import index_files, read_index
from archtrack.core.history.data_file import write_history
from archtrack.core.models.index import Claim, IndexSource, ModelIndex
from archtrack.core.models.lookup import RULES
from archtrack.core.models.words import PATTERNS
from archtrack.data import MODELS
from archtrack.site.model_data import model_data
from archtrack.site.page import make_page

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.core.history.history import History


def index(records: dict[str, list[Any]]) -> ModelIndex:
    """An index of one source that attests, with two claims."""
    source = IndexSource(
        package="acme", version="1.0", date="2026-01-31", file="acme.whl", sha256=None, attests=True, ids=0
    )
    claims = (
        Claim(source=0, path="a.py", architectures=("AForCausalLM",), model_type="a"),
        Claim(source=0, path="a.py", model_type="b"),
    )
    return ModelIndex(tool="0", sources=(source,), claims=claims, records=records)


def test_a_name_has_what_is_another_than_in_the_one_before() -> None:
    given = index({"One/A-1": [36, 0], "One/A-2": [0, 0], "One/A-22": [5, 1], "Two/A-22": [0, 1]})
    found = model_data(given, {"b": (), "a": ("AForCausalLM", "AModel")})
    assert found["owners"] == ["One 0A-1:0,10 22 32:1,5", "Two 0A-22:1"]
    assert found["kinds"] == [[[0], 1, 1], [[], 2, 0]]
    assert found["types"] == {"a": [0, 3], "b": []}
    assert found["names"] == ["AForCausalLM", "a", "b", "AModel"]
    assert found["sources"] == [["acme 1.0", "2026-01-31"]]


def test_a_long_common_beginning_is_told_as_far_as_one_digit_counts() -> None:
    long = "x" * 50
    found = model_data(index({f"One/{long}1": [0, 0], f"One/{long}2": [0, 0]}), {})
    assert found["owners"] == [f"One 0{long}1:0 z{'x' * 15}2"]


def test_no_models_are_no_texts() -> None:
    assert model_data(index({}), {})["owners"] == []


def test_patterns_and_rules_are_those_of_the_lookup() -> None:
    found = model_data(index({}), {})
    assert {name: found["patterns"][name] for name in PATTERNS} == PATTERNS
    assert found["rules"] == {level: (each.share, each.least, each.known) for level, each in RULES.items()}


def test_letters_of_every_language_are_letters_in_the_browser_as_well() -> None:
    patterns = model_data(index({}), {})["patterns"]
    assert all("\\w" not in each and "(?P<" not in each for each in patterns.values())
    assert patterns["revision"] == r"[\p{L}\p{N}_.-]{1,200}"
    assert patterns["class"].startswith(r"[A-Za-z][\p{L}\p{N}_]{0,200}?")


def test_a_page_has_the_shipped_models(demo: list[History], tmp_path: Path) -> None:
    for each in demo:
        (tmp_path / f"{each.engine}.json").write_text(write_history(each), encoding="utf-8")
    text = make_page(Histories({}, tmp_path))
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert data["models"]["owners"] == model_data(read_index(MODELS), {})["owners"]


def test_the_index_is_made_of_the_shipped_file_or_the_user_s(tmp_path: Path) -> None:
    files = index_files({"ARCHTRACK_DATA_DIR": str(tmp_path)})
    assert files == (MODELS, tmp_path / "models" / "index.json")
