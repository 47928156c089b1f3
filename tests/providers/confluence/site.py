"""A Confluence site with a bot that publishes there, and what a person does on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.settings import Secret
from bot.notebook.merge import Change, merge
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import Outgoing
from bot.providers.confluence.confluence_exporter import ConfluenceExporter
from bot.providers.confluence.confluence_settings import ConfluenceSettings
from bot.providers.confluence.open_confluence import open_client
from bot.state.redis_records import RedisRecords
from standins.confluence.confluence_server import running_confluence
from standins.confluence.confluence_world import ConfluenceWorld, StoredPage
from tests.web.exporting import everything

BASE = "https://bot.example"
WORDS = NotebookText.load()


@dataclass
class Site:
    world: ConfluenceWorld
    exporter: ConfluenceExporter
    files: HashedFiles
    url: str
    redis: Redis

    @property
    def page(self) -> StoredPage:
        """The one page that is not the home. Fails where there are more, which is what is never to happen."""
        [page] = [page for page in self.world.pages.values() if page.id != self.world.home]
        return page

    @property
    def uploads(self) -> int:
        return sum("child/attachment" in request for request in self.world.requests)

    @property
    def writes(self) -> int:
        return sum(request.startswith(("POST", "PUT")) for request in self.world.requests)

    def outgoing(self, notebook: Notebook) -> Outgoing:
        return Outgoing(notebook, self.files, "", BASE)

    async def notebook(self, language: str = "en") -> Notebook:
        return await everything(self.files, language)


def changed(notebook: Notebook, *changes: Change, **facts: object) -> Notebook:
    return msgspec.structs.replace(merge(notebook, changes, WORDS.for_notebook(notebook)), **facts)


def settings_of(world: ConfluenceWorld, url: str) -> ConfluenceSettings:
    return ConfluenceSettings(url=url, email=world.email, token=Secret(world.token), space=world.space_key)


@asynccontextmanager
async def confluence_site(redis: Redis, folder: Path) -> AsyncIterator[Site]:
    world = ConfluenceWorld()
    async with running_confluence(world) as url, open_client(settings_of(world, url)) as client:
        exporter = ConfluenceExporter(client, redis, RedisRecords(redis), world.space_key)
        yield Site(world, exporter, HashedFiles(FolderStore(folder / "files")), url, redis)
