"""What LMDeploy, MLX-LM and llama.cpp state of what a model can do: tables of each release."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feature_readers as second
import pytest

import real_release
from archtrack.core.verdict.features import TITLES, feature_of
from archtrack.core.verdict.release_facts import FEATURES, GGUF_ARCHITECTURES, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.base import ScanOptions
from archtrack.engines.llama_cpp.cpp_switches import arch_switches
from archtrack.engines.llama_cpp.tables import CONVERTS
from archtrack.engines.mlx_lm.tables import PAIRS
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.core.verdict.release_facts import Fact, LoadFacts
    from archtrack.model import Inventory

    Stated = Callable[[str, Mapping[str, str]], tuple[dict[str, Any], list[str] | None]]

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PINNED = tomllib.loads((Path(__file__).parents[1] / "data" / "features.toml").read_text(encoding="utf-8"))[
    "fact"
]


@pytest.fixture
def stated(tmp_path: Path) -> Stated:
    """``stated(engine, files)``: key -> value of the table of features, and the features that are decided."""

    def read(name: str, files: Mapping[str, str]) -> tuple[dict[str, Any], list[str] | None]:
        engine: Any = load_engine(name)
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        library = Library(local_source(tmp_path, engine.layout), None)
        facts = engine.load_facts(library, engine.scan(library, ScanOptions()))
        rows = facts.tables.get(FEATURES, {})
        decided = facts.rules.get("features", {}).get("decided")
        assert set(decided or ()) <= TITLES.keys()
        assert all(
            {*row.value.get("has", ()), *row.value.get("unsure", ())} <= TITLES.keys()
            for row in rows.values()
        )
        return {key: row.value for key, row in rows.items()}, decided

    return read


# -- MLX-LM ------------------------------------------------------------------------------------------------------

ASKS = 'def cache_of(model):\n    if hasattr(model, "make_cache"):\n        return model.make_cache()\n'
SHARDS = "def shard(model, group):\n    model.model.pipeline(group)\n"
CACHE = (
    "class _Base: ...\nclass KVCache(_Base): ...\nclass RotatingKVCache(_Base): ...\n"
    "class ArraysCache(_Base): ...\nclass CacheList(_Base): ...\n"
)
PIPELINE = "class PipelineMixin:\n    def pipeline(self, group): ...\n"
TUNER = "mlx_lm/tuner/utils.py"
ARGS = "class ModelArgs: ...\n"
MODEL = (
    ARGS
    + "class Inner(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    + "class Model(nn.Module):\n    def __init__(self, args):\n        super().__init__()\n"
    + "        self.model = Inner(args)\n"
)
CACHES = "from .cache import *\nfrom .cache import ArraysCache, CacheList, KVCache, RotatingKVCache\n"
UNCLEAR = "cannot tell which caches `make_cache` makes"


def mlx(files: Mapping[str, str], utils: str = ASKS + SHARDS) -> dict[str, str]:
    named = {name if "/" in name else f"mlx_lm/models/{name}": text for name, text in files.items()}
    return {
        "mlx_lm/__init__.py": "",
        "mlx_lm/utils.py": "MODEL_REMAPPING = {}\n" + utils,
        "mlx_lm/models/cache.py": CACHE,
        "mlx_lm/models/pipeline.py": PIPELINE,
        **named,
    }


def makes(*lines: str) -> str:
    """A model whose ``make_cache`` has these lines."""
    body = "".join(f"        {line}\n" for line in lines)
    return CACHES + MODEL + f"    def make_cache(self):\n{body}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MODEL, {}),
        (
            MODEL.replace("Inner(nn.Module):", "Inner(nn.Module):\n    def pipeline(self, group): ..."),
            {"has": ["pp"]},
        ),
        (
            "from .pipeline import PipelineMixin\n" + MODEL.replace("Inner(nn.", "Inner(PipelineMixin, nn."),
            {"has": ["pp"]},
        ),
        # The engine asks `model.model` for it, and not the model itself.
        (MODEL + "    def pipeline(self, group): ...\n", {}),
        (
            MODEL.replace(
                "Inner(nn.Module):", "Inner(nn.Module):\n    def pipeline(self, group): ..."
            ).replace("self.model", "self.transformer"),
            {},
        ),
        (
            MODEL.replace("Inner(args)", "make(args)"),
            {"unsure": {"pp": "cannot tell which class `model.model` is"}},
        ),
        (
            MODEL.replace(
                "Inner(args)", "Other(args)\n        if args.x:\n            self.model = Inner(args)"
            )
            + "class Other:\n    def pipeline(self, group): ...\n",
            {"unsure": {"pp": "cannot tell which class `model.model` is"}},
        ),
        # A property leads on, and so does a base class of another module.
        (
            "from .pipeline import PipelineMixin\n"
            + MODEL.replace("Inner(nn.", "Inner(PipelineMixin, nn.").replace(
                "Model(nn.Module)", "Language(nn.Module)"
            )
            + "class Model(nn.Module):\n    def __init__(self, args):\n        super().__init__()\n"
            "        self.language_model = Language(args)\n"
            "    @property\n    def model(self):\n        return self.language_model.model\n",
            {"has": ["pp"]},
        ),
        ("from .piped import Model as Base\n" + ARGS + "class Model(Base): ...\n", {"has": ["pp"]}),
    ],
)
def test_a_model_runs_in_stages_where_its_inner_model_can_be_split(
    stated: Stated, text: str, expected: Mapping[str, Any]
) -> None:
    piped = "from .pipeline import PipelineMixin\n" + MODEL.replace("Inner(nn.", "Inner(PipelineMixin, nn.")
    found, decided = stated("mlx-lm", mlx({"x.py": text, "piped.py": piped}))
    assert found == {"piped": {"has": ["pp"]}, "x": expected}
    assert decided == ["attention-free", "hybrid", "pp"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MODEL, {}),
        (makes("return [KVCache() for _ in self.layers]"), {}),
        (makes("return [RotatingKVCache(max_size=1) if l.x else KVCache() for l in self.layers]"), {}),
        (makes("return [ArraysCache(size=2) for _ in range(len(self.layers))]"), {"has": ["attention-free"]}),
        (
            makes(
                "caches = []",
                "for l in self.layers:",
                "    caches.append(KVCache() if l else ArraysCache(2))",
            ),
            {"has": ["hybrid"]},
        ),
        (makes("return [CacheList(ArraysCache(2), KVCache())]"), {"has": ["hybrid"]}),
        (makes("return [CacheList(KVCache(), KVCache())]"), {}),
        (makes("return [Own()]") + "class Own(KVCache): ...\n", {}),
        (
            makes("return [make_one(l) for l in self.layers]"),
            {"unsure": {"attention-free": UNCLEAR, "hybrid": UNCLEAR}},
        ),
        (makes("return []"), {"unsure": {"attention-free": UNCLEAR, "hybrid": UNCLEAR}}),
        (makes("return self.more()"), {"unsure": {"attention-free": UNCLEAR, "hybrid": UNCLEAR}}),
        (
            makes("return [Own()]") + "class Own: ...\n",
            {"unsure": {"attention-free": UNCLEAR, "hybrid": UNCLEAR}},
        ),
        # The inner model is asked.
        (
            CACHES
            + MODEL.replace(
                "class Model(", "    def make_cache(self):\n        return [ArraysCache(1)]\nclass Model("
            )
            + "    def make_cache(self):\n        return self.model.make_cache()\n",
            {"has": ["attention-free"]},
        ),
    ],
)
def test_the_caches_that_a_model_makes_say_whether_it_keeps_states(
    stated: Stated, text: str, expected: Mapping[str, Any]
) -> None:
    found, _ = stated("mlx-lm", mlx({"x.py": text}))
    assert found == {"x": expected}


def test_a_module_whose_bodies_do_not_parse_says_nothing(stated: Stated) -> None:
    broken = ARGS + "class Model:\n    def __init__(self):\n    def make_cache(self):\n"
    found, decided = stated("mlx-lm", mlx({"x.py": broken, TUNER: ANY}))
    assert decided is not None
    assert found == {"x": {"unsure": dict.fromkeys(decided, "its class could not be read")}}


LISTS = (
    'def linear_to_lora_layers(model, config):\n    keys = config.get("keys", None)\n    if keys is not None:\n'
    '        keys = set(keys)\n    elif model.model_type in ["x", "z"]:\n        keys = {"q"}\n'
    '    elif model.model_type == "y":\n        keys = {"k"}\n        if model.model_type == "w":\n            pass\n'
    '    else:\n        raise ValueError("no")\n'
)
ANY = "def linear_to_lora_layers(model, config):\n    for l in model.layers:\n        l.apply_to_modules(get_keys)\n"


@pytest.mark.parametrize(
    ("tuner", "expected"),
    [
        (LISTS, {"x": {"has": ["lora"]}, "y": {"has": ["lora"]}, "w": {}}),
        (ANY, {"x": {"has": ["lora"]}, "y": {}, "w": {}}),
        ("def linear_to_lora_layers(model, config): ...\n", {"x": {}, "y": {}, "w": {}}),
        ("", {"x": {}, "y": {}, "w": {}}),
    ],
)
def test_lora_is_for_the_types_that_the_tuner_names_or_for_every_model_with_layers(
    stated: Stated, tuner: str, expected: Mapping[str, Any]
) -> None:
    layers = MODEL + "    @property\n    def layers(self):\n        return self.model.layers\n"
    found, decided = stated("mlx-lm", mlx({"x.py": layers, "y.py": MODEL, "w.py": MODEL, TUNER: tuner}))
    assert found == expected
    assert decided is not None
    assert "lora" not in decided  # a user may name the layers of any other model


def test_nothing_is_stated_of_a_release_that_asks_for_nothing(stated: Stated) -> None:
    assert stated("mlx-lm", mlx({"x.py": MODEL}, utils="")) == ({}, None)


def test_a_type_with_two_modules_has_what_both_have(stated: Stated) -> None:
    piped = "from .pipeline import PipelineMixin\n" + MODEL.replace("Inner(nn.", "Inner(PipelineMixin, nn.")
    pair = 'MODEL_ARCHITECTURE_REMAPPING = {("x", "XForCausalLM"): "piped"}\n'
    found, _ = stated("mlx-lm", mlx({"x.py": MODEL, "piped.py": piped}, utils=ASKS + SHARDS + pair))
    assert found["x"] == {"unsure": {"pp": "with the architecture `XForCausalLM` another module runs it"}}


# -- LMDeploy ----------------------------------------------------------------------------------------------------

SIGHT = """
def check_vl_llm(backend, config):
    if 'language_config' in config and config['language_config'].get('architectures', [None])[0] == 'ByConfig':
        return True
    arch = config['architectures'][0]
    supported_archs = set(['Sees', 'Hears', 'Blind', 'Engine', 'OtherEngine'])
    turbomind_unsupported_archs = ['Engine']
    if arch == 'AlsoByConfig' and 'visual' in config:
        return True
    elif arch in turbomind_unsupported_archs and backend == 'turbomind':
        return False
    elif arch in ['OtherEngine'] and backend == 'turbomind':
        return False
    elif arch in ['Blind']:
        return False
    elif arch in supported_archs:
        return True
    return False
