"""The roof: builds everything from the settings, once. The only place that knows every room and every provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import jobs, providers
from bot.backlog.owner_lookup import AllOwners
from bot.backlog.owners import Owners
from bot.backlog.request import Request
from bot.backlog.tracker import Ticket
from bot.jobs.explain_failure import failed
from bot.jobs.tick import tick
from bot.kernel.clock import Clock, clock_ahead
from bot.kernel.errors import Missing, Misunderstood, Unavailable
from bot.kernel.messages import JsonObject, Messages
from bot.kernel.settings import Settings
from bot.kernel.telemetry import Metrics
from bot.notebook.notebook_text import NotebookText
from bot.notebook.shown_clip import ShownClip
from bot.providers import Chosen
from bot.providers.datadog.opening import intake_of
from bot.providers.local.event_store import EventStore
from bot.providers.local.local_notebooks import LocalFiles
from bot.providers.local.local_tickets import LocalTracker
from bot.providers.local.retention import tidy_daily
from bot.providers.local.sample.load import load_sample
from bot.providers.model import opened as model_opened
from bot.queue.queue import Queue
from bot.queue.worker import Worker
from bot.replay.model import Masks, Style
from bot.replay.stage.pool import RenderPool
from bot.services import queued_jobs
from bot.services.clips.clip_settings import ClipSettings
from bot.services.clips.context import Studio
from bot.services.desk import Desk
from bot.services.office import Office
from bot.signals.asked_question import AskedQuestion
from bot.signals.presets import presets
from bot.slack.clients import Clients
from bot.slack.inbox import Inbox
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.state.connection import connected
from bot.state.due_index import DueIndex
from bot.state.embedded_server import redis_url
from bot.state.leases import Leases
from bot.state.once import Once
from bot.state.records import Records
from bot.web.answer_pages import answer_routes
from bot.web.ask_api import Wanted, announced, answer, asking_routes
from bot.web.health import health_routes
from bot.web.html_pages import HtmlPages
from bot.web.intake import intake_routes
from bot.web.listening import free_port, listening
from bot.web.notebook_pages import notebook_routes
from bot.web.slack_events import slack_routes
from bot.web.tee import Tee
from bot.web.ticket_pages import ticket_routes
from handlers.edge import slack_edge, socket_mode

READY_S = 1.0  # whoever asks whether we are well doesn't wait for long
NO_SIGNALS = "The chosen provider has no signals; see REPLAYBOOK_SOURCE in docs/settings.md."


@asynccontextmanager
async def serving(settings: Settings, *, sample: bool = False, clock: Clock | None = None) -> AsyncIterator[Office]:
    """The bot: its web server, its answers, its outbox. Everything but the rendering of clips.

    `sample` brings the sample week up to now, for the demo. Without a `clock` the settings say what time it is.
    """
    settings, clock = _with_port(settings), clock or clock_ahead(settings.clock_ahead_s)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        metrics = Metrics()
        store = await stack.enter_async_context(_store(settings, clock, sample=sample))
        await stack.enter_async_context(_beside(tidy_daily(store, timedelta(days=settings.retention_days))))
        built = await stack.enter_async_context(_built(settings, url, metrics, clock, store))
        desk, office = built.desk, built.office()
        await stack.enter_async_context(desk.outbox.running())
        report = partial(failed, desk)
        worker = Worker(
            url, jobs.answers(), office, report=report, lane=queued_jobs.ANSWERS, concurrency=8, metrics=metrics
        )
        await stack.enter_async_context(worker.working())
        slack = await stack.enter_async_context(slack_edge(office, Inbox(built.redis)))
        routes = [
            *slack_routes(slack),
            *health_routes(metrics.registry, partial(_ready, built.redis)),
            *_pages(office),
            *intake_routes(store, settings.intake_keys, tee=await stack.enter_async_context(_tee(settings))),
            *asking_routes(office),
        ]
        await stack.enter_async_context(listening(settings.host, settings.port, routes))
        await stack.enter_async_context(announced(settings.data, f"http://{settings.host}:{settings.port}"))
        if settings.slack_app_token:
            await stack.enter_async_context(socket_mode(slack, settings.slack_app_token))
        yield office


@asynccontextmanager
async def filming(settings: Settings, *, concurrency: int = 1, clock: Clock | None = None) -> AsyncIterator[None]:
    """A worker: renders clips for as long as the body lasts."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        metrics = Metrics()
        built = await stack.enter_async_context(
            _built(settings, url, metrics, clock or clock_ahead(settings.clock_ahead_s))
        )
        studio = await stack.enter_async_context(_studio(settings, built, concurrency))
        await stack.enter_async_context(built.desk.outbox.running())
        report = partial(failed, built.desk)
        worker = Worker(
            url, jobs.clips(), studio, report=report, lane=queued_jobs.CLIPS, concurrency=concurrency, metrics=metrics
        )
        await stack.enter_async_context(worker.working())
        yield


