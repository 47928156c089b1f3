"""Rate limits, counted down together by whoever asks."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.rum.rum_requests import EventPage, search
from bot.state.call_limits import OwnLimits, RateLimits, SharedLimits, remaining_of
from standins.datadog.world import Rate, World
from tests.providers.datadog.conftest import QUICK
from tests.providers.datadog.examples import WEEK

ASK = search("@type:action", WEEK, limit=1)


class OwnTime:
    """Limits of one process, by a clock of the test's."""

    def __init__(self) -> None:
        self.now = 0.0
        self.limits = OwnLimits(lambda: self.now)

    async def passes(self, seconds: float) -> None:
        self.now += seconds


class SharedTime:
    """Limits in Redis, where what is left of them is shortened."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.limits = SharedLimits(redis, "datadog", "datadoghq.com")

    async def passes(self, seconds: float) -> None:
        async for key in self._redis.scan_iter():
            await self._redis.pexpire(key, await self._redis.pttl(key) - round(seconds * 1000))


@pytest.fixture(params=["own", "shared"])
def time(request: pytest.FixtureRequest, redis: Redis) -> OwnTime | SharedTime:
    return OwnTime() if request.param == "own" else SharedTime(redis)


@pytest.fixture
def limits(time: OwnTime | SharedTime) -> RateLimits:
    return time.limits


async def test_nobody_waits_before_datadog_named_a_limit(limits: RateLimits) -> None:
    assert [await limits.take("rum") for _ in range(3)] == [0, 0, 0]


async def test_what_is_left_is_counted_down_and_starts_anew(limits: RateLimits, time: OwnTime | SharedTime) -> None:
    await limits.announce("rum", 2, 3600)
    assert [await limits.take("rum") for _ in range(2)] == [0, 0]
    assert 3000 < await limits.take("rum") <= 3600
    assert await limits.take("notebooks") == 0
    await time.passes(3000)
    assert 0 < await limits.take("rum") <= 600
    await time.passes(600)
    assert await limits.take("rum") == 0


async def test_an_answer_to_an_older_request_gives_nothing_back(limits: RateLimits) -> None:
    """Five are left when it was answered; meanwhile all but one were taken."""
    await limits.announce("rum", 5, 3600)
    for _ in range(4):
        await limits.take("rum")
    await limits.announce("rum", 4, 3600)
    assert [await limits.take("rum") > 0 for _ in range(2)] == [False, True]


async def test_two_replicas_never_ask_more_than_they_may(redis: Redis, world: World, url: str) -> None:
    """Ten requests a period; both together want 24."""
    world.rates["rum"] = Rate(limit=10, period_s=0.3)
    site = Site(url=url)
    async with (
        Client.opened(site, "api", "app", SharedLimits(redis, "datadog", site.name), QUICK) as one,
        Client.opened(site, "api", "app", SharedLimits(redis, "datadog", site.name), QUICK) as other,
    ):
        await one.send(ASK, EventPage)
        for _ in range(12):
            await asyncio.gather(one.send(ASK, EventPage), other.send(ASK, EventPage))
    assert {it.status for it in world.requests} == {200}


async def test_without_redis_nobody_is_held_back() -> None:
    gone = Redis(host="127.0.0.1", port=1, retry=None)  # type: ignore[arg-type]
    limits = SharedLimits(gone, "datadog", "datadoghq.com")
    await limits.announce("rum", 0, 10)
    assert await limits.take("rum") == 0
    await gone.aclose()


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "7"}, (3, 7.0)),
        ({"X-RateLimit-Remaining": "3"}, None),
        ({"X-RateLimit-Remaining": "-3", "X-RateLimit-Reset": "7"}, None),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "soon"}, (3, 5.0)),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "99999999"}, (3, 3600.0)),
        ({}, None),
    ],
)
def test_headers_are_read_with_care(headers: dict[str, str], told: tuple[int, float] | None) -> None:
    assert remaining_of(headers) == told
