"""The report of an update as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
READ = "Compared with sglang 7.7.7 and transformers 9.9.9."


@pytest.fixture
def update(cli: Cli, trees: Any) -> Cli:
    def run(*arguments: str) -> Any:
        return cli("update", *trees.options, "--date", "2026-01-31", "--format", "markdown", *arguments)

    return run


def test_a_document_that_is_up_to_date_has_nothing_but_its_heading(update: Cli) -> None:
    assert update().lines[0] == f"## {DOCUMENT} was written"
    done = update("--check")
    assert (done.code, done.lines) == (0, [f"## {DOCUMENT} is up to date", "", READ])


def test_what_is_missing_stands_in_a_table_and_the_diff_below_it(update: Cli, trees: Any, work: Path) -> None:
    update()
    before = (work / DOCUMENT).read_bytes()
    trees.register("GammaForCausalLM", file="gamma.py")
    done = update("--check")
    assert (done.code, (work / DOCUMENT).read_bytes()) == (1, before)
    assert done.out.startswith(f"""\
## {DOCUMENT} is out of date

{READ}

### New: 1 architecture

| Architecture | Status | Section | Registered in |
|---|---|---|---|
| **GammaForCausalLM** | native | text | sglang/srt/models/gamma.py:5 |

<details>
<summary>Diff</summary>

```diff
--- a/{DOCUMENT}
""")
    assert "+| **GammaForCausalLM** | Y |  | `gamma.py` |  |" in done.lines
    assert done.lines[-5:] == ["```", "", "</details>", "", "`archtrack update` writes it."]
    written = update()
    assert (written.code, written.lines[0]) == (0, f"## {DOCUMENT} was brought up to date")
    assert written.lines[-1] == "</details>"


def test_rows_out_of_date_name_the_command_that_mends_them(update: Cli, work: Path) -> None:
    update()
    native = ("| **AlphaForCausalLM** | Y |", "| **AlphaForCausalLM** |  |")
    miniature.edit(work / DOCUMENT, native, ("**BetaModel**", "**XModel**"))
    told = update("--check").lines
    at = told.index("### Rows out of date (2)")
    assert [line.split(": ", 1)[1] for line in told[at + 2 : at + 4]] == [
        "**AlphaForCausalLM**: gained native support",
        "**XModel**: no public model class in transformers, no engine has such a model",
    ]
    assert told[at + 5] == "`archtrack update --refresh --prune` puts them right."
    mended = update("--check", "--refresh", "--prune").lines
    assert "### Rows to bring up to date (1)" in mended
    assert "### Rows to remove (1)" in mended
    assert mended[-1] == "`archtrack update --refresh --prune` writes it."


def test_what_could_not_be_read_is_listed(update: Cli, trees: Any) -> None:
    trees.native("odd.py", "EntryClass = pick()\n")
    update()
    told = update("--check").lines
    at = told.index("### Places that could not be resolved (1)")
    assert told[at + 2].startswith("- sglang: sglang/srt/models/odd.py:1: ")


def test_the_document_cannot_end_the_block_of_its_diff(update: Cli, trees: Any, work: Path) -> None:
    update()
    miniature.edit(work / DOCUMENT, ("| `alpha.py` |  |", "| `alpha.py` | `````a````` |"))
    trees.register("AaaForCausalLM", file="aaa.py")
    told = update("--check").lines
    assert "``````diff" in told
    assert told.count("``````") == 1


def test_a_long_diff_is_cut_and_says_how_to_see_all(update: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archtrack.render.update_markdown._ROOM", 20)
    monkeypatch.setattr("archtrack.render.update_markdown._SHOWN", 2)
    told = update("--check").lines
    assert told[0] == f"## {DOCUMENT} does not exist"
    assert "And 7 more: the diff has all of them." in told
    at = told.index("```diff")
    assert told[at + 1 : at + 3] == ["--- /dev/null", "```"]
    assert any(line.endswith(" more lines: `archtrack update --diff` prints them.") for line in told)
