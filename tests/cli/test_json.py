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

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"
DEFINITIONS = (
    "scan", "scan", "list", "report", "diff", "diff_base", "lint", "check", "history_overview", "history",
    "history_at", "migrate", "requires", "export", "demand", "render", "cache", "data_info", "audit",
)  # fmt: skip
"""Of the page's examples, in their order."""
BLOCKS = re.findall(r"^```json\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
EXAMPLES = list(zip(DEFINITIONS, map(json.loads, BLOCKS), strict=True))


@pytest.mark.parametrize(("definition", "example"), EXAMPLES)
def test_the_page_shows_what_the_schema_allows(conforms: Conforms, definition: str, example: Any) -> None:
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


def test_the_page_shows_the_keys_that_the_verbs_print(
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
