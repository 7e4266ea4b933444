"""What ``check`` prints: a block per target with a line per engine for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archtrack.core.json_values import example_to_json
from archtrack.core.verdict.features import in_words
from archtrack.model import Status
from archtrack.sources.redaction import shown_source

from .colour import status_word, styled
from .models import found_words, model_json
from .presence import placed_words, presence_json, since_words, step_json, step_words, wanted_words
from .recipes import said_json, said_lines
from .terminal import plain, print_lines, read_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.app.check import Answer, Checked, EngineAnswer, Explained, Source
    from archtrack.app.presence import Presence
    from archtrack.core.gguf import GgufHeader
    from archtrack.hub.targets import Target

__all__ = ["asked_words", "checked_json", "engine_words", "gguf_words", "print_checked", "print_notices"]

_NAMED = 4
"""Architectures of one kind that a line names; JSON has all."""


def print_notices(found: Checked) -> None:
    """Print beside the answers what the user should know of how they came to be."""
    print_lines((plain(f"Note: {notice}") for notice in found.notices), err=True)


def print_checked(found: Checked, *, explain: bool, log: str | None) -> None:
    """Print answers and explained messages for people.

    Args:
        found: what was found.
        explain: with the steps of each answer.
        log: the log's name, if one was read.
    """
    read = (read_line(each.engine, each.version, each.origin) for each in found.sources if each.read)
    print_lines(map(plain, read), err=True)
    print_notices(found)
    told = {id(answer) for each in found.messages for answer in each.answers}
    for number, answer in enumerate(each for each in found.answers if id(each) not in told):
        if answer.error is not None:
            click.echo(plain(f"archtrack: error: {answer.error}"), err=True)
            continue
        print_lines(["", *_block(answer, explain=explain)] if number else _block(answer, explain=explain))
    for each in found.messages:
        print_lines(_explained(each, explain=explain))
    if log is not None and not found.messages:
        click.echo(plain(f"{log}: no known message about a model in it"))


def asked_words(answer: Answer) -> str:
    """What was asked about, with the architectures that it names where it is none itself."""
    target = answer.target
    if target is None or target.kind == "architecture":
        return answer.text
    if target.gguf is not None:
        first = "" if target.location == answer.text else f", by {target.location}"
        return f"{answer.text} ({target.gguf.architecture}{first})"
    named = ", ".join(target.checkpoint.architectures) or "no architecture"
    # A folder may be called as a model type is.
    folder = target.location is not None and answer.text.isidentifier()
    return f"{target.location if folder else answer.text} ({named})"


def engine_words(each: EngineAnswer) -> str:
    """What an engine does, in words: status, since when, what it runs it as, or what stopped it and what would help."""
    presence = each.presence
    parts = []
    if presence.status in {Status.NATIVE, Status.FALLBACK}:
        parts += [since_words(presence)] if presence.status is Status.NATIVE else []
        if presence.runs_as is not None:
            parts.append(f"runs as {presence.runs_as}")
        elif presence.status is Status.FALLBACK:
            parts.append("by its Transformers backend")
        if presence.adds_to is not None:
            parts.append(f"a plugin of {presence.adds_to}")
    else:
        if presence.status is Status.GONE and presence.bounds is not None:
            parts.append(f"until {presence.bounds.until}")
        gate = f"{presence.gate.value}: " if presence.gate is not None else ""
        parts.append(f"{gate}{presence.reason}")
        parts += [each.fix] if each.fix is not None else []
    return "; ".join(filter(None, parts))


def _block(answer: Answer, *, explain: bool) -> Iterator[str]:
    """A target: what it is, and a line per engine."""
    about = [answer.category.value] if answer.category is not None else []
    about += [f"such as {answer.example.id}"] if answer.example is not None else []
    target = answer.target
    if target is not None and target.gguf is not None:
        about = [*gguf_words(target.gguf), *about]
    if target is not None and (model_type := _model_type(target)) is not None:
        about.insert(0, f"model type {model_type}")
    if target is not None and target.found is not None:
        about.insert(0, found_words(target.found, next(iter(target.checkpoint.architectures), None)))
    title = styled(plain(asked_words(answer)), bold=True)
    yield f"{title}{plain(': ' + ', '.join(about)) if about else ''}"
    names = [_named(each) for each in answer.engines]
    width = max(map(len, names), default=0)
    kinds = max((len(each.presence.status.value) for each in answer.engines), default=0)
    for name, each in zip(names, answer.engines, strict=True):
        word = status_word(each.presence.status, kinds)
        yield f"  {plain(name):<{width}}  {word}  {plain(engine_words(each))}".rstrip()
        indent = " " * (2 + width + 2 + kinds + 2)
        for words in filter(None, (in_words(each.presence.features), wanted_words(each.presence))):
            yield plain(f"{indent}{words}")
        if explain:
            yield from _steps(each)
            said = [said for said in answer.recipes if said.engine == each.presence.engine]
            yield from (f"    {line}" for line in said_lines(said))
    yield from _made_from(answer)
    if explain and answer.category is not None:
        yield plain(f"  category {answer.category.value}: {answer.category_source}")
        if answer.example is not None:
            yield plain(f"  example {answer.example.id}: {answer.example.source}")
    if answer.near:
        near = ", ".join(f"{near.name} ({near.status.value})" for near in answer.near)
        name = target.checkpoint.architectures[0] if target is not None else answer.text
        yield plain(f"  {name} is like: {near}")


def _named(each: EngineAnswer) -> str:
    return _release(each.presence)


def _release(presence: Presence) -> str:
    return f"{presence.engine} {presence.version or ''}".strip()


def _made_from(answer: Answer) -> Iterator[str]:
    """What a GGUF file may have been made from, and what engines that do not run the file do with that."""
    if not answer.made_from:
        return
    yield plain(f"  may be made from {_first([each.architecture for each in answer.made_from])}")
    stands: dict[str, dict[str, list[str]]] = {}
    for each in answer.made_from:
        for presence in each.presences:
            statuses = stands.setdefault(_release(presence), {})
            statuses.setdefault(presence.status.value, []).append(each.architecture)
    if stands:
        yield "  the original checkpoint, not this file:"
    width = max(map(len, stands), default=0)
    for name, statuses in stands.items():
        words = "; ".join(f"{status} {_first(names)}" for status, names in statuses.items())
        yield plain(f"    {name:<{width}}  {words}")


def _first(names: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _steps(each: EngineAnswer) -> Iterator[str]:
    for number, step in enumerate(each.presence.verdict.steps, 1):
        yield plain(f"    {number}. {step_words(step)}")
    presence = each.presence
    asked = presence.wanted or [feature for feature in presence.features if feature.has is None]
    for feature in asked:
        yield plain(f"    {placed_words(feature.why, feature.place)}")
    if presence.features and not presence.wanted:
        words = in_words(presence.features, lacking=True)
        yield plain(f"    {placed_words(words, presence.features[0].place)}")


def _explained(each: Explained, *, explain: bool) -> Iterator[str]:
    message = each.message
    whose = f" ({message.engine})" if message.engine is not None else ""
    yield plain(f"line {message.line}{whose}: {message.text}")
    yield f"  {message.meaning}"
    if message.kind == "import error" and not each.answers:
        yield plain(f"  {message.module} registers nothing in this release")
    for answer in each.answers:
        if answer.error is not None:
            yield plain(f"  {answer.text}: {answer.error}")
            continue
        yield from (f"  {line}" for line in _block(answer, explain=explain))


def gguf_words(header: GgufHeader) -> list[str]:
    """What the header of a GGUF file says of its model, in a few words each."""
    encoders = [
        name
        for name, there in (("vision", header.has_vision_encoder), ("audio", header.has_audio_encoder))
        if there
    ]
    said = [
        f"GGUF {header.kind}",
        header.name,
        header.size_label
        or (f"{header.parameter_count:,} parameters" if header.parameter_count is not None else None),
        header.quantisation,
        header.adapter_type,
        header.projector_type,
        f"encoder of {' and '.join(encoders)}" if encoders else None,
        *(f"from {shown_source(each.repo_url or each.name or '')}" for each in header.base_models),
    ]
    return [each for each in said if each]


def checked_json(found: Checked) -> dict[str, Any]:
    """Answers and explained messages for programs, by ``data/schema.json``."""
    return {
        "sources": [_source(each) for each in found.sources],
        "notices": list(found.notices),
        "targets": [_answer(answer) for answer in found.answers],
        "messages": [
            {
                "kind": each.message.kind,
                "engine": each.message.engine,
                "line": each.message.line,
                "text": each.message.text,
                "meaning": each.message.meaning,
                "module": each.message.module,
                "architectures": list(each.message.architectures),
                "model_types": list(each.message.model_types),
                "gguf_architectures": list(each.message.gguf_architectures),
                "targets": [_answer(answer) for answer in each.answers],
            }
            for each in found.messages
        ],
    }


def _source(source: Source) -> dict[str, Any]:
    origin = source.origin
    return {
        "engine": source.engine,
        "distribution": origin.distribution,
        "kind": origin.kind,
        "location": origin.location,
        "prefix": origin.prefix,
        "version": source.version,
        "digest": origin.digest,
        "read": source.read,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    target, own = answer.target, answer.sglang
    return {
        "target": answer.text,
        "kind": target.kind if target else None,
        "location": target.location if target else None,
        "architectures": _architectures(target) if target else [],
        "model_type": _model_type(target) if target else None,
        "found": target.found.words if target and target.found else None,
        "model": _model(target) if target and target.found else None,
        "status": own.status.value if own else None,
        "runs_as": own.verdict.resolved if own else None,
        "category": answer.category.value if answer.category else None,
        "category_source": answer.category_source if answer.category else None,
        "example": example_to_json(answer.example) if answer.example else None,
        "because": step_json(own.because) if own else None,
        "steps": [step_json(step) for step in own.verdict.steps] if own else [],
        "engines": {
            each.presence.engine: presence_json(each.presence, fix=each.fix, steps=True)
            for each in answer.engines
        },
        "gguf": _gguf(answer) if target is not None and target.gguf is not None else None,
        "near": [{"name": near.name, "status": near.status.value} for near in answer.near],
        "recipes": [said_json(said) for said in answer.recipes],
        "error": answer.error,
    }


def _gguf(answer: Answer) -> dict[str, Any] | None:
    header = answer.target.gguf if answer.target is not None else None
    if header is None:
        return None
    return {
        "architecture": header.architecture,
        "type": header.kind,
        "name": header.name,
        "size_label": header.size_label,
        "parameter_count": header.parameter_count,
        "file_type": header.file_type,
        "quantisation": header.quantisation,
        "repo_url": shown_source(header.repo_url) if header.repo_url else None,
        "base_models": [
            {
                "name": each.name,
                "organization": each.organization,
                "version": each.version,
                "repo_url": shown_source(each.repo_url) if each.repo_url else None,
            }
            for each in header.base_models
        ],
        "adapter_type": header.adapter_type,
        "projector_type": header.projector_type,
        "has_vision_encoder": header.has_vision_encoder,
        "has_audio_encoder": header.has_audio_encoder,
        "part": None if header.part is None else {"number": header.part[0], "count": header.part[1]},
        "version": header.version,
        "big_endian": header.big_endian,
        "made_from": [
            {
                "architecture": each.architecture,
                "engines": {presence.engine: presence_json(presence) for presence in each.presences},
            }
            for each in answer.made_from
        ],
    }


def _model_type(target: Target) -> str | None:
    """That of the config; of a model that of the architecture which the answer is about."""
    if target.found is None:
        return target.checkpoint.model_type
    own = next(iter(target.checkpoint.architectures), None)
    return next((each.model_type for each in target.found.candidates if each.architecture == own), None)


def _architectures(target: Target) -> list[str]:
    """Those that the config lists; of a model all that it may have, the likeliest first."""
    if target.found is None:
        return list(target.checkpoint.architectures)
    return [each.architecture for each in target.found.candidates if each.architecture is not None]


def _model(target: Target) -> dict[str, Any] | None:
    """How a name was found in the model index, and which of its architectures this answer is about."""
    if target.found is None:
        return None
    return {"architecture": next(iter(target.checkpoint.architectures), None), **model_json(target.found)}
