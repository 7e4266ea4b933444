"""Files on this machine: paths as they are written, bounded reading; and the document, replaced whole.

The document is the old one or the new one, whatever happens in between. The new content goes to a temporary file
beside it, reaches the disk, and takes the document's place in one step. The temporary file is locked while its writer
lives, so that the next run can tell what a killed one left behind.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from archtrack.errors import DocumentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

if sys.platform != "win32":
    import fcntl

__all__ = [
    "TooLargeError",
    "clear_leftovers",
    "document_lock",
    "expanded",
    "identity",
    "make_folder",
    "open_regular",
    "read_bounded",
    "read_document",
    "replace_files",
    "why",
    "write_atomic",
]

_LARGEST = 64 * 1024 * 1024  # bytes of a document; one of 200,000 rows has 24 million
_AT_ONCE = 1024 * 1024
_MODE = 0o666  # of a new document, before the umask
_NOT_REGULAR = "it is not a regular file; name another one"
_LEFT = ".archtrack-"  # in the name of a temporary file
_NAME_LENGTH = 40  # of the document's name within the temporary one, which may be 255 bytes at most


class TooLargeError(OSError):
    """A file is larger than it may be."""


def expanded(path: str | os.PathLike[str]) -> Path:
    """A path as a person writes it: a leading ``~`` or ``~user`` is a home folder.

    Raises:
        UsageError: nobody knows that home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UsageError(f"{os.fspath(path)}: no such home folder is known; write the whole path") from None


_MOST_NAMES = 10_000
"""Names of a folder that are looked at."""


def like_it(path: str | os.PathLike[str]) -> str:
    """The name in the same folder that is most like one that is not there, as the end of a message; empty for none."""
    missing = Path(path)
    try:
        if missing.exists():
            return ""
        with os.scandir(missing.parent) as entries:
            names = [each.name for each in islice(entries, _MOST_NAMES)]
    except (OSError, ValueError):
        return ""
    near = get_close_matches(missing.name[:_NAME_LENGTH], names, n=1, cutoff=0.75)
    return f"; did you mean {missing.with_name(near[0])}?" if near else ""


def identity(path: Path) -> tuple[int, int, int, int] | None:
    """What changes when a file does: its inode, its size, both times of change. None where nothing can be told of it.

    Reading such a file says why.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read_bounded(path: str | os.PathLike[str], most: int) -> bytes:
    """The bytes of a regular file. A pipe or a device is not waited for, and no more than ``most`` bytes are taken.

    Raises:
        TooLargeError: it has more.
        OSError: it cannot be read, or is no regular file.
        ValueError: that is no name for a file.
    """
    with open_regular(path) as file:
        # Memory is set aside for all that is asked for at once, and what the system says of the size may be untrue.
        pieces, left = [], most + 1
        while left and (piece := file.read(min(left, _AT_ONCE))):
            pieces.append(piece)
            left -= len(piece)
    if not left:
        raise TooLargeError(0, f"it has more than {most // 1024**2} MB")
    return b"".join(pieces)


def open_regular(path: str | os.PathLike[str]) -> IO[bytes]:
    """A regular file, open for reading; a pipe in its place is not waited for.

    Raises:
        OSError: it cannot be read, or is no regular file.
        ValueError: that is no name for a file.
    """
    return os.fdopen(_opened(Path(path)), "rb")


def read_document(path: Path) -> bytes | None:
    """The document's bytes, None if it does not exist.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        return read_bounded(path, _LARGEST)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # the latter: no name for a file
        raise DocumentError(f"{path}: cannot be read: {_reason(error)}") from error


