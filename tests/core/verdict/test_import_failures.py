from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.verdict.import_failures import Missing, broken_modules, files_imported, names_imported

LACK = Missing(module="transformers", name="New", certain=True, reason="transformers 1 has no `New`")
DOUBT = Missing(module="transformers", name="Odd", certain=False, reason="nobody can tell")


def imported(module: str, name: str | None, condition: str | None = None, *, level: int = 0) -> Any:
    return (level, module, name, 7, condition)


NEW = imported("transformers", "New")
OLD = imported("transformers", "Old")
ODD = imported("transformers", "Odd")


def verdicts(imports: dict[str, list[Any]]) -> dict[str, tuple[bool, str | None, tuple[str, ...]]]:
    paths = {f"e/m/{name}": found for name, found in imports.items()}
    found = broken_modules(paths, (LACK, DOUBT), paths.__contains__)
    return {path[len("e/m/") :]: (each.certain, each.condition, each.through) for path, each in found.items()}


B = imported("b", "B", level=1)
NEW_ON_HIP = imported("transformers", "New", "hip")


def broken(*through: str, condition: str | None = None, certain: bool = True) -> tuple[Any, ...]:
    return certain, condition, through


CASES: dict[str, tuple[dict[str, list[Any]], dict[str, Any]]] = {
    "all is there": ({"a.py": [OLD], "b.py": []}, {}),
    "a name is missing": ({"a.py": [OLD, NEW], "b.py": [OLD]}, {"a.py": broken()}),
    "under a condition": ({"a.py": [NEW_ON_HIP]}, {"a.py": broken(condition="hip", certain=False)}),
    "in doubt": ({"a.py": [ODD]}, {"a.py": broken(certain=False)}),
    "certain beats in doubt": ({"a.py": [ODD, NEW]}, {"a.py": broken()}),
    "through another module": ({"a.py": [B], "b.py": [NEW]}, {"a.py": broken("e.m.b"), "b.py": broken()}),
    "through two, imported absolutely": (
        {"a.py": [imported("e.m.b", "B")], "b.py": [imported("e.m", "c")], "c.py": [NEW], "__init__.py": []},
        {"a.py": broken("e.m.b", "e.m.c"), "b.py": broken("e.m.c"), "c.py": broken()},
    ),
    "through a module that is imported under a condition": (
        {"a.py": [imported("b", "B", "hip", level=1)], "b.py": [NEW]},
        {"a.py": broken("e.m.b", condition="hip", certain=False), "b.py": broken()},
    ),
    "through the package around a module": (
        {"a.py": [imported("p.c", "C", level=1)], "p/__init__.py": [NEW], "p/c.py": []},
        {"a.py": broken("e.m.p"), "p/__init__.py": broken()},
    ),
    "through a package that has no __init__.py": (
        {"a.py": [imported("e.m", "b")], "c.py": [imported("", "b", level=1)], "b.py": [NEW]},
        {"a.py": broken("e.m.b"), "b.py": broken(), "c.py": broken("e.m.b")},
    ),
    "in a circle": (
        {"a.py": [B], "b.py": [imported("a", "A", level=1), NEW]},
        {"a.py": broken("e.m.b"), "b.py": broken()},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_missing_name_breaks_the_modules_that_lead_to_it(case: str) -> None:
    imports, expected = CASES[case]
    assert verdicts(imports) == expected


def test_the_finding_names_the_import_that_fails() -> None:
    found = broken_modules({"e/m/a.py": [NEW]}, (LACK,), {"e/m/a.py"}.__contains__)["e/m/a.py"]
    assert (found.reason, str(found.place)) == ("transformers 1 has no `New`", "e/m/a.py:7")


def test_a_module_that_python_cannot_parse_breaks_those_that_import_it() -> None:
    imports = {"e/m/a.py": [imported("bad", "f", level=1)], "e/m/bad.py": [], "e/m/b.py": [OLD]}
    found = broken_modules(imports, (), imports.__contains__, {"e/m/bad.py": ("invalid syntax", 3)})
    assert {path: (str(each.place), each.through) for path, each in found.items()} == {
        "e/m/bad.py": ("e/m/bad.py:3", ()),
        "e/m/a.py": ("e/m/bad.py:3", ("e.m.bad",)),
    }


def test_what_is_asked_of_the_other_package() -> None:
    own = imported("transformers", "b", level=1)
    more = imported("transformers_extra", "X")
    assert names_imported([NEW, OLD, own, more, imported("transformers.a", None)], "transformers") == {
        ("transformers", "New"),
        ("transformers", "Old"),
        ("transformers.a", None),
    }


def test_a_submodule_imported_by_name_runs_too() -> None:
    files = {"e/m/__init__.py", "e/m/p/__init__.py", "e/m/p/c.py"}
    each = imported("p", "c", level=1)
    assert files_imported("e/m/a.py", each, files.__contains__) == (
        "e/m/__init__.py",
        "e/m/p/__init__.py",
        "e/m/p/c.py",
    )
    assert files_imported("e/m/a.py", imported("torch", "nn"), files.__contains__) == ()
