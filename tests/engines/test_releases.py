"""Whole real releases, read from the package index by the way that the command reads them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import readers

import real_release
from archtrack.app.examples import attested_examples
from archtrack.app.history.release_reading import entries_from
from archtrack.app.history.store import SHIPPED, Histories
from archtrack.app.request import Request
from archtrack.app.track import track
from archtrack.config.settings import Settings
from archtrack.core.history.categories import others_of, voices_of
from archtrack.core.matrix.categories import BY_NAME, by_name, weigh
from archtrack.core.matrix.examples import GENERIC, example_cell
from archtrack.core.matrix.join import join
from archtrack.core.matrix.repositories import is_repository
from archtrack.data import shipped_examples
from archtrack.engines import load_engine
from archtrack.engines.base import ScanOptions
from archtrack.model import Status
from archtrack.sources.library import Library
from archtrack.sources.workspace import Workspace
from made_history import made_history
from made_history import release as made_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from archtrack.model import Inventory, Origin
    from archtrack.sources.base import Source

    Read = Callable[[str, str], "Release"]

pytestmark = pytest.mark.network

DATA = Path(__file__).parents[1] / "data"
MODELS = "sglang/srt/models"
SGLANG = ("0.3.6", "0.4.6", "0.5.1", "0.5.9", "0.5.23")
TRANSFORMERS = ("4.40.0", "4.57.6", "5.23.0")


class Kept:
    """A source that keeps what was read, so that a test can look at the same bytes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.files: dict[str, bytes] = {}

    @property
    def origin(self) -> Origin:
        return self._source.origin

    @property
    def kept_as(self) -> str | None:
        return self._source.kept_as

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        return self._source.list(patterns)

    def identify(self, paths: Sequence[str]) -> Mapping[str, str]:
        return self._source.identify(paths)

    def expect(self, patterns: Sequence[str]) -> None:
        self._source.expect(patterns)  # type: ignore[attr-defined]

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        missing = [path for path in paths if path not in self.files]
        self.files.update(self._source.read(missing) if missing else {})
        return {path: self.files[path] for path in paths}


Release = tuple["Inventory", "dict[str, bytes]"]


@pytest.fixture(scope="module")
def release() -> Iterator[Callable[[str, str], Release]]:
    """``release(engine, version)``: its inventory, and the files that the scan read."""
    known: dict[tuple[str, str], Release] = {}

    def read(name: str, version: str) -> Release:
        if (name, version) not in known:
            engine = load_engine(name)
            with real_release.opened(engine.layout, version) as source:
                kept = Kept(source)
                library = Library(kept, None)
                library.expect(*engine.fetched)
                known[name, version] = engine.scan(library, ScanOptions()), kept.files
        return known[name, version]

    yield read
    known.clear()


def recorded(version: str) -> dict[str, Any]:
    answers = json.loads((DATA / f"transformers-{version}.json").read_text(encoding="utf-8"))
    return {name: json.loads(answer) for answer, names in answers.items() for name in names}


def test_sglang_registers_what_its_own_registry_holds(release: Read) -> None:
    inventory, _ = release("sglang", "0.5.23")
    expected = json.loads((DATA / "sglang-0.5.23.json").read_text(encoding="utf-8"))
    assert {
        each.name: [each.file, each.defined_in, each.defined and each.defined.line]
        for each in inventory.registrations
    } == expected
    assert len(expected) == 290
    assert inventory.unresolved == ()
    assert dict(inventory.pins)["transformers"] == "5.19.0"


@pytest.mark.parametrize("version", SGLANG)
def test_sglang_registers_what_a_full_parse_finds(version: str, release: Read) -> None:
    inventory, files = release("sglang", version)
    found = {
        each.name: (each.file, each.defined_in, each.defined and each.defined.line)
        for each in inventory.registrations
    }
    assert found == readers.entry_classes(files, MODELS)
    assert inventory.unresolved == ()
    lines = {path: data.splitlines() for path, data in files.items()}
    for each in inventory.registrations:
        assert each.condition is None
        line = lines[each.place.file][each.place.line - 1].decode()
        assert each.name in line or line.startswith("EntryClass = ")


@pytest.mark.parametrize(
    ("version", "pinned", "expected"),
    [
        ("0.4.6", "4.51.1", []),
        ("0.5.1", "4.55.2", ["Glm4vMoeForConditionalGeneration"]),
        (
            "0.5.9",
            "4.57.1",
            [
                "GlmAsrForConditionalGeneration",
                "GlmOcrForConditionalGeneration",
                "GlmOcrForConditionalGenerationNextN",
            ],
        ),
        ("0.5.23", "5.19.0", []),
    ],
)
def test_models_that_do_not_import_with_the_pinned_transformers_are_told(
    version: str, pinned: str, expected: list[str], tmp_path: Path, releases: Path
) -> None:
    workspace = Workspace(folder=tmp_path, environ={**os.environ, "ARCHTRACK_CACHE_DIR": str(releases)})
    matrix = track(Request(engine=version, transformers="pinned"), Settings(), workspace).matrix
    assert [inventory.version for inventory in matrix.inventories] == [version, pinned]
    assert [row.name for row in matrix.rows if row.status is Status.UNIMPORTABLE] == expected
    assert all(inventory.unresolved == () for inventory in matrix.inventories)
    if version == "0.5.9":
        (nested,) = (row.broken for row in matrix.rows if row.name == expected[2])
        assert nested is not None
        assert nested.through == ("sglang.srt.models.glm_ocr",)
        assert str(nested.place).startswith("sglang/srt/models/glm_ocr.py:")


