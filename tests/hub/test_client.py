"""Repositories on the Hub, asked for through its own client at a real server."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

import hub_server
import miniature
from archtrack.hub.examples import search_words
from hub_server import COMMIT, Fault, HubServer, Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., Any]

MEGABYTE = 1024 * 1024
OPENS = "hf_opens"
ALPHA = json.dumps({"architectures": ["AlphaForCausalLM"], "model_type": "alpha"}).encode()
DELTA = json.dumps({"architectures": ["DeltaForCausalLM"]}).encode()


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A Hub that is up, with a few repositories."""
    other = {"model.safetensors": b"weights", "tokenizer.json": b"{}"}
    with hub_server.HubServer() as server:
        server.repositories = {
            "owner/alpha": Repository(files={"config.json": ALPHA, **other}, revisions=("v2", "refs/pr/1")),
            "owner/delta": Repository(files={"config.json": DELTA, **other}),
            "owner/large": Repository(files={"config.json": ALPHA}, elsewhere=True),
            "owner/former": Repository(files={}, moved="owner/alpha"),
            "owner/private": Repository(files={"config.json": ALPHA}, token=OPENS),
            "owner/gated": Repository(files={"config.json": ALPHA}, token=OPENS, gated=True),
            "owner/weights": Repository(files=other),
            "owner/broken": Repository(files={"config.json": b'{"architectures": ['}),
            "owner/odd": Repository(files={"config.json": b'{"architectures": 7}'}),
        }
        yield server


@pytest.fixture
def check(tmp_path: Path, trees: Any) -> Callable[..., Any]:
    """``archtrack check`` in a process of its own, with an empty cache of the Hub."""
    work = tmp_path / "work"
    work.mkdir()
    own = {
        **dict.fromkeys({"HF_TOKEN", "HF_HUB_OFFLINE", "HUGGING_FACE_HUB_TOKEN"} & os.environ.keys(), ""),
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "ARCHTRACK_OFFLINE": "",
        "NO_PROXY": "127.0.0.1,localhost",
    }

    def run(*arguments: object, hub: HubServer | str, verb: str = "check", **changes: str) -> Any:
        endpoint = hub if isinstance(hub, str) else hub.url
        environ = {**own, "HF_ENDPOINT": endpoint, **changes}
        return miniature.spawn(verb, *trees.options, *arguments, cwd=work, home=tmp_path, **environ)

    return run


def one_line_error(done: Any, code: int = 3) -> str:
    errors = [line for line in done.err.splitlines() if not line.startswith("Read ")]
    assert len(errors) == 1, done.err
    assert errors[0].startswith("archtrack: error: ")
    assert len(errors[0]) < 400
    assert (done.code, done.out) == (code, "")
    return errors[0].removeprefix("archtrack: error: ")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("owner/alpha", "native"),
        ("owner/alpha@v2", "native"),
        ("owner/alpha@refs/pr/1", "native"),
        (f"owner/alpha@{COMMIT}", "native"),
        ("owner/delta", "unsupported"),
        ("owner/large", "native"),
        ("owner/former", "native"),
        ("{hub}/owner/alpha", "native"),
        ("{hub}/owner/alpha/tree/v2", "native"),
        ("{hub}/owner/alpha/blob/v2/config.json", "native"),
    ],
)
def test_a_repository_s_config_is_answered_and_nothing_else_of_it_is_asked_for(
    check: Run, hub: HubServer, target: str, status: str
) -> None:
    asked = target.replace("{hub}", hub.url)
    done = check(asked, "--format", "json", hub=hub)
    assert (done.code, done.err) == (0, "")
    (answer,) = done.json["targets"]
    assert answer["target"] == asked
    repository, _, revision = target.partition("@")
    if target.startswith("{hub}"):
        _, owner, name, *more = target.split("/")
        repository, revision = f"{owner}/{name}", more[1] if more else ""
    location = f"{repository}@{COMMIT}/config.json"
    assert (answer["kind"], answer["status"], answer["location"]) == ("repository", status, location)
    assert hub.asked == {"config.json"}
    assert {method for method, _, _ in hub.requests} == {"HEAD", "GET"}
    assert {sent for _, _, sent in hub.requests} == {None}
    paths = [path for _, path, _ in hub.requests if "/cdn/" not in path]
    assert all(f"/resolve/{revision or 'main'}/" in path for path in paths)


