from __future__ import annotations

import hashlib
import os
import zlib

import index_servers as servers
import pytest
from index_servers import Fault

from archtrack.errors import SourceError
from archtrack.model import Origin
from archtrack.sources.base import METADATA, Layout
from archtrack.sources.cache import Cache
from archtrack.sources.identity import digest_of
from archtrack.sources.index.http import Http
from archtrack.sources.index.pip_config import index_settings
from archtrack.sources.index.release import open_release
from archtrack.sources.library import Library
from archtrack.sources.progress import SilentProgress

MODELS = ("demo/models/*.py",)
WHEEL = "demo_engine-1.0-py3-none-any.whl"
SDIST = "demo_engine-1.0.tar.gz"
LARGE_FILES = servers.large_files()
LARGE = servers.make_wheel(LARGE_FILES)
SMALL_FILES = {"demo/__init__.py": b"", "demo/models/a.py": b"class A: pass\n"}
SMALL = servers.make_wheel(SMALL_FILES)


def bodies(files, prefix="demo/models/"):
    return {name: body for name, body in files.items() if name.startswith(prefix)}


def listed_by(url):
    """What identities of the demo engine begin with where an index lists it."""
    return digest_of(url, "demo-engine")


def expect_models(source, files=LARGE_FILES):
    assert dict(source.read(source.list(MODELS))) == bodies(files)


# -- what a source gives ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "html"])
@pytest.mark.parametrize("ranges", [True, False])
def test_gives_the_same_whatever_the_server_can(index, open_demo, form, ranges):
    index.form, index.ranges = form, ranges
    index.add(WHEEL, LARGE)
    source = open_demo()
    paths = source.list(MODELS)
    assert len(paths) == 60
    assert dict(source.read(paths)) == bodies(LARGE_FILES)
    assert source.origin == Origin(
        distribution="demo-engine",
        kind="release",
        location=WHEEL,
        version="1.0",
        digest=f"sha256:{hashlib.sha256(LARGE).hexdigest()}",
    )
    assert source.problems == source.notes == ()


class Transfers:
    """The transfers that are shown: name, total and how much of it came."""

    def __init__(self):
        self.seen = []

    def start(self, label, total):
        self.seen.append([label, total, 0])

    def advance(self, count):
        self.seen[-1][2] += count

    def finish(self):
        pass


@pytest.mark.parametrize("name", [WHEEL, SDIST])
@pytest.mark.parametrize("form", ["json", "html"])
@pytest.mark.parametrize("ranges", [True, False])
def test_what_is_fetched_is_shown_by_its_name_with_its_total(index, open_demo, name, form, ranges):
    index.form, index.ranges = form, ranges
    index.add(name, LARGE if name == WHEEL else servers.make_sdist(LARGE_FILES))
    transfers = Transfers()
    source = open_demo(progress=transfers)
    source.read(source.list(MODELS))
    assert {label for label, _, _ in transfers.seen} == {name}
    assert transfers.seen[-1][2] > 0
    # The size may come with the first answer only; what is fetched then begins anew.
    assert [each for each in transfers.seen if each[2] and each[1] != each[2]] == []


def test_lists_the_package_and_its_metadata_only(index, open_demo):
    files = {**SMALL_FILES, "other/a.py": b"", "other-1.0.dist-info/METADATA": b"Name: other\n"}
    index.add(WHEEL, servers.make_wheel(files))
    source = open_demo()
    assert source.list(["**"]) == (METADATA, "demo/__init__.py", "demo/models/a.py")
    assert source.read([METADATA])[METADATA].startswith(b"Metadata-Version: 2.1\nName: demo_engine\n")


def test_identities_are_index_crc_and_size_and_cost_no_request(index, open_demo):
    index.add(WHEEL, LARGE)
    source = open_demo()
    paths = source.list(MODELS)
    before = len(index.requests)
    identities = source.identify(paths)
    assert len(index.requests) == before
    body = servers.source(7)
    assert (
        identities["demo/models/m07.py"] == f"{listed_by(index.url)}:crc32:{zlib.crc32(body):08x}:{len(body)}"
    )


def test_many_members_cost_few_requests_and_few_bytes(index, open_demo, settings_for):
    index.add(WHEEL, LARGE)
    settings = settings_for(index.url)
    source = open_demo(settings=settings)
    assert index.file_requests() == [f"bytes={len(LARGE) - 65536}-{len(LARGE) - 1}"]
    source.read(source.list(MODELS))
    assert len(index.file_requests()) <= 1 + 3
    assert all(wanted and not wanted.startswith("bytes=-") for wanted in index.file_requests())
    assert settings.transfer.requests == len(index.requests)
    assert settings.transfer.bytes < len(LARGE) / 4


