"""The language model, on an API that answers what a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from bot.kernel.clock import system_clock
from bot.kernel.settings import Settings
from bot.providers.model.model_settings import ModelSettings
from bot.providers.provider import Setup
from bot.state.redis_records import RedisRecords
from tests.providers.contract.provided import PUBLIC_URL, Content, Prepared
from tests.providers.model.standin import model_api


@asynccontextmanager
async def prepared(_content: Content, folder: Path, redis: Redis) -> AsyncIterator[Prepared]:
    async with model_api() as api:
        settings = Settings(data=folder).with_provider(ModelSettings(url=api.url, name="small"))
        yield Prepared(Setup(settings, redis, RedisRecords(redis), PUBLIC_URL, system_clock))
