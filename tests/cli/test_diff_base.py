"""``archtrack diff --base``: what a checkout's working tree changes in support."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import miniature
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from pathlib import Path

VLLM = "_TEXT_GENERATION_MODELS = {{{}}}\n_VLLM_MODELS = {{**_TEXT_GENERATION_MODELS}}\n"

NOBODY = "transformers 9.9.9 has no such class either"


@pytest.fixture
def checkout(trees: Any, work: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ARG001 -- its environment
    """A checkout of SGLang on a branch of its own, which is the working directory."""
    miniature.commit(trees.sglang, "main")
    miniature.git(trees.sglang, "switch", "--quiet", "--create", "feature")
    monkeypatch.chdir(trees.sglang)
    return trees


@pytest.fixture
def diff(cli: Cli, checkout: Any) -> Cli:
    def run(*arguments: object, base: str = "main", transformers: object = None) -> Any:
        source = transformers or checkout.transformers
        return cli("diff", "--base", base, "--transformers", source, *arguments)

    return run


def heading(counts: str, changes: str, commit: str, base: str = "main") -> str:
    return f"sglang, working tree against {base} (merge base {commit[:10]}): {counts}, {changes} in support"


@pytest.mark.parametrize("form", ["text", "markdown", "json", "github"])
def test_a_tree_as_it_was_changes_nothing(diff: Cli, conforms: Conforms, checkout: Any, form: str) -> None:
    commit = miniature.git(checkout.sglang, "rev-parse", "main")
    done = diff("--format", form)
    assert done.code == 0
    if form == "json":
        conforms(done.json, "diff_base")
        assert (done.json["changes"], done.json["base"]) == ([], {"ref": "main", "commit": commit})
    elif form == "github":
        assert done.out == ""
    else:
        said = heading("5 to 5 architectures", "0 changes", commit)
        assert done.lines == [f"## {said}" if form == "markdown" else said]


def test_what_a_branch_adds_and_removes_is_told_with_how_it_stood(diff: Cli, checkout: Any) -> None:
    commit = miniature.git(checkout.sglang, "rev-parse", "main")
    checkout.register("DeltaForCausalLM", file="delta.py")  # was refused
    checkout.register("NovelForCausalLM", file="novel.py")  # nobody had it
    (checkout.models / "pooled.py").unlink()  # nobody else has it
    checkout.native("beta.py", "EntryClass = []\n")  # its two: one runs through transformers, one does not
    (checkout.models / "sight.py").rename(checkout.models / "sight2.py")  # moved: no change in support
    miniature.commit(checkout.sglang)
    done = diff()
    gate = "transformers/models/beta/modeling_beta.py:6, transformers 9.9.9 lets it through"
    assert done.code == 0
    assert done.lines == [
        heading("5 to 4 architectures", "5 changes", commit),
        "  + adds DeltaForCausalLM natively (was: refused)  [sglang/srt/models/delta.py:5]",
        "  + adds NovelForCausalLM natively (was: unsupported)  [sglang/srt/models/novel.py:5]",
        f"  - BetaForCausalLM no longer native; now: fallback  [{gate}]",
        f"  - BetaForCausalLMNextN no longer native; now: unsupported  [{NOBODY}]",
        f"  - PooledModel no longer native; now: unsupported  [{NOBODY}]",
    ]


def test_the_working_tree_counts_with_what_is_not_committed_and_main_s_own_changes_do_not(
    diff: Cli, checkout: Any
) -> None:
    miniature.git(checkout.sglang, "switch", "--quiet", "main")
    checkout.register("MainForCausalLM", file="main.py")
    miniature.commit(checkout.sglang)
    miniature.git(checkout.sglang, "switch", "--quiet", "feature")
    assert diff().lines[0].endswith(" 0 changes in support")
    checkout.register("NovelForCausalLM", file="novel.py")
    assert [line.split()[2] for line in diff().lines[1:]] == ["NovelForCausalLM"]


def test_any_folder_of_the_checkout_and_any_reference_will_do(
    diff: Cli, checkout: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.register("NovelForCausalLM", file="novel.py")
    miniature.commit(checkout.sglang)
    miniature.git(checkout.sglang, "tag", "v1", "main")
    lines = diff().lines[1:]
    monkeypatch.chdir(checkout.models)
    for base in ("v1", "HEAD^", "HEAD~1", miniature.git(checkout.sglang, "rev-parse", "main")):
        assert diff(base=base).lines[1:] == lines
    assert diff("sglang").lines[1:] == lines


def test_a_module_that_no_longer_imports_is_a_loss(diff: Cli, checkout: Any) -> None:
    text = (checkout.models / "alpha.py").read_text(encoding="utf-8")
    checkout.native("alpha.py", f"from transformers import NeverThere\n{text}")
    (line,) = diff().lines[1:]
    lost = "AlphaForCausalLM no longer native; now: unimportable"
    assert line.startswith(f"  - {lost}  [sglang/srt/models/alpha.py:6, ")
    assert "NeverThere" in line
    (note,) = diff("--format", "github").lines
    assert note.startswith(
        f"::warning file=python/sglang/srt/models/alpha.py,line=6,title=Support lost::{lost}"
    )
    miniature.commit(checkout.sglang)
    checkout.native("alpha.py", text)
    (line,) = diff(base="HEAD").lines[1:]
    assert line == "  + adds AlphaForCausalLM natively (was: unimportable)  [sglang/srt/models/alpha.py:5]"


def test_what_cannot_be_read_is_neither_lost_nor_gained(diff: Cli, checkout: Any) -> None:
    checkout.native("alpha.py", "EntryClass = pick()\n")
    done = diff()
    unknown = "  ~ AlphaForCausalLM: not known (was: native)  [sglang/srt/models/"
    assert done.lines[1].startswith(f"{unknown}alpha.py:1, ")
    assert done.err.splitlines()[-1].startswith("? sglang 7.7.7: sglang/srt/models/alpha.py:1: ")
    assert (done.code, diff("--strict").code) == (0, 1)
    miniature.commit(checkout.sglang)
    checkout.register("AlphaForCausalLM", file="alpha.py")
    (line,) = diff(base="HEAD").lines[1:]
    assert line == "  ~ AlphaForCausalLM: native (was: not known)  [sglang/srt/models/alpha.py:5]"


def test_a_place_that_rests_on_an_edited_module_may_hold_what_vanished(diff: Cli, checkout: Any) -> None:
    checkout.native("helper.py", "from .factory import make\n")
    checkout.native("factory.py", "def make():\n    return []\n")
    checkout.native("odd.py", "from .helper import make\n\nEntryClass = make()\n")
    commit = miniature.commit(checkout.sglang)
    (checkout.models / "alpha.py").unlink()
    (line,) = diff(base=commit).lines[1:]
    assert line.startswith("  - AlphaForCausalLM no longer native; now: unsupported")
    checkout.native("factory.py", "def make():\n    return [everything]\n")
    (line,) = diff(base=commit).lines[1:]
    assert line.startswith("  ~ AlphaForCausalLM: not known (was: native)  [sglang/srt/models/odd.py:3, ")


IF = "import os\n\n\nclass AlphaForCausalLM:\n    pass\n\n\nif {}:\n    EntryClass = AlphaForCausalLM\n"


def test_another_condition_is_a_change(diff: Cli, checkout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(checkout.sglang))
    always = (checkout.models / "alpha.py").read_text(encoding="utf-8")
    place, name = "sglang/srt/models/alpha.py:9", "AlphaForCausalLM"
    first, second = "native only if os.environ.get('A|B')", "native only if os.environ.get('C')"
    checkout.native("alpha.py", IF.format("os.environ.get('A|B')"))
    assert diff().lines[1:] == [f"  ~ {name}: {first} (was: native always)  [{place}]"]
    assert diff().lines[0].endswith("5 to 5 architectures, 1 change in support")
    cell = first.replace("|", "\\|")
    assert diff("--format", "markdown").lines[-1] == f"- **{name}**: {cell} (was: native always) ({place})"
    at = f"file=python/{place.replace(':', ',line=')},title=Support changed"
    assert diff("--format", "github").lines == [f"::warning {at}::{name}: {first} (was: native always)"]
    miniature.commit(checkout.sglang)
    assert diff(base="HEAD").lines[1:] == []
    checkout.native("alpha.py", IF.format("os.environ.get('C')"))
    assert diff(base="HEAD").lines[1:] == [f"  ~ {name}: {second} (was: {first})  [{place}]"]
    checkout.native("alpha.py", always)
    assert diff(base="HEAD").lines[1:] == [
        f"  ~ {name}: native always (was: {first})  [{place.replace('9', '5')}]"
    ]


def test_a_second_registration_is_told_with_the_changes(diff: Cli, checkout: Any) -> None:
    checkout.register("AlphaForCausalLM", "BetaForCausalLM", file="zeta.py")
    ends = [
        f"sglang/srt/models/zeta.py:9: {name} is registered here and at sglang/srt/models/{at}: "
        "the engine stops with an assertion"
        for name, at in (("AlphaForCausalLM", "alpha.py:5"), ("BetaForCausalLM", "beta.py:9"))
    ]
    done = diff()
    assert done.lines[0].endswith("5 to 5 architectures, 0 changes in support, 2 places not resolved")
    assert done.lines[1:] == [f"  ? Not resolved: {end}" for end in ends]
    told = ["", "### Not resolved (2)", "", *(f"- {end}" for end in ends)]
    assert diff("--format", "markdown").lines[1:] == told
    miniature.commit(checkout.sglang)
    checkout.register("NovelForCausalLM", file="novel.py")
    assert [line.split()[2] for line in diff(base="HEAD").lines[1:]] == ["NovelForCausalLM"]


@pytest.fixture
def bumped(checkout: Any, package_index: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The branch pins a newer transformers, which lets through what the older one refused."""
    newer = miniature.build(tmp_path / "newer", version="10.0.0")
    newer.public("delta", *miniature.HF_FILES["delta"], compatible=True)
    for version, tree in (("9.9.9", checkout), ("10.0.0", newer)):
        miniature.release(package_index, tree.transformers / "src" / "transformers", version)
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("ARCHTRACK_OFFLINE", "0")
    miniature.edit(checkout.sglang / "python" / "pyproject.toml", ("9.9.9", "10.0.0"))
    return checkout


