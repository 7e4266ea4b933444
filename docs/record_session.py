"""Record the terminal session of ``docs/start/session.md``, or check that the commands still print it (``--check``).

It runs the commands on a terminal of its own, on the shipped history and without network, and writes what they print
as ``session.cast`` (asciicast v2), as ``session.svg`` (the same, moving) and as text into ``session.md``. Times are
made up and fixed, so that the same output gives the same files.
"""  # noqa: INP001 -- a script beside the pages, no package

from __future__ import annotations

import fcntl
import json
import os
import pty
import shlex
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["COMMANDS", "FOLDER", "Step", "files", "main", "record"]

FOLDER = Path(__file__).parent / "start"
COMMANDS = (
    "archtrack check SmolLM3ForCausalLM --engine lmdeploy==0.18.0 --engine sglang==0.5.23",
    "archtrack history Qwen3ForCausalLM --engine ctranslate2 --engine mlx-lm --engine vllm",
    "archtrack diff sglang 0.5.22 0.5.23",
    "archtrack migrate exllamav3==1.6.5 vllm==0.33.0 | head -n 7",
)
"""Of named releases only: a newer history says the same of them."""

_WIDTH, _HEIGHT = 100, 16  # characters
_TYPED, _STARTED, _READ = (
    0.05,
    0.4,
    0.45,
)  # seconds: for a character, until it prints, for each line to be read
_CELL, _LINE, _MARGIN = 8.4, 19, 16  # pixels
_PROMPT = "$ "
_PAGE = """\
# A session

Four commands and their output, recorded offline by `python docs/record_session.py`.

![The session below, as it looks in a terminal: each command is typed, and what it prints appears](session.svg)

As text:

```console
{text}
```

[session.cast](session.cast) is the recording for [asciinema](https://docs.asciinema.org/manual/asciicast/v2/).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command and what it printed on a terminal, escape sequences included."""

    command: str
    output: str

    @property
    def lines(self) -> list[Text]:
        """What it printed, line by line, with its styles."""
        lines = [Text.from_ansi(line) for line in self.output.splitlines()]
        for line in lines:
            line.expand_tabs(8)
            line.rstrip()
        return lines


def record(commands: Sequence[str] = COMMANDS) -> list[Step]:
    """Run the commands one after the other."""
    with TemporaryDirectory() as folder:
        program = Path(folder) / "archtrack"
        program.write_text(
            f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m archtrack "$@"\n', encoding="utf-8"
        )
        program.chmod(0o755)
        environ = {name: os.environ[name] for name in ("HOME", "LANG", "PYTHONPATH") if name in os.environ}
        environ |= {
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUTF8": "1",
            "TERM": "xterm-256color",
            "COLUMNS": str(_WIDTH),
            "ARCHTRACK_OFFLINE": "1",
            "SOURCE_DATE_EPOCH": "1796083200",  # 2026-12-01: what is printed does not depend on the day
            "ARCHTRACK_DATA_DIR": f"{folder}/data",
            "ARCHTRACK_CACHE_DIR": f"{folder}/cache",
        }
        return [Step(command=command, output=_run(command, folder, environ)) for command in commands]


def _run(command: str, folder: str, environ: dict[str, str]) -> str:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", _HEIGHT, _WIDTH, 0, 0))
    with subprocess.Popen(  # noqa: S603 -- our own commands
        ["bash", "-c", command],  # noqa: S607 -- bash, wherever it is
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
    ):
        os.close(follower)
        parts = []
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            parts.append(part)
    os.close(leader)
    return b"".join(parts).decode("utf-8").replace("\r\n", "\n")


def files(steps: Sequence[Step]) -> dict[str, str]:
    """The files that a session gives, by name."""
    text = "\n".join(
        "\n".join([_PROMPT + step.command, *(line.plain for line in step.lines)]) for step in steps
    )
    return {"session.cast": _cast(steps), "session.svg": _svg(steps), "session.md": _PAGE.format(text=text)}


def _times(steps: Sequence[Step]) -> list[tuple[float, float, float]]:
    """When each step begins to be typed, prints, and gives way to the next."""
    times = []
    now = 0.0
    for step in steps:
        prints = now + _STARTED + _TYPED * len(step.command) + _STARTED
        ends = prints + 2 + _READ * len(step.lines)
        times.append((now, prints, ends))
        now = ends
    return times


def _cast(steps: Sequence[Step]) -> str:
    header = {
        "version": 2,
        "width": _WIDTH,
        "height": _HEIGHT,
        "title": "archtrack",
        "env": {"TERM": "xterm-256color"},
    }
    return "".join(json.dumps(each) + "\n" for each in (header, *_events(steps)))


