from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archtrack.errors import SourceError
from archtrack.model import Origin
from archtrack.sources.base import Layout
from archtrack.sources.disk.folder import LocalSource, is_package, local_source
from archtrack.sources.identity import content_digest, content_identity, digest_identities
from archtrack.sources.patterns import match_paths

LAYOUT = Layout(package="pkg", distribution="pkg-dist", parents=("python", ""))
DEEP = Layout(package="pkg", distribution="pkg-dist", parents=("libs/core",))
LONG_AGO = 1_600_000_000
NO_PACKAGE = "no package pkg in it; give a repository root, the folder that holds pkg, or that folder itself"


def plant(root: Path, *files: str) -> Path:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {file}\n")
    return root


def planted(root: Path, *files: str) -> LocalSource:
    return local_source(plant(root, *files), LAYOUT)


# -- where the package is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "given", "location", "prefix"),
    [
        (["python/pkg/__init__.py"], ".", ".", "python/"),
        (["python/pkg/__init__.py"], "python", "python", ""),
        (["python/pkg/__init__.py"], "python/", "python", ""),
        (["python/pkg/__init__.py"], "python/pkg", "python", ""),
        (["python/pkg/__init__.py", ".git/HEAD"], ".", ".", "python/"),
        (["python/pkg/__init__.py", ".git/HEAD"], "python", ".", "python/"),
        (["python/pkg/__init__.py", ".git/HEAD"], "./python/pkg", ".", "python/"),
        (["a/python/pkg/__init__.py", "a/.git"], "a/python/pkg", "a", "python/"),
        (["pkg/__init__.py"], ".", ".", ""),
        (["pkg/__init__.py"], "pkg", ".", ""),
        # a repository in a folder of the package's name
        (["pkg/python/pkg/__init__.py", "pkg/pyproject.toml"], "pkg", "pkg", "python/"),
        (["pkg/pkg/__init__.py", "pkg/pyproject.toml"], "pkg", "pkg", ""),
        (["pkg/__init__.py", "python/pkg/__init__.py"], ".", ".", "python/"),
        # a namespace package
        (["python/pkg/a.py"], ".", ".", "python/"),
        (["python/pkg/sub/a.py"], "python/pkg", "python", ""),
        (["pkg/python/pkg/a.py"], "pkg", "pkg", "python/"),
    ],
)
def test_the_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], given: str, location: str, prefix: str
) -> None:
    plant(tmp_path, *files)
    monkeypatch.chdir(tmp_path)

    source = local_source(given, LAYOUT)

    assert source.origin == Origin(
        distribution="pkg-dist", kind="local", location=location, version=None, prefix=prefix
    )
    paths = source.list(["pkg/**"])
    assert paths
    for path, content in source.read(paths).items():
        opened = Path(os.path.join(location, prefix + path))  # noqa: PTH118 - as the docstring promises
        assert opened.read_bytes() == content


@pytest.mark.parametrize(
    ("working", "given", "location", "prefix"),
    [
        ("repo/libs/core/pkg", ".", "../../..", "libs/core/"),
        ("repo/libs/core/pkg/sub", "..", "../../../..", "libs/core/"),
        ("repo/libs/core", ".", "../..", "libs/core/"),
        ("repo", ".", ".", "libs/core/"),
        ("repo/libs", "core", "..", "libs/core/"),
    ],
)
def test_a_path_of_dots_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, working: str, given: str, location: str, prefix: str
) -> None:
    plant(tmp_path, "repo/libs/core/pkg/__init__.py", "repo/libs/core/pkg/sub/a.py", "repo/.git/HEAD")
    monkeypatch.chdir(tmp_path / working)

    source = local_source(given, DEEP)

    assert os.path.normpath(source.origin.location) == location
    assert source.origin.prefix == prefix
    assert source.list(["pkg/**"]) == ("pkg/__init__.py", "pkg/sub/a.py")
    assert (Path(source.origin.location) / prefix / "pkg/sub/a.py").is_file()


