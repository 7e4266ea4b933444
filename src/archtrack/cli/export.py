"""``archtrack export``: what engines have had in which releases, for catalogues and schedulers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ._options import complete_engine, data_option, examples, format_option, histories

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SECTION", "command"]

SECTION = "data"


@click.command(
    "export",
    short_help="Export all architectures with their releases as JSON, YAML, CSV, Python or Go.",
    epilog=examples(
        "archtrack export > support.json",
        "archtrack export --engine vllm --engine sglang --format csv",
        "archtrack export --engine llama-cpp --format yaml > llama-cpp.yaml",
        "archtrack export --format python > support.py",
        "archtrack export --engine vllm --format go > spans.go",
    ),
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    metavar="ENGINE",
    shell_complete=complete_engine,
    help="Export only this engine. Repeatable. Default: every engine.",
)
@data_option
@format_option("json", "yaml", "csv", "python", "go")
def command(*, engines: tuple[str, ...], data: Path | None, form: str) -> None:
    """Export every architecture, model type, configuration class and GGUF architecture that engines have had.

    Each comes with its spans of releases and their dates, whether their bounds are exact, the line that registers
    it, and its features. docs/tasks/export.md describes the format, which has a version number (`format`).
    The same data gives the same bytes.
    """
    from archtrack.app.export import export
    from archtrack.render.export import FORMS

    sys.stdout.write(FORMS[form](export(histories(data), engines)))
