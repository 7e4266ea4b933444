"""How a release of vLLM decides, and the tables that it looks into, read from its own files.

Tables (see ``core.verdict.release_facts``):

- ``MODEL_TYPES``: the model types of ``_CONFIG_REGISTRY`` -> ``{"config": CLASS}``;
- ``QUANTISATION``: the methods -> null, or ``{"deprecated": true}`` (asks for ``--allow-deprecated-quantization``), or
  ``{"override": true}`` of a name that is no method and that some method answers for (``auto-round``);
- ``FEATURES``: see ``core.verdict.features`` and ``features``;
- those of ``lists``: parsers, attention backends, speculative methods;
- ``PREVIOUSLY``: architecture -> the last release that had it, as vLLM says; ``OUT_OF_TREE``: architecture -> plugin.

Rules, each there only where the release has it, with ``path`` and ``line``:

- ``own_config``: ``{"first": bool}``: whether ``_CONFIG_REGISTRY`` is asked before AutoConfig, or replaces its answer;
- ``types_of``: ``{"types": {ARCHITECTURE: model type}}`` for configs that name no model type;
- ``speculators``: a config with ``speculators_config`` is of the type ``speculators``;
- ``unnamed``: a config without architectures has the class of transformers' ``MODEL_MAPPING_NAMES``;
- ``suffixes``: ``{"rows": [[ending, runner, convert], …]}``; ``normalise``: an ending is replaced by another one until
  a registered architecture is found; ``runner``: ``{"by_convert": bool}``: ``--convert`` decides the runner, too;
- ``replaces``: ``{"from", "to"}``: the only ending that 0.10.0 replaces;
- ``gate``: ``{"any": [what is asked of a class, …]}``; ``remote``: ``{"any": bool, "first": bool}``: whether every
  ``auto_map.AutoModel…`` counts or only ``AutoModel``, and whether it comes before transformers' own class;
- ``wrapper``: ``{"chosen": [[condition, WRAPPER], …]}``, the first that holds, conditions being ``pools``, ``sees`` and
  null, or ``{"built": {"start", "sees", "experts", "over", "embed", "classify", "else"}}``, pieces of a name;
- ``experts``: ``{"names": [attribute, …]}``: where the number of experts is looked for;
- ``gguf``: ``{"causal": {"line"}}``: a GGUF file is handed to transformers (see ``engines._gguf``);
- ``renames``: ``{"from", "to"}``: how a name of a quantisation method is written;
- ``quantised_by``: ``{"keys": [key, …]}``: where the release looks for a quantisation (``text_config.…``: there, too);
- ``nameless``: ``{"taken": bool}``: whether a quantisation that names no method counts as none, or stops the engine.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import strings
from archtrack.core.verdict.release_facts import FEATURES, MODEL_TYPES, QUANTISATION, Fact, LoadFacts
from archtrack.engines._gguf import WORD, handing
from archtrack.engines._pairs import pairs, texts
from archtrack.model import Place

from . import files
from .backend_rules import backend_facts, functions
from .features import features_of
from .lists import lists
from .tables import OUT_OF_TREE, PREVIOUSLY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = [
    "config_facts",
    "load_facts",
    "methods_facts",
    "override_facts",
]

_METHODS = ("QUANTIZATION_METHODS", "_QUANTIZATION_CONFIG_REGISTRY", "_QUANTIZATION_REGISTRY")
_DEPRECATED = "DEPRECATED_QUANTIZATION_METHODS"
_OVERRIDE = "override_quantization_method"
_METHOD = "quant_method"
_QUANTIZATIONS = ("quantization_config", "compression_config")
_VERIFIES = "_verify_quantization"
_LOOKS = ("_normalize_quantization_config", "_parse_quant_hf_config", _VERIFIES)
_LOOKS_INSIDE = ("get_quantization_config", _VERIFIES)


def load_facts(library: Library, inventory: Inventory) -> LoadFacts:
    """The tables and rules of a release.

    Raises:
        SourceError: a file cannot be read.
    """
    tables: dict[str, Mapping[str, Fact]] = {}
    rules: dict[str, Any] = {}
    sources = library.paths(*files.REGISTRIES[:1], files.LOADER, *files.CONFIGS, files.CONVERTOR)
    for path in (each for wanted in (*files.CONFIGS, files.CONVERTOR) for each in sources if each == wanted):
        _add(rules, path, _facts(library, path, "model-config", config_facts))
    for path in (
        each for wanted in (files.REGISTRIES[0], files.LOADER) for each in sources if each == wanted
    ):
        _add(rules, path, _facts(library, path, "backend", backend_facts))
    for path in library.paths(files.HF_CONFIG):
        found = _facts(library, path, "hf-config", hf_config_facts)
        _add(rules, path, found["rules"])
        if found["types"] is not None:
            tables[MODEL_TYPES] = {
                key: Fact(key=key, place=Place(file=path, line=line), value={"config": name})
                for key, (name, line) in sorted(found["types"].items())
            }
    methods = _methods(library)
    if methods is not None:
        tables[QUANTISATION] = methods
    tables |= _of_the_past(inventory)
    featured = features_of(library, inventory)
    if featured is not None:
        tables[FEATURES], rules["features"] = featured
    tables |= lists(library)
    return LoadFacts(tables=tables, rules=dict(sorted(rules.items())))


def _facts(library: Library, path: str, kind: str, extract: Callable[[bytes], Any]) -> Any:
    return library.facts((path,), f"vllm-{kind}-{files.REVISION}", extract)[path]


def _add(rules: dict[str, Any], path: str, found: Mapping[str, Any]) -> None:
    """Add the rules of a file; one that is there already is of a newer place."""
    for name, rule in found.items():
        rules.setdefault(name, {**rule, "path": path})


def _of_the_past(inventory: Inventory) -> Iterator[tuple[str, dict[str, Fact]]]:
    """What the registry says of architectures that it does not have."""
    notes = dict(inventory.facts)
    path = files.REGISTRIES[0]
    for name in (PREVIOUSLY, OUT_OF_TREE):
        if name in notes:
            rows = (note.partition(" ") for note in notes[name])
            place = Place(file=path, line=0)
            yield name, {key: Fact(key=key, place=place, value=value) for key, _, value in sorted(rows)}


# -- the config ------------------------------------------------------------------------------------------


def hf_config_facts(data: bytes) -> dict[str, Any]:
    """``{"types": {model type: [CLASS, line]} | null, "rules": {…}}`` of ``transformers_utils/config.py``."""
    module = Module(data, words=(b"_CONFIG_REGISTRY", b"MODEL_MAPPING_NAMES", WORD))
    table = pairs(module, "_CONFIG_REGISTRY")
    rules: dict[str, Any] = {}
    by_architecture = pairs(module, "_ARCHITECTURE_TO_MODEL_TYPE")
    if by_architecture:
        types = texts(by_architecture)
        line = min(line for _, line in types.values())
        rules["types_of"] = {"types": {key: name for key, (name, _) in sorted(types.items())}, "line": line}
    aliases = (pairs(module, "CONFIG_FIELD_ALIASES") or {}).get("num_experts")
    if aliases is not None:
        rules["experts"] = {"names": strings(aliases[0]), "line": aliases[1]}
    for function in functions(module.tree):
        own, auto = _first_uses(function)
        if own and auto:
            rules.setdefault("own_config", {"first": own < auto, "line": own})
        for part in ast.walk(function):
            match part:
                case ast.Constant(value="speculators_config"):
                    rules.setdefault("speculators", {"line": part.lineno})
                case ast.Subscript(value=ast.Name(id="MODEL_MAPPING_NAMES")):
                    rules.setdefault("unnamed", {"line": part.lineno})
                case _:
                    pass
    gguf = handing(module)
    if gguf is not None:
        rules["gguf"] = gguf
    if table is not None and "own_config" not in rules:
        rules["own_config"] = {"first": True, "line": 0}
    return {
        "types": None if table is None else {key: list(pair) for key, pair in texts(table).items()},
        "rules": rules,
    }


def _first_uses(function: ast.AST) -> tuple[int, int]:
    """The first lines of a function that use vLLM's table, and AutoConfig; 0 where none does."""
    own, auto = [], []
    for part in ast.walk(function):
        match part:
            case ast.Name(id="_CONFIG_REGISTRY"):
                own.append(part.lineno)
            case ast.Attribute(value=ast.Name(id="AutoConfig"), attr="from_pretrained"):
                auto.append(part.lineno)
            case _:
                pass
    return min(own, default=0), min(auto, default=0)


