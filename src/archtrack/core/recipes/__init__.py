"""What an engine's own recipes say of models: claims, kept apart from what was read of its code."""
