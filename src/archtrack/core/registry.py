"""What a module's registry variable (SGLang's ``EntryClass``) registers.

``full_facts`` reads one module, ``resolve_entries`` follows what it says into other modules. The plain shapes are
read faster, by ``plain.plain_entries``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .bindings import bindings
from .conditions import both
from .encoding import decode, encode
from .follow import Entry, Follower, Modules, Problem, bindings_of
from .literals import through_stars
from .modules import parse
from .outline import outline
from .plain import changed_in_bodies
from .values import UNBOUND, Unknown

__all__ = ["STOPS", "Entry", "Modules", "Problem", "facts_of", "full_facts", "resolve_entries"]

STOPS = "the engine stops with an assertion"
"""How the reason ends where a name is registered a second time: it is known, and hides nothing else."""


def full_facts(data: bytes) -> dict[str, Any]:
    """A module's bindings as JSON: ``{"names": {name: value}, "stars": …, …}``, or ``{"error": [reason, line]}``.

    Reads the module without the bodies of its functions and classes where they cannot matter.

    Args:
        data: of a file that is known to parse.
    """
    read = outline(data)
    short = read.reduced() if read is not None else None
    if read is None or short is None:
        return facts_of(data)
    facts = facts_of(short)
    if "error" in facts:
        return facts_of(data)
    changed = changed_in_bodies(read.data, short, facts["names"], stars=bool(facts["stars"]))
    if changed is None:
        return facts_of(data)
    for name, line in changed.items():
        unknown = Unknown(reason=f"`{name}` is also changed inside a function", line=line)
        facts["names"][name] = encode(unknown)
    return facts


def facts_of(data: bytes) -> dict[str, Any]:
    """As ``full_facts``, always from the whole text."""
    try:
        tree = parse(data)
    except SyntaxError as error:
        return {"error": [str(error.msg), error.lineno or 0]}
    bound = bindings(tree)
    if bound.problem is not None:
        return {"error": [bound.problem, 0]}
    return {
        "names": {name: encode(value) for name, value in bound.names},
        "stars": [[encode(star), condition] for star, condition in bound.stars],
        "forgotten": encode(bound.forgotten) if bound.forgotten else None,
        "condition": bound.condition,
        "raises": bound.raises,
        "rebound": sorted(bound.rebound),
    }


def resolve_entries(path: str, variable: str, modules: Modules) -> tuple[list[Entry], list[Problem]]:
    """What the registry makes of a module's variable.

    The registry takes a class or a list of classes; of a tuple, a string and everything else it reads
    ``__name__`` and fails, so those are problems.

    Args:
        path: of the module.
        variable: the registry variable's name.
        modules: how to reach other modules.
    """
    facts = modules.full(path)
    if "error" in facts:
        return [], [Problem(reason=facts["error"][0], line=facts["error"][1])]
    bound = bindings_of(facts)
    if variable in facts["names"]:
        value = decode(facts["names"][variable])
    else:
        value = through_stars(variable, bound.stars, bound.forgotten or UNBOUND)
    found = Follower(path, modules).registered(path, value, value.line)
    problems: dict[Problem, None] = dict.fromkeys(each for each in found if isinstance(each, Problem))
    entries = [
        replace(each, condition=both(bound.condition, each.condition))
        for each in found
        if isinstance(each, Entry)
    ]
    if bound.raises is not None and entries:
        reason = "the module raises here when it is imported; the engine then skips it"
        problems[Problem(reason=reason, line=bound.raises)] = None
        entries = []
    return entries, list(problems)
