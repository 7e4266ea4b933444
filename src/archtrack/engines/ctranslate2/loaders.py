"""What the converter and the loaders of CTranslate2 ask of a config, as far as it is plainly written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.mro import linearize
from archtrack.core.python.values import last_name
from archtrack.engines._quantisation import constants

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["loader_facts"]

_SPEC = "get_model_spec"
_MOST = 50
"""Keys that are read of one loader, and functions that it goes through: more is no loader."""
_LANGUAGE = ("language_model", "text_model")
"""What the language model of a model of several parts is called."""
_ENCODER = "TransformerEncoderModelSpec"
"""What is made of a model of which hidden states are all that is wanted."""
_ROPE = "rope_scaling"
_QUANTISATION = "quantization_config"


def loader_facts(data: bytes) -> dict[str, Any]:
    """What a converter's module says of configs.

    Args:
        data: the module.

    Returns:
        ``config``, ``direct`` and ``tables`` as ``load_facts`` says, and ``loaders``: class -> a dict of

        - ``line`` of the class;
        - ``loads``: the class that is loaded, by ``architecture_name``; None where that is not plainly written;
        - ``chosen``: configuration class -> the class that ``get_model_class`` gives instead;
        - ``encoder``: ``{"line"}`` that makes an encoder without a head of it; None for anything else;
        - ``language``: ``{"line"}`` that takes the language model out of a model of parts; None for none;
        - ``asks``: the keys of the config that have to be there, on the configuration object;
        - ``equal``: ``{key: {"value", "line"}}`` of what is asserted;
        - ``above``: the same of numbers above which the loader raises;
        - ``among``: ``{key: {"table", "line"}}`` of values that are looked up in a dict of the module;
        - ``rope``: ``{"keys", "table", "others", "line"}``: which keys of ``rope_scaling`` name its type, and which
          types are taken; ``keys`` is None where that is not plainly written;
        - ``quantisation``: ``{"methods": {method: dict of its versions}, "inside": it looks into the text config,
          "line"}``; ``methods`` is None where that is not plainly written.
    """
    module = Module(data, words=None)
    reader = _Reader(module)
    loaders = {name: reader.loader(name) for name in module.classes}
    used = {
        each["table"]
        for loader in loaders.values()
        for each in (*loader["among"].values(), loader["rope"])
        if each is not None
    }
    used |= {
        table
        for loader in loaders.values()
        for table in ((loader["quantisation"] or {}).get("methods") or {}).values()
    }
    return {
        "loaders": loaders,
        "tables": {name: reader.tables[name] for name in sorted(used - {None}) if name in reader.tables},
        "config": _config_call(module.tree),
        "direct": _direct(module.tree),
    }


def _config_call(tree: ast.Module) -> dict[str, Any] | None:
    """The call of AutoConfig; None where there is none, or one that may take a GGUF file."""
    for part in ast.walk(tree):
        match part:
            case ast.Call(func=ast.Attribute(value=owner, attr="from_pretrained"), keywords=keywords) if (
                last_name(owner) == "AutoConfig"
            ):
                names = {each.arg for each in keywords}
                if names & {None, "gguf_file"}:
                    return None
                return {"line": part.lineno, "trust": "trust_remote_code" in names}
            case _:
                pass
    return None


def _direct(tree: ast.Module) -> dict[str, Any] | None:
    """The model types for which the converter itself returns early: ``if config.get("model_type") != "x": return``."""
    for part in ast.walk(tree):
        match part:
            case ast.If(
                test=ast.Compare(
                    left=ast.Call(
                        func=ast.Attribute(attr="get"), args=[ast.Constant(value="model_type"), *_]
                    ),
                    ops=[ast.NotEq() | ast.NotIn()],
                    comparators=[other],
                ),
                body=[ast.Return(value=None | ast.Constant(value=None))],
            ):
                types = [each for each in constants(other) if isinstance(each, str)]
                if types:
                    return {"types": types, "line": part.lineno}
            case _:
                pass
    return None


class _Reader:
    """The classes of one module, with what they inherit from each other."""

    def __init__(self, module: Module) -> None:
        self._classes = {name: _bound(node) for name, node in module.classes.items()}
        self._nodes = module.classes
        self._orders: dict[str, tuple[str | None, ...]] = {}
        self._read: dict[int, _Function] = {}
        self.tables = {
            name: {
                "keys": [key.value for key in value.keys if isinstance(key, ast.Constant)],
                "line": value.lineno,
            }
            for name, value in module.values.items()
            if isinstance(value, ast.Dict)
            and value.keys
            and all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in value.keys)
            and len(module.bindings[name]) == 1
            and name not in module.changed
        }

    def loader(self, name: str) -> dict[str, Any]:
        """What one class says; see ``loader_facts``."""
        found: dict[str, Any] = {
            "line": self._nodes[name].lineno,
            "loads": _returned(self._attribute(name, "architecture_name")),
            "chosen": {},
            "encoder": None,
            "language": None,
            "asks": [],
            "equal": {},
            "above": {},
            "among": {},
            "rope": None,
            "quantisation": None,
        }
        chooser = self._attribute(name, "get_model_class")
        if chooser is not None:
            chosen = _chosen(chooser)
            found["chosen"] = chosen or {}
            if chosen is None:
                found["loads"] = None
        functions = self._functions(name)
        if functions:
            set_here = set().union(*(each.set for each in functions))
            found["asks"] = sorted(set().union(*(each.asks for each in functions)) - set_here)[:_MOST]
            for key in ("equal", "above", "among"):
                for each in functions:
                    found[key] |= getattr(each, key)
            for key in ("encoder", "language", "rope", "quantisation"):
                found[key] = next((value for each in functions if (value := getattr(each, key))), None)
        return found

    def _order(self, name: str, depth: int = 0) -> tuple[str | None, ...]:
        """The method resolution order; None stands for a base that is not in the module, or too far away."""
        if name not in self._orders:
            self._orders[name] = (name,)  # a class that is its own base has no other
            bases = [last_name(base) for base in self._nodes[name].bases][:_MOST]
            known = [base if depth < _MOST and base in self._nodes else None for base in bases]
            orders = [(None,) if base is None else self._order(base, depth + 1)[:_MOST] for base in known]
            self._orders[name] = linearize(name, orders)
        return self._orders[name]

    def _methods(self, name: str, wanted: str) -> Iterator[ast.stmt]:
        """What binds a name in a class and its bases, nearest first; nothing behind a base that is not known."""
        for each in self._order(name)[:_MOST]:
            if each is None:
                return
            if wanted in self._classes[each]:
                yield self._classes[each][wanted]

    def _attribute(self, name: str, wanted: str) -> ast.stmt | None:
        return next(self._methods(name, wanted), None)

    def _functions(self, name: str) -> list[_Function]:
        """The functions that read the config: ``get_model_spec``, that of the base that it calls, own helpers.

        Helpers are those that get ``model`` or ``model.config``. Empty where the first is no function.
        """
        found: list[_Function] = []
        chain = self._methods(name, _SPEC)
        waiting: list[ast.stmt | None] = [next(chain, None)]
        seen: set[str] = set()
        while waiting and len(found) < _MOST:
            node = waiting.pop(0)
            if not isinstance(node, ast.FunctionDef):
                continue
            if id(node) not in self._read:
                self._read[id(node)] = _Function(node, self.tables)
            function = self._read[id(node)]
            found.append(function)
            if function.goes_on:
                waiting.append(next(chain, None))
            for called in function.calls:
                if called not in seen:
                    seen.add(called)
                    waiting.append(self._attribute(name, called))
        return found


def _bound(node: ast.ClassDef) -> dict[str, ast.stmt]:
    """Name -> what binds it last in the body of a class."""
    found: dict[str, ast.stmt] = {}
    for statement in node.body:
        match statement:
            case (
                ast.FunctionDef(name=bound)
                | ast.Assign(targets=[ast.Name(id=bound)])
                | ast.AnnAssign(target=ast.Name(id=bound))
            ):
                found[bound] = statement
            case _:
                pass
    return found


def _is_model(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "model"


def _is_config(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "config" and _is_model(node.value)


def _returned(node: ast.stmt | None) -> str | None:
    """The text that a property returns, or that an attribute is."""
    match node:
        case ast.FunctionDef(body=body):
            own = [each for each in body if not _is_text(each)]
            match own:
                case [ast.Return(value=ast.Constant(value=str(name)))]:
                    return name
                case _:
                    return None
        case (
            ast.Assign(value=ast.Constant(value=str(name)))
            | ast.AnnAssign(value=ast.Constant(value=str(name)))
        ):
            return name
        case _:
            return None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _chosen(node: ast.stmt) -> dict[str, str] | None:
    """Configuration class -> class, of a ``get_model_class`` that does nothing but compare; None for any other."""
    found: dict[str, str] = {}
    if not isinstance(node, ast.FunctionDef):
        return None
    own = [each for each in node.body if not _is_text(each)]
    for statement in own[:-1]:
        match statement:
            case ast.If(
                test=ast.Compare(
                    left=ast.Attribute(value=ast.Attribute(attr="__class__"), attr="__name__"),
                    ops=[ast.Eq()],
                    comparators=[ast.Constant(value=str(config))],
                ),
                body=[ast.Return(value=ast.Attribute(value=ast.Name(id="transformers"), attr=name))],
                orelse=[],
            ):
                found.setdefault(config, name)
            case _:
                return None
    default = node.args.args[-1].arg if node.args.args else ""
    match own[-1:]:
        case [ast.Return(value=ast.Name(id=returned))] if returned == default:
            return found
        case _:
            return None


class _Function:
    """What one function of a loader asks for.

    Attributes:
        set: the keys of the config that it sets.
        calls: own methods that it hands the model or its config to.
        goes_on: it calls that of its base.

    The others are those of ``loader_facts``.
    """

    def __init__(self, function: ast.FunctionDef, tables: dict[str, Any]) -> None:
        self._tables = tables
        self.asks: set[str] = set()
        self.set: set[str] = set()
        self.encoder: dict[str, int] | None = None
        self.equal: dict[str, Any] = {}
        self.above: dict[str, Any] = {}
        self.among: dict[str, Any] = {}
        self.language: dict[str, int] | None = None
        self.rope: dict[str, Any] | None = None
        self.quantisation: dict[str, Any] | None = None
        self.calls: list[str] = []
        self.goes_on = False
        nodes = list(ast.walk(function))
        self._values: dict[str, list[ast.expr]] = {}
        self._compared: dict[str, list[str]] = {}
        self._refused: set[str] = set()
        self._blocks: dict[str, ast.If] = {}
        tested: set[object] = set()
        for node in nodes:
            self._prepare(node, tested)
        for node in nodes:
            self._key(node, tested)
            self._look(node)
        self.calls = list(dict.fromkeys(self.calls))[:_MOST]

    def _prepare(self, node: ast.AST, tested: set[object]) -> None:
        """What has to be known before values are looked at."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._values.setdefault(name, []).append(value)
            case ast.If(test=ast.Name(id=name)):
                self._blocks.setdefault(name, node)
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]
                ),
                body=[ast.Raise(), *_],
            ):
                self._refused.add(name)
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str(text))]
                )
            ):
                self._compared.setdefault(name, []).append(text)
            case ast.Call(func=ast.Name(id="hasattr"), args=[owner, ast.Constant(value=key)]) if _is_config(
                owner
            ):
                tested.add(key)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=called), args=args):
                if any(_is_model(each) or _is_config(each) for each in args):
                    self.calls.append(called)
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=called)):
                self.goes_on = self.goes_on or called == _SPEC
            case _:
                pass

    def _key(self, node: ast.AST, tested: set[object]) -> None:
        if isinstance(node, ast.Attribute) and _is_config(node.value):
            if isinstance(node.ctx, ast.Store):
                self.set.add(node.attr)
            elif node.attr not in tested and len(self.asks) < _MOST:
                self.asks.add(node.attr)

    def _look(self, node: ast.AST) -> None:
        """What one node says of values."""
        match node:
            case ast.Assert(
                test=ast.Compare(
                    left=ast.Attribute(value=owner, attr=key),
                    ops=[ast.Eq()],
                    comparators=[ast.Constant(value=value)],
                )
            ) if _is_config(owner) and len(self.equal) < _MOST:
                self.equal[key] = {"value": value, "line": node.lineno}
            case ast.Subscript(value=ast.Name(id=table), slice=ast.Attribute(value=owner, attr=key)) if (
                _is_config(owner) and table in self._tables and len(self.among) < _MOST
            ):
                self.among[key] = {"table": table, "line": node.lineno}
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Gt()], comparators=[ast.Constant(value=int() as most)]
                ),
                body=[ast.Raise(), *_],
            ) if len(self.above) < _MOST:
                got = self._got_of_config(name)
                if got is not None:
                    self.above[got] = {"value": most, "line": node.lineno}
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name == _ENCODER:
                self.encoder = self.encoder or {"line": node.lineno}
            case ast.Attribute(attr=name) if name in _LANGUAGE:
                self.language = self.language or {"line": node.lineno}
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]) if (
                name in _LANGUAGE
            ):
                self.language = self.language or {"line": node.lineno}
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=[asked]),
            ) if self.rope is None and table in self._tables and "ROPE" in table:
                self.rope = {
                    "keys": self._rope_keys(asked) if name in self._refused else None,
                    "table": table,
                    "others": self._compared.get(asked.id, []) if isinstance(asked, ast.Name) else [],
                    "line": node.lineno,
                }
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=key), *_]),
            ) if self.quantisation is None and key == _QUANTISATION:
                self.quantisation = {
                    "methods": self._quantisation_methods(name),
                    "inside": not _is_config(owner),
                    "line": node.lineno,
                }
            case _:
                pass

    def _got_of_config(self, name: str) -> str | None:
        """The key of the config, or of its text config, that a name is set to by ``getattr``."""
        match self._values.get(name):
            case [ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=str(key)), *_])]:
                return key if _is_config(owner) or last_name(owner) == "text_config" else None
            case _:
                return None

    def _rope_keys(self, asked: ast.expr) -> list[str] | None:
        """The keys of ``rope_scaling`` under which its type is looked for, in order; None for anything else."""
        if isinstance(asked, ast.Name):
            values = self._values.get(asked.id, [])
            if len(values) != 1:
                return None
            asked = values[0]
        options = asked.values if isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.Or) else [asked]
        found = []
        for each in options[:_MOST]:
            match each:
                case (
                    ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=str(key)))
                    | ast.Call(
                        func=ast.Attribute(value=ast.Name(id=owner), attr="get"),
                        args=[ast.Constant(value=str(key))],
                    )
                ) if owner == _ROPE:
                    found.append(key)
                case _:
                    return None
        return found

    def _quantisation_methods(self, name: str) -> dict[str, str] | None:
        """Method -> the dict of its versions, where every other is refused; None where that is not plain."""
        block = self._blocks.get(name)
        found: dict[str, str] = {}
        for node in block.body if block is not None else ():
            match node:
                case ast.If(
                    test=ast.Compare(
                        left=ast.Attribute(value=ast.Name(id=owner), attr="quant_method"),
                        ops=[ast.Eq()],
                        comparators=[ast.Constant(value=str(method))],
                    ),
                    body=[
                        ast.Assign(
                            targets=[ast.Name(id=kind)],
                            value=ast.Call(
                                func=ast.Attribute(value=ast.Name(id=table), attr="get"),
                                args=[ast.Attribute(attr="version")],
                            ),
                        )
                    ],
                    orelse=[],
                ) if owner == name and table in self._tables and kind in self._refused:
                    found[method] = table
                case _:
                    pass
        return found or None
