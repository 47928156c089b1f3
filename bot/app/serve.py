"""The bot: its web server, its answers, its outbox. Everything but the rendering of clips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

import msgspec
from redis.asyncio import Redis

from bot import jobs
from bot.app import build
from bot.app.base import Base, load_owners, opened, public_address
from bot.app.erasure.running_bot_erasure import erasure_routes
from bot.app.open_telemetry import traced
from bot.app.opened_intake import opened_intake
from bot.app.operations import measuring, readiness_of_bot, readiness_of_intake
from bot.app.own_of_teams import answer_retention
from bot.app.shared_parts import retention_duty, shares
from bot.app.slack_receiving import receiving
from bot.app.web_access import web_access
from bot.app.web_pages import page_routes
from bot.kernel.base_path import BasePath
from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.messages import JsonObject
from bot.kernel.metrics import Metrics
from bot.kernel.outside_calls import counted_in
from bot.kernel.processes import beside, in_the_background
from bot.kernel.setting_values import http_address
from bot.kernel.settings import Settings
from bot.kernel.turns import Turns
from bot.providers import chosen
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.open_local import open_events
from bot.providers.local.retention import tidy_daily
from bot.providers.local.sample.load import load_sample
from bot.providers.provider import Setup
from bot.providers.registry import all_hooks, answers_from_own, keeps_events
from bot.queue.job import ANSWERS
from bot.queue.job_worker import Worker
from bot.services.access.audit_log import tidying_audit
from bot.services.explain_failure import explain_failure
from bot.services.postmortems.unused_files import tidying_files
from bot.services.questions.question_reader import QuestionReader
from bot.services.requests.heard_hooks import heard
from bot.services.services import Services
from bot.services.teams.answer_retention import keeping_retention
from bot.signals.language.parse import prepare
from bot.signals.presets import presets
from bot.slack.inbox import Inbox
from bot.state.connection import connected
from bot.state.embedded_server import redis_url
from bot.state.locks import on_duty
from bot.state.redis_records import opened_records
from bot.state.running_bots import registered
from bot.web.access.gate import AccessGate, Doors
from bot.web.ask_api import Wanted, announced, answer, ask_routes, program_token
from bot.web.health import health_routes
from bot.web.html_pages import HtmlPages
from bot.web.listening import free_port, listening
from bot.web.tracker_hooks import hook_routes
from handlers.socket_mode import socket_mode

CONCURRENCY = 8  # answers at once


@asynccontextmanager
async def serving(settings: Settings, *, sample: bool = False, clock: Clock | None = None) -> AsyncIterator[Services]:
    """The bot for as long as the body lasts. `sample` brings the sample week up to now, for the demo.

    Without a `clock` the settings say what time it is.
    """
    settings, clock = _with_port(settings), clock or clock_ahead(settings.clock_ahead_s)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        metrics = Metrics()
        counted_in(metrics)
        await stack.enter_async_context(traced(settings, "bot"))
        wanted = sample or keeps_events(settings)
        store = await stack.enter_async_context(_store(settings, clock, wanted=wanted, sample=sample))
        base = await stack.enter_async_context(opened(settings, url, metrics, clock, store))
        await stack.enter_async_context(registered(base.redis, await shares(settings, base.shared_source, store)))
        if store:
            await stack.enter_async_context(beside(_tidying(settings, base.redis, store)))
        await stack.enter_async_context(beside(tidying_files(settings, base.redis, base.records)))
        keep = timedelta(days=settings.audit_days)
        await stack.enter_async_context(beside(tidying_audit(base.redis, base.records, clock, keep)))
        await stack.enter_async_context(beside(keeping_retention(base.redis, answer_retention(base))))
        services = build.services(base)
        await stack.enter_async_context(beside(_ready_to_read()))
        await stack.enter_async_context(base.slack.outbox.running())
        turns = Turns()
        worker = await stack.enter_async_context(_worker(url, base, services, metrics, turns).working())
        inbox, readiness = Inbox(base.redis), readiness_of_bot(base, store)
        slack, slack_routes = await stack.enter_async_context(receiving(base, services, inbox, metrics, turns))
        pages = HtmlPages.load(base.path)
        access = web_access(base, services, pages, await asyncio.to_thread(program_token, settings.data))
        routes = [
            *slack_routes,
            *health_routes(metrics.registry, readiness, measuring(base, readiness, metrics)),
            *hook_routes(settings, all_hooks(), partial(heard, services.requests), clock),
            *page_routes(base, services, pages, access),
            *(await stack.enter_async_context(opened_intake(settings, base.redis, store, clock))),
            *erasure_routes(base, store),
            *ask_routes(services.questions.reader, services.questions.owners.file),
        ]
        await stack.enter_async_context(
            listening(
                settings.host, settings.port, routes, access.gate, base=base.path, metrics_port=settings.metrics_port
            )
        )
        await stack.enter_async_context(announced(settings.data, http_address(settings.host, settings.port)))
        if settings.slack_app_token:
            await stack.enter_async_context(socket_mode(slack, settings.slack_app_token))
        drains = (worker.drained, inbox.drained)
        await stack.enter_async_context(readiness.until_drained(*drains, wait_s=settings.shutdown_wait_s))
        yield services


@asynccontextmanager
async def taking_in(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[None]:
    """The intake alone, for as long as the body lasts: its routes, health and metrics. Nothing is answered.

    Raises Misunderstood where the bots could not read what it keeps.
    """
    settings, clock = _with_port(settings), clock or clock_ahead(settings.clock_ahead_s)
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(
            connected(await stack.enter_async_context(redis_url(settings.redis_url, settings.data)))
        )
        store = await stack.enter_async_context(_store_of_intake(settings, clock))
        await stack.enter_async_context(registered(redis, await shares(settings)))
        await stack.enter_async_context(beside(_tidying(settings, redis, store)))
        metrics, readiness = Metrics(), readiness_of_intake(settings, redis, store)
        routes = [
            *health_routes(metrics.registry, readiness, partial(readiness.measure, metrics)),
            *(await stack.enter_async_context(opened_intake(settings, redis, store, clock))),
        ]
        gate = AccessGate(Doors(metrics=settings.metrics_token))
        await stack.enter_async_context(
            listening(
                settings.host,
                settings.port,
                routes,
                gate,
                base=BasePath.of(public_address(settings)),
                metrics_port=settings.metrics_port,
            )
        )
        await stack.enter_async_context(readiness.until_drained(wait_s=settings.shutdown_wait_s))
        yield


async def ask_here(settings: Settings, wanted: Wanted) -> JsonObject:
    """Answers without a bot. Raises Conflict while one has the store open, and ReplaybookError."""
    clock = clock_ahead(settings.clock_ahead_s)
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        _store(settings, clock, wanted=keeps_events(settings)) as store,
        opened_records(settings, redis) as records,
        chosen.opened(Setup(settings, redis, records, "", clock, store)) as parts,
    ):
        reader = QuestionReader(build.source_of(parts), lambda: wanted.now, presets(settings.presets))
        return await answer(reader, load_owners(settings), wanted)


def _worker(url: str, base: Base, services: Services, metrics: Metrics, turns: Turns) -> Worker[Services]:
    report = partial(explain_failure, base.failures)
    table = jobs.answer_jobs()
    worker = Worker(url, table, services, report=report, lane=ANSWERS, concurrency=CONCURRENCY, metrics=metrics)
    worker.turns = turns
    return worker


@asynccontextmanager
async def _store(
    settings: Settings, clock: Clock, *, wanted: bool, sample: bool = False
) -> AsyncIterator[EventStorePort | None]:
    """The intake's store, or None where nobody wants it. Raises Conflict when another process has it."""
    if not wanted:
        yield None
        return
    store = await open_events(settings, clock)
    try:
        if sample:
            await load_sample(store, clock().astimezone())
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def _store_of_intake(settings: Settings, clock: Clock) -> AsyncIterator[EventStorePort]:
    """Raises Misunderstood where it is a file that the bot, another process, answers from."""
    own = answers_from_own(settings)
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(_store(settings, clock, wanted=True))
        except Conflict:
            store = None
            if not own:
                raise
        if store is None or (own and store.dialect.engine == "DuckDB"):
            raise Misunderstood(
                "An intake of its own needs events that the bots can read: set REPLAYBOOK_EVENTS=clickhouse://…. "
                "Without it the bot has the intake."
            )
        yield store


async def _tidying(settings: Settings, redis: Redis, store: EventStorePort) -> None:
    """Retention, in one process at a time, for as long as it isn't cancelled."""
    keep = timedelta(days=settings.retention_days)
    await on_duty(redis, await retention_duty(store), partial(tidy_daily, store, keep))


async def _ready_to_read() -> None:
    """Prepares for the first question, while nobody has asked one."""
    await in_the_background(prepare)


def _with_port(settings: Settings) -> Settings:
    """A port of 0 becomes a free one now, because links in messages need it."""
    if settings.port:
        return settings
    return msgspec.structs.replace(settings, port=free_port(settings.host))
