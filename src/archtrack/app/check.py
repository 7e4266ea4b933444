"""The use case of ``check``: what engines do with architectures, model types, configs, repositories and messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archtrack.core.matrix.examples import example_of
from archtrack.core.models.words import bare, is_copy
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
from archtrack.core.verdict.suggestions import nearest
from archtrack.engines import load_engine
from archtrack.errors import ArchtrackError, SourceError, UsageError
from archtrack.hub.targets import Target, open_targets
from archtrack.model import Origin, Status
from archtrack.sources.redaction import shown_argument

from .category import category_of
from .engine_source import EngineSource, parse_engine_source
from .examples import example_sources
from .gguf import MadeFrom, made_from, with_span
from .history.counting import TRANSFORMERS
from .history.features import expect_known
from .history.release_facts import facts_at
from .names import Names
from .presence import RUNS, Presence, adds_nothing, is_plugin, no_data_yet, presence_of
from .remedy import remedy_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archtrack.core.history.history import History, Release
    from archtrack.core.verdict.error_messages import Message
    from archtrack.model import Category, Example
    from archtrack.sources.cache import Cache
    from archtrack.sources.workspace import Workspace

    from .history.store import Histories
    from .recipes.said import Said
    from .release_reading import ReadRelease
    from .request import Request

__all__ = ["Answer", "Checked", "EngineAnswer", "Explained", "Near", "Source", "check"]

SGLANG = "sglang"
_NOT_THERE = frozenset((Status.UNSUPPORTED, Status.REMOTE_CODE, Status.UNKNOWN))
"""What an engine does with a name that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A known architecture whose name is like one that is not known."""

    name: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAnswer:
    """What one engine does with a target.

    Attributes:
        presence: what its release does.
        fix: what would help, in words; None where nothing is wrong, or nothing is known to help.
    """

    presence: Presence
    fix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found out about one target.

    Attributes:
        text: the target as the user gave it.
        target: what it was; None where it could not be read.
        engines: what each engine does with it, in the order in which they were asked; then, where all were, those of
            which there is no data yet.
        sglang: what SGLang does, whichever engines were asked; None where there is an error, or nothing is known of it.
        category: of the architecture that counts, and ``category_source``.
        category_source: who says so.
        example: a checkpoint with that architecture.
        near: known names like the one asked for, where that is not known.
        made_from: of a GGUF file: what it may have been made from.
        recipes: what the recipes of the engines that were asked say of it, which has no part in what they do with it.
        error: why there is no answer.
        exit_code: that the error stands for; 0 without one.
    """

    text: str
    target: Target | None = None
    engines: tuple[EngineAnswer, ...] = ()
    sglang: Presence | None = None
    category: Category | None = None
    category_source: str = ""
    example: Example | None = None
    near: tuple[Near, ...] = ()
    made_from: tuple[MadeFrom, ...] = ()
    recipes: tuple[Said, ...] = ()
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One message of an engine, with what the engines do with what it names."""

    message: Message
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an answer rests on.

    Attributes:
        engine: whose release.
        version: which; None where the source does not say.
        origin: what was read, now or when the history was made.
        read: it was read for this answer, and does not come from the history.
    """

    engine: str
    version: str | None
    origin: Origin
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All answers, and what they rest on.

    Attributes:
        answers: one per target, in order; those of a log's messages after them.
        messages: one per message of a log.
        sources: what was asked, engine by engine, each with its transformers.
        notices: what the user should know about how they came to be.
    """

    answers: tuple[Answer, ...]
    messages: tuple[Explained, ...]
    sources: tuple[Source, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A release of an engine that is asked.

    Attributes:
        facts: what is known of it.
        history: of the engine; None where there is none.
        release: the same release in the history, else the newest one there; None without a history.
    """

    facts: ReleaseFacts
    history: History | None
    release: Release | None

    @property
    def known(self) -> tuple[History, Release] | None:
        """The history and the release in it; None without a history."""
        if self.history is None or self.release is None:
            return None
        return self.history, self.release


