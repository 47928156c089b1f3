"""The timeline writes itself, and takes what people pin or add from a message's menu, whatever comes late or twice."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time
from typing import Any

import aiohttp
from PIL import Image

from bot.kernel.locale import Locale
from bot.notebook.edits import hide_entry
from bot.notebook.notebook_text import NotebookText
from bot.notebook.ports import change
from bot.state import keys
from tests.handlers.house import INCIDENT, JISOO, MINA, SECRET, House, has, until
from tests.handlers.test_notebooks import QUESTION, TEAM, added, messages_in, notebook, says
from tests.handlers.walking import quiet

Json = dict[str, Any]
WORDS = NotebookText.load()


async def test_the_timeline_tells_by_itself_what_was_asked_shown_and_answered(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.press(said, "clip.make")
        await house.reply(said["ts"], lambda it: has(it, "clip.window"))
    await added(house, said)
    await house.press(said, "backlog.ask")
    request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id)
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    await quiet(house.redis)
    kept = await notebook(house)
    told = [entry.what for entry in kept.timeline if entry.what and not entry.key.startswith("time/")]
    assert told == ["declared", "question", "clip", "owner_asked", "answered"]
    asked = next(entry for entry in kept.timeline if entry.what == "question")
    assert (asked.who, asked.named["question"], f"{asked.when.timestamp():.6f}") == ("Mina Park", QUESTION, said["ts"])
    text = WORDS.to_markdown(kept, Locale.of("en"))
    for words in ("The channel #inc-142-checkout was opened", f"Asked: “{QUESTION}”", "A clip was shown: ",
                  "Jisoo Han was asked whether a fix for “Buy button” is in the backlog",
                  "In the backlog: SHOP-1"):  # fmt: skip
        assert words in text


async def test_a_question_after_the_notebook_was_opened_stands_in_its_timeline_unasked(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    await house.ask("dead clicks on checkout this week")
    await quiet(house.redis)
    asked = [entry.named["question"] for entry in (await notebook(house)).timeline if entry.what == "question"]
    assert asked == [QUESTION, "dead clicks on checkout this week"]


async def shortcut(house: House, ts: str, user: str = MINA.id) -> None:
    known = next(it for it in (await house.look("state"))["shortcuts"] if it["name"] == "Add to post-mortem")
    assert known["name"] == "Add to post-mortem"
    answer = await house.human("shortcut", user=user, channel=INCIDENT, ts=ts, callback_id=known["callback_id"])
    assert answer["ok"]


async def test_a_message_is_added_from_its_menu_and_opens_the_notebook(house: House) -> None:
    parent = await house.say("Rolled back 2.32.0")
    reply = await house.say("*Confirmed* by support", thread_ts=parent["ts"], user=JISOO.id)
    await shortcut(house, reply["ts"])
    text = "This message is in the post-mortem’s timeline now."
    await house.reply(parent["ts"], lambda it: bool(it.get("is_ephemeral")) and it["text"] == text)
    kept = await notebook(house)
    entry = messages_in(kept)[-1]
    assert (entry.markdown, entry.who, f"{entry.when.timestamp():.6f}") == (
        "**Confirmed** by support", "Jisoo Han", reply["ts"],
    )  # fmt: skip
    assert kept.language == "en"
    await shortcut(house, reply["ts"])
    again = "This message is in the post-mortem’s timeline already; it was brought up to date."
    await house.reply(parent["ts"], lambda it: bool(it.get("is_ephemeral")) and it["text"] == again)


async def test_a_hidden_message_comes_back_when_somebody_adds_it_again(house: House) -> None:
    message = await house.say("Rolled back 2.32.0")
    await shortcut(house, message["ts"])
    await until(lambda: says(house, "Rolled back"))
    kept, store = await notebook(house), house.services.postmortems.notebooks
    write = WORDS.for_notebook(kept)
    await change(store, kept.id, lambda it: hide_entry(it, message["ts"], hidden=True, write=write))
    await house.human("edit", channel=INCIDENT, ts=message["ts"], text="Rolled back 2.32.0 at 14:02")
    await quiet(house.redis)
    assert not await says(house, "Rolled back")
    await shortcut(house, message["ts"])
    await until(lambda: says(house, "Rolled back 2.32.0 at 14:02"))


async def test_a_pin_that_is_delivered_after_its_removal_stays_off(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    message = await house.say("Wrong channel")
    await house.human("pin", channel=INCIDENT, ts=message["ts"])
    await until(lambda: says(house, "Wrong channel"))
    await house.human("pin", channel=INCIDENT, ts=message["ts"])
    await quiet(house.redis)
    deliveries = [it for it in await house.journal(way="delivery", name="pin_added") if it["body"]["event"]["item"]]
    for delivery in deliveries:
        await deliver(house, delivery["body"])
    await quiet(house.redis)
    assert not await says(house, "Wrong channel")


async def test_what_was_deleted_does_not_come_back_with_a_late_pin(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    house.asked_for.add("thread_not_found")  # how Slack says that a message is gone
    message = await house.say("A secret")
    await house.human("pin", channel=INCIDENT, ts=message["ts"])
    await until(lambda: says(house, "A secret"))
    await house.human("delete", channel=INCIDENT, ts=message["ts"])
    await quiet(house.redis)
    for delivery in await house.journal(way="delivery", name="pin_added"):
        await deliver(house, delivery["body"])
    await quiet(house.redis)
    assert b"A secret" not in b"".join(
        [await house.redis.hget(name, "data") or b"" async for name in house.redis.scan_iter("*record*notebook*")]
    )


async def test_a_delivery_that_no_handler_wants_is_not_kept(house: House) -> None:
    await quiet(house.redis)
    for kind in ("reaction_added", "team_join"):
        event = {"type": kind, "user": MINA.id, "event_ts": "1.1"}
        body = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event": event, "event_id": f"Ev{kind}"}
        await deliver(house, body, status=404)
    assert await house.redis.zcard(keys.INBOX_ALIVE) == 0
    assert [name async for name in house.redis.scan_iter("*inbox*")] == []


async def deliver(house: House, body: Json, status: int = 200) -> None:
    """The same delivery again, signed as Slack signs it, without any header that says so."""
    text = json.dumps(body)
    at = str(int(time.time()))  # whoever checks it has the system's clock
    signed = hmac.new(SECRET.encode(), f"v0:{at}:{text}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={signed}", "Content-Type": "application/json"}
    url = f"{house.services.postmortems.public_url}/slack/events"
    async with house.session.post(url, data=text, headers=headers) as answer:
        assert answer.status == status


async def test_pictures_of_a_pinned_message_are_kept_and_what_only_looks_like_one_is_not(house: House) -> None:
    await added(house, await house.ask(QUESTION))
    shot, fake = io.BytesIO(), b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    Image.new("RGB", (2000, 1000), "#2f7d6b").save(shot, "JPEG")
    for name, data in (("shot.jpg", shot.getvalue()), ("fake.png", fake)):
        form = aiohttp.FormData({"user": MINA.id, "channel": INCIDENT, "text": f"See {name}"})
        form.add_field("file", data, filename=name)
        async with house.session.post(f"{house.root}/_page/upload", data=form) as answer:
            ts = (await answer.json())["ts"]
        await house.human("pin", channel=INCIDENT, ts=ts)
    await until(lambda: says(house, "See fake.png"))
    await quiet(house.redis)
    entries = {entry.text: entry for entry in (await notebook(house)).timeline}
    assert entries["See fake.png"].pictures == ()
    [picture] = entries["See shot.jpg"].shown_pictures
    assert (picture.width, picture.height, picture.alt) == (1600, 800, "shot.jpg")
    base = house.services.postmortems.public_url
    async with house.session.get(f"{base}/files/{picture.file}") as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert Image.open(io.BytesIO(await answer.read())).size == (1600, 800)
    async with house.session.get(f"{base}{(await notebook(house)).path}.md") as answer:
        assert f"![shot.jpg]({base}/files/{picture.file})" in await answer.text()
