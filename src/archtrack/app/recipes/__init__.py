"""The use cases of recipes: where they lie, reading a release of them, and what they say of a model."""
