from __future__ import annotations

import hashlib
import os
from contextlib import suppress

import index_servers as servers
import pytest
from index_servers import JSON, Fault
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from archtrack.errors import SourceError, UsageError
from archtrack.sources.index.http import Http
from archtrack.sources.index.links import Links
from archtrack.sources.index.listing import Listed, choose, find_release, index_urls, listing, parse_version
from archtrack.sources.index.remote_file import ReleaseFile


def listed(name: str, version: str, size: int | None = 10, *, yanked: bool = False) -> Listed:
    kind = "wheel" if name.endswith(".whl") else "sdist"
    file = ReleaseFile(name=name, url=f"http://x/{name}", scope="x", version=version, kind=kind, size=size)
    return Listed(file=file, version=parse_version(version), yanked=yanked)


def wheel(version: str, tag: str = "any", size: int | None = 10, *, yanked: bool = False) -> Listed:
    return listed(f"demo-{version}-py3-none-{tag}.whl", version, size, yanked=yanked)


def sdist(version: str, *, yanked: bool = False) -> Listed:
    return listed(f"demo-{version}.tar.gz", version, 1, yanked=yanked)


CHOICES = [
    ("by version, not by listing", [wheel("0.10.0"), wheel("0.9.0")], None, "demo-0.10.0-py3-none-any.whl"),
    (
        "a pre-release is no latest",
        [wheel("2rc1"), wheel("2.dev3"), wheel("1.0")],
        None,
        "demo-1.0-py3-none-any.whl",
    ),
    ("a pre-release by name", [wheel("2.0rc1"), wheel("1.0")], "2.0rc1", "demo-2.0rc1-py3-none-any.whl"),
    ("a post-release is final", [wheel("1.0"), wheel("1.0.post1")], None, "demo-1.0.post1-py3-none-any.whl"),
    ("yanked is not latest", [wheel("2.0", yanked=True), wheel("1.0")], None, "demo-1.0-py3-none-any.whl"),
    ("one file yanked", [wheel("2.0", yanked=True), sdist("2.0"), wheel("1.0")], None, "demo-2.0.tar.gz"),
    ("smallest first", [wheel("1.0", "b", 20), wheel("1.0", "a", 30)], None, "demo-1.0-py3-none-b.whl"),
    ("unknown size last", [wheel("1.0", "a", None), wheel("1.0", "b", 30)], None, "demo-1.0-py3-none-b.whl"),
    ("then by name", [wheel("1.0", "b", None), wheel("1.0", "a", None)], None, "demo-1.0-py3-none-a.whl"),
    ("a wheel before an sdist", [sdist("1.0"), wheel("1.0", size=None)], None, "demo-1.0-py3-none-any.whl"),
    ("an sdist where there is no wheel", [sdist("1.0"), wheel("0.9")], None, "demo-1.0.tar.gz"),
    ("another spelling of the version", [wheel("1.0")], "1.0.0", "demo-1.0-py3-none-any.whl"),
]


@pytest.mark.parametrize(
    ("files", "version", "chosen"), [row[1:] for row in CHOICES], ids=[r[0] for r in CHOICES]
)
def test_the_file_to_read(files, version, chosen):
    file, notes = choose("demo", files, version and parse_version(version), ["the index"])
    assert file.name == chosen
    assert notes == ()


def test_a_yanked_release_by_name_is_read_and_said():
    files = [wheel("2.0", yanked=True), wheel("1.0")]
    file, notes = choose("demo", files, parse_version("2.0"), ["the index"])
    assert file.version == "2.0"
    assert notes == ("demo 2.0 is yanked",)


REFUSALS = [
    (
        "pre-releases only",
        [wheel("2.0rc1"), wheel("2.0b1")],
        None,
        "demo has only pre-releases on X; name one exactly, such as 2.0rc1",
    ),
    (
        "yanked only",
        [wheel("2.0", yanked=True)],
        None,
        "demo has only yanked releases on X; name one exactly, such as 2.0",
    ),
    (
        "unknown",
        [wheel(f"1.{n}") for n in (0, 2, 10)],
        "1.3",
        "no release 1.3 of demo on X; the nearest are 1.0, 1.2, 1.10",
    ),
    (
        "far from the newest",
        [wheel(f"1.{n}") for n in range(20)],
        "1.4.1",
        "the nearest are 1.2, 1.3, 1.4, 1.5, 1.6, 1.7; the newest is 1.19",
    ),
    ("newer than all", [wheel("1.0")], "9", "the nearest are 1.0"),
]


