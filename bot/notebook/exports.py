"""The forms in which a notebook can be taken away: one list, from which pages and messages offer them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.notebook.notebook import Notebook


@dataclass(frozen=True, slots=True)
class ExportForm:
    """`title` is a text of the catalogs or a proper name; `suffix` is what stands behind the notebook's path."""

    title: str
    suffix: str


EXPORT_FORMS = (
    ExportForm("PDF", ".pdf"),
    ExportForm("HTML", ".html"),
    ExportForm("ZIP", ".zip"),
    ExportForm("Markdown", ".md"),
)


def export_links(notebook: Notebook, base_url: str) -> tuple[tuple[str, str], ...]:
    """Returns (title, address) of every form."""
    return tuple((form.title, f"{base_url}{notebook.path}{form.suffix}") for form in EXPORT_FORMS)
