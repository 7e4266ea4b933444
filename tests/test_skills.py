"""The skills: every command in them is run, and what they say of output and exit codes is what happens."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import hub_server
import miniature
from archtrack.mcp.server import TOOLS
from archtrack.model import Status
from miniature import Cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
ROOT = Path(__file__).parents[1] / "skills"
INCREMENTAL, FULL, CHECK = "update-model-tracking-incremental", "update-model-tracking", "check-model-support"
SKILLS = {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("*/SKILL.md"))}
TRIGGERS = {
    INCREMENTAL: (DOCUMENT, "EntryClass", "PR that adds a model file", "transformers was bumped"),
    FULL: (DOCUMENT, "full rebuild from scratch", "gained or lost native support"),
    CHECK: ("SGLang support X", "request to add a model", "vLLM", "error message"),
}


def blocks(text: str) -> list[str]:
    """Every line of every fenced block, whatever its kind."""
    fenced = re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [line for block in fenced for line in block.splitlines() if line.strip()]


def spans(text: str) -> list[str]:
    """Every code span that is a command."""
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [code for code in re.findall(r"`([^`\n]+)`", prose) if re.match(r"archtrack\s+\S", code)]


def cells(text: str, title: str) -> list[str]:
    """The first cells of every table whose first column has that title, without code quotes."""
    tables = re.findall(rf"^\| {title} \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [line.split("|")[1].strip(" `") for table in tables for line in table.splitlines()]


def front(text: str) -> dict[str, str]:
    """The front matter: each value stands on one line."""
    head = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    assert head is not None
    return dict(line.split(": ", 1) for line in head[1].splitlines())


def test_there_are_the_three_skills_each_named_like_its_folder_with_its_triggers() -> None:
    assert list(SKILLS) == sorted(TRIGGERS)
    for name, text in SKILLS.items():
        head = front(text)
        assert list(head) == ["name", "description"]
        assert head["name"] == name
        assert len(head["description"]) <= 1024
        for trigger in TRIGGERS[name]:
            assert trigger in head["description"], (name, trigger)


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A checkout of SGLang, and the command in it."""

    trees: Any
    command: Cli

    @property
    def folder(self) -> Path:
        return Path(self.trees.sglang)

    def run(self, line: str) -> Any:
        """A command, word for word."""
        words = shlex.split(line)
        assert words[0] == "archtrack", f"{line!r} is no command of archtrack's; nothing here can run it"
        return self.command(*words[1:])


@pytest.fixture
def checkout(trees: Any, tmp_path: Path) -> Iterator[Checkout]:
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}
    trees.register("LlamaForCausalLM", file="llama.py")
    miniature.write(trees.sglang / "archtrack.toml", f"transformers = '{trees.transformers}'\n")
    for folder in (trees.sglang, tmp_path / "elsewhere"):
        miniature.write(folder / "my-model" / "config.json", json.dumps(config))
    files = {"config.json": json.dumps(config).encode()}
    with hub_server.HubServer(repositories={"Qwen/Qwen3-8B": hub_server.Repository(files=files)}) as hub:
        online = {
            "HF_ENDPOINT": hub.url,
            "HF_HOME": str(tmp_path / "hf"),
            "HF_TOKEN": "",
            "ARCHTRACK_OFFLINE": "",
        }

        def run(*words: str) -> miniature.Result:
            environ = online if "Qwen/Qwen3-8B" in words else {}
            of_releases = words[0] == "check" and not any("@." in word for word in words)
            folder = (
                tmp_path / "elsewhere" if of_releases else trees.sglang
            )  # no configuration names a transformers
            result = miniature.spawn(*words, cwd=folder, home=tmp_path, **environ)
            assert "Traceback" not in result.err, result.err
            return result

        yield Checkout(trees=trees, command=run)


@pytest.mark.parametrize("skill", SKILLS)
def test_every_command_of_a_skill_does_what_it_says_in_a_checkout(checkout: Checkout, skill: str) -> None:
    run = [*blocks(SKILLS[skill]), *spans(SKILLS[skill])]
    assert len(blocks(SKILLS[skill])) >= 3
    for line in run:
        done = checkout.run(line)
        assert done.code == 0, (line, done)
        assert done.out or line.endswith("mcp"), line
    if skill != CHECK:
        assert (checkout.folder / DOCUMENT).is_file()


def test_a_block_with_anything_else_than_a_command_would_fail(checkout: Checkout) -> None:
    page = "```bash\narchtrack update\n```\ntext\n```console\n$ ls\n```\n"
    assert blocks(page) == ["archtrack update", "$ ls"]
    assert spans("`archtrack lint` and `archtrack` and `ls`") == ["archtrack lint"]
    with pytest.raises(AssertionError, match="no command"):
        checkout.run("ls")
    assert checkout.run("archtrack updat").code == 2


