from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from archtrack.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archtrack.model import Inventory, Registration

    Scan = Callable[..., Inventory]

INIT = """\
__version__ = "9.8.7"
_import_structure = {"modeling_utils": ["PreTrainedModel"]}
define_import_structure("models")
"""
UTILS = """\
class Mixin:
    pass


class PreTrainedModel(nn.Module, Mixin):
    _supports_attention_backend = False

    @classmethod
    def is_backend_compatible(cls):
        return cls._supports_attention_backend
"""
HEAD = "from ...modeling_utils import PreTrainedModel\n"
X = "transformers/models/x/modeling_x.py"
CONFIG = "transformers/models/x/configuration_x.py"
YES = "    _supports_attention_backend = True\n"
NO = "    _supports_attention_backend = False\n"


def tree(files: dict[str, str] | str, **changes: str) -> dict[str, str]:
    """A miniature transformers; ``files`` by path, or the text of ``X`` alone."""
    base = {"transformers/__init__.py": INIT, "transformers/modeling_utils.py": UTILS}
    base |= {X: files} if isinstance(files, str) else files
    return base | changes


def models(inventory: Inventory) -> dict[str, Registration]:
    return {each.name: each for each in inventory.registrations if each.name != "PreTrainedModel"}


def told(inventory: Inventory) -> list[tuple[str, int]]:
    return [(each.place.file, each.place.line) for each in inventory.unresolved]


A = "class A(PreTrainedModel):\n    pass\n"
ALL = '__all__ = ["A"]\n'
AB = A + "class B(A):\n    pass\n"

# -- which names are public -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (HEAD + AB, []),
        (HEAD + AB + '__all__ = ["A"]\n', ["A"]),
        (HEAD + AB + "__all__ = ['A', \"B\"]\n", ["A", "B"]),
        (HEAD + AB + '__all__ = [\n    "A",\n    "B",\n]\n', ["A", "B"]),
        # the last line that begins so counts, whatever Python makes of it
        (HEAD + AB + '__all__ = ["A"]\n__all__ += ["B"]\n', ["B"]),
        (HEAD + AB + '__all__ = [\n    "A", "B",\n]\n', []),
        (HEAD + AB + '__all__ = [\n    "A",  # the first\n    "B",\n]\n', ["B"]),
        (HEAD + AB + '__all__ = ["A"] + ["B"]\n', []),
        (HEAD + AB + '__all__ = ("A", "B")\n', []),
        (HEAD + AB + '__all__ = ["A"] \nx = [\n    "B",\n]\n', ["B"]),
        (HEAD + AB + '"""\n__all__ = ["A"]\n"""\n', ["A"]),
        (HEAD + AB + 'x = 1; __all__ = ["A"]\n', []),
        # @requires
        (HEAD + "@requires(backends=('torch',))\n" + AB, ["A"]),
        (HEAD + "@requires(\n    backends=('torch',)\n)\n@other\n# a comment\n" + AB, ["A"]),
        (HEAD + "@other\n@requires(backends=())\n" + A, ["A"]),
        (HEAD + "@requires(backends=())\ndef f():\n    pass\n" + A, []),
        # not a public class of models
        (
            HEAD + A + '__all__ = ["A", "f", "C", "Nothing"]\nclass C(dict):\n    pass\ndef f():\n    pass\n',
            ["A"],
        ),
        (HEAD + "class A(A0):\n    pass\n" + '__all__ = ["A"]\n', []),
    ],
)
def test_public_is_what_upstreams_own_rules_find(text: str, names: list[str], scan: Scan) -> None:
    assert sorted(models(scan("transformers", tree(text)))) == names


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("transformers/models/x/modeling_y.py", True),
        ("transformers/models/deprecated/x/modeling_x.py", True),
        ("transformers/models/x/modeling_tf_x.py", False),
        ("transformers/models/x/modeling_flax_x.py", False),
        ("transformers/models/x/modular_x.py", False),
        ("transformers/models/auto/modeling_x.py", False),
        ("transformers/utils/dummy_pt_objects.py", False),
    ],
)
def test_classes_of_other_frameworks_and_dummies_are_never_public(
    path: str, scan: Scan, *, public: bool
) -> None:
    text = "from transformers.modeling_utils import PreTrainedModel\n" + A + '__all__ = ["A"]\n'
    assert ("A" in models(scan("transformers", tree({path: text})))) is public


