"""CTranslate2: from the decorators above its loaders to configuration classes, and a checkpoint on its way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ctranslate2_reader
import pytest
from verdicts import load

import real_release
from archtrack.app.history.release_facts import facts_at
from archtrack.app.history.store import SHIPPED, Histories, read_history
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import MODEL_TYPES, Fact, LoadFacts, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.errors import SourceError
from archtrack.model import Place, Registration, TransformersFacts
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]
    Make = Callable[..., ReleaseFacts]

ENGINE: Any = load_engine("ctranslate2")
CONVERTER = "ctranslate2/converters/transformers.py"
HEAD = """_MODEL_LOADERS = {}
def register_loader(config_name):
    def decorator(cls):
        _MODEL_LOADERS[config_name] = cls()
        return cls
    return decorator
class ModelLoader: ...
"""
A = '@register_loader("AConfig")\nclass ALoader(ModelLoader): ...\n'


def files(text: str, head: str = HEAD) -> dict[str, str]:
    return {"ctranslate2/__init__.py": "", CONVERTER: head + text}


def told(found: Inventory) -> dict[str, tuple[int, str | None, str | None]]:
    return {each.name: (each.place.line, each.class_name, each.condition) for each in found.registrations}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (A, {"AConfig": (8, "ALoader", None)}),
        ("class ALoader(ModelLoader): ...\n", {}),
        (
            '@register_loader("AConfig")\n@register_loader("ATextConfig")\nclass ALoader(ModelLoader): ...\n',
            {"AConfig": (8, "ALoader", None), "ATextConfig": (9, "ALoader", None)},
        ),
        # Of two for one class the later counts.
        (A + A.replace("ALoader", "BLoader"), {"AConfig": (10, "BLoader", None)}),
        (A + "# @register_loader('BConfig')\n", {"AConfig": (8, "ALoader", None)}),
        (A + "def show():\n    return _MODEL_LOADERS.get('BConfig')\n", {"AConfig": (8, "ALoader", None)}),
        (
            "if NEW:\n    @register_loader('AConfig')\n    class ALoader(ModelLoader): ...\n",
            {"AConfig": (9, "ALoader", "NEW")},
        ),
        (
            "try:\n    @register_loader('AConfig')\n    class ALoader(ModelLoader): ...\nexcept ImportError: ...\n",
            {"AConfig": (9, "ALoader", "the try at line 8 succeeds")},
        ),
    ],
)
def test_what_stands_below_the_decorator_is_registered(
    scan: Scan, text: str, expected: dict[str, Any]
) -> None:
    found = scan("ctranslate2", files(text))
    assert told(found) == expected
    assert found.unresolved == ()
    assert {str(each.place) for each in found.registrations} == {
        f"{CONVERTER}:{line}" for line, _, _ in expected.values()
    }


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        (A + "@register_loader(NAME)\nclass BLoader(ModelLoader): ...\n", ["AConfig"], [10]),
        (A + "@register_loader(f'{x}Config')\nclass BLoader(ModelLoader): ...\n", ["AConfig"], [10]),
        (A + "for name in NAMES:\n    register_loader(name)(ALoader)\n", ["AConfig"], [11]),
        (A + "_MODEL_LOADERS['BConfig'] = ALoader()\n", ["AConfig"], [10]),
        (A + "del _MODEL_LOADERS['AConfig']\n", ["AConfig"], [10]),
        (A + "_MODEL_LOADERS.update(more())\n", ["AConfig"], [10]),
        (A + "def late():\n    _MODEL_LOADERS.pop('AConfig')\n", ["AConfig"], [11]),
        (A + "OTHER = _MODEL_LOADERS\n", ["AConfig"], [10]),
        (A + "_MODEL_LOADERS = {}\n", ["AConfig"], [10]),
        (A + "_MODEL_LOADERS |= more()\n", ["AConfig"], [10]),
        ("class (\n", [], [8]),
    ],
)
def test_what_cannot_be_read_is_said(scan: Scan, text: str, names: list[str], lines: list[int]) -> None:
    found = scan("ctranslate2", files(text))
    assert sorted(told(found)) == names
    assert [str(each.place) for each in found.unresolved] == [f"{CONVERTER}:{line}" for line in lines]


def test_a_module_without_the_decorator_is_not_understood(scan: Scan) -> None:
    for head, text in (("", ""), ("", A), ("from .registry import register_loader\n", A)):
        assert scan("ctranslate2", files(text, head)).unresolved != ()


def test_what_has_no_converter_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match=r"it is not CTranslate2 2\.17\.0 or later"):
        scan("ctranslate2", {"ctranslate2/__init__.py": "", "ctranslate2/converters/utils.py": ""})


# -- the load path ------------------------------------------------------------------------------------

LOADERS = """
_ACTIVATIONS = {"gelu": 1, "relu": 2}
_SUPPORTED_ROPE_SCALING = {"linear": 1, "llama3": 2}
_SUPPORTED_QUANTIZATION = {"gemm": 1, "gemv": 2}

