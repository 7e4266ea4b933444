from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archtrack.errors import DocumentError, UsageError
from archtrack.sources.files import (
    TooLargeError,
    clear_leftovers,
    document_lock,
    expanded,
    like_it,
    read_bounded,
    read_document,
    write_atomic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = b"old " * 200_000
NEW = b"new! " * 200_000
SOURCE = str(Path(__file__).parents[2] / "src")


def spawn(program: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process of its own that can import archtrack."""
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(  # noqa: S603 - our own programs
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> str:
    with process:
        out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    return out


@pytest.fixture
def odd(tmp_path: Path) -> None:
    """What is neither a file nor a folder."""
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "fifo")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "docs" / "TRACKING.md"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def beside(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir() if entry.name != path.name)


def test_a_document_is_replaced_and_nothing_is_left_beside_it(document: Path) -> None:
    write_atomic(document, NEW, expected=OLD)
    assert (read_document(document), beside(document)) == (NEW, [])


def test_a_document_that_is_missing_is_created_as_the_umask_allows(tmp_path: Path) -> None:
    path = tmp_path / "new.md"
    assert read_document(path) is None
    before = os.umask(0o027)
    try:
        write_atomic(path, NEW, expected=b"")
    finally:
        os.umask(before)
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (NEW, 0o640)


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o755])
def test_mode_and_owner_are_kept(document: Path, mode: int) -> None:
    document.chmod(mode)
    owner = (12345, 23456) if os.geteuid() == 0 else (os.getuid(), os.getgroups()[0])
    os.chown(document, *owner)
    write_atomic(document, NEW)
    status = document.stat()
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (mode, *owner)
    assert document.read_bytes() == NEW


def test_a_symbolic_link_stays_and_its_target_is_replaced(document: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to("docs/TRACKING.md")
    write_atomic(link, NEW, expected=OLD)
    assert (link.is_symlink(), document.read_bytes(), beside(document)) == (True, NEW, [])
    assert beside(link) == ["docs"]


def test_a_link_to_nothing_creates_its_target(tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to("target.md")
    write_atomic(link, NEW, expected=b"")
    assert (link.is_symlink(), (tmp_path / "target.md").read_bytes()) == (True, NEW)


@pytest.mark.parametrize("expected", [OLD, b""], ids=["changed", "made meanwhile"])
def test_a_document_changed_by_someone_else_is_not_replaced(document: Path, expected: bytes) -> None:
    document.write_bytes(b"mine")
    with pytest.raises(DocumentError, match="changed while it was being updated"):
        write_atomic(document, NEW, expected=expected)
    assert (document.read_bytes(), beside(document)) == (b"mine", [])


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("docs", "not a regular file"),
        ("missing/x.md", "No such file or directory; create the folder first"),
        ("loop", "Too many levels"),
        ("fifo", "not a regular"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line(
    document: Path, tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        write_atomic(tmp_path / name, NEW)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)
    assert (document.read_bytes(), beside(document), beside(tmp_path / "docs")) == (OLD, [], ["fifo", "loop"])


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("name", ["docs", "fifo", "loop", "docs/TRACKING.md/x.md"])
def test_what_is_no_file_is_not_read_as_a_document_nor_waited_for(
    document: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(DocumentError, match="cannot be read: "):
        read_document(tmp_path / name)
    (tmp_path / "link").symlink_to(document)
    assert read_document(tmp_path / "link") == OLD


@contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody to whom permissions apply."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_document_that_may_not_be_read_is_told() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        path = Path(name) / "TRACKING.md"
        path.write_bytes(OLD)
        path.chmod(0)
        with (
            unprivileged(),
            pytest.raises(DocumentError, match="Permission denied; change its mode, or name another"),
        ):
            read_document(path)
        path.chmod(0o644)
        with unprivileged():
            assert read_document(path) == OLD


@pytest.mark.parametrize(
    ("folder", "file", "said"), [(0o555, 0o666, "Permission denied"), (0o777, 0o444, "read-only")]
)
def test_a_read_only_folder_or_document_is_told_and_left_alone(folder: int, file: int, said: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "sub" / "TRACKING.md"
        path.parent.mkdir()
        path.write_bytes(OLD)
        path.chmod(file)
        Path(name).chmod(0o755)
        path.parent.chmod(folder)
        try:
            with unprivileged(), pytest.raises(DocumentError, match=said):
                write_atomic(path, NEW)
        finally:
            path.parent.chmod(0o755)
        assert (path.read_bytes(), beside(path)) == (OLD, [])


LIMITED = """
import resource, signal, sys
from pathlib import Path
from archtrack.errors import DocumentError
from archtrack.sources.files import write_atomic
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    write_atomic(Path(sys.argv[1]), b"new! " * 200_000)
except DocumentError as error:
    print(error)
"""


def test_a_disk_without_space_leaves_the_document_and_nothing_beside_it(document: Path) -> None:
    said = finish(spawn(LIMITED, document))
    assert said == f"{document}: cannot be written: File too large\n"
    assert (document.read_bytes(), beside(document)) == (OLD, [])


ENDLESS = """
import sys
from pathlib import Path
from archtrack.sources.files import write_atomic
path = Path(sys.argv[1])
print("ready", flush=True)
while True:
    write_atomic(path, b"new! " * 200_000)
    write_atomic(path, b"old " * 200_000)
"""


def test_killed_at_any_moment_the_document_is_whole_and_the_next_run_clears_up(document: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    left = 0
    for _ in range(30):
        with spawn(ENDLESS, document) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(chance.random() / 50)
            process.kill()
            process.communicate()
        assert document.read_bytes() in {OLD, NEW}
        left += len(beside(document))
        write_atomic(document, OLD)
        assert beside(document) == []
    assert left, "no run was killed while it wrote"


def test_what_others_write_or_own_is_no_leftover(document: Path) -> None:
    names = [
        ".TRACKING.md.archtrack-1.txt",
        ".TRACKING.md.swp",
        ".OTHER.md.archtrack-1.tmp",
        "TRACKING.md.tmp",
    ]
    for name in names:
        (document.parent / name).write_bytes(b"x")
    (document.parent / ".TRACKING.md.archtrack-2.tmp").write_bytes(b"x")
    clear_leftovers(document)
    assert beside(document) == sorted(names)


WRITER = """
import sys
from pathlib import Path
from archtrack.sources.files import document_lock, read_document, write_atomic
path, folder = map(Path, sys.argv[1:3])
for _ in range(20):
    with document_lock(path, folder):
        old = read_document(path)
        write_atomic(path, old + b"x", expected=old)
"""


def test_two_updates_at_once_follow_each_other(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "TRACKING.md"
    path.parent.mkdir()
    path.write_bytes(b"")
    for process in [spawn(WRITER, path, tmp_path / "locks") for _ in range(3)]:
        finish(process)
    assert (path.read_bytes(), beside(path)) == (b"x" * 60, [])


def test_two_writers_without_a_lock_take_nothing_from_each_other(document: Path) -> None:
    program = ENDLESS.replace("while True:", "for _ in range(20):")
    for process in [spawn(program, document) for _ in range(3)]:
        finish(process)
    assert (document.read_bytes(), beside(document)) == (OLD, [])


def test_a_lock_that_is_held_is_told_after_the_timeout_also_through_a_link(
    document: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.md"
    link.symlink_to(document)
    with document_lock(document, tmp_path / "locks"):
        with (
            pytest.raises(DocumentError, match=r"another process has been updating it for 0\.01 s"),
            document_lock(link, tmp_path / "locks", timeout=0.01),
        ):
            pytest.fail("the lock was given twice")
        with document_lock(tmp_path / "other.md", tmp_path / "locks", timeout=0.01):
            pass
    with document_lock(link, tmp_path / "locks", timeout=0.01):
        assert beside(document) == []


def test_a_folder_that_cannot_hold_locks_is_told(document: Path) -> None:
    with (
        pytest.raises(DocumentError, match="cannot lock"),
        document_lock(document, document / "locks"),
    ):
        pytest.fail("there is no such folder")


# -- other people's files --------------------------------------------------------------------------


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1234")
    assert read_bounded(tmp_path / "file", 4) == b"1234"
    with pytest.raises(TooLargeError, match="more than 0 MB"):
        read_bounded(tmp_path / "file", 3)


@pytest.mark.parametrize("place", ["fifo", "folder", "/dev/zero", "no\0name", "nothing"])
def test_what_is_no_file_is_neither_waited_for_nor_read(tmp_path: Path, place: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    with pytest.raises((OSError, ValueError)):
        read_bounded(tmp_path / place, 10)


def test_a_home_folder_is_found_or_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert (expanded("~/x"), expanded("x/~y"), expanded("/x")) == (tmp_path / "x", Path("x/~y"), Path("/x"))
    with pytest.raises(
        UsageError, match=r"~nobody-of-that-name/x: no such home folder is known; write the whole path"
    ):
        expanded("~nobody-of-that-name/x")


# -- a file that is not there ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "near"),
    [
        ("confg.json", "config.json"),
        ("Config.json", "config.json"),
        ("folder/modle.gguf", "folder/model.gguf"),
        ("other.txt", None),
        ("config.json", None),  # it is there
        ("nowhere/config.json", None),
        ("nul\0byte", None),
        ("c" * 5000, None),
        ("", None),
    ],
)
def test_the_name_that_is_most_like_a_missing_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, near: str | None
) -> None:
    for name in ("config.json", "folder/model.gguf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert like_it(missing) == (f"; did you mean {near}?" if near else "")
