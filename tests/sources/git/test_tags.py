"""The tags of a repository that are releases, and the files of many of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import miniature
from archtrack.errors import SourceError
from archtrack.sources.base import Layout
from archtrack.sources.git.source import fetch_files, git_source
from archtrack.sources.git.tags import tags_of

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = Layout(package=".", distribution="demo", markers=("convert.go",), offered=("other.go",))


def is_release(name: str) -> bool:
    return name.startswith("v") and "rc" not in name


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three tags of releases, of which one is annotated, a preview and another tag."""
    root = tmp_path / "demo"
    for number, tag in enumerate(("v1.0.0", "v1.1.0-rc0", "v1.1.0", "nightly")):
        miniature.write(root / "convert.go", f"package convert // {number}\n")
        miniature.write(root / "other.go", f"package other // {number}\n")
        miniature.write(root / "unread.go", f"package unread // {number}\n")
        miniature.commit(root)
        miniature.git(root, "tag", tag)
    miniature.git(root, "tag", "-a", "v1.2.0", "-m", "annotated")
    miniature.git(root, "config", "uploadpack.allowFilter", "true")
    miniature.git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    return root


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_wanted_tags_alone_are_listed(repository: Path, tmp_path: Path, scheme: str) -> None:
    found = tags_of(f"{scheme}{repository}", is_release, environ=os.environ, folder=tmp_path / "cache")
    assert [tag.name for tag in found] == ["v1.0.0", "v1.1.0", "v1.2.0"]
    heads = [miniature.git(repository, "rev-parse", f"{tag.name}^{{commit}}").strip() for tag in found]
    assert [tag.commit for tag in found] == heads


def test_a_url_is_asked_for_nothing_but_the_wanted_tags(repository: Path, tmp_path: Path) -> None:
    url, cache = f"file://{repository}", tmp_path / "cache"
    tags_of(url, is_release, environ=os.environ, folder=cache)
    (mirror,) = (cache / "git").glob("*.git")
    kept = miniature.git(mirror, "for-each-ref", "--format=%(refname)").split()
    assert kept == [f"refs/archtrack-tags/v1.{minor}.0" for minor in range(3)]
    assert (
        miniature.git(mirror, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
        .split()
        .count("blob")
        == 0
    )


def test_tags_that_came_moved_or_went_are_as_the_repository_has_them_now(
    repository: Path, tmp_path: Path
) -> None:
    url, cache = f"file://{repository}", tmp_path / "cache"
    before = tags_of(url, is_release, environ=os.environ, folder=cache)
    miniature.git(repository, "tag", "-d", "v1.1.0")
    miniature.git(repository, "tag", "v1.3.0", "v1.1.0-rc0")
    miniature.git(repository, "tag", "-f", "v1.0.0", "nightly")
    after = {tag.name: tag.commit for tag in tags_of(url, is_release, environ=os.environ, folder=cache)}
    assert list(after) == ["v1.0.0", "v1.2.0", "v1.3.0"]
    assert after["v1.0.0"] == after["v1.2.0"] != before[0].commit


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_tag_of_a_tag_means_the_commit_and_one_of_a_tree_is_none(
    repository: Path, tmp_path: Path, scheme: str
) -> None:
    miniature.git(repository, "tag", "v1.4.0", "HEAD^{tree}")
    miniature.git(repository, "tag", "-a", "v1.6.0", "v1.2.0", "-m", "a tag of a tag")
    found = tags_of(f"{scheme}{repository}", is_release, environ=os.environ, folder=tmp_path / "cache")
    assert [tag.name for tag in found] == ["v1.0.0", "v1.1.0", "v1.2.0", "v1.6.0"]
    assert found[3].commit == found[2].commit == miniature.git(repository, "rev-parse", "HEAD").strip()


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_repository_without_a_wanted_tag_is_told(repository: Path, tmp_path: Path, scheme: str) -> None:
    with pytest.raises(SourceError, match="it has no tag of a release"):
        tags_of(f"{scheme}{repository}", lambda _: False, environ=os.environ, folder=tmp_path / "cache")


def test_what_many_releases_need_is_fetched_together(repository: Path, tmp_path: Path) -> None:
    url, cache = f"file://{repository}", tmp_path / "cache"
    tags = tags_of(url, is_release, environ=os.environ, folder=cache)
    commits = [tag.commit for tag in tags]
    fetch_files(url, commits, LAYOUT, ("./convert.go", "./other.go"), environ=os.environ, folder=cache)
    repository.rename(tmp_path / "gone")
    for number, commit in zip((0, 2, 3), commits, strict=True):
        source = git_source(url, commit, LAYOUT, environ=os.environ, folder=cache)
        files = source.read(("./convert.go", "./other.go"))
        assert files["./convert.go"] == f"package convert // {number}\n".encode()
        assert files["./other.go"] == f"package other // {number}\n".encode()


def test_nothing_is_fetched_for_a_repository_on_this_machine(repository: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    fetch_files(str(repository), ["v1.0.0"], LAYOUT, ("./*",), environ=os.environ, folder=cache)
    assert not cache.exists()
