"""Texts that hurt a reader, as long as one likes, and every reader of texts from outside.

``READERS`` names what reads, with the shapes of text for it: ``shape(n)`` is about n lines, or n times the same.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archtrack.config.settings import parse_settings
from archtrack.core.audit.claims import Judged, Outcome
from archtrack.core.audit.edits import mended
from archtrack.core.audit.json_text import read_json
from archtrack.core.audit.listing import read_list
from archtrack.core.audit.markdown import read_markdown
from archtrack.core.audit.python_text import read_python
from archtrack.core.audit.words import Engines
from archtrack.core.audit.yaml_text import read_yaml
from archtrack.core.document.lint import fix, lint
from archtrack.core.document.merge import MergeOptions, merge
from archtrack.core.document.parse import parse
from archtrack.core.gguf import read_gguf_header
from archtrack.core.history.data_file import WrongHistoryError, checked, parse_history
from archtrack.core.issue.parts import issue_of
from archtrack.core.matrix.categories import by_name, draft_target
from archtrack.core.recipes.data_file import WrongRecipesError, parse_recipes
from archtrack.core.recipes.lint import lint_recipes
from archtrack.core.verdict.checkpoint import read_checkpoint
from archtrack.core.verdict.error_messages import find_messages
from archtrack.core.verdict.log_text import read_log
from archtrack.core.verdict.suggestions import looks_like_class
from archtrack.engines import load_engine
from archtrack.engines.base import Loads, ScanOptions
from archtrack.engines.llama_cpp.cpp_switches import arch_switches
from archtrack.engines.llama_cpp.cpp_table import gguf_architectures
from archtrack.engines.ollama.carried_source import named_commit, patched_rows, submodule, translated
from archtrack.engines.ollama.converter_source import converter_source, number_types
from archtrack.engines.ollama.registering import taken_in, what_is_registered
from archtrack.model import Category, Matrix, Origin, Status
from archtrack.recipes import vllm as vllm_recipes
from archtrack.sources.library import Library
from archtrack.sources.patterns import match_paths
from archtrack.sources.pins import pins_from_metadata, pins_from_project, pins_from_requirements
from miniature import READ, matrix_row, public, registration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# -- documents -------------------------------------------------------------------------------------

HEADING = "## Text-only Language Models (Generative)\n"
HEAD = "| Architecture | Native | HF | SGLang File | Example |\n|---|---|---|---|---|\n"
STATS = "**1** native / **2** HF-only / **3** no fallback / **4** total\n"
SUMMARY = "## Overall Summary\n"
ROW = "| **A{}** | Y |  | `a` | x |\n"

DOCUMENTS: dict[str, Any] = {
    "heading of blanks": lambda n: "# a" + " " * n + "x\n",
    "heading of hashes": lambda n: "# a" + " #" * n + "x\n",
    "list markers": lambda n: "- " * n + "x\n",
    "list markers and a fence": lambda n: "1. " * n + "```x\n",
    "stats lines": lambda n: HEADING + STATS * n,
    "tables and stats lines": lambda n: (
        HEADING + "".join(f"{HEAD}{ROW.format(i)}\n{STATS}\n" for i in range(n))
    ),
    "rows": lambda n: HEADING + HEAD + "".join(map(ROW.format, range(n))),
    "rows in the wrong order": lambda n: HEADING + HEAD + "".join(map(ROW.format, range(n, 0, -1))),
    "one row again and again": lambda n: HEADING + HEAD + ROW * n,
    "rows outside": lambda n: HEAD + "".join(map(ROW.format, range(n))),
    "sections": lambda n: "".join(f"{HEADING}\n{HEAD}{ROW.format(i)}\n" for i in range(n)),
    "tables": lambda n: HEADING + "".join(f"\n{HEAD}{ROW.format(i)}\n" for i in range(n)),
    "tables without header": lambda n: HEADING + "".join(f"\n{ROW.format(i)}\n" for i in range(n)),
    "a wide row": lambda n: f"{HEADING}|{' a |' * n}\n|{'---|' * n}\n|**A**{'| a' * n}|\n",
    "short rows of a wide table": lambda n: (
        f"{HEADING}| Architecture |{' a |' * n}\n|{'-|' * n}\n" + "|**A**|\n" * n
    ),
    "backslashes": lambda n: HEADING + HEAD + "|" + "\\" * n + "|\n",
    "escaped stars": lambda n: HEADING + HEAD + "| **" + "\\*" * n + " |\n",
    "stars": lambda n: HEADING + HEAD + "| **" + "*" * n + " |\n",
    "ticks": lambda n: HEADING + HEAD + "| **A** |" + "` `` " * n + " |\n",
    "comments": lambda n: "<!-- a -->\n" * n,
    "comments that open": lambda n: "a <!-- a\n" * n,
    "comments that open on one line": lambda n: "a <!-- a " * n + "\n",
    "comments that open again": lambda n: "<!-- a --> b <!-- c\n" * n,
    "ticks around comments": lambda n: "`<!--" * n + "\n",
    "fences": lambda n: "```\na\n```\n" * n,
    "fences in fences": lambda n: "````\n```\n" * n,
    "quoted counts": lambda n: SUMMARY + "> **1** natively supported (1%)\n" * n,
    "a quotation of blanks": lambda n: f"{SUMMARY}>{' ' * n}x\n",
    "a quotation of stars": lambda n: f"{SUMMARY}> {'*' * n}x\n",
    "dates": lambda n: "**Last updated:** 2026-01-01\n" * n,
    "dates on one line": lambda n: "**Last updated:**" * n + "\n",
    "underlines": lambda n: "a\n-\n" * n,
    "pipes": lambda n: f"{HEADING}{'|' * n}\n",
    "lines of pipes": lambda n: HEADING + "|\n" * n,
    "code": lambda n: "\n    a\n" * n,
}

_MATRIX = Matrix(
    rows=(
        *(matrix_row(f"A{i}", native=registration(f"A{i}", "a.py")) for i in range(10)),
        matrix_row("Bb", status=Status.FALLBACK, hf=public("Bb")),
        matrix_row("Zz", Category.EMBEDDING, native=registration("Zz")),
    ),
    inventories=READ,
    known=frozenset({"A1", "Bb", "Zz"}),
)


def read_document(text: str) -> None:
    document = parse(text)
    lint(document, matrix=_MATRIX)
    fix(document)
    merge(document, _MATRIX, options=MergeOptions(date="2026-01-01", refresh=True, prune=True, force=True))


_BEFORE = (
    "## Embedding / Classification / Reward / Retrieval Models\n"
    + HEAD
    + "".join(map(ROW.format, range(100)))
)


def split_document(text: str) -> None:
    """A document that does not fit into one part in any case."""
    issue_of(parse(f"{_BEFORE}\n{text}"), "x", limit=2048)


# -- Python ----------------------------------------------------------------------------------------

_X = "class X: ...\n"


def _of_tables(name: str) -> dict[str, Any]:
    """What may be done to a table or list again and again."""
    return {
        "a table: items": lambda n: f"{_X}{name} = [{'X, ' * n}]\n",
        "a table: keys": lambda n: f"{name} = {{{''.join(f'{i!r}: X, ' for i in map(str, range(n)))}}}\n",
        "a table: additions": lambda n: f"{_X}{name} = []\n" + f"{name} += [X]\n" * n,
        "a table: appended": lambda n: f"{_X}{name} = []\n" + f"{name}.append(X)\n" * n,
        "a table: set": lambda n: f"{name} = {{}}\n" + "".join(f'{name}["A{i}"] = "a"\n' for i in range(n)),
        "a table: set and deleted": lambda n: f"{name} = {{}}\n" + f'{name}["A"] = "a"\ndel {name}["A"]\n' * n,
        "a table: taken in": lambda n: f'T = ["a"]\n{name} = [{"*T, " * n}]\n',
        "a table: taken in by name": lambda n: (
            "".join(f'T{i} = ["a{i}"]\n' for i in range(n)) + f"{name} = [{''.join(f'*T{i}, ' for i in range(n))}]\n"
        ),
        "a table: lists of lists": lambda n: (
            f"{_X}L0 = [X]\n" + "".join(f"L{i + 1} = [*L{i}, *L{i}]\n" for i in range(n)) + f"{name} = L{n}\n"
        ),
        "a table: other names": lambda n: (
            "T0 = {}\n" + "".join(f"T{i + 1} = T{i}\n" for i in range(n)) + f"{name} = T{n}\n"
        ),
        "a table: under conditions": lambda n: _X + "".join(f"if a{i}:\n    {name} = X\n" for i in range(n)),
        "a table: else": lambda n: f"{_X}if a:\n    {name} = X\n" + f"elif b:\n    {name} = X\n" * n,
        "a table: loops in loops": lambda n: (
            f"{name} = []\n" + "".join(f"{' ' * i}for a{i} in 'ab':\n" for i in range(min(n, 20)))
            + f"{' ' * 20}{name}.append(a0)\n"
        ),
        "a table: a loop": lambda n: (
            f"{name} = {{}}\nfor a in [" + '"x", ' * n + "]:\n" + f'    {name}[a] = "b"\n' * 3
        ),
    }  # fmt: skip


PYTHON: dict[str, Any] = {
    "elif": lambda n: "if a:\n    pass\n" + "elif b:\n    pass\n" * n,
    "imports under conditions": lambda n: "if a:\n    import b\n" * n,
    "imports of all names": lambda n: "".join(f"from .m{i} import *\n" for i in range(n)),
    "imported names": lambda n: f"from .m import {', '.join(f'a{i}' for i in range(n))}\n",
    "a long hexadecimal number": lambda n: f"{_X}if a[0x{'f' * n}]:\n    EntryClass = X\n",
    "attributes": lambda n: f"EntryClass = a{'.a' * n}\n",
    "operators": lambda n: f"EntryClass = a{' + a' * n}\n",
    "comparisons": lambda n: f"EntryClass = a{' < a' * n}\n",
    "dots of an import": lambda n: f"from {'.' * n} import a\n",
    "parts of an import": lambda n: f"from a{'.a' * n} import EntryClass\n",
    "blanks of an import": lambda n: f"from {' ' * n}a import \u00e9\n",
    "import import": lambda n: "import " * n + "\n",
    "escaped quotes": lambda n: 'x = "' + '\\"' * n + '"\n',
    "escaped quotes of nothing": lambda n: "x = " + '\\"' * n + "\n",
    "quotes before a docstring": lambda n: '"a" ' * n + '"""\ndef f():\n    pass\n"""\n',
    "brackets in a docstring": lambda n: 'def f(a):\n    """x' + "]" * n + '"""\n',
    "functions": lambda n: "def f(\n    a,\n):\n    return 1\n\n" * n,
    "functions that open": lambda n: "def f(\n" * n,
    "classes": lambda n: "".join(f"class C{i}(C{i - 1}):\n    x = 1\n" for i in range(n)),
    "bases": lambda n: (
        "".join(f"class C{i}: pass\n" for i in range(n)) + f"class D({', '.join(f'C{i}' for i in range(n))}): pass\n"
        "EntryClass = D\n"
    ),
    "models": lambda n: (
        "class C0(PreTrainedModel): pass\n"
        + "".join(f"class C{i + 1}(C{i}):\n    _supports_attention_backend = True\n" for i in range(n))
        + f"__all__ = [{', '.join(f'{name!r}' for name in (f'C{i}' for i in range(n)))}]\n"
    ),
    "registrations": lambda n: "".join(
        f'@ModelBase.register("A{i}")\n@register_auto_model("A{i}")\nclass X{i}(TextModel): ...\n' for i in range(n)
    ),
    "tries": lambda n: "try:\n    import a\nexcept ImportError:\n    b = 1\n" * n,
    "withs": lambda n: "with a as b:\n    c = 1\n" * n,
    "fields of an f-string": lambda n: 'EntryClass = f"' + "{a}" * n + '"\n',
    "sums of texts": lambda n: 'a0 = "x"\n' + "".join(f'a{i + 1} = a{i} + "x"\n' for i in range(n)),
    "names of one table": lambda n: " = ".join(f"a{i}" for i in range(n)) + " = {}\n",
    "cases": lambda n: "match a:\n" + "    case 1:\n        x = 1\n" * n,
    "uses": lambda n: "f(EntryClass, MODULE_MAP)\n" * n,
    "rules of a function": lambda n: (
        'def get_model_and_args(config):\n    if "A" in architectures:\n        model_type = "a"\n'
        + '    elif "B" in architectures:\n        model_type = "b"\n' * n
    ),
    "branches of a loader": lambda n: (
        'def load_model(path):\n    if quant_method == "a":\n        quantization = 1\n'
        + '    elif quant_method == "b" and config.get("model_type") == "c":\n        quantization = 1\n' * n
    ),
    "tests of a loader": lambda n: (
        "def transform(config):\n"
        + "".join(f'    if config.get("quant_method") == "a{i}":\n        pass\n' for i in range(n))
    ),
    "global": lambda n: "def f():\n    global EntryClass\n    EntryClass = 1\n" * n,
    "raises": lambda n: "if a:\n    raise ValueError\n" * n,
    "tests of one model type": lambda n: (
        'def get_config(config):\n    if config.architectures in [["A"], ["B"]]:\n        config.model_type = "a"\n'
        + '    if config.model_type == "a":\n        config.update({"architectures": ["C"]})\n' * n
    ),
    "tests of model types": lambda n: "def get_config(config):\n" + "".join(
        f'    if config.model_type == "a{i}":\n        config.update({{"architectures": ["C"]}})\n' for i in range(n)
    ),
    "classes that share a function": lambda n: (
        "".join(f'class C{i}:\n    model_type = "a{i}"\n    def f(self):\n        g(self)\n' for i in range(n))
        + "def g(self):\n" + '    if "A" in self.architectures:\n        self.architectures = ["B"]\n' * n
    ),
    "functions that a function calls": lambda n: "".join(
        f"def f{i}(config):\n    f{i + 1}(config)\n    f{i + 1}(config)\n" for i in range(n)
    ),
    "substitutions": lambda n: (
        f"def get_model_architecture(config):\n    left = [{', '.join(f'{i!r}' for i in map(str, range(n)))}]\n"
        + '    if quantization not in left:\n        architectures = ["A"]\n' * n
    ),
    "methods of a loader": lambda n: (
        "def take(quantization_config):\n"
        + "".join(f'    a{i} = quantization_config["k{i}"]\n    if a{i} != {i}: raise X\n' for i in range(n))
        + "def load_model():\n"
        + "".join(f'    if quant_method == "a{i}":\n        take(quantization_config)\n' for i in range(n))
    ),
    "methods of a loader in each other": lambda n: (
        "def load_model():\n"
        + "".join(f'{" " * (i + 1)}if quant_method == "a{i}":\n' for i in range(min(n, 90)))
        + f"{' ' * 95}pass\n"
    ),
    "architectures of a list and what they are asked": lambda n: (
        "def is_supported():\n    if arch in [" + "".join(f'"A{i}", ' for i in range(n)) + "]:\n"
        + "        support_by_turbomind = cfg.a == 1\n" * n
        + "def check_vl_llm():\n    s = set([" + "".join(f'"A{i}", ' for i in range(n)) + "])\n"
        + "    if arch in s:\n        return True\n" * n
    ),
    "a class that asks for keys": lambda n: (
        "class C(D):\n    arch_string = 'A'\n    def __init__(self):\n        super().__init__({'text': 1})\n"
        + "".join(f"        self.a = self.read_cfg(int, 'k{i}', no_default)\n" for i in range(n))
        + "".join(f"        self.assert_cfg(int, 'e{i}', {i})\n" for i in range(n))
        + "class D:\n" + "    def a(self):\n        return {'text': 1}\n" * n
        + "class X:\n    config_class = C\n"
    ),
    "loaders": lambda n: (
        "_MODEL_LOADERS = {}\nT_ROPE = {'a': 1}\ndef register_loader(n): ...\nclass A:\n"
        "    def get_model_spec(self, model):\n        q = getattr(model.config, 'quantization_config')\n"
        + "".join(
            f"        k{i} = T_ROPE.get(rope_scaling['type'])\n        if k{i} is None:\n            raise E\n"
            f"        self.m{i}(model)\n        if q:\n            c = T_ROPE.get(q.version)\n"
            f"        if k{i} > 1:\n            raise E\n    def m{i}(self, model):\n        model.config.a{i}\n"
            for i in range(n)
        )
        + "".join(f"@register_loader('C{i}')\nclass C{i}({'A' if not i else f'C{i - 1}'}): ...\n" for i in range(n))
    ),
    "loops that register": lambda n: (
        f"for c in ({'C, ' * n}):\n" + "    AutoConfig.register(c.model_type, c)\n" * n
    ),
    "loops inside loops": lambda n: "".join(
        f"{' ' * i}for c{i} in (A, B):\n" for i in range(min(n, 90))
    )
    + " " * min(n, 90)
    + "AutoConfig.register(c0.model_type, c0)\n" * n,
    "lists that are registered": lambda n: (
        f"L = ({'C, ' * n})\n" + "_CONFIG_REGISTRY.update({c.model_type: c for c in L})\n" * n
        + "for k, v in _CONFIG_REGISTRY.items():\n    AutoConfig.register(k, v)\n"
    ),
    "processors": lambda n: f"class P:\n    models = [{'A, ' * n}]\n",
    "folders that are told by name": lambda n: (
        "def get_config(model):\n" + "    if 'a' in lower or 'b' in lower:\n        pass\n" * n
    ),
    "classes of attention": lambda n: (
        "class Attention" * n + f"(nn.Module)\nclass {'Attention' * n}(nn.Module):\n" + "class XAttention(nn\n" * n
    ),
    "overrides": lambda n: (
        "class A:\n    def override_quantization_method(cls, config):\n"
        + "".join(f"        m{i} = config.get('quant_method')\n        m{i} == 'a{i}'\n" for i in range(n))
    ),
    "pieces of a name": lambda n: (
        "class A:\n    def _get_transformers_backend_cls(self):\n        cls = 'Transformers'\n"
        + "        if runner == 'pooling':\n            cls += 'A'\n" * n
    ),
    "a chain of methods": lambda n: (
        "class ModelLoader:\n    def _update_from_hf_quant_config(self):\n"
        + "".join(
            f"        {'elif' if i % 900 else 'if'} c.get('quant_method') == 'm{i}' and c.get('k'):\n            pass\n"
            for i in range(n)
        )
        + "        else:\n            raise ValueError\n"
        "class CachedModelLoader:\n    def __call__(self):\n" + "        self._update_from_hf_quant_config()\n" * n
    ),
    "configs of one's own": lambda n: (
        "_CONFIG_REGISTRY = dict(" + "".join(f"a{i}=B, " for i in range(n)) + ")\n"
        "def load_pretrained_config(path):\n"
        + "".join(f"    model_type in _CONFIG_REGISTRY\n    f{i}(model_type == 'b')\n" for i in range(n))
        + "".join(f"def f{i}(x):\n    return x.model_type in ('c', 'd')\n" for i in range(n))
    ),
    "names of drafts": lambda n: (
        "class AutoModelForCausalLM:\n    def _resolve_class(config):\n"
        + "        a = a.replace('B', '')\n        if hasattr(config, 'k'):\n            a = 'C' + a\n" * n
    ),
    "answers of a gate": lambda n: (
        "class A:\n    def f(self):\n        return " + "a.is_backend_compatible() or " * n + "None\n"
    ),
    "members of an enum": lambda n: (
        "class AttentionBackendEnum(Enum):\n" + "".join(f"    A{i} = B{i} = 'a'\n" for i in range(n))
    ),
    "parts of a literal": lambda n: (
        "L0 = Literal['a']\n" + "".join(f"L{i + 1} = Literal[L{i}, L{i}, 'a{i}']\n" for i in range(n))
        + f"SpeculativeMethod = Literal[L{n}]\n"
    ),
    "parsers": lambda n: "".join(
        f"from .a{i} import A{i}\n@M.register_module(['a{i}', 'b{i}'])\nclass P{i}: ...\n" for i in range(n)
    ),
    "attributes of a model": lambda n: (
        "class ModelArgs: ...\nclass Model:\n    def __init__(self):\n"
        + "".join(f"        self.model = C{i}()\n        self.a{i} = Model()\n" for i in range(n))
        + "    def make_cache(self):\n" + "".join(f"        self.a{i}.make_cache()\n" for i in range(n))
        + "".join(f"class C{i}:\n    def pipeline(self): ...\n" for i in range(n))
    ),
    "properties of a model": lambda n: (
        "class ModelArgs: ...\nclass Model:\n    @property\n    def model(self):\n        return self.a0\n"
        + "".join(f"    @property\n    def a{i}(self):\n        return self.a{i + 1}.a{i}\n" for i in range(n))
    ),
    "caches of a model": lambda n: (
        "class ModelArgs: ...\nclass Model:\n    def make_cache(self):\n" + "        c.append(KVCache())\n" * n
    ),
    "types of a tuner": lambda n: (
        "def linear_to_lora_layers(model):\n    if a:\n        pass\n"
        + "    elif model.model_type in ['a', 'b']:\n        pass\n" * n
    ),
    "answers of a check": lambda n: (
        "def check_vl_llm(config):\n"
        + "".join(f"    a{i} = ['A']\n    if arch in a{i} and 'v' in config:\n        return False\n" for i in range(n))
    ),
    "tokens of classes": lambda n: "".join(
        f"class C{i}(C{i - 1}):\n    _arch = ['A', *L]\n    def f(self):\n        MultimodalSpecialTokens(a=1)\n"
        for i in range(n)
    ),
    "encoders": lambda n: (
        "".join(f"class C{i}(C{i - 1}):\n    has_vision_encoder = True\n" for i in range(n))
        + f"@ModelBase.register('A')\nclass D(C{n - 1}, MmprojModel): ...\n"
    ),
    "comments with quotes": lambda n: '# """\n' * n,
    "docstrings": lambda n: '"""a"""\n' * n,
    "backslashes": lambda n: "\\\n" * n,
    "statements on a line": lambda n: "a;" * n + "\n",
}  # fmt: skip

