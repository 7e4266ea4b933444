"""What becomes of the claims of a file, by histories made by hand."""

from __future__ import annotations

import itertools
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.app.audit import LARGEST, Fix, audit
from archtrack.app.claims import Judge
from archtrack.app.history.store import Histories
from archtrack.app.names import Names
from archtrack.core.audit.claims import Claim, Judged, Outcome
from archtrack.core.audit.edits import mended
from archtrack.core.audit.markdown import read_markdown
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Row
from archtrack.core.verdict.release_facts import FEATURES
from archtrack.errors import ArchtrackError, DocumentError, TargetError, UsageError
from made_history import made_history, release

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = ("1.0", "1.1", "1.2", "2.0", "2.1")
UNREAD = "1.2"
HAVING = {
    "AlphaForCausalLM": ("1.0", "1.1", "2.0", "2.1"),
    "BetaForCausalLM": ("1.1", "2.0", "2.1"),
    "GammaForCausalLM": ("2.0", "2.1"),
    "DeltaForCausalLM": ("2.1",),
    "GoneForCausalLM": ("1.0", "1.1"),
    "AgainForCausalLM": ("1.0", "2.1"),
    "ThriceForCausalLM": ("1.0", "2.0"),
}
HAS = {
    "AlphaForCausalLM": {"has": ["lora", "pp"]},
    "BetaForCausalLM": {"has": ["lora"]},
    "GammaForCausalLM": {"has": ["lora"], "unsure": {"pp": "a base of it is not known"}},
    "DeltaForCausalLM": {},
}


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Histories:
    """The releases of an engine, of which one was not read, and the features of the newest."""
    folder = tmp_path_factory.mktemp("histories")
    found = {
        version: {
            name: Entry(file="x.py", at="demo/r.py:1") for name, having in HAVING.items() if version in having
        }
        for version in VERSIONS
        if version != UNREAD
    }
    listed = [release(each, unknown="it was lost" if each == UNREAD else None) for each in VERSIONS]
    rows = {name: Row(at=f"demo/{name}.py:7", value=value) for name, value in HAS.items()}
    history = made_history(
        listed,
        found,
        floor="1.0",
        tables={"2.1": {FEATURES: rows}},
        rules={"2.1": {"features": {"decided": ["lora", "pp"]}}},
    )
    (folder / "demo.json").write_text(write_history(history), encoding="utf-8")
    return Histories({}, folder)


def held(
    histories: Histories,
    path: Path,
    engine: str | None = "demo",
    *,
    fix: bool = False,
    late: bool = False,
    write: bool = True,
) -> Any:
    wanted = Fix(late=late, write=write) if fix else None
    (found,) = audit([path], histories, Names(histories, {}), engine, {}, wanted)
    return found


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


JSON = '{{"é": [{{"demo": "{}", "arch": "BetaForCausalLM"}}]}}'
GATE = "é = 'é'; x = 1\nif demo_version >= '{}':\n    add('BetaForCausalLM')\n"
SINCE = "| Architecture | Backend | Since |\n|---|---|---|\n| {} | demo | {} |\n"


