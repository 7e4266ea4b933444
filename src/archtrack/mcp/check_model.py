"""The tool ``check_model``: what engines do with one model."""

import json
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from archtrack.app.check import Answer as Checked
from archtrack.app.check import check
from archtrack.app.names import Names
from archtrack.core.json_values import SCHEMA_VERSION
from archtrack.core.verdict.release_facts import LoadOptions
from archtrack.errors import TargetError, UsageError
from archtrack.hub.targets import Target, inline_target, open_targets
from archtrack.render.check import asked_words, checked_json, engine_words
from archtrack.render.terminal import plain
from archtrack.sources.workspace import Workspace

from .tool import Answer, Call, Json, SourceArguments, shipped, tool

__all__ = ["check_model"]

INLINE = "the config"


class Asked(SourceArguments):
    """What it takes."""

    model: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    """A model as people name it (Qwen3-32B), an architecture (LlamaForCausalLM), a model type (qwen3), a path of a
    config.json, of its folder or of a GGUF file, or a repository on the Hub (OWNER/NAME, OWNER/NAME@REVISION). Leave it
    out if you give `config`."""

    config: Json | Annotated[str, Field(max_length=4 * 1024 * 1024)] | None = None
    """The content of a config.json, as an object or as its text. Leave it out if you give `model`."""

    explain: bool = False
    """Return every step of the decision with file and line, not only the one that decided."""

    draft: bool = False
    """The model is loaded as the draft model of speculative decoding."""

    embedding: bool = False
    """The engines are told to serve the model for embeddings."""

    engines: list[Annotated[str, Field(min_length=1, max_length=4096)]] | None = Field(None, max_length=20)
    """Only these: ENGINE, ENGINE==VERSION or ENGINE@SOURCE. Left out: every engine at its newest known release."""


class Found(Answer):
    """What it answers."""

    answers: list[Annotated[Json, shipped("answer")]]
    """One; of a model or a model type one per architecture that it may have."""

    sources: list[Annotated[Json, shipped("checked_source")]]
    """The release of each engine that was asked."""

    notices: list[str]


@tool("Check which engines run a model")
def check_model(asked: Asked, call: Call) -> Found:
    """Which inference engines run this model, since which release, and what stops the others?

    Use it before you serve a model, when somebody asks "does X run on vLLM", and to triage a request to port a model.
    It follows each engine's load path (config, architecture, import, processor, backend, quantisation) by facts that
    were read from released source, never run. Of each engine it says: native (its own implementation, or that of
    another architecture, runs it), fallback (its Transformers backend runs it), refused (transformers has the class,
    the backend turns it away), unimportable (registered, but the module fails to import), remote code (only the
    repository's code could tell), gone (an older release had it), unsupported or unknown; and the gate that stopped it,
    what would open it (`fix`), since when it is there, and the evidence. `recipes` is what vLLM's own recipes claim of
    how to start it (least release, flags, hardware); no status rests on it. Give `model` (a name such as Qwen3-32B, an
    architecture such as LlamaForCausalLM, a model type such as qwen3, a path of a config.json, its folder or a GGUF
    file, a repository on the Hub as OWNER/NAME) or `config` (the content of a config.json). A config says more than a
    name: prefer it. A status is no test of the model's output.
    """
    begun, histories = call.start(asked), call.histories()
    found = check(
        _targets(asked, begun.workspace, Names(histories, begun.workspace.environ)),
        begun.request,
        begun.workspace,
        histories=histories,
        engines=asked.engines or (),
        options=LoadOptions(draft=asked.draft, pooled=asked.embedding),
    )
    data = checked_json(found)
    if not asked.explain:
        for shown in data["targets"]:
            shown["steps"] = []
            for engine in shown["engines"].values():
                engine["steps"] = []
    return {
        "schema_version": SCHEMA_VERSION,
        "summary": plain(" ".join(sentence for answer in found.answers for sentence in _sentences(answer))),
        "answers": data["targets"],
        "sources": data["sources"],
        "notices": data["notices"],
    }


def _targets(asked: Asked, workspace: Workspace, names: Names) -> tuple[Target, ...]:
    """What is to be checked, read before anything else is: what is wrong with it is told at once.

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
        return open_targets(str(model), names, folder=workspace.folder, offline=workspace.offline)
    text = config if isinstance(config, str) else json.dumps(config)
    try:
        return (inline_target(text.encode(), INLINE),)
    except UnicodeEncodeError as error:  # half of a surrogate pair, which JSON can write
        raise TargetError(f"{INLINE} holds text that is not Unicode; send the text of the file") from error


def _sentences(answer: Checked) -> Iterable[str]:
    for each in answer.engines:
        presence = each.presence
        words = engine_words(each)
        version = presence.version or "of unknown version"
        yield (
            f"{presence.engine} {version}: {asked_words(answer)} is {presence.status.value}"
            f"{f' ({words})' if words else ''}."
        )
    if answer.near:
        yield f"Similar names: {', '.join(near.name for near in answer.near)}; was one of them meant?"
