"""What a module shows of its classes: every sign, and beside it what only looks like one."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.core.module_signs import Listed, class_signs, shown_by
from archtrack.model import Category

TEXT, EMBEDDING, MULTIMODAL = Category.TEXT, Category.EMBEDDING, Category.MULTIMODAL
INIT = "    def __init__(self):\n"
LOGITS = f"{INIT}        self.logits_processor = LogitsProcessor(config)\n"
POOLER = f"{INIT}        self.pooler = Pooler(pooling_type=LAST)\n"
SEES = "    def get_image_feature(self, items):\n        pass\n"


def body(text: str, header: str = "class A(nn.Module):") -> dict[str, Any]:
    return class_signs(f"import torch\n\n\n{header}\n{text}".encode())


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
        ('    """Pools.\n\n    LogitsProcessor(config)\n    """\n', {}),
        ('    """Pools."""\n' + LOGITS, {"generates": 7}),
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
        (
            "class A(\n    Mixin,  # no base\n    models.Base,\n    metaclass=Meta,\n):",
            ["Mixin", "models.Base"],
        ),
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
    assert not any(signs for *_, signs in class_signs(data).values())


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    text = f"class A(Base):\n{LOGITS}".encode()
    assert class_signs(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")) == class_signs(text)


def test_many_signs_in_a_text_that_never_ends_are_read_in_one_go() -> None:
    text = 'class A(Base):\n    """\n' + "    LogitsProcessor(\n" * 40_000
    assert class_signs(text.encode()) == {"A": [1, ["Base"], {}]}


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
FACTS = {path: class_signs(text.encode()) for path, text in MODULES.items()}
REGISTERED = {
    "Parent": Listed(path="n.py"),
    "Words": Listed(path="n.py"),
    "Listed": Listed(path="l.py", category=MULTIMODAL, source="list:9"),
    "Pooled": Listed(path="l.py", category=EMBEDDING, source="list:8"),
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Words", (TEXT, "Words computes logits")),
        ("Both", (TEXT, "Both computes logits")),
        ("Embeds", (EMBEDDING, "Embeds pools or scores")),
        ("Looks", (MULTIMODAL, "Looks takes images, video or audio")),
        ("LooksAndTalks", (MULTIMODAL, "Looks takes images, video or audio")),
        ("LooksAndPools", (EMBEDDING, "Embeds pools or scores")),
        ("TowerModel", (EMBEDDING, "Tower encodes images or audio")),
        ("Alias", (MULTIMODAL, "Listed: list:9")),
        ("Talks", (MULTIMODAL, "Listed: list:9")),
        ("Scores", (EMBEDDING, "Pooled: list:8")),
        ("XDraftModel", (TEXT, "XDraftModel drafts")),
        ("Assistant", (TEXT, "XDraftModel drafts")),
        ("Child", (TEXT, "Parent computes logits")),
        ("Loop", None),
        ("Odd", None),
        ("Plain", None),
        ("Absent", None),
    ],
)
def test_a_class_shows_what_it_and_its_bases_do(name: str, expected: tuple[Category, str] | None) -> None:
    found = shown_by(name, "m.py", lambda path: FACTS.get(path, {}), REGISTERED)
    if expected is None or found is None:
        assert found == expected
        return
    place, _, words = found[1].partition(" ")
    assert (found[0], words if place.startswith(("m.py:", "n.py:")) else found[1]) == expected


def test_the_place_is_the_line_that_shows_it() -> None:
    for name, path in (("Embeds", "m.py"), ("Child", "m.py"), ("XDraftModel", "m.py")):
        found = shown_by(name, path, lambda path: FACTS.get(path, {}), REGISTERED)
        assert found is not None
        file, _, line = found[1].partition(" ")[0].partition(":")
        text = MODULES[file].splitlines()[int(line) - 1]
        assert any(word in text for word in ("self.pooler = ", "LogitsProcessor(", "class XDraftModel"))


def test_a_chain_of_any_depth_ends() -> None:
    text = "".join(f"class C{at}(C{at + 1}):\n    pass\n" for at in range(5000))
    facts = class_signs(text.encode())
    assert len(facts) == 5000
    assert shown_by("C0", "m.py", lambda _path: facts, {}) is None
