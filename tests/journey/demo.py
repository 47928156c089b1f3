"""`replaybook demo` as a process of its own, and a person at its page."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.replay.stage.browser import find_browser

START_S, STOP_S = 60.0, 20.0
PATIENCE_MS = 30_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Place:
    """Where the demo keeps its data and listens; the same for a start after a restart."""

    data: Path
    page: int
    bot: int

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
        env={**os.environ, "REPLAYBOOK_DATA": str(place.data), "REPLAYBOOK_PORT": str(place.bot)},
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


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path, _ = find_browser(None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Person:
    """Somebody at the workspace's page. Complaints of the page's scripts are kept in `complaints`."""

    page: Page
    complaints: list[str]

    @classmethod
    async def at(cls, browser: Browser, place: Place) -> Person:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
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
