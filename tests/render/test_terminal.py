from __future__ import annotations

import io
import os
import pty
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.model import Inventory, Origin, Place, Unresolved
from archtrack.render.rich_table import _fitted
from archtrack.render.terminal import plain, read_lines, table, unresolved_lines

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]")


def inventory(kind: str, location: str, version: str | None = "1.0") -> Inventory:
    origin = Origin(distribution="x", kind=kind, location=location)  # type: ignore[arg-type]
    return Inventory(engine="x", version=version, origin=origin, registrations=())


@given(st.text())
def test_plain_text_is_one_line_of_as_many_characters_without_control(text: str) -> None:
    assert len(plain(text)) == len(text)
    assert not CONTROL.search(plain(text))
    assert plain(plain(text)) == plain(text)


@given(st.text("abcäöü漢 _-./:\N{GRINNING FACE}"))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("kind", "location", "version", "line"),
    [
        ("local", "repos/x", "1.0", "Read x 1.0 (checkout repos/x)"),
        ("installed", "site", "1.0", "Read x 1.0 (installed in site)"),
        ("release", "x-1.0.whl", "1.0", "Read x 1.0 (release)"),
        ("git", ".@main", "1.0", "Read x 1.0 (git .@main)"),
        ("local", ".", None, "Read x of unknown version (checkout .)"),
        ("local", "a\x1b[31mb", "1.0", "Read x 1.0 (checkout a\ufffd[31mb)"),
    ],
)
def test_what_was_read_is_one_line(kind: str, location: str, version: str | None, line: str) -> None:
    assert read_lines([inventory(kind, location, version)], []) == [line]


def test_notices_follow_what_was_read() -> None:
    assert read_lines([], ["one", "two\n"]) == ["Note: one", "Note: two\ufffd"]


def test_unresolved_places_are_counted_and_listed() -> None:
    one = Unresolved(reason="odd\nshape", place=Place(file="a.py", line=3))
    two = Unresolved(reason="no parse", place=Place(file="b.py", line=0))
    assert unresolved_lines("x", []) == []
    assert unresolved_lines("x", [one]) == [
        "",
        "1 place in x could not be resolved (nothing is guessed):",
        "  ? a.py:3: odd\ufffdshape",
    ]
    assert unresolved_lines("x", [one, two])[1:] == [
        "2 places in x could not be resolved (nothing is guessed):",
        "  ? a.py:3: odd\ufffdshape",
        "  ? b.py: no parse",
    ]


def test_a_table_in_a_pipe_is_tab_separated_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    table(("Name", "File"), [("A", "a.py"), ("B\tC", "b\n.py"), ("", "")])
    assert capsys.readouterr().out == "name\tfile\nA\ta.py\nB\ufffdC\tb\ufffd.py\n\t\n"


@pytest.mark.parametrize(
    ("natural", "room", "widths"),
    [
        ([5, 5, 5], 15, [5, 5, 5]),
        ([5, 5, 5], 80, [5, 5, 5]),
        ([20, 8, 40, 60], 80, [20, 8, 26, 26]),
        ([20, 8, 14, 60], 80, [20, 8, 14, 38]),
        ([60, 30, 12, 8], 80, [60, 10, 10, 8]),
        ([90], 80, [90]),
    ],
)
def test_wide_columns_are_cut_and_names_never(natural: list[int], room: int, widths: list[int]) -> None:
    assert _fitted(natural, room) == widths


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_on_a_narrow_terminal_has_one_line_for_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "Qwen3OmniMoeThinkerForConditionalGeneration"
    path = "models/qwen3_omni_moe/modeling_qwen3_omni_moe.py"
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    table(("Architecture", "Status", "File"), [(name, "refused", path), ("A", "native", "a.py")])
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert len(lines) == 3
    assert lines[1] == f"{name} refused {path[:27]}…"
    assert lines[2].split() == ["A", "native", "a.py"]


BECAUSE = "its gate is false: it is not set in the class [models/long_folder/modeling.py:1145]"


A20, A36, A60, A90 = ("A" * width for width in (20, 36, 60, 90))
BEFORE_THE_PLACE, PLACE = BECAUSE[: BECAUSE.index(" [")], BECAUSE[BECAUSE.index("[") :]
B60, C60 = (f"{name}{' ' * 59} refused" for name in "BC")


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ([(A20, "short")], [f"{A20} refused short"]),
        ([(A20, BECAUSE)], [f"{A20} refused {BEFORE_THE_PLACE}", f"{' ' * 29}{PLACE}"]),
        # Beside them, a place would be broken in two.
        ([(A36, BECAUSE)], [f"{A36} refused", f"    {BECAUSE}"]),
        (
            [(A60, BECAUSE), ("B", "short"), ("C", "")],
            [f"{A60} refused", f"    {BECAUSE}", B60, "    short", C60],
        ),
        # What does not fit at all makes no other row longer.
        (
            [(A90, "short"), ("一B", BECAUSE)],
            [f"{A90} refused", "    short", "一B    refused", f"    {BECAUSE}"],
        ),
    ],
)
def test_a_whole_table_cuts_nothing(
    monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, str]], lines: list[str]
) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm")
    table(("Target", "Status", "Because"), [(name, "refused", because) for name, because in rows], whole=True)
    shown = [line.rstrip() for line in re.sub("\x1b\\[[0-9;]*m", "", stream.getvalue()).splitlines()]
    title = shown.index("    Because") + 1 if "    Because" in shown else 1
    assert shown[0].split()[:2] == ["Target", "Status"]
    assert shown[title:] == lines


@pytest.mark.parametrize(
    ("columns", "titles"),
    [
        ("200", ["Target", "Status", "Until", "Because"]),
        ("80", ["Target", "Status", "Because"]),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_where_there_is_too_little_room_a_column_without_any_cell_is_left_out(
    monkeypatch: pytest.MonkeyPatch, columns: str, titles: list[str], *, whole: bool
) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    table(("Target", "Status", "Until", "Because"), [(A36, "native", "", BECAUSE)], whole=whole)
    assert stream.getvalue().split()[: len(titles)] == titles
    table(("Target", "Status", "Until", "Because"), [(A36, "native", "1", BECAUSE)], whole=whole)
    assert "Until" in stream.getvalue()


def test_the_first_column_stands_even_where_it_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    for name, value in (("COLUMNS", "8"), ("LINES", "24"), ("TERM", "xterm"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    table(("Target", "Status"), [("", "")])
    table(("Target", "Status"), [])
    titles = [line.strip() for line in stream.getvalue().splitlines() if line.strip()]
    assert titles == ["Target", "Target Status"]


@pytest.mark.parametrize(("no_color", "bold"), [("1", False), ("", True), (None, True)])
@pytest.mark.parametrize("width", ["80", "40"])  # beside the row, and below it
def test_no_color_leaves_out_every_escape_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, no_color: str | None, width: str, *, bold: bool
) -> None:
    for name, value in (("NO_COLOR", no_color), ("COLUMNS", width), ("TERM", "xterm-256color")):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    reading, writing = pty.openpty()
    try:
        with open(writing, "w", encoding="utf-8") as stream:  # noqa: PTH123 -- a number, no path
            monkeypatch.setattr(sys, "stdout", stream)
            table(("Target", "Status", "Because"), [(A20, "refused", BECAUSE)], whole=True)
            stream.flush()
            shown = os.read(reading, 10_000).decode()
    finally:
        os.close(reading)
    assert "Target" in shown
    assert ("\x1b[1m" in shown) == bold
    assert ("\x1b" in shown) == bold
