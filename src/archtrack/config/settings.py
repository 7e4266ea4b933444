"""Settings from ``archtrack.toml``, or from ``[tool.archtrack]`` in ``pyproject.toml``.

``keys.KEYS`` is the one list of what can be set.
"""

from __future__ import annotations

import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from archtrack.core.toml import TOMLDecodeError, line_of, lines_of, loads
from archtrack.core.wording import did_you_mean
from archtrack.errors import ConfigError
from archtrack.model import Override
from archtrack.sources.files import TooLargeError, read_bounded, why

from .keys import (
    A_TABLE,
    DEFAULT_DOCUMENT,
    DEFAULT_ROWS,
    OVERRIDE_KEYS,
    TOP_KEYS,
    WrongValueError,
    kind_of,
    shortened,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .keys import Key

__all__ = [
    "Settings",
    "find_settings",
    "override_lines",
    "parse_settings",
]

_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("archtrack.toml", ()),
    ("pyproject.toml", ("tool", "archtrack")),
)
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the settings file says, and the default where it says nothing.

    Attributes:
        path: the file that was read, relative to the working folder where it lies below it; None if there is none.
        document: as written; a relative path starts at the folder of ``path``.
        sglang: source spec of the engine, a relative path as seen from the working folder; None for the default order.
        transformers: the same for transformers.
        rows: ``fnmatch`` patterns of the transformers classes that get a row.
        columns: names of the further columns of the document.
        known_elsewhere: give rows to what only other engines have; None where the document says it.
        demand: path of a census as seen from the working folder, or None.
        external: a further package of models: a dotted name, or a path as above, or None.
        disabled: names of the modules that the engine is told to skip.
        offline: use no network.
        cache_limit_mb: MiB that the cache keeps to.
        overrides: sorted by architecture, each once.
    """

    path: str | None = None
    document: str = DEFAULT_DOCUMENT
    sglang: str | None = None
    transformers: str | None = None
    rows: tuple[str, ...] = DEFAULT_ROWS
    columns: tuple[str, ...] = ()
    known_elsewhere: bool | None = None
    demand: str | None = None
    external: str | None = None
    disabled: tuple[str, ...] = ()
    offline: bool = False
    cache_limit_mb: int = 256
    overrides: tuple[Override, ...] = ()


def find_settings(start: Path) -> Settings:
    """The settings that hold in a folder: those of the nearest file in it or above it, else the defaults.

    In one folder ``archtrack.toml`` beats ``pyproject.toml``. A folder of such a name is passed over, and so is a
    ``pyproject.toml`` without ``[tool.archtrack]``: one that nowhere says ``archtrack`` need not even be valid.

    Args:
        start: the document's folder, or the working folder. It need not exist.

    Raises:
        ConfigError: the file cannot be read or says something that it cannot say.
    """
    try:
        folder = start.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigError(f"{str(start)!r}: cannot look for settings here: {why(error)}") from error
    for place in (folder, *folder.parents):
        for name, table in _FILES:
            data = _read(place / name)
            if data is None or (
                table and b"archtrack" not in data
            ):  # to parse it costs more than all the rest
                continue
            shown = _shown(place / name)
            file = _File(_decoded(data, shown), shown, table)
            if file.found is not None:
                return file.settings()
    return Settings()


def parse_settings(text: str, *, path: str, table: tuple[str, ...] = ()) -> Settings:
    """The settings in the text of a file; the defaults if it has no such table.

    Args:
        text: TOML, with or without a byte order mark.
        path: the file, for messages and as the place from which relative paths start.
        table: where the keys are: ``()``, or ``("tool", "archtrack")``.

    Raises:
        ConfigError: it is not TOML, or a key or value is wrong. The message begins with ``path:line:``.
    """
    return _File(text, path, table).settings()


def _read(path: Path) -> bytes | None:
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return read_bounded(path, _MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        if not path.is_symlink():
            return None
        raise ConfigError(f"{_shown(path)}: a link to nowhere; repair or remove it") from error
    except TooLargeError as error:
        raise ConfigError(f"{_shown(path)}: {error.strerror}; shorten it") from error
    except OSError as error:
        raise ConfigError(
            f"{_shown(path)}: cannot be read ({why(error)}); make it readable or remove it"
        ) from error
    if stat.S_ISDIR(mode):
        return None
    raise ConfigError(f"{_shown(path)}: neither a file nor a folder; remove it")


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):  # elsewhere, or the working folder is gone
        return str(path)


def _decoded(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8, as TOML has to be; save it in that encoding") from error


class _File:
    """A settings file: the table in it that is ours, and how to say what is wrong with it."""

    def __init__(self, text: str, path: str, table: tuple[str, ...]) -> None:
        self._text = text.removeprefix("\ufeff")
        self._path = path
        self._table = table
        found: Any = _loads(self._text, path)
        for part in table:
            found = found.get(part) if isinstance(found, dict) else None
        self.found: object = found

    def settings(self) -> Settings:
        if self.found is None:
            return Settings(path=self._path)
        if not isinstance(self.found, dict):
            raise self._error((), f"[{'.'.join(self._table)}] must be a table, not {kind_of(self.found)}")
        values = self._values((), self.found, TOP_KEYS | {"overrides": None})
        overrides = values.pop("overrides", {})
        if not isinstance(overrides, dict):
            raise self._error(("overrides",), f"overrides must be {A_TABLE}, not {kind_of(overrides)}")
        folder = PurePath(self._path).parent.as_posix()
        for name in values.keys() & {"sglang", "transformers", "external"}:
            values[name] = _anchored(values[name], folder)
        if "demand" in values:
            values["demand"] = str(PurePath(folder, values["demand"]))
        elif "demand" in values.get("columns", ()):
            raise self._error(
                ("columns",),
                'columns holds "demand", and no census is named: add demand = "census.json" '
                "(`archtrack demand --save census.json` writes it)",
            )
        found = tuple(self._override(name, overrides[name]) for name in overrides)
        return Settings(path=self._path, **values, overrides=tuple(sorted(found, key=lambda item: item.name)))

    def _override(self, name: str, table: object) -> Override:
        at = ("overrides", name)
        if not isinstance(table, dict):
            raise self._error(at, f"{_dotted(at)} must be {A_TABLE}, not {kind_of(table)}")
        if not name.isidentifier():
            raise self._error(at, f"{_dotted(at)}: no class can have this name; write the architecture's own")
        values = self._values(at, table, OVERRIDE_KEYS)
        if "reason" not in values:
            raise self._error(at, f'{_dotted(at)} needs a reason: add reason = "why this is so"')
        if values.keys() <= {"reason", "expires"}:
            raise self._error(at, f"{_dotted(at)} changes nothing: add category, example or note")
        return Override(name=name, **values)

    def _values(
        self, at: tuple[str, ...], table: Mapping[str, object], keys: Mapping[str, Key | None]
    ) -> dict[str, Any]:
        """Every value of a table as its key reads it; one without a ``Key`` as it is."""
        values = {}
        for name, value in table.items():
            if name not in keys:
                raise self._error((*at, name), _unknown((*at, name), keys))
            key = keys[name]
            try:
                values[name] = value if key is None else key.read(value)
            except WrongValueError as wrong:
                raise self._error((*at, name), f"{_dotted((*at, name))} {wrong}") from None
        return values

    def _error(self, keys: tuple[str, ...], message: str) -> ConfigError:
        line = line_of(lines_of(self._text), (*self._table, *keys))
        return ConfigError(f"{self._path}:{line}: {message}")


def _loads(text: str, path: str) -> dict[str, Any]:
    try:
        return loads(text)
    except TOMLDecodeError as error:
        what, knows_where, where = str(error).rpartition(" (")
        if not knows_where:
            raise ConfigError(f"{path}:1: not TOML that can be read: {where}; correct it here") from error
        numbers = re.fullmatch(r"at line (\d+), column (\d+)\)", where)
        end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
        line, column = numbers.groups() if numbers else end
        what = shortened(what)
        raise ConfigError(f"{path}:{line}:{column}: not TOML: {what}; correct it here") from error


def _unknown(keys: tuple[str, ...], known: Iterable[str]) -> str:

    *table, name = keys
    what = f"unknown key {_dotted(keys)}"
    if not table and name == "tool":
        return "[tool.…] has no place in this file: write the keys at the top, and [overrides.NAME]"
    if table and name in TOP_KEYS:
        return f"{what}: {name} belongs to the file as a whole; move it above the first [overrides.…]"
    return f"{what}; {did_you_mean(name.replace('-', '_'), tuple(known))}"


def _dotted(keys: tuple[str, ...]) -> str:
    return ".".join(key if re.fullmatch(r"[\w-]+", key, re.ASCII) else repr(shortened(key)) for key in keys)


# -- values ----------------------------------------------------------------------------------------


def _anchored(spec: str, folder: str) -> str:
    """A source spec or package with its relative path, if it has one, as seen from the working folder."""
    git, colon, path = spec.partition(":") if spec.startswith("git:") else ("", "", spec)
    local = "/" in path or "\\" in path or colon or path in {".", ".."}
    remote = ":" in path.split("/")[0]  # a URL, user@host:path, or the drive of an absolute path
    if folder == "." or not local or remote or path.startswith(("/", "\\", "~")):
        return spec
    return f"{git}{colon}{folder}/{path.removeprefix('./')}"


def override_lines(settings: Settings) -> dict[str, int]:
    """Architecture -> the line of ``settings.path`` that says something of it.

    Empty where the file no longer is what the settings were read from.
    """
    path = Path(settings.path or "")
    table = dict(_FILES).get(path.name, ())
    with suppress(ConfigError):
        text = _decoded(_read(path) or b"", path.name).removeprefix("\ufeff")
        _loads(text, path.name)
        lines = lines_of(text)
        names = (each.name for each in settings.overrides)
        return {name: lines[keys] for name in names if (keys := (*table, "overrides", name)) in lines}
    return {}
