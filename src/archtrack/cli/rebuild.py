"""``archtrack rebuild``: write the document anew."""

from __future__ import annotations

from typing import Any

import click

from ._options import examples, format_option
from .update import run, writing_options

__all__ = ["SECTION", "command"]

SECTION = "track"


@click.command(
    "rebuild",
    short_help="Rebuild the document from the sources.",
    epilog=examples(
        "archtrack rebuild --diff              what a rebuild would change",
        "archtrack rebuild --doc SUPPORT.md --sglang 0.5.23 --transformers pinned",
    ),
)
@writing_options
@click.option("--refresh", is_flag=True, help="Does nothing: a rebuild writes every cell.")
@click.option("--prune", is_flag=True, help="Does nothing: a rebuild keeps no old row.")
@format_option("text", "json", "github")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:
    """Write the whole document from the sources.

    It does not keep hand-written examples, prose, extra columns or moved rows. To keep them, use `update --refresh
    --prune`, or overrides in the configuration.
    """
    from archtrack.app.document import rebuild_document

    ctx.exit(run(rebuild_document, **options))
