"""Classes that a decorator registers."""

from __future__ import annotations

from typing import Any

import pytest

from archtrack.engines._decorators import decorated_classes


@pytest.mark.parametrize(
    ("text", "registered", "unresolved"),
    [
        ('@register("A")\nclass X: ...', [("A", 1, "X", None)], []),
        ('@Model.register("A", "B")\nclass X: ...', [("A", 1, "X", None), ("B", 1, "X", None)], []),
        (
            '@Model.register(\n    "A",\n    "B",\n)\nclass X: ...',
            [("A", 2, "X", None), ("B", 3, "X", None)],
            [],
        ),
        ('@register("B")\n@register("A")\nclass X: ...', [("A", 2, "X", None), ("B", 1, "X", None)], []),
        ('@register(name="A")\nclass X: ...', [("A", 1, "X", None)], []),
        ('@other("A")\nclass X: ...', [], []),
        ("@register\nclass X: ...", [], []),
        ("@register(*NAMES)\n@register(**more)\nclass X: ...", [], [2, 1]),
        ('@register("A", other=NAME)\nclass X: ...', [("A", 1, "X", None)], []),
        ('if cuda():\n    @register("A")\n    class X: ...', [("A", 2, "X", "cuda()")], []),
        ('with open(f) as g:\n    @register("A")\n    class X: ...', [("A", 2, "X", None)], []),
        ("for name in names:\n    register(name)(X)", [], [2]),
        ('Y = register("A")(X)', [], [1]),
        ('class X:\n    @register("A")\n    class Y: ...', [], [2]),
        ('class X: ...\nregister("A")(X)', [("A", 2, "X", None)], []),
        ('@register(NAME, "A")\nclass X: ...', [("A", 1, "X", None)], [1]),
        ('# @register("A")\ntext = \'@register("B")\'', [], []),
        ('def f():\n    @register("A")\n    class X: ...', [], []),
        ("@register(", [], [1]),
    ],
)
def test_what_decorators_register(
    text: str, registered: list[tuple[Any, ...]], unresolved: list[int]
) -> None:
    found = decorated_classes(text.encode(), ("register",))
    assert [tuple(each) for each in found["registered"]] == registered
    assert [line for line, _ in found["unresolved"]] == unresolved


def test_what_else_stands_above_a_decorated_class_and_what_the_module_imports() -> None:
    text = b"""
from .base import Model as M, Other
import torch
@plain
@models.takes(image, text)
@register("A")
class X(M): ...
if TYPE_CHECKING:
    from .types import T
"""
    found = decorated_classes(text, ("register",))
    decorators = {"plain": 4, "takes": 5, "register": 6}
    assert found["classes"] == {"X": {"line": 7, "bases": ["M"], "decorators": decorators, "attributes": {}}}
    assert found["imports"] == {"M": [1, "base", "Model"], "Other": [1, "base", "Other"]}
    assert decorated_classes(b"class X(:", ())["imports"] == {}
