"""A notebook as one HTML file that needs nothing else: no network, no script, no other file.

It is drawn by the templates of the notebook's page, of which `ReadingOnly` takes what only works there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from bot.kernel.paths import TEMPLATES
from bot.notebook.export import sections_of
from bot.notebook.export_pictures import EmbeddedPicture
from bot.notebook.notebook import Notebook
from bot.notebook.public_view import public_view
from bot.web.html_pages import HtmlPages
from bot.web.reading_only import ReadingOnly


@dataclass(frozen=True, slots=True)
class ExportedPages:
    """Writes notebooks as HTML files. `style` is the page's own, with what differs in a file."""

    pages: HtmlPages
    style: str

    @classmethod
    def load(cls, pages: HtmlPages) -> ExportedPages:
        names = ("page.css", "export.css")
        return cls(pages, "".join((TEMPLATES / "web" / name).read_text(encoding="utf-8") for name in names))

    def html(
        self, notebook: Notebook, pictures: Mapping[str, EmbeddedPicture], base_url: str, *, paper: bool = False
    ) -> str:
        """The notebook as one HTML text. On `paper` nothing moves, and all that can be folded out is."""
        notebook, locale = public_view(notebook), notebook.locale
        page = self.pages.text(
            "export",
            locale,
            notebook=notebook,
            sections=sections_of(notebook),
            reader="",
            style=Markup(self.style),  # noqa: S704 - ours
            policy=self.policy,
            address=f"{base_url}{notebook.path}",
        )
        reading = ReadingOnly(pictures, base_url, locale.text("Watch the clip"), paper=paper)
        reading.feed(page)
        reading.close()
        return reading.text

    @property
    def policy(self) -> str:
        """Nothing may be fetched or run, and no style applies but ours."""
        digest = base64.b64encode(hashlib.sha256(self.style.encode()).digest()).decode()
        return (
            f"default-src 'none'; img-src data:; media-src data:; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'"
        )
