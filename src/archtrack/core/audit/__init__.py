"""A table that somebody keeps by hand, held against the history: what it claims, and what becomes of each claim."""
