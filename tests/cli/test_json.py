"""The JSON contract: its page, its schema, and every verb that prints it."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import miniature
from miniature import Cli, Conforms

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
EXPORT = (ROOT / "docs" / "tasks" / "export.md").read_text(encoding="utf-8")
EXAMPLES = [
    (each["definition"], each["example"])
    for each in json.loads((ROOT / "tests" / "data" / "json-examples.json").read_text(encoding="utf-8"))
]
"""What the verbs print, shortened; two of `scan`."""
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
VERBS = [heading for heading in SECTIONS if heading.startswith("archtrack ")]


def documented(text: str) -> set[str]:
    """Every code span in the first cells of a text's tables."""
    return {
        key
        for cell in re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
        for key in re.findall(r"`([^`]+)`", cell)
    }


def defined(node: Any, schema: dict[str, Any]) -> set[str]:
    """Every key that a part of the schema has, at any depth."""
    if isinstance(node, list):
        return set().union(*(defined(each, schema) for each in node))
    if not isinstance(node, dict):
        return set()
    found = set(node.get("properties", ()))
    if "$ref" in node:
        target: Any = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        found |= defined(target, schema)
    below = [value for key, value in node.items() if key not in {"properties", "enum", "required", "const"}]
    return found | defined(below, schema) | defined(list(node.get("properties", {}).values()), schema)


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_has_every_key_of_a_verb_and_no_other(verb: str, schema: dict[str, Any]) -> None:
    text = SECTIONS[verb]
    names = re.findall(r"`#/\$defs/(\w+)`", text)
    assert names
    there = defined([schema["$defs"][name] for name in names], schema)
    own, shared = documented(text), documented(SECTIONS["Shared keys"])
    if "](../tasks/export.md)" in text:
        own |= documented(EXPORT) & there
    assert own <= there
    assert there <= own | shared


def test_the_page_names_every_definition_that_a_verb_prints(schema: dict[str, Any]) -> None:
    printed = {each["$ref"].removeprefix("#/$defs/") for each in schema["anyOf"]}
    assert set(re.findall(r"`#/\$defs/(\w+)`", "".join(SECTIONS[verb] for verb in VERBS))) == printed
    every = set().union(*(defined(schema["$defs"][name], schema) for name in printed))
    assert documented(SECTIONS["Shared keys"]) <= every


def test_the_page_shows_what_check_answers(cli: Cli) -> None:
    ((command, shown),) = re.findall(r"^\$ archtrack (.+?) \| jq .*\n(.+)$", PAGE, re.MULTILINE)
    (target,) = cli(*command.split()).json["targets"]
    answers = [[each["status"], each["gate"], each["fix"]] for each in target["engines"].values()]
    assert answers == [shown.split("\t")]


@pytest.mark.parametrize(("definition", "example"), EXAMPLES)
def test_the_schema_allows_the_examples(conforms: Conforms, definition: str, example: Any) -> None:
    conforms(example, definition)


def shape(data: Any) -> Any:
    """The keys of a value, at every depth; a list counts by its first entry, a table of names by any."""
    if isinstance(data, dict):
        names = [key for key in data if re.fullmatch(r"[A-Z]\w+", key)]
        if names:
            return {"NAME": shape(data[names[0]])}
        shapes = {key: shape(data[key]) for key in data}
        same = all(each == next(iter(shapes.values())) for each in shapes.values())
        return {"ENGINE": shapes["sglang"]} if "sglang" in shapes and same and shapes["sglang"] else shapes
    return [shape(data[0])] if isinstance(data, list) and data else None


