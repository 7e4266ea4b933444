"""JSON as every ``--format json`` prints it."""

from __future__ import annotations

import json
import sys
from typing import Any

__all__ = ["print_json"]


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON document, indented, UTF-8 escaped to ASCII, with a final newline."""
    json.dump(data, sys.stdout, indent=2)
    sys.stdout.write("\n")
