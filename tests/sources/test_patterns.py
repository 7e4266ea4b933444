from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.sources.patterns import match_paths, path_pattern

FILES = (
    "METADATA",
    "p/__init__.py",
    "p/models/a.py",
    "p/models/b.pyc",
    "p/models/deep/er/c.py",
    "p/models/deep/d.py",
    "p/models/weird[1]?.py",
    "q/models/a.py",
)


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ((), ()),
        (("p/models",), ()),
        (("*",), ("METADATA",)),
        (("METADATA", "METADATA", "M*"), ("METADATA",)),
        (("p/models/*.py",), ("p/models/a.py", "p/models/weird[1]?.py")),
        (("q/*/*", "p/*/a.py"), ("p/models/a.py", "q/models/a.py")),
        (
            ("p/models/**/*.py",),
            ("p/models/a.py", "p/models/deep/d.py", "p/models/deep/er/c.py", "p/models/weird[1]?.py"),
        ),
        (("**/a.py",), ("p/models/a.py", "q/models/a.py")),
        (("q/**",), ("q/models/a.py",)),
        (("**",), tuple(sorted(FILES))),
        (("p/models/d**.py",), ()),
        (("p/models/**b.pyc",), ("p/models/b.pyc",)),
        (("p/models/weird[1]?.py",), ("p/models/weird[1]?.py",)),
        (("p/models/*[1]?.py",), ("p/models/weird[1]?.py",)),
        (("p/models/?.py",), ()),
        (("p//models/a.py",), ()),
    ],
)
def test_a_pattern_finds_exactly_these_files(patterns: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert match_paths(reversed(FILES), patterns) == found


def test_the_result_is_sorted_by_code_point_and_each_path_stands_once() -> None:
    assert match_paths(["é", "z", "Z", "z", "_"], ["*"]) == ("Z", "_", "z", "é")


def test_no_pattern_matches_no_path() -> None:
    assert path_pattern(()).fullmatch("") is None


def test_a_component_keeps_to_itself() -> None:
    assert path_pattern(("modeling_*.py",)).fullmatch("modeling_a\nb.py")
    assert path_pattern(("modeling_*.py",)).fullmatch("modeling_a/b.py") is None


def naive(path: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        if len(pattern) == 1:
            return bool(path)
        return any(naive(path[skip:], pattern[1:]) for skip in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and naive(path[1:], pattern[1:])


components = st.text("ab.", min_size=1, max_size=3)
globs = st.one_of(st.just("**"), st.text("ab.*", min_size=1, max_size=3))


@given(
    paths=st.lists(st.lists(components, min_size=1, max_size=4), max_size=8),
    patterns=st.lists(st.lists(globs, min_size=1, max_size=4), max_size=3),
)
def test_law_matching_agrees_with_component_by_component_matching(
    paths: list[list[str]], patterns: list[list[str]]
) -> None:
    expected = {"/".join(path) for path in paths if any(naive(path, pattern) for pattern in patterns)}

    assert match_paths(("/".join(path) for path in paths), ["/".join(p) for p in patterns]) == tuple(
        sorted(expected)
    )


@given(depth=st.integers(1, 12))
def test_law_folders_upon_folders_end_quickly(depth: int) -> None:
    assert match_paths(["/".join("a" * 60)], ["/".join(["**", *["**"] * depth, "b"])]) == ()
