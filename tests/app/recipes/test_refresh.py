"""``data recipes`` against a package index on this machine: what is read, believed and written."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import index_servers
import pytest

from archtrack.data import RECIPES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

SHIPPED = (RECIPES / "vllm.json").read_text(encoding="utf-8")


def offer(index: Any, version: str, models: int, **others: str) -> None:
    """A release of vLLM that has so many recipes."""
    files = {f"recipes/models/a/M{at}.yaml": f"model:\n  model_id: a/M{at}\n" for at in range(models)}
    files |= {f"recipes/models/{name}.yaml": text for name, text in others.items()}
    files["recipes/manifest.yaml"] = "schema_version: 1\n"
    sdist = index_servers.make_sdist(
        {**{path: text.encode() for path, text in files.items()}, "PKG-INFO": b"Name: vllm\n"},
        root=f"vllm-{version}",
    )
    index.add(f"vllm-{version}.tar.gz", sdist, project="vllm")


@pytest.fixture
def index(package_index: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 -- cleared there
    offer(package_index, "40.0", 10)
    wheel = index_servers.make_wheel({"vllm/__init__.py": b""}, "40.1", stem="vllm")
    package_index.add("vllm-40.1-py3-none-any.whl", wheel, project="vllm")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    return package_index


@pytest.fixture
def refresh(cli: Run, tmp_path: Path) -> Run:
    def run(*arguments: object) -> Any:
        return cli("data", "recipes", "--data", tmp_path / "recipes", *arguments)

    return run


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "recipes" / "vllm.json"


def test_the_newest_release_with_a_source_distribution_is_read(
    index: Any, refresh: Run, kept: Path, cli: Run
) -> None:
    offer(index, "40.2", 11)
    done = refresh()
    assert (done.code, done.lines) == (0, [f"vllm 40.2: 11 recipes in {kept.parent}: written"])
    found = json.loads(kept.read_bytes())
    assert (found["source"]["file"], len(found["recipes"])) == ("vllm-40.2.tar.gz", 11)
    assert found["recipes"][0]["path"] == "recipes/models/a/M0.yaml"
    assert (cli("data", "lint", kept).code, cli("data", "lint", kept).out) == (0, "")


@pytest.mark.usefixtures("index")
def test_the_same_release_gives_the_same_bytes(refresh: Run, kept: Path) -> None:
    refresh()
    before = kept.read_bytes()
    assert refresh().lines[-1].endswith(": unchanged")
    kept.unlink()
    refresh()
    assert kept.read_bytes() == before


def test_a_recipe_that_cannot_be_read_is_told_and_kept_as_such(index: Any, refresh: Run, kept: Path) -> None:
    offer(index, "40.2", 10, bad="model: [")
    done = refresh()
    assert done.code == 0
    assert done.err.startswith("recipes/models/bad.yaml: not read: is no YAML")
    assert [path for path, _ in json.loads(kept.read_bytes())["unresolved"]] == ["recipes/models/bad.yaml"]


def test_a_release_with_far_fewer_is_not_believed_until_it_is_accepted(
    index: Any, refresh: Run, kept: Path
) -> None:
    refresh()
    before = kept.read_bytes()
    offer(index, "41.0", 7)
    done = refresh()
    assert done.code == 4
    assert done.err == (
        "Not accepted: vllm 41.0: 7 recipes, after 10 in 40.0; --accept 41.0 takes it anyway\n"
    )
    assert kept.read_bytes() == before
    assert refresh("--accept", "40.0").code == 4
    assert refresh("--accept", "41.0").code == 0
    assert json.loads(kept.read_bytes())["source"]["version"] == "41.0"
    offer(index, "42.0", 6)
    assert refresh().code == 0  # not so few


def test_a_release_without_recipes_changes_nothing(index: Any, refresh: Run, kept: Path) -> None:
    refresh()
    before = kept.read_bytes()
    offer(index, "41.0", 0, bad="[")
    done = refresh()
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "vllm-41.0.tar.gz: none of its 1 recipes could be read" in done.err
    sdist = index_servers.make_sdist({"PKG-INFO": b"Name: vllm\n"}, root="vllm-42.0")
    index.add("vllm-42.0.tar.gz", sdist, project="vllm")
    done = refresh()
    assert (done.code, "vllm-42.0.tar.gz: holds no recipes/manifest.yaml" in done.err) == (3, True)
    assert kept.read_bytes() == before


def test_without_its_library_nothing_is_fetched(
    index: Any, refresh: Run, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    done = refresh()
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "needs the extra `yaml`" in done.err
    assert (index.requests, kept.parent.exists()) == ([], False)


@pytest.mark.usefixtures("index")
def test_what_cannot_be_is_refused(
    refresh: Run, kept: Path, cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert cli("data", "recipes", "--data", tmp_path / "file").code == 2
    kept.parent.mkdir()
    kept.write_text('{"schema_version": 9}', encoding="utf-8")
    done = refresh()
    assert (done.code, "schema version 9" in done.err) == (3, True)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "1")
    assert refresh().code == 2


def test_the_own_recipes_count_if_they_are_as_new(
    cli: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", str(tmp_path / "own"))
    own = tmp_path / "own" / "recipes" / "vllm.json"
    own.parent.mkdir(parents=True)

    def version() -> str:
        done = cli("check", "Qwen3-32B", "--engine", "vllm", "--format", "json", "--offline")
        assert done.code == 0, done.err
        found: str = done.json["targets"][0]["recipes"][0]["version"]
        return found

    own.write_text(SHIPPED.replace('"version":"0.33.0"', '"version":"0.34.0"'), encoding="utf-8")
    assert version() == "0.34.0"
    own.write_text(SHIPPED.replace('"version":"0.33.0"', '"version":"0.32.0"'), encoding="utf-8")
    assert version() == "0.33.0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "schema version None"),
        ("[" * 100_000, "nested too deeply"),
        ("\xff", "not JSON"),
        (SHIPPED.replace('"args":[', '"args":[1,', 1), "'1' is no text"),
        (SHIPPED.replace('"path":"', '"path":"z', 1), "not sorted by path"),
        (SHIPPED.replace('"engine":"vllm"', '"engine":"sglang"'), "it has recipes of 'sglang'"),
    ],
)
def test_what_somebody_hands_in_is_refused_with_one_line(
    cli: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    words: str,
) -> None:
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", str(tmp_path / "own"))
    own = tmp_path / "own" / "recipes" / "vllm.json"
    own.parent.mkdir(parents=True)
    own.write_text(text, encoding="latin-1")
    done = cli("check", "Qwen3-32B", "--engine", "vllm", "--offline")
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1), done.err
    assert words in done.err
    assert "remove it, and `archtrack data recipes` makes one that fits" in done.err
    assert cli("check", "Qwen3ForCausalLM", "--engine", "vllm", "--offline").code == 0  # which needs none