OLD_INIT = """\
__version__ = "4.30.0"
_import_structure = {
    "models": [],
    "modeling_utils": ["PreTrainedModel"],
    "models.x": ["XConfig", "X_LIST"],
    "models.y": [],
}
try:
    if not is_torch_available():
        raise OptionalDependencyNotAvailable()
except OptionalDependencyNotAvailable:
    from .utils import dummy_pt_objects
    _import_structure["utils.dummy_pt_objects"] = [name for name in dir(dummy_pt_objects)]
else:
    _import_structure["models.x"].extend(["A", "B"])
    _import_structure["models.x"].append("C")
    _import_structure["models.y"] += ["Y", "XFlax"]
    _import_structure["models.z.deep"] = ["Z"]
    _import_structure["models.y"].extend(["TFA"])
"""


def test_older_releases_name_their_classes_in_import_structure(scan: Scan) -> None:
    y = "transformers/models/y/modeling_y.py"
    files = {
        "transformers/__init__.py": OLD_INIT,
        X: HEAD + AB + "class C(A):\n    pass\nclass Private(A):\n    pass\n__all__ = ['Private']\n",
        y: HEAD + "class Y(PreTrainedModel):\n    pass\n",
        "transformers/models/y/modeling_tf_y.py": "class TFA(PreTrainedModel):\n    pass\n",
        "transformers/models/z/deep/modeling_z.py": "from ....modeling_utils import PreTrainedModel\n"
        "Z = type\nclass Z(PreTrainedModel):\n    pass\n",
    }
    inventory = scan("transformers", tree(files))
    assert sorted(models(inventory)) == ["A", "B", "C", "Y", "Z"]
    assert inventory.version == "4.30.0"
    assert [(each.file, each.place.line) for each in inventory.registrations if each.name == "Y"] == [
        ("models/y/modeling_y.py", 2)
    ]


FLAT_INIT = """\
__version__ = "2.9.1"
from .configuration_x import XConfig
if is_torch_available():
    from .modeling_utils import PreTrainedModel, prune_layer
    from .modeling_auto import AutoModel
    from .modeling_x import (A, B, Layer,  # a comment
        X_ARCHIVE_MAP)
    from .modeling_y import Y, Alias
    from .modeling_gone import Gone
if is_tf_available():
    from .modeling_tf_x import TFA, TFModel
if is_flax_available():
    from .modeling_flax_x import FlaxModel
"""
FLAT_X = (
    "from .modeling_utils import PreTrainedModel\n"
    + AB
    + "class Layer(nn.Module):\n    pass\nclass Private(A):\n    pass\nX_ARCHIVE_MAP = {}\n"
)


def flat(**changes: str) -> dict[str, str]:
    """A release before 4.0."""
    files = {
        "__init__": FLAT_INIT,
        "modeling_utils": UTILS,
        "modeling_auto": "class AutoModel(object):\n    pass\n",
        "modeling_x": FLAT_X,
        "modeling_y": "from .modeling_x import A\nclass Y(A):\n    pass\nAlias = Y\n",
        "modeling_tf_x": "class TFA(PreTrainedModel):\n    pass\nclass TFModel(tf.keras.Model):\n    pass\n",
        "modeling_flax_x": "class FlaxModel(Odd[0]):\n    pass\n",
    }
    return {f"transformers/{name}.py": text for name, text in (files | changes).items()}


def test_before_4_0_models_lie_in_the_package_itself(scan: Scan) -> None:
    inventory = scan("transformers", flat())
    assert sorted(models(inventory)) == ["A", "Alias", "B", "Y"]
    assert models(inventory)["Y"].file == "modeling_y.py"
    assert str(models(inventory)["B"].place) == "transformers/modeling_x.py:4"
    assert inventory.version == "2.9.1"
    assert told(inventory) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (FLAT_X, []),
        (FLAT_X + "def f(:\n", [11]),
        (FLAT_X.replace("class B(A)", "class B(make())"), []),  # its name is none of a model
        (FLAT_X.replace("class B(A)", "class BModel(make())"), [4]),
    ],
)
def test_before_4_0_what_cannot_be_read_is_told(text: str, lines: list[int], scan: Scan) -> None:
    init = FLAT_INIT.replace("A, B,", "A, B, BModel,")
    inventory = scan("transformers", flat(__init__=init, modeling_x=text))
    assert told(inventory) == [("transformers/modeling_x.py", line) for line in lines]