# -- ModelConfig -----------------------------------------------------------------------------------------


def config_facts(data: bytes) -> dict[str, Any]:
    """The rules of the module of ``ModelConfig``, or of its helper that looks at transformers' configs."""
    from_name = (
        b"Transformers",
        b"num_local_experts",
        b"runner_type",
        b"get_num_experts",
        b"compressed_tensors",
        *(name.encode() for name in _QUANTIZATIONS),
        b"supported_quantization",
    )
    module = Module(data, words=from_name)
    rules: dict[str, Any] = {}
    rows = module.values.get("_SUFFIX_TO_DEFAULTS")
    if isinstance(rows, ast.List):
        rules["suffixes"] = {"rows": [row for each in rows.elts if (row := _row(each))], "line": rows.lineno}
    over = 0
    for function in functions(module.tree):
        if function.name == "_get_runner_type":
            arguments = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
            rules["runner"] = {"by_convert": "convert" in arguments, "line": function.lineno}
        elif function.name == "get_num_experts" and (names := _expert_names(function)):
            rules["experts"] = {"names": names, "line": function.lineno}
        elif function.name == "is_moe":
            over = _bound(function)
        if (renamed := _renamed(function)) is not None:
            rules["renames"] = renamed
    rules |= _quantised(functions(module.tree))
    wrapper = next(
        (each for each in functions(module.tree) if each.name == "_get_transformers_backend_cls"), None
    )
    if wrapper is not None:
        rules["wrapper"] = {**_wrapper(wrapper, over), "line": wrapper.lineno}
    return rules


