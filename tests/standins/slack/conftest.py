"""The workspace and a bot, for each test anew; and a person at its page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from standins.slack import Link
from tests.browser import PATIENCE_MS
from tests.standins.slack.house import MINA, House, living
from tests.standins.slack.visit import Visit


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with living(tmp_path) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def visit(tmp_path: Path, browser: Browser) -> AsyncIterator[Visit]:
    async with living(tmp_path, links=(Link("Sample shop", "http://127.0.0.1:1/shop"),)) as house:
        page = await browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-US")
        page.set_default_timeout(PATIENCE_MS)
        troubles: list[str] = []
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        await page.goto(f"{house.config.root}/?as={MINA.id}")
        await page.wait_for_selector("#app[data-ready=true]")
        yield Visit(house, page, troubles)
        await page.close()