@pytest.mark.parametrize(
    ("name", "said", "outcome", "since"),
    [
        ("AlphaForCausalLM", "1.0", "true", "1.0"),
        ("AlphaForCausalLM", "1.1", "late", "1.0"),
        ("AlphaForCausalLM", "0.9", "true", "1.0"),
        ("BetaForCausalLM", "1.0", "early", "1.1"),
        ("BetaForCausalLM", "1.1", "true", "1.1"),
        ("BetaForCausalLM", "> 1.0", "true", "1.1"),
        ("BetaForCausalLM", "> 1.1", "late", "1.1"),
        ("BetaForCausalLM", "2.0.dev0", "late", "1.1"),
        ("DeltaForCausalLM", "2.1", "true", "2.1"),
        ("DeltaForCausalLM", "2.0.1", "true", "2.1"),
        ("DeltaForCausalLM", "2.0", "early", "2.1"),
        ("DeltaForCausalLM", "2.2", "cannot be said", None),
        ("GammaForCausalLM", "2.0", "cannot be said", None),
        ("GammaForCausalLM", "1.2", "cannot be said", None),
        ("GammaForCausalLM", "1.1", "early", None),
        ("GammaForCausalLM", "2.1", "late", None),
        ("GoneForCausalLM", "1.0", "wrong", None),
        ("GoneForCausalLM", "0.5", "wrong", None),
        ("GoneForCausalLM", "2.0", "wrong", None),
        ("AgainForCausalLM", "1.0", "early", "2.1"),
        ("AgainForCausalLM", "1.1", "early", "2.1"),
        ("AgainForCausalLM", "> 1.0", "early", "2.1"),
        ("AgainForCausalLM", "2.0.1", "true", "2.1"),
        ("AgainForCausalLM", ">= 1.0, < 1.1", "cannot be said", None),
        ("AgainForCausalLM", ">= 1.1, < 3", "early", "2.1"),
        ("ThriceForCausalLM", "1.0", "wrong", None),
        ("GoneForCausalLM", ">= 1.0, < 1.2", "cannot be said", None),
        ("GoneForCausalLM", ">= 1.1, < 1.2", "late", "1.0"),
        ("GoneForCausalLM", "> 0.9, < 1.2", "cannot be said", None),
        ("GoneForCausalLM", "> 0.9", "wrong", None),
        ("GoneForCausalLM", "~= 2.0", "wrong", None),
        ("AlphaForCausalLM", "~= 1.0", "true", "1.0"),
        ("BetaForCausalLM", "> 1.0, < 3", "true", "1.1"),
        ("OtherForCausalLM", "1.0", "wrong", None),
        ("AlphaForCausalLM", "1." + "9" * 300, "cannot be said", None),
    ],
)
def test_since_when_an_engine_has_it_is_true_late_early_or_wrong(
    histories: Histories, tmp_path: Path, name: str, said: str, outcome: str, since: str | None
) -> None:
    (judged,) = held(histories, written(tmp_path, "a.md", SINCE.format(name, said))).judged
    assert (judged.outcome.value, judged.since) == (outcome, since), judged.why


@pytest.mark.parametrize(
    ("name", "engine", "outcome", "why"),
    [
        ("AlphaForCausalLM", "demo", "true", "AlphaForCausalLM"),
        ("AlphaForCausalLM", "demo==1.0", "true", "AlphaForCausalLM"),
        ("DeltaForCausalLM", "demo==2.0", "wrong", "demo 2.0 does not have it"),
        ("GoneForCausalLM", "demo", "wrong", "demo 2.1 no longer has it; the last release with it is ≥1.1"),
        ("BettaForCausalLM", "demo", "wrong", "demo 2.1 does not have it; near it: BetaForCausalLM"),
        ("AlphaForCausalLM", None, "cannot be said", "no engine is named; name one with --engine"),
        ("what?", "demo", "cannot be said", "that is not the name of an architecture or a model"),
        ("owner/of-nobody", "demo", "cannot be said", "the architecture of `owner/of-nobody` is not known"),
    ],
)  # fmt: skip
def test_that_an_engine_has_it_is_true_or_wrong(
    histories: Histories, tmp_path: Path, name: str, engine: str | None, outcome: str, why: str
) -> None:
    (judged,) = held(histories, written(tmp_path, "names", f"{name}\n"), engine).judged
    assert judged.outcome.value == outcome
    assert why in judged.why if outcome == "true" else judged.why == why


def test_what_is_gone_has_the_line_that_had_it(histories: Histories, tmp_path: Path) -> None:
    (judged,) = held(histories, written(tmp_path, "names", "GoneForCausalLM\n")).judged
    assert (str(judged.place), judged.place.release) == ("demo/r.py:1", "1.0")


FEATURE_TABLE = "| Architecture | LoRA | PP |\n|---|---|---|\n| {} | {} | {} |\n"


@pytest.mark.parametrize(
    ("name", "marks", "outcomes"),
    [
        ("AlphaForCausalLM", ("✅", "✅"), ("true", "true")),
        ("AlphaForCausalLM", ("", "✅"), ("wrong", "true")),
        ("BetaForCausalLM", ("✅", "✅"), ("true", "wrong")),
        ("BetaForCausalLM", ("✅", ""), ("true", "true")),
        ("GammaForCausalLM", ("✅", ""), ("true", "cannot be said")),
        ("DeltaForCausalLM", ("x", ""), ("cannot be said", "true")),
        ("GoneForCausalLM", ("✅", "✅"), ("cannot be said", "cannot be said")),
    ],
)
def test_marks_are_held_against_the_features_of_the_release(
    histories: Histories, tmp_path: Path, name: str, marks: tuple[str, str], outcomes: tuple[str, str]
) -> None:
    judged = held(histories, written(tmp_path, "a.md", FEATURE_TABLE.format(name, *marks))).judged
    assert tuple(each.outcome.value for each in judged if each.claim.feature) == outcomes
    if outcomes[0] == "wrong":
        assert str(judged[1].place) == f"demo/{name}.py:7"


