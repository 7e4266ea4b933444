"""Values followed through imports to the classes that a registry takes, from one registering module."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .bindings import Bindings
from .conditions import both
from .encoding import decode
from .literals import through_stars
from .modules import candidates
from .values import UNBOUND, Bound, Choice, ClassValue, Constant, ImportValue, Sequence, Shadowed, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from .values import Value

__all__ = ["Entry", "Follower", "Modules", "Problem", "bindings_of"]

_MAX_HOPS = 20
_MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One class that a module registers.

    Attributes:
        name: its ``__name__``: the architecture.
        line: of the registering module that names it.
        path: of the module that defines the class; ``defined_line`` is the class statement's.
        condition: under which it is registered, or None.
    """

    name: str
    line: int
    path: str
    defined_line: int
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something about a registration that cannot be said, or that the engine rejects."""

    reason: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Modules:
    """How other modules are reached.

    Attributes:
        exists: whether a path is a file of the source.
        classes: path -> name and line of those of its classes that its outline alone is sure of.
        full: path -> what ``full_facts`` says of it.
    """

    exists: Callable[[str], bool]
    classes: Callable[[str], dict[str, int]]
    full: Callable[[str], dict[str, Any]]

    def find(self, path: str, value: ImportValue) -> str | None:
        """The file of the module that an import in ``path`` names; None if the source has none."""
        for candidate in candidates(path, value.level, value.module):
            if self.exists(candidate):
                return candidate
        return None


def bindings_of(facts: dict[str, Any]) -> Bindings:
    """The bindings of ``registry.full_facts``; the names stay encoded, as few of them are asked for."""
    stars = tuple(
        (star, condition)
        for star, condition in ((decode(data), when) for data, when in facts["stars"])
        if isinstance(star, ImportValue)
    )
    forgotten = decode(facts["forgotten"]) if facts["forgotten"] else None
    return Bindings(
        stars=stars,
        forgotten=forgotten if isinstance(forgotten, Unknown) else None,
        condition=facts["condition"],
        raises=facts["raises"],
    )


_Found = list["Entry | Problem"]


class Follower:
    """Values followed to classes, from one registering module."""

    def __init__(self, home: str, modules: Modules) -> None:
        """Begin in the registering module ``home``."""
        self._home = home
        self._modules = modules
        self._steps = 0

    def registered(
        self, at: str, value: Value, line: int, *, trail: tuple[str, ...] = (), inside: bool = False
    ) -> _Found:
        """What the registry makes of a value.

        Args:
            at: the module in which the value stands.
            value: of the variable, or (``inside``) of an item of its list.
            line: of the registering module that names it.
            trail: the modules that led here; one that comes again was only half imported then.
            inside: a list within a list is no list of classes.
        """
        self._steps += 1
        if len(trail) > _MAX_HOPS or self._steps > _MAX_STEPS:
            reason = "it is imported in a circle, or through too many modules"
            return [Problem(reason=reason, line=line)]
        match value:
            case Bound():
                line = line if inside or at != self._home else value.line
                return self.registered(at, value.value, line, trail=trail, inside=inside)
            case Choice():
                ways = [
                    (test, self.registered(at, option, line, trail=trail, inside=inside))
                    for test, option in value.options
                ]
                return _one_of(ways)
            case ImportValue(attribute=None):
                return self.single(at, value, line)
            case ImportValue() | Shadowed():
                target, known = self.imported(at, value, trail)
                return self.registered(target, known, line, trail=(*trail, at), inside=inside)
            case Sequence() if value.kind == "list" and not inside:
                return self.items(at, value, line, trail)
        return self.single(at, value, line)

    def items(self, at: str, value: Sequence, line: int, trail: tuple[str, ...]) -> _Found:
        """The items of a list, and of the lists spliced into it."""
        found: _Found = []
        for index, (item_line, item) in enumerate(value.items):
            here = item_line if at == self._home else line
            if index in value.spread:
                found.extend(self.spliced(at, item, here, trail))
            else:
                found.extend(self.registered(at, item, here, trail=trail, inside=True))
        return found

    def spliced(self, at: str, value: Value, line: int, trail: tuple[str, ...]) -> _Found:
        """What a list takes in from a value that stands behind ``*`` or ``+``."""
        self._steps += 1
        if len(trail) > _MAX_HOPS or self._steps > _MAX_STEPS:
            return [Problem(reason="it is imported in a circle, or through too many modules", line=line)]
        match value:
            case Bound():
                return self.spliced(at, value.value, line, trail)
            case Choice():
                ways = [(test, self.spliced(at, option, line, trail)) for test, option in value.options]
                return _one_of(ways)
            case ImportValue(attribute=str()) | Shadowed():
                target, known = self.imported(at, value, trail)
                return self.spliced(target, known, line, (*trail, at))
            case Sequence() if value.kind in {"list", "tuple"}:
                return self.items(at, value, line, trail)
            case Unknown():
                return self.single(at, value, line)
        return [Problem(reason="what is added to the list is not a list", line=line)]

    def single(self, at: str, value: Value, line: int) -> _Found:
        """One registered value: a class, or why it is none."""
        if isinstance(value, ClassValue):
            return [Entry(name=value.name, line=line, path=at, defined_line=value.line)]
        if value == UNBOUND:
            return []
        if isinstance(value, Unknown):
            if at == self._home:
                return [Problem(reason=value.reason, line=value.line or line)]
            return [Problem(reason=f"{value.reason} ({at}:{value.line})", line=line)]
        if isinstance(value, Constant):
            what = "a string" if isinstance(value.value, str) else repr(value.value)
        else:
            what = f"a {value.kind}" if isinstance(value, Sequence) else "a module"
        reason = f"{what} is registered; the registry takes a class or a list of classes and fails"
        return [Problem(reason=reason, line=line)]

    def imported(self, at: str, value: ImportValue | Shadowed, trail: tuple[str, ...]) -> tuple[str, Value]:
        """One step along an import: the module, and what the name means there."""
        if isinstance(value, Shadowed):
            half = self._modules.find(at, value.star) in {at, *trail}
            has = None if half else self.exports(at, value.star)
            if has is None:
                reason = (
                    f"`{value.star.attribute}` may come from `import *` of {_text(value.star)}, "
                    "which cannot be read"
                )
                return at, Unknown(reason=reason, line=value.line)
            return at, value.star if has else value.otherwise
        target = self._modules.find(at, value)
        attribute = value.attribute or ""
        submodule = replace(value, module=f"{value.module}.{attribute}".lstrip("."), attribute=None)
        if target is None:
            if self._modules.find(at, submodule) is not None:
                return at, submodule  # the package is a folder without a file of its own
            reason = f"`{value.attribute}` comes from {_text(value)}, which is not a file of this source"
            return at, Unknown(reason=reason, line=value.line)
        classes = self._modules.classes(target)
        if attribute in classes:
            return target, ClassValue(name=attribute, line=classes[attribute])
        if target in {at, *trail} and attribute in self._modules.full(target).get("rebound", ()):
            reason = f"`{attribute}` is imported in a circle, and {_text(value)} binds it more than once"
            return at, Unknown(reason=reason, line=value.line)
        return self.looked_up(at, value, target, submodule)

    def looked_up(
        self, at: str, value: ImportValue, target: str, submodule: ImportValue
    ) -> tuple[str, Value]:
        """The attribute of a module of the source: its own name, one of its stars, or a submodule."""
        facts = self._modules.full(target)
        attribute = value.attribute or ""
        if "error" in facts:
            reason, line = facts["error"]
            unknown = Unknown(
                reason=f"{_text(value)} ({target}:{line}) cannot be read: {reason}", line=value.line
            )
            return at, unknown
        bound = bindings_of(facts)
        if attribute in facts["names"]:
            known = decode(facts["names"][attribute])
            if known != UNBOUND:
                return target, known
        if self._modules.find(at, submodule) is not None:
            return at, submodule
        reason = f"`{attribute}` is not defined in {_text(value)} ({target})"
        missing = Unknown(reason=reason, line=value.line)
        if not bound.stars:
            return at, bound.forgotten or missing
        return target, through_stars(attribute, bound.stars, bound.forgotten or missing)

    def exports(self, at: str, star: ImportValue, hops: int = 0) -> bool | None:
        """Whether ``from … import *`` brings a name; None where that cannot be said."""
        self._steps += 1
        target = self._modules.find(at, star)
        if target is None or hops > _MAX_HOPS or self._steps > _MAX_STEPS:
            return None
        facts = self._modules.full(target)
        if "error" in facts or facts["forgotten"]:
            return None
        name = star.attribute or ""
        if "__all__" in facts["names"]:
            listed = _strings(decode(facts["names"]["__all__"]))
            return None if listed is None else name in listed
        if name.startswith("_"):
            return False
        if name in facts["names"]:
            known = decode(facts["names"][name])
            return known != UNBOUND if known == UNBOUND or not _maybe_unbound(known) else None
        for inner, condition in reversed(bindings_of(facts).stars):
            has = self.exports(target, replace(inner, attribute=name), hops + 1)
            if has is not False:
                return has if condition is None else None
        return False


def _maybe_unbound(value: Value) -> bool:
    """Whether a name is bound only under a condition."""
    return value == UNBOUND or (
        isinstance(value, Choice) and any(_maybe_unbound(option) for _, option in value.options)
    )


def _text(value: ImportValue) -> str:
    return f"`{'.' * value.level}{value.module}`"


def _strings(value: Value) -> set[str] | None:
    """The items of a list or tuple of strings; None for any other value."""
    if isinstance(value, Bound):
        return _strings(value.value)
    if not isinstance(value, Sequence) or value.kind == "dict" or value.spread:
        return None
    items = [item.value for _, item in value.items if isinstance(item, Constant)]
    texts = {item for item in items if isinstance(item, str)}
    return texts if len(items) == len(value.items) else None


def _one_of(ways: list[tuple[str, _Found]]) -> _Found:
    """What one of several ways registers: without a condition what all of them do, else each with its own."""
    named = [
        {each.name for each in found if isinstance(each, Entry) and each.condition is None}
        for _, found in ways
    ]
    always = set.intersection(*named) if named else set()
    result: dict[tuple[str, str] | Problem, Entry | Problem] = {}
    for test, found in ways:
        for each in found:
            if isinstance(each, Problem):
                result[each] = each
            elif each.name in always:
                result.setdefault((each.name, ""), each)
            else:
                _add(result, replace(each, condition=both(test, each.condition)))
    return list(result.values())


def _add(result: dict[tuple[str, str] | Problem, Entry | Problem], entry: Entry) -> None:
    """Add an entry, or its condition to that of the same class."""
    key = (entry.name, entry.path)
    known = result.get(key)
    if isinstance(known, Entry):
        entry = replace(known, condition=f"{known.condition} or {entry.condition}")
    result[key] = entry
