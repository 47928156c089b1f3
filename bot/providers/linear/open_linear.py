"""Opens Linear as the settings say."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from redis.asyncio import Redis

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.providers.linear.linear_client import LinearClient
from bot.providers.linear.linear_settings import LinearSettings
from bot.providers.linear.linear_tracker import APP_HOST, LinearTracker
from bot.providers.provider import Parts, Setup
from bot.state.rate_budgets import RateBudgets


@asynccontextmanager
async def open_linear(setup: Setup) -> AsyncIterator[Parts]:
    """Nothing is sent yet. Raises Misunderstood where the key is missing."""
    settings = setup.settings.of(LinearSettings)
    hosts = {APP_HOST} | ({urlsplit(settings.url).netloc} if settings.url else set())
    async with open_client(settings, setup.clock, setup.redis) as client:
        tracker = LinearTracker(
            client, project=setup.settings.tracker_project, workspace=settings.workspace, hosts=hosts
        )
        yield Parts(tracker=tracker)


@asynccontextmanager
async def open_client(settings: LinearSettings, now: Clock, redis: Redis | None = None) -> AsyncIterator[LinearClient]:
    """With `redis`, budgets are shared with every other process that has the key. Raises Misunderstood without one."""
    if not settings.configured:
        raise Misunderstood("Linear needs a key: set LINEAR_API_KEY.", at="LINEAR_API_KEY")
    key = str(settings.api_key) if settings.api_key else f"Bearer {settings.access_token}"
    account = hashlib.sha256(key.encode()).hexdigest()[:16]  # Linear counts by key
    async with LinearClient.opened(settings.url, key, RateBudgets(redis, "linear", account), now) as client:
        yield client
