"""GitHub, on its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.settings import Secret, Settings
from bot.providers.github.github_settings import GitHubSettings
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.github.github_by_hand import by_hand
from standins.github.github_server import running_github
from standins.github.github_world import GitHubWorld
from tests.moments import starting_at
from tests.providers.contract.events import NOW
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared


@asynccontextmanager
async def prepared(content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    world = GitHubWorld(clock=starting_at(NOW))

    async def pressed(key: str, what: str) -> None:
        repo, _, number = key.partition("#")
        issue = world.find(repo, int(number))
        assert issue
        by_hand(world, issue, what)

    async with running_github(world) as url:
        account = GitHubSettings(
            repo="acme/shop",
            token=Secret(world.token),
            url=f"{url}/api/v3",
            people=("jisoo@example.com=jisoo-k",),
        )
        settings = Settings(data=folder).with_provider(account)
        yield Prepared(
            Setup(settings, redis, RedisRecords(redis), PUBLIC_URL, clock=world.clock), pressed, "acme/shop#{}"
        )
