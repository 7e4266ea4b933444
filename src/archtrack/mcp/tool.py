"""A tool: a function that takes arguments and gives an answer.

Its signature says what these are. The schemas that clients see and the check of a call both come from it, by pydantic.
"""

import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path, PurePath
from typing import Annotated, Any, get_type_hints

from mcp import types
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
    with_config,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema
from typing_extensions import TypedDict

from archtrack.app.history.store import Histories
from archtrack.app.run import Run, start
from archtrack.core.json_values import well_formed
from archtrack.core.parsing import parse_json
from archtrack.data import SCHEMA
from archtrack.errors import ArchtrackError, UsageError
from archtrack.render.terminal import plain
from archtrack.sources.progress import Progress, SilentProgress
from archtrack.sources.redaction import WITHHELD, shown_argument, shown_text

__all__ = [
    "Answer",
    "Arguments",
    "Call",
    "Json",
    "Record",
    "SourceArguments",
    "Tool",
    "alike",
    "one_line",
    "one_of",
    "shipped",
    "tool",
]

Json = dict[str, Any]

_LEAST_QUOTED = 10  # characters of an argument; fewer hold no password behind `https://`
_LONGEST_MESSAGE = 600  # characters: what was asked for may be a megabyte
_SHIPPED = "https://#/$defs/"
"""Before the name of a shipped definition, until the schema is done: pydantic expects to know any nearer one."""


def one_of(values: Iterable[str]) -> GetPydanticSchema:
    """That a text is one of these."""
    schema = core_schema.literal_schema(list(values))
    return GetPydanticSchema(lambda _type, _handler: schema)


def shipped(name: str, key: str | None = None) -> WithJsonSchema:
    """A definition of what ``--format json`` prints, or one property of it."""
    return WithJsonSchema(
        {"$ref": _SHIPPED + name} if key is None else _definitions()[name]["properties"][key]
    )


class Arguments(BaseModel):
    """What a tool takes. Nothing is converted: what is of another type is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _as_json_schema_has_it(cls, given: Json) -> Json:
        """Null is what is left out, and 2.0 is an integer."""
        return {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in given.items()
            if value is not None
        }


Source = Annotated[str, Field(min_length=1, max_length=1000)]


class SourceArguments(Arguments):
    """Those of every tool that reads sources."""

    sglang: Source | None = None
    """Where SGLang is read from: a path, `installed`, a release (`0.5.23`, `latest`) or `git:PATH-OR-URL@REF`. Left
    out: the checkout in the working directory, else the installed package, else the latest release."""

    transformers: Source | None = None
    """The same for transformers, or `pinned`. Left out: the release that this SGLang pins."""

    offline: bool = False
    """Make no request; use what is on this machine."""


@with_config(ConfigDict(extra="forbid", use_attribute_docstrings=True))
class Record(TypedDict):
    """An object of an answer: it has all of its keys and no others."""


class Answer(Record):
    """What every answer has."""

    schema_version: Annotated[int, shipped("version_of_schema")]
    summary: Annotated[
        str,
        Field(  # pydantic reads no docstring of what is inherited
            description="The answer in a sentence or two, and what to do next."
        ),
    ]


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
        return Histories(os.environ, self.data)

    def start(self, asked: SourceArguments, doc: Path | None = None) -> Run:
        """The run that the arguments describe."""
        return start(
            doc=doc,
            sglang=asked.sglang,
            transformers=asked.transformers,
            offline=self.offline or asked.offline,
            progress=self.progress,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool, as ``tool`` makes it of a function.

    Attributes:
        run: makes the answer. Blocks, and raises ``ArchtrackError``.
        arguments: what it takes.
        declaration: what clients are told.
        writes: the argument with which it writes, if it can. A call with it is made without it first, and is not
            interrupted afterwards.
    """

    run: Callable[[Any, Call], object]
    arguments: type[Arguments]
    declaration: types.Tool
    writes: str | None = None

    def answer(self, arguments: Mapping[str, Any], call: Call) -> types.CallToolResult:
        """What it says to a call. Blocks; whatever goes wrong is told in one line, and nothing is raised."""
        try:
            text = json.dumps(
                self.run(self._checked(arguments), call), ensure_ascii=False, separators=(",", ":")
            )
        except ArchtrackError as error:
            return self._refusal(_without(arguments, str(error)))
        except Exception as error:  # noqa: BLE001 -- a fault of archtrack must not end the server
            sys.stderr.write(shown_text(_without(arguments, traceback.format_exc())))
            return self._refusal(
                f"this is a bug in archtrack ({type(error).__name__}); it is in the server's log, please "
                "report it; `archtrack --help` shows the same as commands"
            )
        text = well_formed(text)
        # The same once more as text: for clients that know no structured answers.
        return types.CallToolResult(
            content=[types.TextContent(text=text)], structured_content=parse_json(text)
        )

    def _refusal(self, message: str) -> types.CallToolResult:
        text = one_line(f"{self.declaration.name}: {message}")
        return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)

    def _checked(self, arguments: Mapping[str, Any]) -> Arguments:
        """The arguments, which fit.

        Raises:
            UsageError: they do not; the message names one and what it takes, never the value that was given.
        """
        try:
            return self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            # Of what fits one of several types by its type alone, what else is wrong says more.
            wrong = min(error.errors(), key=lambda each: each["type"].endswith("_type"))
        known = self.declaration.input_schema["properties"]
        name, value = str(wrong["loc"][0]), wrong["input"]
        if wrong["type"] == "extra_forbidden":
            raise UsageError(
                f"there is no argument {name[:60]!r}{alike(name, known)}; it takes: {', '.join(known)}"
            )
        guess = ""
        if wrong["type"] == "literal_error" and isinstance(value, str):
            guess = alike(value, re.findall("'(.*?)'", wrong["ctx"]["expected"]))
        raise UsageError(f"{name}: {wrong['msg']}{guess}. {known[name]['description']}")


