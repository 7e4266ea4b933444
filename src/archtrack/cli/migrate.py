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
    short_help="Show what one engine has and another lacks, both ways.",
    epilog=examples(
        "archtrack migrate sglang vllm",
        "archtrack migrate sglang==0.5.9 vllm==0.12.0 --format json",
        'archtrack migrate sglang vllm Qwen3-32B "gemma 3 27b"   of these models alone',
    ),
)
@click.argument("source", metavar="FROM", shell_complete=complete_engine)
@click.argument("target", metavar="TO", shell_complete=complete_engine)
@click.argument("names", nargs=-1, metavar="[NAME]…", shell_complete=complete_name)
@data_option
@format_option("text", "json")
def command(*, source: str, target: str, names: tuple[str, ...], data: Path | None, form: str) -> None:
    """Show which architectures FROM registers and TO does not, and the other way round.

    FROM and TO are engines, at their newest release or at ENGINE==VERSION. Each NAME is a model, an architecture or a
    model type: only these are compared then. The data comes with archtrack; no request is made.

    What the other engine's Transformers backend would run is said where its rules are known, by the newest transformers
    that was out on the day of that engine's release. It is about names that a registry holds, or that the engine runs
    as one of these, as far as a name alone tells: what else a config says may make it run more.

    Of what both have, it says which features (lora, pp, image and the like) one has and the other has not, and of few
    architectures also which ones are not known.
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
