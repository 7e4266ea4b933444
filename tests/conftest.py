"""Fixtures for everything that runs on miniature trees."""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import HealthCheck, settings

from archtrack.__main__ import main
from archtrack.errors import ArchtrackError
from archtrack.sources.index.http import Http
from archtrack.sources.index.listing import find_release, index_urls
from archtrack.sources.index.pip_config import index_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# The Hub's client keeps files of its own, where it is told to when it is first imported: not among the user's.
_hub_home = tempfile.TemporaryDirectory(prefix="archtrack-hub-")
atexit.register(_hub_home.cleanup)
os.environ["HF_HOME"] = _hub_home.name
# How old the shipped data is, and so what a verdict says of that, must not depend on the day of the run.
os.environ["SOURCE_DATE_EPOCH"] = "1796083200"  # 2026-12-01

# How long an example takes says nothing on a machine that has other work.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# In CI a red run says that the change is at fault, so every run tries the same examples; elsewhere new ones are tried.
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


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
gguf_files = _shared("gguf_files", _HERE / "gguf_files.py")
hub_server = _shared("hub_server", _HERE / "hub_server.py")
_shared("real_release", _HERE / "real_release.py")
seed_reader = _shared("seed_reader", _HERE / "seed_reader.py")
_shared("pattern_steps", _HERE / "pattern_steps.py")
_shared("hostile", _HERE / "hostile.py")
made_history = _shared("made_history", _HERE / "made_history.py")
made_index = _shared("made_index", _HERE / "made_index.py")
_shared("model_lookups", _HERE / "model_lookups.py")
page_histories = _shared("page_histories", _HERE / "site" / "page_histories.py")


_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@cache
def find_browser() -> str | None:
    """The file of Chromium: what ``ARCHTRACK_CHROMIUM`` names, or what is installed."""
    named = os.environ.get("ARCHTRACK_CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else _BROWSERS)), None)


def no_browser() -> str | None:
    """Why no page can be looked at, or None."""
    if find_browser() is not None:
        return None
    return (
        "no Chromium was found: install it (Debian: apt-get install chromium), or name its file in "
        "ARCHTRACK_CHROMIUM"
    )


@cache
def no_index() -> str | None:
    """Why no release can be read from the package index, or None: asked once."""
    try:
        settings = replace(index_settings(os.environ), retries=0)
        with closing(Http(settings)) as http:
            find_release("mlx-lm", "latest", index_urls(settings), http)
    except ArchtrackError as error:
        return f"the package index cannot be read: {error}"
    return None


_NEEDS = {"browser": no_browser, "network": no_index}
"""What a test with such a marker needs that not every machine has."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files first that read releases or look at pages, and then those of many tests.

    A slow one that began last would run alone.
    """
    slow = {item.path for item in items if any(map(item.get_closest_marker, _NEEDS))}
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path], item.path))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose needs are not met; in CI it fails, because there somebody relies on its having run."""
    for marker, missing in _NEEDS.items():
        if item.get_closest_marker(marker) is not None and (reason := missing()) is not None:
            if os.environ.get("CI"):
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The file of the browser."""
    found = find_browser()
    assert found is not None, "a test that looks at a page is marked `browser`"
    return found


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for tests that read real releases: what one of them has read is not fetched again for another."""
    return tmp_path_factory.mktemp("releases")


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
