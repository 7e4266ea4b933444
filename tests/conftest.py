"""Fixtures for everything that runs on miniature trees."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import settings

from archtrack.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# The Hub's client keeps files of its own, where it is told to when it is first imported: not among the user's.
_hub_home = tempfile.TemporaryDirectory(prefix="archtrack-hub-")
atexit.register(_hub_home.cleanup)
os.environ["HF_HOME"] = _hub_home.name

# In CI a red run says that the change is at fault, so every run tries the same examples; elsewhere new ones are tried.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def _shared(name: str, path: Path) -> Any:
    """A module that test modules import by name."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_HERE = Path(__file__).parent
miniature = _shared("miniature", _HERE / "miniature.py")
index_servers = _shared("index_servers", _HERE / "sources" / "servers.py")
hub_server = _shared("hub_server", _HERE / "hub_server.py")
made_history = _shared("made_history", _HERE / "made_history.py")
page_histories = _shared("page_histories", _HERE / "site" / "page_histories.py")


@pytest.fixture
def trees(tmp_path: Path) -> Any:
    """The two miniature trees."""
    return miniature.build(tmp_path / "trees")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, with a cache of its own beside it and no network."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in miniature.CLEARED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARCHTRACK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "1")
    return folder


@pytest.fixture
def cli(work: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:  # noqa: ARG001 - where it runs
    """Runs the command in this process, in ``work``."""

    def run(*arguments: object) -> Any:
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return miniature.Result(code=code, out=out, err=err)

    return run


@pytest.fixture
def package_index() -> Iterator[Any]:
    """A package index that is up, and empty."""
    with index_servers.IndexServer() as server:
        yield server


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """The JSON Schema that the package ships."""
    text = files("archtrack").joinpath("data", "schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


@pytest.fixture(scope="session")
def conforms(schema: dict[str, Any]) -> Callable[[Any, str], None]:
    """Holds data against one definition of the JSON Schema."""
    definitions = {key: value for key, value in schema.items() if key != "anyOf"}

    def check(data: Any, definition: str) -> None:
        jsonschema.Draft202012Validator({**definitions, "$ref": f"#/$defs/{definition}"}).validate(data)
        jsonschema.Draft202012Validator(schema).validate(data)

    return check
