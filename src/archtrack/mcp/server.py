"""The server: the tools by the Model Context Protocol on standard input and output, with the protocol's own SDK."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
from mcp import types
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from archtrack import __version__
from archtrack.render.terminal import plain

from .arguments import alike, one_line
from .threads import Counter, in_thread
from .tools import Refusal, answer, tools

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp.server.context import ServerRequestContext

    from .base import Call, Tool

__all__ = ["make_server", "serve"]

_AT_ONCE = 4
"""Calls that are worked on at a time; further ones wait."""

_PAUSE = 0.25  # seconds between two looks at how far a call is

INSTRUCTIONS = """\
archtrack says which model architectures LLM inference engines run, since which release, and how it knows; \
everything is read from released source and nothing is run. check_model: is this model, config or repository \
supported by SGLang? model_history: since which release does each engine have an architecture? \
list_architectures: browse and count. update_document: keep MODEL_SUPPORT_TRACKING.md true (writes only with \
write: true). Say in your answer which versions an answer rests on; "unknown" is not "no"."""


def serve(call: Call) -> None:
    """Answer until standard input ends.

    Args:
        call: what every call is given.
    """
    anyio.run(_serve, call)


async def _serve(call: Call) -> None:
    server = make_server(call)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def make_server(call: Call) -> Server[Any]:
    """The server, connected to nothing yet."""
    known = tools()
    listed = [_declared(tool) for tool in known.values()]
    slots = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(
        _ctx: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def call_tool(
        ctx: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = known.get(params.name)
        if tool is None:
            words = f"no tool is called {params.name[:60]!r}{alike(params.name, known)}; there are: {', '.join(known)}"
            raise MCPError(code=types.INVALID_PARAMS, message=one_line(words))
        async with slots:
            return _result(await _answered(tool, params.arguments or {}, call, ctx))

    return Server(
        "archtrack",
        version=__version__,
        title="archtrack",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _declared(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.arguments),
        output_schema=tool.answer(),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.hints.read_only,
            destructive_hint=tool.hints.destructive,
            idempotent_hint=tool.hints.idempotent,
            open_world_hint=tool.hints.open_world,
        ),
    )


async def _answered(
    tool: Tool, arguments: Mapping[str, Any], call: Call, ctx: ServerRequestContext[Any]
) -> dict[str, Any] | Refusal:
    """The answer of a tool, with progress on the way.

    A call that may write is looked at first, which whoever called may cancel at any time: then nothing is written. The
    write itself is short, for everything is read by then, and is waited for.
    """
    counter = Counter()
    own = replace(call, progress=counter)

    async def report() -> None:
        seen = None
        while True:
            seen = await _report(counter, seen, ctx)
            await anyio.sleep(_PAUSE)

    async with anyio.create_task_group() as group:
        group.start_soon(report)
        first = tool.preview(arguments) if tool.writes(arguments) else arguments
        found = await in_thread(lambda: answer(tool, first, own))
        if tool.writes(arguments) and isinstance(found, dict) and found["changed"]:
            with anyio.CancelScope(shield=True):
                found = await in_thread(lambda: answer(tool, arguments, own))
        group.cancel_scope.cancel()
    return found


async def _report(counter: Counter, seen: object, ctx: ServerRequestContext[Any]) -> object:
    """Tell how far a call is, if that has changed; nobody is told who did not ask."""
    far = counter.far
    if far != seen:
        label = plain(far.label) or "working"
        await ctx.session.report_progress(float(far.done), far.total, label)
    return far


def _result(found: dict[str, Any] | Refusal) -> types.CallToolResult:
    if isinstance(found, Refusal):
        return types.CallToolResult(content=[types.TextContent(text=found.message)], is_error=True)
    # The same once more as text: for clients that know no structured answers.
    text = json.dumps(found, separators=(",", ":"))
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=found)
