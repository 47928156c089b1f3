"""The roof: builds everything from the settings, once. The only place that knows every room and every provider."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from aiohttp import ClientError, ClientSession, web
from msgspec import to_builtins
from redis.asyncio import Redis
from redis.exceptions import RedisError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import jobs
from bot.backlog.owners import Owners
from bot.backlog.request import Request
from bot.backlog.tracker import Ticket
from bot.desk import work
from bot.desk.asked import Asked
from bot.desk.desk import Desk
from bot.desk.ledger import Ledger
from bot.desk.office import Office
from bot.desk.shown import Shown
from bot.desk.studio import Studio
from bot.jobs.failed import failed
from bot.jobs.reminder import tick
from bot.notebook.words import Words
from bot.providers.local.notebooks import LocalFiles, LocalNotebooks
from bot.providers.local.retention import tidy_daily
from bot.providers.local.sample.load import load_sample
from bot.providers.local.segments import LocalRecordings
from bot.providers.local.source import LocalSource
from bot.providers.local.store import Store
from bot.providers.local.tickets import LocalTracker
from bot.replay.model import Masks, Style
from bot.replay.pool import RenderPool
from bot.runtime.clients import Clients
from bot.runtime.errors import Misunderstood, Unavailable
from bot.runtime.messages import JsonObject, Messages
from bot.runtime.once import Once
from bot.runtime.outbox import Outbox
from bot.runtime.people import People
from bot.runtime.queue import Queue
from bot.runtime.records import Records
from bot.runtime.redis import connected
from bot.runtime.server import redis_url
from bot.runtime.settings import Settings
from bot.runtime.telemetry import Metrics
from bot.runtime.worker import Worker
from bot.web.asking import Wanted, answer, asking_routes
from bot.web.health import health_routes
from bot.web.intake import intake_routes
from bot.web.notebooks import notebook_routes
from bot.web.pages import Pages
from bot.web.slack import slack_routes
from bot.web.tickets import ticket_routes
from handlers import register

SHUTDOWN_S = 5.0
ADDRESS = "address"  # file in the data folder: where the running bot answers this machine


@asynccontextmanager
async def serving(settings: Settings, *, sample: bool = False) -> AsyncIterator[Office]:
    """The bot: its web server, its answers, its outbox. Everything but the rendering of clips.

    `sample` brings the sample week up to now, for the demo.
    """
    settings = _with_port(settings)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        metrics = Metrics()
        desk, redis = await stack.enter_async_context(_desk(settings, url, metrics))
        store = await Store.open(settings.data / "rum")
        stack.push_async_callback(store.close)
        if sample:
            await load_sample(store, datetime.now().astimezone())
        await stack.enter_async_context(_beside(tidy_daily(store, timedelta(days=settings.retention_days))))
        office = Office(desk, LocalSource(store))
        await stack.enter_async_context(desk.outbox.running())
        report = partial(failed, desk)
        worker = Worker(url, jobs.answers(), office, report=report, lane=work.ANSWERS, concurrency=8, metrics=metrics)
        await stack.enter_async_context(worker.working())
        slack = _slack(settings, office)
        routes = [
            *slack_routes(slack),
            *health_routes(metrics.registry, partial(_ready, redis)),
            *_pages(office),
            *intake_routes(store, settings.intake_keys),
            *asking_routes(office),
        ]
        await stack.enter_async_context(_listening(settings, routes))
        if settings.slack_app_token:
            await stack.enter_async_context(_socket_mode(slack, settings.slack_app_token))
        yield office


@asynccontextmanager
async def filming(settings: Settings, *, concurrency: int = 1) -> AsyncIterator[None]:
    """A worker: renders clips for as long as the body lasts."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(redis_url(settings.redis_url, settings.data))
        metrics = Metrics()
        desk, _ = await stack.enter_async_context(_desk(settings, url, metrics))
        studio = await stack.enter_async_context(_studio(settings, desk, concurrency))
        await stack.enter_async_context(desk.outbox.running())
        report = partial(failed, desk)
        worker = Worker(
            url, jobs.clips(), studio, report=report, lane=work.CLIPS, concurrency=concurrency, metrics=metrics
        )
        await stack.enter_async_context(worker.working())
        yield


async def asked_here(settings: Settings, wanted: Wanted) -> JsonObject:
    """Answer from the local store. Raises Conflict while another process has it open, and ReplaybookError."""
    store = await Store.open(settings.data / "rum")
    try:
        return await answer(LocalSource(store), Owners.load(settings.owners), wanted)
    finally:
        await store.close()


