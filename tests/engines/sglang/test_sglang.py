from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import shapes

from archtrack.engines.base import External, ScanOptions
from archtrack.errors import SourceError
from archtrack.model import Category
from archtrack.sources.base import Layout
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]
    Make = Callable[..., External]

by_name = pytest.mark.parametrize("shape", shapes.SHAPES, ids=lambda shape: shape.name)


def places(inventory: Inventory) -> dict[str, tuple[str, int, str, int, str | None]]:
    return {
        each.name: (
            each.place.file.removeprefix(f"{shapes.MODELS}/"),
            each.place.line,
            each.defined_in,
            each.defined.line if each.defined else 0,
            each.condition,
        )
        for each in inventory.registrations
    }


def test_every_shape_has_a_name_of_its_own() -> None:
    names = [shape.name for shape in shapes.SHAPES]
    assert len(set(names)) == len(names)


@by_name
def test_a_registration_is_read_as_the_engine_makes_it(shape: shapes.Shape, scan: Scan) -> None:
    inventory = scan(shape.tree())
    assert places(inventory) == shape.expected()
    found = [
        (each.place.file.removeprefix(f"{shapes.MODELS}/"), each.place.line, each.reason)
        for each in inventory.unresolved
    ]
    assert [place[:2] for place in found] == sorted(place[:2] for place in shape.unresolved), found
    for (*_, words), (*_, reason) in zip(sorted(shape.unresolved), sorted(found), strict=True):
        assert words in reason


# The engine's own loop, written anew. It runs only files that stand in the table.
LOOP = """
import importlib, json, pkgutil, sys
for line in sys.stdin:
    root = line.strip()
    for name in [name for name in sys.modules if name.partition(".")[0] == "sglang"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    sys.path.insert(0, root)
    answers = {}
    package = importlib.import_module("sglang.srt.models")
    for _, name, is_package in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if is_package:
            continue
        answer = answers[name.removeprefix("sglang.srt.models.")] = {"classes": [], "error": None}
        try:
            module = importlib.import_module(name)
        except Exception as error:
            answer["error"] = type(error).__name__
            continue
        if not hasattr(module, "EntryClass"):
            continue
        entry = module.EntryClass
        try:
            for cls in entry if isinstance(entry, list) else [entry]:
                answer["classes"].append([cls.__name__, cls.__module__])
        except AttributeError as error:
            answer["error"] = type(error).__name__
    sys.path.remove(root)
    print(json.dumps(answers), flush=True)
"""


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Shape's name -> module -> what importing it really gives."""
    roots = []
    for index, shape in enumerate(shapes.SHAPES):
        root = tmp_path_factory.mktemp(f"shape{index}")
        for path, data in shape.tree().items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        roots.append(str(root))
    command = [sys.executable, "-B", "-W", "ignore", "-c", LOOP]
    done = subprocess.run(command, input="\n".join(roots), capture_output=True, text=True, check=True)  # noqa: S603 -- our own interpreter
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip([shape.name for shape in shapes.SHAPES], answers, strict=True))


@by_name
def test_what_the_table_says_is_what_python_does(shape: shapes.Shape, truth: dict[str, Any]) -> None:
    said: dict[str, set[tuple[str, str]]] = {}
    certain: dict[str, set[tuple[str, str]]] = {}
    for name, (file, _, module, _, condition) in shape.expected().items():
        said.setdefault(file, set()).add((name, module))
        if condition is None:
            certain.setdefault(file, set()).add((name, module))
    unresolved = {file for file, _, _ in shape.unresolved}
    for module, answer in truth[shape.name].items():
        file = f"{module}.py"
        real = {(name, where) for name, where in answer["classes"]}
        if file in unresolved:
            assert certain.get(file, set()) <= real or answer["error"]
            continue
        assert answer["error"] in {None, "ImportError"} or not said.get(file), answer
        if answer["error"] is None:
            assert certain.get(file, set()) <= real <= said.get(file, set())


# -- options ----------------------------------------------------------------------------------------

A = "class A: pass\nEntryClass = A\n"
B = "class B: pass\nEntryClass = B\n"
CONFIG = "sglang/srt/configs/model_config.py"


def told(inventory: Inventory) -> list[tuple[str, int]]:
    return [(each.place.file.rpartition("/")[2], each.place.line) for each in inventory.unresolved]


