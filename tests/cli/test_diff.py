"""``archtrack diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def later(tmp_path: Path) -> Any:
    """The same trees later: one architecture more, one less, one moved, one renamed."""
    trees = miniature.build(tmp_path / "later")
    miniature.write(trees.sglang / "python" / "sglang" / "version.py", '__version__ = "7.8.0"\n')
    trees.register("GammaForCausalLM", file="gamma.py")
    (trees.models / "pooled.py").unlink()
    (trees.models / "sight.py").rename(trees.models / "sight2.py")
    trees.register("ALPHAForCausalLM", file="alpha.py")
    trees.public("delta", *miniature.HF_FILES["delta"], compatible=True)
    return trees


SGLANG = [
    "sglang 7.7.7 to 7.8.0: 5 to 5 architectures, 4 changes",
    "  + GammaForCausalLM  [gamma.py]",
    "  - PooledModel  [pooled.py]",
    "  > ALPHAForCausalLM  [was AlphaForCausalLM, alpha.py]",
    "  ~ SightForConditionalGeneration  [sight.py to sight2.py]",
]


def test_what_came_went_moved_and_was_renamed(cli: Cli, trees: Any, later: Any) -> None:
    done = cli("diff", "sglang", trees.sglang, later.sglang)
    read = [f"Read sglang 7.7.7 (checkout {trees.sglang})", f"Read sglang 7.8.0 (checkout {later.sglang})"]
    assert (done.code, done.lines, done.err.splitlines()) == (0, SGLANG, read)


@pytest.mark.parametrize("engine", ["sglang", "transformers"])
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_source_is_like_itself(cli: Cli, trees: Any, conforms: Conforms, engine: str, form: str) -> None:
    source = getattr(trees, engine)
    done = cli("diff", engine, source, source, "--format", form)
    assert done.code == 0
    if form == "json":
        conforms(done.json, "diff")
        assert done.json["changes"] == []
    else:
        assert len(done.lines) == 1
        assert done.lines[0].endswith("architectures, 0 changes")


def test_transformers_tells_whose_compatibility_changed(cli: Cli, trees: Any, later: Any) -> None:
    done = cli("diff", "transformers", trees.transformers, later.transformers)
    assert done.lines[1:] == [
        "  ! DeltaForCausalLM  [refused to compatible]",
        "  ! DeltaForConditionalGeneration  [refused to compatible]",
    ]


def test_markdown_is_for_release_notes(cli: Cli, trees: Any, later: Any) -> None:
    done = cli("diff", "sglang", trees.sglang, later.sglang, "--format", "markdown")
    assert done.lines == [
        "## sglang 7.7.7 to 7.8.0: 5 to 5 architectures, 4 changes",
        "",
        "### Added (1)",
        "",
        "- **GammaForCausalLM** (gamma.py)",
        "",
        "### Removed (1)",
        "",
        "- **PooledModel** (pooled.py)",
        "",
        "### Renamed (1)",
        "",
        "- **ALPHAForCausalLM** (was AlphaForCausalLM, alpha.py)",
        "",
        "### Moved to another file (1)",
        "",
        "- **SightForConditionalGeneration** (sight.py to sight2.py)",
    ]


def test_json_holds_to_the_schema(cli: Cli, trees: Any, later: Any, conforms: Conforms) -> None:
    later.native("odd.py", "EntryClass = pick()\n")
    done = cli("diff", "sglang", trees.sglang, later.sglang, "--format", "json")
    conforms(done.json, "diff")
    assert (done.json["old"]["version"], done.json["new"]["version"]) == ("7.7.7", "7.8.0")
    assert (done.json["old"]["unresolved"], len(done.json["new"]["unresolved"])) == ([], 1)
    keys = ("kind", "name", "file", "old", "new")
    assert [tuple(each[key] for key in keys) for each in done.json["changes"]] == [
        ("added", "GammaForCausalLM", "gamma.py", None, None),
        ("removed", "PooledModel", "pooled.py", None, None),
        ("renamed", "ALPHAForCausalLM", "alpha.py", "AlphaForCausalLM", None),
        ("moved", "SightForConditionalGeneration", "sight2.py", "sight.py", None),
    ]


def test_unresolved_places_of_either_side_are_told_and_strict_is_1(cli: Cli, trees: Any, later: Any) -> None:
    later.native("odd.py", "EntryClass = pick()\n")
    done = cli("diff", "sglang", trees.sglang, later.sglang)
    assert (done.code, done.lines) == (0, SGLANG)
    assert done.err.splitlines()[2].startswith("? sglang 7.8.0: sglang/srt/models/odd.py:1: ")
    (later.sglang / "python" / "sglang" / "version.py").unlink()
    unnamed = cli("diff", "sglang", trees.sglang, later.sglang).err.splitlines()[2]
    assert unnamed.startswith(f"? sglang {later.sglang}: sglang/srt/models/odd.py:1: ")
    assert cli("diff", "sglang", trees.sglang, later.sglang, "--strict").code == 1
    assert cli("diff", "sglang", trees.sglang, trees.sglang, "--strict").code == 0
