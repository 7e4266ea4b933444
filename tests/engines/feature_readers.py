"""Second readers of what releases state of features and lists: patterns, and classes that become classes of Python.

They share nothing with archtrack's readers.
"""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = tuple[set[str], set[str]]
"""What is there, and what cannot be told."""


# -- vLLM: what can be named -------------------------------------------------------------------------------------


def vllm_lists(files: Mapping[str, str]) -> dict[str, set[str]]:
    """Table -> names; of no table that a release does not have."""
    found = {
        "tool_parsers": _parsers(
            files, ("vllm/tool_parsers", "vllm/entrypoints/openai/tool_parsers"), "_TOOL_PARSERS_TO_REGISTER"
        )
        or set(_choices(files.get("vllm/entrypoints/openai/cli_args.py", ""), "--tool-call-parser")),
        "reasoning_parsers": _parsers(
            files,
            ("vllm/reasoning", "vllm/entrypoints/openai/reasoning_parsers"),
            "_REASONING_PARSERS_TO_REGISTER",
        ),
        "attention_backends": _members("\n".join(files.values())),
        "speculative": _literal("\n".join(files.values()), "SpeculativeMethod"),
    }
    return {table: names for table, names in found.items() if names}


def _parsers(files: Mapping[str, str], folders: tuple[str, ...], table: str) -> set[str]:
    for folder in folders:
        package = files.get(f"{folder}/__init__.py", "")
        written = re.search(rf"^{table}\b[^=\n]*= (\{{.*?^\}})", package, re.MULTILINE | re.DOTALL)
        if written is not None:
            return set(ast.literal_eval(written[1]))
        names: set[str] = set()
        for module in re.findall(r"^from [\w.]*?\.(\w+) import", package, re.MULTILINE):
            text = files.get(f"{folder}/{module}.py", "")
            for given in re.findall(r"^@\w+\.register_module\((.*?)\)$", text, re.MULTILINE | re.DOTALL):
                value = ast.literal_eval(given)
                names.update([value] if isinstance(value, str) else value)
        if names:
            return names
    return set()


def _choices(text: str, option: str) -> list[str]:
    found = re.search(rf'"{option}",\s*type=str,\s*choices=(\[.*?\])', text, re.DOTALL)
    return [] if found is None else list(ast.literal_eval(found[1]))


def _members(text: str) -> set[str]:
    for name in ("AttentionBackendEnum", "_Backend"):
        body = re.search(rf"^class {name}\((?:enum\.)?Enum\b.*?:\n((?: .*\n|\n)*)", text, re.MULTILINE)
        if body is not None:
            return set(re.findall(r"^    ([A-Z]\w*) = ", body[1], re.MULTILINE))
    return set()


def _literal(text: str, name: str) -> set[str]:
    found = re.search(rf"^{name} = Literal\[(.*?)\]$", text, re.MULTILINE | re.DOTALL)
    if found is None:
        return set()
    inner = re.sub(r'"[^"]*"|#.*', "", found[1])
    names = set(re.findall(r'"([^"]+)"', found[1]))
    return names.union(*(_literal(text, other) for other in re.findall(r"\w+", inner)))


# -- classes that become classes of Python -----------------------------------------------------------------------


