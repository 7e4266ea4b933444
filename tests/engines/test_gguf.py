"""What the engines do with a GGUF file: what is read of each, and where it leads, on releases made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from verdicts import load

from archtrack.core.python.module import Module
from archtrack.core.verdict.by_registry import by_registry
from archtrack.core.verdict.checkpoint import Checkpoint
from archtrack.core.verdict.gguf import RULE
from archtrack.core.verdict.release_facts import (
    GGUF_ARCHITECTURES,
    MODEL_TYPES,
    QUANTISATION,
    Fact,
    LoadFacts,
    ReleaseFacts,
)
from archtrack.engines._gguf import WORD, handing
from archtrack.engines.exllamav3.load_facts import config_line
from archtrack.engines.mlx_lm.quantisation import loader_facts
from archtrack.engines.sglang.gguf import builder_facts, class_facts, handing_facts
from archtrack.engines.vllm.load_facts import hf_config_facts
from archtrack.model import Place
from miniature import public, registration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archtrack.core.verdict.verdict import Verdict

# -- what is read ----------------------------------------------------------------------------------------

HANDS = """\
def get_config(model, **kwargs):
    is_gguf = check_gguf_file(model)
    if is_gguf:
        kwargs["gguf_file"] = Path(model).name
        model = Path(model).parent
    config = parser.parse(model, **kwargs)
    if is_gguf:
        if config.model_type not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
            raise RuntimeError(f"Can't get gguf config for {config.model_type}.")
        model_type = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES[config.model_type]
        config.update({"architectures": [model_type]})
    return config
"""
TOKENIZER = """\
def get_tokenizer(name, **kwargs):
    if check_gguf_file(name):
        kwargs["gguf_file"] = name
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (HANDS, {"line": 4, "causal": {"line": 8}}),
        (TOKENIZER + HANDS, {"line": 7, "causal": {"line": 11}}),
        (TOKENIZER, None),
        ("def get_config(model, **kwargs):\n    return AutoConfig.from_pretrained(model)\n", None),
    ],
)
def test_a_release_that_hands_gguf_files_to_transformers(source: str, expected: Any) -> None:
    assert handing(Module(source.encode(), words=(WORD,))) == expected
    assert hf_config_facts(source.encode())["rules"].get("gguf") == expected
    found = handing_facts(source.encode())
    assert found == (None if expected is None else {**expected, "sidecar": False})


def test_a_config_beside_the_file_is_told_by_the_function_that_looks_for_it() -> None:
    source = HANDS.replace(
        "    is_gguf = ", '    beside = gguf_sidecar_dir(model, "config.json")\n    is_gguf = '
    )
    found = handing_facts(source.encode())
    assert found is not None
    assert found["sidecar"] is True


def test_builders_of_sglang_lead_to_a_type_and_a_class() -> None:
    table = b'GGUF_NATIVE_CONFIG_BUILDERS: Dict[str, Any] = {\n    "muse": MuseConfig.from_gguf,\n    "odd": make,\n}\n'
    assert builder_facts(table) == {"muse": ["MuseConfig", 2], "odd": [None, 3]}
    assert builder_facts(b"OTHER = {}\n") == {}
    module = b"""\
class MuseConfig(PretrainedConfig):
    model_type = "muse"

    @classmethod
    def from_gguf(cls, path):
        return cls(**read(path))


def read(path):
    return dict(architectures=["MuseForCausalLM"], dtype="bfloat16")
"""
    assert class_facts(module) == {"MuseConfig": {"type": "muse", "class": "MuseForCausalLM"}}
    two = module + b"\n\ndef other():\n    return dict(architectures=['OtherForCausalLM'])\n"
    assert class_facts(two) == {"MuseConfig": {"type": "muse", "class": None}}
    assert class_facts(b"class A:\n    model_type = 'a'\n") == {}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            'def load_config(path):\n    with open(path / "config.json", "r") as f:\n        return json.load(f)\n',
            2,
        ),
        ('def save(path):\n    save_config(config, config_path=path / "config.json")\n', 0),
    ],
)
def test_where_mlx_lm_opens_a_config(source: str, line: int) -> None:
    assert loader_facts(source.encode())["config"] == line


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            (
                "class Config:\n    @staticmethod\n    def from_directory(directory):\n"
                '        name = os.path.join(directory, "config.json")\n'
            ),
            4,
        ),
        ('class Config:\n    def __init__(self, d):\n        name = os.path.join(d, "config.json")\n', 0),
    ],
)
def test_where_exllamav3_opens_a_config(source: str, line: int) -> None:
    assert config_line(source.encode()) == line


