"""Passwords in addresses, malformed ones too, are neither printed nor kept, wherever an address is given."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

import click
import pytest
from index_servers import Fault

import miniature
from archtrack.app.history.store import SHIPPED
from archtrack.cli import archtrack
from archtrack.sources.index.http import Http
from miniature import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "s3cr3t"  # noqa: S105 - of nobody
ADDRESSES = (
    f"https://user:{SECRET}@127.0.0.1:9/x/",
    f"https://user:{SECRET}@/x",
    f"https://user:{SECRET}@[x/",
    f"https://user:a/{SECRET}@127.0.0.1:9/x",
    f"https://user:{SECRET}",
    f"htps://user:{SECRET}@127.0.0.1:9/x",
    f"user:{SECRET}@127.0.0.1:9/simple",
    f"git:https://user:{SECRET}@127.0.0.1:9/x@main",
    f"git:https://user:{SECRET}@/x@main",
    f"git:https://user:a/{SECRET}@127.0.0.1:9/x@main",
    f"git:user:{SECRET}@example.org/x",
    f"git:user:{SECRET}@intranet/o/x",
    *(BARE := (f"{SECRET}@127.0.0.1/simple", f"git:{SECRET}@example.org/x@main")),
)
SOURCES = (
    "data update {}", "diff sglang {} 0.5.10", "diff sglang 0.5.9 {}", "scan sglang {}",
    "--sglang {}", "--transformers {}",
)  # fmt: skip
"""What takes an address, so that any user before an ``@`` is one; elsewhere ``a@b`` may be anything."""
GIVEN = {
    "old": "0.5.9", "new": "0.5.10", "name": "x", "path": "x", "paths": "x.md",
    "engine": "sglang", "engines": "sglang", "shell": "bash", "source": "vllm", "sources": "x.json", "target": "sglang",
    "targets": "LlamaForCausalLM",
}  # fmt: skip
WRITTEN = (
    "demand --plot", "demand --save", "history refresh --data", "history show --plot", "render --out", "site --out",
)  # fmt: skip
"""Options that name a file to write: what looks like an address is a path there, and is written and said."""


def verbs(
    group: click.Command = archtrack, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every verb with the words that call it."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from verbs(command, (*path, name))
    else:
        yield path, group


def calls() -> Iterator[tuple[str, ...]]:
    """For each parameter of each verb that takes a value: a call with ``{}`` for it."""
    for path, command in verbs():
        words = [each for each in command.params if isinstance(each, click.Argument)]
        needed = [GIVEN[str(each.name)] for each in words if each.required]
        for param in command.params:
            if isinstance(param, click.Argument):
                beside = [each for each in words if each.required or each.nargs == 1 or each is param]
                yield (*path, *("{}" if each is param else GIVEN[str(each.name)] for each in beside))
            elif isinstance(param, click.Option) and not (param.is_flag or param.count):
                option = max(param.opts, key=len)
                if " ".join((*path, option)) not in WRITTEN:
                    yield (*path, *needed, option, "{}")
        yield (*path, *needed, "{}")  # one argument more than it may have


@pytest.mark.parametrize("call", dict.fromkeys(calls()), ids=" ".join)
def test_no_argument_shows_a_password(cli: Cli, tmp_path: Path, call: tuple[str, ...]) -> None:
    takes = " ".join(call).endswith(SOURCES)
    for address in ADDRESSES if takes else set(ADDRESSES).difference(BARE):
        done = cli(*(word.format(address) for word in call))
        assert SECRET not in done.out + done.err, address
        assert done.code != 70, done.err
    assert not kept(tmp_path)


def kept(folder: Path) -> list[Path]:
    """The files that hold the password, or have it in their names."""
    names = [path for path in folder.rglob("*") if SECRET in str(path.relative_to(folder))]
    return names + [p for p in folder.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]


USER = f"user:{SECRET}@"
FAULTS = {
    "500": Fault(status=500),
    "401": Fault(status=401),
    "404": Fault(status=404),
    "418": Fault(status=418),
    "portal": Fault(html=True),
    "cut": Fault(cut=3),
    "redirect": Fault(status=302, headers=(("Location", f"http://{USER}127.0.0.1:9/y?token={SECRET}"),)),
    "redirect to no server": Fault(status=302, headers=(("Location", f"http://{USER}/y"),)),
    "redirect to nonsense": Fault(status=302, headers=(("Location", f"http://{USER}[y"),)),
    "redirect to a port": Fault(status=302, headers=(("Location", f"http://user:a/{SECRET}@127.0.0.1/"),)),
    "redirect to a scheme": Fault(status=302, headers=(("Location", f"htps://{USER}127.0.0.1:9/"),)),
    "redirect in a circle": Fault(status=302, headers=(("Location", f"/x?token={SECRET}"),)),
}


@pytest.fixture
def online(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command with a network, which does not wait before it asks again."""
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", {"sleep": lambda _: None})
    return cli


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX", "pip.conf"])
@pytest.mark.parametrize("address", [each for each in ADDRESSES if not each.startswith("git:")])
def test_an_index_s_address_shows_no_password(
    online: Cli, package_index: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    if name == "pip.conf":
        monkeypatch.delenv("PIP_INDEX_URL")
        config = miniature.write(tmp_path / "outside" / "pip.conf", f"[global]\nindex-url = {address}\n")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    else:
        monkeypatch.setenv(name, address)
    for call in (("scan", "sglang", "0.5.9"), ("scan", "sglang", "latest"), ("history", "refresh", "vllm")):
        done = online(*call)
        assert (done.code, SECRET in done.out + done.err) == (3, False), done.err
    assert not kept(tmp_path / "work") + kept(tmp_path / "cache") + kept(tmp_path / "data")


@pytest.mark.parametrize(
    "proxy", [f"http://{USER}127.0.0.1:9", f"http://{USER}/", f"{USER}127.0.0.1:9", f"http://{USER}[x"]
)
def test_a_proxy_shows_no_password(online: Cli, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("PIP_PROXY", proxy)
    monkeypatch.setenv("PIP_INDEX_URL", "http://index.example/simple")
    done = online("scan", "sglang", "0.5.9")
    assert (done.code, SECRET in done.out + done.err) == (3, False), done.err


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_server_that_fails_shows_no_password(
    online: Cli, package_index: Any, trees: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    miniature.release(package_index, trees.sglang / "python" / "sglang", "7.7.7")
    address = package_index.url.replace("://", f"://{USER}") + f"?token={SECRET}"
    package_index.always_page = fault
    for url in (address, package_index.url.replace("://", f"://{USER}")):
        monkeypatch.setenv("PIP_INDEX_URL", url)
        for call in (
            ("scan", "sglang", "7.7.7"),
            ("data", "update", f"{url}/", f"{url}/vllm.json"),
            ("scan", "sglang", f"git:{url}@main"),
        ):
            done = online(*call)
            assert (done.code, SECRET in done.out + done.err) == (3, False), done.err
    package_index.always_page, package_index.always_file = None, fault
    done = online("scan", "sglang", "7.7.7", "--format", "json")
    assert SECRET not in done.out + done.err
    assert not kept(tmp_path)


@pytest.mark.parametrize("query", ["", f"?token={SECRET}"])
def test_what_is_read_and_kept_holds_no_password(
    online: Cli, package_index: Any, trees: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    package = trees.sglang / "python" / "sglang"
    name = "sglang-7.7.7-py3-none-any.whl"
    url = f"http://{USER}{package_index.address}/files/{name}{query}"
    package_index.add(name, miniature.wheel(package, "7.7.7"), project="sglang", url=url)
    package_index.files[f"{name}{query}"] = package_index.files[name]
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url.replace("://", f"://{USER}"))
    for form in ("text", "json"):
        done = online("scan", "sglang", "7.7.7", "--format", form)
        assert (done.code, SECRET in done.out + done.err) == (0, False), done.err
    assert "AlphaForCausalLM" in done.out
    assert not kept(tmp_path)


def test_data_from_an_address_with_a_password_is_taken_and_the_password_is_not_kept(
    online: Cli, package_index: Any, tmp_path: Path
) -> None:
    package_index.credentials = "Basic " + base64.b64encode(f"user:{SECRET}".encode()).decode()
    package_index.files["vllm.json"] = (SHIPPED / "vllm.json").read_bytes()
    address = f"http://{USER}{package_index.address}/files/vllm.json"
    done = online("data", "update", "--force", address)
    assert (done.code, SECRET in done.out + done.err) == (0, False), done.err
    assert f"http://{package_index.address}/files/vllm.json" in done.out
    assert not kept(tmp_path)
