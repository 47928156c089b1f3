"""The Web API answers as Slack does, above all when it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from standins.slack.workspace_config import SCOPES
from tests.standins.slack.house import INCIDENT, JISOO, MINA, TOKEN, House, living

Json = dict[str, Any]
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}
LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}


async def refused(call: Any) -> Json:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response.data


async def test_get_and_post_and_json_and_form_are_all_understood(house: House) -> None:
    url, bearer = f"{house.config.root}/api/users.info", {"Authorization": f"Bearer {TOKEN}"}
    answers = [
        await house.session.get(url, params={"user": MINA.id}, headers=bearer),
        await house.session.post(url, data={"user": MINA.id, "token": TOKEN}),
        await house.session.post(url, json={"user": MINA.id}, headers=bearer),
    ]
    assert [(await answer.json())["user"]["id"] for answer in answers] == [MINA.id] * 3


async def test_a_token_is_needed_and_must_be_the_right_one(house: House) -> None:
    url = f"{house.config.root}/api/auth.test"
    assert (await (await house.session.post(url)).json()) == {"ok": False, "error": "not_authed"}
    wrong = await house.session.post(url, headers={"Authorization": "Bearer xoxb-other"})
    assert (await wrong.json())["error"] == "invalid_auth"
    assert (await house.client.auth_test())["user_id"] == house.config.seed.bot_user.id


async def test_an_unknown_method_says_so(house: House) -> None:
    assert (await refused(house.client.api_call("chat.postPoem")))["error"] == "unknown_method"


async def test_a_scope_that_was_not_granted_is_named(tmp_path: Path) -> None:
    async with living(tmp_path, scopes=SCOPES - {"chat:write"}) as house:
        answer = await refused(house.client.chat_postMessage(channel=INCIDENT, text="Hello"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert "users:read" in answer["provided"].split(",")


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": INCIDENT}, "no_text"),
        ({"channel": INCIDENT, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": INCIDENT, "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ({"channel": INCIDENT, "text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"channel": INCIDENT, "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        (
            {"channel": INCIDENT, "blocks": [{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 5},
            "msg_blocks_too_long",
        ),
    ],
)
async def test_a_message_that_slack_would_not_take_is_refused(house: House, what: Json, code: str) -> None:
    assert (await refused(house.client.api_call("chat.postMessage", json=what)))["error"] == code
    assert not [m for m in await house.messages() if m.get("bot_id")]


async def test_invalid_blocks_come_with_pointer_and_sentence(house: House) -> None:
    blocks = [SECTION, {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    answer = await refused(house.client.chat_postMessage(channel=INCIDENT, text="x", blocks=blocks))
    assert answer["errors"][0]["pointer"] == "/blocks/1/text/text"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"
    ]


async def test_the_bot_changes_and_deletes_only_what_it_said(house: House) -> None:
    theirs = (await house.say("Mine"))["ts"]
    answer = await refused(house.client.chat_update(channel=INCIDENT, ts=theirs, text="Yours"))
    assert answer["error"] == "cant_update_message"
    assert (await refused(house.client.chat_delete(channel=INCIDENT, ts=theirs)))["error"] == "cant_delete_message"
    assert (await refused(house.client.chat_update(channel=INCIDENT, ts="1.1", text="x")))[
        "error"
    ] == "message_not_found"
    own = (await house.client.chat_postMessage(channel=INCIDENT, text="Own"))["ts"]
    assert (await refused(house.client.chat_update(channel=INCIDENT, ts=own, text="x" * 4001)))[
        "error"
    ] == "msg_too_long"
    await house.client.chat_delete(channel=INCIDENT, ts=own)
    assert own not in [message["ts"] for message in await house.messages()]


async def test_metadata_is_a_witness_only_for_those_who_ask_for_it(house: House) -> None:
    metadata = {"event_type": "replaybook", "event_payload": {"intent": "answer:1"}}
    sent = await house.client.chat_postMessage(channel=INCIDENT, text="Once", metadata=metadata)
    plain = await house.client.conversations_history(channel=INCIDENT, limit=1)
    full = await house.client.conversations_history(channel=INCIDENT, limit=1, include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata
    assert full["messages"][0]["ts"] == sent["ts"]


async def test_history_holds_no_replies_and_pages_through_the_rest(house: House) -> None:
    parent = (await house.say("Parent"))["ts"]
    for n in range(5):
        await house.client.chat_postMessage(channel=INCIDENT, text=f"reply {n}", thread_ts=parent)
    await house.client.chat_postMessage(channel=INCIDENT, text="to all", thread_ts=parent, reply_broadcast=True)
    seen, cursor = [], ""
    while True:
        page = await house.client.conversations_history(channel=INCIDENT, limit=2, cursor=cursor)
        seen += [message["text"] for message in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen[:2] == ["to all", "Parent"]
    assert not [text for text in seen if text.startswith("reply")]
    thread = await house.client.conversations_replies(channel=INCIDENT, ts=parent)
    assert [m["text"] for m in thread["messages"]] == ["Parent", *(f"reply {n}" for n in range(5)), "to all"]
    assert thread["messages"][0]["reply_count"] == 6


async def test_a_person_has_zone_and_locale_and_is_found_by_email(house: House) -> None:
    user = (await house.client.users_info(user=JISOO.id, include_locale=True))["user"]
    assert user["profile"]["display_name"] == JISOO.real_name, "the name that the page shows"
    assert (user["tz"], user["locale"], user["tz_offset"]) == ("Asia/Seoul", "ko-KR", 9 * 3600)
    assert (await house.client.users_lookupByEmail(email=JISOO.email))["user"]["id"] == JISOO.id
    assert (await refused(house.client.users_lookupByEmail(email="a@example.com")))["error"] == "users_not_found"


async def test_a_permalink_opens_the_message_and_says_its_thread(house: House) -> None:
    parent = (await house.say("Parent"))["ts"]
    reply = (await house.client.chat_postMessage(channel=INCIDENT, text="x", thread_ts=parent))["ts"]
    link = (await house.client.chat_getPermalink(channel=INCIDENT, message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/{INCIDENT}/p{reply.replace('.', '')}?thread_ts={parent}&cid={INCIDENT}")
    assert (await house.session.get(link)).status == 200


async def test_a_direct_message_goes_to_the_person(house: House) -> None:
    opened = await house.client.conversations_open(users=JISOO.id)
    await house.client.chat_postMessage(channel=JISOO.id, text="A reminder")
    history = await house.read("history", user=JISOO.id, channel=opened["channel"]["id"])
    assert [message["text"] for message in history["messages"]] == ["A reminder"]
    assert (await house.read("history", channel=opened["channel"]["id"]))["error"] == "not_in_channel"


async def test_blocks_validate_needs_no_token_and_points_into_what_it_got(house: House) -> None:
    url = f"{house.config.root}/api/blocks.validate"
    good = await house.session.post(url, json={"blocks": [SECTION]})
    bad = await (await house.session.post(url, json={"blocks": [{"type": "poem"}]})).json()
    none = await (await house.session.post(url, json={})).json()
    assert (await good.json()) == {"ok": True}
    assert (bad["error"], bad["errors"][0]["pointer"]) == ("invalid_blocks", "/0/type")
    assert none["error"] == "invalid_arguments"


async def test_reactions_pins_and_bookmarks_refuse_a_second_time(house: House) -> None:
    ts = (await house.say("Look"))["ts"]
    at = {"channel": INCIDENT, "timestamp": ts}
    await house.client.reactions_add(**at, name="eyes")
    assert (await refused(house.client.reactions_add(**at, name="eyes")))["error"] == "already_reacted"
    got = await house.client.reactions_get(**at)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": [house.config.seed.bot_user.id], "count": 1}]
    await house.client.pins_add(**at)
    assert (await refused(house.client.pins_add(**at)))["error"] == "already_pinned"
    assert (await house.client.pins_list(channel=INCIDENT))["items"][0]["message"]["ts"] == ts
    await house.client.bookmarks_add(channel_id=INCIDENT, title="Notebook", type="link", link="https://example.com")
    assert (await house.client.bookmarks_list(channel_id=INCIDENT))["bookmarks"][0]["title"] == "Notebook"
