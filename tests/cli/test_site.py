"""``archtrack site``: writes the page, opens it, serves it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest

import miniature
from archtrack.app.history.store import SHIPPED
from miniature import Cli

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = """## Text-only Language Models (Generative)

| Architecture | Native | HF | SGLang File | Example HF Model |
|---|---|---|---|---|
| **DocumentedForCausalLM** | Y |  | `d.py` | `acme/documented` |
"""


def test_two_commands_from_nothing_to_an_open_page(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = work / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{work}/opened"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    # The browser is chosen when the library is first imported: a process of its own.
    found = subprocess.run(
        [sys.executable, "-m", "archtrack", "site", "--open"], check=True, capture_output=True, text=True
    )
    page = work / "archtrack-site" / "index.html"
    assert re.fullmatch(r"Wrote archtrack-site/index\.html \([01]\.\d\d MB\)\n", found.stdout)
    assert (work / "opened").read_text() == page.as_uri()
    assert [each.name for each in page.parent.iterdir()] == ["index.html"]
    assert "DeepseekV3ForCausalLM" in page.read_text(encoding="utf-8")


def test_the_same_data_gives_the_same_bytes_and_nothing_is_asked_of_the_network(work: Path, cli: Cli) -> None:
    for folder in ("a", "b/c"):
        assert cli("site", "--out", folder).code == 0
    assert (work / "a" / "index.html").read_bytes() == (work / "b" / "c" / "index.html").read_bytes()


def test_a_document_adds_its_rows(work: Path, cli: Cli) -> None:
    (work / "T.md").write_text(DOCUMENT)
    assert cli("site", "--matrix", "T.md").code == 0
    text = (work / "archtrack-site" / "index.html").read_text(encoding="utf-8")
    assert '"DocumentedForCausalLM","text","the document","acme/documented"' in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--matrix", "none.md"], 5, "none.md: no such file"),
        (["--matrix", "."], 5, "."),
        (["--data", "none"], 2, "--data none: no such file or folder"),
        (["--out", "file"], 5, "file"),
        (["--serve", "--port", "70000"], 2, "70000"),
        (["--serve", "--out", "x"], 2, "--out has no effect with --serve"),
        (["--port", "8000"], 2, "--port has no effect without --serve"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    work: Path, cli: Cli, arguments: list[str], code: int, message: str
) -> None:
    (work / "file").write_text("mine")
    found = cli("site", *arguments)
    assert found.code == code
    assert message in found.err
    assert sorted(each.name for each in work.iterdir()) == ["file"]
    assert (work / "file").read_text() == "mine"


def test_the_user_s_own_index_of_models_is_asked(
    work: Path, cli: Cli, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path_factory.mktemp("own") / "models" / "index.json"
    own.parent.mkdir()
    own.write_text("{}")
    monkeypatch.setenv("ARCHTRACK_DATA_DIR", str(own.parent.parent))
    found = cli("site")
    assert found.code != 0
    assert f"{own}: " in found.err
    assert list(work.iterdir()) == []


def test_a_page_that_is_there_is_replaced_and_its_neighbours_stay(work: Path, cli: Cli) -> None:
    folder = work / "public"
    folder.mkdir()
    assert cli("site", "--out", "public").code == 0
    (folder / "CNAME").write_text("example.org")
    (work / "T.md").write_text(DOCUMENT)
    assert cli("site", "--out", "public", "--matrix", "T.md").code == 0
    assert "DocumentedForCausalLM" in (folder / "index.html").read_text(encoding="utf-8")
    assert (folder / "CNAME").read_text() == "example.org"


def test_somebody_elses_page_is_not_replaced(work: Path, cli: Cli) -> None:
    (work / "index.html").write_text("<p>mine</p>")
    found = cli("site", "--out", ".")
    said = "not a page that archtrack wrote; name another folder, or remove it"
    assert (found.code, found.err) == (5, f"archtrack: error: index.html: {said}\n")
    assert (work / "index.html").read_text() == "<p>mine</p>"


def test_a_line_of_the_document_that_is_not_shown_is_told(work: Path, cli: Cli) -> None:
    (work / "T.md").write_text(DOCUMENT + DOCUMENT.splitlines(keepends=True)[-1])
    found = cli("site", "--matrix", "T.md")
    assert found.code == 0
    assert found.err == "Note: T.md:6: DocumentedForCausalLM has a row already, T.md:5, which counts\n"


def test_the_served_page_follows_the_data_and_ends_by_ctrl_c(work: Path) -> None:
    shutil.copytree(SHIPPED, work / "data")
    command = [
        sys.executable,
        "-c",
        miniature.INTERRUPTIBLE,
        *["site", "--serve", "--port", "0", "--data", "data"],
    ]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:  # noqa: S603 -- ours
        try:
            assert process.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
            assert address is not None
            before = urllib.request.urlopen(address[0], timeout=10).read()  # noqa: S310 -- of this machine
            (work / "data" / "exllamav3.json").unlink()
            assert process.stdout.readline() == "the data has changed; the page is new\n"
            after = urllib.request.urlopen(address[0], timeout=10).read()  # noqa: S310 -- as above
        finally:
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(20)
            finally:
                process.kill()
    assert b"ExLlamaV3" in before
    assert b"ExLlamaV3" not in after
    assert code == 0
    assert not (work / "archtrack-site").exists()


@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
def test_a_document_that_is_no_file_or_a_huge_one_is_not_read(work: Path, cli: Cli, kind: str) -> None:
    path = work / "T.md"
    miniature.make_odd(path, kind)
    words = "it has more than 64 MB" if kind == "huge" else "it is not a regular file"
    for arguments in (["site", "--matrix", path], ["render", "--doc", path], ["lint", "--doc", path]):
        done = cli(*arguments)
        assert (done.code, words in done.err, done.err.count("\n")) == (5, True, 1), done.err
