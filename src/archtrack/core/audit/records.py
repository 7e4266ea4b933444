"""The claims of lists and mappings: which architecture or model an engine has, and from which release on.

A mapping that names an architecture or a model (``architectures``, ``model_id``), an engine (``engine``, ``backend``)
and a release (``version``, ``min_version``, ``min_vllm``) claims that. What it does not name, the mapping around it
may. Read as well are a mapping from an engine's name to a release, a requirement (``vllm>=0.22.0``), a mapping from the
ids of models, and a list or mapping of which at least half the texts are architectures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from .claims import Claim, Reach
from .tree import Listed, Mapped, Text
from .words import (
    is_id,
    release_in,
    release_key,
    requirement_in,
    speaks_of_version,
    squashed,
    takes_away,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .tree import Node
    from .words import Engines

__all__ = ["AWAY", "NOWHERE", "Context", "are_architectures", "attached", "bounded", "claims_of"]

_ARCHITECTURES = frozenset(
    {"architecture", "architectures", "modelarchitecture", "modelarchitectures", "arch"}
)
_MODELS = frozenset(
    {
        "hfid", "hfmodel", "hfmodelid", "hfrepo", "hfrepoid", "huggingfaceid", "huggingfacemodel", "huggingfacemodelid",
        "huggingfacerepo", "huggingfacerepoid", "model", "modelid", "models", "repo", "repoid",
    }
)  # fmt: skip
_ENGINES = frozenset(
    {
        "backend", "backends", "engine", "engines", "framework", "frameworks", "inferenceengine", "inferenceengines",
        "runtime", "runtimes", "servingengine",
    }
)  # fmt: skip
_NAMES = frozenset({"id", "modelname", "name"})
"""What may name an architecture, a model by its id, or an engine, and may name anything else."""
_TAKEN = _ARCHITECTURES | _MODELS | _ENGINES
_NOTHING = frozenset({"", "*", "-", "any", "latest", "n/a", "none", "null", "~"})
"""What names no release where one may stand."""
_REQUIRED = frozenset({"needs", "requirement", "requirements", "requires"})
_MOST = 10
"""Names of one record; of those behind them nothing can be said."""
_CLAIMS = 100_000
"""Of one file; one that makes more is refused."""
_AGAIN = 100_000
"""Parts that are read again, as aliases name them below other names."""
_KEYS = 20
"""Keys that are remembered, for a file without a claim."""

AWAY = "it may be taken away or left out there"
"""Why it is not understood what something is named for."""

Named: TypeAlias = "tuple[Text, str, Reach, tuple[int, int]]"
"""A release that is named: the text that does, the release, which others it takes, and its place in the text."""


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a part of a file.

    Attributes:
        names: of the architectures or models that it is about.
        are_models: they are names of models.
        engine: which engine is meant; None where none is named.
        others: those that are meant as well.
        problem: why that is not understood; None where it is.
        release: the release that is named, and which others it takes; None where none is.
        by_key: the key of a mapping names what it is about.
        is_away: a name around it says that what is there is taken away, or left out.
    """

    names: tuple[Text, ...] = ()
    are_models: bool = False
    engine: str | None = None
    others: tuple[str, ...] = ()
    problem: str | None = None
    release: Named | None = None
    by_key: bool = False
    is_away: bool = False


NOWHERE = Context()
"""What stands around a whole file."""


def claims_of(
    root: Node,
    engines: Engines,
    known: Collection[str],
    around: Context = NOWHERE,
    keys: dict[str, None] | None = None,
) -> tuple[Claim, ...]:
    """The claims of a tree, by their places.

    Args:
        root: the tree. A part that stands in several places of it is read once for each thing that it may be about.
        engines: those that there is data of.
        known: the architectures that there are.
        around: what stands around it.
        keys: gets the first keys that say nothing that is known.

    Raises:
        ValueError: it makes too many claims, or its aliases stand for too much.
    """
    reader = _Reader(engines, known, {} if keys is None else keys)
    reader.waiting.append((root, around))
    while reader.waiting:
        reader.take(*reader.waiting.pop())
    # What an alias names below two names may say the same of both.
    return tuple(sorted(dict.fromkeys(reader.claims), key=lambda claim: (claim.line, claim.column)))