def test_the_token_is_sent_and_opens_what_is_private_or_gated(check: Run, hub: HubServer) -> None:
    done = check("owner/private", "owner/gated", hub=hub, HF_TOKEN=OPENS)
    assert done.code == 0, done.err
    assert [line.split()[:3] for line in done.lines if line.startswith("  sglang")] == [
        ["sglang", "7.7.7", "native"]
    ] * 2
    assert {sent for _, _, sent in hub.requests} == {f"Bearer {OPENS}"}
    assert OPENS not in done.out + done.err


def test_the_token_is_not_sent_to_where_the_hub_leads(check: Run, hub: HubServer) -> None:
    hub.repositories["owner/both"] = Repository(files={"config.json": ALPHA}, token=OPENS, elsewhere=True)
    assert check("owner/both", hub=hub, HF_TOKEN=OPENS).code == 0
    sent = {"/cdn/" in path: token for _, path, token in hub.requests}
    assert sent == {False: f"Bearer {OPENS}", True: None}


def test_a_wrong_token_is_not_shown(check: Run, hub: HubServer) -> None:
    words = one_line_error(check("owner/private", hub=hub, HF_TOKEN=OPENS[::-1]))
    assert "no such repository on the Hub, or it is private" in words
    assert OPENS[::-1] not in words


def test_a_config_larger_than_the_hub_says_is_not_read(check: Run, hub: HubServer) -> None:
    hub.fault = Fault(endless=True)
    words = one_line_error(check("owner/alpha", hub=hub))
    assert "owner/alpha: its config.json has more than 16,777,216 bytes, more than announced" in words


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("owner/nobody", "owner/nobody: no such repository on the Hub, or it is private; check the id, or set HF_TOK"),
        ("owner/private", "owner/private: no such repository on the Hub, or it is private"),
        ("owner/gated", "owner/gated is gated: ask for access on its page, then set HF_TOKEN"),
        ("owner/weights", "owner/weights has no config.json, so it is not a transformers checkpoint"),
        ("owner/alpha@v9", "owner/alpha@v9: the repository has no such revision"),
        ("owner/broken", f"owner/broken@{COMMIT}/config.json is not JSON: "),
        ("owner/odd", f"owner/odd@{COMMIT}/config.json `architectures` is a number, not a list of names"),
    ],
)  # fmt: skip
def test_each_reason_why_there_is_no_config_has_its_own_words(
    check: Run, hub: HubServer, target: str, words: str
) -> None:
    assert words in one_line_error(check(target, hub=hub))
    assert hub.asked == {"config.json"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(size=100 * MEGABYTE), "its config.json has 104,857,600 bytes; more than 16,777,216"),
        (Fault(status=500), "cannot ask the Hub: "),
        (Fault(status=503, body=b"<html>" + b"x" * MEGABYTE), "cannot ask the Hub: "),
        (Fault(status=429), "cannot ask the Hub: "),
        (Fault(status=403), "cannot ask the Hub: "),
        (Fault(cut=0), "cannot ask the Hub: "),
        (Fault(plain=True), "cannot ask the Hub: "),
    ],
)
def test_a_hub_that_fails_is_said_to(check: Run, hub: HubServer, fault: Fault, words: str) -> None:
    hub.fault = fault
    assert f"owner/alpha: {words}" in one_line_error(check("owner/alpha", hub=hub))


def test_a_connection_that_breaks_off_gives_no_half_a_config(
    check: Run, hub: HubServer, tmp_path: Path
) -> None:
    hub.fault = Fault(cut=10)
    assert "owner/alpha: cannot ask the Hub: " in one_line_error(check("owner/alpha", hub=hub))
    assert [path for path in (tmp_path / "hf").rglob("config.json") if path.is_file()] == []


@pytest.mark.parametrize(
    "endpoint",
    ["no address", "http://[::1", "ftp://127.0.0.1", "http://127.0.0.1:99999", "http://127.0.0.1:9"],
)
def test_an_endpoint_that_is_none_or_where_nobody_listens_is_said_not_to_answer(
    check: Run, endpoint: str
) -> None:
    assert "owner/alpha: cannot ask the Hub: " in one_line_error(check("owner/alpha", hub=endpoint))


@pytest.mark.parametrize(
    ("options", "environ"),
    [(("--offline",), {}), ((), {"HF_HUB_OFFLINE": "1"}), ((), {"ARCHTRACK_OFFLINE": "1"})],
)
def test_offline_no_request_is_made_and_what_is_kept_is_used(
    check: Run, hub: HubServer, options: tuple[str, ...], environ: dict[str, str]
) -> None:
    words = one_line_error(check("owner/alpha", *options, hub=hub, **environ))
    assert (
        words == "owner/alpha: offline, and the Hub's cache lacks its config.json; run once without --offline"
    )
    assert hub.requests == []
    assert check("owner/alpha", hub=hub).code == 0
    asked = list(hub.requests)
    assert asked
    done = check("owner/alpha", *options, "--format", "json", hub=hub, **environ)
    assert done.code == 0, done.err
    assert done.json["targets"][0]["location"] == f"owner/alpha@{COMMIT}/config.json"
    assert hub.requests == asked


