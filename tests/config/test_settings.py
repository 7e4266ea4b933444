from __future__ import annotations

import os
import re
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import miniature
from archtrack.config.keys import COLUMN_NAMES, DEFAULT_ROWS, KEYS
from archtrack.config.settings import Settings, find_settings, override_lines, parse_settings
from archtrack.core.document.columns import FURTHER
from archtrack.core.toml import line_of, lines_of, loads
from archtrack.errors import ConfigError
from archtrack.model import Category, Override

ROOT = Path(__file__).parents[2]
CODE = re.compile(r'["\[\d]|true|false')
PAGE = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
TABLE = ("tool", "archtrack")
WHY = 'reason = "why"\n'


def parse(text: str, path: str = "archtrack.toml", table: tuple[str, ...] = ()) -> Settings:
    return parse_settings(text, path=path, table=table)


def refusal(text: str, table: tuple[str, ...] = ()) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text, table=table)
    message = str(caught.value)
    assert "\n" not in message
    assert caught.value.exit_code == 2
    return message


# -- what the keys give ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "\ufeff", "overrides = {}"])
def test_a_file_that_says_nothing_gives_the_defaults(text: str) -> None:
    assert parse(text) == Settings(path="archtrack.toml")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('document = "docs/support.md"', "document", "docs/support.md"),
        ('sglang = "0.5.23"', "sglang", "0.5.23"),
        ('transformers = "pinned"', "transformers", "pinned"),
        ('rows = ["*Model", "Qwen[23]?For*", "[!A]*"]', "rows", ("*Model", "Qwen[23]?For*", "[!A]*")),
        ("rows = []", "rows", ()),
        ('columns = ["notes", "fallback"]', "columns", ("notes", "fallback")),
        ('demand = "sub/census.json"', "demand", "sub/census.json"),
        ('external = "my_models.sglang"', "external", "my_models.sglang"),
        ('disabled = ["llama", "_private"]', "disabled", ("llama", "_private")),
        ("offline = true", "offline", True),
        ("offline = false", "offline", False),
        ("cache_limit_mb = 16", "cache_limit_mb", 16),
    ],
)
def test_each_key_sets_its_setting_and_nothing_else(text: str, name: str, value: object) -> None:
    expected = replace(Settings(path="archtrack.toml"), **{name: value})
    for found in (parse(text), parse(f"[tool.archtrack]\n{text}", table=TABLE), parse(f"\ufeff{text}\r\n")):
        assert found == expected


def test_overrides_say_what_they_may_say_sorted_and_with_their_remarks_on_one_line() -> None:
    text = '''
        [overrides.B]
        note = "two\\n  lines"
        expires = 2026-12-31
        reason = """
          because
          of this """
        [overrides]
        A = { category = "embedding", example = "o-1/n.2_x", reason = "r" }
        "Ω".example = "a/b"
        "Ω".reason = "r"
        C = { category = "text", reason = "r" }
        D = { category = "multimodal", reason = "r" }
    '''
    assert parse(text).overrides == (
        Override(name="A", category=Category.EMBEDDING, example="o-1/n.2_x", reason="r"),
        Override(name="B", note="two lines", reason="because of this", expires=date(2026, 12, 31)),
        Override(name="C", category=Category.TEXT, reason="r"),
        Override(name="D", category=Category.MULTIMODAL, reason="r"),
        Override(name="Ω", example="a/b", reason="r"),
    )