"""
TOKENS = """
MORE = ['Further']
class Base:
    _arch = None
class Seer(Base):
    _arch = 'Sees'
class Hearer(Base):
    _arch = ['Hears', *MORE]
    def build_preprocessor(self):
        self.mm_tokens = MultimodalSpecialTokens(image_token=1, video_token=2, audio_token=3, video_token_id=4)
"""
NAMES = ("AlsoByConfig", "Blind", "ByConfig", "Engine", "Hears", "OtherEngine", "Sees", "Text")


def lmdeploy(sight: str, tokens: str = "") -> dict[str, str]:
    return {
        "lmdeploy/__init__.py": "",
        "lmdeploy/archs.py": sight,
        "lmdeploy/pytorch/models/module_map.py": f"MODULE_MAP = {dict.fromkeys(NAMES, 'lmdeploy.pytorch.models.x.X')}",
        "lmdeploy/turbomind/supported_models.py": "SUPPORTED_ARCHS = dict()\n",
        "lmdeploy/vl/model/x.py": tokens,
    }


def test_an_architecture_sees_where_check_vl_llm_takes_it(stated: Stated) -> None:
    found, decided = stated("lmdeploy", lmdeploy(SIGHT))
    sees = {"has": ["image", "multimodal"]}
    by_config = dict.fromkeys(("image", "multimodal"), "LMDeploy decides it by what else is in the config")
    assert {key: value for key, value in found.items() if value == sees}.keys() == {"Sees", "Hears"}
    assert found["Blind"] == found["Text"] == {}
    assert found["ByConfig"] == found["AlsoByConfig"] == {"unsure": by_config}
    assert found["Engine"]["unsure"].keys() == {"image", "multimodal"}
    assert found["OtherEngine"] == found["Engine"]
    assert decided == ["image", "multimodal"]


def test_an_architecture_hears_where_its_class_hands_the_token_on(stated: Stated) -> None:
    found, decided = stated("lmdeploy", lmdeploy(SIGHT, TOKENS))
    assert found["Hears"] == {"has": ["audio", "image", "multimodal", "video"]}
    assert found["Sees"]["has"] == ["image", "multimodal"]
    assert found["Sees"]["unsure"].keys() == {"audio", "video"}
    assert found["Text"] == {}
    assert decided == ["audio", "image", "multimodal", "video"]


def test_nothing_is_stated_where_nothing_checks(stated: Stated) -> None:
    assert stated("lmdeploy", lmdeploy("", TOKENS)) == ({}, None)


# -- llama.cpp ---------------------------------------------------------------------------------------------------

SWITCH = (
    "bool llm_arch_is_hybrid(const llm_arch & arch) {\n    switch (arch) {\n        case LLM_ARCH_A: // why\n"
    "        case LLM_ARCH_B:\n            return true;\n        default:\n            return false;\n    }\n}\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SWITCH, {"llm_arch_is_hybrid": {"LLM_ARCH_A": 3, "LLM_ARCH_B": 4}}),
        (
            SWITCH.replace("case LLM_ARCH_B:", "return false; case LLM_ARCH_B:"),
            {"llm_arch_is_hybrid": {"LLM_ARCH_B": 4}},
        ),
        (SWITCH + SWITCH.replace("hybrid", "recurrent").replace("LLM_ARCH_A", "LLM_ARCH_C"), None),
        (
            "bool x = llm_arch_is_hybrid(arch);\n" + SWITCH,
            {"llm_arch_is_hybrid": {"LLM_ARCH_A": 4, "LLM_ARCH_B": 5}},
        ),
        # Another form is not known.
        (SWITCH.replace("return false", "return true"), {}),
        (SWITCH.replace("return false", "return other(arch)"), {}),
        (SWITCH.replace("case LLM_ARCH_B:", "#ifdef B\n case LLM_ARCH_B:\n#endif"), {}),
        (SWITCH.replace("case LLM_ARCH_B:", "case LLM_ARCH_B: log();"), {}),
        (SWITCH.replace("default:\n            return false;", ""), {}),
        (SWITCH.replace("switch (arch)", "switch (arch + 1)"), {}),
        (SWITCH + SWITCH, {}),
        (SWITCH[:-12], {}),
        ("", {}),
    ],
)
def test_a_function_says_yes_in_one_form(text: str, expected: dict[str, Any] | None) -> None:
    found = arch_switches(text.encode())
    if expected is None:
        assert {name: sorted(rows) for name, rows in found.items()} == {
            "llm_arch_is_hybrid": ["LLM_ARCH_A", "LLM_ARCH_B"],
            "llm_arch_is_recurrent": ["LLM_ARCH_B", "LLM_ARCH_C"],
        }
    else:
        assert found == expected


CPP = (
    'static const std::map<llm_arch, const char *> LLM_ARCH_NAMES = {\n    { LLM_ARCH_A, "a" },\n'
    '    { LLM_ARCH_B, "b" },\n    { LLM_ARCH_C, "c" },\n    { LLM_ARCH_CLIP, "clip" },\n};\n'
)
RECURRENT = (
    SWITCH.replace("hybrid", "recurrent")
    .replace("LLM_ARCH_A", "LLM_ARCH_CLIP")
    .replace("LLM_ARCH_B", "LLM_ARCH_C")
)
GGUF = (
    'MODEL_ARCH_NAMES = {\n    MODEL_ARCH.A: "a",\n    MODEL_ARCH.B: "b",\n    MODEL_ARCH.C: "c",\n'
    '    MODEL_ARCH.MMPROJ: "clip",\n}\n'
)
CONVERTERS = """
class TextModel: ...
class MmprojModel:
    has_vision_encoder: bool = True
    has_audio_encoder: bool = False
