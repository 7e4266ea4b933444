"""What a model can do, read from what its class has, on small sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.verdict.features import feature_of
from archtrack.core.verdict.release_facts import FEATURES, LoadFacts, ReleaseFacts
from archtrack.engines.base import ScanOptions
from archtrack.engines.sglang import ENGINE
from archtrack.engines.sglang.asked import asking, decided
from archtrack.engines.sglang.features import features_of
from archtrack.engines.sglang.files import ASKING, LORA, MODELS, WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from archtrack.sources.library import Library

    Make = Callable[[Mapping[str, str | bytes]], Library]

RUNNER, SETUP, LOADER = ASKING
SHARING, WORKER, WORKER_V2 = WORKERS
PP = '"pp_proxy_tensors" in inspect.signature(self.model.forward).parameters'
ASKS = {
    RUNNER: f"class R:\n    def init(self):\n        self.support_pp = (\n            {PP}\n        )\n",
    SETUP: "def f(model):\n    if not hasattr(model, 'set_eagle3_layers_to_capture'):\n        raise ValueError\n",
    LOADER: "def load(model):\n    if not hasattr(model, 'bitsandbytes_stacked_params_mapping'):\n        raise E\n",
    WORKER: "class W:\n    def init(self):\n        e, h = self.target.model.get_embed_and_head()\n",
    LORA: "",
}
HEAD = "import torch.nn as nn\nfrom torch import nn as other\nfrom transformers import PreTrainedModel\n"
A = "class A(nn.Module):\n"
END = "\nEntryClass = A\n"
FORWARD = "    def forward(self, x, pp_proxy_tensors=None): ...\n"
PLAIN = "    def forward(self, x): ...\n"
EAGLE = "    def get_embed_and_head(self): ...\n"
CAPTURE = "    def set_eagle3_layers_to_capture(self, ids=None):\n        self.model.x = ids\n"
EAGLE3 = CAPTURE + EAGLE
INIT = "    def __init__(self):\n"
CHAIN = (
    "class A0: ...\n" + "".join(f"class A{i + 1}(A{i}): ...\n" for i in range(200)) + "class A(A200): ...\n"
)
TAKES = f"class B(nn.Module):\n{FORWARD}class C(nn.Module):\n{PLAIN}{A}{INIT}        {{}}\n"


def rows(make: Make, files: Mapping[str, str | bytes]) -> dict[str, Any]:
    """Architecture -> the value of its row."""
    whole = {name if "/" in name else f"{MODELS}/{name}": text for name, text in files.items()}
    library = make({**ASKS, **whole})
    found = features_of(library, ENGINE.scan(library, ScanOptions()))
    return {key: fact.value for key, fact in found.items()}


def has(*names: str) -> dict[str, list[str]]:
    return {"has": [*names]} if names else {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # the signature of `forward`
        (A + FORWARD, has("pp")),
        (A + "    def forward(self, *, pp_proxy_tensors): ...\n", has("pp")),
        (A + "    @torch.no_grad()\n" + FORWARD, has("pp")),
        (A + PLAIN, {}),
        (A + "    def forward(self, **kwargs): ...\n", {}),
        (A + "    def forward(self, x):\n        self.model(x, pp_proxy_tensors=None)\n", {}),
        (A + "    pp_proxy_tensors = None\n" + PLAIN, {}),
        (A + "    x = 1\n", {}),  # torch's own
        (A + FORWARD + PLAIN, {}),  # the later one counts
        (A + "    def run(self, pp_proxy_tensors): ...\n    forward = run\n", has("pp")),
        (A + f"    if X:\n    {FORWARD}    else:\n    {FORWARD}", has("pp")),
        (TAKES.format("self.part = B()\n        self.forward = self.part.forward"), has("pp")),
        (TAKES.format("self.part = C()\n        self.forward = self.part.forward"), {}),
        # bases
        (f"class B(nn.Module):\n{FORWARD}class A(B):\n    x = 1\n", has("pp")),
        (f"class B(nn.Module):\n{FORWARD}class A(B):\n{PLAIN}", {}),
        (f"class B(nn.Module):\n{FORWARD}class C(nn.Module):\n{PLAIN}class A(B, C):\n    x = 1\n", has("pp")),
        (f"class B(nn.Module):\n{FORWARD}class C(nn.Module):\n{PLAIN}class A(C, B):\n    x = 1\n", {}),
        (
            f"class B(nn.Module):\n{FORWARD}class C(B):\n{PLAIN}class D(B): ...\nclass A(D, C):\n    x = 1\n",
            {},
        ),
        (f"class B(nn.Module):\n{FORWARD}C = B\nclass A(C):\n    x = 1\n", has("pp")),
        ("class A(PreTrainedModel):\n    x = 1\n", {}),
        ("from typing import Generic\nclass A(other.Module, Generic[T], object):\n" + FORWARD, has("pp")),
        # hooks
        (A + EAGLE3 + FORWARD, has("eagle", "eagle3", "pp")),
        (f"class B(nn.Module):\n{EAGLE3}class A(B):\n{PLAIN}", has("eagle", "eagle3")),
        (A + EAGLE, has("eagle")),
        (A + CAPTURE, {}),  # the worker asks for the embedding, too
        (A + "    bitsandbytes_stacked_params_mapping = {}\n", has("bitsandbytes")),
        (A + "    bitsandbytes_stacked_params_mapping: dict\n", {}),  # no value: not an attribute
        (A + "    default_bitsandbytes_target_modules = []\n", {}),
        (A + "    def set_eagle3(self): ...\n", {}),
        # LoRA: declared, or not
        (A + "    supported_lora_modules = ['qkv_proj']\n", has("lora")),
        (A + "    supported_lora_modules: list[str] = MODULES\n", has("lora")),
        (A + "    supported_lora_modules = []\n", {}),
        (A + "    def should_apply_lora(self, name): ...\n", has("lora")),
        ("class B:\n    supported_lora_modules = ['x']\nclass A(B):\n    supported_lora_modules = []\n", {}),
        # images, video, audio
        (A + "    def get_image_feature(self, items): ...\n", has("image")),
        (
            A + "    def get_audio_feature(self, items): ...\n    get_video_feature = x\n",
            has("audio", "video"),
        ),
        (A + "    def get_image_features(self): ...\n", {}),
    ],
)
def test_a_class_has_what_python_finds_on_it(text: str, value: dict[str, Any], library: Make) -> None:
    assert rows(library, {"m.py": HEAD + text + END}) == {"A": value}


@pytest.mark.parametrize(
    ("handed", "value"),
    [
        ("data_embedding_funcs={Modality.IMAGE: self.f, Modality.VIDEO: self.f}", has("image", "video")),
        ("image_data_embedding_func=self.f", has("image")),
        ("audio_data_embedding_func=self.f, image_data_embedding_func=None", has("audio")),
        ("data_embedding_funcs=None", {}),
        ("placeholder_tokens={Modality.IMAGE: [1]}, data_embedding_funcs={}", {}),
    ],
)
def test_a_mapping_of_modality_to_method_says_what_is_taken(
    handed: str, value: dict[str, Any], library: Make
) -> None:
    body = f"    def forward(self):\n        return general_mm_embed_routine({handed})\n"
    assert rows(library, {"m.py": HEAD + A + body + END}) == {"A": value}


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (INIT + "        self.funcs_data_embedding_func = {Modality.AUDIO: self.f}\n", has("audio")),
        (
            INIT + "        data_embedding_funcs = {}\n        data_embedding_funcs[Modality.IMAGE] = f\n",
            has("image"),
        ),
        (INIT + "        data_embedding_funcs: dict = {Modality.VIDEO: f}\n", has("video")),
        (INIT + "        limits = {Modality.IMAGE: 3}\n", {}),
    ],
)
def test_a_mapping_may_be_kept_first(body: str, value: dict[str, Any], library: Make) -> None:
    assert rows(library, {"m.py": HEAD + A + body + END}) == {"A": value}


@pytest.mark.parametrize(
    ("text", "unsure", "words"),
    [
        (A + INIT + "        self.forward = self.inner.forward\n", {"pp"}, "`self.forward` is set"),
        (A + FORWARD + INIT + "        self.forward = f\n", {"pp"}, "`self.forward` is set"),
        (TAKES.format("self.forward = self.part.forward"), {"pp"}, "`self.forward` is set"),
        (TAKES.format("self.part = Other()\n        self.forward = self.part.forward"), {"pp"}, "is set"),
        (
            TAKES.format("self.part = B()\n        if x:\n            self.forward = self.part.forward"),
            {"pp"},
            "is set",
        ),
        (
            f"class B(B0): ...\n{A}{INIT}        self.b = B()\n        self.forward = self.b.forward\n",
            {"pp"},
            "`B0`",
        ),
        (A + "    @jit_me\n" + FORWARD, {"pp"}, "bound in a way that is not read"),
        (A + "    forward = made()\n", {"pp"}, "bound in a way that is not read"),
        (A + f"    if X:\n    {FORWARD}", {"pp"}, "bound in a way that is not read"),
        (A + f"    if X:\n    {FORWARD}    else:\n    {PLAIN}", {"pp"}, "bound in a way that is not read"),
        (CHAIN, {"pp", "eagle3"}, "what `A` is made of is not plainly written"),
        (f"class A(Other):\n{FORWARD}", {"eagle3", "eagle", "bitsandbytes"}, "`A` inherits from `Other`"),
        ("class A(made()):\n    x = 1\n", {"pp", "eagle3"}, "`A` inherits from `made()`"),
        ("from vllm.x import Y\nclass A(Y):\n    x = 1\n", {"pp", "eagle3"}, "`A` inherits from `Y`"),
        (
            "from .types import Y\nclass A(Y):\n    x = 1\n",
            {"pp"},
            "`A` inherits from `Y`",
        ),  # none of Python's
        ("from sglang.srt.gone import Y\nclass A(Y):\n    x = 1\n", {"pp"}, "`A` inherits from `Y`"),
        (
            A + "    def __getattr__(self, name): ...\n",
            {"eagle3", "lora"},
            "`A` hands on what it is asked for",
        ),
        (A + INIT + "        self.get_image_feature = f\n", {"image"}, "`self.get_image_feature` is set"),
    ],
)
def test_what_cannot_be_told_says_why(text: str, unsure: set[str], words: str, library: Make) -> None:
    (value,) = rows(library, {"m.py": HEAD + text + END}).values()
    assert unsure <= value["unsure"].keys()
    assert all(words in value["unsure"][name] for name in unsure)
    assert not unsure & {*value.get("has", ())}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"class A(Other):\n{FORWARD}", ["pp"]),  # the class itself comes first
        (f"class A(Other):\n{EAGLE3}", ["eagle", "eagle3"]),
        (A + "    def __getattr__(self, name): ...\n" + FORWARD + EAGLE3, ["eagle", "eagle3", "pp"]),
        (A + EAGLE3 + INIT + "        self.set_eagle3_layers_to_capture = f\n", ["eagle", "eagle3"]),
    ],
)
def test_a_doubt_about_something_else_takes_nothing_away(text: str, found: list[str], library: Make) -> None:
    (value,) = rows(library, {"m.py": HEAD + text + END}).values()
    assert value["has"] == found


def test_bases_are_followed_from_module_to_module(library: Make) -> None:
    files = {
        "a.py": f"{HEAD}from .b import B\nfrom sglang.srt.models import c\n\n\nclass A(B, c.C):\n    x = 1\n{END}",
        "b.py": "from sglang.srt.models.sub.d import D as B\n",
        "c.py": "import torch.nn as nn\nfrom sglang.srt.layers.mixin import Mixin\n\n\nclass C(Mixin): ...\n",
        "sub/__init__.py": "",
        f"{MODELS}/sub/d.py": f"from torch import nn\n\n\nclass D(nn.Module):\n{FORWARD}",
        "sglang/srt/layers/mixin.py": "from .deeper import Deep\n\n\nclass Mixin(Deep): ...\n",
        "sglang/srt/layers/deeper.py": f"class Deep:\n{EAGLE3}",
    }
    files = {
        f"{MODELS}/{name}" if not name.startswith("sglang/") else name: text for name, text in files.items()
    }
    assert rows(library, files) == {"A": has("eagle", "eagle3", "pp")}


def test_each_class_of_a_list_has_a_row_with_the_line_of_its_class(library: Make) -> None:
    text = f"{HEAD}class A(nn.Module):\n{FORWARD}\n\nclass B(A):\n{PLAIN}\n\nAlias = B\nEntryClass = [A, Alias]\n"
    source = library({**ASKS, f"{MODELS}/m.py": text})
    found = features_of(source, ENGINE.scan(source, ScanOptions()))
    assert {key: (fact.place.line, fact.value) for key, fact in found.items()} == {
        "A": (4, has("pp")),
        "B": (8, {}),
    }


def test_a_class_that_is_imported_has_the_line_of_its_class(library: Make) -> None:
    files = {
        f"{MODELS}/a.py": "from sglang.srt.models.b import B\n\nEntryClass = [B]\n",
        f"{MODELS}/b.py": f"{HEAD}class B(nn.Module):\n{FORWARD}",
    }
    source = library({**ASKS, **files})
    (fact,) = features_of(source, ENGINE.scan(source, ScanOptions())).values()
    assert (str(fact.place), fact.value) == (f"{MODELS}/b.py:4", has("pp"))


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (RUNNER, ASKS[RUNNER], ["pp"]),
        (RUNNER, "x = 'pp_proxy_tensors' in inspect.signature(m.forward).parameters\n", ["pp"]),
        (RUNNER, "def f(kwargs):\n    return 'pp_proxy_tensors' in kwargs\n", []),
        (RUNNER, "def f(self):\n    self.model.set_eagle3_layers_to_capture()\n", ["eagle3"]),
        (RUNNER, "def set_eagle3_layers_to_capture(self): ...\n", []),
        (SETUP, ASKS[SETUP], ["eagle3"]),
        (LOADER, ASKS[LOADER], ["bitsandbytes"]),
        (LOADER, "def load(model):\n    if not hasattr(model, 'bitsandbytes'):\n        raise E\n", []),
        (WORKER, ASKS[WORKER], ["eagle"]),
        (WORKER_V2, ASKS[WORKER], ["eagle"]),
        (SHARING, ASKS[WORKER], ["eagle"]),
        (LORA, "def f(m):\n    return hasattr(m, 'supported_lora_modules')\n", []),  # never decided
        ("sglang/srt/other.py", ASKS[RUNNER], []),
    ],
)
def test_a_release_decides_of_what_it_asks_for(path: str, text: str, found: list[str], library: Make) -> None:
    assert decided(library({path: text})) == found


@pytest.mark.parametrize(
    ("there", "read"), [(WORKERS, SHARING), ((WORKER, WORKER_V2), WORKER), ((WORKER_V2,), WORKER_V2)]
)
def test_of_the_workers_the_first_one_that_is_there_is_read(
    there: tuple[str, ...], read: str, library: Make
) -> None:
    assert asking(library(dict.fromkeys((RUNNER, *there), ""))) == (RUNNER, read)


def test_what_a_release_does_not_ask_for_is_not_stated(library: Make) -> None:
    body = "    supported_lora_modules = ['x']\n    def get_image_feature(self, items): ...\n"
    text = HEAD + A + FORWARD + EAGLE3 + body + END
    source = library({f"{MODELS}/m.py": text})
    (fact,) = features_of(source, ENGINE.scan(source, ScanOptions())).values()
    assert fact.value == has("image")


def test_the_facts_of_a_release_answer_yes_no_and_not_declared(library: Make) -> None:
    text = f"{HEAD}class A(nn.Module):\n{FORWARD}\n\nclass B(Other):\n{PLAIN}\nEntryClass = [A, B]\n"
    source = library({**ASKS, f"{MODELS}/m.py": text})
    inventory = ENGINE.scan(source, ScanOptions())
    facts: LoadFacts = ENGINE.load_facts(source, inventory)
    assert facts.rules["features"] == {"decided": ["bitsandbytes", "eagle", "eagle3", "pp"]}
    assert set(facts.tables[FEATURES]) == {"A", "B"}
    release = ReleaseFacts(engine="sglang", version="1", registered=inventory.by_name(), load=facts)
    asked = (("pp", "A"), ("pp", "B"), ("eagle3", "A"), ("eagle3", "B"), ("lora", "A"), ("image", "A"))
    answers = [feature_of(name, key, release).has for name, key in asked]
    assert answers == [True, False, False, None, None, None]
