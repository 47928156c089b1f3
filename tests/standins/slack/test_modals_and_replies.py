"""Triggers, modals and response URLs, with their limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.errors import SlackApiError

from tests.standins.slack.block_cases import actions, asked, button, modal, plain, section, typed
from tests.standins.slack.house import INCIDENT, MINA, House, living, until

Json = dict[str, Any]


async def pressed(house: House, **more: Any) -> Json:
    """A message with a button, pressed; what the bot got."""
    got: list[Json] = []

    @house.bolt.action("a")
    async def action(ack: Any, body: Json) -> None:
        await ack()
        got.append(body)

    sent = await house.client.chat_postMessage(channel=INCIDENT, text="x", blocks=[actions(button(), block_id="b")])
    await house.act("press", channel=INCIDENT, ts=sent["ts"], block_id="b", action_id="a", **more)

    async def heard() -> Any:
        return got

    return (await until(heard))[0]


async def code_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as error:
        await call
    return str(error.value.response["error"])


async def test_a_trigger_opens_one_modal_and_no_second(house: House) -> None:
    trigger = (await pressed(house))["trigger_id"]
    opened = await house.client.views_open(trigger_id=trigger, view=modal())
    assert [view["id"] for view in (await house.read("state"))["views"]] == [opened["view"]["id"]]
    assert await code_of(house.client.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"
    assert await code_of(house.client.views_open(trigger_id="1.2.x", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_expires(tmp_path: Path) -> None:
    async with living(tmp_path, trigger_life=0.0) as house:
        trigger = (await pressed(house))["trigger_id"]
        assert await code_of(house.client.views_open(trigger_id=trigger, view=modal())) == "expired_trigger_id"


async def test_a_broken_view_is_refused_and_does_not_use_up_the_trigger(house: House) -> None:
    trigger = (await pressed(house))["trigger_id"]
    broken = house.client.views_open(trigger_id=trigger, view=modal(title=plain("x" * 25)))
    assert await code_of(broken) == "invalid_arguments"
    assert (await house.client.views_open(trigger_id=trigger, view=modal()))["ok"]


async def test_a_stack_is_three_high_and_closes_from_the_top(house: House) -> None:
    house.bolt.action("in")(_acked)
    view = modal(actions(button(action_id="in"), block_id="b"))
    await house.client.views_open(trigger_id=(await pressed(house))["trigger_id"], view=view)
    for _ in range(2):
        await house.client.views_push(trigger_id=await _trigger_inside(house), view=view)
    fourth = house.client.views_push(trigger_id=await _trigger_inside(house), view=view)
    assert await code_of(fourth) == "push_limit_reached"
    views = (await house.read("state"))["views"]
    assert len(views) == 3
    await house.act("close", view_id=views[2]["id"])
    assert len((await house.read("state"))["views"]) == 2


async def test_a_view_is_updated_by_its_hash(house: House) -> None:
    opened = await house.client.views_open(trigger_id=(await pressed(house))["trigger_id"], view=modal())
    name, first = opened["view"]["id"], opened["view"]["hash"]
    await house.client.views_update(view_id=name, hash=first, view=modal(title=plain("Second")))
    assert await code_of(house.client.views_update(view_id=name, hash=first, view=modal())) == "hash_conflict"
    assert (await house.read("state"))["views"][0]["title"]["text"] == "Second"


async def test_closing_is_told_to_the_bot_where_it_asked(house: House) -> None:
    closed: list[Json] = []

    @house.bolt.view_closed("v")
    async def hear(ack: Any, body: Json) -> None:
        await ack()
        closed.append(body)

    view = modal(callback_id="v", notify_on_close=True, private_metadata="kept")
    opened = await house.client.views_open(trigger_id=(await pressed(house))["trigger_id"], view=view)
    await house.act("close", view_id=opened["view"]["id"])
    assert [body["view"]["private_metadata"] for body in closed] == ["kept"]


async def test_a_submission_may_go_on_to_another_view(house: House) -> None:
    @house.bolt.view("v")
    async def submitted(ack: Any, view: Json) -> None:
        await ack(response_action="update", view=modal(section(), title=plain("Thanks")))

    view = modal(asked(typed(), block_id="b", optional=True), callback_id="v")
    opened = await house.client.views_open(trigger_id=(await pressed(house))["trigger_id"], view=view)
    assert (await house.act("submit", view_id=opened["view"]["id"], values={}))["ok"]
    assert [view["title"]["text"] for view in (await house.read("state"))["views"]] == ["Thanks"]


async def test_a_bot_that_fails_a_submission_leaves_the_modal_open(house: House) -> None:
    opened = await house.client.views_open(trigger_id=(await pressed(house))["trigger_id"], view=modal())
    answer = await house.act("submit", view_id=opened["view"]["id"], values={})
    assert (answer["error"], answer["failure"]) == ("bot_failed", "http_error")
    assert len((await house.read("state"))["views"]) == 1


async def test_a_response_url_whispers_replaces_and_ends_after_five_uses(house: House) -> None:
    url = (await pressed(house))["response_url"]
    await house.session.post(url, json={"text": "For you"})
    await house.session.post(url, json={"text": "Replaced", "replace_original": True, "blocks": []})
    messages = await house.messages()
    assert [m["text"] for m in messages if m.get("is_ephemeral")] == ["For you"]
    assert "Replaced" in [m["text"] for m in messages if not m.get("is_ephemeral")]
    for _ in range(3):
        assert (await house.session.post(url, json={"text": "More"})).status == 200
    sixth = await house.session.post(url, json={"text": "More"})
    assert (sixth.status, (await sixth.json())["error"]) == (404, "used_url")


async def test_what_is_chosen_in_a_message_comes_as_state(house: House) -> None:
    got: list[Json] = []

    @house.bolt.action("menu")
    async def chosen(ack: Any, body: Json) -> None:
        await ack()
        got.append(body)

    options = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]
    menu = {"type": "static_select", "action_id": "menu", "options": options}
    sent = await house.client.chat_postMessage(channel=INCIDENT, text="x", blocks=[actions(menu, block_id="b")])
    await house.act("press", channel=INCIDENT, ts=sent["ts"], block_id="b", action_id="menu", value="2")
    [body] = got
    assert body["actions"][0]["selected_option"] == options[1]
    assert body["state"]["values"]["b"]["menu"]["selected_option"] == options[1]
    assert (body["user"]["id"], body["container"]["message_ts"]) == (MINA.id, sent["ts"])


async def test_nobody_submits_the_modal_of_another_person(house: House) -> None:
    opened = await house.client.views_open(trigger_id=(await pressed(house))["trigger_id"], view=modal())
    answer = await house.act("submit", user="U0JISOOHAN", view_id=opened["view"]["id"], values={})
    assert answer["error"] == "not_found"


async def _trigger_inside(house: House) -> str:
    view = (await house.read("state"))["views"][-1]
    before = len(house.requests)
    await house.act("press", view_id=view["id"], block_id="b", action_id="in")
    entries = await house.journal(way="delivery", name="block_actions")
    assert len(house.requests) > before
    return _payload(entries[-1]["body"])["trigger_id"]


def _payload(form: str) -> Json:
    return json.loads(parse_qs(form)["payload"][0])


async def _acked(ack: Any) -> None:
    await ack()
