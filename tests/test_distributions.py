"""What ``.ci/distributions.py`` refuses before anything is published."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from index_servers import make_sdist, make_wheel

from archtrack.version import __version__

ROOT = Path(__file__).parents[1]
OWN = {"archtrack/__init__.py": b"", "archtrack/data/x.json": b"{}"}


@pytest.fixture(scope="module")
def script() -> Any:
    """The script as a module."""
    spec = spec_from_file_location("distributions", ROOT / ".ci" / "distributions.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tag_of_this_version_is_taken_and_no_other(script: Any) -> None:
    source = (ROOT / "src" / "archtrack" / "version.py").read_text(encoding="utf-8")
    script.check_tag(f"v{__version__}", source)
    for tag, text in ((__version__, source), ("v9.9", source), (f"v{__version__}", "")):
        with pytest.raises(script.DistributionError, match=f"the tag is {tag}, and .*version.py"):
            script.check_tag(tag, text)


def test_a_tag_that_is_not_that_of_the_version_builds_nothing(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["distributions.py", "--tag", "v9.9", "--out", str(tmp_path / "dist")])
    assert script.main() == 1
    assert f"asks for v{__version__}" in capsys.readouterr().err
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, None),
        ({"tests/test_x.py": b""}, "has tests/test_x.py that src/archtrack has not, and lacks nothing"),
        (
            {"archtrack/data/x.json": None},
            "has nothing that src/archtrack has not, and lacks archtrack/data/x.json",
        ),
    ],
)
def test_a_wheel_holds_the_package_and_nothing_else(
    script: Any, tmp_path: Path, changed: dict[str, bytes | None], message: str | None
) -> None:
    files = {name: body for name, body in (OWN | changed).items() if body is not None}
    path = tmp_path / "archtrack-1.0-py3-none-any.whl"
    path.write_bytes(make_wheel(files, stem="archtrack"))
    if message is None:
        script.check_wheel(path, set(OWN))
    else:
        with pytest.raises(script.DistributionError, match=message):
            script.check_wheel(path, set(OWN))


def test_the_wheel_of_the_sdist_is_that_of_the_checkout(script: Any, tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.whl", "same.whl", "other.whl"))
    for path, files in ((one, OWN), (same, OWN), (other, OWN | {"archtrack/data/x.json": b"[]"})):
        path.write_bytes(make_wheel(files, stem="archtrack"))
    script.check_same(one, same)
    with pytest.raises(script.DistributionError, match=r"it differs in archtrack/data/x\.json"):
        script.check_same(one, other)


def test_an_sdist_holds_every_file_of_the_checkout(script: Any, tmp_path: Path) -> None:
    path = tmp_path / "archtrack-1.0.tar.gz"
    path.write_bytes(
        make_sdist({"pyproject.toml": b"", "src/archtrack/__init__.py": b""}, root="archtrack-1.0")
    )
    script.check_sdist(path, {"pyproject.toml"})
    with pytest.raises(script.DistributionError, match=r"lacks tests/conftest\.py"):
        script.check_sdist(path, {"pyproject.toml", "tests/conftest.py"})