@pytest.mark.parametrize(
    ("spec", "seen"),
    [
        (".", "up/."),
        ("./sglang", "up/sglang"),
        ("../python/sglang", "up/../python/sglang"),
        ("a/b", "up/a/b"),
        ("git:.@v0.5", "git:up/.@v0.5"),
        ("git:../sglang@origin/main", "git:up/../sglang@origin/main"),
        # no relative paths
        ("latest", "latest"),
        ("my_models", "my_models"),
        ("/srv/sglang", "/srv/sglang"),
        ("~/sglang", "~/sglang"),
        ("C:/sglang", "C:/sglang"),
        ("git:/srv/sglang@main", "git:/srv/sglang@main"),
        ("git:https://host/a/b@main", "git:https://host/a/b@main"),
        ("git:git@host:a/b@main", "git:git@host:a/b@main"),
    ],
)
@pytest.mark.parametrize("key", ["sglang", "transformers", "external"])
def test_a_relative_path_in_a_spec_starts_at_the_file(key: str, spec: str, seen: str) -> None:
    assert getattr(parse(f'{key} = "{spec}"', path="up/archtrack.toml"), key) == seen
    assert getattr(parse(f'{key} = "{spec}"', path="archtrack.toml"), key) == spec


# -- what is wrong, where, and what to do ----------------------------------------------------------


QUOTE = "write it in quotes"
EMPTY = "is empty: give a value or remove the key"
CONTROL = "has white space around it or a control character in it: remove that"
PATTERN = "which matches no class name: use letters, digits, _, * and ?"
LIST = 'write ["…", "…"]'
MEGABYTES = "write megabytes without unit and quotes"
TABLES = "must be a table ([overrides.NAME], NAME being an architecture), not"
NO_CLASS = "no class can have this name; write the architecture's own"
NO_REASON = 'overrides.A needs a reason: add reason = "why this is so"'
IDLE = "overrides.A changes nothing: add category, example or note"
COLUMNS = "choose from demand, fallback, features, notes, since, ctranslate2, "
NO_TOOL = "write the keys at the top, and [overrides.NAME]"
ALL_KEYS = "document, sglang, transformers, rows, columns, known_elsewhere, demand, external, dis"
NO_CENSUS = 'no census is named: add demand = "census.json" (`archtrack demand --save'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("transfomers = 1", "unknown key transfomers; did you mean transformers?"),
        ("Cache-Limit-MB = 1", "unknown key Cache-Limit-MB; did you mean cache_limit_mb?"),
        ("[override.A]", "unknown key override; did you mean overrides?"),
        ("zzz = 1", f"unknown key zzz; choose from {ALL_KEYS}"),
        ('"a\\u001b[2J" = 1', "unknown key 'a\\x1b[2J'; choose from document, "),
        ("[tool.archtrack]", f"[tool.…] has no place in this file: {NO_TOOL}"),
        ("document = 1", f"document must be a string, not an integer: {QUOTE}"),
        ('document = ""', f"document {EMPTY}"),
        ('document = "a\\nb"', f"document {CONTROL}"),
        ('document = "docs/"', "document names a folder: add the document's name"),
        ('document = ".."', "document names a folder: add the document's name"),
        ("sglang = 0.5", f"sglang must be a string, not a float: {QUOTE}"),
        ("sglang = 2024-01-01", f"sglang must be a string, not a date or time: {QUOTE}"),
        ('transformers = " "', f"transformers {EMPTY}"),
        ('external = "x "', f"external {CONTROL}"),
        ('rows = "*Model"', f"rows must be a list, not a string: {LIST}"),
        ("rows = [1]", "rows must hold strings only, not an integer: write each in quotes"),
        ('rows = ["*A", "*B, *C"]', f"rows holds '*B, *C', {PATTERN}"),
        ('rows = ["!A*"]', f"rows holds '!A*', {PATTERN}"),
        ('rows = [""]', f"rows holds '', {PATTERN}"),
        ('columns = "notes"', f"columns must be a list, not a string: {LIST}"),
        (
            'columns = ["fallback", "Notes"]',
            "columns holds 'Notes', which is not a column; did you mean notes?",
        ),
        ('columns = ["sglang"]', f"columns holds 'sglang', which is not a column; {COLUMNS}"),
        ('columns = ["transformers"]', f"columns holds 'transformers', which is not a column; {COLUMNS}"),
        ('columns = ["demand"]', f'columns holds "demand", and {NO_CENSUS}'),
        ('columns = ["notes", "fallback", "notes"]', "columns holds 'notes' twice: remove one"),
        ('demand = "sub/"', "demand names a folder: add the census's name"),
        ("demand = true", f"demand must be a string, not a boolean: {QUOTE}"),
        ('disabled = "llama"', f"disabled must be a list, not a string: {LIST}"),
        ("disabled = [[]]", "disabled must hold strings only, not a list: write each in quotes"),
        (
            'disabled = ["llama.py"]',
            "disabled holds 'llama.py', no module: write the file's name without folder and .py",
        ),
        ('offline = "true"', "offline must be true or false (without quotes), not a string"),
        ("offline = 1", "offline must be true or false (without quotes), not an integer"),
        ("cache_limit_mb = '256'", f"cache_limit_mb must be an integer, not a string: {MEGABYTES}"),
        ("cache_limit_mb = true", f"cache_limit_mb must be an integer, not a boolean: {MEGABYTES}"),
        ("cache_limit_mb = 15", "cache_limit_mb must be from 16 to 1048576"),
        ("cache_limit_mb = 1048577", "cache_limit_mb must be from 16 to 1048576"),
        ("overrides = 1", f"overrides {TABLES} an integer"),
        ('overrides.category = "text"', f"overrides.category {TABLES} a string"),
        ("[[overrides.A]]", f"overrides.A {TABLES} a list"),
        ('[overrides."a b"]', f"overrides.'a b': {NO_CLASS}"),
        ("[overrides.1A]", f"overrides.1A: {NO_CLASS}"),
        ("[overrides.A]", NO_REASON),
        ("[overrides.A]\nnote = 'n'\nexpires = 2026-12-31", NO_REASON),
        (f"[overrides.A]\n{WHY}", IDLE),
        (f"[overrides.A]\nexpires = 2026-12-31\n{WHY}", IDLE),
    ],
)
@pytest.mark.parametrize("above", ["", "# one\n\n", "\ufeff# é\r\n"])
def test_an_error_names_the_line_and_says_what_to_do(text: str, message: str, above: str) -> None:
    line = above.count("\n") + 1
    assert refusal(above + text).startswith(f"archtrack.toml:{line}: {message}")


