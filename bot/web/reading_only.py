"""Takes out of a page of ours what only works on this server: forms, buttons, relative addresses, stored files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

from bot.kernel.base_path import BasePath
from bot.notebook.export import OUR_FILE
from bot.notebook.export_pictures import EmbeddedPicture

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
PRESSED = frozenset({"form", "button", "input", "textarea", "select", "script"})
TOOLS = frozenset({"editing", "cell-tools", "hint", "for-writers", "download"})
"""Classes of what is there to be pressed, and of what says how to begin or to write."""
STILL = "(prefers-reduced-motion: reduce), print"
_OWN_ADDRESS = re.compile(r'(?<= href=")/(?!/)[^"]*')
_FACTS = '<details class="facts">'


class ReadingOnly(HTMLParser):
    """Feed it a page, then take `text`. `watch` are the words of a link to a clip that stands still here.

    On `paper` nothing moves, and all that can be folded out is.
    """

    def __init__(self, pictures: Mapping[str, EmbeddedPicture], base_url: str, watch: str, *, paper: bool) -> None:
        super().__init__(convert_charrefs=False)
        self._pictures = pictures
        self._base_url = escape(base_url)
        self._base = BasePath.of(self._base_url)
        self._watch = escape(watch)
        self._paper = paper
        self._written: list[str] = []
        self._left_out = 0
        """How many elements are open of the one that is left out, itself included."""

    @property
    def text(self) -> str:
        return "".join(self._written)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if self._left_out or tag in PRESSED or TOOLS & set(given.get("class", "").split()):
            self._left_out += tag not in VOID
        elif tag in {"img", "video"} and (own := OUR_FILE.fullmatch(given.get("src", ""))):
            self._left_out += tag == "video"
            self._written.append(self._embedded(tag, own[1], own[2], given))
        else:
            self._written.append(self._rewritten(self.get_starttag_text() or ""))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if not self._left_out:
            self._written.append(self._rewritten(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        if self._left_out:
            self._left_out -= 1
        else:
            self._written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._kept(data)

    def handle_entityref(self, name: str) -> None:
        self._kept(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._kept(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._kept(f"<!{decl}>")

    def _kept(self, text: str) -> None:
        if not self._left_out:
            self._written.append(text)

    def _rewritten(self, tag: str) -> str:
        if self._paper and tag == _FACTS:
            return '<details class="facts" open>'
        if self._paper and tag.startswith("<figure"):
            # It would be tagged as a picture without a description; the picture in it has one.
            return f'<figure role="group"{tag.removeprefix("<figure")}'
        return _OWN_ADDRESS.sub(lambda own: self._base.absolute(own[0]), tag)

    def _embedded(self, tag: str, name: str, kind: str, given: dict[str, str]) -> str:
        """A picture in place of its address, a video as one or as its still, a link where there is no room."""
        alt, address = escape(given.get("alt") or given.get("aria-label", "")), f"{self._base_url}/files/{name}"
        known = self._pictures.get(name)
        if known is None:
            return f'<a class="left-out" href="{address}">{alt or name}</a>'
        size = "".join(f' {side}="{escape(given[side])}"' for side in ("width", "height") if side in given)
        still = f'<img src="{known.still}"{size} alt="{alt}">'
        if self._paper or not known.moving:
            return still if kind == "png" else f'{still}<a class="watch" href="{address}">{self._watch}</a>'
        if tag == "video":
            poster = f'poster="{known.still}"'
            return f'<video src="{known.moving}" {poster}{size} controls muted playsinline aria-label="{alt}"></video>'
        moving = f'<img src="{known.moving}"{size} alt="{alt}">'
        return f'<picture><source media="{STILL}" srcset="{known.still}">{moving}</picture>'
