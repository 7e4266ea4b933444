"""Which model of the index is an example of an architecture, and which the index contradicts."""

from __future__ import annotations

import pytest

from archtrack.core.models.examples import Attested
from made_index import made

TYPES = {
    "foo": {"MODEL": "FooModel", "CAUSAL_LM": "FooForCausalLM"},
    "foo2": {"MODEL": "FooModel"},  # a type that has no class of its own
    "seq": {"CAUSAL_LM": "SeqForCausalLM", "SEQ_TO_SEQ_CAUSAL_LM": "SeqForGeneration"},
    "bar": {"MODEL": "BarModel"},
    "obscure": {"MODEL": "ObscureModel"},
    "claimed": {"MODEL": "ClaimedModel"},
}
OWN = {name: model_type for model_type, tables in reversed(TYPES.items()) for name in tables.values()}
OWN["FooForTokenClassification"] = "foo"
INDEX = made(
    # named: the most downloaded that is no quantised copy, and of which nobody says anything else
    ("o/alpha-7b", 10, [("curated", "AlphaForCausalLM", None)]),
    ("o/alpha-13b", 90, [("curated", "AlphaForCausalLM", None)]),
    ("o/alpha-7b-AWQ", 900, [("curated", "AlphaForCausalLM", None)]),
    ("o/alpha-7b-GGUF", 9_000, [("curated", "AlphaForCausalLM", None)]),
    ("o/alpha-split", 9_000, [("curated", "AlphaForCausalLM", None), ("other", "BetaForCausalLM", None)]),
    ("o/one-of-two", 9_000, [("curated", "AlphaForCausalLM GammaForCausalLM", None)]),
    ("o/only-copy-FP8", 5, [("curated", "CopyForCausalLM", None)]),
    ("o/only-GGUF", 5, [("curated", "FilesForCausalLM", None)]),
    # of a type
    ("o/foo-plain", 90_000, [("listed", "FooForCausalLM", "foo")]),
    ("o/foo-known", 20, [("listed", "FooForCausalLM", "foo"), ("examples", "FooForCausalLM", "foo")]),
    ("o/foo-ner", 5, [("curated", "FooForTokenClassification", None)]),
    ("o/foo-other", 99_000, [("listed", None, "foo2")]),
    ("o/foo-text", 90_000, [("listed", None, "foo_text")]),
    ("o/foo-2", 90_000, [("listed", None, "foo_v2")]),
    ("o/seq", 90_000, [("listed", "SeqForCausalLM", "seq")]),
    ("o/bar-4bit", 90_000, [("listed", "BarModel", "bar")]),
    ("o/obscure", 19_999, [("listed", "ObscureModel", "obscure")]),
    # what only an example in a docstring says
    ("o/claimed", 0, [("examples", "ClaimedModel", "claimed")]),
)


ATTESTED = Attested(INDEX, lambda each: TYPES.get(each, {}), OWN.get)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AlphaForCausalLM", ("o/alpha-13b", "curated 1.0 curated.py")),
        ("BetaForCausalLM", ("o/alpha-split", "other 1.0 other.py")),  # two sources, even
        ("CopyForCausalLM", ("o/only-copy-FP8", "curated 1.0 curated.py")),
        ("FooForTokenClassification", ("o/foo-ner", "curated 1.0 curated.py")),
        ("GammaForCausalLM", None),  # one of two: nobody says which
        ("FilesForCausalLM", None),
        ("FooForCausalLM", None),  # it follows from the type, and no source names it
        ("ClaimedModel", None),
        ("NobodysModel", None),
    ],
)
def test_a_source_that_names_the_architecture_attests_it(name: str, expected: tuple[str, str] | None) -> None:
    found = ATTESTED.named(name)
    assert (found and (found.id, found.source)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # the class without a head, and the only one that generates; one that transformers names, too, comes first
        ("FooModel", ("o/foo-known", "listed 1.0 listed.py: model type foo")),
        ("FooForCausalLM", ("o/foo-known", "listed 1.0 listed.py: model type foo")),
        # a head that a checkpoint of the type need not have, and one of two that generate
        ("FooForTokenClassification", None),
        ("SeqForCausalLM", None),
        ("SeqForGeneration", None),
        ("BarModel", None),  # a quantised copy
        ("ObscureModel", None),  # one source, and few downloads
        ("ClaimedModel", None),  # a docstring alone
        ("AlphaForCausalLM", None),  # no class of transformers
    ],
)
def test_a_type_attests_the_class_that_every_checkpoint_has(
    name: str, expected: tuple[str, str] | None
) -> None:
    found = ATTESTED.of_type(name)
    assert (found and (found.id, found.source)) == expected


@pytest.mark.parametrize(
    ("name", "model", "expected"),
    [
        ("AlphaForCausalLM", "o/alpha-7b", None),
        ("AlphaForCausalLM", "O/Alpha-7B", None),
        ("AlphaForCausalLM", "o/one-of-two", None),
        ("AlphaForCausalLMMTP", "o/alpha-7b", None),  # a draft for it
        ("AlphaForCausalLM", "o/nobody-knows", None),
        ("AlphaForCausalLM", "o/claimed", None),
        ("FooModel", "o/foo-ner", None),  # of the same type
        ("FooForTokenClassification", "o/foo-plain", None),  # only its type is known
        ("AlphaForCausalLM", "o/foo-plain", None),
        ("FooModel", "o/foo-text", None),
        ("FooModel", "o/foo-2", "listed 1.0 listed.py says model type foo_v2, and it is of foo"),
        ("BetaForCausalLM", "o/alpha-7b", "curated 1.0 curated.py says AlphaForCausalLM"),
        ("FooForCausalLM", "o/foo-ner", "curated 1.0 curated.py says FooForTokenClassification"),
        ("FooModel", "o/seq", "listed 1.0 listed.py says model type seq, and it is of foo"),
    ],
)
def test_what_is_attested_for_others_alone_is_contradicted(
    name: str, model: str, expected: str | None
) -> None:
    assert ATTESTED.contradiction(model, name) == expected