def test_what_is_kept_is_asked_for_again_only_by_its_headers(check: Run, hub: HubServer) -> None:
    assert check("owner/alpha", hub=hub).code == 0
    hub.requests.clear()
    assert check("owner/alpha", hub=hub).code == 0
    assert {method for method, _, _ in hub.requests} == {"HEAD"}


def test_one_repository_that_fails_does_not_hide_the_others(check: Run, hub: HubServer) -> None:
    done = check("owner/nobody", "owner/alpha", "AlphaForCausalLM", "owner/gated", hub=hub)
    assert done.code == 3
    titles = [line.partition(":")[0] for line in done.lines if line and not line.startswith(" ")]
    assert titles == ["owner/alpha (AlphaForCausalLM)", "AlphaForCausalLM"]
    assert done.err.count("archtrack: error: ") == 2


def test_a_folder_of_that_name_comes_before_the_hub(check: Run, hub: HubServer, tmp_path: Path) -> None:
    miniature.write(tmp_path / "work" / "owner" / "alpha" / "config.json", DELTA.decode())
    assert "owner/alpha (DeltaForCausalLM): text" in check("owner/alpha", hub=hub).lines
    assert hub.requests == []


def test_a_name_asks_no_hub(check: Run, hub: HubServer) -> None:
    assert check("AlphaForCausalLM", hub=hub).code == 0
    assert hub.requests == []


@pytest.mark.parametrize(
    "target",
    ["owner/../alpha", "../owner", "owner/alpha/config.json", "owner/a--b", "-o/alpha", "owner/alpha@../../x",
     "o/a.json"],
)  # fmt: skip
def test_tricks_with_paths_reach_no_hub_and_leave_no_file(
    check: Run, hub: HubServer, tmp_path: Path, target: str
) -> None:  # fmt: skip
    one_line_error(check("--", target, hub=hub))
    assert hub.requests == []
    assert not (tmp_path / "hf").exists()


def test_files_are_kept_in_the_hub_s_own_cache_only(check: Run, hub: HubServer, tmp_path: Path) -> None:
    check("owner/alpha", "owner/weights", "owner/broken", hub=hub)
    outside = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")} - {"cache", "hf", "trees"}
    assert outside == {"work"}
    assert list((tmp_path / "work").iterdir()) == []


def test_without_the_extra_the_error_says_how_to_install_it(
    check: Run, hub: HubServer, tmp_path: Path
) -> None:
    miniature.write(tmp_path / "shadow" / "huggingface_hub.py", "raise ImportError('not here')\n")
    path = os.pathsep.join((str(tmp_path / "shadow"), miniature.SOURCE))
    words = one_line_error(check("owner/alpha", hub=hub, PYTHONPATH=path), code=2)  # as every extra
    advice = "asking the Hub needs the extra `hub` (in a clone of archtrack: pip install '.[hub]')"
    assert words.endswith(advice)
    assert hub.requests == []


# -- examples ----------------------------------------------------------------------------------------

OWN = {"architectures": ["AlphaForCausalLM"]}
MODELS = [
    {"id": "some/alpha-quantised", "downloads": 9_000, "config": {"architectures": ["OtherForCausalLM"]}},
    {"id": "some/alpha-gated", "downloads": 8_000, "gated": "auto", "config": OWN},
    {"id": "some/alpha-1b", "downloads": 50, "config": OWN},
    {"id": "some/alpha-7b", "downloads": 1_200, "config": OWN},
    {"id": "some/alpha-raw", "downloads": 700, "config": None},
]


def examples(done: Any) -> dict[str, Any]:
    return {row["name"]: row["example"] for row in done.json["architectures"]}


