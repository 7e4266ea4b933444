"""The tool ``check_model``: what SGLang does with one model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archtrack.errors import TargetError, UsageError
from archtrack.model import Status

from .base import Call, Hints, Tool, arguments_schema, source_properties
from .schemas import answer_schema, listing, ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.checking import Answer
    from archtrack.targets import Target
    from archtrack.workspace import Workspace

__all__ = ["TOOL"]

INLINE = "the config"
_LONGEST_MODEL = 4096
_LONGEST_CONFIG = 4 * 1024 * 1024

DESCRIPTION = """\
Is this model supported by SGLang, and how? Use it before you serve a model, when somebody asks "does SGLang \
run X", and to triage a request to port a model. It reads SGLang's own code (never runs it) and says: native \
(SGLang has its own implementation, or runs it by that of another), fallback (its Transformers backend runs \
it), refused (transformers has the class, the backend turns it away), unimportable (registered, but the \
module fails to import), remote code (only the repository's code could tell) or unsupported; with the step \
that decided, and with what the newest release of each other engine does. Give `model` (an architecture such \
as LlamaForCausalLM, a path of a config.json or its folder, a repository on the Hub as OWNER/NAME) or \
`config` (the content of a config.json). A config says more than a name: prefer it. A status is no test of \
the model's output. For other engines' releases use model_history."""

PROPERTIES = {
    "model": {
        "type": "string",
        "minLength": 1,
        "maxLength": _LONGEST_MODEL,
        "description": "An architecture (LlamaForCausalLM), a path of a config.json or of its folder, or a repository "
        "on the Hub (OWNER/NAME, OWNER/NAME@REVISION). Leave it out if you give `config`.",
    },
    "config": {
        "type": ["object", "string"],
        "maxLength": _LONGEST_CONFIG,
        "description": "The content of a config.json, as an object or as its text. Leave it out if you give `model`.",
    },
    "explain": {
        "type": "boolean",
        "default": False,
        "description": "Return every step of the decision with file and line, not only the one that decided.",
    },
    "draft": {
        "type": "boolean",
        "default": False,
        "description": "The model is loaded as the draft model of speculative decoding.",
    },
    "embedding": {
        "type": "boolean",
        "default": False,
        "description": "SGLang is told to serve the model for embeddings.",
    },
    **source_properties(),
}


def _schema() -> dict[str, Any]:
    return answer_schema(
        {
            "answer": ref("answer"),
            "sources": {
                **listing(ref("engine_source")),
                "description": "What was read: SGLang, transformers.",
            },
            "notices": listing({"type": "string"}),
        }
    )


def _run(arguments: Mapping[str, Any], call: Call) -> dict[str, Any]:
    from archtrack.checking import check  # noqa: PLC0415 -- a list of the tools needs none of it
    from archtrack.render.check import checked_json  # noqa: PLC0415 -- as above
    from archtrack.start import start  # noqa: PLC0415 -- as above

    begun = start(
        sglang=arguments.get("sglang"),
        transformers=arguments.get("transformers"),
        offline=call.offline or arguments.get("offline", False),
        progress=call.progress,
    )
    found = check(
        [_target(arguments, begun.workspace)],
        begun.request,
        begun.settings,
        begun.workspace,
        histories=call.histories(),
        draft=arguments.get("draft", False),
        pooled=arguments.get("embedding", False),
    )
    (answer,) = found.answers
    data = checked_json(found)
    shown = data["targets"][0]
    if not arguments.get("explain"):
        shown["steps"] = []
    return {
        "schema_version": data["schema_version"],
        "summary": _summary(answer, found.inventories[0].version),
        "answer": shown,
        "sources": data["sources"],
        "notices": data["notices"],
    }


def _target(arguments: Mapping[str, Any], workspace: Workspace) -> Target:
    """What is to be checked, read before SGLang is: what is wrong with it is told at once.

    Raises:
        UsageError: nothing or two things are given, or what can be no target.
        TargetError: it cannot be read, or is no config.
    """
    from archtrack.targets import inline_target, open_target  # noqa: PLC0415 -- a list of the tools needs none of it

    model, config = arguments.get("model"), arguments.get("config")
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


def _summary(answer: Answer, version: str | None) -> str:
    from archtrack.render.check import advice  # noqa: PLC0415 -- as above
    from archtrack.render.terminal import plain  # noqa: PLC0415 -- as above

    verdict = answer.verdict
    if verdict is None:
        return ""
    name = answer.text
    if answer.target is not None and answer.target.kind != "architecture":
        name = f"{answer.text} ({', '.join(verdict.asked) or 'no architecture'})"
    runs_as = ""
    if verdict.status is Status.NATIVE and verdict.resolved not in verdict.asked:
        runs_as = f", run as {verdict.resolved}"
    said = [
        f"SGLang {version or 'of unknown version'}: {name} is {verdict.status.value}{runs_as}: {verdict.because.text}."
    ]
    said += [f"{line}." for line in advice(answer)]
    if answer.near:
        said.append(
            f"Known names like it: {', '.join(near.name for near in answer.near)}; was one of them meant?"
        )
    return plain(" ".join(said))


TOOL = Tool(
    name="check_model",
    title="Check whether SGLang runs a model",
    description=DESCRIPTION,
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=True),
    arguments=arguments_schema(PROPERTIES),
    answer=_schema,
    run=_run,
)
