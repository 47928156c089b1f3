"""The export pages, served with a clip that is really there, and browsers that say how often they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis

from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.errors import Unavailable
from bot.notebook.export import archived_files
from bot.notebook.facts import add_clip
from bot.notebook.merge import merge
from bot.notebook.notebook import Notebook
from bot.notebook.ports import Exporter
from bot.providers.local.local_notebooks import LocalNotebooks
from bot.queue.job import CLIPS, Job, JobFailure
from bot.queue.job_worker import Worker
from bot.queue.queue import Queue
from bot.services.postmortems.export_notebook import ExportContext
from bot.services.postmortems.render_pdf import PdfRecords, QueuedPrints, RenderPdfJob, render_pdf
from bot.state.expiring_bytes import ExpiringBytes
from bot.state.redis_records import RedisRecords
from bot.web.export_pages import export_routes
from bot.web.exported_page import ExportedPages
from tests.notebook.examples import CLIP, EVERYTHING, opened
from tests.notebook.pictures import gif
from tests.web.served import BASE, PAGES, WORDS


@dataclass
class CountedBrowsers:
    """Prints something that looks like a PDF, slowly, or fails."""

    pages: list[str] = field(default_factory=list)
    failing: bool = False

    async def pdf(self, html: str) -> bytes:
        self.pages.append(html)
        await asyncio.sleep(0.2)
        if self.failing:
            raise Unavailable("No Chromium was found to play recordings.")
        return b"%PDF-1.7 " + str(len(self.pages)).encode()


@dataclass
class Exporting:
    client: TestClient
    context: ExportContext
    notebook: Notebook
    records: PdfRecords
    queue: Queue
    url: str

    @asynccontextmanager
    async def printing(self, browsers: CountedBrowsers) -> AsyncIterator[None]:
        """A worker that prints, as `bot.app.worker` makes it."""

        async def run(context: PdfRecords, job: RenderPdfJob) -> None:
            await render_pdf(context, browsers, job)

        async def report(failure: JobFailure) -> None:
            assert isinstance(failure.payload, RenderPdfJob)
            await self.records.keep_failure(failure.payload, failure.sentence)

        table = {RenderPdfJob.job_name: Job(run, tries=1)}
        async with Worker(self.url, table, self.records, report=report, lane=CLIPS).working():
            yield


async def everything(files: HashedFiles, language: str = "en") -> Notebook:
    clip = msgspec.structs.replace(CLIP, file=await files.put(gif("red", "blue"), "gif"))
    empty = opened(WORDS, language)
    changes = [add_clip("1700.2", clip) if change is EVERYTHING[2] else change for change in EVERYTHING]
    notebook = merge(empty, changes, WORDS.for_notebook(empty))
    assert archived_files(notebook)
    return notebook


@asynccontextmanager
async def exporting(
    url: str, redis: Redis, folder: Path, exporters: Mapping[str, Exporter] | None = None, wait_s: float = 20.0
) -> AsyncIterator[Exporting]:
    async with AsyncExitStack() as stack:
        queue = await stack.enter_async_context(Queue.opened(url, CLIPS))
        store, files, records = (
            LocalNotebooks(RedisRecords(redis)),
            HashedFiles(FolderStore(folder / "files")),
            PdfRecords(ExpiringBytes(redis)),
        )
        prints, pages = QueuedPrints(records, queue, wait_s), ExportedPages.load(PAGES)
        context = ExportContext(store, files, WORDS, pages, prints, exporters or {}, BASE)
        app = web.Application()
        app.add_routes([*export_routes(context, PAGES), *PAGES.routes()])
        client = await stack.enter_async_context(TestClient(TestServer(app)))
        notebook = await store.create(await everything(files))
        yield Exporting(client, context, notebook, records, queue, url)
