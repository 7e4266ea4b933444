"""The Hub's list of models, read page by page from a real server, and taken up where a run ended."""

from __future__ import annotations

import gzip
import json
import traceback
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from huggingface_hub import constants

import hub_server
from archtrack.app.demand import census_of_hub
from archtrack.core.demand.census import LONGEST_NAME, Flaws
from archtrack.errors import HubDownError, TargetError, UsageError
from archtrack.hub.client import _asked
from archtrack.hub.model_list import Watch, clear_kept, kept_models, size_of_kept
from archtrack.sources.workspace import Workspace
from hub_server import Fault, HubServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.core.demand.census import Census

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)
MODELS = [
    {
        "id": f"owner/model-{place}",
        "_id": f"{place:024x}",
        "downloads": 1_000 - place,
        "gated": "auto" if place == 3 else False,
        "config": {"architectures": [f"Made{place % 3}ForCausalLM"], "tokenizer_config": {"bos": "<s>"}},
        "tags": ["x"],
    }
    for place in range(25)
]


def take(
    workspace: Workspace, *, limit: int = 0, watch: Watch | None = None
) -> tuple[Census, tuple[str, ...]]:
    """The census of the Hub's list, and the notices that come with it."""
    watch = watch or Told().watch
    return census_of_hub(workspace, limit=limit, fresh=False, memory_mb=1024, watch=watch)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A Hub with 25 models in pages of ten, which the client takes for its own."""
    with hub_server.HubServer() as server:
        server.models, server.page_size = list(MODELS), 10
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", "/nowhere/token")
        yield server


class Told:
    """A watch that does not sleep, and what it was told."""

    def __init__(self, now: datetime = NOON) -> None:
        self.waits: list[tuple[float, str]] = []
        self.steps: list[str] = []
        self.totals: list[int | None] = []
        self.watch = Watch(
            pages=self.totals.append,
            page=self.steps.append,
            wait=lambda seconds, why: self.waits.append((seconds, why)),
            now=lambda: now,
        )


def space(tmp_path: Path, *, offline: bool = False) -> Workspace:
    return Workspace(
        folder=tmp_path, environ={"ARCHTRACK_CACHE_DIR": str(tmp_path / "cache")}, offline=offline
    )


def read(
    tmp_path: Path, *, limit: int = 0, fresh: bool = False, told: Told | None = None, offline: bool = False
) -> tuple[list[Any], Any]:
    """The models that are kept, and how they came to be there."""
    watch = (told or Told()).watch
    with kept_models(space(tmp_path, offline=offline), limit=limit, fresh=fresh, watch=watch) as kept:
        rows = [json.loads(line) for path in kept.files for line in path.read_bytes().splitlines()]
    assert len(rows) == kept.models
    return rows, kept


def ids(rows: list[Any]) -> list[str]:
    return [row["id"] for row in rows]


def test_every_page_is_read_once_and_of_each_model_what_is_needed(hub: HubServer, tmp_path: Path) -> None:
    told = Told()
    rows, kept = read(tmp_path, told=told)
    assert ids(rows) == [model["id"] for model in MODELS]
    assert rows[4] == {"id": "owner/model-4", "downloads": 996, "architectures": ["Made1ForCausalLM"]}
    assert (kept.ended, kept.fetched, kept.date, kept.endpoint) == (True, 3, "2026-01-31", hub.url)
    assert hub.cursors == ["", "10", "20"]
    assert {sent for *_, sent in hub.requests} == {None}
    assert hub.queries[0] == "sort=downloads&direction=-1&limit=1000&expand=config&expand=downloads"
    assert (told.totals, told.steps) == ([None], ["10 models", "20 models", "25 models"])


def test_what_was_read_is_not_read_again_and_more_goes_on_from_there(hub: HubServer, tmp_path: Path) -> None:
    assert len(read(tmp_path, limit=10)[0]) == 10
    assert hub.cursors == [""]
    for limit in (10, 3, 7):
        rows, kept = read(tmp_path, limit=limit)
        assert (ids(rows), kept.fetched, kept.ended) == (ids(MODELS)[:limit], 0, False)
    assert hub.cursors == [""]
    rows, kept = read(tmp_path, limit=15)
    assert (ids(rows), kept.fetched, kept.ended) == (ids(MODELS)[:15], 1, False)
    assert hub.cursors == ["", "10"]
    rows, kept = read(tmp_path)
    assert (len(rows), kept.fetched, kept.ended) == (25, 1, True)
    assert len(read(tmp_path, limit=10**6)[0]) == 25
    assert read(tmp_path, limit=20)[1].ended is False
    assert hub.cursors == ["", "10", "20"]


@pytest.mark.parametrize(
    ("later", "fresh", "anew"),
    [
        (timedelta(hours=23, minutes=59), False, False),
        (timedelta(days=1), False, True),
        (timedelta(days=-1), False, True),  # a clock that was wrong
        (timedelta(0), True, True),
    ],
)
def test_a_list_is_read_anew_after_a_day_or_when_asked_to(
    hub: HubServer, tmp_path: Path, later: timedelta, *, fresh: bool, anew: bool
) -> None:
    read(tmp_path)
    hub.models = MODELS[:4]
    rows, kept = read(tmp_path, told=Told(NOON + later), fresh=fresh)
    assert (len(rows), kept.fetched) == ((4, 1) if anew else (25, 0))


BUSY = Fault(status=429, headers=(("Retry-After", "7"),))


@pytest.mark.parametrize(
    ("fault", "seconds", "words"),
    [
        (BUSY, 7, "the Hub answers 429"),
        (Fault(status=429, headers=(("RateLimit", '"api";r=0;t=55'),)), 55, "the Hub answers 429"),
        (Fault(status=429, headers=(("Retry-After", "soon"),)), 1, "the Hub answers 429"),
        (Fault(status=503, headers=(("Retry-After", formatdate(0, usegmt=True)),)), 0, "the Hub answers 503"),
        (Fault(status=500), 1, "the Hub answers 500"),
        (Fault(cut=0), 1, "cannot ask the Hub: "),
        (Fault(cut=30), 1, "cannot ask the Hub: "),
        (Fault(cut=30, size=30), 1, "cannot ask the Hub: "),  # half a list, but a whole answer
    ],
)
def test_a_page_that_fails_is_asked_for_again_after_as_long_as_the_hub_says(
    hub: HubServer, tmp_path: Path, fault: Fault, seconds: int, words: str
) -> None:
    hub.faults = [None, fault, None]
    told = Told()
    rows, _ = read(tmp_path, told=told)
    assert ids(rows) == ids(MODELS)
    assert hub.cursors == ["", "10", "10", "20"]
    ((waited, why),) = told.waits
    assert (waited, words in why) == (seconds, True)


def test_a_page_that_fails_again_is_waited_for_longer_and_longer(hub: HubServer, tmp_path: Path) -> None:
    hub.faults = [Fault(status=502)] * 3
    told = Told()
    assert len(read(tmp_path, told=told)[0]) == 25
    assert [seconds for seconds, _ in told.waits] == [1, 2, 4]


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([Fault(status=500)] * 5, "the list of models: the Hub answers 500, 5 times; check the network"),
        ([Fault(cut=0)] * 5, "cannot ask the Hub: "),
        ([Fault(status=429, headers=(("Retry-After", "3600"),))], "answers 429; try again in 3600 s"),
        ([Fault(status=401)], "the Hub refuses (401); check HF_TOKEN, or unset it"),
        ([Fault(status=404)], "the Hub answers 404; check HF_ENDPOINT"),
    ],
)  # fmt: skip
def test_a_hub_that_gives_up_costs_nothing_that_was_read(
    hub: HubServer, tmp_path: Path, faults: list[Fault | None], words: str
) -> None:
    hub.faults = [None, None, *faults]
    with pytest.raises(HubDownError) as error:
        read(tmp_path)
    assert words in str(error.value)
    assert str(error.value).endswith(": 20 models are kept; run the same command to continue")
    asked = len(hub.cursors)
    rows, kept = read(tmp_path)
    assert (ids(rows), kept.fetched, hub.cursors[asked:]) == (ids(MODELS), 1, ["20"])


def test_a_page_that_the_hub_no_longer_knows_lets_the_list_begin_anew(hub: HubServer, tmp_path: Path) -> None:
    assert len(read(tmp_path, limit=10)[0]) == 10
    hub.faults = [Fault(status=400)]
    rows, kept = read(tmp_path)
    assert (ids(rows), kept.fetched, kept.ended) == (ids(MODELS), 3, True)
    assert hub.cursors == ["", "10", "", "10", "20"]


def test_a_full_page_without_a_next_one_is_not_taken_for_the_end(hub: HubServer, tmp_path: Path) -> None:
    models = [{"id": f"o/m{place}", "downloads": 1, "config": {}} for place in range(1000)]
    hub.pages = [models]
    rows, kept = read(tmp_path, limit=20_000)
    assert (len(rows), kept.ended) == (1000, False)
    hub.pages = [models[:999]]
    assert read(tmp_path, limit=20_000, fresh=True)[1].ended is True


def test_a_hub_that_fails_at_once_leaves_the_list_of_yesterday(hub: HubServer, tmp_path: Path) -> None:
    read(tmp_path)
    hub.faults = [Fault(status=404)]
    with pytest.raises(TargetError) as error:
        read(tmp_path, told=Told(NOON + timedelta(days=2)))
    assert "kept" not in str(error.value)
    rows, kept = read(tmp_path, offline=True)
    assert (len(rows), kept.date) == (25, "2026-01-31")


@pytest.mark.usefixtures("hub")
def test_a_run_that_is_killed_between_page_and_state_reads_that_page_again(tmp_path: Path) -> None:
    def stop(label: str) -> None:
        if label.startswith("20"):
            raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        kept_models(space(tmp_path), limit=0, fresh=False, watch=replace(Told().watch, page=stop)),
    ):
        pass
    (state,) = (tmp_path / "cache").rglob("state.json")
    data = json.loads(state.read_text(encoding="utf-8"))
    data["pages"].pop()
    data["next"] = data["next"].replace("cursor=20", "cursor=10")
    state.write_text(json.dumps(data), encoding="utf-8")
    rows, kept = read(tmp_path)
    assert (ids(rows), kept.fetched) == (ids(MODELS), 2)


@pytest.mark.parametrize("damage", ["state", "format", "page", "gone", "list", "naive"])
@pytest.mark.usefixtures("hub")
def test_what_was_kept_and_is_damaged_is_read_anew(tmp_path: Path, damage: str) -> None:
    read(tmp_path)
    (state,) = (tmp_path / "cache").rglob("state.json")
    (first, *_) = sorted((tmp_path / "cache").rglob("page-*.jsonl"))
    data = json.loads(state.read_text(encoding="utf-8"))
    written = {
        "state": state.read_text(encoding="utf-8")[:-5],
        "format": json.dumps({**data, "format": 99}),
        "list": "[1]",
        "naive": json.dumps({**data, "begun": "2026-01-31T12:00:00"}),
    }
    if damage in written:
        state.write_text(written[damage], encoding="utf-8")
    elif damage == "page":
        first.write_bytes(first.read_bytes()[:-9])
    else:
        first.unlink()
    rows, kept = read(tmp_path)
    assert (ids(rows), kept.fetched) == (ids(MODELS), 3)


def test_garbage_in_a_page_is_left_out_and_told_and_no_other_row_is(hub: HubServer, tmp_path: Path) -> None:
    odd: list[Any] = [
        None, 7, "text", [1], {}, {"id": None}, {"id": 5}, {"id": ""},
        {"id": "o/none", "downloads": 5, "config": None},
        {"id": "o/empty", "downloads": 5},
        {"id": "o/list", "downloads": 5, "config": [1]},
        {"id": "o/number", "downloads": 5, "config": {"architectures": 7}},
        {"id": "o/one", "downloads": 7, "config": {"architectures": "One"}},
        {"modelId": "o/old", "downloads": 5, "config": {"architectures": ["One", None, 7, "One"]}},
        {"id": "o/nothing", "downloads": None, "config": {"architectures": ["One"]}},
        {"id": "o/minus", "downloads": -5, "config": {"architectures": ["One"]}},
        {"id": "o/long", "downloads": 1, "config": {"architectures": ["x" * 10_000_000]}},
        {"id": "o/hostile", "downloads": 1, "config": {"architectures": ["a\ud800\0\n<b>"]}},
        {"id": "o/one", "downloads": 6, "config": {"architectures": ["One"]}},
    ]  # fmt: skip
    hub.pages = [odd[:9], odd[9:]]
    census, notices = take(space(tmp_path))
    assert notices == ()
    assert [(each.name, each.models, each.downloads, each.example) for each in census.architectures] == [
        ("One", 4, 12, "o/one"),
        ("a?\N{REPLACEMENT CHARACTER}\n<b>", 1, 1, "o/hostile"),
    ]
    assert (census.models, census.nameless_models) == (10, 5)
    assert census.flaws == Flaws(unreadable=8, repeated=1, without_downloads=1, doubtful=1, overlong=1)
    assert max(path.stat().st_size for path in (tmp_path / "cache").rglob("*.jsonl")) < 20 * LONGEST_NAME


def test_the_census_says_what_it_is_of(hub: HubServer, tmp_path: Path) -> None:
    census, notices = take(space(tmp_path), limit=12)
    assert census.source == f"the 12 most downloaded models of {hub.url}"
    assert (census.date, census.whole, census.models) == ("2026-01-31", False, 12)
    assert notices == ()
    census, notices = take(space(tmp_path), limit=12)
    assert notices == ("this is the list of 2026-01-31; --fresh reads it again",)
    census, _ = take(space(tmp_path))
    assert (census.source, census.whole, census.models) == (f"all models of {hub.url}", True, 25)


def test_offline_what_is_kept_is_used_however_old_and_no_request_is_made(
    hub: HubServer, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="name a DUMP, or run once without --offline"):
        read(tmp_path, offline=True)
    assert hub.queries == []
    read(tmp_path, limit=10)
    old = Told(NOON + timedelta(days=400))
    census, notices = take(space(tmp_path, offline=True), limit=20, watch=old.watch)
    assert (census.models, census.date, census.whole) == (10, "2026-01-31", False)
    assert notices[1] == "offline: these are the 10 models of an earlier run"
    with pytest.raises(UsageError, match="--fresh asks the Hub, but this run is offline"):
        read(tmp_path, fresh=True, offline=True)
    assert hub.cursors == [""]


def test_the_client_s_own_word_for_offline_counts(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UsageError, match="this run is offline"):
        read(tmp_path)
    assert hub.queries == []


def test_a_link_to_another_host_is_not_followed_there_and_gets_no_token(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with hub_server.HubServer() as other:
        hub.link_to = other.url  # as a mirror does that passes on the Hub's own links
        assert len(read(tmp_path)[0]) == 25
        assert other.queries == []
    assert {sent for *_, sent in hub.requests} == {"Bearer hf_secret"}
    assert all(b"hf_secret" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("pages", "words"),
    [([{"error": "no"}], "is not a list"), ([[], [MODELS[0]]], "sends the same page again")],
)
def test_an_answer_that_makes_no_sense_is_told(
    hub: HubServer, tmp_path: Path, pages: list[Any], words: str
) -> None:
    hub.pages = pages
    with pytest.raises(HubDownError, match=words):
        read(tmp_path)
    assert len(hub.queries) == 1


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (gzip.compress(bytes(70 * 1024 * 1024)), {"Content-Encoding": "gzip"}, "has more than 64 MB"),
        (gzip.compress(gzip.compress(b"[]")), {"Content-Encoding": "gzip, gzip"}, "in an unexpected way"),
        (b"[]", {"Content-Encoding": "br"}, "in an unexpected way"),
    ],
    ids=["bomb", "twice", "other"],
)
def test_a_page_that_unpacks_without_end_or_oddly_is_refused(
    hub: HubServer, tmp_path: Path, body: bytes, headers: dict[str, str], words: str
) -> None:
    hub.fault = Fault(status=200, body=body, headers=tuple(headers.items()))
    with pytest.raises(
        HubDownError, match=f"the Hub's answer .*{words}.*; check the network and HF_ENDPOINT"
    ):
        read(tmp_path)
    assert len(hub.queries) == 1


@pytest.mark.parametrize("number", ["9" * 5000, "NaN", "[" * 50_000])
def test_a_page_that_is_no_json_is_asked_for_again_and_told(
    hub: HubServer, tmp_path: Path, number: str
) -> None:
    hub.fault = Fault(status=200, body=f"[{number}]".encode())
    with pytest.raises(HubDownError, match=r"the request failed \(ValueError\), 5 times; check the network"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("location", "words", "asked"),
    [
        ("file:///etc/passwd", "leads to an address that is not secure", 1),
        ("/api/models?x", "redirects without end", 6),
    ],
)
def test_a_redirect_leads_to_web_addresses_and_not_on_for_ever(
    hub: HubServer, tmp_path: Path, location: str, words: str, asked: int
) -> None:
    hub.fault = Fault(status=302, body=gzip.compress(bytes(10**8)), headers=(("Location", location),))
    with pytest.raises(HubDownError, match=words):
        read(tmp_path)
    assert len(hub.queries) == asked


class Redirecting:
    """The session of a client that is told to go on to another address."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.heard: list[tuple[str, bool]] = []

    @contextmanager
    def stream(self, _: str, url: str, *, headers: dict[str, str], **__: Any) -> Iterator[Any]:
        self.heard.append((url, "authorization" in headers))
        first = len(self.heard) == 1
        yield SimpleNamespace(
            status_code=302 if first else 200,
            headers={"location": self.location} if first else {},
            links={},
            iter_bytes=lambda: [b"[]"],
        )


