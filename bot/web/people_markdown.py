"""People's markdown as HTML. No raw HTML, no pictures but our own, links to http, https and mailto only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape

from bot.kernel.base_path import TOP, BasePath
from bot.notebook.markdown_parser import PeopleMarkdown
from bot.web.bare_links import BareLinks

_SAID = frozenset({"text", "text_special", "code_inline"})
_OWN_FILE = re.compile(r"(?:https?://[^/?#]+)?(?:/[\w.~-]+)*?(/files/[0-9a-f]{64}\.(?:gif|png))")
"""Of this house by its name, which is that of what is in it; links to it may have the path of the installation."""


class Prose:
    """Renders markdown. Headings in a text begin below those of the page."""

    def __init__(self, base: BasePath = TOP) -> None:
        self._base = base
        parser = PeopleMarkdown(fragments=True)
        parser.add_render_rule("link_open", _link_open)
        parser.add_render_rule("image", _image)
        parser.add_render_rule("heading_open", _heading)
        parser.add_render_rule("heading_close", _heading)
        parser.add_render_rule("table_open", lambda *_: '<div class="wide" tabindex="0"><table>\n')
        for cell in ("th_open", "td_open"):
            parser.add_render_rule(cell, _aligned)
        parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
        # markdown-it's own rule looks at texts before their escapes are joined, and its time grows with their square.
        parser.core.ruler.push("bare_links", self._link_addresses)
        self._parser, self._links = parser, BareLinks()

    def html(self, markdown: str) -> Markup:
        html = self._parser.render(markdown, {"base": self._base})
        return Markup(html)  # noqa: S704 - the renderer escapes, see the rules above

    def words(self, markdown: str) -> str:
        """What a reader sees of one line of markdown, on one line, without its markup."""
        [line] = self._parser.parseInline(" ".join(markdown.split()))
        return "".join(token.content for token in _flat(line.children or ()) if token.type in _SAID).strip()

    def _link_addresses(self, state: StateCore) -> None:
        """An address that stands in a text as it is leads somewhere, too."""
        for block in state.tokens:
            within, children = 0, list[Token]()
            for token in block.children or ():
                within += token.nesting if token.type in {"link_open", "link_close"} else 0
                children += [token] if within or token.type != "text" else self._linked(token)
            if block.children:
                block.children = children

    def _linked(self, text: Token) -> Iterator[Token]:
        at = 0
        for link in self._links.find(text.content):
            yield replace(text, content=text.content[at : link.start])
            yield Token("link_open", "a", 1, attrs={"href": self._parser.normalizeLink(link.address)})
            yield replace(text, content=link.address)
            yield Token("link_close", "a", -1)
            at = link.end
        yield replace(text, content=text.content[at:])


def _flat(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or ())


def _aligned(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """markdown-it aligns by a style, which the page's own policy refuses: the side becomes a class."""
    style = str(tokens[at].attrs.pop("style", ""))
    if side := style.removeprefix("text-align:"):
        tokens[at].attrSet("class", f"to-{side}")
    return self.renderToken(tokens, at, options, env)


def _link_open(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    address, base = str(tokens[at].attrGet("href") or ""), env["base"]
    tokens[at].attrSet("href", base.at(base.within(address)))
    tokens[at].attrSet("rel", "noopener noreferrer nofollow")
    return self.renderToken(tokens, at, options, env)


def _image(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """One of our files as a picture; any other as its description and a link, so that reading a page tells nobody."""
    token = tokens[at]
    source = str(token.attrGet("src") or "")
    alt = self.renderInlineAsText(token.children, options, env)
    if own := _OWN_FILE.fullmatch(source):
        return f'<img src="{escape(env["base"].at(own[1]))}" alt="{escape(alt)}" loading="lazy">'
    return f'<a href="{escape(source)}" rel="noopener noreferrer nofollow">{escape(alt or source)}</a>'


def _heading(self: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    level = min(int(tokens[at].tag[1]) + 2, 6)
    return f"<h{level}>" if tokens[at].nesting == 1 else f"</h{level}>\n"
