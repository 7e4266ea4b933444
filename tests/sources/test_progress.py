from __future__ import annotations

import io

import pytest

from archtrack.sources.progress import SilentProgress, TerminalProgress, progress_for


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def terminal(monkeypatch):
    """A bar, the terminal that it is drawn on, and the clock that it looks at."""
    monkeypatch.setenv("TERM", "xterm-256color")
    stream, clock = Terminal(), Clock()
    return TerminalProgress(stream, clock=clock), stream, clock


@pytest.mark.parametrize(("seconds", "drawn"), [(0.5, False), (1.5, True)])
def test_a_bar_is_drawn_only_for_long_work(terminal, seconds, drawn):
    progress, stream, clock = terminal
    progress.start("demo.whl [red]", 2000)
    progress.advance(500)
    clock.now += seconds
    progress.advance(500)
    progress.advance(100)
    progress.finish()
    progress.finish()
    assert ("demo.whl [red]" in stream.getvalue()) is drawn
    assert bool(stream.getvalue()) is drawn


def test_nothing_is_drawn_of_work_that_has_not_begun(terminal):
    progress, stream, clock = terminal
    clock.now = 100.0
    progress.advance(1)
    progress.start("demo.whl", 2)
    progress.finish()
    clock.now = 200.0
    progress.advance(1)
    assert stream.getvalue() == ""


def test_no_color_is_honoured(monkeypatch, terminal):
    monkeypatch.setenv("NO_COLOR", "1")
    progress, stream, clock = terminal
    progress.start("demo.whl", None)
    clock.now = 2.0
    progress.advance(500)
    progress.finish()
    assert "demo.whl" in stream.getvalue()
    assert "\x1b[3" not in stream.getvalue()


@pytest.mark.parametrize(
    ("stream", "environ", "kind"),
    [
        (io.StringIO(), {"TERM": "xterm"}, SilentProgress),
        (Terminal(), {"TERM": "dumb"}, SilentProgress),
        (Terminal(), {"TERM": "xterm"}, TerminalProgress),
        (Terminal(), {}, TerminalProgress),
    ],
)
def test_a_bar_needs_a_terminal(stream, environ, kind):
    assert type(progress_for(stream, environ)) is kind


def test_silence_is_silent(capsys):
    progress = SilentProgress()
    progress.start("x", 1)
    progress.advance(1)
    progress.finish()
    assert capsys.readouterr() == ("", "")