def tool(
    title: str, *, writes: str | None = None, open_world: bool = True
) -> Callable[[Callable[[Any, Call], object]], Tool]:
    """The tool that a function is: named as it is, described by its docstring, typed by its signature.

    Args:
        title: for people.
        writes: the argument with which it writes, if it can.
        open_world: it may ask others: the package index, the Hub.
    """

    def made(function: Callable[[Any, Call], object]) -> Tool:
        arguments, _, answer = get_type_hints(function, include_extras=True).values()
        declaration = types.Tool(
            name=function.__name__,
            title=title,
            description=" ".join((function.__doc__ or "").split()),
            input_schema=_arguments_schema(arguments),
            output_schema=_answer_schema(answer),
            annotations=types.ToolAnnotations(
                title=title,
                read_only_hint=writes is None,
                destructive_hint=writes is not None,
                idempotent_hint=True,
                open_world_hint=open_world,
            ),
        )
        return Tool(run=function, arguments=arguments, declaration=declaration, writes=writes)

    return made


def alike(name: str, known: Iterable[str]) -> str:
    """The name that may have been meant, as words to go on with; empty where none is like it."""
    near = get_close_matches(name[:_LONGEST_MESSAGE], list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _without(arguments: Mapping[str, Any], message: str) -> str:
    """A message that may quote arguments, whole or their beginnings, without those that may hold a password."""
    for value in arguments.values():
        for argument in value if isinstance(value, list) else [value]:
            if not isinstance(argument, str) or (shown := shown_argument(argument)) == argument:
                continue
            message = message.replace(argument, shown)
            for end in range(min(len(argument), _LONGEST_MESSAGE), _LEAST_QUOTED, -1):
                for text in (argument, str(PurePath(argument))):
                    message = message.replace(text[:end], WITHHELD)
    return message


def one_line(text: str) -> str:
    """A message on one line, without control characters and not endless."""
    line = plain(" ".join(text.split()))
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…"


class _AnswerSchema(GenerateJsonSchema):
    """No key needs its own name as a title."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 -- pydantic's signature
        return False


class _ArgumentsSchema(_AnswerSchema):
    """An argument that may be left out is not said to take null: some clients understand no such type."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Json:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Json:
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if (key, value) != ("default", None)}


def _arguments_schema(arguments: type[Arguments]) -> Json:
    schema = arguments.model_json_schema(schema_generator=_ArgumentsSchema)
    own_first = sorted(schema["properties"].items(), key=lambda item: item[0] in SourceArguments.model_fields)
    return _finished({**schema, "properties": dict(own_first)})


def _answer_schema(answer: type) -> Json:
    """With every shipped definition that it refers to: it stands alone."""
    schema = TypeAdapter(answer).json_schema(
        schema_generator=_AnswerSchema, union_format="primitive_type_array"
    )
    found = schema.setdefault("$defs", {})
    while lacking := set(re.findall(rf"{re.escape(_SHIPPED)}(\w+)", json.dumps(schema))) - found.keys():
        found |= {name: _definitions()[name] for name in lacking}
    return _finished(schema)


def _finished(schema: Json) -> Json:
    """Without what says that it is the schema of a tool, and without ends of lines in descriptions."""
    told = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    finished: Json = parse_json(json.dumps(told).replace(_SHIPPED, "#/$defs/").replace("\\n", " "))
    return finished


@cache
def _definitions() -> Json:
    text = SCHEMA.read_text(encoding="utf-8")
    found: Json = parse_json(text.replace("#/$defs/", _SHIPPED))["$defs"]
    return found