def test_the_most_downloaded_open_model_that_names_an_architecture_is_its_example(
    check: Run, hub: HubServer
) -> None:
    hub.models = MODELS
    plain = examples(check("--format", "json", hub=hub, verb="list"))
    assert hub.requests == []
    asked = examples(check("--hub", "--format", "json", hub=hub, verb="list"))
    assert plain["AlphaForCausalLM"] is None
    assert asked["AlphaForCausalLM"] == {
        "id": "some/alpha-7b",
        "source": "the Hub's most downloaded: 1,200 downloads in a month",
    }
    assert {name for name in asked if asked[name] != plain[name]} <= {
        "AlphaForCausalLM",
        "BetaForCausalLMNextN",
    }
    searches = {path.partition("search=")[2].partition("&")[0] for _, path, _ in hub.requests}
    assert {"Alpha", "Beta", "Pooled", "Sight"} <= searches


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Qwen2_5_VLForConditionalGeneration", "Qwen2.5-VL"),
        ("LlamaForCausalLM", "Llama"),
        ("DeepseekV3ForCausalLMNextN", "DeepseekV3"),
        ("GPT2LMHeadModel", "GPT2"),
        ("Ernie4_5_ForCausalLM", "Ernie4.5"),
        ("Contriever", "Contriever"),
        ("Model", "Model"),
    ],
)
def test_what_is_searched_for(name: str, words: str) -> None:
    assert search_words(name) == words


def test_the_hub_is_not_asked_for_examples_offline(check: Run, hub: HubServer) -> None:
    for changes in ({"ARCHTRACK_OFFLINE": "1"}, {"HF_HUB_OFFLINE": "1"}):
        done = check("--hub", hub=hub, verb="list", **changes)
        assert done.code == 2
        assert "--hub asks the Hub, but this run is offline" in done.err
    assert hub.requests == []


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document whose examples are good, of another architecture, no checkpoint, gone, and none."""
    return miniature.write(tmp_path / "work" / "rows.md", ROWS)


ROWS = """\
## Text-only Language Models (Generative)

| Architecture | Native | HF | SGLang File | Example HF Model |
|---|---|---|---|---|
| **AlphaForCausalLM** | Y |  | `alpha.py` | owner/alpha |
| **BetaForCausalLM** | Y | Y | `beta.py` | owner/delta |
| **GammaForCausalLM** |  |  |  | owner/weights |
| **OmegaForCausalLM** |  |  |  | owner/nowhere |
| **PhiForCausalLM** |  |  |  | see the wiki |
"""


def test_lint_says_which_examples_do_not_name_their_architecture(
    check: Run, hub: HubServer, document: Path
) -> None:
    done = check("--doc", document, "--hub", "--format", "json", hub=hub, verb="lint")
    assert (done.code, done.err) == (1, ""), done.out
    found = {(each["line"], each["code"]): each["message"] for each in done.json["findings"]}
    assert found[6, "example-mismatch"] == (
        "owner/delta, the example of BetaForCausalLM, names DeltaForCausalLM in its config"
    )
    assert "owner/weights has no config.json" in found[7, "example-unreadable"]
    assert "no such repository" in found[8, "example-unreadable"]
    assert "'see the wiki' is not an id on the Hub" in found[9, "example-id"]
    assert {line for line, code in found if code.startswith("example-")} == {6, 7, 8, 9}
    assert document.read_text(encoding="utf-8") == ROWS


def test_lint_stops_where_the_hub_cannot_be_asked(check: Run, hub: HubServer, document: Path) -> None:
    hub.fault = Fault(status=500)
    done = check("--doc", document, "--hub", hub=hub, verb="lint")
    assert done.code == 3
    assert "the Hub" in done.err
    assert "Traceback" not in done.err


def test_lint_without_it_asks_no_hub(check: Run, hub: HubServer, document: Path) -> None:
    check("--doc", document, hub=hub, verb="lint")
    assert hub.requests == []


LEADS_ASTRAY = Fault(status=302, headers=(("Location", "http://user:s3cr3t@[x"),))


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=403), Fault(cut=0), Fault(plain=True), LEADS_ASTRAY, None]
)
def test_a_password_in_the_hub_s_address_is_not_shown(
    check: Run, hub: HubServer, fault: Fault | None
) -> None:
    hub.fault = fault
    endpoint = hub.url.replace("://", "://user:s3cr3t@")
    done = check("owner/alpha", "owner/weights", "--format", "json", hub=endpoint)
    assert (done.code, "s3cr3t" in done.out + done.err) == (3, False), done.err


@pytest.mark.parametrize(
    "endpoint",
    [
        "user:s3cr3t@127.0.0.1:9",
        "http://user:s3cr3t@[x",
        "http://user:a/s3cr3t@127.0.0.1:9",
        "http://user:s3cr3t@",
    ],
)
def test_a_password_in_a_malformed_address_of_the_hub_is_not_shown(check: Run, endpoint: str) -> None:
    done = check("owner/alpha", "--format", "json", hub=endpoint)
    assert (done.code, "s3cr3t" in done.out + done.err) == (3, False), done.err
