"""The use case of ``check``: what an engine does with architectures, configs, repositories and error messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from archtrack.core.matrix.status import status_of
from archtrack.core.verdict.aliases import aliases
from archtrack.core.verdict.checkpoint import only_named
from archtrack.core.verdict.config_classes import ConfigClasses, class_facts
from archtrack.core.verdict.context import Context, Rules
from archtrack.core.verdict.decision import decide
from archtrack.core.verdict.suggestions import nearest
from archtrack.engines.base import Decides
from archtrack.engines.transformers.auto_tables import classes_by_type
from archtrack.errors import ArchtrackError, UsageError
from archtrack.hub.targets import Target, open_target
from archtrack.model import Place, Status
from archtrack.sources.library import Library
from archtrack.sources.redaction import shown_argument

from .presence import as_decided, presences
from .track import read_both

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from archtrack.config.settings import Settings
    from archtrack.core.history.presence import Presence
    from archtrack.core.verdict.error_messages import Message
    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory
    from archtrack.sources.cache import Cache
    from archtrack.sources.workspace import Workspace

    from .history.store import Histories
    from .request import Request
    from .track import Both, Track

__all__ = ["Answer", "Checked", "Explained", "Near", "check", "decided", "explain"]

AUTO = "transformers/models/auto/modeling_auto.py"
CONFIGS = "transformers/models/*/configuration_*.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A known architecture whose name is like one that is not known."""

    name: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found out about one target.

    Attributes:
        text: the target as the user gave it.
        target: what it was; None where it could not be read.
        verdict: the answer; None where there is an error.
        near: known names like the one asked for, where that is not known.
        engines: whether the newest release of each engine has the first architecture, by the histories.
        error: why there is no answer.
        exit_code: that the error stands for; 0 without one.
    """

    text: str
    target: Target | None = None
    verdict: Verdict | None = None
    near: tuple[Near, ...] = ()
    engines: tuple[Presence, ...] = ()
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One message of an engine, with what the sources say of the architectures that it names."""

    message: Message
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """All answers, and what they rest on.

    Attributes:
        answers: one per target, in order.
        messages: one per message of a log.
        inventories: what was read: the engine first, transformers second.
        notices: what the user should know about how they came to be.
    """

    answers: tuple[Answer, ...]
    messages: tuple[Explained, ...]
    inventories: tuple[Inventory, ...]
    notices: tuple[str, ...]


def check(
    targets: Iterable[str | Target],
    request: Request,
    settings: Settings,
    workspace: Workspace,
    *,
    messages: Sequence[Message] = (),
    histories: Histories | None = None,
    draft: bool = False,
    pooled: bool = False,
) -> Checked:
    """What the engine does with each target, and what is behind each message.

    A target that cannot be read has an error in its answer; the others are answered all the same.

    Args:
        targets: names, paths and repositories, or such as have been read already.
        request: which sources.
        settings: overrides.
        workspace: where the run takes place.
        messages: found in a log.
        histories: of every engine; None to look at no other engine.
        draft: the targets are loaded as draft models.
        pooled: the engine is told to serve them as embedding models.

    Raises:
        UsageError: a specification means nothing, or not one target is any.
        SourceError: the engine or transformers cannot be read.
    """
    opened = [_opened(target, workspace) for target in targets]
    if opened and not messages and all(_is_none(each) for each in opened):
        raise UsageError(next(each.error or "" for each in opened if isinstance(each, Answer)))
    with workspace.open_cache() as cache:
        both = read_both(request, settings, workspace, cache)
        context = _context(both, cache)
        answers = tuple(
            _with_engines(
                _answer(target, context, draft=draft, pooled=pooled),
                histories,
                (context.engine, context.version),
            )
            for target in opened
        )
        explained = tuple(explain(message, context) for message in messages)
    return Checked(
        answers=answers,
        messages=explained,
        inventories=both.track.matrix.inventories,
        notices=both.track.notices,
    )


def decided(
    names: Iterable[str], request: Request, settings: Settings, workspace: Workspace
) -> tuple[dict[str, Verdict], Track]:
    """What the engine does with each of many architectures, as ``check`` says it of a name; and what was read.

    Raises:
        UsageError: a specification means nothing.
        SourceError: the engine or transformers cannot be read.
    """
    with workspace.open_cache() as cache:
        both = read_both(request, settings, workspace, cache)
        context = _context(both, cache)
        return {name: decide(only_named(name), context) for name in names}, both.track