CATEGORIES = 'must be "text" or "embedding" or "multimodal"'
DAY = "write 2026-12-31, without quotes"
UP = "rows belongs to the file as a whole; move it above the first [overrides.…]"


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ('category = "vision"', "category", f"{CATEGORIES}, not 'vision'"),
        ('category = "Text"', "category", f"{CATEGORIES}, not 'Text'"),
        ("category = 1", "category", f"must be a string, not an integer: {QUOTE}"),
        ('reason = " \\n "', "reason", EMPTY),
        ("note = []", "note", f"must be a string, not a list: {QUOTE}"),
        ('note = "\\u001b[2J"', "note", CONTROL),
        ('expires = "2026-12-31"', "expires", f"must be a date, not a string: {DAY}"),
        ("expires = 2026-12-31T00:00:00", "expires", f"must be a date, not a date with a time: {DAY}"),
        ("expires = 2026", "expires", f"must be a date, not an integer: {DAY}"),
        ('exemple = "a/b"', None, "exemple; did you mean example?"),
        ("rows = []", None, f"rows: {UP}"),
        ("[overrides.A.more]", None, "more; choose from category, example, note, reason, expires"),
    ],
)
@pytest.mark.parametrize("table", [(), TABLE])
def test_an_error_in_an_override_names_its_own_line(
    line: str, key: str | None, message: str, table: tuple[str, ...]
) -> None:
    text = f'# A\n[overrides.B]\nnote = "A"\n{WHY}\n[overrides.A]\n{line}'
    text = text.replace("[overrides", "[" + ".".join((*table, "overrides")))
    said = f"overrides.A.{key} {message}" if key else f"unknown key overrides.A.{message}"
    assert refusal(text, table) == f"archtrack.toml:7: {said}"


