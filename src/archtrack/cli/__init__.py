"""The command line, one verb per file: ``cli/NAME.py`` declares the verb NAME as ``command``, and its ``SECTION``.

A verb's file is imported when the verb is called, so that no verb pays for another's imports.
"""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import click

from archtrack.errors import ArchtrackError
from archtrack.render.colour import wants_colour
from archtrack.version import __version__

if TYPE_CHECKING:
    from types import ModuleType

    from click.shell_completion import CompletionItem

__all__ = ["SECTIONS", "Verbs", "archtrack"]

SECTIONS = {
    "ask": "Ask (from the data that comes with archtrack)",
    "track": "Track (read sources, keep the document)",
    "data": "Data",
    "serve": "Serve",
}
"""The headings of the help; a verb's file names the one it stands under as ``SECTION``."""

_DEFAULT = "check"
"""The verb of a first word that is none: ``archtrack MODEL`` is ``archtrack check MODEL``."""

_FIRST = """\
archtrack tells which inference engine runs a model, since which release.

  archtrack Qwen3-32B                 which engines run a model
  archtrack requires Qwen3-32B        the first release of each engine that does
  archtrack history Qwen3ForCausalLM  since when engines have an architecture
  archtrack site --open               all of it on one page, in your browser
  archtrack update                    keep SGLang's tracking document up to date

A model is a name, a repository on the Hub, a config.json or a GGUF file.
All commands: archtrack --help. The documentation is in docs/.
"""


class Verbs(click.Group):
    """A group whose commands are the modules of this package, and whose first word may be a model instead."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The verbs, sorted."""
        return sorted(
            _verb(module.name) for module in iter_modules(__path__) if not module.name.startswith("_")
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name, imported now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = _module(cmd_name).command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; options of ``check`` may stand before the model."""
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if len(args) == 1 and f"--{args[0]}" in own:  # `archtrack help`, `archtrack version`
            args = [f"--{args[0]}"]
        if args and args[0].startswith("-") and args[0] not in own and self._is_of_check(ctx, args[0]):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; a first word that is no verb, and is not like one, is what ``check`` is asked about."""
        word = args[0]
        if (command := self.get_command(ctx, word)) is not None:
            return word, command, args[1:]
        if not ctx.resilient_parsing and (near := self._misspelled(ctx, word)) is not None:
            raise click.UsageError(
                f"No such command {word!r}. Did you mean {near!r}? If it is a model: archtrack check {word}",
                ctx,
            )
        return _DEFAULT, self.get_command(ctx, _DEFAULT), args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The verbs and options that begin so; where there are none, models."""
        from ._options import complete_target

        found = super().shell_complete(ctx, incomplete)
        return found or complete_target(ctx, click.Argument(["model"]), incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs under their headings."""
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))
        for section, heading in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [
                        (name, _module(name).command.get_short_help_str(room))
                        for name in names
                        if section == _module(name).SECTION
                    ]
                )

    def _is_of_check(self, ctx: click.Context, word: str) -> bool:
        """Whether a word is an option of ``check``, or ``-``: targets on standard input."""
        check = self.get_command(ctx, _DEFAULT)
        options = [each for parameter in check.params for each in parameter.opts] if check is not None else []
        return word == "-" or word.partition("=")[0] in options

    def _misspelled(self, ctx: click.Context, word: str) -> str | None:
        """The verb that a word is a slip of; None where it is like none, is a path or an id, or names a model."""
        from difflib import get_close_matches

        near = get_close_matches(word.casefold(), self.list_commands(ctx), n=1, cutoff=0.7)
        if not near or any(character in word for character in "/\\.") or os.path.lexists(word):
            return None
        from archtrack.app.names import Names

        from ._options import histories

        names = Names(histories(None), os.environ)
        known = names.registered(word) is not None or names.model(word, as_written=True) is not None
        return None if known else near[0]


def _module(verb: str) -> ModuleType:
    return import_module(f".{verb.replace('-', '_')}", __package__)


def _verb(module: str) -> str:
    return module.replace("_", "-")


def _print_version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:  # noqa: FBT001 -- click's signature
    """Print the version, and how old the data is that ``check`` answers from."""
    if not asked or ctx.resilient_parsing:
        return
    from archtrack.app.history.data_files import data_files, data_folder, newest_day
    from archtrack.app.today import today
    from archtrack.core.wording import counted
    from archtrack.data import HISTORY

    click.echo(f"archtrack {__version__}")
    with suppress(ArchtrackError):  # a data folder that nobody knows is no reason to keep the version back
        day = newest_day([*data_files(HISTORY), *data_files(data_folder(os.environ))])
        if day is not None:
            age = counted(max((today(os.environ) - day).days, 0), "day")
            click.echo(f"data: releases up to {day}, {age} old")
    ctx.exit()


@click.command(
    cls=Verbs,
    invoke_without_command=True,
    subcommand_metavar="COMMAND|MODEL [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  archtrack Qwen3-32B                       what each engine does with a model (short for check)
  archtrack Qwen3-32B --with lora,pp        whether it does so with LoRA, on several stages
  archtrack check ./config.json --explain   a config, with every step and its evidence
  archtrack history Qwen3ForCausalLM        since which release each engine has an architecture
  archtrack requires Qwen3-32B              the first release of each engine that runs it
  archtrack site --open                     every architecture by engine, in the browser
  archtrack update                          keep MODEL_SUPPORT_TRACKING.md up to date
  archtrack update --check                  in CI: write nothing, exit 1 if something is to do
  archtrack scan sglang 0.5.23              what one release registers, and where
  archtrack list --status refused           what the Transformers backend would refuse
  archtrack diff sglang 0.5.9 0.5.23        what came, went and moved between two releases

\b
Exit codes:
  0    done, or up to date
  1    --check, lint or audit found something; --strict or --require is not met;
       no engine named by requires --engine takes a model
  2    wrong usage or configuration
  3    a source or a target could not be read
  4    refused as implausible (--force overrides)
  5    the document could not be read or written
  70   a bug in archtrack
  130  interrupted""",
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and the age of the data, and exit.",
)
@click.pass_context
def archtrack(ctx: click.Context) -> None:
    """Tell which inference engine runs a model, since which release, and how archtrack knows.

    `archtrack MODEL` is short for `archtrack check MODEL`.

    archtrack reads released source. It never installs, imports or runs it.

    A SOURCE is a path (a repository root, python/, or the package), `installed`, a release (`0.5.23`, `latest`),
    `git:PATH-OR-URL@REF`, or for transformers `pinned`: the release that the engine pins.
    """
    if wants_colour():
        ctx.color = True  # else click takes it out of what is no terminal
    if ctx.invoked_subcommand is None:
        click.echo(_FIRST, nl=False)
