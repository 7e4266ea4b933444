"""What the ``init`` functions of Go packages register, and which packages a program takes in."""

from __future__ import annotations

from typing import Any

from .go_source import LARGEST, build_tag, functions, go_tokens, imports, literal

__all__ = ["taken_in", "what_is_registered"]

_NAMES = ("Register", "RegisterDraft")


def what_is_registered(data: bytes, package: str) -> dict[str, Any]:
    """The calls of a package's ``Register`` and ``RegisterDraft`` in a file.

    Args:
        data: the file.
        package: how the path of the package ends: ``model/base``.

    Returns:
        ``{"registered": [[name, line, function]], "tag": what its build asks for or null, "unresolved": [[line,
        reason]]}``. Every place where a function of that name is taken from anything is one or the other.
    """
    if b"Register" not in data:
        return {"registered": [], "tag": None, "unresolved": []}
    if len(data) > LARGEST:
        reason = f"a file of {len(data):,} bytes is not read"
        return {"registered": [], "tag": None, "unresolved": [[0, reason]]}
    tokens = go_tokens(data)
    names = {name for name, path, _ in imports(tokens) if path.endswith(f"/{package}")}
    depths = _depths_in_init(tokens)
    registered: list[list[Any]] = []
    unresolved: list[list[Any]] = []
    for at, (kind, text, line) in enumerate(tokens):
        if kind != "word" or text not in _NAMES:
            continue
        receiver = tokens[at - 2][1] if at > 1 and tokens[at - 1][0] == "." else None
        if receiver is None and not ("." in names and _opens(tokens, at + 1)):
            continue  # a name of its own: of a function, a field, a method
        name = literal(tokens[at + 2]) if at + 3 < len(tokens) and _opens(tokens, at + 1) else None
        if receiver not in names:
            unresolved.append([line, f"cannot tell what `{receiver or ''}.{text}` registers"])
        elif name is None or tokens[at + 3][0] != ",":
            unresolved.append([line, f"`{receiver}.{text}` is not called with a name that is written out"])
        elif depths.get(at) != 1:
            unresolved.append([line, f"cannot tell when `{name}` is registered: not plainly in `init`"])
        else:
            registered.append([name, line, text])
    return {"registered": registered, "tag": build_tag(data), "unresolved": unresolved}


def taken_in(data: bytes) -> dict[str, Any]:
    """What a file imports for its ``init`` alone: ``{"packages": {path: line}, "tag"}``."""
    packages = {path: line for name, path, line in imports(go_tokens(data)) if name == "_"}
    return {"packages": packages, "tag": build_tag(data)}


def _opens(tokens: list[tuple[str, str, int]], at: int) -> bool:
    return at < len(tokens) and tokens[at][0] == "("


def _depths_in_init(tokens: list[tuple[str, str, int]]) -> dict[int, int]:
    """Index of a token -> how many braces are open there, of those in the functions ``init``."""
    depths: dict[int, int] = {}
    for function in functions(tokens):
        if function.name != "init" or function.receiver:
            continue
        depth = 0
        for at in range(function.start, min(function.end, len(tokens))):
            depth += (tokens[at][0] == "{") - (tokens[at][0] == "}")
            depths[at] = depth
    return depths
