"""``history refresh`` of an engine whose releases are the tags of its repository: TensorRT-LLM."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.app.history import refresh as refreshing
from archtrack.app.history.store import read_history
from archtrack.engines import load_engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

UPSTREAM = load_engine("tensorrt-llm").layout.repository
TORCH = "tensorrt_llm/_torch/models"
INDEX = f"{TORCH}/_arch_index.py"
LOADER = "tensorrt_llm/llmapi/llm_utils.py"
FIRST = {
    "tensorrt_llm/__init__.py": "",
    "tensorrt_llm/models/gemma/config.py": 'GEMMA_ARCHITECTURE = "GForCausalLM"\n',
    "tensorrt_llm/models/__init__.py": (
        "from .gemma.config import GEMMA_ARCHITECTURE\nMODEL_MAP = {'AForCausalLM': A, GEMMA_ARCHITECTURE: G}\n"
    ),
    "requirements.txt": "-c constraints.txt\ntransformers==4.36.1\n",
    "cpp/large.cpp": "// never read\n",
}
SECOND = {
    f"{TORCH}/modeling_b.py": '@register_auto_model("AForCausalLM")\nclass A: ...\n',
    "requirements.txt": "transformers==4.48.0\n",
}
THIRD = {
    INDEX: 'MODEL_ARCH_TO_MODULE = {"AForCausalLM": "modeling_b", "BForCausalLM": "modeling_b"}\n',
    LOADER: (
        "class ModelLoader:\n    def _update_from_hf_quant_config(self):\n"
        '        if c.get("quant_method") == "fp8":\n            pass\n'
        "        else:\n            raise NotImplementedError\n"
        "class CachedModelLoader:\n    def __call__(self):\n        self._update_from_hf_quant_config()\n"
    ),
}


@pytest.fixture
def online(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- cleared there
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nothing is asked of an index


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with three releases, of which each is of another generation, and tags that are none."""
    root = tmp_path / "TensorRT-LLM"
    add(root, "v0.7.1", {"tensorrt_llm/__init__.py": ""})
    add(root, "v0.8.0", FIRST)
    add(root, "v0.17.0rc1", {"tensorrt_llm/models/__init__.py": "MODEL_MAP = {'NeverForCausalLM': A}\n"})
    add(root, "v0.17.0", {**FIRST, **SECOND})
    add(root, "v1.2.0", THIRD)
    for name in ("v1.3.0rc0", "v1.2.0.dev1", "1.2.0", "gemma", "release/1.2"):
        miniature.git(root, "tag", name)
    miniature.git(root, "config", "uploadpack.allowFilter", "true")
    miniature.git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    return root


def add(root: Path, tag: str, files: dict[str, str]) -> None:
    for path, text in files.items():
        miniature.write(root / path, text)
    miniature.commit(root)
    miniature.git(root, "tag", tag)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tensorrt-llm.json"


@pytest.fixture
def refresh(online: None, cli: Run, kept: Path) -> Run:  # noqa: ARG001 -- set for the run
    def run(repository: str | Path | None) -> Any:
        named = () if repository is None else ("--from", f"git:{repository}")
        return cli("history", "refresh", "tensorrt-llm", "--data", kept.parent, *named)

    return run


def told(kept: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kept.read_bytes())
    return found


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_final_tags_are_the_releases(
    refresh: Run, kept: Path, cli: Run, repository: Path, scheme: str
) -> None:
    done = refresh(f"{scheme}{repository}")
    assert done.code == 0, done.err
    assert done.lines[0] == "tensorrt-llm 1.2.0: 3 architectures, 3 releases read, data written"
    data = told(kept)
    assert [(each["version"], each.get("transformers")) for each in data["releases"]] == [
        ("0.7.1", None),
        ("0.8.0", "==4.36.1"),
        ("0.17.0", "==4.48.0"),
        ("1.2.0", "==4.48.0"),
    ]
    commits = [miniature.git(repository, "rev-parse", f"v{each['version']}") for each in data["releases"]]
    assert [each["file"] for each in data["releases"]] == [f"commit {each}" for each in commits]
    assert "older than 0.8.0" in data["releases"][0]["unknown"]
    assert set(data["registered"]) == {"AForCausalLM", "BForCausalLM", "GForCausalLM"}
    history = read_history(kept)
    groups = [history.at(version)["AForCausalLM"].groups for version in ("0.8.0", "0.17.0", "1.2.0")]
    assert groups == [("tensorrt",), ("pytorch", "tensorrt"), ("pytorch", "tensorrt")]
    assert list(data["tables"]["quantisation"]) == ["fp8"]
    assert cli("data", "lint", kept.parent).code == 0


def test_a_second_run_reads_what_is_new(refresh: Run, kept: Path, repository: Path) -> None:
    refresh(f"file://{repository}")
    before = kept.read_bytes()
    assert refresh(f"file://{repository}").lines[0].endswith("0 releases read, data unchanged")
    assert kept.read_bytes() == before
    add(repository, "v1.2.1", {INDEX: THIRD[INDEX].replace("}", ', "CForCausalLM": "modeling_c"}')})
    done = refresh(f"file://{repository}")
    assert done.lines[:3] == [
        "tensorrt-llm 1.2.1: 4 architectures, 1 release read, data written",
        f"  1.2.1 ({told(kept)['releases'][-1]['date']}): 1 added, 0 removed since 1.2.0",
        "    + CForCausalLM",
    ]
    again = kept.with_name("again.json")
    shutil.move(kept, again)
    assert refresh(repository).code == 0
    assert again.read_bytes() == kept.read_bytes()


def test_a_tag_that_is_moved_is_read_again(refresh: Run, kept: Path, repository: Path) -> None:
    refresh(f"file://{repository}")
    miniature.git(repository, "tag", "--force", "v0.17.0", "v0.8.0")
    done = refresh(f"file://{repository}")
    assert "data written" in done.lines[0]
    assert told(kept)["releases"][2]["file"] == told(kept)["releases"][1]["file"]


def test_a_run_that_is_killed_goes_on_where_it_was(
    refresh: Run, kept: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, limit = refreshing.read_release, 2
    read: list[str] = []

    def reading(engine: Any, release: Any, *rest: Any) -> Any:
        if len(read) == limit:
            raise KeyboardInterrupt
        read.append(release.version)
        return real(engine, release, *rest)

    monkeypatch.setattr(refreshing, "read_release", reading)
    assert refresh(f"file://{repository}").code == 130
    assert not kept.exists()
    limit = 3
    assert refresh(f"file://{repository}").code == 0
    assert sorted(read) == ["0.17.0", "0.8.0", "1.2.0"]  # none of them twice
    resumed = kept.read_bytes()
    assert refresh(repository).code == 0
    assert kept.read_bytes() == resumed


def test_without_a_repository_its_own_is_read(
    refresh: Run, kept: Path, cli: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{repository}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", UPSTREAM)
    done = refresh(None)
    assert done.code == 0, done.err
    assert [each["version"] for each in told(kept)["releases"]][1:] == ["0.8.0", "0.17.0", "1.2.0"]
    for version, names in (
        ("0.8.0", {"AForCausalLM", "GForCausalLM"}),
        ("latest", {"AForCausalLM", "BForCausalLM", "GForCausalLM"}),
    ):
        assert set(cli("scan", "tensorrt-llm", version, "--format", "json").json["architectures"]) == names
    done = cli("scan", "tensorrt-llm", "1.3.0")
    assert (done.code, "no commit, tag or branch 'v1.3.0'" in done.err) == (3, True)
