"""What changes in support: states before and after, as values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from archtrack.core.matrix.join import join
from archtrack.core.verdict.support_changes import (
    Side,
    newly_unresolved,
    side_of_inventory,
    side_of_matrix,
    support_changes,
)
from archtrack.model import Broken, Place, Registration, TransformersFacts, Unresolved
from miniature import inventory, registration

Doubts: TypeAlias = "tuple[Unresolved, ...]"
NAME = "FooForCausalLM"
FILE = "sglang/srt/models/foo.py"


def own(**more: Any) -> Registration:
    return registration(NAME, "foo.py", 8, at=FILE, **more)


def public(*, compatible: bool | None) -> Registration:
    return own(transformers=TransformersFacts(exported=True, backend_compatible=compatible))


DOUBT = Unresolved(reason="cannot tell", place=Place(file=FILE, line=3))


def side(state: str) -> Side:
    """SGLang joined with transformers, so that the architecture stands as ``state`` says."""
    natives = (own(),) if state in {"native", "unimportable"} else ()
    theirs = {"fallback": True, "refused": False, "undecided": None}
    hf = (public(compatible=theirs[state]),) if state in theirs else ()
    flaw = Broken(reason="gone", place=Place(file=FILE, line=1), condition=None, certain=True, through=())
    doubts = (DOUBT,) if state == "doubtful" else ()
    return side_of_matrix(
        join(
            inventory("sglang", *natives, unresolved=doubts),
            inventory("transformers", *hf),
            patterns=["*"],
            broken={FILE: flaw} if state == "unimportable" else {},
        )
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("nothing", "native", ("gained", "unsupported", "native")),
        ("refused", "native", ("gained", "refused", "native")),
        ("fallback", "native", ("gained", "fallback", "native")),
        ("unimportable", "native", ("gained", "unimportable", "native")),
        ("native", "nothing", ("lost", "native", "unsupported")),
        ("native", "fallback", ("lost", "native", "fallback")),
        ("native", "unimportable", ("lost", "native", "unimportable")),
        ("refused", "fallback", ("changed", "refused", "fallback")),
        ("nothing", "fallback", ("changed", "unsupported", "fallback")),
        ("refused", "nothing", ("changed", "refused", "unsupported")),
        ("native", "doubtful", ("changed", "native", "unknown")),
        ("doubtful", "native", ("changed", "unknown", "native")),
        ("native", "native", None),
        ("refused", "refused", None),
        ("nothing", "undecided", None),
        ("doubtful", "doubtful", None),
        ("nothing", "doubtful", None),
    ],
)
def test_how_an_architecture_of_sglang_stood_and_stands(
    before: str, after: str, expected: tuple[str, str, str] | None
) -> None:
    assert kinds(side(before), side(after)) == ([expected] if expected else [])


def kinds(before: Side, after: Side) -> list[tuple[str, str, str]]:
    return [(each.kind, each.before.kind, each.after.kind) for each in support_changes(before, after)]


@pytest.mark.parametrize(("compatible", "kind"), [(True, "compatible"), (False, "refused"), (None, "public")])
def test_of_transformers_it_is_what_the_gate_says(*, compatible: bool | None, kind: str) -> None:
    nothing = side_of_inventory(inventory("transformers"))
    there = side_of_inventory(inventory("transformers", public(compatible=compatible)))
    assert kinds(nothing, there) == [("gained", "absent", kind)]
    assert kinds(there, nothing) == [("lost", kind, "absent")]


OTHER = "sglang/srt/models/other.py"
ELSEWHERE = Unresolved(reason="cannot tell", place=Place(file=OTHER, line=2))
ASSERTION = Unresolved(
    reason="BarModel is registered here twice: the engine stops with an assertion",
    place=Place(file=OTHER, line=2),
)


@pytest.mark.parametrize(
    ("old", "new", "edited", "expected"),
    [
        ((), (), (), ("lost", "absent", None)),
        ((), (ELSEWHERE,), (), ("changed", "unknown", OTHER)),  # in whatever file
        ((), (ELSEWHERE, DOUBT), (), ("changed", "unknown", FILE)),  # rather its own
        ((ELSEWHERE,), (ELSEWHERE,), (), ("lost", "absent", None)),  # it said the same before
        ((ELSEWHERE,), (ELSEWHERE,), (OTHER,), ("changed", "unknown", OTHER)),  # in the same words only
        ((ELSEWHERE,), (ELSEWHERE,), (FILE,), ("lost", "absent", None)),
        ((ELSEWHERE,), (), (OTHER,), ("lost", "absent", None)),
        ((), (ASSERTION,), (OTHER,), ("lost", "absent", None)),  # of an architecture that is known
    ],
)
def test_what_vanished_is_lost_unless_a_place_that_cannot_be_read_may_hold_it(
    old: Doubts, new: Doubts, edited: tuple[str, ...], expected: tuple[str, str, str | None]
) -> None:
    before = side_of_inventory(inventory("vllm", own(), unresolved=old))
    after = side_of_inventory(inventory("vllm", unresolved=new))
    (change,) = support_changes(before, after, edited)
    where = change.after.place.file if change.after.place is not None else None
    assert (change.kind, change.after.kind, where) == expected


def test_a_module_that_may_not_be_importable_hides_no_other_architecture() -> None:
    flaw = Broken(reason="gone", place=Place(file=OTHER, line=1), condition=None, certain=False, through=())
    kept = replace(own(), name="BarModel", place=Place(file=OTHER, line=9))
    before, after = (
        side_of_matrix(
            join(inventory("sglang", *given), inventory("transformers"), patterns=["*"], broken=broken)
        )
        for given, broken in (((kept, own()), {}), ((kept,), {OTHER: flaw}))
    )
    (change,) = support_changes(before, after)
    assert (change.kind, change.name, change.after.kind) == ("lost", NAME, "unsupported")
    assert len(after.engine.unresolved) == 1


def test_another_condition_of_a_public_class_is_a_change() -> None:
    facts = public(compatible=True).transformers
    always, cuda = (
        side_of_inventory(inventory("transformers", own(transformers=facts, condition=each)))
        for each in (None, "is_cuda()")
    )
    (change,) = support_changes(always, cuda)
    assert (change.kind, change.before.kind, change.after.kind) == ("changed", "compatible", "compatible")
    assert (change.before.because, change.after.because) == (None, "only if is_cuda()")
    assert support_changes(cuda, cuda) == ()


def test_why_transformers_does_not_take_a_class_is_no_condition() -> None:
    engine, classes = inventory("sglang"), inventory("transformers", public(compatible=False))
    before, after = (
        side_of_matrix(join(engine, replace(classes, version=version), patterns=["*"]))
        for version in ("1", "2")
    )
    assert support_changes(before, after) == ()


def test_a_place_is_newly_unresolved_where_the_other_side_has_none_like_it() -> None:
    moved = replace(DOUBT, place=replace(DOUBT.place, line=30))
    for old, new, expected in (
        ((), (DOUBT,), (DOUBT,)),
        ((DOUBT,), (moved,), ()),
        ((DOUBT,), (DOUBT, moved), (moved,)),
        ((DOUBT,), (), ()),
        ((DOUBT,), (ELSEWHERE, ASSERTION), (ELSEWHERE, ASSERTION)),
    ):
        sides = [side_of_inventory(inventory("vllm", unresolved=each)) for each in (old, new)]
        assert newly_unresolved(*sides) == expected
