"""The server over a real pipe, spoken to by the SDK's own client."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from typing import TYPE_CHECKING, Any

import anyio
import jsonschema
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client, types

import hub_server
import miniature
from archtrack import __version__

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
HANDSHAKE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "0"},
}


@pytest.fixture
def folder(trees: Any, tmp_path: Path) -> Path:
    """Where the server is started: configured, so that calls need name no source."""
    sources = f"sglang = '{trees.sglang}'\ntransformers = '{trees.transformers}'\n"
    miniature.write(tmp_path / "here" / "archtrack.toml", sources)
    return tmp_path / "here"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The same with nothing in it."""
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


def talk(
    folder: Path,
    conversation: Callable[[Client], Awaitable[None]],
    *options: str,
    mode: str = "auto",
    **changes: str,
) -> str:
    """A conversation with a server of its own; returns what it wrote to its log."""
    command, *arguments = miniature.command("mcp", *options)
    environ = miniature.environment(folder.parent, ARCHTRACK_DATA_DIR=str(folder.parent / "data"), **changes)
    log = folder.parent / "server.log"

    async def run() -> None:
        with log.open("w", encoding="utf-8") as errors:
            server = StdioServerParameters(command=command, args=arguments, env=environ, cwd=folder)
            with anyio.fail_after(60):
                async with Client(stdio_client(server, errlog=errors), mode=mode) as client:
                    await conversation(client)

    anyio.run(run)
    return log.read_text(encoding="utf-8")