class World:
    """The classes of some modules as classes of Python, each with its statement as ``node``."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.trees = {path: ast.parse(text) for path, text in files.items()}
        self._made: dict[tuple[str, str], Any] = {}

    def made(self, path: str, name: str) -> Any:
        """The class that a name, dotted or not, means in a module; None for one of elsewhere."""
        if (path, name) not in self._made:
            self._made[path, name] = None
            self._made[path, name] = self._make(path, name)
        return self._made[path, name]

    def _make(self, path: str, name: str) -> Any:
        head, _, rest = name.partition(".")
        for node in reversed(self.trees[path].body):
            if isinstance(node, ast.ClassDef) and node.name == name:
                bases = [self.made(path, ast.unparse(each)) for each in node.bases]
                own = tuple(base for base in bases if base is not None)
                return type(name, own, {"node": node, "path": path})
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return self.made(path, ast.unparse(node.value))
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == head:
                        return self._imported(path, node, alias.name, rest)
        return None

    def _imported(self, path: str, node: ast.ImportFrom, name: str, rest: str) -> Any:
        folder = posixpath.dirname(path) if node.level else ""
        for _ in range(node.level - 1):
            folder = posixpath.dirname(folder)
        base = posixpath.join(folder, *(node.module or "").split("."))
        module, wanted = (posixpath.join(base, name), rest) if rest else (base, name)
        target = next(
            (each for each in (f"{module}.py", f"{module}/__init__.py") if each in self.trees), None
        )
        return None if target is None else self.made(target, wanted)


def methods(cls: Any) -> Iterator[tuple[Any, ast.FunctionDef]]:
    """The methods of a class, the nearest first, each with the class that has it."""
    for each in cls.__mro__:
        if "node" in each.__dict__:
            yield from ((each, part) for part in each.node.body if isinstance(part, ast.FunctionDef))


# -- MLX-LM ------------------------------------------------------------------------------------------------------


def mlx_row(world: World, path: str, name: str) -> Row:
    """What a model has of ``pp``, ``hybrid`` and ``attention-free``."""
    model = world.made(path, name)
    assert model is not None
    has, unsure = set(), set()
    inner = _held(world, model, "model")
    if any("pipeline" in {method.name for _, method in methods(each)} for each in inner):
        has.add("pp")
    caches = _caches(world, model)
    states = {each for each in caches if each in {"ArraysCache", "MambaCache"}}
    keys = {each for each in caches if each.endswith("KVCache")}
    if caches - states - keys - {"CacheList"} or any(_own_cache(world, model, each) for each in caches):
        unsure |= {"hybrid", "attention-free"}
    elif states:
        has.add("hybrid" if keys else "attention-free")
    return has, unsure


def _held(world: World, cls: Any, name: str) -> list[Any]:
    for owner, method in methods(cls):
        text = ast.unparse(method)
        if method.name == name and "@property" in text:
            found = [cls]
            for part in re.findall(r"return self\.([\w.]+)", text)[0].split("."):
                found = [held for each in found for held in _held(world, each, part)]
            return found
        called = re.findall(rf"self\.{name} = ([\w.]+)\(", text)
        if called:
            held = [world.made(owner.path, each) for each in called]
            return [each for each in held if each is not None]
    return []


def _caches(world: World, cls: Any) -> set[str]:
    for _, method in methods(cls):
        if method.name == "make_cache":
            text = ast.unparse(ast.Module(body=method.body, type_ignores=[]))
            through = re.findall(r"self\.([\w.]+)\.make_cache\(\)", text)
            inner = [_caches(world, held) for each in through for held in _held(world, cls, each)]
            return set(re.findall(r"\b(\w*Cache\w*)\(", text)).union(*inner)
    return {"KVCache"}


def _own_cache(world: World, cls: Any, name: str) -> bool:
    """Whether a module defines a cache of that name itself, and not as a kind of the usual one."""
    for each in cls.__mro__:
        for node in world.trees[each.path].body if "path" in each.__dict__ else ():
            if isinstance(node, ast.ClassDef) and node.name == name:
                bases = {base.__name__ for base in world.made(each.path, name).__mro__[1:]}
                return "KVCache" not in bases
    return False


def mlx_lora(text: str) -> set[str] | None:
    """The model types that the tuner names; None where it takes any."""
    function = re.search(
        r"^def linear_to_lora_layers.*?(?=^\S(?!.*\n?\) ->)|\Z)", text, re.MULTILINE | re.DOTALL
    )
    if function is None:
        return set()
    if "apply_to_modules" in text:
        return None
    chain = [line for line in re.split(r"\n    (?=el|if)", function[0]) if line.startswith(("if ", "elif "))]
    tests = "\n".join(re.split(r":\n", each)[0] for each in chain)
    named = re.findall(r'model\.model_type (?:in ([\[{][^\]}]*[\]}])|== ("[^"]*"))', tests)
    values = [ast.literal_eval(one or other) for one, other in named]
    return {name for value in values for name in ([value] if isinstance(value, str) else value)}


# -- LMDeploy ----------------------------------------------------------------------------------------------------


def lmdeploy_sight(text: str) -> Row | None:
    """The architectures that ``check_vl_llm`` takes, and those that it takes by the config; None without it."""
    found = re.search(r"^def check_vl_llm.*?(?=^def )", text, re.MULTILINE | re.DOTALL)
    if found is None:
        return None
    listed = re.search(r"supported_archs = set\((\[.*?\])\)", found[0], re.DOTALL)
    named: set[str] = set()
    for line in re.findall(r"if (.*?):\n\s+return True", found[0], re.DOTALL):
        if " and " in line:
            named.update(re.findall(r"'(\w+)'", re.sub(r"'\w+' in config|get\(\s*'\w+'", "", line)))
            named.discard("language_config")
    sees = set() if listed is None else set(ast.literal_eval(listed[1]))
    for line in re.findall(r"if arch (?:in|==) ([^:]*):\n\s+return True", found[0]):
        sees |= set(re.findall(r"'(\w+)'", line)) if " and " not in line else set()
    other: set[str] = set()
    for line in re.findall(r"if arch (?:in|==) ([^:]*):\n\s+return False", found[0]):
        refused = set(re.findall(r"'(\w+)'", line))
        sees -= refused
        other |= refused - {"turbomind"} if " and " in line else set()
    alone = re.search(r"turbomind_unsupported_archs = (\[.*?\])", found[0], re.DOTALL)
    other |= set() if alone is None else set(ast.literal_eval(alone[1]))
    return sees - other, (named - sees) | other


def lmdeploy_tokens(files: Mapping[str, str]) -> dict[str, set[str]]:
    """Architecture -> the inputs for which its class hands tokens on; of those whose class does so."""
    world = World(files)
    found: dict[str, set[str]] = {}
    for path, tree in world.trees.items():
        lists = {
            ast.unparse(node.targets[0]): ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.Tuple))
            if all(isinstance(each, ast.Constant) for each in node.value.elts)
        }
        for node in tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            own = re.search(r"^    _arch = (.*)$", ast.unparse(node), re.MULTILINE)
            made = world.made(path, node.name)
            texts = (
                [ast.unparse(each.node) for each in made.__mro__ if "node" in each.__dict__] if made else []
            )
            handed = next((text for text in texts if "MultimodalSpecialTokens(" in text), None)
            if own is None or handed is None:
                continue
            names = re.findall(r"'(\w+)'", own[1])
            names += [name for each in re.findall(r"\*(\w+)", own[1]) for name in lists[each]]
            inputs = set(re.findall(r"\b(image|video|audio)_token=", handed))
            found.update(dict.fromkeys(names, inputs))
    return found


# -- llama.cpp ---------------------------------------------------------------------------------------------------


def llama_says_yes(text: str, function: str) -> set[str] | None:
    """The GGUF architectures that a function of ``llama-arch.cpp`` says yes to; None where there is none."""
    body = re.search(rf"bool {function}\([^)]*\) \{{(.*?)\n\}}", text, re.DOTALL)
    if body is None:
        return None
    names = dict(re.findall(r'\{\s*(LLM_ARCH_\w+)\s*,\s*"([^"]+)"\s*\}', text))
    return {names[each] for each in re.findall(r"case (\w+)\s*:", body[1].split("return true")[0])}


def llama_encoders(files: Mapping[str, str]) -> dict[str, Row]:
    """Architecture -> what its converter of what sees or hears says of images and sound."""
    world = World(files)
    found: dict[str, Row] = {}
    for path, tree in world.trees.items():
        for node in tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            made: Any = world.made(path, node.name)
            names = [each.__name__ for each in made.__mro__]
            if {"MmprojModel", "VisionModel"}.isdisjoint(names):
                continue
            row = _encoders([ast.unparse(each.node) for each in made.__mro__ if "node" in each.__dict__])
            for each in node.decorator_list:
                if "register" in ast.unparse(each):
                    known = ast.unparse(each)
                    found.update(dict.fromkeys(re.findall(r"'([\w.-]+)'", known), row))
    return found


def _encoders(texts: list[str]) -> Row:
    has, unsure = set(), set()
    for feature, attribute in (("image", "has_vision_encoder"), ("audio", "has_audio_encoder")):
        whole = "\n".join(texts)
        said = re.search(rf"^    {attribute}(?:: bool)? = (True|False)$", whole, re.MULTILINE)
        if f"self.{attribute} = " in whole:
            unsure.add(feature)
        elif said[1] == "True" if said is not None else feature == "image":  # before there was sound
            has.add(feature)
    return has, unsure
