"""Addresses (URLs) from outside, taken apart."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

__all__ = ["parse_address"]


def parse_address(text: str) -> SplitResult:
    """The parts of an address, of which host and port have been looked at.

    Raises:
        ValueError: it is no address: its IPv6 address does not close, its port is no number.
    """
    parts = urlsplit(text)
    _ = parts.port  # raises for what is no port
    return parts
