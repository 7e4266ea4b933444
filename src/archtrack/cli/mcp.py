"""``archtrack mcp``: the server for agents."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from archtrack.errors import UsageError, extra

from ._options import data_option, examples, histories, offline_option

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SECTION", "command"]

SECTION = "serve"


@click.command(
    "mcp",
    short_help="Serve check, history, list and update to an agent (MCP).",
    epilog=examples(
        "archtrack mcp                                  the command for an MCP client, in an SGLang checkout",
        "archtrack mcp --offline                        no tool makes a request",
    ),
)
@data_option
@offline_option
def command(*, data: Path | None, offline: bool) -> None:
    """Serve archtrack's tools to an agent over the Model Context Protocol, on standard input and output.

    An MCP client starts it. The tools are check_model, model_history, list_architectures and update_document.
    update_document writes only if asked to, and only in the working directory. The server ends when its input ends.
    docs/tasks/agents.md describes the tools and the settings of clients.

    Needs the extra `mcp`: in a clone of archtrack, pip install '.[mcp]'.
    """
    histories(data)  # a wrong --data is told at once
    try:
        from archtrack.mcp.server import serve
        from archtrack.mcp.tool import Call
    except ImportError as error:
        raise UsageError(f"archtrack mcp needs the MCP SDK 2.0 or newer: {extra('mcp')} ({error})") from error

    if sys.stdin.isatty():
        click.echo(
            "archtrack mcp is waiting for an MCP client on standard input; press Ctrl-C to stop", err=True
        )
    gc.enable()  # unlike other verbs it runs for long
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a thread that waits for input would keep the process alive
    serve(Call(offline=offline, data=data))
    sys.stdout.flush()
    os._exit(
        0
    )  # the thread of a call that was cancelled may wait for a server still, and Python would wait for it
