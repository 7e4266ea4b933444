"""``archtrack check`` on reported checkpoints and logs, by the data that is shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from miniature import Cli, Conforms

DATA = Path(__file__).parents[1] / "data"
CASES = json.loads((DATA / "load-path-cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_a_reported_case_gets_its_answer(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conforms: Conforms, case: dict[str, Any]
) -> None:
    folder = tmp_path / case["name"]
    folder.mkdir()
    for name, text in case["files"].items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "1")
    done = cli(*case["args"], "--format", "json")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    conforms(data, "check")
    asked = {name for target in data["targets"] for name in target["architectures"]}
    assert asked >= set(case.get("architectures", ()))
    for engine, expected in case["engines"].items():
        found = [target["engines"][engine] for target in data["targets"] if engine in target["engines"]]
        assert {key: found[0][key] for key in expected} == expected
