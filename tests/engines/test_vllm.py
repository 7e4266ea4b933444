"""vLLM: registries that are odd, and what becomes of an architecture that it does not register."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from archtrack.engines import load_engine
from archtrack.engines.base import RunsTransformers, ScanOptions
from archtrack.errors import SourceError
from archtrack.model import Status, TransformersFacts
from archtrack.sources.cache import Cache
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from archtrack.model import Inventory

REGISTRY = "vllm/model_executor/models/registry.py"
TEXT = '_TEXT_GENERATION_MODELS = {"AForCausalLM": ("a", "A"), "BForCausalLM": ("b", "B")}\n'
AB = ["AForCausalLM", "BForCausalLM"]
EMBED = '_EMBEDDING_MODELS = {"CModel": ("c", "C")}\n'
WHOLE = "_VLLM_MODELS = {**_TEXT_GENERATION_MODELS, **_EMBEDDING_MODELS}\n"
MIXED = """_MODELS = {
    "A": ("a", "A"),
    "B": ("b",) + ("B",),
    "C": ("c", "C", "c"),
    "D": ("d", "D"),
    "F": 1,
    "E": ("e", "E"),
}
"""
USED = (
    "ModelRegistry = _ModelRegistry({\n    arch: _Lazy(module_name=m, class_name=c)\n"
    "    for arch, (m, c) in _VLLM_MODELS.items()\n})\n"
)


def scan(root: Path, registry: bytes) -> Inventory:
    file = root / REGISTRY
    file.parent.mkdir(parents=True)
    file.write_bytes(registry)
    (root / "vllm" / "__init__.py").touch()
    engine = load_engine("vllm")
    return engine.scan(Library(local_source(root, engine.layout), Cache(None)), ScanOptions())


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        (TEXT + EMBED + WHOLE + USED, [*AB, "CModel"], []),
        # The table that is used decides, also where another one is left out of it.
        (TEXT + EMBED + "_VLLM_MODELS = {**_TEXT_GENERATION_MODELS}\n", AB, []),
        (TEXT + "if is_rocm():\n    del _TEXT_GENERATION_MODELS['BForCausalLM']\n", AB, []),
        (TEXT + "_VLLM_MODELS = _TEXT_GENERATION_MODELS\ndel _VLLM_MODELS['BForCausalLM']\n", ["AForCausalLM"], []),
        # Tables of texts are notes, whatever is done to them.
        (TEXT + '_OOT_SUPPORTED_MODELS = {"D": "https://x"}\nfor d in x:\n    _OOT_SUPPORTED_MODELS[d] = 1\n',
         AB, []),
        # What cannot be read is said, with the line, and takes nothing with it.
        (TEXT + 'class R:\n    def add(self, n):\n        _TEXT_GENERATION_MODELS[n] = 1\nR().add("D")\n',
         AB, [5]),
        (TEXT + EMBED + "_VLLM_MODELS = freeze({**_TEXT_GENERATION_MODELS, **_EMBEDDING_MODELS})\n",
         AB, [3]),
        (TEXT + EMBED + "_VLLM_MODELS = {k: v for t in (_TEXT_GENERATION_MODELS,) for k, v in t.items()}\n",
         AB, [3, 3]),
        (TEXT + EMBED + WHOLE + "_VLLM_MODELS.update(more())\n", [*AB, "CModel"], [4]),
        (TEXT + EMBED + WHOLE + "fill(_VLLM_MODELS)\n", [*AB, "CModel"], [4]),
        (MIXED, ["A", "D", "E"], [3, 4, 6]),
        ('_MODELS = {"A": ("a", "A"), "A": ("b", "B")}\n', ["A"], []),
        ('\ufeff_MODELS = {"A": ("a", "A")}\n', ["A"], []),
        ('"""\n_MODELS = {"B": ("b", "B")}\n"""\n_MODELS = {"A": ("a", "A")}  # "C": ("c", "C")\n', ["A"], []),
    ],
)  # fmt: skip
def test_a_registry_is_read_as_far_as_it_can_be_and_the_rest_is_said(
    tmp_path: Path, text: str, names: list[str], lines: list[int]
) -> None:
    found = scan(tmp_path, text.encode())
    assert [each.name for each in found.registrations] == names
    assert [str(each.place) for each in found.unresolved] == [f"{REGISTRY}:{line}" for line in lines]


def test_of_a_key_that_stands_twice_the_last_entry_counts(tmp_path: Path) -> None:
    (found,) = scan(tmp_path, b'_MODELS = {\n "A": ("a", "A"),\n "A": ("b.c", "B"),\n}\n').registrations
    assert (found.place.line, found.defined_in) == (3, "vllm.model_executor.models.b.c")
    assert (found.file, found.class_name) == ("b/c.py", "B")


@pytest.mark.parametrize(
    "text", [b"_MODELS = {", b'_MODELS = {"A": ("a", "\xff")}', b"\0", b"", b'_MODELS = {"A": 1}']
)
def test_a_file_that_holds_no_registry_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(SourceError, match=r"vllm/model_executor/models/registry\.py"):
        scan(tmp_path, text)


OLD = ("TransformersModel",)  # 0.7.2
PLAIN = ("TransformersForCausalLM",)  # 0.8.3
SEES = (*PLAIN, "TransformersForMultimodalLM")  # 0.10.0
POOLS = (*SEES, "TransformersModel")  # 0.10.1
NEW = (*PLAIN, "TransformersMoEForCausalLM", "TransformersMultiModalForCausalLM")  # 0.11.1


YES = TransformersFacts(exported=True, backend_compatible=True)
NO = TransformersFacts(exported=True, backend_compatible=False)
OPEN = TransformersFacts(exported=True, backend_compatible=None)
HIDDEN = TransformersFacts(exported=False, backend_compatible=True)
IMAGES = replace(YES, auto_mappings=("MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",))


@pytest.mark.parametrize(
    ("names", "name", "facts", "status", "because"),
    [
        ((), "XForCausalLM", YES, Status.UNSUPPORTED, "no Transformers backend"),
        (OLD, "XForCausalLM", YES, None, "_supports_flex_attn"),
        (PLAIN, "XForCausalLM", YES, Status.FALLBACK, "TransformersForCausalLM runs it"),
        (PLAIN, "XForCausalLM", NO, Status.REFUSED, "is_backend_compatible() is false"),
        (PLAIN, "XForCausalLM", OPEN, None, "is not known"),
        (PLAIN, "XForCausalLM", HIDDEN, Status.UNSUPPORTED, "does not export"),
        (PLAIN, "XForConditionalGeneration", IMAGES, Status.UNSUPPORTED, "text only"),
        (SEES, "XForConditionalGeneration", IMAGES, Status.FALLBACK, "runs it"),
        (POOLS, "XForCausalLM", NO, Status.REFUSED, "is_backend_compatible() is false"),
        (NEW, "XForCausalLM", YES, Status.FALLBACK, "the Transformers backend runs it"),
        (NEW, "XForCausalLM", NO, None, "since vLLM 0.30.0"),
        # vLLM's own class, converted: since 0.10.1, for what ends like a model that pools.
        ((*NEW, "XForCausalLM"), "XForSequenceClassification", NO, Status.FALLBACK, "its own XForCausalLM"),
        (
            (*POOLS, "XForConditionalGeneration"),
            "XModel",
            HIDDEN,
            Status.FALLBACK,
            "its own XForCond",
        ),
        ((*SEES, "XForCausalLM"), "XForSequenceClassification", NO, Status.REFUSED, "is false"),
        ((*NEW, "XForCausalLM"), "YForSequenceClassification", YES, Status.FALLBACK, "Transformers backend"),
        ((*NEW, "XForCausalLM"), "XForTokenClassification", NO, None, "since vLLM 0.30.0"),
        ((*NEW, "XForCausalLM"), "XForConditionalGeneration", NO, None, "since vLLM 0.30.0"),
        (POOLS, "TransformersForSequenceClassification", NO, Status.REFUSED, "is false"),
    ],
)
def test_what_becomes_of_an_architecture_that_is_not_registered(
    names: tuple[str, ...],
    name: str,
    facts: TransformersFacts,
    status: Status | None,
    because: str,
) -> None:
    engine = load_engine("vllm")
    assert isinstance(engine, RunsTransformers)
    found, reason = engine.runs(frozenset((*names, "LlamaForCausalLM")), facts, name)
    assert (found, because in reason) == (status, True), reason


def test_every_wrapper_is_known_by_name() -> None:
    wrappers = load_engine("vllm").about.backend
    assert len(set(wrappers)) == len(wrappers)
    assert {*OLD, *POOLS, *NEW} <= set(wrappers)