def test_each_side_is_joined_with_the_transformers_that_it_pins(cli: Cli, bumped: Any) -> None:
    done = cli("diff", "--base", "main")
    gate = "transformers/models/delta/modeling_delta.py:6, transformers 10.0.0 lets it through"
    assert done.lines[1:] == [
        "transformers 9.9.9 to 10.0.0",
        f"  ~ DeltaForCausalLM: fallback (was: refused)  [{gate}]",
        f"  ~ DeltaForConditionalGeneration: fallback (was: refused)  [{gate}]",
    ]
    assert "Note: sglang 7.7.7 pins transformers 9.9.9" in done.err.splitlines()
    assert "Note: sglang 7.7.7 pins transformers 10.0.0" in done.err.splitlines()
    (note,) = cli("diff", "--base", "main", "--format", "github").lines
    names = "DeltaForCausalLM, DeltaForConditionalGeneration"
    assert note == f"::notice title=Support changed::2 architectures fallback (was: refused): {names}"
    assert cli("diff", "--base", "main", "--format", "markdown").lines[1:] == [
        "",
        "transformers 9.9.9 to 10.0.0",
        "",
        "### Changed (2)",
        "",
        "- fallback (was: refused), 2 architectures: **DeltaForCausalLM**, **DeltaForConditionalGeneration**",
    ]
    assert cli("diff", "--base", "main", "--transformers", bumped.transformers).lines[1:] == []


