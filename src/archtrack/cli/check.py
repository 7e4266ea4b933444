"""``archtrack check``: what the engine does with a checkpoint."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archtrack.errors import TargetError, UsageError
from archtrack.model import Gate
from archtrack.render.terminal import plain
from archtrack.sources.files import like_it
from archtrack.sources.redaction import shown_argument

from ._options import (
    complete_engine,
    complete_target,
    data_option,
    dated_histories,
    document_option,
    examples,
    format_option,
    offline_option,
    parted,
    registry_options,
    start,
)

if TYPE_CHECKING:
    from archtrack.app.check import Answer, Checked
    from archtrack.app.presence import Presence
    from archtrack.core.verdict.error_messages import Message

__all__ = ["SECTION", "command"]

SECTION = "ask"

_MAX_LOG_BYTES = 64 * 1024 * 1024


_HELP = """\
Show what each engine does with each TARGET: run it natively, run it through transformers, or refuse it.

A TARGET is one of:

\b
  Qwen3-32B, "DeepSeek R1"  a model, looked up in the model index
  OWNER/NAME[@REVISION]     a repository on the Hub (needs the extra `hub`)
  config.json               a config or its folder; an adapter's stands for its base
  model.gguf                a GGUF file; its header is enough
  LlamaForCausalLM          an architecture
  qwen3                     a model type
  -                         one target per line from standard input

A model is found by its id (`exact`), as a copy or a variant of an id, or as a family. `archtrack index show NAME`
shows which sources say so.

The answers:

\b
  native        the engine has an implementation for it
  unimportable  it has one that fails to import with this transformers
  fallback      its Transformers backend runs it
  refused       transformers has it, but its backend does not take it
  remote code   only the repository's own code can tell
  gone          an older release had it
  unsupported   none of these; the answer names the gate that stopped it
  unknown       the facts do not settle it; the answer says what is missing

The gates are config, architecture, import, processor, backend and quantisation.

