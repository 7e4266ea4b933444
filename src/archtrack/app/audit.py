"""The use case of ``audit``: tables that people keep, held against the histories of the engines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.core.audit.claims import NOT_TRUE, Outcome
from archtrack.core.audit.edits import mended
from archtrack.core.audit.json_text import read_json
from archtrack.core.audit.listing import read_list
from archtrack.core.audit.markdown import read_markdown
from archtrack.core.audit.python_text import read_python
from archtrack.core.audit.yaml_text import read_yaml
from archtrack.core.document.markdown import BOM
from archtrack.core.verdict.suggestions import looks_like_class
from archtrack.errors import TargetError, UsageError, extra
from archtrack.sources.files import like_it, read_bounded, why, write_atomic
from archtrack.sources.redaction import shown_argument

from .claims import Judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from archtrack.core.audit.claims import Judged, Read

    from .history.store import Histories
    from .names import Names

__all__ = ["LARGEST", "Audited", "Fix", "audit"]

LARGEST = 16 * 1024 * 1024
"""Bytes of a file; the largest of those that are known has 0.7 million."""

_FORMS = {
    ".json": "json",
    ".markdown": "markdown",
    ".md": "markdown",
    ".mdx": "markdown",
    ".py": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""The ending of a file's name -> its form; any other file is a list."""
_WRITTEN = {"json": "JSON", "python": "Python", "yaml": "YAML"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What became of the claims of a file.

    Attributes:
        path: the file.
        form: as in ``Read``.
        judged: each claim, in the order in which they stand there.
        passed_over: as in ``Read``.
        written: the file was written, and this is what is left.
        fixed: claims that were not true before, and are now.
        texts: the file before and after a fix that was not written; None where nothing would change, or none was asked.
    """

    path: Path
    form: str
    judged: tuple[Judged, ...]
    passed_over: tuple[str, ...]
    written: bool = False
    fixed: int = 0
    texts: tuple[str, str] | None = None

    @property
    def has_unsaid(self) -> bool:
        """Whether it makes no claim, or one of which nothing can be said."""
        return not self.judged or any(each.outcome is Outcome.UNSAID for each in self.judged)

    @property
    def not_true(self) -> tuple[Judged, ...]:
        """The claims that are not true."""
        return tuple(each for each in self.judged if each.outcome in NOT_TRUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What to put right.

    Attributes:
        late: releases that are late, too.
        write: write the files; else both texts of each are kept.
    """

    late: bool = False
    write: bool = True


def audit(
    paths: Iterable[Path],
    histories: Histories,
    names: Names,
    engine: str | None,
    environ: Mapping[str, str],
    fix: Fix | None = None,
) -> tuple[Audited, ...]:
    """Hold files against the histories.

    Args:
        paths: the files.
        histories: of every engine.
        names: what names mean.
        engine: which engine and release the files speak of, where they do not say it: ``ENGINE`` or
            ``ENGINE==VERSION``.
        environ: the environment, for the user's own recipes.
        fix: put right what the form of a file allows; what is left is returned. None to put nothing right.

    Raises:
        UsageError: there is no such engine or release, or YAML cannot be read without the extra.
        DataError: a history cannot be read, or recipes.
        TargetError: a file cannot be read, or is not of its form.
        DocumentError: a file cannot be written.
    """
    judge = Judge(histories, names, engine, environ)
    return tuple([_audited(path, judge, fix) for path in paths])


def _audited(path: Path, judge: Judge, fix: Fix | None) -> Audited:
    data = _bytes(path)
    found, text = _held(path, data, judge)
    right = text if fix is None else mended(text, found.judged, late=fix.late)
    if fix is None or right == text:
        return found
    mark = BOM if data.startswith(BOM.encode()) else ""
    if not fix.write:
        return replace(found, texts=(mark + text, mark + right))
    new = (mark + right).encode("utf-8", "surrogateescape")
    write_atomic(path, new, expected=data)
    left, _ = _held(path, new, judge)
    return replace(left, written=True, fixed=len(found.not_true) - len(left.not_true))


def _held(path: Path, data: bytes, judge: Judge) -> tuple[Audited, str]:
    """What becomes of the claims of a file, and its text without a byte order mark."""
    text = data.decode("utf-8", "surrogateescape").removeprefix(BOM)
    read = _read(path, text, judge)
    judged = tuple(map(judge.judged, read.claims))
    return Audited(path=path, form=read.form, judged=judged, passed_over=read.passed_over), text


def _bytes(path: Path) -> bytes:
    try:
        data = read_bounded(path, LARGEST)
    except (OSError, ValueError) as error:
        raise TargetError(
            f"{shown_argument(str(path))}: cannot be read: {why(error)}{like_it(path)}"
        ) from error
    if b"\0" in data:
        raise TargetError(f"{shown_argument(str(path))}: not UTF-8 text; save it as UTF-8")
    return data


def _read(path: Path, text: str, judge: Judge) -> Read:
    form = _FORMS.get(path.suffix.lower(), "list")
    try:
        match form:
            case "markdown":
                return read_markdown(text, judge.engines)
            case "json":
                return read_json(text, judge.engines, judge.known)
            case "python":
                return read_python(text, judge.engines, judge.known, looks_like_class)
            case "yaml":
                return read_yaml(text, judge.engines, judge.known)
            case _:
                return read_list(text, judge.known)
    except ImportError as error:
        raise UsageError(f"{shown_argument(str(path))}: reading YAML needs {extra('yaml')}") from error
    except ValueError as error:
        raise TargetError(
            f"{shown_argument(str(path))}: not valid {_WRITTEN.get(form, form)}: {error}"
        ) from error
