"""Opens PostHog as the settings say: one client, and the parts that are built on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from bot.kernel.errors import Misunderstood
from bot.providers.posthog.event_properties import EventProperties
from bot.providers.posthog.posthog_client import PostHogClient
from bot.providers.posthog.posthog_recordings import PostHogRecordings
from bot.providers.posthog.posthog_settings import PostHogSettings
from bot.providers.posthog.posthog_source import PostHogSource
from bot.providers.posthog.setting_mistakes import refuse_mistaken
from bot.providers.provider import Parts, Setup
from bot.state.call_limits import OwnLimits, SharedLimits


@asynccontextmanager
async def open_posthog(setup: Setup) -> AsyncIterator[Parts]:
    """Nothing is sent yet. Raises Misunderstood where the key or the project is missing."""
    settings = setup.settings.of(PostHogSettings)
    async with open_client(settings, setup.redis) as client:
        recordings = PostHogRecordings(client)
        properties = EventProperties(settings.version_property, settings.env_property, settings.service_property)
        source = PostHogSource(client, properties, recordings, str(settings.key), setup.clock)
        yield Parts(source=source, recordings=recordings)


@asynccontextmanager
async def open_client(settings: PostHogSettings, redis: Redis | None = None) -> AsyncIterator[PostHogClient]:
    """With `redis`, rate limits are shared with every other process that has it. Raises Misunderstood."""
    if not (settings.key and settings.project):
        missing = "REPLAYBOOK_POSTHOG_PROJECT" if settings.key else "REPLAYBOOK_POSTHOG_KEY"
        raise Misunderstood(
            "PostHog needs a key and a project, but %(missing)s isn’t set.", at=missing, missing=missing
        )
    refuse_mistaken(settings)
    limits = SharedLimits(redis, "posthog", f"{settings.url}#{settings.project}") if redis else OwnLimits()
    async with PostHogClient.opened(settings.url, settings.project, str(settings.key), limits) as client:
        yield client