@pytest.mark.parametrize(
    ("disabled", "names"),
    [((), ["A", "B"]), (("a",), ["B"]), (("a", "b"), []), (("a.py",), ["A", "B"]), (("A",), ["A", "B"])],
)
def test_disabled_modules_are_skipped_by_their_name(
    disabled: tuple[str, ...], names: list[str], scan: Scan
) -> None:
    inventory = scan({"a.py": A, "b.py": B}, ScanOptions(disabled=disabled))
    assert [each.name for each in inventory.registrations] == names


@pytest.fixture
def external(tmp_path: Path) -> Callable[..., External]:
    """A package of models of the user's own, in ``mine/models``."""

    def make(**modules: str) -> External:
        folder = tmp_path / "extra" / "mine" / "models"
        folder.mkdir(parents=True)
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        layout = Layout(package="mine", distribution="mine")
        library = Library(local_source(tmp_path / "extra", layout), None)
        return External(package="mine.models", folder="mine/models", library=library)

    return make


def test_an_external_package_wins_over_the_engine(scan: Scan, external: Make) -> None:
    mine = external(
        x="# mine\n" + A,
        y="from sglang.srt.models.b import B\nclass C(B): pass\nEntryClass = [B, C]\n",
        z="class D: pass\nEntryClass = D\n",
    )
    inventory = scan({"a.py": A, "b.py": B}, ScanOptions(external=mine, disabled=("z",)))
    assert [(each.name, each.file, each.defined_in) for each in inventory.registrations] == [
        ("A", "mine/models/x.py", "mine.models.x"),
        ("B", "mine/models/y.py", "sglang.srt.models.b"),
        ("C", "mine/models/y.py", "mine.models.y"),
    ]
    assert told(inventory) == []


def test_an_external_package_without_modules_is_refused(scan: Scan, external: Make) -> None:
    with pytest.raises(SourceError, match="has no modules in mine/models"):
        scan({"a.py": A}, ScanOptions(external=external()))


def test_what_is_no_sglang_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match=r"has no sglang/srt/models/\*\.py"):
        scan({"sglang/__init__.py": ""})


# -- what the engine says besides -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", {}),
        ('multimodal_model_archs = [*MORE, "A"]\n', {"multimodal_model_archs": ("A", "L1", "L2")}),
        (
            'def is_generation_model(a):\n    if "A" in a:\n        return False\n',
            {"is_generation_model": ("A",)},
        ),
        ("multimodal_model_archs = [\n", {}),
    ],
)
def test_the_engines_own_lists_are_facts(text: str, facts: dict[str, tuple[str, ...]], scan: Scan) -> None:
    config = f"from .lists import MORE\n{text}" if "MORE" in text else text
    files = {"a.py": A, CONFIG: config, "sglang/srt/configs/lists.py": 'MORE = ["L1", "L2"]\n'}
    assert dict(scan(files).facts) == facts


@pytest.mark.parametrize(
    ("test", "targets"),
    [('architectures[0] in ["B", "A"]', ("XMTP B {}:3", "XMTP A {}:3")), ('architectures[0] != "A"', ())],
)
def test_what_is_loaded_as_a_draft_is_a_fact(test: str, targets: tuple[str, ...], scan: Scan) -> None:
    text = f'def draft(c):\n    if c.is_draft_model and c.{test}:\n        c.architectures[0] = "XMTP"\n'
    inventory = scan({"a.py": A, CONFIG: text})
    found = tuple(each.format(CONFIG) for each in targets)
    assert dict(inventory.facts) == ({"draft_targets": found} if found else {})


def test_a_category_is_told_with_its_line(scan: Scan) -> None:
    config = (
        'def is_generation_model(archs):\n    return not "A" in archs\n\nmultimodal_model_archs = ["B"]\n'
    )
    inventory = scan({"a.py": A, "b.py": B, CONFIG: config})
    assert [(each.category, each.category_source) for each in inventory.registrations] == [
        (Category.EMBEDDING, f"{CONFIG}:2 is_generation_model"),
        (Category.MULTIMODAL, f"{CONFIG}:4 multimodal_model_archs"),
    ]


TOWER = "    def get_image_feature(self, items):\n        pass\n"
POOLER = "    def f(self):\n        self.pooler = Pooler()\n"
DRAFTS = """\
class C:
    def draft(self):
        if self.is_draft_model and self.hf_config.architectures[0] == "A":
            self.hf_config.architectures[0] = "B"
"""