def _row(node: ast.expr) -> list[str] | None:
    """[ending, runner, convert] of a row of ``_SUFFIX_TO_DEFAULTS``."""
    match node:
        case ast.Tuple(elts=[ast.Constant(value=str() as ending), ast.Tuple() as defaults]):
            found = [ending, *strings(defaults)]
            return found if len(found) == 3 else None  # noqa: PLR2004 -- an ending and its two defaults
        case _:
            return None


def _expert_names(function: ast.FunctionDef) -> list[str]:
    for part in ast.walk(function):
        if isinstance(part, (ast.List, ast.Tuple)) and "num_local_experts" in (names := strings(part)):
            return names
    return []


def _bound(node: ast.AST) -> int:
    """The number that a comparison ``… > NUMBER`` in it has; 0 where there is none."""
    for part in ast.walk(node):
        match part:
            case ast.Compare(ops=[ast.Gt()], comparators=[ast.Constant(value=int() as number)]):
                return number
            case _:
                pass
    return 0


def _renamed(function: ast.FunctionDef) -> dict[str, Any] | None:
    """``quant_method.replace("compressed_tensors", "compressed-tensors")``."""
    for part in ast.walk(function):
        match part:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="replace"),
                args=[ast.Constant(value=str() as before), ast.Constant(value=str() as after)],
            ) if name == _METHOD:
                return {"from": before, "to": after, "line": part.lineno}
            case _:
                pass
    return None


def _quantised(found: list[ast.FunctionDef]) -> dict[str, Any]:
    """Where a quantisation is looked for, and what becomes of one that names no method."""
    keys: list[str] = []
    rules: dict[str, Any] = {}
    inside = line = 0
    for function in found:
        asked = [part for part in ast.walk(function) if isinstance(part, ast.Call) and _asks(part)]
        names = {text for call in asked for text in strings(call.args[1])}
        if function.name in _LOOKS:
            keys = keys or [name for name in _QUANTIZATIONS if name in names]
            line = line or function.lineno
        if function.name in _LOOKS_INSIDE and "text_config" in names:
            inside = function.lineno
        if function.name == _VERIFIES and any(_METHOD in strings(part) for part in ast.walk(function)):
            taken = [
                part.lineno
                for part in ast.walk(function)
                if isinstance(part, ast.IfExp) and _is_emptied(part)
            ]
            rules["nameless"] = {"taken": bool(taken), "line": min(taken, default=function.lineno)}
    if keys:
        within = [f"text_config.{name}" for name in keys] if inside else []
        rules["quantised_by"] = {"keys": keys + within, "line": line}
    return rules


def _asks(call: ast.Call) -> bool:
    """``getattr(config, "name", None)``."""
    return isinstance(call.func, ast.Name) and call.func.id == "getattr" and len(call.args) > 1


def _is_emptied(node: ast.IfExp) -> bool:
    """``quant_method if quant_method != "" else None``."""
    match node:
        case ast.IfExp(
            test=ast.Compare(left=ast.Name(id=name), ops=[ast.NotEq()], comparators=[ast.Constant(value="")]),
            orelse=ast.Constant(value=None),
        ):
            return name == _METHOD
        case _:
            return False


def _wrapper(function: ast.FunctionDef, over: int) -> dict[str, Any]:
    """How the name of the wrapper is chosen, or put together."""
    pieces: dict[str, Any] = {}
    chosen: list[list[str | None]] = []
    for statement in function.body:
        match statement:
            case ast.Assign(value=ast.Constant(value=str() as start)) if start.startswith("Transformers"):
                pieces["start"] = start
            case ast.AugAssign(value=ast.IfExp(test=test, body=ast.Constant(value=str() as piece))):
                condition = _condition(test)
                if condition is None:
                    return {}
                pieces[condition] = piece
                if condition == "experts":
                    pieces["over"] = _bound(test) or over
            case ast.If(test=test, body=body, orelse=orelse) if "start" in pieces:
                if _condition(test) == "pools":
                    pieces |= _tasks(body)
                    pieces["else"] = _piece(orelse)
            case ast.If(test=test, body=body, orelse=orelse):
                chosen += [[_condition(test), name] for name in _returned(body)]
                chosen += [[None, name] for name in _returned(orelse)]
            case ast.Return(value=ast.Constant(value=str() as name)):
                chosen.append([None, name])
            case _:
                pass
    if pieces.get("else"):
        return {"built": pieces}
    return {"chosen": chosen} if chosen else {}


