"""``archtrack audit``: somebody's table, held against the history."""

from __future__ import annotations

import os
from pathlib import Path

import click

from archtrack.render.terminal import print_lines

from ._options import complete_engine, data_option, examples, format_option, histories

__all__ = ["command"]


@click.command(
    "audit",
    short_help="Hold a table that people keep against what releases have.",
    epilog=examples(
        "archtrack audit docs/models/supported_models.md --engine vllm==0.33.0",
        "archtrack audit gates.py versions.json --format github",
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
    help="Which release the files speak of, where they do not say it. Default: the newest of the engine that a file "
    "names.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Put right what can be: a mark of LoRA or PP, a version. No other byte changes.",
)
@data_option
@format_option("text", "json", "markdown", "github")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    paths: tuple[Path, ...],
    engine: str | None,
    fix: bool,
    data: Path | None,
    form: str,
) -> None:
    """Say which claims of each FILE are true, late, early or wrong, and which cannot be said, with the evidence.

    Read are tables in Markdown (.md) with a column of architectures or models, and columns such as LoRA, PP or an
    engine; Python (.py), JSON and YAML that name architectures or models with an engine and a version; and lists (any
    other file) with a name on each line. YAML needs the extra `yaml`. Nothing of them is run.

    A claim since which version an engine has something is late if an older version has it, and early if only a newer
    one has it. Exits 1 if any claim is not true (with --fix: if any is left).
    """
    from archtrack.app.audit import audit
    from archtrack.app.names import Names
    from archtrack.render.audit import audit_annotations, audit_json, audit_lines, audit_markdown
    from archtrack.render.github import checkout_root
    from archtrack.render.json import print_json

    found = histories(data)
    files = audit(paths, found, Names(found, os.environ), engine, fix=fix)
    if form == "json":
        print_json(audit_json(files))
    elif form == "markdown":
        print_lines(audit_markdown(files))
    elif form == "github":
        print_lines(audit_annotations(files, checkout_root(os.environ, Path.cwd())))
    else:
        print_lines(audit_lines(files))
    ctx.exit(1 if any(file.not_true for file in files) else 0)
