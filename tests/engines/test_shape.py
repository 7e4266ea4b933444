"""Every engine package has the same files, and following its load path imports no reader."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import archtrack.engines

ENGINES = Path(archtrack.engines.__file__).parent
PACKAGES = sorted(path.parent.name for path in ENGINES.glob("*/engine.py"))
LOADS = sorted(path.parent.name for path in ENGINES.glob("*/load.py"))
READERS = ("core.python", "engines._", "sources.disk", "sources.git", "sources.index")
"""What reads a release, besides the modules of the packages."""


def imported(code: str) -> set[str]:
    """The modules of archtrack that a fresh interpreter has after some code, without the package's name."""
    printed = f"{code}\nimport sys\nprint(*sys.modules)"
    run = [sys.executable, "-c", printed]
    found = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    return {name.removeprefix("archtrack.") for name in found if name.startswith("archtrack.")}


def readers(modules: set[str], package: str = "") -> list[str]:
    """Those that read a release."""
    own = tuple(f"engines.{package}.{name}" for name in ("registry", "load_facts") if package)
    return sorted(name for name in modules if name.startswith((*READERS, *own)))


def test_the_engines_whose_load_path_is_followed() -> None:
    assert set(LOADS) == {
        "ctranslate2",
        "exllamav3",
        "llama_cpp",
        "lmdeploy",
        "mlx_lm",
        "ollama",
        "mlx_vlm",
        "onnxruntime_genai",
        "openvino",
        "sglang",
        "tensorrt_llm",
        "transformers",
        "vllm",
    }
    assert PACKAGES == LOADS


@pytest.mark.parametrize("package", LOADS)
def test_following_a_load_path_imports_no_reader(package: str) -> None:
    code = f"import archtrack.app.check\nfrom archtrack.engines import {package}\n"
    modules = imported(f"{code}import archtrack.engines.{package}.load")
    assert {"app.check", f"engines.{package}.engine", f"engines.{package}.load"} <= modules
    assert readers(modules, package) == []
    reading = readers(imported(f"{code}import archtrack.engines.{package}.load_facts"), package)
    assert {"core.python", "engines._source_tokens"} & set(reading)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_declaration_imports_no_reader(package: str) -> None:
    modules = imported(
        f"from archtrack.engines import load_engine\nload_engine({package.replace('_', '-')!r})"
    )
    assert f"engines.{package}.engine" in modules
    assert readers(modules, package) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_newcomer_finds_things_by_name(package: str) -> None:
    files = {path.name for path in (ENGINES / package).glob("*.py")}
    scans = "public_classes.py" if package == "transformers" else "registry.py"
    assert files >= {"engine.py", "files.py", scans}
    assert ({"load.py", "load_facts.py"} <= files) is (package in LOADS)


def test_the_verdict_imports_no_reader() -> None:
    names = [
        "auto_config",
        "checkpoint",
        "config_classes",
        "context",
        "decision",
        "substitutions",
        "wrapper_class",
    ]
    modules = imported("\n".join(f"import archtrack.core.verdict.{name}" for name in names))
    assert readers(modules) == []
