"""The files of Ollama's converter: which architectures a file tells apart, and what its methods write into a GGUF file.

Forms that are known:

- ``switch p.Architectures[0] { case "A", "B": conv = &type{…}`` or ``return &type{…}``; ``default`` refuses;
- ``SupportedArchs := []string{"A"}``, which 0.1.29 to 0.1.31 hold the architectures against;
- in a method ``KV``, ``TextKV`` or ``WriteGGUF``: ``kv["general.architecture"] = "x"``, the same as a row of a literal,
  and ``= name`` where that name is given texts above: ``name := "x"``, then ``name = "y"`` and ``name += "y"``.

A loop that copies keys by their variable is not looked at: those that there are copy keys of another prefix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .go_source import LARGEST, functions, go_tokens, is_at, literal, structs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archtrack.engines._source_tokens import Token

    from .go_source import Function

__all__ = ["converter_source", "number_types"]

_FIELD, _LIST, _KEY = "Architectures", "SupportedArchs", "general.architecture"
_WRITERS = ("KV", "TextKV", "WriteGGUF")
_ASKING = frozenset({"Contains", "HasPrefix", "HasSuffix", "if", "switch"})
_MOST = 8
"""GGUF architectures that one method may write."""


def converter_source(data: bytes) -> dict[str, Any]:
    """What a file of the converter says.

    Args:
        data: the file.

    Returns:
        ``{"cases": [[architecture, line, type or null]], "switches": [line], "listed": [[architecture, line]],
        "writes": {type: {method: written}}, "gives": {type: {method: type}}, "structs": {type: line}, "mxfp4": line or
        0, "unresolved": [[line, reason]]}``. ``written`` is ``{"to": [GGUF architecture, the usual one first], "line",
        "by": null, "unread": line or 0}``; where the method takes over what another one writes, ``by`` is ``[kind,
        name]`` with ``type``, ``own`` or ``method`` for the kind.
    """
    if len(data) > LARGEST:
        return {**_nothing(), "unresolved": [[0, f"a file of {len(data):,} bytes is not read"]]}
    found = _nothing()
    tokens = go_tokens(data)
    _switches(tokens, found)
    _lists(tokens, found)
    found["structs"] = structs(tokens)
    found["mxfp4"] = found["structs"].get("mxfp4", 0)
    for function in functions(tokens):
        if function.name in _WRITERS:
            written = _written(tokens, function)
            found["writes"].setdefault(function.receiver, {})[function.name] = written
        elif function.receiver and function.result:
            found["gives"].setdefault(function.receiver, {})[function.name] = function.result
    return found


def number_types(data: bytes) -> dict[str, int]:
    """Type of numbers -> line: the cases of ``switch st.dtype`` in the reader of safetensors; empty without one."""
    tokens = go_tokens(data)
    starts = [at + 4 for at in range(len(tokens)) if is_at(tokens, at, "switch", "st", ".", "dtype", "{")]
    found: dict[str, int] = {}
    for kind, start, end in _cases(tokens, starts[0]) if len(starts) == 1 else ():
        if kind == "case":
            texts = _texts(tokens, start)
            if texts is None:
                return {}
            found |= dict(texts)
        elif not any(text == "return" for _, text, _ in tokens[start:end]):
            return {}
    return found


def _nothing() -> dict[str, Any]:
    return {
        "cases": [],
        "switches": [],
        "listed": [],
        "writes": {},
        "gives": {},
        "structs": {},
        "mxfp4": 0,
        "unresolved": [],
    }


def _switches(tokens: Sequence[Token], found: dict[str, Any]) -> None:
    """Every place that takes an architecture of the config is a switch of the known form, or tells nothing apart."""
    asking = _asking(tokens)
    for at in range(len(tokens)):
        if not is_at(tokens, at, _FIELD, "["):
            continue
        line = tokens[at][2]
        if is_at(tokens, at - 3, "switch") and is_at(tokens, at + 1, "[", "0", "]", "{"):
            found["switches"].append(line)
            if len(found["switches"]) == 1:  # of a second one the line is enough
                _read_switch(tokens, at + 4, found)
        elif line in asking or is_at(tokens, at - 3, "["):
            found["unresolved"].append([line, "cannot tell which architectures are told apart here"])


def _asking(tokens: Sequence[Token]) -> set[int]:
    """The lines that compare, or look for something."""
    lines = {line for kind, text, line in tokens if kind == "word" and text in _ASKING}
    return lines | {
        tokens[at][2]
        for at in range(len(tokens))
        if is_at(tokens, at, "=", "=") or is_at(tokens, at, "!", "=")
    }


def _read_switch(tokens: Sequence[Token], start: int, found: dict[str, Any]) -> None:
    refuses = False
    for kind, at, end in _cases(tokens, start):
        if kind == "default":
            refuses = any(text == "return" for _, text, _ in tokens[at:end])
            continue
        line = tokens[at - 1][2]
        texts = _texts(tokens, at)
        if texts is None:
            found["unresolved"].append([line, "a case of the architectures is not text that is written out"])
            continue
        type_name = _made(tokens, at, end)
        if type_name is None:
            shown = ", ".join(name for name, _ in texts)
            found["unresolved"].append([line, f"cannot tell what converts {shown}"])
        found["cases"] += [[name, own, type_name] for name, own in texts]
    if not refuses:
        found["unresolved"].append(
            [tokens[start][2], "the switch over the architectures refuses none by `default`"]
        )


def _cases(tokens: Sequence[Token], start: int) -> Iterator[tuple[str, int, int]]:
    """(``case`` or ``default``, index of what comes behind that word, index of the next) of a switch."""
    depth, kind, began = 0, "", 0
    for at in range(start, len(tokens)):
        sign, text, _ = tokens[at]
        depth += (sign in "([{") - (sign in ")]}") if len(sign) == 1 else 0
        ends = depth == 0 or (depth == 1 and sign == "word" and text in {"case", "default"})
        if not ends:
            continue
        if kind:
            yield kind, began, at
        if depth == 0:
            return
        kind, began = text, at + 1


def _texts(tokens: Sequence[Token], at: int) -> list[tuple[str, int]] | None:
    """(text, line) of the texts of a case up to its colon; None where there is anything else."""
    found = []
    while at + 1 < len(tokens):
        text = literal(tokens[at])
        if text is None or tokens[at + 1][0] not in {",", ":"}:
            return None
        found.append((text, tokens[at][2]))
        if tokens[at + 1][0] == ":":
            return found
        at += 2
    return None


def _made(tokens: Sequence[Token], at: int, end: int) -> str | None:
    """The type of the converter that a case makes at once; None where it does something else first."""
    while at < end and tokens[at][0] != ":":
        at += 1
    at += 1
    if is_at(tokens, at, "conv", "=", "&"):
        at += 3
    elif is_at(tokens, at, "return", "&"):
        at += 2
    else:
        return None
    return tokens[at][1] if at + 1 < end and tokens[at][0] == "word" and tokens[at + 1][0] == "{" else None


def _lists(tokens: Sequence[Token], found: dict[str, Any]) -> None:
    """The list of 0.1.29 to 0.1.31."""
    made = [at for at in range(len(tokens)) if is_at(tokens, at, _LIST) and not _asked(tokens, at)]
    for start in made:
        line = tokens[start][2]
        if len(made) > 1 or not is_at(tokens, start + 1, ":", "=", "[", "]", "string", "{"):
            found["unresolved"].append([line, f"{_LIST} is not one list that is written out"])
            return
        at = start + 7
        while at < len(tokens) and tokens[at][0] != "}":
            text = literal(tokens[at])
            if text is None or at + 1 >= len(tokens) or tokens[at + 1][0] not in {",", "}"}:
                found["unresolved"].append(
                    [tokens[at][2], f"a row of {_LIST} is not text that is written out"]
                )
                return
            found["listed"].append([text, tokens[at][2]])
            at += 2 if tokens[at + 1][0] == "," else 1


def _asked(tokens: Sequence[Token], at: int) -> bool:
    """Whether a list is looked through: ``slices.Contains(List, name)``."""
    return is_at(tokens, at - 4, "slices", ".", "Contains", "(") and is_at(tokens, at + 1, ",")


def _written(tokens: Sequence[Token], function: Function) -> dict[str, Any]:
    """The GGUF architectures that a method writes."""
    written: dict[str, Any] = {"to": [], "line": function.line, "by": None, "unread": 0}
    sets = []
    for at in range(function.start, min(function.end, len(tokens))):
        kind, text, line = tokens[at]
        if (kind, text) != ("text", _KEY):
            continue
        if is_at(tokens, at - 1, "[") and is_at(tokens, at + 1, "]", "=") and not is_at(tokens, at + 3, "="):
            sets.append((line, at + 3))
        elif tokens[at - 1][0] in {"{", ","} and is_at(tokens, at + 1, ":"):
            sets.append((line, at + 2))
        elif is_at(tokens, at + 1, "]", "+", "=") or tokens[at - 1][0] not in {"(", "["}:
            written["unread"] = line
    if not sets and not written["unread"]:
        written["by"] = _taken_over(tokens, function)
        if written["by"] is None:
            written["unread"] = function.line
        return written
    for line, value in sets[:1]:
        found = _values(tokens, function, value) if len(sets) == 1 else None
        written["line"], written["to"] = line, found or []
        if found is None:
            written["unread"] = line
    return written


def _values(tokens: Sequence[Token], function: Function, at: int) -> list[str] | None:
    """What the value at a place may be, the usual one first; None where that is not plain."""
    behind = tokens[at + 1] if at + 1 < len(tokens) else (",", ",", 0)
    if behind[0] not in {",", "}"} and behind[2] == tokens[at][2]:
        return None
    text = literal(tokens[at])
    if text is not None:
        return [text]
    if tokens[at][0] != "word":
        return None
    return _of_name(tokens, function, tokens[at][1], at)


def _of_name(tokens: Sequence[Token], function: Function, name: str, until: int) -> list[str] | None:
    """What a name may hold: what it is given first, and what is given or added further in."""
    found: list[str] = []
    depth = 0
    for at in range(function.start, until):
        kind, text, line = tokens[at]
        depth += (kind == "{") - (kind == "}")
        if (kind, text) != ("word", name) or tokens[at - 1][0] == ".":
            continue
        begins, adds = is_at(tokens, at + 1, ":", "="), is_at(tokens, at + 1, "+", "=")
        if not (begins or adds or is_at(tokens, at + 1, "=")) or is_at(tokens, at + 1, "=", "="):
            return None
        value = at + 3 if begins or adds else at + 2
        given = literal(tokens[value]) if value + 1 < len(tokens) else None
        if given is None or tokens[value + 1][2] == line or begins == bool(found) or (begins and depth != 1):
            return None
        if begins:
            found = [given]
        else:
            further = [each + given for each in found] if adds else [given]
            found = further if depth == 1 else list(dict.fromkeys([*found, *further]))
        if len(found) > _MOST:
            return None
    return found or None


def _taken_over(tokens: Sequence[Token], function: Function) -> list[str] | None:
    """``[kind, name]`` of the method whose rows a method begins with: ``kv := p.llamaModel.KV(t)``."""
    at = function.start + 1
    if not is_at(tokens, at + 1, ":", "=") or tokens[at + 4 : at + 5] == []:
        return None
    at += 4  # behind the receiver
    if is_at(tokens, at, ".", "KV", "("):
        return ["own", "KV"]
    name = tokens[at + 1][1] if at + 1 < len(tokens) else ""
    if is_at(tokens, at, ".", name, ".", "KV", "("):
        return ["type", name]
    if is_at(tokens, at, ".", name, "(", ")", ".", "KV", "("):
        return ["method", name]
    return None
