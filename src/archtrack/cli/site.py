"""``archtrack site``: the page of the history."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archtrack.core.wording import counted
from archtrack.render.terminal import plain

from ._options import data_option, examples, histories, note

if TYPE_CHECKING:
    from archtrack.app.history.store import Histories

__all__ = ["SECTION", "command"]

SECTION = "serve"

_PAUSE = 0.5  # seconds between two looks at whether the data has changed


@click.command(
    "site",
    short_help="Write the page of all models and engines: one file that works offline.",
    epilog=examples(
        "archtrack site --open                                     write it and open it",
        "archtrack site --out public --matrix MODEL_SUPPORT_TRACKING.md",
        "archtrack list --format json > now.json && archtrack site --matrix now.json",
        "archtrack site --out public --feed                        and JSON files for programs",
        "archtrack site --serve --matrix MODEL_SUPPORT_TRACKING.md",
    ),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("archtrack-site"),
    show_default=True,
    metavar="FOLDER",
    help="Write index.html to this folder.",
)
@click.option(
    "--matrix",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Add a tracking document, or the output of `archtrack list --format json`, as a column.",
)
@click.option(
    "--feed",
    is_flag=True,
    help="Also write FOLDER/feed/v1: a JSON file per engine and architecture, and an index.json.",
)
@data_option
@click.option("--open", "look", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--serve",
    is_flag=True,
    help="Serve the page on this machine until Ctrl-C, and reload it when the data changes; write nothing.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="The port of --serve; 0 for any free one.",
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    out: Path,
    matrix: Path | None,
    feed: bool,
    data: Path | None,
    look: bool,
    serve: bool,
    port: int,
) -> None:
    """Write FOLDER/index.html: every architecture by engine, with its first release and date.

    The page needs no server and no network: open it in a browser, or put it on any static host. It answers for a model
    name or a pasted config.json, and shows the evidence.
    """
    idle = "out" if serve else "port"
    if ctx.get_parameter_source(idle) is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError(f"--{idle} has no effect {'with' if serve else 'without'} --serve; drop it")
    if serve and feed:
        raise click.UsageError("--feed has no effect with --serve; drop it")
    if serve:
        _serve(data, matrix, port, look=look)
        return
    from archtrack.site.page import write_page

    if sys.stderr.isatty():
        click.echo("Asking every engine about every architecture, which takes about ten seconds…", err=True)
    found = histories(data)
    path = write_page(found, out, matrix, environ=os.environ, told=note)
    click.echo(plain(f"Wrote {path} ({path.stat().st_size / 1e6:.2f} MB)"))
    if feed:
        _feed(found, out)
    if look:
        _open(path.resolve().as_uri())


def _feed(found: Histories, out: Path) -> None:
    from archtrack.site.feed import write_feed

    index, count = write_feed(found, out)
    click.echo(plain(f"Wrote {index} and {counted(count - 1, 'other file')}"))


def _open(address: str) -> None:
    """Open a browser, or say what to do where there is none."""
    import webbrowser

    if not webbrowser.open(address):
        click.echo(plain(f"No browser found; open {address}"), err=True)


def _serve(data: Path | None, matrix: Path | None, port: int, *, look: bool) -> None:
    from threading import Thread

    from archtrack.app.models.store import index_files
    from archtrack.site.page import files_read, make_page
    from archtrack.site.serve import Live, Server

    live = Live(
        lambda: (*files_read(histories(data), matrix), *index_files(os.environ)),
        lambda: make_page(histories(data), matrix, environ=os.environ, live=True, told=note),
    )
    with Server(live, port) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        click.echo(f"Serving {server.address} (press Ctrl-C to stop)")
        if look:
            _open(server.address)
        try:
            while True:
                time.sleep(_PAUSE)
                if words := live.look():
                    click.echo(plain(words))
        except KeyboardInterrupt:
            click.echo("")
        finally:
            server.shutdown()