def attached(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that name an engine, where any does, and those that name a release.

    What else such a file lists is no claim about an engine.
    """
    named = any(each.engine is not None or each.unclear not in {None, AWAY} for each in claims)
    return tuple(
        each
        for each in claims
        if not named or {each.engine, each.unclear, each.release, each.unread} - {AWAY} != {None}
    )


def bounded(claims: Sequence[Claim]) -> None:
    """Refuse a file that makes too many claims.

    Raises:
        ValueError: it does.
    """
    if len(claims) > _CLAIMS:
        raise ValueError(f"it makes more than {_CLAIMS:,} claims")


def are_architectures(texts: Sequence[Text], known: Collection[str]) -> bool:
    """Whether texts are a list of architectures: at least half of them are known ones."""
    return bool(texts) and 2 * sum(each.value in known for each in texts) >= len(texts)


class _Reader:
    """One pass over a tree, without recursion."""

    def __init__(self, engines: Engines, known: Collection[str], keys: dict[str, None]) -> None:
        self.waiting: list[tuple[Node, Context]] = []
        self.claims: list[Claim] = []
        self._keys = keys
        self._engines = engines
        self._known = known
        self._seen: set[tuple[int, Context]] = set()
        self._once: set[int] = set()
        self._again = 0

    def take(self, node: Node, context: Context) -> None:
        """The claims of a node; what it holds is left waiting."""
        if isinstance(node, Text):
            self._required(node, context)
        elif (id(node), context) not in self._seen:
            if id(node) in self._once:
                self._again += 1 + len(node.items if isinstance(node, Listed) else node.pairs)
            if self._again > _AGAIN:
                raise ValueError("its aliases stand for too much")
            self._once.add(id(node))
            self._seen.add((id(node), context))
            if isinstance(node, Listed):
                self._list(node, context)
            else:
                self._mapping(node, context)

    def _list(self, node: Listed, context: Context) -> None:
        texts = [each for each in node.items if isinstance(each, Text)]
        if are_architectures(texts, self._known):
            self.claims += (_claim(each, replace(context, are_models=False)) for each in texts)
            bounded(self.claims)
            self.waiting += ((each, context) for each in node.items if not isinstance(each, Text))
        else:
            self.waiting += ((each, context) for each in node.items)

    def _required(self, node: Text, context: Context) -> None:
        """A requirement of an engine, of what is spoken of."""
        found = requirement_in(node.value, self._engines) if context.names else None
        if found is not None:
            engine, release, reach, place = found
            said = replace(
                context, engine=engine, others=(), problem=None, release=(node, release, reach, place)
            )
            self._say(said, node)

    def _mapping(self, node: Mapped, context: Context) -> None:
        record = _record(node, context, self._engines, self._known)
        own = context.by_key or record.names is not context.names
        releases, unread = _releases(node, record, self._engines)
        first = next((each for each in releases if each[0].engine == record.engine), None)
        keyed = {each.engine for each, _ in releases}
        rest = tuple(name for name in record.others if name not in keyed)
        if first is not None:
            if rest and not first[0].others and own:
                self._say(replace(record, engine=rest[0], others=rest[1:]), unread=unread)
            record = first[0]
        record = replace(record, others=tuple(name for name in record.others if name in rest))
        # What says since when each engine has it is no claim that any has it today.
        instead = first is None and bool(releases) and record.engine is None
        if (record != context or (unread and own)) and not instead:
            self._say(record, unread=unread if own else None)
        for each, at in (each for each in releases if each is not first):
            self._say(each, at, unread=unread if own else None)
        by_name = are_architectures([key for key, _ in node.pairs if not is_id(key.value)], self._known)
        for key, value in node.pairs:
            self._pair(key, value, record, by_name=by_name)

    def _pair(self, key: Text, value: Node, record: Context, *, by_name: bool) -> None:
        """What a pair of a mapping says besides; what it holds is left waiting."""
        found = release_in(value.value) if isinstance(value, Text) else None
        if squashed(key.value) in _TAKEN and not isinstance(value, Mapped):
            # What is a text there was read; a record is a record wherever it stands.
            items = value.items if isinstance(value, Listed) else ()
            self.waiting += (
                (each, replace(record, by_key=False)) for each in items if not isinstance(each, Text)
            )
            return
        engine = self._engines.named(key.value) or self._engines.among(words_of(key.value))
        names_one = is_id(key.value) or by_name
        released = release_key(key.value, self._engines)
        inner = replace(record, by_key=False)
        if not names_one and takes_away(key.value):
            inner = replace(inner, is_away=True)
        if released is not None and found is not None:
            return
        if names_one:
            inner = replace(inner, names=(key,), are_models=is_id(key.value), by_key=True)
        elif engine is not None:
            inner = replace(inner, engine=engine, others=(), problem=None, release=None)
        elif released is None and len(self._keys) < _KEYS:
            self._keys[key.value[:40]] = None
        if isinstance(value, Text) and found is not None and names_one:
            release, reach, place = found
            self._say(replace(inner, release=(value, release, reach or Reach.SINCE, place)), value)
        else:
            self.waiting.append((value, inner))

    def _say(self, context: Context, at: Text | None = None, unread: str | None = None) -> None:
        self.claims += (
            replace(_claim(name, context, at), unread=unread, engine=engine)
            for name in context.names[:_MOST]
            for engine in (context.engine, *context.others)
        )
        # What else the record names rests on the same release: it is not changed for the first of them alone.
        self.claims += (
            replace(
                _claim(name, context, at), unclear=f"names behind the first {_MOST} of a record are not read"
            )
            for name in context.names[_MOST:]
        )
        bounded(self.claims)


def _record(node: Mapped, context: Context, engines: Engines, known: Collection[str]) -> Context:
    """What a mapping is about, by itself and by what stands around it; without the releases that it names."""
    values = {squashed(key.value): value for key, value in node.pairs}
    architectures = [each for key in values if key in _ARCHITECTURES for each in _texts(values[key])]
    models = [each for key in values if key in _MODELS for each in _models(values[key])]
    maybe = [value for key, value in values.items() if key in _NAMES and isinstance(value, Text)]
    if not architectures and not models:
        architectures = [each for each in maybe if each.value in known]
        models = [each for each in maybe if is_id(each.value)]
    if architectures or (models and (context.are_models or not context.names)):
        names = tuple((architectures or models)[: _MOST + 1])
        context = replace(context, names=names, are_models=not architectures)
    said = [each for key in values if key in _ENGINES for each in _texts(values[key])]
    said = said or [each for each in maybe if engines.named(each.value)]
    if said:
        required = requirement_in(said[0].value, engines) if len(said) == 1 else None
        if required is not None:
            engine, release, reach, place = required
            named = (said[0], release, reach, place)
            return replace(context, engine=engine, others=(), problem=None, release=named)
        every = tuple(dict.fromkeys(name for each in said if (name := engines.named(each.value)) is not None))
        problem = None if every else f"no engine is called `{said[0].value[:40]}`"
        context = replace(
            context, engine=every[0] if every else None, others=every[1:], problem=problem, release=None
        )
    return context


def _models(node: Node) -> list[Text]:
    """The models that a text or a list names, or a mapping of one: ``{id: …}``."""
    if not isinstance(node, Mapped):
        return _texts(node)
    inner = (value for key, value in node.pairs if squashed(key.value) in _NAMES | _MODELS)
    return [each for each in inner if isinstance(each, Text) and is_id(each.value)][:1]


def _releases(
    node: Mapped, record: Context, engines: Engines
) -> tuple[list[tuple[Context, Text]], str | None]:
    """The releases that the keys of a mapping name, the least first; and a version that is not read, in words."""
    found: list[tuple[Context, Text]] = []
    unread = None
    # A version alone is that of the engine only where the engine stands beside it.
    keys = {squashed(key.value) for key, _ in node.pairs}
    beside = bool(keys & _ENGINES) or any(
        squashed(key.value) in _NAMES and isinstance(value, Text) and engines.named(value.value)
        for key, value in node.pairs
    )
    for key, value in node.pairs:
        if not isinstance(value, Text) or is_id(key.value):
            continue
        asked = release_key(key.value, engines)
        release = release_in(value.value)
        if asked is not None and (beside or squashed(key.value) != "version"):
            engine, reach = asked
            around = record if engine is None else replace(record, engine=engine, others=(), problem=None)
            if release is not None:
                said = (value, release[0], release[1] or reach, release[2])
                found.append((replace(around, release=said), value))
            elif not requirement_in(value.value, engines) and _names_some(key, value, engines):
                unread = unread or _unread(key, value)
        elif (
            release is not None
            and "." in release[0]
            and (asked is not None or speaks_of_version(key.value, engines))
        ):
            unread = unread or _unread(key, value)
    found.sort(key=lambda each: each[0].release is not None and each[0].release[2] is Reach.IN)
    return found, unread


def _names_some(key: Text, value: Text, engines: Engines) -> bool:
    """Whether a text may name a release in words that are not known; what is required may be anything else."""
    if squashed(key.value) in _REQUIRED:
        return engines.among(words_of(value.value[:100])) is not None
    return value.value.strip().casefold() not in _NOTHING


def _unread(key: Text, value: Text) -> str:
    return f"what `{key.value[:40]}: {value.value[:40]}` is the version of is not known"


def _texts(node: Node) -> list[Text]:
    """The text, or the texts of a list."""
    if isinstance(node, Text):
        return [node]
    return [each for each in node.items if isinstance(each, Text)] if isinstance(node, Listed) else []


def _claim(name: Text, context: Context, at: Text | None = None) -> Claim:
    """What is said of a name; where the release is named, or else the name."""
    place = at or name
    found = Claim(
        name=name.value,
        line=place.line,
        column=place.column,
        is_model=context.are_models,
        engine=context.engine,
        unclear=context.problem or (AWAY if context.is_away else None),
    )
    if context.release is None:
        return found
    text, release, reach, (start, end) = context.release
    where = None if text.start is None else (text.start + start, text.start + end)
    return replace(found, release=release, reach=reach, where=where)