@pytest.mark.parametrize(
    "value", ["gpt2", "a/b/c", "/b", "https://host/a/b", "a/-b", "a/b.", "a/b--c", "a/b..c", "a/b.git", "ä/b"]
)
def test_an_example_has_to_be_a_repository_of_the_hub(value: str) -> None:
    assert refusal(f"[overrides.A]\nexample = '{value}'\n{WHY}") == (
        "archtrack.toml:2: overrides.A.example is not a repository on the Hub; write owner/name without the address"
    )


def test_what_may_hold_credentials_is_not_repeated() -> None:
    message = refusal('\nsglang = "git:https://me:hunter2@host/x "')
    assert message.startswith("archtrack.toml:2: sglang has white space")
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[tool]\narchtrack = 3", 2),
        ("[tool.x]\n[[tool.archtrack]]", 2),
        ('[tool]\n[tool."archtrack"]\n# x\n"x" = 1', 4),
        ("[project]\nx = '''\n[tool.archtrack]\nx = 1\n'''\n[tool.archtrack]\n\nx = 1", 8),
        ('[tool.archtrack]\nrows = [\n  "*A", # x\n  "x x",\n]', 2),
        ("[tool.archtrack.overrides]\nA = {note = 'x',\treason = 3}", 2),
    ],
)
def test_lines_of_a_pyproject(text: str, line: int) -> None:
    assert refusal(text, TABLE).startswith(f"archtrack.toml:{line}: ")


@pytest.mark.parametrize(
    "text", ["", "tool = 3", "[tool]", "[tool.other]\nrows = 1", "archtrack = 3", "[[tool]]"]
)
def test_a_text_without_the_table_gives_the_defaults(text: str) -> None:
    assert parse(text, "pyproject.toml", TABLE) == Settings(path="pyproject.toml")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("offline =", "1:10: not TOML: Invalid value;"),
        ("\ufeff\r\noffline = yes\r\n", "2:11: not TOML: Invalid value;"),
        ("a = 1\na = 2", "2:6: not TOML: Cannot overwrite a value;"),
        ('a = 1\ndocument = "x', "2:14: not TOML: "),
        ("a = '''\n\nx", "3:2: not TOML: Expected \"'''\";"),
        ("a = " + "[" * 100_000, "1: not TOML that can be read: it is nested too deeply"),
        ("a" + ".a" * 5_000 + " = 1", "1:1: not TOML: a key has more than 100 parts; correct it here"),
        ("a = " + "9" * 5000, "1: not TOML that can be read: it holds a number of too many digits"),
    ],
)
def test_a_text_that_is_not_toml_is_told_with_line_and_column(text: str, where: str) -> None:
    # Where a text ends too early, parsers differ between its last line's end and the end of the document.
    assert refusal(text).startswith(f"archtrack.toml:{where}")


