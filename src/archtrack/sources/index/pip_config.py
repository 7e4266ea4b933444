"""Which package index to ask, and how: what pip and uv are told is what archtrack does.

The order is pip's: an environment variable beats ``PIP_CONFIG_FILE``, which beats the configuration of
the environment, the user and the machine; ``[install]`` beats ``[download]`` beats ``[global]``.
"""

from __future__ import annotations

import configparser
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archtrack.errors import ConfigError
from archtrack.sources.files import TooLargeError, read_bounded
from archtrack.sources.progress import Transfer

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IndexSettings", "config_files", "index_settings"]

_SECTIONS = ("global", "download", "install")
_LARGEST = 1024**2  # bytes of one file
_TIMEOUT = 15.0
_TIMEOUT_BOUNDS = (1.0, 60.0)  # a silent server is given up after a minute, whatever pip would allow it


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """How to reach the package index.

    Attributes:
        index_url: the main index; None is the default one that ``pypi-simple`` knows.
        extra_index_urls: further indexes, asked after the main one.
        no_index: pip is told to use no index at all; opening a release is then an error.
        timeout: seconds without a byte after which a request has failed.
        retries: how often a failed request is made again.
        backoff: seconds before the first repetition; doubled each time.
        longest_wait: seconds; bounds back-off and what a server asks for with ``Retry-After``.
        longest_page: seconds in which a page has to be there, and of a file a megabyte more.
        verify: bundle of certificates to trust; None leaves it to requests and its environment.
        client_cert: certificate to present.
        proxy: address of a proxy; None leaves it to requests and its environment.
        transfer: counts what is requested; share one to add several releases up.
    """

    index_url: str | None = field(default=None, repr=False)  # may hold credentials
    extra_index_urls: tuple[str, ...] = field(default=(), repr=False)
    no_index: bool = False
    timeout: float = _TIMEOUT
    retries: int = 4
    backoff: float = 0.5
    longest_wait: float = 30.0
    longest_page: float = 300.0
    verify: str | None = None
    client_cert: str | None = None
    proxy: str | None = field(default=None, repr=False)
    transfer: Transfer = field(default_factory=Transfer, compare=False)


def index_settings(environ: Mapping[str, str]) -> IndexSettings:
    """What the environment and pip's configuration files say of the package index.

    Raises:
        ConfigError: a configuration file of pip is there but is not one.
    """
    files = _file_values(config_files(environ))

    def value(name: str) -> str | None:
        key = "PIP_" + name.upper().replace("-", "_")
        return environ.get(key) or files.get(name)

    index_url = (
        environ.get("PIP_INDEX_URL")
        or _unnamed(environ.get("UV_DEFAULT_INDEX", ""))
        or environ.get("UV_INDEX_URL")
        or files.get("index-url")
    )
    extra = [
        *(value("extra-index-url") or "").split(),
        *(_unnamed(word) for word in environ.get("UV_INDEX", "").split()),
        *environ.get("UV_EXTRA_INDEX_URL", "").split(),
    ]
    return IndexSettings(
        index_url=index_url.strip() if index_url else None,
        extra_index_urls=tuple(dict.fromkeys(extra)),
        no_index=(value("no-index") or "").lower() in {"1", "true", "yes", "on", "y", "t"},
        timeout=_bounded_timeout(environ.get("PIP_DEFAULT_TIMEOUT") or value("timeout")),
        verify=value("cert") or environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or None,
        client_cert=value("client-cert"),
        proxy=value("proxy"),
    )


def config_files(
    environ: Mapping[str, str], *, platform: str = sys.platform, prefix: str = sys.prefix
) -> tuple[Path, ...]:
    """Where pip looks for its configuration, least important first. They need not exist."""
    named = environ.get("PIP_CONFIG_FILE")
    if named in {"/dev/null", "nul", "NUL"}:  # pip's way of saying: no file at all
        return ()
    windows = platform == "win32"
    name = "pip.ini" if windows else "pip.conf"
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "/nonexistent")
    if windows:
        common = [Path(environ.get("PROGRAMDATA") or "C:/ProgramData") / "pip" / name]
        own = [home / "pip" / name, Path(environ.get("APPDATA") or home) / "pip" / name]
    else:
        shared = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
        common = [*(Path(folder) / "pip" / name for folder in shared if folder), Path("/etc") / name]
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / name
        own = [home / ".pip" / name, config]
        if platform == "darwin":
            common = [Path("/Library/Application Support/pip") / name]
            own.append(home / "Library/Application Support/pip" / name)
    if named:
        # A file named by the variable replaces the user's own, as in pip, and beats all others.
        return (*common, Path(prefix) / name, Path(named))
    return (*common, *own, Path(prefix) / name)


def _file_values(paths: tuple[Path, ...]) -> dict[str, str]:
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for path in paths:
        try:
            text = read_bounded(path, _LARGEST).decode("utf-8-sig")
        except TooLargeError as error:
            raise ConfigError(
                f"{path}: cannot read pip's configuration: {error.strerror}; repair or remove it"
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, UnicodeDecodeError):
                raise ConfigError(f"{path}: pip's configuration is not UTF-8; repair or remove it") from error
            continue  # not there, or not ours to read: pip goes on as well
        for section, values in _parse(path, text).items():
            if section in found:
                found[section].update(values)
    return {key: value for section in _SECTIONS for key, value in found[section].items() if value.strip()}


def _parse(path: Path, text: str) -> dict[str, dict[str, str]]:

    parser = configparser.RawConfigParser()
    parser.optionxform = _option  # type: ignore[assignment]  # typeshed calls it a method
    try:
        parser.read_string(text, str(path))
    except configparser.Error as error:
        # The parser's own message quotes the line, which may hold credentials.
        where = f"{path}:{error.lineno}" if hasattr(error, "lineno") else str(path)
        raise ConfigError(f"{where}: pip's configuration cannot be parsed; repair or remove it") from None
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _option(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")


def _unnamed(index: str) -> str:
    """The address alone: for uv, an index may have a name, ``NAME=URL``."""
    name, equals, url = index.partition("=")
    return url if equals and "/" not in name else index


def _bounded_timeout(text: str | None) -> float:
    least, most = _TIMEOUT_BOUNDS
    try:
        return min(max(float(text), least), most) if text else _TIMEOUT
    except ValueError:
        return _TIMEOUT
