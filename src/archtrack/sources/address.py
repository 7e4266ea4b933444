"""Addresses (URLs) from outside, taken apart."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

__all__ = ["MOST_REDIRECTS", "REDIRECTING", "is_same_server", "parse_address", "redirected"]

MOST_REDIRECTS = 5
REDIRECTING = frozenset({301, 302, 303, 307, 308})

_PORTS = {"http": 80, "https": 443}


def parse_address(text: str) -> SplitResult:
    """The parts of an address, of which host and port have been looked at.

    Raises:
        ValueError: it is no address: its IPv6 address does not close, its port is no number.
    """
    parts = urlsplit(text)
    _ = parts.port  # raises for what is no port
    return parts


def redirected(asked: str, location: str) -> SplitResult:
    """Where a redirect leads.

    Args:
        asked: the address that was asked.
        location: what the answer says.

    Raises:
        ValueError: that is no web address, or one that is no longer secure.
    """
    parts = parse_address(urljoin(asked, location))
    if parts.scheme not in {"http", "https"} or (
        parts.scheme == "http" and parse_address(asked).scheme == "https"
    ):
        raise ValueError("a redirect to an address that is not secure")
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
