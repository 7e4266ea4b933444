"""All tools, and one call of one of them: arguments in, data out, or one line that says what is wrong."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.errors import ArchtrackError

from .arguments import checked, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .base import Call, Tool

__all__ = ["Refusal", "answer", "tools"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a call has no answer: one line for the agent, with what to do next."""

    message: str


def tools() -> dict[str, Tool]:
    """Every tool by its name, in the order in which an agent should think of them."""
    from . import check_model, list_architectures, model_history, update_document  # noqa: PLC0415 -- late: a call

    found = (check_model.TOOL, model_history.TOOL, list_architectures.TOOL, update_document.TOOL)
    return {tool.name: tool for tool in found}


def answer(tool: Tool, arguments: Mapping[str, Any], call: Call) -> dict[str, Any] | Refusal:
    """What a tool says to a call. Blocks; whatever goes wrong is told and nothing is raised."""
    try:
        found = tool.run(checked(tool, arguments), call)
    except ArchtrackError as error:
        return Refusal(message=one_line(f"{tool.name}: {error}"))
    except Exception as error:  # noqa: BLE001 -- a fault of archtrack must not end the server
        import traceback  # noqa: PLC0415 -- only for a fault of archtrack itself

        traceback.print_exc(file=sys.stderr)
        return Refusal(
            message=one_line(
                f"{tool.name}: this is a fault of archtrack itself ({type(error).__name__}: {error}); it is in the "
                "server's log, please report it; `archtrack --help` shows the same as commands"
            )
        )
    else:
        sent: dict[str, Any] = _encodable(found)
        return sent


def _encodable(value: Any) -> Any:
    """The same, with what cannot be sent replaced: half of a surrogate pair of a config, bytes of a path."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_encodable(each) for each in value]
    return value
