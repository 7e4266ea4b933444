"""The seed's own script and the command on each other's documents, from the same trees."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.core.document import parse

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[3] / "shared" / "seed" / "update-model-tracking-incremental.md"
DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
IMPORTABLE = """\
__version__ = "9.9.9"
if not __file__:
    from .utils.import_utils import define_import_structure
    import_structure = define_import_structure(__file__, prefix="models")
"""


@pytest.fixture
def seed(trees: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Runs the seed's script in the checkout, where the command runs too; it imports transformers."""
    assert PAGE.is_file(), (
        f"this test reads the seed's page at ../shared/seed/{PAGE.name} beside the repository"
    )
    script = re.search(r"<< 'PYEOF'\n(.*?)\nPYEOF\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert script
    package = trees.transformers / "src" / "transformers"
    miniature.write(package / "__init__.py", IMPORTABLE)
    monkeypatch.chdir(trees.sglang)

    def run() -> str:
        done = subprocess.run(  # noqa: S603 - the interpreter that runs the tests, the seed's own script
            [sys.executable, "-c", script[1]], cwd=trees.sglang, check=True, timeout=60,
            capture_output=True, text=True, encoding="utf-8",
            env=miniature.environment(tmp_path, PYTHONPATH=str(package.parent), PYTHONUTF8="1"),
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout

    return run


COLUMNS = pytest.mark.parametrize("columns", ["", 'columns = ["fallback", "notes"]'])


@COLUMNS
def test_a_document_that_update_creates_has_everything_that_the_seed_looks_for(
    cli: Callable[..., Any], trees: Any, seed: Callable[[], str], columns: str
) -> None:
    miniature.write(trees.sglang / "archtrack.toml", columns)
    assert cli("update", "--transformers", trees.transformers).code == 0
    before = (trees.sglang / DOCUMENT).read_bytes()
    said = seed()
    assert (
        f"Existing architectures in doc: {len(miniature.ROWS) + 1}\n" in said
    )  # it counts the total's row too
    assert "No new architectures found." in said
    assert (trees.sglang / DOCUMENT).read_bytes() == before


@COLUMNS
def test_what_the_seed_adds_needs_no_more_than_a_recount(
    cli: Callable[..., Any], trees: Any, seed: Callable[[], str], columns: str
) -> None:
    miniature.write(trees.sglang / "archtrack.toml", columns)
    cli("update", "--transformers", trees.transformers)
    trees.register("GammaForCausalLM", "GammaVLForCausalLM", file="gamma.py")
    trees.public("epsilon", "EpsilonForSequenceClassification")
    said = seed()
    assert re.findall(r"^  \+ (\w+)  \[(.+)\]$", said, re.MULTILINE) == [
        ("EpsilonForSequenceClassification", "HF transformers"),
        ("GammaForCausalLM", "native (gamma.py)"),
        ("GammaVLForCausalLM", "native (gamma.py)"),
    ]
    findings = cli("lint", "--transformers", trees.transformers, "--format", "json").json["findings"]
    # The seed knows five columns and does not say that the backend refuses the class.
    assert {each["code"] for each in findings} <= {"stale-counts", *(["stale-row"] if columns else [])}
    done = cli("update", "--transformers", trees.transformers, *(["--refresh"] if columns else []))
    assert "No new architectures found." in done.lines
    assert cli("lint", "--transformers", trees.transformers).code == 0
    assert "No new architectures found." in seed()


def sections(path: Path) -> list[tuple[str, str]]:
    document = parse(path.read_text(encoding="utf-8"))
    return [(section.category.value, row.name) for section in document.sections for row in section.rows]


def test_both_tell_the_same_new_rows_and_put_them_into_the_same_sections(
    cli: Callable[..., Any], trees: Any, seed: Callable[[], str]
) -> None:
    cli("update", "--transformers", trees.transformers)
    path = trees.sglang / DOCUMENT
    before = path.read_bytes()
    trees.register("GammaForCausalLM", "GammaVLForCausalLM", file="gamma.py")
    trees.public("epsilon", "EpsilonForSequenceClassification")
    ours = cli("update", "--transformers", trees.transformers)
    ours_rows = sections(path)
    path.write_bytes(before)
    theirs = seed()
    assert sections(path) == ours_rows
    told = re.compile(r"^  \+ (\w+)  \[(native \(\w+\.py\)|HF transformers)", re.MULTILINE)
    assert told.findall(ours.out) == told.findall(theirs)
    for line in ("Found 3 new architecture(s):", f"Done. Added 3 new architecture(s) to {DOCUMENT}"):
        assert line in ours.lines
        assert line in theirs.splitlines()