# -- where it leads --------------------------------------------------------------------------------------

GGML, NEW = "transformers/integrations/ggml.py", "transformers/integrations/gguf/gguf_config_mapping.py"
CHECKPOINT = "transformers/modeling_gguf_pytorch_utils.py"


def table(path: str, rows: Mapping[str, Any]) -> dict[str, Fact]:
    return {
        key: Fact(key=key, place=Place(file=path, line=line), value=value)
        for line, (key, value) in enumerate(rows.items(), 1)
    }


def row(*parts: str, to: str, name: str | None = None, exact: bool = False, **classes: str) -> dict[str, Any]:
    return {"in": list(parts), "name": name, "exact": exact, "to": to, "classes": classes, "line": 50}


def causal(name: str) -> dict[str, Any]:
    return {
        "config": f"{name}Config",
        "classes": {"CAUSAL_LM": f"{name}ForCausalLM", "MODEL": f"{name}Model"},
    }


LIBRARY = ReleaseFacts(
    engine="transformers",
    version="5.18.0",
    registered={"T5EncoderModel": public("T5EncoderModel")},
    load=LoadFacts(
        tables={
            GGUF_ARCHITECTURES: {
                **table(GGML, dict.fromkeys(("llama", "qwen2_moe", "gemma3", "t5", "deci", "starcoder2"))),
                **table(NEW, {"qwen35": {"type": "qwen3_5_text", "class": "Qwen3_5ForCausalLM"},
                              "odd": {"type": None, "class": None}}),
            },
            MODEL_TYPES: table(
                "auto.py",
                {
                    "llama": causal("Llama"),
                    "mistral": causal("Mistral"),
                    "qwen2_moe": causal("Qwen2Moe"),
                    "gemma3_text": causal("Gemma3"),
                    "qwen3_5_text": causal("Qwen3_5"),
                    "starcoder2": causal("Starcoder2"),
                    "muse": causal("Muse"),
                    "t5": {"config": "T5Config", "classes": {"MODEL": "T5Model"}},
                },
            ),
        },
        rules={
            RULE: {
                "file": CHECKPOINT,
                "line": 99,
                "either": True,
                "sized": ["falcon"],
                "chains": [
                    [
                        row("llama", to="mistral", name="mistral", exact=True),
                        row("t5", "t5encoder", to="umt5", name="umt5"),
                        row("t5", "t5encoder", to="t5", t5encoder="T5EncoderModel"),
                    ],
                    [row("qwen2moe", to="qwen2_moe")],
                ],
                "types": {"gemma3": {"to": "gemma3_text", "line": 70}},
                "unread": 0,
            }
        },
    ),
)  # fmt: skip


def changed(**rule: Any) -> ReleaseFacts:
    rules = {RULE: {**LIBRARY.load.rules[RULE], **rule}}
    return replace(LIBRARY, load=replace(LIBRARY.load, rules=rules))


def without_gguf() -> ReleaseFacts:
    return replace(LIBRARY, load=LoadFacts(tables={MODEL_TYPES: LIBRARY.load.tables[MODEL_TYPES]}))


def names(*architectures: str) -> dict[str, Any]:
    return {name: registration(name, "models.py", at=f"models/{name}.py") for name in architectures}


