"""The use cases, one per file: the only place where sources, engines and the core meet."""
