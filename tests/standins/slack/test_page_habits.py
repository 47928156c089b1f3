"""What the page keeps and what it lets go of: drafts, modals, the keyboard's way out, and the language of an app."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, expect

from tests.browser import IN_A_BROWSER
from tests.standins.slack.block_cases import actions, asked, button, modal, mrkdwn, plain, section, typed
from tests.standins.slack.house import INCIDENT, JISOO, MINA, until
from tests.standins.slack.visit import Visit

Json = dict[str, Any]
pytestmark = IN_A_BROWSER


async def open_modal(visit: Visit) -> None:
    """A button that opens a modal with a field that may stay empty; pressed."""

    @visit.house.bolt.action("open")
    async def opened(ack: Any, body: Json, client: Any) -> None:
        await ack()
        field = asked(typed(), label=plain("Ticket"), optional=True)
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field))

    ts = await visit.post(actions(button(text=plain("Open"), action_id="open")))
    await visit.row(ts).get_by_role("button", name="Open").click()
    await expect(visit.page.locator("#modal")).to_be_visible()


async def thread(visit: Visit) -> str:
    ts = await visit.post(section(), text="Number")
    await visit.house.client.chat_postMessage(channel=INCIDENT, thread_ts=ts, text="First")
    await visit.row(ts).get_by_role("button", name="1 reply").click()
    await expect(visit.page.locator("#thread-composer")).to_be_focused()
    return ts


async def test_escape_leaves_the_composer_before_it_closes_the_thread(visit: Visit) -> None:
    await thread(visit)
    await visit.page.keyboard.type("I was going to say")
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.locator("#thread-composer")).not_to_be_focused()
    await expect(visit.page.locator("#thread")).to_be_visible()
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.locator("#thread")).to_be_hidden()


async def test_escape_in_the_channel_leaves_a_thread_open_while_somebody_writes(visit: Visit) -> None:
    await thread(visit)
    await visit.page.locator("#composer").fill("Half a sentence")
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.locator("#thread")).to_be_visible()
    await expect(visit.page.locator("#composer")).to_have_value("Half a sentence")


async def test_drafts_stay_with_their_thread_when_it_is_closed(visit: Visit) -> None:
    first = await thread(visit)
    await visit.page.keyboard.type("For the first")
    await visit.page.click("#thread-close")
    second = await thread(visit)
    await expect(visit.page.locator("#thread-composer")).to_have_value("")
    await visit.page.keyboard.type("For the second")
    for ts, draft in ((first, "For the first"), (second, "For the second")):
        await visit.row(ts).get_by_role("button", name="1 reply").click()
        await expect(visit.page.locator("#thread-composer")).to_have_value(draft)


async def test_a_message_that_is_being_edited_is_no_draft(visit: Visit) -> None:
    await visit.page.locator("#composer").fill("Sent")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#messages article").last).to_contain_text("Sent")
    await visit.page.keyboard.press("ArrowUp")
    await expect(visit.page.locator("#composer")).to_have_value("Sent")
    await visit.page.click('[data-place="C0GENERAL1"]')
    await visit.page.click(f'[data-place="{INCIDENT}"]')
    await expect(visit.page.locator("#title")).to_contain_text("inc-142")
    await expect(visit.page.locator("#composer")).to_have_value("")


async def test_a_modal_goes_with_the_last_page_of_its_person(visit: Visit, browser: Browser) -> None:
    await open_modal(visit)
    other = await browser.new_page(locale="en-US")
    await other.goto(f"{visit.house.config.root}/?as={MINA.id}")
    await expect(other.locator("#modal")).to_be_visible()  # the first page is still there
    await other.close()
    await visit.page.reload()
    await visit.page.wait_for_selector("#app[data-ready=true]")

    async def gone() -> bool:
        return not (await visit.house.read("state"))["views"]

    await until(gone)
    await expect(visit.page.locator("#modal")).to_have_count(0)


async def test_a_modal_speaks_the_language_of_its_person_and_the_page_that_of_the_browser(visit: Visit) -> None:
    await visit.act_as(JISOO.id)
    assert JISOO.locale == "ko-KR"
    await open_modal(visit)
    await expect(visit.page.locator("#modal .optional")).to_have_text(" (선택 사항)")
    await expect(visit.page.locator("#modal-close")).to_have_attribute("aria-label", "닫기")
    await expect(visit.page.locator("#composer-as")).to_contain_text("as Jisoo Han")


async def test_verbatim_text_makes_no_links_of_its_own(visit: Visit) -> None:
    text = "See https://evil.example/a *https://evil.example/b* <https://good.example|here> :tada: `x`"
    ts = await visit.post(section(text={**mrkdwn(text), "verbatim": True}))
    row = visit.row(ts)
    await expect(row.locator("a")).to_have_text(["here"])
    await expect(row.locator("strong")).to_have_text("https://evil.example/b")
    await expect(row).to_contain_text("🎉")
    loud = await visit.post(section(text=mrkdwn(text)))
    await expect(visit.row(loud).locator("a")).to_have_count(3)
