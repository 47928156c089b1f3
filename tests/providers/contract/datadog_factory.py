"""Datadog, on its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.settings import Secret, Settings
from bot.providers.datadog.datadog_settings import DatadogSettings
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.datadog.case_management import cases
from standins.datadog.datadog_server import running
from standins.datadog.incident_management import StoredIncident, incidents
from standins.datadog.owner_catalog import CatalogRule, CatalogTeam, User, catalog
from standins.datadog.recorded_sessions import add
from standins.datadog.world import World
from tests.moments import starting_at
from tests.providers.contract.events import NOW
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared


@asynccontextmanager
async def prepared(content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    world = World(clock=starting_at(NOW))
    world.events.add(content.events)
    if content.recording:
        add(world, content.recording, world.clock() - timedelta(minutes=2))
    for number, (view, email) in enumerate(content.owned.items()):
        known = catalog(world)
        known.users[f"u{number}"] = User(email)
        known.teams[f"t{number}"] = CatalogTeam(f"team-{number}", {f"u{number}": "admin"})
        known.rules.append(CatalogRule(view, f"team-{number}"))

    incidents(world).append(StoredIncident(142, "Buy is broken", [("T1", "C1")]))  # of the examples' channel

    async def by_hand(key: str, what: str) -> None:
        assert what == "finish"
        case = next(case for case in cases(world).cases if case.key == key)
        case.status, case.closed = "CLOSED", world.clock()

    async with running(world) as url:
        keys = DatadogSettings(api_key=Secret(world.api_key), app_key=Secret(world.app_key), url=url)
        yield Prepared(
            Setup(Settings(data=folder).with_provider(keys), redis, RedisRecords(redis), PUBLIC_URL, clock=world.clock),
            by_hand,
        )
