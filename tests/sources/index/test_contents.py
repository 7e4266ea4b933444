from __future__ import annotations

import pytest

from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.index.contents import Contents, Member, sdist_paths

DEMO = Layout(package="demo", distribution="demo-engine", parents=("", "src"))


LAYOUTS = [
    (("r/demo/__init__.py",), {"demo/__init__.py": "r/demo/__init__.py"}, "r/"),
    (("r/src/demo/__init__.py",), {"demo/__init__.py": "r/src/demo/__init__.py"}, "r/src/"),
    (
        ("r/demo/notes.txt", "r/src/demo/__init__.py", "r/src/pyproject.toml", "r/pyproject.toml"),
        {"demo/__init__.py": "r/src/demo/__init__.py", PYPROJECT: "r/src/pyproject.toml"},
        "r/src/",
    ),
    (
        ("r/demo/a.py", "pax_global_header", "r/PKG-INFO"),
        {"demo/a.py": "r/demo/a.py", METADATA: "r/PKG-INFO"},
        "r/",
    ),
    (("r/other/a.py",), {}, "r/"),
]


@pytest.mark.parametrize(("names", "paths", "prefix"), LAYOUTS)
def test_the_package_is_found_where_the_layout_says(names, paths, prefix):
    assert sdist_paths(names, DEMO) == (paths, prefix)


ROOT = Layout(
    package=".", distribution="demo-engine", parents=("", "vendor/demo"), markers=("conv/a.py", "conv.py")
)


@pytest.mark.parametrize(
    ("names", "parent", "found"),
    [
        # Nothing but what the markers begin with is offered.
        (["conv.py", "conv/b.py", "README.md", "convert.py"], "", ["./conv.py", "./conv/b.py"]),
        (
            ["vendor/demo/conv/a.py", "vendor/demo/conv/c/d.py"],
            "vendor/demo/",
            ["./conv/a.py", "./conv/c/d.py"],
        ),
        (["vendor/demo/conv.py", "conv.py"], "", ["./conv.py"]),
        (["conv/b.py", "vendor/other/conv.py", "vendor/demo.py"], "", []),
    ],
)
def test_the_root_of_an_engine_without_a_package(names, parent, found):
    paths, prefix = sdist_paths([f"demo_engine-1.0/{name}" for name in names], ROOT)
    assert sorted(paths) == found
    assert prefix == f"demo_engine-1.0/{parent}"


def test_what_is_remembered_of_a_file_is_the_same():
    zipped = Member(
        "demo/é.py", "crc32:00000001:7", 7, crc=1, start=2**40, end=2**41, packed=9, method=8, flags=0x800
    )
    plain = Member("r/a.py", "blake2b:00", 3)
    contents = Contents(members={"demo/é.py": zipped, "a.py": plain}, prefix="r/", problems=("'x' is odd",))
    assert Contents.from_bytes(contents.to_bytes()) == contents


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{}",
        b"[]",
        b'{"members": {"a": 1}, "prefix": "", "problems": []}',
        b'{"members": {"a": []}, "prefix": "", "problems": []}',
        b'{"members": [], "prefix": "", "problems": []}',
    ],
)
def test_what_is_something_else_is_a_value_error(data):
    with pytest.raises(ValueError):  # noqa: PT011 - of json or of the shape
        Contents.from_bytes(data)
