"""``archtrack cache``: look at the cache, or clear it."""

from __future__ import annotations

from dataclasses import replace

import click

from archtrack.render.terminal import plain

from ._options import examples, format_option, start

__all__ = ["SECTION", "command"]

SECTION = "data"


@click.group("cache", epilog=examples("archtrack cache info", "archtrack cache clear"))
def command() -> None:
    """Look at the cache or clear it.

    The cache holds facts read from source files, fetched git repositories, and the Hub's list of models that `demand`
    read last. Clearing it costs time and nothing else. ARCHTRACK_CACHE_DIR moves it.
    """


@command.command("info", epilog=examples("archtrack cache info", "archtrack cache info --format json"))
@format_option("text", "json")
def info(form: str) -> None:
    """Show the path, size and contents of the cache."""
    from archtrack.hub.model_list import size_of_kept
    from archtrack.render.json import print_json
    from archtrack.sources.git.mirror import size_of_mirrors

    workspace = replace(start().workspace, cache_troubled=None)  # it is part of what is shown
    with workspace.open_cache() as cache:
        found = cache.info()
    path, folder = str(found.path or workspace.cache_folder), workspace.cache_folder
    mirrors, listed = size_of_mirrors(folder), size_of_kept(folder)
    if form == "json":
        print_json(
            {
                "path": path,
                "bytes": found.bytes,
                "limit": found.limit,
                "entries": [{"kind": kind, "count": count} for kind, count in found.entries],
                "git_bytes": mirrors,
                "hub_bytes": listed,
                "problem": found.problem,
            }
        )
        return
    click.echo(plain(path))
    click.echo(f"{found.bytes / 2**20:.1f} MB of at most {found.limit / 2**20:.0f} MB")
    for kind, count in found.entries:
        click.echo(f"{count:8d}  {kind}")
    if mirrors:
        click.echo(f"{mirrors / 2**20:.1f} MB of git repositories")
    if listed:
        click.echo(f"{listed / 2**20:.1f} MB of the Hub's list of models")
    if found.problem is not None:
        click.echo(plain(f"Not in use: {found.problem}"))


@command.command("clear", epilog=examples("archtrack cache clear"))
def clear() -> None:
    """Remove everything from the cache."""
    from archtrack.hub.model_list import clear_kept
    from archtrack.sources.git.mirror import clear_mirrors

    workspace = start().workspace
    with workspace.open_cache() as cache:
        freed = cache.clear() + clear_mirrors(workspace.cache_folder) + clear_kept(workspace.cache_folder)
    click.echo(plain(f"Freed {freed / 2**20:.1f} MB in {workspace.cache_folder}"))
