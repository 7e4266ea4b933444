"""The hooks for pre-commit: tried as their users would, in the environment that pre-commit makes for them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import miniature
from miniature import Cli

ROOT = Path(__file__).parents[1]
MANIFEST = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
HOOKS = {hook["id"]: hook for hook in MANIFEST}
DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
ENVIRON = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("GIT_", "ARCHTRACK_", "SGLANG_")) and name != "PYTHONPATH"
}
"""Of whoever runs the tests, with the package index, before a fixture changes it."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """This repository as it is now, with what is not committed yet: what of it is installed."""
    copy = tmp_path / "archtrack"
    listed = miniature.git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/", "benchmarks/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    miniature.commit(copy)
    return copy


@pytest.fixture
def checkout(cli: Cli, trees: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of SGLang, with a document that is up to date and a configuration that names transformers."""
    root = Path(trees.sglang)
    monkeypatch.chdir(root)
    miniature.write(root / "archtrack.toml", f'transformers = "{trees.transformers.as_posix()}"\n')
    assert cli("update").code == 0
    miniature.commit(root)
    return root


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    ("path", "updates", "lints"),
    [
        ("python/sglang/srt/models/llama.py", True, False),
        ("python/sglang/srt/configs/model_config.py", True, False),
        ("python/pyproject.toml", True, False),
        (DOCUMENT, True, True),
        (f"docs/{DOCUMENT}", True, True),
        ("archtrack.toml", True, True),
        ("README.md", False, False),
        ("test/srt/models/test_llama.py", False, False),
        ("python/sglang/lang/api.py", False, False),
    ],
)
def test_a_hook_runs_for_files_that_concern_it(hook: str, path: str, *, updates: bool, lints: bool) -> None:
    expected = lints if hook == "archtrack-lint" else updates
    assert (re.search(HOOKS[hook]["files"], path) is not None) is expected


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_s_command_passes_where_there_is_nothing_to_do(cli: Cli, checkout: Path, hook: str) -> None:
    assert cli(*HOOKS[hook]["entry"].split()[1:]).code == 0
    assert miniature.git(checkout, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("hook", "code", "written"),
    [("archtrack-update", 0, True), ("archtrack-check", 1, False), ("archtrack-lint", 1, False)],
)
def test_a_hook_s_command_fails_or_changes_the_document_where_there_is_something(
    cli: Cli, checkout: Path, trees: Any, hook: str, code: int, *, written: bool
) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    document = checkout / DOCUMENT
    text = miniature.edit(document, ("| **AlphaForCausalLM** | Y |", "| **AlphaForCausalLM** |  |"))
    assert cli(*HOOKS[hook]["entry"].split()[1:]).code == code
    assert (document.read_text(encoding="utf-8") != text) is written


@pytest.mark.network
def test_a_new_model_stops_the_commit_and_the_document_has_its_row_then(
    repository: Path, checkout: Path, trees: Any, tmp_path: Path
) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    own = {name: os.environ[name] for name in ("ARCHTRACK_CACHE_DIR", "ARCHTRACK_OFFLINE")}
    own |= {"PRE_COMMIT_COLOR": "never", "PRE_COMMIT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "pre_commit", "try-repo", repository]
    done = subprocess.run(  # noqa: S603 -- our own arguments
        [*command, "--files", "python/sglang/srt/models/gamma.py"], cwd=checkout, env=ENVIRON | own,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    line = r"^(model support document \(\w+\))\.+(?:\(no files to check\))?(\w+)$"
    results = dict(re.findall(line, done.stdout, re.MULTILINE))
    assert results == {
        "model support document (check)": "Failed",
        "model support document (lint)": "Skipped",
        "model support document (update)": "Failed",
    }, done.stdout
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert f"{DOCUMENT} is out of date: 1 new architecture. Nothing was written." in done.stdout
    document = (checkout / DOCUMENT).read_text(encoding="utf-8")
    assert "| **GammaForCausalLM** | Y |  | `gamma.py` |  |" in document
