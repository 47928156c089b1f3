"""The intake's routes, with what they stand on, as the settings have it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from aiohttp import web
from redis.asyncio import Redis

from bot.files.file_areas import file_areas
from bot.kernel.clock import Clock
from bot.kernel.settings import Settings
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.registry import forward_address
from bot.state.locks import on_duty
from bot.state.shared_quotas import SharedQuotas
from bot.web.events_api import events_routes
from bot.web.intake import closed_intake_routes, intake_routes
from bot.web.intake_admission import IntakeAdmission, KnownSenders
from bot.web.refused_people import RefusedPeople
from bot.web.tee import Tee

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@asynccontextmanager
async def opened_intake(
    settings: Settings, redis: Redis, store: EventStorePort | None, clock: Clock
) -> AsyncIterator[list[web.RouteDef]]:
    """Without a store it is closed. Raises Misunderstood for a file of senders that can't be read."""
    if store is None:
        yield closed_intake_routes()
        return
    senders = await asyncio.to_thread(KnownSenders.opened, settings.intake_keys, settings.intake_senders)
    # Whom it serves is what the settings say: behind a proxy on this machine, everybody seems to be from here.
    hosts = {settings.host, urlsplit(settings.public_url or "").hostname or settings.host}
    admission = IntakeAdmission(senders, SharedQuotas(redis, clock), local=hosts <= LOOPBACK)
    async with _tee(settings, redis) as tee:
        # Another program can't read what is embedded, so that a backup asks for it here.
        export = events_routes(store, settings.data) if isinstance(store, EventStore) else []
        refused = RefusedPeople(redis, store, clock)
        yield [*intake_routes(store, tee=tee, admission=admission, refused=refused), *export]


@asynccontextmanager
async def _tee(settings: Settings, redis: Redis) -> AsyncIterator[Tee | None]:
    target = forward_address(settings)
    if target is None:
        yield None
        return
    async with Tee.opened(file_areas(settings).forwarded, target, duty=partial(on_duty, redis, "tee")) as tee:
        yield tee
