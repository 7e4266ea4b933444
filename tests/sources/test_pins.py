from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.sources.base import METADATA, PYPROJECT, REQUIREMENTS
from archtrack.sources.pins import (
    allowed_of,
    pins_from_metadata,
    pins_from_project,
    pins_from_requirements,
    pins_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.sources.library import Library


def library_of(files: Mapping[str, bytes]) -> Library:
    """A library of files in memory."""

    def facts(paths: tuple[str, ...], _key: str, extract: Callable[[bytes], object]) -> dict[str, object]:
        return {path: extract(files[path]) for path in paths}

    found = SimpleNamespace(paths=lambda path: (path,) if path in files else (), facts=facts)
    return cast("Library", found)


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
    assert pins_from_requirements(f"{requirement}\n".encode()) == expected


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


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("a==1\r\nb==2", [["a", "1"], ["b", "2"]]),
        ("a==1  # because\n  b==2 # c==3\n", [["a", "1"], ["b", "2"]]),
        ("# a==1\n#b==2\n", []),
        ("-c constraints.txt\n--extra-index-url https://h/x==1\n-r more.txt\na==1\n", [["a", "1"]]),
        ("a @ git+https://h/x#egg==1\nb>=2\nc\n", []),
        ("", []),
        ("\xff", []),
        (f"a==1\n{'#' * 1024**2}", []),
    ],
)
def test_requirements_without_options_and_comments(text: str, pins: list[list[str]]) -> None:
    assert pins_from_requirements(text.encode("latin-1")) == pins


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"Requires-Dist: {text}".encode()))
def test_any_bytes_have_pins_or_none(data: bytes) -> None:
    for pins in (pins_from_metadata(data), pins_from_project(data), pins_from_requirements(data)):
        assert all(len(pin) == 2 for pin in pins)


@pytest.mark.parametrize(
    ("requirements", "allowed"),
    [
        (["transformers>=4.51.0,<5"], "<5,>=4.51.0"),
        (["transformers (>=4.51.0)"], ">=4.51.0"),
        (["transformers[torch] == 4.57.1"], "==4.57.1"),
        (["Transformers >= 4, != 4.50.*"], "!=4.50.*,>=4"),
        (["transformers"], ""),  # any
        (["torch==2.0", "transformers~=4.5"], "~=4.5"),
        (["transformers==4.51.1; extra == 'srt'"], "==4.51.1"),
        (["transformers==4.1; extra == 'srt'", "transformers>=4.0"], ">=4.0"),  # what nothing switches on
        (["transformers==4.1; extra == 'a'", "transformers==4.2; extra == 'b'"], "==4.1"),  # the first
        (["transformers>=4.0", "transformers==4.1"], ">=4.0"),
        (["transformers>=4.0; python_version < '3.12'"], ">=4.0"),
        (["transformers @ git+https://h/x@v1"], ""),  # some release that nobody names
        (["transformers=4"], None),
        (["transformers>=main"], None),
        (["transformers-stream-generator>=1"], None),
        (["torch==2.0"], None),
        ([], None),
        (["transformers>=4" + ",>=4" * 300], None),  # longer than any
    ],
)
def test_what_is_allowed_of_another_distribution(requirements: list[str], allowed: str | None) -> None:
    lines = "".join(f"Requires-Dist: {each}\n" for each in requirements)
    text = f"Metadata-Version: 2.1\nName: x\n{lines}\ntext\nRequires-Dist: transformers==1\n"
    assert allowed_of(library_of({METADATA: text.encode()}), "transformers") == allowed
    project = f"[project]\ndependencies = {requirements!r}\n"
    assert allowed_of(library_of({PYPROJECT: project.encode()}), "transformers") == allowed


def test_extras_of_a_project_allow_what_its_dependencies_do_not_name() -> None:
    text = b"[project]\ndependencies = ['a>=1']\n[project.optional-dependencies]\nrun = ['a==2', 'b~=3.0']\n"
    found = library_of({PYPROJECT: text})
    assert [allowed_of(found, name) for name in ("a", "b", "c")] == [">=1", "~=3.0", None]


def test_requirements_count_where_nothing_else_says_it() -> None:
    text = b"a~=1.0  # any\nb==2\n"
    assert allowed_of(library_of({REQUIREMENTS: text}), "a") == "~=1.0"
    project = b"[project]\ndependencies = ['a==2']\n"
    both = library_of({PYPROJECT: project, REQUIREMENTS: text})
    assert [allowed_of(both, name) for name in ("a", "b", "c")] == ["==2", "==2", None]
    assert pins_of(both) == (("a", "2"),)
    assert pins_of(library_of({REQUIREMENTS: text})) == (("b", "2"),)


def test_metadata_count_before_a_project_file() -> None:
    project = b"[project]\ndependencies = ['a==1', 'b==1']\n"
    both = library_of({METADATA: b"Name: x\nRequires-Dist: a==2\n", PYPROJECT: project})
    assert allowed_of(both, "a") == "==2"
    assert allowed_of(both, "b") == "==1"  # which the metadata do not name
