"""vLLM's load path on miniature releases: what is read from each form, and where it leads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.release_facts import (
    CONFIG_CLASSES,
    MODEL_TYPES,
    QUANTISATION,
    Fact,
    LoadFacts,
    LoadOptions,
    ReleaseFacts,
)
from archtrack.engines import load_engine
from archtrack.engines.base import Loads, ScanOptions
from archtrack.model import Place, Registration, TransformersFacts
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.core.verdict.verdict import Verdict

    Made = Callable[..., ReleaseFacts]

MODELS = "vllm/model_executor/models"
QUANT = "vllm/model_executor/layers/quantization"
WRAPPERS = (
    "TransformersForCausalLM",
    "TransformersMoEForCausalLM",
    "TransformersMultiModalForCausalLM",
    "TransformersEmbeddingModel",
    "TransformersForSequenceClassification",
)


def registry(*wrappers: str) -> str:
    rows = "".join(f'    "{name}": ("transformers", "{name}"),\n' for name in wrappers)
    return (
        '_TEXT_GENERATION_MODELS = {\n    "LlamaForCausalLM": ("llama", "LlamaForCausalLM"),\n'
        '    "SeerForConditionalGeneration": ("seer", "Seer"),\n}\n'
        f"_TRANSFORMERS_BACKEND_MODELS = {{\n{rows}}}\n"
        "_VLLM_MODELS = {**_TEXT_GENERATION_MODELS, **_TRANSFORMERS_BACKEND_MODELS}\n"
        '_PREVIOUSLY_SUPPORTED_MODELS = {"OldForCausalLM": "0.9.2"}\n'
        '_OOT_SUPPORTED_MODELS = {"BartModel": "https://example.org/plugin"}\n'
    )


RESOLVES = """
class _ModelRegistry:
    def _try_resolve_transformers(self, architecture, model_config):
        for name, module in auto_map.items():
            if name.startswith("AutoModel"):
                pass
        if not (
            cls.is_backend_compatible()
            or cls._can_set_attn_implementation()
        ):
            return None
        return model_config._get_transformers_backend_cls()

    def _normalize_arch(self, architecture, model_config):
        for repl_suffix, _ in iter_architecture_defaults():
            base_arch = architecture.replace(suffix, repl_suffix)
"""
CONFIG = '''
_SUFFIX_TO_DEFAULTS: list[tuple[str, tuple[RunnerType, ConvertType]]] = [
    ("ForCausalLM", ("generate", "none")),
    ("ForConditionalGeneration", ("generate", "none")),
    ("ForSequenceClassification", ("pooling", "classify")),
    # the last
    ("Model", ("pooling", "embed")),
]
class ModelConfig:
    def _get_transformers_backend_cls(self) -> str:
        """Which Transformers class."""
        cls = "Transformers"
        cls += "MultiModal" if self.hf_config is not self.hf_text_config else ""
        cls += "MoE" if self.is_moe else ""
        runner = None
        if self.runner != "auto":
            runner = self.runner
        if runner == "pooling" and task in {"embed", "classify"}:
            if task == "embed":
                cls += "EmbeddingModel"
            elif task == "classify":
                cls += "ForSequenceClassification"
        else:
            cls += "ForCausalLM"
        return cls

    def _get_runner_type(self, architectures, runner, convert):
        runner_type = self._get_default_runner_type(architectures)

    @property
    def is_moe(self) -> bool:
        return self.get_num_experts() > 0

    def _normalise(self):
        quant_method = quant_method.replace("compressed_tensors", "compressed-tensors")
'''
HF_CONFIG = """
CONFIG_FIELD_ALIASES = {"num_experts": ("num_experts", "num_local_experts")}
_CONFIG_REGISTRY: dict[str, type[PreTrainedConfig]] = LazyConfigDict(
    chatglm="ChatGLMConfig",
    **{"unlimited-ocr": "UnlimitedOCRConfig"},
)
_ARCHITECTURE_TO_MODEL_TYPE: dict[str, str] = {"LlamaForCausalLM": "llama"}

