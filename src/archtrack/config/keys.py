"""The keys of the settings file: what each holds, and how its value is read.

``KEYS`` is the one list of what can be set: it reads the file and it is what the documentation is checked against.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from archtrack.core.matrix.repositories import is_hub_id
from archtrack.core.wording import did_you_mean
from archtrack.engines import engine_names
from archtrack.model import Category

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "A_TABLE",
    "COLUMN_NAMES",
    "DEFAULT_DOCUMENT",
    "DEFAULT_ROWS",
    "KEYS",
    "OVERRIDE_KEYS",
    "TOP_KEYS",
    "Key",
    "WrongValueError",
    "kind_of",
    "shortened",
]

DEFAULT_DOCUMENT = "MODEL_SUPPORT_TRACKING.md"
DEFAULT_ROWS = (
    "*ForCausalLM",
    "*ForConditionalGeneration",
    "*ForSequenceClassification",
    "*LMHeadModel",
    "*Model",
)

COLUMN_NAMES = ("demand", "fallback", "features", "notes", "since")
"""Those of ``core.document.columns.FURTHER``, which is loaded only where one is chosen."""

_MB_BOUNDS = (16, 1024 * 1024)
_CONTROL = r"[\x00-\x1f\x7f-\x9f]"
_PATTERN = r"(?:[\w*?]|\[!?[\w-]+\])+"


class WrongValueError(Exception):
    """What is wrong with a value; whoever knows its place makes a ``ConfigError`` of it."""


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


def shortened(text: str) -> str:
    """A text of the file as a message can hold it."""
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - what fits a line


_KINDS = {
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    str: "a string",
    list: "a list",
    dict: "a table",
}
A_TABLE = "a table ([overrides.NAME], NAME being an architecture)"


def kind_of(value: object) -> str:
    """What a TOML value is, in words."""
    return _KINDS.get(type(value), "a date or time")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValueError(f"must be a string, not {kind_of(value)}: write it in quotes")
    if not value.strip():
        raise WrongValueError("is empty: give a value or remove the key")
    if value != value.strip() or re.search(_CONTROL, value):
        raise WrongValueError("has white space around it or a control character in it: remove that")
    return value


def _remark(value: object) -> str:
    return _string(" ".join(value.split()) if isinstance(value, str) else value)


def _document(value: object) -> str:
    return _file(value, "document")


def _census(value: object) -> str:
    return _file(value, "census")


def _file(value: object, what: str) -> str:
    text = _string(value)
    if text.endswith(("/", "\\")) or PurePath(text).name in {"", ".."}:
        raise WrongValueError(f"names a folder: add the {what}'s name")
    return text


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrongValueError(f'must be a list, not {kind_of(value)}: write ["…", "…"]')
    for item in value:
        if not isinstance(item, str):
            raise WrongValueError(f"must hold strings only, not {kind_of(item)}: write each in quotes")
    return tuple(value)


def _patterns(value: object) -> tuple[str, ...]:
    for text in (texts := _strings(value)):
        if not re.fullmatch(_PATTERN, text):
            raise WrongValueError(
                f"holds {shortened(text)!r}, which matches no class name: use letters, digits, _, * and ?"
            )
    return texts


def _engines() -> tuple[str, ...]:
    """The engines that a column can be of: all but the two that the document is of."""
    return tuple(name for name in engine_names() if name not in {"sglang", "transformers"})


def _columns(value: object) -> tuple[str, ...]:
    for index, text in enumerate(texts := _strings(value)):
        if text not in COLUMN_NAMES and text not in _engines():
            raise WrongValueError(
                f"holds {shortened(text)!r}, which is not a column; {did_you_mean(text, (*COLUMN_NAMES, *_engines()))}"
            )
        if text in texts[:index]:
            raise WrongValueError(f"holds {text!r} twice: remove one")
    return texts


def _modules(value: object) -> tuple[str, ...]:
    for text in (texts := _strings(value)):
        if not text.isidentifier():
            raise WrongValueError(
                f"holds {shortened(text)!r}, no module: write the file's name without folder and .py"
            )
    return texts


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError(f"must be true or false (without quotes), not {kind_of(value)}")
    return value


def _megabytes(value: object) -> int:
    least, most = _MB_BOUNDS
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongValueError(
            f"must be an integer, not {kind_of(value)}: write megabytes without unit and quotes"
        )
    if not least <= value <= most:
        raise WrongValueError(f"must be from {least} to {most}")
    return value


def _category(value: object) -> Category:
    text = _string(value)
    if text not in {category.value for category in Category}:
        raise WrongValueError(f"must be {_CATEGORIES}, not {shortened(text)!r}")
    return Category(text)


def _day(value: object) -> date:

    if not isinstance(value, date) or isinstance(value, datetime):
        what = "a date with a time" if isinstance(value, datetime) else kind_of(value)
        raise WrongValueError(f"must be a date, not {what}: write 2026-12-31, without quotes")
    return value


def _hub_id(value: object) -> str:
    text = _string(value)
    if not is_hub_id(text):
        raise WrongValueError("is not a repository on the Hub; write owner/name without the address")
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
         f"Further columns of the document: {', '.join(f'`{name}`' for name in COLUMN_NAMES)}, other engines."),
        ("known_elsewhere", "boolean", "as the document has it", _boolean,
         "Rows for what other engines have, and neither SGLang nor transformers; without it, a document's rows tell."),
        ("demand", "string", "none", _census,
         "The census for the column `demand`, as `archtrack demand --save FILE` writes it; relative as `document`."),
        ("external", "string", "none", _string,
         "A further package of SGLang models: its dotted name, or a path."),
        ("disabled", "list of strings", "[]", _modules,
         "Modules of `sglang/srt/models` for SGLang to skip, without `.py`."),
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
TOP_KEYS: dict[str, Key | None] = {key.name: key for key in KEYS if "." not in key.name}
OVERRIDE_KEYS: dict[str, Key | None] = {key.name.rpartition(".")[2]: key for key in KEYS if "." in key.name}
