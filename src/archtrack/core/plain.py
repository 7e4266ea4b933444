"""The plain shapes of a registration, read from a module's outline alone: ``Name = Class``, ``Name = [Class, …]``.

Fast because nothing is parsed, and right because it refuses (None, or a name left out) whatever might bind the
variable or a class in another way: then the module's ``Bindings`` are asked.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from .effects import CHANGES, READ_ONLY
from .outline import outline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .outline import Outline

__all__ = ["changed_in_bodies", "mentions", "plain_classes", "plain_entries", "plain_entries_in"]

_COMMENT_OR_SPACE = rb"(?:[ \t\n]|#[^\n]*\n)*"
_ITEM = rb"[^\W\d]\w*" + _COMMENT_OR_SPACE
_LIST = (
    rb"\[" + _COMMENT_OR_SPACE + rb"(?:" + _ITEM + rb"," + _COMMENT_OR_SPACE + rb")*(?:" + _ITEM + rb")?\]"
)
_NAME_IN_LIST = re.compile(rb"#[^\n]*|([^\W\d]\w*)")
_WORD = re.compile(rb"\w")
_NAME = re.compile(rb"[^\W\d]\w*")
_LAST_NAME = re.compile(rb"(?<![\w.])([^\W\d]\w*)(?:[ \t]*\[[^\[\]]*\])*\Z")

# Whatever can bind any name, or rename a class, from a place or in a way that no single line shows: a word, and a
# pattern that begins with it. Looking for the words costs next to nothing, and few modules have one.
_INDIRECT = (
    (b"globals(", re.compile(rb"globals(?<!\wglobals)\([ \t\n]*\)")),
    (b"locals(", re.compile(rb"locals(?<!\wlocals)\([ \t\n]*\)")),
    (b"vars(", re.compile(rb"vars(?<!\wvars)\([ \t\n]*\)")),
    (b"exec(", re.compile(rb"exec(?<![\w.]exec)\(")),
    (b"setattr(", re.compile(rb"setattr\((?:[^()]|\([^()]*\))*?[\"']__name__[\"']")),
    (b"__setattr__(", re.compile(rb"__setattr__\((?:[^()]|\([^()]*\))*?[\"']__name__[\"']")),
    (b"sys.modules", re.compile(rb"sys\.modules")),
    (b"from sys import", re.compile(rb"from sys import")),
    (b"import sys as", re.compile(rb"import sys as")),
    (b"global", re.compile(rb"global[ \t]*\\")),
    (b"import\\", re.compile(rb"import\\")),
    (
        b"__name__",
        re.compile(
            rb"__name__(?:(?<=\.__name__)[ \t]*\)*[ \t]*(?:[-+*/%&|^@<>]*=(?!=)|(,)[^\n]*[^=!<>\n]=(?!=)))"
        ),
    ),
)
# What changes a list or dict in place: a method behind its name, an item of it at the beginning of a statement (in an
# annotation it is a type), `del`.
_METHOD = re.compile(rb"\.[ \t\\\n]*(?:" + "|".join(sorted(CHANGES)).encode() + rb")\b")
_ITEMS = tuple(
    re.compile(before + rb"[ \t(]*(\w+)[ \t\\\n]*\[[^\n]*\][^\n=]*=(?!=)")
    for before in (rb"\n", rb";", rb"[)\]]:", rb"(?:else|try|finally):")
)
_READ_ONLY = "|".join(sorted(READ_ONLY)).encode()
_DELETED = re.compile(rb"del[ \t\\(]([^\n]*)")
_TARGET = re.compile(rb"[ \t]*[(\[]?[\w.]+\.")
_GLOBAL = re.compile(rb"global[ \t]+([\w, \t]+)")
_BEFORE_STATEMENT = (b"", b"\n", b":", b";")
_STAR = re.compile(rb"import(?:[ \t]|\\\n)*\*")
_COMPOUND = (
    b"raise",
    b"if",
    b"el",
    b"try",
    b"except",
    b"finally",
    b"with",
    b"for",
    b"while",
    b"match",
    b"async ",
)
_ASSIGNMENT = re.compile(rb"[\w.]+[ \t]*(?::[^=\n]*)?=(?!=)")
_CALL = re.compile(
    rb"(?!(?:del|for|if|while|with|match|async|elif|else|except|await|not|lambda|yield|raise|case)\b)[\w.]+\("
)


def mentions(data: bytes, variable: str) -> bool:
    """Whether a module can bind ``variable``: it names it, as Python reads identifiers, or imports ``*``."""
    word = variable.encode()
    if word in data or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return True
    if b"import" in data and _STAR.search(data):
        return True
    return not data.isascii() and word in _compatible(data)


def _compatible(data: bytes) -> bytes:
    """The bytes with every character as Python reads it in an identifier (NFKC)."""
    return unicodedata.normalize("NFKC", data.decode("utf-8", "replace")).encode()


def plain_entries(data: bytes, variable: str) -> list[list[Any]] | None:
    """The registered classes ``[name, line, class line]`` of a module in one of the two plain shapes.

    Args:
        data: the file.
        variable: the registry variable's name.

    Returns:
        None when the module is of another shape; then ``full_facts`` is asked.
    """
    return plain_entries_in(outline(data), data, variable)


def plain_entries_in(read: Outline | None, data: bytes, variable: str) -> list[list[Any]] | None:
    """As ``plain_entries``, given the file's outline."""
    word = variable.encode()
    if read is None or read.data.count(word) != 1:
        return None
    if not data.isascii() and _compatible(data).count(word) != 1:
        return None
    pattern = (
        rb"\n(?P<word>"
        + word
        + rb")[ \t]*=[ \t]*(?P<value>"
        + _LIST
        + rb"|[^\W\d]\w*)[ \t]*(?:#[^\n]*)?(?=\n|\Z)"
    )
    match = re.search(pattern, read.data)
    if match is None or not read.is_code(match.start() + 1) or _continues(read.data, match.start()):
        return None
    headers = read.classes() or ()
    classes = {header.name: header.line for header in headers}
    if len(classes) != len(headers):
        return None
    names = {item[1].decode() for item in _NAME_IN_LIST.finditer(match["value"]) if item[1]}
    if not names <= set(classes) or _indirect(read, {variable, *names}):
        return None
    found = []
    line = read.line(match.start("value"))
    for item in _NAME_IN_LIST.finditer(match["value"]):
        if item[1] is None:
            continue
        name = item[1].decode()
        if _rebound(read, item[1], match.span()):
            return None
        found.append([name, line + match["value"].count(b"\n", 0, item.start()), classes[name]])
    return found


