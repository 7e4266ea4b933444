"""What Ollama registers: the architectures that its converter takes, and those that its MLX runner has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archtrack.model import Inventory, Place, Registration, Unresolved

from .converter import Converter
from .files import MLX_IMPORTS, MLX_MODELS, OWN_IMPORTS, OWN_MODELS, is_test
from .registering import taken_in, what_is_registered
from .tables import CONVERT, DRAFT, MLX, TORCH

if TYPE_CHECKING:
    from archtrack.engines.base import ScanOptions
    from archtrack.sources.library import Library

    from .converter import Entry

__all__ = ["Registered", "mlx_runner", "own_engine", "scan"]

_ROOT = "github.com/ollama/ollama/"
_OLD_ROOT = "github.com/jmorganca/ollama/"


class Registered:
    """What the packages of a folder register, as far as a program takes these packages in.

    Attributes:
        rows: (name, function) -> (path, line, what the build has to ask for or None).
        left_out: "name path:line" of what no program takes in.
        unresolved: (path, line, reason).
    """

    def __init__(self, library: Library, models: str, takes: str, package: str) -> None:
        """Look at the folder.

        Raises:
            SourceError: a file cannot be read.
        """
        self.rows: dict[tuple[str, str], tuple[str, int, str | None]] = {}
        self.left_out: list[str] = []
        self.unresolved: list[tuple[str, int, str]] = []
        paths = [path for path in library.paths(f"./{models}") if not is_test(path)]
        facts = library.facts(
            paths, f"ollama-registered-{package}-1", lambda data: what_is_registered(data, package)
        )
        there = library.paths(f"./{takes}")
        imported = library.facts(there, "ollama-taken-in-1", taken_in)
        packages = {
            path.removeprefix(_ROOT).removeprefix(_OLD_ROOT)
            for each in imported.values()
            for path in each["packages"]
        }
        tag = next((each["tag"] for each in imported.values() if each["tag"]), None)
        for path, each in facts.items():
            file = path.removeprefix("./")
            taken = file.rpartition("/")[0] in packages
            if taken:
                self.unresolved += [(file, line, reason) for line, reason in each["unresolved"]]
            for name, line, function in each["registered"]:
                if not taken:
                    self.left_out.append(f"{name} {file}:{line}")
                elif (name, function) in self.rows:
                    self.unresolved.append((file, line, f"`{name}` is registered a second time"))
                else:
                    self.rows[name, function] = (file, line, each["tag"] or tag)


def mlx_runner(library: Library) -> Registered:
    """What the MLX runner registers, by architecture."""
    return Registered(library, MLX_MODELS, MLX_IMPORTS, "model/base")


def own_engine(library: Library) -> Registered:
    """What Ollama's own engine registers, by GGUF architecture."""
    return Registered(library, OWN_MODELS, OWN_IMPORTS, "model")


def scan(library: Library, options: ScanOptions) -> Inventory:  # noqa: ARG001 -- none concerns Ollama
    """The architectures that a version takes.

    Raises:
        SourceError: a file cannot be read.
    """
    converter, mlx, own = Converter(library), mlx_runner(library), own_engine(library)
    groups: dict[str, dict[str, Entry | tuple[str, int, str | None]]] = {}
    for group in (CONVERT, TORCH):
        for (name, kind), entry in converter.found.items():
            if kind == group:
                groups.setdefault(name, {})[group] = entry
    others = []
    for group, function in ((MLX, "Register"), (DRAFT, "RegisterDraft")):
        for (name, called), row in mlx.rows.items():
            if called == function and name[:1].isupper():
                groups.setdefault(name, {})[group] = row
            elif called == function:  # model types, which no config has among its architectures
                others.append(f"{name} {row[0]}:{row[1]}")
    unresolved = sorted([*converter.unresolved, *mlx.unresolved, *own.unresolved])
    left_out = tuple(sorted([*mlx.left_out, *own.left_out, *others]))
    return Inventory(
        engine="ollama",
        version=library.origin.version,
        origin=library.origin,
        registrations=tuple(_registration(name, each, converter) for name, each in sorted(groups.items())),
        unresolved=tuple(
            Unresolved(reason=reason, place=Place(file=file, line=line)) for file, line, reason in unresolved
        ),
        facts=(("left_out", left_out),) if left_out else (),
    )


def _registration(
    name: str, groups: dict[str, Entry | tuple[str, int, str | None]], converter: Converter
) -> Registration:
    """One architecture; the converter stands for it where it takes it."""
    first = next(iter(groups.values()))
    if isinstance(first, tuple):
        path, line, tag = first
        return Registration(
            name=name,
            file=path,
            place=Place(file=path, line=line),
            defined_in=path.rpartition("/")[0],
            condition=f"Ollama is built with `{tag}`" if tag else None,
            groups=tuple(groups),
        )
    defined = converter.defined(first.type_name)
    return Registration(
        name=name,
        file=defined[0] if defined else first.path,
        place=Place(file=first.path, line=first.line),
        defined_in="convert",
        defined=Place(file=defined[0], line=defined[1]) if defined else None,
        class_name=first.type_name,
        groups=tuple(groups),
    )
