"""``index refresh`` against a package index on this machine: what is read, believed and written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import index_servers
import pytest

from archtrack.data import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]


def swift(version: str, models: int) -> bytes:
    """A release of ms-swift that lists so many models."""
    listed = ", ".join(f"Model('ms/{at}', 'hub/model-{at}')" for at in range(models))
    text = f"register_model(ModelMeta(a, [ModelGroup([{listed}])], architectures=['LlamaForCausalLM']))\n"
    files = {"swift/__init__.py": b"", "swift/model/models/a.py": text.encode()}
    made: bytes = index_servers.make_wheel(files, version, stem="ms_swift")
    return made


def offer_swift(index: Any, version: str, models: int) -> None:
    index.add(f"ms_swift-{version}-py3-none-any.whl", swift(version, models), project="ms-swift")


@pytest.fixture
def index(package_index: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 -- cleared there
    """An index that has one release of every catalogue."""
    offer_swift(package_index, "1.0", 500)
    family = {
        "architectures": ["MistralForCausalLM"],
        "model_specs": [{"model_src": {"huggingface": {"model_id": "hub/model-0"}}}],
    }
    files = {
        "xinference/__init__.py": b"",
        "xinference/model/llm/models/a.json": json.dumps([family]).encode(),
    }
    wheel = index_servers.make_wheel(files, "1.0", stem="xinference")
    package_index.add("xinference-1.0-py3-none-any.whl", wheel, project="xinference")
    listed = [
        {"name": "hub/listed", "architecture": "llama", "pipeline_tag": "text-generation", "hf_downloads": 5}
    ]
    data = b"ELF" + json.dumps(listed, indent=2).encode() + b"\0"
    wheel = index_servers.make_wheel({"llmfit-1.0.data/scripts/llmfit": data}, "1.0", stem="llmfit")
    package_index.add("llmfit-1.0-py3-none-any.whl", wheel, project="llmfit")
    tests = b'_TEXT_EXAMPLE_MODELS = {"QForCausalLM": _HfExamplesInfo("hub/tested")}\n'
    sdist = index_servers.make_sdist(
        {"tests/models/registry.py": tests, "PKG-INFO": b"Name: vllm\n"}, root="vllm-1.0"
    )
    package_index.add("vllm-1.0.tar.gz", sdist, project="vllm")
    wheel = index_servers.make_wheel({"vllm/__init__.py": b""}, "1.0", stem="vllm")
    package_index.add("vllm-1.0-py3-none-any.whl", wheel, project="vllm")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    return package_index


@pytest.fixture
def refresh(cli: Run, tmp_path: Path) -> Run:
    def run(*arguments: object) -> Any:
        return cli("index", "refresh", "--data", tmp_path / "models", *arguments)

    return run


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "models" / "index.json"


def ids(kept: Path) -> dict[str, int]:
    return {each["package"]: each["ids"] for each in json.loads(kept.read_bytes())["sources"]}


@pytest.mark.usefixtures("index")
def test_the_newest_release_of_every_package_is_read(refresh: Run, kept: Path, cli: Run) -> None:
    done = refresh()
    assert done.code == 0, done.err
    found = ids(kept)
    assert {name: found[name] for name in ("llmfit", "ms-swift", "vllm", "xinference")} == {
        "llmfit": 1, "ms-swift": 500, "vllm": 1, "xinference": 1,
    }  # fmt: skip
    assert found["transformers"] > 300  # of the shipped history
    assert done.lines[1] == "ms-swift 1.0: 500 models"
    assert (cli("index", "lint", kept).code, cli("index", "lint", kept).out) == (0, "")


@pytest.mark.usefixtures("index")
def test_the_same_releases_give_the_same_bytes(refresh: Run, kept: Path) -> None:
    refresh()
    before = kept.read_bytes()
    assert refresh().lines[-1].endswith(": unchanged")
    kept.unlink()
    refresh()
    assert kept.read_bytes() == before


def test_a_release_whose_count_falls_is_not_believed_until_it_is_accepted(
    index: Any, refresh: Run, kept: Path
) -> None:
    refresh()
    offer_swift(index, "2.0", 100)
    done = refresh()
    assert done.code == 4
    assert (
        "Not accepted: ms-swift 2.0: 100 models, after 500 in 1.0; --accept ms-swift==2.0 takes it anyway"
        in done.err
    )
    assert ids(kept)["ms-swift"] == 500
    assert refresh("--accept", "ms-swift==2.0").code == 0
    assert ids(kept)["ms-swift"] == 100
    assert refresh("--accept", "ms-swift==9.0").code == 2


def test_what_a_doubted_release_replaces_stays_as_it_was(index: Any, refresh: Run, kept: Path) -> None:
    refresh()
    before = json.loads(kept.read_bytes())
    offer_swift(index, "2.0", 0)
    assert refresh().code == 4
    after = json.loads(kept.read_bytes())
    assert (after["models"], after["claims"]) == (before["models"], before["claims"])


def test_a_package_that_cannot_be_read_changes_nothing(index: Any, refresh: Run, kept: Path) -> None:
    refresh()
    before = kept.read_bytes()
    index.add("llmfit-2.0-py3-none-any.whl", b"no wheel at all", project="llmfit")
    done = refresh()
    assert (done.code, done.err.splitlines()[-1][:16]) == (3, "archtrack: error")
    assert kept.read_bytes() == before


def test_offline_nothing_is_refreshed(refresh: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "1")
    assert refresh().code == 2


def test_a_file_that_is_no_index_is_told(refresh: Run, kept: Path, index: Any) -> None:  # noqa: ARG001 -- asked
    kept.parent.mkdir()
    kept.write_text('{"schema_version": 9}', encoding="utf-8")
    done = refresh()
    assert done.code == 3
    assert "schema version 9" in done.err


def test_the_own_index_counts_if_it_knows_as_much(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", str(tmp_path / "own"))
    own = tmp_path / "own" / "models" / "index.json"
    own.parent.mkdir(parents=True)
    shipped = MODELS.read_text(encoding="utf-8")
    own.write_text(shipped.replace('"tool":"0.1.0"', '"tool":"9.9.9"'), encoding="utf-8")
    assert cli("index", "show", "Qwen3-32B").code == 0
    own.write_text("{}", encoding="utf-8")
    assert cli("index", "show", "Qwen3-32B").code == 3
