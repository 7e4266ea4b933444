"""One row per architecture: the join of an engine's registry with transformers'."""
