"""A worker: renders clips for as long as the body lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from bot import jobs
from bot.app import build
from bot.app.base import opened
from bot.app.open_telemetry import traced
from bot.app.render_parts import pool
from bot.app.shared_parts import shares
from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.metrics import Metrics
from bot.kernel.outside_calls import counted_in
from bot.kernel.settings import Settings
from bot.queue.job import CLIPS
from bot.queue.job_worker import Worker
from bot.services.explain_failure import explain_failure
from bot.state.embedded_server import redis_url
from bot.state.running_bots import registered, rendering_here


@asynccontextmanager
async def rendering(
    settings: Settings, *, concurrency: int = 1, clock: Clock | None = None, port: int | None = None
) -> AsyncIterator[None]:
    """With a `port` its health and metrics are served there."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        metrics = Metrics()
        counted_in(metrics)
        await stack.enter_async_context(traced(settings, "worker"))
        clock = clock or clock_ahead(settings.clock_ahead_s)
        base = await stack.enter_async_context(opened(settings, url, metrics, clock))
        await stack.enter_async_context(registered(base.redis, await shares(settings)))
        browsers = await stack.enter_async_context(pool(settings, concurrency))
        context = build.render_context(base, browsers)
        await stack.enter_async_context(base.slack.outbox.running())
        report, table = partial(explain_failure, base.failures), jobs.clip_jobs()
        worker = Worker(url, table, context, report=report, lane=CLIPS, concurrency=concurrency, metrics=metrics)
        await stack.enter_async_context(worker.working())
        await stack.enter_async_context(rendering_here(base.redis))
        if port:
            from bot.app.operations import measuring, readiness_of_worker  # noqa: PLC0415 - most workers serve nothing
            from bot.web.access.gate import AccessGate, Doors  # noqa: PLC0415
            from bot.web.health import health_routes  # noqa: PLC0415
            from bot.web.listening import listening  # noqa: PLC0415

            readiness = readiness_of_worker(base, browsers)
            routes = health_routes(metrics.registry, readiness, measuring(base, readiness, metrics))
            gate = AccessGate(Doors(metrics=settings.metrics_token))
            await stack.enter_async_context(
                listening(settings.host, port, routes, gate, metrics_port=settings.metrics_port)
            )
            await stack.enter_async_context(readiness.until_drained(worker.drained, wait_s=settings.shutdown_wait_s))
        yield
