"""Addresses (URLs) from outside, taken apart."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

__all__ = ["is_same_server", "parse_address"]

_PORTS = {"http": 80, "https": 443}


def parse_address(text: str) -> SplitResult:
    """The parts of an address, of which host and port have been looked at.

    Raises:
        ValueError: it is no address: its IPv6 address does not close, its port is no number.
    """
    parts = urlsplit(text)
    _ = parts.port  # raises for what is no port
    return parts


def is_same_server(asked: SplitResult, other: SplitResult) -> bool:
    """Whether credentials for one address are good for another: the same scheme, host and port.

    The secure address of a host is as good as its plain one, if both have the port that goes without saying.
    """
    if asked.hostname != other.hostname:
        return False
    ports = tuple(each.port or _PORTS.get(each.scheme) for each in (asked, other))
    if asked.scheme == other.scheme:
        return ports[0] == ports[1]
    return (asked.scheme, other.scheme) == ("http", "https") and ports == (80, 443)