class HFConfigParser:
    def parse(self, model):
        if config_dict.get("speculators_config") is not None:
            model_type = "speculators"
        if model_type in _CONFIG_REGISTRY:
            config_class = _CONFIG_REGISTRY[model_type]
        config = AutoConfig.from_pretrained(model)

def get_config(model):
    if not config.architectures:
        model_type = MODEL_MAPPING_NAMES[config.model_type]
"""
METHODS = """
QuantizationMethods = Literal[
    "fp8",
    "compressed-tensors",
    "old",
    "inc",
]
QUANTIZATION_METHODS: list[str] = list(get_args(QuantizationMethods))
DEPRECATED_QUANTIZATION_METHODS = ["old"]
"""
INC = """
class INCConfig(QuantizationConfig):
    @classmethod
    def override_quantization_method(cls, hf_quant_cfg, user_quant):
        is_auto_round = hf_quant_cfg.get("quant_method", None) == "auto-round"
        if user_quant == "mine":
            return "inc"
"""
NEW = {
    "vllm/__init__.py": "",
    f"{MODELS}/registry.py": registry(*WRAPPERS) + RESOLVES,
    f"{MODELS}/llama.py": "",
    "vllm/config/model.py": CONFIG,
    "vllm/transformers_utils/config.py": HF_CONFIG,
    f"{QUANT}/__init__.py": METHODS,
    f"{QUANT}/inc/inc.py": INC,
}
"""As since 0.30.0."""
CHOOSES = """
class ModelConfig:
    def _get_transformers_backend_cls(self) -> str:
        if getattr(self, "runner_type", self.runner) == "pooling":
            return "TransformersModel"
        if self.hf_config != self.hf_text_config:
            return "TransformersForMultimodalLM"
        return "TransformersForCausalLM"

    def _get_runner_type(self, architectures, runner):
        pass
"""
MIDDLE = NEW | {
    "vllm/config/model.py": CONFIG[: CONFIG.index("class ModelConfig")],
    f"{MODELS}/registry.py": registry(
        "TransformersForCausalLM", "TransformersModel", "TransformersForMultimodalLM"
    )
    + RESOLVES.replace("            or cls._can_set_attn_implementation()\n", ""),
}
MIDDLE["vllm/config/model.py"] += CHOOSES
"""As from 0.10.1 to 0.11.0."""
EARLY = {
    "vllm/__init__.py": "",
    f"{MODELS}/registry.py": registry("TransformersModel"),
    f"{MODELS}/llama.py": "",
    "vllm/transformers_utils/config.py": (
        '_OVERRIDE = {"mllama": MllamaConfig}\n_CONFIG_REGISTRY = {"chatglm": ChatGLMConfig, **_OVERRIDE}\n'
        "def get_config(model):\n    if model_type in _CONFIG_REGISTRY:\n        pass\n"
        "    config = AutoConfig.from_pretrained(model)\n"
    ),
    "vllm/model_executor/model_loader/utils.py": """
def is_transformers_impl_compatible(arch, module=None):
    mod = module or getattr(transformers, arch, None)
    if hasattr(mod, "supports_backend"):
        return mod.is_backend_compatible()
    return mod._supports_flex_attn

def resolve_transformers_fallback(model_config, architectures):
    if auto_map is not None and "AutoModel" in auto_map:
        pass
    architectures[i] = "TransformersModel"

def get_model_architecture(model_config):
    if not arch.endswith("ForSequenceClassification"):
        pass
""",
    f"{QUANT}/__init__.py": 'QUANTIZATION_METHODS: List[str] = [\n    "fp8",\n    "gguf"\n]\n',
}
"""As from 0.7.2 to 0.8.2."""
REPLACES = EARLY | {
    "vllm/model_executor/model_loader/utils.py": """
def resolve_transformers_arch(model_config, architectures):
    if "AutoModel" not in auto_map:
        raise ValueError
    if not model_module.is_backend_compatible():
        raise ValueError
    architectures[i] = "TransformersForCausalLM"

def get_model_architecture(model_config):
    causal_lm_arch = arch.replace("ForSequenceClassification", "ForCausalLM")