def test_of_a_release_whose_features_are_not_read_nothing_is_said(
    histories: Histories, tmp_path: Path
) -> None:
    path = written(tmp_path, "a.md", FEATURE_TABLE.format("AlphaForCausalLM", "✅", ""))
    judged = held(histories, path, "demo==2.0").judged
    assert [each.outcome.value for each in judged] == ["true", "cannot be said", "cannot be said"]
    assert judged[1].why == "what demo 2.0 says of LoRA is not read"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        (
            "a.md",
            "| Architecture | LoRA | PP |\r\n|---|---|---|\r\n| AlphaForCausalLM |  | ✅︎ |\n| BetaForCausalLM|✅︎|✅︎|",
            "| Architecture | LoRA | PP |\r\n|---|---|---|\r\n| AlphaForCausalLM | ✅︎ | ✅︎ |\n| BetaForCausalLM|✅︎||",
        ),
        (
            "a.md",  # of two in one row one has it
            "| Architecture | PP |\n|---|---|\n| `AlphaForCausalLM`, `BetaForCausalLM` | ✅ |\n",
            "| Architecture | PP |\n|---|---|\n| `AlphaForCausalLM`, `BetaForCausalLM` | ✅ |\n",
        ),
        ("a.md", SINCE.format("BetaForCausalLM", ">= 1.0"), SINCE.format("BetaForCausalLM", ">= 1.1")),
        ("a.md", SINCE.format("GammaForCausalLM", "2.1"), SINCE.format("GammaForCausalLM", "2.1")),
        ("a.json", JSON.format("1.0"), JSON.format("1.1")),
        ("a.yaml", "# é\ndemo: {BetaForCausalLM: v1.0}\n", "# é\ndemo: {BetaForCausalLM: v1.1}\n"),
        ("a.py", GATE.format("1.0"), GATE.format("1.1")),
        (
            "a.py",  # the gate is right for one of them
            "if demo_version >= '1.0':\n    add('BetaForCausalLM', 'AlphaForCausalLM')\n",
            "if demo_version >= '1.0':\n    add('BetaForCausalLM', 'AlphaForCausalLM')\n",
        ),
        ("names", "GoneForCausalLM\n", "GoneForCausalLM\n"),
    ],
)  # fmt: skip
def test_what_the_form_allows_is_put_right_and_no_other_byte_changes(
    histories: Histories, tmp_path: Path, name: str, before: str, after: str
) -> None:
    odd = b"\xef\xbb\xbf" if name.endswith(".md") else b""
    path = written(tmp_path, name, odd + before.encode())
    found = held(histories, path, fix=True)
    assert path.read_bytes() == odd + after.encode()
    assert found.written == (before != after)
    assert held(histories, path, fix=True).written is False


@pytest.mark.parametrize(
    ("said", "late", "after"),
    [
        ("1.0", False, "1.1"),
        ("1.0", True, "1.1"),
        ("2.0", False, "2.0"),
        ("2.0", True, "1.1"),
        ("> 1.1", True, "> 1.1"),
        ("> 0.9", True, "> 0.9"),
        ("~= 2.0", True, "~= 2.0"),
        ("~= 1.0", False, "~= 1.0"),
        (">= 1.0, < 1.1", False, ">= 1.0, < 1.1"),
        (">= 2.0, != 2.1", True, ">= 1.1, != 2.1"),
        ("demo ~= 2.0", True, "demo ~= 2.0"),
        ("demo > 1.1", True, "demo > 1.1"),
    ],
)
def test_a_late_release_is_lowered_only_if_that_is_asked(
    histories: Histories,
    tmp_path: Path,
    said: str,
    late: bool,  # noqa: FBT001 -- a row of the data
    after: str,
) -> None:
    path = written(tmp_path, "a.md", SINCE.format("BetaForCausalLM", said))
    before = path.read_bytes()
    shown = held(histories, path, fix=True, late=late, write=False)
    assert path.read_bytes() == before
    found = held(histories, path, fix=True, late=late)
    assert path.read_text(encoding="utf-8") == SINCE.format("BetaForCausalLM", after)
    assert shown.texts == (None if said == after else (before.decode(), path.read_text(encoding="utf-8")))
    assert (found.written, found.fixed) == ((False, 0) if said == after else (True, 1))


