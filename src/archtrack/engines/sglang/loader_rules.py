"""How a release of SGLang chooses the class for a checkpoint: the rules of ``core.verdict.decision``, from its source.

What it makes of the architectures before, while it loads the config, is in ``config_rules``, draft models are in
``drafts``. A rule that a release does not have is absent.
"""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.values import strings
from archtrack.core.verdict.context import Rewrite, Rules
from archtrack.errors import SourceError
from archtrack.model import Place

from .config_rules import class_rules, config_rules
from .drafts import drafts_of
from .files import COMMON, CONFIGS, GET_CONFIG, LOADER, MODEL_CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archtrack.model import Inventory
    from archtrack.sources.library import Library

__all__ = ["rules_of"]

REVISION = 7
"""Counts up whenever equal files would give other facts."""
_UNDERSTOOD = frozenset({"EmbeddingGemmaModel", "QuantMixtralForCausalLM", "MindSporeForCausalLM"})
"""What ``get_model_architecture`` puts in by rules that are followed; the last one where the user asks for it."""
_MOST = 50
"""Substitutions of architectures in the loader: each may name a list of quantisations."""


def rules_of(library: Library, inventory: Inventory, *, expect: bool = True) -> Rules:
    """The rules of one release.

    Args:
        library: its source.
        inventory: what it registers, and its own lists.
        expect: say which files are read; False where the caller has said so with others.

    Raises:
        SourceError: a file cannot be read, or has more rules than are read.
    """
    paths = library.paths(LOADER)
    if expect:
        library.expect(LOADER, MODEL_CONFIG, *GET_CONFIG, COMMON, CONFIGS)
    statements = dict(inventory.facts)
    loader = {}
    if LOADER in paths:
        loader = library.facts((LOADER,), f"sglang-loader-{REVISION}", _loader_rules)[LOADER]
        if len(loader.get("rewrites", ())) > _MOST:
            line = loader["rewrites"][-1][0]
            raise SourceError(f"{LOADER}:{line}: more than {_MOST} substitutions; no release has so many")
    return Rules(
        path=LOADER if LOADER in paths else None,
        loader=loader,
        rewrites=tuple(_rewrites(library)),
        drafts=drafts_of(library),
        pooled=frozenset(statements.get("is_generation_model", ())),
        multimodal=frozenset(statements.get("multimodal_model_archs", ())),
    )


def _rewrites(library: Library) -> Iterator[Rewrite]:
    """What configuration classes write, and after them ``get_config``."""
    paths = library.paths(CONFIGS)
    for path, rules in library.facts(paths, f"sglang-config-classes-{REVISION}", class_rules).items():
        yield from (_rewrite(path, rule, {}) for rule in rules)
    there = library.paths(*GET_CONFIG, COMMON)
    config = next((path for path in GET_CONFIG if path in there), None)
    if config is None:
        return
    facts = library.facts(there, f"sglang-get-config-{REVISION}", config_rules)
    remote = {name: reference for found in facts.values() for name, reference in found["remote"].items()}
    yield from (_rewrite(config, rule, remote) for rule in facts[config]["rules"])


def _rewrite(path: str, rule: dict[str, Any], remote: dict[str, str]) -> Rewrite:
    """One rule of a module.

    Raises:
        SourceError: the module has more than are read.
    """
    if "too_many" in rule:
        raise SourceError(
            f"{path}:{rule['too_many']}: more rules about architectures than any release has; check the source"
        )
    return Rewrite(
        to=rule["to"],
        place=Place(file=path, line=rule["line"]),
        model_type=rule.get("model_type"),
        replaced=tuple(rule.get("of", ())),
        alone=rule.get("alone", False),
        missing=rule.get("missing", False),
        # A function that could not be read is one that no reference fits.
        remote=tuple(remote.get(name, "") for name in rule.get("remote", ())),
        keys=tuple(rule.get("keys", ())),
    )


def _loader_rules(data: bytes) -> dict[str, Any]:
    """The rules of ``model_loader/utils.py``; every ``line`` is 0 or absent where the release has no such rule.

    ``unread`` is the first line that makes something else of the architectures.

    ``{"choice": line, "fallback": line, "gate": line, "remote": line, "missing": line, "backend": line,
    "moe": {"line", "attributes"}, "rewrites": [[line, architecture, [quantisations]]]}``

    ``rewrites`` are the architectures that ``get_model_architecture`` puts in the place of others; the list of
    quantisations is that of those which are left alone.

    Args:
        data: the file.
    """
    functions = Module(data, words=None).function
    rules: dict[str, Any] = {}
    if choice := functions("get_model_architecture"):
        rules["choice"] = choice.lineno
        rules["rewrites"] = list(islice(_substitutions(choice), _MOST + 1))
        unread = min(_not_understood(choice), default=0)
        if unread:
            rules["unread"] = unread
    if fallback := functions("resolve_transformers_arch"):
        rules["fallback"] = fallback.lineno
        calls = [node for node in ast.walk(fallback) if isinstance(node, ast.Call)]
        rules["gate"] = next(
            (
                node.lineno
                for node in calls
                if isinstance(node.func, ast.Attribute) and node.func.attr == "is_backend_compatible"
            ),
            fallback.lineno,
        )
        rules["lookup"] = next(
            (node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "getattr"
             and _name(node.args[0]) == "transformers"),
            fallback.lineno,
        )  # fmt: skip
        rules["missing"] = next(
            (node.lineno for node in ast.walk(fallback) if isinstance(node, ast.Raise)), fallback.lineno
        )
    if backend := functions("_get_transformers_backend_arch"):
        rules["backend"] = backend.lineno
    if moe := functions("_is_moe_model"):
        rules["moe"] = {"line": moe.lineno, "attributes": _expert_attributes(moe)}
    return rules


def _substitutions(function: ast.FunctionDef) -> Iterator[list[Any]]:
    """Assignments ``architectures = ["X"]`` under an ``if``: line, X, the quantisations that the test leaves alone."""
    lists = {
        node.targets[0].id: strings(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        if not isinstance(node, ast.If):
            continue
        for statement in node.body:
            if (
                isinstance(statement, ast.Assign)
                and _name(statement.targets[0]) == "architectures"
                and (names := strings(statement.value))
            ):
                left_alone = [
                    value
                    for part in ast.walk(node.test)
                    if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.NotIn)
                    for value in (lists.get(_name(part.comparators[0]) or "") or strings(part.comparators[0]))
                ]
                yield [statement.lineno, names[0], left_alone]


def _not_understood(function: ast.FunctionDef) -> Iterator[int]:
    """The lines that make something of the architectures that no rule of ``core.verdict`` stands for."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(
                targets=[ast.Name(id="architectures")], value=ast.Call(func=ast.Name(id=called))
            ) if called in {"getattr", "resolve_transformers_arch"}:
                pass
            case ast.Assign(targets=[ast.Name(id="architectures")], value=value) if strings(value)[:1] and (
                strings(value)[0] in _UNDERSTOOD
            ):
                pass
            case ast.Assign(targets=targets) if any(_name(each) == "architectures" for each in targets):
                yield node.lineno
            case (
                ast.AugAssign(target=ast.Name(id="architectures"))
                | ast.AnnAssign(target=ast.Name(id="architectures"))
            ):
                yield node.lineno
            case _:
                pass


def _expert_attributes(function: ast.FunctionDef) -> list[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Tuple, ast.List)):
            names = strings(node.value)
            if any("expert" in name for name in names):
                return names
    return []


def _name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None