def test_bytes_that_came_before_are_not_asked_for_again(index, open_demo):
    index.add(WHEEL, LARGE)
    source = open_demo()
    source.read(source.list(MODELS))
    before = len(index.requests)
    source.read(["demo/models/m05.py", METADATA])
    assert len(index.requests) == before


def test_what_is_expected_comes_along(index, open_demo):
    index.add(WHEEL, LARGE)
    source = open_demo()
    source.expect(MODELS)
    assert len(index.file_requests()) == 1
    source.read(["demo/models/m00.py"])
    before = len(index.requests)
    source.read(source.list(MODELS))
    assert len(index.requests) == before


@pytest.mark.parametrize("shared", [True, False])
def test_connections_of_many_releases_stay_open(index, open_demo, settings_for, shared):
    index.add(WHEEL, LARGE)
    index.add(WHEEL.replace("1.0", "1.1"), LARGE)
    http = Http(settings_for(index.url))
    for version in ("1.0", "1.1"):
        with open_demo(version, http=http if shared else None) as source:
            source.read(source.list(MODELS))
    assert len(index.connections) == (1 if shared else 2)
    http.close()


@pytest.mark.parametrize(("many", "requests", "most"), [(True, 6, 20_000), (False, 1, 600_000)])
def test_of_many_releases_each_is_asked_rather_often_than_for_what_is_not_wanted(
    index, open_demo, settings_for, many, requests, most
):
    files = {"demo/__init__.py": b""}
    for number in range(6):
        files |= {
            f"demo/models/m{number}.py": servers.source(number),
            f"demo/data/{number}": servers.noise(100_000, number),
        }
    index.add(WHEEL, servers.make_wheel({**files, "demo/data/last": servers.noise(2_000_000)}))
    settings = settings_for(index.url)
    source = open_demo(settings=settings, http=Http(settings) if many else None)
    asked, came = len(index.requests), settings.transfer.bytes
    assert bodies(source.read(source.list(MODELS))) == bodies(files)
    assert len(index.requests) - asked == requests
    assert settings.transfer.bytes - came < most


def test_more_than_half_is_taken_whole(index, open_demo):
    index.add(WHEEL, LARGE)
    source = open_demo()
    paths = source.list(["**"])
    read = source.read(paths)
    assert index.file_requests()[1:] == [None]
    assert {p: b for p, b in read.items() if p != METADATA} == LARGE_FILES


def test_a_small_file_is_taken_whole_at_once(index, open_demo):
    index.add(WHEEL, SMALL)
    source = open_demo()
    assert source.read(["demo/models/a.py"]) == {"demo/models/a.py": b"class A: pass\n"}
    assert index.file_requests() == [None]


def test_a_path_that_is_not_there_is_an_error(index, open_demo):
    index.add(WHEEL, SMALL)
    source = open_demo()
    assert source.list(["demo/nothing*"]) == ()
    for call in (source.read, source.identify):
        with pytest.raises(SourceError, match=r"demo/nothing\.py is not in it"):
            call(["demo/nothing.py"])


def test_more_than_half_a_gigabyte_at_once_is_refused(index, open_demo):
    blob = bytearray(servers.make_wheel({f"demo/{n}.py": servers.noise(9_000, n) for n in range(9)}))
    at = -1
    while (at := blob.find(b"PK\x01\x02", at + 1)) >= 0:
        blob[at + 24 : at + 28] = (60 * 1024**2).to_bytes(4, "little")  # the size that the table gives
    index.add(WHEEL, bytes(blob))
    source = open_demo()
    with pytest.raises(SourceError, match="more than 512 MB to read"):
        source.read(source.list(["demo/*.py"]))


