"""Reading a repository on this machine runs no program that the repository names, and fetches nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import miniature
from archtrack.errors import SourceError
from archtrack.sources.base import Layout
from archtrack.sources.git.local import edited_since, merge_base, place_in_repository
from archtrack.sources.git.source import git_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Plant = Callable[[Path], "Planted"]

LAYOUT = Layout(package="pkg", distribution="pkg-dist", parents=("python", ""))
FILES = {
    "pkg/__init__.py": b"",
    "pkg/a.py": b"A = 1\n",
    "pkg/link.py": b"A = 1\n",
    "pyproject.toml": b"[project]\n",
}
PARTIAL = "this partial clone lacks files, and archtrack does not fetch into it"

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "p4-changelist", "p4-post-changelist", "p4-pre-submit",
    "p4-prepare-changelist", "post-applypatch", "post-checkout", "post-commit", "post-command", "post-index-change",
    "post-merge", "post-receive", "post-rewrite", "post-update", "pre-applypatch", "pre-auto-gc", "pre-command",
    "pre-commit", "pre-merge-commit", "pre-push", "pre-rebase", "pre-receive", "prepare-commit-msg", "proc-receive",
    "push-to-checkout", "reference-transaction", "sendemail-validate", "update",
)  # fmt: skip
CALLED = ("cat-file", "config", "diff", "fetch", "ls-files", "ls-tree", "merge-base", "rev-parse")

# What names a program or a command, as git's documentation of its configuration has it (2.39, and what came later),
# with what has to be set besides for it to count. {mark} is a program that leaves a mark, {hooks} a folder of them.
KEYS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    *((f"alias.{command}", "!{mark}", ()) for command in CALLED),
    *((f"pager.{command}", "{mark}", ()) for command in CALLED),
    ("browser.planted.cmd", "{mark}", (("web.browser", "planted"), ("help.browser", "planted"))),
    ("browser.planted.path", "{mark}", (("web.browser", "planted"), ("help.browser", "planted"))),
    ("core.alternateRefsCommand", "{mark}", ()),
    ("core.askPass", "{mark}", ()),
    ("core.editor", "{mark}", ()),
    ("core.fsmonitor", "{mark}", (("core.fsmonitorHookVersion", "2"), ("core.untrackedCache", "true"))),
    ("core.gitProxy", "{mark}", ()),
    ("core.hooksPath", "{hooks}", ()),
    ("core.pager", "{mark}", ()),
    ("core.sshCommand", "{mark}", ()),
    ("core.virtualFilesystem", "{mark}", ()),
    ("credential.helper", "!{mark}", ()),
    ("credential.helper", "{mark}", ()),
    ("credential.http://127.0.0.1.helper", "!{mark}", ()),
    ("diff.external", "{mark}", (("diff.trustExitCode", "true"),)),
    ("diff.planted.command", "{mark}", ()),
    ("diff.planted.textconv", "{mark}", ()),
    ("difftool.planted.cmd", "{mark}", (("diff.tool", "planted"), ("diff.guitool", "planted"))),
    ("difftool.planted.path", "{mark}", (("diff.tool", "planted"),)),
    ("filter.planted.clean", "{mark}", (("filter.planted.required", "true"),)),
    ("filter.planted.process", "{mark}", (("filter.planted.required", "true"),)),
    ("filter.planted.smudge", "{mark}", (("filter.planted.required", "true"),)),
    ("gitcvs.dbDriver", "{mark}", ()),
    ("gpg.openpgp.program", "{mark}", (("log.showSignature", "true"), ("merge.verifySignatures", "true"))),
    ("gpg.program", "{mark}", (("log.showSignature", "true"), ("merge.verifySignatures", "true"))),
    ("gpg.ssh.defaultKeyCommand", "{mark}", (("gpg.format", "ssh"), ("commit.gpgSign", "true"))),
    ("gpg.ssh.program", "{mark}", (("gpg.format", "ssh"), ("log.showSignature", "true"))),
    ("gpg.x509.program", "{mark}", (("gpg.format", "x509"), ("log.showSignature", "true"))),
    ("guitool.planted.cmd", "{mark}", ()),
    ("hook.planted.command", "{mark}", (("hook.planted.event", "post-index-change"),)),
    ("imap.tunnel", "{mark}", ()),
    ("instaweb.httpd", "{mark}", ()),
    ("interactive.diffFilter", "{mark}", ()),
    ("man.planted.cmd", "{mark}", (("man.viewer", "planted"),)),
    ("man.planted.path", "{mark}", (("man.viewer", "planted"),)),
    ("merge.planted.driver", "{mark}", (("merge.default", "planted"),)),
    ("mergetool.planted.cmd", "{mark}", (("merge.tool", "planted"), ("merge.guitool", "planted"))),
    ("mergetool.planted.path", "{mark}", (("merge.tool", "planted"),)),
    ("receive.procReceiveRefs", "refs", ()),
    ("remote.origin.receivepack", "{mark}", ()),
    ("remote.origin.uploadpack", "{mark}", ()),
    ("remote.origin.vcs", "planted", ()),  # a program git-remote-planted, which is in PATH
    ("sendemail.ccCmd", "{mark}", ()),
    ("sendemail.headerCmd", "{mark}", ()),
    ("sendemail.sendmailCmd", "{mark}", ()),
    ("sendemail.smtpServer", "{mark}", ()),
    ("sendemail.toCmd", "{mark}", ()),
    ("sequence.editor", "{mark}", ()),
    ("submodule.planted.update", "!{mark}", (("submodule.recurse", "true"), ("fetch.recurseSubmodules", "true"))),
    ("tar.tar.command", "{mark}", ()),
    ("trailer.planted.cmd", "{mark}", ()),
    ("trailer.planted.command", "{mark}", ()),
    ("transfer.bundleURI", "true", (("fetch.bundleURI", "ext::{mark}"),)),
    ("uploadpack.packObjectsHook", "{mark}", ()),
    ("url.ext::{mark}.insteadOf", "file://", (("protocol.ext.allow", "always"), ("protocol.allow", "always"))),
    ("url.planted::x.insteadOf", "ssh://", (("protocol.planted.allow", "always"),)),
)  # fmt: skip
ALL = tuple(pair for key, value, more in KEYS for pair in ((key, value), *more))

REMOTES = {
    "file": "file://{made}",
    "path": "{made}",
    "ssh": "ssh://nobody@127.0.0.1:9/x",
    "scp": "nobody@127.0.0.1:x",
    "git": "git://127.0.0.1:9/x",
    "http": "{http}/x",
    "ext": "ext::{mark}",
    "helper": "planted::x",
}
HIDERS = ("repository", "include", "includeIf", "worktree")
"""Where the repository says it: in its configuration, or in another file that this one includes."""


class Refusing(BaseHTTPRequestHandler):
    """Wants a password, so that git asks the helpers."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture(scope="module")
