"""The recipes that engines ship with their source: one file per engine that has some."""
