"""The whole bot with its records in Postgres: the same journey, and nothing that people made stays in Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import Status
from bot.kernel.clock import Clock
from bot.kernel.settings import Secret
from bot.providers.local.local_tickets import LocalTracker
from bot.state import keys
from tests.handlers.house import JISOO, House, has, open_house, tick, until
from tests.handlers.walking import TEAM, quiet
from tests.record_stores import sql_value

QUESTION = "frustration signals on buy button this week"


@pytest.fixture
async def house(
    tmp_path: Path, sample: Path, redis: Redis, redis_server: str, clock: Clock, postgres_url: str
) -> AsyncIterator[House]:
    settings: dict[str, Any] = {"database_url": Secret(postgres_url), "migrate_at_start": True}
    async with open_house(tmp_path, sample, redis_server, clock, **settings) as opened:
        yield opened


async def test_the_journey_from_the_question_to_done(house: House, postgres_url: str) -> None:
    said = await house.ask(QUESTION)
    await house.press(said, "notebook.add")
    await house.reply(said["ts"], lambda it: "/notebooks/" in str(it.get("blocks")))
    await house.press(said, "backlog.ask")
    request = await house.reply(said["ts"], lambda it: has(it, "backlog.in_backlog"))
    await house.press(request, "backlog.in_backlog", user=JISOO.id)
    assert await house.submit(await house.modal(user=JISOO.id), {}, user=JISOO.id) == {"ok": True}
    await house.reply(said["ts"], lambda it: "SHOP-1" in it["text"] and it["ts"] != request["ts"])
    tracker = house.services.requests.trackers.of()
    assert isinstance(tracker, LocalTracker)
    await tracker.move("SHOP-1", Status.DONE)
    await tick(house.services)
    done = await house.reply(said["ts"], lambda it: "checkered_flag" in str(it.get("blocks")))
    assert "SHOP-1" in str(done["blocks"])

    async def recorded() -> bool:
        [notebook] = await house.services.postmortems.notebooks.list(TEAM)
        return [row.ticket for row in notebook.follow_ups] == ["SHOP-1"]

    assert await until(recorded)
    await quiet(house.redis)
    left = [key async for key in house.redis.scan_iter() if is_a_record(key.decode())]
    assert left == []
    kinds = await sql_value(postgres_url, "SELECT array_agg(DISTINCT kind) FROM replaybook_records")
    assert {"asked", "thread", "request", "notebook", "channel-notebook", "ticket", "project"} <= set(kinds)


def is_a_record(key: str) -> bool:
    indexes = (keys.REQUESTS_DUE, keys.NOTEBOOKS_DUE, keys.WATCHES_DUE, keys.DIGESTS_DUE)
    return ":record:" in key or key.startswith(keys.page("")) or ":order:" in key or key.endswith(indexes)
