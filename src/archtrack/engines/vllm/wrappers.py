"""The wrappers of transformers classes that releases of vLLM have registered."""

from __future__ import annotations

__all__ = ["EXPERTS", "OLDEST", "SEES", "TEXT", "WRAPPERS"]

TEXT = "TransformersForCausalLM"
OLDEST = "TransformersModel"
"""For text until 0.8.2; from 0.10.1 to 0.11.0 it is the one that pools."""
EXPERTS = "TransformersMoEForCausalLM"
SEES = frozenset({"TransformersForMultimodalLM", "TransformersMultiModalForCausalLM"})

WRAPPERS = (
    TEXT,
    OLDEST,
    EXPERTS,
    *sorted(SEES),
    "TransformersMultiModalMoEForCausalLM",
    "TransformersEmbeddingModel",
    "TransformersMoEEmbeddingModel",
    "TransformersMultiModalEmbeddingModel",
    "TransformersForSequenceClassification",
    "TransformersMoEForSequenceClassification",
    "TransformersMultiModalForSequenceClassification",
    "TransformersForMTP",
    "TransformersMoEForMTP",
)
"""Every architecture under which a release registers a wrapper of transformers classes."""
