from __future__ import annotations

import gzip
import io
import tarfile

import index_servers as servers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archtrack.errors import SourceError
from archtrack.sources.base import METADATA, PYPROJECT
from archtrack.sources.identity import content_identity
from archtrack.sources.index.sdist import SdistReader

NAME = "demo_engine-1.0.tar.gz"
PKG_INFO = b"Metadata-Version: 2.1\nName: demo-engine\nVersion: 1.0\n"
FILES = {
    "PKG-INFO": PKG_INFO,
    "pyproject.toml": b"[project]\n",
    "setup.py": b"",
    "src/demo/__init__.py": b"",
    "src/demo/models/a.py": b"class A: pass\n",
    "src/demo_engine.egg-info/PKG-INFO": PKG_INFO,
}
OFFERED = {
    METADATA: PKG_INFO,
    PYPROJECT: b"[project]\n",
    "demo/__init__.py": b"",
    "demo/models/a.py": b"class A: pass\n",
}


def reader_of(blob):
    return SdistReader(NAME, lambda: io.BytesIO(blob))


def test_a_release_without_a_wheel_is_read_from_its_sdist(index, open_demo):
    index.add(NAME, servers.make_sdist(FILES))
    source = open_demo("latest")
    paths = source.list(["**"])
    assert paths == tuple(sorted(OFFERED))
    assert source.read(paths) == OFFERED
    assert source.list(["demo/models/*.py"]) == ("demo/models/a.py",)
    assert source.origin.location == NAME
    assert source.origin.prefix == "demo_engine-1.0/src/"
    assert index.file_requests() == [None]
    for call in (source.read, source.identify):
        with pytest.raises(SourceError, match=r"demo/b\.py is not in it"):
            call(["demo/b.py"])


def test_an_sdist_with_another_digest_is_refused(index, open_demo):
    index.add(NAME, servers.make_sdist(FILES), hashes={"sha256": "0" * 64})
    with pytest.raises(SourceError, match=r"its sha256 is .* the index says 000000000000"):
        open_demo()


def test_identities_tell_equal_bytes_from_others():
    members, problems = reader_of(servers.make_sdist(FILES)).survey()
    assert {member.name: member.identity for member in members} == {
        f"demo_engine-1.0/{name}": content_identity(body) for name, body in FILES.items()
    }
    assert problems == []


def special(name, kind, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def test_links_devices_and_odd_names_are_never_files():
    extra = [
        special("demo_engine-1.0/src/demo/link.py", tarfile.SYMTYPE, "/etc/passwd"),
        special("demo_engine-1.0/src/demo/hard.py", tarfile.LNKTYPE, "demo_engine-1.0/PKG-INFO"),
        special("demo_engine-1.0/src/demo/pipe.py", tarfile.FIFOTYPE),
        special("demo_engine-1.0/src/demo/../../../x.py", tarfile.REGTYPE),
        special("/abs.py", tarfile.REGTYPE),
        special("demo_engine-1.0/src/demo/models/a.py", tarfile.REGTYPE),
    ]
    members, problems = reader_of(servers.make_sdist(FILES, extra=extra)).survey()
    others = {f"demo_engine-1.0/{name}" for name in FILES if name != "src/demo/models/a.py"}
    assert {member.name for member in members} == others
    assert sorted(line.rpartition("' ")[2] for line in problems) == [
        "is an absolute path; left out",
        "is there 2 times; left out",
        "leads out of the archive or nowhere; left out",
    ]


GOOD = servers.make_sdist(FILES)
BAD = [
    ("empty", b""),
    ("text", b"not an archive"),
    ("cut", GOOD[:-30]),
    ("half", GOOD[: len(GOOD) // 2]),
    ("gzip of text", gzip.compress(b"text" * 999)),
]


@pytest.mark.parametrize("blob", [row[1] for row in BAD], ids=[row[0] for row in BAD])
def test_a_damaged_sdist_is_one_clear_line(blob):
    with pytest.raises(SourceError, match=f"^{NAME}: not a readable archive .* choose another release$"):
        reader_of(blob).survey()


def test_a_file_too_large_is_listed_and_refused_when_it_is_read():
    reader = reader_of(servers.make_sdist({"demo/a.py": bytes(65 * 1024**2), "demo/b.py": b"b"}))
    large, small = reader.survey()[0]
    assert reader.read([small]) == {small.name: b"b"}
    with pytest.raises(
        SourceError, match=f"{NAME}: demo_engine-1.0/demo/a.py: too large to be a source file"
    ):
        reader.read([small, large])


def test_an_sdist_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("archtrack.sources.index.sdist._UNPACKED_LIMIT", 20 * 1024**2)
    with pytest.raises(SourceError, match="unpacks to more than a source distribution can hold"):
        reader_of(servers.make_sdist({"demo/a.py": b"", "x.bin": bytes(30 * 1024**2)})).survey()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_sdist_with_random_damage_gives_its_bytes_or_a_source_error(data):
    blob = bytearray(gzip.decompress(GOOD))
    for at in data.draw(st.lists(st.integers(0, len(blob) - 1), min_size=1, max_size=4)):
        blob[at] = data.draw(st.integers(0, 255))
    try:
        reader = reader_of(gzip.compress(bytes(blob), 1))
        members, _ = reader.survey()
        read = reader.read(members)
    except SourceError:
        return
    assert {name: content_identity(body) for name, body in read.items()} == {
        member.name: member.identity for member in members
    }


def header(kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


LONG_KINDS = {
    "long name": tarfile.GNUTYPE_LONGNAME,
    "long link": tarfile.GNUTYPE_LONGLINK,
    "pax": tarfile.XHDTYPE,
    "global pax": tarfile.XGLTYPE,
}


@pytest.mark.parametrize("kind", LONG_KINDS.values(), ids=LONG_KINDS)
@pytest.mark.parametrize("size", [2 * 1024**2, 2**33, 2**62])
def test_a_header_that_goes_on_and_on_is_one_clear_line(kind, size):
    with pytest.raises(SourceError, match=r"not a readable archive \(a header is too long\)"):
        reader_of(gzip.compress(header(kind, size) + bytes(1024))).survey()


@pytest.mark.parametrize("kind", LONG_KINDS.values(), ids=LONG_KINDS)
def test_headers_in_a_row_are_one_clear_line(kind):
    row = header(kind, 10) + b"10 a=bcde\n" + bytes(502)
    with pytest.raises(SourceError, match=r"not a readable archive \(.*; run again or choose another"):
        reader_of(gzip.compress(row * 5_000 + bytes(1024))).survey()
