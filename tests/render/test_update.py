"""What an update tells."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.app.document import DocumentUpdate
from archtrack.app.track import Track
from archtrack.core.document.merge import MergeOptions, MergeResult, merge
from archtrack.core.document.parse import parse
from archtrack.core.document.rebuild import rebuild
from archtrack.core.matrix.join import join
from archtrack.model import Category, Inventory, Origin, Place, Registration, TransformersFacts
from archtrack.render.update import report_json, report_lines, unified_diff

PATH = Path("S.md")


def inventory(engine: str, *registrations: Registration) -> Inventory:
    origin = Origin(distribution=engine, kind="local", location=engine)
    ordered = tuple(sorted(registrations, key=lambda each: each.name))
    return Inventory(engine=engine, version="1", origin=origin, registrations=ordered)


def native(name: str, file: str = "x.py", condition: str | None = None) -> Registration:
    return Registration(
        name=name, file=file, place=Place(file=f"sglang/srt/models/{file}", line=1), defined_in="m", condition=condition
    )  # fmt: skip


def public(name: str, *, compatible: bool | None) -> Registration:
    facts = TransformersFacts(exported=True, backend_compatible=compatible)
    return Registration(
        name=name, file="m.py", place=Place(file="m.py", line=1), defined_in="m", transformers=facts
    )


def updated(old: list[Registration], new: list[Registration], **options: Any) -> DocumentUpdate:
    """An update of the document of one matrix by another."""

    def matrix(registrations: list[Registration]) -> Any:
        natives = [each for each in registrations if each.transformers is None]
        classes = [each for each in registrations if each.transformers is not None]
        return join(inventory("sglang", *natives), inventory("transformers", *classes), patterns=("*",))

    before = rebuild(matrix(old), "2026-01-01")
    merged = merge(parse(before), matrix(new), options=MergeOptions(date="2026-02-02", **options))
    return DocumentUpdate(path=PATH, track=Track(matrix=matrix(new), notices=()), merge=merged, before=before)


def told(update: DocumentUpdate, *, check: bool = False) -> list[str]:
    return list(report_lines(update, check=check))


A, B = native("AForCausalLM", "a.py"), native("BForCausalLM", "b.py")
READ = ["Read sglang 1 (checkout sglang)", "Read transformers 1 (checkout transformers)"]


def test_nothing_new_is_three_facts() -> None:
    assert told(updated([A, B], [A, B])) == [
        *READ, "Existing architectures in doc: 2", "", "No new architectures found. S.md: nothing to write."
    ]  # fmt: skip


def test_a_new_row_is_told_and_counted() -> None:
    assert told(updated([A], [A, B])) == [
        *READ,
        "Existing architectures in doc: 1",
        "",
        "Found 1 new architecture(s):",
        "  + BForCausalLM  [native (b.py)]",
        "",
        "Categories to look over (1 of 1 rest on the name alone):",
        "  text: BForCausalLM",
        "  To correct one, move its row to another section: it stays there.",
        "",
        "Done. Added 1 new architecture(s) to S.md",
        "It lists 2 architectures, 2 of them native.",
    ]


@pytest.mark.parametrize(
    ("registration", "line"),
    [
        (native("X", "x.py"), "  + X  [native (x.py)]"),
        (native("X", "x.py", "is_hip()"), "  + X  [native (x.py), only if is_hip()]"),
        (native("X", "x\x1b.py"), "  + X  [native (x\ufffd.py)]"),
        (public("X", compatible=True), "  + X  [HF transformers, the fallback takes it]"),
        (public("X", compatible=False), "  + X  [HF transformers, the fallback refuses it]"),
        (public("X", compatible=None), "  + X  [HF transformers, fallback unknown]"),
    ],
)
def test_a_new_row_says_who_has_it(registration: Registration, line: str) -> None:
    assert line in told(updated([A], [A, registration]))


DONE = "Done. Added 1 new architecture(s) to S.md"
BESIDES = "Besides: 1 row brought up to date, 1 row removed."
TODO = "1 new architecture, 1 row to bring up to date, 1 row to remove"


@pytest.mark.parametrize(
    ("mend", "check", "last"),
    [
        (False, False, [DONE, "It lists 3 architectures, 1 of them native."]),
        (False, True, ["S.md is out of date: 1 new architecture. Nothing was written."]),
        (True, False, [DONE, BESIDES, "It lists 2 architectures, 2 of them native."]),
        (True, True, [f"S.md is out of date: {TODO}. Nothing was written."]),
    ],
)
def test_the_end_says_what_was_done_or_would_be(*, mend: bool, check: bool, last: list[str]) -> None:
    old = [public("AForCausalLM", compatible=True), public("GoneForCausalLM", compatible=True)]
    update = updated(old, [A, B], refresh=mend, prune=mend)
    assert told(update, check=check)[-len(last) :] == last


def test_rows_out_of_date_name_the_flag_that_helps() -> None:
    gone = public("GoneForCausalLM", compatible=True)
    refreshable = updated([native("AForCausalLM", "old.py")], [A])
    assert "Rows out of date (--refresh rewrites their cells):" in told(refreshable)
    prunable = told(updated([A, gone], [A]))
    both = "Rows out of date (--refresh rewrites their cells, --prune removes what no engine knows):"
    assert both in prunable
    assert not any(line.startswith("Rows out of date") for line in told(updated([A], [A])))


OLD = native("AForCausalLM", "old.py")
B_HF, B_REFUSED = (public("BModel", compatible=answer) for answer in (True, False))


def test_each_refreshed_cell_is_told_from_three_sides() -> None:
    lines = told(updated([OLD, B_HF], [A, B_HF], refresh=True))
    at = lines.index("Rows brought up to date:")
    assert lines[at + 1 : at + 4] == [
        "  ~ line 19: AForCausalLM: file moved",
        ("      SGLang File: document: `old.py`; source: a.py (sglang/srt/models/a.py:1); written: `a.py`"),
        "",
    ]
    lost = told(updated([A, B_HF], [B_HF, native("AForSequenceClassification")], refresh=True))
    assert "      Native: document: Y; source: not registered in sglang 1; written: (empty)" in lost
    assert not any("document:" in line for line in told(updated([OLD], [A])))


def test_columns_are_told_together_whether_they_are_missing_or_added() -> None:
    missing = told(updated([A, B_HF], [A, B_HF], columns=("fallback", "notes")))
    at = missing.index("Configured columns missing from the document (--refresh adds them):")
    assert missing[at + 1 : at + 4] == ["  + Fallback: 3 tables", "  + Notes: 3 tables", ""]
    added = told(updated([A, B_HF], [A, B_HF], columns=("fallback", "notes"), refresh=True))
    at = added.index("Columns added:")
    assert added[at + 1 : at + 4] == [
        "  + Fallback: 3 tables, 1 cell filled", "  + Notes: 3 tables, 0 cells filled", ""
    ]  # fmt: skip
    assert "Besides: 2 columns added." in added
    assert not any("brought up to date" in line for line in added)
    assert not any(line.startswith("Columns") for line in told(updated([A, B_HF], [A, B_HF])))


def test_a_changed_answer_of_the_backend_is_told_as_what_it_is() -> None:
    lines = told(updated([A, B_HF], [A, B_REFUSED]))
    assert "Rows that pass the backend's own check: the sources disagree with line 55" in lines
    assert "Besides: counts corrected." in lines
    assert not any(line.startswith("Counts that did not agree") for line in lines)
    assert report_json(updated([A, B_HF], [A, B_REFUSED]))["recounted_lines"] == [55]


def test_a_stale_further_column_is_told_by_its_title() -> None:
    old = [A, B_HF]
    update = updated(old, [A, B_REFUSED], columns=("fallback",))
    before = rebuild(update.track.matrix, "2026-01-01", columns=("fallback",)).replace("| refused |", "| Y |")
    merged = merge(
        parse(before), update.track.matrix, options=MergeOptions(date="2026-02-02", columns=("fallback",))
    )
    lines = told(replace(update, merge=merged, before=before))
    assert "Rows out of date (--refresh rewrites their cells):" in lines
    assert any(line.endswith(": BModel: Fallback out of date") for line in lines)


def test_json_counts_are_those_of_the_new_document() -> None:
    data = report_json(updated([A], [A, B, public("CModel", compatible=False)]))
    assert {category: counts["total"] for category, counts in data["counts"].items()} == {
        "text": 2, "embedding": 1, "multimodal": 0
    }  # fmt: skip
    assert set(data["counts"]) == {category.value for category in Category}


# -- the diff --------------------------------------------------------------------------------------

TEXTS = st.lists(
    st.sampled_from(["a", "b", "| row |", "", "\r", "\x0c", "\u2028", "\x1b[31m"]), max_size=8
).flatmap(lambda lines: st.sampled_from(["\n".join(lines), "\n".join([*lines, ""])]))


def between(old: str, new: str) -> DocumentUpdate:
    base = updated([A], [A])
    merged: MergeResult = replace(base.merge, text=new)
    return replace(base, before=old, merge=merged)


def patched(old: str, diff: str) -> str:
    """The text after a unified diff, by the format's own rules."""
    lines, new, at = re.findall(r"[^\n]*\n|[^\n]+", old), [], 0
    for hunk in re.split(r"^@@ -(\d+)(?:,\d+)? [^\n]*@@\n", diff, flags=re.MULTILINE)[1:]:
        if hunk.isdigit():
            start = max(int(hunk) - 1, 0)
            new += lines[at:start]
            at = start
            continue
        kept = " "
        for line in re.findall(r"[^\n]*\n", hunk):
            if line.startswith("\\"):
                if kept in "+ ":
                    new[-1] = new[-1].removesuffix("\n")
                continue
            kept = line[0]
            at += kept in " -"
            if kept in " +":
                new.append(line[1:])
    return "".join([*new, *lines[at:]])


@given(TEXTS, TEXTS)
def test_the_diff_makes_the_old_text_the_new_one(old: str, new: str) -> None:
    diff = "".join(unified_diff(between(old, new), terminal=False, color=False))
    assert (diff == "") == (old == new)
    assert patched(old, diff) == new


@given(TEXTS, TEXTS)
def test_on_a_terminal_the_diff_has_no_control_characters_but_its_colours(old: str, new: str) -> None:
    plain = "".join(unified_diff(between(old, new), terminal=True, color=False))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]", plain)
    colored = "".join(unified_diff(between(old, new), terminal=True, color=True))
    assert re.sub(r"\x1b\[(?:3[126]|0)m", "", colored) == plain


def test_the_names_in_the_diff_are_those_of_the_document() -> None:
    lines = list(unified_diff(between("a\n", "b\n"), terminal=False, color=False))
    assert lines == ["--- a/S.md\n", "+++ b/S.md\n", "@@ -1 +1 @@\n", "-a\n", "+b\n"]
    created = replace(between("", "b\n"), before=None)
    assert list(unified_diff(created, terminal=False, color=False))[:2] == ["--- /dev/null\n", "+++ b/S.md\n"]