def test_an_absolute_path_and_a_later_change_of_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "python/pkg/__init__.py")
    monkeypatch.chdir(tmp_path)
    absolute, relative = local_source(tmp_path, LAYOUT), local_source(".", LAYOUT)
    monkeypatch.chdir("/")

    assert absolute.origin.location == str(tmp_path)
    assert relative.read(["pkg/__init__.py"]) == absolute.read(["pkg/__init__.py"])


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "src/pkg/__init__.py")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert local_source("~/src", LAYOUT).origin.location == str(tmp_path / "src")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("nowhere", "nowhere: no such folder; give a repository root or the folder pkg"),
        ("README", "README: is not a folder; give a repository root or the folder pkg"),
        ("other", f"other: {NO_PACKAGE}"),
        # a checkout beside others is no namespace package, and neither is an empty folder
        ("src", f"src: {NO_PACKAGE}"),
        ("bare", f"bare: {NO_PACKAGE}"),
    ],
)
def test_what_is_no_package_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, message: str
) -> None:
    plant(tmp_path, "README", "other/mod.py", "bare/pkg/README")
    plant(tmp_path, "src/pkg/pyproject.toml", "src/pkg/unrelated/a.py")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError) as caught:
        local_source(given, LAYOUT)
    assert str(caught.value) == message


@pytest.mark.parametrize("given", ["", "x\0y", "a" * 5000, "a/" * 3000, "~nobody-of-that-name/x"])
def test_what_is_no_name_of_a_folder_is_a_source_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError):
        local_source(given, LAYOUT)


@pytest.mark.parametrize(
    ("files", "namespace", "expected"),
    [
        (["__init__.py"], False, True),
        (["a.py"], False, False),
        (["a.py"], True, True),
        (["a.py", ".git"], True, False),
        (["a.py", "setup.py"], True, False),
        (["not-a-name/a.py"], True, False),
        ([], True, False),
    ],
)
def test_what_counts_as_a_package(
    tmp_path: Path, files: list[str], *, namespace: bool, expected: bool
) -> None:
    plant(tmp_path, *files)
    assert is_package(tmp_path, namespace=namespace) is expected
    assert not is_package(tmp_path / "nowhere", namespace=namespace)


# -- metadata and the project file -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "metadata", "project", "version"),
    [
        (["pkg/a.py"], None, None, None),
        (["pkg/a.py", "Pkg.Dist-1.0.dist-info/METADATA"], "Pkg.Dist-1.0.dist-info/METADATA", None, "1.2.3"),
        (["pkg/a.py", "pkg_dist.egg-info/PKG-INFO"], "pkg_dist.egg-info/PKG-INFO", None, "1.2.3"),
        (["pkg/a.py", "pkg_dist-1-py3.egg-info"], "pkg_dist-1-py3.egg-info", None, "1.2.3"),
        (["pkg/a.py", "pkg_dist.egg-info/PKG-INFO", "setup.py"], None, None, None),
        # of another distribution, or of two of them, or none
        (["pkg/a.py", "pkg-1.0.dist-info/METADATA", "pkg_dist_more-1.dist-info/METADATA"], None, None, None),
        (["pkg/a.py", "pkg_dist-1.dist-info/METADATA", "pkg_dist-2.dist-info/METADATA"], None, None, None),
        (["pkg/a.py", "pkg_dist-1.dist-info/RECORD"], None, None, None),
        (["python/pkg/a.py", "pyproject.toml"], None, "pyproject.toml", None),
        (["python/pkg/a.py", "pyproject.toml", "python/pyproject.toml"], None, "python/pyproject.toml", None),
        (["python/pkg/a.py", "pyproject.toml", "PKG-INFO"], "PKG-INFO", "pyproject.toml", "1.2.3"),
        (["python/pkg/a.py", "setup.py"], None, None, None),
    ],
)
def test_metadata_and_project_file_are_offered_where_they_are(
    tmp_path: Path, files: list[str], metadata: str | None, project: str | None, version: str | None
) -> None:
    text = "Metadata-Version: 2.1\nVersion: 1.2.3\n\nVersion: of the description\n"
    plant(tmp_path, *files)
    for file in files:
        if not file.endswith(".py"):
            (tmp_path / file).write_text(f"# {file}\n{text}")

    source = local_source(tmp_path, LAYOUT)

    expected = {"METADATA": metadata, "pyproject.toml": project}
    present = tuple(name for name, file in expected.items() if file)
    assert source.list(["METADATA", "pyproject.toml"]) == source.list(["*"]) == present
    assert source.read(present) == {name: f"# {expected[name]}\n{text}".encode() for name in present}
    assert source.origin.version == version