VLLM = ReleaseFacts(
    engine="vllm",
    version="0.23.0",
    registered=names("LlamaForCausalLM", "MistralForCausalLM", "Gemma3ForCausalLM", "Qwen3_5ForCausalLM"),
    load=LoadFacts(
        tables={QUANTISATION: table("quant.py", {"gguf": None})},
        rules={"gguf": {"path": "vllm/transformers_utils/config.py", "line": 5, "causal": {"line": 9}}},
    ),
    transformers=LIBRARY,
)
SGLANG = ReleaseFacts(
    engine="sglang",
    version="0.5.23",
    registered=names("LlamaForCausalLM", "MistralForCausalLM", "Qwen3_5ForCausalLM", "MuseForCausalLM"),
    load=LoadFacts(
        tables={
            QUANTISATION: table("quant.py", {"gguf": None}),
            GGUF_ARCHITECTURES: table(
                "gguf_native.py",
                {
                    "muse-x": {"type": "muse", "class": "MuseForCausalLM"},
                    "muse-y": {"type": None, "class": None},
                },
            ),
        },
        rules={RULE: {"file": "config.py", "line": 5, "causal": {"line": 9}, "sidecar": True}},
    ),
    broken={},
    transformers=LIBRARY,
)


def file(architecture: str, name: str | None = None, kind: str = "model") -> Checkpoint:
    return Checkpoint(
        architectures=(),
        plain=(*(() if name is None else (("general.name", name),)), ("general.type", kind)),
        gguf_architecture=architecture,
    )


def short(verdict: Verdict) -> tuple[str, str | None, str | None]:
    gate = None if verdict.gate is None else verdict.gate.value
    return verdict.status.value, verdict.resolved, gate


def lines(verdict: Verdict) -> list[str]:
    return [str(step.place) for step in verdict.steps if step.place is not None]


@pytest.mark.parametrize(
    ("checkpoint", "expected"),
    [
        (file("llama"), ("native", "LlamaForCausalLM", None)),
        (file("llama", "My Mistral"), ("native", "LlamaForCausalLM", None)),
        (file("llama", "mistral"), ("native", "MistralForCausalLM", None)),
        (file("qwen2moe"), ("native", "Qwen2MoeForCausalLM", None)),
        (file("gemma3"), ("native", "Gemma3ForCausalLM", None)),
        (file("t5"), ("native", "T5Model", None)),
        (file("t5encoder"), ("native", "T5EncoderModel", None)),
        (file("qwen35"), ("native", "Qwen3_5ForCausalLM", None)),
        (file("deci"), ("unsupported", None, "config")),
        (file("t5", "uMT5 base"), ("unsupported", None, "config")),
        (file("clip"), ("unsupported", None, "config")),
        (file("llama", kind="adapter"), ("unknown", None, None)),
        (file("clip", kind="mmproj"), ("unsupported", None, "config")),
        (file("falcon"), ("unknown", None, None)),
        (file("odd"), ("unknown", None, None)),
    ],
)
def test_transformers_makes_a_config(checkpoint: Checkpoint, expected: Any) -> None:
    assert short(load(checkpoint, LIBRARY)) == expected


def test_each_step_has_its_line() -> None:
    assert lines(load(file("qwen2moe"), LIBRARY))[:2] == [f"{GGML}:2", f"{CHECKPOINT}:50"]
    assert lines(load(file("gemma3"), LIBRARY))[:2] == [f"{GGML}:3", f"{CHECKPOINT}:70"]
    assert lines(load(file("qwen35"), LIBRARY))[0] == f"{NEW}:1"
    assert lines(load(file("clip"), LIBRARY)) == [f"{CHECKPOINT}:99"]


@pytest.mark.parametrize(
    ("release", "architecture", "expected"),
    [
        (without_gguf(), "llama", ("unsupported", None, "config")),
        (changed(unread=12), "llama", ("unknown", None, None)),
        (changed(unread=12), "qwen35", ("native", "Qwen3_5ForCausalLM", None)),
        (changed(either=False), "qwen2moe", ("unsupported", None, "config")),
        (changed(either=False), "llama", ("native", "LlamaForCausalLM", None)),
        (changed(sized=[]), "falcon", ("unsupported", None, "config")),
    ],
)
def test_releases_differ(release: ReleaseFacts, architecture: str, expected: Any) -> None:
    assert short(load(file(architecture), release)) == expected


