from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
import zlib
from contextlib import suppress
from pathlib import Path

import pytest

from archtrack.errors import SourceError, UsageError
from archtrack.model import Origin
from archtrack.sources.base import Layout
from archtrack.sources.cache import Cache
from archtrack.sources.git import command as git_command
from archtrack.sources.git import tree as git_tree
from archtrack.sources.git.address import is_remote
from archtrack.sources.git.mirror import clear_mirrors, size_of_mirrors
from archtrack.sources.git.source import GitSource, git_source
from archtrack.sources.identity import digest_of
from archtrack.sources.library import Library
from miniature import commit, git

LAYOUT = Layout(package="pkg", distribution="pkg-dist", parents=("python", ""))
ENVIRON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
FILES = {
    "python/pkg/__init__.py": b"",
    "python/pkg/models/a.py": b"A = 1\n",
    "python/pkg/models/same as a.py": b"A = 1\n",
    'python/pkg/models/n\xe4me "quoted"\n\t.py': b"\xef\xbb\xbfodd\r\n\0",
    "python/pyproject.toml": b"[project]\n",
    "pyproject.toml": b"# of the root\n",
    "README.md": b"read me\n",
    "other/pkg.py": b"",
}
TRUST = "it belongs to another user; `git config --global --add safe.directory PATH` trusts it"
ACCESS = "no access; set up a credential helper or an ssh key without a passphrase"
ODD = 'pkg/models/n\xe4me "quoted"\n\t.py'


def new_blob(where: Path, text: str) -> str:
    """An object of a repository that no commit has."""
    (where.parent / "blob").write_text(text)
    return git(where, "hash-object", "-w", str(where.parent / "blob"))


