"""Which architectures that only other engines have are models of their own."""

from __future__ import annotations

import pytest

from archtrack.core.matrix.elsewhere import elsewhere_in_words, models_elsewhere, with_elsewhere
from archtrack.core.matrix.join import join
from archtrack.model import Category, Elsewhere, Example, Override, Place, Role, Status
from miniature import inventory, public, registration

KNOWN = {"OmegaForCausalLM", "OmegaModel"}
PLACE = Place(file="registry.py", line=7)


def seen(engine: str, role: Role | None = None, source: str | None = None) -> Elsewhere:
    return Elsewhere(engine=engine, version="1.0", file="x.py", place=PLACE, role=role, source=source)


MODEL = seen("vllm", Role.MODEL, "_TEXT_GENERATION_MODELS")
DRAFT = seen("vllm", Role.DRAFT, "_SPECULATIVE_DECODING_MODELS")
WRAPPER = seen("vllm", Role.WRAPPER, "_TRANSFORMERS_BACKEND_MODELS")
OTHER = seen("lmdeploy", Role.RUN_AS_ANOTHER, "runs it as YForCausalLM")
SILENT = seen("lmdeploy")


@pytest.mark.parametrize(
    ("name", "found", "engines"),
    [
        ("XForCausalLM", (MODEL,), ["vllm"]),
        ("XForCausalLM", (SILENT,), ["lmdeploy"]),
        ("XForCausalLM", (MODEL, SILENT), ["vllm", "lmdeploy"]),
        ("XForCausalLM", (MODEL, OTHER), ["vllm"]),
        ("XForCausalLM", (SILENT, seen("exllamav3", Role.RUN_AS_ANOTHER)), ["lmdeploy"]),
        # Two engines say another thing of it: somebody runs it as a model.
        ("XForCausalLM", (DRAFT, seen("exllamav3", Role.MODEL)), ["vllm", "exllamav3"]),
        # Its name looks like that of a draft, and a table says otherwise.
        ("OmegaForCausalLMV", (MODEL,), ["vllm"]),
        ("OmegaMTPModel", (MODEL, SILENT), ["vllm", "lmdeploy"]),
        # Nobody has what it would draft for.
        ("NobodyMTPModel", (SILENT,), ["lmdeploy"]),
        ("Eagle3OmegaForCausalLM", (SILENT,), ["lmdeploy"]),
    ],
)
def test_a_model_of_its_own_gets_a_row_with_the_engines_that_register_it(
    name: str, found: tuple[Elsewhere, ...], engines: list[str]
) -> None:
    models, left_out = models_elsewhere({name: found}, KNOWN)
    assert ([each.engine for each in models[name]], left_out) == (engines, ())


@pytest.mark.parametrize(
    ("name", "found", "role", "source"),
    [
        ("EagleXForCausalLM", (DRAFT,), Role.DRAFT, "vllm _SPECULATIVE_DECODING_MODELS"),
        ("EagleXForCausalLM", (DRAFT, SILENT), Role.DRAFT, "vllm _SPECULATIVE_DECODING_MODELS"),
        ("XForCausalLM", (WRAPPER,), Role.WRAPPER, "vllm _TRANSFORMERS_BACKEND_MODELS"),
        ("XForCausalLM", (WRAPPER, seen("exllamav3", Role.MODEL)), Role.WRAPPER, "vllm _TRANSFORMERS_BACKEND_MODELS"),
        ("XForCausalLM", (OTHER,), Role.RUN_AS_ANOTHER, "lmdeploy runs it as YForCausalLM"),
        ("OmegaMTPModel", (SILENT,), Role.DRAFT, "its name: OmegaForCausalLM"),
        ("OmegaForCausalLMNextN", (SILENT, OTHER), Role.DRAFT, "its name: OmegaForCausalLM"),
    ],
)  # fmt: skip
def test_what_is_no_model_of_its_own_is_left_out_with_the_reason(
    name: str, found: tuple[Elsewhere, ...], role: Role, source: str
) -> None:
    models, (why,) = models_elsewhere({name: found}, KNOWN)
    assert (models, why.name, why.role, why.source) == ({}, name, role, source)


def test_what_the_engine_or_transformers_has_is_of_no_concern() -> None:
    assert models_elsewhere(dict.fromkeys(KNOWN, (MODEL,)), KNOWN) == ({}, ())


def test_the_matrix_has_the_rows_beside_the_others_until_they_are_asked_for() -> None:
    natives, classes = [registration("BForCausalLM")], [public("DModel"), public("HiddenForMaskedLM")]
    others = dict.fromkeys(
        ("AForCausalLM", "BForCausalLM", "DModel", "HiddenForMaskedLM", "RunForCausalLM", "ZModel"), (MODEL,)
    ) | {"EagleZForCausalLM": (DRAFT,)}
    matrix = join(
        inventory("sglang", *natives),
        inventory("transformers", *classes),
        patterns=("*Model",),
        elsewhere=others,
        run_as_others=("RunForCausalLM",),
        overrides=(Override(name="ZModel", reason="so", category=Category.MULTIMODAL, example="o/z"),),
    )
    assert [row.name for row in matrix.rows] == ["BForCausalLM", "DModel"]
    assert [row.name for row in matrix.elsewhere] == ["AForCausalLM", "ZModel"]
    assert [each.name for each in matrix.left_out] == ["EagleZForCausalLM"]
    assert matrix.known >= others.keys()
    first, last = matrix.elsewhere
    assert (first.status, first.native, first.hf, first.elsewhere) == (
        Status.UNSUPPORTED,
        None,
        None,
        (MODEL,),
    )
    assert (last.category, last.example) == (
        Category.MULTIMODAL,
        Example(id="o/z", source="override"),
    )
    whole = with_elsewhere(matrix)
    assert [row.name for row in whole.rows] == ["AForCausalLM", "BForCausalLM", "DModel", "ZModel"]
    assert {row.name: bool(row.elsewhere) for row in whole.rows} == {
        "AForCausalLM": True,
        "BForCausalLM": False,
        "DModel": False,
        "ZModel": True,
    }
    assert elsewhere_in_words((MODEL, SILENT)) == "vllm 1.0, lmdeploy 1.0"
