"""tensorrt-llm: ``engine`` is its declaration."""

from .engine import ENGINE

__all__ = ["ENGINE"]
