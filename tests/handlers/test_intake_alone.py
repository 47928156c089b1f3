"""The intake can be scaled apart from the bots: it takes in what browsers send, and answers nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec import to_builtins
from redis.asyncio import Redis

from bot.app.serve import serving, taking_in
from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Secret
from bot.providers.local.clickhouse.clickhouse_client import ClickHouseClient
from bot.providers.local.clickhouse.clickhouse_migrations import migrate
from bot.providers.local.clickhouse.clickhouse_tables import Layout
from bot.providers.local.event_store import EventStore
from bot.providers.local.provider import LocalSettings
from bot.state import keys
from bot.web.ask_api import RunningBot, Wanted
from tests.free_ports import free_port
from tests.handlers.datadog import RECORDINGS, V1, Shop, with_datadog
from tests.handlers.house import House, open_house
from tests.providers.local.rumevents import action, lines


async def test_an_intake_beside_bots_that_ask_datadog_keeps_what_it_is_sent(
    tmp_path: Path, redis: Redis, redis_server: str, shop: Shop
) -> None:
    events = next((RECORDINGS / V1).glob("*.ndjson")).read_bytes()
    async with with_datadog(shop(), tmp_path, redis_server) as house:
        port = free_port()
        settings = msgspec.structs.replace(house.settings, port=port)
        base = f"http://127.0.0.1:{port}"
        async with taking_in(settings, clock=house.clock):
            assert await redis.hlen(keys.BOTS) == 2, "a bot and an intake"
            sent = {"ddforward": "/api/v2/rum?dd-api-key=pub"}
            async with house.session.post(f"{base}/intake/datadog", params=sent, data=events) as answer:
                assert (answer.status, (await answer.json())["kept"] > 0) == (202, True)
            for path, status in (("/healthz", 200), ("/metrics", 401), ("/notebooks", 404), ("/slack/events", 404)):
                async with house.session.get(base + path) as answer:
                    assert answer.status == status, path
        store = await EventStore.open(tmp_path / "rum", clock=house.clock)
        assert await store.query("SELECT count(*) > 0 FROM actions") == [(True,)]
        await store.close()


async def test_an_intake_beside_a_bot_that_answers_from_a_file_of_its_own_is_refused(
    house: House, tmp_path: Path
) -> None:
    """Also where it would have a file of its own, which no bot ever reads."""
    for data in (house.settings.data, tmp_path / "other"):
        settings = msgspec.structs.replace(house.settings, data=data, port=free_port())
        with pytest.raises(Misunderstood, match="REPLAYBOOK_EVENTS=clickhouse://"):
            async with taking_in(settings, clock=house.clock):
                pytest.fail("it opened")


async def test_what_an_intake_takes_in_is_answered_by_each_of_two_bots_on_one_clickhouse(
    tmp_path: Path, redis: Redis, redis_server: str, clickhouse: str, clock: Clock
) -> None:
    client = await ClickHouseClient.open(clickhouse)
    await migrate(client, Layout(), clock)
    await client.close()
    events = LocalSettings(events=Secret(clickhouse))
    sent = lines(*(action(clock(), "rage_click", id=f"a{n}", session=f"s{n}", target="Buy now") for n in range(3)))
    async with open_house(tmp_path, None, redis_server, clock, source="local", providers=(events,)) as house:
        other, alone = (msgspec.structs.replace(house.settings, port=free_port()) for _ in range(2))
        async with serving(other, clock=clock), taking_in(alone, clock=clock):
            assert await redis.hlen(keys.BOTS) == 3
            url = f"http://127.0.0.1:{alone.port}/intake/datadog"
            params = {"ddforward": "/api/v2/rum?dd-api-key=pub"}
            async with house.session.post(url, params=params, data=sent) as answer:
                assert (answer.status, (await answer.json())["kept"]) == (202, 3)
            for bot in (house.settings, other):
                wanted = to_builtins(
                    Wanted("rage clicks on Buy now in the last 2 hours", clock() + timedelta(minutes=1))
                )
                shown, url = RunningBot.of(bot.data).headers, f"http://127.0.0.1:{bot.port}/api/ask"
                async with house.session.post(url, json=wanted, headers=shown) as answer:
                    said = await answer.json()
                assert said["answer"]["sessions"] == 3, said