def test_since_4_0_what_lies_in_the_package_itself_is_no_file_of_models(scan: Scan) -> None:
    beside = {"transformers/modeling_old.py": "def f(:\n"}
    assert told(scan("transformers", tree(HEAD + A + ALL) | beside)) == []


def test_what_is_no_transformers_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match=r"has no transformers/modeling_utils\.py"):
        scan("transformers", {"transformers/__init__.py": ""})


# -- which class a name means -----------------------------------------------------------------------

OTHER = "transformers/models/y/modeling_y.py"

TRIES = "try:\n    from ...modeling_utils import PreTrainedModel\nexcept ImportError:\n    PreTrainedModel = object\n"
TYPES = "if TYPE_CHECKING:\n    from ...modeling_utils import PreTrainedModel\nelse:\n    PreTrainedModel = object\n"


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        (HEAD + "class B(PreTrainedModel):\n    pass\nA = B\n", "", (X, 2)),
        (HEAD + A + "from ..y.modeling_y import A\n", "\n" + HEAD + A, (OTHER, 3)),
        ("from ..y.modeling_y import B as A\n", HEAD + "class B(PreTrainedModel):\n    pass\n", (OTHER, 2)),
        ("from ..y import A\n", HEAD + A, (OTHER, 2)),
        ("from vllm import A\n", "", None),
        # and which class is a model
        (HEAD + "class B:\n    pass\nB = PreTrainedModel\nclass A(B):\n    pass\n", "", (X, 5)),
        ("from transformers import PreTrainedModel\n" + A, "", (X, 2)),
        ("import transformers\nclass A(transformers.PreTrainedModel):\n    pass\n", "", (X, 2)),
        ("from ... import modeling_utils as m\nclass A(m.PreTrainedModel):\n    pass\n", "", (X, 2)),
        ("from ..y.modeling_y import B\nclass A(B):\n    pass\n", HEAD + "B = PreTrainedModel\n", (X, 2)),
        (HEAD + "class A(PreTrainedModel[int]):\n    pass\n", "", (X, 2)),
        (TRIES + A, "", (X, 5)),
        (TYPES + A, "", None),
        (
            HEAD + "if is_torch():\n    class A(PreTrainedModel):\n        pass\nelse:\n    A = None\n",
            "",
            (X, 3),
        ),
        # circles
        (HEAD + "class A(A):\n    pass\n", "", None),
        ("from ..y.modeling_y import A\n", "from ..x.modeling_x import A\n", None),
    ],
)
def test_a_public_name_is_followed_to_its_class(
    text: str, other: str, expected: tuple[str, int] | None, scan: Scan
) -> None:
    found = models(scan("transformers", tree({X: text + ALL, OTHER: other})))
    assert [(each.place.file, each.place.line, each.defined_in) for each in found.values()] == [
        (path, line, path.removesuffix(".py").replace("/", ".")) for path, line in filter(None, [expected])
    ]


def test_what_a_public_name_is_bound_to_may_be_told_only_by_running(scan: Scan) -> None:
    inventory = scan(
        "transformers", tree(HEAD + A + 'B = type("B", (A,), {})\nC = [A]\n__all__ = ["A", "B", "C"]\n')
    )
    assert list(models(inventory)) == ["A"]
    assert told(inventory) == [(X, 4)]


# -- is_backend_compatible --------------------------------------------------------------------------

ROOT = ("transformers/modeling_utils.py", 6)
Z = "transformers/models/z/modeling_z.py"
MADE = "class A(PreTrainedModel):\n"
CHILD = "from ..y.modeling_y import Base\nclass A(Base):\n"
MIXED = "class M:\n" + YES + "class P(PreTrainedModel):\n" + NO
DIAMOND = "class P(PreTrainedModel):\n    pass\nclass Q(PreTrainedModel):\n" + YES


