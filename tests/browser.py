"""One browser for all tests of a process that look at a page; each test has a context of its own.

Such tests run on the session's event loop, as the browser does: `pytestmark = IN_A_BROWSER`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from bot.replay.stage.browser import find_browser

IN_A_BROWSER = pytest.mark.asyncio(loop_scope="session")
PATIENCE_MS = 60_000
"""For what is sure to come, on a busy machine."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path, _ = find_browser(os.environ.get("REPLAYBOOK_BROWSER"))
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as opened:
        yield opened
