"""What becomes of a test that needs a browser or the package index where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def conftest(pytestconfig: pytest.Config) -> Iterator[Any]:
    """The module that decides it, which asks once: here it asks anew."""
    module: Any = pytestconfig.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    asked = (module.find_browser, module.no_index)
    for each in asked:
        each.cache_clear()
    yield module
    for each in asked:
        each.cache_clear()


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a browser nor an index."""
    monkeypatch.setenv("ARCHTRACK_CHROMIUM", str(tmp_path / "chromium"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("browser", "no Chromium was found"),
        ("network", "the package index cannot be read: http://127.0.0.1:9/"),
    ],
)
@pytest.mark.usefixtures("nothing")
def test_it_is_skipped_with_the_reason_and_in_ci_it_fails(
    conftest: Any,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    marker: str,
    reason: str,
    ci: str,
    outcome: type[BaseException],
) -> None:
    monkeypatch.setenv("CI", ci)
    conftest.pytest_runtest_setup(request.node)  # a test without the marker needs neither
    request.node.add_marker(marker)
    with pytest.raises(outcome, match=reason):
        conftest.pytest_runtest_setup(request.node)


def test_where_there_is_a_browser_nothing_is_in_its_way(
    conftest: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("ARCHTRACK_CHROMIUM", str(program))
    request.node.add_marker("browser")
    conftest.pytest_runtest_setup(request.node)
    assert conftest.find_browser() == str(program)
