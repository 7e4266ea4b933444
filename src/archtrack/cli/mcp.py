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
    short_help="Serve check, history, list and update to an agent.",
    epilog=examples(
        "archtrack mcp                                  what an MCP client is told to start, in an SGLang checkout",
        "archtrack mcp --offline                        no tool makes a request",
    ),
)
@data_option
@offline_option
def command(*, data: Path | None, offline: bool) -> None:
    """Serve archtrack's tools to an agent by the Model Context Protocol, on standard input and output.

    An MCP client starts it; a person need not. The tools: check_model, model_history, list_architectures, and
    update_document, which writes only if it is asked to, and only in the working directory. It ends when its standard
    input does. What each tool takes and answers, and what to write into a client's settings: docs/agents.md.

    Needs the extra `mcp`: in a clone of archtrack, pip install '.[mcp]'.
    """
    histories(data)  # a wrong --data is told at once
    try:
        from archtrack.mcp.server import serve
        from archtrack.mcp.tool import Call
    except ImportError as error:
        raise UsageError(
            f"archtrack mcp needs the SDK of the protocol, 2.0 or newer: {extra('mcp')} ({error})"
        ) from error

    if sys.stdin.isatty():
        click.echo("archtrack mcp waits for an MCP client on standard input; Ctrl-C ends it", err=True)
    gc.enable()  # unlike other verbs it runs for long
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a thread that waits for input would keep the process alive
    serve(Call(offline=offline, data=data))
    sys.stdout.flush()
    os._exit(
        0
    )  # the thread of a call that was cancelled may wait for a server still, and Python would wait for it
