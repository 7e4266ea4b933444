from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.engines._versions import version_of
from archtrack.sources.base import Layout
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from pathlib import Path

LAYOUT = Layout(package="x", distribution="x", parents=("",))


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('__version__ = "1.2"\n', "1.2"),
        ("__version__: str = '1.2'\n", "1.2"),
        ("version: str\n__version__: str\n__version__ = version = '1.2'\n", "1.2"),
        ("version = '1.2'\n__version__ = version\n", "1.2"),
        ("version = '1.2'\n", "1.2"),
        ("major = '1'\n__version__ = major + '.2'\n", "1.2"),
        ("from ._version import __version__\n", None),
        ("try:\n    from ._version import __version__\nexcept ImportError:\n    __version__ = 'dev'\n", None),
        ("__version__ = read()\n", None),
        ('"""\n__version__ = "1.2"\n"""\n', None),
        ("__version__ = '1.2\n", None),
    ],
)
def test_the_release_that_a_file_names(text: str, version: str | None, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "x" / "version.py").write_text(text, encoding="utf-8")
    library = Library(local_source(tmp_path, LAYOUT), None)
    assert version_of(library, ("x/__init__.py", "x/gone.py", "x/version.py")) == version
