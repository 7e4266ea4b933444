"""The tool ``check_model``: what SGLang does with one model."""

import json
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from archtrack.app.check import Answer as Checked
from archtrack.app.check import check
from archtrack.core.json_values import SCHEMA_VERSION
from archtrack.errors import TargetError, UsageError
from archtrack.hub.targets import Target, inline_target, open_target
from archtrack.model import Status
from archtrack.render.check import advice, asked_words, checked_json
from archtrack.render.terminal import plain
from archtrack.sources.workspace import Workspace

from .tool import Answer, Call, Json, SourceArguments, shipped, tool

__all__ = ["check_model"]

INLINE = "the config"


class Asked(SourceArguments):
    """What it takes."""

    model: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    """An architecture (LlamaForCausalLM), a path of a config.json or of its folder, or a repository on the Hub
    (OWNER/NAME, OWNER/NAME@REVISION). Leave it out if you give `config`."""

    config: Json | Annotated[str, Field(max_length=4 * 1024 * 1024)] | None = None
    """The content of a config.json, as an object or as its text. Leave it out if you give `model`."""

    explain: bool = False
    """Return every step of the decision with file and line, not only the one that decided."""

    draft: bool = False
    """The model is loaded as the draft model of speculative decoding."""

    embedding: bool = False
    """SGLang is told to serve the model for embeddings."""


class Found(Answer):
    """What it answers."""

    answer: Annotated[Json, shipped("answer")]
    sources: list[Annotated[Json, shipped("engine_source")]]
    """What was read: SGLang, transformers."""

    notices: list[str]


@tool("Check whether SGLang runs a model")
def check_model(asked: Asked, call: Call) -> Found:
    """Is this model supported by SGLang, and how?

    Use it before you serve a model, when somebody asks "does SGLang run X", and to triage a request to port a model. It
    reads SGLang's own code (never runs it) and says: native (SGLang has its own implementation, or runs it by that of
    another), fallback (its Transformers backend runs it), refused (transformers has the class, the backend turns it
    away), unimportable (registered, but the module fails to import), remote code (only the repository's code could
    tell) or unsupported; with the step that decided, and with what the newest release of each other engine does. Give
    `model` (an architecture such as LlamaForCausalLM, a path of a config.json or its folder, a repository on the Hub as
    OWNER/NAME) or `config` (the content of a config.json). A config says more than a name: prefer it. A status is no
    test of the model's output. For other engines' releases use model_history.
    """
    begun = call.start(asked)
    found = check(
        [_target(asked, begun.workspace)],
        begun.request,
        begun.settings,
        begun.workspace,
        histories=call.histories(),
        draft=asked.draft,
        pooled=asked.embedding,
    )
    data = checked_json(found)
    (shown,) = data["targets"]
    if not asked.explain:
        shown["steps"] = []
    return {
        "schema_version": SCHEMA_VERSION,
        "summary": plain(" ".join(_sentences(found.answers[0], found.inventories[0].version))),
        "answer": shown,
        "sources": data["sources"],
        "notices": data["notices"],
    }


def _target(asked: Asked, workspace: Workspace) -> Target:
    """What is to be checked, read before SGLang is: what is wrong with it is told at once.

    Raises:
        UsageError: nothing or two things are given, or what can be no target.
        TargetError: it cannot be read, or is no config.
    """
    model, config = asked.model, asked.config
    if (model is None) == (config is None):
        raise UsageError(
            "give either model (an architecture, a path, a repository) or config (the content of a config.json)"
        )
    if model is not None and model.lstrip().startswith("{"):
        config = model  # the text of a config in the wrong argument: there is no doubt about it
    if config is None:
        return open_target(str(model), folder=workspace.folder, offline=workspace.offline)
    text = config if isinstance(config, str) else json.dumps(config)
    try:
        return inline_target(text.encode(), INLINE)
    except UnicodeEncodeError as error:  # half of a surrogate pair, which JSON can write
        raise TargetError(
            f"{INLINE} holds text that is no Unicode; send it as it stands in the file"
        ) from error


def _sentences(answer: Checked, version: str | None) -> Iterable[str]:
    verdict = answer.verdict
    if verdict is None:
        return
    runs_as = ""
    if verdict.status is Status.NATIVE and verdict.resolved not in verdict.asked:
        runs_as = f", run as {verdict.resolved}"
    engine = f"SGLang {version or 'of unknown version'}"
    yield f"{engine}: {asked_words(answer)} is {verdict.status.value}{runs_as}: {verdict.because.text}."
    yield from (f"{line}." for line in advice(answer))
    if answer.near:
        yield f"Known names like it: {', '.join(near.name for near in answer.near)}; was one of them meant?"