def check(
    targets: Iterable[str | Target],
    request: Request,
    workspace: Workspace,
    *,
    histories: Histories,
    engines: Sequence[str] = (),
    messages: Sequence[Message] = (),
    options: LoadOptions | None = None,
    wanted: Sequence[str] = (),
) -> Checked:
    """What engines do with each target, and what is behind each message.

    A target that cannot be read has an error in its answer; the others are answered all the same.

    Args:
        targets: names, paths and repositories, or such as have been read already.
        request: which SGLang and transformers, where the user names them.
        workspace: where the run takes place.
        histories: of every engine.
        engines: ``ENGINE``, ``ENGINE==VERSION`` or ``ENGINE@SOURCE``; none for all, at their newest known releases. A
            plugin of an engine that is not named answers only where it has something to say.
        messages: found in a log.
        options: how the engines are told to load the targets.
        wanted: features, and quantisation methods, that are asked for.

    Raises:
        UsageError: a specification means nothing, not one target is any, or nobody knows what is wanted.
        SourceError: a source cannot be read.
        DataError: a history, or the recipes of an engine, cannot be read.
    """
    names = Names(histories, workspace.environ)
    opened = [each for target in targets for each in _opened(target, names, workspace)]
    if opened and not messages and all(_is_none(each) for each in opened):
        raise UsageError(next(each.error or "" for each in opened if isinstance(each, Answer)))
    expect_known(wanted, [each for name in histories.engines if (each := histories.get(name)) is not None])
    run = _Run(
        request, workspace, histories, names, options or LoadOptions(), wanted=wanted, named=bool(engines)
    )
    run.awaited = _awaited(engines, histories)
    with workspace.open_cache() as cache:
        checkpoints = [target.checkpoint for target in opened if isinstance(target, Target)]
        named = [each for each in engines if each not in run.awaited]
        sources = () if engines and not named else _sources(named, request, histories)
        asked = run.open(sources, checkpoints, cache)
        sglang = next((each for each in asked if each.facts.engine == SGLANG), None) or run.newest(SGLANG)
        opened = [_as_registered(each, asked) for each in opened]
        run.notices += [
            f"the model index answers for {each.text}: {each.instead.removeprefix(f'{each.text}: ')}"
            for each in opened
            if isinstance(each, Target) and each.instead is not None
        ]
        run.notices += [
            f"{each.text}: this ignores its format and quantisation; check a config or a file for these"
            for each in opened
            if isinstance(each, Target) and each.found is not None and is_copy(bare(each.text))
        ]
        answers = [run.answer(target, asked, sglang) for target in opened]
        explained = [run.explain(message, asked, sglang) for message in messages]
    told = [answer for each in explained for answer in each.answers]
    return Checked(
        answers=(*answers, *told),
        messages=tuple(explained),
        sources=tuple(dict.fromkeys(each for each in run.sources if run.speaks(each.engine))),
        notices=tuple(dict.fromkeys(run.notices)),
    )


def _opened(asked: str | Target, names: Names, workspace: Workspace) -> tuple[Target | Answer, ...]:
    """The targets that a text names, or why it cannot be read."""
    if isinstance(asked, Target):
        return (asked,)
    try:
        return open_targets(asked, names, folder=workspace.folder, offline=workspace.offline)
    except ArchtrackError as error:
        return (Answer(text=shown_argument(asked), error=str(error), exit_code=error.exit_code),)


def _as_registered(opened: Target | Answer, asked: Sequence[_Asked]) -> Target | Answer:
    """A name that was taken for a misspelled one, as it is where a release that is asked has it."""
    guessed = isinstance(opened, Target) and opened.found is not None and opened.found.how == "spelling of"
    if guessed and any(opened.text in _registered(each.facts) for each in asked):
        return Target(text=opened.text, kind="architecture", checkpoint=only_named(opened.text))
    return opened


def _is_none(opened: Target | Answer) -> bool:
    """Whether the text means nothing: no source need be read to say so."""
    return isinstance(opened, Answer) and opened.exit_code == UsageError.exit_code


def _awaited(engines: Sequence[str], histories: Histories) -> tuple[str, ...]:
    """Of the engines that are asked without a source, those of which there is no data yet."""
    return tuple(name for name in histories.awaited if not engines or name in engines)


