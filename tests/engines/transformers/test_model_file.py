"""The facts of one file: what importing it would give, where every optional backend is installed, or nothing."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archtrack.core.matrix.repositories import is_repository
from archtrack.engines.transformers.auto_tables import all_classes_by_type, auto_tables
from archtrack.engines.transformers.exports import exported_names, import_structure
from archtrack.engines.transformers.importable_names import bound_names
from archtrack.engines.transformers.model_file import (
    ATTENTION,
    GATE,
    configuration_facts,
    gate_facts,
    model_facts,
)

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
        "class Y(B):\n    x = _supports_attention_backend = True\n    config_class: type = XConfig\n",
        "class Y(B):\n    _supports_attention_backend: bool\n    config_class = None\n",
        "class Y(B):\n    if yes:\n        _supports_attention_backend = True\n",
        "class Z(Undefined):\n    pass\n",
        "class Z(make()):\n    def is_backend_compatible(cls): return True\n",
        "class W(B):\n    @classmethod\n    def is_backend_compatible(cls):\n        return cls.x\n",
        "@auto_docstring(checkpoint='a/b')\nclass V(B):\n    config: 'XConfig'\n",
        "@auto_docstring(\n    intro='''\n    checkpoint='c/d' ''',\n    checkpoint='a/b',\n)\nclass V(B): pass\n",
        "@auto_docstring\ndef f(\n    config: XConfig\n): pass\n",
        "XModel._supports_attention_backend = False\n",
        "Other._supports_attention_backend = Y._supports_attention_backend = False\n",
        "setattr(XModel, '_supports_attention_backend', True)\n",
        "for each in (Y,):\n    Y._supports_attention_backend = True\n",
        "Alias = XModel\n",
        "XModel = XModel\n",
        "XModel = decorated(XModel)\n",
        "for XModel in (Y,): pass\n",
        "Alias, made = XModel, Y\n",
        "_CHECKPOINT_FOR_DOC = 'x/y'\n",
        "_CHECKPOINT_FOR_DOC = 'x/' 'y'\n",
        "if yes:\n    import torch\n    from torch import nn\n",
        "if yes:\n    class XModel(PreTrainedModel): pass\n",
        (
            "if not yes:\n    class XModel: _supports_attention_backend = True\n"
            "else:\n    class XModel(PreTrainedModel): pass\n"
        ),
        "if yes:\n    XModel._supports_attention_backend = True\nelse:\n    Y._supports_attention_backend = True\n",
        "try:\n    from .there import B\nexcept ImportError:\n    B = object\n",
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
NAMES = ("PreTrainedModel", "B", "XConfig", "Undefined", "XPreTrainedModel", "XModel", "Y", "Other")


class _Other(type):
    """A module, or a class, of another file."""

    def __getattr__(cls, name: str) -> type:
        if name.startswith("_"):
            raise AttributeError(name)
        return _other(name)


def _other(name: str, *_: object) -> type:
    return _Other(name, (), {})


def _run(text: str) -> dict[str, Any]:
    """The names of a file at its end, run among classes that are made up."""
    names: dict[str, Any] = {name: type(name, (), {}) for name in NAMES}
    names |= {
        "__name__": "x",
        "__builtins__": {**vars(builtins), "__import__": _other},
        "M": type,
        "nn": _other("nn"),
        "yes": True,
        "make": lambda: type("Made", (), {}),
        "decorated": lambda cls: type(cls.__name__, (cls,), {"decorated": True}),
        "requires": lambda **_: lambda cls: cls,
        "auto_docstring": lambda made=None, **_: made if made is not None else lambda cls: cls,
    }
    exec(text, names)  # noqa: S102 -- the pieces above
    return names


@given(FILES)
def test_what_is_read_is_what_running_the_file_gives_or_it_is_not_known(text: str) -> None:
    facts = model_facts(text.encode())
    names = _run(text)
    assert facts["problem"] is None
    for name, found in facts["classes"].items():
        own = vars(names[name])
        assert names[name].__name__ == name
        assert "decorated" not in own
        assert (found["gate"] is not None) is (GATE in own)
        if facts["patched"]:  # it may be one of these, under another name
            pass
        elif found["attention"] is None:
            assert ATTENTION not in own
        elif found["attention"][0] is not None:
            assert own[ATTENTION] is found["attention"][0]
        if "config_class" in own:
            assert found["config"] == getattr(own["config_class"], "__name__", None)
    public = {name for name in facts["exports"] if isinstance(names.get(name), type)} - {*NAMES}
    assert public <= {*facts["classes"], *facts["aliases"], *facts["imports"], *facts["unclear"]}
    assert (facts["checkpoint"] or [None])[0] == names.get("_CHECKPOINT_FOR_DOC")


@given(
    st.binary(max_size=80)
    | FILES.map(lambda text: text.replace(":", "", 1).encode())
    | st.text(max_size=60).map(str.encode)
)
def test_any_bytes_give_facts(data: bytes) -> None:
    facts = model_facts(data)
    assert set(facts) == set(model_facts(b""))
    if facts["problem"] is not None:
        assert facts == {**model_facts(b""), "problem": facts["problem"]}
        assert facts["problem"][1] > 0
    for read in (configuration_facts, gate_facts, bound_names, exported_names, import_structure):
        read(data)
    assert set(auto_tables(data)) >= set(all_classes_by_type(data))


HEAD = "class A(P):\n    x = 1\n"
YES = "    _supports_attention_backend = True\n"


@pytest.mark.parametrize(
    ("text", "attention"),
    [
        (HEAD, None),
        (HEAD + YES, [True, 3]),
        (HEAD + "    y, _supports_attention_backend = 1, True\n", [None, 3]),
        (HEAD + "    if y:\n    " + YES, [None, 3]),
        (HEAD + "    def f(self):\n    " + YES, None),
        # of two classes the one that counts may depend on the machine
        (HEAD + "if y:\n    class A(P):\n    " + YES, [None, 4]),
        (HEAD + "if y:\n    class A(Q):\n        pass\n", [None, 4]),
        (HEAD + "if y:\n    class A(P):\n        pass\n", None),
        (HEAD + "A = None\nif y:\n    class A(P):\n    " + YES, [True, 6]),
        (HEAD + "class A(Q):\n" + YES, [True, 4]),
        # set from outside
        (HEAD + "A._supports_attention_backend = True\n", [True, 3]),
        (HEAD + "A._supports_attention_backend = y\n", [None, 3]),
        (HEAD + "del A._supports_attention_backend\n", [None, 3]),
        (HEAD + "print(setattr(A, '_supports_attention_backend', True))\n", [True, 3]),
        (HEAD + "if y:\n    setattr(A, '_supports_attention_backend', True)\n", [None, 4]),
        (HEAD + "for B in y:\n    A._supports_attention_backend = True\n", [None, 4]),
        (HEAD + "def f():\n    A._supports_attention_backend = True\n", None),
        ("A._supports_attention_backend = True\n" + HEAD, None),
    ],
)
def test_what_a_class_says_of_the_attribute(text: str, attention: list[Any] | None) -> None:
    assert model_facts(text.encode())["classes"]["A"]["attention"] == attention


@pytest.mark.parametrize(
    ("text", "unclear"),
    [
        ("A = make()\n", {"A": 1}),
        ("A = B if x else C\n", {"A": 1}),
        ("A = A\n", {"A": 1}),
        ("A, b = x\n", {"A": 1}),
        ("A = 1\ndel A\n", {"A": 2}),
        ("A = B\n", {}),
        ("A = [1]\n", {}),
        ("A = make()\nclass A: pass\n", {}),
        ("class A: pass\nA = make(A)\n", {"A": 2}),
        ("a = make()\n", {}),
    ],
)
def test_public_names_whose_class_cannot_be_told(text: str, unclear: dict[str, int]) -> None:
    assert model_facts((text + "__all__ = ['A']\n").encode())["unclear"] == unclear


@pytest.mark.parametrize(
    ("text", "checkpoints"),
    [
        ("@auto_docstring(checkpoint='a/b')\nclass A: pass\n", {"A": ["a/b", 1]}),
        ("@other\n@auto_docstring(\n    checkpoint='a/b'\n)\nclass A: pass\n", {"A": ["a/b", 3]}),
        ("@auto_docstring(checkpoint='a/b')\ndef f(): pass\nclass A: pass\n", {}),
        ("@auto_docstring(checkpoint=x)\nclass A: pass\n", {}),
        ("@auto_docstring\n@other(checkpoint='a/b')\nclass A: pass\n", {}),
        ("# @auto_docstring(checkpoint='a/b')\nclass A: pass\n", {}),
    ],
)
def test_the_checkpoints_that_configurations_declare(text: str, checkpoints: dict[str, list[Any]]) -> None:
    facts = configuration_facts((text + "__all__ = ['A']\n").encode())
    assert (facts["checkpoints"], facts["exports"]) == (checkpoints, ["A"])


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


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("input_modalities = ('image', 'text')", ["image", "text"]),
        ("input_modalities = ['image']", ["image"]),
        ("input_modalities = 'audio'", ["audio"]),
        ("input_modalities: str | list[str] = 'text'", ["text"]),
        ("input_modalities = ('image', OTHER)", []),
        ("input_modalities = made()", []),
        ("input_modalities = ('image', '')", []),
        ("output_modalities = ('audio',)", None),
        ("pass", None),
    ],
)
def test_what_a_class_takes_is_what_it_sets_itself(statement: str, expected: list[str] | None) -> None:
    facts = model_facts(f"class X(PreTrainedModel):\n    {statement}\n".encode())
    assert facts["classes"]["X"]["inputs"] == expected
