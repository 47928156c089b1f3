"""The demo with Datadog behind it, on the page: what was asked and answered is read in Datadog in the end."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from bot.kernel.clock import Clock
from tests.browser import IN_A_BROWSER
from tests.journey.demo import Person, Place, demo
from tests.journey.test_journey import QUESTION, gets_a_clip, the_owner_confirms

RECORDINGS = Path(__file__).parents[1] / "recordings/datadog"
RECORDED = ("sdk-6.33.0-shop-v1", "sdk-7.16.2-shop-paired-rrweb")


pytestmark = IN_A_BROWSER


async def test_the_journey_on_datadog(browser: Browser, tmp_path: Path, clock: Clock) -> None:
    place = Place.at(tmp_path, clock)
    added = [word for name in RECORDED for word in ("--recording", str(RECORDINGS / name))]
    async with demo(place, "--datadog", *added):
        mina = await Person.at(browser, place)
        await mina.types(QUESTION)
        await expect(mina.channel.get_by_text("Open in Datadog")).to_have_count(1)
        await gets_a_clip(mina)
        await mina.presses("Add to post-mortem", within=mina.channel)
        link = mina.thread.locator("a[href*='/notebook/']").last
        await expect(link).to_be_visible()
        address = str(await link.get_attribute("href"))
        ticket = await the_owner_confirms(mina)
        assert mina.complaints == []
        page = await browser.new_page()
        await is_in_datadog(page, address, ticket)
        await page.close()
        await mina.page.close()


async def is_in_datadog(page: Page, address: str, ticket: str) -> None:
    await page.goto(address)
    await expect(page.get_by_text("frustration signals").first).to_be_visible()
    picture = page.locator("img[src*='/files/']").first
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") in (480, 800)
    await expect(page.get_by_text("[timeseries]").first).to_be_visible()
    for _ in range(PATIENCE):  # the confirmation in Slack comes before the one in the notebook
        if await page.get_by_text(ticket).count():
            return
        await page.wait_for_timeout(100)
        await page.reload()
    raise AssertionError(f"{ticket} never came into the notebook")


PATIENCE = 200
