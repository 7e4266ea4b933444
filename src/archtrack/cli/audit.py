"""``archtrack audit``: somebody's table, held against the history."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archtrack.render.colour import wants_colour
from archtrack.render.terminal import print_lines

from ._options import complete_engine, data_option, examples, format_option, histories

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archtrack.app.audit import Audited

__all__ = ["SECTION", "command"]

SECTION = "ask"


@click.command(
    "audit",
    short_help="Check a table of models and versions against the releases.",
    epilog=examples(
        "archtrack audit docs/models/supported_models.md --engine vllm==0.33.0",
        "archtrack audit gates.py versions.json --format github",
        "archtrack audit supported.md --engine sglang --diff     show what --fix would write",
        "archtrack audit supported.md --engine sglang --fix",
    ),
)
@click.argument(
    "paths", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False)
)
@click.option(
    "--engine",
    metavar="ENGINE[==VERSION]",
    shell_complete=complete_engine,
    help="The release that a claim is about if the file does not say. Default: the newest release of the engine that "
    "the file names.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Correct LoRA and PP marks and versions that are too early. No other byte changes.",
)
@click.option(
    "--fix-late",
    is_flag=True,
    help="Like --fix, and lower versions that are too late. Check these: a model can need more than its class.",
)
@click.option(
    "--diff",
    is_flag=True,
    help="Write nothing; print the changes of --fix (or --fix-late) as a unified diff.",
)
@click.option("--strict", is_flag=True, help="Exit 1 if a claim cannot be said, or if a file has no claims.")
@data_option
@format_option("text", "json", "markdown", "github")
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option
    ctx: click.Context,
    /,
    *,
    paths: tuple[Path, ...],
    engine: str | None,
    fix: bool,
    fix_late: bool,
    diff: bool,
    strict: bool,
    data: Path | None,
    form: str,
) -> None:
    """Check the claims of each FILE against the history, and show the evidence.

    A FILE is a Markdown table (.md) with a column of architectures or models and columns such as LoRA, PP or an engine;
    Python (.py), JSON or YAML that names architectures or models with an engine and a version; or a list (any other
    file) with a name on each line. YAML needs the extra `yaml`. archtrack runs none of them.

    Each claim is true, late, early, wrong, or cannot be said. "Since 0.9" is late if an older version has it, and
    early if only a newer version has it. Exits 1 if a claim is late, early or wrong; with --fix, if one remains.
    """
    from archtrack.app.audit import Fix, audit
    from archtrack.app.names import Names
    from archtrack.render.audit import (
        audit_annotations,
        audit_json,
        audit_lines,
        audit_markdown,
        silent_lines,
    )
    from archtrack.render.github import checkout_root
    from archtrack.render.json import print_json

    found = histories(data)
    wanted = Fix(late=fix_late, write=not diff) if fix or fix_late or diff else None
    files = audit(paths, found, Names(found, os.environ), engine, os.environ, wanted)
    print_lines(silent_lines(files), err=True)
    if form == "json":
        print_json(audit_json(files))
    elif form == "markdown":
        print_lines(audit_markdown(files))
    elif form == "github":
        print_lines(audit_annotations(files, checkout_root(os.environ, Path.cwd())))
    else:
        print_lines(audit_lines(files))
        if diff:
            _print_diff(files)
    unsaid = strict and any(file.has_unsaid for file in files)
    ctx.exit(1 if unsaid or any(file.not_true for file in files) else 0)


def _print_diff(files: Iterable[Audited]) -> None:
    from archtrack.render.unified import unified_lines

    terminal = sys.stdout.isatty()
    color = wants_colour()
    for file in files:
        if file.texts is not None:
            lines = unified_lines(file.path, *file.texts, terminal=terminal, color=color)
            # A file may hold bytes that are no text.
            click.echo(b"\n" + "".join(lines).encode("utf-8", "surrogateescape"), nl=False)