def http() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a link, attributes that name drivers, and a tag ``start`` before its last commit."""
    root = tmp_path_factory.mktemp("made") / "repo"
    for name, content in FILES.items():
        miniature.write(root / name, content.decode())
    (root / "pkg/link.py").unlink()
    (root / "pkg/link.py").symlink_to("a.py")
    miniature.write(root / ".gitattributes", "* filter=planted diff=planted merge=planted\n")
    miniature.commit(root, "first")
    miniature.git(root, "tag", "start")
    miniature.write(root / "README", "x\n")
    miniature.commit(root, "second")
    miniature.git(root, "config", "uploadpack.allowFilter", "true")
    return root


@pytest.fixture(scope="module")
def partial(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of it without blobs."""
    root = tmp_path_factory.mktemp("partial") / "repo"
    miniature.git(made, "clone", "--quiet", "--filter=blob:none", "--no-checkout", made.as_uri(), str(root))
    return root


@pytest.fixture(scope="module")
def treeless(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of it without blobs and trees."""
    root = tmp_path_factory.mktemp("treeless") / "repo"
    miniature.git(made, "clone", "--quiet", "--filter=tree:0", "--no-checkout", made.as_uri(), str(root))
    return root


class Planted:
    """A copy of a repository whose configuration names a program that leaves a mark."""

    def __init__(self, origin: Path, folder: Path, made: Path, http: str) -> None:
        self.root = Path(shutil.copytree(origin, folder / "repo", symlinks=True))
        self.left = folder / "mark"
        tools = folder / "tools"
        self.program = miniature.write(tools / "planted", f"#!/bin/sh\necho $0 $* >>'{self.left}'\nexit 1\n")
        self.program.chmod(0o755)
        for name in (*HOOKS, "git-remote-planted", "git-credential-planted"):
            (tools / name).symlink_to(self.program)
        hooks = self.root / ".git/hooks"
        shutil.rmtree(hooks, ignore_errors=True)
        shutil.copytree(tools, hooks)
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        }
        self.names = {"mark": str(self.program), "hooks": str(tools), "made": str(made), "http": http}

    def set(self, *pairs: tuple[str, str], hider: str = "repository") -> None:
        """Say it in the configuration; git itself writes it, so that the file is as git reads it."""
        config = self.root / ".git" / "config"
        file = config if hider == "repository" else config.with_name(f"config.{hider}")
        for key, value in pairs:
            said = (key.format(**self.names), value.format(**self.names))
            miniature.git(self.root, "config", "--file", str(file), "--add", *said)
        if hider == "include":
            miniature.git(self.root, "config", "--file", str(config), "include.path", str(file))
        elif hider == "includeIf":
            miniature.git(self.root, "config", "--file", str(config), "includeIf.gitdir:**.path", str(file))
        elif hider == "worktree":
            miniature.git(self.root, "config", "--file", str(config), "core.repositoryFormatVersion", "1")
            miniature.git(self.root, "config", "--file", str(config), "extensions.worktreeConfig", "true")

    def from_remote(self, url: str) -> None:
        config = str(self.root / ".git" / "config")
        miniature.git(self.root, "config", "--file", config, "remote.origin.url", url.format(**self.names))

    def read(self, **environ: str) -> dict[str, bytes]:
        """Every file of the package, as ``git:PATH@HEAD`` gives it."""
        found = git_source(str(self.root), "HEAD", LAYOUT, environ={**self.environ, **environ}, folder=None)
        return dict(found.read(found.list(["**"])))

    def every_other_way(self, **environ: str) -> tuple[str, str, frozenset[str]]:
        """What ``diff --base`` asks of git besides."""
        where, own = str(self.root), {**self.environ, **environ}
        base = merge_base(where, "start", own)
        place = place_in_repository(str(self.root / "pkg"), own)
        return base, place, edited_since(where, base, ["pkg/a.py", "pkg/link.py", "pyproject.toml"], own)

    def expect_unmarked(self) -> None:
        assert not self.left.exists(), self.left.read_text(encoding="utf-8")


@pytest.fixture
def plant(tmp_path: Path, made: Path, http: str) -> Callable[[Path], Planted]:
    def make(origin: Path) -> Planted:
        return Planted(origin, tmp_path, made, http)

    return make


def expect_whole(planted: Planted, made: Path, **environ: str) -> None:
    (planted.root / "pkg/a.py").write_bytes(b"A = 2\n")  # what git would ask the filters about
    (planted.root / "pyproject.toml").touch()
    assert planted.read(**environ) == FILES
    base = miniature.git(made, "rev-parse", "start")
    assert planted.every_other_way(**environ) == (base, "pkg", frozenset({"pkg/a.py"}))
    planted.expect_unmarked()


def expect_refused(planted: Planted, **environ: str) -> None:
    for ask in (planted.read, planted.every_other_way):
        with pytest.raises(SourceError) as caught:
            ask(**environ)
        assert caught.value.exit_code == 3
        assert PARTIAL in str(caught.value)
        assert "`git fetch --refetch --no-filter`" in str(caught.value)
        assert "\n" not in str(caught.value)
    planted.expect_unmarked()


@pytest.mark.parametrize(("key", "value", "more"), KEYS, ids=[f"{key}={value}" for key, value, _ in KEYS])
def test_a_key_that_names_a_program_runs_none(
    plant: Plant, made: Path, partial: Path, key: str, value: str, more: tuple[tuple[str, str], ...]
) -> None:
    whole = plant(made)
    whole.set((key, value), *more)
    expect_whole(whole, made)
    shutil.rmtree(whole.root)
    shutil.copytree(partial, whole.root, symlinks=True)
    (whole.root / "pkg").mkdir()
    whole.set((key, value), *more)
    for url in REMOTES.values():
        whole.from_remote(url)
        expect_refused(whole)


@pytest.mark.parametrize("hider", HIDERS)
def test_all_keys_at_once_run_nothing_wherever_they_stand(plant: Plant, made: Path, hider: str) -> None:
    planted = plant(made)
    planted.set(*ALL, hider=hider)
    expect_whole(planted, made)


@pytest.mark.parametrize("hider", HIDERS)
@pytest.mark.parametrize("kind", ["partial", "treeless"])
@pytest.mark.parametrize("url", REMOTES.values(), ids=REMOTES)
def test_a_partial_clone_is_not_completed(
    plant: Plant, request: pytest.FixtureRequest, kind: str, url: str, hider: str
) -> None:
    planted = plant(request.getfixturevalue(kind))
    (planted.root / "pkg").mkdir()
    planted.from_remote(url)
    packs = sorted(planted.root.glob(".git/objects/**/*"))
    expect_refused(planted)
    planted.set(*ALL, hider=hider)
    expect_refused(planted)
    assert sorted(planted.root.glob(".git/objects/**/*")) == packs


OWN = (
    "EDITOR", "GIT_ASKPASS", "GIT_EDITOR", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_PROXY_COMMAND", "GIT_SEQUENCE_EDITOR",
    "GIT_SSH", "GIT_SSH_COMMAND", "PAGER", "SSH_ASKPASS", "VISUAL",
)  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_what_the_user_has_for_other_things_is_not_run_for_a_repository_on_this_machine(
    plant: Plant, made: Path, partial: Path, name: str
) -> None:
    planted = plant(made)
    expect_whole(planted, made, **{name: str(planted.program)})
    shutil.rmtree(planted.root)
    shutil.copytree(partial, planted.root, symlinks=True)
    (planted.root / "pkg").mkdir()
    for url in REMOTES.values():
        planted.from_remote(url)
        expect_refused(planted, **{name: str(planted.program)})


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("GIT_SSH_COMMAND", "ssh://nobody@127.0.0.1:9/x"),
        ("GIT_SSH", "nobody@127.0.0.1:x"),
        ("GIT_PROXY_COMMAND", "git://127.0.0.1:9/x"),
        ("GIT_ASKPASS", "{http}/x"),
    ],
)
def test_what_the_user_has_for_access_is_used_for_a_url(
    plant: Plant, made: Path, tmp_path: Path, name: str, url: str
) -> None:
    planted = plant(made)
    environ = {**planted.environ, name: str(planted.program)}
    with pytest.raises(SourceError):
        git_source(url.format(**planted.names), "main", LAYOUT, environ=environ, folder=tmp_path / "cache")
    assert planted.left.exists()


@pytest.mark.parametrize("hider", HIDERS)
@pytest.mark.parametrize(
    ("key", "url", "asked"),
    [
        ("core.sshCommand", "ssh", ("cat-file", "blob", "HEAD:pkg/a.py")),
        ("core.gitProxy", "git", ("cat-file", "blob", "HEAD:pkg/a.py")),
        ("core.askPass", "http", ("cat-file", "blob", "HEAD:pkg/a.py")),
        ("credential.helper", "http", ("cat-file", "blob", "HEAD:pkg/a.py")),
        ("remote.origin.uploadpack", "file", ("cat-file", "blob", "HEAD:pkg/a.py")),
        ("remote.origin.vcs", "file", ("cat-file", "blob", "HEAD:pkg/a.py")),
        ("core.fsmonitor", "file", ("status",)),
        ("filter.planted.clean", "file", ("add", "new")),
    ],
)
def test_git_itself_runs_what_is_planted(
    plant: Plant, partial: Path, key: str, url: str, asked: tuple[str, ...], hider: str
) -> None:
    """What the other tests would see."""
    planted = plant(partial)
    miniature.write(planted.root / ".gitattributes", "* filter=planted\n")
    miniature.write(planted.root / "new", "x\n")
    planted.from_remote(REMOTES[url])
    for name, value, more in KEYS:
        if name == key:
            planted.set((name, value), *more, hider=hider)
    command = ("git", "-C", str(planted.root), *asked)
    subprocess.run(command, env=planted.environ, check=False, capture_output=True)  # noqa: S603 - our own arguments
    assert planted.left.exists()


def test_what_a_partial_clone_lacks_is_read_once_git_has_fetched_it(plant: Plant, partial: Path) -> None:
    planted = plant(partial)
    with pytest.raises(SourceError) as caught:
        planted.read()
    command = str(caught.value).partition("`git ")[2].partition("`")[0]
    miniature.git(planted.root, *command.split())
    assert planted.read() == FILES


@pytest.mark.parametrize(
    "verb", [("scan", "sglang", "git:{root}@HEAD"), ("diff", "sglang", "--base", "HEAD")]
)
def test_the_command_says_what_to_do_and_exits_with_3(
    cli: Callable[..., Any],
    trees: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verb: tuple[str, ...],
) -> None:
    miniature.commit(trees.sglang)
    miniature.git(trees.sglang, "config", "uploadpack.allowFilter", "true")
    root, left = tmp_path / "clone", tmp_path / "left"
    miniature.git(tmp_path, "clone", "--quiet", "--filter=blob:none", trees.sglang.as_uri(), str(root))
    program = miniature.write(tmp_path / "planted", f"#!/bin/sh\ntouch '{left}'\n")
    program.chmod(0o755)
    shutil.rmtree(root / ".git/objects/pack")
    miniature.git(root, "fetch", "--quiet", "--refetch", "--filter=blob:none")
    miniature.git(root, "config", "core.sshCommand", str(program))
    miniature.git(root, "config", "remote.origin.url", "ssh://127.0.0.1:9/x")
    monkeypatch.chdir(root)
    done = cli(*(word.format(root=root) for word in verb))
    assert (done.code, done.out, len(done.err.splitlines())) == (3, "", 1), done.err
    assert PARTIAL in done.err
    assert not left.exists()