@pytest.mark.parametrize("wanted", [True, False])
def test_requirements_are_offered_where_the_layout_asks_for_them(tmp_path: Path, *, wanted: bool) -> None:
    plant(tmp_path, "python/pkg/a.py", "python/requirements.txt")
    layout = replace(LAYOUT, requirements=wanted)
    assert local_source(tmp_path, layout).list(["*.txt"]) == ()  # those of the root count
    (tmp_path / "requirements.txt").write_text("a==1\n")
    source = local_source(tmp_path, layout)
    assert source.list(["*.txt"]) == (("requirements.txt",) if wanted else ())
    if wanted:
        assert source.read(["requirements.txt"]) == {"requirements.txt": b"a==1\n"}


# -- listing ---------------------------------------------------------------------------------------


def test_neighbours_of_the_package_are_not_part_of_the_source(tmp_path: Path) -> None:
    source = planted(tmp_path, "pkg/__init__.py", "pkg/a.py", "other/a.py", "pkgs/a.py", "a.py")

    assert source.list(["**", "*/*.py", "../*", "*"]) == ("pkg/__init__.py", "pkg/a.py")
    assert source.list(["other/a.py", "pkg/../other/a.py", "pkg/./a.py", "pkg//a.py"]) == ()


@pytest.mark.parametrize("path", ["other/a.py", "pkg/../other/a.py", "a.py", "METADATA", "/etc/passwd", ""])
def test_a_path_outside_is_not_read(tmp_path: Path, path: str) -> None:
    plant(tmp_path, "pkg/__init__.py", "other/a.py", "a.py")
    with pytest.raises(SourceError, match="is not a file of the package pkg"):
        local_source(tmp_path, LAYOUT).read([path])


