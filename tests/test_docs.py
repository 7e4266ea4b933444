"""The documentation held against the code: what one names, the other has."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

import miniature
from archtrack import __version__, errors
from archtrack.cli import archtrack
from archtrack.config.settings import parse_settings
from archtrack.core.document.markdown import COLUMNS, HEADINGS, SUMMARY_HEADING
from archtrack.core.matrix.categories import BY_NAME
from archtrack.core.matrix.categories import by_name as by_name_of
from archtrack.data import shipped_examples
from archtrack.engines import engine_names, load_engine
from archtrack.model import Status
from archtrack.sources.index.pip_config import index_settings
from gguf_files import LLAMA, gguf

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder, pattern in (
        (ROOT, "*.md"),
        *((ROOT / name, "**/*.md") for name in ("docs", "benchmarks", "skills")),
    )
    for path in sorted(folder.glob(pattern))
}
README = PAGES["README.md"]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py")))
DONE, FOUND_SOMETHING, FAULT, INTERRUPTED = 0, 1, 70, 130  # the exit codes that are no errors of `errors.py`

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_SHELLS = frozenset({"console", "bash", "yaml"})


def section(page: str, heading: str) -> str:
    """The text below a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGES[page], re.DOTALL | re.MULTILINE)
    assert found is not None, f"{page} has no section {heading!r}"
    return found[1]