def plain_classes(data: bytes) -> dict[str, int]:
    """Name -> line of the classes at column 0 that nothing else in the module binds again or renames."""
    read = outline(data)
    headers = read.classes() if read is not None else None
    if read is None or headers is None:
        return {}
    names = [header.name for header in headers]
    if _indirect(read, set(names)):
        return {}
    return {
        header.name: header.line
        for header in headers
        if names.count(header.name) == 1 and not _rebound(read, header.name.encode(), (0, 0))
    }


def changed_in_bodies(
    data: bytes, short: bytes, names: Mapping[str, Any], *, stars: bool
) -> dict[str, int] | None:
    """The lists and dicts that the bodies of functions and classes may change in place: name -> line.

    Args:
        data: the module's text, behind a newline.
        short: the same without the bodies.
        names: the bindings read from ``short``, encoded.
        stars: whether star imports may bring further names.

    Returns:
        None where the bodies might change more than that: then the whole module has to be read.
    """
    assigned = _assigned_in_functions(data)
    if _binds_any(data) or not assigned <= set(names):
        return None
    changed: dict[str, int] = {}
    changes, before = _changes(data), _changes(short)
    if stars and not {word.decode() for word in _NAME.findall(short)}.isdisjoint(
        changes.keys() - names.keys()
    ):
        return None  # the list may be one that a star import brings
    for name, value in names.items():
        inner = value[1] if value[0] == "bound" else value
        if _may_register(name, value, short) and _loose(data, name) != _loose(short, name):
            return None  # something in a body may get hold of it
        if name in assigned and inner[0] not in {"constant", "unknown"}:
            return None
        if len(changes.get(name, ())) == len(before.get(name, ())):
            continue
        if inner[0] == "import" and inner[3] is not None:
            used = any(_contains(other, inner) for key, other in names.items() if key != name)
        elif _holds_list(value):
            used = len(re.findall(rb"\b" + name.encode() + rb"\b", short)) > 1
        else:
            continue
        if used:
            return None  # something at the top level may be made of it
        changed[name] = data.count(b"\n", 0, min(changes[name])) if name in changes else 0
    return changed


def _changes(data: bytes) -> dict[str, list[int]]:
    """Where a text changes in place what names hold: name -> offsets."""
    found: dict[str, list[int]] = {}
    for match in _METHOD.finditer(data):
        before = data[max(match.start() - 200, 0) : match.start()].rstrip(b" \t\\\n")
        name = _LAST_NAME.search(before)
        if name:
            found.setdefault(name[1].decode(), []).append(match.start())
    for pattern in _ITEMS:
        for match in pattern.finditer(data):
            found.setdefault(match[1].decode(), []).append(match.start(1))
    for match in _DELETED.finditer(data):
        if not _WORD.match(data, match.start() - 1):
            for word in _NAME.findall(match[1]):
                found.setdefault(word.decode(), []).append(match.start())
    return found


def _may_register(name: str, value: Any, short: bytes) -> bool:
    """Whether a name holds what a registry could take, or what something at the top level may be made of."""
    if not _holds_list(value) or _all_constant(value):
        return False
    inner = value[1] if value[0] == "bound" else value
    is_table = inner[0] == "sequence" and inner[1] == "dict"
    return not is_table or len(re.findall(rb"\b" + name.encode() + rb"\b", short)) > 1


def _all_constant(value: Any) -> bool:
    """Whether an encoded value is a constant, or a list or tuple of nothing else that has any item."""
    inner = value[1] if value[0] == "bound" else value
    if inner[0] != "sequence":
        return bool(inner[0] == "constant")
    return inner[1] != "dict" and bool(inner[2]) and all(_all_constant(item) for _, item in inner[2])


