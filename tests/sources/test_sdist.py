from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest
import servers
from hypothesis import given, settings
from hypothesis import strategies as st

from archtrack.errors import SourceError
from archtrack.sources.base import METADATA, PYPROJECT, Layout
from archtrack.sources.identity import content_identity
from archtrack.sources.remote import WholeFile
from archtrack.sources.sdist import SdistReader, canonical_paths

DEMO = Layout(package="demo", distribution="demo-engine", parents=("", "src"))
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


def reader_of(blob, notes=None):
    return SdistReader(NAME, lambda: WholeFile(io.BytesIO(blob)), DEMO, notes)


def zip_sdist(files):
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        for name, body in files.items():
            archive.writestr(f"demo_engine-1.0/{name}", body)
    return blob.getvalue()


@pytest.mark.parametrize(("name", "pack"), [(NAME, servers.make_sdist), ("demo_engine-1.0.zip", zip_sdist)])
def test_a_release_without_a_wheel_is_read_from_its_sdist(index, open_demo, name, pack):
    index.add(name, pack(FILES))
    source = open_demo("latest")
    paths = source.list(["**"])
    assert paths == tuple(sorted(OFFERED))
    assert source.read(paths) == OFFERED
    assert source.list(["demo/models/*.py"]) == ("demo/models/a.py",)
    assert source.origin.location == name
    assert source.origin.prefix == "demo_engine-1.0/src/"
    assert index.file_requests() == [None]
    with pytest.raises(SourceError, match=r"demo/b\.py is not in it"):
        source.read(["demo/b.py"])
    with pytest.raises(SourceError, match=r"demo/b\.py is not in it"):
        source.identify(["demo/b.py"])


def test_an_sdist_with_another_digest_is_refused(index, open_demo):
    index.add(NAME, servers.make_sdist(FILES), hashes={"sha256": "0" * 64})
    with pytest.raises(SourceError, match=r"its sha256 is .* the index says 000000000000"):
        open_demo()


def test_identities_tell_equal_bytes_from_others():
    reader = reader_of(servers.make_sdist(FILES))
    assert reader.identify(list(OFFERED)) == {path: content_identity(body) for path, body in OFFERED.items()}


def test_remembered_notes_are_the_same_and_need_no_file():
    reader = reader_of(servers.make_sdist(FILES))

    def never():
        raise AssertionError

    again = SdistReader(NAME, never, DEMO, reader.to_bytes())
    assert again.paths == reader.paths
    assert again.identify(again.paths) == reader.identify(reader.paths)
    assert (again.prefix, again.problems) == (reader.prefix, reader.problems)


@pytest.mark.parametrize(
    "notes", [b"", b"{}", b"[]", b'{"files": {"a": 1}}', b'{"files": {"a": []}, "prefix": ""}']
)
def test_damaged_notes_are_a_value_error(notes):
    with pytest.raises(ValueError):  # noqa: PT011 - of json or of the shape
        reader_of(b"", notes)


LAYOUTS = [
    (("r/demo/__init__.py",), {"demo/__init__.py": "r/demo/__init__.py"}, "r/"),
    (("r/src/demo/__init__.py",), {"demo/__init__.py": "r/src/demo/__init__.py"}, "r/src/"),
    (
        ("r/demo/notes.txt", "r/src/demo/__init__.py", "r/src/pyproject.toml", "r/pyproject.toml"),
        {"demo/__init__.py": "r/src/demo/__init__.py", PYPROJECT: "r/src/pyproject.toml"},
        "r/src/",
    ),
    (
        ("r/demo/a.py", "pax_global_header", "r/PKG-INFO"),
        {"demo/a.py": "r/demo/a.py", METADATA: "r/PKG-INFO"},
        "r/",
    ),
    (("r/other/a.py",), {}, "r/"),
]


@pytest.mark.parametrize(("names", "paths", "prefix"), LAYOUTS)
def test_the_package_is_found_where_the_layout_says(names, paths, prefix):
    assert canonical_paths(names, DEMO) == (paths, prefix)


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
    reader = reader_of(servers.make_sdist(FILES, extra=extra))
    assert sorted(reader.paths) == [METADATA, "demo/__init__.py", PYPROJECT]
    assert sorted(line.rpartition("' ")[2] for line in reader.problems) == [
        "is an absolute path; left out",
        "is there 2 times; left out",
        "leads out of the archive or nowhere; left out",
    ]


GOOD = servers.make_sdist(FILES)
BAD = [
    ("empty", b"", "holds no package demo|not a readable archive"),
    ("text", b"not an archive", "not a readable archive"),
    ("cut", GOOD[:-30], "not a readable archive"),
    ("half", GOOD[: len(GOOD) // 2], "not a readable archive|holds no package"),
    ("gzip of text", gzip.compress(b"text" * 999), "not a readable archive"),
    ("no package", servers.make_sdist({"x.py": b""}), "holds no package demo; choose another release"),
    (
        "65 MB file",
        servers.make_sdist({"demo/a.py": bytes(65 * 1024**2)}),
        "demo/a.py: too large to be a source file",
    ),
]


@pytest.mark.parametrize(("blob", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_damaged_or_hostile_sdist_is_one_clear_line(blob, message):
    with pytest.raises(SourceError, match=message) as caught:
        reader_of(blob)
    assert str(caught.value).startswith(f"{NAME}: ")
    assert "\n" not in str(caught.value)


def test_an_sdist_that_is_refused_is_closed():
    blob = io.BytesIO(servers.make_sdist({"x.py": b""}))
    with pytest.raises(SourceError, match="holds no package demo"):
        SdistReader(NAME, lambda: WholeFile(blob), DEMO)
    assert blob.closed


ROOT = Layout(
    package=".", distribution="demo-engine", parents=("", "vendor/demo"), markers=("conv/a.py", "conv.py")
)


@pytest.mark.parametrize(
    ("names", "parent", "found"),
    [
        # Nothing but what the markers begin with is offered.
        (["conv.py", "conv/b.py", "README.md", "convert.py"], "", ["./conv.py", "./conv/b.py"]),
        (
            ["vendor/demo/conv/a.py", "vendor/demo/conv/c/d.py"],
            "vendor/demo/",
            ["./conv/a.py", "./conv/c/d.py"],
        ),
        (["vendor/demo/conv.py", "conv.py"], "", ["./conv.py"]),
        (["conv/b.py", "vendor/other/conv.py", "vendor/demo.py"], "", []),
    ],
)
def test_the_root_of_an_engine_without_a_package(names, parent, found):
    paths, prefix = canonical_paths([f"demo_engine-1.0/{name}" for name in names], ROOT)
    assert sorted(paths) == found
    assert prefix == f"demo_engine-1.0/{parent}"


def test_an_sdist_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("archtrack.sources.sdist._UNPACKED_LIMIT", 20 * 1024**2)
    with pytest.raises(SourceError, match="unpacks to more than a source distribution can hold"):
        reader_of(servers.make_sdist({"demo/a.py": b"", "x.bin": bytes(30 * 1024**2)}))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_sdist_with_random_damage_gives_its_bytes_or_a_source_error(data):
    blob = bytearray(gzip.decompress(GOOD))
    for at in data.draw(st.lists(st.integers(0, len(blob) - 1), min_size=1, max_size=4)):
        blob[at] = data.draw(st.integers(0, 255))
    try:
        reader = reader_of(gzip.compress(bytes(blob), 1))
        read = reader.read(reader.paths)
    except SourceError:
        return
    assert {path: content_identity(body) for path, body in read.items()} == reader.identify(reader.paths)
