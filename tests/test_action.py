"""The GitHub action: its steps are run as a runner runs them, in a checkout, by the archtrack that it installs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import miniature

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
MISSING = (
    "::error file=python/sglang/srt/models/gamma.py,line=5,title=Missing architecture::GammaForCausalLM is registered "
    f"here and had no row in {DOCUMENT}; run `archtrack update`"
)
ADDED = f"{MISSING.replace('::error', '::notice').partition('; run')[0]}; it has one now"


# -- a runner, as far as this action needs one -----------------------------------------------------


def evaluate(expression: str, context: Mapping[str, str]) -> str:
    """An expression of ``||``, ``&&``, ``==``, ``!=``, texts and names; what has no name is empty."""
    for operator in ("||", "&&"):
        if operator in expression:
            left, right = (evaluate(part, context) for part in expression.split(operator, 1))
            truth = left not in {"", "false"}
            return (left if truth else right) if operator == "||" else (right if truth else left)
    for operator, same in (("==", True), ("!=", False)):
        if operator in expression:
            left, right = (evaluate(part, context) for part in expression.split(operator, 1))
            return str((left == right) is same).lower()
    word = expression.strip()
    return word[1:-1] if word.startswith("'") else context.get(word, "")


def filled(text: str, context: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: evaluate(found[1], context), text)


def commands(log: str) -> list[str]:
    """The lines of a log that a runner obeys: ``::name::`` at the beginning, ``##[name]`` anywhere.

    Between ``::stop-commands::TOKEN`` and ``::TOKEN::`` it obeys none; the two are left out.
    """
    token, found = "", []
    for line in log.splitlines():
        text = line.strip()
        if token:
            token = "" if text == f"::{token}::" else token
        elif text.startswith("::stop-commands::"):
            token = text.removeprefix("::stop-commands::")
        elif text.startswith("::") or re.search(r"##\[[\w-]+[^]]*\]", text):
            found.append(line)
    return found


@dataclass
class Job:
    """What became of the action.

    Attributes:
        code: of the step that failed, else 0.
        log: what the steps printed.
        summary: the job's summary.
        outputs: of the action.
        ran: the names of the steps that were run.
    """

    code: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)

    @property
    def commands(self) -> list[str]:
        """What the runner takes for commands."""
        return commands(self.log)


Action = Callable[..., Job]


def run_step(script: str, folder: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """As ``shell: bash`` of a runner does."""
    file = Path(environ["RUNNER_TEMP"]) / "step.sh"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 -- our own script
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],  # noqa: S607 -- the shell that is there
        cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def run_action(
    workspace: Path, environ: Mapping[str, str], inputs: Mapping[str, str], event: Mapping[str, str]
) -> Job:
    """The steps that have a script, from the second on: the first of them is the installation."""
    given = {name: each["default"] for name, each in ACTION["inputs"].items()} | inputs
    context = {f"inputs.{name}": value for name, value in given.items()} | event
    job = Job()
    summary = Path(environ["RUNNER_TEMP"]) / "summary.md"
    summary.write_text("", encoding="utf-8")
    for step in [step for step in STEPS if "run" in step][1:]:
        if "if" in step and evaluate(step["if"], context) in {"", "false"}:
            continue
        output = Path(environ["RUNNER_TEMP"]) / "output"
        output.write_text("", encoding="utf-8")
        own = {name: filled(value, context) for name, value in step.get("env", {}).items()}
        own |= {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        folder = workspace / filled(step.get("working-directory", "."), context)
        code, log = run_step(step["run"], folder, {**environ, **own})
        job.ran.append(step["name"])
        job.log += log
        for line in output.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            context[f"steps.{step['id']}.outputs.{name}"] = value
        if code:
            job.code = code
            break
    job.summary = summary.read_text(encoding="utf-8")
    job.outputs = {name: filled(each["value"], context) for name, each in ACTION["outputs"].items()}
    return job


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's temporary folder, after the step that installs archtrack."""
    temp = tmp_path_factory.mktemp("runner")
    step = next(step for step in STEPS if "run" in step)
    environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environ |= {"RUNNER_TEMP": str(temp), "GITHUB_ACTION_PATH": str(ROOT)}
    hostile = temp / "checkout"  # what Python would take for its own if it looked there
    for module in ("venv", "pip", "json", "archtrack"):
        miniature.write(hostile / f"{module}.py", "raise SystemExit('imported from the checkout')\n")
    assert run_step(step["run"], hostile, environ)[0] == 0
    return temp


