"""What operators ask of a process: which parts it can use, and what it measures when metrics are collected."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.app.base import Base
from bot.files.file_areas import file_areas
from bot.files.store_check import usable_files
from bot.kernel.errors import Missing, ReplaybookError, Unavailable
from bot.kernel.metrics import Metrics
from bot.kernel.settings import Settings
from bot.providers.local.event_store_port import EventStorePort
from bot.queue.queue import MEASURED_S
from bot.replay.stage.pool import RenderPool
from bot.slack.web_api import Clients, called
from bot.state import keys
from bot.state.connection import ready
from bot.state.record_indexes import DueIndex
from bot.state.redis_records import KnownTeams
from bot.state.running_bots import worker_runs
from bot.web.readiness import Check, Readiness, seldom

Measure = Callable[[], Awaitable[None]]


def readiness_of_bot(base: Base, store: EventStorePort | None) -> Readiness:
    """`clips` is whether any worker runs that makes them."""
    others: dict[str, Check] = {
        "files": partial(usable_files, file_areas(base.settings)),
        "slack": _slack(base.slack.clients),
        "clips": partial(_clips, base.redis),
    }
    if store:
        others["events"] = partial(store.meta, "salt")
    return Readiness(_needed(base), others)


def readiness_of_worker(base: Base, browsers: RenderPool) -> Readiness:
    files = partial(usable_files, file_areas(base.settings))
    return Readiness(_needed(base), {"files": files, "slack": _slack(base.slack.clients), "browser": browsers.check})


def readiness_of_intake(settings: Settings, redis: Redis, store: EventStorePort) -> Readiness:
    files = partial(usable_files, file_areas(settings))
    return Readiness({"redis": partial(ready, redis)}, {"files": files, "events": partial(store.meta, "salt")})


def measuring(base: Base, readiness: Readiness, metrics: Metrics) -> Measure:
    """Returns what sets every gauge of a bot or a worker anew. Without Redis its gauges are gone, or no number."""

    async def measure() -> None:
        await asyncio.gather(base.queue.measure(metrics), readiness.measure(metrics))
        try:
            async with asyncio.timeout(MEASURED_S):
                await base.slack.outbox.measure(metrics)
                metrics.watches.set(await _watches(base))
        except (RedisError, OSError, ReplaybookError, TimeoutError):
            for gauge in (metrics.outbox_messages, metrics.outbox_oldest, metrics.watches):
                gauge.set(math.nan)

    return measure


async def _watches(base: Base) -> int:
    index, teams = DueIndex(base.records, keys.WATCHES_DUE), await KnownTeams(base.redis).all()
    return sum([len(await index.open(team)) for team in teams])


def _needed(base: Base) -> dict[str, Check]:
    return {"redis": partial(ready, base.redis), "records": base.records.ready}


def _slack(clients: Clients) -> Check:
    async def answers() -> None:
        with suppress(Missing):  # installed in no workspace yet, or in many, each with a token of its own
            await called("auth.test", clients.for_team("").auth_test())

    return seldom(answers)


async def _clips(redis: Redis) -> None:
    if not await worker_runs(redis):
        raise Unavailable("No worker runs.")
