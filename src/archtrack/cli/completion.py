"""``archtrack completion``: a script that completes verbs and options in a shell."""

from __future__ import annotations

import click

from ._options import examples

__all__ = ["SECTION", "command"]

SECTION = "serve"


@click.command(
    "completion",
    short_help="Print a completion script for a shell.",
    epilog=examples(
        "archtrack completion bash >> ~/.bashrc",
        "archtrack completion fish > ~/.config/fish/completions/archtrack.fish",
    ),
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")), metavar="SHELL")
def command(shell: str) -> None:
    """Print the completion script for SHELL: bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    from archtrack.cli import archtrack

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(archtrack, {}, "archtrack", "_ARCHTRACK_COMPLETE").source())
