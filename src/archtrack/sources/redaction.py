"""Addresses as they may be shown: without user, password, query and fragment; never one that is doubtful."""

from __future__ import annotations

import re

__all__ = ["WITHHELD", "address_key", "shown_address", "shown_argument", "shown_source", "shown_text"]

WITHHELD = "an address that is not shown, as it may hold a password"
"""Shown in place of an address of which nothing can be told from a password."""

_HOST = r"(?:[\w.~%-]+|\[[\w.:%]+\])"
# A password may hold any character, a slash too, so an "@" behind the host makes everything before it doubtful.
_URL = re.compile(
    rf"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)
    (?:[^/?\#\\\s]*@)?
    (?P<place>{_HOST}(?::[0-9]*)?(?:/[^@?\#\x00-\x1f\x7f]*)?)
    (?P<query>\?[^@\#]*)?(?:\#[^@]*)?""",
    re.VERBOSE,
)
_FILE = re.compile(
    r"(?P<scheme>file://)(?P<place>/[^?#\x00-\x1f\x7f]*)(?P<query>\?[^#]*)?(?:#.*)?", re.IGNORECASE
)
# As ssh and scp take it. The user "git" is what every host of repositories calls its only one.
_SSH = re.compile(
    rf"(?P<scheme>)(?:(?P<git>git@)|[^@:/\\\s]*@)?(?P<place>{_HOST}(?:[:/](?!//)[^@:\x00-\x1f\x7f]*)?)(?P<query>)"
)
_PATH = re.compile(r"\.{0,2}/(?!/)|~")
_TOKEN = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|\S+")


def shown_address(address: str) -> str:
    """An address as it may be shown: without user and password, query (tokens, signatures) and fragment.

    ``WITHHELD`` for what is not plainly an address: nothing of it can be told from a password.
    """
    found = _parsed(address)
    return found["scheme"] + (found.groupdict().get("git") or "") + found["place"] if found else WITHHELD


def shown_source(text: str) -> str:
    """What was given for a path or an address, as it may be shown: as ``shown_address`` if it may be an address."""
    if "://" not in text and (
        _PATH.match(text) or not re.search(r"@(?!\{)", text)
    ):  # main@{1} is a git reference
        return text
    return shown_address(text)


def shown_argument(text: str) -> str:
    """As ``shown_source``, of what was given for anything: ``owner/name@revision`` is no address, ``a:b@c`` is one."""
    bare = text.removeprefix("git:")
    return text if "://" not in bare and "@" not in bare.partition(":")[2] else shown_source(bare)


def shown_text(text: str) -> str:
    """The words of another program, as they may be shown: each of them as ``shown_source``."""
    return _TOKEN.sub(_shown_token, text)


def address_key(address: str) -> str:
    """The address without user and password, to tell places apart by. It may hold tokens: hash it, never show it."""
    found = _parsed(address)
    return found["scheme"] + found["place"] + (found["query"] or "") if found else address


def _parsed(address: str) -> re.Match[str] | None:
    return _URL.fullmatch(address) or _FILE.fullmatch(address) or _SSH.fullmatch(address)


def _shown_token(match: re.Match[str]) -> str:
    word = match[0]
    bare = word.strip("'\"()<>,;:.")
    return word.replace(bare, shown_source(bare)) if bare else word