@pytest.mark.parametrize(
    ("files", "pinned", "noted"),
    [
        (("sglang-7.7.7.dist-info/METADATA",), "10.0.0", 1),  # what an unpacked release has, and no commit
        ((), "9.9.9", 0),
    ],
)
def test_both_sides_are_joined_with_one_transformers_where_only_one_has_metadata_of_a_release(
    cli: Cli, bumped: Any, files: tuple[str, ...], pinned: str, noted: int
) -> None:
    python = bumped.sglang / "python"
    miniature.edit(python / "pyproject.toml", ("10.0.0", "9.9.9"))
    for file in files:
        miniature.write(python / file, miniature.metadata("sglang", "7.7.7", f"transformers=={pinned}"))
    bumped.register("NovelForCausalLM", file="novel.py")
    done = cli("diff", "--base", "main", "--format", "json")
    assert done.code == 0, done.err
    assert [each["name"] for each in done.json["changes"]] == ["NovelForCausalLM"]
    notices = [each for each in done.json["notices"] if "both sides are joined" in each]
    assert len(notices) == noted
    assert all(f"transformers {pinned}" in each for each in notices)


def test_markdown_is_for_a_pull_request(diff: Cli, checkout: Any) -> None:
    checkout.register("DeltaForCausalLM", file="delta.py")
    (checkout.models / "pooled.py").unlink()
    assert diff("--format", "markdown").lines[1:] == [
        "",
        "### Gained (1)",
        "",
        "- adds **DeltaForCausalLM** natively (was: refused) (sglang/srt/models/delta.py:5)",
        "",
        "### Lost (1)",
        "",
        f"- **PooledModel** no longer native; now: unsupported ({NOBODY})",
    ]