KEY_TEXTS = st.sampled_from(
    [*(key.name.replace("NAME", "A") for key in KEYS), "overrides", "overrides.A", "A", "x", '"a b"']
)
VALUE_TEXTS = st.sampled_from(
    ["1", "256", "true", '""', '"a/b"', "'text'", '["*A"]', "[[1]]", "{}", "{reason = '', note = 'y'}", "inf"]
)
STATEMENTS = st.builds("{} = {}".format, KEY_TEXTS, VALUE_TEXTS) | st.builds("[{}]".format, KEY_TEXTS)
ANY_TEXT = st.text(alphabet=st.sampled_from("rowsverid.=[]{}\"'\\\n,#1A \ufeff\x00é"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.lists(STATEMENTS, max_size=5).map("\n".join) | ANY_TEXT)
def test_whatever_the_text_there_are_settings_or_one_line_with_its_place(text: str) -> None:
    try:
        parse(text)
    except ConfigError as error:
        assert re.match(r"archtrack\.toml:[1-9]\d*:[^\n]+\Z", str(error))  # noqa: PT017 - both outcomes are right


# -- the line of a key -----------------------------------------------------------------------------

NAMES = st.text(alphabet="ab_", min_size=1, max_size=3)
ODD_NAMES = st.text(alphabet="a.\"=[]#{}' é\n\\", max_size=4)
ONE_LINE = st.sampled_from(
    ["1", "true", '"x = 1 # ["', "'[a]'", "[1, 2]", "{}", "2024-01-01 10:00:00", '"""a"""', "1.5"]
)
MANY_LINES = st.sampled_from(
    [
        "[\n1,\n# a = 1\n\n2\n]",
        '"""\n[a]\nb = 1\n"""',
        "'''\na = '' 1\n\n'''",
        '[\n"""\n]\n""",\n[\n"a",\n]]',
        '"""\\\n  b"""',
    ]
)
VALUES = ONE_LINE | MANY_LINES
FILLING = st.sampled_from(["", "", "\n", "# a = 1\n", "  \n\t# [a]\n"])


@st.composite
def spelled(draw: st.DrawFn, name: str) -> str:
    """A key as it may be written."""
    ways = []
    if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII):
        ways.append(name)
    if "'" not in name and "\n" not in name:
        ways.append(f"'{name}'")
    ways.append('"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"')
    if name:
        ways.append(f'"{"".join(f"{chr(92)}u{ord(letter):04x}" for letter in name)}"')
    return draw(st.sampled_from(ways))


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, dict[tuple[str, ...], int]]:
    """A TOML text, and the line on which each of its keys and tables is first mentioned.

    A name is used once in the whole text, so that no statement can contradict another.
    """
    names = iter(draw(st.lists(NAMES | ODD_NAMES, unique=True, min_size=24, max_size=24)))
    dot, equals = draw(st.sampled_from([".", " . "])), draw(st.sampled_from(["=", " = ", "\t="]))
    text, lines = "", {}

    def written(base: tuple[str, ...], count: int) -> tuple[str, tuple[str, ...]]:
        parts = tuple(next(names) for _ in range(count))
        for length in range(1, count + 1):
            lines[base + parts[:length]] = text.count("\n") + 1
        return dot.join(draw(spelled(part)) for part in parts), (*base, *parts)

    def statement(base: tuple[str, ...]) -> str:
        key, path = written(base, draw(st.integers(1, 2)))
        if draw(st.integers(0, 3)):
            return f"{key}{equals}{draw(VALUES)}"
        inner, _ = written(path, 1)
        return f"{key}{equals}{{ {inner}{equals}{draw(VALUES)} }}"

    base: tuple[str, ...] = ()
    for _ in range(draw(st.integers(0, 3))):
        for _ in range(draw(st.integers(0, 2))):
            text += draw(FILLING)
            text += statement(base) + "\n"
        text += draw(FILLING)
        header, base = written((), draw(st.integers(1, 2)))
        text += f"[{header}]{draw(st.sampled_from(['', ' # a']))}\n"
    return text, lines


@settings(max_examples=120, deadline=None)
@given(texts(), st.sampled_from(["\n", "\r\n"]))
def test_the_line_of_every_key_is_the_one_on_which_it_was_written(
    written: tuple[str, dict[tuple[str, ...], int]], newline: str
) -> None:
    text, lines = written
    text = text.replace("\n", newline)
    loads(text)  # else the test is wrong
    assert {keys: line_of(lines_of(text), keys) for keys in lines} == lines


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ("", ("a",), 1),
        ("", (), 1),
        ("\n[a]\nb = 1", ("a", "c"), 2),
        ("\n\n[a.b]\nc = 1\n[a]\nd = 1", ("a",), 3),
        ("\n\n[a.b]\nc = 1\n[a]\nd = 1", ("a", "d"), 6),
        ("\n[[a]]\nb = 1\n[[a]]", ("a", "b"), 3),
        ("b = 'a'\n# a\n\n\"\\u0061\" = 1", ("a",), 4),
        ("x = {a = [\n1], b = {c = [[\n2], [\n3]], d = 1}}", ("x", "b", "d"), 1),
    ],
)
def test_the_line_of_a_key_or_of_what_is_nearest_to_it(text: str, keys: tuple[str, ...], line: int) -> None:
    assert line_of(lines_of(text), keys) == line


