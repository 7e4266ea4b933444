"""The use case of ``requires``: from which release on each engine takes a checkpoint, and what that needs.

Every release that was read is asked, by the code that answers for all verbs (``presence_of``), with what the shipped
histories know of it; nothing is read. The requirement is the last run of releases that take the checkpoint: it has to
hold for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from archtrack.core.history.numbering import VERSIONS
from archtrack.core.history.runs import runs_of
from archtrack.core.verdict.release_facts import LoadOptions
from archtrack.engines import load_engine
from archtrack.errors import ArchtrackError, DataError, UsageError
from archtrack.hub.targets import Target, open_targets
from archtrack.model import Gate, Status
from archtrack.sources.redaction import shown_argument

from .engine_source import parse_engine_source
from .gguf import with_span
from .history.counting import TRANSFORMERS, allowed_release
from .history.features import asked_feature, expect_known
from .history.release_facts import counting_release, facts_at
from .names import Names
from .presence import Presence, adds_nothing, presence_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from archtrack.core.history.history import History, Release
    from archtrack.core.history.runs import Run
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.features import Feature
    from archtrack.sources.workspace import Workspace

    from .history.store import Histories
    from .recipes.said import Said

__all__ = [
    "STATUSES",
    "Requirement",
    "Requires",
    "Told",
    "Transformers",
    "joined",
    "on_index",
    "requires",
    "specifier_of",
]

STATUSES = {
    "native": frozenset((Status.NATIVE,)),
    "fallback": frozenset((Status.NATIVE, Status.FALLBACK)),
}
"""What counts as taking a checkpoint, by the name that the user gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one release does with a checkpoint.

    Attributes:
        release: which.
        takes: the answer; None where it cannot be told.
        presence: what its load path comes to.
        features: whether it has each feature that is asked for; empty where it does not take the checkpoint.
    """

    release: Release
    takes: bool | None
    presence: Presence
    features: tuple[Feature, ...] = ()

    @property
    def lacking(self) -> Feature | None:
        """The feature that decides: the first that is not there, else the first of which it cannot be told."""
        absent = next((each for each in self.features if each.has is False), None)
        return absent or next((each for each in self.features if each.has is None), None)

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self.presence.reason if self.lacking is None else self.lacking.why

    def without(self, names: Collection[str]) -> Told:
        """What it does where some features are not asked for."""
        if not self.features:
            return self
        features = tuple(each for each in self.features if each.name not in names)
        return replace(self, features=features, takes=_all_there(features))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformers:
    """The transformers that a release needs.

    Attributes:
        allowed: what its metadata allows, as a specifier; None where it names none.
        counting: the release that counts for it, by which it was asked; None where none is known.
        lowest: the lowest release of those that are allowed with which it takes the checkpoint, and so with each
            between that one and ``counting``; None where none is known.
        lowest_exact: the one before is not allowed, or it is known not to do.
        narrowed: its metadata allows lower ones, with which it does not take the checkpoint, or may not.
    """

    allowed: str | None
    counting: str | None
    lowest: str | None
    lowest_exact: bool
    narrowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Which releases of an engine take a checkpoint.

    Attributes:
        history: of the engine.
        told: for each release, in the order of the history, whether it takes it; None where that is not known.
        runs: the runs of releases that do, oldest first.
        newest: what the newest release that was read does.
        first: what the first release of the last run does; None where there is no run.
        before: what the release before that one does; None where there is none, or it was not read.
        transformers: what that first release needs; None where there is none, or it asks nothing of transformers.
        not_told: the features that are asked for of which the newest release does not tell, and which alone decide.
        rest: what is required without these; None where there are none.
    """

    history: History
    told: tuple[bool | None, ...]
    runs: tuple[Run, ...]
    newest: Told
    first: Told | None = None
    before: Told | None = None
    transformers: Transformers | None = None
    not_told: tuple[Feature, ...] = ()
    rest: Requirement | None = None

    @property
    def run(self) -> Run | None:
        """The last run, which is what is required; None where no release takes the checkpoint."""
        return self.runs[-1] if self.runs else None

    @property
    def specifier(self) -> str | None:
        """The last run as PEP 440 writes it; None where there is none, or the index does not have the releases."""
        return None if self.run is None else specifier_of(self.run, self.history)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requires:
    """What one target requires.

    Attributes:
        text: the target as the user gave it.
        target: what it was; None where it could not be read.
        engines: one requirement for each engine that has something to say, in the order in which they were asked.
        recipes: what their recipes say of a model: claims, of which no requirement takes account.
        error: why there is no answer.
        exit_code: that the error stands for; 0 without one.
    """

    text: str
    target: Target | None = None
    engines: tuple[Requirement, ...] = ()
    recipes: tuple[Said, ...] = ()
    error: str | None = None
    exit_code: int = 0


