from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack import errors
from archtrack.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

CODES = {
    "ArchtrackError": 1,
    "UsageError": 2,
    "ConfigError": 2,
    "SourceError": 3,
    "DataError": 3,
    "TargetError": 3,
    "HubDownError": 3,
    "ImplausibleError": 4,
    "DocumentError": 5,
}


def test_every_error_has_its_exit_code_and_the_one_base() -> None:
    assert CODES.keys() == {name for name, value in vars(errors).items() if isinstance(value, type)}
    for name, code in CODES.items():
        kind = getattr(errors, name)
        assert issubclass(kind, errors.ArchtrackError)
        assert kind.exit_code == code


@pytest.mark.parametrize("name", sorted(CODES))
def test_an_error_is_one_printable_line_and_its_exit_code(
    name: str, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise getattr(errors, name)("a\x1b[31m\nb")

    monkeypatch.setattr("archtrack.app.track.scan_engine", fails)
    assert main(["scan", "sglang"]) == CODES[name]
    out, error = capsys.readouterr()
    assert (out, error) == ("", "archtrack: error: a\ufffd[31m\ufffdb\n")
    assert list(work.iterdir()) == []
