"""What may happen to an update: killed, raced, out of space, without a cache. The document is old or new, whole."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.core.document.parse import parse
from miniature import Cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"


@pytest.fixture
def updated(cli: Cli, trees: Any, work: Path) -> Path:
    """A document that lacks one architecture that the trees have by now."""
    assert cli("update", *trees.options, "--date", "2026-01-31").code == 0
    trees.register("GammaForCausalLM", file="gamma.py")
    return work / DOCUMENT


def beside(document: Path) -> list[str]:
    return sorted(path.name for path in document.parent.iterdir() if path != document)


def names(document: Path) -> list[str]:
    return [row.name for row in parse(document.read_text(encoding="utf-8")).rows]


WRITER = """
import os, sys
from pathlib import Path
from archtrack.sources import files
from archtrack.__main__ import main

def killed(*_):
    os.kill(os.getpid(), 9)

{patch}
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("patch", "whole"),
    [
        ("files._settle = killed", "old"),
        ("Path.replace = killed", "old"),
        ("files._sync_folder = killed", "new"),
    ],
)
def test_whatever_step_of_the_writing_is_the_last_the_document_is_whole(
    trees: Any, updated: Path, tmp_path: Path, patch: str, whole: str
) -> None:
    old = updated.read_bytes()
    arguments = ("update", *trees.options, "--date", "2026-02-28")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", WRITER.format(patch=patch), *arguments], cwd=updated.parent,
        env=miniature.environment(tmp_path), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == -9
    left = updated.read_bytes()
    assert miniature.spawn(*arguments, cwd=updated.parent, home=tmp_path).code == 0
    new = updated.read_bytes()
    assert left == {"old": old, "new": new}[whole]
    assert (b"GammaForCausalLM" in new, beside(updated)) == (True, [])


def test_two_updates_from_different_trees_at_once_both_leave_their_rows(
    trees: Any, work: Path, tmp_path: Path
) -> None:
    other = miniature.build(tmp_path / "other")
    trees.register("GammaForCausalLM", file="gamma.py")
    other.register("OmegaForCausalLM", file="omega.py")
    runs = [
        subprocess.Popen(  # noqa: S603 - our own program
            miniature.command("update", *each.options), cwd=work, env=miniature.environment(tmp_path),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for each in (trees, other, trees)
    ]  # fmt: skip
    for run in runs:
        with run:
            _, error = run.communicate(timeout=60)
            assert (run.returncode, error) == (0, b"")
    assert sorted(names(work / DOCUMENT)) == sorted({*miniature.ROWS, "GammaForCausalLM", "OmegaForCausalLM"})
    assert [path.name for path in work.iterdir()] == [DOCUMENT]


LIMITED = """
import resource, sys
from archtrack.__main__ import main

size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
sys.exit(main(sys.argv[2:]))
"""


def test_no_room_for_the_new_document_leaves_the_old_one(trees: Any, updated: Path, tmp_path: Path) -> None:
    old = updated.read_bytes()
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", LIMITED, str(len(old) // 2), "update", *trees.options], cwd=updated.parent,
        env=miniature.environment(tmp_path), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (5, b"")
    *notes, error = done.stderr.decode().splitlines()
    assert error.startswith(f"archtrack: error: {DOCUMENT}: cannot be written: ")
    assert all(
        note.startswith("Note: running without the cache: ") for note in notes
    )  # it has no room either
    assert (updated.read_bytes(), beside(updated)) == (old, [])


def cache_is_a_file(cache: Path) -> None:
    miniature.write(cache, "no folder")


def cache_holds_nonsense(cache: Path) -> None:
    for path in cache.glob("*.sqlite3"):
        with sqlite3.connect(path) as connection:
            rows = connection.execute(
                "SELECT rowid, kind, key FROM entry WHERE kind = 'inventory'"
            ).fetchall()
            for rowid, kind, key in rows:
                value = b'{"beyond": [], "content": "", "inventory": {"schema_version": 1}}'
                checksum = zlib.crc32(value, zlib.crc32(key, zlib.crc32(kind.encode())))
                connection.execute(
                    "UPDATE entry SET value = ?, checksum = ? WHERE rowid = ?", (value, checksum, rowid)
                )
        connection.close()


@pytest.mark.parametrize("harm", [cache_is_a_file, cache_holds_nonsense])
def test_a_cache_that_is_no_good_is_never_in_the_way(
    cli: Cli,
    trees: Any,
    work: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], None],
) -> None:
    if harm is cache_is_a_file:
        monkeypatch.setenv("ARCHTRACK_CACHE_DIR", str(tmp_path / "file"))
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        harm(tmp_path / "file")
    else:
        # Keep the inventory of files this young.
        monkeypatch.setattr("archtrack.sources.disk.folder._RACY_NS", 0)
        cli("list", *trees.options)
        harm(tmp_path / "cache")
    done = cli("update", *trees.options)
    note = [done.err.startswith("Note: running without the cache: ")] if harm is cache_is_a_file else []
    assert (done.code, done.err.count("\n"), all(note)) == (0, len(note), True)
    assert set(names(work / DOCUMENT)) == set(miniature.ROWS)
    assert cli("update", *trees.options, "--check").code == 0


def test_a_file_that_changes_is_seen_whatever_the_cache_holds(cli: Cli, trees: Any) -> None:
    for name in ("OneForCausalLM", "TwoForCausalLM", "SixForCausalLM"):  # of one length
        path = trees.register(name, file="gamma.py")
        for _ in range(2):
            assert name in cli("scan", "sglang", trees.sglang).out
        stamp = path.stat()
        path.write_text(path.read_text(encoding="utf-8").replace(name, "NewForCausalLM"), encoding="utf-8")
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # as if it had not been touched
        assert "NewForCausalLM" in cli("scan", "sglang", trees.sglang).out


@pytest.mark.parametrize("verb", [("lint",), ("update", "--check"), ("rebuild",)])
def test_a_pipe_in_the_documents_place_is_refused_and_not_waited_for(
    trees: Any, work: Path, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    os.mkfifo(work / DOCUMENT)
    options = () if verb == ("lint",) else trees.options
    done = miniature.spawn(*verb, *options, "--doc", DOCUMENT, cwd=work, home=tmp_path)
    said = f"archtrack: error: {DOCUMENT}: cannot be read: it is not a regular file; name another one\n"
    assert (done.code, done.err) == (5, said)
