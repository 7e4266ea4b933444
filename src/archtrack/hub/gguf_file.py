"""GGUF files on disk: of one that may have a hundred gigabytes, the header is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.core.gguf import MAGIC, read_gguf_header
from archtrack.core.verdict.checkpoint import Checkpoint
from archtrack.errors import TargetError
from archtrack.sources.files import open_regular

if TYPE_CHECKING:
    from archtrack.core.gguf import GgufHeader

__all__ = ["GgufFile", "is_gguf", "read_gguf"]

_SUFFIX = ".gguf"
_PART = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<end>\.gguf)", re.DOTALL)
"""The name of a file that llama.cpp has split (``llama_split_path`` in its ``src/llama.cpp``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufFile:
    """A GGUF file that says which model it is.

    Attributes:
        header: what it says.
        path: the file that says so: of a model in several files the first.
    """

    header: GgufHeader
    path: Path

    @property
    def checkpoint(self) -> Checkpoint:
        """What an engine is given."""
        name = self.header.name
        named = () if name is None else (("general.name", name),)
        return Checkpoint(
            architectures=(),
            plain=(*named, ("general.type", self.header.kind)),
            gguf_architecture=self.header.architecture,
        )


def is_gguf(path: Path) -> bool:
    """Whether a path is taken for a GGUF file: by the end of its name, or by its first bytes.

    What cannot be opened is none: whoever reads it says why.
    """
    if path.name.lower().endswith(_SUFFIX):
        return True
    try:
        with open_regular(path) as file:
            return file.read(len(MAGIC)) == MAGIC
    except (OSError, ValueError):
        return False


def read_gguf(path: Path, shown: str) -> GgufFile:
    """Read the header of a GGUF file; of a later part of a model in several files, that of the first one.

    Args:
        path: the file.
        shown: what it is called in messages.

    Raises:
        TargetError: it cannot be read, or does not say which architecture it has.
    """
    header = _header(path, shown)
    match = _PART.fullmatch(path.name)
    if header.architecture is None and match is not None and int(match["number"]) != 1:
        first = path.with_name(f"{match['stem']}-00001-of-{match['count']}{match['end']}")
        here = str(Path(shown).with_name(first.name))
        if not first.is_file():
            raise TargetError(f"{shown} is a later part of a model; name {here}")
        path, shown, header = first, here, _header(first, here)
    if header.architecture is None:
        raise TargetError(f"{shown} {_without_architecture(header)}")
    return GgufFile(header=header, path=path)


def _without_architecture(header: GgufHeader) -> str:
    if header.part is not None and header.part[0] > 1:
        number, count = header.part
        return f"is part {number} of {count} of a model; name the first part"
    return "has no `general.architecture`; download it again, or name the architecture"


def _header(path: Path, shown: str) -> GgufHeader:
    try:
        with open_regular(path) as file:
            size = file.seek(0, 2)

            def read(offset: int, length: int) -> bytes:
                file.seek(offset)
                return file.read(length)

            return read_gguf_header(read, size)
    except TargetError as error:
        raise TargetError(f"{shown} {error}") from error
    except OSError as error:
        raise TargetError(f"{shown} cannot be read: {error.strerror or error}") from error