def _condition(test: ast.expr) -> str | None:
    """What a test asks for."""
    text = ast.unparse(test)
    if "hf_text_config" in text:
        return "sees"
    if "experts" in text or "is_moe" in text:
        return "experts"
    return "pools" if "pooling" in text else None


def _tasks(body: list[ast.stmt]) -> dict[str, str]:
    """``if task == "embed": cls += "EmbeddingModel"``, and its ``elif``."""
    found: dict[str, str] = {}
    waiting = list(body)
    while waiting:
        match waiting.pop():
            case ast.If(
                test=ast.Compare(comparators=[ast.Constant(value=str() as task)]), body=inner, orelse=others
            ):
                found[task] = _piece(inner)
                waiting += others
            case _:
                pass
    return found


def _piece(body: list[ast.stmt]) -> str:
    """What a branch adds to the name."""
    return "".join(text for each in body if isinstance(each, ast.AugAssign) for text in strings(each.value))


def _returned(body: list[ast.stmt]) -> list[str]:
    return [
        text for each in body if isinstance(each, ast.Return) and each.value for text in strings(each.value)
    ]


# -- quantisation ----------------------------------------------------------------------------------------


def _methods(library: Library) -> dict[str, Fact] | None:
    """The table of methods; None where the release has none that can be read."""
    found: dict[str, Fact] = {}
    for path in library.paths(*files.QUANTISATION)[:1]:
        for name, (value, line) in _facts(library, path, "methods", methods_facts).items():
            found[name] = Fact(key=name, place=Place(file=path, line=line), value=value)
    if not found:
        return None
    paths = library.paths(files.QUANTISATION_METHODS)
    for path, answers in library.facts(paths, f"vllm-override-{files.REVISION}", override_facts).items():
        for name, line in answers.items():
            place = Place(file=path, line=line)
            found.setdefault(name, Fact(key=name, place=place, value={"override": True}))
    return dict(sorted(found.items()))


def methods_facts(data: bytes) -> dict[str, list[Any]]:
    """Method -> [null or ``{"deprecated": true}``, line] of the package of quantisation methods."""
    module = Module(data)
    deprecated = {name for name, _ in _listed(module, _DEPRECATED)}
    for name in _METHODS:
        methods = _listed(module, name)
        if methods:
            return {
                method: [{"deprecated": True} if method in deprecated else None, line]
                for method, line in methods
            }
    return {}


def _listed(module: Module, name: str) -> list[tuple[str, int]]:
    """The strings of a list or of a ``Literal``, or the keys of a table, each with its line."""
    node = module.values.get(name)
    match node:
        case ast.Call(args=[ast.Call(args=[ast.Name(id=literal)])]):  # list(get_args(QuantizationMethods))
            node = module.values.get(literal)
        case ast.Dict():
            return [(key, line) for key, (_, line) in (pairs(module, name) or {}).items()]
        case _:
            pass
    if isinstance(node, ast.Subscript):
        node = node.slice
    elements = node.elts if isinstance(node, (ast.List, ast.Tuple)) else []
    return [
        (each.value, each.lineno)
        for each in elements
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def override_facts(data: bytes) -> dict[str, int]:
    """Name -> line of what ``override_quantization_method`` of a module's classes compares a config's method with."""
    if _OVERRIDE.encode() not in data:
        return {}
    found: dict[str, int] = {}
    for function in functions(Module(data, words=(_METHOD.encode(),)).tree):
        if function.name != _OVERRIDE:
            continue
        held = {_METHOD}  # names for what the config says
        for part in ast.walk(function):
            if isinstance(part, ast.Assign) and _mentions(part.value, held):
                held.update(target.id for target in part.targets if isinstance(target, ast.Name))
            elif isinstance(part, ast.Compare) and _mentions(part, held):
                for side in (part.left, *part.comparators):
                    found.update((text.lower(), part.lineno) for text in strings(side))
    found.pop(_METHOD, None)
    return found


def _mentions(node: ast.AST, names: set[str]) -> bool:
    return any(
        (isinstance(part, ast.Name) and part.id in names)
        or (isinstance(part, ast.Constant) and part.value == _METHOD)
        for part in ast.walk(node)
    )