def requires(
    targets: Iterable[str | Target],
    workspace: Workspace,
    *,
    histories: Histories,
    engines: Sequence[str] = (),
    features: Sequence[str] = (),
    status: str = "native",
) -> tuple[Requires, ...]:
    """From which release on each engine takes each target.

    A target that cannot be read has an error in its answer; the others are answered all the same.

    Args:
        targets: names, paths and repositories, or such as have been read already.
        workspace: where the run takes place.
        histories: of every engine.
        engines: their names; none for all but transformers. A plugin that is not named answers only where it has
            something to say.
        features: what the releases have to have besides: names of features and of quantisation methods.
        status: ``native``, or ``fallback`` for what the Transformers backend runs, too.

    Raises:
        UsageError: no such engine or feature, or not one target is any.
        DataError: a history cannot be read.
    """
    chosen = _chosen(engines, histories)
    expect_known(features, chosen)
    names = Names(histories, workspace.environ)
    opened = [each for target in targets for each in _opened(target, names, workspace)]
    if opened and all(each.exit_code == UsageError.exit_code for each in opened):
        raise UsageError(opened[0].error or "")
    known: dict[
        tuple[Checkpoint, str | None], tuple[Requirement, ...]
    ] = {}  # many models have one architecture
    for each in opened:
        target = each.target
        if target is not None and (asked := (target.checkpoint, target.folder)) not in known:
            known[asked] = tuple(_answers(target, chosen, histories, features, status, engines))
    return tuple(
        each
        if each.target is None
        else _answered(
            each, each.target, known[each.target.checkpoint, each.target.folder], workspace.environ
        )
        for each in opened
    )


def joined(requirements: Sequence[Requirement]) -> Run | None:
    """The last run of releases of one engine that meet several requirements; None where no release does.

    Args:
        requirements: of the same engine, one at least.
    """
    told = [
        False if False in each else None if None in each else True
        for each in zip(*(each.told for each in requirements), strict=True)
    ]
    found = runs_of(requirements[0].history, told)
    return found[-1] if found else None


def specifier_of(run: Run, history: History) -> str | None:
    """A run as PEP 440 writes it; None where the index does not have the releases under these names."""
    if not on_index(history):
        return None
    try:
        SpecifierSet(run.specifier)
    except InvalidSpecifier:
        return None
    return run.specifier


def on_index(history: History) -> bool:
    """Whether the package index has an engine's releases, under the names that the history has."""
    try:
        repository = load_engine(history.engine).layout.repository
    except UsageError:  # there is data of an engine that is not there
        repository = None
    return repository is None and history.numbering is VERSIONS


# -- what is asked ------------------------------------------------------------------------------------------


def _chosen(engines: Sequence[str], histories: Histories) -> tuple[History, ...]:
    """The histories of the engines that are asked.

    Raises:
        UsageError: there is none of one, or one is named with a release.
        DataError: one cannot be read, or no release of one that is named.
    """
    asked = [parse_engine_source(each) for each in engines]
    for each in asked:
        if each.source is not None:
            raise UsageError(
                f"--engine {shown_argument(each.engine)}: requires looks at every release; name the engine without one"
            )
    named = dict.fromkeys(each.engine for each in asked)
    found = [histories.need(name) for name in named or histories.engines if named or name != TRANSFORMERS]
    for history in found:
        if history.newest is None and named:
            raise DataError(
                f"no release of {history.engine} could be read; run `archtrack history refresh {history.engine}`"
            )
    return tuple(each for each in found if each.newest is not None)


def _opened(asked: str | Target, names: Names, workspace: Workspace) -> tuple[Requires, ...]:
    """The targets that a text names, or why it cannot be read."""
    if isinstance(asked, Target):
        return (Requires(text=asked.text, target=asked),)
    try:
        found = open_targets(asked, names, folder=workspace.folder, offline=workspace.offline)
    except ArchtrackError as error:
        return (Requires(text=shown_argument(asked), error=str(error), exit_code=error.exit_code),)
    return tuple(Requires(text=each.text, target=each) for each in found)


def _answered(
    asked: Requires, target: Target, found: tuple[Requirement, ...], environ: Mapping[str, str]
) -> Requires:
    """An answer with its requirements, and with what recipes say of a model."""
    if not target.is_model:
        return replace(asked, engines=found)
    from .recipes.said import said_of  # noqa: PLC0415 -- only models have recipes

    recipes = tuple(said for each in found for said in said_of(target, each.newest.presence, environ))
    return replace(asked, engines=found, recipes=recipes)


# -- what the releases say ----------------------------------------------------------------------------------


