"""Whether attention can be set: every form that the method of a release has had, and modules on both sides of it."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.engines.transformers.attention_gate import rule_of, settable

HEAD = """
class PreTrainedModel:
    @classmethod
    def _can_set_attn_implementation(cls) -> bool:
        '''The texts "a" in code and "b" in code are what counts.'''
"""
OPENED = """        class_file = sys.modules[cls.__module__].__file__
        with open(class_file, "r") as f:
            code = f.read()
"""
OLD_TEXTS = ["eager_attention_forward", "ALL_ATTENTION_FUNCTIONS[self.config._attn_implementation]"]
BOTH = '"eager_attention_forward" in code and "ALL_ATTENTION_FUNCTIONS[self.config._attn_implementation]" in code'
INTERFACE = '"ALL_ATTENTION_FUNCTIONS.get_interface(" in code'
OLD_PATTERN = [r"class \w+Attention\(nn.Module\)", False]
NEW_PATTERN = [r"^class \w*Attention\w*\(nn\.Module\):", True]
OLD_SEARCH = r'        if re.search(r"class \w+Attention\(nn.Module\)", code):' + "\n"
NEW_SEARCH = r'        if re.search(r"^class \w*Attention\w*\(nn\.Module\):", code, re.MULTILINE):' + "\n"

V4_54 = HEAD + OPENED + f"        return ({BOTH})\n"
V4_56 = HEAD + OPENED + OLD_SEARCH + f"            return ({BOTH})\n        else:\n            return True\n"
V5_13 = HEAD + (
    "        if class_module is None:\n            return False\n        try:\n            code = read()\n"
    f"        except OSError:\n            return False\n{NEW_SEARCH}            return {INTERFACE}\n"
    "        return True\n"
)
V5_20 = HEAD + (
    '        cached = getattr(cls, "_kept", None)\n        if isinstance(cached, bool):\n            return cached\n'
    f"        code = read()\n{NEW_SEARCH}            can_set = {INTERFACE}\n        else:\n            can_set = True\n"
    "        cls._kept = can_set\n        return cls._kept\n"
)


@pytest.mark.parametrize(
    ("text", "texts", "pattern"),
    [
        (V4_54, OLD_TEXTS, None),
        (V4_56, OLD_TEXTS, OLD_PATTERN),
        (V5_13, ["ALL_ATTENTION_FUNCTIONS.get_interface("], NEW_PATTERN),
        (V5_20, ["ALL_ATTENTION_FUNCTIONS.get_interface("], NEW_PATTERN),
        (V4_56.replace("return True", "return False"), None, None),
        (V4_56.replace(r"\w+Attention", r"(\w+)+Attention"), None, None),
        (V4_56.replace(", code)", ", code, re.DOTALL)"), None, None),
        (HEAD + "        return ask(cls)\n", None, None),
        (V4_54.replace(" and ", " or "), None, None),
    ],
)
def test_the_forms_of_the_method(text: str, texts: list[str] | None, pattern: list[Any] | None) -> None:
    found = rule_of(text.encode())
    assert found == {"texts": texts, "pattern": pattern, "line": 4}


@pytest.mark.parametrize("text", ["", "class PreTrainedModel:\n    x = 1\n", "def f(:\n"])
def test_releases_without_the_method(text: str) -> None:
    assert rule_of(text.encode()) is None


INSIDE = "eager_attention_forward ALL_ATTENTION_FUNCTIONS[self.config._attn_implementation]"
OLD = {"texts": OLD_TEXTS, "pattern": OLD_PATTERN}
NEW = {"texts": ["ALL_ATTENTION_FUNCTIONS.get_interface("], "pattern": NEW_PATTERN}
ALWAYS = {"texts": OLD_TEXTS, "pattern": None}


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        (ALWAYS, f"# {INSIDE}\n", True),
        (ALWAYS, "# eager_attention_forward\n", False),
        (ALWAYS, "class A: pass\n", False),
        (OLD, "class A: pass\n", True),
        (OLD, "class XAttention(nn.Module):\n    pass\n", False),
        (OLD, f"class XAttention(nn.Module):\n    '''{INSIDE}'''\n", True),
        (OLD, "class Attention(nn.Module):\n    pass\n", True),
        (OLD, "class XAttentions(nn.Module):\n    pass\n", True),
        (OLD, "class XAttention(Module):\n    pass\n", True),
        (OLD, "# like class XAttention(nn_Module)\n", False),
        (NEW, "class Attention(nn.Module):\n    pass\n", False),
        (NEW, "class XAttentions(nn.Module):\r\n    pass\n", False),
        (NEW, "  class XAttention(nn.Module):\n    pass\n", True),
        (NEW, "class XAttention(nn.Module, A):\n    pass\n", True),
        (NEW, "class A(nn.Module): # ALL_ATTENTION_FUNCTIONS.get_interface(\n    pass\n", True),
        (NEW, "class XAttention(nn.Module):\n    f = ALL_ATTENTION_FUNCTIONS.get_interface(x)\n", True),
        ({"texts": None, "pattern": None}, f"# {INSIDE}\n", None),
        (None, f"# {INSIDE}\n", None),
    ],
)
def test_what_the_method_says_of_a_module(
    *, rule: dict[str, Any] | None, text: str, expected: bool | None
) -> None:
    assert settable(text.encode(), rule) is expected
