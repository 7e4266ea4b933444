"""What is read of what an engine makes of a config's architectures while it loads the config."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.engines.sglang.config_rules import class_rules, config_rules

GET_CONFIG = b"""\
from .common import is_reader


def _set_architectures(config, name):
    config.update({"architectures": [name]})


def _apply_reader(config):
    _set_architectures(config, "ReaderForCausalLM")


def _load_raw(model):
    config_dict = load(model)
    if config_dict.get("model_type") or config_dict.get("architectures"):
        return None
    if "d_model" not in config_dict or "ssm_cfg" not in config_dict:
        return None
    return RawConfig(hidden_size=1, architectures=["RawForCausalLM"])


def is_second_reader(config):
    auto_map = getattr(config, "auto_map", None) or {}
    return auto_map.get("AutoModel") == "modeling_second.SecondReader"


def get_config(model):
    config = _load_raw(model)
    if config.architectures in [["OldCausalLM"], ["LongForCausalLM"]]:
        config.model_type = "long"
    first = is_reader(config)
    if first:
        config.update({"architectures": ["ReaderForCausalLM"]})
    elif config.model_type in REGISTRY:
        if is_reader(config) or is_second_reader(config):
            _apply_reader(config)
    if config.model_type == "many_parts":
        _set_architectures(config, "ManyParts")
    if config.model_type == "long":
        config.update({"architectures": ["LongForCausalLM"]})
    if config.model_type != "other":
        _set_architectures(config, "NotThisOne")
    if config.model_type == "computed":
        _set_architectures(config, NAMES[config.model_type])
    return config
"""


def test_get_config_is_read_rule_by_rule() -> None:
    found = config_rules(GET_CONFIG)
    assert found["remote"] == {"is_second_reader": "modeling_second.SecondReader"}
    assert found["rules"] == [
        {"to": "RawForCausalLM", "line": 18, "keys": ["d_model", "ssm_cfg"], "missing": True},
        {"to": "ReaderForCausalLM", "line": 32, "remote": ["is_reader"]},
        {"to": "ReaderForCausalLM", "line": 9, "remote": ["is_reader", "is_second_reader"]},
        {"to": "ManyParts", "line": 37, "model_type": "many_parts"},
        {"to": "LongForCausalLM", "line": 39, "model_type": "long"},
        {"to": "LongForCausalLM", "line": 39, "of": ["OldCausalLM", "LongForCausalLM"], "alone": True},
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"def get_config(",
        b"def get_config(model):\n    if model == 'a':\n        return 'b'\n",
        b"'''if config.model_type == 'a':\n    _set_architectures(config, 'B')\n'''\n",
        b"def raw():\n    if 'a' not in x:\n        return None\n    return C(architectures=['D'])\n",
        b"def raw(x):\n    if x.get('architectures'):\n        return None\n    return C(architectures=['D'])\n",
        b"if first and is_reader(config):\n    config.update({'architectures': ['A']})\n",
    ],
)
def test_what_is_no_such_rule_gives_none(text: bytes) -> None:
    assert config_rules(text) == {"rules": [], "remote": {}}


def test_a_reference_may_be_asked_for_in_a_function_of_another_module() -> None:
    text = b"def is_reader(config):\n    return config.auto_map.get('AutoModel') == 'modeling.Reader'\n"
    assert config_rules(text) == {"rules": [], "remote": {"is_reader": "modeling.Reader"}}
    assert config_rules(text.replace(b"'AutoModel'", b"'AutoConfig'"))["remote"] == {}


HEAD = "class OwnConfig(PretrainedConfig):\n    model_type = 'own'\n\n    def __init__(self, **kwargs):\n"
ELIF_NAMED = """\
        elif 'B' in kwargs['architectures']:
            kwargs['architectures'].remove('B')
            kwargs['architectures'].append('A')
"""
NORMALIZE = """\
def normalize(values):
    if values.get('architectures') == ['B']:
        values['architectures'] = ['A']
