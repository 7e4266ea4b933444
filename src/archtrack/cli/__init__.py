"""The command line, one verb per file: ``cli/NAME.py`` declares the verb NAME as ``command``.

A verb's file is imported when the verb is called, so that no verb pays for another's imports.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import click

from archtrack.version import __version__

__all__ = ["Verbs", "archtrack"]


class Verbs(click.Group):
    """A group whose commands are the modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The verbs, sorted."""
        return sorted(
            _verb(module.name) for module in iter_modules(__path__) if not module.name.startswith("_")
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name, imported now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f".{cmd_name.replace('-', '_')}", __package__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a guess where a verb is misspelled."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near and "Did you mean" not in error.message:
                raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from error
            raise


def _verb(module: str) -> str:
    return module.replace("_", "-")


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  archtrack update                          keep MODEL_SUPPORT_TRACKING.md true, in an SGLang checkout or anywhere
  archtrack update --check                  the same in CI: writes nothing, exits 1 if there is something to do
  archtrack check Qwen3ForCausalLM          what each engine does with an architecture, a config or a repository
  archtrack check Qwen3-32B --with lora,pp  and whether it does that with LoRA, on several pipeline stages
  archtrack history Qwen3ForCausalLM        since which release each engine has it
  archtrack requires Qwen3-32B              the release of each engine that it needs, also as a line for pip
  archtrack site --open                     every architecture by engine, in the browser
  archtrack scan sglang 0.5.23              what one release registers, and where
  archtrack list --status refused           what the Transformers fallback would refuse
  archtrack diff sglang 0.5.9 0.5.23        what came, went and moved between two releases

Exit codes: 0 done, 1 --check found something to do, lint or audit found something, --strict and a place could not be
resolved, check --require is not met, or no engine named by requires --engine takes a model, 2 wrong usage or
configuration, 3 a source could not be read, 4 refused as implausible (--force overrides), 5 the document could not be
read or written, 70 a fault of archtrack itself, 130 interrupted.""",
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def archtrack() -> None:
    """Say which model architectures an LLM inference engine really runs, and how archtrack knows.

    Everything is read statically from released source: nothing is installed, imported or run.

    A SOURCE is a path (a repository root, python/, or the package), `installed`, a release (`0.5.23`, `latest`),
    `git:PATH-OR-URL@REF`, or for transformers `pinned`: the release that the engine pins.
    """
