from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archtrack.engines import load_engine
from archtrack.engines.base import GivesNames, ScanOptions
from archtrack.engines.transformers.importable_names import bound_names
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INIT = """\
import sys
from .utils import _LazyModule
from .utils.import_utils import define_import_structure

__version__ = "9.9.9"
_import_structure = {
    "configuration_utils": ["PreTrainedConfig"],
    "generation": ["GenerationMixin"],
    "activations": [],
}
if TYPE_CHECKING:
    from .trainer import Trainer as Trainer
else:
    import_structure = define_import_structure(Path(__file__).parent / "models", prefix="models")
"""
LAZY = """\
from ...utils import _LazyModule
from ...utils.import_utils import define_import_structure
if not TYPE_CHECKING:
    sys.modules[__name__] = _LazyModule(__name__, _file, define_import_structure(_file))
"""
FILES = {
    "__init__.py": INIT,
    "modeling_utils.py": "class PreTrainedModel:\n    pass\n",
    "configuration_utils.py": "class PreTrainedConfig:\n    pass\nPretrainedConfig = PreTrainedConfig\n",
    "activations.py": "ACT2FN = {}\n",
    "generation/__init__.py": '_import_structure = {"utils": ["GenerationMixin"]}\n',
    "generation/utils.py": "class GenerationMixin:\n    pass\n",
    "utils/__init__.py": "from .generic import *\nfrom .hub import cached_file\n",
    "utils/generic.py": "def torch_int(x):\n    return x\n",
    "utils/hub.py": "def cached_file():\n    pass\n",
    "utils/dummy_music_objects.py": "class MusicModel(metaclass=DummyObject):\n    pass\n",
    "utils/open.py": "def __getattr__(name):\n    return 1\n",
    "models/__init__.py": "",
    "models/oak/__init__.py": LAZY,
    "models/oak/modeling_oak.py": (
        "from ...modeling_utils import PreTrainedModel\n\n\nclass OakModel(PreTrainedModel):\n    pass\n\n\n"
        'def _private():\n    pass\n\n\n__all__ = ["OakModel"]\n'
    ),
    "models/oak/configuration_oak.py": 'class OakConfig:\n    pass\n\n\n__all__ = ["OakConfig"]\n',
    "models/oak/feature_extraction_oak.py": 'class OakExtractor:\n    pass\n\n\n__all__ = ["OakExtractor"]\n',
    "models/oak/other.py": 'class Elsewhere:\n    pass\n\n\n__all__ = ["Elsewhere"]\n',
}

THERE = (
    ("transformers", None),
    ("transformers", "PreTrainedConfig"),
    ("transformers", "activations"),
    ("transformers", "utils"),
    ("transformers", "OakModel"),
    ("transformers", "OakExtractor"),
    ("transformers", "Elsewhere"),
    ("transformers", "MusicModel"),
    ("transformers", "__version__"),
    ("transformers.activations", "ACT2FN"),
    ("transformers.configuration_utils", "PretrainedConfig"),
    ("transformers.generation", "GenerationMixin"),
    ("transformers.utils", "torch_int"),
    ("transformers.utils", "cached_file"),
    ("transformers.models.oak", "OakConfig"),
    ("transformers.models.oak", "modeling_oak"),
    ("transformers.models.oak.modeling_oak", "_private"),
    ("transformers.models.oak.modeling_oak", "PreTrainedModel"),
    ("transformers.models.oak.configuration_oak", None),
)
MISSING = (
    ("transformers", "ElmModel", True, "transformers 9.9.9 has no `ElmModel` in transformers"),
    ("transformers", "Trainer", True, "no `Trainer` in transformers"),
    ("transformers", "_private", True, "no `_private` in transformers"),
    ("transformers.activations", "GELU", True, "no `GELU` in transformers.activations"),
    ("transformers.utils", "nothing", True, "no `nothing` in transformers.utils"),
    ("transformers.models.elm", "ElmConfig", True, "has no module transformers.models.elm"),
    ("transformers.models.elm.modeling_elm", None, True, "no module transformers.models.elm.modeling_elm"),
    ("transformers.models.oak", "ElmModel", True, "no `ElmModel` in transformers.models.oak"),
    ("transformers.models.oak.modeling_oak", "_other", True, "no `_other` in"),
    ("transformers.utils.open", "anything", False, "that can be seen; the module may make it when it runs"),
)


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., list[tuple[str, str | None, bool, str]]]:
    def run(
        *wanted: tuple[str, str | None], changed: dict[str, str] | None = None
    ) -> list[tuple[str, str | None, bool, str]]:
        for name, text in {**FILES, **(changed or {})}.items():
            path = tmp_path / "transformers" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        engine = load_engine("transformers")
        assert isinstance(engine, GivesNames)
        library = Library(local_source(tmp_path, engine.layout), None)
        inventory = engine.scan(library, ScanOptions())
        return [
            (each.module, each.name, each.certain, each.reason)
            for each in engine.missing(library, inventory, wanted)
        ]

    return run