def make_folder(path: Path) -> None:
    """Create a folder, and those above it, where they are missing.

    Raises:
        DocumentError: that cannot be done.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: cannot create the folder: {_reason(error)}") from error


def write_atomic(path: Path, data: bytes, *, expected: bytes | None = None) -> None:
    """Replace a document, or create it.

    A symbolic link stays and its target is replaced. Mode and, as far as the system allows, owner and group
    of the old document are kept; a new one gets what the umask allows.

    Args:
        path: the document.
        data: its new content.
        expected: what it has to hold until it is replaced (``b""`` also if it has to be missing); None for
            anything.

    Raises:
        DocumentError: it cannot be written, or it no longer holds what was expected. It is as it was, and
            nothing is left beside it.
    """
    clear_leftovers(path)
    _replace(path, data, expected)
    _sync_folder(Path(os.path.realpath(path)).parent)


def replace_files(folder: Path, files: Mapping[str, bytes], *, own: Callable[[Path, bytes], object]) -> None:
    """Replace or create files of a folder, each as ``write_atomic`` does; one that has its content already stays.

    Args:
        folder: where they are; it exists.
        files: name -> content.
        own: is told the path and the content of each file that would be replaced, and raises for one that must not be.

    Raises:
        DocumentError: one cannot be read or written; those before it are written.
    """
    _clear_folder(folder, "")
    changed = {}
    for name, data in files.items():
        there = read_document(folder / name)
        if there is not None and there != data:
            own(folder / name, there)
        if there != data:
            changed[name] = there
    for name, there in changed.items():
        _replace(folder / name, files[name], there or b"")
    _sync_folder(folder)


def _replace(path: Path, data: bytes, expected: bytes | None) -> None:
    """As ``write_atomic``, without a look at what else is in the folder."""
    try:
        target = Path(os.path.realpath(path))
        old = _regular(target)
        descriptor, temporary = _create(target, _MODE if old is None else 0o600)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be written: {_reason(error)}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _settle(file.fileno(), old)
            if expected is not None and (read_document(target) or b"") not in (expected, data):
                raise DocumentError(f"{path}: changed while it was being updated; run again")
            if sys.platform == "win32":
                file.close()  # an open file cannot be renamed there; elsewhere it stays locked until it is
            temporary.replace(target)
    except OSError as error:
        raise DocumentError(f"{path}: cannot be written: {_reason(error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def clear_leftovers(path: Path) -> None:
    """Remove what killed runs have left beside a document; what another process is writing just now stays.

    Never raises for a file or folder that cannot be changed.
    """
    target = Path(os.path.realpath(path))
    _clear_folder(target.parent, _prefix(target))


def _clear_folder(folder: Path, prefix: str) -> None:
    """Remove what killed runs have left of the documents whose temporary files begin so; of all, without a prefix."""
    with suppress(OSError):
        for file in list(folder.iterdir()):
            if file.name.startswith(prefix or ".") and _LEFT in file.name and file.suffix == ".tmp":
                with suppress(OSError):  # it is being written
                    _remove_abandoned(file)


@contextmanager
def document_lock(path: Path, folder: Path, *, timeout: float = 60.0) -> Iterator[None]:
    """Keep other processes from updating the same document meanwhile.

    Args:
        path: the document; it need not exist.
        folder: where the lock file goes (it stays there, empty); created if it is missing.
        timeout: seconds to wait for another process.

    Raises:
        DocumentError: another process holds the lock for longer, or the folder cannot be used.
    """
    from filelock import FileLock, Timeout

    key = blake2b(os.fsencode(os.path.realpath(path)), digest_size=16).hexdigest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{key}.lock", timeout=timeout)
        lock.acquire()
    except Timeout as error:
        message = f"{path}: another process has been updating it for {timeout:g} s; wait for it or stop it"
        raise DocumentError(message) from error
    except (OSError, NotImplementedError) as error:
        raise DocumentError(f"{folder}: cannot lock {path}: {_reason(error)}") from error
    try:
        yield
    finally:
        lock.release()


def _opened(path: Path) -> int:
    """A document, open for reading; a pipe in its place opens at once and is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(0, _NOT_REGULAR)


def _regular(target: Path) -> os.stat_result | None:
    """The status of the document to replace; None if it does not exist."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(old.st_mode):
        raise OSError(0, _NOT_REGULAR)
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise OSError(0, "it is read-only")
    return old


def _prefix(target: Path) -> str:
    return f".{target.name[:_NAME_LENGTH]}{_LEFT}"


def _create(target: Path, mode: int) -> tuple[int, Path]:
    """A new, locked file beside the document."""
    while True:
        temporary = target.with_name(f"{_prefix(target)}{os.urandom(8).hex()}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, mode)
        if sys.platform != "win32":  # there an open file is safe as it is
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not os.fstat(descriptor).st_nlink:
                os.close(descriptor)  # another run took it for a leftover before it was locked
                continue
        return descriptor, temporary


def _settle(descriptor: int, old: os.stat_result | None) -> None:
    """Give a new file mode and owner of the old document, and have it reach the disk."""
    if old is not None and sys.platform != "win32":
        new = os.fstat(descriptor)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            _give(descriptor, old)
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))
    os.fsync(descriptor)


def _give(descriptor: int, old: os.stat_result) -> None:
    """Owner and group, else the group alone: only a superuser can give a file away."""
    try:
        os.fchown(descriptor, old.st_uid, old.st_gid)
    except OSError:
        with suppress(OSError):
            os.fchown(descriptor, -1, old.st_gid)


def _remove_abandoned(temporary: Path) -> None:
    """Remove a temporary file.

    Raises:
        OSError: its writer lives, or nobody can tell.
    """
    if sys.platform == "win32":
        temporary.unlink()  # fails as long as it is open
    else:
        descriptor = os.open(temporary, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary.unlink()
        finally:
            os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make the replacement itself last through a power failure, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def why(error: BaseException) -> str:
    """What the system says of a failure, without the name of the file."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _reason(error: BaseException) -> str:
    reason = why(error)
    if isinstance(error, FileNotFoundError):
        return f"{reason}; create the folder first"
    if isinstance(error, PermissionError):
        return f"{reason}; change its mode, or name another file with --doc"
    return reason
