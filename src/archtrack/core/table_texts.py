"""The expressions that tables of a module are written with: strings, and comprehensions over another table."""

from __future__ import annotations

import ast

__all__ = ["MAX_TEXT", "Texts", "bind", "of_names", "over_items", "passes"]

MAX_TEXT = 2_000
_MAX_DEPTH = 100


class Texts:
    """Reads expressions of constants.

    Attributes:
        constants: name -> the string that it stands for.
        lists: name -> the strings of a list or tuple.
    """

    def __init__(self, constants: dict[str, str], varying: set[str]) -> None:
        """Begin with what is known of other modules.

        Args:
            constants: of other modules.
            varying: names that are no constants, as functions set them.
        """
        self.constants = constants
        self.lists: dict[str, list[str]] = {}
        self._varying = varying

    def bind(self, name: str, value: ast.expr, condition: str | None) -> None:
        """``name = value``, under a condition or in any case."""
        text, texts = self.text(value), self.texts(value)
        self.lists.pop(name, None)
        if texts is not None and condition is None:
            self.lists[name] = texts
        if condition is None:
            self.constants.pop(name, None)
        elif text is None or self.constants.get(name, text) != text:
            self._varying.add(name)  # which of its assignments came last is not known
        if name in self._varying:
            self.constants.pop(name, None)
        elif text is not None:
            self.constants[name] = text

    def key(self, node: ast.expr) -> str | None:
        """A string, or the strings of a tuple with a space between them."""
        if not isinstance(node, ast.Tuple):
            return self.text(node)
        texts = self.texts(node)
        return None if texts is None else " ".join(texts)

    def value(self, node: ast.expr) -> object:
        """A value of a table as the facts have it; None for what cannot be told."""
        match node:
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return [self.text(each) for each in elements]
            case ast.Name(id=name) if name not in self.constants:
                return {"name": name}
            case ast.Constant(value=bool() as yes):
                return yes
            case _:
                return self.text(node)

    def text(self, node: ast.expr, depth: int = 0) -> str | None:
        """A string, where the expression is one of constants only."""
        text: str | None = None
        match node:
            case ast.Constant(value=str() as text):
                pass
            case ast.Name(id=name):
                text = self.constants.get(name)
            case ast.JoinedStr(values=parts) if depth <= _MAX_DEPTH:
                texts = [self._part(part, depth + 1) for part in parts]
                text = None if None in texts else "".join(each for each in texts if each is not None)
            case ast.BinOp(op=ast.Add(), left=left, right=right) if depth <= _MAX_DEPTH:
                one, other = self.text(left, depth + 1), self.text(right, depth + 1)
                text = None if one is None or other is None else one + other
            case _:
                pass
        return text if text is None or len(text) <= MAX_TEXT else None

    def texts(self, node: ast.expr) -> list[str] | None:
        """The strings of a list or tuple of constants."""
        if not isinstance(node, (ast.List, ast.Tuple)):
            return None
        texts = [self.text(each) for each in node.elts]
        return None if None in texts else [each for each in texts if each is not None]

    def _part(self, node: ast.expr, depth: int) -> str | None:
        if isinstance(node, ast.FormattedValue):
            return None if node.format_spec or node.conversion >= 0 else self.text(node.value, depth)
        return self.text(node, depth)


def over_items(node: ast.DictComp) -> str | None:
    """The table whose ``items()`` a comprehension goes over; None for any other."""
    match node.generators:
        case [
            ast.comprehension(
                iter=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="items"), args=[], keywords=[]
                ),
                is_async=0,
            )
        ]:
            return name
        case _:
            return None


def bind(target: ast.expr, value: object, names: dict[str, object]) -> bool:
    """Put the parts of a value under the names of a comprehension's target; False where they do not fit."""
    if isinstance(target, ast.Name):
        names[target.id] = value
        return True
    if isinstance(target, ast.Tuple) and isinstance(value, list) and len(value) == len(target.elts):
        return all(bind(each, part, names) for each, part in zip(target.elts, value, strict=True))
    return False


def passes(test: ast.expr, names: dict[str, object]) -> bool | None:
    """Whether a name is equal to a constant, or one of several; None for any other test."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[other]) if isinstance(
            names.get(name), str
        ):
            choices = _constants(other)
            if isinstance(op, (ast.Eq, ast.NotEq)) and isinstance(other, ast.Constant):
                return (names[name] == other.value) is isinstance(op, ast.Eq)
            if isinstance(op, (ast.In, ast.NotIn)) and choices is not None:
                return (names[name] in choices) is isinstance(op, ast.In)
            return None
        case _:
            return None


def of_names(node: ast.expr, names: dict[str, object]) -> object:
    """What a comprehension's key or value is; None where it is more than its names."""
    match node:
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Tuple(elts=elements):
            return [of_names(each, names) for each in elements]
        case ast.Constant(value=str() as text):
            return text
        case _:
            return None


def _constants(node: ast.expr) -> list[object] | None:
    if not isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return None
    found: list[object] = [each.value for each in node.elts if isinstance(each, ast.Constant)]
    return found if len(found) == len(node.elts) else None