@pytest.mark.parametrize(
    ("modules", "config", "expected"),
    [
        ({"a": "class A:\n    pass\nEntryClass = A\n"}, "", (None, None, (), None)),
        (
            {"a": "from .b import A\nEntryClass = [A]\n", "b": f"class A:\n{POOLER}"},
            "",
            ("embedding", "b.py:3 A pools or scores", (), None),
        ),
        ({"a": f"class A:\n{TOWER}EntryClass = A\n"}, 'multimodal_model_archs = ["A"]\n', (None, None, (), None)),
        (
            {"a": "class A: pass\nclass B: pass\nEntryClass = [B, A]\n"},
            DRAFTS.replace('"B"', '"X"').replace('"A"', '"B"').replace('"X"', '"A"'),
            (None, None, ("B",), f"{CONFIG}:4"),
        ),
        ({"a": "class A: pass\nEntryClass = A\n"}, DRAFTS, (None, None, (), None)),
    ],
)  # fmt: skip
def test_what_the_code_shows_of_an_architecture_that_no_list_names(
    modules: dict[str, str],
    config: str,
    expected: tuple[str | None, str | None, tuple[str, ...], str | None],
    scan: Scan,
) -> None:
    files = {f"{name}.py": text for name, text in modules.items()}
    inventory = scan({**files, **({CONFIG: config} if config else {})})
    signs = inventory.by_name()["A"].signs
    source = signs.source.removeprefix(f"{shapes.MODELS}/") if signs.source else None
    assert (signs.category, source, signs.targets, signs.targets_source) == expected


def test_the_signs_of_an_external_package_are_its_own(scan: Scan, external: Make) -> None:
    own = {"a.py": f"class A:\n{TOWER}EntryClass = A\n"}
    mine = external(a=f"class A:\n{POOLER}EntryClass = A\n")
    found = scan(own, ScanOptions(external=mine)).by_name()["A"].signs
    assert (found.category, found.source) == (Category.EMBEDDING, "mine/models/a.py:3 A pools or scores")


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({}, None),
        ({"sglang/version.py": '__version__ = "0.4.6"\n'}, "0.4.6"),
        (
            {
                "sglang/_version.py": "__version__ = '0.5.1'\n",
                "sglang/version.py": "from ._version import x\n",
            },
            "0.5.1",
        ),
        ({"sglang/version.py": "__version__ = find()\n"}, None),
    ],
)
def test_the_version_is_what_the_package_says(files: dict[str, str], version: str | None, scan: Scan) -> None:
    assert scan({"a.py": A, **files}).version == version


FIRST_RUNNER = """
class ModelRunner:
    def load_model(self):
        from sglang.srt.models.a import A
        for arch in architectures:
            if arch == "A":
                model_class = A
                break
            if arch == "B":
                model_class = A
                break
"""


def test_the_first_releases_compare_names_by_hand(scan: Scan) -> None:
    runner = "sglang/srt/managers/router/model_runner.py"
    found = scan({runner: FIRST_RUNNER, "a.py": "class A: ...\n"})
    assert [(each.name, each.file, str(each.place)) for each in found.registrations] == [
        ("A", "a.py", f"{runner}:6"),
        ("B", "a.py", f"{runner}:9"),
    ]


# -- hostile files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x = 1\ndef f(:\n", 2),
        (b"x = 1\nEntryClass = '\x00'\n", 2),
        ("EntryClass = A\n".encode("utf-16"), 1),
        (b"# x\nEntryClass = '\xff'\n", 2),
        (b"\xef\xbb\xbf# coding: latin-1\nEntryClass = A\n", 1),
        (b"x = 1\nx = " + b"(" * 20_000 + b")" * 20_000 + b"\nEntryClass = A\n", 2),
        (b"x = 1\nx = " + b"-" * 100_000 + b"1\n", 2),
        (b"x = 1\n\nEntryClass = [" + b"A, " * 16_666_666 + b"]\n", 3),
        (b"# x\nEntryClass = " + b".".join([b"a"] * 100_000) + b"\n", 2),
        (b"class A: pass\n" + b"if x:\n pass\n" + b"elif x:\n pass\n" * 3_000 + b"EntryClass = A\n", 6004),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else None,
)
def test_a_broken_module_is_reported_with_its_line_and_harms_no_other(
    data: bytes, line: int, scan: Scan
) -> None:
    inventory = scan({"a.py": A, "odd.py": data, "z.py": B})
    assert [each.name for each in inventory.registrations] == ["A", "B"]
    assert told(inventory) == [("odd.py", line)]


