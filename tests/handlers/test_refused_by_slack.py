"""Whatever Slack refuses for good ends in a sentence to whoever waits, and no placeholder stays."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.refusals import SENTENCES, in_words
from bot.slack.web_api import SlackRefused
from standins.slack.seed import BOT, GENERAL
from tests.handlers.house import INCIDENT, MINA, House, has, until
from tests.handlers.walking import quiet

Json = dict[str, Any]
QUESTION = "frustration signals on buy button this week"
POSTING = (
    "not_in_channel", "channel_not_found", "is_archived", "restricted_action", "missing_scope", "token_revoked",
    "account_inactive", "invalid_auth", "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "no_text",
    "thread_not_found", "team_access_not_granted", "some_code_of_next_year",
)  # fmt: skip
UPDATING = (
    "cant_update_message", "edit_window_closed", "message_not_found", "msg_too_long", "msg_blocks_too_long",
    "missing_scope", "token_revoked", "is_archived",
)  # fmt: skip
UPLOADING = ("storage_limit_reached", "file_uploads_disabled", "missing_scope", "file_upload_size_restricted")


def sentence(code: str) -> str:
    return in_words(SlackRefused("chat.postMessage", code)).sentence


async def alone(house: House, *, user: str = MINA.id, channel: str = INCIDENT) -> list[Json]:
    """What only this person sees in the channel and its threads, and what the bot wrote to them directly."""
    seen = await house.messages(user=user, channel=channel)
    threads = [it["ts"] for it in seen if it.get("reply_count")]
    seen += [it for ts in threads for it in await house.replies(ts, user=user)]
    direct = [it["id"] for it in (await house.look("state", user=user))["channels"] if it["id"].startswith("D")]
    mine = [it for id in direct for it in await house.messages(user=user, channel=id) if it["user"] == BOT.id]
    return [it for it in seen if it.get("is_ephemeral")] + mine


async def told(house: House, text: str, **where: Any) -> Json:
    async def found() -> Json | None:
        return next((it for it in await alone(house, **where) if text in it["text"]), None)

    return await until(found)


async def told_in_all(house: House, n: int) -> list[Json]:
    """What was said to the person alone, as soon as there are so many messages; the newest comes last."""

    async def found() -> list[Json]:
        heard = sorted(await alone(house), key=lambda it: float(it["ts"]))
        return heard if len(heard) >= n else []

    return await until(found)


async def refusing_posts(house: House, code: str) -> None:
    """Until the faults are cleared: whoever loses the channel's lock after a refusal posts once more."""
    await house.fault(kind="error", method="chat.postMessage", channel=INCIDENT, error=code, times=1000)


async def cleared(house: House) -> None:
    """Takes the faults away when nobody comes across them any more."""
    await quiet(house.redis)
    await house.session.delete(f"{house.root}/_test/faults")


async def placeholders(house: House) -> list[str]:
    """What still says that something is on its way."""
    messages = await house.messages()
    messages += [it for each in messages if each.get("reply_count") for it in await house.replies(each["ts"])]
    return [it["text"] for it in messages if "Looking" in it["text"] or has(it, "clip.cancel")]


async def test_a_question_in_a_channel_without_the_bot_says_so_and_the_bot_can_be_invited(house: House) -> None:
    house.asked_for.add("not_in_channel")
    await house.session.post(f"{house.root}/_test/remove", json={"channel": INCIDENT})
    await house.say(f"/replay {QUESTION}")
    problem = await told(house, "The bot isn’t in this channel")
    assert "/invite @Replaybook" in problem["text"]
    await quiet(house.redis)
    assert len(await alone(house)) == 1
    await house.press(problem, "channel.join")
    assert await house.message(lambda it: has(it, "signals.refine"))
    await quiet(house.redis)
    assert await alone(house) == []
    assert len([it for it in await house.messages() if has(it, "signals.refine")]) == 1


async def test_where_the_bot_cannot_join_there_is_no_button(house: House) -> None:
    await house.fault(kind="error", method="conversations.join", error="missing_scope")
    house.asked_for.add("not_in_channel")
    await house.session.post(f"{house.root}/_test/remove", json={"channel": GENERAL})
    await house.say(f"/replay {QUESTION}", channel=GENERAL)
    problem = await told(house, "The bot isn’t in this channel", channel=GENERAL)
    block = next(it for it in problem["blocks"] if it["type"] == "actions")
    where = {"channel": GENERAL, "ts": problem["ts"], "block_id": block["block_id"], "action_id": "channel.join"}
    await house.human("press", **where)
    await told(house, "The bot lacks a permission", channel=GENERAL)


async def test_each_refusal_of_a_question_is_told_once_to_whoever_asked(house: House) -> None:
    for n, code in enumerate(POSTING, 2):
        await refusing_posts(house, code)
        await house.say(f"/replay rage clicks on buy button in the last {n} days")
        problem = (await told_in_all(house, n - 1))[-1]
        assert sentence(code) in problem["text"]
        assert code in SENTENCES or code in problem["text"]
        await cleared(house)
    assert len(await alone(house)) == len(POSTING)
    assert await placeholders(house) == []


