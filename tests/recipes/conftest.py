"""The second reader, which test modules import by name."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_spec = importlib.util.spec_from_file_location("recipe_lines", Path(__file__).with_name("recipe_lines.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
sys.modules["recipe_lines"] = _module
_spec.loader.exec_module(_module)
