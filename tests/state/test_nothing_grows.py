"""What is kept in Redis ends: nothing is without a time to live but what is pinned, and indexes empty themselves."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis

from bot.slack.inbox import Inbox
from bot.slack.outbox import Outbox
from bot.slack.web_api import Clients, everywhere
from bot.state import keys
from bot.state.records import LIFETIMES, lifetime_ms
from tests.state.exercise import TEAM, everything


async def for_ever(redis: Redis) -> set[str]:
    """Keys without a time to live."""
    return {key.decode() async for key in redis.scan_iter() if await redis.ttl(key) == -1}


async def test_when_all_is_done_only_what_has_a_bound_of_its_own_stays_for_ever(redis: Redis, tmp_path: Path) -> None:
    """The names of workspaces, and the order of the newest notebooks."""
    await everything(redis, tmp_path)
    assert await for_ever(redis) == {keys.TEAMS, keys.order(TEAM, "notebook"), keys.order("all", "notebook")}


async def test_while_something_waits_its_list_has_an_end_and_its_indexes_do_not(redis: Redis) -> None:
    """An index ends with its last entry."""
    async with Clients.opened(everywhere("xoxb-test"), "http://127.0.0.1:1/api") as clients:
        outbox = Outbox(redis, clients)
        await outbox.post("m", team="T1", channel="C1", message={"text": "m"})
        await outbox.update("m", {"text": "newer"}, team="T1")
    await Inbox(redis).keep({"text": "buy"})
    waiting = {keys.outgoing_due("T1"), keys.INBOX_ALIVE, keys.INBOX_OWNERS}
    assert await for_ever(redis) == {keys.TEAMS, *waiting}


def test_every_kind_of_record_says_when_it_ends() -> None:
    pinned = {kind for kind in LIFETIMES if not lifetime_ms(keys.record("T1", kind, "1"))}
    assert {"asked", "page", "shown", "clips", "request", "thread"} & pinned == set()
    assert "channel" in pinned
