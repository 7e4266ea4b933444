"""The model and configuration classes of one transformers file, as JSON facts.

Two readers with one result: ``by_outline`` looks only at the lines that matter and refuses (None) whatever it does
not understand, ``by_tree`` parses. ``model_facts`` takes the first and falls back to the second; the tests hold the
two against each other on whole releases.

The facts of a file::

    {"classes": {NAME: {"line", "bases": [...], "attention": [value, line] | null, "config": NAME | null,
                        "checkpoint": [id, line] | null, "gate": line | null}},
     "exports": [...], "aliases": {NAME: NAME}, "imports": {NAME: [level, module, attribute]},
     "checkpoint": [id, line] | null, "patched": [[NAME, line], ...], "unclear": {NAME: line},
     "problem": [reason, line] | null}

``attention`` is the class's own ``_supports_attention_backend`` (null inside the pair: set to something else than a
literal, or under a condition), ``config`` its own ``config_class`` or ``config:`` annotation, ``checkpoint`` what its
``@auto_docstring`` names, ``gate`` the line of an ``is_backend_compatible`` of its own. The file's ``checkpoint`` is
its ``_CHECKPOINT_FOR_DOC``, ``patched`` are classes of other files whose attribute it sets, ``unclear`` exported
names that are bound to what only running the file would tell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from .exports import exported_names
from .model_tree import ATTENTION, GATE, by_tree, imported, new_class
from .modules import parse, unreadable
from .outline import outline

if TYPE_CHECKING:
    from .outline import ClassHeader, Outline

__all__ = ["by_outline", "by_tree", "decorated_checkpoints", "model_facts"]

_BUILTIN_BASES = frozenset(
    {"object", "dict", "list", "tuple", "str", "int", "float", "type", "Exception", "ValueError"}
)
_COMPOUND = (
    b"if ",
    b"if(",
    b"try:",
    b"try ",
    b"with ",
    b"for ",
    b"while ",
    b"match ",
    b"async ",
    b"del ",
    b"exec(",
)
_BRANCHES = (b"elif ", b"else", b"except", b"finally")

_ATTENTION_LINE = re.compile(
    rb"    _supports_attention_backend(?:[ \t]*:[ \t]*bool)?[ \t]*=[ \t]*(True|False)[ \t]*(?:#[^\n]*)?(?=\n|\Z)"
)
_GATE_LINE = re.compile(rb"    def is_backend_compatible\(")
_IDENTIFIER = rb"[\"']?((?!None\b)[^\W\d]\w*)[\"']?"
_END = rb"[ \t]*(?:#[^\n]*)?(?=\n|\Z)"
_CONFIG_LINE = re.compile(
    rb"\n    config(?:_class[ \t]*=[ \t]*((?!None\b)[^\W\d]\w*)|[ \t]*:[ \t]*"
    + _IDENTIFIER
    + rb"(?:[ \t]*=[^\n]*)?)"
    + _END
)
_ASSIGNMENT = re.compile(rb"([^\W\d]\w*)[ \t]*(?::[^=\n]*)?=(?!=)[ \t]*([^\n]*)")
_CHAINED = re.compile(rb"[\w.]+[ \t]*=(?!=)")
_ALIAS = re.compile(rb"(?!(?:True|False|None)\b)([^\W\d]\w*(?:\.[^\W\d]\w*)*)" + _END)
_STRING = re.compile(rb"[\"']([^\"'\\\n]*)[\"']" + _END)
_LITERAL = (b"[", b"{", b'"', b"'", b"True", b"False", b"None", *(b"%d" % digit for digit in range(10)))
_CHECKPOINT = re.compile(rb"\bcheckpoint[ \t]*=(?!=)[ \t]*(?:[\"']([^\"'\\\n]*)[\"'](?=[ \t]*[,)\n]))?")
_FROM = re.compile(rb"from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]*\(?([\w\s,]*)\)?\s*")
_IMPORT = re.compile(rb"import[ \t]+(?:(\w+)|([\w.]+)[ \t]+as[ \t]+(\w+))[ \t]*")
_NAME = re.compile(rb"[^\W\d]\w*")
_WHOLE_NAME = re.compile(rb"(?<![\w.])[^\W\d]\w*(?![\w.])")
_DEFINITION = re.compile(rb"\n(?:def|class|async def)[ \t]")


def model_facts(data: bytes) -> dict[str, Any]:
    """The facts of one file (see the module's docstring); a file that does not parse has a ``problem``."""
    read = outline(data) if unreadable(data) is None else None
    facts = by_outline(read) if read is not None and read.plausible() else None
    return by_tree(data) if facts is None else facts


def by_outline(read: Outline) -> dict[str, Any] | None:
    """The facts read from the lines at column 0 and from class attributes; None if they do not suffice."""
    headers = read.classes()
    if headers is None:
        return None
    classes = {header.name: new_class(header.line, list(header.bases)) for header in headers}
    if len(classes) != len(headers) or not _attributes(read, headers, classes):
        return None
    exports = exported_names(read.data)
    heads = {base.partition(".")[0] for header in headers for base in header.bases}
    found = _assigned(read, classes, exports)
    if found is None:
        return None
    aliases, checkpoint = found
    targets = {target.partition(".")[0] for target in aliases.values()}
    wanted = {*heads, *exports, *targets} - set(classes)
    imports = _imports(read, {*wanted, *classes, *aliases})
    if not imports.keys().isdisjoint({*classes, *aliases}):
        return None
    missing = heads - set(classes) - set(imports) - set(aliases) - _BUILTIN_BASES
    if missing or _mentioned_in_branches(read, {*wanted, *classes, *aliases}):
        return None
    return {
        "classes": classes,
        "exports": exports,
        "aliases": aliases,
        "imports": imports,
        "checkpoint": checkpoint,
        "patched": [],
        "unclear": {},
        "problem": None,
    }


def _assigned(
    read: Outline, classes: dict[str, Any], exports: list[str]
) -> tuple[dict[str, str], list[Any] | None] | None:
    """The aliases and the ``_CHECKPOINT_FOR_DOC`` among the assignments at column 0; None if one needs a parse."""
    aliases: dict[str, str] = {}
    checkpoint: list[Any] | None = None
    for match in read.find(_ASSIGNMENT):
        name, value = match[1].decode(), match[2]
        if name in classes or name in aliases or b";" in value or _CHAINED.match(value):
            return None
        if name == "_CHECKPOINT_FOR_DOC":
            text = _STRING.fullmatch(value)
            if text is None:
                return None
            checkpoint = [text[1].decode("utf-8", "replace"), read.line(match.start())]
        elif alias := _ALIAS.fullmatch(value):
            aliases[name] = alias[1].decode()
        elif name in exports and (b"=" in value or not value.startswith(_LITERAL)):
            return None
    return None if _defined(read, aliases) else (aliases, checkpoint)


def _defined(read: Outline, names: dict[str, str]) -> bool:
    """Whether a function at column 0 has one of the names."""
    return any(read.starting(f"def {name}(".encode(), f"async def {name}(".encode()) for name in names)


def _mentioned_in_branches(read: Outline, names: set[str]) -> bool:
    """Whether a compound statement at column 0 mentions one of the names, or a class statement."""
    for offset in read.starting(*_COMPOUND, *_BRANCHES):
        text = read.block(offset)
        words = set(_WHOLE_NAME.findall(text))
        if b"class" in words or not names.isdisjoint(word.decode() for word in words):
            return True
    return False


def _attributes(read: Outline, headers: tuple[ClassHeader, ...], classes: dict[str, dict[str, Any]]) -> bool:
    """Fill in the attributes; False where one is set in a way that only a parse can tell."""
    by_offset = {header.offset: header.name for header in headers}
    return (
        _attention(read, by_offset, classes)
        and _gates(read, by_offset, classes)
        and _configs(read, by_offset, classes)
        and _named(read, headers, classes)
    )


def _named(read: Outline, headers: tuple[ClassHeader, ...], classes: dict[str, dict[str, Any]]) -> bool:
    found = decorated_checkpoints(read, headers)
    for name, checkpoint in (found or {}).items():
        classes[name]["checkpoint"] = checkpoint
    return found is not None


def _attention(read: Outline, by_offset: dict[int, str], classes: dict[str, dict[str, Any]]) -> bool:
    word = ATTENTION.encode()
    at = read.data.find(word)
    while at >= 0:
        start = read.data.rfind(b"\n", 0, at) + 1
        if read.is_code(at) and b"#" not in read.data[start:at]:
            match = _ATTENTION_LINE.match(read.data, start)
            owner = by_offset.get(read.top_before(start)) if match else None
            if match is None or owner is None or read.continues(start):
                if not _only_read(read.data[start : at + len(word) + 20], word):
                    return False
            else:
                classes[owner]["attention"] = [match[1] == b"True", read.line(at)]
        at = read.data.find(word, at + 1)
    return True


def _gates(read: Outline, by_offset: dict[int, str], classes: dict[str, dict[str, Any]]) -> bool:
    word = GATE.encode()
    at = read.data.find(word)
    while at >= 0:
        start = read.data.rfind(b"\n", 0, at) + 1
        if read.is_code(at) and b"#" not in read.data[start:at]:
            owner = by_offset.get(read.top_before(start)) if _GATE_LINE.match(read.data, start) else None
            if owner is not None:
                classes[owner]["gate"] = read.line(at)
            elif not _only_read(read.data[start : at + len(word) + 20], word):
                return False
        at = read.data.find(word, at + 1)
    return True


def _only_read(line: bytes, word: bytes) -> bool:
    """Whether a line only reads the attribute ``word``: ``cls.word`` and no assignment behind it."""
    before, _, after = line.partition(word)
    rest = after.lstrip()
    return before.endswith(b".") and not (rest.startswith(b"=") and not rest.startswith(b"=="))


def _configs(read: Outline, by_offset: dict[int, str], classes: dict[str, dict[str, Any]]) -> bool:
    prefix = b"\n    config"
    at = read.data.find(prefix)
    while at >= 0:
        match = _CONFIG_LINE.match(read.data, at)
        if match and read.is_code(at + 1):
            owner = by_offset.get(read.top_before(at))
            if owner is not None:
                classes[owner]["config"] = (match[1] or match[2]).decode()
        at = read.data.find(prefix, at + 1)
    return True


def decorated_checkpoints(read: Outline, headers: tuple[ClassHeader, ...]) -> dict[str, list[Any]] | None:
    """Class -> [id, line] that the ``@auto_docstring(checkpoint="…")`` above names; None if only a parse can tell."""
    found: dict[str, list[Any]] = {}
    offsets = [header.offset for header in headers]
    for start in read.starting(b"@auto_docstring("):
        index = bisect_right(offsets, start)
        if index == len(headers):
            break
        text = read.data[start : offsets[index]]
        arguments = [each for each in _CHECKPOINT.finditer(text) if read.is_code(start + each.start())]
        if not arguments or _DEFINITION.search(text):
            continue
        argument = arguments[0]
        before = text[: argument.start()].rstrip()
        if len(arguments) > 1 or argument[1] is None or not before.endswith((b"(", b",")):
            return None
        line = read.line(start + argument.start(1))
        found[headers[index].name] = [argument[1].decode("utf-8", "replace"), line]
    return found


def _imports(read: Outline, names: set[str]) -> dict[str, list[Any]]:
    """Where those of the names that are imported at column 0 come from: name -> [level, module, attribute]."""
    found: dict[str, list[Any]] = {}
    if not names:
        return found
    for _, text in read.imports():
        match = _FROM.fullmatch(text)
        if match is None and (plain := _IMPORT.fullmatch(text)):
            name = (plain[1] or plain[3]).decode()
            if name in names:
                found[name] = [0, (plain[1] or plain[2]).decode(), None]
            continue
        if match is None:
            if not names.isdisjoint(word.decode() for word in _NAME.findall(text)):
                found.update(_imports_by_tree(text, names))
            continue
        for item in match[3].split(b","):
            words = item.split()
            if words and words[-1].decode() in names:
                found[words[-1].decode()] = [len(match[1]), match[2].decode(), words[0].decode()]
    return found


def _imports_by_tree(text: bytes, names: set[str]) -> dict[str, list[Any]]:
    try:
        statements = parse(text).body
    except SyntaxError:
        return {}
    return {name: value for name, value in imported(statements).items() if name in names}
