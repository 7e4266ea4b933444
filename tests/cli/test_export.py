"""``archtrack export``: every form says the same, by readers of others; features beside the keys."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from archtrack.app.export import FORMAT, export
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.core.history.data_file import write_history
from archtrack.core.history.history import Entry, Row
from archtrack.render.export import COLUMNS, FORMS, go_text, python_text, yaml_text
from made_history import made_history, release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from miniature import Cli, Conforms

ODD = (
    "yes",
    "Null",
    "0.10",
    "2026-01-31",
    "a: b",
    "# c",
    "- d",
    "",
    "ünï",
    "a\nb",
    'q"\\',
    "\U0001f600",
    "\x7f",
    "x y",
)
"""Names that mean something else to YAML, or have to be escaped."""
ENTRY = Entry(file="own.py", at="m/own.py:1")
PAGE = Path(__file__).parents[2] / "docs" / "tasks" / "export.md"


def made(tmp_path: Path, *names: str, **more: Any) -> Histories:
    """An engine with three releases: the first has none of the names."""
    releases = [release(each, date=f"2026-01-0{each}") for each in "123"]
    found = {each: {} if each == "1" else dict.fromkeys(names, ENTRY) for each in "123"}
    (tmp_path / "demo.json").write_text(
        write_history(made_history(releases, found, **more)), encoding="utf-8"
    )
    return Histories({}, tmp_path)


def module(text: str) -> Any:
    """The one constant of a Python module, read and not run."""
    (constant,) = (each for each in ast.parse(text).body if isinstance(each, ast.Assign))
    (target,) = constant.targets
    assert isinstance(target, ast.Name)
    assert target.id == "SUPPORT"
    return ast.literal_eval(constant.value)


def flat(data: Any) -> list[list[str]]:
    """The rows that the flat forms have, put together anew."""
    rows = []
    for engine in data["engines"]:
        for key in engine["keys"]:
            had, newest = key["features"], key["in_newest"]
            features = [
                (name, {**span, "in_newest": newest.get(name)})
                for name in [*had, *(name for name in newest if name not in had)]
                for span in had.get(name, [{}])
            ]
            for feature, span in [("", span) for span in key["spans"]] + features:
                own = {
                    "engine": engine["engine"],
                    "name": key["name"],
                    "kind": key["kind"],
                    "feature": feature,
                }
                values = [{**own, **span}.get(column) for column in COLUMNS]
                rows.append(
                    [
                        "" if each is None else str(each).lower() if isinstance(each, bool) else each
                        for each in values
                    ]
                )
    return rows


def for_go(rows: list[list[str]]) -> list[list[str]]:
    """The same for a table in which a truth cannot be left out."""
    truths = [at for at, name in enumerate(COLUMNS) if name.endswith("_exact")]
    return [["false" if at in truths and not cell else cell for at, cell in enumerate(row)] for row in rows]


def go_rows(text: str) -> list[list[str]]:
    """The table of a Go file: its strings have the escapes of JSON, and ``\\U`` besides."""
    found = []
    for line in re.findall(r"^\t\{(.*)\},$", text, re.MULTILINE):
        wide = re.sub(r"\\U([0-9a-f]{8})", lambda match: json.dumps(chr(int(match[1], 16)))[1:-1], line)
        found.append(
            [str(each).lower() if isinstance(each, bool) else each for each in json.loads(f"[{wide}]")]
        )
    return found


@pytest.mark.parametrize("engines", [[], ["vllm"], ["llama.cpp", "mlx-lm"]])
def test_every_form_says_the_same(cli: Cli, conforms: Conforms, engines: list[str]) -> None:
    options = [word for engine in engines for word in ("--engine", engine)]
    texts = {form: cli("export", *options, "--format", form).out for form in FORMS}
    data = json.loads(texts["json"])
    conforms(data, "export")
    del data["schema_version"]
    assert data["format"] == FORMAT
    assert len(flat(data)) > 60
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert yaml.load(texts["yaml"], Loader=loader) == data  # noqa: S506 -- it is a safe one
    assert module(texts["python"]) == data
    title, *rows = csv.reader(io.StringIO(texts["csv"]))
    assert tuple(title) == COLUMNS
    assert rows == flat(data)
    assert go_rows(texts["go"]) == for_go(flat(data))


def test_names_that_mean_something_else_come_through_every_form(tmp_path: Path) -> None:
    data = export(made(tmp_path, *ODD))
    (engine,) = data["engines"]
    assert sorted(ODD) == [key["name"] for key in engine["keys"]]
    assert yaml.safe_load(yaml_text(data)) == data
    assert module(python_text(data)) == data
    assert go_rows(go_text(data)) == for_go(flat(data))
    assert list(csv.reader(io.StringIO(FORMS["csv"](data))))[1:] == flat(data)
    for form in FORMS.values():
        assert form(data) == form(export(made(tmp_path, *reversed(ODD))))


def test_half_a_character_ends_no_form(tmp_path: Path) -> None:
    data = export(made(tmp_path, "Alpha"))
    data["engines"][0]["keys"][0]["name"] = "Alpha\ud800"
    for form in FORMS.values():
        assert "Alpha" in form(data).encode("utf-8").decode()


def test_the_spans_are_those_of_the_history(cli: Cli) -> None:
    vllm = Histories({}, SHIPPED).need("vllm")
    (engine,) = cli("export", "--engine", "vLLM").json["engines"]
    assert (engine["newest"], engine["distribution"]) == ("0.33.0", "vllm")
    spans = {key["name"]: [(span["first"], span["last"]) for span in key["spans"]] for key in engine["keys"]}
    assert spans == {
        name: [(span.first, span.last) for span in vllm.registered[name]] for name in vllm.registered
    }


def test_gguf_architectures_stand_beside_what_the_registry_has(cli: Cli) -> None:
    (engine,) = cli("export", "--engine", "llama-cpp").json["engines"]
    kinds = {key["name"]: key["kind"] for key in engine["keys"]}
    assert (kinds["Qwen3ForCausalLM"], kinds["qwen3"]) == ("architecture", "GGUF architecture")
    assert engine["distribution"] is None


LORA, BOTH, NONE = (Row(at="m/own.py:7", value={"has": list(has)}) for has in (["lora"], ["lora", "pp"], []))


@pytest.mark.parametrize(
    ("stated", "decided", "expected"),
    [
        ([LORA, BOTH], ["lora", "pp"], {"lora": [("2", True, None, True)], "pp": [("3", True, None, True)]}),
        ([LORA, BOTH], [], {"lora": [("2", True, None, True)], "pp": [("3", False, None, True)]}),
        ([BOTH, LORA], ["lora", "pp"], {"lora": [("2", True, None, True)], "pp": [("2", True, "2", True)]}),
        ([BOTH, LORA], ["lora"], {"lora": [("2", True, None, True)], "pp": [("2", True, "2", False)]}),
        ([None, LORA], ["lora"], {"lora": [("3", False, None, True)]}),
        ([NONE, NONE], ["lora"], {}),
        ([None, None], [], {}),
    ],
)
def test_a_feature_has_runs_of_its_own_with_bounds_that_are_exact_where_the_release_says_no(
    tmp_path: Path,
    conforms: Conforms,
    stated: Sequence[Row | None],
    decided: list[str],
    expected: dict[str, list[tuple[Any, ...]]],
) -> None:
    rows = {str(at): each for at, each in enumerate(stated, 2) if each is not None}
    tables = {version: {"features": {"Alpha": each}} for version, each in rows.items()}
    rules = {version: {"features": {"decided": decided}} for version in rows}
    data = export(made(tmp_path, "Alpha", tables=tables, rules=rules))
    conforms(json.loads(FORMS["json"](data)), "export")
    (key,) = data["engines"][0]["keys"]
    assert {
        name: [(each["first"], each["first_exact"], each["last"], each["last_exact"]) for each in spans]
        for name, spans in key["features"].items()
    } == expected
    assert {each["at"] for spans in key["features"].values() for each in spans} <= {"m/own.py:7"}
    assert go_rows(go_text(data)) == for_go(flat(data))


UNSURE = Row(at="m/own.py:8", value={"unsure": {"image": "by a call"}})


@pytest.mark.parametrize(
    ("stated", "decided", "expected"),
    [
        ([LORA, BOTH], ["lora", "pp", "audio"], {"lora": True, "pp": True, "audio": False}),
        ([BOTH, LORA], ["lora"], {"lora": True, "pp": None}),
        ([BOTH, LORA], ["lora", "pp"], {"lora": True, "pp": False}),
        ([NONE, UNSURE], ["pp"], {"pp": False, "image": None}),
        ([LORA, None], ["lora"], {"lora": None}),
        ([NONE, NONE], [], {}),
    ],
)
def test_of_each_feature_the_newest_release_says_yes_no_or_that_it_cannot_be_told(
    tmp_path: Path,
    conforms: Conforms,
    stated: Sequence[Row | None],
    decided: list[str],
    expected: dict[str, bool | None],
) -> None:
    rows = {str(at): each for at, each in enumerate(stated, 2) if each is not None}
    tables = {version: {"features": {"Alpha": each}} for version, each in rows.items()}
    rules = {version: {"features": {"decided": decided}} for version in rows}
    data = export(made(tmp_path, "Alpha", tables=tables, rules=rules))
    conforms(json.loads(FORMS["json"](data)), "export")
    assert data["engines"][0]["keys"][0]["in_newest"] == expected
    words = {None: "", True: "true", False: "false"}
    at, name = COLUMNS.index("in_newest"), COLUMNS.index("feature")
    for table in (list(csv.reader(io.StringIO(FORMS["csv"](data))))[1:], go_rows(go_text(data))):
        said = {row[name]: row[at] for row in table if row[name]}
        assert said == {feature: words[has] for feature, has in expected.items()}
    assert yaml.safe_load(yaml_text(data)) == module(python_text(data)) == data


def test_what_is_stated_of_another_key_alone_cannot_be_told(tmp_path: Path) -> None:
    tables = {"3": {"features": {"Alpha": LORA, "Beta": UNSURE}}}
    rules = {"3": {"features": {"decided": ["pp"]}}}
    data = export(made(tmp_path, "Alpha", "Beta", "Gamma", tables=tables, rules=rules))
    newest = {key["name"]: key["in_newest"] for key in data["engines"][0]["keys"]}
    assert newest == {
        "Alpha": {"lora": True, "pp": False},
        "Beta": {"lora": None, "pp": False, "image": None},
        "Gamma": {"lora": None},  # it has no row
    }


def test_the_newest_release_has_what_a_run_without_an_end_has(cli: Cli) -> None:
    seen = set()
    for engine in cli("export", "--engine", "vllm", "--engine", "sglang", "--engine", "mlx-lm").json[
        "engines"
    ]:
        for key in engine["keys"]:
            lasting = {name for name, spans in key["features"].items() if spans[-1]["last"] is None}
            if key["in_newest"]:
                assert lasting == {name for name, has in key["in_newest"].items() if has}, key["name"]
            seen |= set(key["in_newest"].values())
    assert seen == {True, False, None}


def test_a_key_that_is_gone_has_no_feature_in_the_newest_release(cli: Cli) -> None:
    (engine,) = cli("export", "--engine", "vllm").json["engines"]
    keys = {key["name"]: key for key in engine["keys"]}
    gone = keys["InternLMForCausalLM"]
    assert (gone["in_newest"], gone["spans"][-1]["last"]) == ({}, "0.23.0")
    llama = keys["LlamaForCausalLM"]
    assert (llama["in_newest"]["lora"], llama["in_newest"]["image"]) == (True, False)
    assert llama["features"]["lora"][0]["at"].startswith("vllm/model_executor/models/llama.py:")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "vlm"], "no engine is called 'vlm'"),
        (["--engine", "vllm==0.8.4"], "name the engine without one"),
        (["--format", "toml"], "toml"),
    ],
)
def test_what_means_nothing_is_wrong_usage(cli: Cli, arguments: list[str], message: str) -> None:
    done = cli("export", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_the_page_names_every_key_and_column(cli: Cli) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (engine,) = cli("export", "--engine", "exllamav3").json["engines"]
    key = engine["keys"][0]
    for name in (*engine, *key, *key["spans"][0], *COLUMNS):
        assert f"`{name}`" in text, name
    assert f"`format` is {FORMAT}" in text


def test_the_struct_of_the_go_file_is_aligned_as_gofmt_does(tmp_path: Path) -> None:
    text = go_text(export(made(tmp_path, "Alpha")))
    fields = re.findall(r"^\t(\w+)( +)(string|bool)$", text, re.MULTILINE)
    assert [name for name, _, _ in fields] == [column.title().replace("_", "") for column in COLUMNS]
    assert {len(name + space) for name, space, _ in fields} == {len("FirstExact") + 1}
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    assert text.endswith("}\n")
