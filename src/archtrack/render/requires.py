"""From which release on engines take a checkpoint: for people, for programs, and as lines that pip reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archtrack.app.requires import Requirement, joined, specifier_of

from .models import found_words
from .presence import step_json
from .terminal import plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.app.requires import Requires, Told, Transformers
    from archtrack.core.history.runs import Run
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.hub.targets import Target

__all__ = ["errors", "notices", "print_requires", "requirement_lines", "requires_json"]

_MOST = 5
"""Releases or targets that a line names."""


def notices(found: Sequence[Requires]) -> Iterator[str]:
    """What the user should know about how the targets were found."""
    told: dict[str, None] = {}
    for each in found:
        target = each.target
        if target is None or target.found is None:
            continue
        told[f"{each.text}: {_name(target)} ({found_words(target.found, _architecture(target))})"] = None
        if target.instead is not None:
            instead = target.instead.removeprefix(f"{each.text}: ")
            told[f"the model index answers for {each.text}: {instead}"] = None
    if named := _only_named(found):
        told[named] = None
    yield from map(plain, told)


def errors(found: Sequence[Requires]) -> Iterator[str]:
    """Why targets could not be read, a line for each."""
    for each in found:
        if each.error is not None:
            yield plain(f"{each.text}: {each.error.removeprefix(f'{each.text}: ')}")


def _only_named(found: Sequence[Requires]) -> str | None:
    """What is said of targets of which the architecture alone is known; None where there are none."""
    texts = [each.text for each in found if each.target and _is_only_named(each.target.checkpoint)]
    if not texts:
        return None
    return (
        f"{_listed(list(dict.fromkeys(texts)))}: by the architecture alone; what a config says besides, such as the"
        " model type that transformers has to know, may ask for more: give a config.json"
    )


def _is_only_named(checkpoint: Checkpoint) -> bool:
    return not checkpoint.given and checkpoint.model_type is None and checkpoint.gguf_architecture is None


def print_requires(found: Sequence[Requires]) -> None:
    """A row for each target and engine."""
    rows = [
        (_shown(answer), *_row(requirement))
        for answer in found
        if answer.error is None
        for requirement in answer.engines
    ]
    if rows:
        table(("Model", "Engine", "Since", "Date", "Until", "Transformers", "Remarks"), rows, whole=True)


def requires_json(found: Sequence[Requires], features: Sequence[str], status: str) -> dict[str, Any]:
    """The same for programs, by ``data/schema.json``."""
    return {
        "status": status,
        "with": list(features),
        "notices": list(notices(found)),
        "targets": [
            {
                "target": each.text,
                "kind": each.target.kind if each.target else None,
                "location": each.target.location if each.target else None,
                "architectures": list(each.target.checkpoint.architectures) if each.target else [],
                "model_type": each.target.checkpoint.model_type if each.target else None,
                "found": each.target.found.words if each.target and each.target.found else None,
                "engines": {every.history.engine: _requirement_json(every) for every in each.engines},
                "error": each.error,
            }
            for each in found
        ],
    }


def requirement_lines(found: Sequence[Requires], status: str) -> Iterator[str]:
    """Lines of a file of requirements or constraints: for each engine the releases that take all of the targets.

    What is no requirement is a comment. With one engine that the index has, the lowest transformers is a line, too: of
    several engines each has its own.
    """
    answers = [each for each in found if each.error is None]
    names = _listed(list(dict.fromkeys(each.text for each in answers)))
    how = "natively" if status == "native" else "natively or by their Transformers backend"
    yield _comment(f"What runs {names} {how}, by archtrack's history of every release.")
    if named := _only_named(answers):
        yield _comment(named)
    engines = list(dict.fromkeys(each.history.engine for answer in answers for each in answer.engines))
    lines = [_line(engine, answers) for engine in engines]
    alone = sum(not line.startswith("#") for _, line, _ in lines) == 1
    for remarks, line, needs in lines:
        yield from map(_comment, remarks)
        yield line
        if needs and not line.startswith("#"):
            yield from map(_comment, (_needs_words(requirement) for requirement in needs))
            lowest = [each.transformers.lowest for each in needs if each.transformers is not None]
            floors = [f">={each}" for each in dict.fromkeys(lowest) if each is not None]
            if alone and floors:
                yield f"transformers{','.join(floors)}"


def _line(engine: str, answers: Sequence[Requires]) -> tuple[list[str], str, list[Requirement]]:
    """What is said of an engine above its line, the line, and the requirements that ask for a transformers."""
    asked = [
        requirement
        for answer in answers
        for requirement in answer.engines
        if requirement.history.engine == engine
    ]
    history = asked[0].history
    if len(asked) < len(answers):
        return [], _comment(f"{engine}: adds nothing for some of them; what it is a plugin of counts"), []
    run = joined(asked)
    if run is None:
        untaken = next((each for each in asked if each.run is None), None)
        why = "no release takes all of them" if untaken is None else _why_not(untaken.newest)
        return [], _comment(f"{engine}: {why}"), []
    specifier = specifier_of(run, history)
    remarks = [f"{engine}: {each}" for each in _run_remarks(run, asked)]
    if specifier is None:
        until = f" until {run.until}" if run.until else ""
        line = _comment(f"{engine}: from {run.since}{until}; the package index does not have these releases")
        return remarks, line, []
    return remarks, f"{history.distribution}{specifier}", [each for each in asked if _counts(each, run)]


def _counts(requirement: Requirement, run: Run) -> bool:
    """Whether what a target needs of transformers is said of the run that takes all targets.

    It is where both begin with one release, and where it needs more than the metadata of its own first release says.
    """
    own, needs = requirement.run, requirement.transformers
    if own is None or needs is None or needs.lowest is None:
        return False
    return own.first is run.first or needs.narrowed


def _comment(text: str) -> str:
    return f"# {plain(text)}"


def _needs_words(requirement: Requirement) -> str:
    needs = requirement.transformers
    version = requirement.first.release.version if requirement.first is not None else ""
    return (
        f"{requirement.history.engine} {version} needs transformers {'' if needs is None else _words(needs)}"
    )


def _words(needs: Transformers) -> str:
    """Which transformers a release needs: what its metadata says, and what its load path does."""
    if needs.lowest is None or not needs.narrowed:
        return needs.allowed or ""
    bound = f">={needs.lowest}" if needs.lowest_exact else f">={needs.lowest} (older ones may do)"
    return f"{needs.allowed}; for this model {bound}" if needs.allowed else bound


# -- rows and remarks ---------------------------------------------------------------------------------------


def _architecture(target: Target) -> str | None:
    return next(iter(target.checkpoint.architectures), None)


def _name(target: Target) -> str:
    return ", ".join(target.checkpoint.architectures) or target.checkpoint.model_type or ""


def _shown(answer: Requires) -> str:
    """The target, and of a model or model type what it is taken for."""
    target = answer.target
    if target is None or target.kind not in {"model", "model type"} or not target.checkpoint.architectures:
        return answer.text
    return f"{answer.text} ({_name(target)})"


def _row(requirement: Requirement) -> tuple[str, str, str, str, str, str]:
    run, needs = requirement.run, requirement.transformers
    if run is None:
        return requirement.history.engine, "", "", "", "", _why_not(requirement.newest)
    return (
        requirement.history.engine,
        run.since,
        run.first.date or "",
        run.until,
        "" if needs is None else _words(needs),
        "; ".join((*_runs_as(requirement), *_run_remarks(run, [requirement]))),
    )


def _runs_as(requirement: Requirement) -> Iterator[str]:
    first = requirement.first
    if first is not None and first.presence.runs_as is not None:
        yield f"runs as {first.presence.runs_as}"


def _run_remarks(run: Run, requirements: Sequence[Requirement]) -> Iterator[str]:
    """What has to be said of a run besides where it begins and ends."""
    history = requirements[0].history
    for requirement in requirements:
        if not run.lasts and requirement.newest.takes is not True:
            yield _why_not(requirement.newest)
        earlier = map(_words_of, requirement.runs[:-1])
        if requirement.runs[1:] and len(requirements) == 1:
            yield f"took it {', '.join(earlier)} too, and then not"
    if not run.first_exact and (before := _before(run, requirements)) is not None:
        yield before
    if run.untold:
        yield f"not known of {_listed([each.version for each in run.untold])}"
    if (
        not run.lasts
        and not run.last_exact
        and run.after is not None
        and history.numbering.name == "versions"
    ):
        yield f"not known of {run.after.version}"


def _words_of(run: Run) -> str:
    """Where a run that has an end begins and ends."""
    return f"in {run.since}" if run.since == run.until else f"from {run.since} until {run.until}"


def _before(run: Run, requirements: Sequence[Requirement]) -> str | None:
    """Why an older release may take it, where that is a release of which nothing is known."""
    history = requirements[0].history
    place = history.positions[run.first.version]
    if place == 0:
        return f"older releases than {run.first.version} are not known"
    before = history.releases[place - 1]
    if before.unknown is not None:
        return f"{before.version} was not read: {before.unknown}"
    told = [each.before for each in requirements if each.before is not None and each.before.takes is None]
    return f"not known of {before.version}: {told[0].reason}" if told else None


def _why_not(told: Told) -> str:
    """What a release that is not known to take a checkpoint does instead."""
    if told.takes is None or told.lacking is not None:
        return f"cannot be told: {told.reason}" if told.takes is None else f"no: {told.reason}"
    return f"{told.presence.status.value}: {told.reason}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


# -- for programs -------------------------------------------------------------------------------------------


def _requirement_json(requirement: Requirement) -> dict[str, Any]:
    run, specifier = requirement.run, requirement.specifier
    return {
        "distribution": None if specifier is None else requirement.history.distribution,
        "specifier": specifier,
        **_run_json(run),
        "lasts": None if run is None else run.lasts,
        "not_known": [] if run is None else [each.version for each in run.untold],
        "earlier": [_run_json(each) for each in requirement.runs[:-1]],
        "first": None if requirement.first is None else _told_json(requirement.first),
        "before": None if requirement.before is None else _told_json(requirement.before),
        "newest": _told_json(requirement.newest),
        "transformers": None
        if requirement.transformers is None
        else {
            "allowed": requirement.transformers.allowed,
            "counting": requirement.transformers.counting,
            "lowest": requirement.transformers.lowest,
            "lowest_exact": requirement.transformers.lowest_exact,
        },
    }


def _run_json(run: Run | None) -> dict[str, Any]:
    last = None if run is None or run.lasts else run.last
    return {
        "since": None if run is None else run.first.version,
        "since_date": None if run is None else run.first.date,
        "since_exact": None if run is None else run.first_exact,
        "last": None if last is None else last.version,
        "last_date": None if last is None else last.date,
        "last_exact": None if run is None else run.last_exact,
    }


def _told_json(told: Told) -> dict[str, Any]:
    return {
        "version": told.release.version,
        "date": told.release.date,
        "takes": told.takes,
        "status": told.presence.status.value,
        "gate": None if told.presence.gate is None else told.presence.gate.value,
        "runs_as": told.presence.runs_as,
        "features": {
            each.name: {
                "has": each.has,
                "text": each.why,
                "release": each.place.release if each.place else None,
                "path": each.place.file if each.place else None,
                "line": each.place.line if each.place else None,
            }
            for each in told.features
        },
        "because": {**step_json(told.presence.because), "text": told.presence.reason},
    }
