"""What a release states of what it registers: its features."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from archtrack.core.verdict.features import LISTS, TITLES, asked_of, feature_of, features_of, list_of, row_of
from archtrack.core.verdict.release_facts import FEATURES
from archtrack.core.wording import did_you_mean
from archtrack.errors import DataError, UsageError
from archtrack.sources.redaction import shown_argument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archtrack.core.history.history import History
    from archtrack.core.verdict.features import Feature, Row
    from archtrack.core.verdict.release_facts import ReleaseFacts

__all__ = ["asked_feature", "expect_known", "named_features", "stated_feature", "stated_features"]


def stated_features(key: str | None, facts: ReleaseFacts) -> tuple[Feature, ...]:
    """All that a release states of a key.

    Raises:
        DataError: that is said by data that somebody handed in, and cannot be read.
    """
    with _readable(facts):
        return features_of(key, facts)


def stated_feature(name: str, key: str | None, facts: ReleaseFacts) -> Feature:
    """Whether the implementation of a key has a feature.

    Raises:
        DataError: that is said by data that somebody handed in, and cannot be read.
    """
    with _readable(facts):
        return feature_of(name, key, facts)


def asked_feature(name: str, key: str | None, facts: ReleaseFacts) -> Feature:
    """Whether a release has what somebody asks for: a feature of a key, or a quantisation method whatever the key.

    Raises:
        DataError: as ``stated_feature``.
    """
    with _readable(facts):
        return asked_of(name, key, facts)


def expect_known(wanted: Sequence[str], histories: Iterable[History]) -> None:
    """Refuse what is neither a feature nor listed by any release (``core.verdict.features.LISTS``).

    Raises:
        UsageError: the message names what is near, and what there is.
    """
    if all(name in TITLES for name in wanted):
        return
    known = tuple(histories)
    for name in wanted:
        if name in TITLES:
            continue
        kind, colon, item = name.partition(":")
        if colon and kind not in LISTS:
            shown = shown_argument(kind)
            raise UsageError(
                f"--with {shown_argument(name)}: no kind is called {shown!r}; {did_you_mean(kind, LISTS)}"
            )
        table, title, item = list_of(name)
        listed = {each for history in known for each in history.tables.get(table, {})}
        if item not in listed:
            if colon:
                words = f"no release has the {title} `{shown_argument(item)}`; {did_you_mean(item, sorted(listed))}"
            else:
                offered = f"{', '.join(TITLES)}, or name a quantisation method"
                words = f"no such feature; {did_you_mean(item, sorted({*TITLES, *listed}), offered)}"
            raise UsageError(f"--with {shown_argument(name)}: {words}")


def named_features(key: str, history: History) -> tuple[str, ...]:
    """The features that some release states of a key, in the order of ``TITLES``.

    Raises:
        DataError: as ``stated_feature``.
    """
    rows = history.tables.get(FEATURES, {}).get(key, ())
    stated = {name for row in rows for state in row.states for name in _row(state.value, history).has}
    return tuple(name for name in TITLES if name in stated)


def _row(value: object, history: History) -> Row:
    try:
        return row_of(value)
    except TypeError as error:
        raise DataError(
            f"the data of {history.engine} has features that this archtrack cannot read;"
            " `archtrack data update` gets data that fits"
        ) from error


@contextmanager
def _readable(facts: ReleaseFacts) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if not facts.handed_in:
            raise
        raise DataError(
            f"the data of {facts.engine} has features of {facts.name} that cannot be followed"
            f" ({type(error).__name__}); `archtrack data update` gets data that fits"
        ) from error
