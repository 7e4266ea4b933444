"""What a user may choose on the command line, read where releases list it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.core.verdict.release_facts import (
    ATTENTION_BACKENDS,
    REASONING_PARSERS,
    SPECULATIVE,
    TOOL_PARSERS,
)
from archtrack.engines.sglang.choices import choices_of
from archtrack.engines.sglang.files import CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.sources.library import Library

    Make = Callable[[Mapping[str, str | bytes]], Library]

ARGS, SHARED, OLD_CALLS, CALLS, OLD_REASONING, REASONING, ALGORITHMS, FURTHER = CHOICES
ADD = """\
class S:
    def add(parser):
        x = 1
        parser.add_argument(
            '{}',
            choices={},
        )
"""
TOOLS = """\
class FunctionCallParser:
    ToolCallParserEnum: Dict[str, type] = {
        'a': A,
        'b-c': A,
    }
"""
MAP = "class ReasoningParser:\n    DetectorMap = {'r1': R}\n"
BACKENDS = "ATTENTION_BACKEND_CHOICES = [\n    # Common\n    'triton',\n    'fa3',  # a remark\n]\n"
MEMBERS = """\
class SpeculativeAlgorithm(Enum):
    EAGLE = auto()
    NONE = auto()

    @classmethod
    def f(cls):
        X = 1
"""


def add(option: str, choices: str) -> str:
    return ADD.format(option, choices)


@pytest.mark.parametrize(
    ("files", "table", "found"),
    [
        ({ARGS: add("--tool-call-parser", "['q', 'm']")}, TOOL_PARSERS, {"m": f"{ARGS}:6", "q": f"{ARGS}:6"}),
        ({ARGS: add("--reasoning-parser", "('r',)")}, REASONING_PARSERS, {"r": f"{ARGS}:6"}),
        ({ARGS: add("--attention-backend", "['f']")}, ATTENTION_BACKENDS, {"f": f"{ARGS}:6"}),
        ({ARGS: add("--speculative-algorithm", "['E']")}, SPECULATIVE, {"E": f"{ARGS}:6"}),
        # the option takes them from elsewhere
        (
            {ARGS: add("--tool-call-parser", "['auto'] + names"), CALLS: TOOLS},
            TOOL_PARSERS,
            {"a": f"{CALLS}:3", "b-c": f"{CALLS}:4"},
        ),
        ({OLD_CALLS: TOOLS}, TOOL_PARSERS, {"a": f"{OLD_CALLS}:3", "b-c": f"{OLD_CALLS}:4"}),
        (
            {ARGS: add("--reasoning-parser", "list(R.DetectorMap)"), REASONING: MAP},
            REASONING_PARSERS,
            {"r1": f"{REASONING}:2"},
        ),
        ({OLD_REASONING: MAP}, REASONING_PARSERS, {"r1": f"{OLD_REASONING}:2"}),
        (
            {ARGS: BACKENDS + add("--attention-backend", "X")},
            ATTENTION_BACKENDS,
            {"fa3": f"{ARGS}:4", "triton": f"{ARGS}:3"},
        ),
        ({ARGS: "", SHARED: BACKENDS}, ATTENTION_BACKENDS, {"fa3": f"{SHARED}:4", "triton": f"{SHARED}:3"}),
        (
            {ARGS: add("--attention-backend", "NAMES").replace("x = 1", "NAMES = ['f']")},
            ATTENTION_BACKENDS,
            {"f": f"{ARGS}:3"},
        ),
        (
            {ALGORITHMS: MEMBERS, FURTHER: "_RESERVED_ALIASES = frozenset({'NEXTN'})\n"},
            SPECULATIVE,
            {"EAGLE": f"{ALGORITHMS}:2", "NEXTN": f"{FURTHER}:1"},
        ),
        (
            {
                ALGORITHMS: MEMBERS,
                FURTHER: "_RESERVED_NAMES = frozenset(\n    {'EAGLE', 'NEXTN', 'NONE'}\n)\n",
            },
            SPECULATIVE,
            {"EAGLE": f"{ALGORITHMS}:2", "NEXTN": f"{FURTHER}:2"},
        ),
        # the option itself counts before any list
        (
            {ARGS: add("--speculative-algorithm", "['NEXTN']"), ALGORITHMS: MEMBERS},
            SPECULATIVE,
            {"NEXTN": f"{ARGS}:6"},
        ),
    ],
)
def test_a_choice_has_the_line_that_lists_it(
    files: dict[str, str], table: str, found: dict[str, str], library: Make
) -> None:
    rows = choices_of(library(files))[table]
    assert rows is not None
    assert {key: str(fact.place) for key, fact in rows.items()} == found
    assert all(fact.value is None for fact in rows.values())


@pytest.mark.parametrize(
    "files",
    [
        {ARGS: add("--other", "['a']")},
        {ARGS: add("--tool-call-parser", "made()")},
        {ARGS: add("--tool-call-parser", "['a', NAME]")},
        {ARGS: add("--tool-call-parser", "[]")},
        {ARGS: add("--tool-call-parser", "['auto']")},
        {CALLS: "class F:\n    ToolCallParserEnum = {'a': A, **more}\n"},
        {CALLS: "class F:\n    ToolCallParserEnum = made()\n"},
        {CALLS: "class F:\n    Other = {'a': A}\n"},
        {CALLS: "class F(:\n"},
        {"sglang/srt/other.py": TOOLS},
    ],
)
def test_what_is_not_there_or_not_plainly_written_is_no_table(files: dict[str, str], library: Make) -> None:
    assert choices_of(library(files))[TOOL_PARSERS] is None


def test_the_members_of_the_first_releases_are_no_choices_yet(library: Make) -> None:
    assert choices_of(library({ARGS: "", ALGORITHMS: MEMBERS}))[SPECULATIVE] is None
