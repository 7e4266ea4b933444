"""The gates of SGLang, on releases made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.context import Rewrite, Rules
from archtrack.core.verdict.release_facts import (
    CONFIG_CLASSES,
    MODEL_TYPES,
    PROCESSOR_NAMES,
    PROCESSORS,
    QUANTISATION,
    Fact,
    LoadFacts,
    LoadOptions,
    ReleaseFacts,
)
from archtrack.engines.sglang import ENGINE
from archtrack.engines.sglang.rules_json import rules_to_json
from archtrack.engines.sglang.tables import MULTIMODAL, PROCESSOR_CLASSES
from archtrack.model import Broken, Gate, Place, Status
from miniature import public, registration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.verdict import Verdict

CONFIG = "sglang/srt/utils/config.py"
AUTO = "transformers/models/auto/configuration_auto.py"


def table(path: str, rows: Mapping[str, Any]) -> dict[str, Fact]:
    return {
        key: Fact(key=key, place=Place(file=path, line=line), value=value)
        for line, (key, value) in enumerate(rows.items(), 1)
    }


def named(file: str, *names: str) -> dict[str, Any]:
    return {name: registration(name, file, at=f"sglang/srt/models/{file}") for name in names}


TRANSFORMERS = ReleaseFacts(
    engine="transformers",
    version="5.19.0",
    registered={
        "LlamaForCausalLM": public("LlamaForCausalLM", facts={"model_type": "llama"}),
        "FreshForCausalLM": public("FreshForCausalLM", facts={"model_type": "fresh"}),
        "FalconForCausalLM": public("FalconForCausalLM", compatible=False),
    },
    load=LoadFacts(
        tables={
            MODEL_TYPES: table(
                AUTO,
                {
                    "llama": {
                        "config": "LlamaConfig",
                        "classes": {"CAUSAL_LM": "LlamaForCausalLM", "MODEL": "LlamaModel"},
                    },
                    "llava": {
                        "config": "LlavaConfig",
                        "classes": {"IMAGE_TEXT_TO_TEXT": "LlavaForConditionalGeneration"},
                    },
                    "fresh": {"config": "FreshConfig", "classes": {"CAUSAL_LM": "FreshForCausalLM"}},
                    "glm4": {"config": "Glm4Config", "classes": {"CAUSAL_LM": "Glm4ForCausalLM"}},
                    "falcon": {"config": "FalconConfig", "classes": {"CAUSAL_LM": "FalconForCausalLM"}},
                },
            )
        }
    ),
)
RULES = Rules(
    path="sglang/srt/model_loader/utils.py",
    loader={"choice": 1, "rewrites": [], "fallback": 2, "lookup": 3, "gate": 4, "missing": 5},
    rewrites=(
        Rewrite(
            to="RawForCausalLM", place=Place(file=CONFIG, line=1), missing=True, keys=("d_model", "ssm_cfg")
        ),
        Rewrite(
            to="LlamaForCausalLM",
            place=Place(file=CONFIG, line=2),
            model_type="own",
            replaced=("OwnedModel",),
        ),
    ),
)
WAYS = {
    "taken": [{"type": "long", "of": ["LongCausalLM"], "file": CONFIG, "line": 11}],
    "retried": [{"type": "v32", "file": CONFIG, "line": 12}],
    "named": [{"parts": ["eagle", "mistral"], "file": CONFIG, "line": 13}],
    "unread": ["ChatGLMConfig"],
}
RELEASE = ReleaseFacts(
    engine="sglang",
    version="7.7.7",
    registered={
        **named("llama.py", "LlamaForCausalLM"),
        **named("llava.py", "LlavaForConditionalGeneration", "LlavaMistralForCausalLM"),
        **named("glm4.py", "Glm4ForCausalLM"),
        **named("glm4_moe.py", "Glm4MoeForCausalLM"),
        **named("other.py", "RawForCausalLM", "LongCausalLM", "SightForCausalLM", "TransformersForCausalLM"),
        **named("eagle.py", "LlamaForCausalLMEagle3"),
    },
    load=LoadFacts(
        tables={
            MODEL_TYPES: table(CONFIG, {"own": None, "maybe": {"conditional": True}}),
            PROCESSORS: table(
                "p.py", {"LlavaForConditionalGeneration": None, "LlavaMistralForCausalLM": None}
            ),
            MULTIMODAL: table(
                "m.py",
                {
                    "LlavaForConditionalGeneration": None,
                    "LlavaMistralForCausalLM": None,
                    "SightForCausalLM": None,
                },
            ),
            QUANTISATION: table(
                "q.py",
                {
                    "fp8": None,
                    "compressed-tensors": None,
                    "aqlm": {"needs": "vllm"},
                    "gptq": {"if": "is_npu() or is_cpu()"},
                    "gptq_marlin": None,
                    "awq": None,
                    "awq_marlin": None,
                    "mxfp4": {"if": "is_cuda()"},
                    "mlx_q4": {"if": "is_mps()"},
                },
            ),
        },
        rules={**rules_to_json(RULES), "config": WAYS},
    ),
    broken={},
    transformers=TRANSFORMERS,
)
OLD = replace(
    RELEASE,
    transformers=replace(
        TRANSFORMERS, version="4.57.6", load=replace(TRANSFORMERS.load, rules={"folder": {"line": 9}})
    ),
)
ALONE = replace(RELEASE, transformers=None)
REMOTE = {"AutoConfig": "configuration_x.XConfig"}


def load(release: ReleaseFacts = RELEASE, options: Mapping[str, Any] | None = None, **config: Any) -> Verdict:
    checkpoint = read_checkpoint(json.dumps(config).encode())
    return ENGINE.load(checkpoint, release, LoadOptions(**(options or {})))


def without(which: str, table: str) -> ReleaseFacts:
    """The release without a table of its own, or of transformers."""
    owner = RELEASE if which == "sglang" else TRANSFORMERS
    left = {name: rows for name, rows in owner.load.tables.items() if name != table}
    changed = replace(owner, load=replace(owner.load, tables=left))
    return changed if which == "sglang" else replace(RELEASE, transformers=changed)


UNREAD = replace(
    without("sglang", MODEL_TYPES),
    load=replace(
        without("sglang", MODEL_TYPES).load,
        rules={key: rule for key, rule in RELEASE.load.rules.items() if key != "config"},
    ),
)
"""A release whose model types could not be read."""
LLAMA = ["LlamaForCausalLM"]
KNOWN = "transformers 5.19.0 has a configuration class for model type `llama`"
UNKNOWN = "has no configuration class for model type `nobodys`, and sglang 7.7.7 registers none"


@pytest.mark.parametrize(
    ("release", "options", "config", "stopped", "said"),
    [
        # by the model type
        (RELEASE, {}, {"model_type": "llama"}, False, KNOWN),
        (RELEASE, {}, {"model_type": "own"}, False, "sglang 7.7.7 itself has a configuration class"),
        (RELEASE, {}, {"model_type": "maybe"}, False, "`maybe`, if what that needs can be imported"),
        (RELEASE, {}, {"model_type": "v32"}, False, "after AutoConfig has failed"),
        (RELEASE, {}, {"model_type": "nobodys"}, True, UNKNOWN),
        (RELEASE, {}, {"model_type": ""}, True, "no configuration class for model type ``"),
        (RELEASE, {}, {}, True, "AutoConfig stops with `Unrecognized model`"),
        (RELEASE, {}, {"model_type": None}, True, "AutoConfig stops with `Unrecognized model`"),
        # by code of its own
        (RELEASE, {}, {"model_type": "nobodys", "auto_map": REMOTE}, False, "brings configuration_x.XConfig"),
        (RELEASE, {}, {"auto_map": REMOTE}, False, "for its config the config's auto_map brings"),
        (RELEASE, {}, {"model_type": "llama", "auto_map": REMOTE}, False, KNOWN),
        (RELEASE, {}, {"model_type": "nobodys", "auto_map": {"AutoModel": "x.X"}}, True, UNKNOWN),
        # by something else
        (RELEASE, {}, {"architectures": ["LongCausalLM"]}, False, "read as one of model type `long`"),
        (RELEASE, {}, {"architectures": ["LongCausalLM"], "model_type": "nobodys"}, False, "of model type `long`"),
        (RELEASE, {}, {"architectures": [], "d_model": 1, "ssm_cfg": {}}, False, "RawForCausalLM"),
        (RELEASE, {}, {"architectures": [], "d_model": 1}, True, "Unrecognized"),
        (RELEASE, {}, {"d_model": 1, "ssm_cfg": {}}, True, "Unrecognized"),
        (RELEASE, {"folder": "Mistral-Medium-EAGLE"}, {}, False, "reads Mistral's `params.json`"),
        (RELEASE, {"folder": "Mistral-Medium"}, {}, True, "Unrecognized"),
        # by the folder's name, which transformers looked at before 5
        (OLD, {"folder": "my-llava-llama"}, {}, False, "takes `llama` out of the folder's name"),
        (OLD, {"folder": "my-own"}, {}, False, "takes `own` out of the folder's name"),
        (OLD, {"folder": "Llama"}, {}, True, "Unrecognized"),
        (OLD, {}, {}, False, "looks for one in the folder's name, which is not known"),
        (OLD, {"folder": "llama"}, {"model_type": "nobodys"}, True, "`nobodys`"),
        (OLD, {"folder": "llama"}, {"model_type": None}, True, "Unrecognized"),
        (RELEASE, {"folder": "my-llama"}, {}, True, "Unrecognized"),
        # too little is known
        (ALONE, {}, {"model_type": "nobodys"}, False, "which transformers it runs with is not known"),
        (ALONE, {}, {"model_type": "own"}, False, "itself has a configuration class"),
        (ALONE, {}, {}, False, "which transformers it runs with is not known"),
        (without("transformers", MODEL_TYPES), {}, {"model_type": "nobodys"}, False, "of transformers 5.19.0 are not"),
        (UNREAD, {}, {"model_type": "nobodys"}, False, "itself registers is not known"),
        (UNREAD, {}, {"model_type": "llama"}, False, KNOWN),
        # of the history a table that takes nothing is not there: that it was read, the rules tell
        (without("sglang", MODEL_TYPES), {}, {"model_type": "nobodys"}, True, UNKNOWN),
        (RELEASE, {}, {"model_type": "chatglm"}, False, "registers ChatGLMConfig, which may be for"),
        (RELEASE, {}, {"model_type": "chatglm3"}, True, "`chatglm3`"),
    ],
)  # fmt: skip
def test_a_config_has_to_be_read_first(
    release: ReleaseFacts, options: dict[str, Any], config: dict[str, Any], stopped: bool, said: str  # noqa: FBT001
) -> None:  # fmt: skip
    found = load(release, options, **{"architectures": LLAMA, **config})
    assert (found.gate is Gate.CONFIG) is stopped, [step.text for step in found.steps]
    assert (found.status is Status.UNSUPPORTED) is stopped
    assert said in (found.because.text if stopped else " | ".join(step.text for step in found.steps))
    assert found.because in found.steps
    if stopped:
        assert (found.resolved, found.key) == (None, next(iter(found.asked), None))


def test_a_class_that_may_be_for_any_type_stops_nothing() -> None:
    rules = {**RELEASE.load.rules, "config": {**WAYS, "unread": ["`made()`"]}}
    release = replace(RELEASE, load=replace(RELEASE.load, rules=rules))
    found = load(release, architectures=LLAMA, model_type="nobodys")
    assert (found.status, found.gate) == (Status.NATIVE, None)
    assert "registers `made()`, which may be for" in found.steps[0].text


@pytest.mark.parametrize(
    ("config", "fix"),
    [
        # the module that registers the architecture has the class of the type that this one begins with
        ({"architectures": ["LlavaMistralForCausalLM"], "model_type": "llava_mistral"},
         "model_type `llava` instead of `llava_mistral`"),
        ({"architectures": ["Glm4MoeForCausalLM"], "model_type": "glm4_moe"}, None),
        ({"architectures": ["LlavaMistralForCausalLM"], "model_type": "mistral_llava"}, None),
        ({"architectures": ["LlavaMistralForCausalLM"], "model_type": "llavamistral"}, None),
        # transformers says which type the class is for
        ({"architectures": ["LlamaForCausalLM"], "model_type": "nobodys"}, "model_type `llama` instead of `nobodys`"),
        ({"architectures": ["LlamaForCausalLM"]}, "model_type `llama` in the config"),
        ({"architectures": ["FreshForCausalLM"], "model_type": "nobodys"}, "model_type `fresh` instead of `nobodys`"),
        ({"architectures": ["FalconForCausalLM"], "model_type": "nobodys"}, None),
        ({"architectures": ["Glm4ForCausalLM"]}, "model_type `glm4` in the config"),
        # the engine does
        ({"architectures": ["OwnedModel"]}, "model_type `own` in the config"),
        ({"architectures": ["LongerCausalLM"]}, None),
        ({"model_type": "nobodys"}, None),
    ],
)  # fmt: skip
def test_what_would_open_the_gate_follows_from_facts(config: dict[str, Any], fix: str | None) -> None:
    found = load(**config)
    assert (found.status, found.gate) == (Status.UNSUPPORTED, Gate.CONFIG)
    assert found.fix == fix


NAMED = only_named("LlamaForCausalLM")


@pytest.mark.parametrize(
    ("checkpoint", "gate"),
    [
        (NAMED, None),
        (replace(NAMED, model_type="llama"), None),
        (replace(NAMED, model_type="nobodys"), Gate.CONFIG),
        (only_named("SightForCausalLM"), Gate.PROCESSOR),
    ],
)
def test_a_name_alone_has_no_config_to_be_read(checkpoint: Checkpoint, gate: Gate | None) -> None:
    found = ENGINE.load(checkpoint, RELEASE, LoadOptions())
    assert (found.gate, found.status) == (gate, Status.UNSUPPORTED if gate else Status.NATIVE)
    assert any("auto_map.AutoConfig" in step.text for step in found.steps) is (gate is Gate.CONFIG)


@pytest.mark.parametrize(
    ("config", "options", "status", "said"),
    [
        ({"architectures": ["LlavaForConditionalGeneration"]}, {}, Status.NATIVE, "has a processor"),
        ({"architectures": ["SightForCausalLM"]}, {}, Status.UNSUPPORTED, "has no processor for it"),
        ({"architectures": ["SightForCausalLM", "LlavaMistralForCausalLM"]}, {}, Status.NATIVE, "has a processor"),
        ({"architectures": ["SightForCausalLM"]}, {"draft": True}, Status.NATIVE, None),
        ({"architectures": ["LlamaForCausalLM"]}, {}, Status.NATIVE, None),
        ({"architectures": ["FreshForCausalLM"]}, {}, Status.FALLBACK, None),
    ],
)  # fmt: skip
def test_a_multimodal_model_needs_a_processor(
    config: dict[str, Any], options: dict[str, Any], status: Status, said: str | None
) -> None:
    found = load(RELEASE, options, model_type="llava", **config)
    assert found.status is status
    assert found.gate is (Gate.PROCESSOR if status is Status.UNSUPPORTED else None)
    texts = [step.text for step in found.steps if "processor" in step.text]
    assert [said in text for text in texts if said] == ([True] if said else [])
    assert bool(texts) is (said is not None)


BY_TOWER = replace(
    RELEASE,
    load=replace(
        RELEASE.load,
        tables={
            **RELEASE.load.tables,
            PROCESSORS: table(
                "p.py", {"LlavaForConditionalGeneration": {"towers": ["clip_vision_model"], "line": 9}}
            ),
            PROCESSOR_CLASSES: table("q.py", {"PixtralProcessor": None}),
        },
    ),
    transformers=replace(
        TRANSFORMERS,
        load=replace(
            TRANSFORMERS.load,
            tables={
                **TRANSFORMERS.load.tables,
                PROCESSOR_NAMES: table("h.py", {"pixtral": "PixtralProcessor", "siglip": "SiglipProcessor"}),
            },
        ),
    ),
)
UNNAMED = replace(BY_TOWER, transformers=TRANSFORMERS)


@pytest.mark.parametrize(
    ("release", "vision", "options", "status", "said"),
    [
        (BY_TOWER, {"model_type": "clip_vision_model"}, {}, Status.NATIVE, "it takes a vision tower of"),
        (BY_TOWER, {"model_type": "pixtral"}, {}, Status.NATIVE, "by PixtralProcessor"),
        (BY_TOWER, {"model_type": "siglip"}, {}, Status.UNSUPPORTED, "of which the engine has no own"),
        (BY_TOWER, {"model_type": "siglip_vision_model"}, {}, Status.UNSUPPORTED, "has no processor for it"),
        (BY_TOWER, {"model_type": "siglip_vision_model"}, {"draft": True}, Status.NATIVE, None),
        (BY_TOWER, {}, {}, Status.NATIVE, "not followed"),
        (BY_TOWER, None, {}, Status.NATIVE, "not followed"),
        (BY_TOWER, {"model_type": 3}, {}, Status.NATIVE, "not followed"),
        (UNNAMED, {"model_type": "siglip"}, {}, Status.NATIVE, "is not followed"),
        (replace(BY_TOWER, transformers=None), {"model_type": "siglip"}, {}, Status.NATIVE, "is not followed"),
        (RELEASE, {"model_type": "siglip_vision_model"}, {}, Status.NATIVE, None),
    ],
)  # fmt: skip
def test_llavas_processor_goes_by_the_vision_tower(
    release: ReleaseFacts, vision: object, options: dict[str, Any], status: Status, said: str | None
) -> None:
    found = load(
        release,
        options,
        architectures=["LlavaForConditionalGeneration"],
        model_type="llava",
        vision_config=vision,
    )
    assert (found.status, found.gate) == (
        status,
        Gate.PROCESSOR if status is Status.UNSUPPORTED else None,
    )
    assert bool([step for step in found.steps if said and said in step.text]) is (said is not None)
    assert status is Status.NATIVE or found.because.place == Place(file="p.py", line=9)


def test_a_release_whose_processors_are_not_known_asks_for_none() -> None:
    found = load(without("sglang", PROCESSORS), architectures=["SightForCausalLM"], model_type="llava")
    assert (found.status, found.gate) == (Status.NATIVE, None)


@pytest.mark.parametrize(
    ("release", "quantisation", "gate", "said"),
    [
        (RELEASE, {"quant_method": "fp8"}, None, "takes the quantisation method `fp8`"),
        (RELEASE, {"quant_method": "FP8"}, None, "takes the quantisation method `fp8`"),
        (RELEASE, {"quant_method": "compressed_tensors"}, None, "`compressed_tensors`"),
        (RELEASE, {"quant_method": "aqlm"}, None, "`aqlm`, where vllm is installed"),
        (
            RELEASE,
            {"quant_method": "bitnet"},
            Gate.QUANTISATION,
            "does not take the quantisation method `bitnet`",
        ),
        (without("sglang", QUANTISATION), {"quant_method": "bitnet"}, None, None),
        (RELEASE, None, None, None),
    ],
)
def test_a_quantisation_has_to_be_one_that_the_release_takes(
    release: ReleaseFacts, quantisation: Any, gate: Gate | None, said: str | None
) -> None:
    found = load(release, architectures=LLAMA, model_type="llama", quantization_config=quantisation)
    assert (found.gate, found.status) == (gate, Status.UNSUPPORTED if gate else Status.NATIVE)
    assert (found.resolved, found.key) == (None if gate else "LlamaForCausalLM", "LlamaForCausalLM")
    texts = [step.text for step in found.steps if "quantisation" in step.text]
    assert [said in text for text in texts if said] == ([True] if said else [])


FP8 = {"quant_method": "fp8"}
BITNET = {"quant_method": "bitnet"}
UNKNOWN = "stops with `Unknown quantization method`"
APPLE = "on Apple silicon it takes such weights as `mlx_q4`"


@pytest.mark.parametrize(
    ("release", "keys", "stopped", "said"),
    [
        # no method is named
        (RELEASE, {"quantization_config": {"group_size": 64, "bits": 4}}, True, [UNKNOWN, APPLE]),
        (RELEASE, {"quantization_config": {"group_size": 64, "bits": 2}}, True, [UNKNOWN]),
        (RELEASE, {"quantization_config": {"bits": 4}}, True, [UNKNOWN]),
        (RELEASE, {"quantization_config": {"load_in_4bit": True}}, True, [UNKNOWN]),
        (RELEASE, {"quantization_config": {}}, True, [UNKNOWN]),
        (RELEASE, {"quantization_config": {"is_marlin_format": True}}, False, ["by its format"]),
        (RELEASE, {"quantization": {"bits": 4}}, False, []),
        (without("sglang", QUANTISATION), {"quantization_config": {"bits": 4}}, False, []),
        # another key
        (RELEASE, {"compression_config": BITNET}, True, ["does not take the quantisation method `bitnet`"]),
        (RELEASE, {"compression_config": FP8}, False, ["takes the quantisation method `fp8`"]),
        (RELEASE, {"text_config": {"quantization_config": BITNET}}, False,
         ["does not look at `text_config.quantization_config`"]),
    ],
)  # fmt: skip
def test_a_quantisation_without_a_method_or_under_another_key(
    release: ReleaseFacts,
    keys: dict[str, Any],
    stopped: bool,  # noqa: FBT001
    said: list[str],
) -> None:
    found = load(release, architectures=LLAMA, model_type="llama", **keys)
    assert (found.status, found.gate) == (
        (Status.UNSUPPORTED, Gate.QUANTISATION) if stopped else (Status.NATIVE, None)
    )
    texts = [step.text for step in found.steps if "quant" in step.text or "Apple" in step.text]
    assert [words in text for words, text in zip(said, texts, strict=True)] == [True] * len(said), texts


GPTQ = {"quant_method": "gptq", "bits": 4, "group_size": 128, "sym": True, "desc_act": False}
ON_CUDA = "on CUDA it runs these weights as `gptq_marlin`"
NOT_ON_CUDA = "there it stops with `Unknown quantization method`"


@pytest.mark.parametrize(
    ("quantization", "conditional", "said"),
    [
        (GPTQ, True, ON_CUDA),
        ({**GPTQ, "bits": 8, "desc_act": True}, True, ON_CUDA),
        ({**GPTQ, "sym": False}, True, NOT_ON_CUDA),
        ({**GPTQ, "bits": 3}, True, NOT_ON_CUDA),
        ({**GPTQ, "checkpoint_format": "marlin"}, True, NOT_ON_CUDA),
        ({**GPTQ, "checkpoint_format": "gptq"}, True, ON_CUDA),
        ({"quant_method": "gptq", "bits": 4}, True, NOT_ON_CUDA),
        ({**GPTQ, "sym": False}, False, None),  # a release that has it everywhere, or facts that do not say
        ({"quant_method": "awq", "bits": 3}, True, None),
        ({"quant_method": "mxfp4"}, True, None),
    ],
)
def test_a_method_that_is_not_there_on_cuda_says_what_becomes_of_it(
    quantization: dict[str, Any],
    conditional: bool,  # noqa: FBT001
    said: str | None,
) -> None:
    release = RELEASE
    if not conditional:
        rows = {**RELEASE.load.tables[QUANTISATION], **table("q.py", {"gptq": None})}
        tables = {**RELEASE.load.tables, QUANTISATION: rows}
        release = replace(RELEASE, load=replace(RELEASE.load, tables=tables))
    found = load(release, architectures=LLAMA, model_type="llama", quantization_config=quantization)
    assert (found.status, found.gate) == (Status.NATIVE, None)
    texts = [step.text for step in found.steps if "CUDA" in step.text]
    assert [said in text for text in texts if said] == ([True] if said else [])
    assert bool(texts) is (said is not None)
    taken = [step.text for step in found.steps if "takes the quantisation" in step.text]
    assert ["if is_npu() or is_cpu()" in text for text in taken] == [
        conditional and quantization["quant_method"] == "gptq"
    ]


FLAW = Broken(reason="no Thing", place=Place(file="x.py", line=1), condition=None, certain=True, through=())
BROKEN = {"sglang/srt/models/llama.py": FLAW}
FALCON = ["FalconForCausalLM"]


@pytest.mark.parametrize(
    ("release", "architectures", "status", "gate", "key"),
    [
        (RELEASE, LLAMA, Status.NATIVE, None, "LlamaForCausalLM"),
        (RELEASE, ["FreshForCausalLM"], Status.FALLBACK, None, "TransformersForCausalLM"),
        (RELEASE, FALCON, Status.REFUSED, Gate.BACKEND, "FalconForCausalLM"),
        (RELEASE, ["NobodysModel"], Status.UNSUPPORTED, Gate.ARCHITECTURE, "NobodysModel"),
        (RELEASE, [], Status.UNSUPPORTED, Gate.ARCHITECTURE, None),
        (replace(RELEASE, broken=BROKEN), LLAMA, Status.UNIMPORTABLE, Gate.IMPORT, "LlamaForCausalLM"),
        (replace(RELEASE, transformers=None), FALCON, Status.UNKNOWN, Gate.BACKEND, "FalconForCausalLM"),
    ],
)
def test_a_verdict_names_the_gate_that_stopped_it(
    release: ReleaseFacts, architectures: list[str], status: Status, gate: Gate | None, key: str | None
) -> None:
    found = load(release, architectures=architectures, model_type="llama")
    assert (found.status, found.gate, found.key) == (status, gate, key)


@pytest.mark.parametrize(("broken", "said"), [({}, 0), (None, 1), (BROKEN, 0)])
def test_that_nobody_looked_at_imports_is_said(broken: Any, said: int) -> None:
    found = load(replace(RELEASE, broken=broken), architectures=LLAMA, model_type="llama")
    assert sum("was not looked at" in step.text for step in found.steps) == said


def test_a_config_without_architectures_is_told_what_its_type_would_give() -> None:
    found = load(model_type="llama")
    assert found.fix == 'start it with --json-model-override-args \'{"architectures": ["LlamaForCausalLM"]}\''
    assert any("transformers has LlamaForCausalLM" in step.text for step in found.steps)


def test_what_a_configuration_class_adds_comes_from_the_facts_of_transformers() -> None:
    rows = {"FreshConfig": {"type": "fresh", "values": {"num_experts": 4}}}
    tables = {**TRANSFORMERS.load.tables, CONFIG_CLASSES: table("configuration_fresh.py", rows)}
    many = replace(
        RELEASE, transformers=replace(TRANSFORMERS, load=replace(TRANSFORMERS.load, tables=tables))
    )
    loader = {**RULES.loader, "backend": 6, "moe": {"line": 7, "attributes": ["num_experts"]}}
    rules = {**many.load.rules, **rules_to_json(replace(RULES, loader=loader))}
    many = replace(many, load=replace(many.load, rules=rules))
    many = replace(many, registered={**many.registered, **named("t.py", "TransformersMoEForCausalLM")})
    config = {"architectures": ["FreshForCausalLM"], "model_type": "fresh"}
    assert load(many, **config).resolved == "TransformersMoEForCausalLM"
    assert load(many, num_experts=1, **config).resolved == "TransformersForCausalLM"
    assert load(replace(many, transformers=TRANSFORMERS), **config).resolved == "TransformersForCausalLM"


def test_evidence_of_kept_rules_says_which_release_it_is_of() -> None:
    release = replace(RELEASE, load=replace(RELEASE.load, lines_of="7.0.0"))
    places = [step.place for step in load(release, architectures=["LongCausalLM"]).steps]
    assert places[0] == Place(file=CONFIG, line=11, release="7.0.0")
    assert load(architectures=["LongCausalLM"]).steps[0].place == Place(file=CONFIG, line=11)


@pytest.mark.parametrize(
    ("keys", "architecture", "draft", "fix"),
    [
        (
            {"draft_vocab_size": 32000},
            "LlamaForCausalLM",
            True,
            "write architectures [`LlamaForCausalLMEagle3`] instead of",
        ),
        ({"draft_vocab_size": 32000}, "LlamaForCausalLM", False, None),
        ({"vocab_size": 32000}, "LlamaForCausalLM", True, None),
        ({"draft_vocab_size": 32000}, "LlamaForCausalLMEagle3", True, None),
        ({"draft_vocab_size": 32000}, "Glm4ForCausalLM", True, None),
    ],
)
def test_weights_of_eagle_3_are_told_by_their_config(
    keys: dict[str, Any],
    architecture: str,
    draft: bool,  # noqa: FBT001
    fix: str | None,
) -> None:
    found = load(RELEASE, {"draft": draft}, architectures=[architecture], model_type="llama", **keys)
    assert (found.status, found.resolved) == (Status.NATIVE, architecture)
    assert (found.fix or "").startswith(fix or "\0") is (fix is not None)
    assert any("EAGLE-3" in step.text for step in found.steps) is (fix is not None)
