"""What the page does when answers come late: newer events count, and so does what somebody began meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Page, Route, expect

from standins.slack.seed import GENERAL
from tests.browser import IN_A_BROWSER
from tests.standins.slack.block_cases import actions, button, modal, plain, section
from tests.standins.slack.holding import PATIENCE_S, heard, held
from tests.standins.slack.house import INCIDENT, JISOO, MINA
from tests.standins.slack.visit import Visit

Json = dict[str, Any]
pytestmark = IN_A_BROWSER


def composer(page: Page, place: str) -> Any:
    return page.get_by_role("textbox", name=f"Message {place}", exact=True)


async def go_to(visit: Visit, place: str) -> None:
    await visit.page.click(f'[data-place="{place}"]')


async def thread(visit: Visit, text: str) -> str:
    ts = await visit.post(section(), text=text)
    await visit.house.client.chat_postMessage(channel=INCIDENT, thread_ts=ts, text=f"Reply to {text}")
    await expect(visit.row(ts)).to_contain_text("1 reply")
    return ts


async def test_what_is_said_while_a_history_is_on_its_way_is_shown(visit: Visit) -> None:
    gone = await visit.house.act("post", channel=GENERAL, text="Taken back")
    async with held(visit, f"history?user={MINA.id}&channel={GENERAL}") as history:
        await go_to(visit, GENERAL)
        await history.reached()
        await visit.house.act("post", user=JISOO.id, channel=GENERAL, text="Just now")
        await visit.house.act("delete", channel=GENERAL, ts=gone["ts"])
        await heard(visit)
    await expect(visit.page.locator("#messages article").last).to_contain_text("Just now")
    await expect(visit.page.get_by_text("Taken back")).to_have_count(0)
    assert await visit.page.locator("#messages article").count() > 1


async def test_no_channel_shows_what_another_one_had(visit: Visit) -> None:
    await visit.post(section(), text="Of the incident")
    async with held(visit, f"history?user={MINA.id}&channel={GENERAL}") as history:
        await go_to(visit, GENERAL)
        await history.reached()
        await visit.house.act("post", user=JISOO.id, channel=GENERAL, text="Just now")
        await heard(visit)
        await expect(visit.page.locator("#messages article")).to_have_count(0)


async def test_a_reply_that_comes_while_its_thread_opens_is_shown(visit: Visit) -> None:
    ts = await thread(visit, "Number")
    async with held(visit, "/_page/thread") as answer:
        await visit.row(ts).get_by_role("button", name="1 reply").click()
        await answer.reached()
        await visit.house.act("post", user=JISOO.id, channel=INCIDENT, thread_ts=ts, text="Meanwhile")
        await heard(visit)
    await expect(visit.page.locator("#thread-messages article").last).to_contain_text("Meanwhile")


async def test_of_two_threads_the_one_pressed_last_is_open(visit: Visit) -> None:
    first, second = await thread(visit, "First"), await thread(visit, "Second")
    async with held(visit, "/_page/thread") as answer:
        await visit.row(first).get_by_role("button", name="1 reply").click()
        await answer.reached()
        await visit.row(second).get_by_role("button", name="1 reply").click()
        await expect(visit.row(second, "#thread-messages")).to_be_visible()
    await heard(visit)
    await expect(visit.row(second, "#thread-messages")).to_be_visible()
    await expect(visit.row(first, "#thread-messages")).to_have_count(0)


async def test_a_thread_that_opens_late_stays_closed_in_another_channel(visit: Visit) -> None:
    ts = await thread(visit, "Number")
    async with held(visit, "/_page/thread") as answer:
        await visit.row(ts).get_by_role("button", name="1 reply").click()
        await answer.reached()
        await go_to(visit, GENERAL)
        await expect(composer(visit.page, "#general")).to_be_visible()
    await heard(visit)
    await expect(visit.page.locator("#thread")).to_be_hidden()


async def test_a_thread_opens_though_the_channels_change_meanwhile(visit: Visit) -> None:
    ts = await thread(visit, "Number")
    async with held(visit, "/_page/thread") as answer:
        await visit.row(ts).get_by_role("button", name="1 reply").click()
        await answer.reached()
        async with visit.page.expect_response("**/_page/history*"):
            visit.house.workspace.team.feed.publish("channels")
    await expect(visit.row(ts, "#thread-messages")).to_be_visible()


async def test_another_thread_opens_though_the_channels_change_meanwhile(visit: Visit) -> None:
    first, second = await thread(visit, "First"), await thread(visit, "Second")
    await visit.row(first).get_by_role("button", name="1 reply").click()
    await expect(visit.row(first, "#thread-messages")).to_be_visible()
    async with held(visit, "/_page/thread") as answer:
        await visit.row(second).get_by_role("button", name="1 reply").click()
        await answer.reached()
        async with visit.page.expect_response("**/_page/history*"):
            visit.house.workspace.team.feed.publish("channels")
    await expect(visit.row(second, "#thread-messages")).to_be_visible()
    await heard(visit)
    await expect(visit.row(second, "#thread-messages")).to_be_visible()


async def test_whoever_writes_by_the_time_a_thread_opens_goes_on_where_they_write(visit: Visit) -> None:
    ts = await thread(visit, "Number")
    async with held(visit, "/_page/thread") as answer:
        await visit.row(ts).get_by_role("button", name="1 reply").click()
        await answer.reached()
        await visit.page.locator("#composer").focus()
        await visit.page.keyboard.type("Half a ")
    await expect(visit.page.locator("#thread")).to_be_visible()
    await visit.page.keyboard.type("sentence")
    await expect(visit.page.locator("#composer")).to_have_value("Half a sentence")


async def test_what_is_written_goes_to_the_channel_that_the_field_names(visit: Visit) -> None:
    await visit.page.locator("#composer").fill("For the incident")
    async with held(visit, f"history?user={MINA.id}&channel={GENERAL}"):
        await go_to(visit, GENERAL)
        await expect(composer(visit.page, "#general")).to_have_value("")
        await composer(visit.page, "#general").fill("For everybody")
        await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#messages article").last).to_contain_text("For everybody")
    await go_to(visit, INCIDENT)
    await expect(composer(visit.page, "#inc-142-checkout")).to_have_value("For the incident")


async def test_of_two_people_the_one_chosen_last_acts(visit: Visit) -> None:
    async with held(visit, f"state?user={JISOO.id}") as state:
        await visit.page.click(f'[data-persona="{JISOO.id}"]')
        await state.reached()
        await visit.page.click(f'[data-persona="{MINA.id}"]')
    await heard(visit)
    await visit.page.locator("#composer").fill("Who am I?")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#messages article").last).to_have_attribute("data-user", MINA.id)
    await expect(visit.page.locator(f'[data-persona="{MINA.id}"]')).to_have_attribute("aria-checked", "true")


async def test_what_is_counted_while_the_channels_are_read_counts_once(visit: Visit) -> None:
    badge = visit.page.locator(f'[data-place="{GENERAL}"] .count')
    async with held(visit, "/_page/state") as state:
        visit.house.workspace.team.feed.publish("channels")
        await state.reached()
        await visit.house.act("post", user=JISOO.id, channel=GENERAL, text=f"<@{MINA.id}> <@{JISOO.id}>")
        await heard(visit)
        await expect(badge).to_have_text("1")
    await heard(visit)
    await expect(badge).to_have_text("1")
    await expect(visit.page.locator(f'[data-persona="{JISOO.id}"] .count')).to_have_text("1")


async def test_a_modal_that_opens_while_the_state_is_read_stays(visit: Visit) -> None:
    @visit.house.bolt.action("open")
    async def opened(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    ts = await visit.post(actions(button(text=plain("Open"), action_id="open")))
    async with held(visit, "/_page/state") as state:
        visit.house.workspace.team.feed.publish("channels")
        await state.reached()
        await visit.row(ts).get_by_role("button", name="Open").click()
        await expect(visit.page.locator("#modal")).to_be_visible()
    await heard(visit)
    await expect(visit.page.locator("#modal")).to_be_visible()


async def test_options_of_an_earlier_word_come_too_late(visit: Visit) -> None:
    earlier, asked = asyncio.Event(), asyncio.Event()

    @visit.house.bolt.options("ticket")
    async def options(ack: Any, payload: Json) -> None:
        if payload["value"] == "bu":
            asked.set()
            await earlier.wait()
        await ack(options=[{"text": plain(f"For {payload['value']}"), "value": "v"}])

    menu = {"type": "external_select", "action_id": "ticket", "min_query_length": 1, "placeholder": plain("Ticket")}
    ts = await visit.post(actions(menu))
    field = visit.row(ts).get_by_role("combobox")
    await field.press_sequentially("bu")
    await asyncio.wait_for(asked.wait(), PATIENCE_S)
    await field.press_sequentially("y")
    await expect(visit.row(ts).get_by_role("option")).to_have_text(["For buy"])
    async with visit.page.expect_response("**/_page/suggest"):
        earlier.set()
    await heard(visit)
    await expect(visit.row(ts).get_by_role("option")).to_have_text(["For buy"])


async def test_a_list_of_options_stays_closed_once_the_field_was_left(visit: Visit) -> None:
    waiting, asked = asyncio.Event(), asyncio.Event()

    @visit.house.bolt.options("ticket")
    async def options(ack: Any) -> None:
        asked.set()
        await waiting.wait()
        await ack(options=[{"text": plain("SHOP-412"), "value": "v"}])

    menu = {"type": "external_select", "action_id": "ticket", "min_query_length": 1, "placeholder": plain("Ticket")}
    ts = await visit.post(actions(menu))
    await visit.row(ts).get_by_role("combobox").press_sequentially("bu")
    await asyncio.wait_for(asked.wait(), PATIENCE_S)
    await visit.page.locator("#composer").focus()
    async with visit.page.expect_response("**/_page/suggest"):
        waiting.set()
    await heard(visit)
    await expect(visit.row(ts).get_by_role("listbox")).to_be_hidden()


async def test_what_is_refused_after_the_channel_was_left_is_its_draft(visit: Visit) -> None:
    reached, free = asyncio.Event(), asyncio.Event()

    async def refuse(route: Route) -> None:
        reached.set()
        await free.wait()
        await route.fulfill(json={"ok": False, "error": "fatal_error"})

    await visit.page.route("**/_page/post", refuse)
    await visit.page.locator("#composer").fill("For the incident")
    await visit.page.keyboard.press("Enter")
    await asyncio.wait_for(reached.wait(), PATIENCE_S)
    await go_to(visit, GENERAL)
    await expect(composer(visit.page, "#general")).to_have_value("")
    free.set()
    await expect(visit.page.locator(".toast")).to_contain_text("fatal_error")
    await expect(composer(visit.page, "#general")).to_have_value("")
    await go_to(visit, INCIDENT)
    await expect(composer(visit.page, "#inc-142-checkout")).to_have_value("For the incident")


async def test_a_feed_that_a_proxy_answered_for_is_asked_for_again(visit: Visit) -> None:
    async def away(route: Route) -> None:
        await route.fulfill(status=502, body="The proxy can’t reach the server")

    await visit.page.route("**/_page/feed*", away)
    await visit.page.reload()
    await visit.page.wait_for_selector("#app[data-ready=true]")
    await expect(visit.page.locator("#offline")).to_be_visible()
    await visit.page.unroute("**/_page/feed*", away)
    await visit.post(text="Here again")
    await expect(visit.page.get_by_text("Here again")).to_be_visible()
    await heard(visit)
    await expect(visit.page.locator("#offline")).to_be_hidden()
