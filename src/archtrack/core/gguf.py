"""The header of a GGUF file: its key/value part, and of that what tells which model it is.

The format is that of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, in its versions 1 (where a count or
length has 32 bits), 2 and 3 (which may be big-endian). Tensors are not looked at, so a file that is still being
downloaded can be read as soon as its key/value part is there. Arrays, such as a tokenizer's, are passed over: nothing
is made of their elements. A file comes from anybody, so every count, length and depth has a bound.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archtrack.errors import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["MAGIC", "MOST_HEADER_BYTES", "BaseModel", "GgufHeader", "read_gguf_header"]

MAGIC = b"GGUF"
MOST_HEADER_BYTES = 64 * 1024 * 1024
"""Four times the largest real one, which is nearly all tokenizer."""
_MOST_KEYS = 10_000
"""Real files have less than a hundred."""
_LONGEST_KEY = 65_535
"""As the format says."""
_LONGEST_VALUE = 4096
"""Of a text that is kept; a longer one is passed over."""
_LONGEST_ARCHITECTURE = 100
_DEEPEST = 4
_MOST_INNER = 10_000
"""Arrays in arrays, of a whole file; real files have none."""
_MOST_BASE_MODELS = 10
_VERSIONS = (1, 2, 3)
_WINDOW = 256 * 1024

_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_ARCHITECTURE = "general.architecture"
_KEPT = (
    "general.architecture general.type general.name general.size_label general.parameter_count general.file_type"
    " general.repo_url general.source.repo_url general.base_model.count clip.projector_type clip.has_vision_encoder"
    " clip.has_audio_encoder adapter.type split.no split.count"
)
_BASE_MODEL = "general.base_model."
_OF_BASE_MODEL = ("name", "organization", "version", "repo_url")

_FILE_TYPES = (
    "F32 F16 Q4_0 Q4_1 Q4_1_SOME_F16 Q4_2 Q4_3 Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M"
    " Q6_K IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S IQ2_M IQ4_XS IQ1_M BF16 Q4_0_4_4"
    " Q4_0_4_8 Q4_0_8_8 TQ1_0 TQ2_0 MXFP4_MOE NVFP4 Q1_0"
)
"""The names of ``llama_ftype`` in llama.cpp's ``include/llama.h``, from 0 on: what most of the tensors are."""
_GUESSED = 1024
"""Added to a file type that llama.cpp has made out from the tensors."""

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """A model that a file says it was made from; each is None where the file does not say."""

    name: str | None = None
    organization: str | None = None
    version: str | None = None
    repo_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """What the key/value part of a GGUF file says of its model; each is None where it does not say.

    Attributes:
        version: of the format.
        big_endian: the byte order.
        architecture: ``general.architecture``.
        type: ``general.type``: ``model``, ``adapter``, ``mmproj``, …
        name: ``general.name``.
        size_label: ``general.size_label``: ``7B``, ``8x7B``.
        parameter_count: ``general.parameter_count``.
        file_type: ``general.file_type``, a number.
        repo_url: where the model comes from: ``general.repo_url``, else ``general.source.repo_url``.
        base_models: ``general.base_model.…``, in order.
        projector_type: ``clip.projector_type`` of a projector of images or sound.
        has_vision_encoder: ``clip.has_vision_encoder``.
        has_audio_encoder: ``clip.has_audio_encoder``.
        adapter_type: ``adapter.type``: ``lora``.
        part: (number from 1, how many) of a file that is one of several.
    """

    version: int
    big_endian: bool
    architecture: str | None = None
    type: str | None = None
    name: str | None = None
    size_label: str | None = None
    parameter_count: int | None = None
    file_type: int | None = None
    repo_url: str | None = None
    base_models: tuple[BaseModel, ...] = ()
    projector_type: str | None = None
    has_vision_encoder: bool | None = None
    has_audio_encoder: bool | None = None
    adapter_type: str | None = None
    part: tuple[int, int] | None = None

    @property
    def quantisation(self) -> str | None:
        """How most of the tensors are quantised: ``Q4_K_M``; ``file type 99`` for a number without a known name."""
        if self.file_type is None:
            return None
        names, number = _FILE_TYPES.split(), self.file_type & ~_GUESSED
        return names[number] if number < len(names) else f"file type {self.file_type}"

    @property
    def kind(self) -> str:
        """``model``, ``adapter``, ``mmproj`` or what else the file calls itself; old ones are told by their keys."""
        projects = self.architecture == "clip" or self.projector_type is not None
        return self.type or ("mmproj" if projects else "adapter" if self.adapter_type else "model")


