"""The most downloaded model of each architecture, asked of the Hub: the opt-in source of examples."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .errors import UsageError
from .hub import is_offline, most_downloaded
from .model import Example

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["hub_examples", "search_words"]

_AT_ONCE = 4  # polite: the Hub limits requests, and a few hundred take seconds all the same
_ENDING = re.compile(
    r"(?:For(?:CausalLM|ConditionalGeneration|SequenceClassification|RewardModel)|LMHeadModel|ChatModel|Model)\w*\Z"
)


def hub_examples(names: Iterable[str], *, offline: bool) -> dict[str, Example]:
    """Architecture -> the most downloaded model whose config names it; those that the Hub finds none for are left out.

    Args:
        names: the architectures.
        offline: no request may be made.

    Raises:
        UsageError: it was asked for offline.
        TargetError: the Hub cannot be asked.
    """
    if offline or is_offline():
        raise UsageError("--hub asks the Hub, and this run is offline; leave one of the two out")
    wanted = sorted(set(names))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda name: most_downloaded(name, search_words(name)), wanted))
    return {
        name: Example(id=best[0], source=f"the Hub's most downloaded: {best[1]:,} downloads in a month")
        for name, best in zip(wanted, found, strict=True)
        if best is not None
    }


def search_words(name: str) -> str:
    """What repositories of an architecture's models are likely to have in their names: ``Qwen2_5_VL…`` is Qwen2.5-VL.

    Only a search: what it finds counts only if its config names the architecture.
    """
    stem = _ENDING.sub("", name) or name
    return re.sub(r"(?<=\d)_(?=\d)", ".", stem).strip("_").replace("_", "-")