async def asked_here(settings: Settings, wanted: Wanted, clock: Clock | None = None) -> JsonObject:
    """Answer without a bot. Raises Conflict while one has the store open, and ReplaybookError."""
    clock = clock or clock_ahead(settings.clock_ahead_s)
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        _store(settings, clock, sample=False) as store,
        providers.opened(providers.Setup(settings, redis, "", store, clock)) as parts,
    ):
        if parts.source is None:
            raise Missing(NO_SIGNALS)
        return await answer(parts.source, Owners.load(settings.owners), wanted, presets(settings.presets))


def pool(settings: Settings, size: int = 1) -> RenderPool:
    sandbox = {"auto": None, "on": True, "off": False}[settings.browser_sandbox]
    return RenderPool(settings.browser, size, sandbox, origins=settings.allowed_assets)


def style(settings: Settings) -> Style:
    return Style(width=settings.clip_width, fps=settings.clip_fps, max_bytes=settings.clip_max_bytes)


@dataclass(frozen=True, slots=True)
class Built:
    """What every process of ours is made of."""

    desk: Desk
    parts: Chosen
    redis: Redis

    def office(self) -> Office:
        """Raises Missing when the chosen provider has no signals."""
        if self.parts.source is None:
            raise Missing(NO_SIGNALS)
        return Office(self.desk, self.parts.source)


@asynccontextmanager
async def _built(
    settings: Settings, url: str, metrics: Metrics, clock: Clock, store: EventStore | None = None
) -> AsyncIterator[Built]:
    token = settings.slack_bot_token
    if not token:
        raise Misunderstood("SLACK_BOT_TOKEN isn't set; see “Connect Slack” in the README, or try `replaybook demo`.")
    public_url = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    async with (
        connected(url) as redis,
        Clients.opened(lambda _team: token, settings.slack_api_url) as clients,
        Queue.opened(url, queued_jobs.ANSWERS) as queue,
        Queue.opened(url, queued_jobs.CLIPS) as films,
        providers.opened(providers.Setup(settings, redis, public_url, store, clock)) as parts,
        model_opened(settings.model_url, settings.model_key, settings.model) as rewriter,
    ):
        desk = Desk(
            settings=settings,
            public_url=public_url,
            clock=clock,
            messages=Messages.load(),
            people=People(redis, clients, tag=settings.default_locale, zone=settings.default_zone),
            clients=clients,
            outbox=Outbox(redis, clients, metrics=metrics),
            queue=queue,
            films=films,
            once=Once(redis),
            owners=AllOwners(Owners.load(settings.owners), (parts.owners,) if parts.owners else ()),
            notebooks=parts.notebooks,
            files=LocalFiles(settings.data / "files"),
            words=NotebookText.load(),
            tracker=parts.tracker,
            claims=Leases(redis),
            asked=Records(redis, AskedQuestion),
            pages=Records(redis, tuple[str, str]),
            shown=Records(redis, ShownClip),
            channels=Records(redis, ClipSettings),
            requests=Records(redis, Request),
            threads=Records(redis, str),
            clips=Records(redis, tuple[str, ...]),
            ledger=DueIndex(redis),
            presets=presets(settings.presets),
            rewriter=rewriter,
        )
        yield Built(desk, parts, redis)


@asynccontextmanager
async def _store(settings: Settings, clock: Clock, *, sample: bool) -> AsyncIterator[EventStore]:
    """The intake's store. Raises Conflict when another process has it."""
    store = await EventStore.open(settings.data / "rum", clock=clock)
    try:
        if sample:
            await load_sample(store, clock().astimezone())
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def _tee(settings: Settings) -> AsyncIterator[Tee | None]:
    base = intake_of(settings)
    if base is None:
        yield None
        return
    async with Tee.opened(settings.data / "tee", base) as tee:
        yield tee


@asynccontextmanager
async def _studio(settings: Settings, built: Built, concurrency: int) -> AsyncIterator[Studio]:
    async with pool(settings, concurrency) as browsers:
        yield Studio(built.desk, browsers, built.parts.recordings, style(settings), Masks())


def _pages(office: Office) -> list[web.RouteDef]:
    desk, pages = office.desk, HtmlPages.load()
    notebooks = notebook_routes(desk.notebooks, desk.files, desk.words, pages, listed=_alone(desk), now=desk.clock)
    notebooks += answer_routes(desk, pages)
    if not isinstance(desk.tracker, LocalTracker):
        return [*notebooks, *pages.routes()]

    async def moved(_ticket: Ticket) -> None:
        await tick(office)  # the clock would see it within a minute; whoever pressed is watching now

    return [*notebooks, *ticket_routes(desk.tracker, pages, moved), *pages.routes()]


def _alone(desk: Desk) -> bool:
    """Whether only this machine reaches the bot. Elsewhere a notebook is found by its address, and not in a list."""
    return desk.settings.host in {"127.0.0.1", "::1", "localhost"}


async def _ready(redis: Redis) -> None:
    try:
        async with asyncio.timeout(READY_S):
            await redis.ping()
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable("Redis doesn't answer.") from error


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
