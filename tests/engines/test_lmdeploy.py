"""LMDeploy: its maps and lists in the shapes of their years, and what nobody could tell without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

MAP = "lmdeploy/pytorch/models/module_map.py"
PYTORCH = "lmdeploy/pytorch/supported_models.py"
TURBOMIND = "lmdeploy/turbomind/supported_models.py"
NONE = {TURBOMIND: "SUPPORTED_ARCHS = dict()\n"}
PARTS = """
MODULE_MAP = {'transformers.models.llama.modeling_llama.LlamaAttention': 'lmdeploy.pytorch.models.llama.LlamaAttention'}
MODULE_MAP.update({'modeling_chatglm.ChatGLMForConditionalGeneration': 'lmdeploy.pytorch.models.chatglm2.Patched'})
"""
DEVICES = "ASCEND_MODULE_MAP = dict()\nDEVICE_SPECIAL_MODULE_MAP = dict(ascend=ASCEND_MODULE_MAP)\n"


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, each.groups, each.condition) for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MODULE_MAP = dict()", {}),
        ("MODULE_MAP = {'A': 'lmdeploy.pytorch.models.a.A'}", {"A": ("a.py", ("pytorch",), None)}),
        ("MODULE_MAP = dict()\nCUSTOM_MODULE_MAP = dict()\nCUSTOM_MODULE_MAP.update({'A': 'x.A'})", {}),
        (
            "P = 'lmdeploy.pytorch.models'\nMODULE_MAP = dict()\nMODULE_MAP.update({'A': f'{P}.sub.a.A'})",
            {"A": ("sub/a.py", ("pytorch",), None)},
        ),
        # The device's map is looked at for that device only, and only what no other map has is its own.
        (
            f"MODULE_MAP = dict()\n{DEVICES}ASCEND_MODULE_MAP.update({{'A': 'lmdeploy.pytorch.models.a.A'}})",
            {"A": ("a.py", ("pytorch",), "device is ascend")},
        ),
        (
            f"MODULE_MAP = {{'A': 'lmdeploy.pytorch.models.a.A'}}\n{DEVICES}ASCEND_MODULE_MAP.update({{'A': 'x.b.B'}})",
            {"A": ("a.py", ("pytorch",), None)},
        ),
    ],
)
def test_what_the_pytorch_engine_s_map_holds(scan: Scan, text: str, expected: dict[str, Any]) -> None:
    found = scan("lmdeploy", {MAP: text, **NONE})
    assert told(found) == expected
    assert odd(found) == []


def test_what_has_been_removed_is_turned_away_before_the_map_is_asked(scan: Scan) -> None:
    text = "MODULE_MAP = {'A': 'x.a.A', 'B': 'lmdeploy.pytorch.models.b.B'}\nREMOVED_MODEL_MAP = {'A': 'a', 'C': 'c'}"
    found = scan("lmdeploy", {MAP: text, **NONE})
    assert told(found) == {"B": ("b.py", ("pytorch",), None)}
    assert dict(found.facts) == {"removed": ("A a", "C c")}


def test_a_map_of_parts_registers_nothing_and_the_list_beside_it_does(scan: Scan) -> None:
    files = {
        MAP: PARTS,
        PYTORCH: "_SUPPORTED_ARCHS = dict(\n    ChatGLMModel=True,\n    QWenLMHeadModel=False,\n)\n",
        TURBOMIND: "_SUPPORTED_ARCHS = dict(ChatGLMModel=False, QWenLMHeadModel=True)\n",
    }
    found = scan("lmdeploy", files)
    assert told(found) == {
        "ChatGLMModel": ("pytorch/supported_models.py", ("pytorch",), None),
        "QWenLMHeadModel": ("turbomind/supported_models.py", ("turbomind",), None),
    }
    assert str(found.by_name()["ChatGLMModel"].place) == f"{PYTORCH}:2"


def test_a_map_of_architectures_wins_over_the_list_beside_it(scan: Scan) -> None:
    """As in 0.6.0 to 0.9.2.post1, where the list only chooses the words of a warning."""
    files = {
        MAP: "MODULE_MAP = {'ChatGLMForConditionalGeneration': 'lmdeploy.pytorch.models.chatglm2.C'}",
        PYTORCH: "_SUPPORTED_ARCHS = dict(ChatGLMModel=True)\n",
        TURBOMIND: "SUPPORTED_ARCHS = dict(ChatGLMModel='glm4')\n",
    }
    assert told(scan("lmdeploy", files)) == {
        "ChatGLMForConditionalGeneration": ("chatglm2.py", ("pytorch",), None),
        "ChatGLMModel": ("turbomind/supported_models.py", ("turbomind",), None),
    }


def test_the_pytorch_engine_s_class_stands_for_an_architecture_of_both(scan: Scan) -> None:
    files = {
        MAP: "MODULE_MAP = {\n    'A': 'lmdeploy.pytorch.models.b.B',\n}",
        TURBOMIND: "SUPPORTED_ARCHS = dict(A='llama')\n",
    }
    (found,) = scan("lmdeploy", files).registrations
    assert found.groups == ("pytorch", "turbomind")
    assert (found.class_name, found.defined_in, str(found.place)) == (
        "B",
        "lmdeploy.pytorch.models.b",
        f"{MAP}:2",
    )


def test_a_device_s_architecture_that_turbomind_runs_has_no_condition(scan: Scan) -> None:
    files = {
        MAP: f"MODULE_MAP = dict()\n{DEVICES}ASCEND_MODULE_MAP.update({{'A': 'lmdeploy.pytorch.models.a.A'}})",
        TURBOMIND: "SUPPORTED_ARCHS = dict(A='llama')\n",
    }
    assert told(scan("lmdeploy", files)) == {"A": ("a.py", ("pytorch", "turbomind"), None)}


@pytest.mark.parametrize(
    ("files", "names", "places"),
    [
        ({MAP: "MODULE_MAP = dict()\nMODULE_MAP.update(more())"}, [], [f"{MAP}:2"]),
        ({MAP: "MODULE_MAP = {name(): 'x.A', 'B': 'x.b.B'}"}, ["B"], [f"{MAP}:1"]),
        ({MAP: "MODULE_MAP = build()"}, [], [MAP]),
        ({MAP: "MODULE_MAP = {"}, [], [f"{MAP}:1"]),
        ({MAP: "MODULE_MAP = dict()\nREMOVED_MODEL_MAP = {name(): 'a'}"}, [], [f"{MAP}:2"]),
        ({MAP: "MODULE_MAP = dict()\nDEVICE_SPECIAL_MODULE_MAP = dict(\n    npu=more())"}, [], [f"{MAP}:3"]),
        ({TURBOMIND: "SUPPORTED_ARCHS = dict(\n    A='a',\n    B=flag(),\n)"}, ["A"], [f"{TURBOMIND}:3"]),
        ({TURBOMIND: "x = 1"}, [], [TURBOMIND]),
        ({MAP: "MODULE_MAP = dict()\nOTHER = dict()\nOTHER.update(more())"}, [], []),
        # A class that is not written out is no reason to doubt that the architecture is registered.
        ({MAP: "MODULE_MAP = {'A': path_of('A')}"}, ["A"], []),
    ],
)
def test_what_is_not_written_out_is_said(
    scan: Scan, files: dict[str, str], names: list[str], places: list[str]
) -> None:
    found = scan("lmdeploy", {MAP: "MODULE_MAP = dict()", **NONE, **files})
    assert list(told(found)) == names
    assert odd(found) == places


@pytest.mark.parametrize(
    "files", [{MAP: "MODULE_MAP = dict()"}, NONE, {"lmdeploy/model.py": ""}], ids=["map", "list", "neither"]
)
def test_what_has_not_both_engines_is_refused(scan: Scan, files: dict[str, str]) -> None:
    with pytest.raises(SourceError, match=r"before 0\.2\.5; name a newer one"):
        scan("lmdeploy", files)
