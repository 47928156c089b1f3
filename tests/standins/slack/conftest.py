"""The workspace and a bot, for each test anew; and a person at its page."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from standins.slack import Link
from tests.standins.slack.house import MINA, House, living
from tests.standins.slack.visit import Visit


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with living(tmp_path) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(
            executable_path=os.environ.get("REPLAYBOOK_BROWSER") or shutil.which("chromium-headless-shell"),
            chromium_sandbox=os.geteuid() != 0,
        )


@pytest_asyncio.fixture(loop_scope="module")
async def visit(tmp_path: Path, browser: Browser) -> AsyncIterator[Visit]:
    async with living(tmp_path, links=(Link("Sample shop", "http://127.0.0.1:1/shop"),)) as house:
        page = await browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-US")
        page.set_default_timeout(60_000)
        troubles: list[str] = []
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        await page.goto(f"{house.config.root}/?as={MINA.id}")
        await page.wait_for_selector("#app[data-ready=true]")
        yield Visit(house, page, troubles)
        await page.close()
