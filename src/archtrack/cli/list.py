"""``archtrack list``: the joined matrix."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from archtrack.core.matrix.status import STATUSES
from archtrack.model import Category
from archtrack.render.terminal import architectures, print_lines, read_lines, table, unresolved_lines

from ._options import (
    document_option,
    examples,
    format_option,
    histories,
    hub_option,
    known_elsewhere_option,
    scan_option,
    source_options,
    start,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from archtrack.core.verdict.features import Feature
    from archtrack.model import Matrix, MatrixRow

__all__ = ["SECTION", "command"]

SECTION = "track"

_WILD = re.compile(r"[*?\[]")


_HELP = """\
List every architecture with what SGLang and transformers do with it.

\b
  native        SGLang registers it
  unimportable  SGLang registers it, but cannot import it with this transformers
  fallback      public in transformers, and its Transformers backend takes it
  refused       public in transformers, and its Transformers backend refuses it
  unsupported   only other engines have it, or the backend's answer is unknown
"""


@click.command(
    "list",
    help=_HELP,
    short_help="List all architectures with what SGLang and transformers do with each.",
    epilog=examples(
        "archtrack list --status native --name 'Qwen*'",
        "archtrack list --sglang 0.5.23 --transformers 5.23.0 --format json",
        "archtrack list --status native --features",
    ),
)
@source_options
@hub_option
@known_elsewhere_option
@scan_option
@document_option
@click.option(
    "--engine",
    type=click.Choice(("sglang", "transformers")),
    help="List only what this engine knows: SGLang's natives, or the public classes of transformers.",
)
@click.option(
    "--status",
    multiple=True,
    type=click.Choice([each.value for each in STATUSES]),
    help="List only this status. Repeatable.",
)
@click.option(
    "--category",
    multiple=True,
    type=click.Choice([each.value for each in Category]),
    help="List only this category. Repeatable.",
)
@click.option(
    "--name",
    metavar="PATTERN",
    multiple=True,
    help="List only names that match `Qwen*`, or the architectures of a model (`Qwen3-32B`) or model type. Repeatable.",
)
@click.option(
    "--features",
    is_flag=True,
    help="Add the features of SGLang's own implementation (lora, pp, image, …), by its newest known release.",
)
@click.option("--strict", is_flag=True, help="Exit 1 if a place in the sources is unresolved.")
@format_option("text", "json")
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option
    ctx: click.Context,
    /,
    *,
    doc: Path | None,
    engine: str | None,
    status: tuple[str, ...],
    category: tuple[str, ...],
    name: tuple[str, ...],
    features: bool,
    form: str,
    strict: bool,
    scan: bool,
    **sources: Any,
) -> None:
    """List every architecture with what SGLang and transformers do with it."""
    from archtrack.app.elsewhere import fitted
    from archtrack.app.names import Names
    from archtrack.app.track import refuse_nothing, track
    from archtrack.core.json_values import matrix_to_json
    from archtrack.render.json import print_json

    # What a history has of a release are the lines of the release with which something began.
    begun = start(doc=doc, scan=scan or form == "json", **sources)
    asked = bool(begun.request.known_elsewhere)
    tracked = track(begun.request, begun.settings, begun.workspace, elsewhere=asked)
    for inventory in tracked.matrix.inventories:
        refuse_nothing(inventory)

    meanings = Names(histories(None), os.environ)
    plain_names = [each for each in name if not _WILD.search(each)]
    named = {architecture for each in plain_names for architecture in meanings.architectures_for(each)}

    def wanted(row: MatrixRow) -> bool:
        known = {None: True, "sglang": row.native is not None, "transformers": row.hf is not None}
        return (
            known[engine]
            and (not status or row.status.value in status)
            and (not category or row.category.value in category)
            and (not name or row.name in named or any(fnmatchcase(row.name, pattern) for pattern in name))
        )

    matrix = fitted(tracked.matrix, None, begun.workspace.environ, wanted=asked)
    matrix = replace(matrix, rows=tuple(filter(wanted, matrix.rows)))
    found = _features(matrix) if features else None
    if form == "json":
        data = matrix_to_json(matrix)
        if found is not None:
            for row in data["architectures"]:
                row["features"] = {each.name: each.has for each in found[row["name"]]}
        print_json(data)
    else:
        _print(matrix, tracked.notices, names=bool(name), features=found)
    unresolved = any(inventory.unresolved for inventory in matrix.inventories)
    ctx.exit(1 if strict and unresolved else 0)


def _file(row: MatrixRow) -> str:
    """Where it is registered: in SGLang, in transformers, or in another engine, which is named then."""
    found = row.native or row.hf
    return found.file if found else ", ".join(f"{each.engine}: {each.file}" for each in row.elsewhere)


def _features(matrix: Matrix) -> dict[str, tuple[Feature, ...]]:
    """What SGLang's newest known release states of each architecture."""
    from archtrack.app.presence import presence_with

    known = histories(None)
    history = known.need("sglang")
    newest = history.newest
    if newest is None:
        return {row.name: () for row in matrix.rows}
    return {row.name: presence_with(row.name, history, newest, known).features for row in matrix.rows}


def _print(
    matrix: Matrix,
    notices: tuple[str, ...],
    *,
    names: bool,
    features: Mapping[str, tuple[Feature, ...]] | None,
) -> None:
    from archtrack.core.matrix.examples import example_cell
    from archtrack.core.verdict.features import in_words

    print_lines(read_lines(matrix.inventories, notices), err=True)
    table(
        (
            "Architecture",
            "Status",
            "Category",
            "By",
            "File",
            "Example",
            *(["Features"] if features is not None else []),
        ),
        (
            (
                row.name,
                row.status.value,
                row.category.value,
                row.category_source,
                _file(row),
                example_cell(row),
                *([in_words(features[row.name]).removeprefix("features: ")] if features is not None else []),
            )
            for row in matrix.rows
        ),
    )
    for inventory in matrix.inventories:
        print_lines(unresolved_lines(inventory.engine, inventory.unresolved), err=True)
    hint = "" if matrix.rows or not names else " (patterns are case-sensitive)"
    click.echo(f"{architectures(len(matrix.rows))}{hint}", err=True)
