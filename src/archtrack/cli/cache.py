"""``archtrack cache``: look at the cache, or clear it."""

from __future__ import annotations

import click

from archtrack.render.terminal import plain

from ._options import examples, start

__all__ = ["command"]


@click.group("cache", epilog=examples("archtrack cache info", "archtrack cache clear"))
def command() -> None:
    """Look at the cache or clear it.

    It holds what was worked out of source files, by their content, and what was fetched of git repositories.
    Clearing it loses time and nothing else.
    ARCHTRACK_CACHE_DIR moves it.
    """


@command.command("info", epilog=examples("archtrack cache info"))
def info() -> None:
    """Show where the cache is, how large it is and what is in it."""
    from archtrack.sources.git_mirror import size_of_mirrors  # noqa: PLC0415 -- only here

    workspace = start().workspace
    with workspace.open_cache() as cache:
        found = cache.info()
    mirrors = size_of_mirrors(workspace.cache_folder)
    click.echo(plain(str(found.path or workspace.cache_folder)))
    click.echo(f"{found.bytes / 2**20:.1f} MB of at most {found.limit / 2**20:.0f} MB")
    for kind, count in found.entries:
        click.echo(f"{count:8d}  {kind}")
    if mirrors:
        click.echo(f"{mirrors / 2**20:.1f} MB of git repositories beside it")
    if found.problem is not None:
        click.echo(plain(f"Not in use: {found.problem}"))


@command.command("clear", epilog=examples("archtrack cache clear"))
def clear() -> None:
    """Remove everything from the cache."""
    from archtrack.sources.git_mirror import clear_mirrors  # noqa: PLC0415 -- only here

    workspace = start().workspace
    with workspace.open_cache() as cache:
        freed = cache.clear() + clear_mirrors(workspace.cache_folder)
    click.echo(plain(f"Freed {freed / 2**20:.1f} MB in {workspace.cache_folder}"))
