"""The text of a file with what is not true put right, as far as its form allows. Every other character stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claims import NOT_TRUE, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .claims import Judged

__all__ = ["mended"]


def mended(text: str, judged: Iterable[Judged], *, late: bool = False) -> str:
    """The text with other marks and other releases.

    A place is changed where all claims that rest on it agree on what has to stand there: a mark for two architectures
    of which one has the feature stays as it is.

    Args:
        text: of the file.
        judged: its claims.
        late: put an older release for one that is late, too; it may be meant, as a model can need more than its class.
    """
    wanted: dict[tuple[int, int], set[str | None]] = {}
    for each in judged:
        where = each.claim.where
        if where is not None:
            stands = text[slice(*where)]
            right = None if each.outcome is Outcome.UNSAID else stands
            if each.outcome in NOT_TRUE and (late or each.outcome is not Outcome.LATE):
                right = each.instead
            wanted.setdefault(where, set()).add(right)
    pieces, at = [], 0
    for (start, end), texts in sorted(wanted.items()):
        right = next(iter(texts))
        if len(texts) == 1 and right is not None and start >= at:
            pieces += [text[at:start], right]
            at = end
    return "".join([*pieces, text[at:]])