""",
    f"{MODELS}/registry.py": registry("TransformersForCausalLM"),
}
"""As 0.10.0, but that its wrapper is for text only."""
OLDEST = {
    "vllm/__init__.py": "",
    f"{MODELS}/__init__.py": '_MODELS = {"LlamaForCausalLM": ("llama", "LlamaForCausalLM")}\n',
    f"{MODELS}/llama.py": "",
    "vllm/transformers_utils/config.py": (
        '_CONFIG_REGISTRY = {"chatglm": ChatGLMConfig}\ndef get_config(model):\n'
        "    config = AutoConfig.from_pretrained(model)\n    if config.model_type in _CONFIG_REGISTRY:\n        pass\n"
    ),
    f"{QUANT}/__init__.py": '_QUANTIZATION_CONFIG_REGISTRY = {\n    "awq": AWQConfig,\n}\n',
}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """``made(files)``: the facts of a miniature vLLM, with ``LIBRARY`` as its transformers."""

    def read(files: Mapping[str, str], library: ReleaseFacts | None = LIBRARY) -> ReleaseFacts:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        engine = load_engine("vllm")
        assert isinstance(engine, Loads)
        source = Library(local_source(tmp_path, engine.layout), None)
        inventory = engine.scan(source, ScanOptions())
        return ReleaseFacts(
            engine="vllm",
            version="9.9.9",
            registered=inventory.by_name(),
            load=engine.load_facts(source, inventory),
            transformers=library,
        )

    return read


def public(
    name: str,
    *,
    compatible: bool | None = False,
    settable: bool | None = False,
    flex: bool | None = False,
    model_type: str | None = None,
    tables: tuple[str, ...] = (),
) -> Registration:
    return Registration(
        name=name,
        file="models/x/modeling_x.py",
        place=Place(file="transformers/models/x/modeling_x.py", line=1),
        defined_in="transformers.models.x.modeling_x",
        transformers=TransformersFacts(
            exported=True,
            backend_compatible=compatible,
            attention_settable=settable,
            flex_attention=flex,
            model_type=model_type,
            auto_mappings=tables,
        ),
    )


def facts(rows: Mapping[str, Any]) -> dict[str, Fact]:
    return {
        key: Fact(key=key, place=Place(file="transformers/a.py", line=2), value=value)
        for key, value in rows.items()
    }


LIBRARY = ReleaseFacts(
    engine="transformers",
    version="5.0.0",
    registered={
        each.name: each
        for each in (
            public("LlamaModel", compatible=True),
            public("YesForCausalLM", compatible=True, flex=True),
            public("YesModel", compatible=True),
            public("YesForSequenceClassification", compatible=True),
            public("SettableForCausalLM", settable=True),
            public("NoForCausalLM"),
            public("OpenForCausalLM", compatible=None, flex=None),
            public("MixForCausalLM", compatible=True, model_type="mix"),
            public("EyeForConditionalGeneration", compatible=True, model_type="eye"),
            public("MixModel", compatible=True, model_type="mix"),
            public("OldForCausalLM"),
            public("BartModel"),
        )
    },
    load=LoadFacts(
        tables={
            MODEL_TYPES: facts(
                {
                    "llama": {"config": "LlamaConfig", "classes": {"MODEL": "LlamaModel"}},
                    "mix": {"config": "MixConfig"},
                    "eye": {"config": "EyeConfig"},
                    "yes": {"config": "YesConfig"},
                }
            ),
            CONFIG_CLASSES: facts(
                {
                    "MixConfig": {"type": "mix", "values": {"num_local_experts": 8}},
                    "EyeConfig": {"type": "eye", "parts": ["text_config"]},
                }
            ),
        }
    ),
)


def config(*architectures: str, **keys: Any) -> Checkpoint:
    return read_checkpoint(json.dumps({"architectures": architectures, "model_type": "yes", **keys}).encode())


def load(checkpoint: Checkpoint, release: ReleaseFacts, **options: Any) -> Verdict:
    engine = load_engine("vllm")
    assert isinstance(engine, Loads)
    verdict = engine.load(checkpoint, release, LoadOptions(**options))
    assert verdict.because in verdict.steps
    return verdict


def short(verdict: Verdict) -> tuple[str, str | None, str | None]:
    return verdict.status.value, verdict.gate.value if verdict.gate else None, verdict.resolved


def without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_lines(each) for key, each in value.items() if key not in {"line", "path"}}
    return value


ROWS = [
    ["ForCausalLM", "generate", "none"],
    ["ForConditionalGeneration", "generate", "none"],
    ["ForSequenceClassification", "pooling", "classify"],
    ["Model", "pooling", "embed"],
]
BUILT = {
    "start": "Transformers",
    "sees": "MultiModal",
    "experts": "MoE",
    "over": 0,
    "embed": "EmbeddingModel",
    "classify": "ForSequenceClassification",
    "else": "ForCausalLM",
}


@pytest.mark.parametrize(
    ("files", "rules"),
    [
        (
            NEW,
            {
                "experts": {"names": ["num_experts", "num_local_experts"]},
                "gate": {"any": ["is_backend_compatible", "_can_set_attn_implementation"]},
                "normalise": {},
                "own_config": {"first": True},
                "remote": {"any": True, "first": False},
                "renames": {"from": "compressed_tensors", "to": "compressed-tensors"},
                "runner": {"by_convert": True},
                "speculators": {},
                "suffixes": {"rows": ROWS},
                "types_of": {"types": {"LlamaForCausalLM": "llama"}},
                "unnamed": {},
                "wrapper": {"built": BUILT},
            },
        ),
        (
            EARLY,
            {
                "gate": {"any": ["_supports_flex_attn"]},
                "own_config": {"first": True},
                "remote": {"any": False, "first": True},
                "wrapper": {"chosen": [[None, "TransformersModel"]]},
            },
        ),
        (
            REPLACES,
            {
                "gate": {"any": ["is_backend_compatible"]},
                "own_config": {"first": True},
                "remote": {"any": False, "first": False},
                "replaces": {"from": "ForSequenceClassification", "to": "ForCausalLM"},
                "wrapper": {"chosen": [[None, "TransformersForCausalLM"]]},
            },
        ),
        (OLDEST, {"own_config": {"first": False}}),
    ],
)
def test_the_rules_are_read_from_each_release(
    made: Made, files: dict[str, str], rules: dict[str, Any]
) -> None:
    assert without_lines(made(files).load.rules) == rules


def test_the_wrapper_may_be_chosen_in_order(made: Made) -> None:
    rules = made(MIDDLE).load.rules
    assert rules["wrapper"]["chosen"] == [
        ["pools", "TransformersModel"],
        ["sees", "TransformersForMultimodalLM"],
        [None, "TransformersForCausalLM"],
    ]
    assert rules["runner"]["by_convert"] is False
    assert rules["gate"]["any"] == ["is_backend_compatible"]


@pytest.mark.parametrize(
    ("files", "types", "methods"),
    [
        (
            NEW,
            {"chatglm": "ChatGLMConfig", "unlimited-ocr": "UnlimitedOCRConfig"},
            {
                "auto-round": {"override": True},
                "compressed-tensors": None,
                "fp8": None,
                "inc": None,
                "old": {"deprecated": True},
            },
        ),
        (EARLY, {"chatglm": "ChatGLMConfig", "mllama": "MllamaConfig"}, {"fp8": None, "gguf": None}),
        (OLDEST, {"chatglm": "ChatGLMConfig"}, {"awq": None}),
    ],
)
def test_the_tables_of_each_form(
    made: Made, files: dict[str, str], types: dict[str, str], methods: dict[str, Any]
) -> None:
    tables = made(files).load.tables
    assert {key: fact.value["config"] for key, fact in tables[MODEL_TYPES].items()} == types
    assert {key: fact.value for key, fact in tables[QUANTISATION].items()} == methods


def test_lines_are_those_of_the_files(made: Made) -> None:
    load = made(NEW).load
    assert load.tables[QUANTISATION]["fp8"].place == Place(file=f"{QUANT}/__init__.py", line=3)
    assert load.tables[QUANTISATION]["auto-round"].place == Place(file=f"{QUANT}/inc/inc.py", line=5)
    assert load.tables[MODEL_TYPES]["chatglm"].place == Place(
        file="vllm/transformers_utils/config.py", line=4
    )
    assert load.rules["suffixes"]["line"] == 2
    assert load.rules["suffixes"]["path"] == "vllm/config/model.py"


NATIVE = ("native", None)
FALLBACK = ("fallback", None)
NO_CLASS = ("unsupported", "architecture", None)
REFUSED = ("refused", "backend", None)


@pytest.mark.parametrize(
    ("files", "name", "expected"),
    [
        (NEW, "LlamaForCausalLM", (*NATIVE, "LlamaForCausalLM")),
        (NEW, "LlamaModel", (*NATIVE, "LlamaForCausalLM")),
        (NEW, "LlamaForSequenceClassification", (*NATIVE, "LlamaForCausalLM")),
        (NEW, "SeerModel", (*NATIVE, "SeerForConditionalGeneration")),
        (NEW, "LlamaForConditionalGeneration", (*NATIVE, "LlamaForCausalLM")),
        (NEW, "LlamaForTokenClassification", NO_CLASS),
        (NEW, "YesForCausalLM", (*FALLBACK, "TransformersForCausalLM")),
        (NEW, "YesModel", (*FALLBACK, "TransformersEmbeddingModel")),
        (NEW, "YesForSequenceClassification", (*FALLBACK, "TransformersForSequenceClassification")),
        (NEW, "SettableForCausalLM", (*FALLBACK, "TransformersForCausalLM")),
        (NEW, "NoForCausalLM", REFUSED),
        (NEW, "OpenForCausalLM", ("unknown", None, None)),
        (NEW, "NobodyForCausalLM", NO_CLASS),
        (NEW, "MixForCausalLM", (*FALLBACK, "TransformersMoEForCausalLM")),
        (NEW, "EyeForConditionalGeneration", (*FALLBACK, "TransformersMultiModalForCausalLM")),
        (NEW, "MixModel", (*FALLBACK, None)),
        (NEW, "OldForCausalLM", REFUSED),
        (MIDDLE, "LlamaModel", (*NATIVE, "LlamaForCausalLM")),
        (MIDDLE, "YesModel", (*FALLBACK, "TransformersModel")),
        (MIDDLE, "YesForCausalLM", (*FALLBACK, "TransformersForCausalLM")),
        (MIDDLE, "EyeForConditionalGeneration", (*FALLBACK, "TransformersForMultimodalLM")),
        (MIDDLE, "SettableForCausalLM", REFUSED),
        (EARLY, "YesForCausalLM", (*FALLBACK, "TransformersModel")),
        (EARLY, "YesModel", REFUSED),
        (EARLY, "LlamaForSequenceClassification", NO_CLASS),
        (EARLY, "OpenForCausalLM", ("unknown", None, None)),
        (REPLACES, "LlamaForSequenceClassification", (*NATIVE, "LlamaForCausalLM")),
        (REPLACES, "SeerForSequenceClassification", NO_CLASS),
        (REPLACES, "YesModel", (*FALLBACK, "TransformersForCausalLM")),
        (REPLACES, "EyeForConditionalGeneration", REFUSED),
        (OLDEST, "LlamaForCausalLM", (*NATIVE, "LlamaForCausalLM")),
        (OLDEST, "YesForCausalLM", NO_CLASS),
    ],
)
def test_what_becomes_of_a_name(
    made: Made, files: dict[str, str], name: str, expected: tuple[str, str | None, str | None]
) -> None:
    assert short(load(only_named(name), made(files))) == expected


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("LlamaModel", {"runner": "generate"}, (*FALLBACK, "TransformersForCausalLM")),
        ("LlamaModel", {"convert": "none"}, (*FALLBACK, "TransformersEmbeddingModel")),
        ("LlamaForSequenceClassification", {"convert": "embed"}, NO_CLASS),
        ("LlamaForSequenceClassification", {"convert": "classify"}, (*NATIVE, "LlamaForCausalLM")),
        ("LlamaForSequenceClassification", {"runner": "generate"}, NO_CLASS),
        ("YesForCausalLM", {"runner": "pooling"}, (*FALLBACK, "TransformersForCausalLM")),
        ("YesModel", {"pooled": True}, (*FALLBACK, "TransformersEmbeddingModel")),
        ("YesModel", {"draft": True}, (*FALLBACK, "TransformersEmbeddingModel")),
        ("LlamaForCausalLM", {"runner": "pooling"}, (*NATIVE, "LlamaForCausalLM")),
    ],
)
def test_how_the_engine_is_told_to_load_it(
    made: Made, name: str, options: dict[str, Any], expected: tuple[str, str | None, str | None]
) -> None:
    assert short(load(only_named(name), made(NEW), **options)) == expected


REMOTE = {"AutoConfig": "c.C", "AutoModelForCausalLM": "m.M"}


@pytest.mark.parametrize(
    ("files", "checkpoint", "expected", "says"),
    [
        (
            NEW,
            config("LlamaForCausalLM", model_type="llama"),
            (*NATIVE, "LlamaForCausalLM"),
            "knows the model type",
        ),
        (NEW, config("LlamaForCausalLM", model_type="x"), ("unsupported", "config", None), "does not know"),
        (NEW, config("XModel", model_type="chatglm"), NO_CLASS, "a configuration class of its own"),
        (
            NEW,
            config("LlamaForCausalLM", model_type=None),
            (*NATIVE, "LlamaForCausalLM"),
            "takes it to be `llama`",
        ),
        (
            NEW,
            config("YesForCausalLM", model_type=None),
            ("unsupported", "config", None),
            "Unrecognized model",
        ),
        (NEW, config(model_type="llama"), (*NATIVE, "LlamaForCausalLM"), "taken for LlamaModel"),
        (NEW, config(model_type="yes"), NO_CLASS, "names no architecture"),
        (
            NEW,
            config("LlamaForCausalLM", model_type="x", auto_map=REMOTE),
            (*NATIVE, "LlamaForCausalLM"),
            "needs --trust-remote-code",
        ),
        (
            NEW,
            config("XForCausalLM", model_type="x", auto_map=REMOTE),
            ("remote code", None, None),
            "auto_map.Auto",
        ),
        (EARLY, config("XForCausalLM", model_type="x", auto_map=REMOTE), NO_CLASS, "no public class"),
        (
            EARLY,
            config("YesForCausalLM", auto_map={"AutoModel": "m.M"}),
            ("remote code", None, None),
            "(auto_map.AutoModel)",
        ),
        (
            NEW,
            config("YesForCausalLM", auto_map={"AutoModel": "m.M"}),
            (*FALLBACK, "TransformersForCausalLM"),
            "is",
        ),
        (EARLY, config("LlamaForCausalLM", model_type="mllama"), (*NATIVE, "LlamaForCausalLM"), "its own"),
        (
            OLDEST,
            config("LlamaForCausalLM", model_type="chatglm"),
            ("unsupported", "config", None),
            "not know",
        ),
        (
            NEW,
            config("MixModel", model_type="mix"),
            REFUSED,
            "no wrapper TransformersMoEEmbeddingModel",
        ),
        (
            NEW,
            config("MixForCausalLM", model_type="mix", num_local_experts=0),
            (*FALLBACK, "TransformersForCausalLM"),
            "TransformersForCausalLM runs",
        ),
        (
            NEW,
            config("YesForCausalLM", text_config={"num_experts": 0}),
            (*FALLBACK, "TransformersMultiModalForCausalLM"),
            "TransformersMultiModalForCausalLM runs",
        ),
        (
            NEW,
            config("NoForCausalLM", "LlamaForCausalLM"),
            (*NATIVE, "LlamaForCausalLM"),
            "registers LlamaForCausalLM",
        ),
        (NEW, config("OldForCausalLM"), REFUSED, "was supported until 0.9.2"),
        (NEW, config("NoForCausalLM"), REFUSED, "_can_set_attn_implementation are false"),
    ],
)
def test_what_becomes_of_a_config(
    made: Made,
    files: dict[str, str],
    checkpoint: Checkpoint,
    expected: tuple[str, str | None, str | None],
    says: str,
) -> None:
    verdict = load(checkpoint, made(files))
    assert short(verdict) == expected
    assert any(says in step.text for step in verdict.steps), [step.text for step in verdict.steps]


@pytest.mark.parametrize(
    ("method", "expected", "fix"),
    [
        ("fp8", (*NATIVE, "LlamaForCausalLM"), None),
        ("compressed_tensors", (*NATIVE, "LlamaForCausalLM"), None),
        ("auto-round", (*NATIVE, "LlamaForCausalLM"), None),
        ("mine", ("unsupported", "quantisation", None), None),
        ("gguf", ("unsupported", "quantisation", None), None),
        ("old", ("unsupported", "quantisation", None), "start it with --allow-deprecated-quantization"),
    ],
)
def test_the_gate_of_quantisation(
    made: Made, method: str, expected: tuple[str, str | None, str | None], fix: str | None
) -> None:
    checkpoint = config("LlamaForCausalLM", model_type="llama", quantization_config={"quant_method": method})
    verdict = load(checkpoint, made(NEW))
    assert (short(verdict), verdict.fix) == (expected, fix)


VERIFIES = """
    def _parse_quant_hf_config(self, hf_config):
        quant_cfg = getattr(hf_config, "quantization_config", None)
