"""``archtrack scan``: one engine's inventory."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import click

from archtrack.engines import engine_names
from archtrack.render.terminal import architectures, print_lines, read_lines, table, unresolved_lines

from ._options import examples, format_option, offline_option, registry_options, start

if TYPE_CHECKING:
    from archtrack.app.track import Scan
    from archtrack.model import Registration

__all__ = ["SECTION", "command"]

SECTION = "track"


@click.command(
    "scan",
    short_help="Show what one engine registers, with file and line.",
    epilog=examples(
        "archtrack scan sglang 0.5.23",
        "archtrack scan sglang . --strict",
        "archtrack scan transformers pinned --format json",
    ),
)
@click.argument("engine", type=click.Choice(engine_names()), metavar="ENGINE")
@click.argument("source", required=False)
@registry_options
@offline_option
@click.option("--strict", is_flag=True, help="Exit 1 if a place is unresolved.")
@format_option("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    engine: str,
    source: str | None,
    strict: bool,
    form: str,
    **sources: Any,
) -> None:
    """Show what ENGINE registers in SOURCE, with the file and line of each architecture.

    SOURCE is a path, `installed`, a release, `latest`, or `git:PATH-OR-URL@REF`; for transformers also `pinned`.
    Without one: a checkout in the working directory, else the installed package, else the latest release.
    """
    from archtrack.app.track import scan_engine
    from archtrack.core.json_values import inventory_to_json
    from archtrack.render.json import print_json

    begun = start(**sources)
    found = scan_engine(engine, source, begun.workspace, begun.request)
    if form == "json":
        print_json(inventory_to_json(found.inventory))
    else:
        _print(found)
    ctx.exit(1 if strict and found.inventory.unresolved else 0)


def _line(registration: Registration) -> str:
    """Where it is registered: a line of its file, or of another one that is then named; empty for the whole file."""
    place = registration.place
    own = f"/{place.file}".endswith(f"/{registration.file}")
    return (str(place.line) if place.line else "") if own else str(place)


command.help = f"{cleandoc(command.help or '')}\n\nENGINE is one of {', '.join(engine_names())}."


def _print(found: Scan) -> None:
    inventory = found.inventory
    print_lines(read_lines((inventory,), found.notices), err=True)
    if inventory.engine == "transformers":
        words = {True: "yes", False: "no", None: "unknown"}
        table(
            ("Architecture", "File", "Line", "Backend compatible"),
            (
                (each.name, each.file, str(each.place.line), words[each.transformers.backend_compatible])
                for each in inventory.registrations
                if each.transformers is not None
            ),
        )
    else:
        table(
            ("Architecture", "File", "Line", "Defined in", "Condition"),
            (
                (
                    each.name,
                    each.file,
                    _line(each),
                    str(each.defined or each.defined_in),
                    each.condition or "",
                )
                for each in inventory.registrations
            ),
        )
    print_lines(unresolved_lines(inventory.engine, inventory.unresolved), err=True)
    click.echo(architectures(len(inventory.registrations)), err=True)
