from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.model import Origin, Place
from archtrack.render.github import annotation, checkout_root, document_path, workspace_place


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"title": "T"}, "::error title=T::m"),
        ({"title": "T", "path": "a/b.py"}, "::error file=a/b.py,title=T::m"),
        ({"title": "T", "path": "a/b.py", "line": 7}, "::error file=a/b.py,line=7,title=T::m"),
        ({"title": "T", "line": 7}, "::error title=T::m"),
        ({"title": "a,b:c%d\ne"}, "::error title=a%2Cb%3Ac%25d%0Ae::m"),
        ({"title": "T", "path": "100%,\r\n:.py"}, "::error file=100%25%2C%0D%0A%3A.py,title=T::m"),
    ],
)
def test_a_command_has_its_properties_escaped(arguments: dict[str, object], expected: str) -> None:
    assert annotation("error", "m", **arguments) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("plain, with: all", "plain, with: all"),
        ("50%\r\n::error::injected", "50%25%0D%0A::error::injected"),
        ("\x1b[31mred\x07", "\ufffd[31mred\ufffd"),
    ],
)
def test_a_message_cannot_leave_its_command(message: str, expected: str) -> None:
    assert annotation("notice", message, title="T") == f"::notice title=T::{expected}"


def unescaped(text: str) -> str:
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(st.text("ab%,:\r\n0123456789ADC"), st.text("ab%,:\r\n0123456789ADC"))
def test_what_goes_in_comes_out_on_one_line(message: str, title: str) -> None:
    line = annotation("error", message, title=title)
    assert len(line.splitlines()) == 1
    head, _, data = line.removeprefix("::error title=").partition("::")
    assert (unescaped(head), unescaped(data)) == (title, message)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "repo" / "python" / "pkg" / "a.py"
    file.parent.mkdir(parents=True)
    file.write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "repo")
    return tmp_path / "repo"


@pytest.mark.parametrize(
    ("kind", "location", "file", "expected"),
    [
        ("local", ".", "pkg/a.py", "python/pkg/a.py"),
        ("local", "{repo}", "pkg/a.py", "python/pkg/a.py"),
        ("local", "python/..", "pkg/a.py", "python/pkg/a.py"),
        ("local", ".", "mine/a.py", None),  # of another source: an external package, say
        ("local", "{outside}", "pkg/a.py", None),
        ("release", ".", "pkg/a.py", None),
        ("installed", ".", "pkg/a.py", None),
        ("git", ".", "pkg/a.py", None),
    ],
)
def test_a_place_below_the_root_is_a_path_that_can_be_opened(
    checkout: Path, kind: str, location: str, file: str, expected: str | None
) -> None:
    shown = location.format(repo=checkout, outside=checkout.parent / "elsewhere")
    origin = Origin(distribution="x", kind=kind, location=shown, prefix="python/")  # type: ignore[arg-type]
    found = workspace_place(origin, Place(file=file, line=7), checkout)
    assert found == (expected, 7 if expected else 0)
    if expected:
        assert (checkout / expected).is_file()
        assert workspace_place(origin, Place(file=file, line=7), checkout / "python") == ("pkg/a.py", 7)


def test_a_document_is_named_from_the_root_where_it_lies_below(checkout: Path) -> None:
    assert document_path(Path("docs/S.md"), checkout) == "docs/S.md"
    assert document_path(checkout / "docs" / "S.md", checkout) == "docs/S.md"
    assert document_path(checkout.parent / "S.md", checkout) == str(checkout.parent / "S.md")


def test_the_root_is_the_checkouts_where_the_working_directory_lies_in_it(tmp_path: Path) -> None:
    inside = tmp_path / "repo" / "sub"
    assert checkout_root({"GITHUB_WORKSPACE": str(tmp_path / "repo")}, inside) == tmp_path / "repo"
    assert checkout_root({"GITHUB_WORKSPACE": str(tmp_path / "other")}, inside) == inside
    assert checkout_root({"GITHUB_WORKSPACE": ""}, inside) == inside
    assert checkout_root({}, inside) == inside