def test_the_commands_that_write_nothing_write_nothing(checkout: Checkout) -> None:
    def content() -> dict[str, bytes]:
        files = (path for path in checkout.folder.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    before = content()
    for line in ("archtrack update --diff", "archtrack update --check", "archtrack rebuild --diff"):
        assert any(line in text for text in SKILLS.values())
        checkout.run(line)
        assert content() == before, line
    checkout.run("archtrack update")
    assert content() != before


# -- what is said of output and exit codes -----------------------------------------------------------


def documented(checkout: Checkout) -> None:
    assert checkout.run("archtrack update").code == 0


def out_of_date(checkout: Checkout) -> None:
    documented(checkout)
    checkout.trees.models.joinpath("alpha.py").rename(checkout.trees.models / "omega.py")


def unregistered(checkout: Checkout) -> None:
    out_of_date(checkout)
    checkout.trees.models.joinpath("pooled.py").unlink()


def unreadable_place(checkout: Checkout) -> None:
    checkout.trees.native("odd.py", "EntryClass = make_one()\n")


def wrong_counts(checkout: Checkout) -> None:
    documented(checkout)
    miniature.edit(checkout.folder / DOCUMENT, ("** native / ", "9** native / "))


def wrong_configuration(checkout: Checkout) -> None:
    miniature.write(checkout.folder / "archtrack.toml", "nonsense = 1\n")


def no_network(checkout: Checkout) -> None:
    miniature.write(checkout.folder / "archtrack.toml", "transformers = '4.57.1'\n")


def gutted(checkout: Checkout) -> None:
    documented(checkout)
    for file in ("beta.py", "pooled.py", "sight.py", "llama.py"):
        checkout.trees.models.joinpath(file).unlink()


def another_text(checkout: Checkout) -> None:
    miniature.write(checkout.folder / DOCUMENT, "# Notes\n\nof mine\n")


def known(checkout: Checkout) -> None:
    """No transformers but those that count for the releases that are known."""
    miniature.write(checkout.folder / "archtrack.toml", "")


def nothing(checkout: Checkout) -> None:
    """The checkout as it is."""


CASES: dict[str, list[tuple[Callable[[Checkout], None], str, int]]] = {
    INCREMENTAL: [
        (nothing, "archtrack update --check", 1),
        (nothing, "archtrack update", 0),
        (documented, "archtrack update", 0),
        (out_of_date, "archtrack update", 0),
        (unreadable_place, "archtrack update", 0),
        (wrong_configuration, "archtrack update", 2),
        (no_network, "archtrack update", 3),
        (gutted, "archtrack update", 4),
        (another_text, "archtrack update", 5),
    ],
    FULL: [
        (nothing, "archtrack rebuild --diff", 0),
        (nothing, "archtrack rebuild", 0),
        (unregistered, "archtrack update --refresh --prune", 0),
        (documented, "archtrack lint", 0),
        (wrong_counts, "archtrack lint", 1),
        (wrong_configuration, "archtrack rebuild", 2),
        (no_network, "archtrack rebuild", 3),
        (gutted, "archtrack rebuild", 4),
        (another_text, "archtrack rebuild", 5),
    ],
    CHECK: [
        (nothing, "archtrack check LlamaForCausalLM --engine sglang@. --explain", 0),
        (known, "archtrack check Qwen3ForCausalLM --engine sglang==0.4.1", 0),
        (known, "archtrack check LlamaForCausallLM", 0),
        (known, "archtrack check Llama9ForCausalLM", 0),
        (nothing, "archtrack history NobodysForCausalLM", 0),
        (nothing, "archtrack check --engine sglang@. --require fallback DeltaForCausalLM", 1),
        (nothing, "archtrack check 'no model'", 2),
        (nothing, "archtrack check ./nowhere/config.json --engine sglang@.", 3),
        (no_network, "archtrack check LlamaForCausalLM --engine sglang@.", 3),
    ],
}  # fmt: skip


@pytest.mark.parametrize("skill", SKILLS)
def test_output_and_exit_codes_of_a_skill_are_those_that_it_tells(
    skill: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    for number, (prepare, line, code) in enumerate(CASES[skill]):
        trees = miniature.build(tmp_path / str(number))
        trees.register("LlamaForCausalLM", file="llama.py")
        miniature.write(trees.sglang / "archtrack.toml", f"transformers = '{trees.transformers}'\n")
        monkeypatch.chdir(trees.sglang)
        prepare(Checkout(trees=trees, command=cli))
        done = cli(*shlex.split(line)[1:])
        assert done.code == code, (prepare.__name__, line, done)
        shown += [*done.lines, *done.err.splitlines()]
    told = [int(cell) for cell in cells(SKILLS[skill], "Exit code")]
    assert told == sorted({code for _, _, code in CASES[skill]})
    phrases = cells(SKILLS[skill], "Line of the output")
    assert len(phrases) >= 3
    for phrase in phrases:
        pattern = re.compile(".*".join(re.escape(part) for part in phrase.split("…")))
        assert any(pattern.fullmatch(line) for line in shown), phrase


def test_the_statuses_that_are_explained_are_all_that_there_are() -> None:
    assert sorted(cells(SKILLS[CHECK], "Status")) == sorted(status.value for status in Status)


def test_options_and_tools_that_the_skills_name_exist() -> None:
    for name, text in SKILLS.items():
        named = re.findall(r"`(check_model|model_history|list_architectures|update_document)`", text)
        assert named, name
        assert set(named) <= set(TOOLS)
    arguments = TOOLS["update_document"].declaration.input_schema["properties"]
    for argument in re.findall(r"`(\w+): true`", "".join(SKILLS.values())):
        assert argument in arguments