"""
ELSE = "        else:\n            self.architectures = ['A']\n"
PLAIN = "class Plain:\n    def __init__(self):\n        pass\n"
LAST = "class Last(Further):\n    model_type = 'last'\n    def setup(self):\n        pass\n"
OTHER = HEAD.replace("OwnConfig", "OtherConfig").replace("own", "two")
TWICE = f"{HEAD}        super().__init__(**normalize(kwargs))\n{OTHER}        normalize(kwargs)\n"
OUTER = "def outer(values):\n    return normalize(values)\n"
WRITES = f"{HEAD}        self.architectures = ['A']\n"
FURTHER = "class Further(OwnConfig):\n    model_type = 'further'\n"
IF_MISSING = "        if 'architectures' not in kwargs:\n            kwargs['architectures'] = ['A']\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("        self.architectures = ['A']\n", [{"to": "A", "line": 5}]),
        ("        kwargs['architectures'] = ['A']\n", [{"to": "A", "line": 5}]),
        ("        kwargs.setdefault('architectures', ['A'])\n", [{"to": "A", "line": 5, "missing": True}]),
        (IF_MISSING, [{"to": "A", "line": 6, "missing": True}]),
        (
            "        if getattr(self, 'architectures', None) is None:\n            self.architectures = ['A']\n",
            [{"to": "A", "line": 6, "missing": True}],
        ),
        (
            f"{IF_MISSING}{ELIF_NAMED}",
            [{"to": "A", "line": 6, "missing": True}, {"to": "A", "line": 9, "of": ["B"]}],
        ),
        (
            "        if kwargs.get('architectures') == ['B']:\n            kwargs['architectures'] = ['A']\n",
            [{"to": "A", "line": 6, "of": ["B"], "alone": True}],
        ),
        (
            "        if kwargs.get('architectures') == ['B', 'C']:\n            self.architectures = ['A']\n",
            [],
        ),
        # what says nothing of this config, or nothing that can be told
        (f"        if 'B' in self.architectures:\n            pass\n{ELSE}", []),
        ("        if kwargs:\n            self.architectures = ['A']\n", []),
        ("        kwargs['architectures'].append('A')\n", []),
        ("        self.text_config.architectures = ['A']\n", []),
        ("        self.architectures = names\n", []),
        ("        kwargs.setdefault('architectures')\n", []),
    ],
)
def test_a_class_that_writes_architectures_gives_a_rule_for_its_model_type(
    body: str, expected: list[dict[str, Any]]
) -> None:
    assert class_rules((HEAD + body).encode()) == [{"model_type": "own", **rule} for rule in expected]
    assert class_rules((HEAD.replace("model_type", "kind") + body).encode()) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("class Broken(  # architectures", []),
        ("class A:\n    model_type = 'a'\n    architectures = ['A']\n", []),
        # A function that no class calls may be handed anything.
        (NORMALIZE, []),
        (
            f"{NORMALIZE}{HEAD}        kwargs = normalize(kwargs)\n        normalize(kwargs)\n",
            [{"model_type": "own", "to": "A", "line": 3, "of": ["B"], "alone": True}],
        ),
        (
            f"{TWICE}{NORMALIZE}",
            [
                {"model_type": "own", "to": "A", "line": 13, "of": ["B"], "alone": True},
                {"model_type": "two", "to": "A", "line": 13, "of": ["B"], "alone": True},
            ],
        ),
        (
            "class A:\n    model_type: str = 'a'\n\n    def __post_init__(self):\n        self.architectures = ['A']\n",
            [{"model_type": "a", "to": "A", "line": 5}],
        ),
    ],
)
def test_a_function_gives_rules_for_the_classes_that_call_it(text: str, expected: list[Any]) -> None:
    assert class_rules(text.encode()) == expected


OF = {"of": ["B"], "alone": True}
OWN = {"model_type": "own", "to": "A", "line": 5}
AFTER = {**OWN, "model_type": "further"}
UNRELATED = FURTHER.replace("(OwnConfig)", "(Elsewhere)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a function by way of another one
        (f"{NORMALIZE}{OUTER}{HEAD}        outer(kwargs)\n", [{"model_type": "own", "to": "A", "line": 3, **OF}]),
        (f"{NORMALIZE}{OUTER}", []),
        # a method that is another class's
        (f"{WRITES}{FURTHER}", [OWN, AFTER]),
        (f"{WRITES}{UNRELATED}", [OWN]),
        (f"{WRITES}{UNRELATED}    __init__ = OwnConfig.__init__\n", [OWN, AFTER]),
        (
            f"{NORMALIZE}{HEAD}        normalize(kwargs)\n{FURTHER}    __init__ = OwnConfig.__init__\n",
            [{**OWN, "line": 3, **OF}, {**AFTER, "line": 3, **OF}],
        ),
        (f"{WRITES}{FURTHER}    def __init__(self):\n        super().__init__()\n", [OWN]),
        (f"{WRITES}{FURTHER.replace('(OwnConfig)', '(Elsewhere, OwnConfig)')}", [OWN]),
        (f"{WRITES}{PLAIN}{FURTHER.replace('(OwnConfig)', '(Plain, OwnConfig)')}", [OWN]),
        (f"{WRITES}{UNRELATED}    setup = OwnConfig.__init__\n{LAST}", [OWN, AFTER]),
        # a function that is handed a part of it
        (f"{NORMALIZE}{HEAD}        self.text = normalize(kwargs['text'])\n", []),
        (f"{NORMALIZE}{HEAD}        normalize(**kwargs)\n", [{**OWN, "line": 3, **OF}]),
        (f"{NORMALIZE}{OUTER.replace('normalize(values)', 'normalize(values.text)')}{HEAD}        outer(kwargs)\n", []),
        # a circle is no class
        (f"{WRITES.replace('PretrainedConfig', 'Around')}class Around(OwnConfig):\n    pass\n", [OWN]),
    ],
)  # fmt: skip
def test_a_class_has_the_methods_that_it_takes_from_others(text: str, expected: list[Any]) -> None:
    assert class_rules(text.encode()) == expected


# -- hostile ------------------------------------------------------------------------------------------

ELIF = "        elif 'B' in kwargs['architectures']:\n            self.architectures = ['A']\n"
CHAIN = f"{HEAD}        if 'A' in kwargs['architectures']:\n            pass\n{ELIF * 2_500}"


def own_class(at: int, bases: str, body: str) -> str:
    return f"class C{at}({bases}):\n    model_type = 'c{at}'\n{body}"


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (CHAIN, 151),  # and what says that there are more
        ("".join(own_class(at, f"C{at + 1}", "") for at in range(3_000)) + WRITES, 1),
        ("".join(own_class(at, f"C{at + 1}, C{at + 2}", "") for at in range(300)) + WRITES, 1),
        ("".join(own_class(at, "B", f"    f = C{at + 1}.f\n") for at in range(3_000)) + WRITES, 1),
        ("".join(f"def f{at}(values): f{at + 1}(values)\n" for at in range(5_000)) + WRITES, 1),
        (f"{WRITES}x = {'a.' * 500}b\n", 1),
        (f"{WRITES}x = {'9' * 5_000}\n", 0),
    ],
    ids=["branches", "bases", "bases of two", "aliases", "functions", "attributes", "digits"],
)
def test_classes_and_branches_without_end_are_read_as_far_as_they_go(text: str, rules: int) -> None:
    assert len(class_rules(text.encode())) == rules
    assert config_rules(text.encode())["remote"] == {}