@pytest.mark.parametrize("sign", [">", "~=", ">="])
def test_in_every_form_only_a_release_that_stands_for_itself_and_all_behind_it_is_lowered(
    histories: Histories, tmp_path: Path, sign: str
) -> None:
    texts = {
        "a.json": f'[{{"arch": "BetaForCausalLM", "demo": "{sign}2.0"}}, ["demo{sign}2.0"]]',
        "b.json": f'{{"arch": "BetaForCausalLM", "requires": ["demo{sign}2.0"]}}',
        "a.yaml": f"BetaForCausalLM: demo{sign}2.0\n",
    }
    if sign != "~=":
        texts["a.py"] = f"if demo_version {sign} '2.0':\n    add('BetaForCausalLM')\n"
    for name, text in texts.items():
        path = written(tmp_path, name, text)
        judged = held(histories, path).judged
        assert [each.outcome.value for each in judged] == ["late"], name
        held(histories, path, fix=True, late=True)
        lowered = text.replace("2.0", "1.1", 1) if sign == ">=" else text
        assert path.read_text(encoding="utf-8") == lowered


def test_a_gate_that_is_early_for_one_and_late_for_another_stays(
    histories: Histories, tmp_path: Path
) -> None:
    text = "if demo_version >= '1.1':\n    add('DeltaForCausalLM', 'AlphaForCausalLM')\n"
    path = written(tmp_path, "a.py", text)
    assert held(histories, path, fix=True).written is False


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("- {arch: BetaForCausalLM, min_version: '1.0'}", ["early"]),
        ("- {arch: BetaForCausalLM, min_version: '1.1'}", ["true"]),
        ("- {arch: BetaForCausalLM, version: '1.1'}", ["cannot be said"]),
        ("- {arch: DeltaForCausalLM, version: '1.1'}", ["cannot be said"]),
        ("- {arch: BetaForCausalLM, min_version: '1.1', tested_demo: '1.2'}", ["cannot be said"]),
        ("- {arch: BetaForCausalLM, min_version: '1.0', tested_demo: '1.2'}", ["early"]),
        ("- {arch: BetaForCausalLM, min_version: soon}", ["cannot be said"]),
        ("- {arch: BetaForCausalLM, min_version: latest}", ["true"]),
        ("- {arch: BetaForCausalLM, torch_version: '2.5'}", ["true"]),
        ("- {arch: BetaForCausalLM, version: 2}", ["true"]),
        ("BetaForCausalLM: '1.0'", ["early"]),
        ("models: [{arch: BetaForCausalLM, min_demo: '1.0'}]", ["early"]),
        ("BetaForCausalLM: demo>=1.0", ["early"]),
    ],
)
def test_the_engine_that_is_named_at_the_command_line_supplies_what_a_file_does_not_say(
    histories: Histories, tmp_path: Path, text: str, outcomes: list[str]
) -> None:
    """And no row is called true beside a version that is not read."""
    judged = held(histories, written(tmp_path, "a.yaml", text + "\n")).judged
    assert [each.outcome.value for each in judged] == outcomes, [each.why for each in judged]


@pytest.mark.parametrize(
    ("name", "text", "unread"),
    [
        ("a.yaml", "things: [{what: x, min_demo: '1.0'}]\n", ("things", "what")),
        ("a.json", "[]", ()),
        ("a.py", "x = {'a': 'b'}\n", ("a",)),
        ("a.md", "| Thing | Best |\n|---|---|\n| x | y |\n", ("Thing", "Best")),
        ("a.md", "words\n", ()),
        ("names", "# nothing\n", ()),
        ("a.yaml", "x: y\ndemo: {BetaForCausalLM: '1.1'}\n", None),
    ],
)
def test_what_was_looked_at_in_a_file_without_a_claim_is_kept(
    histories: Histories, tmp_path: Path, name: str, text: str, unread: tuple[str, ...] | None
) -> None:
    found = held(histories, written(tmp_path, name, text))
    assert (found.passed_over, len(found.judged)) == ((), 1) if unread is None else (unread, 0)
    assert found.has_unsaid == (unread is not None)