def _answers(
    target: Target,
    chosen: Sequence[History],
    histories: Histories,
    features: Sequence[str],
    status: str,
    named: Sequence[str],
) -> Iterable[Requirement]:
    options = replace(LoadOptions(), folder=target.folder)
    for history in chosen:
        asked = _Asked(target.checkpoint, history, histories, options, tuple(features), status)
        found = asked.requirement()
        if named or found.runs or not adds_nothing(found.newest.presence):
            yield found


def _all_there(features: Iterable[Feature]) -> bool | None:
    """Whether each is there; None where that cannot be told."""
    has = {each.has for each in features}
    return False if False in has else None if None in has else True


@dataclass(frozen=True, slots=True)
class _Asked:
    """One engine, asked about one checkpoint."""

    checkpoint: Checkpoint
    history: History
    histories: Histories
    options: LoadOptions
    features: tuple[str, ...]
    status: str

    def requirement(self) -> Requirement:
        """What its releases say; one of them at least was read."""
        every = [None if each.unknown is not None else self.told(each) for each in self.history.releases]
        found = self.by(every)
        not_told = tuple(each for each in found.newest.features if each.has is None)
        if found.newest.takes is not None or not not_told:
            return found
        names = {each.name for each in not_told}
        others = replace(self, features=tuple(name for name in self.features if name not in names))
        rest = others.by([None if each is None else each.without(names) for each in every])
        return replace(found, not_told=not_told, rest=rest)

    def by(self, every: Sequence[Told | None]) -> Requirement:
        """The requirement by what each release does; None for one that was not read."""
        history = self.history
        read = [each for each in every if each is not None]
        telling = [each for each in read if each.takes is not None or not each.release.silent]
        told = tuple(None if each is None else each.takes for each in every)
        runs = runs_of(history, told)
        found = Requirement(
            history=history, told=told, runs=runs, newest=self._spanned((telling or read)[-1])
        )
        if not runs:
            return found
        place = history.positions[runs[-1].first.version]
        first = every[place]
        return replace(
            found,
            first=first,
            before=every[place - 1] if place else None,
            transformers=None if first is None else self.transformers(first),
        )

    def _spanned(self, told: Told) -> Told:
        """What a release does with a GGUF file, with the span of that, as ``check`` says it."""
        if self.checkpoint.gguf_architecture is None:
            return told
        known = (self.history, told.release)
        return replace(
            told, presence=with_span(told.presence, self.checkpoint, known, self.histories, self.options)
        )

    def told(self, release: Release, library: Release | None = None) -> Told:
        """What a release does, with the transformers that counts for it or with another one."""
        facts = facts_at(self.history, release, self.histories, library)
        presence = presence_of(self.checkpoint, facts, (self.history, release), self.options)
        takes = self._is_taken(presence)
        if not takes or not self.features:
            return Told(release=release, takes=takes, presence=presence)
        found = tuple(
            asked_feature(name, presence.verdict.key or presence.verdict.resolved, facts)
            for name in self.features
        )
        return Told(release=release, takes=_all_there(found), presence=presence, features=found)

    def _is_taken(self, presence: Presence) -> bool | None:
        if presence.status in STATUSES[self.status]:
            return True
        if self.status == "fallback":
            # The backend runs what the engine has a class for that fails to import.
            if presence.gate is Gate.IMPORT and presence.verdict.resolved is not None:
                return True
            if presence.status is Status.REMOTE_CODE:  # the backend asks that code
                return None
        return None if presence.status is Status.UNKNOWN else False

    def transformers(self, told: Told) -> Transformers | None:
        """The transformers that a release which takes the checkpoint needs."""
        library, release = self.histories.get(TRANSFORMERS), told.release
        if library is None or self.history.engine == TRANSFORMERS:
            return None
        asks = any(each.source == TRANSFORMERS for each in told.presence.verdict.steps)
        if not release.transformers and not asks:
            return None
        counting = counting_release(release, library)
        if counting is None:
            return Transformers(allowed=release.transformers, counting=None, lowest=None, lowest_exact=False)
        allowed = [
            each
            for each in library.releases[: library.positions[counting.version] + 1]
            if each.unknown is None and allowed_release(release.transformers, None, [each]) is not None
        ]
        # Of an engine that goes by model types, transformers says which type an architecture has and no more.
        lowest, exact = allowed[0], True
        if asks and self.history.key != "model type":
            lowest, exact = self._lowest(release, allowed)
        return Transformers(
            allowed=release.transformers,
            counting=counting.version,
            lowest=lowest.version,
            lowest_exact=exact,
            narrowed=lowest is not allowed[0],
        )

    def _lowest(self, release: Release, allowed: Sequence[Release]) -> tuple[Release, bool]:
        """The lowest of the unbroken run up to the newest that is allowed, and whether that is exact."""
        lowest = allowed[-1]
        for each in reversed(allowed[:-1]):
            takes = self.told(release, each).takes
            if not takes:
                return lowest, takes is False
            lowest = each
        return lowest, True
