"""The embedded provider, on a store in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from bot.backlog.ticket import Status
from bot.kernel.settings import Settings
from bot.providers.local import sdk_events
from bot.providers.local.batch import Surroundings
from bot.providers.local.event_store import EventStore
from bot.providers.local.import_ import import_paths
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from tests.moments import starting_at
from tests.providers.contract.events import NOW
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared

STATUSES = {"finish": Status.DONE, "close": Status.CLOSED, "reopen": Status.OPEN}


@asynccontextmanager
async def prepared(content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    store = await EventStore.open(folder / "rum", clock=starting_at(NOW))
    try:
        lines = "\n".join(json.dumps(event) for event in content.events).encode()
        await store.write(store.rows.rum(sdk_events.decode(lines)[0], Surroundings())[0])
        if content.recording:
            await import_paths(store, [content.recording])
        tracker = LocalTracker(RedisRecords(redis), base_url=PUBLIC_URL, now=starting_at(NOW))
        setup = Setup(Settings(data=folder), redis, RedisRecords(redis), PUBLIC_URL, starting_at(NOW), store)
        yield Prepared(setup, lambda key, what: tracker.move(key, STATUSES[what]))
    finally:
        await store.close()
