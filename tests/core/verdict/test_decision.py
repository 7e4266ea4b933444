"""Every way that a decision about a checkpoint can take, on an engine made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import miniature
from archtrack.core.verdict.checkpoint import only_named, read_checkpoint
from archtrack.core.verdict.config_classes import ConfigClasses
from archtrack.core.verdict.context import Context, Rewrite, Rules
from archtrack.core.verdict.decision import decide
from archtrack.engines.transformers.configuration_classes import class_facts
from archtrack.model import Broken, Gate, Place, Registration, Status
from miniature import registration

if TYPE_CHECKING:
    from archtrack.core.verdict.verdict import Verdict

LOADER = {
    "choice": 10,
    "rewrites": [
        [11, "EmbeddingGemmaModel", []],
        [12, "QuantMixtralForCausalLM", ["fp8", "gptq_marlin", "awq_marlin"]],
    ],
    "fallback": 20,
    "lookup": 21,
    "gate": 22,
    "missing": 23,
    "backend": 30,
    "moe": {"line": 40, "attributes": ["num_experts", "num_local_experts", "moe_intermediate_size"]},
}
PATH = "engine/loader.py"
BACKENDS = [
    f"Transformers{kind}{task}"
    for kind in ("", "MoE", "MultiModal", "MultiModalMoE")
    for task in ("ForCausalLM", "EmbeddingModel", "ForSequenceClassification")
]
NATIVES = ("AlphaForCausalLM", "AlphaForCausalLMNextN", "AlphaForCausalLMDSpark", "SkippedForCausalLM",
           "SkippedAndPublicForCausalLM", "MaybeForCausalLM", "MixtralForCausalLM", "QuantMixtralForCausalLM",
           "EmbeddingGemmaModel", "RewardForSequenceClassification", *BACKENDS)  # fmt: skip
COMPATIBLE = ("BetaForCausalLM", "BetaMoeForCausalLM", "BetaForSequenceClassification", "BetaModel",
              "MaskedForMaskedLM", "SeesForConditionalGeneration", "Gemma3TextModel",
              "SkippedAndPublicForCausalLM")  # fmt: skip
PUBLIC = {
    **dict.fromkeys(COMPATIBLE, True),
    "DeltaForCausalLM": False,
    "OldForCausalLM": None,
    "SpeaksForCTC": False,
}
TABLES = {
    "MaskedForMaskedLM": ("MODEL_FOR_MASKED_LM_MAPPING_NAMES",),
    "SpeaksForCTC": ("MODEL_FOR_CTC_MAPPING_NAMES",),
    "SeesForConditionalGeneration": ("MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",),
}
CONFIGS = {
    "transformers/models/beta/configuration_beta.py": (
        b"class BetaConfig:\n    model_type = 'beta'\n\n\n"
        b"class BetaManyConfig:\n    model_type = 'beta_many'\n    num_experts: int = 4\n\n\n"
        b"class BetaAliasConfig:\n    model_type = 'beta_alias'\n    attribute_map = {'num_experts': 'many'}\n"
    ),
    "transformers/models/sees/configuration_sees.py": (
        b"class SeesTextConfig:\n    model_type = 'sees_text'\n    num_local_experts: int = 8\n\n\n"
        b"class SeesConfig:\n    model_type = 'sees'\n    sub_configs = {'text_config': SeesTextConfig}\n"
        b"    text_config: dict = None\n"
    ),
}


def native(name: str, **more: Any) -> Registration:
    file = f"{name.lower()}.py"
    return registration(name, file, 7, at=f"engine/models/{file}", **more)


def public(name: str, *, compatible: bool | None) -> Registration:
    folder = "sees" if name.startswith("Sees") else "beta"
    file = f"models/{folder}/modeling_{folder}.py"
    facts = {"backend_place": Place(file="gate.py", line=5), "auto_mappings": TABLES.get(name, ())}
    return miniature.public(
        name, compatible=compatible, facts=facts, file=file, line=3, at=f"transformers/{file}"
    )


def flaw(*, certain: bool) -> Broken:
    return Broken(
        reason="transformers has no Thing",
        place=Place(file="engine/models/inner.py", line=2),
        condition=None,
        certain=certain,
        through=("engine.models.inner",),
    )


def rewrite(line: int, to: str = "AlphaForCausalLM", **fits: Any) -> Rewrite:
    return Rewrite(to=to, place=Place(file="c.py", line=line), **fits)


SUPPORT = Context(
    engine="sglang",
    version="7.7.7",
    library="transformers 9.9.9",
    natives={name: native(name) for name in NATIVES}
    | {"MaybeForCausalLM": native("MaybeForCausalLM", condition="FLAG")},
    public={name: public(name, compatible=compatible) for name, compatible in PUBLIC.items()},
    broken={
        "engine/models/skippedforcausallm.py": flaw(certain=True),
        "engine/models/skippedandpublicforcausallm.py": flaw(certain=True),
        "engine/models/maybeforcausallm.py": flaw(certain=False),
    },
    rules=Rules(
        path=PATH,
        loader=LOADER,
        rewrites=(
            rewrite(1, model_type="alpha_parts"),
            rewrite(2, to="BetaForCausalLM", model_type="late", missing=True),
            rewrite(3, replaced=("FormerForCausalLM",)),
            rewrite(4, remote=("m.Reader",)),
            rewrite(5, keys=("d", "ssm"), missing=True),
            rewrite(6, model_type="gamma", replaced=("BetaForCausalLM",)),
            rewrite(7, model_type="old_7b", replaced=("Old7BForCausalLM",), alone=True),
        ),
        drafts=(
            ("AlphaForCausalLM", "AlphaForCausalLMDSpark", Place(file="d.py", line=1)),
            ("AlphaForCausalLM", "AlphaForCausalLMNextN", Place(file="d.py", line=2)),
            ("BetaForCausalLM", "GoneForCausalLMMTP", Place(file="d.py", line=3)),
        ),
        pooled=frozenset({"BetaModel"}),
        multimodal=frozenset({"BetaMoeForCausalLM"}),
        types={
            "llama": ("AlphaForCausalLM", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES", Place(file="auto.py", line=9))
        },
    ),
    configs=lambda: ConfigClasses({path: class_facts(data) for path, data in CONFIGS.items()}),
)


def asked(
    *names: str, context: Context = SUPPORT, draft: bool = False, pooled: bool = False, **values: Any
) -> Verdict:
    given = {"architectures": list(names), **values} if names else values
    checkpoint = read_checkpoint(json.dumps(given).encode())
    return decide(checkpoint, context, draft=draft, pooled=pooled)


def without(*rules: str) -> Context:
    loader = {key: value for key, value in LOADER.items() if key not in rules}
    return replace(SUPPORT, rules=replace(SUPPORT.rules, loader=loader))


N, F, X, U = Status.NATIVE, Status.FALLBACK, Status.REFUSED, Status.UNSUPPORTED


@pytest.mark.parametrize(
    ("names", "values", "status", "resolved", "because"),
    [
        # the registry
        (["AlphaForCausalLM"], {}, N, "AlphaForCausalLM", "AlphaForCausalLM is registered by alphaforcausallm.py"),
        (["OtherForCausalLM", "AlphaForCausalLM"], {}, N, "AlphaForCausalLM", "AlphaForCausalLM is registered"),
        (["MaybeForCausalLM"], {}, N, "MaybeForCausalLM", "registered by maybeforcausallm.py, if FLAG"),
        (["TransformersForCausalLM"], {}, N, "TransformersForCausalLM", "is registered"),
        (["SkippedForCausalLM"], {}, Status.UNIMPORTABLE, None, "the engine skips skippedforcausallm.py"),
        (["SkippedAndPublicForCausalLM"], {}, Status.UNIMPORTABLE, "TransformersForCausalLM",
         "imports through engine.models.inner what is not there: transformers has no Thing"),
        (["SkippedForCausalLM", "AlphaForCausalLM"], {}, N, "AlphaForCausalLM", "AlphaForCausalLM is registered"),
        # the gate
        (["BetaForCausalLM"], {}, F, "TransformersForCausalLM", "is_backend_compatible() is true"),
        (["DeltaForCausalLM"], {}, X, None, "is_backend_compatible() is false"),
        (["OldForCausalLM"], {}, U, None, "transformers 9.9.9 does not say whether the backend takes OldForCausalLM"),
        (["BetaForCausalLM", "DeltaForCausalLM"], {}, X, None, "is_backend_compatible() is false"),
        (["BetaForCausalLM", "OtherForCausalLM"], {}, U, None, "has no public class OtherForCausalLM"),
        (["BetaForCausalLM", "TransformersUnknown"], {}, F, "TransformersForCausalLM", "() is true"),
        (["OtherForCausalLM"], {}, U, None, "transformers 9.9.9 has no public class OtherForCausalLM"),
        # remote code
        (["OtherForCausalLM"], {"auto_map": {"AutoModel": "m.Other"}}, Status.REMOTE_CODE, None,
         "auto_map brings m.Other: the engine runs that code with --trust-remote-code"),
        (["OtherForCausalLM"], {"auto_map": {"AutoModelForCausalLM": "m.Other"}}, U, None, "no public class"),
        (["OtherForCausalLM", "BetaForCausalLM"], {"auto_map": {"AutoModel": "m.Other"}}, Status.REMOTE_CODE, None,
         "auto_map brings m.Other"),
        (["OtherForCausalLM", "DeltaForCausalLM"], {"auto_map": {"AutoModel": "m.Other"}}, X, None, "() is false"),
        (["BetaForCausalLM"], {"auto_map": {"AutoModel": "m.Beta"}}, F, "TransformersForCausalLM", "() is true"),
        # what the engine makes of the names
        (["WholeForCausalLM"], {"model_type": "alpha_parts"}, N, "AlphaForCausalLM", "is registered"),
        ([], {"model_type": "alpha_parts"}, N, "AlphaForCausalLM", "is registered"),
        ([], {"model_type": "late"}, F, "TransformersForCausalLM", "() is true"),
        (["DeltaForCausalLM"], {"model_type": "late"}, X, None, "() is false"),
        (["FormerForCausalLM"], {}, N, "AlphaForCausalLM", "is registered"),
        (["Old7BForCausalLM"], {"model_type": "old_7b"}, N, "AlphaForCausalLM", "is registered"),
        (["Old7BForCausalLM"], {"model_type": "llama"}, U, None, "no public class Old7BForCausalLM"),
        (["Old7BForCausalLM", "Other"], {"model_type": "old_7b"}, U, None, "no public class Old7BForCausalLM"),
        (["BetaForCausalLM"], {"model_type": "gamma"}, N, "AlphaForCausalLM", "is registered"),
        (["DeltaForCausalLM"], {"auto_map": {"AutoModel": "m.Reader"}}, N, "AlphaForCausalLM", "is registered"),
        ([], {"d": 1, "ssm": {}}, N, "AlphaForCausalLM", "is registered"),
        ([], {"d": 1}, U, None, "names no architecture"),
        ([], {"d": 1, "ssm": {}, "model_type": "mamba"}, U, None, "names no architecture"),
        # nothing to go by
        ([], {}, U, None, "the config names no architecture"),
        ([], {"architectures": []}, U, None, "the config names no architecture"),
        ([], {"model_type": "llama"}, U, None, "the config names no architecture"),
    ],
)  # fmt: skip
def test_a_checkpoint_goes_the_engine_s_way(
    names: list[str], values: dict[str, Any], status: Status, resolved: str | None, because: str
) -> None:
    found = asked(*names, **values)
    assert (found.status, found.resolved) == (status, resolved)
    assert because in found.because.text
    assert found.because in found.steps
    assert found.asked == tuple(names)


# As `_is_moe_model` counts them.
EXPERTS = [2, True, 1.5, float("inf"), [4, 4], "eight"]
NO_EXPERTS = [1, 0, None, False, [], {}, ""]


@pytest.mark.parametrize(
    ("number", "kind"), [*((each, "MoE") for each in EXPERTS), *((each, "") for each in NO_EXPERTS)]
)
def test_more_than_one_expert_makes_a_mixture_of_experts(number: Any, kind: str) -> None:
    assert asked("BetaForCausalLM", num_experts=number).resolved == f"Transformers{kind}ForCausalLM"


@pytest.mark.parametrize(
    ("names", "values", "pooled", "backend"),
    [
        (["BetaForCausalLM"], {}, False, "TransformersForCausalLM"),
        (["BetaForCausalLM"], {}, True, "TransformersEmbeddingModel"),
        (["BetaModel"], {}, False, "TransformersEmbeddingModel"),
        (["BetaForSequenceClassification"], {}, False, "TransformersForCausalLM"),
        (["BetaForSequenceClassification"], {}, True, "TransformersForSequenceClassification"),
        (["BetaForCausalLM"], {"moe_intermediate_size": 1}, False, "TransformersMoEForCausalLM"),
        (["BetaForCausalLM"], {"moe_intermediate_size": 0}, False, "TransformersForCausalLM"),
        (["BetaForCausalLM"], {"experts": 8}, False, "TransformersForCausalLM"),
        # experts that the class adds
        (["BetaForCausalLM"], {"model_type": "beta_many"}, False, "TransformersMoEForCausalLM"),
        (["BetaForCausalLM"], {"model_type": "beta_many", "num_experts": None}, False, "TransformersForCausalLM"),
        (["BetaForCausalLM"], {"model_type": "beta_alias", "many": 8}, False, "TransformersMoEForCausalLM"),
        (["BetaForCausalLM"], {"model_type": "beta_alias"}, False, "TransformersForCausalLM"),
        (["BetaForCausalLM"], {"model_type": "beta", "many": 8}, False, "TransformersForCausalLM"),
        (["BetaForCausalLM"], {"model_type": "nobody's"}, False, "TransformersForCausalLM"),
        # composite
        (["BetaForCausalLM"], {"text_config": {}}, False, "TransformersMultiModalForCausalLM"),
        (["BetaForCausalLM"], {"text_config": {"num_experts": 8}}, True, "TransformersMultiModalMoEEmbeddingModel"),
        (["BetaForCausalLM"], {"text_config": {}, "num_experts": 8}, False, "TransformersMultiModalForCausalLM"),
        (["BetaForCausalLM"], {"vision_config": {}}, False, "TransformersForCausalLM"),
        (["BetaMoeForCausalLM"], {}, False, "TransformersMultiModalMoEForCausalLM"),
        (["SeesForConditionalGeneration"], {"model_type": "sees"}, False, "TransformersMultiModalMoEForCausalLM"),
        (["SeesForConditionalGeneration"], {"model_type": "sees", "text_config": {"num_local_experts": 1}}, False,
         "TransformersMultiModalForCausalLM"),
        (["SeesForConditionalGeneration"], {"model_type": "sees", "text_config": {"model_type": "beta"}}, False,
         "TransformersMultiModalForCausalLM"),
        (["SeesForConditionalGeneration"], {}, False, "TransformersMultiModalMoEForCausalLM"),
        (["SeesForConditionalGeneration"], {"model_type": "nobody's"}, False, "TransformersForCausalLM"),
    ],
)  # fmt: skip
def test_the_backend_s_class_is_put_together_from_what_the_config_is(
    names: list[str], values: dict[str, Any], pooled: bool, backend: str  # noqa: FBT001
) -> None:  # fmt: skip
    found = asked(*names, pooled=pooled, **values)
    assert (found.status, found.resolved) == (F, backend)


def test_for_llava_s_own_classes_the_whole_config_is_that_of_the_language_model() -> None:
    name = "LlavaBetaForCausalLM"
    context = replace(SUPPORT, public={**SUPPORT.public, name: public(name, compatible=True)})
    values = {"text_config": {"num_experts": 8}}
    assert asked(name, context=context, **values).resolved == "TransformersForCausalLM"
    assert asked(name, context=context, num_experts=8, **values).resolved == "TransformersMoEForCausalLM"


@pytest.mark.parametrize(
    ("context", "resolved"),
    [
        (without("backend"), "TransformersForCausalLM"),
        (without("moe"), "TransformersMultiModalForCausalLM"),
        (replace(SUPPORT, configs=None), "TransformersMultiModalMoEForCausalLM"),
    ],
)
def test_a_release_without_a_rule_does_without_it(context: Context, resolved: str) -> None:
    found = asked("BetaForCausalLM", context=context, text_config={"num_experts": 8})
    assert (found.status, found.resolved) == (F, resolved)


def test_what_is_not_read_of_the_choice_is_said() -> None:
    context = replace(SUPPORT, rules=replace(SUPPORT.rules, loader={**LOADER, "unread": 14}))
    found = asked("AlphaForCausalLM", context=context)
    assert (found.status, found.resolved) == (N, "AlphaForCausalLM")
    assert [str(step.place) for step in found.steps if "is not read" in step.text] == [f"{PATH}:14"]
    assert not any("is not read" in step.text for step in asked("AlphaForCausalLM").steps)


SIZES = ("vocab_size", "hidden_size", "num_attention_heads", "num_key_value_heads", "num_hidden_layers")
BETA, SEES = "BetaForCausalLM", "SeesForConditionalGeneration"


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        (BETA, {}, None),
        (BETA, {"vision_config": {}}, None),
        (BETA, {"text_config": {"vocab_size": 9}}, "a config of its own, `text_config`"),
        (BETA, {"thinker_config": {"text_config": {}}}, "a config of its own, `thinker_config`"),
        (BETA, {"text_config": {}, "vocab_size": 9}, "a config of its own, `text_config`"),
        (BETA, {"text_config": {}, **dict.fromkeys(SIZES, 8)}, None),  # what the wrapper asks for is there
        (SEES, {"model_type": "sees"}, "a config of its own, `text_config`"),  # its class adds the part
        (SEES, {"model_type": "beta"}, None),
        (BETA, None, None),  # names alone
        (SEES, None, "it is in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES"),
        ("MaskedForMaskedLM", None, None),
    ],
)
def test_a_release_with_a_wrapper_for_text_only_refuses_the_others(
    name: str, values: dict[str, Any] | None, reason: str | None
) -> None:
    text_only = without("backend")
    natives = {
        key: value for key, value in text_only.natives.items() if not key.startswith("TransformersMulti")
    }
    text_only = replace(text_only, natives=natives)
    checkpoint = only_named(name) if values is None else read_checkpoint(
        json.dumps({"architectures": [name], **values}).encode()
    )  # fmt: skip
    found = decide(checkpoint, text_only)
    assert (found.status, found.gate) == ((X, Gate.BACKEND) if reason else (F, None))
    if reason:
        assert found.because.text == (
            f"{name} takes images, and the release has a wrapper for text only:"
            f" {reason if values is None else 'its language model has ' + reason}"
        )
        assert found.because.place == natives["TransformersForCausalLM"].place
    assert decide(checkpoint, SUPPORT).status is F  # one that has wrappers for both


def test_where_no_transformers_is_known_the_backend_is_not_followed() -> None:
    context = replace(SUPPORT, library="", public={})
    found = asked("BetaForCausalLM", context=context)
    assert (found.status, found.gate, found.resolved) == (Status.UNKNOWN, Gate.BACKEND, None)
    assert asked("AlphaForCausalLM", context=context).status is N
    assert asked("BetaForCausalLM").status is F


def test_a_release_without_a_fallback_runs_what_it_registers() -> None:
    context = without("fallback")
    found = asked("BetaForCausalLM", context=context)
    assert (found.status, found.resolved) == (U, None)
    assert found.because.text == "sglang 7.7.7 has no Transformers backend to fall back on"
    assert asked("AlphaForCausalLM", context=context).status is N


@pytest.mark.parametrize("gone", ["removed", "skipped"])
def test_a_backend_class_that_the_release_does_not_register_runs_nothing(gone: str) -> None:
    name = "TransformersMoEForCausalLM"
    natives = {key: value for key, value in SUPPORT.natives.items() if key != name or gone == "skipped"}
    broken = {**SUPPORT.broken, SUPPORT.natives[name].place.file: flaw(certain=True)}
    context = replace(SUPPORT, natives=natives, broken=broken if gone == "skipped" else {})
    found = asked("BetaForCausalLM", context=context, num_experts=8)
    assert (found.status, found.resolved) == (U, None)
    assert found.because.text == f"sglang 7.7.7 registers no {name}"
    assert asked("BetaForCausalLM", context=context).status is F


@pytest.mark.parametrize(
    ("names", "values", "status", "resolved", "said"),
    [
        (["AlphaForCausalLM"], {}, N, "AlphaForCausalLMNextN", "as a draft model AlphaForCausalLM is loaded as"),
        (["AlphaForCausalLM"], {"dspark_block_size": 5}, N, "AlphaForCausalLMDSpark", "AlphaForCausalLMDSpark"),
        (["AlphaForCausalLM"], {"spark": 5}, N, "AlphaForCausalLMNextN", "AlphaForCausalLMNextN"),
        (["AlphaForCausalLMNextN"], {}, N, "AlphaForCausalLMNextN", "no draft architecture for AlphaForCausalLMNextN"),
        (["BetaForCausalLM"], {}, U, None, "is loaded as GoneForCausalLMMTP"),
        (["BetaModel"], {}, F, "TransformersEmbeddingModel", "no draft architecture for BetaModel"),
        ([], {}, U, None, "names no architecture"),
        ([], {"model_type": "alpha_parts"}, N, "AlphaForCausalLMNextN", "is loaded as AlphaForCausalLMNextN"),
    ],
)  # fmt: skip
def test_a_draft_model_is_loaded_with_the_draft_s_architecture(
    names: list[str], values: dict[str, Any], status: Status, resolved: str | None, said: str
) -> None:
    found = asked(*names, draft=True, **values)
    assert (found.status, found.resolved) == (status, resolved)
    assert any(said in step.text for step in found.steps)
    assert not any("draft" in step.text for step in asked(*names, **values).steps)


GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": 128, "sym": True, "desc_act": False}
AWQ = {"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": True}


@pytest.mark.parametrize(
    ("quantization", "resolved"),
    [
        (None, "MixtralForCausalLM"),
        ({"quant_method": "fp8"}, "MixtralForCausalLM"),
        ({"quant_method": "bitsandbytes"}, "QuantMixtralForCausalLM"),
        ({"quant_algo": "FP8"}, "QuantMixtralForCausalLM"),
        (GPTQ, "MixtralForCausalLM"),
        (AWQ, "MixtralForCausalLM"),
        ({**GPTQ, "bits": 3}, "QuantMixtralForCausalLM"),
        ({**GPTQ, "sym": False}, "QuantMixtralForCausalLM"),
        ({**GPTQ, "group_size": 7}, "QuantMixtralForCausalLM"),
        ({**GPTQ, "desc_act": None}, "QuantMixtralForCausalLM"),
        ({**AWQ, "zero_point": None}, "QuantMixtralForCausalLM"),
        ({"quant_method": "awq"}, "QuantMixtralForCausalLM"),
    ],
)
def test_a_quantised_mixtral_may_be_another_class(quantization: Any, resolved: str) -> None:
    found = asked("MixtralForCausalLM", quantization_config=quantization)
    assert (found.status, found.resolved) == (N, resolved)
    assert asked("AlphaForCausalLM", quantization_config=quantization).resolved == "AlphaForCausalLM"


@pytest.mark.parametrize(
    ("values", "resolved"),
    [
        ({"model_type": "gemma3_text", "use_bidirectional_attention": True}, "EmbeddingGemmaModel"),
        ({"text_config": {"model_type": "gemma3_text", "use_bidirectional_attention": True}}, "EmbeddingGemmaModel"),
        ({"model_type": "gemma3_text", "use_bidirectional_attention": False}, "TransformersForCausalLM"),
        ({"use_bidirectional_attention": True}, "TransformersForCausalLM"),
    ],
)  # fmt: skip
def test_a_bidirectional_gemma_is_embedding_gemma(values: dict[str, Any], resolved: str) -> None:
    assert asked("Gemma3TextModel", **values).resolved == resolved


DRAFT = "puts this name in for the draft model of Alpha"
OLD = "of model type `old_7b` the engine runs Old7BForCausalLM as AlphaForCausalLM"
GAMMA = "of model type `gamma` the engine runs BetaForCausalLM as AlphaForCausalLM"


@pytest.mark.parametrize(
    ("name", "status", "resolved", "said"),
    [
        ("AlphaForCausalLM", N, "AlphaForCausalLM", "is registered"),
        ("AlphaForCausalLMNextN", N, "AlphaForCausalLMNextN", DRAFT),
        ("BetaForCausalLM", F, None, "which class of the backend runs it depends on the config"),
        ("DeltaForCausalLM", X, None, "the engine refuses DeltaForCausalLM"),
        ("OtherForCausalLM", U, None, "a checkpoint that brings its own code"),
        ("FormerForCausalLM", N, "AlphaForCausalLM", "runs FormerForCausalLM as AlphaForCausalLM"),
        ("Old7BForCausalLM", N, "AlphaForCausalLM", OLD),
        ("BetaForCausalLM", F, None, GAMMA),
    ],
)
def test_a_name_alone_is_answered(name: str, status: Status, resolved: str | None, said: str) -> None:
    found = decide(only_named(name), SUPPORT)
    assert (found.status, found.resolved) == (status, resolved)
    assert any(said in step.text for step in found.steps)


def test_a_config_without_architectures_is_told_what_its_type_would_give() -> None:
    found = asked(model_type="llama")
    texts = [step.text for step in found.steps]
    assert "for model type `llama` transformers has AlphaForCausalLM" in texts[1]
    assert '--json-model-override-args \'{"architectures": ["AlphaForCausalLM"]}\'' in texts[2]
    assert len(asked(model_type="nobody's").steps) == 1


def test_each_step_says_whose_file_it_points_at() -> None:
    found = asked("BetaForCausalLM", num_experts=8)
    assert [(step.source, str(step.place) if step.place else None) for step in found.steps] == [
        (None, None),
        ("transformers", "transformers/models/beta/modeling_beta.py:3"),
        ("transformers", "gate.py:5"),
        ("sglang", f"{PATH}:40"),
        ("sglang", "engine/models/transformersmoeforcausallm.py:7"),
    ]
    nowhere = replace(SUPPORT, rules=replace(SUPPORT.rules, path=None))
    assert asked("DeltaForCausalLM", context=nowhere).steps[-1].place is None


@given(
    st.lists(st.sampled_from([*NATIVES, *PUBLIC, "OtherForCausalLM", "LlavaForCausalLM"]), max_size=3),
    st.dictionaries(
        st.sampled_from(["text_config", "num_experts", "auto_map", "model_type", "quantization_config"]),
        st.sampled_from([{}, {"AutoModel": "m.A"}, {"quant_method": "awq"}, {"num_experts": 8}]),
        max_size=3,
    ),
    st.booleans(),
    st.booleans(),
)
def test_whatever_is_asked_has_one_answer_with_the_step_that_decided(
    names: list[str], values: dict[str, Any], draft: bool, pooled: bool  # noqa: FBT001
) -> None:  # fmt: skip
    values = {key: value for key, value in values.items() if key != "model_type"}
    if "auto_map" in values and not all(isinstance(each, str) for each in values["auto_map"].values()):
        values.pop("auto_map")
    found = asked(*names, draft=draft, pooled=pooled, **values)
    assert found.because in found.steps
    assert (found.resolved is None) == (found.status in {X, U, Status.REMOTE_CODE}) or (
        found.status is Status.UNIMPORTABLE
    )
    assert found == asked(*names, draft=draft, pooled=pooled, **values)