@pytest.mark.parametrize(
    ("asked", "location", "told"),
    [
        ("https://hub.example/x", "/y", True),
        ("http://hub.example/x", "https://hub.example/x", True),
        ("https://hub.example/x", "https://other.example/x", False),
        ("http://hub.example/x", "http://hub.example:81/x", False),
        ("https://hub.example/x", "http://hub.example/x", None),
    ],
)
def test_the_token_goes_to_no_other_server(asked: str, location: str, told: bool | None) -> None:  # noqa: FBT001
    session = Redirecting(location)
    utils = SimpleNamespace(
        get_session=lambda: session, build_hf_headers=lambda: {"authorization": "Bearer s3cret"}
    )
    client = SimpleNamespace(utils=utils)
    if told is None:
        with pytest.raises(Exception, match="address that is not secure"):
            _asked(client, asked, 1.0)
    else:
        _asked(client, asked, 1.0)
        assert session.heard[1][1] == told
    assert session.heard[0] == (asked, True)


def test_a_page_that_does_not_end_is_given_up(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archtrack.hub.client._LONGEST_SECONDS", 0.2)
    hub.fault = Fault(size=10**6)
    with pytest.raises(HubDownError, match="the Hub's answer did not end in"):
        read(tmp_path)


def test_an_empty_hub_gives_an_empty_census(hub: HubServer, tmp_path: Path) -> None:
    hub.models = []
    census, _ = take(space(tmp_path))
    assert (census.models, census.architectures, census.whole) == (0, (), True)


def test_another_hub_has_a_list_of_its_own(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path)
    with hub_server.HubServer() as other:
        other.models = MODELS[:2]
        monkeypatch.setattr(constants, "ENDPOINT", other.url)
        assert len(read(tmp_path)[0]) == 2
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    assert len(read(tmp_path)[0]) == 25


def test_a_cache_without_a_place_is_told(hub: HubServer) -> None:
    workspace = Workspace(folder=Path(), environ={"ARCHTRACK_CACHE_DIR": "~nobody-of-that-name/cache"})
    with (
        pytest.raises(UsageError, match="set ARCHTRACK_CACHE_DIR"),
        kept_models(workspace, limit=1, fresh=False, watch=Told().watch),
    ):
        pass
    assert hub.queries == []


def test_what_is_kept_is_counted_and_cleared_with_the_cache(hub: HubServer, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert (size_of_kept(cache), clear_kept(cache)) == (0, 0)
    read(tmp_path)
    assert len(hub.queries) == 3
    size = size_of_kept(cache)
    assert size > 25 * 60
    assert (clear_kept(cache), size_of_kept(cache)) == (size, 0)
    read(tmp_path)
    assert len(hub.queries) == 6


ASTRAY = [
    Fault(status=302, headers=(("Location", f"http://user:s3cr3t@{place}"),))
    for place in ("[x", "127.0.0.1:9/x")
]


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=404), Fault(cut=0), Fault(cut=30), *ASTRAY]
)
@pytest.mark.parametrize(
    "start", ["{}", "http://user:a/s3cr3t@127.0.0.1:9", "user:s3cr3t@127.0.0.1:9", "http://user:s3cr3t@"]
)
def test_a_password_in_the_address_is_in_no_message(
    hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, start: str
) -> None:
    hub.fault, hub.faults = fault, [fault] * 10
    monkeypatch.setattr(constants, "ENDPOINT", start.format(hub.url.replace("://", "://user:s3cr3t@")))
    told = Told()
    with pytest.raises(HubDownError) as error:
        read(tmp_path, told=told)
    words = "".join(traceback.format_exception(error.value)) + str(told.waits) + str(told.steps)
    assert "s3cr3t" not in words.replace(str(tmp_path), "")
    assert all(b"s3cr3t" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
