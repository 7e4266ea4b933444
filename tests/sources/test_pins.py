from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.sources.pins import pins_from_metadata, pins_from_project


@pytest.mark.parametrize(
    ("requirement", "pin"),
    [
        ("transformers==4.57.1", ["transformers", "4.57.1"]),
        ("transformers == 4.57.1", ["transformers", "4.57.1"]),
        ("transformers (==4.57.1)", ["transformers", "4.57.1"]),
        ("transformers[torch]==5.0.0rc1", ["transformers", "5.0.0rc1"]),
        ("Flash_Attn.x==1.0+cu12", ["flash-attn-x", "1.0+cu12"]),
        ("transformers==4.51.1; extra == 'runtime'", ["transformers", "4.51.1"]),
        ("transformers>=4.57.1", None),
        ("transformers==4.57.*", None),
        ("transformers==4.57.1,!=4.58", None),
        ("transformers", None),
        ("transformers @ git+https://h/x@v1", None),
        ("transformers===4.57.1", None),
        (" transformers [ a, b ] ( == 4.57.1 ) ; extra == 'x'", ["transformers", "4.57.1"]),
        ("transformers[a]b==4.57.1", None),
        ("transformers[a==4.57.1", None),
        (f"transformers==4.{'9' * 5000}", None),
        ("transformers==main", None),
        pytest.param("transformers" + " " * 500_000 + "x==1", None, id="blanks without end"),
        pytest.param("transformers" + " (" * 200_000 + "==1", None, id="brackets without end"),
        ("", None),
    ],
)
def test_one_exact_requirement_is_a_pin(requirement: str, pin: list[str] | None) -> None:
    expected = [pin] if pin else []
    metadata = (
        f"Metadata-Version: 2.1\nName: x\nRequires-Dist: {requirement}\n\ntext\nRequires-Dist: other==1\n"
    )
    assert pins_from_metadata(metadata.encode()) == expected
    assert pins_from_metadata(metadata.replace("\n", "\r\n").encode()) == expected
    assert pins_from_project(f"[project]\ndependencies = [{requirement!r}]\n".encode()) == expected


def test_a_pin_without_a_condition_comes_before_one_with() -> None:
    required = ("a==1; extra == 'x'", "a==2", "a==3", "B==1")
    text = "".join(f"Requires-Dist: {each}\n" for each in required)
    assert pins_from_metadata(text.encode()) == [["a", "2"], ["b", "1"]]


def test_extras_of_a_project_count_behind_its_dependencies() -> None:
    text = (
        b"[project]\ndependencies = ['a==1']\n[project.optional-dependencies]\nrun = ['a==2', 'b==3', 'c']\n"
    )
    assert pins_from_project(text) == [["a", "1"], ["b", "3"]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project\n",
        "project = 1\n",
        "[project]\ndependencies = 'a==1'\n",
        "[project]\ndependencies = [1, ['a==1']]\noptional-dependencies = []\n",
        "[project.optional-dependencies]\na = 'a==1'\n",
        "\xff",
    ],
)
def test_a_project_file_of_any_other_shape_pins_nothing(text: str) -> None:
    assert pins_from_project(text.encode("latin-1")) == []


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"Requires-Dist: {text}".encode()))
def test_any_bytes_have_pins_or_none(data: bytes) -> None:
    for pins in (pins_from_metadata(data), pins_from_project(data)):
        assert all(len(pin) == 2 for pin in pins)
