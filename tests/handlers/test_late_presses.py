"""A press on what has changed or is gone since: whoever pressed is answered, alone, and nobody else has to read it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.state import keys
from tests.handlers.house import House, until
from tests.handlers.monkey import Monkey, pressed, sent
from tests.handlers.test_clips import pressed as carried_by
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]
QUESTION = "frustration signals on buy button this week"
UNDER_AN_ANSWER = (
    "clip.make", "clip.three", "notebook.add", "backlog.ask", "signals.counted", "signals.refine", "watches.set",
    "live.keep",
)  # fmt: skip


async def said_to_all(house: House) -> list[str]:
    seen = await house.messages()
    threads = [it["ts"] for it in seen if it.get("reply_count")]
    seen += [it for ts in threads for it in await house.replies(ts)]
    return [it["text"] for it in seen if not it.get("is_ephemeral")]


@pytest.mark.parametrize("action", UNDER_AN_ANSWER)
async def test_under_an_answer_that_is_no_longer_kept(house: House, action: str) -> None:
    said = await house.ask(QUESTION)
    before = await said_to_all(house)
    await house.redis.delete(keys.record(TEAM, "asked", carried_by(said, "clip.make").id))
    await house.press(said, action)
    assert await house.whispered() == "That question is no longer kept; please ask it again."
    await quiet(house.redis)
    assert await said_to_all(house) == before


async def test_under_an_answer_that_is_being_counted_again(house: House) -> None:
    said = await house.ask(QUESTION)
    records, before = house.services.questions.records, await said_to_all(house)
    asked = await records.get(TEAM, carried_by(said, "clip.make").id)
    await records.change(asked, lambda record: msgspec.structs.replace(record or asked, answer=None))
    await house.press(said, "notebook.add")
    assert await house.whispered() == "There is no answer to add yet."
    await quiet(house.redis)
    assert await said_to_all(house) == before


async def test_on_a_menu_of_which_nothing_is_chosen(house: House) -> None:
    said = await house.ask(QUESTION)
    press = pressed("signals.target", "", said)
    press["actions"] = [{"action_id": "signals.target", "type": "static_select", "selected_option": None}]
    assert await Monkey(house, 0).deliver(**press) == 200
    assert await house.whispered() == "This button is from another version of the bot; please ask again."


FORMS = {
    "signals.refine": {},
    "clip.pick": {},
    "clip.window": {"start": "1"},
    "channel.settings": {"width": "800", "format": "gif", "length": "many"},
    "backlog.on_behalf": {"on_behalf": "yes"},
}
"""What forms lack, or have, that were drawn by another version of the bot."""


@pytest.mark.parametrize("callback", FORMS)
async def test_on_a_form_of_another_version_of_the_bot(house: House, callback: str) -> None:
    carried = carried_by(await house.ask(QUESTION), "clip.make").value()
    entered = {name: {name: {"type": "plain_text_input", "value": text}} for name, text in FORMS[callback].items()}
    form = sent(callback, carried, entered)
    form["view"]["blocks"] = []  # so that the answer doesn't stay in the form, of which Slack would know
    assert await Monkey(house, 0).deliver(**form) == 200

    async def says_so() -> bool:
        channels = (await house.look("state"))["channels"]
        direct = [it["id"] for it in channels if it["is_im"]]
        texts = [it["text"] for id in direct for it in await house.messages(channel=id)]
        return texts == ["This form is from another version of the bot; please open it again."]

    assert await until(says_so)