The facts of every known release come with archtrack, so most answers need no request. archtrack reads a folder, an
installed package or an unknown release itself.
"""


@click.command(
    "check",
    help=_HELP,
    short_help="Show what each engine does with a model, config, GGUF file or architecture.",
    epilog=examples(
        'archtrack check Qwen3-32B "DeepSeek R1"',
        "archtrack check Qwen3ForCausalLM",
        "archtrack check ./my-model Qwen/Qwen3-8B --explain",
        "archtrack check gemma3 --engine vllm==0.10.1 --engine mlx-lm",
        "archtrack check Qwen3-8B-Q4_K_M.gguf",
        "archtrack check config.json --engine sglang@installed",
        "archtrack check --log server.log",
        "archtrack check Qwen3-32B --engine vllm --with lora,pp,awq",
        "archtrack check --engine vllm --require native - < models.txt",
    ),
)
@click.argument("targets", nargs=-1, metavar="TARGET…", shell_complete=complete_target)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    metavar="ENGINE",
    shell_complete=complete_engine,
    help="Ask this engine: ENGINE, ENGINE==VERSION or ENGINE@SOURCE. Repeatable. Default: the newest known release of "
    "every engine, and of the vLLM plugins that register the architecture.",
)
@click.option(
    "--sglang",
    metavar="SOURCE",
    help="The SGLang to ask, if --engine does not name one. Default: its newest known release.",
)
@click.option(
    "--transformers",
    metavar="SOURCE",
    help="The transformers that the engines run with. Default: for each engine, the newest that its release allowed on "
    "its release day.",
)
@offline_option
@registry_options
@document_option
@click.option(
    "--log", metavar="FILE", help="Explain the errors in this log of an engine; `-` reads standard input."
)
@click.option(
    "--explain",
    is_flag=True,
    help="Show every step with its file and line, and what vLLM's recipe for the model asks for.",
)
@click.option(
    "--require",
    type=click.Choice(("native", "fallback")),
    help="Exit 1 unless every target is native in each engine that --engine names (without --engine: in SGLang). "
    "`fallback` also accepts the Transformers backend.",
)
@click.option(
    "--with",
    "wanted",
    metavar="FEATURE[,FEATURE]…",
    default="",
    help="Also ask for features: lora, pp, image, …, a quantisation method (awq), or KIND:NAME (tool-parser:hermes, "
    "reasoning-parser:, attention:, speculative:). With --require, every target needs all of them.",
)
@click.option("--draft", is_flag=True, help="Load the targets as draft models for speculative decoding.")
@click.option("--embedding", is_flag=True, help="Serve the targets as embedding models.")
@click.option(
    "--runner",
    type=click.Choice(("auto", "generate", "pooling", "draft")),
    default="auto",
    show_default=True,
    help="vLLM's --runner.",
)
@click.option(
    "--convert",
    type=click.Choice(("auto", "none", "embed", "classify")),
    default="auto",
    show_default=True,
    help="vLLM's --convert.",
)
@data_option
@format_option("text", "json")
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option
    ctx: click.Context,
    /,
    *,
    targets: tuple[str, ...],
    engines: tuple[str, ...],
    doc: Path | None,
    log: str | None,
    explain: bool,
    require: str | None,
    wanted: str,
    draft: bool,
    embedding: bool,
    runner: str,
    convert: str,
    data: Path | None,
    form: str,
    **sources: Any,
) -> None:
    """Show what each engine does with each TARGET: run it natively, run it through transformers, or refuse it."""
    from archtrack.app.check import check
    from archtrack.core.verdict.release_facts import LoadOptions
    from archtrack.render.check import checked_json, print_checked, print_notices
    from archtrack.render.json import print_json

    if not targets and log is None:
        raise click.UsageError("Name a TARGET, such as Qwen3-32B or config.json, or a log with --log.", ctx)
    if log == "-" and "-" in targets:
        raise UsageError("standard input can hold targets or a log, not both; put one of them in a file")
    _once(engines, sources["sglang"])
    begun = start(doc=doc, **sources)
    found = check(
        _listed(targets),
        begun.request,
        begun.workspace,
        histories=dated_histories(data),
        engines=engines,
        messages=() if log is None else _messages(log),
        options=LoadOptions(draft=draft, pooled=embedding, runner=runner, convert=convert),
        wanted=parted([wanted]),
    )
    if form == "json":
        print_notices(found)
        print_json(checked_json(found))
    else:
        print_checked(found, explain=explain, log="standard input" if log == "-" else log)
    unmet = [] if require is None else _unmet(require, found, chosen=bool(engines))
    for line in unmet:
        click.echo(plain(f"Not met: {line}"), err=True)
    ctx.exit(next((answer.exit_code for answer in found.answers if answer.exit_code), int(bool(unmet))))


def _messages(log: str) -> tuple[Message, ...]:
    """The messages of engines in a log."""
    from archtrack.core.verdict.error_messages import find_messages
    from archtrack.core.verdict.log_text import read_log

    return find_messages(read_log(_log(log)))


def _once(engines: tuple[str, ...], sglang: str | None) -> None:
    """Refuse a source of SGLang that no answer would rest on.

    Raises:
        UsageError: SGLang is not among the engines, or both options name a source of it.
    """
    from archtrack.app.engine_source import parse_engine_source

    if sglang is None or not engines:
        return
    asked = [each for each in map(parse_engine_source, engines) if each.engine == "sglang"]
    if not asked:
        raise UsageError("--sglang names a source, but --engine leaves SGLang out; add --engine sglang")
    if asked[0].source is not None:
        raise UsageError(f"--sglang and --engine {engines[0]} both name a source of SGLang; drop one")


def _unmet(require: str, found: Checked, *, chosen: bool) -> list[str]:
    """What is not as it is required, a line each; also if a list came out empty, it was not checked."""
    if not found.answers:
        return ["no target was checked"]
    lines = []
    for answer in found.answers:
        if _is_guessed(answer):
            words = (
                answer.target.found.words
                if answer.target is not None and answer.target.found is not None
                else ""
            )
            lines.append(
                f"{shown_argument(answer.text)} is a guess ({words}); name an id, an architecture or a config"
            )
            continue
        asked = [each.presence for each in answer.engines] if chosen else [answer.sglang]
        if not asked and answer.error is None:
            lines.append(f"{shown_argument(answer.text)}: no engine was asked")
        lines += [
            f"{shown_argument(answer.text)}: {words}" for each in asked if (words := _lacking(require, each))
        ]
    return lines


def _lacking(require: str, presence: Presence | None) -> str:
    """What an engine lacks of what is required; empty for nothing."""
    from archtrack.model import Status

    wanted = {Status.NATIVE} if require == "native" else {Status.NATIVE, Status.FALLBACK}
    if presence is None:
        return "nothing is known about it"
    release = f"{presence.engine} {presence.version or ''}".strip()
    if presence.status not in wanted and not _skipped(require, presence):
        return f"{release}: {presence.status.value}, but {require} is required"
    return "; ".join(each.why for each in presence.wanted if not each.has)


def _is_guessed(answer: Answer) -> bool:
    """Whether the name was found by its likeness to others, or is of a copy whose quantisation nobody has seen."""
    from archtrack.core.models.words import bare, is_copy

    found = answer.target.found if answer.target is not None else None
    return found is not None and (
        found.how != "exact" or found.read_as is not None or is_copy(bare(answer.text))
    )


def _skipped(require: str, presence: Presence) -> bool:
    """Whether the backend runs what the engine has a class for that fails to import."""
    return require == "fallback" and presence.gate is Gate.IMPORT and presence.verdict.resolved is not None


def _listed(targets: tuple[str, ...]) -> list[str]:
    """The targets, with those of standard input in the place of ``-``; empty lines and comments are passed over."""
    found = []
    for target in targets:
        if target != "-":
            found.append(target)
            continue
        text = os.fsdecode(sys.stdin.buffer.read())  # a path may hold bytes that are no text
        lines = (line.strip() for line in text.splitlines())
        found.extend(line for line in lines if line and not line.startswith("#"))
    return found


def _log(name: str) -> bytes:
    """The bytes of a log."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(_MAX_LOG_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_MAX_LOG_BYTES + 1)
    except OSError as error:
        raise TargetError(f"{name}: cannot read the log: {error.strerror}{like_it(name)}") from error
    if len(data) > _MAX_LOG_BYTES:
        raise TargetError(
            f"{name}: the log has more than {_MAX_LOG_BYTES:,} bytes; cut out the part with the error"
        )
    return data