components = st.sampled_from(["a", "b", "a.py", "b.py", "ab"])
globs = st.sampled_from(["a", "b", "a.py", "*", "**", "*.py", "a*"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.sets(st.lists(components, min_size=1, max_size=4).map("/".join), max_size=8),
    patterns=st.lists(st.lists(globs, min_size=1, max_size=4).map("/".join), max_size=4),
)
def test_law_expanding_on_disk_agrees_with_matching_every_file(
    tmp_path_factory: pytest.TempPathFactory, files: set[str], patterns: list[str]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    plant(root, "pkg/__init__.py", "beside/a.py")
    for file in sorted(files):
        path = root / "pkg" / file
        if not path.exists() and not any(parent.is_file() for parent in path.parents):
            plant(root, f"pkg/{file}")
    every = [path.relative_to(root).as_posix() for path in (root / "pkg").rglob("*") if path.is_file()]
    patterns = [*patterns, *(f"pkg/{pattern}" for pattern in patterns)]

    assert local_source(root, LAYOUT).list(patterns) == match_paths(every, patterns)


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    plant(tmp_path, "pkg/__init__.py", "pkg/real/a.py", "outside/b.py")
    (tmp_path / "pkg/link").symlink_to("../outside")
    (tmp_path / "pkg/c.py").symlink_to("../outside/b.py")
    (tmp_path / "pkg/real/up").symlink_to("..")
    (tmp_path / "pkg/broken.py").symlink_to("nowhere.py")
    (tmp_path / "pkg/round.py").symlink_to("round.py")
    source = local_source(tmp_path, LAYOUT)

    assert source.list(["pkg/*.py"]) == ("pkg/__init__.py", "pkg/c.py")
    assert source.broken_links(["pkg/*.py"]) == ("pkg/broken.py", "pkg/round.py")
    assert source.broken_links(["pkg/*/*.py"]) == ()
    assert source.list(["pkg/*/*.py", "pkg/broken.py", "pkg/round.py"]) == ("pkg/link/b.py", "pkg/real/a.py")
    assert source.list(["pkg/real/up/real/up/c.py"]) == ("pkg/real/up/real/up/c.py",)
    assert source.list(["pkg/**/*.py"]) == ("pkg/__init__.py", "pkg/c.py", "pkg/real/a.py")
    assert source.read(["pkg/c.py", "pkg/link/b.py"]) == dict.fromkeys(
        ["pkg/c.py", "pkg/link/b.py"], b"# outside/b.py\n"
    )


def test_a_link_to_a_folder_out_of_the_tree_is_not_followed_and_told(tmp_path: Path) -> None:
    plant(tmp_path / "away", "b.py", "deep/c.py")
    source = planted(
        tmp_path / "tree", "pkg/__init__.py", "pkg/models/__init__.py", "other/b.py", ".git/HEAD"
    )
    models = tmp_path / "tree/pkg/models"
    (models / "root").symlink_to("/")
    (models / "away").symlink_to(tmp_path / "away")
    (models / "up").symlink_to("../../..")
    (models / "inside").symlink_to("../../other")
    (models / "file.py").symlink_to(tmp_path / "away/b.py")
    patterns = ["pkg/models/*.py", "pkg/models/*/*.py", "pkg/models/*/**/*.py"]
    assert source.list(patterns) == (
        "pkg/models/__init__.py",
        "pkg/models/file.py",
        "pkg/models/inside/b.py",
    )
    outside = ("pkg/models/away", "pkg/models/root", "pkg/models/up")
    assert source.links_outside() == outside
    assert source.broken_links(patterns) == ()


@pytest.mark.parametrize(
    ("files", "entries", "deepest"),
    [(["pkg/a/x.py", "pkg/a/y.py"], 3, 9), (["pkg/a/b/c/d/x.py"], 99, 2)],
    ids=["many", "deep"],
)
def test_a_tree_larger_than_any_package_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], entries: int, deepest: int
) -> None:
    source = planted(tmp_path, "pkg/__init__.py", *files)
    assert len(source.list(["pkg/**/*.py"])) == len(files) + 1
    monkeypatch.setattr("archtrack.sources.disk.patterns_on_disk._MOST_ENTRIES", entries)
    monkeypatch.setattr("archtrack.sources.disk.patterns_on_disk._DEEPEST", deepest)
    with pytest.raises(
        SourceError, match=rf"more than {entries} files and folders, or {deepest} folders deep"
    ):
        source.list(["pkg/**/*.py"])


def test_the_package_may_be_a_link(tmp_path: Path) -> None:
    plant(tmp_path, "elsewhere/__init__.py", "elsewhere/sub/a.py")
    (tmp_path / "pkg").symlink_to("elsewhere")
    source = local_source(tmp_path / "pkg", LAYOUT)
    assert source.list(["pkg/**/*.py"]) == ("pkg/__init__.py", "pkg/sub/a.py")


def test_names_that_are_no_text_are_listed_and_read(tmp_path: Path) -> None:
    plant(tmp_path, "pkg/__init__.py")
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/pkg/\xff\n.py"))).write_bytes(b"odd")
    source = local_source(tmp_path, LAYOUT)
    assert source.list(["pkg/*.py"]) == ("pkg/__init__.py", "pkg/\udcff\n.py")
    assert source.read(["pkg/\udcff\n.py"]) == {"pkg/\udcff\n.py": b"odd"}
    assert content_digest(source, ["pkg/\udcff\n.py"])


# -- reading ---------------------------------------------------------------------------------------


def test_pipes_and_sockets_are_neither_listed_nor_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "pkg/__init__.py")
    os.mkfifo(tmp_path / "pkg/pipe.py")
    monkeypatch.chdir(tmp_path / "pkg")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
        source = local_source(tmp_path, LAYOUT)
        assert source.list(["pkg/*.py", "pkg/pipe.py"]) == ("pkg/__init__.py",)
        for name in ("pkg/pipe.py", "pkg/socket.py"):
            with pytest.raises(SourceError, match=r"pkg/.*: not a regular file; remove it or choose another"):
                source.read([name])


