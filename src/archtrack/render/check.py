"""What ``check`` prints: a table and steps for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archtrack.core.json_values import engine_source_to_json, example_to_json
from archtrack.model import Status

from .presence import presence_json, presence_words
from .terminal import plain, print_lines, read_lines, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.app.check import Answer, Checked, Explained
    from archtrack.core.history.presence import Presence
    from archtrack.core.verdict.verdict import Step, Verdict

__all__ = ["advice", "asked_words", "checked_json", "print_checked"]


def print_checked(found: Checked, *, explain: bool, log: str | None) -> None:
    """Print answers and explained messages for people.

    Args:
        found: what was found.
        explain: with the steps of each answer.
        log: the log's name, if one was read.
    """
    print_lines(read_lines(found.inventories, found.notices), err=True)
    good = [(answer, answer.verdict) for answer in found.answers if answer.verdict is not None]
    if good:
        titles = ("Target", "Status", "Runs as", "Category", "Because")
        table(titles, (_cells(answer, verdict) for answer, verdict in good), whole=True)
    for answer in found.answers:
        print_lines(_below(answer, explain=explain))
    for answer in found.answers:
        if answer.error is not None:
            click.echo(plain(f"archtrack: error: {answer.error}"), err=True)
    for each in found.messages:
        print_lines(_explained(each, explain=explain))
    if log is not None and not found.messages:
        click.echo(plain(f"{log}: no message about a model's architecture is in it"))


def _cells(answer: Answer, verdict: Verdict) -> tuple[str, ...]:
    return (
        asked_words(answer),
        verdict.status.value,
        verdict.resolved or "",
        verdict.category.value if verdict.category else "",
        _step(verdict.because),
    )


def asked_words(answer: Answer) -> str:
    """What was asked about, with the architectures that it names where it is none itself."""
    if answer.target is None or answer.verdict is None or answer.target.kind == "architecture":
        return answer.text
    return f"{answer.text} ({', '.join(answer.verdict.asked) or 'no architecture'})"


def _step(step: Step) -> str:
    return f"{step.text} [{step.place}]" if step.place is not None else step.text


def _below(answer: Answer, *, explain: bool) -> Iterator[str]:
    """The lines below the table: the steps, if wanted, and similar names."""
    verdict = answer.verdict
    if verdict is None:
        return
    if explain:
        yield ""
        yield plain(f"{answer.text}: {verdict.status.value}")
        yield from (plain(f"  {number}. {_step(step)}") for number, step in enumerate(verdict.steps, 1))
        if verdict.category is not None:
            yield plain(f"  category {verdict.category.value}: {verdict.category_source}")
        if verdict.example is not None:
            yield plain(f"  example {verdict.example.id}: {verdict.example.source}")
    if any(each.status not in {Status.ABSENT, Status.UNKNOWN} for each in answer.engines):
        yield plain(f"{verdict.asked[0]} by engine: {'; '.join(map(_presence, answer.engines))}")
        yield from advice(answer)
    if answer.near:
        names = ", ".join(f"{near.name} ({near.status.value})" for near in answer.near)
        yield plain(f"{answer.text} is like: {names}")


def _presence(presence: Presence) -> str:
    words = f"{presence.engine} {presence_words(presence)}"
    if presence.status is not Status.NATIVE or presence.bounds is None:
        return words
    date = f" ({presence.bounds.first.date})" if presence.bounds.first.date else ""
    return words + date + (f", runs as {presence.runs_as}" if presence.runs_as is not None else "")


def advice(answer: Answer) -> Iterator[str]:
    """The engine to take for a model that this one does not run.

    What an engine runs as another is told by the name alone: of a config, that may not hold.
    """
    verdict = answer.verdict
    if verdict is None or verdict.status in {Status.NATIVE, Status.FALLBACK} or verdict.resolved is not None:
        return
    native = [each for each in answer.engines if each.status is Status.NATIVE]
    own = [f"{each.engine} {each.release.version}" for each in native if each.runs_as is None]
    said = [f"has its own implementation in {' or '.join(own)}"] if own else []
    if answer.target is not None and not answer.target.checkpoint.given:
        others = [each for each in native if each.runs_as is not None]
        said += [f"runs as {each.runs_as} in {each.engine} {each.release.version}" for each in others]
    if said:
        yield plain(f"{verdict.asked[0]} is {verdict.status.value} here, and {', and '.join(said)}")


def _explained(each: Explained, *, explain: bool) -> Iterator[str]:
    message = each.message
    yield plain(f"line {message.line}: {message.text}")
    yield f"  {message.meaning}"
    if message.module is not None and not each.answers:
        yield plain(f"  {message.module} registers nothing in the release that was read")
    for answer in each.answers:
        if answer.verdict is None:
            yield plain(f"  {answer.text}: {answer.error}")
            continue
        yield plain(f"  {answer.text}: {answer.verdict.status.value}: {_step(answer.verdict.because)}")
        yield from (f"  {line}" for line in _below(answer, explain=explain) if line)


def checked_json(found: Checked) -> dict[str, Any]:
    """Answers and explained messages for programs, by ``data/schema.json``."""
    return {
        "sources": [engine_source_to_json(each) for each in found.inventories],
        "notices": list(found.notices),
        "targets": [_answer(answer) for answer in found.answers],
        "messages": [
            {
                "kind": each.message.kind,
                "line": each.message.line,
                "text": each.message.text,
                "meaning": each.message.meaning,
                "module": each.message.module,
                "targets": [_answer(answer) for answer in each.answers],
            }
            for each in found.messages
        ],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    target, verdict = answer.target, answer.verdict
    return {
        "target": answer.text,
        "kind": target.kind if target else None,
        "location": target.location if target else None,
        "architectures": list(verdict.asked) if verdict else [],
        "model_type": target.checkpoint.model_type if target else None,
        "status": verdict.status.value if verdict else None,
        "runs_as": verdict.resolved if verdict else None,
        "category": verdict.category.value if verdict and verdict.category else None,
        "category_source": verdict.category_source if verdict else None,
        "example": example_to_json(verdict.example) if verdict else None,
        "because": _step_json(verdict.because) if verdict else None,
        "steps": [_step_json(step) for step in verdict.steps] if verdict else [],
        "engines": {each.engine: presence_json(each) for each in answer.engines},
        "near": [{"name": near.name, "status": near.status.value} for near in answer.near],
        "error": answer.error,
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "text": step.text,
        "source": step.source,
        "path": step.place.file if step.place else None,
        "line": step.place.line if step.place else None,
    }
