"""What the converter and the loaders of CTranslate2 ask of a config, as far as it is plainly written."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from archtrack.core.python.module import Module
from archtrack.core.python.mro import linearize
from archtrack.core.python.values import last_name
from archtrack.engines._quantisation import constants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["loader_facts"]

_SPEC = "get_model_spec"
_MOST = 50
"""Keys that are read of one loader, and functions that it goes through: more is no loader."""
_LANGUAGE = ("language_model", "text_model")
"""What the language model of a model of several parts is called."""
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
        - ``parts``: the attributes of the model that are taken; None where that cannot be told;
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
        self._classes = module.classes
        self._orders: dict[str, tuple[str | None, ...]] = {}
        self.tables = {
            name: {"keys": [key.value for key in value.keys], "line": value.lineno}  # type: ignore[union-attr]
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
            "line": self._classes[name].lineno,
            "loads": _returned(self._attribute(name, "architecture_name")),
            "chosen": {},
            "parts": None,
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
            spec = _Spec(self.tables)
            for function in functions:
                spec.read(function)
            spec.into(found)
        return found

    def _order(self, name: str) -> tuple[str | None, ...]:
        """The method resolution order; None stands for a base that is not in the module."""
        if name not in self._orders:
            self._orders[name] = (name,)  # a class that is its own base has no other
            bases = [last_name(base) for base in self._classes[name].bases]
            orders = [self._order(base) if base in self._classes else (None,) for base in bases]
            self._orders[name] = linearize(name, orders)
        return self._orders[name]

    def _methods(self, name: str, wanted: str) -> Iterator[ast.stmt]:
        """What binds a name in a class and its bases, nearest first; nothing behind a base that is not known."""
        for each in self._order(name)[:_MOST]:
            if each is None:
                return
            for statement in reversed(self._classes[each].body):
                match statement:
                    case (
                        ast.FunctionDef(name=bound)
                        | ast.Assign(targets=[ast.Name(id=bound)])
                        | ast.AnnAssign(target=ast.Name(id=bound))
                    ) if bound == wanted:
                        yield statement
                        break
                    case _:
                        pass

    def _attribute(self, name: str, wanted: str) -> ast.stmt | None:
        return next(self._methods(name, wanted), None)

    def _functions(self, name: str) -> list[ast.FunctionDef]:
        """The functions that read the config: ``get_model_spec``, that of the base that it calls, own helpers.

        Helpers are those that get ``model`` or ``model.config``. Empty where the first is no function.
        """
        found: list[ast.FunctionDef] = []
        chain = self._methods(name, _SPEC)
        waiting: list[ast.stmt | None] = [next(chain, None)]
        seen: set[str] = set()
        while waiting and len(found) < _MOST:
            function = waiting.pop(0)
            if not isinstance(function, ast.FunctionDef):
                continue
            found.append(function)
            for part in ast.walk(function):
                match part:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=called)
                    ) if called == _SPEC:
                        waiting.append(next(chain, None))
                    case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=called), args=args) if (
                        called not in seen and any(_is_model(each) or _is_config(each) for each in args)
                    ):
                        seen.add(called)
                        waiting.append(self._attribute(name, called))
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


class _Spec:
    """What the functions of one loader ask for, joined."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._tables = tables
        self._asks: dict[str, None] = {}
        self._set: set[str] = set()
        self._parts: set[str] | None = set()
        self._found: dict[str, Any] = {"equal": {}, "above": {}, "among": {}}
        self._language: dict[str, int] | None = None
        self._rope: dict[str, Any] | None = None
        self._quantisation: dict[str, Any] | None = None

    def into(self, found: dict[str, Any]) -> None:
        """Write down what was read."""
        asks = [key for key in self._asks if key not in self._set]
        found |= self._found
        found["asks"] = sorted(asks)[:_MOST]
        found["parts"] = None if self._parts is None else sorted(self._parts)
        found["language"] = self._language
        found["rope"] = self._rope
        found["quantisation"] = self._quantisation

    def read(self, function: ast.FunctionDef) -> None:
        """Take one function in."""
        parts = list(ast.walk(function))
        known = {id(each.value): each for each in parts if isinstance(each, ast.Attribute)}
        tested = {key for each in parts for key in _tested(each)}
        handed = {id(part) for each in parts for part in _handed(each)}
        for part in parts:
            if (
                _is_model(part)
                and id(part) not in handed
                and isinstance(getattr(part, "ctx", None), ast.Load)
            ):
                self._of_model(known.get(id(part)))
            if isinstance(part, ast.Attribute) and _is_config(part.value):
                if isinstance(part.ctx, ast.Store):
                    self._set.add(part.attr)
                elif part.attr not in tested:
                    self._asks[part.attr] = None
            self._look(part, parts)
        self._take_rope(function, parts)
        self._take_quantisation(parts)

    def _of_model(self, attribute: ast.Attribute | None) -> None:
        if attribute is None:
            self._parts = None
        elif attribute.attr != "config" and self._parts is not None:
            self._parts.add(attribute.attr)

    def _look(self, part: ast.AST, parts: Sequence[ast.AST]) -> None:
        """What one node says of values."""
        match part:
            case ast.Assert(
                test=ast.Compare(
                    left=ast.Attribute(value=owner, attr=key),
                    ops=[ast.Eq()],
                    comparators=[ast.Constant(value=value)],
                )
            ) if _is_config(owner):
                self._found["equal"][key] = {"value": value, "line": part.lineno}
            case ast.Subscript(value=ast.Name(id=table), slice=ast.Attribute(value=owner, attr=key)) if (
                _is_config(owner) and table in self._tables
            ):
                self._found["among"][key] = {"table": table, "line": part.lineno}
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Gt()], comparators=[ast.Constant(value=int() as value)]
                ),
                body=[ast.Raise(), *_],
            ):
                got = _got_of_config(name, parts)
                if got is not None:
                    self._found["above"][got] = {"value": value, "line": part.lineno}
            case ast.Attribute(attr=name) if name in _LANGUAGE:
                self._language = self._language or {"line": part.lineno}
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]) if (
                name in _LANGUAGE
            ):
                self._language = self._language or {"line": part.lineno}
            case _:
                pass

    def _take_rope(self, function: ast.FunctionDef, parts: Sequence[ast.AST]) -> None:
        """How the type of ``rope_scaling`` is looked up."""
        for part in parts:
            match part:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=[asked]) if (
                    table in self._tables and "ROPE" in table
                ):
                    keys = _rope_keys(asked, parts)
                    stops = _raises_for_none(part, function)
                    self._rope = {
                        "keys": keys if stops else None,
                        "table": table,
                        "others": _taken_otherwise(asked, parts),
                        "line": part.lineno,
                    }
                case _:
                    pass

    def _take_quantisation(self, parts: Sequence[ast.AST]) -> None:
        """What is done with ``quantization_config``."""
        for part in parts:
            match part:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=key), *_]),
                ) if key == _QUANTISATION:
                    block = next((each for each in parts if _tests(each, name)), None)
                    self._quantisation = {
                        "methods": None if block is None else _methods(block, name, self._tables),
                        "inside": not _is_config(owner),
                        "line": part.lineno,
                    }
                case _:
                    pass