@pytest.mark.parametrize("kind", ["purelib", "platlib"])
def test_what_a_wheel_keeps_under_data_is_where_it_is_installed(index, open_demo, kind):
    folder = f"demo_engine-1.0.data/{kind}"
    files = {
        f"{folder}/demo/models/a.py": b"A = 1\n",
        f"{folder}/demo/models/b.py": b"B = 1\n",
        f"{folder}/other/c.py": b"",
        "demo_engine-1.0.data/scripts/demo/models/d.py": b"",
        "demo/models/b.py": b"B = 2\n",
    }
    index.add(WHEEL, servers.make_wheel(files))
    source = open_demo()
    assert dict(source.read(source.list(MODELS))) == {
        "demo/models/a.py": b"A = 1\n",
        "demo/models/b.py": b"B = 2\n",
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (WHEEL, servers.make_wheel({"other/__init__.py": b""})),
        (SDIST, servers.make_sdist({"other/__init__.py": b""})),
    ],
)
def test_a_release_without_the_package_is_an_error(index, open_demo, name, content):
    index.add(name, content)
    with pytest.raises(SourceError, match=f"^{name}: holds no package demo; choose another release"):
        open_demo()


# -- faults of the server, by row ------------------------------------------------------------------------

PASSING = [
    ("file cut in the tail", "file", [Fault(cut=1000)]),
    ("file cut in a span", "file", [Fault(), Fault(cut=1000)]),
    ("file cut twice", "file", [Fault(cut=10), Fault(cut=10)]),
    ("429 on the file", "file", [Fault(status=429)]),
    ("page cut", "page", [Fault(cut=10, status=200)]),
    ("503 on the page", "page", [Fault(status=503)]),
    ("500 on the file", "file", [Fault(status=500)]),
    ("another range", "file", [Fault(shift=5)]),
    ("another range, later", "file", [Fault(), Fault(shift=5)]),
    ("no range any more", "file", [Fault(), Fault(no_range=True)]),
    ("changed between requests", "file", [Fault(), Fault(etag='"two"')]),
    ("another size between requests", "file", [Fault(), Fault(total=77)]),
    ("compressed on the way", "file", [Fault(headers=(("Content-Encoding", "br"),))]),
]


@pytest.mark.parametrize(("place", "faults"), [row[1:] for row in PASSING], ids=[row[0] for row in PASSING])
def test_a_fault_that_passes_does_no_harm(index, open_demo, place, faults):
    index.add(WHEEL, LARGE)
    (index.file_faults if place == "file" else index.page_faults).extend(faults)
    expect_models(open_demo())


def test_a_cut_range_goes_on_where_it_ended(index, open_demo):
    index.add(WHEEL, LARGE)
    index.file_faults = [Fault(cut=20_000)]
    open_demo()
    end = len(LARGE) - 1
    start = end - 65_535
    assert index.file_requests() == [f"bytes={start}-{end}", f"bytes={start + 20_000}-{end}"]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_cut_whole_file_goes_on_or_begins_again(index, open_demo, ranges):
    index.add(WHEEL, LARGE)
    index.ranges = ranges
    index.file_faults = [Fault(no_range=True), Fault(no_range=True, cut=100_000)]
    expect_models(open_demo())
    assert index.file_requests()[2] == f"bytes=100000-{len(LARGE) - 1}"
    assert len(index.file_requests()) == 3


@pytest.mark.parametrize("size", [1000, 40_000_000])
def test_a_file_that_finds_no_room_is_one_clear_line(index, open_demo, monkeypatch, tmp_path, size):
    index.ranges = False
    index.add(WHEEL, servers.make_wheel({"demo/__init__.py": b"", "demo/x.bin": bytes(size)}))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    if size == 1000:  # in memory
        assert open_demo().list(["demo/*.py"]) == ("demo/__init__.py",)
    else:
        with pytest.raises(SourceError, match=r"no room for it \(No such file or directory\); set TMPDIR"):
            open_demo()


def test_redirects_are_followed(index, open_demo, settings_for):
    index.add(WHEEL, LARGE)
    index.redirect = True
    settings = settings_for(index.url)
    source = open_demo(settings=settings)
    expect_models(source)
    assert settings.transfer.requests == len(index.requests)


@pytest.mark.parametrize("size", [1, 65_536, 1_000_000, 99_999_999])
def test_a_wrong_size_in_the_listing_does_no_harm(index, open_demo, size):
    index.add(WHEEL, LARGE, size=size)
    expect_models(open_demo())


