from __future__ import annotations

import pytest

from archtrack.core.python.imports import imports_of
from archtrack.core.python.module import Module

PACKAGES = ("transformers", "tiny.models")

CASES = {
    "a name": ("from transformers import A\n", [[0, "transformers", "A", 1, None]]),
    "a name under another one": ("from transformers import A as B\n", [[0, "transformers", "A", 1, None]]),
    "several, in brackets, with comments": (
        "x = 1\nfrom transformers.utils import (  # why\n    a,\n    b,  # because\n)\n",
        [[0, "transformers.utils", "a", 2, None], [0, "transformers.utils", "b", 2, None]],
    ),
    "a module": ("import transformers.models.a as a\n", [[0, "transformers.models.a", None, 1, None]]),
    "its own package": ("from tiny.models.b import C\n", [[0, "tiny.models.b", "C", 1, None]]),
    "relative": ("from .b import C\n", [[1, "b", "C", 1, None]]),
    "everything": ("from transformers import *\n", [[0, "transformers", "*", 1, None]]),
    "behind a semicolon": ("x = 1; from transformers import A\n", [[0, "transformers", "A", 1, None]]),
    "behind a colon": ("if X: from transformers import A\n", [[0, "transformers", "A", 1, "X"]]),
    "under a condition": (
        "if is_hip():\n    from transformers import A\nelse:\n    from transformers import B\n",
        [[0, "transformers", "A", 2, "is_hip()"], [0, "transformers", "B", 4, "not (is_hip())"]],
    ),
    "where the checker does not look": (
        "if TYPE_CHECKING:\n    pass\nelse:\n    from transformers import A\n",
        [[0, "transformers", "A", 4, None]],
    ),
    "in a class": ("class C:\n    from transformers import A\n", [[0, "transformers", "A", 2, None]]),
    "in a try that forgives something else": (
        "try:\n    from transformers import A\nexcept ValueError:\n    pass\n",
        [[0, "transformers", "A", 2, None]],
    ),
    "in a try that raises again": (
        "try:\n    from transformers import A\nexcept ImportError as error:\n    raise OSError from error\n",
        [[0, "transformers", "A", 2, None]],
    ),
    "in a try that forgives a missing module, but no missing name": (
        "try:\n    from transformers import A\nexcept ModuleNotFoundError:\n    A = None\n",
        [[0, "transformers", "A", 2, "its module is found"]],
    ),
    "behind another import on the same line": (
        "from os import path; import transformers.a\n",
        [[0, "transformers.a", None, 1, None]],
    ),
    "in a handler": (
        "try:\n    import fast\nexcept ImportError:\n    from transformers import A\n",
        [[0, "transformers", "A", 4, "the try at line 1 fails"]],
    ),
    "in a finally": (
        "try:\n    pass\nfinally:\n    from transformers import A\n",
        [[0, "transformers", "A", 4, None]],
    ),
    "in a with": ("with quiet():\n    from transformers import A\n", [[0, "transformers", "A", 2, None]]),
    "in a loop": (
        "for x in y:\n    from transformers import A\n",
        [[0, "transformers", "A", 2, "the loop at line 1 runs"]],
    ),
    "in the body of a class": (
        "class C:\n    from transformers import A\n    x = A\n",
        [[0, "transformers", "A", 2, None]],
    ),
    "in a match": (
        "match x:\n    case 1:\n        from transformers import A\n",
        [[0, "transformers", "A", 3, "the case at line 2 matches"]],
    ),
    "behind a loop": (
        "while x:\n    pass\nelse:\n    import transformers\n",
        [[0, "transformers", None, 4, None]],
    ),
    "when the module is not run as a program": (
        "if __name__ == '__main__':\n    import transformers.a\nelse:\n    import transformers.b\n",
        [[0, "transformers.b", None, 4, None]],
    ),
    # -- and nothing -----------------------------------------------------------------------------
    "another package": ("from torch import nn\nimport transformers_extra\nfrom tiny.layers import x\n", []),
    "in a function": ("def f():\n    from transformers import A\n", []),
    "in a method": (
        "class C:\n    x = 1\n\n    def f(\n        self,\n    ):\n        import transformers\n",
        [],
    ),
    "in a method of a class under a condition": (
        "if X:\n    class C:\n        def f(self):\n            from transformers import A\n",
        [],
    ),
    "for the checker alone": ("if TYPE_CHECKING:\n    from transformers import A\n", []),
    "for the checker alone, by its module": (
        "if typing.TYPE_CHECKING:\n    from .b import A\n",
        [],
    ),
    "forgiven": ("try:\n    from transformers import A\nexcept ImportError:\n    A = None\n", []),
    "forgiven among others": (
        "try:\n    from transformers import A\nexcept (ValueError, ImportError):\n    A = None\n",
        [],
    ),
    "forgiven by everything": ("try:\n    from transformers import A\nexcept:\n    A = None\n", []),
    "suppressed": ("with suppress(ImportError):\n    from transformers import A\n", []),
    "in a comment": ("# from transformers import A\nif x:\n    # from transformers import A\n    pass\n", []),
    "in a string": (
        '"""\nfrom transformers import A\n"""\nif x:\n    y = "from transformers import A"\n',
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_module_imports_when_it_is_imported(case: str) -> None:
    text, expected = CASES[case]
    assert imports_of(Module(text.encode()), PACKAGES) == expected


def test_a_file_that_does_not_parse_imports_nothing() -> None:
    text = "from transformers import A\n"
    assert imports_of(Module(text.encode()), PACKAGES) != []
    assert imports_of(Module(f"{text}x = (\n".encode()), PACKAGES) == []
