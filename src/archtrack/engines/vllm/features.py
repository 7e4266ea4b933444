"""What vLLM's classes can do: each registered class is asked what its release asks of it (``interfaces``).

A class is followed through its bases as Python would. Packages of models that keep a folder per platform
(``vllm/models/…``) are read as on CUDA. Where a base cannot be found, what the class lacks is unsure.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from archtrack.core.python.class_graph import MAX_HOPS, Class, ClassGraph, is_own
from archtrack.core.python.source import candidates
from archtrack.core.verdict.release_facts import Fact
from archtrack.model import Place

from . import files
from .classes import INPUTS, class_facts
from .interfaces import interface_facts, questions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from archtrack.model import Inventory, Registration
    from archtrack.sources.library import Library

__all__ = ["features_of"]

_PACKAGE = "vllm"
_THERE = frozenset({"__call__", "__init__", "forward"})
"""What every module of torch has."""
_PLATFORMS = ("nvidia", "common")
"""The folders of a package of models that count, in this order; then what lies in no folder of a platform."""
_DECLARED = frozenset({"eagle", "pooling", "rerank"})
"""What a class may declare, and vLLM does without where it does not: it converts classes that do not pool, and asks no
class for EAGLE."""
_EMBEDDING = "_EMBEDDING_MODELS"
"""The table of the models that vLLM has for embedding; others may be converted to that."""
_MAX_WAVES = 20


def features_of(library: Library, inventory: Inventory) -> tuple[dict[str, Fact], dict[str, Any]] | None:
    """The table of features, and the rule that says which of them the release decides; None where it decides none.

    Raises:
        SourceError: a file cannot be read.
    """
    found = library.paths(*files.INTERFACES)
    asked = questions(library.facts(found, f"vllm-interfaces-{files.REVISION}", interface_facts))
    if not asked:
        return None
    graph = _Graph(_files(library, inventory))
    table: dict[str, Fact] = {}
    for each in inventory.registrations:
        cls = graph.registered(each)
        if cls is None:
            place = each.place
            value: dict[str, Any] = {
                "unsure": dict.fromkeys(asked, f"the class of {each.name} was not found")
            }
        else:
            place = Place(file=cls[0], line=graph.facts(cls)["line"])
            value = _value(graph, cls, asked)
            if _EMBEDDING in each.groups:
                value["has"] = sorted({*value.get("has", []), "embedding"})
        table[each.name] = Fact(key=each.name, place=place, value=value)
    inputs = INPUTS if graph.says_inputs() else ()
    return table, {"decided": sorted({*asked, *inputs} - _DECLARED), "path": found[0], "line": 1}


def _files(library: Library, inventory: Inventory) -> dict[str, dict[str, Any]]:
    """The facts of the files that define what is registered, and of those behind their bases."""
    there = frozenset(library.paths(*files.CLASSES))
    found: dict[str, dict[str, Any]] = {}
    wanted = {path for each in inventory.registrations for path in _defining(each, there)}
    for _ in range(_MAX_WAVES):
        new = sorted(wanted - found.keys())
        if not new:
            break
        found.update(library.facts(new, f"vllm-classes-{files.REVISION}", class_facts))
        wanted = {path for each in new for path in _behind(each, found[each]) if path in there}
    return found


def _defining(registration: Registration, there: frozenset[str]) -> Iterator[str]:
    """The file of a registered class, or a package and what lies below it."""
    path = registration.defined_in.replace(".", "/")
    if f"{path}.py" in there:
        yield f"{path}.py"
    elif f"{path}/__init__.py" in there:
        yield from (each for each in there if each.startswith(f"{path}/"))


def _behind(path: str, facts: Mapping[str, Any]) -> Iterator[str]:
    """The files that the bases and infos of a file's classes may come from."""
    named = {
        name.partition(".")[0]
        for each in facts["classes"].values()
        for name in (*each["bases"], each["info"] or "")
    } | {name.partition(".")[0] for name in facts["aliases"].values()}
    if path.endswith("/__init__.py"):
        named |= facts["imports"].keys()
    for name in named & facts["imports"].keys():
        level, module, attribute = facts["imports"][name]
        if is_own(level, module, _PACKAGE):
            yield from candidates(path, level, module)
            if attribute is not None:
                yield from candidates(path, level, f"{module}.{attribute}".lstrip("."))


