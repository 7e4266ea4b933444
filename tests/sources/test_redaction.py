"""Addresses as they are shown: of a malformed one nothing."""

from __future__ import annotations

import pytest

from archtrack.sources.redaction import (
    WITHHELD,
    address_key,
    shown_address,
    shown_argument,
    shown_source,
    shown_text,
)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a.example/simple/x/", "https://a.example/simple/x/"),
        ("https://user:secret@a.example:8443/x", "https://a.example:8443/x"),
        ("https://user:secr@et@a.example/x?token=secret#secret", "https://a.example/x"),
        ("https://secret@a.example/x", "https://a.example/x"),
        ("https://a.example?token=secret", "https://a.example"),
        ("htps://user:secret@a.example/x", "htps://a.example/x"),
        ("http://user:secret@[::1]:80/x", "http://[::1]:80/x"),
        ("ssh://git@a.example/x", "ssh://a.example/x"),
        ("git@a.example:x", "git@a.example:x"),
        ("secret@a.example:x", "a.example:x"),
        ("secret@a.example/x", "a.example/x"),
        ("file:///a/b", "file:///a/b"),
        ("file:///a/b@c", "file:///a/b@c"),
    ],
)
def test_an_address_is_shown_without_secrets(address: str, shown: str) -> None:
    assert shown_address(address) == shown
    assert shown_source(address) == shown


MALFORMED = (
    "https://user:secret@/x",
    "https://user:secret",
    "https://user:secret/x",
    "https://user:sec/secret@a.example/x",
    "https://user:1/secret@a.example/x",
    "https://user:1?secret@a.example/x",
    "https://user:1#secret@a.example/x",
    "https://user:1\\secret@a.example/x",
    "https://user: secret@a.example/x",
    "https://user:secret@[a.example/x",
    "https://user:secret@a.example:port/x",
    "https://a.example/x https://user:secret@a.example",
    "https:/user:secret@a.example/x",
    "https:user:secret@a.example/x",
    "//user:secret@a.example/x",
    "://user:secret@a.example/x",
    "user:secret@a.example/simple",
    "user:secret@a.example:x",
    "user@secret@a.example:x",
    "ext::user:secret@a.example",
    "/https://user:secret",
)


@pytest.mark.parametrize("address", MALFORMED)
def test_of_a_malformed_address_nothing_is_shown(address: str) -> None:
    assert shown_address(address) == WITHHELD
    if "@" in address or "://" in address:
        assert shown_source(address) == WITHHELD
    assert "secret" not in shown_text(f"fatal: unable to access '{address}': no")


@pytest.mark.parametrize(
    "text", ["LlamaForCausalLM", "owner/name", "/a/b@c", "./a@b", "../a@b", "~/a@b", "main@{1}"]
)
def test_what_is_no_address_is_shown_as_it_is(text: str) -> None:
    assert shown_source(text) == text
    words = f"fatal: '{text}' is (not {text}) there: {text}."
    assert shown_text(words) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("owner/name@revision", "owner/name@revision"),
        ("vllm@2", "vllm@2"),
        ("git:../sglang@v1", "git:../sglang@v1"),
        ("git:sglang@v1", "git:sglang@v1"),
        ("user:secret@a.example/x", WITHHELD),
        ("git:user:secret@a.example/x", WITHHELD),
        ("git:https://user:secret@a.example/x", "https://a.example/x"),
        ("https://secret@a.example/x", "https://a.example/x"),
    ],
)
def test_what_is_given_for_anything_is_an_address_if_it_looks_like_one(text: str, shown: str) -> None:
    assert shown_argument(text) == shown


def test_words_of_git_are_shown_with_their_addresses_cut() -> None:
    words = "at 'https://token@h/x' and ssh://git@h/y: (user:pw@h/z); you@h: Permission denied (publickey)."
    shown = f"at 'https://h/x' and ssh://h/y: ({WITHHELD}); h: Permission denied (publickey)."
    assert shown_text(words) == shown


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a:b@h/x", "https://c:d@h/x", True),
        ("https://h/x", "https://u@h/x", True),
        ("https://h/x?repo=a", "https://h/x?repo=b", False),
        ("https://h/@a/x", "https://h/@b/x", False),
        ("user:a@h/x", "user:b@h/x", False),
    ],
)
def test_places_are_told_apart_whoever_asks(one: str, other: str, *, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same