LASTING = [
    ("cut always", "file", Fault(cut=10), r"the connection broke before the end \(\d+ tries\)"),
    ("empty always", "file", Fault(cut=0), r"the connection broke before the end \(3 tries\)"),
    ("500 always", "page", Fault(status=500), r"the server answers 500 \(3 tries\)"),
    ("500 on the file", "file", Fault(status=500), r"the server answers 500 \(3 tries\)"),
    ("403", "file", Fault(status=403), r"the server answers 403; put credentials into"),
    ("418", "page", Fault(status=418), "the server answers 418; check the index's address"),
    ("login page for an index", "page", Fault(html=True), "does not look like a package index"),
    ("login page for a file", "file", Fault(html=True), f"a web page came instead of {WHEEL}"),
    ("no JSON", "page", Fault(status=200, headers=(("Content-Type", servers.JSON),)), "does not look like"),
    ("other bytes", "file", Fault(no_range=True, body=b"PK\x03\x04 not"), "its sha256 is .* the index says"),
    ("file gone", "file", Fault(status=404), r"not there \(the server answers 404\)"),
]


@pytest.mark.parametrize(
    ("place", "fault", "message"), [row[1:] for row in LASTING], ids=[row[0] for row in LASTING]
)
@pytest.mark.parametrize("version", ["1.0", "latest"])
def test_a_fault_that_stays_is_one_clear_line(index, open_demo, place, fault, message, version):
    index.add(WHEEL, LARGE)
    if place == "file":
        index.always_file = fault
    else:
        index.always_page = fault
    with pytest.raises(SourceError, match=message) as caught:
        open_demo(version)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    assert len(index.requests) <= 20


def test_an_index_that_is_down_is_one_clear_line(index, open_demo, settings_for):
    with servers.IndexServer() as gone:
        url = gone.url
    with pytest.raises(
        SourceError, match=r"cannot be reached \(3 tries\); check the network and the address"
    ):
        open_demo(settings=settings_for(url))
    assert index.requests == []


def test_wrong_bytes_in_a_range_never_get_through(index, open_demo):
    index.add(WHEEL, LARGE)
    source = open_demo()
    index.always_file = Fault(body=b"\0" * 3000)
    with pytest.raises(SourceError, match=r"demo/models/m00.py: its header is damaged|has another name"):
        source.read(["demo/models/m00.py"])


def test_credentials_are_sent_but_never_shown(index, open_demo, settings_for, tmp_path):
    index.add(WHEEL, LARGE)
    index.credentials = "Basic bWU6czNjcmV0IQ=="
    url = f"http://me:s3cret%21@{index.address}/simple"
    settings = settings_for(url)
    with Cache(tmp_path) as cache:
        source = open_demo(settings=settings, cache=cache)
        expect_models(source)
        index.files.clear()
        with pytest.raises(SourceError) as caught:
            open_demo("1.1", settings=settings, cache=cache)
    shown = f"{caught.value} {source.origin} {settings!r}"
    assert "s3cret" not in shown
    assert index.address in str(caught.value)
    assert not [path for path in tmp_path.iterdir() if b"s3cret" in path.read_bytes()]
    with pytest.raises(SourceError, match="the server answers 401") as caught:
        open_demo(settings=settings_for(f"http://me:wr0ng@{index.address}/simple"))
    assert "wr0ng" not in str(caught.value)