def _loose(data: bytes, name: str) -> int:
    """How often a name stands where something may get hold of its list: not ``in name``, ``name[…]``, ``name.get``."""
    held = re.findall(
        rb"(\bin[ \t]+)?\b" + name.encode() + rb"\b(?![\w=])([ \t]*(?:\[|\.(?:" + _READ_ONLY + rb")\b))?",
        data,
    )
    return sum(not (before or behind) for before, behind in held)


def _contains(value: Any, part: Any) -> bool:
    """Whether an encoded value is, or has in it, another."""
    return isinstance(value, list) and (value == part or any(_contains(each, part) for each in value))


def _holds_list(value: Any) -> bool:
    """Whether an encoded value is, or has in it, a list or dict that a function could change in place."""
    return isinstance(value, list) and (value[:1] == ["sequence"] or any(map(_holds_list, value)))


def _binds_any(data: bytes) -> bool:
    """Whether a module's text may bind any name, or rename a class, in a way that no single line shows."""
    return any(
        word in data and any(not _is_argument(data, match) for match in pattern.finditer(data))
        for word, pattern in _INDIRECT
    )


def _is_argument(data: bytes, match: re.Match[bytes]) -> bool:
    """Whether ``x.__name__, y = …`` is an argument, and one with a name behind it, not a pair of targets."""
    if match.re.groups == 0 or match[1] is None:
        return False
    before = data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()]
    return _TARGET.fullmatch(before) is None


def _assigned_in_functions(data: bytes) -> set[str]:
    """The names of every ``global`` statement, and of text that looks like one."""
    if b"global" not in data:
        return set()
    return {
        name.strip().decode()
        for match in _GLOBAL.finditer(data)
        if data[max(match.start() - 200, 0) : match.start()].rstrip(b" \t")[-1:] in _BEFORE_STATEMENT
        for name in match[1].split(b",")
        if name.strip()
    }


def _indirect(read: Outline, names: set[str]) -> bool:
    """Whether one of the names may be bound, or the module may end, in ways that no single line shows."""
    if _binds_any(read.data) or not names.isdisjoint(_assigned_in_functions(read.data)):
        return True
    if b"import" in read.data and _late_star(read, names):
        return True
    if b"raise" not in read.data:
        return False
    return any(b"raise" in read.block(offset) for offset in read.starting(*_COMPOUND))


def _late_star(read: Outline, names: set[str]) -> bool:
    """Whether an ``import *`` may bind one of the names anew: one behind its class, or that is no line of its own."""
    stars = [match.start() for match in _STAR.finditer(read.data) if read.is_code(match.start())]
    if not stars:
        return False
    classes = [header.offset for header in read.classes() or () if header.name in names]
    lines = read.starting(b"from ", b"from\t")
    own = [read.data.rfind(b"\n", 0, star) + 1 for star in stars]
    return any(start not in lines for start in own) or max(own) > min(classes, default=0)


def _continues(data: bytes, offset: int) -> bool:
    """Whether the code before ``offset`` may go on: then the line is an argument, not a statement."""
    before = data[:offset].rstrip()
    last = before[before.rfind(b"\n") + 1 :]
    while last.lstrip().startswith(b"#"):
        before = before[: before.rfind(b"\n") + 1].rstrip()
        last = before[before.rfind(b"\n") + 1 :]
    return b"#" in last or before.endswith((b"(", b",", b"\\", b"[", b"{", b"="))


def _rebound(read: Outline, word: bytes, skip: tuple[int, int]) -> bool:
    """Whether any statement at the top level but its own class statement might bind ``word``.

    Errs on the side of True. The bodies of functions and classes cannot bind it (``_indirect`` was asked before).
    """
    data, tops = read.data, read.tops
    if not data.isascii() and _compatible(data).count(word) != data.count(word):
        return True
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        whole = not (_WORD.match(data, at - 1) or _WORD.match(data, end))
        if whole and not skip[0] <= at < skip[1]:
            index = bisect_right(tops, at) - 1
            start = tops[index] if index >= 0 else 0
            stop = tops[index + 1] if index + 1 < len(tops) else len(data)
            if read.is_code(at) and not _harmless(data, start, at, stop):
                return True
        at = data.find(word, end)
    return False


def _harmless(data: bytes, start: int, at: int, stop: int) -> bool:
    """Whether the name at ``at`` in the statement from ``start`` to ``stop`` is surely not bound there."""
    if data.startswith((b"def ", b"async def "), start):
        return b"(" in data[start:at]
    if data.startswith((b"class ", b"@"), start) or start == 0:
        return True
    if data[data.rfind(b"\n", 0, at) + 1 : at].lstrip().startswith(b"#"):
        return True
    text = data[start:stop]
    if b":=" in text or b";" in text:
        return False
    if _CALL.match(text):
        return b"=" not in text
    use = _ASSIGNMENT.match(text)
    return use is not None and start + use.end() <= at and text.count(b"=") == 1
