from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.python.imports import imports_of
from archtrack.core.python.module import Module

PACKAGES = ("transformers", "tiny.models")

A = "from transformers import A\n"


def told(line: int, condition: str | None = None, name: str | None = "A") -> list[Any]:
    return [0, "transformers", name, line, condition]


CASES = {
    "a name": (A, [told(1)]),
    "a name under another one": ("from transformers import A as B\n", [told(1)]),
    "several, in brackets, with comments": (
        "x = 1\nfrom transformers.utils import (  # why\n    a,\n    b,  # because\n)\n",
        [[0, "transformers.utils", "a", 2, None], [0, "transformers.utils", "b", 2, None]],
    ),
    "a module": ("import transformers.models.a as a\n", [[0, "transformers.models.a", None, 1, None]]),
    "its own package": ("from tiny.models.b import C\n", [[0, "tiny.models.b", "C", 1, None]]),
    "relative": ("from .b import C\n", [[1, "b", "C", 1, None]]),
    "everything": ("from transformers import *\n", [told(1, name="*")]),
    "behind a semicolon": (f"x = 1; {A}", [told(1)]),
    "under a condition": (f"if hip():\n    {A}else: {A}", [told(2, "hip()"), told(3, "not (hip())")]),
    "in a class": (f"class C:\n    {A}    x = A\n", [told(2)]),
    "in a try that forgives something else": (f"try:\n    {A}except ValueError:\n    pass\n", [told(2)]),
    "in a try that raises again": (f"try:\n    {A}except ImportError:\n    raise OSError\n", [told(2)]),
    "in a try that forgives a missing module, but no missing name": (
        f"try:\n    {A}except ModuleNotFoundError:\n    A = None\n",
        [told(2, "its module is found")],
    ),
    "in a handler": (f"try:\n    import x\nexcept E:\n    {A}", [told(4, "the try at line 1 fails")]),
    "in a finally": (f"try:\n    pass\nfinally:\n    {A}", [told(4)]),
    "in a with": (f"with quiet():\n    {A}", [told(2)]),
    "in a loop": (f"for x in y:\n    {A}", [told(2, "the loop at line 1 runs")]),
    "in a match": (f"match x:\n    case 1:\n        {A}", [told(3, "the case at line 2 matches")]),
    "behind a loop": ("while x:\n    pass\nelse:\n    import transformers\n", [told(4, name=None)]),
    "when it is not run as a program": (f"if __name__ == '__main__':\n    {A}else:\n    {A}", [told(4)]),
    # -- and nothing -----------------------------------------------------------------------------
    "another package": ("from torch import nn\nimport transformers_extra\nfrom tiny.layers import x\n", []),
    "in a function": (f"def f():\n    {A}", []),
    "in a method, under a condition": (f"if X:\n    class C:\n        def f(self):\n            {A}", []),
    "for the checker alone": (f"if TYPE_CHECKING:\n    {A}", []),
    "forgiven": (f"try:\n    {A}except ImportError:\n    A = None\n", []),
    "forgiven among others": (f"try:\n    {A}except (ValueError, ImportError):\n    A = None\n", []),
    "forgiven by everything": (f"try:\n    {A}except:\n    A = None\n", []),
    "suppressed": (f"with suppress(ImportError):\n    {A}", []),
    "in a comment": (f"# {A}if x:\n    # {A}    pass\n", []),
    "in a string": (f'"""\n{A}"""\nif x:\n    y = "{A.strip()}"\n', []),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_module_imports_when_it_is_imported(case: str) -> None:
    text, expected = CASES[case]
    assert imports_of(Module(text.encode()), PACKAGES) == expected


def test_a_file_that_does_not_parse_imports_nothing() -> None:
    assert imports_of(Module(A.encode()), PACKAGES) != []
    assert imports_of(Module(f"{A}x = (\n".encode()), PACKAGES) == []
