from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import types
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

import pytest

from archtrack.model import Origin
from archtrack.sources.base import Layout
from archtrack.sources.disk.installed import installed_source

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.sources.disk.folder import LocalSource

LAYOUT = Layout(package="planted_pkg", distribution="planted-dist", parents=("python", ""))
MARK = "raise SystemExit('imported')\n"


def plant(base: Path, *, version: str | None = "1.2.3", init: bool = True) -> Path:
    package = base / "planted_pkg"
    package.mkdir(parents=True)
    (package / ("__init__.py" if init else "module.py")).write_text(MARK)
    if version is not None:
        plant_metadata(base, version)
    return package


def plant_metadata(site: Path, version: str, editable: Path | None = None) -> None:
    info = site / f"planted_dist-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: planted-dist\nVersion: {version}\n")
    if editable is not None:
        record = {"url": editable.as_uri(), "dir_info": {"editable": True}}
        (info / "direct_url.json").write_text(json.dumps(record))


def find(*folders: Path, **environ: str) -> LocalSource | None:
    return installed_source(LAYOUT, environ=environ, path=[str(folder) for folder in folders])


def found(*folders: Path, **environ: str) -> LocalSource:
    source = find(*folders, **environ)
    assert source is not None
    return source


def environment(prefix: Path) -> Path:
    site = prefix / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    return site


def test_a_package_that_is_not_installed_gives_nothing(tmp_path: Path) -> None:
    assert find(tmp_path, tmp_path / "nowhere") is None
    assert find(tmp_path, VIRTUAL_ENV=str(tmp_path), CONDA_PREFIX="") is None
    plant_metadata(tmp_path, "1.0")
    assert find(tmp_path) is None, "metadata alone is a broken removal"


def test_an_installed_package_is_located_with_its_version(tmp_path: Path) -> None:
    plant(tmp_path)
    source = found(tmp_path / "nowhere", tmp_path)
    assert source.origin == Origin(
        distribution="planted-dist", kind="installed", location=str(tmp_path), version="1.2.3", prefix=""
    )
    assert source.list(["**"]) == ("METADATA", "planted_pkg/__init__.py")
    assert source.read(["planted_pkg/__init__.py"]) == {"planted_pkg/__init__.py": MARK.encode()}


def test_nothing_is_imported_by_the_interpreter_that_has_it(tmp_path: Path) -> None:
    plant(tmp_path)
    script = """
        import sys
        from archtrack.sources.base import Layout
        from archtrack.sources.disk.installed import installed_source
        source = installed_source(Layout(package="planted_pkg", distribution="planted-dist"), environ={})
        print(source.origin.location, source.origin.version, "planted_pkg" in sys.modules)
    """
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    out = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out == f"{tmp_path} 1.2.3 False\n"


@pytest.mark.parametrize("module", [types.ModuleType("planted_pkg"), None])
def test_a_module_of_that_name_that_was_imported_does_not_confuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    monkeypatch.setitem(sys.modules, "planted_pkg", module)  # its __spec__ is None, which find_spec refuses
    plant(tmp_path)
    assert find(tmp_path) is not None


def test_the_first_on_the_path_wins_and_a_real_package_over_a_bare_folder(tmp_path: Path) -> None:
    plant(tmp_path / "bare", version="0.1", init=False)
    plant(tmp_path / "one", version="1.0")
    plant(tmp_path / "two", version="2.0")

    def version(*names: str) -> str | None:
        return found(*(tmp_path / name for name in names)).origin.version

    assert version("one", "two") == "1.0"
    assert version("two", "one") == "2.0"
    assert version("bare", "two") == "2.0"
    assert version("bare") == "0.1"


def test_a_checkout_in_the_working_directory_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    assert installed_source(LAYOUT, environ={}) is None
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    assert installed_source(LAYOUT, environ={}) is not None


def test_an_editable_install_by_a_path_line_has_metadata_and_project_file(tmp_path: Path) -> None:
    site, repository = tmp_path / "site", tmp_path / "repository"
    plant(repository / "python", version=None)
    (repository / "python" / "pyproject.toml").write_text("[project]\n")
    (repository / ".git").mkdir()
    plant_metadata(site, "3.0", repository)

    source = found(site, repository / "python")
    location = str(repository)
    assert source.origin == Origin(
        distribution="planted-dist", kind="installed", location=location, version="3.0", prefix="python/"
    )
    assert source.list(["*", "planted_pkg/*"]) == ("METADATA", "planted_pkg/__init__.py", "pyproject.toml")


