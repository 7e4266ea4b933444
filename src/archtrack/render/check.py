"""What ``check`` prints: a table and steps for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from archtrack.codec import SCHEMA_VERSION, engine_source_to_json
from archtrack.core.standing import StandingKind
from archtrack.model import Status

from .standing import standing_json, standing_words
from .terminal import plain, read_lines, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.checking import Answer, Checked, Explained
    from archtrack.core.standing import Standing
    from archtrack.core.support import Step

__all__ = ["advice", "checked_json", "print_checked"]


def print_checked(found: Checked, *, explain: bool, log: str | None) -> None:
    """Print answers and explained messages for people.

    Args:
        found: what was found.
        explain: with the steps of each answer.
        log: the log's name, if one was read.
    """
    for line in read_lines(found.inventories, found.notices):
        click.echo(line, err=True)
    good = [answer for answer in found.answers if answer.verdict is not None]
    if good:
        titles = ("Target", "Status", "Runs as", "Category", "Because")
        table(titles, (_cells(answer) for answer in good), whole=True)
    for answer in found.answers:
        for line in _below(answer, explain=explain):
            click.echo(line)
    for answer in found.answers:
        if answer.error is not None:
            click.echo(plain(f"archtrack: error: {answer.error}"), err=True)
    for each in found.messages:
        for line in _explained(each, explain=explain):
            click.echo(line)
    if log is not None and not found.messages:
        click.echo(plain(f"{log}: no message about a model's architecture is in it"))


def _cells(answer: Answer) -> tuple[str, ...]:
    verdict = answer.verdict
    if verdict is None:
        return ()
    name = answer.text
    if answer.target is not None and answer.target.kind != "architecture":
        name = f"{answer.text} ({', '.join(verdict.asked) or 'no architecture'})"
    return (
        name,
        verdict.status.value,
        verdict.resolved or "",
        verdict.category.value,
        _step(verdict.because),
    )


def _step(step: Step) -> str:
    return f"{step.text} [{step.place}]" if step.place is not None else step.text


def _below(answer: Answer, *, explain: bool) -> Iterator[str]:
    """What stands below the table: the steps if they are wanted, and the names that are near."""
    verdict = answer.verdict
    if verdict is None:
        return
    if explain:
        yield ""
        yield plain(f"{answer.text}: {verdict.status.value}")
        yield from (plain(f"  {number}. {_step(step)}") for number, step in enumerate(verdict.steps, 1))
        yield plain(f"  category {verdict.category.value}: {verdict.category_source}")
        if verdict.example is not None:
            yield plain(f"  example {verdict.example.id}: {verdict.example.source}")
    if any(each.kind not in {StandingKind.ABSENT, StandingKind.UNKNOWN} for each in answer.engines):
        yield plain(f"{verdict.asked[0]} by engine: {'; '.join(map(_standing, answer.engines))}")
        yield from advice(answer)
    if answer.near:
        names = ", ".join(f"{near.name} ({near.status.value})" for near in answer.near)
        yield plain(f"{answer.text} is like: {names}")


def _standing(standing: Standing) -> str:
    words = f"{standing.engine} {standing_words(standing)}"
    if standing.kind is not StandingKind.NATIVE or standing.edge is None:
        return words
    date = f" ({standing.edge.first.date})" if standing.edge.first.date else ""
    return words + date + (f", runs as {standing.runs_as}" if standing.runs_as is not None else "")


def advice(answer: Answer) -> Iterator[str]:
    """The engine to take for a model that this one does not run.

    What an engine runs as another is told by the name alone: of a config, that may not hold.
    """
    verdict = answer.verdict
    if verdict is None or verdict.status in {Status.NATIVE, Status.FALLBACK} or verdict.resolved is not None:
        return
    native = [each for each in answer.engines if each.kind is StandingKind.NATIVE]
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
        "schema_version": SCHEMA_VERSION,
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
        "category": verdict.category.value if verdict else None,
        "category_source": verdict.category_source if verdict else None,
        "example": {"id": verdict.example.id, "source": verdict.example.source}
        if verdict and verdict.example
        else None,
        "because": _step_json(verdict.because) if verdict else None,
        "steps": [_step_json(step) for step in verdict.steps] if verdict else [],
        "engines": {each.engine: standing_json(each) for each in answer.engines},
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