@pytest.fixture
def checkout(trees: Any, tmp_path: Path) -> Path:
    """A checkout of SGLang with its document, on the branch of a pull request, with a remote."""
    for module in ("json", "archtrack"):
        miniature.write(trees.sglang / f"{module}.py", "raise SystemExit('imported from the checkout')\n")
    miniature.spawn("update", *trees.options, "--doc", trees.sglang / DOCUMENT, cwd=tmp_path, home=tmp_path)
    miniature.commit(trees.sglang, "main")
    origin = tmp_path / "origin.git"
    miniature.git(tmp_path, "clone", "--quiet", "--bare", str(trees.sglang), str(origin))
    miniature.git(trees.sglang, "remote", "add", "origin", str(origin))
    miniature.git(trees.sglang, "switch", "--quiet", "--create", "feature")
    return Path(trees.sglang)


@pytest.fixture
def action(installed: Path, checkout: Path, trees: Any, tmp_path: Path) -> Action:
    """Runs the action in the checkout."""

    def run(head: str = "acme/sglang", head_ref: str = "feature", **inputs: str) -> Job:
        environ = {
            name: value
            for name, value in os.environ.items()
            if name not in {*miniature.CLEARED, "PYTHONPATH"} and not name.startswith(("GIT_", "GITHUB_"))
        }
        environ |= {
            "ARCHTRACK_CACHE_DIR": str(tmp_path / "cache"),
            "ARCHTRACK_OFFLINE": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_HEAD_REF": head_ref,
            "GITHUB_REPOSITORY": "acme/sglang",
            "GITHUB_WORKSPACE": str(checkout),
            "RUNNER_TEMP": str(installed),
        }
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        event = {"github.event.pull_request.head.repo.full_name": head}
        return run_action(checkout, environ, {"transformers": str(trees.transformers)} | given, event)

    return run


UNTOLD = (
    "::error title=archtrack::what the branch changes against {} could not be told, and the lines above say why; "
    "it needs the history and the reference, as 'fetch-depth: 0' of actions/checkout gets them"
)


def head(checkout: Path) -> str:
    return miniature.git(checkout, "rev-parse", "HEAD")


def status(checkout: Path) -> str:
    return miniature.git(checkout, "status", "--porcelain")


# -- what the file itself has to be ----------------------------------------------------------------


def test_no_input_becomes_part_of_a_script() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 3
    assert all("${{" not in script for script in scripts)


def test_every_input_is_used_and_explained_and_every_script_is_there() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, each in ACTION["inputs"].items():
        assert f"inputs.{name}" in text
        assert each["description"]
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    for script in re.findall(r"action/\w+\.sh", text):
        assert (ROOT / script).is_file()


def test_the_page_has_every_input_with_its_default_and_every_output() -> None:
    text = (ROOT / "docs" / "tasks" / "ci.md").read_text(encoding="utf-8").partition("### With a commit")[0]
    rows = re.findall(r"^\| `([\w-]+)` \| (.*?) ?\|", text, re.MULTILINE)
    named = [(name, default.strip("`")) for name, default in rows]
    inputs = [(name, each["default"]) for name, each in ACTION["inputs"].items()]
    assert named[: len(inputs)] == inputs
    assert [name for name, _ in named[len(inputs) :]] == list(ACTION["outputs"])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("inputs.a", "x"),
        ("inputs.b", ""),
        ("inputs.a == 'x'", "true"),
        ("inputs.a != 'x'", "false"),
        ("inputs.a == 'x' && inputs.b == 'y'", "false"),
        ("inputs.b || 'z'", "z"),
        ("inputs.a || 'z'", "x"),
    ],
)
def test_the_runner_of_these_tests_reads_expressions(expression: str, expected: str) -> None:
    assert evaluate(expression, {"inputs.a": "x"}) == expected


def test_the_runner_of_these_tests_obeys_commands_unless_it_is_told_to_stop() -> None:
    log = "::a::b\nc ##[add-mask]d\ne ::f::\n::stop-commands::t0\n::a::g\n##[h]\n::t0 ::\n::t0::\n  ::i j=k::l\n"
    assert commands(log) == ["::a::b", "c ##[add-mask]d", "  ::i j=k::l"]


# -- what it does ----------------------------------------------------------------------------------


@pytest.mark.network
@pytest.mark.parametrize("commit", ["false", "true"])
def test_a_document_that_is_up_to_date_is_left_alone(action: Action, checkout: Path, commit: str) -> None:
    before = head(checkout)
    job = action(commit=commit)
    assert (job.code, job.ran) == (0, ["Hold the document against the sources"])
    assert job.outputs == {"changed": "false", "committed": "false"}
    assert job.commands == [f"::notice title={DOCUMENT}%3A nothing to write::every architecture has its row"]
    assert job.summary.splitlines()[0] == f"## {DOCUMENT} is up to date"
    assert (head(checkout), status(checkout)) == (before, "")


