"""What a module shows of its classes: every sign, and beside it what only looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.core.python.module import Module
from archtrack.engines.sglang.signs import WORDS, class_signs
from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Callable

    from archtrack.model import Inventory

TEXT, EMBEDDING, MULTIMODAL = Category.TEXT, Category.EMBEDDING, Category.MULTIMODAL
INIT = "    def __init__(self):\n"
LOGITS = f"{INIT}        self.logits_processor = LogitsProcessor(config)\n"
POOLER = f"{INIT}        self.pooler = Pooler(pooling_type=LAST)\n"
SEES = "    def get_image_feature(self, items):\n        pass\n"


def signs_of(data: bytes) -> dict[str, Any]:
    return class_signs(Module(data, WORDS))


def body(text: str, header: str = "class A(nn.Module):") -> dict[str, Any]:
    return signs_of(f"import torch\n\n\n{header}\n{text}".encode())


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        (LOGITS, {"generates": 6}),
        ("    def forward(self, x):\n        return self.logits_processor(x)\n", {"generates": 6}),
        ("    def forward(self, x):\n        return LogitsProcessorOutput(x)\n", {}),
        (POOLER, {"pools": 6}),
        (f"{INIT}        if config.head:\n            self.pooler = Pooler()\n", {}),
        (f"{INIT}        self.classification_head = nn.Linear(a, b)\n", {"pools": 6}),
        ("    def forward(self, x):\n        return EmbeddingPoolerOutput(x)\n", {"pools": 6}),
        ("    def forward(self, x) -> EmbeddingPoolerOutput:\n        return x\n", {}),
        (SEES, {"sees": 5}),
        ("    def pad_input_ids(self, ids, inputs):\n        return ids\n", {"sees": 5}),
        ("    async def get_audio_feature(self, items):\n        pass\n", {"sees": 5}),
        ("    def get_video_feature(self, items):\n        pass\n", {"sees": 5}),
        ("    def get_text_feature(self, items):\n        pass\n", {}),
        ("    def run(self, x):\n        return self.model.get_image_feature(x)\n", {}),
        (f"{SEES}    def forward(\n        self, pixel_values\n    ):\n        x\n", {"sees": 5, "encodes": 7}),
        (f"{SEES}    def forward(self, input_ids, pixel_values):\n        pass\n", {"sees": 5}),
        ("    # LogitsProcessor(config)\n    x = 1\n", {}),
        ("    '''\n    def pad_input_ids(self):\n    '''\n", {}),
        ("    x = 1\n\n\ndef helper():\n    return LogitsProcessor(config)\n", {}),
        ("    x = " + "1 + " * 500 + "LogitsProcessor(config)\n", {}),
    ],
)  # fmt: skip
def test_a_sign_counts_where_it_is_code_of_the_class(text: str, signs: dict[str, int]) -> None:
    assert body(text) == ({"A": [4, [], signs]} if signs else {})


@pytest.mark.parametrize(
    ("header", "bases"),
    [
        ("class A(Base):", ["Base"]),
        ("class A(Mixin, nn.Module):", ["Mixin"]),
        ("class A(Mixin, models.Base, metaclass=Meta):", ["Mixin", "models.Base"]),
        ("class A(nn.Module):", None),
        ("class A:", None),
        ("class A(make(Base)):", None),
    ],
)
def test_bases_are_told_without_those_that_every_model_has(header: str, bases: list[str] | None) -> None:
    assert body("    pass\n", header) == ({"A": [4, bases, {}]} if bases else {})


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\xff\xfec\0", b"class A(Base):" * 200_000, "class Ä(Base):\n    pass\n".encode("latin-1")],
)
def test_bytes_that_are_no_module_show_nothing(data: bytes) -> None:
    assert not any(signs for *_, signs in signs_of(data).values())


MODULES = {
    "m.py": f"""\
class Tower(nn.Module):
{SEES}
    def forward(self, pixel_values):
        pass
class TowerModel(Tower):
    pass
class Words(nn.Module):
{LOGITS}
class Speaks(Words):
    pass
