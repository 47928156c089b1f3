"""The notebook and ticket pages, served over what a Redis of the tests keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from bot.backlog.tracker import Ticket
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.providers.local.local_notebooks import LocalFiles, LocalNotebooks
from bot.providers.local.local_tickets import LocalTracker
from bot.web.html_pages import HtmlPages
from bot.web.notebook_pages import notebook_routes
from bot.web.ticket_pages import ticket_routes
from tests.notebook.examples import EVERYTHING, opened

WORDS = NotebookText.load()
PAGES = HtmlPages.load()


@dataclass
class Served:
    """A running server with one notebook in it."""

    client: TestClient
    store: LocalNotebooks
    files: LocalFiles
    tracker: LocalTracker
    moved: list[Ticket]
    notebook: Notebook

    async def now(self) -> Notebook:
        return await self.store.get(self.notebook.id)

    async def post(self, path: str, *, headers: dict[str, str] | None = None, **form: str) -> tuple[int, str]:
        url = self.notebook.path + path
        async with self.client.post(url, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", "") or await response.text()


async def served(redis: Redis, folder: Path) -> Served:
    """The client must be closed by whoever asked for it."""
    store, files, tracker = (
        LocalNotebooks(redis),
        LocalFiles(folder),
        LocalTracker(redis, base_url="http://bot.example"),
    )
    moved: list[Ticket] = []

    async def heard(ticket: Ticket) -> None:
        moved.append(ticket)

    async def nothing(*_: object) -> None:
        return None

    app = web.Application()
    app.add_routes(PAGES.routes())
    app.add_routes(notebook_routes(store, files, WORDS, PAGES))
    app.add_routes(ticket_routes(tracker, PAGES, heard, nothing))
    client = TestClient(TestServer(app))
    await client.start_server()
    empty = opened(WORDS)
    notebook = await store.create(merge(empty, EVERYTHING, WORDS.for_notebook(empty)))
    return Served(client, store, files, tracker, moved, notebook)
