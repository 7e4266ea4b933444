from __future__ import annotations

import pytest

from archtrack.core.matrix.status import status_of
from archtrack.model import Place, Registration, Status, TransformersFacts


def registration(facts: TransformersFacts | None = None) -> Registration:
    return Registration(
        name="X", file="x.py", place=Place(file="x.py", line=1), defined_in="x", transformers=facts
    )  # fmt: skip


def public(*, compatible: bool | None) -> Registration:
    return registration(TransformersFacts(exported=True, backend_compatible=compatible))


@pytest.mark.parametrize(
    ("native", "hf", "expected"),
    [
        (registration(), public(compatible=True), Status.NATIVE),
        (registration(), public(compatible=False), Status.NATIVE),
        (registration(), None, Status.NATIVE),
        (None, public(compatible=True), Status.FALLBACK),
        (None, public(compatible=False), Status.REFUSED),
        (None, public(compatible=None), Status.UNSUPPORTED),
        (None, registration(), Status.UNSUPPORTED),
        (None, None, Status.UNSUPPORTED),
    ],
)
def test_the_engine_goes_first_then_transformers_own_gate(
    native: Registration | None, hf: Registration | None, expected: Status
) -> None:
    assert status_of(native, hf) is expected