def write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tag ``v1`` (annotated), branch ``dev`` one commit ahead of it, HEAD on ``main``."""
    root = tmp_path_factory.mktemp("made") / "a repo"
    root.mkdir()
    git(root, "init", "--quiet")
    git(root, "config", "uploadpack.allowFilter", "true")
    write(root, FILES)
    git(root, "add", ".")
    head = new_blob(root, "x")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{head},python/pkg/submodule")
    git(root, "commit", "--quiet", "-m", "one")
    git(root, "tag", "-a", "v1", "-m", "release")
    git(root, "checkout", "--quiet", "-b", "dev")
    write(root, {"python/pkg/models/a.py": b"A = 2\n"})
    git(root, "commit", "--quiet", "-am", "two")
    git(root, "checkout", "--quiet", "main")
    return root


@pytest.fixture
def repo(made: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(made, tmp_path / "a repo", symlinks=True))


def source(
    repository: str | Path,
    ref: str = "HEAD",
    *,
    folder: Path | None = None,
    offline: bool = False,
    **environ: str,
) -> GitSource:
    return git_source(
        str(repository), ref, LAYOUT, environ={**ENVIRON, **environ}, folder=folder, offline=offline
    )


# -- a local repository ----------------------------------------------------------------------------


def test_a_package_is_listed_identified_and_read_without_a_checkout(made: Path) -> None:
    found = source(made, "v1")

    assert found.origin == Origin(
        distribution="pkg-dist",
        kind="git",
        location=f"{made}@v1",
        digest=f"commit:{git(made, 'rev-parse', 'main')}",
        prefix="python/",
    )
    paths = found.list(["**"])
    assert paths == ("pkg/__init__.py", "pkg/models/a.py", ODD, "pkg/models/same as a.py", "pyproject.toml")
    assert found.read(paths) == {
        path: FILES[f"python/{path}" if path != "pyproject.toml" else "python/pyproject.toml"]
        for path in paths
    }
    identities = found.identify(paths)
    assert identities["pkg/models/a.py"] == identities["pkg/models/same as a.py"]
    blob = git(made, "rev-parse", "main:python/pkg/models/a.py")
    assert identities["pkg/models/a.py"] == f"{digest_of(str(made))}:git:{blob}"
    assert found.read([]) == {}


def test_a_repository_that_holds_another_file_under_an_id_answers_for_itself_alone(
    made: Path, repo: Path, tmp_path: Path
) -> None:
    blob = git(made, "rev-parse", "v1:python/pkg/models/a.py")
    forged = repo / ".git/objects" / blob[:2] / blob[2:]
    forged.chmod(0o644)
    forged.write_bytes(zlib.compress(b"blob 6\0A = 9\n"))
    with Cache(tmp_path / "cache") as cache:
        found = []
        for place in (repo, made):
            library = Library(source(place, "v1"), cache)
            found.append(library.facts(["pkg/models/a.py"], "text", bytes.decode)["pkg/models/a.py"])
    assert found == ["A = 9\n", "A = 1\n"]
    assert source(repo, "v1").kept_as != source(made, "v1").kept_as


@pytest.mark.parametrize(
    "ref", ["v1", "main", "HEAD", "refs/tags/v1", "dev~1", "dev^", "@", "{commit}", "{short}"]
)
def test_a_reference_of_any_kind_names_its_commit(made: Path, ref: str) -> None:
    commit = git(made, "rev-parse", "main")
    found = source(made, ref.format(commit=commit, short=commit[:8]))
    assert found.origin.digest == f"commit:{commit}"
    assert found.read(["pkg/models/a.py"]) == {"pkg/models/a.py": b"A = 1\n"}


def test_another_branch_gives_other_bytes_while_the_checkout_stays(made: Path) -> None:
    assert source(made, "dev").read(["pkg/models/a.py"]) == {"pkg/models/a.py": b"A = 2\n"}
    assert git(made, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert (made / "python/pkg/models/a.py").read_bytes() == b"A = 1\n"


@pytest.mark.parametrize("spelling", ["bare", "worktree", "subfolder", "relative"])
def test_any_folder_of_a_repository_will_do(
    repo: Path, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    place = {"subfolder": repo / "python", "relative": Path("../a repo")}.get(
        spelling, repo.parent / spelling
    )
    monkeypatch.chdir(repo)
    if spelling == "bare":
        git(repo, "clone", "--quiet", "--bare", str(repo), str(place))
    elif spelling == "worktree":
        git(repo, "worktree", "add", "--quiet", "--no-checkout", str(place), "dev")
    assert source(place, "v1").list(["pkg/*.py"]) == ("pkg/__init__.py",)


@pytest.mark.parametrize(
    ("layout", "prefix", "project"),
    [
        (LAYOUT, "python/", b"[project]\n"),
        (Layout(package="pkg.py", distribution="x", parents=("other", "")), None, None),
        (
            Layout(package="models", distribution="x", parents=("python/pkg",)),
            "python/pkg/",
            b"# of the root\n",
        ),
        (Layout(package="python", distribution="x"), "", b"# of the root\n"),
    ],
)
def test_the_package_lies_where_the_layout_says(
    made: Path, layout: Layout, prefix: str | None, project: bytes | None
) -> None:
    if prefix is None:
        with pytest.raises(SourceError) as caught:
            git_source(str(made), "v1", layout, environ=ENVIRON, folder=None)
        assert str(caught.value) == (
            f"{made}@v1: no package pkg.py in it (looked for other/pkg.py or pkg.py); try another reference"
        )
        return
    found = git_source(str(made), "v1", layout, environ=ENVIRON, folder=None)
    assert found.origin.prefix == prefix
    assert found.read(["pyproject.toml"])["pyproject.toml"] == project


@pytest.mark.parametrize("path", ["pkg/submodule", "pkg/nowhere.py", "README.md", "../README.md"])
def test_what_is_no_file_of_the_package_is_not_read(made: Path, path: str) -> None:
    found = source(made)
    assert found.list([path]) == ()
    for work in (found.read, found.identify):
        with pytest.raises(SourceError) as caught:
            work([path])
        assert str(caught.value) == f"{made}@HEAD: no file {path!r}"


@pytest.mark.parametrize(
    ("links", "paths", "broken"),
    [
        ({}, ["pkg/models/a.py"], []),
        ({"python/pkg/link.py": "../../README.md"}, ["pkg/link.py", "pkg/models/a.py"], []),
        (
            {"python/pkg/x.py": "y.py", "python/pkg/y.py": "./models//a.py"},
            ["pkg/models/a.py", "pkg/x.py", "pkg/y.py"],
            [],
        ),
        ({"python/pkg/twin": "models"}, ["pkg/models/a.py", "pkg/twin/a.py"], []),
        ({"python/pkg/models/up": "..", "python/pkg/here": "."}, ["pkg/models/a.py"], []),
        ({"python/pkg/models/far": "../../../far"}, ["pkg/models/a.py", "pkg/models/far/z.py"], []),
        (
            {"python/pkg/far": "../../far", "far/back.py": "z.py", "far/again": "../python/pkg"},
            ["pkg/far/back.py", "pkg/far/z.py", "pkg/models/a.py"],
            [],
        ),
        ({"python/pkg/gone.py": "nowhere.py"}, ["pkg/models/a.py"], ["pkg/gone.py"]),
        ({"python/pkg/round.py": "round.py"}, ["pkg/models/a.py"], ["pkg/round.py"]),
        ({"python/pkg/out.py": "../../../out.py"}, ["pkg/models/a.py"], ["pkg/out.py"]),
        ({"python/pkg/out.py": "/etc/hostname"}, ["pkg/models/a.py"], ["pkg/out.py"]),
        ({"python/pkg/sub.py": "submodule"}, ["pkg/models/a.py"], ["pkg/sub.py"]),
    ],
)
def test_links_are_followed_inside_the_repository(
    repo: Path, links: dict[str, str], paths: list[str], broken: list[str]
) -> None:
    (repo.parent / "out.py").write_text("# not of the repository\n")
    write(repo, {"far/z.py": b"Z = 1\n"})
    for path, target in links.items():
        (repo / path).symlink_to(target)
    commit(repo, "links")
    found = source(repo)
    listed = found.list(["pkg/**"])
    assert [path for path in listed if not any(word in path for word in ("__init__", "/n", "same"))] == paths
    assert list(found.broken_links(["pkg/**"])) == broken
    wanted = {"link": FILES["README.md"], "z": b"Z = 1\n", "back": b"Z = 1\n"}
    assert found.read(paths) == {path: wanted.get(Path(path).stem, b"A = 1\n") for path in paths}


@pytest.mark.parametrize("url", [False, True])
def test_the_folder_that_holds_the_package_may_be_a_link(repo: Path, tmp_path: Path, *, url: bool) -> None:
    git(repo, "mv", "python", "src")
    (repo / "python").symlink_to("src")
    commit(repo, "moved")
    found = source(repo.as_uri() if url else repo, "main", folder=tmp_path / "cache")
    assert found.origin.prefix == "python/"
    assert found.read(["pkg/models/a.py"]) == {"pkg/models/a.py": b"A = 1\n"}


def test_links_cannot_multiply_files_without_end(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_tree, "_MOST_PATHS", 20)
    assert source(repo).list(["pkg/models/a.py"])
    for number in range(20):
        (repo / f"python/pkg/{number}").symlink_to("models")
    commit(repo, "links")
    with pytest.raises(SourceError, match="multiply the files of the commit; give the path of a checkout"):
        source(repo)


def test_an_unknown_reference_is_said_with_how_to_see_them(made: Path) -> None:
    with pytest.raises(SourceError) as caught:
        source(made, "v9")
    assert str(caught.value) == (
        f"{made}: no commit, tag or branch 'v9'; `git branch -a` and `git tag` list them,"
        " `git fetch --tags` gets new ones"
    )


def test_a_tree_is_no_commit(made: Path) -> None:
    with pytest.raises(SourceError, match="no commit, tag or branch"):
        source(made, git(made, "rev-parse", "main^{tree}"))


@pytest.mark.parametrize(
    "ref",
    ["", "--upload-pack=touch mark", "-v", "a b", "a..b", "main:python", ":/one", "a\nb", "a*", "a?", "[a",
     "^main", "\\"],
)  # fmt: skip
def test_a_reference_that_git_could_take_for_something_else_is_refused(made: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="is not a reference; give a commit, a tag or a branch"):
        source(made, ref)


def test_a_folder_that_is_no_repository_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere: no such folder; give a git repository's path or URL"):
        source(tmp_path / "nowhere")
    with pytest.raises(SourceError) as caught:
        source(tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert (
        str(caught.value) == f"{tmp_path}@HEAD: not a git repository; give the path of one, or a plain path"
    )


def test_the_environment_of_a_hook_does_not_redirect(repo: Path, tmp_path: Path) -> None:
    hook = {"GIT_DIR": str(tmp_path), "GIT_INDEX_FILE": "x", "GIT_OBJECT_DIRECTORY": "/nowhere"}
    assert source(repo, **hook).list(["pkg/*"])


def test_a_replaced_object_is_read_as_it_was_committed(repo: Path) -> None:
    other = new_blob(repo, "replaced")
    git(repo, "replace", git(repo, "rev-parse", "main:python/pkg/models/a.py"), other)
    assert git(repo, "show", "main:python/pkg/models/a.py") == "replaced"
    assert source(repo).read(["pkg/models/a.py"]) == {"pkg/models/a.py": b"A = 1\n"}


def test_a_damaged_repository_is_an_error_of_one_line(repo: Path) -> None:
    found = source(repo)
    blob = git(repo, "rev-parse", "main:python/pkg/models/a.py")
    path = repo / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.unlink()
    with pytest.raises(SourceError) as caught:
        found.read(["pkg/models/a.py"])
    assert str(caught.value) == (
        f"{repo}@HEAD: 'pkg/models/a.py': blob {blob} is missing; `git fsck` tells what is damaged"
    )
    path.write_bytes(b"damaged")
    with pytest.raises(SourceError) as caught:
        found.read(["pkg/models/a.py"])
    assert "\n" not in str(caught.value)


def test_a_blob_too_large_to_be_source_is_refused(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_command, "LARGEST", 5)
    with pytest.raises(SourceError, match=r"blob [0-9a-f]{40}: 6 bytes is too large for a source file"):
        source(made).read(["pkg/models/a.py"])


# -- git itself ------------------------------------------------------------------------------------


def test_a_machine_without_git_is_told_what_to_do(made: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        source(made, PATH=str(tmp_path))
    assert str(caught.value) == "git is not installed; install it, or give a path or a release instead"


def fake_git(folder: Path, script: str) -> str:
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "fatal: detected dubious ownership in repository at '/x'\nTo add an exception ...",
            f"detected dubious ownership in repository at '/x'; {TRUST}",
        ),
        (
            "remote: hello\nfatal: could not read Username for 'https://u:secret@h': terminal prompts disabled",
            f"could not read Username for 'https://h': terminal prompts disabled; {ACCESS}",
        ),
        (
            "fatal: unable to access 'https://h/': Could not resolve host: h",
            "unable to access 'https://h/': Could not resolve host: h; check the address and the network",
        ),
        ("fatal: something new.", "something new"),
        ("no prefix\nlast line", "last line"),
    ],
)
def test_what_git_says_becomes_one_line_with_advice(made: Path, tmp_path: Path, said: str, told: str) -> None:
    path = fake_git(tmp_path, f"cat >&2 <<'END'\n{said}\nEND\nexit 128")
    with pytest.raises(SourceError) as caught:
        source(made, PATH=path)
    assert str(caught.value) == f"{made}@HEAD: git: {told}"


def test_a_git_that_hangs_is_ended_with_its_children(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_command, "_LOCAL_SECONDS", 0.3)
    path = fake_git(tmp_path, f"sleep 600 & echo $! > '{tmp_path}/child'; wait")
    with pytest.raises(SourceError, match=r"git rev-parse took longer than 0 s and was stopped; run again"):
        source(made, PATH=path)
    child = int((tmp_path / "child").read_text())
    with suppress(ProcessLookupError):
        for _ in range(200):
            os.kill(child, 0)
            if Path(f"/proc/{child}/stat").read_text().split()[2] == "Z":
                break
            time.sleep(0.01)
        else:
            pytest.fail("still there")


# -- a URL -----------------------------------------------------------------------------------------


def packs(folder: Path) -> int:
    return len(list(folder.glob("git/*.git/objects/pack/*.pack")))


def test_a_url_is_fetched_without_blobs_and_the_wanted_ones_in_one_request(
    made: Path, tmp_path: Path
) -> None:
    found = source(made.as_uri(), "v1", folder=tmp_path)

    assert found.origin.location == f"{made.as_uri()}@v1"
    assert found.origin.digest == f"commit:{git(made, 'rev-parse', 'main')}"
    assert packs(tmp_path) == 1
    paths = found.list(["pkg/**"])
    assert found.read(paths) == {path: FILES[f"python/{path}"] for path in paths}
    assert packs(tmp_path) == 2
    assert found.read(paths[:1]) == {paths[0]: b""}
    assert packs(tmp_path) == 2


@pytest.mark.parametrize("ref", ["HEAD", "main", "v1", "refs/heads/main", "{commit}"])
def test_a_url_takes_branches_tags_and_full_commit_ids(made: Path, tmp_path: Path, ref: str) -> None:
    commit = git(made, "rev-parse", "main")
    found = source(made.as_uri(), ref.format(commit=commit), folder=tmp_path)
    assert found.origin.digest == f"commit:{commit}"
    assert found.read(["pkg/models/a.py"]) == {"pkg/models/a.py": b"A = 1\n"}


def test_a_commit_that_is_no_tip_is_fetched_by_its_id(repo: Path, tmp_path: Path) -> None:
    write(repo, {"python/pkg/new.py": b"new"})
    commit(repo, "three")
    git(repo, "tag", "-d", "v1")
    git(repo, "branch", "-D", "dev")
    found = source(repo.as_uri(), git(repo, "rev-parse", "HEAD~1"), folder=tmp_path / "c")
    assert found.list(["pkg/new.py"]) == ()


def test_a_branch_is_fetched_again_and_a_commit_is_not(repo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    before = source(repo.as_uri(), "main", folder=folder).origin.digest
    write(repo, {"python/pkg/new.py": b"new"})
    commit(repo, "three")

    after = source(repo.as_uri(), "main", folder=folder)

    assert after.origin.digest != before
    assert after.read(["pkg/new.py"]) == {"pkg/new.py": b"new"}
    url, newest = repo.as_uri(), (after.origin.digest or "").removeprefix("commit:")
    repo.rename(tmp_path / "gone")
    assert source(url, newest, folder=folder).read(["pkg/new.py"]) == {"pkg/new.py": b"new"}
    with pytest.raises(SourceError, match="check the address"):
        source(url, "main", folder=folder)


def test_a_server_that_cannot_leave_out_blobs_gives_them(repo: Path, tmp_path: Path) -> None:
    git(repo, "config", "uploadpack.allowFilter", "false")
    found = source(repo.as_uri(), "v1", folder=tmp_path / "cache")
    assert found.read(["pkg/models/a.py", ODD]) == {
        "pkg/models/a.py": b"A = 1\n",
        ODD: FILES[f"python/{ODD}"],
    }
    assert packs(tmp_path / "cache") <= 1


@pytest.mark.parametrize(
    ("ref", "hint"),
    [("v9", "; a commit needs its full id"), ("abcdef0", "; a commit needs its full id"), ("f" * 40, "")],
)
def test_an_unknown_reference_of_a_url_is_said(made: Path, tmp_path: Path, ref: str, hint: str) -> None:
    with pytest.raises(SourceError) as caught:
        source(made.as_uri(), ref, folder=tmp_path)
    assert str(caught.value) == (
        f"{made.as_uri()}: no commit, tag or branch {ref!r}; `git ls-remote {made.as_uri()}` lists them{hint}"
    )


def test_offline_takes_what_is_there_and_asks_for_nothing(repo: Path, tmp_path: Path) -> None:
    url, folder = repo.as_uri(), tmp_path / "cache"
    with pytest.raises(SourceError) as caught:
        source(url, "v1", folder=folder, offline=True)
    assert str(caught.value) == f"{url}@v1: not in the cache; run once without --offline"
    assert not folder.exists()

    online = source(url, "v1", folder=folder)
    online.read(["pkg/models/a.py"])
    offline = source(url, "v1", folder=folder, offline=True)
    assert offline.origin == online.origin
    assert offline.list(["pkg/*"]) == ("pkg/__init__.py",)
    assert offline.read(["pkg/models/same as a.py"]) == {"pkg/models/same as a.py": b"A = 1\n"}
    with pytest.raises(SourceError) as caught:
        offline.read(["pkg/models/a.py", ODD, "pkg/__init__.py"])
    assert str(caught.value) == f"{url}@v1: 2 files not fetched yet; run once without --offline"
    with pytest.raises(SourceError, match="not in the cache"):
        source(url, "main", folder=folder, offline=True)


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% mark",
        "ext::sh://-c touch",
        "fd::17",
        "ftp://host/repo",
        "javascript://host/x",
        "--upload-pack=x://y",
        "ssh://-oProxyCommand=touch/x",
        "ssh://git@-oProxyCommand=touch/x",
        "git@-oProxyCommand=touch:x",
        "https://host/a b",
        "https://host/a\nb",
    ],
)
def test_an_address_that_could_run_something_is_refused(tmp_path: Path, url: str) -> None:
    assert is_remote(url)
    with pytest.raises(UsageError):
        source(url, "main", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ref", ["main~1", "v1^{}", "main@{1}", "--exec=x"])
def test_a_url_takes_no_expression_for_a_reference(made: Path, tmp_path: Path, ref: str) -> None:
    with pytest.raises(UsageError):
        source(made.as_uri(), ref, folder=tmp_path)


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("https://host/repo.git", True),
        ("file:///srv/repo", True),
        ("git@host:org/repo", True),
        ("host:repo", True),
        ("../repo", False),
        ("/srv/a:b", False),
        ("repo", False),
        ("C:\\repo", False),
        ("x:" * 5000, False),
        ("xy:" * 5000, True),
    ],
)
def test_a_url_is_told_from_a_path(repository: str, *, expected: bool) -> None:
    assert is_remote(repository) is expected


def test_credentials_are_used_but_neither_shown_nor_stored(tmp_path: Path) -> None:
    url = "http://user:s3cr3t@127.0.0.1:9/repo"  # the discard port: nobody answers
    with pytest.raises(SourceError) as caught:
        source(url, "main", folder=tmp_path)
    assert "s3cr3t" not in str(caught.value)
    assert str(caught.value).startswith("http://127.0.0.1:9/repo@main: git: ")
    assert str(caught.value).endswith("check the address and the network")
    assert not any(b"s3cr3t" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


# -- mirrors ---------------------------------------------------------------------------------------


def mirror_in(folder: Path) -> Path:
    (mirror,) = folder.glob("git/*.git")
    return mirror


@pytest.mark.parametrize("damage", ["half made", "locks", "no objects", "no pack", "empty", "other format"])
def test_what_a_killed_run_left_is_cleared_or_built_anew(made: Path, tmp_path: Path, damage: str) -> None:
    assert source(made.as_uri(), "v1", folder=tmp_path).read(["pkg/models/a.py"])
    mirror = mirror_in(tmp_path)
    if damage == "half made":
        (mirror / "ready").unlink()
        (mirror / "config").write_text("[half")
    elif damage == "locks":
        for name in ("shallow.lock", "config.lock", "refs/archtrack/x.lock", "objects/pack/tmp_pack_x"):
            (mirror / name).write_text("")
    elif damage == "no objects":
        shutil.rmtree(mirror / "objects")
    elif damage == "no pack":
        for pack in mirror.glob("objects/pack/*"):
            pack.unlink()
    elif damage == "empty":
        shutil.rmtree(mirror)
        mirror.mkdir()
    else:
        (mirror / "ready").write_text("0")

    assert source(made.as_uri(), "v1", folder=tmp_path).read(["pkg/models/a.py"]) == {
        "pkg/models/a.py": b"A = 1\n"
    }
    assert not list(mirror.rglob("*.lock"))
    assert not list(mirror.rglob("tmp_pack_*"))


def test_runs_at_once_share_one_mirror(made: Path, tmp_path: Path) -> None:
    script = """
        import os, sys
        from pathlib import Path
        from archtrack.sources.base import Layout
        from archtrack.sources.git.source import git_source
        layout = Layout(package="pkg", distribution="pkg", parents=("python",))
        found = git_source(sys.argv[1], sys.argv[2], layout, environ=os.environ, folder=Path(sys.argv[3]))
        print(found.read(["pkg/models/a.py"])["pkg/models/a.py"].decode().strip())
    """
    running = [
        subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-c", textwrap.dedent(script), made.as_uri(), ref, str(tmp_path)],
            env=ENVIRON,
            stdout=subprocess.PIPE,
            text=True,
        )
        for ref in ("v1", "dev", "v1", "dev")
    ]
    assert [process.communicate(timeout=60)[0] for process in running] == ["A = 1\n", "A = 2\n"] * 2
    assert mirror_in(tmp_path).is_dir()


def test_mirrors_are_measured_cleared_and_dropped_when_long_unused(
    made: Path, repo: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    assert size_of_mirrors(folder) == clear_mirrors(folder) == 0
    source(made.as_uri(), "v1", folder=folder)
    old = mirror_in(folder)
    os.utime(old / "ready", (1e9, 1e9))
    source(repo.as_uri(), "v1", folder=folder)
    assert not old.exists()

    size = size_of_mirrors(folder)
    assert size > 1000
    assert clear_mirrors(folder) == size
    assert size_of_mirrors(folder) == 0
    assert source(repo.as_uri(), "v1", folder=folder).list(["pkg/*.py"])


def test_a_cache_folder_that_cannot_be_used_is_said(made: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="set ARCHTRACK_CACHE_DIR to a folder that can be written"):
        source(made.as_uri(), "v1", folder=tmp_path / "file")
    with pytest.raises(SourceError, match="no home folder is known; set ARCHTRACK_CACHE_DIR"):
        source(made.as_uri(), "v1", folder=Path("~/.cache/archtrack"))
    with pytest.raises(
        SourceError, match="a URL needs the cache folder; set ARCHTRACK_CACHE_DIR, or clone it"
    ):
        source(made.as_uri(), "v1")


def tree_of(repo: Path, lines: str) -> str:
    command = ["git", "-C", str(repo), "mktree"]
    return subprocess.run(command, input=lines, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603


def test_a_tree_that_multiplies_itself_is_one_clear_line(repo: Path) -> None:
    """Ten folders that are one, ten times over: of a few objects come a million files."""
    tree = tree_of(repo, f"100644 blob {new_blob(repo, 'x')}\t__init__.py\n")
    for _ in range(7):
        tree = tree_of(repo, "".join(f"040000 tree {tree}\tpkg{n or ''}\n" for n in range(10)))
    bomb = git(repo, "commit-tree", "-m", "x", tree)
    with pytest.raises(SourceError, match=r"more than (200,000 files in the commit|64 MB of names or files)"):
        source(repo, bomb)


def test_a_listing_and_files_without_end_are_one_clear_line(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_command, "_MOST_READ", 5)
    with pytest.raises(SourceError, match="of files at once is too much for a source"):
        source(repo, "v1").read(["pkg/models/a.py"])
