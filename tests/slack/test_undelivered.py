"""Whoever waits hears once that Slack makes them wait, and what it refused; whatever else fails meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.kernel.messages import Messages
from bot.kernel.reply_address import ReplyAddress, waited_for_by
from bot.slack.outbox import Outbox, telling
from bot.slack.people import People
from bot.slack.private_replies import PrivateReplies
from bot.slack.refusals import ARCHIVED, DELAYED
from bot.slack.undelivered import UndeliveredMessages
from bot.slack.web_api import Clients, called, everywhere
from bot.state.once import Once
from tests.slack.slack_workspace import PERSON, TOKEN, SlackWorkspace, text_message
from tests.waiting import settled

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is slow keeps nobody waiting for long; tests name the waits that shall be long."""
    monkeypatch.setattr(telling, "LONG_WAIT_S", 600.0)


@asynccontextmanager
async def speaking(redis: Redis, slack: SlackWorkspace) -> AsyncIterator[Outbox]:
    async with Clients.opened(everywhere(TOKEN), slack.url) as clients:
        outbox, people = Outbox(redis, clients), People(redis, clients)
        outbox.tells(UndeliveredMessages(PrivateReplies(Messages.load(), people, clients, outbox, Once(redis))))
        async with outbox.running():
            yield outbox


@pytest.fixture
async def outbox(redis: Redis, slack: SlackWorkspace) -> AsyncIterator[Outbox]:
    async with speaking(redis, slack) as opened:
        yield opened


def asker(slack: SlackWorkspace, channel: str = "C1") -> ReplyAddress:
    """Somebody who typed a command there."""
    name = slack.team.triggers.new_response(channel, PERSON.id, None, None)
    url = f"{slack.team.config.root}/response/{name}"
    return ReplyAddress(team="T1", channel=channel, user=PERSON.id, response_url=url)


def alone(slack: SlackWorkspace) -> list[str]:
    return [it["text"] for it in slack.team.ephemeral.get(PERSON.id, {}).values()]


async def ask(outbox: Outbox, slack: SlackWorkspace, key: str, channel: str = "C1", **more: Any) -> None:
    with waited_for_by(asker(slack, channel)):
        await outbox.post(key, team="T1", channel=channel, message=text_message(key), **more)


async def test_a_wait_that_slack_asks_for_is_told_once_for_each_message(outbox: Outbox, slack: SlackWorkspace) -> None:
    slack.fault("ratelimit", channel="C1", retry_after=3600, times=100)
    for key in ("one", "two"):
        await ask(outbox, slack, key)
    await settled(lambda: len(alone(slack)) >= 1)
    await ask(outbox, slack, "fine", "C2")
    await outbox.ts("fine", team="T1")
    assert set(alone(slack)) == {DELAYED}
    assert 1 <= len(alone(slack)) <= 2


async def test_a_short_wait_is_told_to_nobody(outbox: Outbox, slack: SlackWorkspace) -> None:
    slack.fault("ratelimit", retry_after=1)
    slack.fault("http", status=502)
    await ask(outbox, slack, "one")
    await outbox.ts("one", team="T1")
    assert alone(slack) == []


async def test_a_call_that_slack_does_not_answer_is_a_wait_as_well(
    redis: Redis, slack: SlackWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "LONG_WAIT_S", 0.2)
    slack.fault("held_response", seconds=60)
    async with speaking(redis, slack) as outbox:
        await ask(outbox, slack, "one")
        await settled(lambda: alone(slack) == [DELAYED])
        slack.team.faults.clear()
        await outbox.ts("one", team="T1")
    assert alone(slack) == [DELAYED]
    assert slack.texts("C1") == ["one"]


async def test_two_processes_tell_once(redis: Redis, slack: SlackWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "LONG_WAIT_S", 0.3)
    slack.fault("http", status=503, times=4)
    async with speaking(redis, slack) as one, speaking(redis, slack) as two:
        await ask(one, slack, "one")
        await two.ts("one", team="T1", timeout=60)
    assert alone(slack) == [DELAYED]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "http", "status": 500, "body": "<html>", "content_type": "text/html"},
        {"kind": "http", "status": 503, "body": '{"ok": false, "error": "x"}', "content_type": "application/json"},
        {"kind": "http", "status": 200, "body": "<html>", "content_type": "text/html"},
        {"kind": "error", "error": "internal_error"},
        {"kind": "error", "error": "fatal_error", "status": 500},
        {"kind": "lost_request"},
        {"kind": "lost_response"},
        {"kind": "cut_response"},
    ],
)
async def test_whatever_passes_is_tried_again_and_the_message_is_there_once(
    outbox: Outbox, slack: SlackWorkspace, fault: Json
) -> None:
    slack.fault(**fault, times=2)
    await ask(outbox, slack, "one")
    await outbox.ts("one", team="T1", timeout=60)
    assert slack.texts("C1") == ["one"]


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "access_denied"])
async def test_who_may_write_but_not_read_posts_again_when_an_answer_was_lost(
    outbox: Outbox, slack: SlackWorkspace, code: str
) -> None:
    slack.fault("lost_request")
    slack.fault("error", "conversations.history", error=code, times=100)
    await ask(outbox, slack, "one")
    await outbox.ts("one", team="T1", timeout=60)
    assert slack.texts("C1") == ["one"]


