"""JSON as every ``--format json`` prints it."""

from __future__ import annotations

import json
import sys
from typing import Any

from archtrack.core.json_values import SCHEMA_VERSION

__all__ = ["print_json"]


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON document by ``data/schema.json``: indented, escaped to ASCII, with a final newline."""
    json.dump({"schema_version": SCHEMA_VERSION, **data}, sys.stdout, indent=2)
    sys.stdout.write("\n")