class TransformersConverter:
    def _direct(self):
        if config.get("model_type") != "fish":
            return None
        return path

    def _load(self):
        config = transformers.AutoConfig.from_pretrained(self._path, trust_remote_code=self._trust)
        return _MODEL_LOADERS.get(config.__class__.__name__)

class Loader(ModelLoader):
    def get_rotary_params(self, config, default):
        rope_scaling = getattr(config, "rope_scaling", None)
        if rope_scaling:
            rope_type = rope_scaling.get("type") or rope_scaling.get("rope_type")
            if rope_type == "default":
                kind = None
            else:
                kind = _SUPPORTED_ROPE_SCALING.get(rope_type)
                if kind is None:
                    raise NotImplementedError

@register_loader("LlamaConfig")
class LlamaLoader(Loader):
    @property
    def architecture_name(self):
        return "LlamaForCausalLM"

    def get_model_spec(self, model):
        layers = model.config.num_hidden_layers
        self.get_rotary_params(model.config, 10_000)
        quantization_config = getattr(model.config, "quantization_config", None)
        if quantization_config:
            quant_type = None
            if quantization_config.quant_method == "awq":
                quant_type = _SUPPORTED_QUANTIZATION.get(quantization_config.version)
            if quant_type is None:
                raise NotImplementedError
        self.set_decoder(model.model)
        self.set_linear(model.lm_head)

@register_loader("Phi3Config")
class Phi3Loader(Loader):
    architecture_name = "AutoModelForCausalLM"

    def get_model_spec(self, model):
        rope_scaling = getattr(model.config, "rope_scaling", None)
        if rope_scaling:
            kind = _SUPPORTED_ROPE_SCALING.get(rope_scaling["type"])
            if kind is None:
                raise NotImplementedError
        self.set_decoder(model.model, model.lm_head)

@register_loader("BertConfig")
class BertLoader(Loader):
    @property
    def architecture_name(self):
        return "BertModel"

    def get_model_spec(self, model):
        assert model.config.position_embedding_type == "absolute"
        spec = transformer_spec.TransformerEncoderModelSpec(_ACTIVATIONS[model.config.hidden_act])
        self.set(model.embeddings, model.encoder)

@register_loader("XLMRobertaConfig")
class XLMLoader(BertLoader):
    @property
    def architecture_name(self):
        return "XLMRobertaForSequenceClassification"

    def get_model_spec(self, model):
        self.set(transformer_spec.TransformerEncoderModelSpec(), model.roberta)

@register_loader("Gemma4TextConfig")
@register_loader("Gemma4Config")
class GemmaLoader(Loader):
    @property
    def architecture_name(self):
        return "Gemma4ForCausalLM"

    def get_model_class(self, config, default):
        if config.__class__.__name__ == "Gemma4Config":
            return transformers.Gemma4ForConditionalGeneration
        return default

    def get_model_spec(self, model):
        text_config = getattr(model.config, "text_config", model.config)
        shared = getattr(text_config, "shared", 0)
        if shared > 0:
            raise NotImplementedError
        quantization_config = getattr(text_config, "quantization_config", None)
        if quantization_config:
            if quantization_config.quant_method == "awq":
                quant_type = _SUPPORTED_QUANTIZATION.get(quantization_config.version)
            if quant_type is None:
                raise NotImplementedError
        self.set(getattr(model.model, "language_model", model.model), model.lm_head)

@register_loader("MPTConfig")
class MPTLoader(Loader):
    architecture_name = "AutoModelForCausalLM"

    def get_model_spec(self, model):
        self.set(model.transformer, model.config.n_layers)

