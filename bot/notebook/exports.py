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
SHORT = ExportForm("Short PDF", ".pdf?short=1")
"""Of the timeline what is starred, so there is one where something is."""


def export_links(notebook: Notebook, base_url: str) -> tuple[tuple[str, str], ...]:
    """Returns (title, address) of every form that there is of it."""
    forms = [*EXPORT_FORMS]
    if any(entry.starred for entry in notebook.timeline):
        forms.insert(1, SHORT)
    return tuple((form.title, f"{base_url}{notebook.path}{form.suffix}") for form in forms)