# -- the cache -------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path):
    with Cache(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("name", [WHEEL, SDIST])
def test_a_named_release_is_opened_from_the_cache_without_a_request(index, open_demo, cache, name):
    files = servers.large_files()
    index.add(name, LARGE if name == WHEEL else servers.make_sdist(files))
    first = open_demo(cache=cache)
    before = len(index.requests)
    for offline in (False, True):
        again = open_demo(cache=cache, offline=offline)
        paths = again.list(["**"])
        assert paths == first.list(["**"])
        assert again.identify(paths) == first.identify(paths)
        assert again.origin == first.origin
    assert len(index.requests) == before
    with pytest.raises(SourceError, match="is only partly in the cache; run once without --offline"):
        again.read(paths[:1])
    assert len(index.requests) == before


def test_offline_without_a_cache_says_so_and_asks_nobody(index, open_demo, cache):
    index.add(WHEEL, LARGE)
    for version in ("1.0", "latest"):
        with pytest.raises(SourceError, match=f"demo-engine {version} is not in the cache; run once"):
            open_demo(version, cache=cache, offline=True)
    assert index.requests == []


def test_offline_latest_is_the_newest_release_seen_and_says_so(index, open_demo, cache):
    for version in ("1.0", "1.10", "1.9", "2.0"):
        index.add(f"demo_engine-{version}-py3-none-any.whl", servers.make_wheel(SMALL_FILES, version))
    for version in ("1.9", "1.10", "1.0"):
        open_demo(version, cache=cache)
    source = open_demo("latest", cache=cache, offline=True)
    assert source.origin.version == "1.10"
    assert source.origin.location.endswith("(offline: the newest release seen so far)")
    assert open_demo("latest", cache=cache).origin.version == "2.0"


def test_latest_is_always_asked_for(index, open_demo, cache):
    index.add(WHEEL, SMALL)
    assert open_demo("latest", cache=cache).origin.version == "1.0"
    index.add("demo_engine-1.1-py3-none-any.whl", servers.make_wheel(SMALL_FILES, "1.1"))
    assert open_demo("latest", cache=cache).origin.version == "1.1"


@pytest.mark.parametrize(
    ("listed", "late"), [({}, False), ({}, True), ({"hashes": {}}, False), ({"hashes": {}}, True)]
)
def test_a_file_that_moved_is_found_again(index, open_demo, cache, listed, late):
    index.add(WHEEL, LARGE, **listed)
    open_demo(cache=cache)
    source = open_demo(cache=cache) if late else None
    index.files["elsewhere/" + WHEEL] = index.files.pop(WHEEL)
    index.projects["demo-engine"][0]["url"] = f"/files/elsewhere/{WHEEL}"
    source = source or open_demo(cache=cache)
    expect_models(source)


@pytest.mark.parametrize("listed", [{}, {"hashes": {}}])
def test_a_file_that_was_replaced_is_not_read_as_the_one_that_was_remembered(index, open_demo, cache, listed):
    index.add(WHEEL, LARGE, **listed)
    open_demo(cache=cache)
    source = open_demo(cache=cache)
    index.files.clear()
    index.projects.clear()
    index.add("elsewhere/" + WHEEL, SMALL, filename=WHEEL, **listed)
    with pytest.raises(SourceError, match=r"not there \(the server answers 404\)"):
        source.read(source.list(MODELS))
    expect_models(open_demo(cache=cache), SMALL_FILES)


# -- what is kept from one origin never answers for another ------------------------------------------------


def forged(body, like):
    """The body with four bytes at its end that give it the CRC-32 of another of that length."""
    table = [zlib.crc32(bytes([n])) ^ zlib.crc32(b"\0") for n in range(256)]
    register, indexes = zlib.crc32(like) ^ 0xFFFFFFFF, []
    for _ in range(4):  # backwards: which entries of the table lead there
        index = next(n for n, entry in enumerate(table) if entry >> 24 == register >> 24)
        indexes.insert(0, index)
        register = (register ^ table[index]) << 8 & 0xFFFFFFFF
    register, end = zlib.crc32(body) ^ 0xFFFFFFFF, bytearray()
    for index in indexes:
        end.append(index ^ register & 0xFF)
        register = register >> 8 ^ table[index]
    return body + bytes(end)


MINE = b"mine = 1\n#....\n"
THEIRS = forged(b"theirs = 2#", MINE)


def test_a_crc_can_be_forged():
    assert (len(THEIRS), zlib.crc32(THEIRS)) == (len(MINE), zlib.crc32(MINE))
    assert THEIRS != MINE


@pytest.mark.parametrize("copied", ["nothing", "the digest"])
def test_two_indexes_with_files_of_one_name_size_and_crc_each_have_their_own_facts(
    index, open_demo, settings_for, cache, copied
):
    mine, theirs = (
        servers.make_wheel({"demo/__init__.py": b"", "demo/models/a.py": body}, packed=False)
        for body in (MINE, THEIRS)
    )
    index.add(WHEEL, mine)
    with servers.IndexServer() as other:
        claim = {"hashes": index.projects["demo-engine"][0]["hashes"]} if copied == "the digest" else {}
        # Read by ranges, a file is believed to have the digest that is listed.
        padding = {"demo/data.bin": servers.noise(200_000)} if claim else {}
        files = {"demo/__init__.py": b"", "demo/models/a.py": THEIRS, **padding}
        other.add(WHEEL, servers.make_wheel(files, packed=False) if claim else theirs, **claim)
        found = []
        for url in (other.url, index.url, other.url):
            source = open_demo(settings=settings_for(url), cache=cache)
            library = Library(source, cache)
            path = "demo/models/a.py"
            found.append(library.facts([path], "text", lambda body: body.decode("latin-1"))[path])
    assert found == [body.decode("latin-1") for body in (THEIRS, MINE, THEIRS)]


def test_releases_of_one_index_share_the_facts_of_files_that_did_not_change(index, open_demo, cache):
    looked_at = []
    for version in ("1.0", "1.1"):
        index.add(f"demo_engine-{version}-py3-none-any.whl", servers.make_wheel(SMALL_FILES, version))
        library = Library(open_demo(version, cache=cache), cache)
        library.facts(["demo/models/a.py"], "text", lambda body: looked_at.append(body) or len(body))
    assert looked_at == [SMALL_FILES["demo/models/a.py"]]


def test_two_distributions_of_one_index_share_nothing(index, open_demo, cache):
    other = Layout(package="demo", distribution="other-engine")
    index.add(WHEEL, servers.make_wheel({"demo/__init__.py": b"", "demo/a.py": MINE}))
    files = {"demo/__init__.py": b"", "demo/a.py": THEIRS}
    index.add(
        "other_engine-1.0-py3-none-any.whl", servers.make_wheel(files, stem="other_engine"), "other-engine"
    )
    mine = open_demo(cache=cache).identify(["demo/a.py"])
    assert mine != open_demo(cache=cache, layout=other).identify(["demo/a.py"])


# -- an index on disk ------------------------------------------------------------------------------------


@pytest.fixture
def on_disk(tmp_path):
    """Writes an index with one file; its settings."""

    def make(name, content, digest):
        page = tmp_path / "simple" / "demo-engine" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f'<a href="../../{name}#sha256={digest}">{name}</a>')
        (tmp_path / name).write_bytes(content)
        return (tmp_path / "simple").as_uri()

    return make