@register_loader("PhiConfig")
class PhiLoader(Loader):
    architecture_name = "AutoModelForCausalLM"

    def get_model_spec(self, model):
        self.set(model.transformer, model.lm_head, model.config.n_layer, model.config.n_head)

@register_loader("OddConfig")
class OddLoader(Loader):
    architecture_name = f"{x}"

    def get_model_spec(self, model):
        self.anything(spec, model)
"""
TYPES = {
    "llama": ("LlamaConfig", {"CAUSAL_LM": "LlamaForCausalLM", "MODEL": "LlamaModel"}),
    "phi3": ("Phi3Config", {"CAUSAL_LM": "Phi3ForCausalLM", "MODEL": "Phi3Model"}),
    "phi": ("PhiConfig", {"CAUSAL_LM": "PhiForCausalLM", "MODEL": "PhiModel"}),
    "bert": ("BertConfig", {"MODEL": "BertModel"}),
    "xlm-roberta": ("XLMRobertaConfig", {"MODEL": "XLMRobertaModel"}),
    "gemma4": ("Gemma4Config", {"MODEL": "Gemma4Model"}),
    "mpt": ("MptConfig", {"CAUSAL_LM": "MptForCausalLM"}),
    "odd": ("OddConfig", {}),
}
PUBLIC = {
    "LlamaForCausalLM": "llama",
    "LlamaForSequenceClassification": "llama",
    "BertForMaskedLM": "bert",
    "BertModel": "bert",
    "PhiForCausalLM": "phi",
    "MptForCausalLM": "mpt",
    "Phi3ForCausalLM": "phi3",
}


def library(version: str = "4.57.1") -> ReleaseFacts:
    place = Place(file="transformers/models/auto/configuration_auto.py", line=1)
    types = {
        key: Fact(key=key, place=place, value={"config": name, "classes": classes})
        for key, (name, classes) in TYPES.items()
    }
    public = {
        name: Registration(
            name=name,
            file="a.py",
            place=place,
            defined_in="a",
            transformers=TransformersFacts(exported=True, backend_compatible=None, model_type=model_type),
        )
        for name, model_type in PUBLIC.items()
    }
    return ReleaseFacts(
        engine="transformers",
        version=version,
        registered=public,
        load=LoadFacts(tables={MODEL_TYPES: types}),
    )


@pytest.fixture
def release(scan: Scan, tmp_path: Path) -> Make:
    def make(text: str = LOADERS, transformers: str | None = "4.57.1") -> ReleaseFacts:
        inventory = scan("ctranslate2", files(text))
        assert inventory.unresolved == ()
        read = Library(local_source(tmp_path / "ctranslate2", ENGINE.layout), None)
        return ReleaseFacts(
            engine="ctranslate2",
            version="4.8.5",
            registered=inventory.by_name(),
            load=ENGINE.load_facts(read, inventory),
            transformers=None if transformers is None else library(transformers),
        )

    return make


def shown(found: Verdict) -> tuple[Any, ...]:
    return found.status.value, found.gate and found.gate.value, found.key, found.resolved


def said(found: Verdict) -> str:
    return "; ".join(step.text for step in found.steps)


LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 2}
BERT = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
}
PHI3 = {"architectures": ["Phi3ForCausalLM"], "model_type": "phi3"}
GEMMA = {
    "architectures": ["Gemma4ForConditionalGeneration"],
    "model_type": "gemma4",
    "text_config": {"shared": 0},
}
MPT = {
    "architectures": ["MPTForCausalLM"],
    "model_type": "mpt",
    "n_layers": 2,
    "auto_map": {
        "AutoConfig": "configuration_mpt.MPTConfig",
        "AutoModelForCausalLM": "modeling_mpt.MPTForCausalLM",
    },
}
OWN_PHI = {
    "architectures": ["PhiForCausalLM"],
    "model_type": "phi-msft",
    "n_layer": 2,
    "n_head": 2,
    "auto_map": {
        "AutoConfig": "a/b--configuration_phi.PhiConfig",
        "AutoModelForCausalLM": "m.PhiForCausalLM",
    },
}
NATIVE_LLAMA = ("native", None, "LlamaConfig", "LlamaForCausalLM")
BERT_STOPS = ("unsupported", "config", "BertConfig", None)
NO_CONFIG = ("unsupported", "config", None, None)
ROPE = ("unsupported", "config", "LlamaConfig", None)


@pytest.mark.parametrize(
    ("config", "expected", "text"),
    [
        (LLAMA, NATIVE_LLAMA, "its class for that is `LlamaConfig`"),
        ({**LLAMA, "architectures": None}, NATIVE_LLAMA, "are loaded as LlamaForCausalLM"),
        ({**LLAMA, "model_type": "nobody"}, NO_CONFIG, "does not know the model type `nobody`"),
        ({"architectures": ["LlamaForCausalLM"]}, NO_CONFIG, "names no model type"),
        ({"model_type": "fish"}, ("unknown", None, None, None), "loads model type `fish` itself"),
        # The class that is loaded, whatever the config names.
        (
            {**LLAMA, "architectures": ["LlamaForSequenceClassification"]},
            ("unknown", None, "LlamaConfig", None),
            "loads LlamaForCausalLM: what LlamaForSequenceClassification has besides is left out",
        ),
        (BERT, ("native", None, "BertConfig", "BertModel"), "are loaded as BertModel"),
        (
            {**BERT, "architectures": ["BertForSequenceClassification"]},
            ("unknown", None, "BertConfig", None),
            "an encoder without a head is made of it: it gives hidden states, and what BertForSequenceClassification",
        ),
        (
            {"architectures": ["XLMRobertaModel"], "model_type": "xlm-roberta"},
            ("native", None, "XLMRobertaConfig", "XLMRobertaForSequenceClassification"),
            "are loaded as XLMRobertaForSequenceClassification",
        ),
        (
            {"architectures": ["XLMRobertaForSequenceClassification"], "model_type": "xlm-roberta"},
            ("unknown", None, "XLMRobertaConfig", None),
            "an encoder without a head",
        ),
        (PHI3, ("native", None, "Phi3Config", "Phi3ForCausalLM"), "are loaded as Phi3ForCausalLM"),
        (GEMMA, ("native", None, "Gemma4Config", "Gemma4ForConditionalGeneration"), "it takes text only"),
        (
            {"architectures": ["OddForCausalLM"], "model_type": "odd"},
            ("native", None, "OddConfig", None),
            "which class the loader loads is not plainly written",
        ),
        # Values.
        ({**BERT, "position_embedding_type": "relative_key"}, BERT_STOPS, "`absolute`"),
        ({**BERT, "hidden_act": "mish"}, BERT_STOPS, "the loader takes `gelu`, `relu`"),
        ({**GEMMA, "text_config": {"shared": 4}}, ("unsupported", "config", "Gemma4Config", None), "above 0, and"),
        (
            {key: value for key, value in BERT.items() if key != "position_embedding_type"},
            ("native", None, "BertConfig", "BertModel"),
            "asks for `position_embedding_type`, which the config does not have",
        ),
        (
            {key: value for key, value in LLAMA.items() if key != "num_hidden_layers"},
            NATIVE_LLAMA,
            "asks for `num_hidden_layers`, which the config does not have",
        ),
        # RoPE scaling.
        ({**LLAMA, "rope_scaling": {"type": "linear", "factor": 2}}, NATIVE_LLAMA, "of type `linear` is taken"),
        ({**LLAMA, "rope_scaling": {"rope_type": "llama3"}}, NATIVE_LLAMA, "of type `llama3` is taken"),
        ({**LLAMA, "rope_scaling": {"rope_type": "default"}}, NATIVE_LLAMA, "of type `default` is taken"),
        ({**LLAMA, "rope_scaling": None}, NATIVE_LLAMA, "LlamaForCausalLM"),
        ({**LLAMA, "rope_scaling": {"type": "yarn"}}, ROPE, "and it is `yarn`"),
        ({**LLAMA, "rope_scaling": {"factor": 2}}, ROPE, "for `type` or `rope_type`, which is not there"),
        ({**LLAMA, "rope_parameters": {"rope_type": "yarn"}}, NATIVE_LLAMA, "LlamaForCausalLM"),
        (
            {**PHI3, "rope_scaling": {"rope_type": "linear"}},
            ("unsupported", "config", "Phi3Config", None),
            "asks `rope_scaling` for `type`, which is not there",
        ),
        # The repository's own classes.
        (MPT, ("native", None, "MPTConfig", "MPTForCausalLM"), "it needs --trust_remote_code"),
        (
            {key: value for key, value in MPT.items() if key in {"architectures", "model_type", "auto_map"}},
            ("unknown", None, "MPTConfig", None),
            "nothing else that the loader asks for is there",
        ),
        (OWN_PHI, ("native", None, "PhiConfig", "PhiForCausalLM"), "`PhiConfig` is the repository's own"),
        (
            {**MPT, "auto_map": {"AutoConfig": "configuration_mpt.OtherConfig"}},
            ("unsupported", "architecture", "MptConfig", None),
            "has no conversion for configuration class `MptConfig`",
        ),
        (
            {"model_type": "other", "auto_map": {"AutoConfig": "the model's own class"}},
            ("unknown", None, None, None),
            "nothing says which one this checkpoint has",
        ),
        (
            {**LLAMA, "model_type": "phi", "architectures": ["PhiForCausalLM"]},
            ("unsupported", "config", "PhiConfig", None),
            "has none of what it asks for: `n_head`, `n_layer`",
        ),
    ],
)  # fmt: skip
def test_what_becomes_of_a_config(
    release: Make, config: dict[str, Any], expected: tuple[Any, ...], text: str
) -> None:
    found = load(config, release())
    assert shown(found) == expected
    assert text in said(found)


@pytest.mark.parametrize(
    ("config", "expected", "text"),
    [
        (LLAMA, NATIVE_LLAMA, "of type `default` is taken"),
        ({**LLAMA, "rope_scaling": {"type": "yarn"}}, ROPE, "and it is `yarn`"),
        ({**LLAMA, "rope_parameters": {"rope_type": "yarn"}}, ROPE, "and it is `yarn`"),
        ({**LLAMA, "rope_parameters": {"rope_theta": 10_000}}, NATIVE_LLAMA, "of type `default` is taken"),
        (PHI3, ("unsupported", "config", "Phi3Config", None), "gives each config one since 5.0"),
        (
            {**PHI3, "rope_scaling": {"type": "linear"}},
            ("native", None, "Phi3Config", "Phi3ForCausalLM"),
            "of type `linear` is taken",
        ),
        (OWN_PHI, ("native", None, "PhiConfig", "PhiForCausalLM"), "it needs --trust_remote_code"),
    ],
)
def test_transformers_5_gives_each_config_a_scaling(
    release: Make, config: dict[str, Any], expected: tuple[Any, ...], text: str
) -> None:
    known = release(transformers="5.24.0")
    found = load(config, known)
    assert shown(found) == expected
    assert text in said(found)
    assert found.fix == ("install transformers below 5" if config is PHI3 else None)
    assert load(LLAMA, replace(known, transformers=library("no version"))).status.value == "native"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LlamaForCausalLM", NATIVE_LLAMA),
        ("LlamaForSequenceClassification", ("unknown", None, "LlamaConfig", None)),
        ("BertForMaskedLM", ("unknown", None, "BertConfig", None)),
        ("BertModel", ("native", None, "BertConfig", "BertModel")),
        ("PhiForCausalLM", ("unsupported", "config", "PhiConfig", None)),
        ("MptForCausalLM", ("unsupported", "architecture", "MptConfig", None)),
        ("NobodyForCausalLM", ("unknown", None, None, None)),
    ],
)
def test_a_bare_architecture_goes_through_its_own_class(
    release: Make, name: str, expected: tuple[Any, ...]
) -> None:
    assert shown(load(only_named(name), release())) == expected


def test_a_bare_type_has_a_class_and_a_scaling_is_no_matter_of_a_name(release: Make) -> None:
    known = release(transformers="5.24.0")
    assert shown(load(Checkpoint(architectures=(), model_type="llama", given=False), known)) == NATIVE_LLAMA
    found = load(only_named("Phi3ForCausalLM"), known)
    assert (found.status.value, "does not take a config without RoPE scaling" in said(found)) == (
        "native",
        True,
    )


YARN = {"rope_scaling": {"type": "yarn"}}
REFUSED = ("unsupported", "quantisation")
AWQ = {"quant_method": "awq", "bits": 4}


@pytest.mark.parametrize(
    ("config", "expected", "text"),
    [
        ({**LLAMA, "quantization_config": AWQ}, ("native", None), "quantisation method `awq` is taken"),
        ({**LLAMA, "quantization_config": {**AWQ, "version": "GEMM"}}, ("native", None), "in version `GEMM`"),
        ({**LLAMA, "quantization_config": {**AWQ, "version": "x"}}, REFUSED, "takes `gemm`, `gemv`"),
        ({**LLAMA, "quantization_config": {"quant_method": "gptq"}}, REFUSED, "any but `awq`"),
        ({**LLAMA, "quantization_config": {"bits": 4}}, REFUSED, "any but `awq`"),
        ({**LLAMA, "quantization_config": {}}, ("native", None), "LlamaForCausalLM"),
        ({**LLAMA, "compression_config": AWQ}, ("unknown", None), "does not look at `compression_config`"),
        ({**BERT, "quantization_config": AWQ}, ("unknown", None), "does not look at `quantization_config`"),
        ({**GEMMA, "quantization_config": AWQ}, ("unknown", None), "does not look at `quantization_config`"),
        ({**GEMMA, "text_config": {"quantization_config": AWQ}}, ("native", None), "method `awq` is taken"),
    ],
)  # fmt: skip
def test_what_becomes_of_quantised_weights(
    release: Make, config: dict[str, Any], expected: tuple[Any, ...], text: str
) -> None:
    found = load(config, release())
    assert shown(found)[:2] == expected
    assert text in said(found)


def test_a_gguf_file_is_no_config(release: Make) -> None:
    file = Checkpoint(architectures=(), gguf_architecture="llama")
    assert shown(load(file, release()))[:2] == ("unsupported", "config")
    taking = LOADERS.replace("trust_remote_code=self._trust", "gguf_file=self._file")
    assert shown(load(file, release(taking)))[:2] == ("unknown", None)
    assert shown(load(LLAMA, release(taking)))[:2] == ("unknown", None)


def test_without_a_transformers_nothing_says_which_class_a_config_has(release: Make) -> None:
    known = release(transformers=None)
    assert shown(load(LLAMA, known))[0] == "unknown"
    assert shown(load(only_named("LlamaForCausalLM"), known))[0] == "unknown"
    assert shown(load({**OWN_PHI}, known))[0] == "native"  # the config names the class itself


def test_a_release_that_trusts_nothing_is_not_followed(release: Make) -> None:
    old = LOADERS.replace(", trust_remote_code=self._trust", "")
    assert shown(load(LLAMA, release(old))) == NATIVE_LLAMA
    assert shown(load(OWN_PHI, release(old))) == ("unknown", None, "PhiConfig", None)


@pytest.mark.parametrize(
    ("old", "new", "config"),
    [
        # What is not plainly written stops nothing, and is said where it matters.
        ('rope_scaling.get("type") or rope_scaling.get("rope_type")', "kind_of(rope_scaling)", YARN),
        ("if kind is None:", "if not kind:", YARN),
        (
            'quantization_config.quant_method == "awq"',
            "takes(quantization_config)",
            {"quantization_config": {"quant_method": "gptq"}},
        ),
    ],
)
def test_what_a_loader_does_not_write_plainly_is_not_followed(
    release: Make, old: str, new: str, config: dict[str, Any]
) -> None:
    assert old in LOADERS
    found = load({**LLAMA, **config}, release(LOADERS.replace(old, new)))
    assert found.status.value != "unsupported"
    assert "not followed" in said(found) or "could not be read" in said(found)


def test_a_loader_s_facts_come_from_its_nearest_base(release: Make) -> None:
    text = LOADERS + (
        '@register_loader("NearConfig")\nclass NearLoader(BertLoader): ...\n'
        '@register_loader("FarConfig")\nclass FarLoader(Unknown, BertLoader): ...\n'
        '@register_loader("SetsConfig")\nclass SetsLoader(BertLoader):\n'
        "    def get_model_spec(self, model):\n"
        '        model.config.hidden_act = "relu"\n        return super().get_model_spec(model)\n'
    )
    rows = release(text).load.tables["loaders"]
    assert rows["NearConfig"].value == rows["BertConfig"].value
    assert rows["FarConfig"].value == {}
    assert rows["SetsConfig"].value["asks"] == ["position_embedding_type"]
    assert rows["SetsConfig"].value["encoder"] == rows["BertConfig"].value["encoder"]
    assert "encoder" not in rows["LlamaConfig"].value


def test_a_line_of_a_loader_is_one_of_the_release_that_its_facts_are_of() -> None:
    histories = Histories({}, SHIPPED)
    known = facts_at(*histories.release("ctranslate2==4.6.3"), histories)
    found = load({**LLAMA, "rope_scaling": {"type": "yarn"}}, known)
    assert str(found.because.place) == f"{CONVERTER}:1545"
    assert found.because.place is not None
    assert found.because.place.release == "4.4.0"
    assert known.load.find("loaders", "LlamaConfig").place.release == "4.4.0"  # type: ignore[union-attr]


# -- real releases ------------------------------------------------------------------------------------


@pytest.mark.network
@pytest.mark.parametrize("version", ["2.19.1", "3.9.0", "3.21.0", "4.6.3", "4.8.5"])
def test_a_release_is_what_a_full_parse_finds(version: str) -> None:
    with real_release.opened(ENGINE.layout, version) as source:
        found = ctranslate2_reader.registered(source.read((CONVERTER,)))
    inventory, facts = real_release.read("ctranslate2", version)
    loaded = {name: row.value["loads"] for name, row in facts.tables["loaders"].items()}
    chosen = {"Gemma3Config", "Gemma4Config", "Gemma4UnifiedConfig"}
    assert {name: line for name, (line, _, _) in told(inventory).items()} == {
        name: line for name, (line, _, _) in found.items()
    }
    assert {each.name: each.class_name for each in inventory.registrations} == {
        name: loader for name, (_, loader, _) in found.items()
    }
    assert {name: loads for name, loads in loaded.items() if name not in chosen} == {
        name: loads for name, (_, _, loads) in found.items() if name not in chosen
    }
    shipped = read_history(SHIPPED / "ctranslate2.json").at(version)
    assert set(shipped) == set(found)


NEOX = """
@register_loader("GPTNeoXConfig")
class GPTNeoXLoader(Loader):
    architecture_name = "GPTNeoXForCausalLM"

    def get_model_spec(self, model):
        self.set(model.gpt_neox, model.config.rotary_pct)

