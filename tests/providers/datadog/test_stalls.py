"""A process that stalls before it sends a create has lost its lock when it wakes up: only the other one sends it."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bot.backlog.ticket import NewTicket
from bot.providers.datadog.cases.datadog_cases import DatadogCases
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.state import locks
from bot.state.call_limits import OwnLimits
from bot.state.connection import connected
from bot.state.locks import LockLost
from bot.state.redis_records import RedisRecords
from standins.datadog.datadog_server import running
from standins.datadog.world import World
from tests.providers.datadog.house import QUICK
from tests.stalling import Stall, other_loop

LEASE_S = 6.0
BUY = NewTicket("SHOP", "Buy is dead", meaning="R1")


class StallingLimits(OwnLimits):
    """Stalls when the first request after the projects were listed is about to be sent: the create."""

    def __init__(self, stall: Stall) -> None:
        super().__init__()
        self._stall = stall
        self._requests = 0

    async def take(self, group: str) -> float:
        self._requests += 1
        if self._requests == 2:
            self._stall.block()
        return await super().take(group)


async def created(cases: DatadogCases) -> str:
    """The key. Whoever lost the lock asks again, as its callers do."""
    while True:
        try:
            return (await cases.create(BUY)).key
        except LockLost:
            continue


async def test_two_processes_of_which_one_stalled_make_one_case(
    redis: Redis, redis_server: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "LEASE_S", LEASE_S)
    stall = Stall()
    async with running(world) as url, Client.opened(Site(url=url), "api", "app", patience=QUICK) as client:

        async def stalled() -> str:
            async with (
                connected(redis_server) as theirs,
                Client.opened(Site(url=url), "api", "app", limits=StallingLimits(stall), patience=QUICK) as stalling,
            ):
                return await created(DatadogCases(stalling, theirs, RedisRecords(theirs)))

        with other_loop(stalled, stall) as ending:
            await stall.reached()
            case = await created(DatadogCases(client, redis, RedisRecords(redis)))
            stall.end()
            assert await ending == case
    assert (
        len([request for request in world.requests if request.method == "POST" and request.path.endswith("/cases")])
        == 1
    )
