"""``archtrack site``: the page of the history."""

from __future__ import annotations

from pathlib import Path

import click

from archtrack.render.terminal import plain

from ._options import data_option, examples, histories

__all__ = ["command"]


@click.command(
    "site",
    short_help="Write the page of the history: one file that works offline.",
    epilog=examples("archtrack site --out page", "archtrack site --out page --data ./history"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="Where index.html goes; created if it is missing.",
)
@data_option
def command(*, out: Path, data: Path | None) -> None:
    """Write FOLDER/index.html: every architecture by engine, with the release and date since when it has it.

    The page needs no server and no network: open it in a browser, or put it on any static host. It answers for a name
    or a pasted config.json, filters, sorts, and shows the evidence of each architecture.
    """
    from archtrack.site.write import write_site  # noqa: PLC0415 -- `--help` needs none of it

    path = write_site(histories(data), out)
    click.echo(plain(f"Wrote {path} ({path.stat().st_size / 1e6:.2f} MB)"))