# -- where the file is found -----------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with nothing of ours above it."""
    folder = tmp_path.resolve() / "work"
    (folder / "docs" / "deep").mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert find_settings(folder) == Settings(), "a settings file above the temporary folder is in the way"
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        miniature.write(folder / name, text)


OURS = "[tool.archtrack]\noffline = true"


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({}, None),
        ({"docs/deep/archtrack.toml": ""}, "docs/deep/archtrack.toml"),
        ({"docs/archtrack.toml": "", "archtrack.toml": ""}, "docs/archtrack.toml"),
        ({"archtrack.toml": ""}, "archtrack.toml"),
        ({"pyproject.toml": OURS}, "pyproject.toml"),
        ({"pyproject.toml": "\ufeff" + OURS}, "pyproject.toml"),
        ({"pyproject.toml": OURS, "archtrack.toml": ""}, "archtrack.toml"),
        ({"docs/pyproject.toml": OURS, "archtrack.toml": ""}, "docs/pyproject.toml"),
        ({"docs/pyproject.toml": "[tool.other]\nx = 'archtrack'", "pyproject.toml": OURS}, "pyproject.toml"),
        ({"docs/pyproject.toml": "not toml at all", "archtrack.toml": ""}, "archtrack.toml"),
        ({"docs/archtrack.toml/file": "", "archtrack.toml": ""}, "archtrack.toml"),
        ({"docs/pyproject.toml/file": "", "docs/deep/archtrack.toml/file": ""}, None),
        ({"docs/deep/below/archtrack.toml": ""}, None),
    ],
)
def test_the_nearest_file_is_read_and_said(tree: Path, files: dict[str, str], path: str | None) -> None:
    write(tree, files)
    found = find_settings(tree / "docs" / "deep")
    assert (found.path and Path(found.path).as_posix()) == path
    assert found.offline == (path is not None and files[path].endswith(OURS))


@pytest.mark.parametrize("start", ["docs", "docs/missing/folder", "docs/deep/..", "docs/a.md"])
def test_the_search_may_start_anywhere(tree: Path, start: str) -> None:
    write(tree, {"docs/archtrack.toml": "", "docs/a.md": "", "archtrack.toml": ""})
    assert find_settings(Path(start)).path == str(Path("docs", "archtrack.toml"))


def test_a_file_above_is_told_with_its_whole_path(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree, {"archtrack.toml": 'sglang = "./x"'})
    monkeypatch.chdir(tree / "docs")
    found = find_settings(Path())
    assert found.path == str(tree / "archtrack.toml")
    assert found.sglang == f"{tree.as_posix()}/x"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = 1\n# \xe4\n", "2: not UTF-8, as TOML has to be; save it in that encoding"),
        ("offline = true".encode("utf-16"), "1: not UTF-8, as TOML has to be; save it in that encoding"),
        (b"#" * (1024 * 1024 + 1), " it has more than 1 MB; shorten it"),
        (b"\xef\xbb\xbf\noffline = 1", "2: offline must be true or false (without quotes), not an integer"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_with_its_place(tree: Path, data: bytes, message: str) -> None:
    (tree / "archtrack.toml").write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        find_settings(tree)
    assert str(caught.value) == f"archtrack.toml:{message}"


@pytest.mark.parametrize("name", ["archtrack.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("loop", "cannot be read (Too many levels of symbolic links); make it readable or remove it"),
        ("nowhere", "a link to nowhere; repair or remove it"),
        ("pipe", "neither a file nor a folder; remove it"),
    ],
)
def test_what_cannot_be_read_is_not_passed_over(tree: Path, name: str, kind: str, message: str) -> None:
    path = tree / name
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path if kind == "loop" else tree / "missing")
    with pytest.raises(ConfigError) as caught:
        find_settings(tree)
    assert str(caught.value) == f"{name}: {message}"


