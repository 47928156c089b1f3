"""Socket Mode: a connection to Slack that is always there, and over it what otherwise comes as requests.

https://docs.slack.dev/apis/events-api/using-socket-mode. A connection that Slack is about to end is replaced before it
ends, and what came over it is still acknowledged, so that no command falls into a gap between the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import msgspec
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.kernel.clock import jittered
from bot.kernel.errors import ReplaybookError
from bot.slack.web_api import called

PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
HEARTBEAT_S = 10.0
"""A connection that doesn't answer a ping is dead; a network may lose one without a word."""
OPENING_S = 10.0
LEAVING_S = 30.0
"""So long a connection is read on that has a successor; Slack ends it ten seconds after its warning."""
ANSWERING_S = 3.0
"""So long Slack waits for an acknowledgement, and so long a process that ends waits for its handlers."""

Json = dict[str, Any]
Dispatch = Callable[[Json], Awaitable[Json | None]]

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


class Unacknowledged(Exception):
    """What was delivered can't be taken in; Slack delivers it again."""


class SocketClient:
    """`dispatch` takes a payload and returns what goes with the acknowledgement, or raises Unacknowledged."""

    def __init__(self, client: AsyncWebClient, app_token: str, dispatch: Dispatch) -> None:
        self._client = client
        self._app_token = app_token
        self._dispatch = dispatch
        self._newest: aiohttp.ClientWebSocketResponse | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._answers: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connected for as long as the body lasts, or trying to be: Slack may be away when the bot starts."""
        async with aiohttp.ClientSession() as session:
            keeping = asyncio.create_task(self._keep(session))
            try:
                yield
            finally:
                keeping.cancel()
                if self._answers:
                    await asyncio.wait(self._answers, timeout=ANSWERING_S)
                for task in (*self._connections, *self._answers):
                    task.cancel()
                await asyncio.gather(keeping, *self._connections, *self._answers, return_exceptions=True)

    async def _keep(self, session: aiohttp.ClientSession) -> None:
        tries = 0
        while True:
            try:
                socket = await self._opened(session)
                tries = 0
                await self._until_it_leaves(socket)
            except (ReplaybookError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                why = error.sentence if isinstance(error, ReplaybookError) else type(error).__name__  # no address
                log.warning("there is no connection to Slack; trying again", why=why, tries=tries)
                await asyncio.sleep(jittered(min(PAUSE_S * 2.0 ** min(tries, 10), LONGEST_PAUSE_S)))
                tries += 1

    async def _opened(self, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        """A connection that Slack has said hello over. Raises like `called`, ClientError, TimeoutError, ValueError."""
        async with asyncio.timeout(OPENING_S):
            call = self._client.apps_connections_open(app_token=self._app_token)
            url = str((await called("apps.connections.open", call))["url"])
            socket = await session.ws_connect(url, heartbeat=HEARTBEAT_S)
            try:
                hello = _checked(await socket.receive_str())
            except BaseException:
                await socket.close()
                raise
        log.info("connected to Slack", connections=hello.get("num_connections"))
        return socket

    async def _until_it_leaves(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Returns when the connection has ended, or is about to; then it is read on beside its successor."""
        self._newest, leaving = socket, asyncio.Event()
        _beside(self._read(socket, leaving), self._connections)
        await leaving.wait()
        _beside(_closed_later(socket), self._connections)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, leaving: asyncio.Event) -> None:
        try:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                try:
                    frame = msgspec.json.decode(message.data, type=dict)
                except msgspec.MsgspecError:
                    log.warning("Slack sent something that is no object")
                    continue
                if frame.get("type") == "disconnect":
                    log.info("Slack ends a connection", reason=frame.get("reason"))
                    leaving.set()
                elif isinstance(frame.get("envelope_id"), str) and isinstance(frame.get("payload"), dict):
                    _beside(self._answer(socket, frame), self._answers)
        finally:
            leaving.set()
            await socket.close()

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse, envelope: Json) -> None:
        try:
            payload = await self._dispatch(envelope["payload"])
        except Unacknowledged:
            return
        acknowledgement: Json = {"envelope_id": envelope["envelope_id"]}
        if payload and envelope.get("accepts_response_payload"):
            acknowledgement["payload"] = payload
        # The connection may have ended since; its successor is as good.
        for way in (socket, self._newest):
            with suppress(aiohttp.ClientError, ConnectionError):
                if way and not way.closed:
                    await way.send_str(msgspec.json.encode(acknowledgement).decode())
                    return


def _checked(frame: str) -> Json:
    """Raises ValueError unless it is a hello."""
    hello: Json = msgspec.json.decode(frame, type=dict)
    if hello.get("type") != "hello":
        raise ValueError(hello.get("reason") or "no hello")
    return hello


async def _closed_later(socket: aiohttp.ClientWebSocketResponse) -> None:
    await asyncio.sleep(0 if socket.closed else LEAVING_S)
    await socket.close()


def _beside(work: Any, tasks: set[asyncio.Task[None]]) -> None:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
