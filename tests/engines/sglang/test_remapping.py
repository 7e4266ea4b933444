"""Further names of classes, which SGLang 0.1.18 to 0.2.15 took from ``EntryClassRemapping``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from archtrack.model import Inventory

RUNNER = {"sglang/srt/model_executor/model_runner.py": "x = module.EntryClassRemapping\n"}
HEAD = "class X: pass\nfrom .other import Y\nEntryClass = X\n"


@pytest.mark.parametrize(
    ("text", "remapped", "unresolved"),
    [
        ('EntryClassRemapping = [("A", X), ("B", Y)]', [("A", 4, "X", 1), ("B", 4, "Y", 0)], []),
        ('EntryClassRemapping = [\n    ("X", X),\n]', [], []),
        ('EntryClassRemapping = [("A", X), make()]', [("A", 4, "X", 1)], [4]),
        ('EntryClassRemapping = [("A", X, 1)]', [], [4]),
        ("EntryClassRemapping = make()", [], [4]),
        ('EntryClassRemapping = [("A", X)]\nEntryClassRemapping.append(("B", X))', [], [5]),
        ('if c:\n    EntryClassRemapping = [("A", X)]\nelse:\n    EntryClassRemapping = []', [], [7]),
    ],
)
def test_further_names_of_classes(
    text: str,
    remapped: list[tuple[str, int, str, int]],
    unresolved: list[int],
    scan: Callable[..., Inventory],
) -> None:
    files = {"m.py": f"{HEAD}{text}\n", "other.py": "class Y: pass\n"}
    found = scan({**files, **RUNNER})
    assert [
        (each.name, each.place.line, each.class_name, each.defined.line if each.defined else 0)
        for each in found.registrations
        if each.name != "X"
    ] == remapped
    assert [each.place.line for each in found.unresolved] == unresolved


def test_a_release_that_does_not_ask_for_further_names_has_none(scan: Callable[..., Inventory]) -> None:
    files = {"m.py": f'{HEAD}EntryClassRemapping = [("A", X)]\n'}
    assert [each.name for each in scan(files).registrations] == ["X"]