def explain(message: Message, context: Context) -> Explained:
    """A message, with the answers for the architectures that it names or that its module registers."""
    names = message.architectures
    if message.module is not None:
        path = message.module.replace(".", "/") + ".py"
        names = tuple(name for name, native in context.natives.items() if native.place.file == path)
    named = [Target(text=name, kind="architecture", checkpoint=only_named(name)) for name in names]
    return Explained(message=message, answers=tuple(_answer(each, context) for each in named))


def _opened(asked: str | Target, workspace: Workspace) -> Target | Answer:
    """A target, or why it cannot be read."""
    if isinstance(asked, Target):
        return asked
    try:
        return open_target(asked, folder=workspace.folder, offline=workspace.offline)
    except ArchtrackError as error:
        return Answer(text=shown_argument(asked), error=str(error), exit_code=error.exit_code)


def _is_none(opened: Target | Answer) -> bool:
    """Whether the text means nothing: no source need be read to say so."""
    return isinstance(opened, Answer) and opened.exit_code == UsageError.exit_code


def _answer(
    target: Target | Answer, context: Context, *, draft: bool = False, pooled: bool = False
) -> Answer:
    if isinstance(target, Answer):
        return target
    verdict = decide(target.checkpoint, context, draft=draft, pooled=pooled)
    near: tuple[Near, ...] = ()
    if verdict.status in {Status.UNSUPPORTED, Status.REMOTE_CODE} and verdict.asked:
        near = tuple(_near(verdict.asked[0], context))
    return Answer(text=target.text, target=target, verdict=verdict, near=near)


def _with_engines(answer: Answer, histories: Histories | None, read: tuple[str, str | None]) -> Answer:
    """The answer, with what every engine does with the same architecture; ``read`` is the one that was asked."""
    if histories is None or answer.verdict is None or not answer.verdict.asked:
        return answer

    verdict, asked = answer.verdict, answer.verdict.asked
    engines = presences(asked[0], histories)
    # With several architectures the verdict may be on another one than the first; what a name alone would run as it
    # overrules all the same.
    engines = tuple(
        as_decided(each, verdict)
        if (each.engine, each.release.version) == read and (len(asked) == 1 or each.runs_as is not None)
        else each
        for each in engines
    )
    return replace(answer, engines=engines)


def _near(name: str, context: Context) -> Iterable[Near]:
    if name in context.natives or name in context.public:
        return
    others = {each.name for each in aliases(context.natives, context.rules)}
    if name in others:
        return
    for other in nearest(name, context.natives.keys() | context.public.keys() | others):
        native = context.natives.get(other)
        flaw = context.broken.get(native.place.file) if native is not None else None
        status = Status.NATIVE if other in others else status_of(native, context.public.get(other), flaw)
        yield Near(name=other, status=status)


def _context(both: Both, cache: Cache) -> Context:
    matrix = both.track.matrix
    inventory, public = matrix.inventories[:2]
    engine = both.engine.engine
    rules = Rules()
    if isinstance(engine, Decides):
        rules = engine.rules(Library(both.engine.source, cache), inventory)
    rules = replace(rules, types=_types(both, cache))
    return Context(
        engine=inventory.engine,
        version=inventory.version,
        library=f"transformers {public.version or ''}".strip(),
        natives=inventory.by_name(),
        public=public.by_name(),
        rows={row.name: row for row in matrix.rows},
        broken=both.broken,
        rules=rules,
        configs=_once(lambda: _configs(both, cache)),
    )


def _types(both: Both, cache: Cache) -> dict[str, tuple[str, str, Place]]:
    """Model type -> class, table and place, as transformers' auto tables have it."""
    library = Library(both.transformers.source, cache)
    if not library.paths(AUTO):
        return {}
    facts = library.facts((AUTO,), "transformers-types-3", classes_by_type)[AUTO]
    return {key: (name, table, Place(file=AUTO, line=line)) for key, (name, table, line) in facts.items()}


def _configs(both: Both, cache: Cache) -> ConfigClasses:
    """Transformers' configuration classes."""
    library = Library(both.transformers.source, cache)
    library.expect(CONFIGS)
    return ConfigClasses(library.facts(library.paths(CONFIGS), "transformers-config-classes-2", class_facts))


def _once(make: Callable[[], ConfigClasses]) -> Callable[[], ConfigClasses]:
    """``make``, called at most once."""
    return cache(make)
