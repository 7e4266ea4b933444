"""The links of an HTML page, read in one pass."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

__all__ = ["Link", "Links"]


# Others are rare, and decoding some of them takes the square of the page.
_CHARSETS = frozenset(
    {"ascii", "iso-8859-1", "latin-1", "us-ascii", "utf-16", "utf-8", "utf8", "windows-1252"}
)


class Link(NamedTuple):
    """One ``<a href>``.

    Attributes:
        address: where it leads, as it is written.
        text: up to its end, or to the next link.
        attributes: all of them; one without a value has an empty one.
    """

    address: str
    text: str
    attributes: dict[str, str]


class Links(HTMLParser):
    """The links of a page, and what it says of itself.

    Attributes:
        links: in their order.
        base: what addresses are relative to, None where the page does not say.
        protocol: version of the index's protocol, None where the page does not say.
    """

    def __init__(self, page: bytes, charset: str) -> None:
        """Read a page; a charset that few pages have counts as UTF-8. What is cut off at the end does not count.

        Raises:
            ValueError: it is no HTML.
        """
        super().__init__()
        self.links: list[Link] = []
        self.base: str | None = None
        self.protocol: str | None = None
        self._open: dict[str, str] | None = None
        self._text: list[str] = []
        if page.startswith((b"\xff\xfe", b"\xfe\xff")):
            charset = "utf-16"
        text = page.decode(charset if charset in _CHARSETS else "utf-8", "replace")
        try:
            self.feed(text)  # no close(): the parser looks for what never ends again and again then
        except AssertionError as error:  # of older Pythons, for "<![" and what is no section
            raise ValueError("no HTML") from error
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._end()
            self._open = attributes if "href" in attributes else None
        elif tag == "base" and self.base is None:
            self.base = attributes.get("href")
        elif tag == "meta" and attributes.get("name") == "pypi:repository-version" and self.protocol is None:
            self.protocol = attributes.get("content")

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        if tag == "a":
            self._end()

    def handle_data(self, data: str) -> None:
        """Gather the text of a link."""
        if self._open is not None:
            self._text.append(data)

    def _end(self) -> None:
        if self._open is not None:
            self.links.append(Link(self._open["href"], "".join(self._text).strip(), self._open))
        self._open = None
        self._text = []