@pytest.mark.parametrize(
    ("text", "compatible", "place"),
    [
        (A, False, ROOT),
        (MADE + YES, True, (X, 3)),
        (MADE + "    _supports_attention_backend: bool = True  # so\n", True, (X, 3)),
        (MADE + "    _supports_attention_backend: bool\n", False, ROOT),
        (MADE + "    x = _supports_attention_backend = True\n", True, (X, 3)),
        # by another class: the nearest in Python's own order
        (CHILD + "    pass\n", True, (OTHER, 3)),
        (CHILD + NO, False, (X, 4)),
        (MIXED + "class A(M, P):\n    pass\n", True, (X, 3)),
        (MIXED + "class A(P, M):\n    pass\n", False, (X, 5)),
        (DIAMOND + "class A(P, Q):\n    pass\n", True, (X, 5)),
        ("from torch import nn\nclass A(nn.Module, PreTrainedModel):\n    pass\n", False, ROOT),
        ("from .gone import M\nclass A(M, PreTrainedModel):\n" + YES, True, (X, 4)),
        # set after the class
        (A + "A._supports_attention_backend = True\n", True, (X, 4)),
        # what cannot be told
        (MADE + "    _supports_attention_backend = is_flash()\n", None, (X, 3)),
        (
            MADE + "    @property\n    def _supports_attention_backend(self):\n        return True\n",
            None,
            (X, 4),
        ),
        (MADE + "    @classmethod\n    def is_backend_compatible(cls):\n        return True\n", None, (X, 4)),
        (A + "if is_flash():\n    A._supports_attention_backend = True\n", None, (X, 5)),
        ("class A(make(), PreTrainedModel):\n    pass\n", None, (X, 2)),
        ("from .gone import M\nclass A(M, PreTrainedModel):\n    pass\n", None, (X, 3)),
        ("M = make()\nclass A(M, PreTrainedModel):\n    pass\n", None, (X, 3)),
    ],
)
def test_compatibility_follows_the_attribute_through_the_bases(
    text: str, place: tuple[str, int], scan: Scan, *, compatible: bool | None
) -> None:
    base = {OTHER: HEAD + "class Base(PreTrainedModel):\n" + YES}
    inventory = scan("transformers", tree(base | {X: HEAD + text + ALL}))
    facts = models(inventory)["A"].transformers
    assert facts is not None
    assert facts.exported
    assert facts.backend_compatible is compatible
    assert facts.backend_place is not None
    assert (facts.backend_place.file, facts.backend_place.line) == place
    assert bool(inventory.unresolved) is (compatible is None)


def test_an_attribute_that_a_module_sets_on_a_class_of_another_is_not_known(scan: Scan) -> None:
    files = {
        OTHER: HEAD + "class Base(PreTrainedModel):\n" + YES,
        X: CHILD + "    pass\n" + ALL,
        Z: "from ..y.modeling_y import Base\nBase._supports_attention_backend = False\n",
    }
    inventory = scan("transformers", tree(files))
    facts = models(inventory)["A"].transformers
    assert facts is not None
    assert (facts.backend_compatible, str(facts.backend_place)) == (None, f"{Z}:2")
    assert inventory.unresolved


def test_an_attribute_that_is_set_on_who_knows_which_class_is_told(scan: Scan) -> None:
    loop = "for c in (A,):\n    c._supports_attention_backend = True\n"
    inventory = scan("transformers", tree(HEAD + A + loop + ALL))
    facts = models(inventory)["A"].transformers
    assert facts is not None
    assert facts.backend_compatible is False
    assert told(inventory) == [(X, 5)]


GATE = "    def is_backend_compatible(cls):\n        "


@pytest.mark.parametrize(
    ("gate", "compatible", "unresolved"),
    [
        (GATE + "return cls._supports_attention_backend\n", True, False),
        (GATE + '"""Whether it is."""\n        return cls._supports_attention_backend\n', True, False),
        (GATE + "return cls._can_compile\n", None, True),
        (GATE + "x = cls._supports_attention_backend\n        return x\n", None, True),
        (GATE.replace("cls", "self") + "return self._supports_attention_backend\n", None, True),
        ("    is_backend_compatible = None\n", None, False),
        (GATE + "return cls._supports_attention_backend and cls.x\n", None, True),
        ("", None, False),
    ],
)
def test_the_gate_itself_is_read(gate: str, scan: Scan, *, compatible: bool | None, unresolved: bool) -> None:
    utils = "class PreTrainedModel:\n" + NO + ("    @classmethod\n" if "def " in gate else "") + gate
    inventory = scan(
        "transformers",
        tree(HEAD + "class A(PreTrainedModel):\n" + YES + ALL) | {"transformers/modeling_utils.py": utils},
    )
    facts = models(inventory)["A"].transformers
    assert facts is not None
    assert facts.backend_compatible is compatible
    assert told(inventory) == ([("transformers/modeling_utils.py", 4)] if unresolved else [])


