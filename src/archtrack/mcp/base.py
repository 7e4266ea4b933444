"""What a tool is: its declaration, and what a call of it is given besides its arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archtrack.sources.progress import SilentProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.histories import Histories
    from archtrack.sources.progress import Progress

__all__ = ["Call", "Hints", "Tool", "arguments_schema", "source_properties"]

LONGEST_SOURCE = 1000
"""Characters of a SOURCE: a path or an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What one call is given besides its arguments.

    Attributes:
        offline: no request is made, whatever the arguments say.
        data: the folder or file of the history; None for the user's and the shipped ones.
        progress: told about transfers.
    """

    offline: bool = False
    data: Path | None = None
    progress: Progress = field(default_factory=SilentProgress)

    def histories(self) -> Histories:
        """The histories as they are now: a server lives longer than the data that it began with."""
        import os  # noqa: PLC0415 -- with the import below

        from archtrack.histories import Histories  # noqa: PLC0415 -- a list of the tools needs none of it

        return Histories(os.environ, self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a client may want to know before it lets a tool be called; the protocol's annotations.

    Attributes:
        read_only: it changes nothing.
        destructive: it may change or remove what is there.
        idempotent: a second call with the same arguments changes nothing more.
        open_world: it may ask others: the package index, the Hub.
    """

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool.

    Attributes:
        name: by which it is called.
        title: for people.
        description: tells an agent when to use it, and how to read its answer.
        hints: for the client.
        arguments: JSON Schema of its arguments.
        answer: makes the JSON Schema of its answer.
        run: makes the answer. Blocks, and raises ``ArchtrackError``.
        writes: says of arguments whether a call with them may write. Such a call is first run with ``preview`` in place
            of them, and is not interrupted afterwards.
        preview: the same arguments, with which nothing is written.
    """

    name: str
    title: str
    description: str
    hints: Hints
    arguments: Mapping[str, Any]
    answer: Callable[[], dict[str, Any]]
    run: Callable[[Mapping[str, Any], Call], dict[str, Any]]
    writes: Callable[[Mapping[str, Any]], bool] = lambda _: False
    preview: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda arguments: arguments


def arguments_schema(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    """The schema of a tool's arguments: these, and no other ones."""
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def source_properties() -> dict[str, Any]:
    """The arguments of every tool that reads sources."""
    source = {"type": "string", "minLength": 1, "maxLength": LONGEST_SOURCE}
    return {
        "sglang": {
            **source,
            "description": "Where SGLang is read from: a path, `installed`, a release (`0.5.23`, `latest`) or "
            "`git:PATH-OR-URL@REF`. Left out: the checkout in the working directory, else the installed package, "
            "else the latest release.",
        },
        "transformers": {
            **source,
            "description": "The same for transformers, or `pinned`. Left out: the release that this SGLang pins.",
        },
        "offline": {
            "type": "boolean",
            "default": False,
            "description": "Make no request; use what is on this machine.",
        },
    }
