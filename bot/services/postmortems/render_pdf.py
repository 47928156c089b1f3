"""PDFs of post-mortems: the bot writes the page, a worker prints it, and whoever waits gets it.

The page itself is handed over, by the digest of its text: twenty who press at once wait for one printing, and the PDF
is kept for as long as nothing in it changes, an hour at most.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from dataclasses import dataclass
from typing import ClassVar, Protocol

from bot.kernel.errors import Unavailable
from bot.notebook.notebook import Notebook
from bot.queue.job import CLIPS, QueuedJob
from bot.queue.queue import Queue
from bot.state import keys
from bot.state.expiring_bytes import ExpiringBytes

PAGE_S, PDF_S, FAILURE_S = 600, 3600, 30
"""How long a page waits, a PDF is kept, and a failure is told to those who wait already."""
WAIT_S, LOOK_S = 25.0, 0.1


class RenderPdfJob(QueuedJob, frozen=True, kw_only=True):
    """Print a page that waits in Redis; `digest` is that of its text. `language` is of whoever waits for it."""

    job_name: ClassVar[str] = "render_pdf"
    lane: ClassVar[str] = CLIPS

    team: str
    digest: str
    language: str = "en"

    @property
    def job_id(self) -> str:
        return f"pdf:{self.team}:{self.digest}"


class Browsers(Protocol):
    """What prints in a worker: its pool of browsers."""

    async def pdf(self, html: str) -> bytes:
        """Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class PdfRecords:
    """Pages on their way to a worker, and PDFs on their way back."""

    kept: ExpiringBytes

    async def page(self, job: RenderPdfJob) -> str | None:
        packed = await self.kept.get(keys.print_page(job.team, job.digest))
        return zlib.decompress(packed).decode() if packed else None

    async def keep_page(self, job: RenderPdfJob, html: str) -> None:
        packed = await asyncio.to_thread(zlib.compress, html.encode(), 1)
        await self.kept.put(keys.print_page(job.team, job.digest), packed, seconds=PAGE_S)

    async def result(self, job: RenderPdfJob) -> bytes | None:
        """The PDF, None while there is none. Raises Unavailable with the sentence of a failure."""
        result = await self.kept.get(keys.printed_pdf(job.team, job.digest))
        if result is not None and not result.startswith(b"%PDF"):
            raise Unavailable(result.decode())
        return result

    async def keep_pdf(self, job: RenderPdfJob, pdf: bytes) -> None:
        await self.kept.put(keys.printed_pdf(job.team, job.digest), pdf, seconds=PDF_S)
        await self.kept.forget(keys.print_page(job.team, job.digest))

    async def keep_failure(self, job: RenderPdfJob, sentence: str) -> None:
        await self.kept.put(keys.printed_pdf(job.team, job.digest), sentence.encode(), seconds=FAILURE_S)


async def render_pdf(records: PdfRecords, browsers: Browsers, job: RenderPdfJob) -> None:
    """Raises Unavailable, after which the queue tries again."""
    html = await records.page(job)
    if html is not None:  # else nobody waits any more, or another worker was faster
        await records.keep_pdf(job, await browsers.pdf(html))


@dataclass(frozen=True, slots=True)
class QueuedPrints:
    """Has pages of post-mortems printed by a worker, for processes that start no browser."""

    records: PdfRecords
    queue: Queue
    wait_s: float = WAIT_S

    async def pdf(self, html: str, notebook: Notebook) -> bytes:
        """The page as PDF, printed unless it was already. Raises Unavailable."""
        digest = hashlib.sha256(html.encode()).hexdigest()
        job = RenderPdfJob(team=notebook.team, digest=digest, language=notebook.language)
        if (pdf := await self.records.result(job)) is not None:
            return pdf
        await self.records.keep_page(job, html)
        await self.queue.put(job, priority="high")
        loop = asyncio.get_running_loop()
        until = loop.time() + self.wait_s
        while loop.time() < until:
            if (pdf := await self.records.result(job)) is not None:
                return pdf
            await asyncio.sleep(LOOK_S)
        raise Unavailable(
            "The PDF isn’t ready. A worker prints it (`replaybook worker`, which needs Chromium); if one runs, try "
            "again in a minute. The HTML file can be printed in any browser."
        )
