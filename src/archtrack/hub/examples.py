"""Examples and the Hub: the most downloaded model of each architecture, and whether examples are what they say."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from archtrack.core.matrix.repositories import is_repository
from archtrack.core.verdict.checkpoint import read_checkpoint
from archtrack.errors import HubDownError, TargetError, UsageError
from archtrack.model import Example, Finding

from .client import fetch_config, is_offline, most_downloaded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archtrack.core.document.rows import Row

__all__ = ["hub_examples", "lint_examples", "search_words"]

_AT_ONCE = 4  # polite: the Hub limits requests, and a few hundred take seconds all the same
_ENDING = re.compile(
    r"(?:For(?:CausalLM|ConditionalGeneration|SequenceClassification|RewardModel)|LMHeadModel|ChatModel|Model)\w{0,40}\Z"
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
        raise UsageError("--hub asks the Hub, but this run is offline; drop --hub or --offline")
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


def lint_examples(
    rows: Iterable[Row], targets: Mapping[str, Iterable[str]], *, offline: bool
) -> tuple[Finding, ...]:
    """The examples of a document whose config does not name the architecture of their row, or cannot be read.

    Args:
        rows: of the document.
        targets: draft -> the architectures whose checkpoints serve for it.
        offline: take only what the Hub's own cache has.

    Raises:
        TargetError: the Hub cannot be asked at all.
    """
    asked = [row for row in rows if is_repository(row.example)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda row: _named(row.example, offline=offline), asked))
    findings = []
    for row, (names, problem) in zip(asked, found, strict=True):
        if problem is not None:
            findings.append(Finding(line=row.line, code="example-unreadable", message=problem))
        elif not {row.name, *targets.get(row.name, ())} & set(names):
            said = ", ".join(names) or "no architecture"
            message = f"{row.example}, the example of {row.name}, names {said} in its config"
            findings.append(Finding(line=row.line, code="example-mismatch", message=message))
    return tuple(findings)


def _named(repository: str, *, offline: bool) -> tuple[tuple[str, ...], str | None]:
    """The architectures that a repository's config names, or why they cannot be told."""
    try:
        data, location = fetch_config(repository, offline=offline)
    except HubDownError:
        raise
    except TargetError as error:
        return (), str(error)
    try:
        return read_checkpoint(data).architectures, None
    except TargetError as error:
        return (), f"{location} {error}"
