from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.errors import UsageError
from archtrack.sources.base import Layout
from archtrack.sources.redaction import WITHHELD
from archtrack.sources.spec import (
    GitSpec,
    InstalledSpec,
    PathSpec,
    PinnedSpec,
    ReleaseSpec,
    Spec,
    find_checkout,
    parse_spec,
)


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("sglang", "0.5.23", "latest", "with space", "my@repo", "a:b", "r"):
        (tmp_path / name).mkdir()
    (tmp_path / "README").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("installed", InstalledSpec()),
        ("latest", ReleaseSpec(version="latest")),
        (" latest ", ReleaseSpec(version="latest")),
        ("pinned", PinnedSpec()),
        ("0.5.23", ReleaseSpec(version="0.5.23")),
        ("v0.5.23", ReleaseSpec(version="0.5.23")),
        ("==0.5.23", ReleaseSpec(version="0.5.23")),
        ("== 0.5.23", ReleaseSpec(version="0.5.23")),
        ("5", ReleaseSpec(version="5")),
        ("0.5.1.post1", ReleaseSpec(version="0.5.1.post1")),
        ("1!2.0+cu12", ReleaseSpec(version="1!2.0+cu12")),
        (".", PathSpec(path=".")),
        ("..", PathSpec(path="..")),
        ("~", PathSpec(path="~")),
        ("~/src/sglang", PathSpec(path="~/src/sglang")),
        ("/srv/sglang", PathSpec(path="/srv/sglang")),
        ("nowhere/yet", PathSpec(path="nowhere/yet")),
        ("./0.5.23", PathSpec(path="./0.5.23")),
        ("./latest", PathSpec(path="./latest")),
        ("sglang", PathSpec(path="sglang")),
        ("with space", PathSpec(path="with space")),
        ("my@repo", PathSpec(path="my@repo")),
        ("a:b", PathSpec(path="a:b")),
        ("git:.@v1", GitSpec(repository=".", ref="v1")),
        ("git:.", GitSpec(repository=".", ref="HEAD")),
        ("git:../sglang@main", GitSpec(repository="../sglang", ref="main")),
        ("git:../a@b/repo@feature/x", GitSpec(repository="../a@b/repo", ref="feature/x")),
        ("git:r@a@b", GitSpec(repository="r", ref="a@b")),
        ("git:r@feature/@x", GitSpec(repository="r", ref="feature/@x")),
        ("git:my@repo@v1", GitSpec(repository="my@repo", ref="v1")),
        ("git:my@repo@a@b", GitSpec(repository="my@repo", ref="a@b")),
        ("git:none@a@b", GitSpec(repository="none@a", ref="b")),
        ("git:git@host:r@a@b", GitSpec(repository="git@host:r@a", ref="b")),
        ("git:/srv/my repo@HEAD~3", GitSpec(repository="/srv/my repo", ref="HEAD~3")),
        ("git:https://host/o/r.git@v1", GitSpec(repository="https://host/o/r.git", ref="v1")),
        ("git:https://u:p@host/o/r@v1", GitSpec(repository="https://u:p@host/o/r", ref="v1")),
        ("git:https://u:p@host/o/r", GitSpec(repository="https://u:p@host/o/r", ref="HEAD")),
        ("git:ssh://git@host/o/r@dev", GitSpec(repository="ssh://git@host/o/r", ref="dev")),
        ("git:ssh://git@host:22/o/r", GitSpec(repository="ssh://git@host:22/o/r", ref="HEAD")),
        ("git:git@host:o/r@dev", GitSpec(repository="git@host:o/r", ref="dev")),
        ("git:git@host:o/r", GitSpec(repository="git@host:o/r", ref="HEAD")),
        ("git:file:///srv/r@v1", GitSpec(repository="file:///srv/r", ref="v1")),
        ("git:file:///srv/a@b/r@v1", GitSpec(repository="file:///srv/a@b/r", ref="v1")),
    ],
)
def test_a_spec_means_one_thing(text: str, spec: Spec) -> None:
    assert parse_spec(text) == spec