class Hook:
    """What an editable install puts on ``sys.meta_path``."""

    def __init__(self, *locations: str | Exception) -> None:
        self.locations = locations

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        if not self.locations:
            return None
        spec = ModuleSpec(name, None, is_package=True)
        for location in self.locations:
            if isinstance(location, Exception):
                raise location
            assert spec.submodule_search_locations is not None
            spec.submodule_search_locations.append(location)
        return spec


def test_an_editable_install_by_a_hook_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = plant(tmp_path / "src", version=None)
    plant_metadata(tmp_path / "site", "4.0")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Hook(str(tmp_path / "gone"), str(package))])

    origin = found(tmp_path / "site").origin
    assert (origin.location, origin.version) == (str(tmp_path / "src"), "4.0")


@pytest.mark.parametrize("hook", [Hook(), Hook("/nowhere"), Hook(RuntimeError("broken")), object()])
def test_a_hook_without_an_answer_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: object
) -> None:
    monkeypatch.setattr(sys, "meta_path", [hook, *sys.meta_path])
    assert find(tmp_path) is None
    plant(tmp_path)
    assert find(tmp_path) is not None


# -- another environment ---------------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_the_active_environment_is_looked_at_if_the_interpreter_has_none(
    tmp_path: Path, variable: str
) -> None:
    plant(environment(tmp_path / "env"), version="5.0")
    (tmp_path / "empty").mkdir()

    plant(tmp_path / "own", version="6.0")
    for folder, version in (("empty", "5.0"), ("own", "6.0")):
        assert found(tmp_path / folder, **{variable: str(tmp_path / "env")}).origin.version == version


def test_a_virtual_environment_comes_before_conda_and_the_newest_python_first(tmp_path: Path) -> None:
    plant(environment(tmp_path / "conda"), version="1.0")
    plant(environment(tmp_path / "venv"), version="2.0")
    plant(tmp_path / "venv/lib/python3.9/site-packages", version="3.0")

    for folder, version in (("venv", "2.0"), ("nowhere", "1.0")):
        source = found(VIRTUAL_ENV=str(tmp_path / folder), CONDA_PREFIX=str(tmp_path / "conda"))
        assert source.origin.version == version


def test_path_lines_there_are_followed_and_import_lines_are_not_run(tmp_path: Path) -> None:
    site = environment(tmp_path / "env")
    plant(tmp_path / "env/src", version=None)
    (site / "a.pth").write_bytes(b"\xff\xfe\0\n")
    (site / "b.pth").write_text(
        f"import os; open({str(tmp_path / 'mark')!r}, 'w')\n# ../../../nowhere\n\nnowhere\n../../../src\n"
    )
    assert found(VIRTUAL_ENV=str(tmp_path / "env")).list(["**"]) == ("planted_pkg/__init__.py",)
    assert not (tmp_path / "mark").exists()


def test_an_editable_install_there_is_known_by_its_metadata(tmp_path: Path) -> None:
    plant(tmp_path / "my project" / "python", version=None)
    plant_metadata(environment(tmp_path / "env"), "7.0", tmp_path / "my project")
    origin = found(VIRTUAL_ENV=str(tmp_path / "env")).origin
    assert (origin.location, origin.version) == (str(tmp_path / "my project" / "python"), "7.0")


@pytest.mark.parametrize(
    "record",
    [
        "",
        "[]",
        "{}",
        '{"url": 3, "dir_info": {"editable": true}}',
        '{"url": "file:///", "dir_info": {"editable": false}}',
        '{"url": "file:///nowhere", "dir_info": {"editable": true}}',
        '{"url": "https://host/x", "dir_info": {"editable": true}}',
        '{"url": "file:///%00", "dir_info": {"editable": true}}',
    ],
)
def test_a_record_of_another_kind_is_no_editable_install(tmp_path: Path, record: str) -> None:
    site = environment(tmp_path / "env")
    plant_metadata(site, "7.0")
    (site / "planted_dist-7.0.dist-info" / "direct_url.json").write_text(record)
    assert find(VIRTUAL_ENV=str(tmp_path / "env")) is None


@pytest.mark.parametrize("name", ["direct_url.json", "METADATA", "../a.pth"])
def test_files_without_end_and_pipes_say_nothing_and_are_not_waited_for(tmp_path: Path, name: str) -> None:
    site = environment(tmp_path / "env")
    plant(tmp_path / "env/src", version=None)
    (site / "b.pth").write_text("../../../src\n")
    plant_metadata(site, "7.0", tmp_path / "nowhere")
    path = site / "planted_dist-7.0.dist-info" / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    assert find(VIRTUAL_ENV=str(tmp_path / "env")) is not None
    path.unlink()
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    assert find(VIRTUAL_ENV=str(tmp_path / "env")) is not None