@pytest.mark.parametrize("wanted", THERE, ids=str)
def test_a_name_that_transformers_gives_is_not_missing(wanted: tuple[str, str | None], ask) -> None:
    assert ask(wanted) == []


@pytest.mark.parametrize("case", MISSING, ids=str)
def test_a_name_that_it_does_not_give_is(case: tuple[str, str | None, bool, str], ask) -> None:
    module, name, certain, words = case
    ((*found, reason),) = ask((module, name))
    assert found == [module, name, certain]
    assert words in reason


def test_all_are_answered_at_once_and_sorted(ask) -> None:
    found = ask(*THERE, *((module, name) for module, name, _, _ in MISSING))
    assert [(module, name) for module, name, _, _ in found] == sorted(
        ((module, name) for module, name, _, _ in MISSING), key=str
    )


ALIASES = """\
_create_module_alias(f"{__name__}.old_name", ".activations")
_LEGACY_MODULE_ALIASES = {
    "older_name": "activations",
}
sys.meta_path.append(Finder())
"""
FAST = """\
class _LazyModule:
    def __getattr__(self, name):
        if name.endswith("TokenizerFast"):
            fallback_name = name[:-4]
"""


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("transformers.old_name", []),
        ("transformers.older_name", []),
        ("transformers.models.oak.image_processing_oak_fast", [False]),
        ("transformers.newer_name", [True]),
        ("transformers.models.oak.modeling_elm", [True]),
    ],
)
def test_modules_that_the_package_answers_for_without_a_file(module: str, expected: list[bool], ask) -> None:
    found = ask((module, "X"), changed={"__init__.py": INIT + ALIASES})
    assert [certain for _, _, certain, _ in found] == expected


@pytest.mark.parametrize(
    ("module", "name", "rule", "missing"),
    [
        ("transformers", "OakTokenizerFast", FAST, 0),
        ("transformers", "OakTokenizerFast", "", 1),
        ("transformers", "ElmTokenizerFast", FAST, 1),
        ("transformers.models.oak", "OakTokenizerFast", FAST, 0),
        ("transformers.models.oak", "*", "", 0),
        ("transformers.models.elm", "*", "", 1),
    ],
)
def test_names_that_the_lazy_package_makes_up(module: str, name: str, rule: str, missing: int, ask) -> None:
    changed = {
        "utils/import_utils.py": rule,
        "models/oak/tokenization_oak.py": 'class OakTokenizer:\n    pass\n\n\n__all__ = ["OakTokenizer"]\n',
    }
    assert len(ask((module, name), changed=changed)) == missing


# -- the names of one module ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A:\n    inner = 1\ndef f(x):\n    y = 1\n", {"A", "f"}),
        ("from .x import a, b as c\nimport os.path\nd: int\n", {"a", "c", "os"}),
        ("if x:\n    A = 1\nelif y:\n    B = 1\nelse:\n    from z import C\n", {"A", "B", "C"}),
        ("try:\n    A = 1\nexcept E:\n    B = 1\nelse:\n    C = 1\nfinally:\n    D = 1\n", {*"ABCD"}),
        ("if TYPE_CHECKING:\n    from .x import A\nelse:\n    B = 1\n", {"B"}),
    ],
)
def test_the_names_that_importing_a_module_gives(text: str, names: set[str]) -> None:
    found = bound_names(text.encode())
    assert (set(found["names"]), found["stars"], found["open"]) == (names, [], False)


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("from .x import *\nif y:\n    from z.w import *\n", [[1, "x"], [0, "z.w"]]),
        ("if TYPE_CHECKING:\n    from .x import *\n", []),
    ],
)
def test_stars_are_named_and_left_to_the_caller(text: str, stars: list[list[object]]) -> None:
    assert bound_names(text.encode()) == {"names": [], "stars": stars, "open": False}


@pytest.mark.parametrize(
    "text", ["def __getattr__(name):\n    return 1\n", "globals()['A'] = 1\n", "class (:\n"]
)
def test_a_module_that_may_give_more_is_open(text: str) -> None:
    assert bound_names(text.encode())["open"] is True
