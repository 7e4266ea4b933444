"""The server: the tools by the Model Context Protocol on standard input and output.

It is made of the SDK's low-level server. The one above that would derive the schemas too, but it passes over arguments
that there are not, tells what is wrong with the others on many lines that quote them, and runs tools in threads that it
waits for even after a call was cancelled.
"""

from dataclasses import dataclass, replace
from typing import Any

import anyio
from anyio import to_thread
from mcp import types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from archtrack.render.terminal import plain
from archtrack.version import __version__

from .check_model import check_model
from .list_architectures import list_architectures
from .model_history import model_history
from .tool import Call, Json, Tool, alike, one_line
from .update_document import update_document

__all__ = ["TOOLS", "serve"]

TOOLS: dict[str, Tool] = {
    tool.declaration.name: tool for tool in (check_model, model_history, list_architectures, update_document)
}
"""Every tool by its name, in the order in which an agent should think of them."""

_AT_ONCE = 4
"""Calls that are worked on at a time; further ones wait."""

_PAUSE = 0.25  # seconds between two looks at how far a call is

INSTRUCTIONS = """\
archtrack says which model architectures LLM inference engines run, since which release, and how it knows; \
everything is read from released source and nothing is run. check_model: is this model, config or repository \
supported by SGLang? model_history: since which release does each engine have an architecture? \
list_architectures: browse and count. update_document: keep MODEL_SUPPORT_TRACKING.md true (writes only with \
write: true). Say in your answer which versions an answer rests on; "unknown" is not "no"."""


@dataclass
class Transfers:
    """A ``Progress`` that adds up one transfer after the other, to be looked at from another thread."""

    done: int = 0
    told: int = -1
    total: int | None = None
    label: str = ""

    def start(self, label: str, total: int | None) -> None:
        """One more transfer."""
        self.label, self.total = label, None if total is None else self.done + total

    def advance(self, count: int) -> None:
        """So many more bytes of it."""
        self.done += count
        if self.total is not None:
            self.total = max(self.total, self.done)

    def finish(self) -> None:
        """Nothing to do: the next one goes on from here."""


def serve(call: Call) -> None:
    """Answer until standard input ends. Threads of calls that were cancelled may still be at work then.

    Args:
        call: what every call is given.
    """
    anyio.run(_serve, call)


async def _serve(call: Call) -> None:
    slots = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(
        _ctx: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[tool.declaration for tool in TOOLS.values()])

    async def call_tool(
        ctx: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            words = f"no tool is called {params.name[:60]!r}{alike(params.name, TOOLS)}; choose from {', '.join(TOOLS)}"
            raise MCPError(code=types.INVALID_PARAMS, message=one_line(words))
        async with slots:
            return await _answered(tool, params.arguments or {}, call, ctx)

    server = Server(
        "archtrack",
        version=__version__,
        title="archtrack",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


async def _answered(
    tool: Tool, arguments: Json, call: Call, ctx: ServerRequestContext[Any]
) -> types.CallToolResult:
    """The answer of a tool, with progress on the way.

    A call that writes is made without writing first, which whoever called may cancel at any time: then nothing is
    written. The write itself is short, for everything is read by then, and is waited for.
    """
    transfers = Transfers()
    own = replace(call, progress=transfers)

    async def answer(arguments: Json) -> types.CallToolResult:
        # A limiter of its own: a thread that was abandoned must not keep another call waiting.
        return await to_thread.run_sync(
            tool.answer, arguments, own, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1)
        )

    async with anyio.create_task_group() as group:
        group.start_soon(_report, transfers, ctx)
        if tool.writes is None or arguments.get(tool.writes) is not True:
            found = await answer(arguments)
        else:
            found = await answer({**arguments, tool.writes: False})
            if found.structured_content is not None and found.structured_content["changed"]:
                with anyio.CancelScope(shield=True):
                    found = await answer(arguments)
        group.cancel_scope.cancel()
    await _tell(transfers, ctx)  # what came since the last time
    return found


async def _report(transfers: Transfers, ctx: ServerRequestContext[Any]) -> None:
    """Tell how far a call is, whenever more has come; nobody is told who did not ask."""
    while True:
        await _tell(transfers, ctx)
        await anyio.sleep(_PAUSE)


async def _tell(transfers: Transfers, ctx: ServerRequestContext[Any]) -> None:
    """Tell how far a call is, if more has come since it was told last."""
    if transfers.done > transfers.told:
        transfers.told = transfers.done
        await ctx.session.report_progress(
            float(transfers.told), transfers.total, plain(transfers.label) or "working"
        )
