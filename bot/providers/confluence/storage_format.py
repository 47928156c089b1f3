"""Markdown as Confluence's storage format, which is XML: whatever is written in it, what comes out is well-formed.

https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from bot.notebook.export import OUR_FILE
from bot.notebook.markdown_parser import PeopleMarkdown

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for, not even escaped."""


class StorageFormat:
    """Writes markdown for one page. `attached` are the attachments of our stored files, by the files' names."""

    def __init__(self, base_url: str, attached: Mapping[str, str]) -> None:
        self._base_url = base_url
        self._attached = attached
        parser = PeopleMarkdown()
        rules = {"image": self._image, "link_open": self._link_open, "link_close": self._link_close}
        rules |= {"heading_open": _heading, "heading_close": _heading, "th_open": _plain, "td_open": _plain}
        for name, rule in rules.items():
            parser.add_render_rule(name, lambda _, *given, rule=rule: rule(*given))
        self._parser = parser

    def blocks(self, markdown: str) -> str:
        """A text of several paragraphs; its headings begin below those of sections."""
        return str(self._parser.render(clean(markdown))).strip()

    def line(self, markdown: str) -> str:
        """One line, as in a heading."""
        return str(self._parser.renderInline(clean(" ".join(markdown.split()))))

    def _image(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        source = str(tokens[at].attrGet("src") or "")
        alt = attribute(RendererHTML().renderInlineAsText(tokens[at].children, options, env))
        if name := self._attachment(source):
            return f'<ac:image ac:alt="{alt}"><ri:attachment ri:filename="{attribute(name)}" /></ac:image>'
        return f'<a href="{attribute(self._whole(source))}">{alt or attribute(source)}</a>'

    def _link_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        if _around_image(tokens, at):
            return ""
        address = str(tokens[at].attrGet("href") or "")
        if name := self._attachment(address):
            return f'<ac:link><ri:attachment ri:filename="{attribute(name)}" /><ac:link-body>'
        return f'<a href="{attribute(self._whole(address))}">'

    def _link_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        opening = next(i for i in range(at, -1, -1) if tokens[i].type == "link_open")  # links don't nest
        if _around_image(tokens, opening):
            return ""
        attached = self._attachment(str(tokens[opening].attrGet("href") or ""))
        return "</ac:link-body></ac:link>" if attached else "</a>"

    def _attachment(self, address: str) -> str:
        own = OUR_FILE.fullmatch(address.removeprefix(self._base_url))
        return self._attached.get(own[1], "") if own else ""

    def _whole(self, address: str) -> str:
        return f"{self._base_url}{address}" if address.startswith("/") else address


def clean(text: str) -> str:
    """The text without the characters that XML has no place for."""
    return _NO_XML.sub("", text)


def attribute(text: str) -> str:
    """A text as the value of an attribute, or as text."""
    return escape(clean(text), quote=True)


def _around_image(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at + 1].type == "image" and tokens[at + 2].type == "link_close"


def _heading(tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tag = f"h{max(int(tokens[at].tag[1]), 3)}"
    return f"<{tag}>" if tokens[at].nesting == 1 else f"</{tag}>\n"


def _plain(tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Cells without the style that says their side, which Confluence throws away."""
    return f"<{tokens[at].tag}>"
