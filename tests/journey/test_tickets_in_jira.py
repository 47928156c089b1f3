"""The demo with tickets in Jira, on the page: the owner confirms, somebody moves the ticket there, everyone hears."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from bot.kernel.clock import Clock
from tests.browser import IN_A_BROWSER
from tests.journey.demo import Person, Place, demo
from tests.journey.test_journey import QUESTION, adds_to_the_post_mortem, gets_a_clip, the_owner_confirms

pytestmark = IN_A_BROWSER


async def test_a_ticket_in_jira_is_made_moved_by_hand_and_followed(
    browser: Browser, tmp_path: Path, clock: Clock
) -> None:
    place = Place.at(tmp_path, clock)
    async with demo(place, "--tracker", "jira"):
        mina = await Person.at(browser, place)
        await mina.types(QUESTION)
        await gets_a_clip(mina)
        notebook = await adds_to_the_post_mortem(mina)
        key = await the_owner_confirms(mina)
        link = mina.thread.get_by_role("link", name=key).last
        ticket = await browser.new_page()
        await ticket.goto(str(await link.get_attribute("href")))
        await has_what_is_known(ticket)
        await ticket.get_by_role("button", name="Won't do").click()
        await expect(mina.thread.get_by_text("without a fix for").last).to_contain_text("Erik Strøm closed")
        await expect(mina.thread.get_by_role("button", name="It stands")).to_be_visible()
        await ticket.get_by_role("button", name="To Do", exact=True).click()
        await expect(mina.thread.get_by_text("again: the fix for").last).to_contain_text("Erik Strøm opened")
        await ticket.get_by_role("button", name="Done", exact=True).click()
        await expect(mina.thread.get_by_text("done: the fix for").last).to_contain_text("Erik Strøm set")
        await ticket.goto(notebook)
        await expect(ticket.get_by_role("row").filter(has_text=key)).to_contain_text("Done")
        assert mina.complaints == []
        for page in (ticket, mina.page):
            await page.close()


async def has_what_is_known(ticket: Page) -> None:
    """The numbers, the clip, and where to read on; Jira is told some of it a moment after the ticket is there."""
    await expect(ticket.get_by_role("heading", level=1)).to_contain_text("SHOP-1")
    await expect(ticket.get_by_text("TypeError: cart is undefined").first).to_be_visible()
    for _ in range(PATIENCE):
        if await ticket.get_by_role("img").count() and await ticket.get_by_role("link", name="Post-mortem").count():
            break
        await ticket.wait_for_timeout(100)
        await ticket.reload()
    clip = ticket.get_by_role("img").first
    assert await clip.evaluate("image => image.decode().then(() => image.naturalWidth)") in (480, 800)
    await expect(ticket.get_by_role("link", name="Post-mortem").first).to_be_visible()


PATIENCE = 200
