"""The page for agents held against the tools."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from archtrack.mcp.server import TOOLS
from archtrack.mcp.tool import Call

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tasks" / "agents.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, heading
    return found[1]


def cells(text: str, title: str) -> list[str]:
    """The code spans in the first cells of the table whose first column has that title."""
    found = re.search(rf"^\| {title} \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found is not None, title
    return [name for line in found[1].splitlines() for name in re.findall(r"`([^`]+)`", line.split("|")[1])]


def blocks(text: str) -> list[Any]:
    return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]


@pytest.mark.parametrize("name", TOOLS)
def test_the_arguments_and_the_keys_of_a_tool_are_those_of_its_schemas(name: str) -> None:
    text = section(name)
    assert cells(text, "Argument") == list(TOOLS[name].declaration.input_schema["properties"])
    assert cells(text, "Key") == list((TOOLS[name].declaration.output_schema or {})["properties"])


def test_the_page_lists_every_tool_and_every_skill() -> None:
    assert cells(section("The tools"), "Tool") == list(TOOLS)
    assert sorted(cells(section("The skills"), "Skill")) == sorted(
        path.name for path in (ROOT / "skills").iterdir()
    )


def test_the_example_is_what_the_tool_answers(work: Path) -> None:  # noqa: ARG001 - the shipped data
    arguments, shown = blocks(section("model_history"))
    assert TOOLS["model_history"].answer(arguments, Call()).structured_content == shown


def test_clients_are_told_to_start_the_verb() -> None:
    for settings in blocks(section("Set-up of the tools")):
        ((_, servers),) = settings.items()
        assert (servers["archtrack"]["command"], servers["archtrack"]["args"]) == ("archtrack", ["mcp"])


def test_what_is_said_of_limits_is_so() -> None:
    listing = TOOLS["list_architectures"].declaration.input_schema["properties"]["limit"]
    assert f"{listing['default']} if left out, {listing['maximum']} at most" in section("list_architectures")
    document = TOOLS["update_document"].declaration.input_schema["properties"]
    for argument in ("limit", "diff_lines"):
        assert re.search(rf"`{argument}` \| .*: {document[argument]['default']} if left out", PAGE)
    names = TOOLS["model_history"].declaration.input_schema["properties"]["architectures"]
    assert f"up to {names['maxItems']}." in section("model_history")