@pytest.mark.parametrize(
    ("checkpoint", "vllm", "sglang"),
    [
        (file("llama"), ("native", "LlamaForCausalLM", None), ("native", "LlamaForCausalLM", None)),
        (file("llama", "mistral"), ("native", "MistralForCausalLM", None), ("native", "MistralForCausalLM", None)),
        (file("gemma3"), ("native", "Gemma3ForCausalLM", None), ("unsupported", None, "architecture")),
        (file("qwen35"), ("native", "Qwen3_5ForCausalLM", None), ("native", "Qwen3_5ForCausalLM", None)),
        (file("starcoder2"), ("unsupported", None, "architecture"), ("unsupported", None, "architecture")),
        (file("t5"), ("unsupported", None, "config"), ("unsupported", None, "config")),
        (file("deci"), ("unsupported", None, "config"), ("unsupported", None, "config")),
        (file("clip"), ("unsupported", None, "config"), ("unsupported", None, "config")),
        (file("falcon"), ("unknown", None, None), ("unknown", None, None)),
        (file("muse-x"), ("unsupported", None, "config"), ("native", "MuseForCausalLM", None)),
        (file("llama", kind="adapter"), ("unknown", None, None), ("unknown", None, None)),
        (file("clip", kind="mmproj"), ("unsupported", None, "config"), ("unsupported", None, "config")),
        (file("muse-x", kind="adapter"), ("unsupported", None, "config"), ("unknown", None, None)),
        (file("muse-y"), ("unsupported", None, "config"), ("unknown", None, None)),
    ],
)  # fmt: skip
def test_vllm_and_sglang_go_on_with_what_transformers_made(
    checkpoint: Checkpoint, vllm: Any, sglang: Any
) -> None:
    assert (short(load(checkpoint, VLLM)), short(load(checkpoint, SGLANG))) == (vllm, sglang)


def without_method(release: ReleaseFacts) -> ReleaseFacts:
    tables = {**release.load.tables, QUANTISATION: table("quant.py", {"awq": None})}
    return replace(release, load=replace(release.load, tables=tables))


def without_rule(release: ReleaseFacts, version: str) -> ReleaseFacts:
    return replace(release, version=version, load=replace(release.load, rules={}))


@pytest.mark.parametrize("release", [VLLM, SGLANG])
def test_an_engine_without_what_it_needs_stops(release: ReleaseFacts) -> None:
    assert short(load(file("llama"), without_method(release))) == ("unsupported", None, "quantisation")
    assert short(load(file("llama"), without_rule(release, "0.1"))) == ("unsupported", None, "config")
    assert short(load(file("llama"), replace(release, transformers=None))) == ("unknown", None, None)
    older = replace(release, transformers=without_gguf())
    assert short(load(file("llama"), older)) == ("unsupported", None, "config")


@pytest.mark.parametrize(
    ("version", "named"), [("0.5.4", False), ("0.24.0", True), ("0.33.0", True), ("dev", False)]
)
def test_newer_releases_of_vllm_leave_gguf_files_to_a_plugin(version: str, named: bool) -> None:  # noqa: FBT001 -- a column
    verdict = load(file("llama"), without_rule(VLLM, version))
    assert ("vllm-gguf-plugin" in verdict.because.text) is named


def bare(engine: str, **rules: Any) -> ReleaseFacts:
    return ReleaseFacts(engine=engine, version="1", registered=names("llama"), load=LoadFacts(rules=rules))


@pytest.mark.parametrize(
    ("release", "status", "place"),
    [
        (bare("mlx-lm", config={"line": 7}), "unsupported", "mlx_lm/utils.py:7"),
        (bare("mlx-lm"), "unknown", None),
        (bare("exllamav3", config={"file": "exllamav3/model/config.py", "line": 8}), "unsupported",
         "exllamav3/model/config.py:8"),
        (bare("exllamav3"), "unknown", None),
        (bare("lmdeploy"), "unknown", None),
    ],
)  # fmt: skip
def test_engines_that_read_no_gguf_say_so_or_that_it_is_not_known(
    release: ReleaseFacts, status: str, place: str | None
) -> None:
    verdict = load(file("llama"), release)
    assert verdict.status.value == status
    assert (None if verdict.because.place is None else str(verdict.because.place)) == place


def test_an_engine_whose_load_path_is_not_followed_is_not_known_to_read_gguf() -> None:
    assert by_registry(file("llama"), bare("tensorrt-llm")).status.value == "unknown"