async def asked_there(settings: Settings, wanted: Wanted) -> JsonObject:
    """Answer from the bot that has the store open. Raises Unavailable when it isn't found where it said it is."""
    try:
        address = (settings.data / ADDRESS).read_text("utf-8")
        async with ClientSession() as session, session.post(f"{address}/api/ask", json=to_builtins(wanted)) as response:
            found: JsonObject = await response.json()
            return found
    except (OSError, ClientError) as error:
        raise Unavailable("Another process has the store open, and the bot doesn't answer.") from error


def pool(settings: Settings, size: int = 1) -> RenderPool:
    sandbox = {"auto": None, "on": True, "off": False}[settings.browser_sandbox]
    return RenderPool(settings.browser, size, sandbox, origins=settings.allowed_assets)


def style(settings: Settings) -> Style:
    return Style(width=settings.clip_width, fps=settings.clip_fps, max_bytes=settings.clip_max_bytes)


@asynccontextmanager
async def _desk(settings: Settings, url: str, metrics: Metrics) -> AsyncIterator[tuple[Desk, Redis]]:
    token = settings.slack_bot_token
    if not token:
        raise Misunderstood("SLACK_BOT_TOKEN isn't set; see “Connect Slack” in the README, or try `replaybook demo`.")
    public_url = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    async with (
        connected(url) as redis,
        Clients.opened(lambda _team: token, settings.slack_api_url) as clients,
        Queue.opened(url, work.ANSWERS) as queue,
        Queue.opened(url, work.CLIPS) as films,
    ):
        desk = Desk(
            settings=settings,
            public_url=public_url,
            clock=lambda: datetime.now(UTC),
            messages=Messages.load(),
            people=People(redis, clients, tag=settings.default_locale, zone=settings.default_zone),
            clients=clients,
            outbox=Outbox(redis, clients, metrics=metrics),
            queue=queue,
            films=films,
            once=Once(redis),
            owners=Owners.load(settings.owners),
            notebooks=LocalNotebooks(redis),
            files=LocalFiles(settings.data / "files"),
            words=Words.load(),
            tracker=LocalTracker(redis, base_url=public_url),
            asked=Records(redis, Asked),
            shown=Records(redis, Shown),
            requests=Records(redis, Request),
            threads=Records(redis, str),
            clips=Records(redis, tuple[str, ...]),
            ledger=Ledger(redis),
        )
        yield desk, redis


@asynccontextmanager
async def _studio(settings: Settings, desk: Desk, concurrency: int) -> AsyncIterator[Studio]:
    async with pool(settings, concurrency) as browsers:
        yield Studio(desk, browsers, LocalRecordings(settings.data / "rum"), style(settings), Masks())


def _slack(settings: Settings, office: Office) -> AsyncApp:
    """Bolt with our routes. Handlers get `desk` and `source` by the names of their parameters."""
    base = (settings.slack_api_url or AsyncWebClient.BASE_URL).rstrip("/")
    client = AsyncWebClient(settings.slack_bot_token, base_url=f"{base}/")
    app = AsyncApp(client=client, signing_secret=settings.slack_signing_secret or "")

    async def at_desk(context: JsonObject, next: object) -> None:
        context["desk"] = office.desk
        context["source"] = office.source
        await next()  # type: ignore[operator]  # Bolt passes its own awaitable

    app.middleware(at_desk)
    register(app)
    return app


def _pages(office: Office) -> list[web.RouteDef]:
    desk, pages = office.desk, Pages.load()
    notebooks = notebook_routes(desk.notebooks, desk.files, desk.words, pages, now=desk.clock)
    if not isinstance(desk.tracker, LocalTracker):
        return [*notebooks, *pages.routes()]

    async def moved(_ticket: Ticket) -> None:
        await tick(office)  # the clock would see it within a minute; whoever pressed is watching now

    return [*notebooks, *ticket_routes(desk.tracker, pages, moved), *pages.routes()]


async def _ready(redis: Redis) -> None:
    try:
        await redis.ping()
    except (RedisError, OSError) as error:
        raise Unavailable("Redis doesn't answer.") from error


@asynccontextmanager
async def _listening(settings: Settings, routes: Sequence[web.RouteDef]) -> AsyncIterator[None]:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes(routes)
    runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_S, auto_decompress=False)  # the intake does, within limits
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        (settings.data / ADDRESS).write_text(f"http://{settings.host}:{settings.port}", "utf-8")
        yield
    finally:
        (settings.data / ADDRESS).unlink(missing_ok=True)
        await runner.cleanup()


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


@asynccontextmanager
async def _socket_mode(app: AsyncApp, token: str) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's handler has no types
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def _with_port(settings: Settings) -> Settings:
    """A port of 0 becomes a free one now, because links in messages need it."""
    if settings.port:
        return settings
    return msgspec.structs.replace(settings, port=free_port(settings.host))


def free_port(host: str, wanted: int = 0) -> int:
    """`wanted` if nobody listens there, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended don't count
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unavailable(f"No port is free on {host}.")
