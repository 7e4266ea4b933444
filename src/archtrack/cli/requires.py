"""``archtrack requires``: from which release on each engine takes a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from archtrack.render.terminal import plain, print_lines

from ._options import (
    complete_engine,
    complete_feature,
    complete_target,
    data_option,
    dated_histories,
    examples,
    format_option,
    note,
    offline_option,
    parted,
    start,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from archtrack.app.requires import Requires

__all__ = ["SECTION", "command"]

SECTION = "ask"


@click.command(
    "requires",
    short_help="Show the first release of each engine that runs a model.",
    epilog=examples(
        "archtrack requires Qwen/Qwen3-8B",
        "archtrack requires Qwen3-32B --engine vllm --format pip > requirements.txt",
        "archtrack requires ./my-model Qwen/Qwen3-8B --engine vllm --format constraints",
        "archtrack requires GPTNeoXForCausalLM --status fallback",
        "archtrack requires LlamaForCausalLM --with lora,pp,awq --engine vllm --engine sglang",
        "archtrack requires Qwen3-8B-Q4_K_M.gguf --engine llama-cpp --engine ollama",
    ),
)
@click.argument("targets", nargs=-1, required=True, metavar="MODEL…", shell_complete=complete_target)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    metavar="ENGINE",
    shell_complete=complete_engine,
    help="Ask only this engine. Repeatable. Default: every engine but transformers, and the vLLM plugins that register "
    "the architecture.",
)
@click.option(
    "--with",
    "features",
    multiple=True,
    metavar="FEATURE[,FEATURE]",
    shell_complete=complete_feature,
    help="Require these features too: lora, pp, image, video, audio, embedding, eagle3, …, a quantisation method (awq, "
    "gptq, fp8, …), or KIND:NAME (tool-parser:hermes). Repeatable.",
)
@click.option(
    "--status",
    type=click.Choice(("native", "fallback")),
    default="native",
    show_default=True,
    help="What counts as running a model: native; `fallback` also accepts the Transformers backend.",
)
@offline_option
@data_option
@format_option("text", "json", "pip", "constraints")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    targets: tuple[str, ...],
    engines: tuple[str, ...],
    features: tuple[str, ...],
    status: str,
    offline: bool,
    data: Path | None,
    form: str,
) -> None:
    """Show from which release on each engine runs each MODEL, up to its newest known release.

    A MODEL is what `archtrack check` takes: a model's name, a repository on the Hub, a config.json or its folder, a
    GGUF file, an architecture or a model type. The facts of every release come with archtrack; it reads no release.

    `≤` before a release means that an older release may run the model, but archtrack could not read that one. `≥`
    means the same for the end. No end means that the newest release runs it. If an engine ran it, dropped it and
    ran it again, the last run of releases counts, and the remarks name the others.

    --format pip and constraints print one requirement per engine, for the known releases that run all MODELs. With one
    engine, the lowest transformers follows. An engine that runs none of them, or whose releases are not on the package
    index (llama-cpp, ollama), becomes a comment.

    Exits 1 if no engine named by --engine runs one of the MODELs; with --format pip or constraints, if no single
    release runs all of them. Exits 0 without --engine.
    """
    from archtrack.app.requires import requires
    from archtrack.render.json import print_json
    from archtrack.render.requires import (
        errors,
        notices,
        only_named,
        print_requires,
        requirement_lines,
        requires_json,
    )

    wanted = parted(features)
    begun = start(offline=offline)
    found_histories = dated_histories(data)
    found = requires(
        targets,
        begun.workspace,
        histories=found_histories,
        engines=engines,
        features=wanted,
        status=status,
    )
    print_lines((*errors(found), *notices(found)), err=True)
    if form == "text":  # the others have it in what they print
        for each in only_named(found):
            note(each)
    if form == "json":
        print_json(requires_json(found, wanted, status))
    elif form == "text":
        print_requires(found)
    else:
        made_by = tuple(
            _command(targets, engines, wanted, status=status, offline=offline, data=data, form=form)
        )
        print_lines(requirement_lines(found, wanted, status, made_by))
    if not engines:
        for engine in found_histories.awaited:
            note(plain(f"{engine}: no data yet; `archtrack history refresh {engine}` reads its releases"))
    unmet = bool(engines) and not _is_met(found, together=form in {"pip", "constraints"})
    ctx.exit(next((each.exit_code for each in found if each.exit_code), int(unmet)))


def _command(
    targets: Sequence[str],
    engines: Sequence[str],
    features: Sequence[str],
    *,
    status: str,
    offline: bool,
    data: Path | None,
    form: str,
) -> Iterator[str]:
    """The words of the command, to make the file anew; nothing secret that an address may hold."""
    from archtrack.sources.redaction import shown_argument, shown_source

    yield from ("archtrack", "requires", *map(shown_argument, targets))
    for engine in engines:
        yield from ("--engine", engine)
    if features:
        yield from ("--with", ",".join(features))
    if status != "native":
        yield from ("--status", status)
    if offline:
        yield "--offline"
    if data is not None:
        yield from ("--data", shown_source(str(data)))
    yield from ("--format", form)


def _is_met(found: tuple[Requires, ...], *, together: bool) -> bool:
    """Whether an engine that is named takes each target; or all of them, in the same releases."""
    from archtrack.app.requires import joined

    answers = [each for each in found if each.error is None]
    if not together:
        return all(any(requirement.runs for requirement in each.engines) for each in answers)
    names = {requirement.history.engine for each in answers for requirement in each.engines}
    return any(
        joined([own for each in answers for own in each.engines if own.history.engine == name]) is not None
        for name in names
    )
