"""The demo with Datadog behind it, on the page: what was asked and answered is read in Datadog in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.providers.datadog.standin.server import running
from tests.handlers.datadog import CHANGE, V1, shop, written
from tests.journey.demo import Person, Place, chromium, demo, free_port
from tests.journey.test_journey import QUESTION, gets_a_clip, the_owner_confirms


async def test_the_journey_on_datadog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, world = Place(tmp_path / "data", free_port(), free_port()), shop(V1, CHANGE)
    async with running(world) as datadog, chromium() as browser:
        monkeypatch.setenv("DD_API_KEY", world.api_key)
        monkeypatch.setenv("DD_APP_KEY", world.app_key)
        monkeypatch.setenv("REPLAYBOOK_DATADOG_URL", datadog)
        monkeypatch.setenv("REPLAYBOOK_DATADOG_APP_URL", datadog)
        async with demo(place):
            mina = await Person.at(browser, place)
            await mina.types(QUESTION)
            await expect(mina.channel.get_by_role("button", name="Refine")).to_have_count(1)
            await gets_a_clip(mina)
            await mina.presses("Add to post-mortem", within=mina.channel)
            link = mina.thread.locator("a[href*='/notebook/']").last
            await expect(link).to_be_visible()
            address = str(await link.get_attribute("href"))
            ticket = await the_owner_confirms(mina)
            assert mina.complaints == []
            await written(world, ticket)  # the confirmation in Slack comes before the one in the notebook
            await is_in_datadog(await browser.new_page(), address, ticket)
            await mina.page.close()


async def is_in_datadog(page: Page, address: str, ticket: str) -> None:
    await page.goto(address)
    await expect(page.get_by_text("frustration signals").first).to_be_visible()
    picture = page.locator("img[src*='/files/']").first
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 800
    await expect(page.get_by_text("[timeseries]").first).to_be_visible()
    await expect(page.get_by_text(ticket).first).to_be_visible()
