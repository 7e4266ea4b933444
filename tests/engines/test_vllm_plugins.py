"""Plugins of vLLM: from the calls of ``register_model``, and their own tables, to what they answer for."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
import vllm_plugin_reader

import real_release
from archtrack.app.history.store import SHIPPED, Histories, read_history
from archtrack.app.presence import adds_nothing, is_plugin, presence_with
from archtrack.core.history.history import REGISTRY
from archtrack.core.verdict.checkpoint import Checkpoint, only_named, read_checkpoint
from archtrack.core.verdict.release_facts import LoadOptions, ReleaseFacts
from archtrack.engines import engine_names, load_engine
from archtrack.engines._vllm_plugin import VLLMPlugin
from archtrack.model import Status
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.core.verdict.verdict import Verdict
    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

PLUGINS = tuple(name for name in engine_names() if is_plugin(name))
FILE = "vllm_ascend/models/__init__.py"
IMPORT = "from vllm import ModelRegistry\n"
FUNCTION = f"{IMPORT}def register_model():\n"
BOTH = {"A": None, "B": None}
A = 'ModelRegistry.register_model("A", "vllm_ascend.models.a:ClassA")'
B = 'ModelRegistry.register_model("B", "vllm_ascend.models.b:B")'
LOOP = "ModelRegistry.register_model(name, path)"
ROWS = '{"A": "vllm_ascend.models.a:ClassA", "B": "vllm_ascend.models.b:B"}'
OTHERS = {
    "vllm_ascend/__init__.py": "",
    "vllm_ascend/models/a.py": "class ClassA: ...\n",
    "vllm_ascend/models/b.py": "class B: ...\n",
    "vllm_ascend/tables.py": f'TABLE = {ROWS}\nPARTS = {{"A": ("a", "ClassA")}}\nODD = {{**TABLE, **more()}}\n',
}


def read(scan: Scan, text: str, engine: str = "vllm-ascend", path: str = FILE) -> Inventory:
    return scan(engine, {**(OTHERS if engine == "vllm-ascend" else {}), path: text})


def told(found: Inventory) -> dict[str, str | None]:
    return {each.name: each.condition for each in found.registrations}


def odd(found: Inventory) -> list[int]:
    return [each.place.line for each in found.unresolved]


def test_the_plugins_that_are_there() -> None:
    assert PLUGINS == ("tpu-inference", "vllm-ascend", "vllm-omni", "vllm-rbln")
    for name in PLUGINS:
        engine = load_engine(name)
        assert isinstance(engine, VLLMPlugin)
        assert (engine.about.title, engine.about.adds_to) == (f"vLLM + {name}", "vllm")
    assert not is_plugin("vllm")
    assert not is_plugin("no-engine")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{FUNCTION}    {A}\n    {B}", BOTH),
        (f"{FUNCTION}    pass", {}),
        (f"{IMPORT}{A}", {"A": None}),
        ("", {}),
        (f'"""{A}"""\n# {B}', {}),
        # Names and classes in other ways.
        (f'{IMPORT}ARCH = "A"\ndef register_model():\n    ModelRegistry.register_model(ARCH, "m:C")', {"A": None}),
        (f'{FUNCTION}    ModelRegistry.register_model(model_cls="m:C", model_arch="A")', {"A": None}),
        (f'{FUNCTION}    from .a import ClassA\n    ModelRegistry.register_model("A", ClassA)', {"A": None}),
        ('import vllm\ndef register_model():\n    vllm.ModelRegistry.register_model("A", "m:C")', {"A": None}),
        ('from vllm import ModelRegistry as R\nR.register_model("A", "m:C")', {"A": None}),
        # Conditions.
        (f"{FUNCTION}    if envs.X:\n        {A}", {"A": "envs.X"}),
        (f"{FUNCTION}    if envs.X:\n        {A}\n    else:\n        {A}", {"A": None}),
        (f"{FUNCTION}    if envs.X:\n        {A}\n    else:\n        {B}", {"A": "envs.X", "B": "not (envs.X)"}),
        (f"{FUNCTION}    if TYPE_CHECKING:\n        {A}", {}),
        (f"{FUNCTION}    try:\n        {A}\n    except E:\n        pass", {"A": "the try at line 3 succeeds"}),
        (f"{IMPORT}def other():\n    {A}", {"A": "`other` is called"}),
        (f"{IMPORT}def other():\n    {A}\ndef register_model():\n    {A}", {"A": None}),
        (f"{IMPORT}class C:\n    def f(self):\n        {A}", {"A": "`C.f` is called"}),
        # Loops over tables.
        (f"{IMPORT}T = {ROWS}\ndef register_model():\n    for name, path in T.items():\n        {LOOP}", BOTH),
        (f"{IMPORT}T = {ROWS}\nfor name in T:\n    ModelRegistry.register_model(name, T[name])", BOTH),
        (f"{IMPORT}T = {ROWS}\nfor name in T.keys():\n    ModelRegistry.register_model(name, T[name])", BOTH),
        (f"{FUNCTION}    from ..tables import TABLE\n    for name, path in TABLE.items():\n        {LOOP}", BOTH),
        (f"{IMPORT}from vllm_ascend.tables import TABLE as T\nfor name, path in T.items():\n    {LOOP}", BOTH),
        (f'{FUNCTION}    for name, path in [("A", "m:C"), ("B", "m:D")]:\n        {LOOP}', BOTH),
        (f'{IMPORT}L = ("A", "B")\nfor name in L:\n    ModelRegistry.register_model(name, f"m:{{name}}")', BOTH),
        (
            f"{IMPORT}from ..tables import TABLE\nfor name, path in TABLE.items():\n    if x(name):\n        {LOOP}",
            {"A": "x(name)", "B": "x(name)"},
        ),
        (f"{IMPORT}T = {{}}\nfor name, path in T.items():\n    {LOOP}", {}),
        # What registers nothing here.
        (f"{IMPORT}def helper(name, path):\n    {LOOP}", {}),
        ('R = _ModelRegistry({})\nDiffusionModelRegistry.register_model("A", "m:C")', {}),
        ('class C:\n    def f(self):\n        self.register_model("A", "m:C")', {}),
        ("from .other import register_model\nregister_model()", {}),
    ],
)  # fmt: skip
def test_what_is_plainly_registered_is_registered(
    scan: Scan, text: str, expected: dict[str, str | None]
) -> None:
    found = read(scan, text)
    assert told(found) == expected
    assert odd(found) == []


@pytest.mark.parametrize(
    ("text", "names", "lines"),
    [
        (f'{FUNCTION}    {A}\n    ModelRegistry.register_model(make(), "m:C")', ["A"], [4]),
        (f'{FUNCTION}    ModelRegistry.register_model(f"{{x}}A", "m:C")', [], [3]),
        (f"{FUNCTION}    ModelRegistry.register_model(*pair)", [], [3]),
        (f"{FUNCTION}    ModelRegistry.register_model(**named)", [], [3]),
        (f'{IMPORT}ARCH = "A"\nARCH = other()\nModelRegistry.register_model(ARCH, "m:C")', [], [4]),
        ('ARCH = "A"\ndef register_model():\n    ARCH = f()\n    ModelRegistry.register_model(ARCH, "m:C")', [], [4]),
        (f"T = {ROWS}\ndef f():\n    T = g()\n    for name, path in T.items():\n        {LOOP}", [], [5]),
        (f"{FUNCTION}    for name, path in table().items():\n        {LOOP}", [], [4]),
        (f"{FUNCTION}    for name, path in handed.items():\n        {LOOP}", [], [4]),
        ('L = ["A"]\nL.append(x)\nfor name in L:\n    ModelRegistry.register_model(name, "m:C")', [], [4]),
        (f"{FUNCTION}    for x in y:\n        {A}", [], [4]),
        (f"{FUNCTION}    while x:\n        {A}", [], [4]),
        (f"{FUNCTION}    from ..tables import ODD\n    for name, path in ODD.items():\n        {LOOP}", [], [5]),
        (f"{FUNCTION}    from ..missing import T\n    for name, path in T.items():\n        {LOOP}", [], [5]),
        (f"{FUNCTION}    from other.package import T\n    for name, path in T.items():\n        {LOOP}", [], [5]),
        (f"{IMPORT}T = {ROWS}\nT.update(more())\nfor name, path in T.items():\n    {LOOP}", [], [5]),
        (f"{IMPORT}[ModelRegistry.register_model(a, b) for a, b in pairs]", [], [2]),
        ('register_model("A", "m:C")', [], [1]),
        ('module.register_model("A", "m:C")', [], [1]),
        (f"{FUNCTION}    {A}\n    {B[:-1]}", [], [4]),
        (f"{A} )", [], [1]),
    ],
)  # fmt: skip
def test_what_is_not_plainly_registered_is_said(
    scan: Scan, text: str, names: list[str], lines: list[int]
) -> None:
    found = read(scan, text)
    assert list(told(found)) == names
    assert odd(found) == lines


def test_a_registration_points_at_its_line_and_at_the_class(scan: Scan) -> None:
    found = read(
        scan, f'{FUNCTION}    {A}\n    ModelRegistry.register_model("C", "optimum.rbln:C")'
    ).by_name()
    assert (found["A"].file, str(found["A"].place)) == ("models/a.py", f"{FILE}:3")
    assert (found["A"].defined_in, found["A"].class_name) == ("vllm_ascend.models.a", "ClassA")
    assert (found["C"].file, found["C"].class_name) == ("optimum/rbln.py", None)


def test_a_row_of_a_table_points_at_the_row_and_its_parts_make_the_class(scan: Scan) -> None:
    text = (
        f"{FUNCTION}    from ..tables import PARTS\n    for arch, (module, name) in PARTS.items():\n"
        '        ModelRegistry.register_model(arch, f"vllm_ascend.models.{module}:{name}")\n'
    )
    (found,) = read(scan, text).registrations
    assert (str(found.place), found.file, found.class_name) == (
        "vllm_ascend/tables.py:2",
        "models/a.py",
        "ClassA",
    )


def test_of_two_imports_no_class_is_told(scan: Scan) -> None:
    text = (
        f"{FUNCTION}    if x:\n        from .a import C\n    else:\n        from .b import C\n"
        '    ModelRegistry.register_model("A", C)\n'
    )
    (found,) = read(scan, text).registrations
    assert (found.file, found.class_name) == ("models/__init__.py", None)


def test_of_two_branches_no_class_is_told(scan: Scan) -> None:
    other = A.replace("models.a:ClassA", "models.b:B")
    (found,) = read(scan, f"{FUNCTION}    if x:\n        {A}\n    else:\n        {other}").registrations
    assert (found.file, str(found.place), found.class_name) == ("models/__init__.py", f"{FILE}:4", None)


@pytest.mark.parametrize(
    ("text", "expected", "lines"),
    [
        ('_RBLN_SUPPORTED_MODELS = {"A": ("a", "A")}', {"A": ("_RBLN_SUPPORTED_MODELS",)}, []),
        ('X = {"A": 1}\n_RBLN_SUPPORTED_MODELS = {**X, "B": 2}', dict.fromkeys("AB", ("_RBLN_SUPPORTED_MODELS",)), []),
        ("_RBLN_SUPPORTED_MODELS = {}", {}, []),
        ('_RBLN_SUPPORTED_MODELS = {**more(), "B": 2}', {"B": ("_RBLN_SUPPORTED_MODELS",)}, [1]),
        # A release without the table has another form.
        ('X = {"A": 1}', {}, [0]),
        ("from .tables import _RBLN_SUPPORTED_MODELS\nif x in _RBLN_SUPPORTED_MODELS: pass", {}, [0]),
        # vLLM's registry comes first.
        (f'_RBLN_SUPPORTED_MODELS = {{"A": 1}}\n{A}', {"A": ()}, []),
    ],
)  # fmt: skip
def test_a_table_of_its_own_counts(
    scan: Scan, text: str, expected: dict[str, tuple[str, ...]], lines: list[int]
) -> None:
    found = read(scan, text, "vllm-rbln", "vllm_rbln/__init__.py")
    assert {each.name: each.groups for each in found.registrations} == expected
    assert odd(found) == lines


@pytest.mark.parametrize(
    ("body", "names", "lines"),
    [
        ('_MODEL_REGISTRY["A"] = A', ["A"], []),
        ("_MODEL_REGISTRY[name] = A", [], []),
        ("_MODEL_REGISTRY[other] = A", [], [3]),
        ('_MODEL_REGISTRY.update({"A": A})', [], [3]),
        ('return _MODEL_REGISTRY["A"]', [], []),
        ('_OTHER["A"] = A', [], []),
    ],
)
def test_a_function_adds_to_a_table_of_its_own(
    scan: Scan, body: str, names: list[str], lines: list[int]
) -> None:
    text = f"_MODEL_REGISTRY = {{}}\ndef _get_model_architecture(name):\n    {body}\n"
    found = read(scan, text, "tpu-inference", "tpu_inference/__init__.py")
    assert list(told(found)) == names
    assert sorted(set(odd(found))) == lines


# -- what becomes of a checkpoint ------------------------------------------------------------------


def verdict(
    tmp_path: Path, scan: Scan, text: str, checkpoint: Checkpoint, engine: str = "vllm-ascend"
) -> Verdict:
    path = f"{engine.replace('-', '_')}/__init__.py"
    inventory = read(scan, text, engine, path)
    declared = load_engine(engine)
    assert isinstance(declared, VLLMPlugin)
    library = Library(local_source(tmp_path / engine, declared.layout), None)
    release = ReleaseFacts(
        engine=engine,
        version="1.0",
        registered=inventory.by_name(),
        load=declared.load_facts(library, inventory),
        unresolved=len(inventory.unresolved),
    )
    return declared.load(checkpoint, release, LoadOptions())


def config(**values: Any) -> Checkpoint:
    return read_checkpoint(json.dumps(values).encode())


@pytest.mark.parametrize(
    ("checkpoint", "status", "reason"),
    [
        (config(architectures=["A"]), Status.NATIVE, "vllm-ascend 1.0 registers `A` in vllm"),
        (only_named("A"), Status.NATIVE, "vllm-ascend 1.0 registers `A` in vllm"),
        (
            config(architectures=["A"], quantization_config={"quant_method": "awq"}),
            Status.UNKNOWN,
            "whether its class takes quantisation method `awq` is not followed",
        ),
        (config(architectures=["B"]), Status.NATIVE, "vllm-ascend 1.0 registers `B` in vllm, where x"),
        (config(architectures=["C"]), Status.UNKNOWN, "vllm-ascend 1.0 registers nothing for it: what vllm itself"),
        (only_named("C"), Status.UNKNOWN, "vllm-ascend 1.0 registers nothing for it: what vllm itself"),
        (config(architectures=["C", "A"]), Status.UNKNOWN, "vllm-ascend 1.0 registers nothing for it"),
        (config(model_type="a"), Status.UNKNOWN, "the checkpoint names no architecture"),
        (
            Checkpoint(architectures=(), model_type=None, given=True, gguf_architecture="llama"),
            Status.UNKNOWN,
            "",
        ),
    ],
)  # fmt: skip
def test_a_plugin_answers_for_what_it_registers(
    tmp_path: Path, scan: Scan, checkpoint: Checkpoint, status: Status, reason: str
) -> None:
    found = verdict(tmp_path, scan, f"{FUNCTION}    {A}\n    if x:\n        {B}", checkpoint)
    assert found.status is status
    assert found.because.text.startswith(reason)
    assert (found.resolved is None) is (status is not Status.NATIVE)


def test_a_later_architecture_that_it_registers_is_said(tmp_path: Path, scan: Scan) -> None:
    found = verdict(tmp_path, scan, f"{FUNCTION}    {A}", config(architectures=["C", "A"]))
    assert [str(each.place) for each in found.steps if "`A`" in each.text] == ["vllm_ascend/__init__.py:3"]


@pytest.mark.parametrize(("name", "status"), [("A", Status.NATIVE), ("MidmLMHeadModel", Status.UNKNOWN)])
def test_what_vllm_stops_before_a_table_of_its_own_is_asked_is_not_known(
    tmp_path: Path, scan: Scan, name: str, status: Status
) -> None:
    text = '_RBLN_SUPPORTED_MODELS = {"A": 1, "MidmLMHeadModel": 2}'
    found = verdict(tmp_path, scan, text, only_named(name), "vllm-rbln")
    assert found.status is status
    assert "`_RBLN_SUPPORTED_MODELS`" in found.because.text


# -- the history -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLUGINS)
def test_what_vllm_never_had_is_declared(name: str) -> None:
    """Of what is in a table of the plugin's own; vLLM converts the class of a text model for ``Qwen3Model``."""
    vllm, history = read_history(SHIPPED / "vllm.json"), read_history(SHIPPED / f"{name}.json")
    engine = load_engine(name)
    assert isinstance(engine, VLLMPlugin)
    own = {
        each
        for each, spans in history.registered.items()
        if any(state.groups for span in spans for state in span.states)
    }
    assert own - vllm.registered.keys() - {"Qwen3Model"} == set(engine.own_only)