def _events(steps: Sequence[Step]) -> Iterator[list[float | str]]:
    for step, (begins, prints, ends) in zip(steps, _times(steps), strict=True):
        yield [round(begins, 3), "o", "\x1b[H\x1b[2J" + _PROMPT]
        for at, character in enumerate(step.command, 1):
            yield [round(begins + _STARTED + _TYPED * at, 3), "o", character]
        yield [round(prints, 3), "o", "\r\n" + step.output.replace("\n", "\r\n") + _PROMPT]
        yield [round(ends, 3), "o", ""]


_STYLE = """\
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d8dee9; white-space: pre }
.b { font-weight: bold } .prompt { fill: #a3be8c } .back { fill: #20262f }
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important } .scene:not(.first), .scene > .back { opacity: 0 } }"""


def _svg(steps: Sequence[Step]) -> str:
    """The session as a picture that moves without a script: a scene per command, one above the other."""
    times = _times(steps)
    total = times[-1][2]
    rows = 2 + max(len(step.lines) for step in steps)
    width, height = round(_WIDTH * _CELL + 2 * _MARGIN), rows * _LINE + 2 * _MARGIN
    rules, scenes = [_STYLE], []
    for at, (step, (begins, prints, ends)) in enumerate(zip(steps, times, strict=True)):
        reach = len(step.command) * _CELL
        typed = begins + _STARTED + _TYPED * len(step.command)
        still, away = _percent(begins + _STARTED, total), _percent(typed, total)
        steady = f"transform: none; animation-timing-function: steps({len(step.command)})"
        rules += [
            _shown(f"s{at}", begins, ends, total),
            _shown(f"o{at}", prints, ends, total),
            f"@keyframes t{at} {{ 0%, {still} {{ {steady} }} {away}, 100% {{ transform: translateX({reach:g}px) }} }}",
            *(f"#{part}{at} {{ animation: {part}{at} {total:g}s step-end infinite }}" for part in "sot"),
        ]
        scenes.append(_scene(at, step, width))
    title = "archtrack in a terminal: " + "; ".join(step.command for step in steps)
    size = f'width="{width}" height="{height}"'
    kind = 'xmlns="http://www.w3.org/2000/svg" role="img" xml:space="preserve"'
    head = f'<svg {kind} viewBox="0 0 {width} {height}" {size}>'
    parts = (
        head,
        f"<title>{escape(title)}</title>",
        f"<style>\n{chr(10).join(rules)}\n</style>",
        f'<rect class="back" {size} rx="8"/>',
        *scenes,
        "</svg>\n",
    )
    return "\n".join(parts)


def _shown(name: str, begins: float, ends: float, total: float) -> str:
    """Visible from one moment to another."""
    first = (
        f"0% {{ opacity: 0 }} {_percent(begins, total)} {{ opacity: 1 }}" if begins else "0% { opacity: 1 }"
    )
    last = f" {_percent(ends, total)}, 100% {{ opacity: 0 }}" if ends < total else ""
    return f"@keyframes {name} {{ {first}{last} }}"


def _percent(moment: float, total: float) -> str:
    return f"{100 * moment / total:.3f}%"


def _scene(at: int, step: Step, width: int) -> str:
    y = _MARGIN + _LINE
    start = _MARGIN + len(_PROMPT) * _CELL
    parts = [
        f'<g class="scene{"" if at else " first"}" id="s{at}">',
        _text(_MARGIN, y, "$", "prompt"),
        _text(start, y, step.command),
        f'<rect class="back" id="t{at}" x="{start:g}" y="{y - _LINE + 4}" width="{width}" height="{_LINE}"/>',
        f'<g id="o{at}">',
    ]
    for row, line in enumerate(step.lines, 1):
        parts += [
            _text(_MARGIN + begin * _CELL, y + row * _LINE, text, style) for begin, text, style in _runs(line)
        ]
    return "\n".join((*parts, "</g></g>"))


def _runs(line: Text) -> Iterator[tuple[int, str, str]]:
    """What is printed in one style: the column that it begins in, the text, and the style."""
    bold = [False] * len(line.plain)
    for span in line.spans:
        if "bold" in str(span.style):
            bold[span.start : span.end] = [True] * (span.end - span.start)
    begin = 0
    for end in range(1, len(bold) + 1):
        if end == len(bold) or bold[end] != bold[begin]:
            text = line.plain[begin:end]
            if text.strip():
                yield begin, text, "b" if bold[begin] else ""
            begin = end


def _text(x: float, y: float, text: str, style: str = "") -> str:
    """Text whose every character is as wide as the others, whatever font there is."""
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}" textLength="{len(text) * _CELL:g}"{kind}>{escape(text)}</text>'


def main(arguments: Sequence[str]) -> int:
    """Write the files, or with ``--check`` say which are out of date; returns the exit code."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write("usage: record_session.py [--check]\n")
        return 2
    outdated = []
    for name, text in files(record()).items():
        path = FOLDER / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        outdated.append(name)
        if not arguments:
            path.write_text(text, encoding="utf-8", newline="\n")
    if outdated and arguments:
        sys.stderr.write(f"{', '.join(outdated)}: out of date; run `python docs/{Path(__file__).name}`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