@ModelBase.register("AForCausalLM")
class A(TextModel):
    model_arch = gguf.MODEL_ARCH.A
@ModelBase.register("CForCausalLM")
class C(TextModel):
    model_arch = gguf.MODEL_ARCH.C
@ModelBase.register("EitherForCausalLM")
class Either(TextModel):
    model_arch = gguf.MODEL_ARCH.A
    def set(self):
        self.model_arch = gguf.MODEL_ARCH.C
@ModelBase.register("CForCausalLM")
class Sees(MmprojModel): ...
@ModelBase.register("HearsModel")
class Hears(MmprojModel):
    has_vision_encoder = False
    has_audio_encoder = True
@ModelBase.register("MaybeModel")
class Maybe(Hears):
    def __init__(self):
        self.has_audio_encoder = self.find()
"""


def llama(cpp: str) -> dict[str, str]:
    return {
        "convert_hf_to_gguf.py": CONVERTERS,
        "gguf-py/gguf/constants.py": GGUF,
        "src/llama-arch.cpp": cpp,
    }


def test_architectures_have_what_their_files_have(stated: Stated) -> None:
    found, decided = stated("llama-cpp", llama(CPP + SWITCH + RECURRENT))
    assert {key: value for key, value in found.items() if len(key) == 1} == {
        "a": {"has": ["hybrid"]},
        "b": {"has": ["hybrid"]},
        "c": {"has": ["attention-free"]},
    }
    assert found["AForCausalLM"] == {"has": ["hybrid"]}
    assert found["CForCausalLM"] == {"has": ["attention-free", "image", "multimodal"]}
    assert found["EitherForCausalLM"]["unsure"].keys() == {"attention-free", "hybrid"}
    assert found["HearsModel"]["has"] == ["audio", "multimodal"]
    assert found["MaybeModel"]["has"] == ["multimodal"]
    assert found["MaybeModel"]["unsure"].keys() == {"attention-free", "hybrid", "audio"}
    assert decided == ["attention-free", "hybrid"]


@pytest.mark.parametrize("cpp", [CPP, CPP.replace('"c"', "name") + SWITCH])
def test_what_the_runtime_does_not_say_is_not_decided(stated: Stated, cpp: str) -> None:
    found, decided = stated("llama-cpp", llama(cpp))
    assert found.keys() == {"CForCausalLM", "HearsModel", "MaybeModel"}
    assert decided == []


# -- real releases -----------------------------------------------------------------------------------------------


def read(name: str, version: str, *patterns: str) -> tuple[Inventory, LoadFacts, dict[str, str]]:
    """What a release registers and states, and the texts of some of its files."""
    inventory, facts = real_release.read(name, version)
    with real_release.opened(*real_release.place_of(name, version)) as source:
        found = source.read(source.list(patterns))
        texts = {
            path.removeprefix("./"): "\n".join(data.decode().splitlines()) for path, data in found.items()
        }
    return inventory, facts, texts


def row(rows: Mapping[str, Fact], key: str) -> second.Row:
    value = rows[key].value if key in rows else {}
    return set(value.get("has", ())), set(value.get("unsure", ()))


def assert_pinned(name: str, version: str, facts: LoadFacts) -> None:
    """What was read in the release by hand."""
    release = ReleaseFacts(engine=name, version=version, registered={}, load=facts)
    there = [fact for fact in PINNED if (fact["engine"], fact["version"]) == (name, version)]
    assert len(there) >= 2
    for fact in there:
        has = fact["has"] if isinstance(fact["has"], bool) else None
        assert feature_of(fact["feature"], fact["key"], release).has is has, fact


def versions_of(name: str) -> list[str]:
    return list(dict.fromkeys(fact["version"] for fact in PINNED if fact["engine"] == name))


def all_but_the_first_are_slow(name: str) -> list[Any]:
    """Its releases, of which the later ones take a second reader ten seconds and more."""
    first, *others = versions_of(name)
    return [first, *(pytest.param(each, marks=pytest.mark.full) for each in others)]


def test_what_was_read_by_hand_is_of_old_and_new_releases_and_of_yes_and_no() -> None:
    for name in ("llama-cpp", "lmdeploy", "mlx-lm"):
        assert len(versions_of(name)) == 3
        assert {str(fact["has"]) for fact in PINNED if fact["engine"] == name} >= {"True", "False"}
    assert all(fact["feature"] in TITLES and fact["seen"] for fact in PINNED)


@pytest.mark.network
@pytest.mark.parametrize("version", all_but_the_first_are_slow("mlx-lm"))
def test_mlx_lm_states_what_a_second_reader_finds(version: str) -> None:
    inventory, facts, texts = read("mlx-lm", version, "mlx_lm/models/*.py", TUNER)
    world = second.World({path: text for path, text in texts.items() if path != TUNER})
    lora = second.mlx_lora(texts[TUNER])
    decided = set(facts.rules["features"]["decided"])
    paired = {key.split()[0] for key in facts.tables.get(PAIRS, {})}
    for each in inventory.registrations:
        assert each.defined is not None
        has, unsure = second.mlx_row(world, each.defined.file, each.class_name or "Model")
        has |= {"lora"} if lora is None or each.name in lora else set()
        if each.name not in paired:
            assert row(facts.tables[FEATURES], each.name) == (has, unsure & decided), each.name
    assert_pinned("mlx-lm", version, facts)


@pytest.mark.network
@pytest.mark.parametrize("version", versions_of("lmdeploy"))
def test_lmdeploy_states_what_a_second_reader_finds(version: str) -> None:
    inventory, facts, texts = read("lmdeploy", version, "lmdeploy/archs.py", "lmdeploy/vl/model/*.py")
    sight = second.lmdeploy_sight(texts.pop("lmdeploy/archs.py"))
    assert sight is not None
    tokens = second.lmdeploy_tokens(texts)
    further = {"audio", "video"} if tokens else set()
    for each in inventory.registrations:
        expected: second.Row = set(), set()
        if each.name in sight[1]:
            expected = set(), {"image", "multimodal", *further}
        elif each.name in sight[0]:
            unsure = set() if each.name in tokens else further
            expected = {"image", "multimodal", *tokens.get(each.name, ())}, unsure
        assert row(facts.tables[FEATURES], each.name) == expected, each.name
    assert_pinned("lmdeploy", version, facts)


@pytest.mark.network
@pytest.mark.parametrize("version", all_but_the_first_are_slow("llama-cpp"))
def test_llama_cpp_states_what_a_second_reader_finds(version: str) -> None:
    inventory, facts, texts = read(
        "llama-cpp", version, "./conversion/*.py", "./convert_hf_to_gguf.py", "./src/llama-arch.cpp"
    )
    cpp = texts.pop("src/llama-arch.cpp")
    asked = {"hybrid": "llm_arch_is_hybrid", "attention-free": "llm_arch_is_recurrent"}
    said = {name: second.llama_says_yes(cpp, function) for name, function in asked.items()}
    yes = {name: files for name, files in said.items() if files is not None}
    encoders = second.llama_encoders(texts)
    rows = facts.tables[FEATURES]
    for name in facts.tables[GGUF_ARCHITECTURES]:
        assert row(rows, name) == ({each for each, files in yes.items() if name in files}, set()), name
    for each in inventory.registrations:
        has, unsure = encoders[each.name] if "mmproj" in each.groups else (set(), set())
        fact = facts.tables[CONVERTS].get(each.name)
        made = (
            set(fact.value.get("text", ()))
            if fact and "text" not in fact.value.get("unresolved", ())
            else set()
        )
        has = has | ({"multimodal"} if "mmproj" in each.groups else set())
        has |= {name for name, files in yes.items() if made and made <= files}
        unsure = unsure | {name for name, files in yes.items() if not made or (made & files and made - files)}
        assert row(rows, each.name) == (has, unsure), each.name
    assert_pinned("llama-cpp", version, facts)
