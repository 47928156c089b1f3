"""What is drawn anew while somebody uses it: presses count, and the focus, the caret and what was said stay."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Locator, expect

from standins.slack.seed import GENERAL
from tests.browser import IN_A_BROWSER
from tests.standins.slack.block_cases import actions, asked, button, modal, mrkdwn, plain, section, typed
from tests.standins.slack.holding import PATIENCE_S, heard
from tests.standins.slack.house import INCIDENT, JISOO, MINA
from tests.standins.slack.test_page_sight import scrolled_to_end
from tests.standins.slack.visit import Visit

Json = dict[str, Any]
pytestmark = IN_A_BROWSER


async def press_on(visit: Visit, target: Locator) -> None:
    """The mouse goes down, and up with `visit.page.mouse.up()`."""
    await target.scroll_into_view_if_needed()
    await target.hover()
    await visit.page.mouse.down()


async def updated(visit: Visit, ts: str, *blocks: Json) -> None:
    await visit.house.client.chat_update(channel=INCIDENT, ts=ts, text="Text", blocks=list(blocks))
    await heard(visit)


async def test_a_press_counts_though_the_sidebar_is_drawn_anew_meanwhile(visit: Visit) -> None:
    await press_on(visit, visit.page.locator(f'[data-place="{GENERAL}"]'))
    await visit.house.act("post", user=JISOO.id, channel=GENERAL, text=f"<@{MINA.id}>")
    await heard(visit)
    await visit.page.mouse.up()
    await expect(visit.page.locator("#title")).to_have_text("# general")


async def test_a_press_counts_though_its_message_is_drawn_anew_meanwhile(visit: Visit) -> None:
    pressed = asyncio.Event()

    @visit.house.bolt.action("cancel")
    async def cancel(ack: Any) -> None:
        await ack()
        pressed.set()

    row = actions(button(text=plain("Cancel"), action_id="cancel"), block_id="b")
    ts = await visit.post(section(text=mrkdwn("1 of 9")), row)
    await press_on(visit, visit.row(ts).get_by_role("button", name="Cancel"))
    await updated(visit, ts, section(text=mrkdwn("2 of 9")), row)
    await visit.page.mouse.up()
    await asyncio.wait_for(pressed.wait(), PATIENCE_S)
    await expect(visit.row(ts)).to_contain_text("2 of 9")


async def test_the_focus_stays_on_the_button_of_its_block(visit: Visit) -> None:
    rows = [actions(button(text=plain(name), action_id="same"), block_id=name) for name in ("First", "Second")]
    ts = await visit.post(*rows)
    await visit.row(ts).get_by_role("button", name="Second").focus()
    await updated(visit, ts, section(text=mrkdwn("Something new")), *rows)
    await expect(visit.row(ts)).to_contain_text("Something new")
    await expect(visit.row(ts).get_by_role("button", name="Second")).to_be_focused()


async def test_a_menu_gives_the_focus_back_though_its_message_was_drawn_anew(visit: Visit) -> None:
    ts = await visit.post(section())
    more = visit.row(ts).get_by_role("button", name="More actions")
    await more.focus()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("menu")).to_be_visible()
    await updated(visit, ts, section(text=mrkdwn("Something new")))
    await expect(visit.row(ts)).to_contain_text("Something new")
    await visit.page.keyboard.press("Escape")
    await expect(more).to_be_focused()


async def test_whoever_writes_in_a_modal_goes_on_though_it_is_drawn_anew(visit: Visit) -> None:
    views: list[Json] = []
    fields = [
        asked(typed(action_id=name), block_id=name, label=plain(name), optional=True) for name in ("First", "Second")
    ]

    @visit.house.bolt.action("open")
    async def opened(ack: Any, body: Json, client: Any) -> None:
        await ack()
        sent = await client.views_open(trigger_id=body["trigger_id"], view=modal(*fields))
        views.append(sent["view"])

    ts = await visit.post(actions(button(text=plain("Open"), action_id="open")))
    await visit.row(ts).get_by_role("button", name="Open").click()
    second = visit.page.get_by_label("Second")
    await second.fill("Half a tence")
    for _ in range(len("tence")):
        await visit.page.keyboard.press("ArrowLeft")
    await visit.house.client.views_update(view_id=views[0]["id"], view=modal(section(text=mrkdwn("New")), *fields))
    await expect(visit.page.locator("#modal")).to_contain_text("New")
    await visit.page.keyboard.type("sen")
    await expect(second).to_have_value("Half a sentence")
    await updated(visit, ts, section(text=mrkdwn("Elsewhere")), actions(button(text=plain("Open"), action_id="open")))
    await visit.page.click("#modal-close")
    await expect(visit.row(ts).get_by_role("button", name="Open")).to_be_focused()


async def test_what_a_modal_refuses_is_said_though_it_was_drawn_anew_meanwhile(visit: Visit) -> None:
    field = asked(typed(), block_id="key", label=plain("Ticket"))

    @visit.house.bolt.action("open")
    async def opened(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field, callback_id="ticket"))

    @visit.house.bolt.view("ticket")
    async def ticket(ack: Any, view: Json, client: Any) -> None:
        new = modal(section(text=mrkdwn("New")), field, callback_id="ticket")
        await client.views_update(view_id=view["id"], view=new)
        await expect(visit.page.locator("#modal")).to_contain_text("New")
        await ack(response_action="errors", errors={"key": "Not a key."})

    ts = await visit.post(actions(button(text=plain("Open"), action_id="open")))
    await visit.row(ts).get_by_role("button", name="Open").click()
    await visit.page.get_by_label("Ticket").fill("412")
    await visit.page.click("#modal-submit")
    await expect(visit.page.locator(".field-error")).to_have_text("Not a key.")


async def test_a_modal_that_is_drawn_anew_while_it_is_sent_is_sent_once(visit: Visit) -> None:
    field, came = asked(typed(), block_id="key", label=plain("Ticket")), list[str]()

    @visit.house.bolt.action("open")
    async def opened(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field, callback_id="ticket"))

    @visit.house.bolt.view("ticket")
    async def ticket(ack: Any, view: Json, client: Any) -> None:
        came.append(view["id"])
        if len(came) == 1:
            new = modal(section(text=mrkdwn("New")), field, callback_id="ticket")
            await client.views_update(view_id=view["id"], view=new)
            await expect(visit.page.locator("#modal")).to_contain_text("New")
            await visit.page.locator("#modal form").evaluate("form => form.requestSubmit()")  # as Ctrl+Enter does
        await ack()

    ts = await visit.post(actions(button(text=plain("Open"), action_id="open")))
    await visit.row(ts).get_by_role("button", name="Open").click()
    await visit.page.get_by_label("Ticket").fill("412")
    await visit.page.click("#modal-submit")
    await expect(visit.page.locator("#modal")).to_have_count(0)
    await heard(visit)
    assert len(came) == 1


async def test_a_failure_is_said_though_its_message_was_drawn_anew_meanwhile(visit: Visit) -> None:
    row = actions(button(text=plain("Clip"), action_id="clip"))
    ts = await visit.post(row)

    @visit.house.bolt.action("clip")
    async def clip() -> None:
        await updated(visit, ts, section(text=mrkdwn("Something new")), row)
        await expect(visit.row(ts)).to_contain_text("Something new")
        raise RuntimeError("on purpose")

    await visit.row(ts).get_by_role("button", name="Clip").click()
    await expect(visit.row(ts).locator(".press-failed")).to_contain_text("The app answered with an error.")
    await updated(visit, ts, section(text=mrkdwn("Well again")), row)
    await expect(visit.row(ts)).to_contain_text("Well again")
    await expect(visit.row(ts).locator(".press-failed")).to_be_hidden()


async def test_the_home_tab_keeps_the_focus_when_it_is_published_anew(visit: Visit) -> None:
    row = actions(button(text=plain("Done"), action_id="done"), block_id="b")
    await visit.house.client.views_publish(user_id=MINA.id, view={"type": "home", "blocks": [row]})
    await visit.page.click('[data-place="home"]')
    done = visit.page.get_by_role("button", name="Done")
    await done.focus()
    view = {"type": "home", "blocks": [section(text=mrkdwn("Something new")), row]}
    await visit.house.client.views_publish(user_id=MINA.id, view=view)
    await expect(visit.page.locator("#home")).to_contain_text("Something new")
    await expect(done).to_be_focused()


async def test_a_suggestion_takes_the_place_of_the_word_at_the_caret_alone(visit: Visit) -> None:
    field = visit.page.locator("#composer")
    await field.fill("ask ")
    await field.press_sequentially("@jis")
    await expect(visit.page.get_by_role("option")).to_have_count(1)
    # The caret moves before the page hears of it.
    await field.evaluate("""field => {
      field.setSelectionRange(2, 2);
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Tab", bubbles: true, cancelable: true }));
    }""")
    await expect(field).to_have_value("ask @jis")


async def test_the_end_stays_in_sight_when_the_room_for_it_shrinks(visit: Visit) -> None:
    await scrolled_to_end(visit)
    await visit.page.set_viewport_size({"width": 1280, "height": 400})
    await expect(visit.page.get_by_text("Line 29")).to_be_in_viewport()
