"""ExLlamaV3: from its list of model classes to the architectures, through modules and base classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

FOLDER = "exllamav3/architecture"
LIST = f"{FOLDER}/architectures.py"
TABLE = "ARCHITECTURES = {m.config_class.arch_string: {'model_class': m} for m in "
A = 'class AConfig(Config):\n    arch_string = "AForCausalLM"\n\n\nclass AModel(Model):\n    config_class = AConfig\n'
B = A.replace("AConfig", "BConfig").replace("AForC", "BForC").replace("AModel", "BModel")
NAMED = "class AModel:\n    config_class = AConfig\n"


def told(found: Inventory) -> dict[str, Any]:
    return {each.name: (each.file, str(each.place), each.class_name) for each in found.registrations}


def odd(found: Inventory) -> list[str]:
    return [str(each.place) for each in found.unresolved]


AT = {"AForCausalLM": ("a.py", f"{FOLDER}/a.py:2", "AModel")}
BT = {"BForCausalLM": ("b.py", f"{FOLDER}/b.py:2", "BModel")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TABLE}[AModel]}}", AT),
        (f"{TABLE}[AModel, BModel]}}", {**AT, **BT}),
        (f"L = [AModel]\nM = [BModel]\n{TABLE}L + M}}", {**AT, **BT}),
        (f"L = [AModel]\n{TABLE}[*L, BModel]}}", {**AT, **BT}),
        (f"{TABLE}[AModel]}}\n\ndef get_architectures():\n    return ARCHITECTURES", AT),
    ],
)
def test_what_the_list_holds_is_registered(scan: Scan, text: str, expected: dict[str, Any]) -> None:
    files = {
        LIST: f"from .a import AModel\nfrom .b import BModel\n{text}\n",
        f"{FOLDER}/a.py": A,
        f"{FOLDER}/b.py": B,
    }
    found = scan("exllamav3", files)
    assert told(found) == expected
    assert odd(found) == []


def test_the_list_of_older_releases_lies_in_another_folder(scan: Scan) -> None:
    files = {
        "exllamav3/models/architectures.py": f"from .a import AModel\n{TABLE}[AModel]}}\n",
        "exllamav3/models/a.py": A,
        "exllamav3/models/b.py": B,
    }
    assert told(scan("exllamav3", files)) == {"AForCausalLM": ("a.py", "exllamav3/models/a.py:2", "AModel")}


def test_what_has_no_list_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match="it is not ExLlamaV3; name another source"):
        scan("exllamav3", {"exllamav3/__init__.py": "", "exllamav3/model.py": ""})


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        (f"{TABLE}[AModel, make()]}}", ["AForCausalLM"], [2]),
        (f"{TABLE}[AModel] if cuda else []}}", [], [2]),
        (f"L = [AModel]\nL.append(BModel)\n{TABLE}L}}", [], [3]),
        (f"L = [AModel]\nM = [*L]\nif cuda:\n    L += [BModel]\n{TABLE}M}}", [], [5]),
        (f"{TABLE}[AModel]}}\nARCHITECTURES['B'] = BModel", ["AForCausalLM"], [3]),
        (f"{TABLE}[Missing]}}", [], [2]),
        ("ARCHITECTURES = {", [], [2]),
    ],
)
def test_what_the_list_does_not_write_out_is_said(
    scan: Scan, text: str, names: list[str], lines: list[int]
) -> None:
    files = {LIST: f"from .a import AModel\n{text}\n", f"{FOLDER}/a.py": A}
    found = scan("exllamav3", files)
    assert list(told(found)) == names
    assert odd(found) == [f"{LIST}:{line}" for line in lines]


def test_lists_that_double_without_end_are_given_up(scan: Scan) -> None:
    lists = "\n".join(f"L{at} = L{at - 1} + L{at - 1}" for at in range(1, 200))
    files = {LIST: f"from .a import AModel\nL0 = [AModel]\n{lists}\n{TABLE}L199}}\n", f"{FOLDER}/a.py": A}
    found = scan("exllamav3", files)
    assert told(found) == {}
    assert odd(found) == [f"{LIST}:202"]


def test_a_list_under_try_registers_under_that_condition(scan: Scan) -> None:
    text = f"from .a import AModel\ntry:\n    {TABLE}[AModel]}}\nexcept ImportError:\n    pass\n"
    found = scan("exllamav3", {LIST: text, f"{FOLDER}/a.py": A})
    assert [(each.name, each.condition) for each in found.registrations] == [
        ("AForCausalLM", "the try at line 2 succeeds")
    ]
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("module", "place"),
    [
        # The attribute of the class, of a base in the module, of a base in another; the nearest wins.
        (A, "a.py:2"),
        (A.replace("config_class =", "config_class: type ="), "a.py:2"),
        ('class Base:\n    arch_string = "AForCausalLM"\nclass AConfig(Base): ...\n' + NAMED, "a.py:2"),
        (
            "from .b import BConfig\nclass AConfig(BConfig): ...\nclass AModel:\n    config_class = AConfig",
            "b.py:2",
        ),
        ("from exllamav3.architecture.b import BConfig as C\nclass AModel:\n    config_class = C", "b.py:2"),
        (
            'from .b import BConfig\nclass AConfig(BConfig):\n    arch_string = "AForCausalLM"\n' + NAMED,
            "a.py:3",
        ),
        ("from .b import BModel\nclass AModel(BModel): ...", "b.py:2"),
    ],
)
def test_the_name_comes_from_the_nearest_class_that_gives_it(scan: Scan, module: str, place: str) -> None:
    files = {
        LIST: f"from .a import AModel\n{TABLE}[AModel]}}\n",
        f"{FOLDER}/a.py": module,
        f"{FOLDER}/b.py": B,
    }
    (found,) = scan("exllamav3", files).registrations
    assert found.file == "a.py"
    assert str(found.place) == f"{FOLDER}/{place}"
    assert found.name == f"{place[0].upper()}ForCausalLM"


@pytest.mark.parametrize(
    "module",
    [
        "class AModel(Base): ...\nclass Base(AModel): ...",
        "class AModel:\n    config_class = None",
        "class AModel:\n    config_class = Missing",
        "class AConfig:\n    arch_string = None\nclass AModel:\n    config_class = AConfig",
        'class AConfig:\n    arch_string = f"{A}ForCausalLM"\nclass AModel:\n    config_class = AConfig',
        "class AModel(",
    ],
)
def test_a_class_whose_name_cannot_be_told_is_said(scan: Scan, module: str) -> None:
    files = {LIST: f"from .a import AModel\n{TABLE}[AModel]}}\n", f"{FOLDER}/a.py": module}
    found = scan("exllamav3", files)
    assert told(found) == {}
    assert odd(found) == [f"{LIST}:2"]


def test_of_two_classes_of_one_name_the_later_one_is_registered(scan: Scan) -> None:
    files = {
        LIST: f"from .a import AModel\nfrom .b import BModel\n{TABLE}[AModel, BModel]}}\n",
        f"{FOLDER}/a.py": A,
        f"{FOLDER}/b.py": B.replace('"BForCausalLM"', '"AForCausalLM"'),
    }
    assert told(scan("exllamav3", files)) == {"AForCausalLM": ("b.py", f"{FOLDER}/b.py:2", "BModel")}
