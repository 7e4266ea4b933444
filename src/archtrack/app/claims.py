"""What becomes of a claim: the releases that it is about, and what they do with what it names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archtrack.core.audit.claims import ENDING, Outcome, Reach
from archtrack.core.audit.judging import Begin, Standing, judge_release, judge_since, unsaid
from archtrack.core.audit.words import Engines
from archtrack.core.history.history import REGISTRY
from archtrack.core.history.inventory import place_from
from archtrack.core.history.runs import runs_of
from archtrack.core.parsing import parse_version
from archtrack.core.recipes.lookup import find_recipes, least_of
from archtrack.core.verdict.checkpoint import only_named
from archtrack.core.verdict.features import TITLES, feature_of
from archtrack.core.verdict.suggestions import nearest
from archtrack.hub.targets import model_named
from archtrack.model import Status

from .engine_source import parse_engine_source
from .history.counting import TRANSFORMERS
from .history.release_facts import facts_at
from .presence import backend_of, presence_of
from .recipes.store import recipes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

    from archtrack.core.audit.claims import Claim, Judged
    from archtrack.core.history.history import History, Release
    from archtrack.core.history.runs import Run
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.release_facts import ReleaseFacts
    from archtrack.model import Place

    from .history.store import Histories
    from .names import Names
    from .presence import Presence

__all__ = ["Judge"]

_LACKING = frozenset({Status.UNSUPPORTED, Status.REFUSED, Status.GONE})
"""What a release does with what it does not have."""
_TITLES = {"vllm": "vLLM"}
"""How engines with recipes write their names."""


class Judge:
    """What is known of the releases, and what becomes of claims by that.

    Attributes:
        engines: those that a file may name.
        known: the architectures that there are.
    """

    def __init__(
        self, histories: Histories, names: Names, engine: str | None, environ: Mapping[str, str]
    ) -> None:
        """Find the release that is meant where a file does not say it.

        Args:
            histories: of every engine.
            names: what names mean.
            engine: that engine, or that release of it; None for the newest of the engine that the file names.
            environ: the environment, for the user's own recipes.

        Raises:
            UsageError: there is no such engine or release.
            DataError: a history cannot be read.
        """
        self._histories = histories
        self._names = names
        self._environ = environ
        self._chosen = None if engine is None else histories.release(engine)
        own = None if engine is None else parse_engine_source(engine).engine
        # What asks for a transformers asks for it on behalf of an engine.
        self.engines = Engines({name for name in histories.engines if name != TRANSFORMERS or own == name})
        self.known = names.architectures()
        self._meanings: dict[tuple[str, bool], tuple[tuple[Checkpoint, ...], bool]] = {}
        self._presences: dict[tuple[str, bool, str, str], tuple[Presence, ...]] = {}
        self._first: dict[tuple[str, str, Reach], int | None] = {}
        self._runs: dict[tuple[tuple[Checkpoint, ...], str], tuple[Run, ...]] = {}

    def judged(self, claim: Claim) -> Judged:
        """What becomes of a claim.

        Raises:
            DataError: a history cannot be read, or recipes.
        """
        judged = self._held(claim)
        if claim.unread is not None and (judged.outcome is Outcome.TRUE or claim.release is None):
            return unsaid(claim, claim.unread, judged.engine, judged.version)
        if judged.outcome is Outcome.LATE:
            asks = self._recipe(claim, judged)
            return judged if asks is None else replace(judged, why=f"{judged.why}; {asks}")
        return judged

    def _recipe(self, claim: Claim, judged: Judged) -> str | None:
        """That a recipe of the engine asks for a later release than the first that has the class; None without one."""
        recipes = recipes_of(judged.engine or "", self._environ) if claim.is_model else None
        if recipes is None or claim.release is None:
            return None
        release = parse_version(claim.release)
        first = release if judged.since is None else parse_version(judged.since)
        meaning = self._names.registered(claim.name) or self._names.model(claim.name, as_written=True)
        found = find_recipes(model_named(claim.name), None if meaning is None else meaning.found, recipes)
        asked: dict[Version, tuple[str, str]] = {}
        for match in found:
            least = least_of(match)
            if least is not None and match.by != "family":
                asked.setdefault(parse_version(least), (match.launch.model, least))
        asked = {each: said for each, said in asked.items() if each > first or each == release}
        if not asked:
            return None
        model, least = asked.get(release) or asked[max(asked)]
        return f"{_TITLES.get(recipes.engine, recipes.engine)}'s recipe for {model} asks for {least}"

    def _held(self, claim: Claim) -> Judged:
        """What becomes of a claim by the histories."""
        engine = claim.engine or (None if self._chosen is None else self._chosen[0].engine)
        if claim.unclear is not None:
            return unsaid(claim, claim.unclear, engine)
        if engine is None:
            return unsaid(claim, "no engine is named; name one with --engine")
        history = self._histories.need(engine)
        if claim.release is None:
            chosen = self._chosen is not None and self._chosen[0].engine == engine
            release = self._chosen[1] if self._chosen is not None and chosen else history.newest
            if release is None:
                return unsaid(claim, f"no release of {engine} could be read", engine)
            return judge_release(claim, self._standing(claim, history, release))
        try:
            wanted = history.numbering.normal(claim.release)
        except ValueError:
            return unsaid(claim, f"`{claim.release[:40]}` is not a release of {engine}", engine)
        if claim.reach is Reach.IN:
            return self._of_release(claim, history, wanted)
        return self._since(claim, history, wanted)

    def _of_release(self, claim: Claim, history: History, wanted: str) -> Judged:
        release = history.find(wanted)
        if release is None:
            return unsaid(claim, f"the history of {history.engine} has no release {wanted}", history.engine)
        if not release.tells(REGISTRY):
            reason = release.unknown or "where it comes from does not carry what it registers"
            words = f"{history.engine} {release.version} is not known: {reason}"
            return unsaid(claim, words, history.engine, release.version)
        return judge_release(claim, self._standing(claim, history, release))

    # -- since when

    def _since(self, claim: Claim, history: History, wanted: str) -> Judged:
        read = [each for each in history.releases if each.tells(REGISTRY)]
        at = self._first_of(history, wanted, claim.reach, read)
        if at is None:
            last = read[-1].version if read else "none"
            words = f"no known release of {history.engine} is {wanted} or newer; the newest is {last}"
            return unsaid(claim, words, history.engine)
        standing = self._standing(claim, history, read[at])
        if standing.has is None:
            return judge_release(claim, standing)
        before = self._standing(claim, history, read[at - 1]) if at else None
        begin = self._begin(claim, history, read[at])
        return judge_since(claim, standing, before, self._newest(claim, history, read[-1]), begin)

    def _begin(self, claim: Claim, history: History, release: Release) -> Begin | None:
        """With which release it begins to be so up to now, or did before it ended; None where it is so nowhere."""
        runs = self._runs_of(claim, history)
        if not runs:
            return None
        places, place = history.positions, history.positions[release.version]
        last = runs[-1]
        earlier = next((each for each in runs[:-1] if places[each.last.version] >= place), None)
        if claim.reach in ENDING and earlier is not None:
            last, earlier = earlier, None
        own = earlier if earlier is not None and places[earlier.first.version] <= place else None
        return Begin(
            version=last.first.version,
            exact=last.first_exact,
            place=self._standing(claim, history, last.first).place,
            behind=places[last.first.version] > place,
            until=last.until,
            before=None if own is None else own.until,
        )

    def _newest(self, claim: Claim, history: History, release: Release) -> Standing:
        """How the newest release stands: by its backend it may run what it has no class for any more."""
        standing = self._standing(claim, history, release)
        runs = self._runs_of(claim, history)
        if not runs or {each.status for each in self._asked(claim, history, release)} != {Status.FALLBACK}:
            return standing
        had = f"{history.engine} ran it natively until {runs[-1].until}"
        return replace(standing, has=False, why=f"{had}; {standing.why}")

    def _runs_of(self, claim: Claim, history: History) -> tuple[Run, ...]:
        """The runs of releases with a class for it, as ``archtrack requires`` tells them."""
        checkpoints = self._meaning(claim)[0]
        key = checkpoints, history.engine
        if key not in self._runs:
            told = [self._has_class(checkpoints, history, each) for each in history.releases]
            self._runs[key] = runs_of(history, told)
        return self._runs[key]

    def _has_class(
        self, checkpoints: tuple[Checkpoint, ...], history: History, release: Release
    ) -> bool | None:
        """Whether a release has a class for all of what a name may stand for; None where that cannot be told."""
        if not release.tells(REGISTRY):
            return None
        facts = facts_at(history, release, self._histories)
        statuses = {presence_of(each, facts, (history, release)).status for each in checkpoints}
        if Status.UNKNOWN in statuses or (Status.NATIVE in statuses and len(statuses) > 1):
            return None
        return statuses == {Status.NATIVE}

    def _first_of(self, history: History, wanted: str, reach: Reach, read: list[Release]) -> int | None:
        """Which of the releases that were read is the first that a claim is about."""
        key = history.engine, wanted, reach
        if key not in self._first:
            numbering = history.numbering
            self._first[key] = next(
                (
                    index
                    for index, each in enumerate(read)
                    if numbering.is_before(wanted, each.version)
                    or (reach in {Reach.SINCE, Reach.WITHIN} and numbering.is_same(wanted, each.version))
                ),
                None,
            )
        return self._first[key]

    # -- what a release does with a name

    def _meaning(self, claim: Claim) -> tuple[tuple[Checkpoint, ...], bool]:
        """What a name stands for, nothing where that is not known; and whether that is no guess."""
        key = claim.name, claim.is_model
        if key not in self._meanings:
            if not claim.is_model:
                self._meanings[key] = (only_named(claim.name),), True
            else:
                meaning = self._names.registered(claim.name) or self._names.model(claim.name, as_written=True)
                found = None if meaning is None else meaning.found
                checkpoints = () if meaning is None else meaning.checkpoints
                self._meanings[key] = checkpoints, found is None or found.how == "exact"
        return self._meanings[key]

    def _asked(self, claim: Claim, history: History, release: Release) -> tuple[Presence, ...]:
        """What a release does with each thing that a name may stand for."""
        key = claim.name, claim.is_model, history.engine, release.version
        if key not in self._presences:
            facts = facts_at(history, release, self._histories)
            known = history, release
            self._presences[key] = tuple(presence_of(each, facts, known) for each in self._meaning(claim)[0])
        return self._presences[key]

    def _standing(self, claim: Claim, history: History, release: Release) -> Standing:
        """How a release stands to a claim."""
        presences = self._asked(claim, history, release)
        found = [self._one(claim, each, history, release) for each in presences]
        sure = self._meaning(claim)[1]
        if len({each.has for each in found}) == 1:
            return Standing(
                engine=history.engine,
                version=release.version,
                has=found[0].has,
                why=found[0].why,
                place=found[0].place,
                sure=sure,
            )
        several = f"`{claim.name}` may stand for several architectures"
        why = several if found else f"the architecture of `{claim.name}` is not known"
        return Standing(engine=history.engine, version=release.version, has=None, why=why)

    def _one(self, claim: Claim, presence: Presence, history: History, release: Release) -> Standing:
        """How a release stands to a claim about one thing that a name may stand for."""
        if claim.feature is not None:
            return self._feature(claim.feature, claim, presence, history, release)
        name, status = f"{history.engine} {release.version}", presence.status
        has, why = {
            Status.NATIVE: (True, presence.because.text),
            # "Since" is about a class of its own; and who says "no" may mean that there is none.
            Status.FALLBACK: (
                True if claim.reach is Reach.IN and claim.holds else None,
                f"{name} runs it by its Transformers backend",
            ),
        }.get(status, (None, f"{status.value}: {presence.reason}"))
        if status in _LACKING:
            has, why = False, _lacking(claim, presence, history, release)
        place = _last_place(presence, release) if status is Status.GONE else presence.because.place
        return Standing(engine=history.engine, version=release.version, has=has, why=why, place=place)

    def _feature(
        self, feature: str, claim: Claim, presence: Presence, history: History, release: Release
    ) -> Standing:
        """How a release stands to a claim about a feature."""
        name, status = f"{history.engine} {release.version}", presence.status
        untold = Standing(engine=history.engine, version=release.version, has=None, why=presence.reason)
        if status in _LACKING:
            return replace(untold, why=f"{name} does not run it, whatever the feature")
        if status not in {Status.NATIVE, Status.FALLBACK}:
            return untold
        facts = facts_at(history, release, self._histories)
        found = feature_of(feature, presence.verdict.key, facts)
        if found.has and not claim.holds and (status is Status.FALLBACK or _is_wrapped(presence, facts)):
            words = f"{name} runs it by its Transformers backend, which has {TITLES[feature]}"
            return replace(untold, why=f"{words}; whether the model's own class allows it was not read")
        return replace(untold, has=found.has, why=found.why, place=found.place)


def _is_wrapped(presence: Presence, facts: ReleaseFacts) -> bool:
    """Whether a release registers an architecture with a wrapper of its Transformers backend."""
    wrappers = {facts.registered[each].file for each in backend_of(facts.engine) if each in facts.registered}
    own = facts.registered.get(presence.verdict.key or "")
    return own is not None and own.file in wrappers


def _last_place(presence: Presence, release: Release) -> Place | None:
    """The line that registered what a release does not have any more."""
    if presence.bounds is None:
        return None
    state = presence.bounds.span.states[-1]
    return place_from(state.at, state.since, release)


def _lacking(claim: Claim, presence: Presence, history: History, release: Release) -> str:
    """That a release does not have something, and what may be meant."""
    name, bounds = f"{history.engine} {release.version}", presence.bounds
    if presence.status is Status.GONE and bounds is not None:
        return f"{name} no longer has it; the last release with it is {bounds.until}"
    if presence.status is Status.REFUSED:
        return f"{name} refuses it: {presence.reason}"
    near = () if claim.is_model else nearest(claim.name, history.names(release.version))
    hint = f"; near it: {', '.join(near)}" if near else ""
    return f"{name} does not have it{hint}"
