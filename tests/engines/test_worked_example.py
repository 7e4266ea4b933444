"""The engine that docs/tasks/add-an-engine.md works through, taken from the page and run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tasks" / "add-an-engine.md").read_text(encoding="utf-8")
EXTEND = "import sys, archtrack.engines as engines; engines.__path__.append({folder!r})"


def code_of(file: str) -> str:
    """The Python block that the page shows as a file's content."""
    found = re.findall(rf"`{re.escape(file)}`:\n\n```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def engines(tmp_path: Path) -> Path:
    """A folder of engines that holds the example."""
    folder = tmp_path / "engines"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "tinyrt.py").write_text(code_of("src/archtrack/engines/tinyrt.py"), encoding="utf-8")
    return folder


def run(*arguments: str, folder: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own interpreter and our own programs
        [sys.executable, *arguments],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def archtrack(*arguments: str, engines: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    program = EXTEND.format(folder=str(engines)) + "; from archtrack.__main__ import main; sys.exit(main())"
    return run("-c", program, *arguments, folder=folder)


def test_the_page_s_own_test_of_the_engine_passes(engines: Path) -> None:
    tests = engines.parent / "tests"
    tests.mkdir()
    (tests / "test_tinyrt.py").write_text(code_of("tests/engines/test_tinyrt.py"), encoding="utf-8")
    (tests / "conftest.py").write_text(EXTEND.format(folder=str(engines)), encoding="utf-8")
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", ".", folder=tests)
    assert done.returncode == 0, done.stdout
    rows = 9
    assert re.search(rf"^{rows} passed", done.stdout, re.MULTILINE), done.stdout


def test_the_verbs_take_the_engine_without_any_further_edit(
    engines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHTRACK_CACHE_DIR", str(tmp_path / "cache"))
    new, old = tmp_path / "new", tmp_path / "old"
    (registry,) = re.findall(
        r"`tinyrt/registry\.py`:\n\n```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE
    )
    for tree, text in ((new, registry), (old, registry.replace("Qwen3ForCausalLM", "Qwen2ForCausalLM"))):
        (tree / "tinyrt" / "models").mkdir(parents=True)
        (tree / "tinyrt" / "registry.py").write_text(text, encoding="utf-8")
        (tree / "tinyrt" / "models" / "llama.py").write_text("class Llama:\n    pass\n", encoding="utf-8")
    for _ in range(2):  # the second run takes the inventory from the cache
        done = archtrack("scan", "tinyrt", str(new), "--format", "json", engines=engines, folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        found = json.loads(done.stdout)
        assert found["engine"] == "tinyrt"
        assert {name: (each["path"], each["line"]) for name, each in found["architectures"].items()} == {
            "LlamaForCausalLM": ("tinyrt/registry.py", 4),
            "Qwen3ForCausalLM": ("tinyrt/registry.py", 5),
        }
        assert found["architectures"]["LlamaForCausalLM"]["defined_line"] == 1
        assert found["architectures"]["Qwen3ForCausalLM"]["defined_line"] is None
    changed = archtrack("diff", "tinyrt", str(old), str(new), engines=engines, folder=tmp_path)
    assert changed.returncode == 0
    assert "Qwen3ForCausalLM" in changed.stdout
    same = archtrack("diff", "tinyrt", str(new), str(new), engines=engines, folder=tmp_path)
    assert "ForCausalLM" not in same.stdout


def test_without_the_file_there_is_no_such_engine(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = archtrack("scan", "tinyrt", ".", engines=empty, folder=tmp_path)
    assert done.returncode == 2
    assert "tinyrt" in done.stderr


@pytest.mark.parametrize("file", ["src/archtrack/engines/tinyrt.py", "tests/engines/test_tinyrt.py"])
def test_the_example_keeps_to_the_linter_s_rules(file: str) -> None:
    for command in (["ruff", "check"], ["ruff", "format", "--check"]):
        # Under the name that the page gives it: rules are set by folder.
        arguments = ("-m", *command, "--no-cache", "--stdin-filename", file, "-")
        done = run(*arguments, folder=ROOT, text=code_of(file))
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_lines_of_a_real_plugin_are_those_of_its_file() -> None:
    file = "engines/vllm_ascend.py"
    (shown,) = re.findall(
        rf"`src/archtrack/{re.escape(file)}`[^`\n]*:\n\n```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE
    )
    assert shown in (ROOT / "src" / "archtrack" / file).read_text(encoding="utf-8")
