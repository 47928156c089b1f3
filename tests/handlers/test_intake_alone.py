"""The intake can be scaled apart from the bots: it takes in what browsers send, and answers nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from bot.app.serve import taking_in
from bot.kernel.errors import Misunderstood
from bot.providers.local.event_store import EventStore
from bot.state import keys
from tests.handlers.datadog import RECORDINGS, V1, Shop, with_datadog
from tests.handlers.house import House, free_port


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
            for path, status in (("/healthz", 200), ("/metrics", 200), ("/notebooks", 404), ("/slack/events", 404)):
                async with house.session.get(base + path) as answer:
                    assert answer.status == status, path
        store = await EventStore.open(tmp_path / "rum")
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
