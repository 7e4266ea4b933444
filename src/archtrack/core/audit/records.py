"""The claims of lists and mappings: which architecture or model an engine has, and from which release on.

A mapping that names an architecture or a model (``architectures``, ``model_id``), an engine (``engine``, ``backend``)
and a release (``version``, ``min_version``) claims that. What it does not name, the mapping around it may. Read as well
are a mapping from an engine's name to a release, a requirement (``vllm>=0.22.0``), and a list or mapping of which at
least half the texts are architectures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from .claims import Claim, Reach
from .tree import Listed, Mapped, Text
from .words import release_in, requirement_in, squashed, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .tree import Node
    from .words import Engines

__all__ = ["NOWHERE", "Context", "are_architectures", "attached", "claims_of"]

_ARCHITECTURES = frozenset(
    {"architecture", "architectures", "modelarchitecture", "modelarchitectures", "arch"}
)
_MODELS = frozenset(
    {
        "hfid", "hfmodel", "hfrepo", "huggingfaceid", "huggingfacerepoid", "model", "modelid", "models", "repo",
        "repoid",
    }
)  # fmt: skip
_ENGINES = frozenset({"backend", "engine", "framework", "inferenceengine", "runtime", "servingengine"})
_RELEASES = frozenset({"backendversion", "engineversion", "frameworkversion", "runtimeversion", "version"})
_SINCE = frozenset(
    {
        "addedin", "introducedin", "minbackendversion", "minengineversion", "minimumengineversion", "minimumversion",
        "minversion", "since", "sinceversion",
    }
)  # fmt: skip
_TAKEN = _ARCHITECTURES | _MODELS | _ENGINES | _RELEASES | _SINCE
_MOST = 10
"""Names of one record; those behind them are passed over."""

Named: TypeAlias = "tuple[Text, str, Reach, tuple[int, int]]"
"""A release that is named: the text that does, the release, which others it takes, and its place in the text."""


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a part of a file.

    Attributes:
        names: of the architectures or models that it is about.
        are_models: they are names of models.
        engine: which engine is meant; None where none is named.
        problem: why that is not understood; None where it is.
        release: the release that is named, and which others it takes; None where none is.
    """

    names: tuple[Text, ...] = ()
    are_models: bool = False
    engine: str | None = None
    problem: str | None = None
    release: Named | None = None


NOWHERE = Context()
"""What stands around a whole file."""


def claims_of(
    root: Node, engines: Engines, known: Collection[str], around: Context = NOWHERE
) -> tuple[Claim, ...]:
    """The claims of a tree, by their places.

    Args:
        root: the tree. A part that stands in several places of it is read once for each engine.
        engines: those that there is data of.
        known: the architectures that there are.
        around: what stands around it.
    """
    reader = _Reader(engines, known)
    reader.waiting.append((root, around))
    while reader.waiting:
        reader.take(*reader.waiting.pop())
    return tuple(sorted(reader.claims, key=lambda claim: (claim.line, claim.column)))


def attached(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that name an engine, where any does: what else such a file lists is no claim about an engine."""
    named = tuple(each for each in claims if each.engine is not None or each.unclear is not None)
    return named or tuple(claims)


def are_architectures(texts: Sequence[Text], known: Collection[str]) -> bool:
    """Whether texts are a list of architectures: at least half of them are known ones."""
    return bool(texts) and 2 * sum(each.value in known for each in texts) >= len(texts)


class _Reader:
    """One pass over a tree, without recursion."""

    def __init__(self, engines: Engines, known: Collection[str]) -> None:
        self.waiting: list[tuple[Node, Context]] = []
        self.claims: list[Claim] = []
        self._engines = engines
        self._known = known
        self._seen: set[tuple[int, str | None]] = set()

    def take(self, node: Node, context: Context) -> None:
        """The claims of a node; what it holds is left waiting."""
        if isinstance(node, Text):
            self._required(node, context)
        elif (id(node), context.engine) not in self._seen:
            self._seen.add((id(node), context.engine))
            if isinstance(node, Listed):
                self._list(node, context)
            else:
                self._mapping(node, context)

    def _list(self, node: Listed, context: Context) -> None:
        texts = [each for each in node.items if isinstance(each, Text)]
        if are_architectures(texts, self._known):
            self.claims += (_claim(each, replace(context, are_models=False)) for each in texts)
            self.waiting += ((each, context) for each in node.items if not isinstance(each, Text))
        else:
            self.waiting += ((each, context) for each in node.items)

    def _required(self, node: Text, context: Context) -> None:
        """A requirement of an engine, of what is spoken of."""
        found = requirement_in(node.value, self._engines) if context.names else None
        if found is not None:
            engine, release, reach, place = found
            said = replace(context, engine=engine, problem=None, release=(node, release, reach, place))
            self._say(said, node)

    def _mapping(self, node: Mapped, context: Context) -> None:
        record = _record(node, context, self._engines)
        if record != context and record.names:
            self._say(record)
        by_name = are_architectures([key for key, _ in node.pairs], self._known)
        for key, value in node.pairs:
            if squashed(key.value) in _TAKEN and not isinstance(value, Mapped):
                continue
            inner = replace(record, names=(key,), are_models=False) if by_name else record
            called = self._engines.named(key.value)
            engine = called or self._engines.among(words_of(key.value))
            if engine is not None:
                inner = replace(inner, engine=engine, problem=None, release=None)
            found = release_in(value.value) if isinstance(value, Text) else None
            if isinstance(value, Text) and found is not None and inner.names and (by_name or called):
                release, reach, place = found
                self._say(replace(inner, release=(value, release, reach or Reach.SINCE, place)), value)
            else:
                self.waiting.append((value, inner))

    def _say(self, context: Context, at: Text | None = None) -> None:
        self.claims += (_claim(name, context, at) for name in context.names)


def _record(node: Mapped, context: Context, engines: Engines) -> Context:
    """What a mapping is about: what it says itself, and what stands around it."""
    values = {squashed(key.value): value for key, value in reversed(node.pairs)}
    architectures = [each for key in values if key in _ARCHITECTURES for each in _texts(values[key])]
    models = [each for key in values if key in _MODELS for each in _texts(values[key])]
    if architectures or (models and (context.are_models or not context.names)):
        names = tuple((architectures or models)[:_MOST])
        context = replace(context, names=names, are_models=not architectures)
    said = next((each for key in values if key in _ENGINES for each in _texts(values[key])), None)
    if said is not None:
        engine = engines.named(said.value)
        problem = None if engine else f"no engine is called `{said.value[:40]}`"
        context = replace(context, engine=engine, problem=problem, release=None)
    if context.engine is None:
        return context
    for key, value in values.items():
        # A version alone is that of the engine only where the engine stands beside it.
        if isinstance(value, Text) and (key in _SINCE or (key in _RELEASES and (said or key != "version"))):
            found = release_in(value.value)
            if found is not None:
                release, reach, place = found
                reach = reach or (Reach.SINCE if key in _SINCE else Reach.IN)
                return replace(context, release=(value, release, reach, place))
    return context


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
        unclear=context.problem,
    )
    if context.release is None:
        return found
    text, release, reach, (start, end) = context.release
    where = None if text.start is None else (text.start + start, text.start + end)
    return replace(found, release=release, reach=reach, where=where)