def _tested(node: ast.AST) -> list[object]:
    """The key for which a call asks whether the config has it."""
    match node:
        case ast.Call(func=ast.Name(id="hasattr"), args=[owner, ast.Constant(value=key)]) if _is_config(
            owner
        ):
            return [key]
        case _:
            return []


def _handed(node: ast.AST) -> list[ast.expr]:
    """The arguments that a method of the same name's reading follows: ``self.get_falcon_spec(model)``."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="self") | ast.Call(func=ast.Name(id="super"))), args=[only]
        ):
            return [only]
        case ast.Call(func=ast.Name(id="getattr"), args=[only, ast.Constant(value="final_logits_bias"), *_]):
            return [only]
        case _:
            return []


def _tests(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == name


def _assigned(name: str, parts: Sequence[ast.AST]) -> list[ast.expr]:
    """What a name is set to in a function."""
    return [
        each.value
        for each in parts
        if isinstance(each, ast.Assign)
        and len(each.targets) == 1
        and isinstance(each.targets[0], ast.Name)
        and each.targets[0].id == name
    ]


def _got_of_config(name: str, parts: Sequence[ast.AST]) -> str | None:
    """The key of the config, or of its text config, that a name is set to by ``getattr``."""
    match _assigned(name, parts):
        case [ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=str(key)), *_])]:
            return key if _is_config(owner) or last_name(owner) == "text_config" else None
        case _:
            return None


def _rope_keys(asked: ast.expr, parts: Sequence[ast.AST]) -> list[str] | None:
    """The keys of ``rope_scaling`` under which its type is looked for, in order; None for anything else."""
    if isinstance(asked, ast.Name):
        assigned = _assigned(asked.id, parts)
        if len(assigned) != 1:
            return None
        asked = assigned[0]
    options = asked.values if isinstance(asked, ast.BoolOp) and isinstance(asked.op, ast.Or) else [asked]
    found = []
    for each in options:
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


def _taken_otherwise(asked: ast.expr, parts: Sequence[ast.AST]) -> list[str]:
    """The types that are compared for before the table is asked: ``if rope_type == "default"``."""
    if not isinstance(asked, ast.Name):
        return []
    found = []
    for each in parts:
        match each:
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=str(kind))]
                )
            ) if name == asked.id:
                found.append(kind)
            case _:
                pass
    return found


def _raises_for_none(call: ast.Call, inside: ast.AST) -> bool:
    """Whether what a call gives is put into a name, and None there raises."""
    for part in ast.walk(inside):
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is call:
                return any(_is_refusal(each, name) for each in ast.walk(inside))
            case _:
                pass
    return False


def _is_refusal(node: ast.AST, name: str) -> bool:
    match node:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id=tested), ops=[ast.Is()], comparators=[ast.Constant(value=None)]
            ),
            body=[ast.Raise(), *_],
        ):
            return tested == name
        case _:
            return False


def _methods(block: ast.AST, name: str, tables: dict[str, Any]) -> dict[str, str] | None:
    """Method -> the dict of its versions, of a block that refuses every other; None where that is not plain."""
    found: dict[str, str] = {}
    for part in ast.walk(block):
        match part:
            case ast.If(
                test=ast.Compare(
                    left=ast.Attribute(value=ast.Name(id=owner), attr="quant_method"),
                    ops=[ast.Eq()],
                    comparators=[ast.Constant(value=str(method))],
                ),
                body=[
                    ast.Assign(
                        value=ast.Call(
                            func=ast.Attribute(value=ast.Name(id=table), attr="get"),
                            args=[ast.Attribute(attr="version")],
                        ) as call
                    )
                ],
                orelse=[],
            ) if owner == name and table in tables and _raises_for_none(call, block):
                found[method] = table
            case _:
                pass
    return found or None
