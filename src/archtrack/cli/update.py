"""``archtrack update``: bring the document up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._options import document_option, examples, format_option, hub_option, source_options
from ._writing import run, writing_options

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.command(
    "update",
    short_help="Add what is missing to the document.",
    epilog=examples(
        "archtrack update                                       the newest SGLang, or the checkout you stand in",
        "archtrack update --check                               exit 1 if an update would write something",
        "archtrack update --check --refresh --format github     the same for CI, with annotations",
        "archtrack update --check --format markdown             the same with the diff, for a job's summary",
        "archtrack update --diff                                show what would be written",
        "archtrack update --sglang git:.@v0.5.9 --transformers pinned",
    ),
)
@document_option
@source_options
@hub_option
@writing_options
@click.option(
    "--refresh",
    is_flag=True,
    help="Bring the cells of existing rows up to date: Native, HF, File, an example that is empty, the configured "
    "columns. What changes is shown with what the document and the sources say.",
)
@click.option("--prune", is_flag=True, help="Remove rows of architectures that no engine knows any more.")
@format_option("text", "markdown", "json", "github")
@click.pass_context
def command(ctx: click.Context, /, *, doc: Path | None, **options: object) -> None:
    """Add what is missing to MODEL_SUPPORT_TRACKING.md and put its counts right.

    Existing rows keep every byte; rows that are out of date are reported. If nothing is new, nothing is
    written, not even the date. A missing document is created.
    """
    ctx.exit(run("update", doc, options))
