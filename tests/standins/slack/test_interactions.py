"""Menus that ask the bot, shortcuts, direct messages, commands that are answered at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from standins.slack import Shortcut, demo_seed
from standins.slack.seed import BOT
from tests.standins.slack.block_cases import actions, plain
from tests.standins.slack.house import INCIDENT, JISOO, MINA, House, living, until

Json = dict[str, Any]


async def test_an_external_menu_asks_the_bot_and_keeps_its_option(house: House) -> None:
    got: list[Json] = []

    @house.bolt.options("ticket")
    async def options(ack: Any, payload: Json) -> None:
        await ack(options=[{"text": plain(f"SHOP-412 {payload['value']}"), "value": "SHOP-412"}])

    @house.bolt.action("ticket")
    async def chosen(ack: Any, action: Json) -> None:
        await ack()
        got.append(action)

    menu = {"type": "external_select", "action_id": "ticket", "min_query_length": 1}
    sent = await house.client.chat_postMessage(channel=INCIDENT, text="x", blocks=[actions(menu, block_id="b")])
    at = {"channel": INCIDENT, "ts": sent["ts"], "block_id": "b", "action_id": "ticket"}
    [option] = (await house.act("suggest", **at, query="buy"))["options"]
    assert option["text"]["text"] == "SHOP-412 buy"
    await house.act("press", **at, value=option)
    assert got[0]["selected_option"] == option


async def test_a_message_shortcut_brings_the_message(tmp_path: Path) -> None:
    seed = dataclasses.replace(demo_seed(), shortcuts=(Shortcut("to_notebook", "Add to post-mortem"),))
    async with living(tmp_path, seed=seed) as house:
        got: list[Json] = []

        @house.bolt.shortcut("to_notebook")
        async def shortcut(ack: Any, shortcut: Json) -> None:
            await ack()
            got.append(shortcut)

        ts = (await house.say("Worth keeping"))["ts"]
        at = {"channel": INCIDENT, "ts": ts}
        assert (await house.act("shortcut", **at, callback_id="other"))["error"] == "unknown_shortcut"
        assert (await house.act("shortcut", **at, callback_id="to_notebook"))["ok"]
        assert (got[0]["message"]["text"], got[0]["channel"]["id"]) == ("Worth keeping", INCIDENT)


async def test_a_direct_message_reaches_the_bot_and_its_answer_the_person(house: House) -> None:
    @house.bolt.event("message")
    async def message(event: Json, say: Any) -> None:
        assert (event["channel_type"], event["user"]) == ("im", JISOO.id)
        await say("Looking…")

    state = await house.read("state", user=JISOO.id)
    channel = next(one["id"] for one in state["channels"] if BOT.id in one["members"] and one["is_im"])
    await house.say("rage clicks today", user=JISOO.id, channel=channel)

    async def answered() -> Any:
        messages = (await house.read("history", user=JISOO.id, channel=channel))["messages"]
        return len(messages) == 2 and messages

    assert [one["text"] for one in await until(answered)] == ["rage clicks today", "Looking…"]


async def test_a_command_may_be_answered_in_its_acknowledgement(house: House) -> None:
    @house.bolt.command("/replay")
    async def command(ack: Any, command: Json) -> None:
        if command["text"] == "all":
            await ack(response_type="in_channel", text="For all")
        else:
            await ack(f"For <@{command['user_id']}>")

    await house.say("/replay all")
    await house.say("/replay me")
    said = [(one["text"], one.get("is_ephemeral", False)) for one in (await house.messages())[-2:]]
    assert said == [("For all", False), (f"For <@{MINA.id}>", True)]
    assert (await house.messages(JISOO.id))[-1]["text"] == "For all"


async def test_a_command_that_nobody_knows_is_not_posted(house: House) -> None:
    answer = await house.say("/deploy now")
    assert answer["notice"] == "`/deploy` is not a command that anybody here knows."
    assert (await house.messages())[-1]["user"] == "USLACKBOT"


async def test_a_bot_that_joins_is_announced(house: House) -> None:
    joined = await house.client.conversations_join(channel=INCIDENT)
    assert joined["warning"] == "already_in_channel"
    members = (await house.client.conversations_members(channel=INCIDENT))["members"]
    assert {MINA.id, JISOO.id, BOT.id} <= set(members)