def first_cells(text: str) -> list[str]:
    """The first cell of every row of the tables in a text, without code quotes; headers are none."""
    bodies = re.findall(r"^\|[-:| ]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [line.split("|")[1].strip(" `") for body in bodies for line in body.splitlines()]


def prose(page: str) -> str:
    return _FENCED.sub("", PAGES[page])


def blocks(*kinds: str) -> Iterator[tuple[str, str]]:
    """Page and content of each fenced block of these kinds."""
    for name, text in PAGES.items():
        for kind, content in _FENCED.findall(text):
            if kind in kinds:
                yield name, content


def script(name: str) -> Any:
    """A script of the docs as a module."""
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


VERBS: dict[str, click.Command] = dict(script("generate_cli").verbs())


# -- the command line ------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", ["20", "80", "300"])
def test_the_page_of_the_command_line_is_what_the_help_says_at_any_width(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert script("generate_cli").page() == PAGES["docs/reference/cli.md"]


def test_the_check_of_that_page_fails_for_another_text_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = script("generate_cli")
    assert module.main(["--check"]) == 0
    page = tmp_path / "cli.md"
    monkeypatch.setattr(module, "PAGE", page)
    page.write_text("old", encoding="utf-8")
    assert module.main(["--check"]) == 1
    assert page.read_text(encoding="utf-8") == "old"
    assert "generate_cli.py" in capsys.readouterr().err
    assert module.main([]) == 0
    assert page.read_text(encoding="utf-8") == PAGES["docs/reference/cli.md"]
    assert module.main(["--chekc"]) == 2


def test_every_verb_has_a_page_that_shows_it() -> None:
    shown = {" ".join(line.split()[:2]) for _, line in commands()}
    assert {name for name in VERBS if name.count(" ") == 1} - shown == set()


def test_every_option_that_a_page_names_exists() -> None:
    options = {
        option
        for command in VERBS.values()
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    options |= {"--help"}
    foreign = {
        "CONTRIBUTING.md": {"--check", "--strict"},  # of ruff, mypy and generate_cli.py
        # of vLLM, Ollama, ONNX Runtime GenAI (--model_name), CTranslate2 (--trust_remote_code), TensorRT-LLM
        "docs/reference/engines.md": {
            *("--allow-deprecated-quantization", "--experimental", "--model", "--trust", "--custom"),
        },
    }
    for page in PAGES.keys() - {"benchmarks/README.md"}:
        for code in re.findall(r"`([^`\n]+)`", prose(page)):
            for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", code):
                assert option in options | foreign.get(page, set()), f"{page}: {option}"


def commands() -> list[tuple[str, str]]:
    """Every `archtrack …` of a shell block or a code span: the page and the command."""
    found = []
    for page, content in blocks(*_SHELLS):
        for line in content.splitlines():
            shown = re.findall(r"(?:^\$? *|run: |&& )(archtrack\b[^&|>]*)", line)
            found += [(page, command.strip()) for command in shown]
    for page in PAGES:
        found += [(page, code) for code in re.findall(r"`(archtrack [^`\n]+)`", prose(page))]
    return found


@pytest.mark.parametrize(("page", "line"), commands())
def test_every_command_that_a_page_shows_is_understood(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    name, command = "archtrack", archtrack
    while isinstance(command, click.Group) and words:
        if command is archtrack and words[0] not in {"--help", "--version"}:
            found, _, words = archtrack.resolve_command(
                click.Context(archtrack), words
            )  # `archtrack MODEL`, too
            words = [str(found), *words]
        default = getattr(command, "default", None)
        if default is not None and words[0] not in {*command.commands, "--help"}:
            words.insert(0, default)  # `archtrack history ARCH`
        if words[0].startswith("-"):
            break
        name = f"{name} {words.pop(0)}"
        assert name in VERBS, f"{page}: {line}"
        command = VERBS[name]
    if isinstance(command, click.Group):  # the verb alone, as prose names it, need not be complete
        assert set(words) <= {"--help", "--version"}, f"{page}: {line}"
    elif words or not page:
        # Reads options and arguments, and runs nothing. Below the program, as a command keeps its first help option.
        command.make_context(name, words, parent=click.Context(archtrack, **archtrack.context_settings))


def test_a_command_that_does_not_exist_would_be_seen() -> None:
    assert ("README.md", "archtrack update") in commands()
    assert ("docs/start/tutorial.md", "archtrack update --check --refresh --format github") in commands()
    for line, error in (
        ("archtrack lint --fixx", click.UsageError),
        ("archtrack update --format xml", click.UsageError),
        ("archtrack updat", click.UsageError),
        ("archtrack Qwen3-32B --engin vllm", click.UsageError),
    ):
        with pytest.raises(error):
            test_every_command_that_a_page_shows_is_understood("", line)


def test_the_readme_has_the_set_up_commands_each_alone_in_a_block() -> None:
    alone = [content.strip() for kind, content in _FENCED.findall(README) if kind == "bash"]
    assert alone == [
        "pip install . && archtrack update",
        "archtrack site --open",
        'pip install -e ".[dev]" && pytest',
    ]


# -- names that the code and the pages share -------------------------------------------------------


def test_the_exit_codes_of_the_page_are_those_of_the_errors() -> None:
    cells = first_cells(section("docs/reference/exit-codes.md", "Exit codes"))
    documented = [int(cell) for cell in cells if cell.isdigit()]
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    raised = {kind.exit_code for kind in kinds if kind is not errors.ArchtrackError}
    assert documented == sorted({DONE, FOUND_SOMETHING, FAULT, INTERRUPTED} | raised)


def test_every_engine_has_its_section_and_every_section_its_engine() -> None:
    headings = re.findall(r"^## (.+)$", PAGES["docs/reference/engines.md"], re.MULTILINE)
    assert sorted(headings) == sorted(engine_names())


@pytest.mark.parametrize("name", engine_names())
def test_an_engine_s_section_says_what_it_registers_what_is_covered_and_not_seen(name: str) -> None:
    text = section("docs/reference/engines.md", name)
    for part in ("- **Registers:**", "- **Covers:**", "- **Not seen:**"):
        assert text.count(part) == 1
    own = import_module(f"archtrack.engines.{name.replace('-', '_')}")
    declared = sys.modules[type(load_engine(name)).__module__]
    doc = (declared if declared.__name__.startswith(own.__name__) else own).__doc__ or ""
    version = re.search(r"Covers (?:the releases from )?([\d.]+\d)", doc)
    assert version is not None
    assert version[1] in text.partition("**Covers:**")[2]


def test_the_lint_codes_of_the_page_are_those_of_the_schema() -> None:
    schema = json.loads((ROOT / "src" / "archtrack" / "data" / "schema.json").read_text(encoding="utf-8"))
    codes = schema["$defs"]["finding"]["properties"]["code"]["enum"]
    assert first_cells(section("docs/reference/document.md", "Lint")) == codes


def test_headings_and_columns_of_the_document_s_page_are_those_of_the_code() -> None:
    fenced = [content for page, content in blocks("text") if page == "docs/reference/document.md"]
    assert fenced[0].splitlines() == [*HEADINGS.values(), SUMMARY_HEADING]
    titles = section("docs/reference/document.md", "Tables and rows").partition("| Column |")[2]
    assert first_cells(f"| Column |{titles}") == list(COLUMNS)


def test_the_statuses_of_the_page_are_those_of_the_code() -> None:
    named = first_cells(section("docs/explanation/how-it-works.md", "Statuses"))
    assert named == [status.value for status in Status]


def test_every_toml_block_of_a_page_is_valid() -> None:
    shown = list(blocks("toml"))
    assert shown
    for page, content in shown:
        table = ("tool", "archtrack") if "[tool.archtrack" in content else ()
        parse_settings(content, path=page, table=table)


_VARIABLE = re.compile(
    r"(?<![\w$.])(?:ARCHTRACK|GITHUB|PIP|UV|SGLANG|REQUESTS|CURL|NO|FORCE|SOURCE)(?:_[A-Z]+)+\b"
)
_SYNONYMS = {"PIP_TIMEOUT"}  # of a documented one, as for pip


class _Recording(dict[str, str]):
    """An empty environment that remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return default


def test_every_environment_variable_that_a_page_names_is_read_and_the_other_way_round() -> None:
    environ = _Recording()
    index_settings(environ)
    asked = environ.asked | set(re.findall(r'"([A-Z][A-Z_]+)"', SOURCE))
    read = {name for name in asked if _VARIABLE.fullmatch(name)} - _SYNONYMS
    named = {
        match[0]
        for page in PAGES
        for code in re.findall(r"`([^`\n]+)`", prose(page))
        for match in _VARIABLE.finditer(code)
    }
    assert named == read | {"ARCHTRACK_CHROMIUM"}  # which the tests read
    assert {"ARCHTRACK_CACHE_DIR", "ARCHTRACK_OFFLINE", "NO_COLOR"} <= read


def test_the_changelog_has_this_version() -> None:
    assert f"## [{__version__}]" in PAGES["CHANGELOG.md"]


# -- what the pages show as output -----------------------------------------------------------------


@pytest.fixture
def environ(releases: Path) -> dict[str, str]:
    """Of a run that sees no setting of this machine but its package index."""
    own = {"ARCHTRACK_CACHE_DIR": str(releases), "PYTHONUNBUFFERED": "1"}  # unbuffered: lines in order
    left_out = ("ARCHTRACK_", "SGLANG_", "GITHUB_", "VIRTUAL_ENV", "CONDA_PREFIX")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | own


def run(words: list[str], folder: Path, environ: dict[str, str]) -> tuple[int, str]:
    """Exit code and output of ``archtrack``."""
    done = subprocess.run(  # noqa: S603 -- our own program
        miniature.command(*words), cwd=folder, env=environ, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


def assert_shown(shown: list[str], output: str) -> None:
    """Every line shown is one of the output's, in order; only `…` leaves anything out, lines or parts of one."""
    rest = [line.replace("\t", "  ") for line in output.splitlines()]
    skipping = False
    for line in shown:
        if line.strip() == "…":
            skipping = True
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in line.split("…")))
        at = next((index for index, found in enumerate(rest) if pattern.fullmatch(found)), None)
        assert at is not None, f"{line!r} is not in the output, or too late:\n{output[:3000]}"
        assert skipping or at == 0, f"{rest[0]!r} stands above {line!r}"
        rest, skipping = rest[at + 1 :], False
    assert skipping or not rest, f"{rest[0]!r} is not shown"


def pinned(words: list[str], shown: list[str]) -> list[str]:
    """A command with each engine at the release that is shown: of that one, newer data says the same."""
    releases = dict(re.findall(r"^ +([\w-]+) (\d\S*)  ", "\n".join(shown), re.MULTILINE))
    return [
        f"{word}=={releases[word]}" if before == "--engine" and word in releases else word
        for before, word in pairwise(["", *words])
    ]


def play(block: str, folder: Path, environ: dict[str, str], *, more: tuple[str, ...] = ()) -> None:
    """Run the commands of a console block and compare what they print."""
    code = 0
    for step in re.findall(r"^\$ .*(?:\n(?!\$ ).*)*", block, re.MULTILINE):
        command, *shown = step.rstrip("\n").split("\n")
        if command == "$ echo $?":
            assert shown == [str(code)]
            continue
        words = pinned(shlex.split(command.removeprefix("$ "))[1:], shown)
        code, output = run([*words, *more], folder, environ)
        assert_shown(shown, output)


@pytest.mark.network
def test_the_tutorial_shows_what_the_commands_print(tmp_path: Path, environ: dict[str, str]) -> None:
    *shown, last = [content for page, content in blocks("console") if page == "docs/start/tutorial.md"]
    for block in shown:
        play(block, tmp_path, environ)
    checkout = tmp_path / "checkout"
    models = checkout / "python" / "sglang" / "srt" / "models"
    miniature.write(checkout / "python" / "sglang" / "__init__.py", "")
    llama = "class LlamaForCausalLM:\n    pass\n\n\nEntryClass = LlamaForCausalLM\n"
    miniature.write(models / "llama.py", llama)
    project = '[project]\nname = "sglang"\ndependencies = ["transformers==4.57.1"]\n'
    miniature.write(checkout / "python" / "pyproject.toml", project)
    assert run(["update"], checkout, environ)[0] == 0
    acme = llama.replace("Llama", "Acme").replace(":", "(nn.Module):")
    miniature.write(models / "acme.py", f"import torch.nn as nn\n\n\n{acme}")
    play(last, checkout, environ)


ELSEWHERE = {
    "docs/reference/json.md",
    "docs/start/session.md",
    "docs/start/tutorial.md",
    "docs/tasks/issue.md",
}
"""Pages whose console blocks have tests of their own."""


@pytest.mark.parametrize("page", sorted({page for page, _ in blocks("console")} - ELSEWHERE))
def test_a_page_shows_what_the_commands_print_without_network(page: str, tmp_path: Path) -> None:
    files = {kind: content for kind, content in _FENCED.findall(PAGES[page]) if kind in ("json", "text")}
    miniature.write(tmp_path / "internvl" / "config.json", files.get("json", ""))
    miniature.write(tmp_path / "server.log", files.get("text", ""))
    (tmp_path / "m.gguf").write_bytes(gguf(LLAMA))
    environ = miniature.environment(tmp_path, ARCHTRACK_DATA_DIR=str(tmp_path / "data"))
    for name, block in blocks("console"):
        if name == page:
            play(block, tmp_path, environ)


@pytest.mark.network
def test_the_page_of_the_issue_shows_what_the_commands_print(tmp_path: Path, environ: dict[str, str]) -> None:
    assert run(["update", "--sglang", "0.5.23"], tmp_path, environ)[0] == 0
    (divided,) = [content for page, content in blocks("console") if page == "docs/tasks/issue.md"]
    play(divided, tmp_path, environ)


@pytest.mark.network
def test_the_figures_of_the_comparison_are_those_of_the_releases(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    options = ["--sglang", "0.5.23", "--transformers", "5.23.0", "--format", "json"]
    code, output = run(["list", *options], tmp_path, environ)
    assert code == 0, output
    rows = json.loads(output)["architectures"]
    count = Counter(row["engines"]["sglang"]["status"] for row in rows)
    natives = [row for row in rows if row["engines"]["sglang"]["status"] == "native"]
    by_name = sum(row["category_source"] == BY_NAME for row in natives)
    for figure in (
        f"| {count['fallback']} `fallback`, {count['refused']} `refused`,",
        f"Examples for the {count['native']} natives",
        f"| {sum(row['example'] is not None for row in natives)}, each with the test, catalogue or table",
        f"{sum(row['category'] != by_name_of(row['name']) for row in natives)} of the {len(natives)} natives differ",
        f"Natives that still rest on the name: {by_name}.",
    ):
        assert figure in PAGES["docs/explanation/compared-with-the-script.md"], figure
    for figure in (
        f"| Natives | {count['native']} |",
        f"| Natives with an example | {sum(row['example'] is not None for row in natives)};",
        f"| Natives whose section rests on the name alone | {by_name} |",
        f"| Classes that the Transformers backend takes | {count['fallback']} |",
        f"| Classes that it refuses | {count['refused']} |",
    ):
        assert figure in PAGES["docs/explanation/accuracy.md"], figure


def test_output_that_differs_from_what_is_shown_would_be_seen() -> None:
    output = "a\nb c\nd\n"
    for right in (["a", "b c", "d"], ["a", "…"], ["…", "d"], ["a", "b …", "d"], ["…"]):
        assert_shown(right, output)
    for wrong in (["a", "d"], ["a", "b c"], ["b c", "d"], ["a", "…", "e"], ["d", "…", "a"], ["a", "b", "…"]):
        with pytest.raises(AssertionError):
            assert_shown(wrong, output)


# -- the recorded session ---------------------------------------------------------------------------


def test_the_recorded_session_is_what_the_commands_print_now(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")  # nothing of this environment gets into it
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", "nowhere")
    assert (script("record_session").main(["--check"]), capsys.readouterr().err) == (0, "")


def test_a_session_that_prints_something_else_would_be_seen_and_written_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = script("record_session")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    step = module.Step(command="true <&>", output="\x1b[1ma\tb\x1b[0m c\n")
    monkeypatch.setattr(module, "record", lambda: [step])
    assert module.main(["--check"]) == 1
    assert "session.cast, session.svg, session.md: out of date" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert module.main([]) == 0
    assert module.main(["--check"]) == 0
    page = (tmp_path / "session.md").read_text(encoding="utf-8")
    assert "\n```console\n$ true <&>\na       b c\n```\n" in page
    svg = (tmp_path / "session.svg").read_text(encoding="utf-8")
    texts = re.findall(r'<text [^>]*?(?: class="(\w+)")?>([^<]*)</text>', svg)
    assert texts == [("prompt", "$"), ("", "true &lt;&amp;&gt;"), ("b", "a       b"), ("", " c")]
    head, *events = map(json.loads, (tmp_path / "session.cast").read_text(encoding="utf-8").splitlines())
    assert (head["version"], head["width"]) == (2, 100)
    assert all(kind == "o" for _, kind, _ in events)
    assert [moment for moment, _, _ in events] == sorted(moment for moment, _, _ in events)
    assert "".join(text for *_, text in events) == "\x1b[H\x1b[2J$ true <&>\r\n\x1b[1ma\tb\x1b[0m c\r\n$ "
    assert module.main(["--chekc"]) == 2


# -- the page of accuracy ---------------------------------------------------------------------------


def recorded(name: str) -> Any:
    return json.loads((ROOT / "tests" / "data" / name).read_text(encoding="utf-8"))


def test_the_figures_of_the_page_of_accuracy_are_those_of_what_the_tests_compare_with() -> None:
    natives, categories = recorded("sglang-0.5.23.json"), recorded("categories-0.5.23.json")
    classes = [len(names) for version in ("4.40.0", "4.57.6", "5.23.0")
               for names in recorded(f"transformers-{version}.json").values()]  # fmt: skip
    files = (ROOT / "tests" / "data" / "facts").glob("*.toml")
    facts = sum(path.read_text(encoding="utf-8").count("[[fact]]") for path in files)
    wrong = sum(by_name_of(name).value != section for section, names in categories.items() for name in names)
    for figure in (
        f"{len(natives)} of {len(natives)}, and no other",
        f"{len(recorded('vllm-0.33.0.json')['architectures'])} of 415, and no other",
        f"{sum(classes):,} of {sum(classes):,}, and no other",
        f"{facts} of {facts} |",
        f"{len(recorded('configs.json'))} of {len(recorded('configs.json'))} |",
        f"{len(natives)} of {len(natives)}; the name alone gets {wrong} wrong",
        f"42 of {len(recorded('vllm-previously-supported.json'))};",
        f"drawn, of {len(shipped_examples())} |",
    ):
        assert figure in PAGES["docs/explanation/accuracy.md"], figure


def test_every_test_that_the_page_of_accuracy_names_is_there() -> None:
    named = re.findall(
        r"`pytest (?:-m \w+ )?(tests/[\w/]+\.py)(?:::(\w+))?`", PAGES["docs/explanation/accuracy.md"]
    )
    assert len(named) > 10
    for file, test in named:
        assert f"def {test or 'test_'}" in (ROOT / file).read_text(encoding="utf-8"), (file, test)


# -- the site ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("README.md", "[a](docs/start/session.md#x-y) [b](LICENSE)", "[a](start/session.md#x-y) [b](license.txt)"),
        ("docs/reference/json.md", "[a](../../src/archtrack/data/schema.json)", "[a](../schema.json)"),
        ("docs/tasks/ci.md", "[a](check.md) [b](../start/tutorial.md)", "[a](check.md) [b](../start/tutorial.md)"),
        ("docs/index.md", "[a](../README.md#exit-codes) [b](#x)", "[a](overview.md#exit-codes) [b](#x)"),
        ("benchmarks/README.md", "[a](../README.md)", "[a](overview.md)"),
        ("docs/index.md", "[a](https://example.org/docs/x.md)", "[a](https://example.org/docs/x.md)"),
        # The next two fail the strict build.
        ("README.md", "[a](src/nothing.py)", "[a](src/nothing.py)"),
        ("README.md", "[b](x.md)", "[b](x.md)"),
        ("README.md", "```md\n[a](docs/a.md)\n```\n[a](docs/a.md)", "```md\n[a](docs/a.md)\n```\n[a](a.md)"),
    ],
)  # fmt: skip
def test_links_of_the_repository_become_those_of_the_site(source: str, text: str, expected: str) -> None:
    assert script("site_hooks").turned(text, source) == expected


def test_what_the_site_takes_from_outside_is_there_and_pipes_in_code_are_shown() -> None:
    hooks = script("site_hooks")
    assert all((ROOT / source).is_file() for source in hooks.OUTSIDE)
    cells = "<td>a <code>x \\| y</code></td><code>\\|</code>"
    assert hooks.on_page_content(cells) == "<td>a <code>x | y</code></td><code>\\|</code>"


def test_every_page_is_in_the_site_s_navigation_once() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = text.partition("\nnav:\n")[2].partition("\n\n")[0]
    outside = script("site_hooks").OUTSIDE.values()
    there = [page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")]
    pages = [*there, *(name for name in outside if name.endswith(".md"))]
    assert sorted(re.findall(r"[\w/-]+\.md", nav)) == sorted(pages)


# -- links -----------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_leads_to_a_file_and_a_heading(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / page).parent / file if file else ROOT / page
        assert path.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{page}: {target}"


def test_the_index_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\(([^)\s]+)\)", PAGES["docs/index.md"]))
    assert {page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")} - {"index.md"} <= linked


# -- what no file of the project may hold ----------------------------------------------------------

_REGISTRIES = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "com")))
_MACHINE = re.compile(r"(?<![\w.~$}])/(?:home|root|Users|work|mnt)/[\w.-]+")


def test_no_file_names_a_registry_s_host_or_a_path_of_some_machine() -> None:
    names = miniature.git(ROOT, "ls-files", "-z").strip("\0").split("\0")
    assert "README.md" in names
    for name in names:
        path = ROOT / name
        if not path.is_file():  # removed, and not yet committed
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for host in _REGISTRIES:
            assert host not in text, f"{name}: {host}"
        found = _MACHINE.search(text)
        assert found is None, f"{name}: {found[0]}"