def read_gguf_header(read: Callable[[int, int], bytes], size: int) -> GgufHeader:
    """Read the key/value part of a GGUF file.

    Args:
        read: gives the bytes at an offset, at most so many; fewer only where the file ends.
        size: of the file, in bytes.

    Raises:
        TargetError: it is no GGUF file, is cut or damaged, or goes beyond a bound. The message has no subject.
    """
    cursor = _Cursor(read, size)
    magic = cursor.take(min(size, len(MAGIC)))
    if magic != MAGIC:
        raise TargetError(_other_file(magic, read))
    version, big = _version(cursor.take(4))
    cursor.order = ">" if big else "<"
    cursor.width = "I" if version == 1 else "Q"
    cursor.count()  # of the tensors
    keys = cursor.count()
    if keys > _MOST_KEYS:
        raise TargetError(
            f"says that its header has {keys:,} keys; one of more than {_MOST_KEYS:,} is not read: it is damaged, or no"
            " model; get it again"
        )
    values: dict[str, Scalar] = {}
    wanted = frozenset(_KEPT.split())
    for _ in range(keys):
        _pair(cursor, values, wanted)
    return _described(values, version, big_endian=big)


class _Cursor:
    """A place in a file, with the bytes around it."""

    def __init__(self, read: Callable[[int, int], bytes], size: int) -> None:
        self._read = read
        self._size = size
        self._start = 0
        self._window = b""
        self.at = 0
        self.order = "<"
        self.width = "Q"
        self.inner = _MOST_INNER  # arrays in arrays that may still come

    def take(self, length: int) -> bytes:
        """The next bytes; of bounded length."""
        begin = self.at - self._start
        if begin + length > len(self._window):
            self.within(length)
            self._start = self.at
            self._window = self._read(self.at, max(length, _WINDOW))
            begin = 0
            if len(self._window) < length:
                raise self._cut()
        self.at += length
        return self._window[begin : begin + length]

    def number(self, code: str) -> int | float | bool:
        """The next number, of a type as ``struct`` writes it."""
        found: int | float | bool = struct.unpack(self.order + code, self.take(struct.calcsize("=" + code)))[
            0
        ]
        return found

    def count(self) -> int:
        """The next count or length."""
        return int(self.number(self.width))

    def skip(self, length: int) -> None:
        """Pass over bytes without reading them."""
        self.within(length)
        self.at += length

    def skip_texts(self, count: int) -> None:
        """Pass over texts: a tokenizer has some hundred thousand, so this loop is written out."""
        unpack = struct.Struct(self.order + self.width).unpack_from
        width = struct.calcsize("=" + self.width)
        self.within(count * width)
        start, window, at = self._start, self._window, self.at
        end = len(window) - width
        for _ in range(count):
            begin = at - start
            if begin > end:
                self.at = at
                self.take(width)
                start, window, begin = self._start, self._window, 0
                end = len(window) - width
            at += width + unpack(window, begin)[0]
            if at > self._size:
                self.at = at - width
                raise self._cut()
        self.at = at
        self.within(0)

    def within(self, length: int) -> None:
        """Make sure that so many bytes are there, and belong to a header of bounded size.

        Raises:
            TargetError: they are not, or do not.
        """
        end = self.at + length
        if end > self._size:
            raise self._cut()
        if end > MOST_HEADER_BYTES:
            raise TargetError(
                f"has a header of more than {MOST_HEADER_BYTES:,} bytes, which is not read: it is damaged, or no model;"
                " get it again"
            )

    def _cut(self) -> TargetError:
        return TargetError(
            f"ends inside its header, after {self._size:,} bytes: it is cut or damaged; let its download go on, or get"
            " it again"
        )


def _other_file(begin: bytes, read: Callable[[int, int], bytes]) -> str:
    """What to say of a file that does not begin as a GGUF file does."""
    if read(0, 11) == b"version htt":
        return "is a pointer of Git LFS, not the file itself; get that with `git lfs pull`"
    if begin in {b"lmgg", b"tjgg", b"fmgg", b"algg"}:
        return "is a file of GGML, from before GGUF; get the model as GGUF"
    if len(begin) < len(MAGIC):
        return f"has {len(begin)} bytes, and no header; let its download go on, or get it again"
    return f"is no GGUF file: it begins with {begin!r} in place of {MAGIC!r}"


def _version(data: bytes) -> tuple[int, bool]:
    """The version of the format, and whether the file is big-endian, which only this number tells."""
    little, big = int.from_bytes(data, "little"), int.from_bytes(data, "big")
    if little not in _VERSIONS and big not in _VERSIONS:
        raise TargetError(
            f"is GGUF of version {min(little, big):,}; versions 1 to 3 are read: a newer archtrack may know it,"
            " or it is damaged"
        )
    return (little, False) if little in _VERSIONS else (big, True)


