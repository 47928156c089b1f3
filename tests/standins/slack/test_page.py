"""The page, in a real browser: what people see, type, press and hear."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image
from playwright.async_api import expect

from bot.replay.encode.mp4 import mp4
from tests.browser import IN_A_BROWSER
from tests.standins.slack.block_cases import actions, asked, bars, button, modal, mrkdwn, plain, section, typed
from tests.standins.slack.house import INCIDENT, JISOO
from tests.standins.slack.visit import Visit

Json = dict[str, Any]
pytestmark = IN_A_BROWSER
EVIL = "<img src=x onerror=alert(1)> <script>alert(2)</script> *<b>bold</b>* <javascript:alert(3)|press> `<i>code</i>`"


async def test_what_people_write_appears_at_once_for_everybody_and_never_as_markup(visit: Visit) -> None:
    await visit.page.get_by_role("textbox", name="Message #inc-142-checkout").fill("*Hello* @Jisoo Han :tada:")
    await visit.page.keyboard.press("Enter")
    row = visit.page.locator("#messages article").last
    await expect(row.locator("strong")).to_have_text("Hello")
    await expect(row.locator(".mention")).to_have_text("@Jisoo Han")
    await expect(row).to_contain_text("🎉")
    await visit.house.act("post", user=JISOO.id, channel=INCIDENT, text=EVIL)
    evil = visit.page.locator("#messages article").last
    await expect(evil).to_contain_text("<script>alert(2)</script>")
    markdown = {"type": "markdown", "text": f"# {EVIL}\n[x](javascript:alert(4))"}
    ts = await visit.post(section(text=mrkdwn(EVIL)), markdown)
    await expect(visit.row(ts).locator(".block-markdown")).to_contain_text("<img src=x onerror=alert(1)>")
    assert await visit.page.locator("#messages :is(img[src=x], script, a[href^=javascript])").count() == 0
    assert visit.troubles == []


async def test_a_video_in_a_thread_has_a_player_with_its_first_frame_and_plays_when_it_is_told_to(visit: Visit) -> None:
    parent = await visit.post(section(text=plain("Parent")))
    page = np.full((32, 64), 0x00FF00, np.uint32)
    film = mp4([(page, 500), (None, 1_000)])[0]
    await visit.house.client.files_upload_v2(
        filename="clip.mp4",
        content=film,
        channel=INCIDENT,
        thread_ts=parent,
        title="The moment",
        initial_comment="Look",
    )
    await visit.row(parent).locator(".replies").click()
    row = visit.page.locator("#thread article").last
    await expect(row).to_contain_text("Look")
    await expect(row.locator("figcaption")).to_contain_text("The moment")
    player = row.locator("video[controls]")
    await expect(player).to_be_visible()
    size = (
        "file => new Promise(done => { const one = new Image(); one.onload = () => done(one.width); one.src = file })"
    )
    assert await visit.page.evaluate(size, await player.get_attribute("poster")) == 64
    assert await player.evaluate("player => player.paused && !player.autoplay && !player.loop")
    assert visit.troubles == []


async def test_the_keyboard_completes_a_command_and_shows_its_usage(visit: Visit) -> None:
    got: list[str] = []

    @visit.house.bolt.command("/replay")
    async def command(ack: Any, command: Json) -> None:
        await ack("Looking…")
        got.append(command["text"])

    await visit.page.focus("#composer")
    await visit.page.keyboard.type("/re")
    await expect(visit.page.get_by_role("option", name="/replay")).to_be_visible()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#composer-place .usage-hint")).to_contain_text("frustration signals on buy button")
    await visit.page.keyboard.press("Tab")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#messages article.ephemeral")).to_contain_text("Only visible to you")
    assert got == ["frustration signals on buy button this week"]


async def test_every_emoji_that_slack_names_is_completed_and_shown(visit: Visit) -> None:
    await visit.page.focus("#composer")
    await visit.page.keyboard.type("Seoul :flag-kr")
    await expect(visit.page.get_by_role("option", name="🇰🇷 :flag-kr:")).to_be_visible()
    await visit.page.keyboard.press("Enter")
    await visit.page.keyboard.type(":octopus: :no_such_emoji:")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#messages article").last).to_contain_text("Seoul 🇰🇷 🐙 :no_such_emoji:")


async def test_arrow_up_edits_the_last_message_and_escape_leaves_it(visit: Visit) -> None:
    await visit.page.locator("#composer").fill("Frist")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#messages article").last).to_contain_text("Frist")
    await visit.page.keyboard.press("ArrowUp")
    await expect(visit.page.locator("#composer")).to_have_value("Frist")
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.locator("#composer")).to_have_value("")
    await visit.page.keyboard.press("ArrowUp")
    await expect(visit.page.locator("#composer")).to_have_value("Frist")
    await visit.page.locator("#composer").fill("First")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#messages article").last).to_contain_text("First(edited)")


async def test_a_button_opens_a_modal_whose_errors_stand_at_their_fields(visit: Visit) -> None:
    house = visit.house

    @house.bolt.action("take")
    async def take(ack: Any, body: Json, client: Any) -> None:
        await ack()
        field = asked(typed(), block_id="key", label=plain("Ticket"))
        await client.views_open(trigger_id=body["trigger_id"], view=modal(field, callback_id="ticket"))

    @house.bolt.view("ticket")
    async def ticket(ack: Any, view: Json) -> None:
        key = view["state"]["values"]["key"]["a"]["value"]
        await (ack() if key.startswith("SHOP-") else ack(response_action="errors", errors={"key": "Not a key."}))

    ts = await visit.post(actions(button(text=plain("In the backlog…"), action_id="take")))
    await visit.act_as(JISOO.id)
    await visit.row(ts).get_by_role("button", name="In the backlog…").click()
    field = visit.page.get_by_label("Ticket")
    await expect(field).to_be_focused()
    await field.fill("412")
    await visit.page.click("#modal-submit")
    await expect(visit.page.locator(".field-error")).to_have_text("Not a key.")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.fill("SHOP-412")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#modal")).to_have_count(0)
    assert visit.troubles == []


async def test_a_bot_that_fails_is_said_under_the_button(visit: Visit) -> None:
    ts = await visit.post(actions(button(text=plain("Clip"))))
    await visit.row(ts).get_by_role("button", name="Clip").click()
    await expect(visit.row(ts).locator(".press-failed")).to_contain_text("The app answered with an error.")


async def test_a_thread_opens_beside_the_channel_and_takes_replies(visit: Visit) -> None:
    ts = await visit.post(section(), text="Number")
    await visit.house.client.chat_postMessage(channel=INCIDENT, thread_ts=ts, text=f"<@{JISOO.id}> is it planned?")
    await visit.row(ts).get_by_role("button", name="1 reply").click()
    await expect(visit.page.get_by_role("textbox", name="Reply…")).to_be_focused()
    await visit.page.keyboard.type("I ask her.")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator("#thread-messages article").last).to_contain_text("I ask her.")
    await expect(visit.row(ts)).to_contain_text("2 replies")
    await expect(visit.page.locator(f'[data-persona="{JISOO.id}"] .count')).to_have_text("1")
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.locator("#thread")).to_be_hidden()


async def test_an_update_changes_the_message_in_place(visit: Visit) -> None:
    ts = await visit.post(section(text=mrkdwn("Looking…")))
    await expect(visit.row(ts)).to_contain_text("Looking…")
    blocks = [section(text=mrkdwn("*3,214* signals")), bars(series=3, points=5)]
    await visit.house.client.chat_update(channel=INCIDENT, ts=ts, text="3,214", blocks=blocks)
    await expect(visit.row(ts).locator("strong")).to_have_text("3,214")
    await expect(visit.row(ts).locator("svg.chart-svg rect.mark")).to_have_count(15)
    hint = await visit.row(ts).locator("svg.chart-svg rect.hover title").first.text_content()
    assert hint == "p0\ns0: 1\ns1: 1\ns2: 1"


async def test_a_clip_is_shown_with_its_words_and_grows_when_pressed(visit: Visit) -> None:
    data = io.BytesIO()
    Image.new("RGB", (80, 50), "red").save(data, "GIF")
    file = (await visit.house.client.files_upload_v2(filename="clip.gif", content=data.getvalue()))["file"]
    image = {"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "Buy is clicked five times"}
    ts = await visit.post(image)
    picture = visit.row(ts).get_by_role("img", name="Buy is clicked five times")
    await expect(picture).to_have_js_property("naturalWidth", 80)
    await picture.click()
    await expect(visit.page.get_by_role("dialog", name="Buy is clicked five times")).to_be_visible()
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.get_by_role("dialog")).to_have_count(0)


async def test_another_channel_shows_that_something_is_new(visit: Visit) -> None:
    await visit.page.click('[data-place="C0GENERAL1"]')
    await expect(visit.page.locator("#title")).to_have_text("# general")
    await visit.house.act("post", user=JISOO.id, channel=INCIDENT, text="@Mina Park look")
    await expect(visit.page.locator(f'[data-place="{INCIDENT}"] .count')).to_have_text("1")
    await visit.page.click(f'[data-place="{INCIDENT}"]')
    await expect(visit.page.locator(".divider-new")).to_be_visible()
    await expect(visit.page.locator(f'[data-place="{INCIDENT}"] .count')).to_have_count(0)


async def test_a_confirmation_is_asked_for_first(visit: Visit) -> None:
    pressed: list[str] = []

    @visit.house.bolt.action("ask")
    async def ask(ack: Any, body: Json) -> None:
        pressed.append(body["actions"][0]["value"])
        await ack()

    confirm = {"title": plain("Sure?"), "text": mrkdwn("*Really*"), "confirm": plain("Yes"), "deny": plain("No")}
    ts = await visit.post(actions(button(text=plain("Ask"), action_id="ask", value="r-1", confirm=confirm)))
    await visit.row(ts).get_by_role("button", name="Ask").click()
    await visit.page.get_by_role("button", name="No", exact=True).click()
    await visit.row(ts).get_by_role("button", name="Ask").click()
    async with visit.page.expect_response("**/_page/press"):  # when the bot has acknowledged it
        await visit.page.get_by_role("button", name="Yes", exact=True).click()
    await expect(visit.page.get_by_role("dialog")).to_have_count(0)
    assert pressed == ["r-1"]


async def test_the_home_tab_shows_what_the_bot_publishes(visit: Visit) -> None:
    @visit.house.bolt.event("app_home_opened")
    async def opened(event: Json, client: Any) -> None:
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("Open requests")}]}
        await client.views_publish(user_id=event["user"], view=view)

    await visit.page.click('[data-place="home"]')
    await expect(visit.page.get_by_role("heading", name="Open requests")).to_be_visible()


async def test_on_a_small_screen_the_sidebar_slides_in(visit: Visit) -> None:
    await visit.page.set_viewport_size({"width": 390, "height": 844})
    await expect(visit.page.locator("#sidebar")).to_be_hidden()
    await visit.page.click("#menu")
    await expect(visit.page.get_by_role("link", name="Sample shop")).to_be_visible()
    await visit.act_as(JISOO.id)
    await expect(visit.page.locator("#composer-as")).to_contain_text("as Jisoo Han")
    width = await visit.page.evaluate("document.documentElement.scrollWidth")
    assert width == 390
