from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import archtrack
import miniature

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "api.md"


def test_every_public_name_is_there_and_sorted() -> None:
    assert archtrack.__all__ == sorted(archtrack.__all__)
    for name in archtrack.__all__:
        assert getattr(archtrack, name) is not None
    assert set(archtrack.__all__) <= set(dir(archtrack))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = archtrack.nothing  # type: ignore[attr-defined]


def test_importing_the_package_imports_none_of_its_modules() -> None:
    script = "import sys, archtrack; print([name for name in sys.modules if name.startswith('archtrack.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert done.stdout == "[]\n"


def test_functions_give_what_the_commands_print(work: Path, trees: Any) -> None:
    sources = {"sglang": str(trees.sglang), "transformers": str(trees.transformers)}
    names = [each.name for each in archtrack.scan("sglang", sources["sglang"]).registrations]
    assert "AlphaForCausalLM" in names
    matrix = archtrack.track(**sources)
    assert {row.name for row in matrix.rows} >= set(names)
    done, lost = archtrack.check("AlphaForCausalLM", "no/such/thing", **sources)
    assert done.sglang is not None
    assert (done.sglang.status, done.error) == (archtrack.Status.NATIVE, None)
    assert {"sglang", "transformers", "vllm"} <= {each.presence.engine for each in done.engines}
    assert (lost.sglang, lost.engines, lost.exit_code) == (None, (), 3)
    (chosen,) = archtrack.check("Glm4ForCausalLM", engines=["lmdeploy==0.9.0"])
    assert [each.fix for each in chosen.engines] == ["upgrade to lmdeploy 0.10.0"]
    found = {each.presence.engine: each.presence for each in done.engines}
    assert found["sglang"] == done.sglang
    assert found["vllm"].status is archtrack.Status.UNSUPPORTED
    looked = archtrack.update_document("D.md", **sources, write=False)
    assert (looked.differs, looked.written, (work / "D.md").exists()) == (True, False, False)
    update = archtrack.update_document("D.md", **sources, date="2026-01-02")
    assert update.written
    assert "**Last updated:** 2026-01-02" in (work / "D.md").read_text(encoding="utf-8")
    assert not archtrack.update_document("D.md", **sources).differs


def test_the_configuration_and_the_environment_hold_as_for_the_command(
    work: Path, trees: Any, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = f'sglang = "{trees.sglang}"\ntransformers = "{trees.transformers}"\n'
    miniature.write(work / "archtrack.toml", sources + 'document = "OWN.md"\ndisabled = ["alpha"]\n')
    assert cli("update").code == 0
    assert archtrack.update_document().path.name == "OWN.md"
    assert not archtrack.update_document(write=False).differs
    assert "AlphaForCausalLM" not in {row.name for row in archtrack.track().rows}
    monkeypatch.setenv("SGLANG_DISABLED_MODEL_ARCHS", "beta")
    natives = {row.name for row in archtrack.track().rows if row.native is not None}
    assert "AlphaForCausalLM" in natives
    assert "BetaForCausalLM" not in natives
    (answer,) = archtrack.check(work / "archtrack.toml")
    assert answer.exit_code == 3


@pytest.mark.usefixtures("work")
def test_offline_in_the_environment_holds() -> None:
    with pytest.raises(archtrack.SourceError, match="offline"):
        archtrack.scan("sglang", "0.5.9")


def test_a_date_that_is_none_is_wrong_usage(work: Path, trees: Any) -> None:
    with pytest.raises(archtrack.UsageError, match="is not a date"):
        archtrack.update_document("D.md", sglang=trees.sglang, transformers=trees.transformers, date="nope")
    assert not (work / "D.md").exists()


@pytest.mark.network
def test_the_examples_of_the_page_are_what_happens(
    tmp_path: Path, releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARCHTRACK_CACHE_DIR", str(releases))
    monkeypatch.delenv("ARCHTRACK_OFFLINE", raising=False)
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried > 15
    assert failed == 0
