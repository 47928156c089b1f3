"""Takes post-mortems out: as Markdown, ZIP, HTML and PDF, and to the systems where the company reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.kernel.errors import Missing
from bot.notebook.export import shortened, written_markdown, zipped
from bot.notebook.export_pictures import EmbeddedPicture, pictures_of
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import Exporter, Files, NotebookStore, Outgoing, Published


class WritesPages(Protocol):
    """Writes a notebook as one HTML file; on `paper` nothing moves and nothing is folded."""

    def html(
        self, notebook: Notebook, pictures: Mapping[str, EmbeddedPicture], base_url: str, *, paper: bool = False
    ) -> str:
        """The whole file."""


class Prints(Protocol):
    """Prints HTML files as PDF."""

    async def pdf(self, html: str, notebook: Notebook) -> bytes:
        """Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class ExportContext:
    """What exports need. `exporters` are the systems that are set up, by the names of their providers."""

    notebooks: NotebookStore
    files: Files
    text: NotebookText
    pages: WritesPages
    prints: Prints
    exporters: Mapping[str, Exporter]
    public_url: str


async def exported(context: ExportContext, id: str, *, short: bool = False) -> Notebook:
    """The notebook as it leaves the house. Raises Missing."""
    notebook = await context.notebooks.get(id)
    return shortened(notebook, context.text.for_notebook(notebook)) if short else notebook


def as_markdown(context: ExportContext, notebook: Notebook) -> str:
    return written_markdown(notebook, context.text, context.public_url)


def as_zip(context: ExportContext, notebook: Notebook) -> AsyncIterator[bytes]:
    """Yields the archive piece by piece."""
    return zipped(notebook, context.text, context.files, context.public_url)


async def as_html(context: ExportContext, notebook: Notebook, *, paper: bool = False) -> str:
    pictures = await pictures_of(notebook, context.files, moving=not paper)
    return await asyncio.to_thread(context.pages.html, notebook, pictures, context.public_url, paper=paper)


async def as_pdf(context: ExportContext, notebook: Notebook) -> bytes:
    """Raises Unavailable where no worker prints it in time."""
    return await context.prints.pdf(await as_html(context, notebook, paper=True), notebook)


async def publish(context: ExportContext, notebook: Notebook, to: str) -> Published:
    """Makes the notebook's document in another system, or brings it up to date.

    Raises Missing for a system that isn't set up, Conflict, and Upstream as that system's provider does.
    """
    exporter = context.exporters.get(to)
    if exporter is None:
        raise Missing("There is no “%(name)s” to publish to; docs/exports.md says how to set one up.", name=to)
    head = context.text.head(notebook, notebook.locale)
    outgoing = Outgoing(notebook, context.files, as_markdown(context, notebook), context.public_url, head)
    return await (exporter.update if await exporter.link(notebook) else exporter.put)(outgoing)


async def published_links(context: ExportContext, notebook: Notebook) -> dict[str, tuple[str, str]]:
    """The systems that can be published to: name → (what people call it, where the document is or nothing)."""
    return {name: (each.title, await each.link(notebook)) for name, each in context.exporters.items()}
