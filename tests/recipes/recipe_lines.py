"""A second reader of vLLM's recipes, by lines and indentation: it shares no code with the first, nor YAML's rules.

It knows the plain forms alone: ``key: value``, and lists of ``- item``. What it does not find it does not tell.
"""

from __future__ import annotations

import json
from typing import Any


def plain(text: str) -> str:
    """A scalar without quotes, and without a comment behind it."""
    text = text.strip()
    if text[:1] in {'"', "'"}:
        return text[1:].partition(text[0])[0]
    return text.partition(" #")[0].strip()


def values(text: str) -> list[str]:
    """What stands behind a key: nothing, one scalar, or a list on the line."""
    if text.startswith("["):
        try:
            found: list[str] = json.loads(text)
        except ValueError:  # its texts have no quotes
            found = [plain(each) for each in text.strip("[]").split(",") if each.strip()]
        return found
    return [plain(text)] if text else []


def sections(text: str) -> dict[tuple[str, ...], list[str]]:
    """The values below each path of keys; a key without a value has the items of its list."""
    found: dict[tuple[str, ...], list[str]] = {}
    above: list[tuple[int, str]] = []
    block: int | None = None
    for line in text.split("\n"):
        body = line.strip()
        indent = len(line) - len(line.lstrip())
        if not body or body.startswith("#"):
            continue
        if block is not None and indent > block:
            continue  # a text of several lines
        block = None
        if body.startswith("- "):
            keys = tuple(key for depth, key in above if depth <= indent)
            found.setdefault(keys, []).append(plain(body[2:]))
            continue
        key, colon, value = body.partition(":")
        if not colon:
            continue
        above = [(depth, name) for depth, name in above if depth < indent] + [(indent, plain(key))]
        if value.strip()[:1] in {"|", ">"}:
            block = indent
        found[tuple(name for _, name in above)] = values(value.strip())
    return found


def facts(text: str) -> dict[str, Any]:
    """What a recipe says in plain words: the model, the least release, hardware, the ids of its checkpoints, flags."""
    found = sections(text)

    def one(*keys: str) -> str | None:
        return next(iter(found.get(keys, [])), None)

    variants = {
        keys[1]: one("variants", keys[1], "model_id") for keys in found if keys[0] == "variants" and keys[1:]
    }
    hardware = {
        keys[2]: values for keys, values in found.items() if keys[:2] == ("meta", "hardware") and keys[2:]
    }
    return {
        "model": one("model", "model_id"),
        "least": one("model", "min_vllm_version"),
        "verified": [name for name, said in hardware.items() if said == ["verified"]],
        "variants": {name: model or one("model", "model_id") for name, model in variants.items()},
        "args": found.get(("model", "base_args"), []),
    }
