"""Faults of the Web API on demand: what the bot gets, what the workspace has done, and what the journal says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from standins.slack.seed import GENERAL
from tests.standins.slack.house import INCIDENT, House, living, until

METHOD = "chat.postMessage"
Json = dict[str, Any]


def post(house: House, text: str = "x", channel: str = INCIDENT, blocks: list[Json] | None = None) -> Any:
    body = {"channel": channel, "text": text, "token": house.config.token, "blocks": json.dumps(blocks or [])}
    return house.session.post(f"{house.config.root}/api/{METHOD}", data=body)


async def posted(house: House, text: str = "x") -> bool:
    return text in [message["text"] for message in await house.messages()]


async def test_a_rate_limit_says_how_long_to_wait_and_does_nothing(house: House) -> None:
    await house.fault(kind="ratelimit", method=METHOD, retry_after=7)
    async with post(house) as limited:
        assert (limited.status, limited.headers["Retry-After"]) == (429, "7")
        assert (await limited.json())["error"] == "ratelimited"
    assert not await posted(house)
    async with post(house) as second:
        assert (await second.json())["ok"]
    assert await posted(house)


async def test_a_rate_limit_may_say_no_time(house: House) -> None:
    await house.fault(kind="ratelimit", method=METHOD, retry_after=None)
    async with post(house) as limited:
        assert (limited.status, "Retry-After" in limited.headers) == (429, False)


async def test_an_error_has_the_status_and_code_that_were_ordered(house: House) -> None:
    await house.fault(kind="error", method=METHOD, error="fatal_error", status=503)
    async with post(house) as failed:
        assert (failed.status, (await failed.json())["error"]) == (503, "fatal_error")
    assert not await posted(house)


async def test_an_answer_of_a_proxy_is_html_and_does_nothing(house: House) -> None:
    await house.fault(kind="http", method=METHOD, status=502)
    async with post(house) as failed:
        assert (failed.status, failed.content_type) == (502, "text/html")
        assert "<h1>" in await failed.text()
    assert not await posted(house)
    (entry,) = await house.journal(way="api", name=METHOD)
    assert not entry["ok"]


@pytest.mark.parametrize(("kind", "done"), [("lost_request", False), ("lost_response", True)])
async def test_a_connection_breaks_before_the_work_or_after_it(house: House, kind: str, done: bool) -> None:
    await house.fault(kind=kind, method=METHOD)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(house)
    assert await posted(house) is done


async def test_a_connection_breaks_in_the_middle_of_the_answer(house: House) -> None:
    await house.fault(kind="cut_response", method=METHOD)
    async with post(house) as answer:
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    assert await posted(house)


async def test_an_answer_is_held_until_the_faults_are_cleared(house: House) -> None:
    await house.fault(kind="held_response", method=METHOD, seconds=600)
    answer = asyncio.ensure_future(post(house))
    await until(lambda: posted(house))
    assert not answer.done()
    await house.session.delete(f"{house.config.root}/_test/faults")
    assert (await (await answer).json())["ok"]


async def test_a_fault_of_one_channel_leaves_the_others_alone(house: House) -> None:
    await house.fault(kind="error", method=METHOD, error="fatal_error", channel=INCIDENT)
    async with post(house, channel=GENERAL) as elsewhere, post(house) as here:
        assert ((await elsewhere.json())["ok"], (await here.json())["error"]) == (True, "fatal_error")


async def test_a_fault_of_long_messages_lets_short_ones_through_however_often_they_are_tried(house: House) -> None:
    await house.fault(kind="error", method=METHOD, error="msg_too_long", more_than=1, times=9)
    line = {"type": "divider"}
    for blocks, taken in (([line, line], False), ([line, line], False), ([line], True), ([], True)):
        async with post(house, blocks=blocks) as answer:
            assert (await answer.json())["ok"] is taken


async def test_faults_come_in_the_order_in_which_they_were_added(house: House) -> None:
    await house.fault(kind="http", method="*", status=503)
    await house.fault(kind="ratelimit", method=METHOD)
    await house.fault(kind="http", method=METHOD, status=500)
    statuses = []
    for _ in range(4):
        async with post(house) as answer:
            statuses.append(answer.status)
    assert statuses == [503, 429, 500, 200]


async def test_pages_are_no_longer_than_the_workspace_allows(tmp_path: Path) -> None:
    async with living(tmp_path, page_limit=2) as house:
        for text in ("1", "2", "3"):
            await house.say(text)
        first = await house.client.conversations_history(channel=INCIDENT, limit=200)
        assert [message["text"] for message in first["messages"]] == ["3", "2"]
        cursor = first["response_metadata"]["next_cursor"]
        second = await house.client.conversations_history(channel=INCIDENT, limit=200, cursor=cursor)
        assert second["messages"][0]["text"] == "1"
