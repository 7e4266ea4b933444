"""What the ``__init__.py`` of a lazy package says."""

from __future__ import annotations

import pytest

from archtrack.engines.transformers.exports import import_structure


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
        ('# _import_structure["a"] = ["A"]\n', {}),
    ],
)
def test_an_import_structure_is_read_with_every_branch(text: str, structure: dict[str, list[str]]) -> None:
    found = import_structure(text.encode())
    assert (found["structure"], found["scans_models"], found["problem"]) == (structure, False, None)


@pytest.mark.parametrize(
    ("text", "eager"),
    [
        ("from .a import A, B\nif x:\n    from .a import C\n", {"a": ["A", "B", "C"]}),
        ("if TYPE_CHECKING:\n    from .a import A\n", {}),
        ("from ..a import A\nfrom a import B\nfrom . import c\nimport d\n", {}),
        ("from .a import A\n_import_structure = {'b': ['B']}\n", {}),
        ("from .a import A\nx = define_import_structure(y / 'models')\n", {}),
    ],
)
def test_a_package_that_is_not_lazy_offers_what_it_imports(text: str, eager: dict[str, list[str]]) -> None:
    assert import_structure(text.encode())["eager"] == eager


@pytest.mark.parametrize(
    ("text", "aliases", "renames"),
    [
        ('_create_module_alias(f"{__name__}.old.name", ".new")\n', ["old.name"], True),
        ('if x:\n    _LEGACY_MODULE_ALIASES = {"old": "new", "older": "new"}\n', ["old", "older"], False),
        ("sys.meta_path.append(Finder())\n", [], True),
        ('# _LEGACY_MODULE_ALIASES = {"old": "new"}\n', [], False),
    ],
)
def test_modules_without_a_file_that_a_package_answers_for(
    text: str, aliases: list[str], *, renames: bool
) -> None:
    found = import_structure(text.encode())
    assert (found["aliases"], found["renames"]) == (aliases, renames)


def test_a_package_that_scans_its_models_says_so() -> None:
    assert import_structure(b'define_import_structure(Path(__file__).parent / "models")\n')["scans_models"]
    assert not import_structure(b'define_import_structure(Path(__file__).parent / "other")\n')["scans_models"]
    assert not import_structure(b'x = Path(__file__).parent / "models"\n')["scans_models"]
    assert import_structure(b"x = = 1\n")["problem"] == ["cannot be parsed: invalid syntax", 1]
