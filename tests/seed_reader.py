"""What the script that archtrack grew out of does to a document.

SGLang's maintainers keep ``MODEL_SUPPORT_TRACKING.md`` with a script. Each of the two programs has to read what the
other writes, so the script's rules stand here, with their oddities:

- A line ends with LF, CRLF or CR, and is written with LF.
- A row is a line that begins with ``| **``, space around it apart. The row of the total is one.
- A name is known if an unindented row anywhere in the document begins with it. If every name is known, nothing is
  written.
- A section begins at its heading and ends at the next section's. New rows go behind the first table of their section
  that has a row, whatever stands in the cells to the right of the five that the script knows.
- Every run of rows behind the first heading is sorted by name. If the next line is a stats line, it is counted anew; a
  blank line between the two keeps it as it was. A run that ends the document is lost.
- In the overall summary the four rows and the three quoted lines are written anew, with the percentages rounded down.
  The line with the date is written anew wherever it stands.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADINGS = {
    "## Text-only Language Models (Generative)": "text",
    "## Embedding / Classification / Reward / Retrieval Models": "embedding",
    "## Multimodal Models (Vision / Audio / OCR)": "multimodal",
}
SUMMARY = "## Overall Summary"
LABELS = {"| Text-only": "text", "| Embedding": "embedding", "| Multimodal": "multimodal"}
"""How the summary's row of a section begins."""

RULES = json.loads(Path(__file__).parent.joinpath("data", "section-rules.json").read_text(encoding="utf-8"))
"""The section of a name: the first of these that holds."""

_NAME = re.compile(r"\*\*(\w+)\*\*")


@dataclass(frozen=True, kw_only=True)
class NewRow:
    """An architecture that the script has found: natively in a file, in transformers, or both."""

    name: str
    file: str = ""
    hf: bool = False

    @property
    def line(self) -> str:
        native, hf = "Y" if self.file else "", "Y" if self.hf else ""
        file = f"`{self.file}`" if self.file else ""
        return f"| **{self.name}** | {native} | {hf} | {file} |  |\n"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many rows there are of each kind."""

    native: int = 0
    hf: int = 0
    neither: int = 0

    @property
    def total(self) -> int:
        return self.native + self.hf + self.neither

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            native=self.native + other.native, hf=self.hf + other.hf, neither=self.neither + other.neither
        )


def names(text: str) -> set[str]:
    """The names that a document has a row for."""
    return {found[1] for line in _lines(text) if (found := re.match(r"\| \*\*(\w+)\*\*", line))}


def section_of(name: str) -> str:
    """The section that a new row goes to."""
    for rule in RULES:
        if "any" in rule and not any(word in name for word in rule["any"]):
            continue
        if name.endswith(rule.get("end", "")) and not any(word in name for word in rule.get("none", ())):
            return str(rule["section"])
    raise AssertionError("the last rule holds for every name")


def update(text: str, found: Iterable[NewRow], *, today: str) -> str:
    """The document after the script has run in a tree that has these architectures."""
    known = names(text)
    new = [row for row in found if row.name not in known]
    return "".join(_summed(_sorted(_added(_lines(text), new)), today)) if new else text


def _lines(text: str) -> list[str]:
    return io.StringIO(text, newline=None).readlines()


def _is_row(line: str) -> bool:
    return line.strip().startswith("| **")


def _sections(lines: Sequence[str], *, to: str | None = None) -> list[str | None]:
    """The section of each line; behind the line ``to`` there is none."""
    found, section = [], None
    for line in map(str.strip, lines):
        section = None if line == to else HEADINGS.get(line, section)
        found.append(section)
    return found


def _added(lines: Sequence[str], rows: Iterable[NewRow]) -> list[str]:
    waiting: dict[str | None, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.name):
        waiting.setdefault(section_of(row.name), []).append(row.line)
    done = []
    for line, section, following in zip(lines, _sections(lines), [*lines, ""][1:], strict=True):
        done.append(line)
        if _is_row(line) and not _is_row(following):
            done += waiting.pop(section, [])
    return done


def _sorted(lines: Sequence[str]) -> list[str]:
    done: list[str] = []
    run: list[str] = []
    for line, section in zip(lines, _sections(lines), strict=True):
        if section and _is_row(line):
            run.append(line)
            continue
        stats = _stats(run) if run else None
        done += sorted(run, key=lambda row: found[1] if (found := _NAME.search(row)) else "")
        done.append(stats if stats and line.strip().startswith("**") and "native" in line else line)
        run = []
    return done


def _counts(rows: Iterable[str]) -> Counts:
    total = Counts()
    for row in rows:
        _, _, native, hf, *_ = (cell.strip() for cell in row.split("|"))
        total += Counts(
            native=native == "Y", hf=native != "Y" and hf == "Y", neither=native != "Y" and hf != "Y"
        )
    return total


def _stats(rows: Iterable[str]) -> str:
    own = _counts(rows)
    return (
        f"**{own.native}** native / **{own.hf}** HF-only / "
        f"**{own.neither}** no fallback / **{own.total}** total\n"
    )


def _summed(lines: Sequence[str], today: str) -> list[str]:
    placed = list(zip(lines, _sections(lines, to=SUMMARY), strict=True))
    counts = {
        each: _counts(line for line, section in placed if section == each and _is_row(line))
        for each in HEADINGS.values()
    }
    total = sum(counts.values(), Counts())
    done, in_summary = [], False
    for line in lines:
        in_summary = in_summary or line.strip() == SUMMARY
        written = _summary_line(line.strip(), counts, total) if in_summary else None
        done.append(written or _date_line(line, today))
    return done


def _summary_line(line: str, counts: dict[str, Counts], total: Counts) -> str | None:
    """What a line of the summary becomes, if it is one of those with counts."""
    for start, section in LABELS.items():
        if line.startswith(start):
            own = counts[section]
            label = "Embedding/Classification" if section == "embedding" else start.removeprefix("| ")
            return f"| {label} | {own.native} | {own.hf} | {own.neither} | {own.total} |\n"
    if line.startswith("| **Total**"):
        return (
            f"| **Total** | **{total.native}** | **{total.hf}** | **{total.neither}** | **{total.total}** |\n"
        )
    for words, count, kind in (
        ("natively supported", total.native, "natively supported ({}%) — optimized SGLang implementations"),
        ("HF fallback", total.hf, "HF fallback only ({}%) — may work via `TransformersForCausalLM`"),
        ("no fallback", total.neither, "no fallback ({}%) — need full implementation"),
    ):
        if line.startswith(">") and words in line:
            return f"> **{count}** {kind.format(count * 100 // total.total)}\n"
    return None


def _date_line(line: str, today: str) -> str:
    if "**Last updated:**" not in line:
        return line
    source = "`EntryClass` in `python/sglang/srt/models/*.py` + `transformers` library classes"
    return f"> **Last updated:** {today} | **Source:** {source} + HuggingFace `config.json`\n"
