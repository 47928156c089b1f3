"""The bot: its web server, its answers, its outbox. Everything but the rendering of clips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from aiohttp import web
from redis.asyncio import Redis

from bot import jobs
from bot.app import build
from bot.app.build import Base
from bot.app.shared_parts import retention_duty, shares
from bot.backlog.schedule import TICKET_LOOKS
from bot.backlog.ticket import Ticket
from bot.files.file_areas import file_areas
from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.errors import Conflict, Misunderstood
from bot.kernel.messages import JsonObject
from bot.kernel.processes import in_the_background
from bot.kernel.settings import Settings
from bot.kernel.telemetry import Metrics
from bot.notebook.notebook import Notebook
from bot.providers import chosen
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.local.open_local import open_events
from bot.providers.local.retention import tidy_daily
from bot.providers.local.sample.load import load_sample
from bot.providers.provider import Setup
from bot.providers.registry import all_hooks, answers_from_own, forward_address, keeps_events
from bot.queue.job import ANSWERS
from bot.queue.worker import Worker
from bot.services.explain_failure import explain_failure
from bot.services.postmortems.announce_status import announce
from bot.services.postmortems.discussion import PageDiscussion
from bot.services.postmortems.export_notebook import published_links
from bot.services.postmortems.refresh_facts import refresh_soon
from bot.services.postmortems.unused_files import tidying_files
from bot.services.questions.question_reader import QuestionReader
from bot.services.requests import request_clock
from bot.services.requests.heard_hooks import heard
from bot.services.requests.ticket_evidence import evidence_of
from bot.services.services import Services
from bot.signals.language.parse import prepare
from bot.signals.presets import presets
from bot.slack.inbox import Inbox
from bot.state.connection import connected, ready
from bot.state.embedded_server import redis_url
from bot.state.locks import on_duty
from bot.state.redis_records import opened_records
from bot.state.running_bots import registered
from bot.web.answer_pages import answer_routes
from bot.web.ask_api import Wanted, announced, answer, ask_routes
from bot.web.events_api import events_routes
from bot.web.export_pages import export_routes
from bot.web.head_pages import head_routes
from bot.web.health import health_routes
from bot.web.html_pages import HtmlPages
from bot.web.intake import closed_intake_routes, intake_routes
from bot.web.key_time_pages import key_time_routes
from bot.web.listening import free_port, listening
from bot.web.notebook_pages import notebook_routes
from bot.web.tee import Tee
from bot.web.ticket_pages import ticket_routes
from bot.web.tracker_hooks import hook_routes
from handlers import register
from handlers.edge import SlackApp, slack_edge, socket_mode
from handlers.receiving import slack_routes

CONCURRENCY = 8  # answers at once
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@asynccontextmanager
async def serving(settings: Settings, *, sample: bool = False, clock: Clock | None = None) -> AsyncIterator[Services]:
    """The bot for as long as the body lasts. `sample` brings the sample week up to now, for the demo.

    Without a `clock` the settings say what time it is.
    """
    settings, clock = _with_port(settings), clock or clock_ahead(settings.clock_ahead_s)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        metrics = Metrics()
        wanted = sample or keeps_events(settings)
        store = await stack.enter_async_context(_store(settings, clock, wanted=wanted, sample=sample))
        base = await stack.enter_async_context(build.opened(settings, url, metrics, clock, store))
        await stack.enter_async_context(registered(base.redis, await shares(settings, base.providers.source, store)))
        if store:
            await stack.enter_async_context(_beside(_tidying(settings, base.redis, store)))
        await stack.enter_async_context(_beside(tidying_files(settings, base.redis, base.records)))
        services = build.services(base)
        await stack.enter_async_context(_beside(_ready_to_read()))
        await stack.enter_async_context(base.slack.outbox.running())
        await stack.enter_async_context(_worker(url, base, services, metrics).working())
        slack_app = SlackApp(
            settings.slack_bot_token or "", settings.slack_signing_secret or "", settings.slack_api_url
        )
        slack = await stack.enter_async_context(slack_edge(slack_app, services, Inbox(base.redis), register))
        routes = [
            *slack_routes(slack, slack_app.signing_secret),
            *health_routes(metrics.registry, partial(_ready, base), partial(base.queue.measure, metrics)),
            *hook_routes(settings, all_hooks(), partial(heard, services.requests), clock),
            *_pages(base, services),
            *(await stack.enter_async_context(_intake(settings, base.redis, store))),
            *ask_routes(services.questions.reader, services.questions.owners.file),
        ]
        await stack.enter_async_context(listening(settings.host, settings.port, routes))
        await stack.enter_async_context(announced(settings.data, f"http://{settings.host}:{settings.port}"))
        if settings.slack_app_token:
            await stack.enter_async_context(socket_mode(slack, settings.slack_app_token))
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
        await stack.enter_async_context(_beside(_tidying(settings, redis, store)))
        routes = [
            *health_routes(Metrics().registry, partial(ready, redis), _nothing_queued),
            *(await stack.enter_async_context(_intake(settings, redis, store))),
        ]
        await stack.enter_async_context(listening(settings.host, settings.port, routes))
        yield


async def ask_here(settings: Settings, wanted: Wanted) -> JsonObject:
    """Answers without a bot. Raises Conflict while one has the store open, and ReplaybookError."""
    clock = clock_ahead(settings.clock_ahead_s)
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        _store(settings, clock, wanted=keeps_events(settings)) as store,
        opened_records(settings, redis) as records,
        chosen.opened(Setup(settings, redis, records, "", store, clock)) as parts,
    ):
        reader = QuestionReader(build.source_of(parts), lambda: wanted.now, presets(settings.presets))
        return await answer(reader, build.load_owners(settings), wanted)


def _worker(url: str, base: Base, services: Services, metrics: Metrics) -> Worker[Services]:
    report = partial(explain_failure, base.failures)
    table = jobs.answer_jobs()
    return Worker(url, table, services, report=report, lane=ANSWERS, concurrency=CONCURRENCY, metrics=metrics)


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


async def _nothing_queued() -> None:
    """An intake puts nothing on the queue and takes nothing from it."""


@asynccontextmanager
async def _intake(settings: Settings, redis: Redis, store: EventStorePort | None) -> AsyncIterator[list[web.RouteDef]]:
    if store is None:
        yield closed_intake_routes()
        return
    async with _tee(settings, redis) as tee:
        # Another program can't read what is embedded, so that a backup asks for it here.
        export = events_routes(store, settings.data) if isinstance(store, EventStore) else []
        yield [*intake_routes(store, settings.intake_keys, tee=tee), *export]


@asynccontextmanager
async def _tee(settings: Settings, redis: Redis) -> AsyncIterator[Tee | None]:
    target = forward_address(settings)
    if target is None:
        yield None
        return
    async with Tee.opened(file_areas(settings).forwarded, target, duty=partial(on_duty, redis, "tee")) as tee:
        yield tee


def _pages(base: Base, services: Services) -> list[web.RouteDef]:
    pages, postmortems = HtmlPages.load(), services.postmortems
    tracker = services.requests.trackers.by_name.get(LocalTracker.name)
    listed = base.settings.host in LOOPBACK  # elsewhere a notebook is found by its address, and not in a list
    notebooks = notebook_routes(
        postmortems.notebooks,
        base.files,
        postmortems.text,
        pages,
        listed=listed,
        now=base.clock,
        discussion=PageDiscussion(postmortems, base.queue),
        published=partial(published_links, services.exports),
    )

    async def head_changed(notebook: Notebook) -> None:
        if job := announce(notebook):
            await base.queue.put(job)
        await refresh_soon(services.facts, notebook)

    heads = head_routes(postmortems.notebooks, pages, now=base.clock, changed=head_changed)
    key_times = key_time_routes(
        postmortems.notebooks,
        postmortems.text,
        pages,
        now=base.clock,
        changed=partial(refresh_soon, services.facts),
    )
    routes = [
        *export_routes(services.exports, pages),
        *notebooks,
        *heads,
        *key_times,
        *answer_routes(base.questions, pages),
        *pages.routes(),
    ]
    if not isinstance(tracker, LocalTracker):
        return routes

    async def moved(_ticket: Ticket) -> None:
        # The clock would come by within the hour; whoever pressed is watching now.
        await request_clock.tick(services.requests, ahead=TICKET_LOOKS)

    return [*routes, *ticket_routes(tracker, pages, moved, partial(evidence_of, services.requests))]


async def _ready(base: Base) -> None:
    await ready(base.redis)
    await base.records.ready()


async def _ready_to_read() -> None:
    """Prepares for the first question, while nobody has asked one."""
    await in_the_background(prepare)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs for as long as the body."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _with_port(settings: Settings) -> Settings:
    """A port of 0 becomes a free one now, because links in messages need it."""
    if settings.port:
        return settings
    return msgspec.structs.replace(settings, port=free_port(settings.host))