@pytest.mark.network
def test_a_model_file_without_its_row_fails_with_an_annotation_at_its_line(
    action: Action, checkout: Path, trees: Any
) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    miniature.commit(checkout)
    job = action()
    assert (job.code, job.commands) == (1, [MISSING])
    assert job.outputs == {"changed": "true", "committed": "false"}
    assert "+| **GammaForCausalLM** | Y |  | `gamma.py` |  |" in job.summary.splitlines()
    assert status(checkout) == ""


@pytest.mark.network
def test_with_commit_the_document_alone_is_pushed_once(action: Action, checkout: Path, trees: Any) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    before = miniature.commit(checkout)
    miniature.write(checkout / "staged.txt", "somebody else's")
    miniature.git(checkout, "add", "staged.txt")
    message = 'docs: it\'s "new"; $(touch injected) `touch injected`'
    job = action(commit="true", commit_message=message, working_directory="python")
    assert (job.code, job.commands) == (0, [ADDED])
    assert job.outputs == {"changed": "true", "committed": "true"}
    assert miniature.git(checkout, "log", "-1", "--format=%P %s") == f"{before} {message}"
    assert miniature.git(checkout, "show", "--name-only", "--format=") == DOCUMENT
    assert "**GammaForCausalLM**" in miniature.git(checkout, "show", f"origin/feature:{DOCUMENT}")
    assert status(checkout) == "A  staged.txt"
    again = action(commit="true")
    assert (again.code, again.outputs) == (0, {"changed": "false", "committed": "false"})


@pytest.mark.network
def test_where_it_may_not_or_cannot_commit_it_says_so_and_writes_nothing(
    action: Action, checkout: Path, trees: Any
) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    before = miniature.commit(checkout)
    fork = action(commit="true", head="somebody/sglang")
    other = action(commit="true", head_ref="another")
    miniature.git(checkout, "switch", "--quiet", "--detach")
    detached = action(commit="true")
    for job, said in (
        (fork, "comes from the fork somebody/sglang"),
        (other, "feature is checked out, and the pull request's branch is another"),
        (detached, "no branch is checked out (detached HEAD); give actions/checkout the branch by name"),
    ):
        assert (job.code, job.commands[0]) == (1, MISSING)
        assert job.commands[1].startswith("::error title=archtrack::the document was not committed: ")
        assert said in job.commands[1]
        assert job.outputs == {"changed": "true", "committed": "false"}
    assert (head(checkout), status(checkout)) == (before, "")


@pytest.mark.network
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("../outside%0A::error::x.md", "which is outside of the checkout"),
        (".git/own.md", "which is git's own"),
        ("ignored.md", "git ignores"),
        ("sub/own.md", "belongs to another repository"),
    ],
)
def test_a_document_that_git_could_not_take_is_refused_before_it_is_written(
    action: Action, checkout: Path, trees: Any, target: str, said: str
) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    miniature.write(checkout / ".gitignore", "/ignored.md\n")
    if target.startswith("sub/"):
        miniature.write(checkout / "sub" / "x", "")
        miniature.commit(checkout / "sub")
    (checkout / DOCUMENT).rename(checkout / target)
    (checkout / DOCUMENT).symlink_to(target)
    if target.startswith("sub/"):
        miniature.commit(checkout / "sub")
    before = miniature.commit(checkout)
    written = (checkout / target).read_bytes()
    job = action(commit="true")
    assert (job.code, job.outputs) == (1, {"changed": "true", "committed": "false"})
    assert len(job.commands) == 2
    assert job.commands[1].startswith("::error title=archtrack::the document was not committed: ")
    assert said in job.commands[1]
    assert (head(checkout), status(checkout)) == (before, "")
    assert (checkout / target).read_bytes() == written


@pytest.mark.network
def test_a_document_that_is_a_link_within_the_checkout_is_committed(
    action: Action, checkout: Path, trees: Any
) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    (checkout / DOCUMENT).rename(checkout / "real.md")
    (checkout / DOCUMENT).symlink_to("real.md")
    miniature.commit(checkout)
    job = action(commit="true")
    assert (job.code, job.outputs["committed"]) == (0, "true")
    assert miniature.git(checkout, "show", "--name-only", "--format=") == "real.md"


@pytest.mark.network
def test_a_refused_push_fails_and_says_what_it_needs(action: Action, checkout: Path, trees: Any) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    miniature.commit(checkout)
    miniature.git(checkout, "remote", "set-url", "origin", str(checkout / "nowhere"))
    job = action(commit="true")
    assert (job.code, job.outputs["committed"]) == (1, "false")
    said = "could not be pushed to feature: the job needs the permission 'contents: write'"
    assert said in job.commands[-1]