def test_bytes_that_are_no_text_stay_as_they_are(histories: Histories, tmp_path: Path) -> None:
    table = FEATURE_TABLE.format("AlphaForCausalLM", "", "").encode()
    path = written(tmp_path, "a.md", b"\xff\xfe caf\xe9\n\n" + table + b"\x80")
    assert held(histories, path, fix=True).not_true == ()
    fixed = FEATURE_TABLE.format("AlphaForCausalLM", "✅", "✅").encode()
    assert path.read_bytes() == b"\xff\xfe caf\xe9\n\n" + fixed + b"\x80"


def test_a_file_that_changes_meanwhile_is_left_as_it_is(
    histories: Histories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "a.md", FEATURE_TABLE.format("AlphaForCausalLM", "", ""))

    def slow(text: str, judged: Any, *, late: bool) -> str:
        path.write_text("new", encoding="utf-8")
        return mended(text, judged, late=late)

    monkeypatch.setattr("archtrack.app.audit.mended", slow)
    with pytest.raises(DocumentError, match="changed while"):
        held(histories, path, fix=True)
    assert path.read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize(
    ("name", "data", "error", "message"),
    [
        ("a.json", b"{", TargetError, "not valid JSON: "),
        ("a.yaml", b"a: [", TargetError, "not valid YAML: "),
        ("a.py", b"if :", TargetError, "not valid Python: invalid syntax"),
        ("a.md", "| A |".encode("utf-16"), TargetError, "not UTF-8 text"),
        ("a.md", None, TargetError, "cannot be read: No such file"),
        ("a.md", b" " * (LARGEST + 1), TargetError, "it has more than 16 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    histories: Histories,
    tmp_path: Path,
    name: str,
    data: bytes | None,
    error: type[ArchtrackError],
    message: str,
) -> None:
    path = tmp_path / name if data is None else written(tmp_path, name, data)
    with pytest.raises(error, match=f"^{path}: .*{message}"):
        held(histories, path)


@pytest.mark.parametrize("engine", ["nobody", "demo==3"])
def test_an_engine_or_release_that_is_not_there_is_refused(
    histories: Histories, tmp_path: Path, engine: str
) -> None:
    with pytest.raises(UsageError):
        held(histories, written(tmp_path, "names", ""), engine)


def test_yaml_needs_the_extra(histories: Histories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(UsageError, match="needs the extra `yaml`"):
        held(histories, written(tmp_path, "a.yml", "a: b"))


PIECES = st.sampled_from(
    [
        "| `AlphaForCausalLM` |",
        "| BetaForCausalLM |",
        " ✅ |",
        "  |",
        "x|",
        "\n",
        "\r\n",
        "`",
        "\\",
        "é",
        "&nbsp;|",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_only_marks_and_the_blanks_around_them_change(histories: Histories, text: str) -> None:
    """What a fix changes are cells of the two columns; everything else is the same, in the same place."""
    judge = Judge(histories, Names(histories, {}), "demo", {})
    text = "| Architecture | LoRA | PP |\n|---|---|---|\n" + text
    judged = [judge.judged(each) for each in read_markdown(text, judge.engines).claims]
    right = mended(text, judged)
    wrong = (each.claim.where for each in judged if each.outcome is Outcome.WRONG)
    places = sorted({where for where in wrong if where is not None})
    kept = [text[end:start] for (_, end), (start, _) in itertools.pairwise([(0, 0), *places, (len(text), 0)])]
    found = re.fullmatch("([^|\\r\\n]*)".join(map(re.escape, kept)), right)
    assert found is not None
    cells = zip(found.groups(), places, strict=True)
    assert all(cell.strip() in {"", "&nbsp;", "✅"} for cell, where in cells if cell != text[slice(*where)])


@given(
    st.text("ab", max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["", "X", None]))),
)
def test_places_that_overlap_or_disagree_are_left_alone(
    text: str, places: list[tuple[int, int, str | None]]
) -> None:
    judged = [
        Judged(
            claim=Claim(
                name="A",
                line=1,
                column=1,
                where=(min(one, other, len(text)), min(max(one, other), len(text))),
            ),
            outcome=Outcome.UNSAID if instead is None else Outcome.WRONG,
            why="",
            instead=instead,
        )
        for one, other, instead in places
    ]
    right = mended(text, judged)
    left = iter(text)
    assert all(each in left for each in right.replace("X", ""))
