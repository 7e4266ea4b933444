from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.auto_tables import auto_tables
from archtrack.core.exports import exported_names
from archtrack.core.import_structure import import_structure
from archtrack.core.model_code import by_outline, by_tree, model_facts
from archtrack.core.outline import outline
from archtrack.core.repositories import is_repository

PIECES = st.sampled_from(
    [
        "from ...modeling_utils import PreTrainedModel\n",
        "from ..y.modeling_y import (YModel, # )\n    Base as B,\n)\n",
        "import torch.nn as nn\n",
        "class XPreTrainedModel(PreTrainedModel):\n    config: XConfig\n    _supports_attention_backend = True\n",
        "class XModel(XPreTrainedModel):\n    pass\n",
        (
            "class XModel(XPreTrainedModel):\n    '''\n    _supports_attention_backend = False\n    '''\n"
            "    config_class = XConfig\n"
        ),
        "class Y(B, nn.Module, metaclass=M):\n    _supports_attention_backend: bool = False  # no\n",
        "class Z(Undefined):\n    pass\n",
        "class Z(make()):\n    def is_backend_compatible(cls): return True\n",
        "class W(B):\n    @classmethod\n    def is_backend_compatible(cls):\n        return cls.x\n",
        "@auto_docstring(checkpoint='a/b')\nclass V(B):\n    config: 'XConfig'\n",
        "@auto_docstring(\n    intro='''\n    checkpoint='c/d' ''',\n    checkpoint='a/b',\n)\nclass V(B): pass\n",
        "@auto_docstring\ndef f(\n    config: XConfig\n): pass\n",
        "XModel._supports_attention_backend = False\n",
        "Other._supports_attention_backend = False\n",
        "setattr(XModel, '_supports_attention_backend', True)\n",
        "Alias = XModel\n",
        "XModel = decorated(XModel)\n",
        "_CHECKPOINT_FOR_DOC = 'x/y'\n",
        "_CHECKPOINT_FOR_DOC = 'x/' 'y'\n",
        "if is_torch_available():\n    import torch\n    from torch import nn\n",
        "if is_torch_available():\n    class XModel(PreTrainedModel): pass\n",
        "try:\n    from .gone import B\nexcept ImportError:\n    B = object\n",
        "x = 'class Q(PreTrainedModel): _supports_attention_backend = 1'\n",
        "'''\nclass Q(PreTrainedModel):\n    _supports_attention_backend = True\n'''\n",
        "# class Q: '''\n",
        "y = dict(\n_supports_attention_backend=True,\nXModel=1\n)\n",
        "__all__ = ['XModel', 'Alias', 'V', 'made']\n",
        "__all__ = [\n    'XModel',\n    'Y',\n]\n",
        "made = make()\n",
        "@requires(backends=('torch',))\nclass Req(B): pass\n",
    ]
)
FILES = st.lists(PIECES, max_size=9).map(lambda pieces: "".join(pieces) + "class End: pass\n")


@given(FILES)
def test_lines_alone_tell_what_a_parse_tells_or_nothing(text: str) -> None:
    whole = by_tree(text.encode())
    read = outline(text.encode())
    facts = by_outline(read) if read is not None else None
    if facts is not None:
        assert facts == whole
    assert model_facts(text.encode()) == whole


@given(
    st.binary(max_size=80)
    | FILES.map(lambda text: text.replace(":", "", 1).encode())
    | st.text(max_size=60).map(str.encode)
)
def test_any_bytes_give_facts(data: bytes) -> None:
    facts = model_facts(data)
    assert set(facts) == set(by_tree(b""))
    if facts["problem"] is not None:
        assert facts["problem"][1] > 0
    exported_names(b"\n" + data)
    auto_tables(data)
    import_structure(data)


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ('_import_structure = {"a": ["A"], "b": []}\n', {"a": ["A"], "b": []}),
        ('_import_structure: dict = {"a": ["A"] + ["B"]}\n', {"a": ["A", "B"]}),
        ('_import_structure["a"] = ["A", "B"]\n', {"a": ["A", "B"]}),
        ('if x:\n    _import_structure["a"] += ["A"]\n', {"a": ["A"]}),
        ('try: pass\nexcept E: pass\nelse:\n    _import_structure["a"].extend(("A",))\n', {"a": ["A"]}),
        ('_import_structure["a"].append("A")\n', {"a": ["A"]}),
        ('_import_structure["a"] = [name for name in x]\n', {"a": []}),
        ('other = {"a": ["A"]}\nother["a"] = ["A"]\n', {}),
        ("_import_structure[x] = ['A']\n", {}),
    ],
)
def test_an_import_structure_is_read_with_every_branch(text: str, structure: dict[str, list[str]]) -> None:
    found = import_structure(text.encode())
    assert (found["structure"], found["scans_models"], found["problem"]) == (structure, False, None)


def test_a_package_that_scans_its_models_says_so() -> None:
    assert import_structure(b'define_import_structure(Path(__file__).parent / "models")\n')["scans_models"]
    assert not import_structure(b'define_import_structure(Path(__file__).parent / "other")\n')["scans_models"]
    assert import_structure(b"x = = 1\n")["problem"] == ["cannot be parsed: invalid syntax", 1]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("meta-llama/Llama-2-7b-hf", True),
        ("a/b", True),
        ("a.b/c_d-1.5", True),
        ("gpt2", False),
        ("a/b/c", False),
        ("<org>/<name>", False),
        ("/b", False),
        ("a/", False),
        ("a/b c", False),
        ("a/b\n", False),
        ("a/|b", False),
        ("ä/b", False),
        ("", False),
    ],
)
def test_a_repository_has_an_owner_and_a_name(text: str, *, is_one: bool) -> None:
    assert is_repository(text) is is_one