@pytest.mark.parametrize("name", [WHEEL, SDIST])
@pytest.mark.parametrize("offline", [False, True])
def test_a_release_on_disk_is_read(index, open_demo, settings_for, on_disk, name, offline):
    content = LARGE if name == WHEEL else servers.make_sdist(LARGE_FILES)
    url = on_disk(name, content, hashlib.sha256(content).hexdigest())
    source = open_demo("latest", settings=settings_for(url), offline=offline)
    expect_models(source)
    assert source.origin.location == name
    assert index.requests == []


def test_a_release_on_disk_that_is_another_or_none_is_one_clear_line(
    open_demo, settings_for, on_disk, tmp_path
):
    settings = settings_for(on_disk(WHEEL, SMALL, "0" * 64))
    with pytest.raises(SourceError, match=f"^{WHEEL}: its sha256 is .* the index says 000000000000"):
        open_demo(settings=settings)
    (tmp_path / WHEEL).unlink()
    with pytest.raises(SourceError, match=rf"{WHEEL}: No such file or directory; check the index in pip's"):
        open_demo(settings=settings)


def test_damaged_entries_of_the_cache_are_as_good_as_none(index, open_demo):
    class Broken:
        def get_many(self, _kind, keys):
            return dict.fromkeys(keys, b"\x00\x00\x00\x05{]...")

        def put_many(self, kind, items):
            pass

    index.add(WHEEL, LARGE)
    source = open_demo(cache=Broken())
    assert len(source.list(MODELS)) == 60


# -- real releases ---------------------------------------------------------------------------------------


REAL = [
    ("sglang", "0.5.23", ("srt/models/**/*.py", "srt/configs/*.py"), 3_000_000),
    (
        "transformers",
        "5.23.0",
        (
            "models/*/modeling_*.py",
            "models/*/configuration_*.py",
            "models/*/__init__.py",
            "models/auto/*.py",
            "*.py",
        ),
        13_000_000,
    ),
]


@pytest.mark.network
@pytest.mark.parametrize(("name", "version", "patterns", "size"), REAL, ids=[r[0] for r in REAL])
def test_real_releases_keep_to_the_budget(name, version, patterns, size):
    settings = index_settings(os.environ)
    layout = Layout(package=name, distribution=name)
    with open_release(
        layout, version, settings=settings, cache=None, offline=False, progress=SilentProgress()
    ) as source:
        paths = source.list([*(f"{name}/{pattern}" for pattern in patterns), METADATA])
        read = source.read(paths)
        assert len(paths) > 300
        found = {path: identity.partition(":")[2] for path, identity in source.identify(paths).items()}
        assert found == {p: f"crc32:{zlib.crc32(b):08x}:{len(b)}" for p, b in read.items()}
        assert f"Version: {version}\n".encode() in read[METADATA]
        assert source.problems == source.notes == ()
    assert settings.transfer.requests <= 6
    assert settings.transfer.bytes <= size
