"""A notebook as one HTML file that needs nothing else: no network, no script, no other file.

It is drawn by the templates of the notebook's page; then what leads to this server is taken out of it. Pictures stand
in the file itself, as far as there is room, and addresses become whole ones.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from bot.kernel.paths import TEMPLATES
from bot.notebook.export import OUR_FILE, locale_of, sections_of
from bot.notebook.export_pictures import Picture
from bot.notebook.notebook import Notebook
from bot.web.html_pages import HtmlPages

_PICTURE = re.compile(rf'<img src="{OUR_FILE.pattern}"([^>]*)>')
_VIDEO = re.compile(rf'<video src="{OUR_FILE.pattern}"([^>]*)></video>')
_STILL_BUTTON = re.compile(r'<button type="button" class="still"[^>]*>[^<]*</button>')
_POSTER = re.compile(r' poster="[^"]*"')
_SIZE = re.compile(r' (?:width|height)="\d+"')
_LABEL = re.compile(r' aria-label="([^"]*)"')
_ADDRESS = re.compile(r' href="(/(?!/)[^"]*)"')
ON_PAPER = {
    '<details class="facts">': '<details class="facts" open>',
    # A figure would be tagged as a picture without a description; the picture in it has one.
    '<figure class="clip">': '<figure class="clip" role="group">',
    '<figure class="chart">': '<figure class="chart" role="group">',
}
_STILL = "(prefers-reduced-motion: reduce), print"


@dataclass(frozen=True, slots=True)
class ExportedPages:
    """Writes notebooks as HTML files. `style` is the page's own, with what differs in a file."""

    pages: HtmlPages
    style: str

    @classmethod
    def load(cls, pages: HtmlPages) -> ExportedPages:
        names = ("page.css", "export.css")
        return cls(pages, "".join((TEMPLATES / "web" / name).read_text(encoding="utf-8") for name in names))

    def html(self, notebook: Notebook, pictures: Mapping[str, Picture], base_url: str, *, paper: bool = False) -> str:
        """The notebook as one HTML text. On `paper` nothing moves, and all that can be folded out is."""
        locale = locale_of(notebook)
        html = self.pages.text(
            "export",
            locale,
            notebook=notebook,
            sections=sections_of(notebook),
            exported=True,
            style=Markup(self.style),  # noqa: S704 - ours
            policy=self.policy,
            address=f"{base_url}{notebook.path}",
        )
        embedded = _Embedding(pictures, base_url, locale.text("Watch the clip"), paper=paper)
        html = _PICTURE.sub(embedded.picture, _VIDEO.sub(embedded.video, _STILL_BUTTON.sub("", html)))
        html = _ADDRESS.sub(lambda found: f' href="{escape(base_url)}{found[1]}"', html)
        for screen, print_ in ON_PAPER.items() if paper else ():
            html = html.replace(screen, print_)
        return html

    @property
    def policy(self) -> str:
        """Nothing may be fetched or run, and no style applies but ours."""
        digest = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        return (
            f"default-src 'none'; img-src data:; media-src data:; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'"
        )


@dataclass(frozen=True, slots=True)
class _Embedding:
    """Puts pictures into the page in place of their addresses. One that there is no room for becomes a link."""

    pictures: Mapping[str, Picture]
    base_url: str
    watch: str
    paper: bool

    def picture(self, found: re.Match[str]) -> str:
        known, rest = self.pictures.get(found[1]), found[3]
        if known is None or not known.still:
            return self._link(found[1], found[3])
        if self.paper or not known.moving:
            return f'<img src="{known.still}"{rest}>{self._moving(found)}'
        still = f'<source media="{_STILL}" srcset="{known.still}">'
        return f'<picture>{still}<img src="{known.moving}"{rest}></picture>'

    def video(self, found: re.Match[str]) -> str:
        known, rest = self.pictures.get(found[1]), _POSTER.sub("", found[3])
        if known is None or not (known.still or known.moving):
            return self._link(found[1], rest)
        if self.paper or not known.moving:
            label, size = _LABEL.search(rest), "".join(_SIZE.findall(rest))
            return f'<img src="{known.still}"{size} alt="{label[1] if label else ""}">{self._moving(found)}'
        poster = f' poster="{known.still}"' if known.still else ""
        return f'<video src="{known.moving}"{poster}{rest}></video>'

    def _moving(self, found: re.Match[str]) -> str:
        """Where what stands still here can be seen to move."""
        return "" if found[2] == "png" else f'<a class="watch" href="/files/{found[1]}">{escape(self.watch)}</a>'

    def _link(self, name: str, attributes: str) -> str:
        words = re.search(r' (?:alt|aria-label)="([^"]*)"', attributes)
        return f'<a class="left-out" href="/files/{name}">{(words and words[1]) or name}</a>'
