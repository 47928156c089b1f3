"""The bot is told as Slack tells it: signed, again when it does not answer, and sometimes twice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from slack_sdk.signature import SignatureVerifier

from tests.standins.slack.house import INCIDENT, JISOO, MINA, SECRET, House, living, until

Json = dict[str, Any]


def events(house: House, kind: str) -> list[Json]:
    bodies = [json.loads(r["body"]) for r in house.requests if r["body"].startswith("{")]
    return [body for body in bodies if body["event"]["type"] == kind]


async def heard(house: House, kind: str, count: int = 1) -> list[Json]:
    async def enough() -> Any:
        return len(events(house, kind)) >= count and events(house, kind)

    return await until(enough)


async def test_every_delivery_is_signed_with_the_secret(house: House) -> None:
    await house.say("Hello")
    await heard(house, "message")
    request = house.requests[0]
    assert SignatureVerifier(SECRET).is_valid_request(request["body"], request["headers"])
    assert not SignatureVerifier("other").is_valid_request(request["body"], request["headers"])


async def test_a_lost_acknowledgement_is_followed_by_retries_of_the_same_event(house: House) -> None:
    house.bolt.event("message")(_listen)
    await house.fault(kind="drop_ack", event="message", times=2)
    await house.say("Again and again")
    sent = await heard(house, "message", 3)

    async def acknowledged() -> bool:
        [*_, last] = await house.journal(way="delivery", name="message")
        return not last["failure"]

    assert await until(acknowledged)
    assert len(events(house, "message")) == 3
    assert len({event["event_id"] for event in sent}) == 1
    numbers = [request["headers"].get("X-Slack-Retry-Num") for request in house.requests]
    reasons = {request["headers"].get("X-Slack-Retry-Reason") for request in house.requests[1:]}
    assert (numbers, reasons) == ([None, "1", "2"], {"http_timeout"})


async def test_a_duplicate_comes_under_another_event_id(house: House) -> None:
    house.bolt.event("message")(_listen)
    await house.fault(kind="duplicate", event="message", copies=2)
    await house.say("Eleven times")
    sent = await heard(house, "message", 3)
    assert len({event["event_id"] for event in sent}) == 3
    assert len({event["event"]["ts"] for event in sent}) == 1


async def test_an_event_that_the_app_did_not_subscribe_to_is_not_sent(tmp_path: Path) -> None:
    async with living(tmp_path, events=frozenset({"pin_added"})) as house:
        ts = (await house.say("First"))["ts"]
        await house.act("pin", channel=INCIDENT, ts=ts)
        entries = await until(lambda: house.journal(way="delivery"))  # a delivery is noted once it is acknowledged
        assert {entry["name"] for entry in entries} == {"pin_added"}


async def test_pins_reactions_edits_and_the_home_tab_reach_the_bot(house: House) -> None:
    ts = (await house.say("First"))["ts"]
    at = {"channel": INCIDENT, "ts": ts}
    await house.act("react", **at, name="tada")
    await house.act("pin", **at)
    await house.act("edit", **at, text="Second")
    await house.act("home")
    pinned = (await heard(house, "pin_added"))[0]
    reacted = (await heard(house, "reaction_added"))[0]
    opened = (await heard(house, "app_home_opened"))[0]
    assert pinned["event"]["item"]["message"]["text"] == "First"
    assert (reacted["event"]["reaction"], reacted["event"]["item"]["ts"]) == ("tada", ts)
    assert opened["event"]["user"] == MINA.id
    changed = [e["event"] for e in await heard(house, "message", 2) if e["event"].get("subtype") == "message_changed"]
    assert (changed[0]["previous_message"]["text"], changed[0]["message"]["text"]) == ("First", "Second")


async def test_a_bot_that_does_not_answer_a_command_is_said_so_to_the_person_alone(tmp_path: Path) -> None:
    async with living(tmp_path, ack_limit=0.1) as house:

        @house.bolt.command("/replay")
        async def never(body: Json) -> None:
            await asyncio.sleep(3600)

        answer = await house.say("/replay anything")
        assert answer["error"] == "operation_timeout"
        [notice] = [message for message in await house.messages() if message.get("is_ephemeral")]
        assert "operation_timeout" in notice["text"]
        assert not [message for message in await house.messages(JISOO.id) if message.get("is_ephemeral")]


async def test_a_command_in_a_thread_never_reaches_the_bot(house: House) -> None:
    parent = (await house.say("Parent"))["ts"]
    answer = await house.say("/replay rage clicks", thread_ts=parent)
    assert "can’t be used in threads" in answer["notice"]
    assert not await house.journal(way="delivery", name="/replay")


async def test_the_journal_knows_what_was_said_and_holds_no_token(house: House) -> None:
    await house.client.chat_postMessage(channel=INCIDENT, text="Noted")
    entries = await house.journal(way="api", name="chat.postMessage")
    assert [entry["args"]["text"] for entry in entries] == ["Noted"]
    assert house.config.token not in json.dumps(await house.journal())


async def _listen(event: Json) -> None:
    """A listener, so that Bolt answers 200."""
