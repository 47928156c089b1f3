"""A process that stalls in the middle of sending wakes up when another one serves its channel: the workspace sees each
message once, and the newest text of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from bot.slack.outbox import Outbox
from bot.slack.web_api import Clients, everywhere
from bot.state.connection import connected
from bot.state.locks import fence
from tests.slack.slack_workspace import text_message
from tests.stalling import Stall, other_loop
from tests.standins.slack.house import INCIDENT, TOKEN, House, living

WAIT_S = 60


def stalls_at(moment: str, method: str, stall: Stall) -> list[aiohttp.TraceConfig]:
    """Hooks of an HTTP session that block its loop at a moment of a call of Slack's."""
    first, last = aiohttp.TraceConfig(), aiohttp.TraceConfig()

    async def begin(_: object, context: object, request: aiohttp.TraceRequestStartParams) -> None:
        context.wanted = request.url.path.endswith(method)  # type: ignore[attr-defined]
        if moment == "before the request":
            await block(_, context)

    async def block(_: object, context: object, *__: object) -> None:
        if context.wanted:  # type: ignore[attr-defined]
            stall.block()

    (last if moment == "as its bytes go" else first).on_request_start.append(begin)
    if moment == "while it connects":
        first.on_connection_create_start.append(block)
    if moment == "as its bytes go":
        last.on_connection_create_end.append(block)
        last.on_connection_reuseconn.append(block)
    if moment == "before it reads the answer":
        first.on_request_end.append(block)
    return [first, fence(), last]


@asynccontextmanager
async def stalling_outbox(redis_url: str, house: House, hooks: list[aiohttp.TraceConfig]) -> AsyncIterator[Outbox]:
    async with connected(redis_url) as redis, aiohttp.ClientSession(trace_configs=hooks) as session:
        clients = Clients(session, everywhere(TOKEN), f"{house.config.root}/api")
        async with Outbox(redis, clients).running() as outbox:
            yield outbox


@asynccontextmanager
async def another_outbox(redis: Redis, house: House) -> AsyncIterator[Outbox]:
    async with (
        Clients.opened(everywhere(TOKEN), f"{house.config.root}/api") as clients,
        Outbox(redis, clients).running() as outbox,
    ):
        yield outbox


async def texts(house: House) -> list[str]:
    return [message["text"] for message in await house.messages()]


@pytest.mark.parametrize(
    ("moment", "posts"),
    [("before the request", 1), ("while it connects", 1), ("before it reads the answer", 1), ("as its bytes go", 2)],
)
async def test_a_stalled_post_is_there_once(
    moment: str, posts: int, redis: Redis, redis_server: str, tmp_path: Path
) -> None:
    stall = Stall()
    async with living(tmp_path) as house:
        before = await texts(house)

        async def stalled() -> str:
            hooks = stalls_at(moment, "chat.postMessage", stall)
            async with stalling_outbox(redis_server, house, hooks) as outbox:
                await outbox.post("m", team="T1", channel=INCIDENT, message=text_message("m"))
                return await outbox.ts("m", team="T1", timeout=WAIT_S)

        with other_loop(stalled, stall) as ending:
            await stall.reached()
            async with another_outbox(redis, house) as outbox:
                await outbox.post("n", team="T1", channel=INCIDENT, message=text_message("n"))
                ts = await outbox.ts("m", team="T1", timeout=WAIT_S)
                await outbox.ts("n", team="T1", timeout=WAIT_S)
                stall.end()
                assert await ending == ts
        assert await texts(house) == [*before, "m", "n"]
        calls = [call for call in await house.journal(way="api", name="chat.postMessage") if call["ok"]]
        assert len(calls) == posts + 1, "a copy that went out was taken back; where it can be, none goes out"


@pytest.mark.parametrize("moment", ["before the request", "while it connects"])
async def test_a_stalled_update_does_not_come_back_over_a_newer_one(
    moment: str, redis: Redis, redis_server: str, tmp_path: Path
) -> None:
    stall = Stall()
    async with living(tmp_path) as house:
        async with another_outbox(redis, house) as outbox:
            await outbox.post("m", team="T1", channel=INCIDENT, message=text_message("counting"))
            ts = await outbox.ts("m", team="T1", timeout=WAIT_S)

        async def stalled() -> None:
            async with stalling_outbox(redis_server, house, stalls_at(moment, "chat.update", stall)) as outbox:
                await outbox.update("m", text_message("411 signals"), team="T1")
                await outbox.post("end", team="T1", channel=INCIDENT, message=text_message("end"))
                await outbox.ts("end", team="T1", timeout=WAIT_S)

        with other_loop(stalled, stall) as ending:
            await stall.reached()
            async with another_outbox(redis, house) as outbox:
                await outbox.update("m", text_message("412 signals"), team="T1")
                await outbox.post("n", team="T1", channel=INCIDENT, message=text_message("n"))
                await outbox.ts("n", team="T1", timeout=WAIT_S)
                stall.end()
                await ending
        assert [it["text"] for it in await house.messages() if it["ts"] == ts] == ["412 signals"]
        assert len(await house.journal(way="api", name="chat.update")) == 1


async def test_a_message_that_slack_refused_a_stalled_process_is_not_given_up_for_the_one_that_posted_it(
    redis: Redis, redis_server: str, tmp_path: Path
) -> None:
    stall = Stall()
    async with living(tmp_path) as house:
        await house.fault(kind="error", method="chat.postMessage", error="is_archived", times=1)

        async def stalled() -> str:
            hooks = stalls_at("before it reads the answer", "chat.postMessage", stall)
            async with stalling_outbox(redis_server, house, hooks) as outbox:
                await outbox.post("m", team="T1", channel=INCIDENT, message=text_message("m"))
                return await outbox.ts("m", team="T1", timeout=WAIT_S)

        with other_loop(stalled, stall) as ending:
            await stall.reached()
            async with another_outbox(redis, house) as outbox:
                ts = await outbox.ts("m", team="T1", timeout=WAIT_S)
                stall.end()
                assert await ending == ts
                assert await outbox.ts("m", team="T1") == ts
        assert (await texts(house)).count("m") == 1