async def ask(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    """An answer: structured, and the same as text."""
    result = await client.call_tool(name, arguments)
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    assert not result.is_error, content.text
    assert json.loads(content.text) == result.structured_content
    found: dict[str, Any] = result.structured_content
    return found


async def refused(client: Client, name: str, **arguments: Any) -> str:
    result = await client.call_tool(name, arguments)
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    assert result.is_error
    assert result.structured_content is None
    assert content.text.isprintable()
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_every_tool_answers_by_the_schema_that_it_declares(folder: Path, mode: str) -> None:
    calls: dict[str, dict[str, Any]] = {
        "check_model": {"model": "AlphaForCausalLM", "explain": True},
        "model_history": {"architectures": ["LlamaForCausalLM"]},
        "list_architectures": {"status": ["native"]},
        "update_document": {},
    }

    async def conversation(client: Client) -> None:
        assert client.server_info.name == "archtrack"
        assert client.server_info.version == __version__
        assert client.instructions is not None
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(listed) == list(calls)
        for name, tool in listed.items():
            assert name in client.instructions
            assert tool.output_schema is not None
            assert tool.title
            assert tool.annotations is not None
            jsonschema.Draft202012Validator(tool.input_schema).validate(calls[name])
            found = await ask(client, name, **calls[name])
            jsonschema.Draft202012Validator(tool.output_schema).validate(found)
            assert found["summary"]

    assert talk(folder, conversation, mode=mode) == ""
    assert [path.name for path in folder.iterdir()] == ["archtrack.toml"]


def test_what_goes_wrong_is_an_error_to_act_on_and_the_server_goes_on(folder: Path) -> None:
    async def conversation(client: Client) -> None:
        assert "did you mean 'model'?" in await refused(client, "check_model", modle="A")
        outside = await refused(client, "update_document", document=f"../{DOCUMENT}", write=True)
        assert "is outside" in outside
        assert "is not JSON" in await refused(client, "check_model", config="{\n\x1b[31m")
        assert "at most 4096 characters" in await refused(client, "check_model", model="A" * 2_000_000)
        unknown = r"no tool is called 'chek_model' \(did you mean 'check_model'\?\)"
        with pytest.raises(MCPError, match=unknown):
            await client.call_tool("chek_model", {})
        names = ["<img src=x onerror=alert(1)>\x1b[31m"]
        large = {"architectures": names, "model_type": "x", "y": "z" * 1_000_000}
        found = await ask(client, "check_model", config=large)
        assert found["answers"][0]["architectures"] == names
        assert "\x1b" not in found["summary"]
        page = await ask(client, "list_architectures", limit=2.0)
        assert len(page["architectures"]) == 2
        half = '{"architectures": ["A\\ud800"]}'
        assert (await ask(client, "check_model", config=half))["answers"][0]["architectures"] == ["A\ufffd"]

    assert talk(folder, conversation) == ""
    assert not (folder.parent / DOCUMENT).exists()
    assert [path.name for path in folder.iterdir()] == ["archtrack.toml"]


def test_calls_at_the_same_time_get_the_answers_of_calls_one_by_one(folder: Path) -> None:
    async def conversation(client: Client) -> None:
        models = ["AlphaForCausalLM", "BetaForCausalLM", "DeltaForCausalLM", "PooledModel"]
        found: dict[int, Any] = {}

        async def one(place: int) -> None:
            found[place] = await ask(client, "check_model", model=models[place])

        async with anyio.create_task_group() as group:
            for place in range(len(models)):
                group.start_soon(one, place)
            for _ in range(2):
                group.start_soon(lambda: ask(client, "update_document", write=True))
        for place, model in enumerate(models):
            assert found[place] == await ask(client, "check_model", model=model)

    assert talk(folder, conversation) == ""
    assert (folder / DOCUMENT).is_file()


def test_transfers_are_told_on_the_way_to_whoever_asks(trees: Any, bare: Path, package_index: Any) -> None:
    sglang, transformers = trees.sglang / "python" / "sglang", trees.transformers / "src" / "transformers"
    miniature.release(package_index, sglang, "7.7.7", "transformers==9.9.9")
    miniature.release(package_index, transformers, "9.9.9")
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    asked = {"model": "AlphaForCausalLM", "sglang": "7.7.7", "engines": ["sglang"]}

    async def conversation(client: Client) -> None:
        await client.call_tool("check_model", {"model": "AlphaForCausalLM"}, progress_callback=hear)
        assert {progress for progress, _, _ in told} <= {0}  # what is known comes with archtrack
        told.clear()
        result = await client.call_tool("check_model", asked, progress_callback=hear)
        assert not result.is_error
        heard = len(told)
        await ask(client, "check_model", **asked)
        assert len(told) == heard

    online = {"ARCHTRACK_OFFLINE": "", "PIP_INDEX_URL": package_index.url}
    assert talk(bare, conversation, **online) == ""
    done = [progress for progress, _, _ in told]
    assert done == sorted(set(done))
    assert done[0] == 0
    assert done[-1] > 0
    assert re.fullmatch(r"\S+\.whl", told[-1][2] or "")


@pytest.fixture
def silent_index() -> Iterator[str]:
    """An index that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/simple"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_cancelled_call_writes_nothing_and_ends_nothing(bare: Path, silent_index: str, mode: str) -> None:

    async def conversation(client: Client) -> None:
        with anyio.move_on_after(0.5) as scope:
            await client.call_tool("update_document", {"sglang": "0.5.9", "write": True})
        assert scope.cancelled_caught
        assert (await ask(client, "model_history", architectures=["LlamaForCausalLM"]))["architectures"]

    assert talk(bare, conversation, mode=mode, ARCHTRACK_OFFLINE="", PIP_INDEX_URL=silent_index) == ""
    assert list(bare.iterdir()) == []


def test_a_call_that_waits_for_others_keeps_no_other_one_waiting(bare: Path, silent_index: str) -> None:

    async def conversation(client: Client) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(client.call_tool, "check_model", {"model": "A", "sglang": "0.5.999"})
            await anyio.wait_all_tasks_blocked()
            assert (await ask(client, "model_history", architectures=["LlamaForCausalLM"]))["architectures"]
            group.cancel_scope.cancel()

    assert talk(bare, conversation, ARCHTRACK_OFFLINE="", PIP_INDEX_URL=silent_index) == ""


def test_a_repository_on_the_hub_is_checked_and_its_client_prints_nothing_between(folder: Path) -> None:
    files = {"config.json": json.dumps({"architectures": ["BetaForCausalLM"], "model_type": "beta"}).encode()}
    repositories = {"beta-org/beta-1b": hub_server.Repository(files=files)}

    async def conversation(client: Client) -> None:
        found = await ask(client, "check_model", model="beta-org/beta-1b")
        assert (found["answers"][0]["kind"], found["answers"][0]["status"]) == ("repository", "native")
        assert found["answers"][0]["location"] == f"beta-org/beta-1b@{hub_server.COMMIT}/config.json"
        missing = await refused(client, "check_model", model="beta-org/beta-2b")
        assert "no such repository on the Hub" in missing

    with hub_server.HubServer(repositories=repositories) as hub:
        own = {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder.parent / "hf"), "HF_TOKEN": ""}
        assert talk(folder, conversation, ARCHTRACK_OFFLINE="", **own) == ""


def test_offline_holds_for_every_call(bare: Path, package_index: Any) -> None:

    async def conversation(client: Client) -> None:
        for name in ("check_model", "list_architectures", "update_document"):
            arguments = {"model": "A"} if name == "check_model" else {}
            assert "offline" in await refused(client, name, sglang="0.5.999", offline=False, **arguments)

    talk(bare, conversation, "--offline", ARCHTRACK_OFFLINE="", PIP_INDEX_URL=package_index.url)
    assert package_index.requests == []


def message(number: int | None, method: str, **params: Any) -> str:
    known = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(known if number is None else {**known, "id": number}) + "\n"


def raw(folder: Path, text: str, *options: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """The server with this on its standard input, which then ends."""
    return subprocess.run(  # noqa: S603 - our own program
        miniature.command("mcp", *options), cwd=folder, input=text, capture_output=True, timeout=60, encoding="utf-8",
        env=miniature.environment(folder.parent, **changes), check=False,
    )  # fmt: skip


def test_it_ends_when_its_input_does_and_prints_nothing_but_the_protocol(folder: Path) -> None:
    text = message(1, "initialize", **HANDSHAKE) + message(None, "notifications/initialized")
    text += "no message\n{}\n[[[\n" + message(2, "tools/list")
    done = raw(folder, text)
    assert done.returncode == 0
    for line in done.stdout.splitlines():
        assert json.loads(line)["jsonrpc"] == "2.0"
    assert "check_model" in done.stdout
    assert "Traceback" not in done.stdout


def test_without_a_standard_input_it_ends_at_once(folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        ["sh", "-c", 'exec "$@" <&-', "sh", *miniature.command("mcp", "--offline")],  # noqa: S607
        cwd=folder, env=miniature.environment(folder), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_it_ends_also_while_a_call_waits_for_others(bare: Path, silent_index: str) -> None:
    text = message(1, "initialize", **HANDSHAKE) + message(None, "notifications/initialized")
    text += message(2, "tools/call", name="check_model", arguments={"model": "A", "sglang": "0.5.999"})
    done = raw(bare, text, ARCHTRACK_OFFLINE="", PIP_INDEX_URL=silent_index)
    assert done.returncode == 0
    assert [json.loads(line)["id"] for line in done.stdout.splitlines() if "result" in line] == [1]


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    """The SDK is hidden by a module of its name that has nothing in it, as an old one lacks what is needed."""
    miniature.write(tmp_path / "hiding" / "mcp.py", "")
    path = f"{tmp_path / 'hiding'}:{miniature.SOURCE}"
    done = miniature.spawn("mcp", cwd=tmp_path, home=tmp_path, PYTHONPATH=path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("archtrack: error: archtrack mcp needs the MCP SDK 2.0 or newer")
    assert "pip install '.[mcp]'" in done.err
    assert done.err.count("\n") == 1


def test_data_that_is_not_there_is_told_before_anybody_is_served(folder: Path) -> None:
    done = raw(folder, "", "--data", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--data nowhere: no such file or folder" in done.stderr
