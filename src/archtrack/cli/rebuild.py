"""``archtrack rebuild``: write the document anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._options import document_option, examples, format_option, hub_option, source_options
from ._writing import run, writing_options

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command(
    "rebuild",
    short_help="Write the document anew from the sources alone.",
    epilog=examples(
        "archtrack rebuild --diff              what a rebuild would change",
        "archtrack rebuild --doc SUPPORT.md --sglang 0.5.23 --transformers pinned",
    ),
)
@document_option
@source_options
@hub_option
@writing_options
@click.option(
    "--refresh", is_flag=True, help="Accepted for symmetry with update: a rebuild writes every cell anew."
)
@click.option("--prune", is_flag=True, help="Accepted for symmetry with update: a rebuild keeps no old row.")
@format_option("text", "json", "github")
@click.pass_context
def command(ctx: click.Context, /, *, doc: Path | None, **options: object) -> None:
    """Write the whole document anew from the sources alone.

    Hand-written examples, prose, extra columns and moved rows of an old document are not kept: use
    `update --refresh --prune` for that, or overrides in the configuration.
    """
    ctx.exit(run("rebuild", doc, options))
