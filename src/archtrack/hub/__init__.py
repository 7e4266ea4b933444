"""The Hugging Face Hub, and what is asked about: targets, examples, the list of models."""
