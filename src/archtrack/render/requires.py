"""From which release on engines take a checkpoint: for people, for programs, and as lines that pip reads."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from archtrack.app.requires import Requirement, joined, specifier_of
from archtrack.core.recipes.lookup import LATER, least_of, stands

from .models import found_words
from .presence import place_json, step_json
from .recipes import asked_for, said_json
from .terminal import plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.app.recipes.said import Said
    from archtrack.app.requires import Requires, Told, Transformers
    from archtrack.core.history.history import History
    from archtrack.core.history.runs import Run
    from archtrack.core.verdict.checkpoint import Checkpoint
    from archtrack.core.verdict.features import Feature
    from archtrack.hub.targets import Target

__all__ = ["errors", "notices", "only_named", "print_requires", "requirement_lines", "requires_json"]

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
    yield from map(plain, told)


def errors(found: Sequence[Requires]) -> Iterator[str]:
    """Why targets could not be read, a line for each."""
    for each in found:
        if each.error is not None:
            yield plain(f"{each.text}: {each.error.removeprefix(f'{each.text}: ')}")


def only_named(found: Sequence[Requires]) -> Iterator[str]:
    """That of targets the architecture alone is known: a line, or none."""
    texts = [each.text for each in found if each.target and _is_only_named(each.target.checkpoint)]
    if texts:
        yield plain(
            f"only the architecture of {_listed(list(dict.fromkeys(texts)))} was checked; a config.json may need a"
            " later release"
        )


def _is_only_named(checkpoint: Checkpoint) -> bool:
    return not checkpoint.given and checkpoint.model_type is None and checkpoint.gguf_architecture is None


def print_requires(found: Sequence[Requires]) -> None:
    """A row for each target and engine."""
    rows = [
        (_shown(answer), *_row(answer, requirement))
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
        "notices": [*notices(found), *only_named(found)],
        "targets": [
            {
                "target": each.text,
                "kind": each.target.kind if each.target else None,
                "location": each.target.location if each.target else None,
                "architectures": list(each.target.checkpoint.architectures) if each.target else [],
                "model_type": each.target.checkpoint.model_type if each.target else None,
                "found": each.target.found.words if each.target and each.target.found else None,
                "engines": {every.history.engine: _requirement_json(every) for every in each.engines},
                "recipes": [said_json(said) for said in each.recipes],
                "error": each.error,
            }
            for each in found
        ],
    }


def requirement_lines(
    found: Sequence[Requires], features: Sequence[str], status: str, command: Sequence[str]
) -> Iterator[str]:
    """Lines of a file of requirements or constraints: for each engine the releases that take all of the targets.

    What is no requirement is a comment. With one engine that the index has, the lowest transformers is a line, too: of
    several engines each has its own.

    Args:
        found: the answers.
        features: what was asked for besides.
        status: what counts as taking a model.
        command: the words of the command that makes the file.
    """
    answers = [each for each in found if each.error is None]
    names = _listed(list(dict.fromkeys(each.text for each in answers)))
    having = f" with {', '.join(features)}" if features else ""
    how = "native" if status == "native" else "native or fallback"
    yield _comment(f"{names}{having}; {how}; from the history of every release")
    yield _comment(f"   {shlex.join(command)}")
    yield from (_comment(f"Note: {each}") for each in only_named(answers))
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
        return [], _comment(f"{engine}: adds nothing for some of them; the engine that it extends counts"), []
    run = joined(asked)
    claims = list(_claims([said for each in answers for said in each.recipes], engine, run))
    if run is None:
        *remarks, last = _without_a_run(asked)
        return [*claims, *remarks], _comment(last), []
    remarks = [f"{engine}: {each}" for each in _run_remarks(run, asked)]
    if less := _required_without(asked):
        remarks.append(less)
    remarks += claims
    specifier = specifier_of(run, history)
    if specifier is None:
        line = _comment(
            f"{engine}: {_releases(run, history)}; the package index does not have these releases"
        )
        return remarks, line, []
    return remarks, f"{history.distribution}{specifier}", [each for each in asked if _counts(each, run)]


def _without_a_run(asked: Sequence[Requirement]) -> Iterator[str]:
    """What is said of an engine of which no release is known to take all of the targets."""
    engine = asked[0].history.engine
    untaken = next((each for each in asked if each.run is None and each.rest is None), None)
    if untaken is not None:
        yield f"{engine}: {_why_not(untaken.newest)}"
        return
    for each in asked:
        if each.rest is not None:
            yield f"{engine}: {_not_told(each.not_told)}"
    yield _required_without(asked) or f"{engine}: no release runs all of them"


def _required_without(asked: Sequence[Requirement]) -> str:
    """What is required without the features of which it cannot be told; empty where that is nothing."""
    names = _named([feature for each in asked for feature in each.not_told])
    run = joined([each.rest or each for each in asked]) if names else None
    if run is None:
        return ""
    history = asked[0].history
    specifier = specifier_of(run, history)
    return f"without {names}: " + (
        f"{history.engine} {_releases(run, history)}"
        if specifier is None
        else f"{history.distribution}{specifier}"
    )


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
    bound = f">={needs.lowest}" if needs.lowest_exact else f">={needs.lowest} (older ones may work)"
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


def _row(answer: Requires, requirement: Requirement) -> tuple[str, str, str, str, str, str]:
    run, needs, engine = requirement.run, requirement.transformers, requirement.history.engine
    less = (*_rest_remarks(requirement), *_claims(answer.recipes, engine, run))
    if run is None:
        why = _why_not(requirement.newest) if requirement.rest is None else _not_told(requirement.not_told)
        return engine, "", "", "", "", "; ".join((why, *less))
    return (
        engine,
        run.since,
        run.first.date or "",
        run.until,
        "" if needs is None else _words(needs),
        "; ".join((*_runs_as(requirement), *_run_remarks(run, [requirement]), *less)),
    )


def _runs_as(requirement: Requirement) -> Iterator[str]:
    first = requirement.first
    if first is not None and first.presence.runs_as is not None:
        yield f"runs as {first.presence.runs_as}"


def _rest_remarks(requirement: Requirement) -> Iterator[str]:
    """What is required without the features of which it cannot be told."""
    rest = requirement.rest
    if rest is not None and rest.run is not None:
        them = "it" if len(requirement.not_told) == 1 else "them"
        yield f"without {them}: {_releases(rest.run, rest.history)}"
        yield from _run_remarks(rest.run, [rest])


def _claims(recipes: Sequence[Said], engine: str, run: Run | None) -> Iterator[str]:
    """What recipes of an engine ask for beyond the releases that were found; without such, all that they ask for."""
    asks = (asked_for(said) for said in recipes if said.engine == engine and _asks_more(said, run))
    claims = [each for each in dict.fromkeys(asks) if each]
    yield from claims[:_MOST]
    if claims[_MOST:]:
        yield f"and {len(claims) - _MOST} more of its recipes"


def _asks_more(said: Said, run: Run | None) -> bool:
    least = least_of(said.match)
    if run is None or said.match.is_no_release:
        return True
    return least is not None and stands(least, run.first.version, exact=run.first_exact) == LATER


def _not_told(features: Sequence[Feature]) -> str:
    """That features are not known, and why."""
    are = "is" if len(features) == 1 else "are"
    return f"{_named(features)} {are} not known: {', '.join(dict.fromkeys(each.why for each in features))}"


def _named(features: Sequence[Feature]) -> str:
    return ", ".join(dict.fromkeys(each.name for each in features))


def _releases(run: Run, history: History) -> str:
    """The releases of a run, as a specifier where they have one."""
    return specifier_of(run, history) or f"from {run.since}{f' until {run.until}' if run.until else ''}"


def _run_remarks(run: Run, requirements: Sequence[Requirement]) -> Iterator[str]:
    """What has to be said of a run besides where it begins and ends."""
    history = requirements[0].history
    for requirement in requirements:
        if requirement.rest is not None:
            yield _not_told(requirement.not_told)
        elif not run.lasts and requirement.newest.takes is not True:
            yield _why_not(requirement.newest)
        earlier = map(_words_of, requirement.runs[:-1])
        if requirement.runs[1:] and len(requirements) == 1:
            yield f"also ran it {', '.join(earlier)}, and not in between"
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
        return f"releases before {run.first.version} are not known"
    before = history.releases[place - 1]
    if before.unknown is not None:
        return f"{before.version} was not read: {before.unknown}"
    told = [each.before for each in requirements if each.before is not None and each.before.takes is None]
    return f"not known of {before.version}: {told[0].reason}" if told else None


def _why_not(told: Told) -> str:
    """What a release that is not known to take a checkpoint does instead."""
    if told.takes is None or told.lacking is not None:
        return f"not known: {told.reason}" if told.takes is None else f"no: {told.reason}"
    return f"{told.presence.status.value}: {told.reason}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


# -- for programs -------------------------------------------------------------------------------------------


def _requirement_json(requirement: Requirement) -> dict[str, Any]:
    return {
        **_required_json(requirement),
        "earlier": [_run_json(each) for each in requirement.runs[:-1]],
        "first": None if requirement.first is None else _told_json(requirement.first),
        "before": None if requirement.before is None else _told_json(requirement.before),
        "newest": _told_json(requirement.newest),
        "without": None
        if requirement.rest is None
        else {
            "features": [each.name for each in requirement.not_told],
            **_required_json(requirement.rest),
        },
    }


def _required_json(requirement: Requirement) -> dict[str, Any]:
    """The releases, and the transformers that the first of them needs."""
    run, specifier, needs = requirement.run, requirement.specifier, requirement.transformers
    return {
        "distribution": None if specifier is None else requirement.history.distribution,
        "specifier": specifier,
        **_run_json(run),
        "lasts": None if run is None else run.lasts,
        "not_known": [] if run is None else [each.version for each in run.untold],
        "transformers": None
        if needs is None
        else {
            "allowed": needs.allowed,
            "counting": needs.counting,
            "lowest": needs.lowest,
            "lowest_exact": needs.lowest_exact,
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
                **place_json(each.place),
            }
            for each in told.features
        },
        "because": {**step_json(told.presence.because), "text": told.presence.reason},
    }
