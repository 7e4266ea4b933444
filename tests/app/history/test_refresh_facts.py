"""``history refresh``: the facts that gates rest on, and the transformers that counts for a release."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import index_servers
import pytest

import miniature
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import Histories
from archtrack.core.history.data_file import parse_history

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Refresh = Callable[..., dict[str, Any]]

USES = "from transformers import BetaForCausalLM\nclass UserForCausalLM: pass\nEntryClass = UserForCausalLM\n"
LOADER = "def resolve_transformers_arch(config, architectures):\n    return architectures\n"
MODEL_CONFIG = "sglang/srt/configs/model_config.py"
USER, QUANT = "sglang/srt/models/user.py", "sglang/srt/layers/quantization/__init__.py"


def offer(index: Any, engine: str, root: Path, version: str, day: str, *requires: str) -> None:
    """A release with the files below a folder."""
    files = {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    index.add(
        f"{engine}-{version}-py3-none-any.whl",
        index_servers.make_wheel(files, version, stem=engine, requires=requires),
        project=engine,
        **{"upload-time": f"{day}T10:00:00Z"},
    )


def offer_sglang(
    index: Any,
    folder: Path,
    version: str,
    day: str,
    *requires: str,
    methods: str = "'fp8': A",
    loader: str = LOADER,
) -> None:
    """A release of SGLang with a module that imports a name of transformers."""
    trees = miniature.build(folder / f"sglang-{version}")
    trees.native("user.py", USES)
    root = trees.sglang / "python"
    verifies = "from sglang.srt.layers.quantization import QUANTIZATION_METHODS\n"
    miniature.write(root / MODEL_CONFIG, verifies + miniature.MODEL_CONFIG)
    miniature.write(root / QUANT, f"QUANTIZATION_METHODS = {{{methods}}}\n")
    miniature.write(root / "sglang" / "srt" / "model_loader" / "utils.py", loader)
    offer(index, "sglang", root, version, day, *requires)


def offer_transformers(index: Any, folder: Path, version: str, day: str, *names: str) -> None:
    """A release of transformers whose model Beta has these classes."""
    trees = miniature.build(folder / f"transformers-{version}", version=version)
    trees.public("beta", *names)
    offer(index, "transformers", trees.transformers / "src", version, day)


@pytest.fixture
def index(package_index: Any, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 -- cleared there
    """Two releases of transformers, of which the newer has lost a class, and two of SGLang: before and after that."""
    offer_transformers(package_index, tmp_path, "9.0", "2026-01-01", "BetaForCausalLM")
    offer_transformers(package_index, tmp_path, "9.1", "2026-03-01", "BetaModel")
    offer_sglang(package_index, tmp_path, "1.0", "2026-02-01", "transformers>=9.0")
    offer_sglang(
        package_index, tmp_path, "1.1", "2026-04-01", "transformers>=9.0", methods="'fp8': A, 'awq': B"
    )
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    return package_index


@pytest.fixture
def refresh(index: Any, cli: Callable[..., Any], tmp_path: Path) -> Refresh:  # noqa: ARG001 -- served
    """Runs a refresh of both into a folder, and gives the data of SGLang."""

    def run(folder: str = "history", *arguments: str) -> dict[str, Any]:
        names = ("sglang", "transformers")
        done = cli("history", "refresh", *names, "--data", tmp_path / folder, *arguments)
        assert done.code == 0, done.err
        found: dict[str, Any] = json.loads((tmp_path / folder / "sglang.json").read_bytes())
        return found

    return run


def test_a_release_says_what_it_allows_and_with_which_its_imports_were_followed(refresh: Refresh) -> None:
    assert [(each["version"], each["transformers"], each["imports"]) for each in refresh()["releases"]] == [
        ("1.0", ">=9.0", "9.0"),
        ("1.1", ">=9.0", "9.1"),
    ]


def test_the_modules_that_fail_do_so_with_the_transformers_that_counts(refresh: Refresh) -> None:
    ((first, last, states),) = refresh()["tables"]["import_failures"][USER]
    ((since, at, value),) = states
    assert (first, last, since, at) == ("1.1", None, "1.1", f"{USER}:1")
    assert value["reason"] == "transformers 9.1 has no `BetaForCausalLM` in transformers"
    assert (value["condition"], value["certain"], value["through"]) == (None, True, [])


def test_of_the_history_a_release_fails_where_it_fails_when_it_is_read(
    refresh: Refresh, tmp_path: Path
) -> None:
    refresh()
    histories = Histories({}, tmp_path / "history")
    broken = {}
    for version in ("1.0", "1.1"):
        facts = facts_at(*histories.release(f"sglang=={version}"), histories)
        assert facts.broken is not None
        broken[version] = sorted(facts.broken)
    assert broken == {"1.0": [], "1.1": [USER]}


def test_tables_and_rules_are_kept(refresh: Refresh) -> None:
    found = refresh()
    methods = {key: [span[:2] for span in spans] for key, spans in found["tables"]["quantisation"].items()}
    assert methods == {"fp8": [["1.0", None]], "awq": [["1.1", None]]}
    assert [each["since"] for each in found["rules"]] == ["1.0"]
    assert found["rules"][0]["rules"]["loader"]["fallback"] == {"line": 1}


def test_what_is_not_read_again_keeps_its_rows_and_rules(
    index: Any, refresh: Refresh, tmp_path: Path
) -> None:
    before = refresh()
    index.requests.clear()
    loader = f"import x\n{LOADER}"
    offer_sglang(index, tmp_path, "1.2", "2026-05-01", "transformers==9.0", loader=loader)
    found = refresh()
    assert {path for path, _ in index.requests if path.startswith("/files/sglang")} == {
        "/files/sglang-1.2-py3-none-any.whl"
    }
    assert found["releases"][:2] == before["releases"]
    assert (found["releases"][2]["transformers"], found["releases"][2]["imports"]) == ("==9.0", "9.0")
    assert found["rules"] == before["rules"]  # another line is no other rule
    assert found["tables"]["quantisation"]["fp8"] == before["tables"]["quantisation"]["fp8"]
    assert [span[:2] for span in found["tables"]["quantisation"]["awq"]] == [["1.1", "1.1"]]
    assert [span[:2] for span in found["tables"]["import_failures"][USER]] == [["1.1", "1.1"]]
    assert refresh("anew") == found


@pytest.mark.parametrize("late", ["0.9", "1.0.1", "1.2"])
def test_in_steps_or_from_nothing_the_bytes_are_the_same(
    index: Any, refresh: Refresh, tmp_path: Path, late: str
) -> None:
    refresh()
    offer_sglang(
        index, tmp_path, late, "2026-06-01", "transformers", methods="'gptq': C", loader="import x\n"
    )
    refresh()
    refresh("anew")
    path, anew = (tmp_path / folder / "sglang.json" for folder in ("history", "anew"))
    assert path.read_bytes() == anew.read_bytes()
    refresh("history", "--anew")
    assert path.read_bytes() == anew.read_bytes()


def test_a_release_of_the_day_before_any_transformers_names_none(
    index: Any, refresh: Refresh, tmp_path: Path
) -> None:
    offer_sglang(index, tmp_path, "0.9", "2025-01-01")
    first = refresh()["releases"][0]
    assert ("transformers" in first, "imports" in first) == (False, False)
    history = parse_history((tmp_path / "history" / "sglang.json").read_bytes())
    histories = Histories({}, tmp_path / "history")
    assert facts_at(history, history.releases[0], histories).broken is None


def test_data_of_an_older_format_is_not_gone_on_from(
    cli: Callable[..., Any], refresh: Refresh, tmp_path: Path
) -> None:
    refresh()
    path = tmp_path / "history" / "sglang.json"
    old = path.read_text(encoding="utf-8").replace('"schema_version":2', '"schema_version":1')
    path.write_text(old, encoding="utf-8")
    done = cli("history", "refresh", "sglang", "--data", tmp_path / "history")
    assert (done.code, "run `archtrack data update` again" in done.err) == (3, True), done.err
    assert path.read_text(encoding="utf-8") == old
