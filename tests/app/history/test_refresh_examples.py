"""``history refresh`` of releases that name checkpoints: what is kept of them, and what an older archtrack has kept."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import index_servers
import pytest

import miniature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = "transformers/models/beta/configuration_beta.py:1"


def offer(index: Any, folder: Path, version: str, checkpoint: str | None) -> None:
    """A release of transformers whose configuration class of Beta declares the checkpoint; Delta's declares none."""
    trees = miniature.build(folder / version, version=version)
    trees.public("beta", "BetaForCausalLM", compatible=True, checkpoint=checkpoint)
    root = trees.transformers / "src"
    files = {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    index.add(
        f"transformers-{version}-py3-none-any.whl",
        index_servers.make_wheel(files, version, stem="transformers"),
        project="transformers",
    )


@pytest.fixture
def index(package_index: Any, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 -- cleared there
    """An index with three releases, of which the last two name different checkpoints."""
    offer(package_index, tmp_path, "9.0", None)
    offer(package_index, tmp_path, "9.1", "beta-org/beta-1b")
    offer(package_index, tmp_path, "9.2", "beta-org/beta-2b")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(
        "PIP_CONFIG_FILE", os.devnull
    )  # no further index, which could have releases of its own
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    return package_index


@pytest.fixture
def refresh(index: Any, cli: Callable[..., Any], tmp_path: Path) -> Callable[[str], bytes]:  # noqa: ARG001 -- served
    """Runs a refresh of transformers into a folder, and gives the data."""

    def run(folder: str) -> bytes:
        done = cli("history", "refresh", "transformers", "--data", tmp_path / folder)
        assert done.code == 0, done.err
        return (tmp_path / folder / "transformers.json").read_bytes()

    return run


def test_the_checkpoints_that_the_releases_name_are_kept(
    refresh: Callable[[str], bytes], cli: Callable[..., Any], tmp_path: Path
) -> None:
    found = json.loads(refresh("history"))["registered"]
    assert {name: each["spans"][0].get("examples") for name, each in found.items()} == {
        "BetaForCausalLM": [
            {"since": "9.1", "id": "beta-org/beta-1b", "at": CONFIG},
            {"since": "9.2", "id": "beta-org/beta-2b", "at": CONFIG},
        ],
        "DeltaForCausalLM": None,
        "DeltaForConditionalGeneration": None,
        "PreTrainedModel": None,
    }
    at = ("history", "--engine", "transformers", "--data", tmp_path / "history", "--format", "json", "--at")
    shown = [cli(*at, each).json["architectures"]["BetaForCausalLM"]["example"] for each in ("9.0", "9.1")]
    assert shown == [None, None]  # a claim, which nobody attests


@pytest.mark.parametrize(
    ("late", "checkpoint"), [("9.0.1", "o/late"), ("9.1.1", None), ("9.3", "beta-org/beta-2b")]
)
def test_in_steps_or_from_nothing_the_bytes_are_the_same(
    index: Any, refresh: Callable[[str], bytes], tmp_path: Path, late: str, checkpoint: str | None
) -> None:
    refresh("history")
    offer(index, tmp_path, late, checkpoint)
    assert refresh("history") == refresh("anew")


def test_data_without_checkpoints_are_made_anew(refresh: Callable[[str], bytes], tmp_path: Path) -> None:
    expected = refresh("history")
    path = tmp_path / "history" / "transformers.json"
    old = re.sub(r',"examples":\[[^]]*\]', "", expected.decode())
    old = re.sub(r'"revision":\d+', '"revision":9', old)
    assert old.encode() != expected
    path.write_text(old, encoding="utf-8")
    assert refresh("history") == expected
