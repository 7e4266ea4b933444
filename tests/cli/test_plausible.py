"""What must not pass for an answer: an empty scan; and which document is meant from a folder below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An SGLang that registers nothing."""
    package = tmp_path / "empty" / "python" / "sglang"
    miniature.write(package / "__init__.py", "")
    miniature.write(package / "srt" / "models" / "alpha.py", "class Alpha: pass\n")
    return tmp_path / "empty"


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "sglang", "EMPTY"),
        ("diff", "sglang", "EMPTY", "FULL"),
        ("list", "--sglang", "EMPTY", "--transformers", "HF"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_source_in_which_nothing_is_found_is_refused(
    cli: Cli, trees: Any, empty: Path, arguments: tuple[str, ...]
) -> None:
    names = {"EMPTY": empty, "FULL": trees.sglang, "HF": trees.transformers}
    done = cli(*(names.get(argument, argument) for argument in arguments))
    assert (done.code, done.out) == (4, "")
    assert "no architecture found in sglang" in done.err
    assert "; archtrack reads releases since 0.1.3; name a newer one, or another source" in done.err


def test_nothing_but_unresolved_places_is_an_answer(cli: Cli, empty: Path) -> None:
    miniature.write(empty / "python" / "sglang" / "srt" / "models" / "beta.py", "EntryClass = pick()\n")
    done = cli("scan", "sglang", empty)
    assert done.code == 0
    assert "beta.py:1" in done.err


@pytest.mark.parametrize("below", [".", "python/sglang"])
def test_the_document_of_the_checkout_is_meant_from_below(
    cli: Cli, work: Path, trees: Any, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    (work / ".git").mkdir()
    assert cli("update", *trees.options).code == 0
    folder = work / below
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(folder)
    done = cli("update", *trees.options)
    assert done.code == 0
    assert "nothing to write" in done.out
    assert sorted(path.relative_to(work).as_posix() for path in work.rglob(DOCUMENT)) == [DOCUMENT]


def test_a_document_above_that_belongs_to_no_checkout_is_not_meant(
    cli: Cli, work: Path, trees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("update", *trees.options).code == 0
    (work / "below").mkdir()
    monkeypatch.chdir(work / "below")
    assert "Existing architectures in doc: 0" in cli("update", *trees.options).out
    assert (work / "below" / DOCUMENT).exists()
