"""``archtrack data update`` without an argument: the published data at the address that ARCHTRACK_DATA_URL names."""

from __future__ import annotations

import base64
import gzip
import os
from typing import TYPE_CHECKING, Any

import pytest
from index_servers import Fault

import miniature
from archtrack.app.history.store import LARGEST, SHIPPED
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Release
from archtrack.sources.index.http import Http
from made_history import made_history
from miniature import Cli

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cr3t"  # noqa: S105 - of nobody
DAYS = {"1.0": "2026-01-01", "1.1": "2026-02-01"}


def history(engine: str, *versions: str) -> str:
    """The data of an engine that registers one architecture in each of these releases."""
    releases = [
        Release(version=each, date=DAYS[each], file=f"{engine}-{each}.whl", sha256="0" * 64)
        for each in versions
    ]
    entry = Entry(file="alpha.py", at=f"{engine}/r.py:1")
    found = {each: {"AlphaForCausalLM": entry} for each in versions}
    return write_history(made_history(releases, found, engine=engine, floor=versions[0]))


OLD = {name: history(name, "1.0") for name in ("sglang", "vllm")}
NEW = {name: history(name, "1.0", "1.1") for name in ("sglang", "vllm")}


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The user's own data."""
    return tmp_path / "data"


@pytest.fixture
def published(work: Path, package_index: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server with newer data of two engines than what is shipped; its address, with a password, is configured."""
    shipped = work.parent / "shipped"
    for name, text in OLD.items():
        miniature.write(shipped / f"{name}.json", text)
    monkeypatch.setattr("archtrack.app.history.store.SHIPPED", shipped)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", {"sleep": lambda _: None})
    package_index.credentials = "Basic " + base64.b64encode(f"user:{SECRET}".encode()).decode()
    package_index.files.update({f"{name}.json": text.encode() for name, text in NEW.items()})
    monkeypatch.setenv("ARCHTRACK_DATA_URL", f"http://user:{SECRET}@{package_index.address}/files/")
    return package_index


def kept(folder: Path) -> dict[str, tuple[int, str]]:
    """What lies in a folder, and whether it is the same file as before."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: (path.stat().st_mtime_ns, path.read_text(encoding="utf-8")) for path in files}


@pytest.mark.parametrize("redirect", [False, True])
def test_published_data_are_taken_and_then_there_is_nothing_new(
    cli: Cli,
    published: Any,
    mine: Path,
    redirect: bool,  # noqa: FBT001 -- a row
) -> None:
    published.redirect = redirect
    for state in ("taken", "already there"):
        done = cli("data", "update")
        folder = f"http://{published.address}/files/"
        assert done.lines == [f"{name}: 2 releases, {state} ({folder}{name}.json)" for name in NEW]
        assert (done.code, SECRET in done.err) == (0, False)
        before = kept(mine)
        assert {name: text for name, (_, text) in before.items()} == {
            f"{name}.json": NEW[name] for name in NEW
        }
    assert kept(mine) == before


def test_what_is_published_as_it_is_shipped_can_be_taken(
    cli: Cli, published: Any, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archtrack.app.history.store.SHIPPED", SHIPPED)
    paths = [path for path in sorted(SHIPPED.glob("*.json")) if path.stem.startswith(("vllm", "schema"))]
    assert len(paths) > 2
    published.files = {path.name: path.read_bytes() for path in paths}
    done = cli("data", "update")
    names = sorted(path.stem for path in paths if path.stem != "schema")
    assert sorted(line.partition(":")[0] for line in done.lines) == names
    assert all("already there" in line for line in done.lines)
    assert kept(mine) == {}


FAULTS = {
    "truncated": (Fault(cut=100), "the connection broke before the end (5 tries)"),
    "truncated without a length that says so": (Fault(whole=NEW["sglang"][:200].encode()), "not JSON"),
    "a page to sign in": (Fault(html=True), "not JSON"),
    "no text": (Fault(whole=b"\xff\xfe"), "not a text file"),
    "another JSON": (Fault(whole=b'{"format": 1}'), "schema version None"),
    "of a later archtrack": (Fault(whole=b'{"schema_version": 9}'), "upgrade archtrack"),
    "of another engine": (
        Fault(whole=history("lmdeploy", "1.0").encode()),
        "two sources have data of lmdeploy",
    ),
    "of an engine with the name of a path": (
        Fault(whole=NEW["sglang"].replace('"engine":"sglang"', '"engine":"../sglang"').encode()),
        "is not a name of an engine",
    ),
    "older": (Fault(whole=history("sglang", "1.1").encode()), "lacks sglang 1.0"),
    "too large": (Fault(whole=b"[" * (LARGEST + 1)), "more than 64 MB"),
    "too large once it is unpacked": (
        Fault(whole=gzip.compress(bytes(LARGEST + 1)), headers=(("Content-Encoding", "gzip"),)),
        "more than 64 MB",
    ),
    "busy": (Fault(status=503), "the server answers 503 (5 tries)"),
    "forbidden": (Fault(status=403), "the server answers 403"),
    "a redirect in a circle": (
        Fault(status=302, headers=(("Location", f"/files/sglang.json#{SECRET}"),)),
        "redirects without end",
    ),
    "a redirect to a file": (
        Fault(status=302, headers=(("Location", f"file:///{SECRET}"),)),
        "redirects to an address that is not secure",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_data_that_are_not_as_they_should_be_are_refused_in_one_line(
    cli: Cli, published: Any, mine: Path, name: str
) -> None:
    published.always_file, message = FAULTS[name]
    done = cli("data", "update")
    expected = 2 if message.startswith("two sources") else 3
    assert (done.code, done.out, done.err.count("\n")) == (expected, "", 1), done.err
    assert message in done.err
    assert SECRET not in done.err
    assert f"http://{published.address}/files/" in done.err or expected == 2
    assert kept(mine) == {}
    asked = [path for path, _ in published.requests if path.endswith("/sglang.json")]
    assert 1 <= len(asked) <= 6


def test_one_file_that_is_wrong_keeps_all_others_from_being_taken(
    cli: Cli, published: Any, mine: Path
) -> None:
    published.files["vllm.json"] = b"{}"
    done = cli("data", "update")
    assert (done.code, "vllm.json: schema version None" in done.err) == (3, True), done.err
    assert kept(mine) == {}


def test_a_server_that_is_down_is_told_in_one_line(
    cli: Cli, published: Any, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHTRACK_DATA_URL", f"http://user:{SECRET}@127.0.0.1:9/data/")
    done = cli("data", "update")
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert "cannot be reached (5 tries); check the network and the address" in done.err
    assert SECRET not in done.err
    assert (kept(mine), published.requests) == ({}, [])


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ("files", "/files: not there (the server answers 404); the address of a folder ends with /"),
        ("nowhere/", "/nowhere/: no data file there"),
    ],
)
def test_an_address_without_data_is_told(
    cli: Cli, published: Any, monkeypatch: pytest.MonkeyPatch, end: str, message: str
) -> None:
    monkeypatch.setenv("ARCHTRACK_DATA_URL", f"http://user:{SECRET}@{published.address}/{end}")
    done = cli("data", "update")
    assert (done.code, message in done.err, SECRET in done.err) == (3, True, False), done.err


def test_the_address_of_a_folder_without_its_slash_is_told(
    cli: Cli, published: Any, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.files |= {"/files": b"", "": b"<html>sglang.json</html>"}
    published.file_faults = [Fault(status=301, headers=(("Location", "/files/"),))]
    monkeypatch.setenv("ARCHTRACK_DATA_URL", f"http://user:{SECRET}@{published.address}/files")
    done = cli("data", "update")
    assert (done.code, done.err.count("\n"), SECRET in done.err) == (3, 1, False)
    assert f"http://{published.address}/files: is a folder; the address of a folder ends with /" in done.err
    assert kept(mine) == {}


@pytest.mark.parametrize("value", [None, "", "  "])
def test_without_a_source_and_an_address_the_error_says_what_to_set(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("ARCHTRACK_DATA_URL", raising=False)
    if value is not None:
        monkeypatch.setenv("ARCHTRACK_DATA_URL", value)
    done = cli("data", "update")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "name one, or set ARCHTRACK_DATA_URL to the address of published data" in done.err


def test_offline_no_request_is_made(cli: Cli, published: Any) -> None:
    done = cli("data", "update", "--offline")
    assert (done.code, "an address needs the network" in done.err, SECRET in done.err) == (2, True, False)
    assert published.requests == []


def test_a_source_that_is_named_is_taken_in_place_of_the_configured_one(
    cli: Cli, published: Any, work: Path
) -> None:
    miniature.write(work / "vllm.json", NEW["vllm"])
    assert cli("data", "update", "vllm.json").lines == ["vllm: 2 releases, taken (vllm.json)"]
    assert published.requests == []
