"""Which modules are said to fail on their own when they are imported, held against Python's import of the same."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from archtrack.core.verdict.import_failures import broken_modules
from archtrack.engines.sglang.files import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

A = "class A: pass\nEntryClass = A\n"
B = "class B: pass\n"
FILES = {
    "b.py": B,
    "sub/__init__.py": "from .inner import C\n",
    "sub/inner.py": "class C: pass\n",
    "bare/d.py": B,
}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # what the package does not have
        (f"from .nothere import X\n{A}", "it imports `.nothere`, which is not there"),
        (
            f"import sglang.srt.models.nothere\n{A}",
            "it imports `sglang.srt.models.nothere`, which is not there",
        ),
        (
            f"from sglang.srt.models.nothere import X\n{A}",
            "it imports `sglang.srt.models.nothere`, which is not there",
        ),
        (f"from . import nothere\n{A}", "it imports `nothere` from `.`, which has no such name"),
        (f"from .b import X\n{A}", "it imports `X` from `.b`, which has no such name"),
        (f"from .sub import X\n{A}", "it imports `X` from `.sub`, which has no such name"),
        (f"from .sub.inner import X\n{A}", "it imports `X` from `.sub.inner`, which has no such name"),
        (f"from .bare import X\n{A}", "it imports `X` from `.bare`, which has no such name"),
        (f"{A}raise RuntimeError\n", "it raises here when it is imported"),
        # what it has
        (f"from .b import B\n{A}", None),
        (f"from . import b, sub, bare\n{A}", None),
        (f"from .sub import C, inner\n{A}", None),
        (f"import sglang.srt.models.sub.inner\n{A}", None),
        (f"from .bare import d\n{A}", None),
        (f"from .bare.d import B\n{A}", None),
        (f"from .b import __name__ as name\n{A}", None),
        # what does not run, or may not
        (f"try:\n    from .nothere import X\nexcept ImportError:\n    X = None\n{A}", None),
        (
            f"if TYPE_CHECKING:\n    from .nothere import X\n{A}".replace("if", "TYPE_CHECKING = False\nif"),
            None,
        ),
        (f"def f():\n    from .nothere import X\n\n\n{A}", None),
        (f"flag = False\nif flag:\n    raise RuntimeError\n{A}", None),
    ],
)
def test_a_module_that_fails_on_its_own_is_known(
    text: str, reason: str | None, scan: Scan, tmp_path: Path
) -> None:
    found = scan({**FILES, "a.py": text}).unparsable
    assert [(path, why) for path, why, _ in found] == ([(f"{MODELS}/a.py", reason)] if reason else [])
    ran = subprocess.run(
        [sys.executable, "-c", "import sglang.srt.models.a"],
        cwd=tmp_path / "sglang",
        capture_output=True,
        check=False,
    )
    assert (ran.returncode != 0) is (reason is not None), ran.stderr.decode()


@pytest.mark.parametrize(
    ("files", "texts"),
    [
        ({"b.py": "from json import *\n"}, "from .b import X\n"),
        ({"b.py": "def __getattr__(name):\n    return name\n"}, "from .b import X\n"),
        ({"b.py": "def f():\n    global X\n    X = 1\n\n\nf()\n"}, "from .b import X\n"),
        ({"b.py": "for X in (1, 2):\n    pass\n"}, "from .b import X\n"),
        ({"b.py": "globals()['X'] = 1\n"}, "from .b import X\n"),
        ({"__init__.py": "X = 1\n"}, "from . import X\n"),
        ({}, "from ..layers.nothere import X\n"),
    ],
)
def test_a_name_that_may_be_there_is_not_missing(files: Mapping[str, str], texts: str, scan: Scan) -> None:
    assert scan({**files, "a.py": f"{texts}{A}"}).unparsable == ()


def test_what_imports_such_a_module_is_skipped_with_it(scan: Scan) -> None:
    inventory = scan({"a.py": f"from .b import B\n{A}", "b.py": f"{B}raise RuntimeError\n", "c.py": B})
    own = {path: (reason, line) for path, reason, line in inventory.unparsable}
    imports = dict(inventory.imports)
    found = broken_modules(imports, (), imports.__contains__, own)
    assert {path: each.through for path, each in found.items()} == {
        f"{MODELS}/a.py": ("sglang.srt.models.b",),
        f"{MODELS}/b.py": (),
    }
    assert all(each.certain for each in found.values())
