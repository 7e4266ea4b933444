"""The history that archtrack ships: what was read in releases by hand, what running engines said, its own lint."""

from __future__ import annotations

import json
import random
import sys
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import real_release
from archtrack.app.history.data_update import lint_files
from archtrack.app.history.refresh import refreshed_by_default
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.release_reading import entries_from
from archtrack.app.history.store import SHIPPED, Histories, read_history
from archtrack.app.presence import presence_with
from archtrack.core.history.history import REGISTRY
from archtrack.core.history.spans import span_bounds
from archtrack.engines import load_engine
from archtrack.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.release_facts import Fact

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
FACTS = sorted((HERE / "data" / "facts").glob("*.toml"))
ENGINES = tuple(path.stem for path in FACTS)
ON_INDEX = tuple(each for each in ENGINES if load_engine(each).layout.repository is None)
"""Those whose releases the index has; the releases of the others are tags of a repository."""
AWAITED = {"tensorrt-llm"}
"""What a refresh would read, and nobody has read yet: the scheduled one does."""


def facts_of(engine: str) -> list[dict[str, Any]]:
    text = (HERE / "data" / "facts" / f"{engine}.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["fact"])


def test_there_is_data_and_there_are_facts_of_every_engine_that_is_refreshed_by_default() -> None:
    shipped = {path.stem for path in SHIPPED.glob("*.json")} - {"schema"}
    assert shipped - AWAITED == set(ENGINES)  # its facts wait in `on_request`
    assert set(refreshed_by_default()) - shipped <= AWAITED
    assert shipped <= set(refreshed_by_default())


@pytest.mark.parametrize("engine", ENGINES)
def test_the_history_says_what_was_read_in_the_releases_by_hand(engine: str) -> None:
    history = read_history(SHIPPED / f"{engine}.json")
    facts = facts_of(engine)
    assert len(facts) >= 10
    for fact in facts:
        key = next(
            fact[each] for each in ("model_type", "configuration_class", "architecture") if each in fact
        )
        entry = history.at(fact["version"]).get(key)
        assert (entry is not None) == fact["registered"], fact
        if entry is not None and "file" in fact:
            assert entry.file == fact["file"], fact


def test_an_architecture_has_the_answer_of_its_model_type_where_an_engine_goes_by_that() -> None:
    """But where the transformers of those days did not have the class yet: then the type is not known."""
    histories = Histories({}, SHIPPED)
    unknown = []
    for fact in facts_of("mlx-lm"):
        history, release = histories.release(f"mlx-lm=={fact['version']}")
        presence = presence_with(fact["architecture"], history, release, histories)
        if presence.status is Status.UNKNOWN:
            library = facts_at(history, release, histories).transformers
            assert library is None or fact["architecture"] not in library.registered
            unknown.append(f"{fact['version']} {fact['architecture']}")
            continue
        assert (presence.status is Status.NATIVE) == fact["registered"], fact
        assert presence.verdict.key == fact["model_type"] or not fact["registered"], fact
    # Until 0.32.0 nothing says which type it has: then MLX-LM itself names the pair.
    assert unknown == ["0.31.3 BailingMoeV3ForCausalLM"]


def test_an_architecture_has_the_answer_of_its_configuration_class_where_an_engine_goes_by_that() -> None:
    """But where only a repository's own code has the class, or transformers has another one of that name."""
    histories = Histories({}, SHIPPED)
    other = []
    for fact in facts_of("ctranslate2"):
        history, release = histories.release(f"ctranslate2=={fact['version']}")
        presence = presence_with(fact["architecture"], history, release, histories)
        if (presence.status is Status.NATIVE) != fact["registered"]:
            other.append(f"{fact['version']} {fact['architecture']} {presence.status.value}")
        elif fact["registered"]:
            assert presence.verdict.key == presence.key == fact["configuration_class"], fact
    assert other == [
        "3.24.0 MixFormerSequentialForCausalLM unknown",
        "3.24.0 PhiForCausalLM unsupported",
        "3.24.0 RWForCausalLM unknown",
    ]


@pytest.mark.parametrize(
    ("version", "name", "example", "at"),
    [
        ("5.24.0", "Qwen3ForCausalLM", "Qwen/Qwen3-8B", "qwen3/configuration_qwen3.py"),
        ("5.24.0", "LlamaModel", "meta-llama/Llama-2-7b-hf", "llama/configuration_llama.py"),
        ("4.40.0", "MptForCausalLM", "mosaicml/mpt-7b", "mpt/modeling_mpt.py"),
        ("4.40.0", "LlamaForCausalLM", None, None),
        ("5.24.0", "EncoderDecoderModel", None, None),
    ],
)
def test_the_checkpoints_are_those_that_were_read_in_the_releases_by_hand(
    version: str, name: str, example: str | None, at: str | None
) -> None:
    entry = read_history(SHIPPED / "transformers.json").at(version)[name]
    file = entry.example_at and entry.example_at.removeprefix("transformers/models/").partition(":")[0]
    assert (entry.example, file) == (example, at)


def test_most_architectures_have_a_checkpoint_that_a_release_names() -> None:
    """The figures of the changelog; the other engines name none in their releases."""
    counted = {}
    for engine in ENGINES:
        history = read_history(SHIPPED / f"{engine}.json")
        counted[engine] = (len(history.examples), len(history.registered))
    assert counted.pop("transformers") >= (2369, 2416)
    assert {count for count, _ in counted.values()} == {0}


def test_the_lint_finds_nothing() -> None:
    assert {path.name: problems for path, problems in lint_files(SHIPPED).items() if problems} == {}


def test_the_data_fits_its_schema_and_is_small() -> None:
    schema = json.loads((SHIPPED / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for engine in ENGINES:
        data = json.loads((SHIPPED / f"{engine}.json").read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(data)] == []
        assert validator.is_valid({**data, "releases": [{**data["releases"][0], "date": 1}]}) is False
    assert sum(path.stat().st_size for path in SHIPPED.glob("*.json")) < 4_500_000


@pytest.mark.parametrize(("engine", "version"), [("sglang", "0.5.23"), ("vllm", "0.33.0")])
def test_a_release_is_what_the_running_engine_said(engine: str, version: str) -> None:
    said = json.loads((HERE / "data" / f"{engine}-{version}.json").read_text(encoding="utf-8"))
    history = read_history(SHIPPED / f"{engine}.json")
    registered = {name for name, entry in history.at(version).items() if entry.runs_as is None}
    assert registered == said.get("architectures", said).keys()


def test_what_sglang_runs_as_another_is_what_was_read_in_the_releases_by_hand() -> None:
    """What was read in the wheels.

    ``get_config`` lists the Longcat names since 0.5.10, and moved to another file with 0.5.11; ``configs/olmo3.py`` is
    there since 0.5.4, ``configs/deepseek_v41.py`` since 0.5.21.
    """
    history = read_history(SHIPPED / "sglang.json")
    found = {
        version: [
            f"{name} as {entry.runs_as} in {entry.file} by {entry.at}"
            for name, entry in history.at(version).items()
            if entry.runs_as is not None
        ]
        for version in ("0.5.3", "0.5.4", "0.5.10", "0.5.20", "0.5.21")
    }
    folder = "sglang/srt"
    before, later = (
        [
            f"{name} as LongcatFlashForCausalLM in longcat_flash.py by {folder}/utils/{place}"
            for name in ("LongcatCausalLM", "LongcatFlashNgramForCausalLM")
        ]
        for place in ("hf_transformers_utils.py:626", "hf_transformers/config.py:202")
    )
    name, other = "DeepseekV41ForCausalLM", "DeepseekV4ForCausalLM"
    deepseek = f"{name} as {other} in deepseek_v4.py by {folder}/configs/deepseek_v41.py:39"
    olmo = f"Olmo3ForCausalLM as Olmo2ForCausalLM in olmo2.py by {folder}/configs/olmo3.py:67"
    assert found == {
        "0.5.3": [],
        "0.5.4": [olmo],
        "0.5.10": [*before, olmo],
        "0.5.20": [*later, olmo],
        "0.5.21": [deepseek, *later, olmo],
    }


@pytest.mark.parametrize("version", ["4.40.0", "4.57.6", "5.23.0"])
def test_transformers_is_what_it_said_of_its_classes(version: str) -> None:
    said = json.loads((HERE / "data" / f"transformers-{version}.json").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for name, entry in read_history(SHIPPED / "transformers.json").at(version).items():
        found.setdefault(json.dumps(entry.compatible), []).append(name)
    assert {key: sorted(names) for key, names in found.items()} == {
        key: sorted(names) for key, names in said.items()
    }


def test_unknown_releases_are_only_those_before_the_floor() -> None:
    for engine in ENGINES:
        history = read_history(SHIPPED / f"{engine}.json")
        unknown = {release.version: release.unknown for release in history.releases if release.unknown}
        assert all("older than" in reason for reason in unknown.values()), (engine, unknown)
        assert [release.version for release in history.releases if release.unresolved] == []


def test_the_claims_of_vllm_about_the_past_are_checked() -> None:
    """vLLM 0.33.0 remembers of 50 architectures the last release that had them; 8 of these memories are wrong."""
    history = read_history(SHIPPED / "vllm.json")
    claims = json.loads((HERE / "data" / "vllm-previously-supported.json").read_text(encoding="utf-8"))
    last = {}
    for name in claims:
        bounds = list(span_bounds(history, name))[-1]
        assert bounds.last is not None
        last[name] = bounds.last.version
    assert len(claims) == 50
    assert {name: (claims[name], last[name]) for name in claims if claims[name] != last[name]} == {
        "BaiChuanForCausalLM": ("0.23.0", "0.24.0"),
        "BaichuanForCausalLM": ("0.23.0", "0.24.0"),
        "FuyuForCausalLM": ("0.25.0", "0.25.1"),
        "JAISLMHeadModel": ("0.22.0", "0.22.1"),
        "MotifForCausalLM": ("0.10.2", "0.11.0"),
        "PersimmonForCausalLM": ("0.25.0", "0.25.1"),
        "Tarsier2ForConditionalGeneration": ("0.23.0", "0.24.0"),
        "TeleChatForCausalLM": ("0.25.0", "0.25.1"),
    }


def test_llama_cpp_converts_what_its_own_code_says() -> None:
    """The copy in llama-cpp-python 0.3.36: recorded by importing its ``conversion`` package."""
    said = json.loads((HERE / "data" / "llama-cpp-0.3.36.json").read_text(encoding="utf-8"))["architectures"]
    history = read_history(SHIPPED / "llama-cpp.json")
    release = next(each for each in history.releases if each.file == "llama_cpp_python-0.3.36.tar.gz")
    found = history.at(release.version)
    assert {name: sorted(entry.groups) for name, entry in found.items()} == {
        name: sorted(groups) for name, groups in said.items()
    }
    texts = {name: groups["text"][0] for name, groups in said.items() if "text" in groups}
    assert {name: found[name].file for name in texts} == {
        name: f"conversion/{module}.py" for name, module in texts.items()
    }


def test_llama_cpp_runs_whatever_it_converts() -> None:
    """In every release that was read, each file that its converter writes has an architecture that its runtime has."""
    histories = Histories({}, SHIPPED)
    history = histories.need("llama-cpp")
    stopped = {
        (release.version, name, presence.reason)
        for release in history.releases[:: len(history.releases) // 12]
        if release.tells(REGISTRY)
        for name, entry in history.at(release.version).items()
        if "text" in entry.groups
        for presence in [presence_with(name, history, release, histories)]
        if presence.status is not Status.NATIVE
    }
    assert stopped == set()


def drawn(engine: str, count: int) -> list[str]:
    """Releases that were read, drawn by chance, always the same."""
    history = read_history(SHIPPED / f"{engine}.json")
    known = [release.version for release in history.releases if release.tells(REGISTRY)]
    return random.Random(f"archtrack {engine}").sample(known, min(count, len(known)))  # noqa: S311 -- a sample, no secret


@pytest.mark.network
@pytest.mark.parametrize(
    ("engine", "version"),
    [
        pytest.param(each, version, marks=[pytest.mark.full] if at >= 5 else [])  # the others take minutes
        for each in ON_INDEX
        for at, version in enumerate(drawn(each, 12))
    ],
)
def test_the_history_at_a_release_is_a_fresh_reading_of_it(engine: str, version: str) -> None:
    histories = Histories({}, SHIPPED)
    history, release = histories.release(f"{engine}=={version}")
    inventory, read = real_release.read(engine, version)
    scanned = entries_from(inventory)
    found = {name: entry for name, entry in history.at(version).items() if entry.runs_as is None}
    assert found.keys() == scanned.keys()
    facts = attrgetter("file", "groups", "compatible", "settable", "flex", "model_type", "example")
    for name, entry in found.items():
        assert facts(entry) == facts(scanned[name])
    known = facts_at(history, release, histories)
    assert list(known.registered) == sorted(scanned)
    assert {name: rows_of(table) for name, table in known.load.tables.items()} == {
        name: rows_of(table) for name, table in read.tables.items() if table
    }
    assert without_lines(known.load.rules) == without_lines(read.rules)


def rows_of(table: Mapping[str, Fact]) -> dict[str, tuple[str, Any]]:
    """The rows of a table without their lines: another line begins no state."""
    return {key: (fact.place.file, without_lines(plain(fact.value))) for key, fact in table.items()}


def plain(value: Any) -> Any:
    """A value as it comes back from a data file."""
    return json.loads(json.dumps(value))


def without_lines(value: Any) -> Any:
    """Rules as they come back from a data file, without the lines."""
    return json.loads(
        json.dumps(value), object_hook=lambda found: {key: found[key] for key in found if key != "line"}
    )