def test_annotations_stand_at_the_line_that_registers_where_there_is_one(
    diff: Cli, checkout: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.register("DeltaForCausalLM", file="delta.py")
    (checkout.models / "pooled.py").unlink()
    checkout.native("alpha.py", "EntryClass = []\n")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(checkout.sglang))
    monkeypatch.chdir(checkout.sglang / "python")
    gone = f"no longer native; now: unsupported: {NOBODY}"
    here = "file=python/sglang/srt/models/delta.py,line=5,title=Support gained"
    assert diff("--format", "github").lines == [
        f"::notice {here}::adds DeltaForCausalLM natively (was: refused)",
        f"::warning file=python/sglang/srt/models/alpha.py,title=Support lost::AlphaForCausalLM {gone}",
        f"::warning title=Support lost::PooledModel {gone}",
    ]


def test_json_holds_to_the_schema(diff: Cli, checkout: Any, conforms: Conforms) -> None:
    checkout.register("DeltaForCausalLM", file="delta.py")
    checkout.native("odd.py", "EntryClass = pick()\n")
    done = diff("--format", "json").json
    conforms(done, "diff_base")
    assert (done["engine"], done["old"]["architectures"], done["new"]["architectures"]) == ("sglang", 5, 6)
    assert (len(done["old"]["unresolved"]), len(done["new"]["unresolved"])) == (0, 1)
    assert (done["old"]["source"]["kind"], done["new"]["source"]["kind"]) == ("git", "local")
    assert done["transformers"]["old"] == done["transformers"]["new"]
    (change,) = done["changes"]
    keys = ("state", "because", "source", "path", "line")
    gate = ("transformers", "transformers/models/delta/modeling_delta.py", 6)
    before, after = (tuple(change[side][key] for key in keys) for side in ("before", "after"))
    assert (change["kind"], change["name"]) == ("gained", "DeltaForCausalLM")
    assert before == ("refused", "transformers 9.9.9 does not let it through", *gate)
    assert after == ("native", None, "sglang", "sglang/srt/models/delta.py", 5)


def test_of_vllm_it_says_native_or_absent(cli: Cli, work: Path, conforms: Conforms) -> None:
    registry = work / "vllm" / "model_executor" / "models" / "registry.py"
    miniature.write(work / "vllm" / "__init__.py", "")
    miniature.write(registry, VLLM.format('"AForCausalLM": ("a", "A"), "BForCausalLM": ("b", "B")'))
    miniature.commit(work)
    miniature.write(registry, VLLM.format('"AForCausalLM": ("a", "A"), "CForCausalLM": ("c", "C")'))
    done = cli("diff", "--base", "main")
    assert done.lines[0].startswith("vllm, working tree against main (merge base ")
    assert done.lines[1:] == [
        "  + adds CForCausalLM natively (was: absent)  [vllm/model_executor/models/registry.py:1]",
        "  - BForCausalLM no longer native; now: absent",
    ]
    found = cli("diff", "vllm", "--base", "main", "--format", "json").json
    conforms(found, "diff_base")
    assert found["transformers"] is None
    assert found["changes"][1]["after"] == {
        "state": "absent", "because": None, "source": None, "path": None, "line": 0
    }  # fmt: skip