@pytest.mark.parametrize(
    ("files", "version", "message"), [row[1:] for row in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_no_file_to_read_is_told_with_what_there_is(files, version, message):
    with pytest.raises(SourceError) as caught:
        choose("demo", files, version and parse_version(version), ["X"])
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize("text", ["", "newest", "1.0 2", "==1.0", "1.x"])
def test_what_is_no_version_is_wrong_usage(text):
    with pytest.raises(UsageError, match=r"is not a release; write one like 0\.5\.23, or latest"):
        parse_version(text)


# -- real pages ------------------------------------------------------------------------------------------


@pytest.fixture
def find(settings_for):
    sessions = []

    def make(version, *urls, name="demo-engine"):
        sessions.append(Http(settings_for(urls[0])))
        return find_release(name, version, urls, sessions[-1])

    yield make
    for session in sessions:
        session.close()


def offer(index, *versions, **more):
    for version in versions:
        index.add(f"demo_engine-{version}-py3-none-any.whl", b"x" * 9, **more)


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_page_is_understood(index, find, form):
    index.form = form
    offer(index, "1.10", "1.9")
    offer(index, "1.11", yanked="broken")
    others = ("demo_engine-3.0.win32.exe", "demo-engine.html", "other-9.0-py3-none-any.whl")
    for name in (*others, "demo_engine-odd!-py3-none-any.whl"):
        index.add(name, b"")
    file = find("latest", index.url)[0]
    assert file.version == "1.10"
    assert file.url == f"http://{index.address}/files/demo_engine-1.10-py3-none-any.whl"
    assert file.size == (9 if form == "json" else None)
    assert file.sha256 == hashlib.sha256(b"x" * 9).hexdigest()
    assert index.requests == [("/simple/demo-engine/", None)]


@pytest.mark.parametrize("name", ["demo-engine", "Demo_Engine", "demo.engine"])
def test_the_name_is_normalised(index, find, name):
    offer(index, "1.0")
    assert find("1.0", index.url, name=name)[0].version == "1.0"


def test_an_unknown_project_is_told(index, find):
    with pytest.raises(
        SourceError, match=rf"no release of demo-engine on http://{index.address}/simple; check the name"
    ):
        find("latest", index.url)


def test_an_empty_page_of_an_index_is_no_login_page(index, find):
    index.form = "html"
    index.projects["demo-engine"] = []
    with pytest.raises(SourceError, match="no release of demo-engine on"):
        find("1.0", index.url)


def test_an_index_may_not_point_at_files_of_this_machine(index, find, tmp_path):
    file = tmp_path / "demo_engine-1.0-py3-none-any.whl"
    file.write_bytes(b"x")
    index.add(file.name, b"x", url=file.as_uri())
    with pytest.raises(SourceError, match="no release of demo-engine"):
        find("1.0", index.url)


@pytest.fixture
def folder(tmp_path):
    """A ``file:`` index with release 5.0."""
    page = tmp_path / "simple" / "demo-engine" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<a href="../../f/demo_engine-5.0-py3-none-any.whl">demo_engine-5.0-py3-none-any.whl</a>')
    return tmp_path


@pytest.mark.parametrize("path", ["nothing/here", "simple/demo-engine/index.html"])
def test_an_index_on_disk_that_is_not_there_does_no_harm(index, find, folder, path):
    offer(index, "1.0")
    for version in ("1.0", "latest"):
        assert find(version, index.url, (folder / path).as_uri())[0].version == "1.0"


def test_latest_is_the_newest_of_all_indexes(index, find, folder):
    offer(index, "1.0")
    assert find("latest", index.url, (folder / "simple").as_uri())[0].version == "5.0"


def test_a_named_release_comes_from_the_first_index_that_has_it(index, find):
    with servers.IndexServer() as other, servers.IndexServer() as third:
        offer(index, "1.0")
        offer(other, "1.1", "1.2")
        offer(third, "1.1")
        assert find("1.1", index.url, other.url, third.url)[0].url.startswith(f"http://{other.address}/")
        assert third.requests == []


def test_a_failing_index_is_said_where_another_has_the_release(index, find):
    with servers.IndexServer() as other:
        offer(other, "1.0")
        index.always_page = Fault(status=500)
        file, (note,) = find("1.0", index.url, other.url)
        assert file.version == "1.0"
        assert note.startswith(
            f"skipped an index: http://{index.address}/simple/demo-engine/: the server answers 500"
        )


@pytest.mark.parametrize("version", ["latest", "9.9"])
def test_a_failing_index_is_an_error_where_its_answer_matters(index, find, version):
    with servers.IndexServer() as other:
        offer(other, "1.0")
        index.always_page = Fault(status=500)
        for urls in ((index.url, other.url), (other.url, index.url)):
            with pytest.raises(SourceError, match="the server answers 500"):
                find(version, *urls)


def test_a_broken_index_on_disk_is_said(index, find, folder):
    offer(index, "1.0")
    (folder / "simple" / "demo-engine" / "index.html").write_bytes(servers.PORTAL)
    file, (note,) = find("latest", index.url, (folder / "simple").as_uri())
    assert file.version == "1.0"
    assert "does not look like a package index" in note


def test_no_index_is_respected(settings_for):
    with pytest.raises(SourceError, match="pip is configured with no-index"):
        index_urls(settings_for("http://127.0.0.1:1/simple", no_index=True))


def test_the_default_index_is_the_one_that_the_client_knows(settings_for):
    assert index_urls(settings_for(None, "file:///x")) == (PYPI_SIMPLE_ENDPOINT, "file:///x")


# -- pages that are not as they should be ----------------------------------------------------------------

MANY = "9" * 5000
ODD_FILES = {
    "upload time beyond the calendar": {"upload-time": "9999-12-31T23:59:59-12:00"},
    "upload time before the calendar": {"upload-time": "0001-01-01T00:00:00+12:00"},
    "upload time of many digits": {"upload-time": f"{MANY}-01-01T00:00:00Z"},
    "upload time that is a number": {"upload-time": 1e300},
    "size below nothing": {"size": -5},
    "size beyond every file": {"size": 10**30},
    "size that is a text": {"size": "many"},
    "version of many digits": {"filename": f"demo_engine-{MANY}-py3-none-any.whl"},
    "address that never closes": {"url": "https://[::1/x"},
    "address with an odd port": {"url": "https://h:x/x"},
    "address of a file": {"url": "file:///etc/passwd"},
    "requires-python that is a list": {"requires-python": []},
    "no address": {"url": None},
}


@pytest.mark.parametrize("odd", ODD_FILES.values(), ids=ODD_FILES)
def test_a_file_that_says_what_cannot_be_is_passed_over(index, settings_for, odd):
    index.add("demo_engine-1.0-py3-none-any.whl", b"x")
    index.add("demo_engine-2.0-py3-none-any.whl", b"x", **odd)
    index.add("demo_engine-1.5-py3-none-any.whl", b"x", **{"requires-python": f">={MANY}"})
    assert listed_versions(index, settings_for) == ["1.0", "1.5"]


@pytest.mark.parametrize("address", ["https://[::1/x", "https://h:x/x", "file:///etc/passwd", "javascript:x"])
def test_a_link_to_what_is_no_release_is_passed_over(index, settings_for, address):
    index.form = "html"
    index.add("demo_engine-1.0-py3-none-any.whl", b"x")
    index.add("demo_engine-2.0-py3-none-any.whl", b"x", url=address)
    assert listed_versions(index, settings_for) == ["1.0"]


@pytest.mark.parametrize(
    "page",
    [
        "{}",
        "[]",
        "null",
        '{"files": {}}',
        '{"meta": {"api-version": "' + MANY + '"}, "files": []}',
        "[" * 100_000,
        f'{{"files": [], "x": {MANY}}}',
    ],
)
def test_what_is_no_page_of_an_index_is_one_clear_line(index, settings_for, page):
    index.add("demo_engine-1.0-py3-none-any.whl", b"x")
    index.always_page = Fault(status=200, headers=(("Content-Type", JSON),), whole=page.encode())
    with pytest.raises(SourceError, match="does not look like a package index"):
        listed_versions(index, settings_for)


def listed_versions(index, settings_for):
    http = Http(settings_for(index.url))
    try:
        return [str(one.version) for one in listing("demo-engine", index.url, http)]
    finally:
        http.close()


@pytest.mark.parametrize(
    "piece", ["<a href=x>", "<!--", "<a href='", "</x", "<a ", "<![CDATA[", "<script>", "&#", '<a href="x" ']
)
def test_the_links_of_a_page_are_found_whatever_stands_around_them(piece):
    good = '<a href="x-1.0.tar.gz" data-requires-python=">=3.8">x-1.0.tar.gz</a>'
    found = Links((good + piece * 20_000).encode(), "no-such-charset")
    assert found.links[0] == (
        "x-1.0.tar.gz",
        "x-1.0.tar.gz",
        {"href": "x-1.0.tar.gz", "data-requires-python": ">=3.8"},
    )


@pytest.mark.parametrize("piece", ["<![x ", "<![", "<![x[ ]]>", "<!x [<!", "<?x"])
def test_a_page_with_declarations_of_no_kind_gives_its_links_or_is_none(piece):
    with suppress(ValueError):
        assert Links(f"<a href=x>one</a>{piece} two>".encode(), "").links[0].text == "one"


def test_a_link_that_another_begins_in_ends_there():
    assert [
        link.text for link in Links(b"<a href=1>one <b>more</b><a href=2>two</a> three<a name=3>", "").links
    ] == [
        "one more",
        "two",
    ]


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        (b"<a href=1>one</a><a href=2>two</body></html>", ""),
        ("<a href=1>one</a><a href=2>two".encode("utf-16"), ""),
        (b"<a href=1>one</a><a href=2>two", "punycode"),
    ],
    ids=["the last link is open", "UTF-16", "a charset that few pages have"],
)
def test_every_link_of_a_page_is_found(page, charset):
    assert [link.text for link in Links(page, charset).links] == ["one", "two"]


def test_an_index_on_disk_has_a_page_of_bounded_size_that_is_a_file(tmp_path, settings_for):
    page = tmp_path / "demo-engine/index.html"
    page.parent.mkdir()
    with page.open("wb") as file:
        file.truncate(5_000_000_000)
    for message in ("more than 16 MB", "not a regular file"):
        with pytest.raises(SourceError, match=message):
            listing("demo-engine", tmp_path.as_uri(), Http(settings_for("")))
        page.unlink()
        os.mkfifo(page)