_SGLANG = {
    "sglang/__init__.py": "",
    "sglang/srt/models/a.py": f"{_X}EntryClass = X\n",
    "sglang/srt/models/registry.py": "",
    "sglang/srt/configs/model_config.py": "multimodal_model_archs = []\n",
}
_TRANSFORMERS = {
    "transformers/__init__.py": "",
    "transformers/modeling_utils.py": (
        "class PreTrainedModel:\n    def _can_set_attn_implementation(cls):\n"
        '        if re.search(r"^class \\w*Attention\\w*\\(nn\\.Module\\):", code, re.MULTILINE):\n'
        '            return "ALL_ATTENTION_FUNCTIONS.get_interface(" in code\n        return True\n'
    ),
    "transformers/models/auto/modeling_auto.py": 'MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = {"a": "A"}\n',
    "transformers/models/a/modeling_a.py": 'class A(PreTrainedModel): ...\n__all__ = ["A"]\n',
}
_VLLM = {
    "vllm/__init__.py": "",
    "vllm/model_executor/models/registry.py": '_MODELS = {"A": ("a", "A")}\n',
}
_CONVERSION = {
    "conversion/__init__.py": 'TEXT_MODEL_MAP = {"A": "a"}\nMMPROJ_MODEL_MAP = {}\n',
    "conversion/base.py": "class ModelBase: ...\nclass TextModel(ModelBase): ...\n",
    "conversion/a.py": '@ModelBase.register("A")\nclass A(TextModel): ...\n',
    "convert_hf_to_gguf.py": "from conversion import get_model_class\n",
}
_EXLLAMAV3 = {
    "exllamav3/__init__.py": "",
    "exllamav3/architecture/architectures.py": (
        "from .a import X\nARCHITECTURES = {m.config_class.arch_string: m for m in [X]}\n"
    ),
    "exllamav3/architecture/a.py": 'class C:\n    arch_string = "A"\n\n\nclass X:\n    config_class = C\n',
}
_TENSORRT_LLM = {
    "tensorrt_llm/__init__.py": "",
    "tensorrt_llm/_torch/models/modeling_a.py": '@register_auto_model("A")\nclass A: ...\n',
    "tensorrt_llm/_torch/model_config.py": (
        "class ModelConfig:\n    def from_pretrained(cls, path):\n        return load_pretrained_config(path)\n"
    ),
}
_LMDEPLOY = {
    "lmdeploy/__init__.py": "",
    "lmdeploy/pytorch/models/module_map.py": 'MODULE_MAP = {"A": "a.A"}\n',
    "lmdeploy/turbomind/supported_models.py": 'SUPPORTED_ARCHS = {"A": "a"}\n',
}
_GENAI = {
    "onnxruntime_genai/__init__.py": "",
    "onnxruntime_genai/models/builder.py": (
        "from builders import A\n\n\ndef create_model():\n    config = AutoConfig.from_pretrained(x)\n"
        '    if config.architectures[0] == "A":\n        onnx_model = A(config)\n    else:\n        raise E\n'
    ),
    "onnxruntime_genai/models/builders/__init__.py": "from .a import A\n",
    "onnxruntime_genai/models/builders/a.py": "class A: ...\n",
}
_OPENVINO_FILES = "optimum/exporters/openvino"
_OPENVINO = {
    f"{_OPENVINO_FILES}/model_configs.py": (
        'register = TasksManager.create_register("openvino")\n@register("a", *["b"])\nclass A(B): ...\n'
    ),
    f"{_OPENVINO_FILES}/convert.py": 'def export(config):\n    getattr(config, "MIN_TRANSFORMERS_VERSION", None)\n',
}
_MLX_VLM = {
    "mlx_vlm/__init__.py": "",
    "mlx_vlm/utils.py": (
        'MODEL_REMAPPING = {}\n\n\ndef get_model_and_args(config):\n    model_type = config["model_type"]\n'
        '    return importlib.import_module(f"mlx_vlm.models.{model_type}")\n'
    ),
    "mlx_vlm/models/b/__init__.py": "class Model: ...\nclass ModelConfig: ...\n",
}
_PLUGIN = {
    "vllm_omni/__init__.py": "from .tables import TABLE\n\nfor name, value in TABLE.items():\n"
    "    ModelRegistry.register_model(name, value)\n"
}
_ENGINES: tuple[tuple[str, dict[str, str], str, str], ...] = (
    ("sglang", _SGLANG, "sglang/srt/models/b.py", "EntryClass"),
    ("sglang", _SGLANG, "sglang/srt/configs/model_config.py", "multimodal_model_archs"),
    ("sglang", _SGLANG, "sglang/srt/configs/b.py", "EntryClass"),
    ("sglang", _SGLANG, "sglang/srt/model_loader/utils.py", "EntryClass"),
    ("sglang", _SGLANG, "sglang/srt/utils/hf_transformers_utils.py", "_CONFIG_REGISTRY"),
    ("sglang", _SGLANG, "sglang/srt/multimodal/processors/b.py", "models"),
    ("sglang", _SGLANG, "sglang/srt/layers/quantization/__init__.py", "QUANTIZATION_METHODS"),
    ("sglang", _SGLANG, "sglang/srt/model_executor/model_runner.py", "pp_proxy_tensors"),
    ("sglang", _SGLANG, "sglang/srt/server_args.py", "ATTENTION_BACKEND_CHOICES"),
    ("transformers", _TRANSFORMERS, "transformers/models/a/modeling_a.py", "__all__"),
    (
        "transformers",
        _TRANSFORMERS,
        "transformers/models/auto/modeling_auto.py",
        "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    ),
    (
        "vllm",
        {"vllm/__init__.py": "", "vllm/model_executor/models/a.py": ""},
        "vllm/model_executor/models/registry.py",
        "_TEXT_GENERATION_MODELS",
    ),
    *(
        ("lmdeploy", _LMDEPLOY, f"lmdeploy/{path}", table)
        for path, table in (
            ("pytorch/models/module_map.py", "MODULE_MAP"),
            ("pytorch/models/patch.py", "MODULE_MAP"),
            ("pytorch/config.py", "MODULE_MAP"),
            ("turbomind/supported_models.py", "SUPPORTED_ARCHS"),
            ("archs.py", "supported_archs"),
            ("vl/model/a.py", "_arch"),
        )
    ),
    ("transformers", _TRANSFORMERS, "transformers/modeling_utils.py", "__all__"),
    ("transformers", _TRANSFORMERS, "transformers/models/a/configuration_a.py", "__all__"),
    ("transformers", _TRANSFORMERS, "transformers/models/auto/configuration_auto.py", "CONFIG_MAPPING_NAMES"),
    ("vllm", _VLLM, "vllm/config/model.py", "_SUFFIX_TO_DEFAULTS"),
    ("vllm", _VLLM, "vllm/transformers_utils/config.py", "_CONFIG_REGISTRY"),
    ("vllm", _VLLM, "vllm/model_executor/model_loader/utils.py", "_CONFIG_REGISTRY"),
    ("vllm", _VLLM, "vllm/model_executor/layers/quantization/__init__.py", "QUANTIZATION_METHODS"),
    ("vllm", _VLLM, "vllm/tool_parsers/__init__.py", "_TOOL_PARSERS_TO_REGISTER"),
    ("vllm", _VLLM, "vllm/config/speculative.py", "SpeculativeMethod"),
    ("lmdeploy", {"lmdeploy/__init__.py": ""}, "lmdeploy/pytorch/models/module_map.py", "MODULE_MAP"),
    (
        "mlx-lm",
        {"mlx_lm/__init__.py": "", "mlx_lm/utils.py": "MODEL_REMAPPING = {}\n"},
        "mlx_lm/models/a.py",
        "Model",
    ),
    (
        "mlx-lm",
        {"mlx_lm/__init__.py": "", "mlx_lm/models/a.py": "class Model: ...\nclass ModelArgs: ...\n"},
        "mlx_lm/utils.py",
        "MODEL_REMAPPING",
    ),
    (
        "mlx-lm",
        {
            "mlx_lm/__init__.py": "",
            "mlx_lm/utils.py": "MODEL_REMAPPING = {}\n",
            "mlx_lm/models/a.py": "class Model: ...\nclass ModelArgs: ...\n",
        },
        "mlx_lm/tuner/utils.py",
        "types",
    ),
    *(
        ("mlx-vlm", _MLX_VLM, f"mlx_vlm/{path}", table)
        for path, table in (
            ("models/a/__init__.py", "Model"),
            ("utils.py", "MODEL_REMAPPING"),
            ("quantization/checkpoint.py", "quant_method"),
        )
    ),
    ("exllamav3", {"exllamav3/__init__.py": ""}, "exllamav3/architecture/architectures.py", "ARCHITECTURES"),
    ("exllamav3", _EXLLAMAV3, "exllamav3/architecture/a.py", "ARCHITECTURES"),
    ("exllamav3", _EXLLAMAV3, "exllamav3/modules/linear.py", "ARCHITECTURES"),
    *(
        ("onnxruntime-genai", _GENAI, f"onnxruntime_genai/models/{path}", table)
        for path, table in (
            ("builder.py", "create_model"),
            ("builders/a.py", "A"),
            ("builders/base.py", "Model"),
            ("quantized_model.py", "QuantModel"),
            ("gguf_model.py", "GGUFModel"),
        )
    ),
    ("llama-cpp", _CONVERSION, "conversion/a.py", "TEXT_MODEL_MAP"),
    *(
        ("openvino", _OPENVINO, f"{_OPENVINO_FILES}/{name}.py", table)
        for name, table in (
            ("model_configs", "COMMON_TEXT_TASKS"),
            ("base", "MIN_TRANSFORMERS_VERSION"),
            ("__main__", "supported_quant_methods"),
            ("convert", "MIN_TRANSFORMERS_VERSION"),
        )
    ),
    (
        "ctranslate2",
        {"ctranslate2/__init__.py": ""},
        "ctranslate2/converters/transformers.py",
        "_MODEL_LOADERS",
    ),
    ("vllm-omni", _PLUGIN, "vllm_omni/tables.py", "TABLE"),
    ("vllm-rbln", {"vllm_rbln/__init__.py": ""}, "vllm_rbln/tables.py", "_RBLN_SUPPORTED_MODELS"),
    ("tpu-inference", {"tpu_inference/__init__.py": ""}, "tpu_inference/a.py", "_MODEL_REGISTRY"),
    (
        "tensorrt-llm",
        {"tensorrt_llm/__init__.py": "", "tensorrt_llm/_torch/models/__init__.py": ""},
        "tensorrt_llm/_torch/models/modeling_a.py",
        "MODEL_MAP",
    ),
    ("tensorrt-llm", _TENSORRT_LLM, "tensorrt_llm/_torch/models/modeling_auto.py", "AutoModelForCausalLM"),
    ("tensorrt-llm", _TENSORRT_LLM, "tensorrt_llm/_torch/model_config.py", "ModelConfig"),
    ("tensorrt-llm", _TENSORRT_LLM, "tensorrt_llm/_torch/pyexecutor/config_utils.py", "_CONFIG_REGISTRY"),
    ("tensorrt-llm", _TENSORRT_LLM, "tensorrt_llm/llmapi/llm_utils.py", "ModelLoader"),
)


CALLS: dict[str, Any] = {
    "calls": lambda n: "".join(f'ModelRegistry.register_model("A{i}", "m:C")\n' for i in range(n)),
    "calls in functions": lambda n: "".join(
        f'def f{i}(a):\n    ModelRegistry.register_model("A{i}", "m:C")\n    g(a)\n' for i in range(n)
    ),
    "a long list in a loop": lambda n: (
        f"for a, b in [{'(A, B), ' * n}]:\n    ModelRegistry.register_model(a, b)\n"
    ),
    "pairs in a loop": lambda n: (
        "for a, b in [\n" + '    ("A", "m:C"),\n' * n + "]:\n    ModelRegistry.register_model(a, b)\n"
    ),
    "loops": lambda n: 'for a in ["A"]:\n    ModelRegistry.register_model(a, "m:C")\n' * n,
    "loops in loops": lambda n: (
        "".join(f"{' ' * i}for a{i} in b:\n" for i in range(min(n, 90)))
        + f"{' ' * min(n, 90)}ModelRegistry.register_model(a0, 'm:C')\n"
    ),
    "functions in functions": lambda n: (
        "".join(f"{' ' * i}def f{i}():\n" for i in range(min(n, 90)))
        + f"{' ' * min(n, 90)}ModelRegistry.register_model('A', 'm:C')\n"
    ),
    "constants and functions": lambda n: "".join(
        f'A{i} = "A"\ndef f{i}(a):\n    ModelRegistry.register_model(A{i}, "m:C")\n' for i in range(n)
    ),
    "a sum": lambda n: f'ModelRegistry.register_model("A"{" + x" * n}, "m:C")\n',
}
"""What registers models in vLLM, for its plugins."""


@dataclass(frozen=True)
class _Files:
    """A source in memory."""

    files: Mapping[str, bytes]
    origin: Origin
    kept_as: None = None

    def list(self, patterns: Sequence[str]) -> tuple[str, ...]:
        return match_paths(self.files, patterns)

    def identify(self, paths: Sequence[str]) -> dict[str, str]:
        return dict.fromkeys(paths, "")

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        return {path: self.files[path] for path in paths}


def scan(name: str, files: Mapping[str, str], path: str, text: str) -> None:
    """An engine's whole reading of a source with one odd file."""
    engine = load_engine(name)
    content = {each: data.encode() for each, data in {**files, path: text}.items()}
    origin = Origin(distribution=name, kind="local", location=".")
    library = Library(_Files(content, origin), None)
    inventory = engine.scan(library, ScanOptions())
    if isinstance(engine, Loads):
        engine.load_facts(library, inventory)


_FIRST = "config.architectures[0]"
_CREATE = f'from builders import A\n\n\ndef create_model():\n    if {_FIRST} == "A":\n        m = A(config)\n'
CHAINS: dict[str, Any] = {
    "branches": lambda n: (
        _CREATE + "".join(f'    elif {_FIRST} == "A{i}":\n        m = A(config)\n' for i in range(n))
    ),
    "branches of one name": lambda n: (
        f'{_CREATE}    elif {_FIRST} == "B" and config.a == 0:\n        m = A(config)\n'
        + "".join(f'    elif {_FIRST} == "B" and config.a != {i}:\n        m = A(config)\n' for i in range(n))
    ),
    "names by or": lambda n: (
        f'{_CREATE}    elif {_FIRST} == "B"' + f' or {_FIRST} == "C"' * n + ":\n        m = A(config)\n"
    ),
    "names and tests": lambda n: (
        f"{_CREATE}    elif ({_FIRST} == 'B'" + "".join(f" or {_FIRST} == 'C{i}'" for i in range(n))
        + ")" + " and config.a == 1" * n + ":\n        m = A(config)\n"
    ),
    "chains": lambda n: _CREATE + f'    if {_FIRST} == "B":\n        m = A(config)\n' * n,
    "a test that looks at it again": lambda n: (
        f"{_CREATE}    elif f({_FIRST}{f', {_FIRST}' * n}):\n        m = A(config)\n"
    ),
    "classes that inherit": lambda n: (
        "class A0: ...\n" + "".join(f"class A{i + 1}(A{i}): ...\n" for i in range(n))
        + f"class A(A{n}, A0): ...\n{_CREATE.replace('from builders import A', '')}"
    ),
}  # fmt: skip
"""``create_model`` of ONNX Runtime GenAI, with much of what it may have."""

# -- everything else -------------------------------------------------------------------------------

CONFIGURATIONS: dict[str, Any] = {
    "overrides": lambda n: "".join(f'[overrides.A{i}]\nnote = "x"\nreason = "y"\n' for i in range(n)),
    "a wrong value at the end": lambda n: (
        "".join(f'[overrides.A{i}]\nnote = "x"\nreason = "y"\n' for i in range(n))
        + "[overrides.Z]\nnote = 1\n"
    ),
    "the name of the wrong key": lambda n: (
        "[overrides.note]\nreason = 'note'\n" + "# note\n" * n + "note = 1\n"
    ),
    "dotted": lambda n: "".join(f'overrides.A{i}.note = "x"\n' for i in range(n)) + "overrides.Z.note = 1\n",
    "lines of a list": lambda n: "columns = [\n" + '"since",\n' * n + "1]\n",
    "escapes": lambda n: "".join(f'"\\u0061{i}" = 1\n' for i in range(n)),
    "parts of a key": lambda n: f"a{'.a' * n} = 1\n",
    "brackets": lambda n: f"a = {'[' * n}{']' * n}\n",
    "digits": lambda n: f"a = {'9' * n}\n",
    "comments": lambda n: "# note\n" * n,
    "lines of a text": lambda n: 'a = """\n' + "note = 1\n" * n + '"""\n',
}
METADATA: dict[str, Any] = {
    "blanks": lambda n: f"Requires-Dist: a{' ' * n}x\n",
    "requirements": lambda n: "Requires-Dist: a==1\n" * n,
    "blanks before a version": lambda n: f"Requires-Dist: a=={' ' * n}1\n",
    "extras": lambda n: f"Requires-Dist: a[{'b,' * n}]==1\n",
    "brackets": lambda n: f"Requires-Dist: a{'[' * n}\n",
    "digits": lambda n: f"Requires-Dist: a=={'1' * n}\n",
    "dots": lambda n: f"Requires-Dist: a=={'1.' * n}1\n",
    "hyphens": lambda n: f"Requires-Dist: {'a-' * n}b==1\n",
    "headers": lambda n: "A: b\n" * n,
}
REQUIREMENTS: dict[str, Any] = {
    "requirements": lambda n: "".join(f"a{i}==1  # b\n" for i in range(n)),
    "comments in a line": lambda n: "a==1" + " #" * n,
    "blanks in a line": lambda n: "a" + " " * n + "==1",
    "blank lines": lambda n: " \n" * n,
}
PROJECTS: dict[str, Any] = {
    "dependencies": lambda n: "[project]\ndependencies = [" + '"a==1", ' * n + "]\n",
    "brackets": lambda n: f"a = {'[' * n}\n",
    "blanks": lambda n: '[project]\ndependencies = ["a' + " " * n + 'x"]\n',
}
CONFIGS: dict[str, Any] = {
    "architectures": lambda n: '{"architectures": [' + ", ".join(['"A"'] * n) + "]}",
    "keys": lambda n: "{" + ", ".join(f'"k{i}": {i}' for i in range(n)) + "}",
    "brackets": lambda n: "[" * n,
    "digits": lambda n: '{"a": ' + "9" * n + "}",
    "auto_map": lambda n: '{"auto_map": {' + ", ".join(f'"A{i}": "m.{i}"' for i in range(n)) + "}}",
    "escapes": lambda n: '{"model_type": "' + "\\u0061" * n + '"}',
}
LOGS: dict[str, Any] = {
    "names": lambda n: "Model architectures [" + "'A', " * n + "] are not supported for now\n",
    "messages": lambda n: "".join(
        f"A{i} has no SGLang implementation, falling back to Transformers\n" for i in range(n)
    ),
    "the beginning of a message": lambda n: "Model architectures [" * n + "\n",
    "a name": lambda n: f"{'A' * n} has no implementation\n",
    "colours": lambda n: "\x1b[" * n + "0m\n",
    "a module": lambda n: f"Ignore import error when loading {'a.' * n}\n",
    "lines": lambda n: "implementation\n" * n,
    "key errors": lambda n: "File \"x\"\nKeyError: 'a'\n" * n,
    "no name": lambda n: " is not supported\n" * n,
    "words of a path": lambda n: "Unrecognized model in " + "a " * n + "\n",
    "full lines": lambda n: ("a" * 80 + "\n") * n,
    "signs of engines": lambda n: "vLLM " * n + "\nModel architectures ['A'] are not supported for now\n",
    "one message over and over": lambda n: "Model architectures ['A'] are not supported for now\n" * n,
}
_RELEASE = '{{"version": "{}", "file": "a.whl", "digest": "sha256:00", "date": "2026-01-01"}}'
HISTORIES: dict[str, Any] = {
    "brackets": lambda n: "[" * n,
    "keys": lambda n: '{"schema_version": 1, ' + ", ".join(f'"a{i}": 1' for i in range(n)) + "}",
    "releases": lambda n: (
        '{"schema_version": 1, "engine": "vllm", "releases": ['
        + ", ".join(map(_RELEASE.format, range(n)))
        + "]}"
    ),
    "digits": lambda n: '{"schema_version": ' + "9" * n + "}",
}
_RECIPE = '{{"path":"a{}","model":"a/b","launches":[{{"variant":"default","model":"a/b"}}]}}'
_RECIPES = (
    '{"schema_version":1,"tool":"0","engine":"vllm",'
    '"source":{"version":"1","date":null,"file":"a","sha256":null},"unresolved":[],"recipes":['
)
RECIPES: dict[str, Any] = {
    "brackets": lambda n: "[" * n,
    "recipes": lambda n: _RECIPES + ",".join(map(_RECIPE.format, range(n))) + "]}",
    "recipes in recipes": lambda n: _RECIPES + '{"launches":[' * n,
    "keys": lambda n: _RECIPES + "{" + ",".join(f'"a{i}":1' for i in range(n)) + "}]}",
    "digits": lambda n: f"{_RECIPES}{'9' * n}]}}",
}
_YAML = "model:\n  model_id: a/b\n"
YAML: dict[str, Any] = {
    "variants": lambda n: f"{_YAML}variants:\n" + "".join(f"  v{i}:\n    tp: {i}\n" for i in range(n)),
    "features": lambda n: f"{_YAML}features:\n" + "".join(f"  f{i}:\n    args: [a]\n" for i in range(n)),
    "flags": lambda n: f"{_YAML}  base_args:\n" + "    - a\n" * n,
    "flags on a line": lambda n: f"{_YAML}  base_args: [{'a, ' * n}]\n",
    "a text": lambda n: f"{_YAML}guide: |\n" + "  a\n" * n,
    "words of a text": lambda n: f"{_YAML}guide: {'a ' * n}\n",
    "lines of a quoted text": lambda n: f'{_YAML}guide: "' + "a\n\n " * n + '"\n',
    "brackets": lambda n: f"{_YAML}a: {'[' * n}\n",
    "braces": lambda n: f"{_YAML}a: {'{a: ' * n}\n",
    "lists in lists": lambda n: f"{_YAML}a:\n {'- ' * n}a\n",
    "objects in objects": lambda n: _YAML + "".join(f"{' ' * i}a:\n" for i in range(min(n, 90))),
    "keys of keys": lambda n: "? " * n + "a\n",
    "anchors": lambda n: f"{_YAML}a:\n" + "".join(f"  - &a{i} b\n  - *a{i}\n" for i in range(n)),
    "lists of the list before": lambda n: (
        f"{_YAML}features:\n  f: &a0 {{args: [a]}}\n"
        + "".join(f"  f{i}: &a{i + 1} {{modes: {{a: *a{i}, b: *a{i}}}}}\n" for i in range(n))
    ),
    "comments": lambda n: _YAML + "# a\n" * n,
    "documents": lambda n: "--- a\n" * n,
    "tags": lambda n: f"{_YAML}a: {'!' * n}a b\n",
    "percents": lambda n: "%TAG ! a\n" * n,
    "escapes": lambda n: f'{_YAML}a: "' + "\\u0061" * n + '"\n',
    "blanks": lambda n: f"{_YAML}a:{' ' * n}b\n",
    "empty lines": lambda n: _YAML + "\n" * n,
}
_TEXTS = "\x09\0\0\0\x08\0\0\0"
"""An array of texts, as a value of a GGUF file begins."""


def _gguf(keys: int, rest: str) -> str:
    return "GGUF\x03\0\0\0" + "\0" * 8 + _count(keys) + rest


def _count(number: int) -> str:
    return number.to_bytes(8, "little").decode("latin-1")


# A byte is a character here: a GGUF file is no text.
GGUFS: dict[str, Any] = {
    "keys": lambda n: _gguf(n, "".join(f"{_count(4)}{i:04}\x00\0\0\0\x01" for i in range(n))),
    "empty keys": lambda n: _gguf(n, (_count(0) + "\x07\0\0\0\x01") * n),
    "a key": lambda n: _gguf(1, _count(n) + "a" * n + "\x07\0\0\0\x01"),
    "a text": lambda n: _gguf(1, _count(1) + "a\x08\0\0\0" + _count(n) + "a" * n),
    "empty texts": lambda n: _gguf(1, _count(1) + "a" + _TEXTS + _count(n) + _count(0) * n),
    "texts": lambda n: _gguf(1, _count(1) + "a" + _TEXTS + _count(n) + (_count(3) + "abc") * n),
    "arrays of texts": lambda n: _gguf(n, (_count(0) + _TEXTS + _count(1) + _count(1) + "a") * n),
    "arrays in arrays": lambda n: _gguf(1, _count(1) + "a" + ("\x09\0\0\0" + _count(1))[:12] * n),
    "arrays in an array": lambda n: _gguf(
        1, _count(1) + "a\x09\0\0\0\x09\0\0\0" + _count(n) + ("\0\0\0\0" + _count(0)) * n
    ),
    "no more than a beginning": lambda n: _gguf(n, ""),
}
NAMES: dict[str, Any] = {
    "ForCausalLM": lambda n: "XForCausalLM" * n + "!",
    "letters": lambda n: "A" * n,
    "For": lambda n: "For" * n,
}

_SWITCH = "func f() {\n\tswitch p.Architectures[0] {\n"
_KEY = '\tkv["general.architecture"] = '
# What Ollama's Go, its patches and its C++ can look like to their reader.
GO: dict[str, Any] = {
    "braces": lambda n: "package a\n" + "{" * n,
    "closing braces": lambda n: "package a\n" + "}" * n,
    "backticks": lambda n: "`" * n,
    "comments": lambda n: "/* " * n,
    "functions": lambda n: "func f() {\n}\n" * n,
    "functions without an end": lambda n: "func f() {\n" * n,
    "functions without a body": lambda n: "func f() int\n" * n,
    "receivers without an end": lambda n: "func (" * n,
    "results without an end": lambda n: "func f() " + "a " * n,
    "switches": lambda n: f"{_SWITCH}\t}}\n}}\n" * n,
    "switches in switches": lambda n: _SWITCH * n,
    "cases": lambda n: _SWITCH + '\tcase "A":\n\t\tconv = &a{}\n' * n,
    "names of a case": lambda n: _SWITCH + "\tcase " + '"A", ' * n + ":\n",
    "what is asked for on a line": lambda n: "if " + "p.Architectures[0] == " * n + "\n",
    "types of numbers": lambda n: "switch st.dtype {\n" * n,
    "a list": lambda n: "SupportedArchs := []string{" + '"A", ' * n,
    "lists": lambda n: 'SupportedArchs := []string{"A"}\n' * n,
    "keys": lambda n: "func (p *m) KV() KV {\n" + f'{_KEY}"a"\n' * n,
    "texts of a name": lambda n: 'func (p *m) KV() KV {\n\tb := "a"\n' + '\t{ b += "c" }\n' * n + f"{_KEY}b\n}}\n",
    "writers of one type": lambda n: "func (p *m) KV() KV {\n\tkv := p.m.KV(t)\n}\n" * n,
    "imports": lambda n: 'import _ "a"\n' * n,
    "imports in brackets": lambda n: "import (\n" + '\t_ "a"\n' * n,
    "imports without an end": lambda n: "import (\n" * n,
    "registrations": lambda n: (
        'import "x/model/base"\nfunc init() {\n' + '\tbase.Register("A", a)\n' * n + "}\n"
    ),
    "registrations anywhere": lambda n: 'base.Register("A", a)\n' * n,
    "rows of a patch": lambda n: '+ { LLM_ARCH_A, "a" },\n' * n,
    "a row of a patch": lambda n: "+ LLM_ARCH_" + "{" * n,
    "handlers": lambda n: 'if (arch_name == "a") handle_a(' * n,
    "values of a handler": lambda n: (
        "void handle_a() {\n" + 'gguf_set_val_str(meta, "general.architecture", "b");\n' * n
    ),
    "a commit": lambda n: "FETCH_HEAD=" + "a" * n + "\n",
    "lines of a version": lambda n: "b\n" * n,
}  # fmt: skip


_HEAD = "bool llm_arch_is_hybrid(const llm_arch & arch) { switch (arch) {\n"
# What llama.cpp's C++ can look like to its readers.
CPP: dict[str, Any] = {
    "rows": lambda n: "llm_arch LLM_ARCH_NAMES = {\n" + '{ LLM_ARCH_A, "a" },\n' * n,
    "tables": lambda n: "llm_arch LLM_ARCH_NAMES = {};\n" * n,
    "cases": lambda n: _HEAD + "case LLM_ARCH_A:\n" * n + "return true; default: return false; } }\n",
    "answers": lambda n: _HEAD + "case LLM_ARCH_A: return true;\n" * n,
    "defaults": lambda n: _HEAD + "default: return true;\n" * n,
    "functions": lambda n: f"{_HEAD}default: return false; }} }}\n" * n,
    "functions without an end": lambda n: _HEAD * n,
    "names": lambda n: "llm_arch_is_hybrid(" * n,
    "comments": lambda n: "llm_arch_is_hybrid /* " * n,
    "strings": lambda n: 'llm_arch_is_hybrid R"' * n,
}


def read_cpp(text: str) -> None:
    gguf_architectures(text.encode())
    arch_switches(text.encode())


def read_go(text: str) -> None:
    data = text.encode()
    for read in (converter_source, number_types, taken_in, named_commit, submodule, patched_rows, translated):
        read(data)
    what_is_registered(data, "model/base")


def read_gguf(text: str) -> None:
    data = text.encode("latin-1", "replace")
    read_gguf_header(lambda offset, length: data[offset : offset + length], len(data))


def read_name(text: str) -> None:
    draft_target(text)
    by_name(text)


def read_log_file(text: str) -> None:
    find_messages(read_log(text.encode()))
    find_messages(read_log(text.encode("utf-16-le")))


def read_history(text: str) -> None:
    with suppress(WrongHistoryError):
        checked(parse_history(text))


def read_recipes(text: str) -> None:
    lint_recipes(text, "vllm")
    with suppress(WrongRecipesError):
        parse_recipes(text)


def _scanning(name: str, files: Mapping[str, str], path: str) -> Callable[[str], None]:
    return lambda text: scan(name, files, path, text)


_NAMED = Engines(("vllm", "sglang"))
_KNOWN = frozenset({"A", "B", "AForCausalLM"})
_TABLE = "| Architecture | LoRA | vLLM |\n|---|---|---|\n"

TABLES: dict[str, Any] = {
    "rows": lambda n: _TABLE + "| `A` | ✅ | 0.1 |\n" * n,
    "names of a cell": lambda n: f"{_TABLE}| {'`A`, ' * n} | ✅ | ✅ |\n",
    "commas of a cell": lambda n: f"{_TABLE}| {'A, ' * n} | ✅ | ✅ |\n",
    "a huge cell": lambda n: f"{_TABLE}| A | {'✅' * 100 * n} | {'<sup>' * n} |\n",
    "a huge name": lambda n: f"{_TABLE}| {'A' * 100 * n} | ✅ | ✅ |\n",
    "columns": lambda n: (
        f"| Architecture |{' LoRA |' * n}\n|---|{'---|' * n}\n| A |{' ✅ |' * n}\n" + "| A |\n" * n
    ),
    "columns of releases": lambda n: (
        f"| Architecture |{' Min vLLM | Tested |' * n}\n|---|{'---|---|' * n}\n| A |{' 0.1 | 0.1 |' * n}\n"
    ),
    "columns of an engine": lambda n: (
        f"| Architecture |{' vllm |' * n}\n|---|{'---|' * n}\n| {'A, ' * 40}A |{' ✅ |' * n}\n"
    ),
    "columns of an engine, and rows": lambda n: (
        f"| Architecture |{' vllm |' * 40}\n|---|{'---|' * 40}\n" + f"| {'A, ' * 40}A |{' ✅ |' * 40}\n" * n
    ),
    "comments in a line": lambda n: "a <!--\n" * n + _TABLE + "-->\n" * n,
    "comments that follow": lambda n: "a <!--\n" + "--> <!--\n" * n + _TABLE,
    "ticks of a line": lambda n: "".join("`" * (i % 9 + 1) + " " for i in range(n)) + "<!-- a\n" + _TABLE,
    "fences with ticks": lambda n: "``` a `\n" * n + _TABLE,
    "items in items": lambda n: "".join("  " * min(i, 40) + "- a\n" for i in range(n)) + _TABLE,
    "quoted tables": lambda n: "> | Architecture |\n> |---|\n\n" * n,
    "quotes in quotes": lambda n: f"{'> ' * n}| Architecture |\n{'> ' * n}|---|\n",
    "indented tables": lambda n: "    | Architecture |\n    |---|\n\n" * n,
    "lines of a heading": lambda n: "not\n" * n + "===\n" + _TABLE,
    "underlined headings": lambda n: "no support\n===\n" * n + _TABLE,
    "words of a heading": lambda n: f"# {'not ' * n}\n{_TABLE}",
    "front matter": lambda n: "---\n" + "a: b\n" * n + _TABLE,
    "tables of something else": lambda n: "| Thing | Best |\n|---|---|\n| A | B |\n\n" * n,
    "columns of a row": lambda n: f"{_TABLE}| A |{' ✅ |' * 100 * n}\n",
    "brackets": lambda n: f"{_TABLE}| {'(' * n}{'[' * n}{'<' * n} | {'[' * n} | {'](' * n} |\n",
    "ticks of a row": lambda n: f"{_TABLE}| {'` `` ' * n} | ✅ | ✅ |\n",
    "headings": lambda n: f"# vLLM\n## a\n{_TABLE}| A | | |\n\n" * n,
    "headers": lambda n: "| Architecture |\n" * n + "|---|\n" * n,
    "fences of tables": lambda n: "```\n" * n + _TABLE,
    "comments before tables": lambda n: "<!-- a\n" * n + _TABLE,
}
RECORDS: dict[str, Any] = {
    "engines": lambda n: '{"vllm": ["A", "B"' + ', "A"' * n + "]}",
    "records": lambda n: '[{"a": 0}' + ', {"arch": ["A", "B"], "engine": "vllm", "version": "0.1"}' * n + "]",
    "releases of a record": lambda n: '{"arch": ["A"]' + ', "min_vllm": "0.1", "vllm_tested": 0.1' * n + "}",
    "records among texts": lambda n: (
        '{"models": ["a/b"' + ', {"model": "a/b", "engine": "vllm>=0.1"}' * n + "]}"
    ),
    "ids": lambda n: "{" + ", ".join(f'"a/b{i}": {{"vllm": ">=0.1,<1"}}' for i in range(n)) + "}",
    "names and releases": lambda n: (
        '{"arch": [' + ", ".join(['"A"'] * n) + '], "x": [' + ", ".join(['"vllm>=1"'] * n) + "]}"
    ),
    "brackets": lambda n: "[" * n + "]" * n,
    "braces": lambda n: '{"a": ' * n + "1" + "}" * n,
    "escapes": lambda n: '{"vllm": ["A", "' + "\\u0041\\n" * n + '"]}',
    "keys": lambda n: "{" + ", ".join(f'"vllm": {{"A": "{i}"}}' for i in range(n)) + "}",
    "a long line": lambda n: '{"é": ["A"' + ', "A"' * n + "]}",
}
ALIASES: dict[str, Any] = RECORDS | {
    "brackets": lambda n: "[" * 100 * n,
    "braces": lambda n: '{"a": ' * 100 * n,
    "aliases": lambda n: "a: &a [A, B]\nvllm:\n" + "  - *a\n" * n,
    "aliases of aliases": lambda n: (
        "a0: &a0 [A]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, n))
    ),
    "aliases below names": lambda n: (
        "a: &a [" + "x, " * n + "]\n" + "".join(f"o/m{i}: *a\n" for i in range(8))
    ),
    "merge keys of merge keys": lambda n: (
        "a0: &a0 {a: b}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, n))
    ),
    "merge keys": lambda n: (
        "a: &a {arch: A, vllm: '0.1'}\n" + "".join(f"b{i}: {{<<: *a}}\n" for i in range(n))
    ),
    "records that are aliases": lambda n: (
        "- &a {arch: [A, B], requires: ['vllm>=1']}\n" + "- {arch: C, a: *a}\n" * n
    ),
    "lines": lambda n: "vllm:\n" + "- AForCausalLM\n" * n,
    "documents": lambda n: "---\nvllm: [A]\n" * n,
}
GATES: dict[str, Any] = {
    "gates": lambda n: "if vllm_version >= '0.1':\n    a('AForCausalLM')\n" * n,
    "names of a gate": lambda n: "if vllm_version >= '0.1':\n    a(" + "'AForCausalLM', " * n + ")\n",
    "statements of a gate": lambda n: "if vllm_version >= '0.1':\n" + "    a('AForCausalLM')\n" * n,
    "conditions above statements": lambda n: (
        f"if vllm_version >= '0.1' and ({'has or ' * n}has):\n" + "    a('AForCausalLM')\n" * n
    ),
    "many conditions above statements": lambda n: (
        f"if vllm_version >= '0.1' and {'has and ' * n}a:\n" + "    a('AForCausalLM')\n" * n
    ),
    "what is held above statements": lambda n: (
        f"if f({'version, ' * n}version) >= '0.1':\n" + "    a('AForCausalLM')\n" * n
    ),
    "conditions within a gate": lambda n: (
        "if vllm_version >= '0.1':\n" + f"    if {'a or ' * n}a:\n" + "        a('AForCausalLM')\n" * n
    ),
    "names of a header": lambda n: (
        "if vllm_version >= '0.1':\n    with " + "vllm('AForCausalLM'), " * n + "a:\n        pass\n"
    ),
    "names that are taken away": lambda n: (
        "if vllm_version >= '0.1':\n" + "    vllm.not_yet_remove('AForCausalLM')\n" * n
    ),
    "conditions of a gate": lambda n: f"if {'a and ' * n}vllm_version >= '0.1':\n    a('AForCausalLM')\n",
    "branches of a gate": lambda n: (
        "if vllm_version >= '0.1':\n    pass\n" + "elif vllm_version >= '0.1':\n    a('AForCausalLM')\n" * n
    ),
    "branches within a gate": lambda n: (
        "if vllm_version >= '0.1':\n    if a:\n        pass\n"
        + "    elif b:\n        a('AForCausalLM')\n" * n
    ),
    "a long list": lambda n: "VLLM = ['é'" + ", 'A'" * n + "]\n",
    "lists": lambda n: "VLLM = ['A']\n" * n,
    "a deep list": lambda n: "VLLM = " + "[" * min(n, 50) + "'A'" + "]" * min(n, 50) + "\n",
    "a dict": lambda n: "vllm = {" + ", ".join(f"'A': '0.{i}'" for i in range(n)) + "}\n",
    "assigned names": lambda n: "a = " * min(n, 60) + "['A']\n",
}
LISTS: dict[str, Any] = {
    "lines": lambda n: "A\n" * n,
    "marks": lambda n: "- " * n + "A # a\n",
    "a long line": lambda n: "A" * n,
    "remarks": lambda n: "#" * n + "\n",
}


def _held(read: Callable[[str], Any]) -> Callable[[str], object]:
    """The claims of a text, and the text with every one of them put right."""

    def reading(text: str) -> None:
        with suppress(ValueError, ImportError):
            claims = read(text).claims
            wrong = (
                Judged(claim=each, outcome=Outcome.WRONG, why="", instead="1")
                for each in claims
                if each.unclear is None
            )
            mended(text, wrong)

    return reading


READERS: dict[str, tuple[Callable[[str], object], Mapping[str, Any]]] = {
    "document": (read_document, DOCUMENTS),
    "an issue": (split_document, DOCUMENTS),
    **{
        path: (_scanning(name, files, path), PYTHON | _of_tables(table))
        for name, files, path, table in _ENGINES
    },
    "create_model": (_scanning("onnxruntime-genai", _GENAI, "onnxruntime_genai/models/builder.py"), CHAINS),
    "vllm_ascend/a.py": (
        _scanning("vllm-ascend", {"vllm_ascend/__init__.py": ""}, "vllm_ascend/a.py"),
        CALLS,
    ),
    "archtrack.toml": (lambda text: parse_settings(text, path="archtrack.toml"), CONFIGURATIONS),
    "METADATA": (lambda text: pins_from_metadata(text.encode()), METADATA),
    "pyproject.toml": (lambda text: pins_from_project(text.encode()), PROJECTS),
    "requirements.txt": (lambda text: pins_from_requirements(text.encode()), REQUIREMENTS),
    "config.json": (lambda text: read_checkpoint(text.encode()), CONFIGS),
    "a GGUF file": (read_gguf, GGUFS),
    "Go": (read_go, GO),
    "C++": (read_cpp, CPP),
    "a log": (read_log_file, LOGS),
    "a history": (read_history, HISTORIES),
    "recipes": (read_recipes, RECIPES),
    "a recipe": (lambda text: vllm_recipes.read({"./recipes/models/a/b.yaml": text.encode()}), YAML),
    "a name": (read_name, NAMES),
    "a table": (_held(lambda text: read_markdown(text, _NAMED)), TABLES),
    "records in JSON": (_held(lambda text: read_json(text, _NAMED, _KNOWN)), RECORDS),
    "records in YAML": (_held(lambda text: read_yaml(text, _NAMED, _KNOWN)), ALIASES),
    "gates.py": (_held(lambda text: read_python(text, _NAMED, _KNOWN, looks_like_class)), GATES | PYTHON),
    "a list": (_held(lambda text: read_list(text, _KNOWN)), LISTS),
}