def test_of_transformers_it_says_what_its_gate_makes_of_a_class(
    cli: Cli, trees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    miniature.commit(trees.transformers)
    trees.public("delta", *miniature.HF_FILES["delta"], compatible=True)
    trees.public("epsilon", "EpsilonModel")
    trees.public("beta", "BetaModel", "BetaForCausalLM", compatible=True)
    monkeypatch.chdir(trees.transformers)
    assert [line.partition("  [")[0] for line in cli("diff", "--base", "main").lines[1:]] == [
        "  + adds EpsilonModel (refused; was: absent)",
        "  - BetaForSequenceClassification no longer compatible; now: absent",
        "  ~ DeltaForCausalLM: compatible (was: refused)",
        "  ~ DeltaForConditionalGeneration: compatible (was: refused)",
    ]


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "ENGINE, OLD and NEW missing: "),
        (("sglang",), "OLD and NEW missing: "),
        (("sglang", "0.5.9"), "NEW missing: "),
        (("sglang", "0.5.9", "--base", "main"), "drop '0.5.9'"),
        (("sglang", "0.5.9", "0.5.23", "--base", "main"), "drop '0.5.9'"),
        (("sglang", "0.5.9", "0.5.23", "--format", "github"), "add --base REF"),
        (("sglang", "0.5.9", "0.5.23", "--transformers", "latest"), "--transformers goes with --base"),
        (("--base", "main", "--scan"), "--scan and --data go with OLD and NEW; drop them"),
        (("--base", "main", "--data", "history"), "--scan and --data go with OLD and NEW; drop them"),
        (("--base", "--all"), "'--all' is not a reference"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error_that_says_what_does(
    cli: Cli, arguments: tuple[str, ...], said: str
) -> None:
    done = cli("diff", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("theirs", "no branch 'theirs' here; did you mean --base origin/theirs?"),
        ("unrelated", "unrelated and HEAD have no commit in common; name a branch"),
    ],
)
def test_a_missing_base_is_said_with_what_to_do(diff: Cli, checkout: Any, base: str, said: str) -> None:
    miniature.git(checkout.sglang, "update-ref", "refs/remotes/origin/theirs", "main")
    tree = miniature.git(checkout.sglang, "rev-parse", "main^{tree}")
    other = miniature.git(checkout.sglang, "commit-tree", tree, "-m", "another beginning")
    miniature.git(checkout.sglang, "branch", "unrelated", other)
    done = diff(base=base)
    assert (done.code, done.out) == (3, "")
    assert said in done.err


def test_a_shallow_clone_is_told_how_to_get_what_it_lacks(
    cli: Cli, checkout: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for branch in ("main", "feature"):
        miniature.git(checkout.sglang, "switch", "--quiet", branch)
        miniature.commit(checkout.sglang, branch)
    clone = tmp_path / "clone"
    url = checkout.sglang.as_uri()
    miniature.git(tmp_path, "clone", "--quiet", "--depth", "1", "--no-single-branch", url, str(clone))
    monkeypatch.chdir(clone)
    done = cli("diff", "--base", "origin/main", "--transformers", checkout.transformers)
    assert done.code == 3
    assert "the clone is shallow: `git fetch --unshallow`" in done.err
    miniature.git(clone, "fetch", "--quiet", "--unshallow")
    assert cli("diff", "--base", "origin/main", "--transformers", checkout.transformers).code == 0


def test_a_folder_in_no_checkout_is_said(cli: Cli, trees: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in ((), ("sglang",)):
        done = cli("diff", *arguments, "--base", "main")
        assert done.code == 3
        assert "is not in a checkout of" in done.err
    monkeypatch.chdir(trees.sglang)  # unpacked, and in no repository
    done = cli("diff", "--base", "main")
    assert (done.code, "not a git repository" in done.err) == (3, True)
    miniature.git(trees.sglang, "init", "--quiet")
    done = cli("diff", "--base", "main")
    assert (done.code, "the repository has no commit yet" in done.err) == (3, True)


def test_a_checkout_inside_of_a_larger_repository_is_refused(
    cli: Cli, trees: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    miniature.commit(trees.sglang.parent)
    monkeypatch.chdir(trees.sglang)
    done = cli("diff", "sglang", "--base", "main", "--transformers", trees.transformers)
    assert (done.code, done.out) == (3, "")
    assert "the checkout is the folder sglang of a larger repository" in done.err


def test_a_checkout_of_two_engines_asks_for_one(cli: Cli, checkout: Any) -> None:
    miniature.write(checkout.sglang / "vllm" / "__init__.py", "")
    done = cli("diff", "--base", "main")
    assert (done.code, "name the engine: `archtrack diff sglang --base REF`" in done.err) == (2, True)
    assert cli("diff", "sglang", "--base", "main", "--transformers", checkout.transformers).code == 0