class _Graph(ClassGraph):
    """vLLM's classes, on CUDA."""

    def __init__(self, found: Mapping[str, dict[str, Any]]) -> None:
        super().__init__(found, _PACKAGE)

    def says_inputs(self) -> bool:
        """Whether the release's classes say which inputs they take."""
        classes = (each for facts in self.files.values() for each in facts["classes"].values())
        return any(each["info"] is not None or each["inputs"] is not None for each in classes)

    def registered(self, registration: Registration) -> Class | None:
        """The class of a registration."""
        base = registration.defined_in.replace(".", "/")
        name = registration.class_name or registration.name
        if f"{base}.py" in self.files:
            return self.resolve(f"{base}.py", name)
        package = f"{base}/__init__.py"
        facts = self.files.get(package)
        if facts is None:
            return None
        ways = [facts["imports"][name], *facts["others"].get(name, [])] if name in facts["imports"] else []
        found = [self.of_module(package, way[0], way[1], way[2], 0) for way in ways if way[2] is not None]
        if not ways:  # a name that `__getattr__` gives, or a class of the package itself
            below = (path for path in self.files if path.startswith(f"{base}/"))
            found = [(path, name) for path in below if name in self.files[path]["classes"]]
        known = [each for each in found if each is not None]
        return min(known, key=lambda each: (_platform(each[0], base), each[0]), default=None)

    def unfound(self, cls: Class) -> str | None:
        """A base of vLLM's own, in the order of a class, that was not found; None where there is none."""
        for owner in self.order_of(cls):
            for base in self.facts(owner)["bases"]:
                if self._is_unfound(owner[0], base):
                    return f"{owner[0]}:{self.facts(owner)['line']}: the base `{base}` of {owner[1]} was not found"
        return None

    def _is_unfound(self, path: str, base: str) -> bool:
        facts = self.files[path]
        for _ in range(MAX_HOPS):
            base = facts["aliases"].get(base, base)
        head = base.partition(".")[0]
        if not base.replace(".", "").isidentifier():
            return True
        level, module, _ = facts["imports"].get(head, (0, "", None))
        if not self.is_own(level, module) and head not in facts["classes"]:
            return head not in facts["imports"] and not hasattr(builtins, head)
        return self.resolve(path, base) is None

    def bound(self, cls: Class, name: str) -> tuple[bool, Any]:
        """Whether a class of vLLM's in the order of a class binds a member, and what to."""
        for owner in self.order_of(cls):
            members = self.facts(owner)["members"]
            if name in members:
                return True, members[name]
        return False, None


def _platform(path: str, base: str) -> int:
    below = path.removeprefix(f"{base}/").split("/")[:-1]
    return next((index for index, name in enumerate(_PLATFORMS) if name in below), 1 if not below else 3)


# -- the questions ---------------------------------------------------------------------------------------


def _value(graph: _Graph, cls: Class, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The value of the row of a class."""
    if not graph.order_of(cls):
        return {
            "unsure": dict.fromkeys(asked, f"{cls[0]}: {cls[1]} inherits from more classes than are followed")
        }
    missing = graph.unfound(cls)
    has, unsure = list[str](), dict[str, str]()
    for feature, question in asked.items():
        answer = _answer(graph, cls, question)
        if answer:
            has.append(feature)
        elif answer is None or missing is not None:
            unsure[feature] = missing or f"{cls[0]}: what {cls[1]} sets for it is not plainly written"
    inputs = _inputs(graph, cls)
    if inputs is None:
        unsure |= {
            each: f"{cls[0]}: which inputs {cls[1]} takes is decided as it runs"
            for each in INPUTS
            if each not in has
        }
    has += [each for each in inputs or () if each not in has]
    found: dict[str, Any] = {"has": sorted(has)} if has else {}
    return {**found, "unsure": dict(sorted(unsure.items()))} if unsure else found


def _answer(graph: _Graph, cls: Class, question: Any) -> bool | None:
    """What a class answers; None where that cannot be told."""
    kind, *rest = question
    match kind:
        case "all" | "any":
            return _joined([_answer(graph, cls, each) for each in rest], every=kind == "all")
        case "members":
            return all(name in _THERE or graph.bound(cls, name)[0] for name in rest)
        case "attribute":
            there, value = graph.bound(cls, rest[0])
            return None if there and value is None else bool(value)
        case "value":
            return any(graph.facts(each)["members"].get(rest[0]) == rest[1] for each in graph.order_of(cls))
        case "base":
            return any(each[1] == rest[0] for each in graph.order_of(cls))
        case "keyword":
            there, value = graph.bound(cls, rest[0])
            if not there:
                return False
            return rest[1] in value or "**" in value if isinstance(value, list) else None
        case _:
            return None


def _joined(answers: list[bool | None], *, every: bool) -> bool | None:
    if (not every) in answers:
        return not every
    return None if None in answers else every


def _inputs(graph: _Graph, cls: Class) -> Iterable[str] | None:
    """The inputs that a class takes besides text; None where that cannot be told."""
    for owner in graph.order_of(cls):
        facts = graph.facts(owner)
        if facts["info"] is not None:
            info = graph.resolve(owner[0], facts["info"])
            return None if info is None else _limits(graph, info)
        if facts["inputs"] is not None:
            named: list[str] = facts["inputs"]
            return [each for each in named if each in INPUTS]
    return ()


def _limits(graph: _Graph, info: Class) -> Iterable[str] | None:
    for owner in graph.order_of(info):
        limits: list[str] | None = graph.facts(owner)["inputs"]
        if limits is not None:
            return None if "?" in limits else [each for each in INPUTS if each in limits]
    return None
