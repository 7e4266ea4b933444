"""The claims of a plain list: a line for an architecture or a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.core.document.markdown import split_lines

from .claims import Claim, Read
from .words import is_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["read_list"]

_MARKS = "-*+ \t"


def read_list(text: str, known: Collection[str]) -> Read:
    """The claims of a list. What stands behind a ``#`` is a remark; a line may begin with the mark of a list."""
    return Read(form="list", claims=tuple(_claims(text, known)))


def _claims(text: str, known: Collection[str]) -> Iterator[Claim]:
    for number, line in enumerate(split_lines(text), 1):
        said = line.partition("#")[0].rstrip().rstrip(",")
        name = said.lstrip(_MARKS)
        if name.strip():
            yield Claim(
                name=name[:200],
                line=number,
                column=len(said) - len(name) + 1,
                is_model="/" in name and name not in known,
                unclear=None if is_name(name) else "that is not the name of an architecture or a model",
            )