@pytest.mark.parametrize(
    ("engine", "name", "status", "silent"),
    [
        ("vllm-ascend", "DeepseekV4ForCausalLM", Status.NATIVE, False),
        ("vllm-ascend", "DeepseekV3ForCausalLM", Status.UNKNOWN, True),  # until 0.11.0
        ("vllm-ascend", "Qwen3ForCausalLM", Status.UNKNOWN, True),
        ("vllm-omni", "Qwen3OmniMoeForConditionalGeneration", Status.NATIVE, False),
        ("vllm-rbln", "LlamaForCausalLM", Status.NATIVE, False),
        ("vllm", "NoSuchModel", Status.UNSUPPORTED, False),
        ("mlx-lm", "NoSuchModel", Status.UNKNOWN, False),  # an engine's "unknown" is an answer
    ],
)
def test_a_plugin_that_registers_nothing_for_it_has_nothing_to_say(
    engine: str, name: str, status: Status, *, silent: bool
) -> None:
    histories = Histories({}, SHIPPED)
    history = histories.need(engine)
    assert history.newest is not None
    presence = presence_with(name, history, history.newest, histories)
    assert presence.status is status
    assert adds_nothing(presence) is silent


def drawn() -> list[tuple[str, str]]:
    """Five releases by chance, and the one that has none."""
    known = [
        (name, release.version)
        for name in PLUGINS
        for release in read_history(SHIPPED / f"{name}.json").releases
        if release.tells(REGISTRY) and release.version != "0.23.0.post1"  # a large source distribution
    ]
    return [*random.Random("archtrack plugins").sample(known, 5), ("vllm-ascend", "0.13.0")]  # noqa: S311 -- a sample


@pytest.mark.network
@pytest.mark.parametrize(("name", "version"), drawn())
def test_the_history_is_what_a_second_reader_finds_in_all_files(name: str, version: str) -> None:
    engine = load_engine(name)
    with real_release.opened(engine.layout, version) as source:
        files: Mapping[str, bytes] = source.read(source.list([f"{engine.layout.package}/**/*.py"]))
    history = read_history(SHIPPED / f"{name}.json")
    assert vllm_plugin_reader.registered(files) == set(history.at(version))
