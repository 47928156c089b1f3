"""One browser for all tests of a process that look at a page; each test has a context of its own.

Such tests run on the session's event loop, as the browser does: `pytestmark = IN_A_BROWSER`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.replay.stage.browser import find_browser

IN_A_BROWSER = pytest.mark.asyncio(loop_scope="session")
PATIENCE_MS = 60_000
"""For what is sure to come, on a busy machine."""
AHEAD = """(() => {
  const ahead = %d;
  window.Date = new Proxy(Date, {
    construct: (real, given) => given.length ? new real(...given) : new real(real.now() + ahead),
    apply: (real) => new real(real.now() + ahead).toString(),
    get: (real, name) => name === "now" ? () => real.now() + ahead : real[name],
  });
})()"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path, _ = find_browser(os.environ.get("REPLAYBOOK_BROWSER"))
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)
        yield opened
        await opened.close()


async def set_ahead(page: Page, seconds: float) -> None:
    """The page's clock is so far ahead of the system's from its next address on, as the bot's is."""
    await page.add_init_script(AHEAD % round(seconds * 1000))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as opened:
        yield opened
