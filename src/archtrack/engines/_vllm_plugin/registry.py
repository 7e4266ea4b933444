"""What a plugin of vLLM registers: the calls of its modules, joined."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from archtrack.core.python.tables import table_facts
from archtrack.engines._versions import version_of
from archtrack.errors import SourceError
from archtrack.model import Inventory, Place, Registration, Unresolved
from archtrack.sources.pins import pins_of

from .calls import call_facts, table_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from archtrack.sources.library import Library

    from .declaration import VLLMPlugin

__all__ = ["scan"]


def scan(plugin: VLLMPlugin, library: Library) -> Inventory:
    """What the modules of a plugin register.

    Args:
        plugin: whose calls to read.
        library: the release.

    Raises:
        SourceError: a file cannot be read, or it is not the plugin.
    """
    package = plugin.layout.package
    paths = library.paths(f"{package}/**/*.py")
    if not paths:
        raise SourceError(
            f"{library.origin.location} has no module of {package}: it is not {plugin.name} {plugin.since} or later"
        )
    extract = partial(call_facts, called=plugin.called, own_tables=plugin.own_tables)
    facts = library.facts(paths, f"{plugin.name}-calls-{plugin.revision}", extract)
    found = [each for path in paths for each in _found(path, facts[path], library, paths)]
    found += [
        Unresolved(reason=f"no module has its `{table}`", place=Place(file=f"{package}/__init__.py", line=0))
        for table in plugin.own_tables
        if not any(table in each["own"] for each in facts.values())
    ]
    rows: dict[str, list[_Row]] = {}
    for each in found:
        if isinstance(each, tuple):
            rows.setdefault(each[0], []).append(each)
    return Inventory(
        engine=plugin.name,
        version=version_of(
            library, [f"{package}/{name}" for name in ("_version.py", "version.py", "__init__.py")]
        ),
        origin=library.origin,
        registrations=tuple(_registration(rows[name], package, paths) for name in sorted(rows)),
        unresolved=tuple(each for each in found if isinstance(each, Unresolved)),
        pins=pins_of(library),
    )


_Row = tuple[str, Place, "str | None", "str | None", "str | None"]
"""An architecture, the line that registers it, its class, the condition, and the table where it is one of its own."""


def _found(
    path: str, facts: Mapping[str, Any], library: Library, paths: Collection[str]
) -> Iterator[_Row | Unresolved]:
    for line, reason in facts["unresolved"]:
        yield Unresolved(reason=reason, place=Place(file=path, line=line))
    for name, line, target, condition, table in facts["calls"]:
        yield name, Place(file=path, line=line), _absolute(target, path), condition, table
    for loop in facts["loops"]:
        level, module, attribute = loop["over"]
        other = _file(_absolute(f"{'.' * level}{module}", path) or "", paths)
        known = None
        if other is not None:
            tables = library.facts((other,), "vllm-plugin-tables-1", table_facts)[other]
            known = table_rows(loop, tables, attribute)
        if known is None:
            reason = f"cannot tell what `{attribute}` of {module or 'the package'} holds"
            yield Unresolved(reason=reason, place=Place(file=path, line=loop["line"]))
        else:
            for name, line, target, condition in known:
                yield name, Place(file=other or path, line=line), _absolute(target, path), condition, None


def _absolute(dotted: str | None, path: str) -> str | None:
    """A dotted name without leading dots, which are those of the module at ``path``."""
    if dotted is None or not dotted.startswith("."):
        return dotted
    rest = dotted.lstrip(".")
    folders = path.split("/")[: -(len(dotted) - len(rest))]
    return ".".join([*folders, rest]).rstrip(".") if folders else None


def _file(module: str, paths: Collection[str]) -> str | None:
    """The file of a module, if the package has it."""
    path = module.replace(".", "/")
    return next((each for each in (f"{path}.py", f"{path}/__init__.py") if each in paths), None)


def _registration(rows: Sequence[_Row], package: str, paths: Collection[str]) -> Registration:
    """One registration of an architecture, which several lines may register.

    One in vLLM's registry counts before one in a table of the plugin's own. The last one that runs in any case counts,
    else the first. Where the two branches of an ``if`` register one class each, there is no condition, and no class is
    told.
    """
    rows = [row for row in rows if row[4] is None] or rows
    name, place, target, condition, table = next((row for row in reversed(rows) if row[3] is None), rows[0])
    tests = {row[3] for row in rows}
    if condition is not None and any(f"not ({test})" in tests for test in tests):
        condition, target = None, None
        place = min((row[1] for row in rows if row[1].file == place.file), key=lambda each: each.line)
    module, _, class_name = (target or "").partition(":")
    if not class_name:
        module, file = place.file.removesuffix(".py").replace("/", "."), place.file
    else:
        file = _file(module, paths) or f"{module.replace('.', '/')}.py"
    return Registration(
        name=name,
        file=file.removeprefix(f"{package}/"),
        place=place,
        defined_in=module,
        condition=condition,
        class_name=class_name if class_name not in {"", name} else None,
        groups=() if table is None else (table,),
    )