def _sources(engines: Sequence[str], request: Request, histories: Histories) -> tuple[EngineSource, ...]:
    """The engines that are asked, each at the source that the user or the configuration names.

    Raises:
        UsageError: one is no engine, or named twice.
    """
    if not engines:
        found = [EngineSource(engine=name) for name in histories.engines]
    else:
        found = [parse_engine_source(text) for text in engines]
    named = [each.engine for each in found]
    if twice := [name for index, name in enumerate(named) if name in named[:index]]:
        raise UsageError(
            f"--engine {shown_argument(twice[0])} is named twice; name it once, or run check twice"
        )
    for each in found:
        if histories.get(each.engine) is None:
            load_engine(each.engine)  # says which there are
    own = {SGLANG: request.engine, TRANSFORMERS: request.transformers}
    own = {name: spec for name, spec in own.items() if spec not in {"latest", "pinned"}}
    return tuple(
        replace(each, source=own.get(each.engine)) if each.source is None else each for each in found
    )


class _Run:
    """One run: the releases that are asked, and what is said of how they came to be."""

    def __init__(
        self,
        request: Request,
        workspace: Workspace,
        histories: Histories,
        names: Names,
        options: LoadOptions,
        *,
        wanted: Sequence[str],
        named: bool,
    ) -> None:
        self._request = request
        self._are_named = named
        self._workspace = workspace
        self._histories = histories
        self._names = names
        self._options = options
        self._wanted = wanted
        self._transformers: ReleaseFacts | None = None
        self._examples = example_sources(histories)
        self.awaited: tuple[str, ...] = ()
        """The engines of which there is no data yet."""
        self.answered: set[str] = set()
        self.sources: list[Source] = []
        self.notices: list[str] = []

    # -- the releases that are asked -----------------------------------------------------------------

    def open(
        self, sources: Sequence[EngineSource], checkpoints: Sequence[Checkpoint], cache: Cache
    ) -> list[_Asked]:
        """The facts of each release that is asked, from the history where that has them."""
        asked = []
        for source in sources:
            known = self._from_history(source, cache)
            if known is None or self._lacks_imports(known, source, checkpoints):
                known = self._read(source, cache, known)
            else:
                self._note(known)
            asked.append(known)
        return asked

    def speaks(self, engine: str) -> bool:
        """Whether an engine is part of the answer: a plugin that nobody named may have had nothing to say."""
        return self._are_named or engine in self.answered or not is_plugin(engine)

    def newest(self, engine: str) -> _Asked | None:
        """The newest release of an engine that is known; None where there is none."""
        history = self._histories.get(engine)
        if history is None or history.newest is None:
            return None
        return self._at(history, history.newest, None)

    def _from_history(self, source: EngineSource, cache: Cache) -> _Asked | None:
        """The release by the history; None where that does not have it, or the registry is changed by the user."""
        history = self._histories.get(source.engine)
        if history is None or history.newest is None:
            return None
        if source.engine == SGLANG and (self._request.external or self._request.disabled):
            return None
        if source.source is not None and history.numbering.is_alone(source.source):
            history.expect(source.source)
        release = history.newest if source.source is None else history.find(source.source)
        if release is None and source.source is not None:
            release = self._release_of(source, cache)
        if release is None or release.unknown is not None:
            return None
        wanted = self._request.transformers
        if source.engine == TRANSFORMERS or wanted in {None, "pinned"}:
            return self._at(history, release, None)
        library = self._histories.get(TRANSFORMERS)
        other = None
        if library is not None:
            other = library.newest if wanted == "latest" else library.find(wanted or "")
        if other is not None and other.unknown is None:
            return self._at(history, release, other)
        facts = replace(
            facts_at(history, release, self._histories), transformers=self._library(cache), broken=None
        )
        return _Asked(facts=facts, history=history, release=release)

    def _release_of(self, source: EngineSource, cache: Cache) -> Release | None:
        """The known release whose files a folder or an installed package has."""
        # Here, as they read sources, which most runs do not.
        from archtrack.sources.opening import open_engine
        from archtrack.sources.spec import InstalledSpec, PathSpec, parse_spec

        from .history.known_release import known_release

        engine, spec = load_engine(source.engine), source.source
        if spec is None or not isinstance(parse_spec(spec), (PathSpec, InstalledSpec)):
            return None
        opened, _ = open_engine(spec, engine.layout, self._workspace, cache)
        found = known_release(engine, opened, self._histories)
        return None if found is None else found[1]

    def _library(self, cache: Cache) -> ReleaseFacts:
        """The transformers that the user names, read once for all engines whose releases are known."""
        if self._transformers is None:
            found = self._reading(EngineSource(engine=TRANSFORMERS, source=self._request.transformers), cache)
            self._transformers = found.facts
        return self._transformers

    def _at(self, history: History, release: Release, transformers: Release | None) -> _Asked:
        facts = facts_at(history, release, self._histories, transformers)
        return _Asked(facts=facts, history=history, release=release)

    def _note(self, asked: _Asked) -> None:
        """Note that an answer comes from the history."""
        history, release = asked.history, asked.release
        if history is not None and release is not None:
            self.sources.append(
                Source(
                    engine=history.engine,
                    version=release.version,
                    origin=_origin(history, release),
                    read=False,
                )
            )

    def _lacks_imports(self, known: _Asked, source: EngineSource, checkpoints: Sequence[Checkpoint]) -> bool:
        """Whether the answer hangs on imports that nobody has followed with that transformers, and it can be read."""
        named = source.source is not None or self._request.transformers not in {None, "pinned"}
        follows = known.history is not None and any(each.imports for each in known.history.releases)
        if not named or not follows or known.facts.broken is not None or self._workspace.offline:
            return False
        verdicts = (self._presence(each, known, self._options).verdict for each in checkpoints)
        return any(verdict.status is Status.NATIVE for verdict in verdicts)

    def _read(self, source: EngineSource, cache: Cache, known: _Asked | None) -> _Asked:
        try:
            found = self._reading(source, cache)
        except ArchtrackError as error:
            if known is None:
                raise
            self.notices.append(f"The imports of {known.facts.name} were not checked: {error}")
            self._note(known)  # what the history has of it says what was not looked at
            return known
        history = self._histories.get(source.engine)
        release = None
        if history is not None:
            version = found.facts.version
            release = (history.find(version) if version is not None else None) or history.newest
        return _Asked(facts=found.facts, history=history, release=release)

    def _reading(self, source: EngineSource, cache: Cache) -> ReadRelease:
        """Read a release, and note what was read."""
        from .release_reading import read_release_facts

        try:
            found = read_release_facts(
                source.engine, source.source, self._request, self._workspace, cache, self._histories
            )
        except SourceError as error:
            history = self._histories.get(source.engine)
            if not self._workspace.offline or history is None or source.source is None:
                raise
            raise SourceError(f"{error}{history.nearest_words(source.source)}") from error
        self.sources += [
            Source(engine=each.engine, version=each.version, origin=each.origin, read=True)
            for each in found.inventories
        ]
        self.notices += found.notices
        return found

    # -- answers -------------------------------------------------------------------------------------

    def answer(self, target: Target | Answer, asked: Sequence[_Asked], sglang: _Asked | None) -> Answer:
        """What the engines do with one target."""
        if isinstance(target, Answer):
            return target
        options = replace(self._options, folder=target.folder)
        engines = []
        idle = []
        own = None
        for each in asked:
            presence = self._presence(target.checkpoint, each, options)
            if not self._are_named and adds_nothing(presence):
                continue
            self.answered.add(each.facts.engine)
            if presence.status not in RUNS:
                idle.append(each)
            fix = remedy_of(presence, target.checkpoint, each.history, self._histories, options, each.facts)
            engines.append(EngineAnswer(presence=presence, fix=fix))
            own = presence if each is sglang else own
        awaited = (EngineAnswer(presence=no_data_yet(target.checkpoint, name)) for name in self.awaited)
        if own is None and sglang is not None:
            own = self._presence(target.checkpoint, sglang, options)
        counting = own.runs_as if own is not None and own.status is Status.NATIVE else None
        category, source = self._category(target, counting, engines)
        name = next(iter(target.checkpoint.architectures), None)
        return Answer(
            text=target.text,
            target=target,
            engines=(*engines, *awaited),
            sglang=own,
            category=category,
            category_source=source,
            example=example_of(name, self._examples) if name is not None else None,
            near=self._near(target.checkpoint, engines, sglang),
            made_from=self._made_from(target, idle),
            recipes=self._recipes(target, engines),
        )

    def _recipes(self, target: Target, engines: Sequence[EngineAnswer]) -> tuple[Said, ...]:
        """What recipes say of a model; nothing of an architecture, or of a config that has no name."""
        if not target.is_model:
            return ()
        from .recipes.said import said_of

        environ = self._workspace.environ
        return tuple(said for each in engines for said in said_of(target, each.presence, environ))

    def _category(
        self, target: Target, counting: str | None, engines: Sequence[EngineAnswer]
    ) -> tuple[Category | None, str]:
        """The category and who says so; of a GGUF file that no engine runs there is none."""
        if target.gguf is not None and counting is None:
            counting = next((each.presence.runs_as for each in engines if each.presence.status in RUNS), None)
            if counting is None:
                return None, ""
        return category_of(target.checkpoint, counting, self._histories)

    def _made_from(self, target: Target, idle: Sequence[_Asked]) -> tuple[MadeFrom, ...]:
        """What a GGUF file may have been made from, for the engines that do not run the file itself."""
        if target.gguf is None or target.gguf.architecture is None:
            return ()
        return made_from(
            target.gguf.architecture, self._histories, [(each.facts, each.known) for each in idle]
        )

    def explain(self, message: Message, asked: Sequence[_Asked], sglang: _Asked | None) -> Explained:
        """A message, with the answers for what it names; the engine whose message it is comes first."""
        first = [each for each in asked if each.facts.engine == message.engine]
        ordered = [*first, *(each for each in asked if each not in first)]
        targets = dict.fromkeys(self._named(message, first[0] if first else sglang))
        return Explained(
            message=message,
            answers=tuple(self.answer(target, ordered, sglang) for target in targets),
        )

    def _named(self, message: Message, asked: _Asked | None) -> Iterator[Target]:
        """What a message names: architectures, model types, and what a module registers."""
        for name in message.architectures:
            yield Target(text=name, kind="architecture", checkpoint=only_named(name))
        for name in message.model_types:
            architectures = self._names.architectures_of(name)
            if architectures is None and message.kind == "key error":
                continue  # any program raises such a one
            for each in architectures or ():
                checkpoint = Checkpoint(architectures=(each,), model_type=name, given=False)
                yield Target(text=name, kind="model type", checkpoint=checkpoint)
            if not architectures:
                checkpoint = Checkpoint(architectures=(), model_type=name, given=False)
                yield Target(text=name, kind="model type", checkpoint=checkpoint)
        if message.kind == "import error" and message.module is not None and asked is not None:
            path = message.module.replace(".", "/") + ".py"
            for name, registered in asked.facts.registered.items():
                if registered.place.file == path:
                    yield Target(text=name, kind="architecture", checkpoint=only_named(name))

    def _presence(self, checkpoint: Checkpoint, asked: _Asked, options: LoadOptions) -> Presence:
        presence = presence_of(checkpoint, asked.facts, asked.known, options, self._wanted)
        if checkpoint.gguf_architecture is None or asked.known is None:
            return presence
        return with_span(presence, checkpoint, asked.known, self._histories, options)

    def _near(
        self, checkpoint: Checkpoint, engines: Sequence[EngineAnswer], sglang: _Asked | None
    ) -> tuple[Near, ...]:
        """Known names like one that nobody knows, with what SGLang does with each."""
        name = next(iter(checkpoint.architectures), None)
        if name is None or self._names.is_architecture(name):
            return ()
        if any(each.presence.status not in _NOT_THERE for each in engines):
            return ()
        if sglang is None:
            near = nearest(name, self._names.architectures())
            return tuple(Near(name=each, status=Status.UNKNOWN) for each in near)
        own = _registered(sglang.facts)
        known = self._names.architectures() | own
        return tuple(
            Near(name=each, status=self._presence(only_named(each), sglang, self._options).status)
            for each in (nearest(name, known) if name not in own else ())
        )


def _registered(facts: ReleaseFacts) -> frozenset[str]:
    """What a release registers, and what is public in its transformers: a source may have what no release has."""
    library = {} if facts.transformers is None else facts.transformers.registered
    public = (name for name, each in library.items() if each.transformers and each.transformers.exported)
    return frozenset((*facts.registered, *public))


def _origin(history: History, release: Release) -> Origin:
    return Origin(
        distribution=history.distribution_of(release),
        kind="release",
        location=release.file,
        version=release.version,
        digest=f"sha256:{release.sha256}" if release.sha256 is not None else None,
    )
