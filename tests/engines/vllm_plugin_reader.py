"""A second reader of vLLM's plugins: patterns over the text of all their files, and no tree of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_LITERAL = re.compile(r'\bModelRegistry\.register_model\(\s*"(\w+)"')
_CONSTANT = re.compile(r"\bModelRegistry\.register_model\(\s*([A-Z]\w*)\s*,")
_LOOP = re.compile(
    r"for \w+, [^\n]+ in (\w+)\.items\(\):\n(?:[^\n]+\n)?\s*ModelRegistry\.register_model\(\s*[a-z]"
)
_JAX = re.compile(r'_MODEL_REGISTRY\[\s*"(\w+)"\s*\]\s*=[^=]')
_RBLN = re.compile(r"^_RBLN_(?:GENERATION|ENCODER_DECODER|MULTIMODAL|EMBEDDING)_MODELS\b", re.MULTILINE)


def registered(files: Mapping[str, bytes]) -> set[str]:
    """The architectures that the modules of a plugin register, in vLLM or in a table of their own."""
    texts = [_COMMENT.sub("", data.decode("utf-8", "replace")) for data in files.values()]
    found: set[str] = set()
    for text in texts:
        found.update(_LITERAL.findall(text), _JAX.findall(text))
        for name in _CONSTANT.findall(text):
            found.update(re.findall(rf'^{name} = "(\w+)"', text, re.MULTILINE))
        for name in _LOOP.findall(text):
            found.update(_keys(rf"^{name} = \{{", texts))
        for match in _RBLN.finditer(text):
            found.update(_keys(rf"^{match[0]}\b[^\n]*\{{", [text]))
    return found


def _keys(begin: str, texts: Iterable[str]) -> set[str]:
    """The keys of a table, from the line that begins it to the first brace at the margin."""
    return {
        key
        for text in texts
        for match in re.finditer(begin, text, re.MULTILINE)
        for key in re.findall(r'^ {4}"(\w+)":', text[match.end() :].split("\n}")[0], re.MULTILINE)
    }