def test_the_verbs_print_the_keys_of_the_examples(
    cli: Cli, trees: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("update", *trees.options)
    document = tmp_path / "work" / "MODEL_SUPPORT_TRACKING.md"
    text = miniature.edit(
        document,
        ("| **AlphaForCausalLM** | Y |", "| **AlphaForCausalLM** |  |"),
        ("| **BetaForCausalLM** |", "| **XBetaForCausalLM** |"),
        ("| **SightForConditionalGeneration** |", "| **XSight** |"),
    )
    elsewhere = "\n## Others\n\n| **SightForConditionalGeneration** | Y |  | `sight.py` |  |\n"
    miniature.write(document, text + elsewhere)
    miniature.write(document.with_name("archtrack.toml"), 'columns = ["fallback"]\n')
    init = trees.transformers / "src" / "transformers" / "__init__.py"
    miniature.edit(init, ("9.9.9", "9.9.8"))  # for a notice
    other = trees.sglang.with_name("other")
    trees.sglang.rename(other)
    (trees.sglang / "python" / "sglang" / "srt" / "models").mkdir(parents=True)
    trees.register("BetaForCausalLM", file="beta.py")
    message = "BetaForCausalLM has no SGLang implementation, falling back to Transformers"
    log = miniature.write(tmp_path / "server.log", message)
    sources = ("--sglang", other, "--transformers", trees.transformers)
    runs = (
        ("scan", "sglang", other),
        ("scan", "transformers", trees.transformers),
        ("list", *sources, "--known-elsewhere", "--name", "BetaForCausalLM"),
        ("update", *sources, "--check", "--force"),
        ("diff", "sglang", trees.sglang, other),
        ("diff", "--base", "HEAD", "--transformers", trees.transformers),
        ("lint",),
        ("check", "BETAForCausalLM", "--log", log, "--engine", f"sglang@{other}", *sources[2:]),
        ("history", "--engine", "exllamav3"),
        ("history", "NanoChatForCausalLM", "--engine", "exllamav3"),
        ("history", "--engine", "exllamav3", "--at", "0.0.1"),
        ("migrate", "exllamav3==0.0.2", "exllamav3==0.0.1"),
        ("requires", "NanoChatForCausalLM", "--engine", "exllamav3"),
        ("export", "--engine", "exllamav3"),
        ("demand", "models.jsonl"),
        ("render",),
        ("cache", "info"),
        ("data", "info"),
        ("audit", "gates.md"),
    )
    table = "| Architecture | ExLlamaV3 | Remark |\n|---|---|---|\n| Qwen3ForCausalLM | 0.0.3 | |\n"
    miniature.write(document.with_name("gates.md"), table)
    model = {"id": "o/x", "downloads": 1, "config": {"architectures": ["AcmeForCausalLM"]}}
    miniature.write(document.with_name("models.jsonl"), json.dumps(model))
    branch = miniature.build(tmp_path / "branch").sglang
    miniature.commit(branch)
    (branch / "python" / "sglang" / "srt" / "models" / "alpha.py").unlink()
    for run, (definition, example) in zip(runs, EXAMPLES, strict=True):
        monkeypatch.chdir(branch if "--base" in run else document.parent)
        done = cli(*run, "--format", "json").json
        if definition == "scan":
            done["statements"] = example["statements"]
            done["pins"] = example["pins"]
        if definition in {"scan", "list"}:  # the miniature says nothing of what its classes take
            done = json.loads(json.dumps(done).replace('"inputs": []', '"inputs": ["text"]'))
        for rows in ("architectures", "added"):  # nobody attests what the miniature's docstrings claim
            if definition in {"list", "report"} and rows in example:
                done[rows][0]["example"] = example[rows][0]["example"]
        if definition == "data_info":
            for key in ("engines", "files"):
                done[key] = {name: done[key][name] for name in example[key]}
        assert shape(done) == shape(example), run


@pytest.mark.parametrize(("definition", "example"), EXAMPLES)
def test_no_key_may_be_missing_misspelled_or_of_another_type(
    conforms: Conforms, definition: str, example: Any
) -> None:
    for path in paths(example):
        of_names = path[-2:-1] in {("pins",), ("architectures",), ("engines",), ("files",)}
        of_names = of_names or (definition == "history" and path[-3:-2] == ("architectures",))
        if of_names or (path[:1] == ("statements",) and len(path) > 1):
            continue  # tables of names: any name will do
        for harm in (remove, misspell, retype):
            data = copy.deepcopy(example)
            harm(data, path)
            with pytest.raises(jsonschema.ValidationError):
                conforms(data, definition)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema_version",), 1),
        (("sources",), []),
        (("architectures", 0, "category"), "vision"),
        (("architectures", 0, "category"), None),
        (("architectures", 0, "engines", "sglang", "status"), "Native"),
        (("architectures", 0, "engines", "transformers", "exported"), None),
    ],
)
def test_a_value_that_is_none_of_those_that_there_are_is_refused(
    conforms: Conforms, path: tuple[Any, ...], wrong: Any
) -> None:
    data = copy.deepcopy(dict(EXAMPLES)["list"])
    parent(data, path)[path[-1]] = wrong
    with pytest.raises(jsonschema.ValidationError):
        conforms(data, "list")


def paths(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every key of a value is."""
    if isinstance(data, dict):
        for key in data:
            yield (*above, key)
            yield from paths(data[key], (*above, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from paths(item, (*above, index))


def parent(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        data = data[key]
    return data


def remove(data: Any, path: tuple[Any, ...]) -> None:
    del parent(data, path)[path[-1]]


def misspell(data: Any, path: tuple[Any, ...]) -> None:
    table = parent(data, path)
    table[f"{path[-1]}s"] = table[path[-1]]


def retype(data: Any, path: tuple[Any, ...]) -> None:
    parent(data, path)[path[-1]] = 1.5


def test_the_schema_lists_the_findings_that_there_are(schema: dict[str, Any]) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(miniature.SOURCE).rglob("*.py"))
    codes = re.findall(r'(?:Finding\(.*code=|yield (?="override))"([a-z-]+)"', source)
    assert schema["$defs"]["finding"]["properties"]["code"]["enum"] == sorted(set(codes))