class Both(nn.Module):
{LOGITS}        self.pooler = Pooler()
class Embeds(Words):
{POOLER}
class Looks(nn.Module):
{SEES}
class LooksAndTalks(Looks, Words):
    pass
class LooksAndPools(Looks, Embeds):
    pass
class Talks(Listed):
{LOGITS}
class XDraftModel(nn.Module):
    pass
class Assistant(XDraftModel):
    pass
class Child(Parent):
    pass
class Loop(Loop):
    pass
class Odd(Nowhere, elsewhere.Words):
    pass
class Plain(nn.Module):
    pass
class Alias(Listed):
    pass
class Scores(Pooled):
    pass
""",
    "n.py": f"class Parent(nn.Module):\n{LOGITS}class Words(nn.Module):\n{SEES}",
}
REGISTERED = (
    "Speaks, Both, Embeds, Looks, LooksAndTalks, LooksAndPools, Talks, TowerModel, XDraftModel, Assistant, Child, Loop,"
    " Odd, Plain, Alias, Scores"
)
MODELS = "sglang/srt/models"
CONFIG = "sglang/srt/configs/model_config.py"
FILES = {
    f"{MODELS}/m.py": f"{MODULES['m.py']}EntryClass = [{REGISTERED}]\n",
    f"{MODELS}/n.py": f"{MODULES['n.py']}EntryClass = [Parent, Words]\n",
    f"{MODELS}/l.py": "class Listed: pass\nclass Pooled: pass\nEntryClass = [Listed, Pooled]\n",
    CONFIG: 'multimodal_model_archs = ["Listed"]\n_score_and_pool_archs = ["Pooled"]\n',
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Speaks", (TEXT, "m.py", "Words computes logits")),
        ("Words", (MULTIMODAL, "n.py", "Words takes images, video or audio")),
        ("Both", (TEXT, "m.py", "Both computes logits")),
        ("Embeds", (EMBEDDING, "m.py", "Embeds pools or scores")),
        ("Looks", (MULTIMODAL, "m.py", "Looks takes images, video or audio")),
        ("LooksAndTalks", (MULTIMODAL, "m.py", "Looks takes images, video or audio")),
        ("LooksAndPools", (EMBEDDING, "m.py", "Embeds pools or scores")),
        ("TowerModel", (EMBEDDING, "m.py", "Tower encodes images or audio")),
        ("Alias", (MULTIMODAL, None, f"Listed: {CONFIG}:1 multimodal_model_archs")),
        ("Talks", (MULTIMODAL, None, f"Listed: {CONFIG}:1 multimodal_model_archs")),
        ("Scores", (EMBEDDING, None, f"Pooled: {CONFIG}:2 is_score_and_pool_model")),
        ("XDraftModel", (TEXT, "m.py", "XDraftModel drafts")),
        ("Assistant", (TEXT, "m.py", "XDraftModel drafts")),
        ("Child", (TEXT, "n.py", "Parent computes logits")),
        ("Loop", None),
        ("Odd", None),
        ("Plain", None),
    ],
)
def test_a_class_shows_what_it_and_its_bases_do(
    name: str, expected: tuple[Category, str | None, str] | None, scan: Callable[..., Inventory]
) -> None:
    signs = scan(FILES).by_name()[name].signs
    if expected is None:
        assert (signs.category, signs.source) == (None, None)
        return
    category, file, words = expected
    assert signs.category is category
    if file is None:
        assert signs.source == words
        return
    place, _, told = (signs.source or "").partition(" ")
    path, _, line = place.partition(":")
    assert (path, told) == (f"{MODELS}/{file}", words)
    text = FILES[path].splitlines()[int(line) - 1]
    shown = ("self.pooler = ", "LogitsProcessor(", "class XDraftModel", "get_image_feature", "pixel_values")
    assert any(word in text for word in shown)


def test_a_chain_of_any_depth_ends(scan: Callable[..., Inventory]) -> None:
    text = "".join(f"class C{at}(C{at + 1}):\n    pass\n" for at in range(5_000))
    found = scan({f"{MODELS}/m.py": f"{text}EntryClass = C0\n"})
    assert found.by_name()["C0"].signs.category is None
