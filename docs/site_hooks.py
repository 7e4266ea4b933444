"""What MkDocs is told beside ``mkdocs.yml``: pages that lie outside of ``docs/``, and the links to them.

The pages are written for the repository: a link leads from file to file there. On the site the same file may have
another name, or lie elsewhere; so links are turned as a page is read. A link to what the site has not got is left as it
is, and fails the strict build.
"""  # noqa: INP001 -- loaded by its path, no package

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

__all__ = ["OUTSIDE", "on_files", "on_page_content", "on_page_markdown", "turned"]

ROOT = Path(__file__).parents[1]
OUTSIDE = {
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
    "LICENSE": "license.txt",
    "src/archtrack/data/schema.json": "schema.json",
    "src/archtrack/data/history/README.md": "history-data.md",
    "src/archtrack/data/history/schema.json": "history-schema.json",
}
"""A file of the repository -> what it is called on the site. All others of the site lie in ``docs/``."""

_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_CELL = re.compile(r"<td\b.*?</td>", re.DOTALL)
_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(?=(?:#[^)\s]*)?\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take up what lies outside."""
    from mkdocs.structure.files import File  # noqa: PLC0415 -- tests of the links do without MkDocs

    for source, name in OUTSIDE.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn the links of a page."""
    name = page.file.src_uri
    source = next((source for source, called in OUTSIDE.items() if called == name), f"docs/{name}")
    return turned(markdown, source)


def on_page_content(html: str, **_: Any) -> str:
    r"""Show ``\|`` in the code of a cell as GitHub does, which wants it written so and takes the backslash away."""
    return _CELL.sub(lambda cell: cell[0].replace("\\|", "|"), html)


def turned(markdown: str, source: str) -> str:
    """The text of a file of the repository, with links as they have to be on the site."""
    parts, end = [], 0
    for fence in _FENCED.finditer(markdown):
        parts += [_with_links(markdown[end : fence.start()], source), fence[0]]
        end = fence.end()
    return "".join((*parts, _with_links(markdown[end:], source)))


def _with_links(text: str, source: str) -> str:
    folder = posixpath.dirname(source)
    there = posixpath.dirname(_on_site(source) or source)

    def target(match: re.Match[str]) -> str:
        link = match[1]
        found = None if ":" in link else _on_site(posixpath.normpath(posixpath.join(folder, link)))
        return link if found is None else posixpath.relpath(found, there or ".")

    return _LINK.sub(target, text)


def _on_site(path: str) -> str | None:
    """Where a file of the repository is on the site."""
    return OUTSIDE.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