@register_loader("BartConfig")
class BartLoader(Loader):
    architecture_name = "BartForConditionalGeneration"

    def get_model_spec(self, model):
        self.set(model.model, model.config.normalize_before)
"""
NEOX_CONFIG = {"architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "rotary_pct": 0.25}
WITHOUT_POSITIONS = {key: value for key, value in BERT.items() if key != "position_embedding_type"}


@pytest.mark.parametrize(
    ("config", "transformers", "status", "fix"),
    [
        (BERT, "5.24.0", "native", None),
        (WITHOUT_POSITIONS, "4.57.6", "native", None),
        (
            WITHOUT_POSITIONS,
            "5.24.0",
            "unsupported",
            "add `position_embedding_type` to the config, or install transformers below 5",
        ),
        (NEOX_CONFIG, "4.57.6", "native", None),
        (NEOX_CONFIG, "5.0.0", "unsupported", "install transformers below 5"),
        (
            {"architectures": ["BartForConditionalGeneration"], "model_type": "bart", "normalize_before": False},
            "5.24.0",
            "native",
            None,
        ),
        (
            {"architectures": ["BartForConditionalGeneration"], "model_type": "bart"},
            "4.20.1",
            "unsupported",
            "add `normalize_before` to the config",
        ),
    ],
)  # fmt: skip
def test_what_the_class_of_transformers_does_not_have_stops_the_loader(
    release: Make,
    monkeypatch: pytest.MonkeyPatch,
    config: dict[str, Any],
    transformers: str,
    status: str,
    fix: str | None,
) -> None:
    monkeypatch.setitem(TYPES, "gpt_neox", ("GPTNeoXConfig", {"CAUSAL_LM": "GPTNeoXForCausalLM"}))
    monkeypatch.setitem(
        TYPES, "bart", ("BartConfig", {"SEQ_TO_SEQ_CAUSAL_LM": "BartForConditionalGeneration"})
    )
    found = load(config, release(LOADERS + NEOX, transformers=transformers))
    assert (found.status.value, found.gate and found.gate.value, found.fix) == (
        status,
        "config" if status == "unsupported" else None,
        fix,
    )


def test_of_a_bare_name_it_is_said_what_a_config_has_to_have(release: Make) -> None:
    found = load(only_named("BertModel"), release(transformers="5.24.0"))
    assert found.status.value == "native"
    assert "a config without it stops the converter" in said(found)