async def test_what_only_reads_is_tried_again_at_once(slack: SlackWorkspace) -> None:
    async with Clients.opened(everywhere(TOKEN), slack.url) as clients:
        for fault in (
            {"kind": "http", "status": 502},
            {"kind": "lost_response"},
            {"kind": "error", "error": "fatal_error"},
        ):
            slack.fault(**fault, method="users.info")
            answer = await called("users.info", clients.patient("T1").users_info(user=PERSON.id))
            assert answer["user"]["id"] == PERSON.id


async def test_a_refusal_is_told_although_each_way_but_one_fails(outbox: Outbox, slack: SlackWorkspace) -> None:
    slack.fault("http", "response_url", status=500, times=100)
    slack.fault("error", "chat.postEphemeral", error="some_code_of_next_year")
    slack.fault("error", error="is_archived")
    direct = slack.team.direct_channel(PERSON.id, slack.team.bot.id)["id"]
    await ask(outbox, slack, "one")
    await settled(lambda: slack.texts(direct) == [ARCHIVED])


async def test_where_nobody_can_be_told_others_get_their_messages(outbox: Outbox, slack: SlackWorkspace) -> None:
    for method in ("response_url", "chat.postEphemeral"):
        slack.fault("lost_request", method, times=100)
    slack.fault("error", error="token_revoked", times=2)  # the message, and the last way to tell of it
    await ask(outbox, slack, "one")
    await ask(outbox, slack, "two")
    await ask(outbox, slack, "three")
    await outbox.ts("three", team="T1", timeout=60)
    assert slack.texts("C1")[-1] == "three"


async def test_a_teller_with_a_bug_holds_nobody_up(
    outbox: Outbox, slack: SlackWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    for name in ("in_place", "refused", "delayed"):
        monkeypatch.setattr(UndeliveredMessages, name, broken)
    slack.fault("error", error="is_archived")
    await ask(outbox, slack, "one")
    await ask(outbox, slack, "two", placeholder=True)
    await outbox.ts("two", team="T1")
    slack.fault("error", "chat.update", error="cant_update_message")
    with waited_for_by(asker(slack)):
        await outbox.update("two", text_message("2"), team="T1")
    await ask(outbox, slack, "three")
    await outbox.ts("three", team="T1")
    assert slack.texts("C1") == ["two", "three"]


async def test_a_newer_message_that_is_refused_leaves_the_older_one(outbox: Outbox, slack: SlackWorkspace) -> None:
    await ask(outbox, slack, "answer", placeholder=True)
    await outbox.ts("answer", team="T1")
    await outbox.update("answer", text_message("412 signals"), team="T1")
    await settled(lambda: slack.texts("C1") == ["412 signals"])
    slack.fault("error", "chat.update", error="msg_too_long", times=100)
    with waited_for_by(asker(slack)):
        await outbox.update("answer", text_message("x" * 100), team="T1")
    await settled(lambda: len(alone(slack)) == 1)
    assert slack.texts("C1") == ["412 signals"]


async def test_progress_that_is_refused_is_told_to_nobody_and_the_end_takes_its_place(
    outbox: Outbox, slack: SlackWorkspace
) -> None:
    await ask(outbox, slack, "clip", placeholder=True)
    await outbox.ts("clip", team="T1")
    slack.fault("error", "chat.update", error="invalid_blocks")
    await outbox.update("clip", text_message("40 %"), team="T1", placeholder=True)
    await settled(lambda: slack.count("chat.update") == 1)
    await asyncio.sleep(0)
    await outbox.update("clip", text_message("the clip"), team="T1")
    await settled(lambda: slack.texts("C1") == ["the clip"])
    assert alone(slack) == []