# -- auto-mapping tables ----------------------------------------------------------------------------

AUTO = "transformers/models/auto/modeling_auto.py"


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ('M_NAMES = OrderedDict(\n    [\n        ("a", "A"),\n    ]\n)\n', {"M_NAMES"}),
        ('M_NAMES = {"a": "A", "b": ["B"]}\n', {"M_NAMES"}),
        ('M_NAMES = {"A": "B"}\n', set()),
        (
            'N_NAMES = {"a": "A"}\nM_NAMES = OrderedDict([*N_NAMES.items(), ("b", "B")])\n',
            {"M_NAMES", "N_NAMES"},
        ),
        ('MODEL_MAPPING = _LazyAutoMapping(CONFIG_MAPPING_NAMES, "A")\n', set()),
        ("M_NAMES = OrderedDict([(\n", set()),
    ],
)
def test_the_tables_that_name_a_class_are_told(table: str, named: set[str], scan: Scan) -> None:
    facts = models(scan("transformers", tree({X: HEAD + A + ALL, AUTO: table})))["A"].transformers
    assert facts is not None
    assert facts.auto_mappings == tuple(sorted(named))


# -- examples ---------------------------------------------------------------------------------------

CONFIGURATION = '@auto_docstring(checkpoint="org/of-config")\nclass XConfig(PreTrainedConfig):\n    pass\n'
BY_CONFIG = ("org/of-config", f"{CONFIG}:1")


NAMES_IT = "class A(PreTrainedModel):\n    config: XConfig\n"
NONE = (None, None)


@pytest.mark.parametrize(
    ("model", "configuration", "expected"),
    [
        ('@auto_docstring(checkpoint="org/own")\n' + NAMES_IT, CONFIGURATION, ("org/own", f"{X}:2")),
        (NAMES_IT, CONFIGURATION, BY_CONFIG),
        (NAMES_IT.replace("XConfig", '"XConfig"'), CONFIGURATION, BY_CONFIG),
        (NAMES_IT.replace("config:", "config_class ="), CONFIGURATION, BY_CONFIG),
        (NAMES_IT.replace("A(", "P(") + "class A(P):\n    pass\n", CONFIGURATION, BY_CONFIG),
        (NAMES_IT.replace("A(", "P(") + "class A(P):\n    config: ZConfig\n", CONFIGURATION, NONE),
        (NAMES_IT, "@auto_docstring(custom_intro=\"checkpoint='a/b'\")\nclass XConfig:\n    pass\n", NONE),
        ('_CHECKPOINT_FOR_DOC = "org/of-file"\n' + A, "", ("org/of-file", f"{X}:2")),
        # Code in a docstring names what somebody may train, not what there is.
        (A + '""">>> A.from_pretrained("org/x")"""\nx = A.from_pretrained("org/x")\n', "", NONE),
        ('_CHECKPOINT_FOR_DOC = "gpt2"\n' + A, "", NONE),
    ],
)
def test_an_example_is_one_that_the_release_names(
    model: str, configuration: str, expected: tuple[str | None, str | None], scan: Scan
) -> None:
    found = models(scan("transformers", tree({X: HEAD + model + ALL, CONFIG: configuration})))["A"]
    assert (found.example, found.example_source) == expected


def test_a_configuration_of_another_folder_gives_no_example(scan: Scan) -> None:
    files = {
        X: HEAD + "from ..y.configuration_y import XConfig\n" + NAMES_IT + ALL,
        "transformers/models/y/configuration_y.py": CONFIGURATION,
    }
    assert models(scan("transformers", tree(files)))["A"].example is None