@pytest.mark.network
def test_what_cannot_be_done_is_one_annotation_and_the_command_s_exit_code(action: Action) -> None:
    for inputs, code, said in (
        ({"refresh": "yes"}, 2, "the input refresh is 'yes'; say true or false"),
        ({"commit": "yes"}, 2, "the input commit is 'yes'; say true or false"),
        ({"prune": "a%\r\n::notice::b"}, 2, "the input prune is 'a%25%0D%0A::notice::b'; say true or false"),
        ({"sglang": "./nowhere"}, 3, "archtrack: error: nowhere: no such folder"),
    ):
        job = action(**inputs)
        assert (job.code, job.summary) == (code, "")
        assert said in job.log, inputs
        assert [line for line in job.commands if not line.startswith("::error title=archtrack::")] == []
        assert len(job.commands) == 1


@pytest.mark.network
def test_a_base_that_cannot_be_had_fails_with_what_to_do(action: Action) -> None:
    job = action(base="main~7")
    assert (job.code, job.outputs["changed"]) == (3, "false")
    assert "no commit, tag or branch 'main~7'" in job.log
    assert job.commands[1:] == [UNTOLD.format("main~7")]


@pytest.mark.network
@pytest.mark.parametrize("commit", ["false", "true"])
def test_a_base_that_the_checkout_lacks_fails_after_what_is_missing_is_told(
    action: Action, checkout: Path, trees: Any, commit: str
) -> None:
    trees.register("GammaForCausalLM", file="gamma.py")
    before = miniature.commit(checkout)
    miniature.git(checkout, "push", "--quiet", "origin", "feature")
    origin = Path(miniature.git(checkout, "remote", "get-url", "origin")).as_uri()
    shutil.rmtree(checkout / ".git")  # as actions/checkout has it where nothing else is asked for
    clone = checkout.parent / "shallow"
    branch = ("--depth", "1", "--branch", "feature")
    miniature.git(checkout.parent, "clone", "--quiet", "--no-checkout", *branch, origin, str(clone))
    (clone / ".git").rename(checkout / ".git")
    miniature.git(checkout, "reset", "--quiet")
    job = action(base="origin/main", commit=commit)
    assert (job.code, job.commands) == (3, [MISSING, UNTOLD.format("origin/main")])
    assert "the clone is shallow and may lack it" in job.log
    assert "+| **GammaForCausalLM** | Y |  | `gamma.py` |  |" in job.summary.splitlines()
    assert job.outputs == {"changed": "true", "committed": "false"}
    assert (head(checkout), status(checkout)) == (before, "")


@pytest.mark.network
def test_no_file_of_a_pull_request_commands_the_runner(action: Action, checkout: Path, trees: Any) -> None:
    hostile = "##[add-mask]e.py"
    trees.native(hostile, "EntryClass = pick()\n")
    trees.register("GammaForCausalLM", file="##[error]g.py")
    trees.register("DeltaXForCausalLM", file="a\n::error::b%0A::warning::c.py")
    trees.native("\r::set-output name=x::y\n.py", "EntryClass = pick()\n")
    miniature.commit(checkout)
    miniature.git(checkout, "fetch", "--quiet", "origin")
    for inputs in ({}, {"commit": "true"}):
        job = action(base="origin/main", **inputs)
        assert job.commands
        for line in job.commands:
            assert re.match(r"::(error|warning|notice) (file=[^,:]+,line=\d+,)?title=", line)
        assert any(hostile in line for line in job.commands)
        assert f"? sglang 7.7.7: sglang/srt/models/{hostile}:1: " in job.log  # shown, and obeyed by nobody
    assert (job.code, job.outputs["committed"]) == (0, "true")
    miniature.write(checkout / "archtrack.toml", '"##[warning]" = 1\n')
    job = action()
    assert "##[warning]" in job.log
    assert all(line.startswith("::error title=archtrack::") for line in job.commands)


@pytest.mark.network
def test_strict_fails_for_what_cannot_be_read_also_after_a_commit(
    action: Action, checkout: Path, trees: Any
) -> None:
    trees.native("odd.py", "EntryClass = pick()\n")
    miniature.commit(checkout)
    assert action().code == 0
    assert action(strict="true").code == 1
    trees.register("GammaForCausalLM", file="gamma.py")
    miniature.commit(checkout)
    job = action(strict="true", commit="true")
    assert (job.code, job.outputs["committed"]) == (1, "true")


@pytest.mark.network
def test_with_a_base_it_says_what_the_branch_changes_in_support(
    action: Action, checkout: Path, trees: Any
) -> None:
    trees.register("DeltaForCausalLM", file="delta.py")
    miniature.commit(checkout)
    miniature.git(checkout, "fetch", "--quiet", "origin")
    job = action(base="origin/main", commit="true")
    assert job.code == 0
    assert job.commands[0] == (
        "::notice file=python/sglang/srt/models/delta.py,line=5,title=Support gained::"
        "adds DeltaForCausalLM natively (was: refused)"
    )
    assert "- adds **DeltaForCausalLM** natively (was: refused) (sglang/srt/models/delta.py:5)" in (
        job.summary.splitlines()
    )