async def test_a_mention_in_a_thread_is_told_there_when_its_answer_is_refused(house: House) -> None:
    await refusing_posts(house, "restricted_action")
    mention = await house.say(f"@Replaybook {QUESTION}")
    reply = await house.reply(mention["ts"], lambda it: sentence("restricted_action") in it["text"])
    assert reply["is_ephemeral"]


async def test_each_refusal_of_an_update_leaves_no_placeholder(house: House) -> None:
    for n, code in enumerate(UPDATING, 2):
        await house.fault(kind="error", method="chat.update", error=code, times=100)
        await house.say(f"/replay rage clicks on buy button in the last {n} days")
        assert sentence(code) in (await told_in_all(house, n - 1))[-1]["text"]
        await house.session.delete(f"{house.root}/_test/faults")
        await quiet(house.redis)
        assert await placeholders(house) == []
    assert len(await alone(house)) == len(UPDATING)


async def test_what_is_refused_once_is_replaced_by_the_reason(house: House) -> None:
    """Only the reason is short enough, however often the rest is tried."""
    await house.fault(kind="error", method="chat.update", error="msg_too_long", more_than=1, times=1000)
    await house.say(f"/replay {QUESTION}")
    reason = await house.message(lambda it: sentence("msg_too_long") in it["text"])
    await quiet(house.redis)
    assert await placeholders(house) == []
    assert await alone(house) == [], "whoever asked sees it where the answer would have been"
    updates = await house.journal(way="api", name="chat.update")
    assert {it["args"]["ts"] for it in updates} == {reason["ts"]}


@pytest.mark.parametrize("code", UPLOADING)
async def test_a_clip_whose_file_is_refused_says_so_in_its_place(house: House, code: str) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.fault(kind="error", method="files.getUploadURLExternal", error=code, times=100)
        await house.press(said, "clip.make")
        shown = await house.reply(said["ts"], lambda it: sentence(code) in it["text"])
    assert has(shown, "notebook.clip"), "what was made of the recording is there all the same"
    assert await placeholders(house) == []


async def test_a_clip_whose_bytes_are_refused_says_so_in_its_place(house: House) -> None:
    async with house.rendering():
        said = await house.ask(QUESTION)
        await house.fault(kind="http", method="upload", status=403, times=100)
        await house.press(said, "clip.make")
        await house.reply(said["ts"], lambda it: sentence("upload_failed") in it["text"])
    assert await placeholders(house) == []


async def test_a_clip_in_a_channel_that_the_bot_has_left_is_told_to_whoever_pressed(house: House) -> None:
    said = await house.ask(QUESTION)
    house.asked_for.add("not_in_channel")
    await house.session.post(f"{house.root}/_test/remove", json={"channel": INCIDENT})
    await house.press(said, "clip.make")
    problem = await told(house, "The bot isn’t in this channel")
    await house.press(problem, "channel.join")
    await told(house, "press again what you pressed before")


@pytest.mark.parametrize("code", ["expired_trigger_id", "missing_scope", "token_revoked", "invalid_blocks", "other"])
async def test_a_form_that_cannot_be_opened_is_told(house: House, code: str) -> None:
    said = await house.ask(QUESTION)
    await house.fault(kind="error", method="views.open", error=code)
    await house.press(said, "signals.refine")
    await told(house, sentence(code))


async def test_with_a_key_that_was_revoked_the_response_url_still_tells(house: House) -> None:
    """Every method refuses, and what needs no key is left. Who may change settings can't be told without Slack."""
    await house.fault(kind="error", method="chat.postMessage", error="token_revoked", times=1000)
    await house.fault(kind="error", method="chat.postEphemeral", error="token_revoked", times=1000)
    await house.fault(kind="error", method="users.info", error="token_revoked", times=1000)
    await house.fault(kind="error", method="views.open", error="token_revoked", times=1000)
    await house.say(f"/replay {QUESTION}")
    await told(house, sentence("token_revoked"))
    await house.say("/replay settings")
    await told(house, "Slack doesn’t say who you are right now")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "http", "status": 502},
        {"kind": "http", "status": 503, "body": '{"ok":false}', "content_type": "application/json"},
        {"kind": "lost_request"},
        {"kind": "error", "error": "used_url", "status": 404},
        {"kind": "error", "error": "invalid_blocks"},
    ],
)
async def test_where_the_response_url_fails_another_way_is_taken(house: House, fault: Json) -> None:
    await house.fault(**fault, method="response_url", times=100)
    await refusing_posts(house, "msg_too_long")
    await house.say(f"/replay {QUESTION}")
    await told(house, sentence("msg_too_long"))
    await cleared(house)
    await house.fault(**fault, method="response_url", times=100)
    await refusing_posts(house, "restricted_action")
    await house.fault(kind="error", method="chat.postEphemeral", error="some_code_of_next_year", times=100)
    await house.say("/replay rage clicks on buy button today")
    await told(house, sentence("restricted_action"))
