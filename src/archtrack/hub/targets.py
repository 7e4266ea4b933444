"""What is to be checked: an architecture's name, a config on disk, a repository on the Hub."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from archtrack.core.verdict.checkpoint import MAX_CONFIG_BYTES, Checkpoint, only_named, read_checkpoint
from archtrack.errors import TargetError, UsageError
from archtrack.sources.redaction import shown_argument

from .client import fetch_config

__all__ = ["Target", "inline_target", "open_target"]

_NAME = re.compile(r"[A-Za-z_]\w*")
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_REPOSITORY = re.compile(rf"(?!.*(?:--|\.\.))(?P<id>{_PART}/{_PART})(?:@(?P<revision>[\w./-]+))?")
CONFIG = "config.json"
_LONGEST = 200
"""Of a name or an id: the Hub's ids end at 96 characters, and no class has a longer name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing to be checked.

    Attributes:
        text: as the user gave it.
        kind: ``architecture``, ``config`` or ``repository``.
        checkpoint: what is known of it.
        location: the file that was read, or the repository with its commit; None for a name.
    """

    text: str
    kind: str
    checkpoint: Checkpoint
    location: str | None = None


def inline_target(data: bytes, shown: str) -> Target:
    """A config that is no file: its text was handed over.

    Args:
        data: the text of a ``config.json``.
        shown: what it is called in the answer, and where messages begin.

    Raises:
        TargetError: it is no config.
    """
    return Target(text=shown, kind="config", checkpoint=_parsed(data, shown))


def open_target(text: str, *, folder: Path, offline: bool) -> Target:
    """Read what a target names.

    What exists on disk is a path; ``OWNER/NAME`` is a repository on the Hub; anything else has to be a name.

    Args:
        text: as the user gave it.
        folder: the working directory.
        offline: no request is made: the Hub's own cache is used.

    Raises:
        TargetError: it cannot be read; the message begins with what was asked for.
        UsageError: it is none of the three.
    """
    fit = shown_argument(text)
    shown = fit if len(fit) <= _LONGEST else f"{fit[:_LONGEST]}…"
    path = folder / text
    if text.strip() and _exists(path):
        inner = path / CONFIG if path.is_dir() else path
        location = str(Path(text) / CONFIG) if path.is_dir() else text
        return Target(
            text=text,
            kind="config",
            checkpoint=_parsed(_read(inner, location), location),
            location=location,
        )
    if _NAME.fullmatch(text) and len(text) <= _LONGEST:
        return Target(text=text, kind="architecture", checkpoint=only_named(text))
    match = _REPOSITORY.fullmatch(text)
    if match is not None and not text.endswith(".json") and len(text) <= _LONGEST:
        data, location = fetch_config(match["id"], match["revision"], offline=offline)
        return Target(text=text, kind="repository", checkpoint=_parsed(data, location), location=location)
    if "/" in text or os.sep in text or text.endswith(".json"):
        raise TargetError(f"{shown}: no such file or folder, and no repository's id (OWNER/NAME) either")
    raise UsageError(
        f"{shown!r} is neither an architecture (LlamaForCausalLM), a path, nor a repository (OWNER/NAME)"
    )


def _exists(path: Path) -> bool:
    """Whether there is something at the path, be it a link that leads nowhere."""
    try:
        path.lstat()
    except (OSError, ValueError):  # a NUL byte, a text too long for a path
        return False
    return True


def _parsed(data: bytes, location: str) -> Checkpoint:
    try:
        return read_checkpoint(data)
    except TargetError as error:
        raise TargetError(f"{location} {error}") from error


def _read(path: Path, shown: str) -> bytes:
    """A regular file of bounded size; a pipe or device would never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:  # noqa: PTH123 -- of a descriptor
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise TargetError(f"{shown} is no regular file; give a config.json or the folder of one")
            return file.read(MAX_CONFIG_BYTES + 1)
    except FileNotFoundError as error:
        raise TargetError(f"{shown} is not there; a checkpoint's folder holds a config.json") from error
    except OSError as error:
        raise TargetError(f"{shown} cannot be read: {error.strerror}") from error
