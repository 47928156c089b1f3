"""Confluence, on its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.clock import system_clock
from bot.kernel.settings import Settings
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from standins.confluence.confluence_server import running_confluence
from standins.confluence.confluence_world import ConfluenceWorld
from tests.providers.confluence.site import settings_of
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared


@asynccontextmanager
async def prepared(content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    world = ConfluenceWorld()
    async with running_confluence(world) as url:
        settings = Settings(data=folder).with_provider(settings_of(world, url))
        yield Prepared(Setup(settings, redis, RedisRecords(redis), PUBLIC_URL, system_clock))