def test_seven_natives_in_eight_have_an_example_that_somebody_attests(release: Read) -> None:
    inventories = release("sglang", "0.5.23")[0], release("transformers", "5.23.0")[0]
    attested = attested_examples(Histories({}, SHIPPED))
    matrix = join(*inventories, patterns=(), table=shipped_examples(), attested=attested)
    wrappers = {row.name for row in matrix.rows if example_cell(row) == GENERIC}
    others = [row for row in matrix.rows if row.name not in wrappers]
    assert len(wrappers) == 13
    assert all(name.startswith("Transformers") or name == "MindSporeForCausalLM" for name in wrappers)
    assert len(others) == 277
    shown = [row.example for row in others if row.example is not None]
    assert len(shown) >= 7 / 8 * len(others)
    assert all(is_repository(example.id) and example.source for example in shown)


@pytest.mark.parametrize("version", TRANSFORMERS)
def test_transformers_answers_as_the_library_itself(version: str, release: Read) -> None:
    inventory, _ = release("transformers", version)
    assert {
        each.name: each.transformers and each.transformers.backend_compatible
        for each in inventory.registrations
    } == recorded(version)
    assert inventory.unresolved == ()


@pytest.mark.parametrize("version", TRANSFORMERS[1:])
def test_transformers_answers_as_a_full_parse(version: str, release: Read) -> None:
    inventory, files = release("transformers", version)
    found = {
        each.name: each.transformers and each.transformers.backend_compatible
        for each in inventory.registrations
        if each.file.startswith("models/")
    }
    assert found == readers.compatible(files)


@pytest.mark.parametrize("version", TRANSFORMERS[1:])  # the older one does not know the newest architectures
def test_categories_are_those_that_were_found_by_hand(version: str, release: Read) -> None:
    labels = json.loads((DATA / "categories-0.5.23.json").read_text(encoding="utf-8"))
    expected = {name: label for label, names in labels.items() for name in names}
    engine, transformers = release("sglang", "0.5.23")[0], release("transformers", version)[0]
    rows = [row for row in join(engine, transformers, patterns=()).rows if row.native is not None]
    assert {row.name for row in rows} == set(expected)
    wrong = {row.name: row.category_source for row in rows if row.category.value != expected[row.name]}
    assert len(wrong) <= 0.02 * len(rows), wrong
    guessed = [row.name for row in rows if by_name(row.name).value != expected[row.name]]
    assert len(guessed) > 0.1 * len(rows)  # so much the name alone gets wrong
    assert sum(row.category_source == BY_NAME for row in rows) < 0.02 * len(rows)


@pytest.mark.parametrize("versions", [("0.5.23", "5.23.0"), ("0.5.9", "4.57.6")])
def test_the_list_and_the_page_give_the_same_sections(versions: tuple[str, str], release: Read) -> None:
    engine, transformers = release("sglang", versions[0])[0], release("transformers", versions[1])[0]
    others = [release(name, version)[0] for name, version in (("vllm", "0.33.0"), ("lmdeploy", "0.18.0"))]
    histories = [
        made_history([made_release("1")], {"1": entries_from(each)}, engine=each.engine)
        for each in (engine, transformers, *others)
    ]
    rows = join(engine, transformers, patterns=("*",), others=others_of(histories)).rows
    voices = voices_of(histories)
    assert len(rows) > 1400
    assert not [row.name for row in rows if weigh(row.name, voices)[0] is not row.category]


# By the sources of the engines: what the class takes, what the draft is for.
SECTIONS = {
    "MiMoV2FlashForCausalLM": "text",
    "MiMoV2ForCausalLM": "multimodal",
    "DeepseekV4ForCausalLM": "text",
    "DeepseekMTPModel": "text",
    "GlmMoeDsaMTPModel": "text",
    "Qwen3_5MTPModel": "text",
    "GlmOcrMTPModel": "multimodal",
    "MusicFlamingoForConditionalGeneration": "multimodal",
    "Mistral4ForCausalLM": "text",
    "FuyuForCausalLM": "multimodal",
    "ViTForImageClassification": "embedding",
    "InformerForPrediction": "embedding",
    "Wav2Vec2ForCTC": "multimodal",
    "Wav2Vec2ForPreTraining": "embedding",
    "TimesFmModelForPrediction": "embedding",
    "BertForMaskedLM": "embedding",
    "Qwen3ForCausalLM": "text",
}


def test_drafts_follow_their_models_and_what_takes_images_or_sound_is_no_text_model(release: Read) -> None:
    given = (("sglang", "0.5.23"), ("vllm", "0.33.0"), ("lmdeploy", "0.18.0"), ("transformers", "5.23.0"))
    read = [release(*each)[0] for each in given]
    histories = [
        made_history([made_release("1")], {"1": entries_from(each)}, engine=each.engine) for each in read
    ]
    voices = voices_of(histories)
    assert {name: weigh(name, voices)[0].value for name in SECTIONS} == SECTIONS


WORDS = ("ogits", "ooler", "_head = ", "pad_input_ids", "_feature", "forward(", "class ", "*MIMO")


@pytest.mark.parametrize("version", SGLANG)
def test_the_line_that_a_category_rests_on_tells_it(version: str, release: Read) -> None:
    inventory, files = release("sglang", version)
    places = 0
    for each in inventory.registrations:
        for source in (each.category_source, each.signs.source, each.signs.targets_source):
            if source is None:
                continue
            other = source.partition(": ")[0]  # the architecture that the line is of, where it is another one
            file, _, line = source.removeprefix(f"{other}: ").partition(" ")[0].rpartition(":")
            text = files[file].splitlines()[int(line) - 1].decode()
            assert any(word in text for word in (*WORDS, each.name, f'"{other}"')), source
            places += 1
    assert places >= len(inventory.registrations) - 2
