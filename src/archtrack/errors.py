"""One tree of errors, and the exit code that each of them means.

Messages are written for the person at the terminal: one line, what happened, where (``path:line``),
and what to do next. Errors of libraries are wrapped at the boundary with ``raise ... from``.
"""

from __future__ import annotations

__all__ = [
    "ArchtrackError",
    "ConfigError",
    "DataError",
    "DocumentError",
    "HubDownError",
    "ImplausibleError",
    "SourceError",
    "TargetError",
    "UsageError",
    "extra",
]


class ArchtrackError(Exception):
    """Base of everything that archtrack raises on purpose.

    Attributes:
        exit_code: what the command line exits with when this error reaches it.
    """

    exit_code = 1


class UsageError(ArchtrackError):
    """The call itself is wrong: an option, an argument, a specification that means nothing."""

    exit_code = 2


class ConfigError(UsageError):
    """``archtrack.toml`` or ``[tool.archtrack]`` says something that it cannot say."""


class SourceError(ArchtrackError):
    """A source (folder, installed package, release, git reference) could not be read."""

    exit_code = 3


class DataError(ArchtrackError):
    """The data of the support history could not be read, or is not what it should be."""

    exit_code = 3


class TargetError(ArchtrackError):
    """What is to be checked (a config, a repository on the Hub, a log) could not be read."""

    exit_code = 3


class HubDownError(TargetError):
    """The Hub does not answer, or not in a way that means anything: no repository is to blame."""


class ImplausibleError(ArchtrackError):
    """The result would be implausible, so it was refused (the canary); ``--force`` overrides."""

    exit_code = 4


class DocumentError(ArchtrackError):
    """The document could not be parsed or written."""

    exit_code = 5


def extra(name: str) -> str:
    """The extra, and how to get it, as the end of a sentence with "needs"."""
    return f"the extra `{name}` (in a clone of archtrack: pip install '.[{name}]')"
