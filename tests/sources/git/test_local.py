"""Where a branch left another one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import miniature
from archtrack.errors import ArchtrackError, SourceError, UsageError
from archtrack.sources.git.local import edited_since, merge_base, place_in_repository

if TYPE_CHECKING:
    from pathlib import Path

ENVIRON = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Two branches that have gone their ways from the second of main's commits on."""
    root = tmp_path / "repo"
    root.mkdir()
    miniature.commit(root, "first")
    miniature.commit(root, "second")
    miniature.git(root, "tag", "start")
    miniature.git(root, "switch", "--quiet", "--create", "feature")
    miniature.commit(root, "mine")
    miniature.git(root, "switch", "--quiet", "main")
    miniature.commit(root, "theirs")
    miniature.git(root, "switch", "--quiet", "feature")
    return root


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        ("main", "start"),
        ("main~1", "start"),
        ("start", "start"),
        ("start~1", "start~1"),
        ("feature", "feature"),
        ("HEAD", "feature"),
        ("refs/heads/main", "start"),
    ],
)
def test_the_base_is_where_the_branch_left_the_reference(repo: Path, ref: str, expected: str) -> None:
    assert merge_base(str(repo), ref, ENVIRON) == miniature.git(repo, "rev-parse", expected)


def test_a_merged_main_moves_the_base(repo: Path) -> None:
    miniature.git(repo, "merge", "--quiet", "main", "--message", "merge")
    assert merge_base(str(repo), "main", ENVIRON) == miniature.git(repo, "rev-parse", "main")


@pytest.mark.parametrize(
    ("ref", "error", "said"),
    [
        ("nowhere", SourceError, "no commit, tag or branch 'nowhere'"),
        ("main^{tree}", SourceError, "no commit, tag or branch"),
        ("--all", UsageError, "is not a reference"),
        ("main..feature", UsageError, "is not a reference"),
        ("", UsageError, "is not a reference"),
    ],
)
def test_what_names_no_commit_is_said(repo: Path, ref: str, error: type[ArchtrackError], said: str) -> None:
    with pytest.raises(error, match=said):
        merge_base(str(repo), ref, ENVIRON)


def test_what_the_working_tree_has_otherwise_is_told_from_the_root(repo: Path) -> None:
    names = ["a/same.py", "a/edited.py", "a/gone.py", "a/staged.py", "a/*.py", "a/ä b.py"]
    for name in names:
        miniature.write(repo / name, "1\n")
    commit = miniature.commit(repo)
    miniature.write(repo / "a/edited.py", "2\n")
    (repo / "a/gone.py").rename(repo / "a/untracked.py")
    miniature.write(repo / "a/staged.py", "2\n")
    miniature.git(repo, "add", "a/staged.py")
    miniature.write(repo / "a/ä b.py", "2\n")
    miniature.git(repo, "config", "diff.relative", "true")
    found = ("a/edited.py", "a/gone.py", "a/staged.py", "a/ä b.py")
    for folder in (repo, repo / "a"):
        assert edited_since(str(folder), commit, [*names, "a/untracked.py"], ENVIRON) == frozenset(found)
    assert edited_since(str(repo), commit, ["a/same.py", "a/*.py"], ENVIRON) == frozenset()
    assert edited_since(str(repo), commit, [], ENVIRON) == frozenset()
    with pytest.raises(SourceError):
        edited_since(str(repo), "0" * 40, ["a/same.py"], ENVIRON)


def test_a_shallow_clone_that_lacks_a_reference_is_told_how_to_get_it(repo: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    miniature.git(tmp_path, "clone", "--quiet", "--depth", "1", repo.as_uri(), str(clone))
    with pytest.raises(
        SourceError, match="no commit, tag or branch 'origin/main'; the clone is shallow"
    ) as told:
        merge_base(str(clone), "origin/main", ENVIRON)
    assert "`fetch-depth: 0`" in str(told.value)
    fetch = str(told.value).partition("`git ")[2].partition("`")[0]
    miniature.git(clone, *(part.strip("'") for part in fetch.split()))
    assert merge_base(str(clone), "origin/main", ENVIRON) == miniature.git(repo, "rev-parse", "start")


def test_a_folder_is_told_from_the_root(repo: Path, tmp_path: Path) -> None:
    (repo / "a" / "b").mkdir(parents=True)
    assert place_in_repository(str(repo), ENVIRON) == ""
    assert place_in_repository(str(repo / "a" / "b"), ENVIRON) == "a/b"
    (tmp_path / "plain").mkdir()
    with pytest.raises(SourceError, match="not a git repository"):
        place_in_repository(str(tmp_path / "plain"), ENVIRON)