"""
COMPRESSES = """
        if quant_cfg is None:
            quant_cfg = getattr(hf_config, "compression_config", None)
"""
STOPS = """
    def _verify_quantization(self):
        supported_quantization = QUANTIZATION_METHODS
        quant_method = quant_cfg.get("quant_method", "").lower()
"""
EMPTIES = """
        if quant_cfg is None and (text_config := getattr(self.hf_config, "text_config", None)):
            quant_cfg = self._parse_quant_hf_config(text_config)
        quant_method = quant_method if quant_method != "" else None
"""
FIRST = VERIFIES + STOPS
SECOND = VERIFIES + COMPRESSES + STOPS
THIRD = VERIFIES + COMPRESSES + STOPS + EMPTIES
MLX = {"group_size": 64, "bits": 4}
FP8 = {"quant_method": "fp8"}
GGUF = {"quant_method": "gguf"}


@pytest.mark.parametrize(
    ("text", "keys", "nameless"),
    [
        ("", None, None),
        (FIRST, ["quantization_config"], False),
        (SECOND, ["quantization_config", "compression_config"], False),
        (
            THIRD,
            [
                "quantization_config",
                "compression_config",
                "text_config.quantization_config",
                "text_config.compression_config",
            ],
            True,
        ),
    ],
)
def test_where_a_quantisation_is_looked_for_is_read(
    made: Made,
    text: str,
    keys: list[str] | None,
    nameless: bool | None,  # noqa: FBT001
) -> None:
    rules = made({**NEW, "vllm/config/model.py": CONFIG + text}).load.rules
    assert rules.get("quantised_by", {}).get("keys") == keys
    assert rules.get("nameless", {}).get("taken") == nameless


@pytest.mark.parametrize(
    ("text", "keys", "stopped", "says"),
    [
        # no method is named
        (FIRST, {"quantization_config": MLX}, True, "stops with `Unknown quantization method`"),
        (FIRST, {"quantization_config": {"load_in_4bit": True}}, True, "stops with `Unknown quantization method`"),
        (FIRST, {"quantization_config": {}}, True, "stops with `Unknown quantization method`"),
        (FIRST, {"quantization_config": {"is_marlin_format": True}}, False, "by its format, which is not followed"),
        (THIRD, {"quantization_config": MLX}, False, "takes the weights for plain ones"),
        ("", {"quantization_config": MLX}, False, "without `quant_method` is not known"),
        # another key
        (FIRST, {"compression_config": GGUF}, False, "does not look at `compression_config`"),
        (SECOND, {"compression_config": GGUF}, True, "no quantisation method `gguf`"),
        (SECOND, {"compression_config": FP8}, False, "has the quantisation method `fp8`"),
        (SECOND, {"text_config": {"quantization_config": GGUF}}, False, "does not look at `text_config.quant"),
        (THIRD, {"text_config": {"quantization_config": GGUF}}, True, "no quantisation method `gguf`"),
        (THIRD, {"text_config": {"quantization_config": FP8}}, False, "has the quantisation method `fp8`"),
        (THIRD, {"text_config": {"compression_config": GGUF}}, True, "no quantisation method `gguf`"),
        (THIRD, {"llm_config": {"quantization_config": GGUF}}, False, "does not look at `llm_config.quant"),
        ("", {"text_config": {"quantization_config": GGUF}}, False, "is not known: the gate is not followed"),
        ("", {"quantization_config": GGUF}, True, "no quantisation method `gguf`"),
    ],
)  # fmt: skip
def test_a_quantisation_without_a_method_or_under_another_key(
    made: Made,
    text: str,
    keys: dict[str, Any],
    stopped: bool,  # noqa: FBT001
    says: str,
) -> None:
    release = made({**NEW, "vllm/config/model.py": CONFIG + text})
    verdict = load(config("LlamaForCausalLM", model_type="llama", **keys), release)
    assert short(verdict) == (
        ("unsupported", "quantisation", None) if stopped else (*NATIVE, "LlamaForCausalLM")
    )
    assert any(says in step.text for step in verdict.steps), [step.text for step in verdict.steps]


def test_a_release_without_a_table_of_methods_says_that_the_gate_is_not_followed(made: Made) -> None:
    files = {path: text for path, text in NEW.items() if not path.startswith(QUANT)}
    checkpoint = config("LlamaForCausalLM", model_type="llama", quantization_config={"quant_method": "x"})
    verdict = load(checkpoint, made(files))
    assert short(verdict) == (*NATIVE, "LlamaForCausalLM")
    assert any("not followed" in step.text for step in verdict.steps)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LlamaForCausalLM", (*NATIVE, "LlamaForCausalLM")),
        ("LlamaModel", (*NATIVE, "LlamaForCausalLM")),
        ("YesForCausalLM", ("unknown", None, None)),
    ],
)
def test_without_a_transformers_nothing_is_claimed_of_it(
    made: Made, name: str, expected: tuple[str, str | None, str | None]
) -> None:
    verdict = load(config(name), made(NEW, None))
    assert short(verdict) == expected
    assert any("not followed" in step.text for step in verdict.steps)


def test_what_would_open_a_gate(made: Made) -> None:
    release = made(NEW)
    assert load(config("MixForCausalLM", model_type="x"), release).fix == "model_type `mix` instead of `x`"
    assert load(config("YesForCausalLM", model_type="x"), release).fix is None
    assert load(config("BartModel"), release).fix == "install the plugin https://example.org/plugin"
    assert load(config("NoForCausalLM"), release).fix is None


def test_a_name_is_never_stopped_by_its_config(made: Made) -> None:
    verdict = load(only_named("LlamaForCausalLM"), made(NEW))
    assert "not followed" in verdict.steps[0].text
    assert verdict.key == "LlamaForCausalLM"


@pytest.mark.network
@pytest.mark.parametrize(
    ("version", "nameless", "keys"),
    [
        ("0.4.2", False, 1),
        ("0.10.1", False, 2),
        ("0.11.0", True, 4),
        ("0.14.0", True, 4),
        ("0.33.0", True, 4),
    ],
)
def test_what_real_releases_do_with_a_quantisation(
    version: str,
    nameless: bool,  # noqa: FBT001
    keys: int,
    read_release: Callable[[str, str], ReleaseFacts],
) -> None:
    rules = read_release("vllm", version).load.rules
    assert (rules["nameless"]["taken"], len(rules["quantised_by"]["keys"])) == (nameless, keys)
