"""vLLM: the parsers, attention backends and speculative methods that a release can be told to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from feature_readers import vllm_lists

import real_release
from archtrack.engines import load_engine
from archtrack.engines.vllm import files
from archtrack.engines.vllm.lists import lists
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LAYOUT = load_engine("vllm").layout
TOOLS = "vllm/entrypoints/openai/tool_parsers"
NEW_TOOLS = "vllm/tool_parsers"
CLI = "vllm/entrypoints/openai/cli_args.py"
ENUM = "vllm/v1/attention/backends/registry.py"
OLD_ENUM = "vllm/platforms/interface.py"
METHODS = "vllm/config/speculative.py"

TABLE = '_TOOL_PARSERS_TO_REGISTER = {\n    "hermes": ("a", "A"),\n    "xlam": ("b", "B"),\n}\n'
REASONING = TABLE.replace("TOOL", "REASONING")
PARSER = '@ToolParserManager.register_module("one")\nclass One(ToolParser): ...\n'


def found(tmp_path: Path, sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Table -> ``name file:line`` of each row."""
    for path, text in {"vllm/__init__.py": "", **sources}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    tables = lists(Library(local_source(tmp_path, LAYOUT), None))
    assert all(fact.value is None for rows in tables.values() for fact in rows.values())
    return {
        table: [f"{key} {fact.place.file.rpartition('/')[2]}:{fact.place.line}" for key, fact in rows.items()]
        for table, rows in tables.items()
    }


@pytest.mark.parametrize(
    ("sources", "rows"),
    [
        ({}, None),
        ({f"{NEW_TOOLS}/__init__.py": TABLE}, ["hermes __init__.py:2", "xlam __init__.py:3"]),
        # The newest layout counts, where it has any.
        (
            {
                f"{NEW_TOOLS}/__init__.py": TABLE,
                f"{TOOLS}/__init__.py": TABLE.replace("hermes", "old"),
            },
            ["hermes __init__.py:2", "xlam __init__.py:3"],
        ),
        (
            {
                f"{NEW_TOOLS}/__init__.py": "def __getattr__(name): ...\n",
                f"{TOOLS}/__init__.py": TABLE,
            },
            ["hermes __init__.py:2", "xlam __init__.py:3"],
        ),
        # A table of which a row cannot be told is none.
        ({f"{NEW_TOOLS}/__init__.py": TABLE + "_TOOL_PARSERS_TO_REGISTER.update(more())\n"}, None),
        ({f"{NEW_TOOLS}/__init__.py": "_TOOL_PARSERS_TO_REGISTER = make()\n"}, None),
        # A decorator counts in what the package imports.
        ({f"{TOOLS}/__init__.py": "from .a import One\n", f"{TOOLS}/a.py": PARSER}, ["one a.py:1"]),
        ({f"{TOOLS}/__init__.py": "from . import a\n", f"{TOOLS}/a.py": PARSER}, ["one a.py:1"]),
        (
            {
                f"{TOOLS}/__init__.py": f"from {TOOLS.replace('/', '.')}.b import B\n",
                f"{TOOLS}/b.py": "from .a import One\nclass B(One): ...\n",
                f"{TOOLS}/a.py": PARSER,
            },
            ["one a.py:1"],
        ),
        ({f"{TOOLS}/__init__.py": "", f"{TOOLS}/a.py": PARSER}, None),
        (
            {
                f"{TOOLS}/__init__.py": "from .a import One\n",
                f"{TOOLS}/a.py": PARSER.replace('"one"', '["one", "1"]'),
            },
            ["1 a.py:1", "one a.py:1"],
        ),
        (
            {
                f"{TOOLS}/__init__.py": "from .a import One\n",
                f"{TOOLS}/a.py": PARSER.replace('"one"', 'name="one", force=False'),
            },
            ["one a.py:1"],
        ),
        (
            {f"{TOOLS}/__init__.py": "from .a import One\n", f"{TOOLS}/a.py": PARSER.replace('"one"', "")},
            ["One a.py:1"],
        ),
        (
            {
                f"{TOOLS}/__init__.py": "from .a import One\n",
                f"{TOOLS}/a.py": PARSER + PARSER.replace('"one"', "NAME"),
            },
            None,
        ),
        ({f"{TOOLS}/__init__.py": "from .a import One\n", f"{TOOLS}/a.py": PARSER + "class :\n"}, None),
        # Before there were decorators, the option lists them.
        (
            {
                f"{TOOLS}/__init__.py": "",
                CLI: 'def make():\n    parser.add_argument("--tool-call-parser",\n        choices=["b", "a"])\n',
            },
            ["a cli_args.py:3", "b cli_args.py:3"],
        ),
        ({CLI: 'def make():\n    parser.add_argument("--tool-call-parser", choices=names)\n'}, None),
        ({CLI: 'def make():\n    parser.add_argument("--tool-choice", choices=["a"])\n'}, None),
    ],
)
def test_tool_parsers_are_those_that_a_release_registers(
    tmp_path: Path, sources: Mapping[str, str], rows: list[str] | None
) -> None:
    assert found(tmp_path, sources) == ({} if rows is None else {"tool_parsers": rows})


