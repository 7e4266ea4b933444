"""The history of an engine: read release by release, put together, kept, and brought up to date."""
