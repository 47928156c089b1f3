"""A Bolt app against the workspace, over HTTP on loopback: the way it runs against Slack."""

from __future__ import annotations

from typing import Any

from tests.standins.slack.house import INCIDENT, JISOO, House, until

Json = dict[str, Any]


def ask_blocks(count: int) -> list[Json]:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "In the backlog…"},
        "action_id": "take",
        "value": "r-1",
    }
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{count}* rage clicks"}},
        {"type": "actions", "block_id": "answer", "elements": [button]},
    ]


def modal(place: str) -> Json:
    return {
        "type": "modal",
        "callback_id": "ticket",
        "private_metadata": place,
        "title": {"type": "plain_text", "text": "In the backlog"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "key",
                "label": {"type": "plain_text", "text": "Ticket"},
                "element": {"type": "plain_text_input", "action_id": "typed"},
            }
        ],
    }


def teach(house: House) -> None:
    bolt = house.bolt

    @bolt.command("/replay")
    async def command(ack: Any, say: Any, command: Json) -> None:
        await ack()
        await say(text=f"{command['text']}: 3,214", blocks=ask_blocks(3214))

    @bolt.action("take")
    async def take(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(body["container"]["message_ts"]))

    @bolt.view("ticket")
    async def submitted(ack: Any, view: Json, client: Any, body: Json) -> None:
        key = view["state"]["values"]["key"]["typed"]["value"]
        if not key.startswith("SHOP-"):
            await ack(response_action="errors", errors={"key": "A key looks like SHOP-412."})
            return
        await ack()
        text = f"<@{body['user']['id']}> confirmed: fix is {key}"
        await client.chat_update(channel=INCIDENT, ts=view["private_metadata"], text=text, blocks=[])
        await client.chat_postMessage(channel=INCIDENT, thread_ts=view["private_metadata"], text=text)


async def test_a_command_becomes_a_message_a_modal_and_an_updated_message(house: House) -> None:
    teach(house)
    assert (await house.say("/replay frustration signals on buy button this week"))["ok"]

    async def answer() -> Json | None:
        return next((m for m in await house.messages() if "3,214" in m["text"]), None)

    message = await until(answer)
    assert message["text"].startswith("frustration signals on buy")
    place = {"user": JISOO.id, "channel": INCIDENT, "ts": message["ts"]}
    await house.act("press", **place, block_id="answer", action_id="take")

    async def opened() -> Any:
        return (await house.read("state", user=JISOO.id))["views"]

    [view] = await until(opened)
    form = {"user": JISOO.id, "view_id": view["id"]}
    assert (await house.act("submit", **form, values={}))["errors"] == {"key": "필수 항목입니다."}
    wrong = await house.act("submit", **form, values={"key": {"typed": "412"}})
    assert wrong["errors"] == {"key": "A key looks like SHOP-412."}
    assert (await house.act("submit", **form, values={"key": {"typed": "SHOP-412"}})) == {"ok": True}

    async def confirmed() -> Any:
        thread = await house.read("thread", channel=INCIDENT, ts=message["ts"])
        return thread["replies"] and thread

    thread = await until(confirmed)
    assert thread["parent"]["text"] == f"<@{JISOO.id}> confirmed: fix is SHOP-412"
    assert "blocks" not in thread["parent"]
    assert thread["replies"][0]["text"] == thread["parent"]["text"]
    assert (await house.read("state", user=JISOO.id))["views"] == []


async def test_a_mention_in_a_thread_reaches_the_bot_once_as_message_and_once_as_mention(house: House) -> None:
    heard: list[Json] = []

    @house.bolt.event("app_mention")
    async def mention(event: Json, say: Any) -> None:
        heard.append(event)
        await say(text="Here.", thread_ts=event["thread_ts"])

    @house.bolt.event("message")
    async def message(event: Json) -> None:
        heard.append(event)

    parent = (await house.say("Anybody?"))["ts"]
    await house.say("@Replaybook rage clicks today", thread_ts=parent)

    async def replied() -> Any:
        return len((await house.read("thread", channel=INCIDENT, ts=parent))["replies"]) == 2

    await until(replied)
    mentions = [event for event in heard if event["type"] == "app_mention"]
    assert [event["text"] for event in mentions] == ["<@U0RPLAYBK1> rage clicks today"]
    assert mentions[0]["thread_ts"] == parent
    assert [event["text"] for event in heard if event["type"] == "message"] == ["Anybody?", mentions[0]["text"]]
