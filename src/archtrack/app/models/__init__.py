"""The model index: where it lies, and how it is made."""
