"""``archtrack migrate``: what one engine has and another lacks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from archtrack.render.terminal import plain, print_lines
from archtrack.sources.redaction import shown_argument

from ._options import complete_engine, complete_name, data_option, examples, format_option, histories

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SECTION", "command"]

SECTION = "ask"


@click.command(
    "migrate",
    short_help="Compare two engines: what one has and the other lacks.",
    epilog=examples(
        "archtrack migrate sglang vllm",
        "archtrack migrate sglang==0.5.9 vllm==0.12.0 --format json",
        'archtrack migrate sglang vllm Qwen3-32B "gemma 3 27b"   only these models',
    ),
)
@click.argument("source", metavar="FROM", shell_complete=complete_engine)
@click.argument("target", metavar="TO", shell_complete=complete_engine)
@click.argument("names", nargs=-1, metavar="[NAME]…", shell_complete=complete_name)
@data_option
@format_option("text", "json")
def command(*, source: str, target: str, names: tuple[str, ...], data: Path | None, form: str) -> None:
    """Show which architectures FROM registers and TO does not, and the other way round.

    FROM and TO are engines, at their newest known release or at ENGINE==VERSION. A NAME is a model, an architecture
    or a model type, and limits the comparison to it. The data comes with archtrack; no request is made.

    If the other engine's Transformers backend would run an architecture, the line says so, by the newest
    transformers of that engine's release day. The comparison goes by names; a config may make an engine run more.

    For architectures that both have, it shows features (lora, pp, image, …) that only one of them has.
    """
    from archtrack.app.names import Names
    from archtrack.app.presence import compared
    from archtrack.render.json import print_json
    from archtrack.render.migrate import migrate_json, print_migrate
    from archtrack.render.models import models_json, models_lines

    found = histories(data)
    one, other = found.release(source), found.release(target)
    known, names = Names(found, os.environ), tuple(map(shown_argument, names))
    result = compared(one, other, found, {each for name in names for each in known.architectures_for(name)})
    if form == "json":
        print_json({**migrate_json(one, other, result), "models": models_json(known, names)})
    else:
        print_lines((plain(line) for line in models_lines(known, names)), err=True)
        print_migrate(one, other, result, asked=bool(names))
