"""The notebook and ticket pages, served over what a Redis of the tests keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from bot.backlog.ticket import Ticket
from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.clock import system_clock
from bot.kernel.errors import Unavailable
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.providers.local.local_tickets import LocalTracker
from bot.services.postmortems.export_notebook import ExportContext
from bot.state.redis_records import RedisRecords
from bot.web.export_pages import export_routes
from bot.web.exported_page import ExportedPages
from bot.web.head_pages import head_routes
from bot.web.html_pages import HtmlPages
from bot.web.notebook_pages import notebook_routes
from bot.web.ticket_pages import ticket_routes
from tests.notebook.examples import EVERYTHING, NOON, opened

WORDS = NotebookText.load()
PAGES = HtmlPages.load()
BASE = "https://bot.example"
"""Where people reach the bot, whatever address it is served at behind their proxy."""


class NoPrinter:
    """No worker runs."""

    async def pdf(self, html: str, notebook: Notebook) -> bytes:
        raise Unavailable("The PDF isn’t ready.")


@dataclass
class Served:
    """A running server with one notebook in it."""

    client: TestClient
    store: LocalNotebooks
    files: HashedFiles
    tracker: LocalTracker
    moved: list[Ticket]
    notebook: Notebook
    set_heads: list[Notebook] = field(default_factory=list)
    """Whose status or roles people set."""

    async def now(self) -> Notebook:
        return await self.store.get(self.notebook.id)

    async def post(self, path: str, *, headers: dict[str, str] | None = None, **form: str) -> tuple[int, str]:
        return await self.send(path, form, headers)

    async def send(self, path: str, form: Mapping[str, str], headers: dict[str, str] | None = None) -> tuple[int, str]:
        """(status, where the answer leads or what it says)"""
        url = self.notebook.path + path
        async with self.client.post(url, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", "") or await response.text()


def site_of(
    redis: Redis, folder: Path, moved: list[Ticket] | None = None, set_heads: list[Notebook] | None = None
) -> tuple[web.Application, LocalNotebooks, HashedFiles, LocalTracker]:
    """The bot's pages, with what they show; `moved` gets tickets that people move, `set_heads` notebooks."""
    store, files = LocalNotebooks(RedisRecords(redis)), HashedFiles(FolderStore(folder))
    tracker = LocalTracker(RedisRecords(redis), base_url="http://bot.example", now=system_clock)

    async def heard(ticket: Ticket) -> None:
        if moved is not None:
            moved.append(ticket)

    async def told(notebook: Notebook) -> None:
        if set_heads is not None:
            set_heads.append(notebook)

    async def nothing(*_: object) -> None:
        return None

    app = web.Application()
    app.add_routes(PAGES.routes())
    app.add_routes(notebook_routes(store, files, WORDS, PAGES, now=lambda: NOON))
    exports = ExportContext(store, files, WORDS, ExportedPages.load(PAGES), NoPrinter(), {}, BASE)
    app.add_routes(export_routes(exports, PAGES))
    app.add_routes(head_routes(store, PAGES, now=lambda: NOON, changed=told))
    app.add_routes(ticket_routes(tracker, PAGES, heard, nothing))
    return app, store, files, tracker


async def served(redis: Redis, folder: Path) -> Served:
    """The client must be closed by whoever asked for it."""
    moved: list[Ticket] = []
    set_heads: list[Notebook] = []
    app, store, files, tracker = site_of(redis, folder, moved, set_heads)
    client = TestClient(TestServer(app))
    await client.start_server()
    empty = opened(WORDS)
    notebook = await store.create(merge(empty, EVERYTHING, WORDS.for_notebook(empty)))
    return Served(client, store, files, tracker, moved, notebook, set_heads)