def test_a_file_that_became_a_pipe_after_it_was_listed_does_not_hang(tmp_path: Path) -> None:
    source = planted(tmp_path, "pkg/__init__.py", "pkg/a.py")
    paths = source.list(["pkg/a.py"])
    (tmp_path / "pkg/a.py").unlink()
    os.mkfifo(tmp_path / "pkg/a.py")
    with pytest.raises(SourceError, match="not a regular file"):
        source.read(paths)


@pytest.mark.parametrize("what", ["read", "identify", "stat_digest"])
def test_a_file_that_vanished_is_named(tmp_path: Path, what: str) -> None:
    source = planted(tmp_path, "pkg/__init__.py", "pkg/a.py")
    paths = source.list(["pkg/*.py"])
    (tmp_path / "pkg/a.py").unlink()
    with pytest.raises(SourceError) as caught:
        getattr(source, what)(paths)
    assert str(caught.value) == f"{tmp_path}/pkg/a.py: missing, or removed during the run; run again"


def test_a_runaway_file_is_refused_unread(tmp_path: Path) -> None:
    plant(tmp_path, "pkg/__init__.py")
    with (tmp_path / "pkg/huge.py").open("wb") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    with pytest.raises(SourceError, match=r"huge\.py: 1099511627776 bytes is too large for a source file"):
        local_source(tmp_path, LAYOUT).read(["pkg/huge.py"])


def test_what_may_not_be_read_is_named_with_what_to_do() -> None:
    script = """
        import os, sys
        from archtrack.errors import SourceError
        from archtrack.sources.base import Layout
        from archtrack.sources.disk.folder import local_source
        os.chdir(sys.argv[1])
        if os.getuid() == 0:
            os.setuid(65534)  # root may read anything
        source = local_source(".", Layout(package="pkg", distribution="pkg"))
        print(source.list(["pkg/*.py"]))
        works = (
            lambda: source.read(["pkg/closed.py"]),
            lambda: source.list(["pkg/closed/*.py"]),
            lambda: local_source("pkg/closed", Layout(package="a", distribution="a")),
        )
        for work in works:
            try:
                work()
            except SourceError as error:
                print(error)
    """
    with tempfile.TemporaryDirectory() as name:
        root = plant(Path(name), "pkg/__init__.py", "pkg/closed.py", "pkg/closed/a.py")
        root.chmod(0o755)
        (root / "pkg/closed.py").chmod(0)
        (root / "pkg/closed").chmod(0)
        out = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", textwrap.dedent(script), name], capture_output=True, text=True, check=True
        ).stdout
        (root / "pkg/closed").chmod(0o755)

    advice = "permission denied; make it readable"
    assert out.splitlines() == [
        "('pkg/__init__.py', 'pkg/closed.py')",
        f"{os.path.realpath(name)}/pkg/closed.py: {advice}",
        f"{os.path.realpath(name)}/pkg/closed/: {advice}",
        f"pkg/closed/a/__init__.py: {advice}",
    ]


@pytest.mark.parametrize("size", [0, 65_536, 3_000_000])
def test_a_file_is_read_whole(tmp_path: Path, size: int) -> None:
    plant(tmp_path, "pkg/__init__.py")
    content = os.urandom(size)
    (tmp_path / "pkg/a.py").write_bytes(content)
    source = local_source(tmp_path, LAYOUT)
    assert source.read(["pkg/a.py"]) == {"pkg/a.py": content}
    assert source.identify(["pkg/a.py"]) == {"pkg/a.py": content_identity(content)}


# -- identity --------------------------------------------------------------------------------------


def aged(root: Path) -> None:
    for path in root.rglob("*.py"):
        os.utime(path, (LONG_AGO, LONG_AGO))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour from now: a file's time of change, unlike that of its content, cannot be set back."""
    now = time.time_ns()
    monkeypatch.setattr("archtrack.sources.disk.folder.time.time_ns", lambda: now + 3_600 * 10**9)


