"""The names that transformers' lazy import takes from a file, read by its own textual rules.

Follows ``fetch__all__`` and ``create_import_structure_from_path`` in ``transformers/utils/import_utils.py``, which look
at lines of text too: what they do not understand is not public, however Python reads it.
"""

from __future__ import annotations

__all__ = ["exported_names"]

_SKIPPED = (" ", "\t", "@", ")")


def exported_names(data: bytes) -> list[str]:
    r"""The names in order, each once.

    Args:
        data: the file's text, with ``\n`` line ends, behind one more newline.
    """
    names: dict[str, None] = {}
    if b"@requires" in data:
        names.update(dict.fromkeys(_required(data.decode("utf-8", "replace"))))
    start = data.rfind(b"\n__all__")
    if start >= 0:
        tail = data[start + 1 :].decode("utf-8", "replace")
        names.update(dict.fromkeys(name for name in _listed(tail.splitlines()) if name.isidentifier()))
    return list(names)


def _listed(lines: list[str]) -> list[str]:
    """What the last line that starts with ``__all__``, and those behind it, list."""
    if lines[0].endswith("]"):
        parts = lines[0].split("=")
        return [item.strip("\"' ") for item in parts[1].strip(" []").split(",")] if len(parts) > 1 else []
    names = []
    for line in lines[1:]:
        if line.strip() == "]":
            break
        names.append(line.strip("\"', "))
    return names


def _required(text: str) -> list[str]:
    """The classes and functions below a line that holds ``@requires``; further decorators may stand between."""
    names = []
    previous = ""
    for line in text.split("\n"):
        if line.startswith(_SKIPPED) and not line.startswith("@requires"):
            continue
        if "@requires" in previous:
            if not line.startswith(("class", "def")):
                continue
            name = line[6 if line.startswith("class") else 4 :].split("(")[0].strip(":")
            if name.isidentifier():
                names.append(name)
        previous = line
    return names
