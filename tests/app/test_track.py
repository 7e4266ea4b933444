"""The use cases of reading, called as a program would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.app.request import Request
from archtrack.app.track import scan_engine, track
from archtrack.config.settings import Settings
from archtrack.errors import SourceError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.model import Inventory
    from archtrack.sources.workspace import Workspace


NATIVES = {name for name, (_, status) in miniature.ROWS.items() if status == "native"}


def scanned(place: Workspace, trees: Any, engine: str = "sglang", **asked: Any) -> Inventory:
    return scan_engine(engine, str(getattr(trees, engine)), place, Request(**asked)).inventory


@pytest.mark.parametrize("file", ["transformers/modeling_utils.py", "transformers/__init__.py"])
def test_an_error_beside_comes_through(place: Workspace, request_: Request, trees: Any, file: str) -> None:
    (trees.transformers / "src" / file).unlink()
    with pytest.raises(SourceError, match="transformers"):
        track(request_, Settings(), place)


def test_an_unknown_engine_is_wrong_usage(place: Workspace) -> None:
    with pytest.raises(UsageError, match=r"no engine is called 'nothing'; choose from ctranslate2, .* vllm"):
        scan_engine("nothing", None, place, Request())


def test_an_external_package_may_be_one_that_is_installed(
    place: Workspace, trees: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "class AlphaForCausalLM: ...\nclass MineForCausalLM: ...\nEntryClass = [AlphaForCausalLM, MineForCausalLM]\n"
    miniature.write(tmp_path / "lib" / "mine" / "models" / "m.py", text)
    for folder in ("mine", "mine/models"):
        miniature.write(tmp_path / "lib" / folder / "__init__.py", "raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(tmp_path / "lib")
    found = scanned(place, trees, external="mine.models").by_name()
    assert set(found) == NATIVES | {"MineForCausalLM"}
    assert found["AlphaForCausalLM"].file.endswith("m.py")


@pytest.mark.parametrize(
    ("disabled", "gone"),
    [
        (("alpha", "beta"), {"AlphaForCausalLM", "BetaForCausalLM", "BetaForCausalLMNextN"}),
        (("no_such_module", "alph"), set()),
    ],
)
def test_disabled_modules_are_skipped_and_never_from_the_cache(
    place: Workspace, trees: Any, disabled: tuple[str, ...], gone: set[str]
) -> None:
    everything, found = (scanned(place, trees, disabled=each).by_name() for each in ((), disabled))
    assert set(everything) - set(found) == gone


def test_what_changes_the_engines_registry_leaves_transformers_alone(place: Workspace, trees: Any) -> None:
    plain = scanned(place, trees, "transformers")
    assert scanned(place, trees, "transformers", disabled=("beta",)) == plain
