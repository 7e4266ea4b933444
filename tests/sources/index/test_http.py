from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import zlib
from contextlib import closing, suppress
from email.utils import formatdate

import pytest
from index_servers import Fault

from archtrack.errors import SourceError
from archtrack.sources.address import is_same_server, parse_address
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
    with pytest.raises(SourceError, match="more than 1 MB; check the address"):
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


@pytest.fixture
def raw_server(request):
    """Starts a server that answers every request with the pieces given; its address, and what it was sent."""

    def start(answer):
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(10)
        request.addfinalizer(listener.close)
        asked = []

        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=reply, args=(connection,), daemon=True).start()

        def reply(connection):
            with closing(connection), suppress(OSError):
                connection.settimeout(10)
                asked.append(connection.recv(65536).decode("latin-1"))
                for piece in answer():
                    connection.sendall(piece)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}", asked

    return start


def with_head(*headers, status="200 OK"):
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode()


def trickle(head, least=0):
    """The head at once, or but for ``least`` bytes of it, and then a byte at a time, until nobody listens."""

    def answer():
        yield head[: len(head) - least]
        for _ in range(100):
            time.sleep(0.01)
            yield b"x"

    return answer


@pytest.mark.parametrize("least", [0, 2], ids=["body", "headers"])
def test_a_page_that_trickles_is_given_up_and_the_bound_is_said(settings_for, raw_server, waits, least):
    url, _ = raw_server(trickle(with_head("Content-Length: 1000"), least))
    with closing(Http(settings_for("", longest_page=0.1), sleep=waits.append)) as http:
        message = r"less than 1 MB in 0.1 s; check the network"
        with pytest.raises(SourceError, match=message):
            http.page(f"{url}/x/", {}, MB)
    assert waits == []


BOMB = gzip.compress(bytes(20 * MB))


def endless(piece):
    def answer():
        yield with_head("Location: /there/", "Content-Encoding: gzip", status="302 Found")
        yield from itertools.repeat(piece, 10_000)

    return answer


@pytest.mark.parametrize("piece", [BOMB, bytes(MB)], ids=["packed", "plain"])
def test_the_body_of_a_redirect_is_not_read(http, raw_server, piece):
    url, asked = raw_server(endless(piece))
    with pytest.raises(SourceError, match="redirects without end; check the address"):
        http.page(f"{url}/x/", {}, MB)
    assert len(asked) == http.transfer.requests == 6


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", BOMB * 100, "more than 1 MB"),
        ("gzip", gzip.compress(b"x")[:-5], "4 tries"),
        ("deflate", b"x", "4 tries"),
    ],
    ids=["without end", "cut off", "no deflate"],
)
def test_a_page_that_unpacks_without_end_or_oddly_is_refused(http, raw_server, encoding, body, words):
    head = with_head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}")
    url, _ = raw_server(lambda: [head, body])
    with pytest.raises(SourceError, match=words):
        http.page(f"{url}/x/", {}, MB)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"one ") + gzip.compress(b"two")),
        ("x-gzip", gzip.compress(b"one two")),
        ("deflate", zlib.compress(b"one two")),
        ("utf-8", b"one two"),  # a mistake that servers make
        ("none", b"one two"),
    ],
    ids=["members", "x-gzip", "deflate", "utf-8", "none"],
)
def test_a_page_is_unpacked_whole_however_a_server_packs_it(http, raw_server, encoding, body):
    head = with_head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}")
    url, _ = raw_server(lambda: [head, body])
    assert http.page(f"{url}/x/", {}, MB).content == b"one two"


def test_a_cookie_lasts_for_the_redirects_of_one_page(http, raw_server):
    def answers():
        yield [with_head("Location: /x/", "Set-Cookie: s=1", "Content-Length: 0", status="302 Found")]
        yield [with_head("Content-Length: 2"), b"ok"]

    following = itertools.cycle(answers())
    url, asked = raw_server(lambda: next(following))
    for _ in range(2):
        assert http.page(f"{url}/x/", {}, MB).content == b"ok"
    assert ["Cookie" in each for each in asked] == [False, True, False, True]


@pytest.mark.parametrize(
    ("asked", "other", "same"),
    [
        ("http://a.example/x", "http://a.example/y", True),
        ("http://a.example:80/x", "http://a.example/y", True),
        ("http://a.example/x", "https://a.example/x", True),
        ("https://a.example/x", "http://a.example/x", False),
        ("http://a.example/x", "http://a.example:81/x", False),
        ("http://a.example:81/x", "https://a.example:444/x", False),
        ("https://a.example/x", "https://b.example/x", False),
    ],
)
def test_credentials_are_good_for_the_same_server_and_its_secure_address(asked, other, same):
    assert is_same_server(parse_address(asked), parse_address(other)) == same


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/html,x", "http://[::1/", "//:x/"]
)
def test_a_redirect_to_what_is_no_web_address_is_not_followed(http, raw_server, location):
    url, asked = raw_server(lambda: [with_head(f"Location: {location}", status="301 Moved")])
    with pytest.raises(SourceError, match="redirects to an address that is not secure"):
        http.page(f"{url}/x/", {}, MB)
    assert len(asked) == 1


def test_credentials_and_cookies_do_not_follow_a_redirect_to_another_host(
    settings_for, raw_server, tmp_path, monkeypatch
):
    other, heard = raw_server(lambda: [with_head("Content-Length: 2"), b"ok"])
    other = other.replace("127.0.0.1", "localhost")
    head = with_head(f"Location: {other}/x", "Set-Cookie: s=s3cret; Domain=localhost", status="302 Found")
    url, asked = raw_server(lambda: [head])
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for given in (url, url.replace("//", "//me:s3cret@")):
        with closing(Http(settings_for(""))) as http:
            assert http.page(f"{http.keep_credentials(given)}/x/", {}, MB).content == b"ok"
    assert [("Authorization" in each, "Cookie" in each) for each in asked] == [(True, False)] * 2
    assert [("Authorization" in each, "Cookie" in each) for each in heard] == [(False, False)] * 2


def test_an_index_has_no_say_over_credentials_that_are_configured(http, index):
    index.credentials = "Basic bWU6czNjcmV0"
    http.keep_credentials(f"http://me:s3cret@{index.address}/simple")
    assert (
        http.keep_credentials(f"http://you:other@{index.address}/x", listed=True)
        == f"http://{index.address}/x"
    )
    index.add("demo_engine-1.0.tar.gz", b"x")
    assert page(http, index)


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "x"])
def test_a_length_that_is_none_is_one_clear_line_or_nothing(http, raw_server, length):
    url, _ = raw_server(lambda: [with_head(f"Content-Length: {length}"), b"ok"])
    with suppress(SourceError):
        assert http.page(f"{url}/x/", {}, MB).content in {b"ok", b""}


def test_redirects_without_end_are_one_clear_line(http, index):
    index.always_page = Fault(status=302, headers=(("Location", "/simple/demo-engine/"),))
    with pytest.raises(SourceError, match="redirects without end; check the address"):
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
