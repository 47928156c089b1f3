"""`replaybook demo` as a process of its own, and a person at its page."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page

from bot.kernel.clock import Clock
from tests.browser import PATIENCE_MS, set_ahead
from tests.free_ports import free_port
from tests.moments import ahead_of

START_S, STOP_S = 240.0, 120.0


@dataclass(frozen=True)
class Place:
    """Where the demo keeps its data and listens, and its time; the same for a start after a restart."""

    data: Path
    page: int
    bot: int
    ahead_s: float

    @classmethod
    def at(cls, folder: Path, clock: Clock) -> Place:
        return cls(folder / "data", free_port(), free_port(), ahead_of(clock))

    @property
    def environment(self) -> dict[str, str]:
        return {
            "REPLAYBOOK_DATA": str(self.data),
            "REPLAYBOOK_PORT": str(self.bot),
            "REPLAYBOOK_CLOCK_AHEAD_S": str(self.ahead_s),
        }

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.page}"


@asynccontextmanager
async def demo(place: Place, *more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Started as `make demo` starts it, with `more` options, and ended with Ctrl-C.

    Raises AssertionError when it doesn't end cleanly.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--no-open",
        "--port",
        str(place.page),
        *more,
        env={**os.environ, **place.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await asyncio.wait_for(_running(process), START_S)
        drain = asyncio.create_task(_drained(process))
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(process.wait(), STOP_S)
    log = await drain
    assert code == 0, log
    assert '"level": "error"' not in log, log


async def _running(process: asyncio.subprocess.Process) -> None:
    assert process.stdout
    said = b""
    while b"is running" not in said:
        line = await process.stdout.readline()
        assert line, f"the demo ended: {said.decode()}"
        said += line


async def _drained(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    return (await process.stdout.read()).decode()


@dataclass
class Person:
    """Somebody at the workspace's page. Complaints of the page's scripts are kept in `complaints`."""

    page: Page
    complaints: list[str]

    @classmethod
    async def at(cls, browser: Browser, place: Place) -> Person:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        await set_ahead(page, place.ahead_s)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(place.address)
        await page.wait_for_selector('#app[data-ready="true"]')
        return cls(page, complaints)

    @property
    def channel(self) -> Locator:
        return self.page.locator("#messages")

    @property
    def thread(self) -> Locator:
        return self.page.locator("#thread-messages")

    async def types(self, text: str, *, where: str = "#composer") -> None:
        await self.page.locator(where).fill(text)
        await self.page.keyboard.press("Escape")  # closes the completion, if it is open
        await self.page.keyboard.press("Enter")

    async def acts_as(self, name: str) -> None:
        await self.page.locator("#personas").get_by_text(name).click()
        await self.page.wait_for_selector('#app[data-ready="true"]')

    async def presses(self, name: str, *, within: Locator) -> None:
        await within.get_by_role("button", name=name, exact=True).last.click()

    async def opens_thread(self) -> None:
        """The thread under the newest message that has one."""
        await self.channel.get_by_text("replies").or_(self.channel.get_by_text("reply")).last.click()
