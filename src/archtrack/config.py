"""Settings from ``archtrack.toml``, or from ``[tool.archtrack]`` in ``pyproject.toml``.

``KEYS`` is the one list of what can be set: it reads the file and it is what the documentation is checked against.
"""

from __future__ import annotations

import re
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from archtrack.errors import ConfigError
from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

__all__ = [
    "COLUMN_NAMES",
    "DEFAULT_DOCUMENT",
    "DEFAULT_ROWS",
    "KEYS",
    "Key",
    "Override",
    "Settings",
    "find_settings",
    "line_of",
    "override_line",
    "override_place",
    "parse_settings",
]

DEFAULT_DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
DEFAULT_ROWS = (
    "*ForCausalLM",
    "*ForConditionalGeneration",
    "*ForSequenceClassification",
    "*LMHeadModel",
    "*Model",
)

COLUMN_NAMES = ("fallback", "notes")
"""Those of ``core.columns.FURTHER``, which is loaded only where one is chosen."""

_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("archtrack.toml", ()),
    ("pyproject.toml", ("tool", "archtrack")),
)
_MB_BOUNDS = (16, 1024 * 1024)
_CONTROL = r"[\x00-\x1f\x7f-\x9f]"
_PATTERN = r"(?:[\w*?]|\[!?[\w-]+\])+"
_HUB_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_HUB_ID = rf"(?!.*(?:--|\.\.|\.git\Z)){_HUB_PART}/{_HUB_PART}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a maintainer says of one architecture, against or beyond what the sources say.

    Attributes:
        name: the architecture.
        reason: why, in one line; never empty.
        category: its section, or None.
        example: a checkpoint on the Hub (``owner/name``), or None.
        note: a remark in one line, or None.
        expires: the last day on which it is taken to be right, or None. It goes on to hold; ``lint`` asks for it.
    """

    name: str
    reason: str
    category: Category | None = None
    example: str | None = None
    note: str | None = None
    expires: date | None = None


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
    external: str | None = None
    disabled: tuple[str, ...] = ()
    offline: bool = False
    cache_limit_mb: int = 256
    overrides: tuple[Override, ...] = ()


class _Wrong(Exception):  # noqa: N818 - never leaves this module, where it becomes a ConfigError with its line
    """What is wrong with a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of the settings file.

    Attributes:
        name: as written in the file; ``NAME`` stands for an architecture.
        type: what its value has to be, in words.
        default: the value without it: TOML, or words where there is no single one.
        description: what it does, in one line.
        read: a value of the file -> the value of the setting.
    """

    name: str
    type: str
    default: str
    description: str
    read: Callable[[object], Any] = field(repr=False, compare=False)


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
        raise ConfigError(f"{str(start)!r}: no settings can be looked for here: {_reason(error)}") from error
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
            return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        if not path.is_symlink():
            return None
        raise ConfigError(f"{_shown(path)}: a link to nowhere; repair or remove it") from error
    except OSError as error:
        raise ConfigError(
            f"{_shown(path)}: cannot be read ({_reason(error)}); make it readable or remove it"
        ) from error
    if stat.S_ISDIR(mode):
        return None
    raise ConfigError(f"{_shown(path)}: neither a file nor a folder; remove it")


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except (OSError, ValueError):  # elsewhere, or the working folder is gone
        return str(path)


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


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
            raise self._error((), f"[{'.'.join(self._table)}] must be a table, not {_kind(self.found)}")
        values = self._values((), self.found, _TOP | {"overrides": None})
        overrides = values.pop("overrides", {})
        if not isinstance(overrides, dict):
            raise self._error(("overrides",), f"overrides must be {_A_TABLE}, not {_kind(overrides)}")
        folder = PurePath(self._path).parent.as_posix()
        for name in values.keys() & {"sglang", "transformers", "external"}:
            values[name] = _anchored(values[name], folder)
        found = tuple(self._override(name, overrides[name]) for name in overrides)
        return Settings(path=self._path, **values, overrides=tuple(sorted(found, key=lambda item: item.name)))

    def _override(self, name: str, table: object) -> Override:
        at = ("overrides", name)
        if not isinstance(table, dict):
            raise self._error(at, f"{_dotted(at)} must be {_A_TABLE}, not {_kind(table)}")
        if not name.isidentifier():
            raise self._error(at, f"{_dotted(at)}: no class can have this name; write the architecture's own")
        values = self._values(at, table, _OVERRIDE)
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
            except _Wrong as wrong:
                raise self._error((*at, name), f"{_dotted((*at, name))} {wrong}") from None
        return values

    def _error(self, keys: tuple[str, ...], message: str) -> ConfigError:
        line = line_of(self._text, (*self._table, *keys))
        return ConfigError(f"{self._path}:{line}: {message}")


def _loads(text: str, path: str) -> dict[str, Any]:
    from archtrack.toml import TOMLDecodeError, loads  # noqa: PLC0415 - late: only where a file exists

    try:
        return loads(text)
    except TOMLDecodeError as error:
        what, _, where = str(error).rpartition(" (")
        numbers = re.fullmatch(r"at line (\d+), column (\d+)\)", where)
        end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
        line, column = numbers.groups() if numbers else end
        what = _short(what or where)
        raise ConfigError(f"{path}:{line}:{column}: not TOML: {what}; correct it here") from error
    except (RecursionError, ValueError) as error:  # nested by the hundred; a number of 4,300 digits
        raise ConfigError(f"{path}:1: TOML beyond reason, nested too deep or a number too long") from error


def _unknown(keys: tuple[str, ...], known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - late: only for a message

    *table, name = keys
    what = f"unknown key {_dotted(keys)}"
    if not table and name == "tool":
        return "[tool.…] has no place in this file: write the keys at the top, and [overrides.NAME]"
    if table and name in _TOP:
        return f"{what}: {name} belongs to the file as a whole; move it above the first [overrides.…]"
    close = get_close_matches(name.lower().replace("-", "_"), list(known), n=1)
    return f"{what}: did you mean {close[0]}?" if close else f"{what}: there are {', '.join(known)}"


def _dotted(keys: tuple[str, ...]) -> str:
    return ".".join(key if re.fullmatch(r"[\w-]+", key, re.ASCII) else repr(_short(key)) for key in keys)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - what fits a line


# -- values ----------------------------------------------------------------------------------------

_KINDS = {
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    str: "a string",
    list: "a list",
    dict: "a table",
}
_A_TABLE = "a table ([overrides.NAME], NAME being an architecture)"


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a date or time")


def _anchored(spec: str, folder: str) -> str:
    """A source spec or package with its relative path, if it has one, as seen from the working folder."""
    git, colon, path = spec.partition(":") if spec.startswith("git:") else ("", "", spec)
    local = "/" in path or "\\" in path or colon or path in {".", ".."}
    remote = ":" in path.split("/")[0]  # a URL, user@host:path, or the drive of an absolute path
    if folder == "." or not local or remote or path.startswith(("/", "\\", "~")):
        return spec
    return f"{git}{colon}{folder}/{path.removeprefix('./')}"


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong(f"must be a string, not {_kind(value)}: write it in quotes")
    if not value.strip():
        raise _Wrong("is empty: give a value or remove the key")
    if value != value.strip() or re.search(_CONTROL, value):
        raise _Wrong("has white space around it or a control character in it: remove that")
    return value


def _remark(value: object) -> str:
    return _string(" ".join(value.split()) if isinstance(value, str) else value)


def _document(value: object) -> str:
    text = _string(value)
    if text.endswith(("/", "\\")) or PurePath(text).name in {"", ".."}:
        raise _Wrong("names a folder: add the document's name")
    return text


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Wrong(f'must be a list, not {_kind(value)}: write ["…", "…"]')
    for item in value:
        if not isinstance(item, str):
            raise _Wrong(f"must hold strings only, not {_kind(item)}: write each in quotes")
    return tuple(value)


def _patterns(value: object) -> tuple[str, ...]:
    for text in (texts := _strings(value)):
        if not re.fullmatch(_PATTERN, text):
            raise _Wrong(f"holds {_short(text)!r}, which fits no class name: use letters, digits, _, * and ?")
    return texts


def _columns(value: object) -> tuple[str, ...]:
    for index, text in enumerate(texts := _strings(value)):
        if text not in COLUMN_NAMES:
            known = " and ".join(f'"{name}"' for name in COLUMN_NAMES)
            raise _Wrong(
                f"holds {_short(text)!r}: there are {known}; `since` and other engines need a history of releases,"
                " and this version has none"
            )
        if text in texts[:index]:
            raise _Wrong(f"holds {text!r} twice: remove one")
    return texts


def _modules(value: object) -> tuple[str, ...]:
    for text in (texts := _strings(value)):
        if not text.isidentifier():
            raise _Wrong(f"holds {_short(text)!r}, no module: write the file's name without folder and .py")
    return texts


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(f"must be true or false (without quotes), not {_kind(value)}")
    return value


def _megabytes(value: object) -> int:
    least, most = _MB_BOUNDS
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Wrong(f"must be an integer, not {_kind(value)}: write megabytes without unit and quotes")
    if not least <= value <= most:
        raise _Wrong(f"must be from {least} to {most}")
    return value


def _category(value: object) -> Category:
    text = _string(value)
    if text not in {category.value for category in Category}:
        raise _Wrong(f"must be {_CATEGORIES}, not {_short(text)!r}")
    return Category(text)


def _day(value: object) -> date:
    from datetime import date, datetime  # noqa: PLC0415 - late: whoever can hand one over has imported it

    if not isinstance(value, date) or isinstance(value, datetime):
        what = "a date with a time" if isinstance(value, datetime) else _kind(value)
        raise _Wrong(f"must be a date, not {what}: write 2026-12-31, without quotes")
    return value


def _hub_id(value: object) -> str:
    text = _string(value)
    if not re.fullmatch(_HUB_ID, text):
        raise _Wrong("is no repository of the Hub: write owner/name, without an address around it")
    return text


_CATEGORIES = " or ".join(f'"{category.value}"' for category in Category)

KEYS = tuple(
    Key(name=name, type=kind, default=default, description=description, read=read)
    for name, kind, default, read, description in (
        ("document", "string", f'"{DEFAULT_DOCUMENT}"', _document,
         "The tracking document; a relative path starts at this file's folder."),
        ("sglang", "string", "a checkout, else installed, else `latest`", _string,
         "Source of SGLang: a path, `installed`, a version, `latest` or `git:REPOSITORY@REF`."),
        ("transformers", "string", "`pinned`, else installed, else `latest`", _string,
         "Source of transformers: the same, or `pinned` for the release that SGLang pins."),
        ("rows", "list of strings", "[" + ", ".join(f'"{pattern}"' for pattern in DEFAULT_ROWS) + "]", _patterns,
         "Patterns (`*`, `?`, `[abc]`) of the transformers classes that get a row of their own."),
        ("columns", "list of strings", "[]", _columns,
         f"Further columns of the document, right of the five: {' and '.join(f'`{name}`' for name in COLUMN_NAMES)}."),
        ("external", "string", "none", _string,
         "A further package of SGLang models: its dotted name, or a path."),
        ("disabled", "list of strings", "[]", _modules,
         "Modules of `sglang/srt/models` that SGLang is told to skip, without `.py`."),
        ("offline", "boolean", "false", _boolean,
         "Never use the network: only what is on disk, installed or in the cache."),
        ("cache_limit_mb", "integer", "256", _megabytes,
         "Megabytes that the cache keeps to, at least 16."),
        ("overrides.NAME.category", "string", "none", _category,
         f"Section of the architecture `NAME`: {_CATEGORIES.replace(chr(34), '`')}."),
        ("overrides.NAME.example", "string", "none", _hub_id,
         "A checkpoint of it on the Hub, as `owner/name`."),
        ("overrides.NAME.note", "string", "none", _remark,
         "A remark about it, in one line."),
        ("overrides.NAME.reason", "string", "required", _remark,
         "Why the override is right, for whoever asks whether it still is."),
        ("overrides.NAME.expires", "date", "none", _day,
         "The last day on which it is taken to be right; after it `lint` fails until somebody has looked."),
    )
)  # fmt: skip
_TOP: dict[str, Key | None] = {key.name: key for key in KEYS if "." not in key.name}
_OVERRIDE: dict[str, Key | None] = {key.name.rpartition(".")[2]: key for key in KEYS if "." in key.name}


# -- where a key stands ----------------------------------------------------------------------------

_ESCAPED = r"[\"\\\x00-\x1f\x7f]"  # what may stand in a name only as an escape
_CLOSINGS = tuple(
    f"\n{quotes}{brackets}"
    for brackets in ("", "]", "}", "]]", "]}", "}}", "]}}")
    for quotes in ("", '"""', "'''")
)


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line on which a TOML text first mentions a key or table, which the parser does not say.

    It is the first line that, with all above it and whatever is open there closed, already holds the key: so
    the parser decides, and there is no second grammar. Costs a parse or two; meant for messages.

    Args:
        text: valid TOML.
        keys: the parts of the dotted key. One that is not there gives the line of its table, in the end 1.
    """
    lines = text.split("\n")
    for length in range(len(keys), 0, -1):
        name = keys[length - 1]
        escape = re.compile(r"\\" if re.search(_ESCAPED, name) else r"\\[uUx]")  # may spell the name
        for number, line in enumerate(lines, 1):
            if (name in line or escape.search(line)) and _holds("\n".join(lines[:number]), keys[:length]):
                return number
    return 1


def override_place(settings: Settings, name: str) -> str:
    """Where the settings say something of an architecture: ``file:line``, or the file alone if it has changed."""
    path, line = override_line(settings, name)
    return f"{path}:{line}" if line else path


def override_line(settings: Settings, name: str) -> tuple[str, int]:
    """The same as path and line; 0 where the file no longer is what the settings were read from."""
    path = settings.path or ""
    table = dict(_FILES).get(PurePath(path).name, ())
    with suppress(OSError, ValueError, ConfigError):
        text = Path(path).read_text(encoding="utf-8-sig")
        _loads(text, path)
        return path, line_of(text, (*table, "overrides", name))
    return path, 0


def _holds(start: str, keys: tuple[str, ...]) -> bool:
    from archtrack.toml import loads  # noqa: PLC0415 - late: only where a file exists

    for closing in _CLOSINGS:
        with suppress(ValueError, RecursionError):  # not TOML: something else is open
            found: object = loads(start + closing)
            for key in keys:
                if not isinstance(found, dict) or key not in found:
                    return False
                found = found[key]
            return True
    return False