def test_a_name_that_no_folder_can_have_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"^'a\\x00b': cannot look for settings here: "):
        find_settings(Path("a\0b"))


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("archtrack.toml", f"\n[overrides.A]\nnote = 'B'\n{WHY}\n[overrides.B]\nnote = 'n'\n{WHY}", 6),
        ("archtrack.toml", "\ufeffoverrides.B = { note = 'n', reason = 'r' }", 1),
        ("pyproject.toml", f"[overrides.B]\n[tool.archtrack.overrides]\n\nB.note = 'n'\nB.{WHY}", 4),
    ],
)
def test_the_line_of_an_override_is_where_it_was_read(tree: Path, name: str, text: str, line: int) -> None:
    write(tree, {name: text})
    found = find_settings(tree)
    assert override_lines(found)["B"] == line
    for harm in (b"no toml", b"\xff"):
        (tree / name).write_bytes(harm)
        assert override_lines(found) == {}
    (tree / name).unlink()
    assert override_lines(found) == {}


# -- one list of keys, and its documentation -------------------------------------------------------


def test_every_key_is_a_setting_every_setting_a_key_and_every_column_can_be_chosen() -> None:
    top = [key.name for key in KEYS if "." not in key.name]
    inner = [key.name.removeprefix("overrides.NAME.") for key in KEYS if "." in key.name]
    assert sorted([*top, "path", "overrides"]) == sorted(field.name for field in fields(Settings))
    assert sorted([*inner, "name"]) == sorted(field.name for field in fields(Override))
    assert tuple(FURTHER) == COLUMN_NAMES


def test_the_defaults_that_are_told_are_the_defaults() -> None:
    told = {key.name: key.default for key in KEYS if CODE.match(key.default)}
    text = "\n".join(f"{name} = {default}" for name, default in told.items())
    assert parse(text) == Settings(path="archtrack.toml")
    unset = {field.name for field in fields(Settings) if field.default is None} - {"path"}
    assert {key.name for key in KEYS if "." not in key.name} - told.keys() == unset
    assert Settings().rows == DEFAULT_ROWS


def test_the_page_has_each_key_as_the_code_has_it_and_no_other() -> None:
    section = PAGE.partition("\n## Keys\n")[2].partition("\n## ")[0]
    _, _, *rows = [line for line in section.splitlines() if line.startswith("|")]
    assert rows == [
        f"| `{key.name}` | {key.type} | {f'`{key.default}`' if CODE.match(key.default) else key.default}"
        f" | {key.description} |"
        for key in KEYS
    ]


def test_the_examples_of_the_page_are_valid() -> None:
    examples = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    parsed = [parse(text, table=TABLE if "[tool." in text else ()) for text in examples]
    assert [len(found.overrides) for found in parsed] == [1, 1, 1, 1]
    assert parsed[0].document == parsed[1].document == "docs/MODEL_SUPPORT_TRACKING.md"


def test_the_errors_on_the_page_are_the_errors() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    texts = ('\n\ntransfomers = "latest"', "\n" * 7 + '[overrides.AcmeChatModel]\ncategory = "text"')
    assert shown.splitlines() == [refusal(text) for text in texts]


def test_the_page_has_each_variable_of_our_own_and_no_other() -> None:
    pattern = re.compile(r"(?<!_)\bARCHTRACK_[A-Z_]+\b")
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    used = {name for text in sources for name in pattern.findall(text)}
    own = ("CACHE_DIR", "DATA_DIR", "DATA_URL", "OFFLINE")
    assert used == {f"ARCHTRACK_{name}" for name in own}
    assert used == set(pattern.findall(PAGE))
