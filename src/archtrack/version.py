"""The version of archtrack."""

__version__ = "0.1.0"