@pytest.mark.parametrize("folder", files.REASONING_PARSERS)
def test_reasoning_parsers_are_found_in_their_own_package(tmp_path: Path, folder: str) -> None:
    rows = ["hermes __init__.py:2", "xlam __init__.py:3"]
    assert found(tmp_path, {f"{folder}/__init__.py": REASONING}) == {"reasoning_parsers": rows}


@pytest.mark.parametrize(
    ("path", "text", "rows"),
    [
        (OLD_ENUM, "class _Backend(enum.Enum):\n    A = enum.auto()\n    B = 2\n", ["A :2", "B :3"]),
        (ENUM, 'class AttentionBackendEnum(Enum, metaclass=M):\n    """?"""\n    A = "x"\n', ["A :3"]),
        # What is left for old users is no enum.
        (
            ENUM,
            "class AttentionBackendEnum(Enum):\n    A = 1\n\n\nclass _Backend(metaclass=M):\n    X = 1\n",
            ["A :2"],
        ),
        (ENUM, "class AttentionBackendEnum(Enum):\n    A = 1\n    _b = 2\n    def f(self): ...\n", ["A :2"]),
        (OLD_ENUM, "class _Backend:\n    A = 1\n", None),
        (OLD_ENUM, "class PlatformEnum(enum.Enum):\n    CUDA = enum.auto()\n", None),
        ("vllm/elsewhere.py", "class _Backend(enum.Enum):\n    A = 1\n", None),
    ],
)
def test_attention_backends_are_the_members_of_the_enum(
    tmp_path: Path, path: str, text: str, rows: list[str] | None
) -> None:
    name = path.rpartition("/")[2]
    expected = {} if rows is None else {"attention_backends": [row.replace(" ", f" {name}") for row in rows]}
    assert found(tmp_path, {path: text}) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('SpeculativeMethod = Literal["ngram", "eagle"]\n', ["eagle", "ngram"]),
        ('A = Literal["x"]\nSpeculativeMethod = Literal["ngram", A]\n', ["ngram", "x"]),
        ('A = Literal["x"]\nB = Literal["y", A]\nSpeculativeMethod = typing.Literal[B]\n', ["x", "y"]),
        ('SpeculativeMethod = Literal["x", SpeculativeMethod]\n', ["x"]),
        ('SpeculativeMethod = Literal["ngram", OTHER]\n', None),
        ('SpeculativeMethod = Literal["ngram", 3]\n', None),
        ("SpeculativeMethod = str\n", None),
        ('RejectionSampleMethod = Literal["standard"]\n', None),
    ],
)
def test_speculative_methods_are_the_strings_of_the_literal(
    tmp_path: Path, text: str, names: list[str] | None
) -> None:
    rows = found(tmp_path, {METHODS: text}).get("speculative")
    assert (rows and [row.split()[0] for row in rows]) == names


@pytest.mark.network
@pytest.mark.parametrize(
    ("version", "counts", "there", "gone"),
    [
        ("0.4.0", {}, {}, {}),
        (
            "0.6.0",
            {"tool_parsers": 2, "attention_backends": 8},
            {"tool_parsers": "hermes", "attention_backends": "ROCM_FLASH"},
            {"tool_parsers": "internlm"},
        ),
        (
            "0.10.1",
            {"tool_parsers": 19, "reasoning_parsers": 8, "attention_backends": 25, "speculative": 7},
            {"tool_parsers": "kimi_k2", "reasoning_parsers": "GptOss", "speculative": "medusa"},
            {"tool_parsers": "deepseek_v31", "speculative": "suffix"},
        ),
        (
            "0.33.0",
            {"tool_parsers": 58, "reasoning_parsers": 42, "attention_backends": 50, "speculative": 38},
            {"tool_parsers": "musespark1x", "attention_backends": "B12X", "speculative": "dspark"},
            {"tool_parsers": "minimax", "attention_backends": "XFORMERS", "speculative": "medusa"},
        ),
    ],
)
def test_a_release_has_what_a_second_reader_finds_in_it(
    version: str, counts: Mapping[str, int], there: Mapping[str, str], gone: Mapping[str, str]
) -> None:
    with real_release.opened(LAYOUT, version) as source:
        texts = {path: data.decode() for path, data in source.read(source.list(files.LISTED)).items()}
        tables = lists(Library(source, None))
    assert {table: set(rows) for table, rows in tables.items()} == vllm_lists(texts)
    assert {table: len(rows) for table, rows in tables.items()} == counts
    assert all(name in tables[table] for table, name in there.items())
    assert not any(name in tables[table] for table, name in gone.items())
