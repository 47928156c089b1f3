"""The parser of people's markdown: no raw HTML, and links that lead to http, https, mail or a path of our own."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

_LINK = re.compile(r"https?://|mailto:|/(?!/)", re.IGNORECASE)


class PeopleMarkdown(MarkdownIt):
    """`fragments` allows links within the page. What is rendered is XML as well as HTML."""

    def __init__(self, *, fragments: bool = False) -> None:
        super().__init__("commonmark", {"html": False, "breaks": True, "xhtmlOut": True})
        self._fragments = fragments
        self.enable(["table", "strikethrough"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name that markdown-it calls
        address = url.strip()
        return _LINK.match(address) is not None or (self._fragments and address.startswith("#"))