@pytest.mark.parametrize(
    ("name", "target", "disabled", "reported"),
    [
        ("odd.py", "a.py", (), []),
        ("odd.py", "nowhere.py", (), [("odd.py", 1)]),
        ("odd.py", "odd.py", (), [("odd.py", 1)]),
        ("odd.py", "nowhere.py", ("odd",), []),
        ("odd.txt", "nowhere.py", (), []),
    ],
)
def test_a_module_that_is_a_link_to_nothing_is_reported(
    name: str,
    target: str,
    disabled: tuple[str, ...],
    reported: list[tuple[str, int]],
    scan: Scan,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "sglang" / shapes.MODELS
    folder.mkdir(parents=True)
    (folder / name).symlink_to(target)
    inventory = scan({"a.py": "class A: pass\n"}, ScanOptions(disabled=disabled))
    assert told(inventory) == reported


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"# " + b"x" * 1_000_000 + b"\n", "are not read; what it registers is not known"),
        (b"def f(:\n", "; the engine skips a module that fails to import"),
    ],
    ids=["large", "broken"],
)
def test_a_module_that_is_too_large_to_read_is_not_said_to_be_skipped(
    data: bytes, words: str, scan: Scan
) -> None:
    (found,) = scan({"a.py": A, "odd.py": data}).unresolved
    assert found.reason.endswith(words)


X = "class X: pass\nEntryClass = [X]"
HEAVY = {
    "a list that doubles": f"{X}\n" + "EntryClass = EntryClass + EntryClass\n" * 60,
    "a nest that doubles": f"{X}\n" + "EntryClass = [EntryClass, EntryClass]\n" * 60,
    "a text that doubles": "N = 'X'\n" + "N = N + N\n" * 60 + "EntryClass = type(N, (), {})\n",
    "many choices": f"{X}\n" + "if c():\n    EntryClass = [EntryClass, EntryClass]\n" * 40,
    "comprehensions in comprehensions": f"L = [0{', 0' * 200}]\n"
    "EntryClass = [[[[a for a in L] for b in L] for c in L] for d in L]\n",
    "many names": "".join(f"a{index} = {index}\n" for index in range(50_000)) + "EntryClass = a1\n",
    "many branches": "x = 1\n" * 500 + "if c():\n    x = 2\n" * 20_000 + "EntryClass = x\n",
    "many star imports": "x = 1\n" * 500 + "from .a import *\n" * 5_000 + "EntryClass = y\n",
    "a name bound over and over": "class X: pass\n" + "X = X\n" * 5_000 + f"EntryClass = [{'X, ' * 5_000}]\n",
    "a deep call": f"EntryClass = {'f(' * 90}{')' * 90}\n",
    "a long sum": f"{X}{' + [X]' * 800}\n",
    "two modules that choose each other": "if c():\n    from .heavy import EntryClass\nelse:\n"
    "    from . import heavy\n    EntryClass = heavy.EntryClass\n",
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_module_cannot_exhaust_its_reader(name: str, scan: Scan) -> None:
    inventory = scan({"a.py": A, "heavy.py": HEAVY[name]})
    assert [each.name for each in inventory.registrations if each.file == "a.py"] == ["A"]
    assert {name for name, _ in told(inventory)} == {"heavy.py"}


def test_nothing_that_is_scanned_is_run(scan: Scan, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    plant = f"open({str(mark)!r}, 'w').close()\n"
    planted = ("__init__.py", "sglang/__init__.py", "sglang/version.py", CONFIG)
    files = {
        **dict.fromkeys(planted, plant),
        "a.py": plant + "class A: pass\n",
        "m.py": plant + "from .a import A\nclass C(A): pass\nEntryClass = [A, C]\n",
    }
    assert [each.name for each in scan(files).registrations] == ["A", "C"]
    assert not mark.exists()


def test_names_of_files_and_folders_may_be_anything(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "sglang" / shapes.MODELS / "folder.py").mkdir(parents=True)
    files = {"größe.py": A, "a|`<b>.py": B, "empty.py": ""}
    inventory = scan(files)
    assert [(each.name, each.file) for each in inventory.registrations] == [
        ("A", "größe.py"),
        ("B", "a|`<b>.py"),
    ]
    assert told(inventory) == []
