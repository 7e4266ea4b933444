"""That an entry of the shipped table of examples can be looked up where its locator says.

A sample is: every release costs requests, and an sdist has to be read up to the file. What lies in a large sdist is
left out unless ``ARCHTRACK_TEST_EVERY_EXAMPLE`` is set, which looks every entry up.
"""

from __future__ import annotations

import os
import random
import re
import tarfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import real_release
from archtrack.data import shipped_examples
from archtrack.sources.base import METADATA, Layout
from archtrack.sources.index.http import GoneError, Http
from archtrack.sources.index.listing import index_urls, listing
from archtrack.sources.index.pip_config import index_settings
from archtrack.sources.index.remote_file import RemoteFile
from archtrack.sources.progress import SilentProgress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archtrack.core.matrix.example_table import Entry, Locator

pytestmark = pytest.mark.network

EVERY = bool(os.environ.get("ARCHTRACK_TEST_EVERY_EXAMPLE"))
LARGE = {("vllm", "0.33.0", "sdist")}
SAMPLE = 12
DISTANCE = 40
"""Lines between an id and what it stands beside. A file of the models that is itself the engine's own is one place."""


def release(locator: Locator) -> tuple[str, str, str]:
    return locator.package, locator.version, locator.kind


def chosen() -> dict[str, Entry]:
    """One entry of each release, and more drawn at random; the same ones each time."""
    table = shipped_examples()
    if EVERY:
        return dict(table)
    able = {name: entry for name, entry in table.items() if release(entry.locator) not in LARGE}
    drawn = random.Random(20).sample(sorted(able), SAMPLE)  # noqa: S311 -- a sample, no secret
    firsts = {release(entry.locator): name for name, entry in able.items()}
    return {name: able[name] for name in (*drawn, *firsts.values())}


def in_wheel(package: str, version: str, paths: list[str]) -> Mapping[str, str]:
    inner = {path: METADATA if path.endswith(f".dist-info/{METADATA}") else path for path in paths}
    layout = Layout(package=re.split(r"[/-]", paths[0])[0], distribution=package)
    with real_release.opened(layout, version) as source:
        assert source.origin.location.endswith(".whl")
        found = source.read(list(inner.values()))
    return {path: found[name].decode() for path, name in inner.items()}


def in_sdist(package: str, version: str, paths: list[str]) -> Mapping[str, str]:
    settings = index_settings(os.environ)
    http = Http(settings)
    try:
        listed = []
        for url in index_urls(settings):
            with suppress(GoneError):  # an index that does not have the package
                listed += listing(package, url, http)
        (file,) = {one.file for one in listed if one.file.kind == "sdist" and str(one.version) == version}
        found: dict[str, str] = {}
        remote = RemoteFile(http, file, SilentProgress())  # in pieces, as far as it is needed
        with tarfile.open(fileobj=remote, mode="r|gz", bufsize=2**20) as archive:
            for member in archive:
                path = member.name.partition("/")[2]
                if path in paths and (body := archive.extractfile(member)) is not None:
                    found[path] = body.read().decode()
                    if len(found) == len(paths):
                        break
        return found
    finally:
        http.close()


@pytest.fixture(scope="module")
def texts() -> Iterator[dict[Locator, str]]:
    """The files that the chosen entries point at."""
    files: dict[tuple[str, str, str], dict[str, Locator]] = {}
    for entry in chosen().values():
        files.setdefault(release(entry.locator), {})[entry.locator.file] = entry.locator
    found = {}
    for (package, version, kind), paths in files.items():
        read = (in_wheel if kind == "wheel" else in_sdist)(package, version, sorted(paths))
        found.update({locator: read[path] for path, locator in paths.items()})
    yield found
    found.clear()


def lines(text: str, words: str) -> list[int]:
    """Where an id or a name stands by itself, as no part of a longer one."""
    whole = r"(?<!\w){}(?!\w)" if words.isidentifier() else r"(?<![\w.-]){}(?![\w-]|\.\w)"
    pattern = re.compile(whole.format(re.escape(words)))
    return [number for number, line in enumerate(text.split("\n"), 1) if pattern.search(line)]


@pytest.mark.parametrize("name", sorted(chosen()))
def test_an_example_stands_beside_its_architecture(name: str, texts: dict[Locator, str]) -> None:
    entry = chosen()[name]
    text = texts[entry.locator]
    subject = entry.id or entry.target or entry.draft_of or entry.variant_of or ""
    at = lines(text, subject)
    assert at, subject
    if entry.near is not None and entry.near in entry.locator.file:
        return  # the whole file is about it
    beside = lines(text, entry.near or name)
    assert beside, entry.near or name
    if not entry.locator.file.startswith("sglang/srt/models/"):
        assert min(abs(one - other) for one in at for other in beside) <= DISTANCE


def test_a_sample_reaches_every_release_that_is_not_large() -> None:
    reached = {release(entry.locator) for entry in chosen().values()}
    known = {release(entry.locator) for entry in shipped_examples().values()}
    assert known - reached <= LARGE <= known
    assert len(chosen()) >= SAMPLE
