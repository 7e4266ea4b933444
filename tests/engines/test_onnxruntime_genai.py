"""ONNX Runtime GenAI: from the branches of its model builder to architectures, and a checkpoint's way through it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import onnxruntime_genai_reader
import pytest
from verdicts import load

import real_release
from archtrack.app.history.store import SHIPPED, read_history
from archtrack.core.verdict.checkpoint import Checkpoint, only_named
from archtrack.core.verdict.release_facts import MODEL_TYPES, Fact, LoadFacts, ReleaseFacts
from archtrack.engines import load_engine
from archtrack.engines.base import Loads, ScanOptions
from archtrack.errors import SourceError
from archtrack.model import Gate, Place
from archtrack.sources.disk.folder import local_source
from archtrack.sources.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archtrack.model import Inventory

    Scan = Callable[..., Inventory]

ENGINE = "onnxruntime-genai"
MODELS = "onnxruntime_genai/models"
BUILDER = f"{MODELS}/builder.py"
FIRST = "config.architectures[0]"


def branch(name: str, made: str = "A", more: str = "", before: str = "pass") -> str:
    return f'    elif {FIRST} == "{name}"{more}:\n        {before}\n        onnx_model = {made}(config, x)\n'


CONFIG = (
    '    hf_remote = options.get("hf_remote", False)\n'
    "    config = AutoConfig.from_pretrained(n, trust_remote_code=hf_remote)\n"
)
START = (
    "from builders import A, B\n\n\ndef create_model(n, options):\n"
    + CONFIG
    + f'    if {FIRST} == "AForCausalLM":\n        onnx_model = A(config, x)\n'
)
END = "    else:\n        raise NotImplementedError(n)\n    onnx_model.make_model(n)\n"
ONLY = "    elif config_only:\n        onnx_model = Model(config, x)\n"
IN_A_BLOCK = (
    f'from builders import A\n\n\ndef create_model():\n    if "x" not in o:\n        if {FIRST} == "A":\n'
    "            onnx_model = A(config)\n        else:\n            raise E\n"
)
CLASSES = {
    f"{MODELS}/builders/__init__.py": "from .a import A, B\nfrom .base import Model\n",
    f"{MODELS}/builders/a.py": (
        "from .base import Model\n\n\nclass A(Model): ...\n\n\nclass B(A):\n"
        "    def load_weights(self, path):\n        return super().load_weights(path)\n"
    ),
    f"{MODELS}/builders/base.py": (
        "class Model:\n    def __init__(self, config):\n"
        '        self.quant_type = config.quantization_config["quant_method"]'
        ' if hasattr(config, "quantization_config") else None\n\n'
        '    def load_weights(self, path):\n        if path.endswith(".gguf"):\n            return 1\n'
    ),
    f"{MODELS}/loaders/quant_model.py": (
        "class QuantModel:\n    @staticmethod\n    def from_pretrained(quant_type):\n"
        '        if quant_type == "awq":\n            model = AWQ()\n'
        '        elif quant_type in {"modelopt", "gptq"}:\n            model = GPTQ()\n'
        "        else:\n            raise NotImplementedError(quant_type)\n        return model\n"
    ),
    f"{MODELS}/loaders/gguf.py": (
        "class GGUFModel:\n    @staticmethod\n    def from_pretrained(model_type):\n"
        '        if model_type == "AForCausalLM":\n            model = GGUFModel()\n'
        "        else:\n            raise NotImplementedError(model_type)\n        return model\n"
    ),
}
A, B = ("builders/a.py", f"{BUILDER}:7", "A", None), ("builders/a.py", f"{BUILDER}:9", "B", None)


def told(found: Inventory) -> dict[str, Any]:
    return {
        each.name: (each.file, str(each.place), each.class_name, each.condition)
        for each in found.registrations
    }


def odd(found: Inventory) -> list[str]:
    return [f"{each.place.line} {each.reason}" for each in found.unresolved]


# -- the branches ----------------------------------------------------------------------------------

SIZE = " and config.size == config.original"
OTHER = "which architectures this branch takes"


@pytest.mark.parametrize(
    ("builder", "expected", "unresolved"),
    [
        (START + END, {"AForCausalLM": A}, []),
        (START + branch("B", "B") + ONLY + END, {"AForCausalLM": A, "B": B}, []),
        # The chain may stand in a block, as it does until 0.11.2.
        (
            IN_A_BLOCK,
            {"A": ("builders/a.py", f"{BUILDER}:6", "A", None)},
            [],
        ),
        (
            START + branch('B" or config.architectures[0] == "C', "B") + END,
            {"AForCausalLM": A, "B": B, "C": B},
            [],
        ),
        (START + branch("B", "B", SIZE) + END, {"AForCausalLM": A, "B": (*B[:3], SIZE[5:])}, []),
        # The contrary in another branch leaves nothing out.
        (
            START + branch("B", "B", SIZE) + branch("B", "A", SIZE.replace("==", "!=")) + END,
            {"AForCausalLM": A, "B": B},
            [],
        ),
        (
            START + branch("B", "B", " and config.n == 1") + branch("B", "A", " and config.n == 2") + END,
            {"AForCausalLM": A, "B": (*B[:3], "config.n == 1 or config.n == 2")},
            [],
        ),
        # The first branch for a name decides.
        (START + branch("AForCausalLM", "B") + END, {"AForCausalLM": A}, []),
        (START + f'    elif {FIRST} == "B":\n        raise E\n' + END, {"AForCausalLM": A}, []),
        # A class that nothing tells the module of, and one in the builder's own.
        (
            START + branch("B", "Missing") + END,
            {"AForCausalLM": A, "B": ("builder.py", B[1], "Missing", None)},
            [],
        ),
        (
            "class A: ...\n" + START.partition("\n")[2] + END,
            {"AForCausalLM": ("builder.py", A[1], "A", None)},
            [],
        ),
        # What cannot be told.
        (START + branch("B", "B").replace("==", "!=") + END, {"AForCausalLM": A}, [f"9 cannot tell {OTHER}"]),
        (
            START + branch("B", "B").replace('"B"', "NAME") + END,
            {"AForCausalLM": A},
            [f"9 cannot tell {OTHER}"],
        ),
        (
            START + "    elif generic:\n        onnx_model = A(config)\n" + END,
            {"AForCausalLM": A},
            ["9 this branch may take any other architecture"],
        ),
        (
            START + "    else:\n        onnx_model = A(config)\n",
            {"AForCausalLM": A},
            ["10 this branch may take any other architecture"],
        ),
        (
            START + branch("B", "B").replace("B(config, x)", "make[n](config)") + END,
            {"AForCausalLM": A},
            ["9 cannot tell which class this branch makes a model of"],
        ),
        (
            START.replace(CONFIG, CONFIG + '    config.architectures = ["AForCausalLM"]\n') + END,
            {"AForCausalLM": (A[0], f"{BUILDER}:8", *A[2:])},
            ["7 this may change the architectures of a config"],
        ),
        ("def create_model(): ...\n", {}, ["1 create_model compares config.architectures[0] with nothing"]),
        ("", {}, ["0 create_model is no function that is defined once"]),
        (START + END + START + END, {}, ["15 create_model is no function that is defined once"]),
        ("def create_model(\n", {}, ["1 '(' was never closed"]),
        (f'"""\n{START}{END}"""\n', {}, ["0 create_model is no function that is defined once"]),
    ],
)
def test_what_the_branches_compare_with_is_registered(
    scan: Scan, builder: str, expected: dict[str, Any], unresolved: list[str]
) -> None:
    found = scan(ENGINE, {BUILDER: builder, **CLASSES})
    assert told(found) == expected
    assert odd(found) == unresolved


def test_a_registration_points_at_the_class(scan: Scan) -> None:
    (found,) = scan(ENGINE, {BUILDER: START + END, **CLASSES}).registrations
    assert str(found.defined) == f"{MODELS}/builders/a.py:4"
    assert found.defined_in == "onnxruntime_genai.models.builders.a"


def test_what_has_no_builder_is_refused(scan: Scan) -> None:
    with pytest.raises(SourceError, match="it is not ONNX Runtime GenAI; name another source"):
        scan(ENGINE, {"onnxruntime_genai/__init__.py": ""})


# -- a checkpoint's way ----------------------------------------------------------------------------

DELETE = 'delattr(config, "quantization_config")'
HAS = 'hasattr(config, "quantization_config")'
UNLESS = f'if {HAS} and config.quantization_config.get("quant_method") != "quark": {DELETE}'
CHAIN = (
    START
    + branch("B", "B")
    + branch("Sized", "A", SIZE)
    + branch("Both", "A", SIZE)
    + branch("Both", "A", SIZE.replace("==", "!="))
    + branch("Four", "A", " and config.size == 4")
    + branch("Odd", "A", " and odd(config)")
    + branch("Drops", "A", before=DELETE)
    + branch("Unless", "A", before=UNLESS)
    + branch("Perhaps", "A", before=f"if odd: {DELETE}")
    + branch("Raises", "A", before="if odd: raise E")
    + END
)
TRANSFORMERS = ReleaseFacts(
    engine="transformers",
    version="5.0.0",
    registered={},
    load=LoadFacts(
        tables={MODEL_TYPES: {"a": Fact(key="a", place=Place(file="transformers/models/auto/c.py", line=3))}}
    ),
)


@pytest.fixture
def release(tmp_path: Path) -> Callable[..., ReleaseFacts]:
    """What is known of a release made of files, as a source is read."""

    def read(
        builder: str = CHAIN,
        changed: Mapping[str, str] | None = None,
        transformers: ReleaseFacts | None = TRANSFORMERS,
    ) -> ReleaseFacts:
        engine = load_engine(ENGINE)
        for path, text in {BUILDER: builder, **CLASSES, **(changed or {})}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        library = Library(local_source(tmp_path, engine.layout), None)
        inventory = engine.scan(library, ScanOptions())
        assert isinstance(engine, Loads)
        return ReleaseFacts(
            engine=ENGINE,
            version="9.0",
            registered=inventory.by_name(),
            load=engine.load_facts(library, inventory),
            unresolved=len(inventory.unresolved),
            transformers=transformers,
        )

    return read


def config(name: str = "AForCausalLM", **more: Any) -> dict[str, Any]:
    return {"architectures": [name], "model_type": "a", **more}


def quantised(method: str | None, name: str = "AForCausalLM", **more: Any) -> dict[str, Any]:
    return config(
        name, quantization_config={"bits": 4, **({"quant_method": method} if method else {}), **more}
    )


@pytest.mark.parametrize(
    ("given", "status", "gate", "said"),
    [
        (config(), "native", None, "runs `AForCausalLM` by builders/a.py"),
        # The first architecture alone counts.
        (
            {**config(), "architectures": ["X", "AForCausalLM"]},
            "unsupported",
            Gate.ARCHITECTURE,
            "nothing for `X`",
        ),
        ({**config(), "architectures": ["AForCausalLM", "X"]}, "native", None, "runs `AForCausalLM`"),
        ({"model_type": "a"}, "unsupported", Gate.ARCHITECTURE, "names no architecture"),
        # AutoConfig: another transformers may know the type, and none helps an architecture that has no branch.
        ({**config(), "model_type": "b"}, "unsupported", Gate.CONFIG, "does not know the model type `b`"),
        ({**config("X"), "model_type": "b"}, "unsupported", Gate.ARCHITECTURE, "nothing for `X`"),
        (
            {**config(), "model_type": "b", "auto_map": {"AutoConfig": "c.C"}},
            "native",
            None,
            "it needs `--extra_options hf_remote=true`",
        ),
        # Values of the config.
        (config("Sized", size=1, original=1), "native", None, "one for A"),
        (config("Sized", size=1, original=2), "unsupported", Gate.CONFIG, "`size` is `1`, `original` is `2`"),
        (config("Sized", size=1), "native", None, "hangs on values that it does not say"),
        (config("Both", size=1, original=2), "native", None, "one for A"),
        (config("Four", size=4), "native", None, "one for A"),
        (config("Four", size=5), "unsupported", Gate.CONFIG, "where `size` is 4, and `size` is `5`"),
        (config("Odd"), "native", None, "hangs on values that it does not say"),
        (config("Raises"), "native", None, "hangs on values that it does not say"),
        # Quantisation.
        (quantised("awq"), "native", None, "weights of quantisation method `awq` are loaded"),
        (quantised("gptq"), "native", None, "weights of quantisation method `gptq` are loaded"),
        (quantised("fp8"), "unsupported", Gate.QUANTISATION, "loads no weights of quantisation method `fp8`"),
        (quantised(None), "unsupported", Gate.QUANTISATION, "names no `quant_method`"),
        (
            quantised("fp8", "B"),
            "native",
            None,
            "what becomes of the quantisation in `quantization_config` is not",
        ),
        (quantised("fp8", "Drops"), "native", None, "takes `quantization_config` out of the config"),
        (config("Drops"), "unsupported", Gate.CONFIG, "stops where there is none"),
        (quantised("fp8", "Unless"), "native", None, "takes `quantization_config` out of the config"),
        (quantised("quark", "Unless"), "unsupported", Gate.QUANTISATION, "loads no weights"),
        (config("Unless"), "native", None, "runs `Unless`"),
        (quantised("fp8", "Perhaps"), "native", None, "is not followed"),
        (config("Perhaps"), "native", None, "runs `Perhaps`"),
        (
            config(text_config={"quantization_config": {"quant_method": "fp8"}}),
            "native",
            None,
            "the quantisation in `text_config.quantization_config` is not followed",
        ),
    ],
)
def test_what_becomes_of_a_config(
    release: Callable[..., ReleaseFacts], given: dict[str, Any], status: str, gate: Gate | None, said: str
) -> None:
    verdict = load(given, release())
    assert (verdict.status.value, verdict.gate) == (status, gate)
    assert any(said in step.text for step in verdict.steps), [step.text for step in verdict.steps]


def test_a_bare_name_is_asked_for_nothing_but_its_architecture(release: Callable[..., ReleaseFacts]) -> None:
    known = release()
    for name in ("AForCausalLM", "Sized", "Drops", "B"):
        verdict = load(only_named(name), known)
        assert (verdict.status.value, verdict.resolved, verdict.key) == ("native", name, name)
    assert load(only_named("X"), known).gate is Gate.ARCHITECTURE


def test_without_a_transformers_the_gate_of_the_config_is_not_followed(
    release: Callable[..., ReleaseFacts],
) -> None:
    verdict = load({**config(), "model_type": "b"}, release(transformers=None))
    assert verdict.status.value == "native"
    assert "the gate of the config is not followed" in verdict.steps[0].text


def test_a_type_that_autoconfig_does_not_know_is_put_right_by_another_transformers(
    release: Callable[..., ReleaseFacts],
) -> None:
    verdict = load({**config(), "model_type": "b"}, release())
    assert verdict.fix is not None
    assert verdict.fix.startswith("a transformers that knows the model type `b`")
    assert verdict.key == "AForCausalLM"


TRIED = CHAIN.replace(
    CONFIG.splitlines()[1],
    "    try:\n        config = AutoConfig.from_pretrained(n, trust_remote_code=False)\n    except ValueError:\n"
    "        config = B.rescue(n)\n        if config is None:\n            raise",
)
RESCUE = (
    "    @classmethod\n    def rescue(cls, n):\n        name = 'B'\n        read = get(n)\n"
    '        if read.get("architectures") != [name]:\n            return None\n        return C(read)\n'
)


@pytest.mark.parametrize(
    ("method", "name", "status", "gate"),
    [
        (RESCUE, "B", "native", None),
        (RESCUE, "AForCausalLM", "unsupported", Gate.CONFIG),
        (RESCUE.replace("[name]", "names"), "B", "unknown", None),
        (RESCUE.replace("'B'", "f()"), "B", "unknown", None),
        (RESCUE.replace("read = get(n)", "return 1"), "B", "unknown", None),
        ("", "B", "unknown", None),
        (RESCUE, "X", "unsupported", Gate.ARCHITECTURE),
    ],
)
def test_what_is_done_where_autoconfig_fails(
    release: Callable[..., ReleaseFacts], method: str, name: str, status: str, gate: Gate | None
) -> None:
    path = f"{MODELS}/builders/a.py"
    verdict = load({"architectures": [name]}, release(TRIED, {path: CLASSES[path] + method}))
    assert (verdict.status.value, verdict.gate) == (status, gate)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("AutoConfig.from_pretrained(n, trust_remote_code=True)", "which the builder trusts"),
        ("AutoConfig.from_pretrained(n)", "transformers asks the user about"),
        ("AutoConfig.from_pretrained(n, trust_remote_code=trusts(n))", "transformers asks the user about"),
        ("ask(n)", "how the builder opens a config could not be read"),
    ],
)
def test_what_the_builder_does_with_a_repositorys_code(
    release: Callable[..., ReleaseFacts], call: str, said: str
) -> None:
    builder = CHAIN.replace(CONFIG.splitlines()[1].strip(), f"config = {call}")
    given = {**config(), "model_type": "b", "auto_map": {"AutoConfig": "c.C"}}
    verdict = load(given, release(builder))
    assert verdict.status.value == "native"
    assert any(said in step.text for step in verdict.steps)


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (
            f"{MODELS}/loaders/quant_model.py",
            "raise NotImplementedError(quant_type)",
            "model = 1",
            "could not be read",
        ),
        (
            f"{MODELS}/loaders/quant_model.py",
            'quant_type == "awq"',
            "quant_type in known",
            "could not be read",
        ),
        (f"{MODELS}/builders/base.py", "self.quant_type", "self.other", "is not followed"),
        (f"{MODELS}/builders/base.py", '"quant_method"', "key", "is not followed"),
    ],
)
def test_a_loader_that_is_not_plainly_written_refuses_nothing(
    release: Callable[..., ReleaseFacts], path: str, old: str, new: str, said: str
) -> None:
    verdict = load(quantised("fp8"), release(changed={path: CLASSES[path].replace(old, new)}))
    assert verdict.status.value == "native"
    assert any(said in step.text for step in verdict.steps)


def test_a_gguf_file_brings_weights_alone(release: Callable[..., ReleaseFacts]) -> None:
    given = Checkpoint(architectures=(), gguf_architecture="llama")
    verdict = load(given, release())
    assert verdict.status.value == "unknown"
    assert "`--model_name`" in verdict.because.text
    assert verdict.steps[1].text == "it takes weights from GGUF files for `AForCausalLM`"
    path = f"{MODELS}/builders/base.py"
    without = load(given, release(changed={path: "class Model: ...\n"}))
    assert "reads GGUF files is not followed" in without.because.text


# -- real releases ---------------------------------------------------------------------------------


def seeded() -> list[str]:
    """The oldest, the newest, one of each layout, and some that chance takes."""
    versions = [each.version for each in read_history(SHIPPED / f"{ENGINE}.json").releases]
    chosen = random.Random(7).sample(versions[1:-1], 3)  # noqa: S311 -- not for secrets
    return [versions[0], *chosen, versions[-1]]


@pytest.mark.network
@pytest.mark.parametrize("version", seeded())
def test_a_second_reader_finds_the_same_in_a_release(version: str) -> None:
    engine = load_engine(ENGINE)
    with real_release.opened(engine.layout, version) as source:
        files = source.read(source.list((BUILDER, f"{MODELS}/builders/*.py")))
        found = engine.scan(Library(source, None), ScanOptions())
    expected = onnxruntime_genai_reader.registered(files)
    assert {each.name: (each.file, each.place.line) for each in found.registrations} == expected
    history = read_history(SHIPPED / f"{ENGINE}.json").at(version)
    assert {name: entry.file for name, entry in history.items()} == {
        name: file for name, (file, _) in expected.items()
    }


@pytest.mark.network
@pytest.mark.parametrize(
    ("version", "count", "methods", "gguf", "option"),
    [
        ("0.1.0", 4, None, 4, {"trusts": None, "asks": None}),
        ("0.11.3", 23, {"awq", "gptq", "olive", "quark"}, 11, {"trusts": True, "asks": "hf_remote"}),
        (
            "0.18.0",
            38,
            {"awq", "gptq", "olive", "quark", "modelopt", "compressed-tensors", "quant_auto"},
            11,
            {"trusts": False, "asks": "hf_remote"},
        ),
    ],
)
def test_real_releases(
    version: str,
    count: int,
    methods: set[str] | None,
    gguf: int,
    option: dict[str, Any],
    read_release: Callable[[str, str], ReleaseFacts],
) -> None:
    known = read_release(ENGINE, version)
    assert (len(known.registered), known.unresolved) == (count, 0)
    assert len(known.load.tables["gguf_classes"]) == gguf
    assert {key: known.load.rules["config"][key] for key in option} == option
    found = known.load.tables.get("quantisation")
    assert (None if found is None else set(found)) == methods
    refused = load(quantised("fp8", "LlamaForCausalLM"), known)
    assert refused.gate is (None if methods is None else Gate.QUANTISATION)