FORMS = "give a path, `installed`, a release such as `0.5.23`, `latest`, `pinned` or `git:PATH-OR-URL@REF`"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"an empty source; {FORMS}"),
        (" \t", f"an empty source; {FORMS}"),
        ("lates", f"'lates' is neither a folder nor a release; {FORMS}"),
        ("README", f"'README' is neither a folder nor a release; {FORMS}"),
        ("0.5.x", f"'0.5.x' is neither a folder nor a release; {FORMS}"),
        (">=0.5", f"'>=0.5' is neither a folder nor a release; {FORMS}"),
        ("a\0/b", f"'a\\x00/b' is neither a folder nor a release; {FORMS}"),
        ("https://u:p@host/r", "'https://host/r' is a URL; write git:https://host/r@REF to read it"),
        ("git@host:o/r", "'git@host:o/r' is a URL; write git:git@host:o/r@REF to read it"),
        ("user:secret@h/r", f"'{WITHHELD}' is a URL; write git:URL@REF to read it"),
        ("https://u:s/ecret@h/r", f"'{WITHHELD}' is a URL; write git:URL@REF to read it"),
        (
            "git:u:secret@example.org/r",
            f"git:{WITHHELD}: an address begins with its scheme; write git:https://…@REF",
        ),
        ("git:", "'git:' names no repository; write git:PATH-OR-URL@REF"),
        ("git:@v1", "'git:' names no repository; write git:PATH-OR-URL@REF"),
        ("git:.@", ".: '' is not a reference; give a commit, a tag or a branch"),
        ("git:.@--exec=x", ".: '--exec=x' is not a reference; give a commit, a tag or a branch"),
        (
            "git:https://u:p@h/r@a b",
            "https://h/r: 'a b' is not a reference; give a commit, a tag or a branch",
        ),
    ],
)
def test_what_means_nothing_is_refused_with_what_would(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_spec(text)
    assert str(caught.value) == message


@given(text=st.text(max_size=40))
def test_law_any_text_is_a_spec_or_a_usage_error_of_one_line(text: str) -> None:
    try:
        parse_spec(text)
    except UsageError as error:
        assert "\n" not in str(error).replace(text, "")  # noqa: PT017 - either outcome is right


LAYOUT = Layout(package="pkg", distribution="pkg", parents=("python", ""))


@pytest.mark.parametrize(
    ("files", "start", "found"),
    [
        (["python/pkg/__init__.py"], ".", "."),
        (["pkg/__init__.py", "pyproject.toml"], ".", "."),
        (["pkg/__init__.py", ".git"], ".", "."),
        (["python/pkg/__init__.py", "python/pkg/srt/a.py", ".git"], "python/pkg/srt", "../../.."),
        (["python/pkg/__init__.py", "docs/a.md", ".git"], "docs", ".."),
        # site-packages, a folder above without git, another repository inside, nothing at all
        (["pkg/__init__.py"], ".", None),
        (["python/pkg/__init__.py", "docs/a.md"], "docs", None),
        (["python/pkg/__init__.py", ".git", "inner/.git", "inner/docs/a.md"], "inner/docs", None),
        (["python/pkg/a.py"], ".", None),
        ([], ".", None),
    ],
)
def test_a_checkout_is_found_in_the_working_folder(
    working_folder: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], start: str, found: str | None
) -> None:
    for file in files:
        (working_folder / file).parent.mkdir(parents=True, exist_ok=True)
        (working_folder / file).write_text("")
    monkeypatch.chdir(working_folder / start)

    assert find_checkout(Path(), LAYOUT) == (None if found is None else Path(found))
    absolute = find_checkout(working_folder / start, LAYOUT)
    assert absolute == (None if found is None else working_folder)
