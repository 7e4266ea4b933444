"""The architectures of a model type, where a source names that alone."""

from __future__ import annotations

import pytest

from archtrack.core.models.derivation import Entry, KnownType, claims_of

TYPES = {
    "bert": KnownType(
        classes={"MODEL": "BertModel", "CAUSAL_LM": "BertLMHeadModel"}, at="transformers 5.0: a.py:1"
    ),
    "gemma3": KnownType(
        classes={"IMAGE_TEXT_TO_TEXT": "Gemma3ForConditionalGeneration", "CAUSAL_LM": "Gemma3Both"},
        at="transformers 5.0: a.py:2",
    ),
    "vits": KnownType(classes={"MODEL": "VitsModel"}, at="transformers 5.0: a.py:3"),
}


def derived(
    model_type: str, task: str | None, *others: tuple[int, Entry]
) -> tuple[tuple[str, ...], str | None]:
    """The architectures of a model of a type, and how they follow."""
    asked = (1, Entry(id="o/asked", path="b.py", model_type=model_type, task=task))
    claims, models = claims_of([*others, asked], TYPES)
    ((at, _),) = models["o/asked"]
    return claims[at].architectures, claims[at].by


def both(name: str, architecture: str, model_type: str) -> list[tuple[int, Entry]]:
    """A model whose architecture one source names, and its type another."""
    return [
        (0, Entry(id=name, path="a.py", line=3, architectures=(architecture,))),
        (1, Entry(id=name, path="b.py", model_type=model_type)),
    ]


@pytest.mark.parametrize(
    ("model_type", "task", "architectures", "by"),
    [
        ("bert", "feature-extraction", ("BertModel",), "transformers 5.0: a.py:1 MODEL"),
        ("bert", "text-generation", ("BertLMHeadModel",), "transformers 5.0: a.py:1 CAUSAL_LM"),
        (
            "gemma3",
            "image-text-to-text",
            ("Gemma3ForConditionalGeneration",),
            "transformers 5.0: a.py:2 IMAGE_TEXT_TO_TEXT",
        ),
        ("gemma3", None, ("Gemma3Both",), "transformers 5.0: a.py:2 CAUSAL_LM"),
        ("vits", "text-to-speech", ("VitsModel",), "transformers 5.0: a.py:3 MODEL"),
        ("vits", "text-generation", (), None),
        ("nobodys", "text-generation", (), None),
    ],
)
def test_a_type_has_the_class_of_the_table_for_its_task(
    model_type: str, task: str | None, architectures: tuple[str, ...], by: str | None
) -> None:
    assert derived(model_type, task) == (architectures, by)


def test_what_most_models_of_a_type_have_counts_before_the_tables() -> None:
    most = [each for at in range(4) for each in both(f"o/m{at}", "DeepseekV3ForCausalLM", "kimi_k2")]
    assert derived("kimi_k2", None, *most) == (("DeepseekV3ForCausalLM",), "4 of 4 models of this type")
    one_of_five = [*most, *both("o/other", "AForCausalLM", "kimi_k2")]
    assert derived("kimi_k2", None, *one_of_five) == (
        ("DeepseekV3ForCausalLM",),
        "4 of 5 models of this type",
    )
    half = [*most[:4], *both("o/x", "AForCausalLM", "kimi_k2"), *both("o/y", "AForCausalLM", "kimi_k2")]
    assert derived("kimi_k2", None, *half) == ((), None)


def test_a_claim_that_several_models_share_stands_once_and_each_keeps_its_line() -> None:
    said = [
        (0, Entry(id=f"o/{name}", path="a.py", line=line, architectures=("B", "A", "A")))
        for name, line in (("x", 3), ("y", 5))
    ]
    claims, models = claims_of(said, {})
    assert [each.architectures for each in claims] == [("A", "B")]
    assert models == {"o/x": [(0, 3)], "o/y": [(0, 5)]}
