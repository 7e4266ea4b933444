"""Write ``docs/reference/cli.md`` from the command line's own help, or check that it is up to date (``--check``)."""  # noqa: INP001 -- a script beside the pages, no package

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archtrack.cli import archtrack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["PAGE", "main", "page", "verbs"]

PAGE = Path(__file__).parent / "reference" / "cli.md"

_WIDTH = 100  # fixed, so that the page does not depend on the terminal
_HEAD = """\
# Command line

Every command with its options, as `--help` prints them (`python docs/generate_cli.py` writes this page). See also
[sources](sources.md), [exit codes](exit-codes.md), and [configuration and environment variables](configuration.md).
"""


def verbs() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name (``archtrack cache info``), the program itself first."""
    yield from _walk("archtrack", archtrack)


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name, command in verbs():
        parts.append(f"## {name}\n\n```text\n{_help(name, command)}\n```\n")
    return "\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with ``--check`` say whether it is up to date; returns the exit code."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write("usage: generate_cli.py [--check]\n")
        return 2
    text = page()
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if old == text:
        return 0
    if arguments:
        sys.stderr.write(f"{PAGE.name} is out of date; run `python docs/{Path(__file__).name}`\n")
        return 1
    PAGE.write_bytes(text.encode("utf-8"))
    return 0


def _walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None:
                yield from _walk(f"{name} {inner}", found)


def _help(name: str, command: click.Command) -> str:
    settings = {**archtrack.context_settings, **command.context_settings}
    settings |= {"terminal_width": _WIDTH, "max_content_width": _WIDTH, "color": False}
    context = click.Context(command, info_name=name, **settings)
    return "\n".join(line.rstrip() for line in command.get_help(context).strip().split("\n"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
