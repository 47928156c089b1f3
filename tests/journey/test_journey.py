"""The main job from end to end, as a newcomer walks it: in a browser, on the page, with a restart in the middle."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from playwright.async_api import Browser, Locator, expect

from bot.kernel.clock import Clock
from tests.browser import IN_A_BROWSER, PATIENCE_MS, set_ahead
from tests.journey.demo import Person, Place, demo

QUESTION = "/replay frustration signals on buy button this week"


pytestmark = IN_A_BROWSER


async def test_the_whole_journey(browser: Browser, tmp_path: Path, clock: Clock) -> None:
    place = Place.at(tmp_path, clock)
    async with demo(place):
        mina = await Person.at(browser, place)
        before = await asks(mina)
        await gets_a_clip(mina)
        notebook = await adds_to_the_post_mortem(mina)
        ticket = await the_owner_confirms(mina)
        await shows_in_the_notebook(browser, notebook, ticket)
        assert mina.complaints == []
        await mina.page.close()
    async with demo(place):  # started again: what was made is still there
        mina = await Person.at(browser, place)
        await expect(mina.channel.get_by_role("button", name="Refine").last).to_be_visible()
        await shows_in_the_notebook(browser, notebook, ticket)
        await an_old_button_says_what_happened(mina)
        await buys_in_anger(browser, place)
        after = await asks(mina)
        assert after > before
        await sees_their_own_session(mina)
        assert mina.complaints == []
        await mina.page.close()


async def asks(mina: Person) -> int:
    """The number in the headline of the answer."""
    answers = mina.channel.get_by_role("button", name="Refine")
    count = await answers.count()
    await mina.types(QUESTION)
    await expect(answers).to_have_count(count + 1)
    await expect(mina.channel.get_by_text("TypeError: cart is undefined").last).to_be_visible()
    headline = mina.channel.get_by_text(re.compile(r"[\d,]+ frustration signals on")).last
    found = re.search(r"([\d,]+) frustration signals", await headline.inner_text())
    assert found
    return int(found[1].replace(",", ""))


async def gets_a_clip(mina: Person) -> None:
    await mina.presses("Clip of a typical session", within=mina.channel)
    await expect(mina.channel.get_by_text("1 reply").last).to_be_visible()
    await mina.opens_thread()
    clip = mina.thread.locator("img[src*='replay-'], img[alt*='Buy']").last
    await expect(clip).to_be_visible()
    assert len(await clip.get_attribute("alt") or "") > 20
    assert await clip.evaluate("image => image.complete && image.naturalWidth") in (480, 800)  # a phone's, or a desk's
    assert await kind_of(clip) == "image/gif"
    await expect(mina.thread.get_by_text("0:0").last).to_be_visible()  # the transcript's clock


async def kind_of(image: Locator) -> str:
    return str(await image.evaluate("async image => (await (await fetch(image.src)).blob()).type"))


async def adds_to_the_post_mortem(mina: Person) -> str:
    """The address of the notebook."""
    await mina.presses("Add to post-mortem", within=mina.channel)
    link = mina.thread.locator("a[href*='/notebooks/']").last
    await expect(link).to_be_visible()
    return str(await link.get_attribute("href"))


async def the_owner_confirms(mina: Person) -> str:
    """As the product manager, in her language: the modal makes the ticket. The ticket's key."""
    await mina.presses("Ask the owner whether a fix is in the backlog", within=mina.channel)
    await expect(mina.thread.get_by_text("@Jisoo Han").last).to_be_visible()
    await mina.acts_as("Jisoo Han")
    modal = mina.page.get_by_role("dialog")
    for _ in range(8):  # Slack takes no modal for a press that was answered late: then people press again
        await mina.presses("In the backlog…", within=mina.thread)
        with suppress(AssertionError):
            await expect(modal).to_be_visible(timeout=15_000)
            break
    await expect(modal).to_be_visible()
    await modal.get_by_role("button", name="확인").click()
    await expect(modal).to_be_hidden()
    confirmed = mina.thread.get_by_text(re.compile("confirmed")).last
    await expect(confirmed).to_contain_text("SHOP-1")
    await expect(mina.thread.get_by_role("button", name="In the backlog…")).to_have_count(0)
    await mina.acts_as("Mina Park")
    return "SHOP-1"


async def shows_in_the_notebook(browser: Browser, address: str, ticket: str) -> None:
    page = await browser.new_page()
    await page.goto(address)
    await expect(page.get_by_role("heading", name="Impact")).to_be_visible()
    await expect(page.get_by_text("frustration signals").first).to_be_visible()
    await expect(page.locator("img[src*='/files/']").first).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text=ticket)).to_be_visible()
    await expect(page.locator("#cell-comments, article, section").filter(has_text="Jisoo").first).to_be_visible()
    await page.close()


async def an_old_button_says_what_happened(mina: Person) -> None:
    await mina.presses("Ask the owner whether a fix is in the backlog", within=mina.channel)
    await expect(mina.page.get_by_text(re.compile("SHOP-1")).last).to_be_visible()
    await expect(mina.page.get_by_text("Only visible to you").last).to_be_visible()


async def buys_in_anger(browser: Browser, place: Place) -> None:
    """Five quick clicks with a real mouse on the Buy button of the shop; the recorder sends what it saw."""
    page = await browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(PATIENCE_MS)
    await set_ahead(page, place.ahead_s)
    async with page.expect_response(lambda answer: "/intake/" in answer.url):  # it records
        await page.goto(f"{place.address}/shop?lang=en")
    await page.get_by_text("Fjord Shell").first.click()
    buy = page.get_by_role("button", name="Buy", exact=True)
    await buy.wait_for()
    box = await buy.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 20, box["y"] + 12, steps=8)
    for _ in range(5):
        await page.mouse.down()
        await page.mouse.up()
        await page.wait_for_timeout(120)
    last = "that is all"
    async with page.expect_response(lambda answer: last.encode() in (answer.request.post_data_buffer or b"")):
        await page.evaluate("last => { replaybook.flush(); replaybook.error(last); replaybook.flush(); }", last)
    await page.close(run_before_unload=True)


async def sees_their_own_session(mina: Person) -> None:
    """The newest session in *Pick a session* is the one just made."""
    await mina.presses("Pick a session", within=mina.channel)
    modal = mina.page.get_by_role("dialog")
    newest = modal.get_by_role("radio").first
    await newest.check()
    await modal.get_by_role("button", name="Make the clip").click()
    await expect(modal).to_be_hidden()
    await mina.opens_thread()
    clip = mina.thread.locator("img[src*='replay-'], img[alt*='Buy']").last
    await expect(clip).to_be_visible()
    await expect(mina.thread.get_by_text(re.compile(r"Buy.*5")).last).to_be_visible()