def _pair(cursor: _Cursor, values: dict[str, Scalar], wanted: frozenset[str]) -> None:
    """The next key with its value, which is kept if it tells something of the model."""
    begin = cursor.at
    length = cursor.count()
    if length > _LONGEST_KEY:
        raise _damaged(begin, f"a key of {length:,} bytes")
    key = cursor.take(length).decode("utf-8", "replace")
    kind = cursor.number("I")
    if key in values:
        raise _damaged(begin, f"`{key}` a second time")
    kept = key in wanted or key.startswith(_BASE_MODEL)
    if kind == _TEXT:
        length = cursor.count()
        if kept and length <= _LONGEST_VALUE:
            values[key] = cursor.take(length).decode("utf-8", "replace")
        else:
            cursor.skip(length)
    elif kind == _ARRAY:
        _skip_array(cursor, begin)
    elif kind in _NUMBERS:
        number = cursor.number(_NUMBERS[int(kind)])
        if kept:
            values[key] = number
    else:
        raise _damaged(begin, f"a value of type {kind:,}, which the format does not have,")
    if len(values) > len(wanted) + _MOST_BASE_MODELS * 10:  # a base model has ten keys
        raise _damaged(begin, "more base models than any model has")


def _skip_array(cursor: _Cursor, begin: int) -> None:
    """Pass over an array, and the arrays in it."""
    left = [1]  # arrays that are still to come, at each depth
    while left:
        if not left[-1]:
            left.pop()
            continue
        left[-1] -= 1
        kind, count = cursor.number("I"), cursor.count()
        if kind == _ARRAY:
            if len(left) >= _DEEPEST:
                raise _damaged(begin, f"arrays that lie more than {_DEEPEST} deep")
            cursor.inner -= count
            if cursor.inner < 0:
                raise _damaged(begin, f"more than {_MOST_INNER:,} arrays in arrays")
            left.append(count)
        elif kind == _TEXT:
            cursor.skip_texts(count)
        elif kind in _NUMBERS:
            cursor.skip(count * struct.calcsize("=" + _NUMBERS[int(kind)]))
        else:
            raise _damaged(begin, f"an array of type {kind:,}, which the format does not have,")


def _damaged(at: int, what: str) -> TargetError:
    return TargetError(f"has {what} at byte {at:,} of its header: it is damaged; get it again")


def _described(values: Mapping[str, Scalar], version: int, *, big_endian: bool) -> GgufHeader:
    """What the values say of the model."""
    architecture = values.get(_ARCHITECTURE)
    if architecture is not None and not (
        isinstance(architecture, str)
        and 0 < len(architecture) <= _LONGEST_ARCHITECTURE
        and architecture.isprintable()
    ):
        raise TargetError(f"has a `{_ARCHITECTURE}` that is no name: it is damaged; get it again")
    return GgufHeader(
        version=version,
        big_endian=big_endian,
        architecture=architecture,
        type=_text(values, "general.type"),
        name=_text(values, "general.name"),
        size_label=_text(values, "general.size_label"),
        parameter_count=_number(values, "general.parameter_count"),
        file_type=_number(values, "general.file_type"),
        repo_url=_text(values, "general.repo_url") or _text(values, "general.source.repo_url"),
        base_models=_base_models(values),
        projector_type=_text(values, "clip.projector_type"),
        has_vision_encoder=_truth(values, "clip.has_vision_encoder"),
        has_audio_encoder=_truth(values, "clip.has_audio_encoder"),
        adapter_type=_text(values, "adapter.type"),
        part=_part(values),
    )


def _base_models(values: Mapping[str, Scalar]) -> tuple[BaseModel, ...]:
    count = _number(values, f"{_BASE_MODEL}count") or 0
    found = (
        {name: _text(values, f"{_BASE_MODEL}{number}.{name}") for name in _OF_BASE_MODEL}
        for number in range(min(count, _MOST_BASE_MODELS))
    )
    return tuple(BaseModel(**each) for each in found if any(each.values()))


def _part(values: Mapping[str, Scalar]) -> tuple[int, int] | None:
    number, count = _number(values, "split.no"), _number(values, "split.count")
    return None if number is None or count is None or count <= 1 else (number + 1, count)


def _text(values: Mapping[str, Scalar], key: str) -> str | None:
    found = values.get(key)
    return found if isinstance(found, str) and found else None


def _number(values: Mapping[str, Scalar], key: str) -> int | None:
    found = values.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def _truth(values: Mapping[str, Scalar], key: str) -> bool | None:
    found = values.get(key)
    return found if isinstance(found, bool) else None
