"""A clip whose message Slack refused can be asked for again: no press ends at a clip that is nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.house import INCIDENT, House, has
from tests.handlers.test_refused_by_slack import QUESTION, alone, placeholders, sentence, told
from tests.handlers.walking import TEAM, quiet

Json = dict[str, Any]
ALREADY = "asked for already"


async def nobody_was_sent_away(house: House) -> None:
    assert [it["text"] for it in await alone(house) if ALREADY in it["text"]] == []
    assert await placeholders(house) == []


@pytest.mark.parametrize("action", ["clip.make", "clip.three"])
async def test_after_the_bot_was_invited_the_same_press_makes_the_clip(house: House, action: str) -> None:
    """Its progress was refused, and so it was made and shown nowhere."""
    house.asked_for.add("not_in_channel")
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.session.post(f"{house.root}/_test/remove", json={"channel": INCIDENT})
        await house.press(said, action)
        problem = await told(house, "The bot isn’t in this channel")
        await quiet(house.redis)
        await house.press(problem, "channel.join")
        await told(house, "press again what you pressed before")
        await house.press(said, action)
        await house.reply(said["ts"], lambda it: has(it, "notebook.clip"))
        await quiet(house.redis)
    await nobody_was_sent_away(house)


async def test_after_slack_takes_files_again_the_same_press_shows_the_clip(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.fault(kind="error", method="files.getUploadURLExternal", error="storage_limit_reached", times=100)
        await house.press(said, "clip.make")
        refused = await house.reply(said["ts"], lambda it: sentence("storage_limit_reached") in it["text"])
        await house.session.delete(f"{house.root}/_test/faults")
        await quiet(house.redis)
        await house.press(said, "clip.make")
        shown = await house.reply(said["ts"], lambda it: has(it, "clip.window") and "image" in str(it["blocks"]))
        await quiet(house.redis)
        assert shown["ts"] == refused["ts"]
        await nobody_was_sent_away(house)
        await house.press(said, "clip.make")
        await told(house, ALREADY)


@pytest.mark.parametrize("by", ["the bot", "somebody"])
async def test_after_its_message_is_gone_the_same_press_posts_the_clip_anew(house: House, by: str) -> None:
    """No sentence could stand in the place of its progress, which was taken away: by the bot, or before by a person."""
    said = await house.ask(QUESTION)
    await house.press(said, "clip.make")
    progress = await house.reply(said["ts"], lambda it: has(it, "clip.cancel"))
    code = "cant_update_message" if by == "the bot" else "message_not_found"
    if by == "somebody":
        house.asked_for.add(code)
        await house.services.slack.clients.for_team(TEAM).chat_delete(channel=INCIDENT, ts=progress["ts"])
    else:
        await house.fault(kind="error", method="chat.update", error=code, times=100)
    async with house.rendering():
        await told(house, sentence(code))
        await quiet(house.redis)
        await nobody_was_sent_away(house)
        await house.session.delete(f"{house.root}/_test/faults")
        await house.press(said, "clip.make")
        shown = await house.reply(said["ts"], lambda it: has(it, "clip.window"))
        await quiet(house.redis)
    assert shown["ts"] != progress["ts"]
    await nobody_was_sent_away(house)


async def test_a_clip_that_is_refused_time_and_again_leaves_no_progress(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.fault(kind="error", method="files.getUploadURLExternal", error="storage_limit_reached", times=100)
        for _ in range(2):
            await house.press(said, "clip.make")
            await house.reply(said["ts"], lambda it: sentence("storage_limit_reached") in it["text"])
            await quiet(house.redis)
            await nobody_was_sent_away(house)