@pytest.mark.usefixtures("later")
def test_a_stat_digest_stays_and_covers_names_sizes_times_and_inodes(tmp_path: Path) -> None:
    plant(tmp_path, "pkg/__init__.py", "pkg/a.py", "pkg/b.py")
    aged(tmp_path)
    source = local_source(tmp_path, LAYOUT)
    paths = ["pkg/a.py", "pkg/b.py"]

    digests = [source.stat_digest(paths)]
    assert digests[0] is not None
    assert local_source(tmp_path / "pkg", LAYOUT).stat_digest(paths[::-1]) == digests[0]
    (tmp_path / "pkg/__init__.py").write_text("not asked for")
    assert source.stat_digest(paths) == digests[0]

    digests.append(source.stat_digest(paths[:1]))
    os.utime(tmp_path / "pkg/a.py", (LONG_AGO, LONG_AGO + 1))
    digests.append(source.stat_digest(paths))
    (tmp_path / "pkg/a.py").write_text("another size")
    os.utime(tmp_path / "pkg/a.py", (LONG_AGO, LONG_AGO))
    digests.append(source.stat_digest(paths))
    (tmp_path / "pkg/b.py").rename(tmp_path / "pkg/c.py")
    digests.append(source.stat_digest(["pkg/a.py", "pkg/c.py"]))
    assert len(set(digests)) == 5


@pytest.mark.usefixtures("later")
def test_a_change_that_keeps_size_and_time_is_seen(tmp_path: Path) -> None:
    plant(tmp_path, "pkg/__init__.py", "pkg/a.py")
    aged(tmp_path)
    source = local_source(tmp_path, LAYOUT)
    before = source.stat_digest(["pkg/a.py"])

    (tmp_path / "pkg/new").write_text("# pkg/b.py\n")
    os.utime(tmp_path / "pkg/new", (LONG_AGO, LONG_AGO))
    (tmp_path / "pkg/new").replace(tmp_path / "pkg/a.py")

    assert source.stat_digest(["pkg/a.py"]) != before


def test_a_file_just_written_has_no_stat_digest(tmp_path: Path) -> None:
    plant(tmp_path, "pkg/__init__.py")
    aged(tmp_path)
    assert local_source(tmp_path, LAYOUT).stat_digest(["pkg/__init__.py"]) is None


@pytest.mark.usefixtures("later")
def test_a_file_from_the_future_has_no_stat_digest(tmp_path: Path) -> None:
    plant(tmp_path, "pkg/__init__.py")
    os.utime(tmp_path / "pkg/__init__.py", (4e9, 4e9))
    assert local_source(tmp_path, LAYOUT).stat_digest(["pkg/__init__.py"]) is None
    assert local_source(tmp_path, LAYOUT).stat_digest([]) is not None


def test_identities_are_stable_across_releases_of_archtrack() -> None:
    assert content_identity(b"") == "blake2b:cae66941d9efbd404e4d88758ea67670"
    assert digest_identities({"a": "1", "b": "2"}) == digest_identities({"b": "2", "a": "1"})


@given(
    one=st.dictionaries(st.text("ab\n/", max_size=3), st.text("ab", max_size=3), max_size=4),
    other=st.dictionaries(st.text("ab\n/", max_size=3), st.text("ab", max_size=3), max_size=4),
)
def test_law_digests_are_equal_only_for_equal_identities(one: dict[str, str], other: dict[str, str]) -> None:
    assert (digest_identities(one) == digest_identities(other)) == (one == other)


def test_a_content_digest_follows_content_and_nothing_else(tmp_path: Path) -> None:
    plant(tmp_path / "one", "pkg/__init__.py", "pkg/a.py")
    plant(tmp_path / "two", "python/pkg/__init__.py")
    for name in ("__init__.py", "a.py"):
        (tmp_path / "two/python/pkg" / name).write_text(f"# pkg/{name}\n")
    one, two = (local_source(tmp_path / name, LAYOUT) for name in ("one", "two"))
    paths = one.list(["pkg/*.py"])

    assert content_digest(one, paths) == content_digest(two, paths)
    (tmp_path / "two/python/pkg/a.py").write_text("# changed\n")
    assert content_digest(one, paths) != content_digest(two, paths)
