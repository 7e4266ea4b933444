"""The shipped table of examples: how it is read, and that it is in order."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from archtrack.core.matrix.example_table import Entry, Locator, example_table
from archtrack.core.matrix.repositories import is_repository
from archtrack.core.toml import loads
from archtrack.data import EXAMPLES, shipped_examples

TABLE = '["vllm 0.33.0 sdist"."tests/models/registry.py"]\n'
LOCATOR = Locator(package="vllm", version="0.33.0", kind="sdist", file="tests/models/registry.py")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('A = "x/y"', Entry(id="x/y", locator=LOCATOR)),
        ('A = { id = "x/y", near = "B" }', Entry(id="x/y", near="B", locator=LOCATOR)),
        ('A = { target = "x/y" }', Entry(target="x/y", locator=LOCATOR)),
        ('A = { target = "x/y", near = "x/z" }', Entry(target="x/y", near="x/z", locator=LOCATOR)),
        ('A = { draft_of = "B" }', Entry(draft_of="B", locator=LOCATOR)),
        ('A = { variant_of = "B" }', Entry(variant_of="B", locator=LOCATOR)),
        ("# A", None),
        ("", None),
    ],
)
def test_the_forms_of_an_entry(line: str, expected: Entry | None) -> None:
    assert example_table(f"# above\n\n{TABLE}{line}\n") == ({"A": expected} if expected else {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('A = "x/y"\n', "line 1"),
        (f'{TABLE}A = "x/y"\nA = "x/z"\n', "line 3"),
        (f"{TABLE}A = 'x/y'\n", "line 2"),
        (f"{TABLE}A = 3\n", "line 2"),
        (f'{TABLE}A = {{ near = "x" }}\n', "line 2"),
        (f'{TABLE}A = {{ id = "x/y", draft_of = "B" }}\n', "line 2"),
        (f'{TABLE} A = "x/y"\n', "line 2"),
        ('["vllm sdist"."a.py"]\n', "not enough"),
    ],
)
def test_another_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        example_table(text)


def test_what_is_read_is_what_toml_says() -> None:
    found = {}
    for release, files in loads(EXAMPLES.read_text(encoding="utf-8")).items():
        package, version, kind = release.split(" ")
        for file, entries in files.items():
            locator = Locator(package=package, version=version, kind=kind, file=file)
            for name, value in entries.items():
                keys = value if isinstance(value, dict) else {"id": value}
                found[name] = Entry(**keys, locator=locator)
    assert shipped_examples() == found
    assert len(found) > 20


def test_every_entry_is_complete() -> None:
    table = shipped_examples()
    for name, entry in table.items():
        locator = entry.locator
        assert re.fullmatch(r"[A-Z]\w+", name), name
        assert re.fullmatch(r"[a-z0-9-]+", locator.package), name
        assert re.fullmatch(r"\d+(\.\d+)+(rc\d+)?", locator.version), name
        assert locator.kind in {"wheel", "sdist"}, name
        assert not locator.file.startswith("/"), name
        assert ".." not in locator.file, name
        for id_ in filter(None, (entry.id, entry.target)):
            assert is_repository(id_), name
            assert not re.search(r"tiny-random|dummy|placeholder", id_, re.IGNORECASE), name
        for other in filter(None, (entry.draft_of, entry.variant_of)):
            assert other != name
            assert not (other in table and (table[other].draft_of or table[other].variant_of)), name


def test_the_file_is_sorted_and_names_each_file_once() -> None:
    order = [
        (entry.locator.package, entry.locator.version, entry.locator.kind, entry.locator.file, name)
        for name, entry in shipped_examples().items()
    ]
    assert all(one < other for one, other in pairwise(order))
    headings = re.findall(r"^\[.*\]$", EXAMPLES.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) == len(set(headings)) == len({each[:4] for each in order})
