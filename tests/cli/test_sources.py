"""Where the verbs read from: defaults, installed packages, releases, git, and never the network when offline."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import miniature
from miniature import Cli

DOCUMENT = "MODEL_SUPPORT_TRACKING.md"


@pytest.fixture
def site(work: Path, trees: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment with SGLang 7.7.7 and the transformers that it pins, neither of which could be imported."""
    folder = work.parent / "venv" / "lib" / "python3.12" / "site-packages"
    folder.mkdir(parents=True)
    miniature.install(folder, trees.sglang / "python" / "sglang", "7.7.7", "transformers==9.9.9")
    miniature.install(folder, trees.transformers / "src" / "transformers", "9.9.9")
    monkeypatch.setenv("VIRTUAL_ENV", str(work.parent / "venv"))
    return folder


def read(done: Any) -> list[str]:
    """The lines that say what was read."""
    return [line for line in (done.out + done.err).splitlines() if line.startswith(("Read ", "Note: "))]


# -- defaults --------------------------------------------------------------------------------------


@pytest.mark.parametrize("below", [".", "python", "python/sglang/srt", "docs with space"])
def test_a_checkout_that_one_stands_in_is_the_default(
    cli: Cli, trees: Any, site: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    (trees.sglang / ".git").mkdir()
    (trees.sglang / "docs with space").mkdir()
    trees.register("GammaForCausalLM", file="gamma.py")  # not in the installed one
    monkeypatch.chdir(trees.sglang / below)
    done = cli("list", "--name", "Gamma*")
    assert done.lines[1].startswith("GammaForCausalLM\tnative\t")
    assert read(done) == [
        f"Read sglang 7.7.7 (checkout {trees.sglang})",
        f"Read transformers 9.9.9 (installed in {site})",
        "Note: sglang 7.7.7 pins transformers 9.9.9",
    ]


def test_the_installed_packages_are_the_next_and_their_pin_is_said(cli: Cli, site: Path) -> None:
    done = cli("update")
    assert done.code == 0
    assert read(done) == [
        f"Read sglang 7.7.7 (installed in {site})",
        f"Read transformers 9.9.9 (installed in {site})",
        "Note: sglang 7.7.7 pins transformers 9.9.9",
    ]
    assert cli("scan", "sglang", "installed", "--format", "json").json["source"]["kind"] == "installed"


def test_another_transformers_than_the_pinned_one_is_read_if_asked(cli: Cli, trees: Any, site: Path) -> None:
    shutil.rmtree(site / "transformers-9.9.9.dist-info")
    metadata = miniature.metadata("transformers", "8.0.0")
    miniature.write(site / "transformers-8.0.0.dist-info" / "METADATA", metadata)
    done = cli("list", "--sglang", trees.sglang, "--transformers", "installed")
    assert read(done)[1:] == [
        f"Read transformers 8.0.0 (installed in {site})",
        "Note: sglang 7.7.7 pins transformers 9.9.9; read 8.0.0, as asked",
    ]
    done = cli("list", "--sglang", trees.sglang)  # the pinned one would have to come from the index
    assert (done.code, done.out) == (3, "")
    assert "transformers 9.9.9" in done.err
    assert "offline" in done.err


def test_a_mismatch_is_said_for_a_checkout_too(cli: Cli, trees: Any, tmp_path: Path) -> None:
    other = miniature.build(tmp_path / "other", version="9.8.0")
    done = cli("list", "--sglang", trees.sglang, "--transformers", other.transformers)
    assert read(done)[2:] == ["Note: sglang 7.7.7 pins transformers 9.9.9; read 9.8.0, as asked"]
    assert len(read(cli("list", *trees.options))) == 2


# -- releases --------------------------------------------------------------------------------------


@pytest.fixture
def releases(package_index: Any, trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 - its environment
    """The two as releases on an index that may be asked."""
    sglang = trees.sglang / "python" / "sglang"
    miniature.release(package_index, trees.transformers / "src" / "transformers", "9.9.9")
    miniature.release(package_index, sglang, "7.7.7", "transformers==9.9.9")
    trees.register("GammaForCausalLM", file="gamma.py")
    miniature.release(package_index, sglang, "7.10.0", "transformers==9.9.9")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.delenv("ARCHTRACK_OFFLINE")
    return package_index


def test_the_main_job_reads_the_newest_release_and_what_it_pins(cli: Cli, releases: Any, work: Path) -> None:
    done = cli("update")
    assert (done.code, done.err) == (0, "")
    assert read(done) == [
        "Read sglang 7.10.0 (release)",
        "Read transformers 9.9.9 (release)",
        "Note: sglang 7.10.0 pins transformers 9.9.9",
    ]
    assert "GammaForCausalLM" in (work / DOCUMENT).read_text(encoding="utf-8")
    assert releases.requests


def test_what_was_read_once_is_there_offline(cli: Cli, releases: Any) -> None:
    assert cli("update", "--sglang", "7.7.7").code == 0
    releases.requests.clear()
    done = cli("update", "--sglang", "7.7.7", "--offline", "--check")
    assert (done.code, releases.requests) == (0, [])
    done = cli("update", "--sglang", "7.10.0", "--offline", "--check")
    assert (done.code, releases.requests) == (3, [])


def test_two_releases_are_compared(cli: Cli, releases: Any) -> None:
    done = cli("diff", "sglang", "7.7.7", "latest")
    assert done.lines == [
        "sglang 7.7.7 to 7.10.0: 5 to 6 architectures, 1 change",
        "  + GammaForCausalLM  [gamma.py]",
    ]
    assert all("transformers" not in path for path, _ in releases.requests)


def test_a_release_that_is_not_there_is_3_and_the_document_stays(cli: Cli, releases: Any, work: Path) -> None:
    cli("update")
    before = (work / DOCUMENT).read_bytes()
    for arguments in (("--sglang", "7.8.0"), ("--transformers", "1.0")):
        done = cli("update", *arguments)
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith("archtrack: error: ")
        assert done.err.count("\n") == 1
    assert (work / DOCUMENT).read_bytes() == before
    assert releases.requests


@pytest.mark.parametrize("how", ["option", "environment", "configuration"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("update",),
        ("update", "--sglang", "7.7.7"),
        ("rebuild", "--sglang", "latest"),
        ("list", "--transformers", "latest"),
        ("scan", "sglang"),
        ("scan", "transformers", "pinned"),
        ("diff", "sglang", "7.7.7", "latest"),
        ("lint", "--sglang", "latest"),
        ("scan", "sglang", "git:{git}@main"),
        ("update", "--sglang", "git:{git}"),
    ],
)
def test_offline_is_never_broken_by_a_request(
    cli: Cli, releases: Any, work: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], how: str
) -> None:
    address = f"http://{releases.address}/team/repository.git"
    if how == "environment":
        monkeypatch.setenv("ARCHTRACK_OFFLINE", "1")
    elif how == "configuration":
        miniature.write(work / "archtrack.toml", "offline = true\n")
    if arguments[0] == "lint":
        miniature.write(work / DOCUMENT, "")
    given = [each.format(git=address) for each in arguments] + (["--offline"] if how == "option" else [])
    done = cli(*given)
    assert (done.code, done.out, releases.requests) == (3, "", [])
    assert done.err.startswith("archtrack: error: ")
    assert done.err.count("\n") == 1
    assert "offline" in done.err.lower()


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_a_switch_that_is_neither_yes_nor_no_is_wrong_usage(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ARCHTRACK_OFFLINE", value)
    done = cli("scan", "sglang")
    said = f"archtrack: error: ARCHTRACK_OFFLINE is {value!r}; set it to 1 or 0\n"
    assert (done.code, done.err) == (2, said)


# -- git -------------------------------------------------------------------------------------------


@pytest.fixture
def repository(trees: Any) -> Path:
    """SGLang's checkout under git: ``v1`` without GammaForCausalLM, then with it, then changed and not committed."""
    miniature.commit(trees.sglang, "one")
    miniature.git(trees.sglang, "tag", "v1")
    trees.register("GammaForCausalLM", file="gamma.py")
    miniature.commit(trees.sglang, "two")
    trees.register("OmegaForCausalLM", file="omega.py")
    return Path(trees.sglang)


def test_a_working_tree_is_compared_with_what_is_committed(
    cli: Cli, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    assert cli("diff", "sglang", "git:.@v1", ".").lines[1:] == [
        "  + GammaForCausalLM  [gamma.py]",
        "  + OmegaForCausalLM  [omega.py]",
    ]
    assert cli("diff", "sglang", "git:.@main", ".").lines[1:] == ["  + OmegaForCausalLM  [omega.py]"]


def test_the_engine_from_git_and_transformers_from_a_folder_make_a_document(
    cli: Cli, trees: Any, repository: Path, work: Path
) -> None:
    done = cli("update", "--sglang", f"git:{repository}@v1", "--transformers", trees.transformers)
    assert done.code == 0, done.err
    assert "GammaForCausalLM" not in (work / DOCUMENT).read_text(encoding="utf-8")
    done = cli("update", "--sglang", f"git:{repository}@main", "--transformers", trees.transformers)
    assert "  + GammaForCausalLM  [native (gamma.py)]" in done.lines


def test_a_reference_that_is_not_there_is_3(cli: Cli, repository: Path) -> None:
    done = cli("scan", "sglang", f"git:{repository}@v9")
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert "v9" in done.err


def test_paths_may_be_relative_hold_spaces_and_be_links(cli: Cli, trees: Any, work: Path) -> None:
    spaced = work / "my source" / "ärger"
    spaced.mkdir(parents=True)
    trees.sglang.rename(spaced / "sglang")
    (work / "link").symlink_to(spaced / "sglang", target_is_directory=True)
    for spec in ("my source/ärger/sglang", "./my source/ärger/sglang/python", "link", str(work / "link")):
        done = cli("list", "--sglang", spec, "--transformers", trees.transformers)
        assert (done.code, len(done.lines)) == (0, 10), done.err