@pytest.mark.parametrize(
    ("head", "name", "base", "reported"),
    [
        ("", "BarForCausalLM", "mk(PreTrainedModel)", True),
        ("import elsewhere\n", "BarForCausalLM", "elsewhere.Base", True),
        ("from elsewhere import Base\n", "BarModel", "Base", True),
        ("from ...nowhere import Base\n", "BarModel", "Base", True),
        ("from ...nowhere import Base\n", "BarLoss", "Base", False),
        ("from torch import nn\n", "BarModel", "nn.Module", False),
        ("from typing import Generic\n", "BarModel", "Generic[int]", False),
        ("class Base: pass\n", "BarModel", "Base", False),
    ],
)
def test_a_public_class_named_like_a_model_with_a_base_that_is_not_known_is_reported(
    head: str, name: str, base: str, scan: Scan, *, reported: bool
) -> None:
    text = f"{HEAD}{head}class {name}({base}):\n    pass\n__all__ = ['{name}']\n"
    inventory = scan("transformers", tree(text))
    assert list(models(inventory)) == []
    assert [each.reason for each in inventory.unresolved] == [
        f"`{name}` is public, but may not be a model: its base `{base}` is not found"
    ] * reported


# -- files that cannot be read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reported"), [("modeling_y.py", True), ("modeling_tf_y.py", False), ("notes.py", False)]
)
def test_a_file_of_models_that_is_a_link_to_nothing_is_reported(
    name: str, scan: Scan, tmp_path: Path, *, reported: bool
) -> None:
    path = f"transformers/models/y/{name}"
    (tmp_path / "transformers" / path).parent.mkdir(parents=True)
    (tmp_path / "transformers" / path).symlink_to("nowhere.py")
    inventory = scan("transformers", tree(HEAD + A + ALL))
    assert told(inventory) == [(path, 1)] * reported
    assert list(models(inventory)) == ["A"]


GOOD = "transformers/models/good/modeling_good.py"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"def f(:\n", 1),
        (b"x = 1\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> other\n", 2),
        (b"x = 1\nx = '\x00'\n", 2),
        ("x = 1\n".encode("utf-16"), 1),
        (b"# x\nx = '\xff'\n", 2),
        (b"# coding: nonsense\n", 1),
        (b"x = 1\nx = " + b"(" * 20_000 + b")" * 20_000 + b"\n", 2),
        (b"x = 1\n\n" + b"#" * 50_000_000, 3),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else None,
)
def test_a_broken_file_is_reported_with_its_line_and_harms_no_other(
    data: bytes, line: int, scan: Scan
) -> None:
    inventory = scan("transformers", {**tree(HEAD + A + ALL), GOOD: data})
    assert told(inventory) == [(GOOD, line)]
    assert list(models(inventory)) == ["A"]


def test_a_chain_of_names_is_reported_by_the_pythons_whose_parser_refuses_it(scan: Scan) -> None:
    data = b"if x:\n pass\nclass A(" + b".".join([b"a"] * 100_000) + b"): pass\n"
    try:
        ast.parse(data)
        refused = False
    except (SyntaxError, RecursionError, MemoryError):
        refused = True
    inventory = scan("transformers", {**tree(HEAD + A + ALL), GOOD: data})
    assert told(inventory) == ([(GOOD, 3)] if refused else [])
    assert list(models(inventory)) == ["A"]


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbfx = 1\n", b"# coding: latin-1\nx = '\xff'\n", b"\f\nx = 1\r\n\r"]
)
def test_an_unusual_file_that_parses_is_no_finding(data: bytes, scan: Scan) -> None:
    assert told(scan("transformers", {**tree(HEAD + A + ALL), GOOD: data})) == []


def test_nothing_that_is_scanned_is_run(scan: Scan, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    plant = f"open({str(mark)!r}, 'w').close()\n"
    files = tree(HEAD + plant + A + ALL)
    files = {path: plant + text for path, text in files.items()} | {"transformers/models/__init__.py": plant}
    assert list(models(scan("transformers", files))) == ["A"]
    assert not mark.exists()


def test_a_folder_called_like_a_file_is_passed_over(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "transformers" / "transformers/models/y/modeling_y.py").mkdir(parents=True)
    inventory = scan("transformers", tree(HEAD + A + ALL))
    assert (list(models(inventory)), told(inventory)) == (["A"], [])
