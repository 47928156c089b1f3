"""Datadog as the settings say: one client, and what is built on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from bot.kernel.clock import Clock, system_clock
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.rate_limits import OwnLimits, SharedLimits
from bot.providers.datadog.http.site import Site
from bot.providers.datadog.replay.replays import DatadogRecordings
from bot.providers.datadog.rum.datadog_source import DatadogSource


@dataclass(frozen=True, slots=True)
class Datadog:
    client: Client
    source: DatadogSource


def is_configured(settings: Settings) -> bool:
    """Whether both keys are there. Raises Misunderstood when only one is."""
    if bool(settings.dd_api_key) != bool(settings.dd_app_key):
        missing = "DD_APP_KEY" if settings.dd_api_key else "DD_API_KEY"
        raise Misunderstood(f"Datadog needs both of its keys, but {missing} isn't set.", at=missing)
    return bool(settings.dd_api_key)


def site_of(settings: Settings) -> Site:
    return Site(settings.dd_site, settings.datadog_url, settings.datadog_app_url)


def intake_of(settings: Settings) -> str | None:
    """Where the intake sends on what the SDK sent (see bot.web.tee), or None where it keeps it to itself."""
    return site_of(settings).intake if settings.intake_forward == "datadog" else settings.intake_forward


@asynccontextmanager
async def open_datadog(
    settings: Settings,
    redis: Redis | None = None,
    ours: DatadogRecordings | None = None,
    clock: Clock = system_clock,
) -> AsyncIterator[Datadog]:
    """Nothing is sent yet. With `redis`, rate limits are shared with every other process that has it; `ours`
    has the recordings that our intake stored, which are looked at first."""
    if not is_configured(settings):
        raise Misunderstood("Datadog needs its keys: set DD_API_KEY and DD_APP_KEY.", at="DD_API_KEY")
    site, api_key, app_key = site_of(settings), str(settings.dd_api_key), str(settings.dd_app_key)
    limits = SharedLimits(redis, site.name) if redis else OwnLimits()
    async with Client.opened(site, api_key, app_key, limits) as client:
        yield Datadog(client, DatadogSource(client, api_key, clock, ours))
