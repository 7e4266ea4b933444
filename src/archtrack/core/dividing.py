"""Lines divided so that each part fits, at places that depend on what stands there and not on how far down it stands.

Rows of architectures are divided by name: the names' bits make a binary tree, and a part is a subtree that fits below
one that does not. So whether two rows share a part does not depend on where they stand, and a row more or less changes
the part that it belongs to, and no other; unless that part no longer fits, or fits together with its sibling again:
then these alone are divided, or joined.

What has no names is divided where the hash of a line is the greatest, which a line more or less rarely changes; then
neighbours that fit together are joined. Lines that repeat are told apart by how many like them stand above.
"""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .pieces import Entry

__all__ = ["by_hash", "by_name", "size"]

T = TypeVar("T")

_BELOW_A = ord("A") - 1
_ABOVE_Z = 27
_BITS = 14


def size(lines: Sequence[str]) -> int:
    """How much of a limit lines take: bytes of UTF-8, and two for every line's end.

    GitHub speaks of characters. It may mean code points, UTF-16 units or bytes, and stores line ends as CRLF where
    text was typed: this is no less than any of these.
    """
    return sum(len(line.encode("utf-8", "surrogatepass")) + 2 for line in lines)


def by_name(entries: Sequence[Entry], fits: Callable[[Sequence[Entry]], bool]) -> list[Sequence[Entry]]:
    """Lines of a table in parts that fit, by the names of their rows, in the order of the names.

    Args:
        entries: the lines; in a part they keep their order.
        fits: whether lines may be a part; one line is a part in any case.
    """
    names = {entry.name: entry.name.encode("utf-8", "surrogatepass") for entry in entries}
    width = max(map(len, names.values()), default=0)
    keys = {name: _key(data, width) for name, data in names.items()}
    found: list[Sequence[Entry]] = []
    open_: list[Sequence[Entry]] = [entries] if entries else []
    while open_:
        part = open_.pop()
        if len(part) == 1 or fits(part):
            found.append(part)
            continue
        halves = _halves(part, keys)
        if halves is None:  # one and the same name
            found += by_hash(part, fits, lambda entry: entry.text)
        else:
            open_ += reversed(halves)
    return found


def _key(name: bytes, width: int) -> int:
    """A name's place in the tree, in the order of the names; ``width`` is that of the longest.

    Before each byte stands its capital letter, counted from 1, as five bits. So the tree divides the alphabet evenly,
    and the few names that begin with a small letter or a digit stay with the capitals beside them.
    """
    key = 0
    for byte in name:
        letter = min(max(byte - _BELOW_A, 0), _ABOVE_Z)
        key = key << _BITS | letter << 9 | byte + 1  # 0 is that a name has ended
    return key << _BITS * (width - len(name))


def _halves(part: Sequence[Entry], keys: dict[str, int]) -> tuple[list[Entry], list[Entry]] | None:
    """Divided at the first bit in which names differ; None where none does."""
    held = [keys[entry.name] for entry in part]
    differing = min(held) ^ max(held)
    if not differing:
        return None
    bit = differing.bit_length() - 1
    lower = [entry for entry, key in zip(part, held, strict=True) if not key >> bit & 1]
    upper = [entry for entry, key in zip(part, held, strict=True) if key >> bit & 1]
    return lower, upper


def by_hash(
    items: Sequence[T], fits: Callable[[Sequence[T]], bool], text: Callable[[T], str]
) -> list[Sequence[T]]:
    """Things in parts that fit, in their order; divided before the one whose text has the greatest hash.

    No two neighbours fit together, so there are at most twice as many parts as are needed, and one.

    Args:
        items: the things.
        fits: whether some may be a part; one alone is a part in any case.
        text: what stands for one.
    """
    digests = _digests(map(text, items))
    starts: list[int] = []
    open_ = [(0, len(items))] if items else []
    while open_:
        first, end = open_.pop()
        if end - first == 1 or fits(items[first:end]):
            starts.append(first)
            continue
        at = max(range(first + 1, end), key=digests.__getitem__)
        open_ += [(at, end), (first, at)]
    return _joined(items, starts, fits, digests)


def _joined(
    items: Sequence[T], starts: Sequence[int], fits: Callable[[Sequence[T]], bool], digests: Sequence[bytes]
) -> list[Sequence[T]]:
    """The parts that begin at these places; neighbours that fit together are one, from the least hash on."""
    bounds = [*starts, len(items)]
    before = {at: bounds[index - 1] for index, at in enumerate(bounds) if index}
    after = dict(pairwise(bounds))
    for at in sorted(starts[1:], key=digests.__getitem__):
        first, end = before[at], after[at]
        if fits(items[first:end]):
            after[first], before[end] = end, first
            del before[at], after[at]
    return [items[first:end] for first, end in after.items()]


def _digests(texts: Iterable[str]) -> list[bytes]:
    """A hash for each; of texts that are the same each has its own."""
    seen: Counter[str] = Counter()
    found: list[bytes] = []
    for text in texts:
        data = f"{seen[text]}\n{text}" if text in seen else text
        seen[text] += 1
        found.append(blake2b(data.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return found
