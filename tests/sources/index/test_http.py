from __future__ import annotations

from email.utils import formatdate

import pytest
from index_servers import Fault

from archtrack.errors import SourceError
from archtrack.sources.index.http import BrokenError, GoneError, Http

MB = 1024**2


@pytest.fixture
def waits():
    return []


@pytest.fixture
def http(settings_for, waits):
    session = Http(settings_for("", retries=3, backoff=0.5, longest_wait=30.0), sleep=waits.append)
    yield session
    session.close()


def page(http, index, name="demo-engine", limit=MB):
    return http.page(f"{index.url}/{name}/", {}, limit).content


def test_a_page_is_fetched_once_and_counted(http, index, waits):
    index.add("demo_engine-1.0.tar.gz", b"x")
    body = page(http, index)
    assert b"demo_engine-1.0.tar.gz" in body
    assert (http.transfer.requests, http.transfer.bytes) == (1, len(body))
    assert waits == []


WAITS = [
    ("back-off doubles", [Fault(status=500)] * 3, [0.5, 1.0, 2.0]),
    ("less than the back-off", [Fault(status=429, headers=(("Retry-After", "0"),))], [0.5]),
    ("more than the back-off", [Fault(status=429, headers=(("Retry-After", "7"),))], [7.0]),
    ("more than anybody waits", [Fault(status=503, headers=(("Retry-After", "86400"),))], [30.0]),
    ("nonsense", [Fault(status=503, headers=(("Retry-After", "-1"),))], [0.5]),
    ("a date long past", [Fault(status=503, headers=(("Retry-After", formatdate(0, usegmt=True)),))], [0.5]),
    ("a date far off", [Fault(status=503, headers=(("Retry-After", formatdate(2e10)),))], [30.0]),
    ("a cut", [Fault(status=200, cut=3)], [0.5]),
]


@pytest.mark.parametrize(("faults", "expected"), [row[1:] for row in WAITS], ids=[row[0] for row in WAITS])
def test_how_long_is_waited_before_the_next_try(http, index, waits, faults, expected):
    index.add("demo_engine-1.0.tar.gz", b"x")
    index.page_faults = list(faults)
    assert b"demo_engine-1.0.tar.gz" in page(http, index)
    assert waits == expected
    assert http.transfer.requests == len(faults) + 1


def test_what_is_not_there_is_not_asked_for_again(http, index, waits):
    with pytest.raises(GoneError, match=r"/simple/nothing/: not there \(the server answers 404\)"):
        page(http, index, "nothing")
    assert waits == []


def test_a_compressed_page_is_read_and_counted_as_it_came(http, index):
    index.packed = True
    index.add("demo_engine-1.0.tar.gz", b"x", padding="x" * 100_000)
    assert len(page(http, index)) > 100_000
    assert http.transfer.bytes < 1_000


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_without_end_is_refused(http, index, packed):
    index.packed = packed
    index.add("demo_engine-1.0.tar.gz", b"x", padding="x" * 20 * MB)
    with pytest.raises(SourceError, match="more than 1 MB; is it an index"):
        page(http, index)


@pytest.mark.parametrize(("step", "tries"), [(MB, 22), (1000, 3)])
def test_a_line_that_delivers_is_not_given_up(settings_for, step, tries):
    made = []

    def attempt():
        made.append(None)
        raise BrokenError("cut")

    http = Http(settings_for("", retries=2), sleep=lambda _: None)
    with pytest.raises(SourceError, match=r"http://a/x: cut \(3 tries\)"):
        http.repeat("http://a/x", attempt, lambda: step * min(len(made), 20))
    assert len(made) == tries


@pytest.mark.parametrize("url", ["http://", "nothing", "ftp://127.0.0.1/x", "http://[::1/x"])
def test_an_address_that_is_none_is_one_clear_line(http, url, waits):
    with pytest.raises(SourceError, match="check the index's address"):
        http.page(url, {}, MB)
    assert waits == []


def test_redirects_without_end_are_one_clear_line(http, index):
    index.always_page = Fault(status=302, headers=(("Location", "/simple/demo-engine/"),))
    with pytest.raises(SourceError, match="redirects without end; check the index's address"):
        page(http, index)


def test_a_bundle_that_is_not_there_is_one_clear_line(settings_for, tmp_path):
    session = Http(settings_for("", verify=str(tmp_path / "none.pem")))
    try:
        with pytest.raises(SourceError, match="check the index's address, proxy and PIP_CERT"):
            session.page("https://127.0.0.1:9/x", {}, MB)
    finally:
        session.close()


def test_credentials_go_to_their_server_only(http, index):
    index.credentials = "Basic bWU6czNjcmV0"
    index.add("demo_engine-1.0.tar.gz", b"x")
    assert http.keep_credentials(f"http://me:s3cret@{index.address}/simple") == index.url
    elsewhere = "http://you:other@elsewhere.example/simple"
    assert http.keep_credentials(elsewhere) == "http://elsewhere.example/simple"
    assert page(http, index)
