from __future__ import annotations

import pytest

from archtrack.core.matrix.status import status_of
from archtrack.model import Registration, Status
from miniature import public, registration

X = registration("X")


@pytest.mark.parametrize(
    ("native", "hf", "expected"),
    [
        (X, public("X"), Status.NATIVE),
        (X, public("X", compatible=False), Status.NATIVE),
        (X, None, Status.NATIVE),
        (None, public("X"), Status.FALLBACK),
        (None, public("X", compatible=False), Status.REFUSED),
        (None, public("X", compatible=None), Status.UNSUPPORTED),
        (None, X, Status.UNSUPPORTED),
        (None, None, Status.UNSUPPORTED),
    ],
)
def test_the_engine_goes_first_then_transformers_own_gate(
    native: Registration | None, hf: Registration | None, expected: Status
) -> None:
    assert status_of(native, hf) is expected
